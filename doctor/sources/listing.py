"""What both vendors' sources speak in: listings, filters, and pages of a list that end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from doctor.sources.answer import Answer, Trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from doctor.sources.vendor import Client


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


def paged(
    client: Client, path: str, query: dict[str, Any], names: tuple[str, ...], following: Callable[[dict[str, Any]], Any]
) -> Listing:
    """All pages. `names` are the keys under which the items may stand, `following` gives the query of the next page."""
    items: dict[str, dict[str, Any]] = {}
    seen: set[str] = set()
    for _ in range(client.limits.pages):
        found = client.get(path, query)
        listed = rows(found, names)
        if isinstance(listed, Trouble):
            return Listing(tuple(items.values()), listed)
        for one in listed:
            items[str(one.get("id", len(items)))] = one
        further = following(found.value)
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


def kept_if(listing: Listing, right: Callable[[dict[str, Any]], bool], name: str) -> Listing:
    """The listing without what the API should have left out, and a note when there was any."""
    items = tuple(one for one in listing.items if right(one))
    if len(items) == len(listing.items):
        return listing
    told = f"the API paid no heed to {name}: {len(listing.items) - len(items)} others were left out here"
    return listing._replace(items=items, notes=(*listing.notes, told))


def record(found: Answer, wrapper: str = "") -> Answer:
    """One object of an answer, taken out of its wrapper."""
    if found.trouble is not None:
        return found
    value = found.value.get(wrapper, found.value) if isinstance(found.value, dict) else None
    if not isinstance(value, dict) or not isinstance(value.get("id"), str):
        return Answer(trouble=_odd("it is no object with an id"))
    return Answer(value)
