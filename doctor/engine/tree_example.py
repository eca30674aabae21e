"""Examples of trees: a case of given facts, and what the walk concludes, asks, suspects and rules out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from doctor.catalogue.rule import listed
from doctor.engine import tree
from doctor.engine.diagnose import Examined
from doctor.engine.example import NOW, Result
from doctor.model.case import Case

if TYPE_CHECKING:
    from doctor.engine.rulebook import Rulebook

_KEYS = ("concludes", "asks", "suspects", "rules_out", "advises")


def results(one: tree.Tree, book: Rulebook) -> list[Result]:
    """Run the examples of one tree."""
    return [_result(one, example, book) for example in listed(one.data.get("examples"))]


def examined(example: dict[str, Any], book: Rulebook) -> Examined:
    """The case of an example, examined."""
    reports = tuple(listed(example.get("symptom")))
    case = Case(
        str(example.get("name")), NOW.strftime("%Y-%m-%dT%H:%M:%SZ"), reports=reports, provider=example.get("provider")
    )
    observed = dict(example.get("facts") or {})
    if "kinds" in example:
        observed["evidence.kinds"] = example["kinds"]
    return Examined(case, book, observed)


def _result(one: tree.Tree, example: dict[str, Any], book: Rulebook) -> Result:
    found = examined(example, book)
    expected = {key: sorted(listed(example[key])) for key in _KEYS if key in example}
    got = {key: _got(key, one, found, listed(example[key])) for key in expected}
    entered = one.id in [each.id for each in found.trees]
    if not entered:
        return Result(one.id, example.get("name", ""), expected, "the tree is not entered", (), ())
    return Result(one.id, example.get("name", ""), expected, got, (), ())


def _got(key: str, one: tree.Tree, found: Examined, wanted: list[str]) -> list[str]:
    if key == "asks":
        return _asked(found, wanted)
    if key == "advises":
        steps = [step for step in one.steps if step.advice and tree.reached(step, found.view) is True]
        return sorted(str(step.advice) for step in steps[:1])
    verdict = {"concludes": "confirmed", "suspects": "suspected", "rules_out": "ruled-out"}[key]
    names = one.rules if key == "concludes" else wanted
    return sorted({name for name in names for each in found.judged.get(name, ()) if each.verdict == verdict})


def _asked(found: Examined, wanted: list[str]) -> list[str]:
    """The facts of the first question that the example names; all of its facts when it names others."""
    needs = () if found.proven else found.needs()
    if not needs:
        return []
    told = set(needs[0].provides)
    return sorted(wanted) if wanted and set(wanted) <= told else sorted(told)
