"""A rule, ready to run: what it judges, when it holds, and how severe that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from doctor.engine import condition
from doctor.model.state import ABSENT, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from doctor.facts.fact import View

CONFIRMED: Final = "confirmed"
UNKNOWN: Final = "unknown"
RULED_OUT: Final = "ruled-out"
NOT_APPLICABLE: Final = "not-applicable"
CRASHED: Final = "crashed"


class Rule:
    """One compiled rule. `data` is its condition part as the catalogue holds it."""

    __slots__ = ("applies", "collection", "data", "facts", "id", "severity", "test")

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data
        self.id: str = data["id"]
        self.severity: str = data["severity"]
        self.collection: str | None = data.get("for_each")
        self.test = condition.compiled(data["when"])
        self.applies = condition.compiled(data["applies"]) if "applies" in data else None
        self.facts: tuple[str, ...] = tuple(data["facts"])

    def severity_in(self, view: View, item: Any) -> str:
        """Its severity in this case, after `escalate` and `relax`; the last one that holds decides."""
        found = self.severity
        for change in (*self.data.get("escalate", ()), *self.data.get("relax", ())):
            if condition.compiled(change["when"])(view, item) is True:
                found = change["to"]
        return found


class Outcome:
    """What a rule came to: a verdict, the item it holds for, what is missing, what crashed."""

    __slots__ = ("error", "item", "missing", "rule", "verdict")

    def __init__(
        self, rule: Rule, verdict: str, item: Any = None, missing: Unknown | None = None, error: str = ""
    ) -> None:
        self.rule = rule
        self.verdict = verdict
        self.item = item
        self.missing = missing
        self.error = error


def run(rule: Rule, view: View) -> Iterator[Outcome]:
    """Hold a rule against a view: one outcome, or one per item for which it holds.

    A defect of doctor is an outcome too (`crashed`) and stops nothing.
    """
    try:
        yield from _run(rule, view)
    except Exception as error:  # noqa: BLE001  (whatever it is, the other rules go on)
        yield Outcome(rule, CRASHED, error=f"{type(error).__name__}: {error}")


def _run(rule: Rule, view: View) -> Iterator[Outcome]:
    if rule.applies is not None:
        applies = rule.applies(view, None)
        if applies is not True:
            missing = applies if isinstance(applies, Unknown) else None
            yield Outcome(rule, NOT_APPLICABLE if missing is None else UNKNOWN, missing=missing)
            return
    if rule.collection is None:
        yield _outcome(rule, rule.test(view, None), None)
        return
    yield from _each(rule, view)


def _each(rule: Rule, view: View) -> Iterator[Outcome]:
    found = view[rule.collection or ""]
    if isinstance(found, Unknown):
        yield Outcome(rule, UNKNOWN, missing=found)
        return
    if found is ABSENT or not found:
        yield Outcome(rule, NOT_APPLICABLE)
        return
    outcomes = [_outcome(rule, rule.test(view, item), item) for item in found]
    telling = [one for one in outcomes if one.verdict == CONFIRMED]
    yield from telling or [next((one for one in outcomes if one.missing is not None), Outcome(rule, RULED_OUT))]


def _outcome(rule: Rule, result: bool | Unknown, item: Any) -> Outcome:  # noqa: FBT001
    if isinstance(result, Unknown):
        return Outcome(rule, UNKNOWN, item, result)
    return Outcome(rule, CONFIRMED if result else RULED_OUT, item)
