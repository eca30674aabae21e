"""A guided setup for people and as JSON: the steps with their values, and what verifying them came to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from doctor.engine.setup import verdict
from doctor.report.safe import line as safe
from doctor.report.tell import tell
from doctor.report.text import Look, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from doctor.engine.instruction import Action
    from doctor.engine.setup import Plan, Step
    from doctor.engine.verify import Check

SCHEMA: Final = "doctor/setup/1"
_MARKS: Final = {"open": "[ ]", "done": "[x]", "verified": "[x]", "failed": "[!]"}
_VERDICTS: Final = {"holds": "holds", "fails": "FAILS", "open": "open "}
_INDENT: Final = "       "


def as_data(plan: Plan, case: str | None = None) -> dict[str, Any]:
    """The plan as JSON data."""
    return {
        "schema": SCHEMA,
        "provider": {"id": plan.row.provider, "name": plan.name},
        "row": {"name": plan.row.name, "type": plan.row.type, "url": plan.row.url},
        "title": plan.title,
        "console": plan.console,
        "connection_type": plan.type,
        "established": plan.established,
        "source": plan.source,
        "confidence": plan.confidence,
        "note": plan.note,
        "case": case,
        "values": [one._asdict() for one in plan.values],
        "missing": list(plan.missing),
        "contradictions": list(plan.contradictions),
        "steps": [_step(one) for one in plan.steps],
        "next": plan.next,
        "checklist": [_check(one) for one in plan.checklist],
        "verdict": overall(plan),
        "pitfalls": [{key: one[key] for key in ("id", "wrong", "seen", "fix", "source")} for one in plan.pitfalls],
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        **step._asdict(),
        "actions": [{**one._asdict(), "missing": list(one.missing)} for one in step.actions],
        "mapping": [{"for": one["for"], "from": one["from"], "as": one.get("as")} for one in step.mapping],
        "checks": [_check(one) for one in step.checks],
    }


def _check(one: Check) -> dict[str, Any]:
    return {**one._asdict(), "tell": tell(one.tell), "rules": list(one.rules)}


def text(plan: Plan, look: Look) -> str:
    """The whole setup: its values, each step, and what usually goes wrong."""
    values = list(_values(plan, look))
    lines = [*_heading(plan, look), *(["", *values] if values else [])]
    for step in plan.steps:
        lines += ["", *_told(step, plan, look)]
    if plan.pitfalls:
        lines += ["", "What usually goes wrong"]
        lines += [part for one in plan.pitfalls for part in _pitfall(one, look)]
    return "\n".join([*lines, "", *_closing(plan, look)]) + "\n"


def _heading(plan: Plan, look: Look) -> Iterator[str]:
    dot = " · " if look.unicode else " | "
    yield f"{safe(plan.name)}{dot}{safe(plan.title)}   https://{plan.row.url}"
    if not plan.row.setup:
        yield from wrapped(
            "What the console of this product calls things is not established here; the steps below are general. "
            "The documentation tells more.", look, "   ",
        )  # fmt: skip
    elif not plan.established:
        lacking = ", ".join(step.id for step in plan.steps if not step.established)
        yield from wrapped(f"Not established for this product: {lacking}; general words stand there.", look, "   ")
    if plan.note:
        yield from wrapped(plan.note, look, "   ")


def _values(plan: Plan, look: Look) -> Iterator[str]:
    shown = [one for one in plan.values if one.text is not None or one.name in plan.missing]
    wide = max((len(one.label) for one in shown), default=0)
    for one in shown:
        if one.text is None:
            yield from wrapped(f"{one.label:<{wide}}  not given: {one.how}", look, "   ", " " * (wide + 5))
        else:
            yield f"   {one.label:<{wide}}  {safe(one.text)}   ({safe(one.source or '')})"
    for said in plan.contradictions:
        yield from wrapped(f"contradiction  {safe(said)}", look, "   ", "                  ")


def _told(step: Step, plan: Plan, look: Look) -> Iterator[str]:
    where = plan.console if step.at == "provider" and plan.console else f"at the {step.at}"
    yield f"{_MARKS[step.status]} {step.number}. {safe(step.title)}   ({step.id}, {where})"
    if not step.established and plan.row.setup:
        yield f"{_INDENT}not established for this product; in general:"
    for number, action in enumerate(step.actions):
        yield from _action(action, look)
        if number == 0:
            yield from _mapping(step, look)
    if step.state:
        yield f"{_INDENT}then the state is {step.state.capitalize()}"
    for check in step.checks:
        yield from _checked(check, look, _INDENT)


def _action(action: Action, look: Look) -> Iterator[str]:
    if action.text is not None:
        yield from wrapped(safe(action.text), look, f"{_INDENT}- ", f"{_INDENT}  ")
        return
    yield f"{_INDENT}- {safe(action.field or '')}:"
    yield f"{_INDENT}    {safe(action.value or '')}"
    if action.note:
        yield from wrapped(f"({safe(action.note)})", look, f"{_INDENT}    ")


def _mapping(step: Step, look: Look) -> Iterator[str]:
    arrow = "→" if look.unicode else "->"
    for one in step.mapping:
        target = f" {arrow} {safe(one['as'])}" if one.get("as") else ""
        yield f"{_INDENT}    {safe(one['for'])}: {safe(one['from'])}{target}"


def _checked(check: Check, look: Look, indent: str) -> Iterator[str]:
    said = f"{_VERDICTS[check.verdict]}  {safe(check.say)}"
    if check.why:
        said += f": {safe(check.why)}"
    if check.rules:
        said += f" [{', '.join(check.rules)}]"
    if check.tell:
        said += f" (to tell: {safe(tell(check.tell) or '')})"
    yield from wrapped(said, look, indent, indent + "       ")


def _pitfall(one: Any, look: Look) -> Iterator[str]:
    yield from wrapped(f"{safe(one['wrong'])} {safe(one['seen'])}", look, "   - ", "     ")
    yield from wrapped(f"fix: {safe(one['fix'])} ({one['source']})", look, "     ", "       ")


def _closing(plan: Plan, look: Look) -> Iterator[str]:
    finished = sum(step.status in ("done", "verified") for step in plan.steps)
    if plan.source:
        yield from wrapped(f"Source: {safe(plan.source)} (confidence: {plan.confidence})", look, "", "        ")
    step = next((one for one in plan.steps if one.id == plan.next), None)
    then = f"; next: {step.number}. {safe(step.title)} ({step.id})" if step else ""
    yield f"{finished} of {len(plan.steps)} steps done{then}"


def verified(plan: Plan, look: Look) -> str:
    """The checklist: what holds, what fails, what only a person can tell; and steps whose checks fail."""
    lines = [*_heading(plan, look), ""]
    groups = (("holds", "Holds"), ("fails", "Fails"), ("open", "Not decided by evidence: somebody has to tell"))
    checks = [*plan.checklist, *_wrong(plan)]
    for word, title in groups:
        chosen = [one for one in checks if one.verdict == word]
        if chosen:
            lines += [title, *(part for one in chosen for part in _item(one, look)), ""]
    counted = ", ".join(f"{sum(one.verdict == word for one in checks)} {told}" for word, told in _COUNTS)
    return "\n".join([*lines, f"{overall(plan)}: {counted}"]) + "\n"


def _wrong(plan: Plan) -> Iterator[Check]:
    """Checks of steps that fail, beyond what the checklist says already."""
    said = {one.say for one in plan.checklist}
    rules = {rule for one in plan.checklist for rule in one.rules}
    for check in dict.fromkeys(check for step in plan.steps for check in step.checks):
        if check.verdict == "fails" and check.say not in said and not (check.rules and rules.issuperset(check.rules)):
            yield check


_COUNTS: Final = (("holds", "hold"), ("fails", "fail"), ("open", "open"))


def _item(check: Check, look: Look) -> Iterator[str]:
    rules = f" [{', '.join(check.rules)}]" if check.rules else ""
    yield from wrapped(f"{safe(check.say)}{rules}", look, "   - ", "     ")
    if check.why:
        yield from wrapped(safe(check.why), look, "     ")
    if check.tell:
        yield from wrapped(f"to tell: {safe(tell(check.tell) or '')}", look, "     ", "       ")


def overall(plan: Plan) -> str:
    """pass, fail or undecided: the checklist, and the checks of steps that fail."""
    wrong = any(check.verdict == "fails" for step in plan.steps for check in step.checks)
    return "fail" if wrong else verdict(plan.checklist)
