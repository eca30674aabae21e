"""A document, line by line, with one line pointed at. Only what is in view is drawn, however large it is."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from doctor.model import redaction
from doctor.report.safe import line as safe
from doctor.tui.glyph import glyphs_of

if TYPE_CHECKING:
    from typing import ClassVar

    from textual.events import Resize

_GUTTER = 7
_LONGEST_TAG = 2000
_AROUND = 100


class DocumentView(ScrollView, can_focus=True):
    """The text of a document; long lines go on below."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"document--number", "document--here", "document--mark"}

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  (the framework's name)
        super().__init__(id=id)
        self._lines: list[str] = []
        self._label = ""
        self._narrow = True
        self._starts: list[int] = [0]
        self._line = 0
        self._column = 0
        self._length = 0
        self.placed = False

    def show(self, text: str, *, placed: bool = True, label: str = "") -> None:
        """Show this text from its beginning. `placed`: lines are those that findings name. `label` stands above it."""
        self._label = label
        self._lines = text.split("\n")
        self._narrow = text.isascii()
        self.placed = placed
        self._line = self._column = 0
        self._laid_out()
        self.scroll_to(0, 0, animate=False)

    def point(self, line: int | None, column: int | None = None) -> None:
        """Point at a line (from 1), and at the tag that begins at a column (from 1)."""
        known = line is not None and self.placed and 0 < line <= len(self._lines)
        self._line, self._column = (line or 0) if known else 0, (column or 0) if known else 0
        self._length = _tag(self._lines[self._line - 1], self._column) if known and column else 0
        if known:
            row = self._starts[self._line - 1] + max(self._column - 1, 0) // _cells(
                self._lines[self._line - 1], self._room
            )
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
        room = self._room
        lead = 1 if self._label else 0
        if self._narrow:  # a fast way for what nearly always is: fifty thousand lines in ten milliseconds
            self._starts = [*accumulate([-(-len(line) // room) or 1 for line in self._lines], initial=lead)]
        else:
            rows = [-(-len(line) // _cells(line, room)) or 1 for line in self._lines]
            self._starts = [*accumulate(rows, initial=lead)]
        self.virtual_size = Size(self.scrollable_content_region.width, self._starts[-1])
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One row of the screen."""
        row = y + self.scroll_offset.y
        width = self.scrollable_content_region.width
        if not self._lines or row >= self._starts[-1]:
            return Strip.blank(width, self.rich_style)
        if row < self._starts[0]:
            said = Segment(f" {self._label}", self.get_component_rich_style("document--number"))
            return Strip([said]).adjust_cell_length(width, self.rich_style)
        number = bisect_right(self._starts, row) - 1
        room = _cells(self._lines[number], self._room)
        offset = (row - self._starts[number]) * room
        here = number + 1 == self._line and self._touched(offset, room)
        return Strip(self._segments(number, offset, room, here=here)).adjust_cell_length(width, self.rich_style)

    def _touched(self, offset: int, room: int) -> bool:
        """Whether a row of the line holds what is pointed at; of a line that fits on a few rows all do."""
        if not self._length or len(self._lines[self._line - 1]) <= 3 * room:
            return True
        start = self._column - 1
        return offset < start + self._length and start < offset + room

    def _segments(self, number: int, offset: int, room: int, *, here: bool) -> list[Segment]:
        gutter = self.get_component_rich_style("document--number")
        base = self.get_component_rich_style("document--here") if here else self.rich_style
        pointer = glyphs_of(self).pointer if here and offset == 0 else " "
        label = f"{pointer}{number + 1:>5} " if offset == 0 else " " * _GUTTER
        raw = self._lines[number]
        text = safe(_masked(raw, offset, offset + room).rstrip("\r"))
        found = [Segment(label, base if here else gutter)]
        if not here or not self._column or not self._length:
            return [*found, Segment(text, base)]
        start = min(max(self._column - 1 - offset, 0), len(text))
        end = min(max(self._column - 1 + self._length - offset, 0), len(text))
        mark = base + self.get_component_rich_style("document--mark", partial=True) + Style(underline=True)
        return [*found, Segment(text[:start], base), Segment(text[start:end], mark), Segment(text[end:], base)]


def _cells(line: str, room: int) -> int:
    """Characters of a line that surely fit into so many columns: half of them where some are wide."""
    return room if line.isascii() or cell_len(line) == len(line) else max(room // 2, 1)


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
