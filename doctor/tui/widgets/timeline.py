"""Certificates on a line of time: when each begins and ends, and where now is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from textual.content import Content
from textual.widget import Widget

from doctor.tui import paint
from doctor.tui.glyph import glyphs_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.geometry import Size

_MOST = 40


class Timeline(Widget):
    """Bars from the first to the last day of each certificate, with what they say in words."""

    DEFAULT_CSS = "Timeline { height: auto; width: 1fr; }"

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[tuple[str, datetime, datetime]] = []
        self._now = datetime.fromisoformat("1970-01-01T00:00:00+00:00")

    def empty(self) -> None:
        """Show nothing."""
        self._rows = []
        self.refresh(layout=True)

    def show(self, certificates: Sequence[dict[str, Any]], now: str) -> None:
        """Show certificates as a report's summary has them, at the moment of the report. Where there are several
        files, `file` tells of which one each is."""
        self._rows = list(_dated(certificates))[:_MOST]
        self._now = datetime.fromisoformat(now)
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002  (the framework's)
        """Lines for this width."""
        return len(self._drawn(width))

    def render(self) -> Content:
        """The lines."""
        return Content("\n").join(self._drawn(self.size.width))

    def _drawn(self, width: int) -> list[Content]:
        if not self._rows:
            return [Content.styled("No certificate with dates in what was checked.", paint.DIM)]
        first = min(self._now, *(begin for _, begin, _ in self._rows))
        last = max(self._now, *(end for _, _, end in self._rows))
        span = max(last - first, timedelta(days=1))
        room = max(width - 2, 10)

        def at(moment: datetime) -> int:
            return min(int((moment - first) / span * (room - 1)), room - 1)

        found = [self._axis(first, last, at(self._now), room)]
        for name, begin, end in self._rows:
            said = self._said(begin, end)
            named = paint.pad(name, max(room - said.cell_length - 3, 8), glyphs_of(self).ellipsis).rstrip()
            found += [Content(""), Content.assemble((named, "bold"), "  ", said)]
            found.append(self._bar(at(begin), at(end), at(self._now), room))
            found.append(Content.styled(f" {begin:%Y-%m-%d} to {end:%Y-%m-%d}", paint.DIM))
        return found

    def _axis(self, first: datetime, last: datetime, now: int, room: int) -> Content:
        label = f"now {self._now:%Y-%m-%d}"
        left, right = f"{first:%Y-%m}", f"{last:%Y-%m}"
        start = min(max(now - len(label) // 2, 0), room - len(label))
        line = [" "] * room
        if start > len(left) + 1:
            line[: len(left)] = left
        if start + len(label) < room - len(right) - 1:
            line[room - len(right) :] = right
        line[start : start + len(label)] = label
        return Content.assemble(" ", ("".join(line), paint.DIM))

    def _bar(self, begin: int, end: int, now: int, room: int) -> Content:
        signs = glyphs_of(self)
        cells = [signs.cell if begin <= at <= end else signs.gap for at in range(room)]
        cells[now] = signs.now
        style = "$text-success" if begin <= now < end else "$text-warning"
        parts = "".join(cells)
        return Content.assemble(" ", (parts[:now], style), (parts[now], "$text-accent bold"), (parts[now + 1 :], style))

    def _said(self, begin: datetime, end: datetime) -> Content:
        days = (end - self._now).days
        if end < self._now:
            return paint.word("fails", f"ended {(self._now - end).days:,} days ago")
        if begin > self._now:
            return paint.word("undecided", f"begins in {(begin - self._now).days:,} days")
        return paint.word("holds", f"{days:,} days left")


def _dated(certificates: Iterable[dict[str, Any]]) -> Iterable[tuple[str, datetime, datetime]]:
    for one in certificates:
        if one.get("not_before") and one.get("not_after"):
            told = (
                one.get("file"),
                one.get("use") or "signing and encryption",
                one.get("subject") or "without subject",
            )
            name = "  ".join(part for part in told if part)
            yield name, datetime.fromisoformat(one["not_before"]), datetime.fromisoformat(one["not_after"])
