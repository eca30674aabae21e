"""The state of a connection over time: what the vendor's events tell, and what was seen at each look."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from doctor.engine.watch import Seen, step
from doctor.facts.story import code_of
from doctor.model.event import FAILED, SUCCEEDED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from doctor.engine.watch import Step
    from doctor.model.connection import Connection
    from doctor.model.event import Event

_WORDS: Final = {
    "connection.activated": "active", "connection.deactivated": "inactive", "connection.deleted": "deleted",
    "connection.saml_certificate_renewal_required": "certificate is to be renewed",
    "connection.saml_certificate_renewed": "certificate renewed", SUCCEEDED: "sign-in succeeded",
}  # fmt: skip
_MOST: Final = 12


class Moment(NamedTuple):
    """Something at a time (ISO 8601, as given). `source` says who knows it: vendor, or doctor who looked."""

    at: str
    said: str
    source: str


class Looked(NamedTuple):
    """What was new at a look, and what stands in the way of the next state, where that was found out."""

    step: Step
    source: str
    why: tuple[str, ...] = ()


class Looks:
    """The state of each connection whenever it was looked at; only what was new is kept."""

    def __init__(self) -> None:
        self._last: dict[str, Seen] = {}
        self._new: dict[str, list[Looked]] = {}

    def look(self, name: str, seen: Seen) -> None:
        """Note a look at the connection of this name."""
        new = step(self._last.get(name), seen)
        self._last[name] = seen
        if new is not None:
            self._new.setdefault(name, []).append(Looked(new, "looked"))

    def watched(self, name: str, new: Step, why: tuple[str, ...]) -> None:
        """Note a step of a connection that is watched; a look that saw the same a moment before is not told twice."""
        known = self._new.setdefault(name, [])
        if new.before is not None and known and known[-1].source == "looked" and known[-1].step.after == new.after:
            known.pop()
        known.append(Looked(new, "watched", why))
        self._last[name] = Seen(new.at, new.after)

    def of(self, name: str) -> tuple[Looked, ...]:
        """What was new with this connection, the oldest first."""
        return tuple(self._new.get(name, ()))


def moments(one: Connection, events: Iterable[Event]) -> tuple[Moment, ...]:
    """What the vendor tells, the oldest first; the same again and again is one moment, told with how often."""
    told = [(each.at, said) for each in events if each.at and (said := _said(each)) is not None]
    told += [(one.created_at, "created")] if one.created_at else []
    found: list[Moment] = []
    times = 1
    for at, said in sorted(told, key=lambda pair: when(pair[0])):
        again = bool(found) and found[-1].said.partition(", ")[0] == said
        times = times + 1 if again else 1
        if again:
            found.pop()
        found.append(Moment(at, f"{said}, {times} times, the last one then" if again else said, "vendor"))
    return tuple(found[-_MOST:])


def _said(event: Event) -> str | None:
    return f"sign-in failed: {code_of(event)}" if event.name in FAILED else _WORDS.get(event.name)


def when(at: str) -> datetime:
    """A moment as a time; what cannot be read comes first."""
    try:
        found = datetime.fromisoformat(at)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
