"""A document, line by line, with one line pointed at. Only what is in view is drawn, however large it is."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from doctor.model import redaction
from doctor.report.safe import line as safe
from doctor.tui import lines
from doctor.tui.glyph import glyphs_of

if TYPE_CHECKING:
    from typing import ClassVar

    from textual.events import Resize

    from doctor.tui.lines import Lines

_GUTTER = 7
_LONGEST_TAG = 2000
_AROUND = 100


class DocumentView(ScrollView, can_focus=True):
    """The text of a document; long lines go on below."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"document--number", "document--here", "document--mark"}

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  (the framework's name)
        super().__init__(id=id)
        self._lines = lines.NOTHING
        self._label = ""
        self._starts: list[int] = [0]
        self._line = 0
        self._column = 0
        self._length = 0
        self.placed = False

    def show(self, found: Lines, *, placed: bool = True, label: str = "") -> None:
        """Show these lines from the first one. `placed`: they are those that findings name. `label` stands above."""
        self._label = label
        self._lines = found
        self.placed = placed
        self._line = self._column = 0
        self._laid_out()
        self.scroll_to(0, 0, animate=False)

    def point(self, line: int | None, column: int | None = None) -> None:
        """Point at a line (from 1), and at the tag that begins at a column (from 1)."""
        known = line is not None and self.placed and 0 < line <= len(self._lines.texts)
        self._line, self._column = (line or 0) if known else 0, (column or 0) if known else 0
        at = self._line - 1
        self._length = _tag(self._lines.texts[at], self._column) if known and column else 0
        if known:
            row = self._starts[at] + max(self._column - 1, 0) // self._lines.cells(at, self._room)
            self.scroll_to_region(Region(0, max(row - 2, 0), 1, 6), animate=False, force=True)
        self.refresh()

    @property
    def line_pointed_at(self) -> int:
        """The line that is pointed at; 0 for none."""
        return self._line

    @property
    def _room(self) -> int:
        return max(self.scrollable_content_region.width - _GUTTER, 10)

    def on_resize(self, _event: Resize) -> None:
        """Lay the lines out anew."""
        self._laid_out()
        self.point(self._line or None, self._column)

    def _laid_out(self) -> None:
        self._starts = self._lines.starts(self._room, 1 if self._label else 0)
        self.virtual_size = Size(self.scrollable_content_region.width, self._starts[-1])
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One row of the screen."""
        row = y + self.scroll_offset.y
        width = self.scrollable_content_region.width
        if row >= self._starts[-1]:
            return Strip.blank(width, self.rich_style)
        if row < self._starts[0]:
            said = Segment(f" {self._label}", self.get_component_rich_style("document--number"))
            return Strip([said]).adjust_cell_length(width, self.rich_style)
        number = bisect_right(self._starts, row) - 1
        room = self._lines.cells(number, self._room)
        offset = (row - self._starts[number]) * room
        here = number + 1 == self._line and self._touched(offset, room)
        return Strip(self._segments(number, offset, room, here=here)).adjust_cell_length(width, self.rich_style)

    def _touched(self, offset: int, room: int) -> bool:
        """Whether a row of the line holds what is pointed at; of a line that fits on a few rows all do."""
        if not self._length or abs(self._lines.lengths[self._line - 1]) <= 3 * room:
            return True
        start = self._column - 1
        return offset < start + self._length and start < offset + room

    def _segments(self, number: int, offset: int, room: int, *, here: bool) -> list[Segment]:
        gutter = self.get_component_rich_style("document--number")
        base = self.get_component_rich_style("document--here") if here else self.rich_style
        pointer = glyphs_of(self).pointer if here and offset == 0 else " "
        label = f"{pointer}{number + 1:>5} " if offset == 0 else " " * _GUTTER
        raw = self._lines.texts[number]
        text = safe(_masked(raw, offset, offset + room).rstrip("\r"))
        found = [Segment(label, base if here else gutter)]
        if not here or not self._column or not self._length:
            return [*found, Segment(text, base)]
        start = min(max(self._column - 1 - offset, 0), len(text))
        end = min(max(self._column - 1 + self._length - offset, 0), len(text))
        mark = base + self.get_component_rich_style("document--mark", partial=True) + Style(underline=True)
        return [*found, Segment(text[:start], base), Segment(text[start:end], mark), Segment(text[end:], base)]


def _masked(line: str, start: int, end: int) -> str:
    """A piece of a line with people masked. Masking all of a large document would hold everything up."""
    before = max(start - _AROUND, 0)
    around = line[before : end + _AROUND]
    masked = redaction.masked(around)
    if len(masked) == len(around):
        return masked[start - before : end - before]
    return redaction.masked(line[start:end])


def _tag(line: str, column: int) -> int:
    """The length of the tag that begins at a column; 0 when none does."""
    if line[column - 1 : column] != "<":
        return 0
    end = line.find(">", column, column + _LONGEST_TAG)
    return 0 if end < 0 else end - column + 2
