"""The time of servers: by the Date of their HTTP answers, and by NTP.

A Date has whole seconds, so one answer leaves a second open. Each further request is sent so that its answer falls
beside the boundary in the middle of what is still open, and halves it.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from doctor.facts.offset import Reading, estimate
from doctor.facts.probe import Measured
from doctor.model.error import UsageError
from doctor.parse.exchange import http_date
from doctor.sources import http, sntp
from doctor.sources.failure import Budget, FetchError
from doctor.sources.url import parsed

if TYPE_CHECKING:
    from collections.abc import Callable

SAMPLES: Final = 4
_MAX_BODY: Final = 64 * 1024


class Clock(NamedTuple):
    """This machine's clocks: seconds since 1970, seconds that only grow, and how to let some pass."""

    wall: Callable[[], float] = time.time
    steady: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


_OWN: Final = Clock()


class Limits(NamedTuple):
    """How far a measurement may go: whether to private addresses, how long each wait, how many requests a host gets."""

    allow_private: bool = False
    timeout: float = 10.0
    samples: int = SAMPLES


def hosts(names: list[str], limits: Limits, clock: Clock = _OWN) -> tuple[Measured, ...]:
    """The clock of each host: a name, a name with a port, or a URL; https where nothing else is said."""
    return tuple(_host(name, limits, clock) for name in dict.fromkeys(names))


def time_servers(names: list[str], limits: Limits, clock: Clock = _OWN) -> tuple[Measured, ...]:
    """The time of each NTP server: a name or an address, with a port where it is not 123. Raises `UsageError`."""
    each = [_server(name) for name in dict.fromkeys(names)]
    return tuple(
        sntp.measure(one, _budget(limits, clock), clock.wall, allow_private=limits.allow_private) for one in each
    )


def _budget(limits: Limits, clock: Clock) -> Budget:
    return Budget(clock.steady() + limits.timeout, limits.timeout, clock.steady)


def _server(name: str) -> sntp.Server:
    bare = name.count(":") > 1 and "[" not in name
    try:
        target = parsed(f"http://[{name}]/" if bare else f"http://{name}/")
    except FetchError:
        raise UsageError(
            f"{http.shown(name)} is no time server", "give a name or an address: --ntp pool.ntp.org"
        ) from None
    if target.path != "/":
        raise UsageError(f"{http.shown(name)} is no time server", "give a name or an address: --ntp pool.ntp.org")
    return sntp.Server(f"ntp:{http.shown(name)}", target.host, sntp.PORT if target.port == 80 else target.port)


def _host(name: str, limits: Limits, clock: Clock) -> Measured:
    url = name if "://" in name else f"https://{name}/"
    readings: list[Reading] = []
    trips: list[float] = []
    for number in range(limits.samples):
        if number:
            _wait(readings, trips[-1], clock)
        before, begun = clock.wall(), clock.steady()
        found = _fetched(url, limits)
        trips.append(clock.steady() - begun)
        date = http_date(found.headers.get("date", ""))
        if date is None:
            if not readings:
                return _without(http.shown(name), found)
            break
        readings.append(_reading(http.shown(url), date, found.headers.get("age", ""), before, trips[-1]))
    return Measured(http.shown(name), "http-date", tuple(readings), min(trips))


def _fetched(url: str, limits: Limits) -> http.Fetched:
    """One answer of this very host: a redirect has a Date as well, and where it leads nobody asked."""
    return http.fetch(
        url, allow_private=limits.allow_private, timeout=limits.timeout, total=2 * limits.timeout, max_bytes=_MAX_BODY,
        max_redirects=0,
    )  # fmt: skip


def _without(name: str, found: http.Fetched) -> Measured:
    """Why there is no Date: no answer, or one without it (RFC 9110 excuses only servers that have no clock)."""
    if found.status is None:
        return Measured(name, "http-date", failure=found.failure or "protocol", detail=found.detail or "no answer")
    said = "cannot be read" if "date" in found.headers else "is missing"
    return Measured(name, "http-date", failure="no-date", detail=f"the Date of its answer {said}")


def _reading(url: str, date: datetime, age: str, before: float, trip: float) -> Reading:
    """A stored answer (RFC 9111, 5.1) was made by so much earlier, at the most."""
    stored = int(age) + 1 if age.isascii() and age.isdigit() and len(age) < 10 else 0
    sent = datetime.fromtimestamp(before, UTC)
    after, back = sent - timedelta(seconds=stored), sent + timedelta(seconds=trip)
    return Reading(url, "http-date", date, after, back, 1.0, f"HTTP Date of {url}")


def _wait(readings: list[Reading], trip: float, clock: Clock) -> None:
    """Let time pass until an answer would be dated beside a full second of the middle of what is open."""
    span = estimate(readings[0].party, readings).span
    middle = (span.low + span.high) / 2 if span.width < 10 else 0.0
    clock.sleep(-(clock.wall() + trip / 2 + middle) % 1.0)
