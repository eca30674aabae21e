"""Plans: what an aggregate leaves out changes nothing of what its entities show."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from doctor.engine import judge
from doctor.engine.make import condition_part
from doctor.engine.plan import Plan
from doctor.engine.rule import Rule
from doctor.facts.fact import View
from doctor.model.state import Unknown

NOW: Final = datetime(2026, 11, 22, 9, tzinfo=UTC)
EXPECTED: Final = "idp.expected_entity_id"


def rule(name: str, when: dict[str, Any]) -> Rule:
    """A rule over identity-provider metadata."""
    data = {"id": name, "severity": "error", "document": "idp-metadata", "when": when}
    return Rule(condition_part(data))


WAITING: Final = rule("waiting", {EXPECTED: {"exists": True}, "metadata.copies": 1})
EITHER: Final = rule("either", {"any": [{EXPECTED: {"exists": True}}, {"metadata.copies": 1}]})
WITHOUT: Final = rule("without", {"not": {EXPECTED: "x"}})
OWN: Final = rule("own", {"metadata.copies": {"gte": 2}})


def entity(copies: int, given: dict[str, Any]) -> View:
    """The view of one entity of an aggregate, in a case of what was given."""
    derivations = {"metadata.copies": lambda _view: copies}
    return View(derivations, NOW, None, judge.case_view(NOW, given, {}))


def confirmed(plan: Plan, view: View) -> list[str]:
    """The rules that the plan confirms."""
    return [one.rule.id for one in plan.judge(view)[0]]


def test_rules_that_wait_for_what_nobody_told_are_left_out() -> None:
    whole = Plan((WAITING, EITHER, WITHOUT, OWN))
    settled = whole.settled(entity(1, {}))
    assert [one.id for one in settled.rules] == ["either", "without", "own"]
    for copies in (1, 2):
        assert confirmed(settled, entity(copies, {})) == confirmed(whole, entity(copies, {}))
    assert isinstance(entity(1, {})[EXPECTED], Unknown)


def test_what_was_told_leaves_nothing_out() -> None:
    given = {EXPECTED: "https://idp.example.com"}
    settled = Plan((WAITING, OWN)).settled(entity(2, given))
    assert confirmed(settled, entity(1, given)) == ["waiting"]
    assert confirmed(settled, entity(2, given)) == ["own"]
