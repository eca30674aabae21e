"""Watching a connection at its vendor: one look after the other, until it works, fails, or time is over.

`Watch.look` asks once and says when to ask again; who waits, and how, is left to the face.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from doctor.engine import watch
from doctor.parse import connection
from doctor.sources import live
from doctor.sources.answer import FINAL

if TYPE_CHECKING:
    from collections.abc import Callable

    from doctor.engine.diagnose import Diagnosis
    from doctor.engine.watch import Seen, Step
    from doctor.model.connection import Connection
    from doctor.sources.answer import Trouble
    from doctor.sources.live import About, Live
    from doctor.sources.vendor import Client

    Diagnose = Callable[[Live, str], Diagnosis]

_PATIENCE: Final = 5
"""Looks in a row that may fail before it is given up."""
KEPT: Final = 40
"""Exchanges that long work keeps as evidence: the latest."""


class Plan(NamedTuple):
    """How often to look, and how long: seconds."""

    interval: float = 5.0
    span: float = 600.0


class Told(NamedTuple):
    """A step with what was found out about it."""

    step: Step
    diagnosis: Diagnosis | None


class Ended(NamedTuple):
    """How it ended: active, failed, timeout or unknown (the API could not be asked any more)."""

    outcome: str
    steps: tuple[Told, ...]
    trouble: Trouble | None


def moment(api: Client) -> str:
    """The time now, by the client's clock: ISO 8601, whole seconds."""
    return datetime.fromtimestamp(api.clock.wall(), UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def state_of(one: Connection) -> str:
    """The state in doctor's words; the vendor's own where doctor has none."""
    return one.state or f"unknown ({one.state_given})"


class Watch:
    """A connection that is watched. `ended` is None until it is decided; `shown` is the connection as last seen."""

    def __init__(self, api: Client, vendor: str, about: About, plan: Plan, diagnose: Diagnose) -> None:
        self._api, self._vendor, self._about, self._plan, self._diagnose = api, vendor, about, plan, diagnose
        self._deadline = api.clock.steady() + plan.span
        self._last: Seen | None = None
        self._failed = 0
        self._number = 0
        self.steps: list[Told] = []
        self.ended: Ended | None = None
        self.shown: Connection | None = None

    def look(self, tell: Callable[[Told], None]) -> float | None:
        """Look once, tell what is new; seconds until the next look, or None when it has ended."""
        self._api.begin()
        del self._api.exchanges[:-KEPT]
        found = live.glance(self._api, self._vendor, self._about)
        lost = found.trouble is not None and found.trouble.kind != "not-found"
        outcome = self._unanswered(found.trouble) if lost else self._answered(found, tell)
        wait = watch.pause(self._number, self._plan.interval)
        self._number += 1
        if outcome is None and self._api.clock.steady() + wait < self._deadline:
            return wait
        self.ended = Ended(outcome or ("unknown" if lost else "timeout"), tuple(self.steps), found.trouble)
        return None

    def _unanswered(self, trouble: Trouble | None) -> str | None:
        self._failed += 1
        final = trouble is not None and trouble.kind in FINAL
        return "unknown" if final or self._failed >= _PATIENCE else None

    def _answered(self, found: Live, tell: Callable[[Told], None]) -> str | None:
        self._failed = 0
        seen = self._seen(found)
        new = watch.step(self._last, seen)
        self._last = seen
        if new is not None:
            self.steps.append(Told(new, self._diagnosis(found)))
            tell(self.steps[-1])
        return watch.outcome(seen.state)

    def _seen(self, found: Live) -> Seen:
        if found.trouble is not None:
            return watch.Seen(moment(self._api), "gone")
        (self.shown,) = connection.read_all([found.item])
        failures = sum(each.times for each in found.story.failures) if found.story else 0
        return watch.Seen(moment(self._api), state_of(self.shown), failures)

    def _diagnosis(self, found: Live) -> Diagnosis | None:
        """What stands in the way: the whole evidence, gathered anew, and diagnosed."""
        if found.trouble is not None:
            return None
        self._api.begin()
        whole = live.connection(self._api, self._vendor, self._about)
        return None if whole.trouble is not None else self._diagnose(whole, self._vendor)


def watched(one: Watch, api: Client, tell: Callable[[Told], None]) -> Ended:
    """Look until it is decided. The client's clock tells the time and lets it pass."""
    while (wait := one.look(tell)) is not None:
        api.clock.sleep(wait)
    assert one.ended is not None  # noqa: S101  (for the type: without a wait it has ended)
    return one.ended
