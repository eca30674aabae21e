"""Dialogs: what went wrong, help, something to read, something to confirm, a line to type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual.await_complete import AwaitComplete
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from doctor.tui import paint

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from doctor.tui.screens.page import Page


class Dialog(ModalScreen[Any]):
    """A box over the screen; escape closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "app.leave", "Close")]

    def dismiss(self, result: Any = None) -> AwaitComplete:
        """Close with this result, unless a key that went to another page has closed it already."""
        return super().dismiss(result) if self.app.screen is self else AwaitComplete()

    def boxed(self, title: str, *, wide: bool = False) -> Vertical:
        """The box with its title."""
        box = Vertical(classes="box -large" if wide else "box")
        box.border_title = Content(title)  # a string would be read as markup
        return box


class Trouble(Dialog):
    """What went wrong, and what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__()
        self._message, self._hint = message, hint

    def compose(self) -> ComposeResult:
        """The message, the hint, a button."""
        with self.boxed("That did not work"):
            yield Static(paint.plain(self._message), classes="said")
            if self._hint:
                yield Static(Content.assemble(("What to do  ", "bold"), paint.plain(self._hint)), classes="said")
            yield Button("Close", id="close")

    def on_button_pressed(self) -> None:
        """Close."""
        self.dismiss()


class Reading(Dialog):
    """Something to read, with a title."""

    def __init__(self, title: str, content: Content) -> None:
        super().__init__()
        self._title, self._content = title, content

    def compose(self) -> ComposeResult:
        """The text in a box that scrolls."""
        with self.boxed(self._title, wide=True):
            with VerticalScroll(id="read"):
                yield Static(self._content)
            yield Static("esc closes", classes="hint")

    def on_mount(self) -> None:
        """Keys scroll at once."""
        self.query_one("#read").focus()


class Help(Reading):
    """What a screen is for, and its keys."""

    def __init__(self, page: Page) -> None:
        super().__init__(f"Help: {page.PLACE}", _help(page))


class Reveal(Reading):
    """What was copied, whole, to be selected with the mouse."""

    def __init__(self, text: str) -> None:
        super().__init__("Copied", paint.lines(paint.plain(line, limit=20_000) for line in text.split("\n")))


class Sure(Dialog):
    """A question with yes and no."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("y", "yes", "Yes"), Binding("n", "no", "No")]

    def __init__(self, question: str) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        """The question and its buttons; no is the careful one."""
        with self.boxed("Sure?"):
            yield Static(paint.plain(self._question), classes="said")
            yield Button("Yes (y)", id="yes")
            yield Button("No (n)", id="no")

    def on_mount(self) -> None:
        """Enter says no."""
        self.query_one("#no").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """One of them."""
        self.dismiss(event.button.id == "yes")

    def action_yes(self) -> None:
        """Yes."""
        self.dismiss(True)  # noqa: FBT003  (the framework's call)

    def action_no(self) -> None:
        """No."""
        self.dismiss(False)  # noqa: FBT003


class Line(Dialog):
    """A line to type; escape gives nothing."""

    def __init__(self, title: str, about: str, begun: str = "", *, empty: bool = False) -> None:
        """`empty`: an empty line is an answer, too."""
        super().__init__()
        self._title, self._about, self._begun, self._empty = title, about, begun, empty

    def compose(self) -> ComposeResult:
        """What is wanted, and the field."""
        with self.boxed(self._title):
            yield Static(paint.plain(self._about), classes="said")
            yield Input(self._begun, id="line")
            yield Static("enter takes it, esc leaves it", classes="hint")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter."""
        self.dismiss(event.value.strip() or ("" if self._empty else None))


def _help(page: Page) -> Content:
    found: list[Content | str] = [*page.ABOUT.split("\n"), "", Content.styled("Keys, with their names", "bold")]
    told = set()
    for active in page.active_bindings.values():
        binding = active.binding
        if binding.description and binding.id and binding.id not in told:
            told.add(binding.id)
            keys = page.app.get_key_display(binding)
            name = Content.styled(f"  {binding.id}", paint.DIM)
            found.append(Content.assemble((f"  {keys:<9}", paint.ACCENT), f"{binding.description:<22}", name))
    found += [Content.assemble((f"  {keys:<9}", paint.ACCENT), said) for keys, said in _EVERYWHERE]
    return paint.lines([*found, "", *_remapping()])


def _remapping() -> list[Content | str]:
    """How keys are changed."""
    from doctor.tui import preference

    return [
        Content.assemble("Other keys, theme and plain signs: ", paint.plain(preference.path(), "bold")),
        Content.styled('  {"keys": {"copy": "ctrl+y"}, "theme": "doctor-light", "ascii": true}', paint.DIM),
    ]


_EVERYWHERE = (
    ("tab", "the next part of the screen; shift+tab the one before"),
    ("esc", "leave a field, cancel work, close, go back"),
    ("mouse", "clicks and scrolls everywhere"),
)
