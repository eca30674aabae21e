"""Examples: the facts in a rule or tree file made into a view, and what came of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from doctor.catalogue.rule import listed, scopes
from doctor.engine.rule import Rule, run
from doctor.facts.fact import View
from doctor.facts.registry import declared, derivations
from doctor.model.state import ABSENT

if TYPE_CHECKING:
    from doctor.facts.fact import Type

NOW: Final = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
"""The moment at which examples are judged."""


class Result(NamedTuple):
    """One example, run: what was expected, what came, and what was missing."""

    rule: str
    name: str
    expected: object
    got: object
    missing: tuple[str, ...]
    wanted: tuple[str, ...]
    severity: str = ""

    @property
    def passed(self) -> bool:
        """Whether the outcome is the one that the file declares."""
        return self.expected == self.got and (not self.wanted or sorted(self.wanted) == sorted(self.missing))


class Item:
    """One item of an example's collection: only the fields that the example gives."""

    def __init__(self, of_fact: str, fields: dict[str, Any], kind: Type) -> None:
        self.of_fact = of_fact
        for name, value in fields.items():
            setattr(self, name, typed(value, kind.fields.get(name)))


def typed(value: Any, kind: Type | None) -> Any:
    """A YAML value as the fact's type has it: times parsed, lists as tuples, `ABSENT` as the state."""
    if value is None or value == "ABSENT":
        return ABSENT
    if kind is not None and kind.name == "time" and isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return tuple(value) if isinstance(value, list) else value


def view_of(facts: dict[str, Any], kind: str, now: datetime = NOW) -> View:
    """A view that knows just these facts."""
    case = View(derivations("case"), now)
    view = case if kind == "case" else View(derivations(kind), now, None, case)
    for name, value in facts.items():
        given = given_value(name, value)
        view[name] = given
        case[name] = given
    return view


def given_value(name: str, value: Any) -> Any:
    """A fact's value as an example writes it: collections and records as items with just these fields."""
    fact = declared(name)
    if fact is None:
        return typed(value, None)
    if fact.type.name == "collection" and isinstance(value, list):
        return tuple(Item(name, one, fact.type) for one in value)
    if fact.type.name == "record" and isinstance(value, dict):
        return Item(name, value, fact.type)
    return typed(value, fact.type)


def results(data: dict[str, Any]) -> list[Result]:
    """Run the examples of one rule."""
    rule = Rule(data)
    kinds = [kind for kind in scopes(data) if kind != "any"] or ["unknown"]
    return [_result(rule, example, kinds[0]) for example in listed(data.get("examples"))]


def _result(rule: Rule, example: dict[str, Any], kind: str) -> Result:
    view = view_of(example.get("facts") or {}, example.get("kind", kind))
    outcome = next(iter(run(rule, view)))
    got: object = {"confirmed": True, "ruled-out": False}.get(outcome.verdict, outcome.verdict)
    missing = tuple(outcome.missing.missing) if outcome.missing is not None else ()
    severity = rule.severity_in(view, outcome.item)
    if example.get("severity", severity) != severity:
        got = f"{got} as {severity}"
    return Result(
        rule.id, example.get("name", ""), example["fires"], got, missing, tuple(example.get("needs") or ()), severity
    )
