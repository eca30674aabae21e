"""`doctor connections watch`: each state with its time, and what stands in the way of the next one."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from doctor.cli import live, option
from doctor.engine import watch
from doctor.report import json

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from doctor.engine.diagnose import Diagnosis
    from doctor.engine.watch import Seen, Step
    from doctor.sources.answer import Trouble
    from doctor.sources.live import About, Live
    from doctor.sources.profile import Access
    from doctor.sources.vendor import Client

_PATIENCE: Final = 5
"""Looks in a row that may fail before it is given up."""
_CODES: Final = {"active": 0, "failed": 1, "timeout": 3, "unknown": 2}


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


def run(chosen: argparse.Namespace, given: Access, api: Client) -> int:
    """Watch one connection; give the exit code."""
    from doctor.sources.live import About

    look = option.look(sys.stdout)
    text = chosen.format == "text" and chosen.output is None

    def tell(told: Told) -> None:
        if text:
            option.write("\n".join(_lines(told, look)) + "\n", None)

    about = About(chosen.id, chosen.organization)
    ended = watched(api, given.vendor, about, Plan(chosen.interval, chosen.timeout), tell)
    judged = live.judged(chosen.id, ended.trouble, f"doctor connections watch ({given.vendor})")
    if chosen.format == "json":
        option.write(json.text(_data(chosen.id, ended) | live.wrong(judged, ended.trouble, api)), chosen.output)
    else:
        lines = [] if text else [row for one in ended.steps for row in _lines(one, look)]
        lines += [*live.failed_lines(judged, ended.trouble, look), _closing(ended)]
        option.write("\n".join(lines) + "\n", chosen.output)
    return _CODES[ended.outcome]


def watched(api: Client, vendor: str, about: About, plan: Plan, tell: Callable[[Told], None]) -> Ended:
    """Look until it is decided. The client's clock tells the time and lets it pass."""
    deadline = api.clock.steady() + plan.span
    last: Seen | None = None
    steps: list[Told] = []
    failed = 0
    for number in range(1_000_000):
        api.begin()
        del api.exchanges[:-40]  # a long watch keeps its latest evidence only
        found = _looked(api, vendor, about)
        if found.trouble is not None and found.trouble.kind != "not-found":
            failed += 1
            if failed >= _PATIENCE or live.code(found.trouble) == 1:
                return Ended("unknown", tuple(steps), found.trouble)
        else:
            failed = 0
            seen = _seen(api, found)
            new = watch.step(last, seen)
            last = seen
            if new is not None:
                steps.append(Told(new, _diagnosis(api, vendor, about, found)))
                tell(steps[-1])
            if (end := watch.outcome(seen.state)) is not None:
                return Ended(end, tuple(steps), found.trouble)
        wait = watch.pause(number, plan.interval)
        if api.clock.steady() + wait >= deadline:
            return Ended("unknown" if failed else "timeout", tuple(steps), found.trouble if failed else None)
        api.clock.sleep(wait)
    return Ended("timeout", tuple(steps), None)


def _looked(api: Client, vendor: str, about: About) -> Live:
    from doctor.sources import live as source

    return source.glance(api, vendor, about)


def _seen(api: Client, found: Live) -> Seen:
    from doctor.parse import connection

    moment = datetime.fromtimestamp(api.clock.wall(), UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    if found.trouble is not None:
        return watch.Seen(moment, "gone")
    (one,) = connection.read_all([found.item])
    failures = sum(each.times for each in found.story.failures) if found.story else 0
    return watch.Seen(moment, one.state or f"unknown ({one.state_given})", failures)


def _diagnosis(api: Client, vendor: str, about: About, found: Live) -> Diagnosis | None:
    """What stands in the way: the whole evidence, gathered anew, and diagnosed."""
    from doctor.sources import live as source

    if found.trouble is not None:
        return None
    api.begin()
    whole = source.connection(api, vendor, about)
    return None if whole.trouble is not None else live.diagnosed(whole, vendor)


# ── words ──────────────────────────────────────────────────────────────────────────────────────────────────


def _lines(told: Told, look: Any) -> list[str]:
    from doctor.report import text
    from doctor.report.safe import line

    step = told.step
    arrow = " → " if look.unicode else " -> "
    way = step.after if step.before in (None, step.after) else f"{step.before}{arrow}{step.after}"
    more = f", {step.new_failures} failed sign-in{'s' * (step.new_failures != 1)}" if step.new_failures else ""
    lines = [f"{step.at}  {line(way)}{more}"]
    if told.diagnosis is not None and watch.outcome(step.after) != "active":
        for each in live.blocking(told.diagnosis):
            lines += text.wrapped(line(each), look, " " * 22)
    return lines


def _closing(ended: Ended) -> str:
    return {
        "active": "active: people can sign in", "failed": "failed: waiting does not help",
        "timeout": "time is over; it has not become active", "unknown": "the API could not be asked any more",
    }[ended.outcome]  # fmt: skip


def _data(ident: str, ended: Ended) -> dict[str, Any]:
    steps = [{**one.step._asdict(), "headline": one.diagnosis and one.diagnosis.headline,
              "blocking": live.blocking(one.diagnosis) if one.diagnosis else []} for one in ended.steps]  # fmt: skip
    return {"schema": "doctor/watch/1", "id": ident, "outcome": ended.outcome, "steps": steps}
