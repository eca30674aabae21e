"""The connections at a vendor, for a face that shows them: with the key of the environment or of a profile."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from doctor.parse import connection
from doctor.sources import live, profile
from doctor.sources.listing import Filters
from doctor.sources.vendor import Limits, Manner

if TYPE_CHECKING:
    from doctor.model.connection import Connection
    from doctor.sources.answer import Trouble
    from doctor.sources.profile import Access


class Online(NamedTuple):
    """What the vendor's API lists. `trouble` says why there is nothing, or not all; `came_from` where the key was."""

    vendor: str
    came_from: str
    connections: tuple[Connection, ...]
    trouble: Trouble | None
    notes: tuple[str, ...]


def access() -> Access:
    """Whose API, with which key. Raises `UsageError` saying what to set, and `InputError`."""
    file = profile.path()
    return profile.access(profile.Wanted(), os.environ, profile.load(file), profile.Keyring())


def listed(*, allow_private: bool = False) -> Online:
    """Every connection. Raises `UsageError` and `InputError` when no key is found."""
    given = access()
    api = live.client(given, Manner(Limits(), allow_private=allow_private))
    found = live.module(given.vendor).connections(api, Filters())
    each = tuple(connection.read_all(list(found.items)))
    return Online(given.vendor, given.came_from, each, found.trouble, tuple(found.notes))


def fetched(name: str, *, allow_private: bool = False) -> tuple[str, live.Live]:
    """Whose it is, and everything that the API tells of one connection. Raises `UsageError` and `InputError`."""
    given = access()
    manner = Manner(Limits(), allow_private=allow_private)
    return given.vendor, live.fetch(given, live.About(name), manner).live
