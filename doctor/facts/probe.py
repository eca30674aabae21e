"""What a probe of clocks measured, and the facts that it tells: of each server, and of the machine that measured.

The facts are declared in `clock`; this module is imported by those who probe.
"""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

from doctor.facts.offset import JITTER, RECORDER, Clocks, Estimate, Reading, clocks

HERE: Final = "this computer"


class Measured(NamedTuple):
    """One server, asked for its time: by `way` (http-date or ntp), with `readings`, or why there are none.

    `round_trip` is the shortest in seconds. `failure` is a word, `detail` a line for a person; both are
    empty when it went well. `stratum` is that of a time server.
    """

    name: str
    way: str
    readings: tuple[Reading, ...] = ()
    round_trip: float | None = None
    failure: str = ""
    detail: str = ""
    stratum: int | None = None


class Told(NamedTuple):
    """One clock as a report tells it: the facts for the rules, and what one looks up first."""

    name: str
    facts: dict[str, Any]
    summary: dict[str, object]


def told(measured: tuple[Measured, ...]) -> tuple[Told, ...]:
    """What the measurements tell of each clock; this computer's own comes last, when others can judge it."""
    found = clocks(reading for one in measured for reading in one.readings)
    each = [_server(one, found) for one in measured]
    here = found.estimates[RECORDER]
    return (*each, *([_here(here, found.reference)] if here.certain else []))


def _server(one: Measured, found: Clocks) -> Told:
    estimate = found.estimates.get(one.readings[0].party) if one.readings else None
    summary = {"way": one.way, **_bounds(estimate), "reference": found.reference if one.readings else None}
    summary |= {"samples": len(one.readings), "round_trip_seconds": _rounded(one.round_trip), "stratum": one.stratum}
    summary |= {"failure": one.failure or None, "detail": one.detail or None}
    if estimate is None or one.way == "ntp":
        return Told(one.name, {}, summary)
    facts: dict[str, Any] = {"clock.probed_host": one.name, "clock.probed_reference": found.reference}
    if estimate.contradictory:
        facts["clock.probed_steady"] = False
    elif (seconds := ahead(estimate)) is not None:
        facts |= {"clock.probed_steady": True, "clock.probed_ahead_seconds": seconds}
    return Told(one.name, facts, summary)


def _here(estimate: Estimate, reference: str) -> Told:
    seconds = ahead(estimate)
    facts = {} if seconds is None else {"clock.recorder_ahead_seconds": seconds}
    return Told(HERE, facts, {"way": "compared", **_bounds(estimate), "reference": reference})


def ahead(estimate: Estimate) -> int | None:
    """By how many seconds a measured clock is ahead: the middle of narrow bounds, else what is proven; None when open."""
    span = estimate.span
    if span.width <= 2 * JITTER or span.direction == "none":
        return round((span.low + span.high) / 2)
    return int(span.least) if span.direction != "undecided" else None


def _bounds(one: Estimate | None) -> dict[str, object]:
    if one is None:
        return {
            "ahead_seconds": None,
            "at_least_seconds": None,
            "at_most_seconds": None,
            "steady": None,
            "certain": None,
        }
    return {
        "ahead_seconds": None if one.contradictory else ahead(one), "at_least_seconds": _rounded(one.low_seconds),
        "at_most_seconds": _rounded(one.high_seconds), "steady": not one.contradictory, "certain": one.certain,
    }  # fmt: skip


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None or not math.isfinite(seconds) else round(seconds, 3)
