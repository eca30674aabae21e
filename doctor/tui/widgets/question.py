"""One question at a time: why it is asked, its answers, "I don't know", and how to find out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual import on
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from doctor.tui import paint

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from doctor.engine.diagnose import Asking

_UNKNOWN = "I don't know"
_HOW = "How do I find out?"
_OTHER = "Ask me something else"


class Question(Vertical):
    """Puts a question; what is chosen or typed is posted."""

    class Answered(Message):
        """An answer: facts (none: not known), or a text that was typed."""

        def __init__(self, asking: Asking, facts: dict[str, Any] | None, text: str = "") -> None:
            super().__init__()
            self.asking, self.facts, self.text = asking, facts, text

    class Other(Message):
        """Somebody wants another question."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  (the framework's name)
        super().__init__(id=id)
        self.asking: Asking | None = None
        self._told = False

    def compose(self) -> ComposeResult:
        """The question, why, a field, the answers."""
        yield Static(id="asked")
        yield Input(id="reply")
        yield OptionList(id="answers")

    def put(self, asking: Asking, *, others: bool) -> bool:
        """Put this question; whether it is another one than before."""
        fresh = self.asking is None or self.asking.acquisition != asking.acquisition
        self.asking = asking
        if not fresh:
            return False
        self._told = False
        self._words()
        field = self.query_one(Input)
        field.display = not asking.choices
        field.value = ""
        field.placeholder = "the path of the file, or its address" if asking.kind == "document" else "type it, enter"
        listed = self.query_one(OptionList)
        listed.clear_options()
        words = [label for label, _ in asking.choices] + [_UNKNOWN, _HOW] + ([_OTHER] if others else [])
        listed.add_options([Option(self._choice(number, word)) for number, word in enumerate(words, 1)])
        listed.highlighted = 0
        return True

    def _choice(self, number: int, word: str) -> Content:
        """An answer; it has a number where a digit is not typed into the field."""
        marked = (f"{number} ", paint.ACCENT) if self.asking and self.asking.choices else "  "
        return Content.assemble(marked, paint.plain(word))

    def _words(self) -> None:
        asking = self.asking
        if asking is None:
            return
        rows = [paint.plain(asking.question, "bold"), Content.styled(f"Asked because it {asking.why}.", paint.DIM)]
        if self._told:
            rows.append(paint.plain(asking.help or "Ask whoever can see it, or leave it open.", "$text-accent"))
        self.query_one("#asked", Static).update(paint.lines(rows))

    def take_focus(self) -> None:
        """Keys go to the answers."""
        field = self.query_one(Input)
        (field if field.display else self.query_one(OptionList)).focus()

    def choose(self, number: int) -> None:
        """The answer with this number, from 1."""
        asking = self.asking
        if asking is None:
            return
        at = number - 1 - len(asking.choices)
        if at < 0:
            self.post_message(self.Answered(asking, dict(asking.choices[number - 1][1])))
        elif at == 0:
            self.post_message(self.Answered(asking, {}))
        elif at == 1:
            self._told = not self._told
            self._words()
        elif at == 2:
            self.post_message(self.Other())

    @on(OptionList.OptionSelected, "#answers")
    def chosen(self, event: OptionList.OptionSelected) -> None:
        """An answer was chosen."""
        event.stop()
        self.choose(event.option_index + 1)

    @on(Input.Submitted, "#reply")
    def typed(self, event: Input.Submitted) -> None:
        """An answer was typed."""
        event.stop()
        text = event.value.strip()
        if self.asking is not None and text:
            self.post_message(self.Answered(self.asking, None, text))
        elif self.asking is not None:
            self.notify(f"Type the answer, or choose below (down): {_UNKNOWN}.", severity="warning")

    def on_key(self, event: Any) -> None:
        """Digits choose; down leaves the field for the answers."""
        typing = isinstance(self.app.focused, Input)
        if event.key == "down" and typing:
            self.query_one(OptionList).focus()
            event.stop()
        elif not typing and event.character is not None and event.character.isdigit() and event.character != "0":
            self.choose(int(event.character))
            event.stop()
