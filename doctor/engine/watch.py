"""Watching a connection until it works, fails, or time is over: what an observation means, and when to look again."""

from __future__ import annotations

from typing import Final, NamedTuple

GOOD: Final = frozenset({"active"})
BAD: Final = frozenset({"inactive", "deleting", "credentials-invalid", "gone"})
"""States that do not turn into Active by waiting."""
SLOWEST: Final = 30.0
"""Seconds between two looks, at the most, unless more was asked for."""


class Seen(NamedTuple):
    """One look: the moment (ISO 8601), the state in doctor's words (`gone`: there is none), failed sign-ins so far."""

    at: str
    state: str
    failures: int = 0


class Step(NamedTuple):
    """Something that is worth telling: a first state, a transition, or failed sign-ins in the same state."""

    at: str
    before: str | None
    after: str
    new_failures: int


def step(last: Seen | None, seen: Seen) -> Step | None:
    """What is new since the last look, or None."""
    before = last.state if last else None
    failures = seen.failures - (last.failures if last else 0)
    if before == seen.state and failures <= 0:
        return None
    return Step(seen.at, before, seen.state, max(failures, 0))


def outcome(state: str) -> str | None:
    """`active` or `failed`, or None while it is worth waiting."""
    return "active" if state in GOOD else "failed" if state in BAD else None


def pause(number: int, interval: float) -> float:
    """Seconds until the next look: the interval, growing by half each time up to thirty seconds. `number` from 0."""
    return min(interval * 1.5 ** min(number, 20), max(interval, SLOWEST))
