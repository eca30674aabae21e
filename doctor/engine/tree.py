"""Trees: in which order a symptom's rules are considered, and which questions are worth asking.

A tree is compiled to a flat list of steps, each with the branch conditions on its way. The walk itself
is in `engine.diagnose`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from doctor.engine import condition
from doctor.model.document import KINDS
from doctor.model.state import Unknown

if TYPE_CHECKING:
    from doctor.engine.condition import Test
    from doctor.facts.fact import View


class Step(NamedTuple):
    """One rule or one advice to consider, when all branch conditions on its way hold."""

    rule: str | None
    advice: str | None
    branches: tuple[Test, ...]
    conditions: tuple[dict[str, Any], ...]


class Tree(NamedTuple):
    """One compiled tree; `rules` are those that it considers, in order."""

    id: str
    title: str
    symptoms: tuple[str, ...]
    enter: Test | None
    steps: tuple[Step, ...]
    otherwise: str
    advice: dict[str, dict[str, Any]]
    data: dict[str, Any]
    rules: tuple[str, ...]


def compiled(data: dict[str, Any]) -> Tree:
    """A tree from its checked data."""
    enter, steps = data.get("enter"), tuple(_steps(data["steps"], (), ()))
    return Tree(
        data["id"], data["title"], tuple(data.get("symptoms", ())),
        condition.compiled(entering(enter)) if enter else None, steps,
        data["otherwise"]["advice"], data.get("advice", {}), data,
        tuple(step.rule for step in steps if step.rule is not None),
    )  # fmt: skip


def entering(enter: dict[str, Any]) -> dict[str, Any]:
    """An `enter` condition with `{kind: given}` written out as a condition on the kinds of the case."""
    parts: list[dict[str, Any]] = [
        {"evidence.kinds": {"contains": key}} if key in KINDS and value == "given" else {key: value}
        for key, value in enter.items()
    ]
    for part in parts:
        for key in ("any", "all"):
            if key in part:
                part[key] = [entering(one) for one in part[key]]
    return parts[0] if len(parts) == 1 else {"all": parts}


def _steps(steps: list[dict[str, Any]], tests: tuple[Test, ...], conditions: tuple[dict[str, Any], ...]) -> list[Step]:
    found: list[Step] = []
    for step in steps:
        if "rule" in step or "advice" in step:
            found.append(Step(step.get("rule"), step.get("advice"), tests, conditions))
        else:
            inner = condition.compiled(step["when"])
            found += _steps(step["steps"], (*tests, inner), (*conditions, step["when"]))
    return found


def reached(step: Step, view: View) -> bool | Unknown:
    """Whether the branches on the way to a step hold; an unknown branch names what it lacks."""
    missing: Unknown | None = None
    for test in step.branches:
        result = test(view, None)
        if result is False:
            return False
        if isinstance(result, Unknown):
            missing = result if missing is None else missing | result
    return True if missing is None else missing


def named_in(tree: Tree, text: str) -> bool:
    """Whether free text names one of the tree's symptoms."""
    plain = " ".join(text.casefold().replace('"', "").replace("'", "").split())
    return any(symptom.casefold() in plain for symptom in tree.symptoms)
