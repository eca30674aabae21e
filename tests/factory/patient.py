"""A patient: a healthy file with one change, named by the change."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from tests.factory import providers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from tests.factory.metadata import Draft


class Patient(NamedTuple):
    """One broken file.

    `change` says in a few words what was changed, `make` writes it for a moment of judgement,
    `rule` is the id of the finding that must speak, `options` are what the person gave beside it.
    """

    name: str
    change: str
    make: Callable[[datetime], bytes]
    rule: str
    options: Mapping[str, str] = {}


def well(now: datetime, provider_id: str = "okta") -> Draft:
    """A healthy file to change."""
    return providers.draft(provider_id, providers.around(now))


def changed(provider_id: str = "okta", **changes: object) -> Callable[[datetime], bytes]:
    """Writes a healthy file with other fields of its entity."""
    return lambda now: well(now, provider_id).but(**changes).data


def swapped(before: str, after: str, provider_id: str = "okta") -> Callable[[datetime], bytes]:
    """Writes a healthy file in which a text that occurs has been replaced."""
    return lambda now: replaced(well(now, provider_id).data, before.encode(), after.encode())


def replaced(data: bytes, before: bytes, after: bytes) -> bytes:
    """The bytes with one text replaced, which must be there."""
    if before not in data:
        raise ValueError(f"{before!r} is not in the file")
    return data.replace(before, after)


def in_days(now: datetime, days: int) -> str:
    """An instant so many days after `now`, as metadata writes it."""
    return providers.instant(now + timedelta(days=days))
