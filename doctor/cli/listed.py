"""What connections and directories share: `list`, as JSON when all are there, as text while they arrive; `--curl`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from doctor.cli import live, option
from doctor.model.error import UsageError
from doctor.report import json

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from doctor.model.connection import Connection, Directory
    from doctor.sources.listing import Arrived, Filters, Listing
    from doctor.sources.profile import Access
    from doctor.sources.vendor import Client

    Item = Connection | Directory


class Shelf(NamedTuple):
    """What is listed: its names, how it is fetched, how its JSON is read, its row in our JSON, the words of states."""

    one: str
    many: str
    fetch: Callable[[Client, Filters, Arrived], Listing]
    read: Callable[[Any], Sequence[Item]]
    row: Callable[[Any], dict[str, Any]]
    states: frozenset[str]


Call = tuple[str, dict[str, Any]]
"""A path of a vendor's API with its query."""


class Calls(NamedTuple):
    """How a vendor's API is asked for all of them, and for one: by id and organization."""

    all: Callable[[Filters], Call]
    one: Callable[[str, str | None], str]


def curl(chosen: argparse.Namespace, given: Access, calls: Calls) -> int:
    """Ask nothing; print what would be asked as a curl line."""
    if chosen.command == "list":
        path, query = calls.all(filters(chosen))
    else:
        path, query = calls.one(chosen.id, chosen.organization), {}
    option.write(live.curl(given, path, query), chosen.output)
    return 0


def run(chosen: argparse.Namespace, vendor: str, shelf: Shelf, api: Client) -> int:
    """List; give the exit code."""
    shown = _as_json if chosen.format == "json" else _as_text
    return shown(chosen, vendor, shelf, api)


def filters(chosen: argparse.Namespace) -> Filters:
    """Which ones are wanted."""
    from doctor.sources.listing import Filters

    kind = getattr(chosen, "type", None)
    return Filters(chosen.organization, chosen.domain, kind, chosen.search, chosen.order)


def _as_json(chosen: argparse.Namespace, vendor: str, shelf: Shelf, api: Client) -> int:
    from doctor.sources.listing import unheard

    found = shelf.fetch(api, filters(chosen), unheard)
    _known(chosen.state, found, shelf)
    each = [shelf.row(one) for one in _wanted(shelf, chosen, list(found.items))]
    judged = _judged(found, vendor, shelf)
    data = {"schema": f"doctor/{shelf.many}/1", "vendor": vendor, shelf.many: each,
            "complete": found.trouble is None, "notes": list(found.notes),
            **live.wrong(judged, found.trouble, api)}  # fmt: skip
    option.write(json.text(data), chosen.output)
    return live.code(found.trouble)


def _as_text(chosen: argparse.Namespace, vendor: str, shelf: Shelf, api: Client) -> int:
    """Each page is written as it arrives; into a file, the whole at the end."""
    from doctor.report.inventory import Table

    look = option.look(sys.stdout)
    table, kept, number = Table(look), list[str](), 0

    def arrived(items: list[dict[str, Any]]) -> None:
        nonlocal number
        page = _wanted(shelf, chosen, items)
        number += len(page)
        say(table.page(page))

    def say(lines: list[str]) -> None:
        text = "".join(f"{line}\n" for line in lines)
        kept.append(text)
        if chosen.output is None and text:
            option.write(text, None)

    found = shelf.fetch(api, filters(chosen), arrived)
    _known(chosen.state, found, shelf)
    say(_ending(found, _judged(found, vendor, shelf), number, shelf))
    if chosen.output is not None:
        option.write("".join(kept), chosen.output)
    return live.code(found.trouble)


def _ending(found: Listing, judged: Any, number: int, shelf: Shelf) -> list[str]:
    from doctor.report import text

    look = option.look(sys.stdout)
    lines = [line for note in found.notes for line in text.wrapped(f"note  {note}", look, "", "      ")]
    if found.trouble is not None:
        lines += [*live.failed_lines(judged, found.trouble, look), ""]
    return [*lines, live.counted(number, shelf.one, shelf.many, found.trouble)]


def _judged(found: Listing, vendor: str, shelf: Shelf) -> Any:
    return live.judged(shelf.many, found.trouble, f"doctor {shelf.many} list ({vendor})")


def _wanted(shelf: Shelf, chosen: argparse.Namespace, items: list[dict[str, Any]]) -> list[Item]:
    """Those in the wanted state, in doctor's word for it or the vendor's."""
    if chosen.state is None:
        return list(shelf.read(items))
    low = _word(chosen.state)
    return [one for one in shelf.read(items) if low in _words(one)]


def _word(state: str) -> str:
    return state.lower().replace("_", "-")


def _words(one: Item) -> tuple[str, str]:
    """What a state is called: in doctor's word, and in the vendor's."""
    return one.state or "unknown", _word(one.state_given)


def _known(state: str | None, found: Listing, shelf: Shelf) -> None:
    """Refuse a word that is no state: nothing in the list would tell it from one in which nothing is.

    A vendor may know states that doctor does not: what the list itself says is right, too. Raises `UsageError`.
    """
    if state is None or _word(state) in shelf.states or found.trouble is not None:
        return
    seen = {word for one in shelf.read(list(found.items)) for word in _words(one) if word}
    if _word(state) in seen:
        return
    from doctor.catalogue.rule import did_you_mean

    known = sorted(shelf.states | seen)
    raise UsageError(f"no state is called {state!r}{did_you_mean(_word(state), known)}", f"known: {', '.join(known)}")
