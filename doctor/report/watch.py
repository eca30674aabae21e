"""A connection that is watched, for people and as JSON: `doctor/watch/1`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from doctor.engine import watch
from doctor.report import text
from doctor.report.safe import line as safe

if TYPE_CHECKING:
    from doctor.engine.diagnose import Diagnosis
    from doctor.engine.watch import Step
    from doctor.report.text import Look
    from doctor.sources.watching import Ended, Told

CLOSING: Final = {
    "active": "active: people can sign in", "failed": "failed: waiting does not help",
    "timeout": "time is over; it has not become active", "unknown": "the API could not be asked any more",
}  # fmt: skip
"""What each end means."""


def way(step: Step, look: Look) -> str:
    """The state, or the way from one to the next; with the sign-ins that failed meanwhile."""
    arrow = " → " if look.unicode else " -> "
    states = step.after if step.before in (None, step.after) else f"{step.before}{arrow}{step.after}"
    more = f", {step.new_failures} failed sign-in{'s' * (step.new_failures != 1)}" if step.new_failures else ""
    return f"{safe(states)}{more}"


def lines(told: Told, look: Look) -> list[str]:
    """A step with its time, and what stands in the way of the next one."""
    found = [f"{told.step.at}  {way(told.step, look)}"]
    for each in standing(told):
        found += text.wrapped(safe(each), look, " " * 22)
    return found


def standing(told: Told) -> list[str]:
    """What stands in the way of the next state; nothing when there is no next one."""
    if told.diagnosis is None or watch.outcome(told.step.after) == "active":
        return []
    return blocking(told.diagnosis)


def blocking(found: Diagnosis) -> list[str]:
    """The cause, or what would tell it."""
    cause = next((one for one in found.findings if one.id == found.headline), None)
    if cause is not None:
        first = [f"first: {cause.fix[0]}"] if cause.fix else []
        return [f"{cause.verdict}: {cause.title} [{cause.id}]", *first]
    return [f"not known yet: {found.needs[0].question}"] if found.needs else ["nothing is known to stand in the way"]


def data(ident: str, ended: Ended) -> dict[str, Any]:
    """The same as JSON data."""
    steps = [{**one.step._asdict(), "headline": one.diagnosis and one.diagnosis.headline,
              "blocking": blocking(one.diagnosis) if one.diagnosis else []} for one in ended.steps]  # fmt: skip
    return {"schema": "doctor/watch/1", "id": ident, "outcome": ended.outcome, "steps": steps}
