"""Connections or directories as a table whose rows may come page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from doctor.report import text
from doctor.report.safe import line as safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from doctor.model.connection import Connection, Directory
    from doctor.report.text import Look

_HEAD: Final = ("state", "id", "name", "type", "organization")
_MARKS: Final = {"active": "✓", "linked": "✓", "validating": "…", "draft": "…"}


class Table:
    """Lines for each page; the widths of the columns are those of the first."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._widths: tuple[int, ...] = ()

    def page(self, each: Sequence[Connection | Directory]) -> list[str]:
        """The lines of these, and what is odd about some; the first page begins with the names of the columns."""
        if not each:
            return []
        rows = [_safe(self._cells(one)) for one in each]
        if not self._widths:
            rows.insert(0, _HEAD)
            self._widths = widths(rows)
        return [*(_aligned(one, self._widths) for one in rows), *self._notes(each)]

    def _cells(self, one: Connection | Directory) -> tuple[str, ...]:
        return state(one, self._look), one.id or "?", one.name or "", one.type, one.organization_id or "none"

    def _notes(self, each: Sequence[Connection | Directory]) -> list[str]:
        told = [f"note  {safe(one.id or '?')}: {safe(note)}" for one in each for note in one.notes]
        return [line for one in told for line in text.wrapped(one, self._look, "", "      ")]


def state(one: Connection | Directory, look: Look) -> str:
    """The state in doctor's words, the vendor's own where doctor has none."""
    mark = _MARKS.get(one.state or "", "✗") + " " if look.unicode else ""
    return f"{mark}{one.state or 'unknown'}" + ("" if one.state else f" ({safe(one.state_given or 'none given', 60)})")


def columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Rows with aligned columns, the last one ragged."""
    cells = [_safe(one) for one in rows]
    wide = widths(cells)
    return [_aligned(one, wide) for one in cells]


def widths(rows: Sequence[tuple[str, ...]]) -> tuple[int, ...]:
    """The width of each column."""
    return tuple(max(len(one[n]) for one in rows) for n in range(len(rows[0])))


def _safe(row: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(safe(cell, 60) for cell in row)


def _aligned(row: tuple[str, ...], wide: tuple[int, ...]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(row, wide, strict=True)).rstrip()
