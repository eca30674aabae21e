"""Events told as a story: failed sign-ins by their error and person, what repeats once, what counts for a diagnosis."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from doctor.model.event import FAILED, SUCCEEDED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from doctor.model.event import Event

STARTED: Final = "authentication.sso_started"
RENEWAL: Final = "connection.saml_certificate_renewal_required"
RENEWED: Final = "connection.saml_certificate_renewed"
TIMED_OUT: Final = "timed_out"
"""The code of a sign-in that was started and never came back."""


class Failure(NamedTuple):
    """Sign-ins that failed alike, so many `times`: their error, people with how often each, first and last moment."""

    name: str
    code: str
    message: str | None
    times: int
    users: tuple[tuple[str, int], ...]
    unnamed: int
    first: str | None
    last: str | None
    connections: tuple[str, ...]


class Renewal(NamedTuple):
    """A certificate that is to be renewed: told once, however often the vendor repeats it.

    `renewed_at` is the moment of a renewal after the last reminder, which makes it history.
    """

    connection_id: str | None
    certificate: str | None
    expires_at: str | None
    reminders: int
    first: str | None
    last: str | None
    renewed_at: str | None


class Story(NamedTuple):
    """What `events` tell, so many. `attempts` counts sign-ins, whatever came of them; `others` counts other names."""

    events: int
    first: str | None
    last: str | None
    attempts: int
    succeeded: int
    failures: tuple[Failure, ...]
    renewals: tuple[Renewal, ...]
    others: tuple[tuple[str, int], ...]
    works_again: bool
    """Whether the latest sign-in succeeded after the failures."""


def told(events: Iterable[Event]) -> Story:
    """The story of these events; one that was delivered twice (same id) counts once."""
    unique = {one.id or f"#{number}": one for number, one in enumerate(events)}
    each = sorted(unique.values(), key=_moment)
    failed = [one for one in each if one.name in FAILED]
    good = [one for one in each if one.name == SUCCEEDED]
    started = sum(one.name == STARTED for one in each)
    known = {*FAILED, SUCCEEDED, STARTED, RENEWAL, RENEWED}
    others = Counter(one.name for one in each if one.name not in known)
    times = [one.at for one in each if one.at]
    return Story(
        len(each), times[0] if times else None, times[-1] if times else None, max(len(failed) + len(good), started),
        len(good), _failures(failed), _renewals(each), tuple(sorted(others.items())),
        bool(good and failed) and _moment(good[-1]) > _moment(failed[-1]),
    )  # fmt: skip


_NEVER: Final = datetime.min.replace(tzinfo=UTC)


def _moment(event: Event) -> datetime:
    """When it happened; what has no readable time comes first."""
    try:
        found = datetime.fromisoformat(event.at or "")
    except ValueError:
        return _NEVER
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def code_of(event: Event) -> str:
    """The code under which a failed sign-in is counted."""
    return event.code or (TIMED_OUT if event.name.endswith("timed_out") else "unknown")


def _failures(failed: list[Event]) -> tuple[Failure, ...]:
    """By error, the most frequent first."""
    groups: dict[tuple[str, str | None], list[Event]] = {}
    for one in failed:
        groups.setdefault((code_of(one), one.message), []).append(one)
    found = [_failure(code, message, events) for (code, message), events in groups.items()]
    return tuple(sorted(found, key=lambda one: (-one.times, one.code, one.message or "")))


def _failure(code: str, message: str | None, events: list[Event]) -> Failure:
    people = Counter(one.user.lower() for one in events if one.user)
    connections = dict.fromkeys(one.connection_id for one in events if one.connection_id)
    ranked = tuple(sorted(people.items(), key=lambda pair: (-pair[1], pair[0])))
    unnamed = sum(not one.user for one in events)
    return Failure(
        events[0].name, code, message, len(events), ranked, unnamed, events[0].at, events[-1].at, tuple(connections)
    )


def _renewals(each: list[Event]) -> tuple[Renewal, ...]:
    groups: dict[tuple[str | None, str | None, str | None], list[Event]] = {}
    for one in each:
        if one.name == RENEWAL:
            groups.setdefault((one.connection_id, one.certificate, one.expires_at), []).append(one)
    return tuple(_renewal(key, events, each) for key, events in groups.items())


def _renewal(key: tuple[str | None, str | None, str | None], events: list[Event], each: list[Event]) -> Renewal:
    connection, certificate, expires = key
    later = [
        one.at for one in each
        if one.name == RENEWED and (one.connection_id, one.certificate) == (connection, certificate)
        and _moment(one) >= _moment(events[-1])
    ]  # fmt: skip
    return Renewal(
        connection, certificate, expires, len(events), events[0].at, events[-1].at, later[0] if later else None
    )


def words(story: Story) -> tuple[str, ...]:
    """The errors of failed sign-ins as texts that people might bring: each once, the most frequent first.

    Errors from before a sign-in that succeeded are history and prove nothing of today.
    """
    if story.works_again:
        return ()
    texts = [f"{one.name} {one.code}: {one.message or one.code}" for one in story.failures]
    return tuple(dict.fromkeys(texts))[:10]
