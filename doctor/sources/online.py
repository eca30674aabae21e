"""The connections at every vendor that is configured, for a face that shows them: read page by page, one in detail."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from doctor.engine import vendor as judge
from doctor.engine.watch import Seen
from doctor.model.error import InputError
from doctor.parse import connection
from doctor.sources import history, live, profile
from doctor.sources.listing import Filters
from doctor.sources.vendor import Limits, Manner
from doctor.sources.watching import KEPT, moment, state_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from doctor.engine.rulebook import Rulebook
    from doctor.model.connection import Connection
    from doctor.model.error import DoctorError
    from doctor.sources.answer import Trouble
    from doctor.sources.history import Moment
    from doctor.sources.listing import Listing
    from doctor.sources.profile import Access, Place
    from doctor.sources.vendor import Client

_PAGES: Final = 1000
"""Pages of a list that somebody can see growing, and cancel."""


class Row(NamedTuple):
    """A connection in a list: whose it is, its name among all, the words by which it is found, how it was seen."""

    place: Place
    one: Connection
    key: str
    words: str
    seen: Seen


class Detail(NamedTuple):
    """All that the API tells of one connection now. `one` is None when it cannot be had, see `live.trouble`."""

    one: Connection | None
    seen: Seen
    live: live.Live
    moments: tuple[Moment, ...]


def places() -> tuple[Place, ...]:
    """Every environment that is configured. Raises `UsageError` saying what to set, and `InputError`."""
    book, ring = profile.load(profile.path()), profile.Keyring()
    found = profile.places(os.environ, book, ring)
    if not found:
        profile.access(profile.Wanted(), os.environ, book, ring)
    return found


def client(place: Place, *, allow_private: bool = False) -> Client:
    """A client for a person who looks on. Raises `UsageError` when the environment cannot be asked."""
    return live.client(_access(place), Manner(Limits(pages=_PAGES), allow_private=allow_private))


def read(place: Place, arrived: Callable[[Sequence[Row]], None], *, allow_private: bool = False) -> Listing:
    """Every connection of an environment; each page is told as soon as it is there, and has time of its own.

    Raises `UsageError` when the environment cannot be asked at all.
    """
    api = client(place, allow_private=allow_private)

    def page(items: list[dict[str, object]]) -> None:
        api.begin()
        del api.exchanges[:-KEPT]
        seen = moment(api)
        arrived([row(place, one, seen) for one in connection.read_all(items)])

    found: Listing = live.module(place.vendor).connections(api, Filters(), page)
    return found


def row(place: Place, one: Connection, at: str) -> Row:
    """A connection as it was seen in an environment."""
    words = (one.name, one.id, one.type, one.organization_id, state_of(one), place.name, one.vendor,
             *(each.name for each in one.domains))  # fmt: skip
    key = f"{place.name}/{one.id or one.name}"
    return Row(place, one, key, " ".join(filter(None, words)).casefold(), Seen(at, state_of(one)))


def now() -> str:
    """The time now: ISO 8601, whole seconds."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def about(one: Connection) -> live.About:
    """What is asked for to look at this connection again."""
    return live.About(one.id, one.organization_id)


def detail(place: Place, one: Connection, *, allow_private: bool = False) -> Detail:
    """One connection with all that belongs to it. Raises `UsageError`."""
    api = client(place, allow_private=allow_private)
    found = live.connection(api, place.vendor, about(one))
    shown = next(iter(connection.read_all([found.item])), None) if found.item else None
    gone = found.trouble is not None and found.trouble.kind == "not-found"
    seen = Seen(moment(api), "gone" if gone else state_of(shown or one))
    return Detail(shown, seen, found, history.moments(shown or one, found.happened))


def fetched(name: str, place: Place | None = None, *, allow_private: bool = False) -> tuple[str, live.Live]:
    """Whose it is, and everything that the API tells of one connection: of this environment, else of the first that
    knows it. Raises `UsageError` and `InputError`.
    """
    known = [one for one in ((place,) if place else places()) if one.access is not None]
    answers = []
    for one in known or [place or places()[0]]:
        manner = Manner(Limits(), allow_private=allow_private)
        answers.append((one.vendor, live.fetch(_access(one), live.About(name), manner).live))
        if answers[-1][1].trouble is None:
            return answers[-1]
    return answers[0]


def complaint(place: Place, trouble: Trouble, book: Rulebook) -> DoctorError:
    """What went wrong in an environment, with what to do about it as the rules say."""
    found = judge.findings(place.name, live.told(trouble), f"the API of {place.vendor}", book, datetime.now(UTC))
    first = found[0] if found else None
    said = f"{first.title}: {trouble}" if first else str(trouble)
    return InputError(f"{place.name}: {said}", first.fix[0] if first and first.fix else "x asks again")


def _access(place: Place) -> Access:
    if place.access is None:
        assert place.lacking is not None  # noqa: S101  (for the type)
        raise place.lacking
    return place.access
