"""A list of any length. Only the rows in view are drawn, so that ten thousand cost what twenty do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from rich.segment import Segment
from textual.binding import Binding
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from doctor.tui.glyph import glyphs_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.binding import BindingType
    from textual.events import Click, Resize

    Draw = Callable[[Any, int], Sequence[tuple[str, str]]]


class Rows(ScrollView, can_focus=True):
    """Rows of which one is chosen. `draw` gives the parts of a row for a width: each a safe text and what it is.

    What a part is: `good`, `waiting`, `bad`, `dim`, or nothing.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "rows--cursor", "rows--good", "rows--waiting", "rows--bad", "rows--dim"
    }  # fmt: skip
    DEFAULT_CSS = """
    Rows {
        height: 1fr; scrollbar-size-vertical: 1; overflow-x: hidden;
        & > .rows--cursor { background: $panel; }
        &:focus > .rows--cursor { background: $accent 30%; text-style: bold; }
        & > .rows--good { color: $text-success; }
        & > .rows--waiting { color: $text-warning; text-style: bold; }
        & > .rows--bad { color: $text-error; text-style: bold; }
        & > .rows--dim { color: $foreground 70%; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Diagnose", id="choose", key_display="enter"),
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home", "jump(0)", "First", show=False),
        Binding("end", "jump(-1)", "Last", show=False),
    ]

    class Moved(Message):
        """Another row is under the cursor."""

    class Chosen(Message):
        """Enter, or a double click, on the row under the cursor."""

    def __init__(self, draw: Draw, *, id: str | None = None) -> None:  # noqa: A002  (the framework's name)
        super().__init__(id=id)
        self._draw = draw
        self._rows: Sequence[Any] = ()
        self.cursor = 0

    @property
    def chosen(self) -> Any | None:
        """The row under the cursor."""
        return self._rows[self.cursor] if self.cursor < len(self._rows) else None

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    def show(self, rows: Sequence[Any], cursor: int = 0) -> None:
        """Show these rows; the one under the cursor stays where it is on the screen."""
        above = self.cursor - self.scroll_offset.y
        self._rows = rows
        self.cursor = max(0, min(cursor, len(rows) - 1))
        self.virtual_size = Size(self.scrollable_content_region.width, len(rows))
        self.scroll_to(0, max(self.cursor - above, 0), animate=False)
        self._kept_in_view()
        self.refresh()

    def on_resize(self, _event: Resize) -> None:
        """Rows are as wide as the list."""
        self.virtual_size = Size(self.scrollable_content_region.width, len(self._rows))
        self._kept_in_view()
        self.refresh()

    def _kept_in_view(self) -> None:
        top, height = self.scroll_offset.y, max(self.scrollable_content_region.height, 1)
        if not top <= self.cursor < top + height:
            self.scroll_to(0, self.cursor if self.cursor < top else self.cursor - height + 1, animate=False)

    def render_line(self, y: int) -> Strip:
        """One row of the screen."""
        number, width = y + self.scroll_offset.y, self.scrollable_content_region.width
        if number >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        here = number == self.cursor
        base = self.get_component_rich_style("rows--cursor") if here else self.rich_style
        pointer = glyphs_of(self).pointer if here else " "
        parts = [Segment(f"{pointer} ", base)]
        for text, kind in self._draw(self._rows[number], width - 2):
            style = base + self.get_component_rich_style(f"rows--{kind}", partial=True) if kind else base
            parts.append(Segment(text, style))
        return Strip(parts).adjust_cell_length(width, base)

    # ── moving ────────────────────────────────────────────────────────────────────────────────────────

    def _go(self, number: int) -> None:
        number = max(0, min(number, len(self._rows) - 1))
        if number != self.cursor and self._rows:
            self.refresh_line(self.cursor)
            self.cursor = number
            self.refresh_line(number)
            self._kept_in_view()
            self.post_message(self.Moved())

    def action_move(self, by: int) -> None:
        """A row up or down."""
        self._go(self.cursor + by)

    def action_page(self, by: int) -> None:
        """As many rows as are in view."""
        self._go(self.cursor + by * max(self.scrollable_content_region.height - 1, 1))

    def action_jump(self, to: int) -> None:
        """The first or the last row."""
        self._go(to if to >= 0 else len(self._rows) - 1)

    def action_choose(self) -> None:
        """Take the row under the cursor."""
        if self.chosen is not None:
            self.post_message(self.Chosen())

    def on_click(self, event: Click) -> None:
        """A click moves the cursor, a double click takes the row."""
        number = event.y + self.scroll_offset.y
        if 0 <= number < len(self._rows):
            self._go(number)
            if event.chain > 1:
                self.action_choose()
