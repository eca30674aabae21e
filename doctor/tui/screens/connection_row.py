"""The rows of the list of connections, the lines above them, and both as data."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from textual.content import Content

from doctor.report import connection as pages
from doctor.report.inventory import Table, state
from doctor.report.text import Look
from doctor.tui import paint
from doctor.tui.screens.page import Exported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from doctor.sources.online import Row
    from doctor.tui.glyph import Glyphs
    from doctor.tui.screens.connections import Connections
    from doctor.tui.stock import Shelf, Stock

_KINDS = {"active": "good", "validating": "waiting", "draft": "waiting"}
_NOTES = 2


class Tab(NamedTuple):
    """An environment in the first line: what is written there, and which one it is (None: all)."""

    text: str
    only: int | None


def parts(row: Row, width: int, glyphs: Glyphs, *, several: bool) -> list[tuple[str, str]]:
    """State, name, and as many of type and environment as there is room for."""
    shown = state(row.one, Look(unicode=glyphs.bar == "│"))
    shown = paint.pad(shown, max(12, min(len(shown), 24)), glyphs.ellipsis)
    kind = paint.pad(row.one.type, 13, glyphs.ellipsis) if width >= 70 else ""
    place = paint.pad(row.place.name, 10, glyphs.ellipsis) if several else ""
    room = width - sum(len(part) + 1 for part in (shown, kind, place) if part)
    name = paint.pad(row.one.name or row.one.id or "?", max(room, 8), glyphs.ellipsis)
    beside = [(f" {part}", "dim") for part in (kind, place) if part]
    return [(shown, _KINDS.get(row.one.state or "", "bad")), (f" {name}", ""), *beside]


# ── above the rows ─────────────────────────────────────────────────────────────────────────────────────────


def head(page: Connections, count: int, words: str) -> Iterator[Content | str]:
    """Which environments, how many connections; what is going on, and what went wrong."""
    stock = page.reader.stock
    found = f"{page.glyphs.dot}{count:,} found" if words else ""
    doing = f"{page.glyphs.dot}{_reading(stock)}; esc cancels" if page.reader.waited_for else ""
    if len(stock.shelves) > 1:
        shown = [Content.styled(one.text, _tab_style(one, stock)) for one in tabs(stock)]
        yield Content.assemble(*shown, found, doing)
    else:
        yield Content.assemble(paint.plain(_only(stock), "bold"), found, doing)
    for shelf in stock.shown():
        yield from _odd(shelf)
    if page.watcher.said:
        mark = f"{page.glyphs.pointer} watching " if page.watcher.on else ""
        yield Content.assemble((mark, paint.ACCENT), paint.plain(f"{page.watcher.name}: {page.watcher.said}"))
    if page.doing or page.done:
        yield paint.plain(page.doing or page.done, paint.ACCENT)


def tabs(stock: Stock) -> list[Tab]:
    """All environments together, then each."""
    total = sum(len(one.rows) for one in stock.shelves)
    each = [Tab(f" {paint.pad(one.place.name, min(len(one.place.name), 24))} {len(one.rows):,} ", number)
            for number, one in enumerate(stock.shelves)]  # fmt: skip
    return [Tab(f" All {total:,} ", None), *each]


def place_at(stock: Stock, x: int) -> Tab | None:
    """The environment that is written at this column."""
    end = 1
    for one in tabs(stock) if len(stock.shelves) > 1 else ():
        end += len(one.text)
        if x < end:
            return one
    return None


def _tab_style(one: Tab, stock: Stock) -> str:
    return "$text-accent bold reverse" if one.only == stock.only else ""


def _reading(stock: Stock) -> str:
    so_far = sum(one.so_far for one in stock.shelves if one.reading)
    return f"reading, {so_far:,} so far" if so_far else "asking the vendor"


def _only(stock: Stock) -> str:
    if not stock.shelves:
        return "Connections"
    (shelf,) = stock.shelves
    count, access = len(shelf.rows), shelf.place.access
    said = f"{count:,} connection{'s' * (count != 1)} at {shelf.place.vendor}"
    return f"{said}, by the key of {access.came_from}" if access else said


def _odd(shelf: Shelf) -> Iterator[Content]:
    if shelf.trouble:
        yield paint.plain(f"{shelf.place.name}: {shelf.trouble}", "$text-error")
    for note in shelf.notes[:_NOTES]:
        yield paint.plain(f"{shelf.place.name}: {note}", paint.DIM)


# ── as data ────────────────────────────────────────────────────────────────────────────────────────────────


def exported(stock: Stock, rows: list[Row]) -> Exported:
    """What is shown, as `doctor connections list` has it; the vendor is null when there are several.

    Why a list is not whole stands among the notes.
    """
    from doctor.report import json

    shelves = stock.shown()
    vendors = {one.place.vendor for one in shelves}
    whole = all(one.whole and not one.trouble for one in shelves)
    data = {"schema": "doctor/connections/1", "vendor": next(iter(vendors)) if len(vendors) == 1 else None,
            "connections": [pages.row(row.one) for row in rows], "complete": whole,
            "notes": [note for one in shelves for note in (*one.notes, *filter(None, [one.trouble]))],
            "trouble": None, "findings": [], "exchanges": []}  # fmt: skip
    lines = Table(Look()).page([row.one for row in rows])
    return Exported("connections", json.text(data), "\n".join(lines) + "\n")
