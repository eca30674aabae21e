"""What both vendors' sources speak in: listings, filters, and pages of a list that end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from doctor.sources.answer import Answer, Trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from doctor.sources.vendor import Client

    Arrived = Callable[[list[dict[str, Any]]], None]


class Listing(NamedTuple):
    """The `items` of a list, as the API shows them. With `trouble` the list is not whole; `notes` tell what was odd."""

    items: tuple[dict[str, Any], ...]
    trouble: Trouble | None = None
    notes: tuple[str, ...] = ()


class Filters(NamedTuple):
    """Which connections or directories are wanted; empty: all."""

    organization: str | None = None
    domain: str | None = None
    type: str | None = None
    search: str | None = None
    order: str | None = None


class Sieve(NamedTuple):
    """What an item must be to be wanted. `name` is the filter that the API was given; empty: it has no such filter."""

    right: Callable[[dict[str, Any]], bool]
    name: str = ""


def unheard(_items: list[dict[str, Any]]) -> None:
    """Nobody waits for the items of a page."""


class Reading(NamedTuple):
    """How the pages of a list are read.

    `names` are the keys under which the items may stand, `following` gives the query of the next page. `arrived` is
    told the items of each page that pass all `sieves`, as soon as they are there.
    """

    names: tuple[str, ...]
    following: Callable[[dict[str, Any]], Any]
    sieves: tuple[Sieve, ...] = ()
    arrived: Arrived = unheard

    def of(self, items: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """The items that are wanted."""
        return [one for one in items if all(sieve.right(one) for sieve in self.sieves)]


def paged(client: Client, path: str, query: dict[str, Any], reading: Reading) -> Listing:
    """All pages, without what is not wanted; a note tells which filter the API did not heed."""
    found = _whole(client, path, query, reading)
    for sieve in reading.sieves:
        found = _sieved(found, sieve)
    return found


def _sieved(found: Listing, sieve: Sieve) -> Listing:
    """The listing without what the API should have left out, and a note when there was any."""
    items = tuple(one for one in found.items if sieve.right(one))
    left = len(found.items) - len(items)
    if not left or not sieve.name:
        return found._replace(items=items)
    told = f"the API paid no heed to {sieve.name}: {left} others were left out here"
    return found._replace(items=items, notes=(*found.notes, told))


def _whole(client: Client, path: str, query: dict[str, Any], reading: Reading) -> Listing:
    items: dict[str, dict[str, Any]] = {}
    seen: set[str] = set()
    for _ in range(client.limits.pages):
        found = client.get(path, query)
        listed = rows(found, reading.names)
        if isinstance(listed, Trouble):
            return Listing(tuple(items.values()), listed)
        named = {str(one.get("id", len(items) + number)): one for number, one in enumerate(listed)}
        reading.arrived(reading.of(one for name, one in named.items() if name not in items))
        items |= named
        further = reading.following(found.value)
        if not further:
            return Listing(tuple(items.values()))
        if not all(
            str(value).isascii() and str(value).isprintable() and len(str(value)) < 500 for value in further.values()
        ):
            return Listing(tuple(items.values()), _odd("the next page has no name that can be asked for"))
        if repr(further) in seen:
            return Listing(tuple(items.values()), _odd("the pages of the list lead in a circle"))
        seen.add(repr(further))
        query = {**query, **further}
    return Listing(tuple(items.values()), _odd(f"more than {client.limits.pages} pages; narrow the list"))


def rows(found: Answer, names: Iterable[str]) -> list[dict[str, Any]] | Trouble:
    """The items of one page; an answer that is none of a list is a `Trouble`."""
    if found.trouble is not None:
        return found.trouble
    if not isinstance(found.value, dict):
        return _odd("it is no JSON object")
    for name in names:
        if isinstance(found.value.get(name), list):
            return [one for one in found.value[name] if isinstance(one, dict)]
    # protobuf JSON leaves an empty list out
    return [] if "data" not in names and set(found.value) <= _PAGING else _odd("it is no list")


_PAGING: Final = frozenset({"next_page_token", "prev_page_token", "total_size", "page_size", "page_number"})


def _odd(detail: str) -> Trouble:
    return Trouble("not-understood", None, detail)


def top(found: Listing) -> Listing:
    """A list that always exists: when the API has none under this address, it is not the API that answers there."""
    if found.trouble is None or found.trouble.kind != "not-found":
        return found
    told = f"there is no such list at this address; look at the base URL ({found.trouble.detail})"
    return found._replace(trouble=found.trouble._replace(kind="not-the-api", detail=told))


def record(found: Answer, wrapper: str = "") -> Answer:
    """One object of an answer, taken out of its wrapper."""
    if found.trouble is not None:
        return found
    value = found.value.get(wrapper, found.value) if isinstance(found.value, dict) else None
    if not isinstance(value, dict) or not isinstance(value.get("id"), str):
        return Answer(trouble=_odd("it is no object with an id"))
    return Answer(value)
