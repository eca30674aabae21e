"""The flow of a sign-in as a sequence diagram: who sent what to whom."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from textual.content import Content
from textual.widget import Widget

from doctor.report.safe import line as safe
from doctor.tui import paint
from doctor.tui.glyph import glyphs_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.geometry import Size

_BROWSER = "browser"
_MOST = 5
_TIME = 9
_LONGEST = 400


class SequenceDiagram(Widget):
    """A column for each party, an arrow for each message; what is told of it stands under the arrow."""

    DEFAULT_CSS = "SequenceDiagram { height: auto; width: 1fr; }"

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[dict[str, str | None]] = []

    def show(self, rows: Sequence[dict[str, Any]]) -> None:
        """Show a flow as a report's summary has it."""
        self._rows = [dict(row) for row in rows]
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002  (the framework's)
        """Lines for this width."""
        return len(self._drawn(width))

    def render(self) -> Content:
        """The lines."""
        return Content("\n").join(self._drawn(self.size.width))

    def _drawn(self, width: int) -> list[Content]:
        if not self._rows:
            return [
                Content.styled("No recorded sign-in in what was checked. Drop a HAR file or a response.", paint.DIM)
            ]
        parties = self._parties()
        room = max((width - _TIME) // max(len(parties), 1), 6)
        places = {name: _TIME + number * room + room // 2 for number, name in enumerate(parties)}
        found = [self._heads(parties, room)]
        for row in self._rows:
            found += self._message(row, places, width)
        return found

    def _parties(self) -> list[str]:
        ends = [_host(row[end]) or _BROWSER for row in self._rows for end in ("from", "to")]
        browser = [_BROWSER] if _BROWSER in ends else []
        return list(dict.fromkeys([*browser, *ends]))[:_MOST]

    def _heads(self, parties: list[str], room: int) -> Content:
        dots = glyphs_of(self).ellipsis
        cells = [paint.pad(name, min(len(name), room - 1), dots).center(room) for name in parties]
        return Content.styled(" " * _TIME + "".join(cells), "bold")

    def _message(self, row: dict[str, str | None], places: dict[str, int], width: int) -> list[Content]:
        signs = glyphs_of(self)
        start = places.get(_host(row["from"]) or _BROWSER, min(places.values()))
        end = places.get(_host(row["to"]) or _BROWSER, max(places.values()))
        low, high = min(start, end), max(start, end)
        line = self._lifelines(places, width)
        line[low : high + 1] = signs.line * (high - low + 1)
        line[end] = signs.right if end > start else signs.left if end < start else signs.bullet
        time = f"{(row['at'] or '')[11:19]:<{_TIME}}"
        arrow = Content.assemble((time, paint.DIM), ("".join(line)[_TIME:], paint.STYLES["notice"]))
        told = [(row["what"] or "", "bold"), *([(f"signed: {row['signed']}", "")] if row["signed"] else [])]
        above, *below = [self._under(text, style, low, places, width) for text, style in told]
        return [*above, arrow, *(line for lines in below for line in lines)]

    def _lifelines(self, places: dict[str, int], width: int) -> list[str]:
        line = [" "] * width
        for at in places.values():
            if at < width:
                line[at] = glyphs_of(self).bar
        return line

    def _under(self, text: str, style: str, low: int, places: dict[str, int], width: int) -> list[Content]:
        """Words beside an arrow, between the lifelines that they do not cover; on several lines where one is short."""
        bars = "".join(self._lifelines(places, width))
        shown = safe(text, _LONGEST) + glyphs_of(self).ellipsis * (len(text) > _LONGEST)
        words = wrap(shown, max(width - _TIME - 1, 10), break_on_hyphens=False) or [""]
        start = min(low + 2, max(width - max(map(len, words)) - 1, _TIME))
        return [
            Content.assemble((bars[:start], paint.DIM), (one, style), " ", (bars[start + len(one) + 1 :], paint.DIM))
            for one in words
        ]


def _host(name: str | None) -> str | None:
    """A party by its host: an entity ID that is an address, and an address, are often the same machine."""
    if not name:
        return None
    shown = safe(name, 200)
    try:
        return urlsplit(shown).hostname or shown
    except ValueError:
        return shown
