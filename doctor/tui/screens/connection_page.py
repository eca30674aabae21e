"""The page of one connection, as text: its state over time first, then all that the vendor tells of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from doctor.report import connection as pages
from doctor.report import event as events
from doctor.report import watch as watching
from doctor.report.text import Look, wrapped
from doctor.sources.history import moments, when
from doctor.tui import paint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from doctor.model.connection import Connection
    from doctor.sources.history import Looked
    from doctor.sources.online import Detail, Row
    from doctor.tui.screens.connections import Connections

Timed = tuple[str, str, str, tuple[str, ...]]
"""A moment, what is said of it, who knows it, and what stood in the way."""


def of(screen: Connections, row: Row | None, found: Detail | None, width: int) -> Content | str:
    """The page of a row; without one, why there is none."""
    if row is not None:
        return page(row.one, found, screen.looks.of(row.key), Look(width=width, unicode=screen.unicode))
    if screen.reader.busy:
        return ""
    if any(shelf.rows for shelf in screen.reader.stock.shown()):
        return "No connection holds these words."
    if not screen.reader.stock.shelves:
        return "No vendor could be asked: no key is at hand. x tries again."
    return "There is none in this environment."


def page(one: Connection, found: Detail | None, looked: tuple[Looked, ...], look: Look) -> Content:
    """All of it."""
    shown = (found.one if found else None) or one
    title, *rest = pages.details(shown, look)
    rows: list[Content | str] = [paint.plain(title, "bold"), "", Content.styled("State over time (UTC)", paint.ACCENT)]
    rows += over_time(shown, found, looked, look)
    rows += ["", Content.styled("The connection", paint.ACCENT), *(paint.plain(line) for line in rest)]
    rows += [paint.plain(line) for line in _beside(found, look)] if found else []
    return paint.lines(rows)


def over_time(one: Connection, found: Detail | None, looked: tuple[Looked, ...], look: Look) -> Iterator[Content]:
    """What the vendor tells and what was seen, in the order of time."""
    told: list[Timed] = [(*each, ()) for each in (found.moments if found else moments(one, ()))]
    told += [(each.step.at, watching.way(each.step, look), each.source, each.why) for each in looked]
    for at, said, source, why in sorted(told, key=lambda row: when(row[0])):
        line = f"{at[:19].replace('T', ' ')}  {source:<7}  {said}"
        for part in wrapped(line, look, "   ", " " * 6):
            yield paint.plain(part, "" if source == "vendor" else "bold")
        for reason in why:
            for part in wrapped(reason, look, " " * 6):
                yield paint.plain(part)


def _beside(found: Detail, look: Look) -> Iterator[str]:
    """What belongs to the connection: its organization, its sign-ins, what could not be had."""
    live = found.live
    if live.trouble is not None:
        yield from wrapped(f"note  the details cannot be read: {live.trouble}", look, "   ", " " * 9)
    if live.organization is not None:
        yield from pages.organization_lines(live.organization, pages.dns(live.records), look)
    if live.story is not None:
        yield from events.lines_of(live.story, look, personal=False)
    for note in live.notes:
        if found.one is None or note not in found.one.notes:
            yield from wrapped(f"note  {note}", look, "   ", " " * 9)
