"""A rule, ready to run: what it judges, when it holds, and how severe that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from doctor.engine import condition
from doctor.model.state import ABSENT, Unknown

if TYPE_CHECKING:
    from doctor.engine.condition import Test
    from doctor.facts.fact import View

CONFIRMED: Final = "confirmed"
UNKNOWN: Final = "unknown"
RULED_OUT: Final = "ruled-out"
NOT_APPLICABLE: Final = "not-applicable"
CRASHED: Final = "crashed"


class Rule:
    """One compiled rule. `data` is its condition part as the catalogue holds it."""

    __slots__ = ("_changes", "applies", "collection", "data", "facts", "id", "reads_items_only", "severity", "test")

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data
        self.id: str = data["id"]
        self.severity: str = data["severity"]
        self.collection: str | None = data.get("for_each")
        self.test = condition.compiled(data["when"])
        self.applies = condition.compiled(data["applies"]) if "applies" in data else None
        self.facts: tuple[str, ...] = tuple(data["facts"])
        self._changes: list[tuple[str, Test]] | None = None
        own = f"{self.collection}|"
        self.reads_items_only = (
            self.collection is not None and self.applies is None and all(leaf.startswith(own) for leaf in self.facts)
        )
        """Whether it reads nothing but the fields of one item."""

    def severity_in(self, view: View, item: Any) -> str:
        """Its severity in this case, after `escalate` and `relax`; the last one that holds decides."""
        if self._changes is None:
            changes = (*self.data.get("escalate", ()), *self.data.get("relax", ()))
            self._changes = [(change["to"], condition.compiled(change["when"])) for change in changes]
        return next((to for to, test in reversed(self._changes) if test(view, item) is True), self.severity)


class Outcome(NamedTuple):
    """What a rule came to: a verdict, the item it holds for and its number, what is missing, what crashed."""

    rule: Rule
    verdict: str
    item: Any = None
    missing: Unknown | None = None
    error: str = ""
    number: int = 0


def run(rule: Rule, view: View) -> list[Outcome]:
    """Hold a rule against a view: one outcome, or one per item for which it holds.

    A defect of doctor is an outcome too (`crashed`) and stops nothing.
    """
    try:
        return _run(rule, view)
    except Exception as error:  # noqa: BLE001  (whatever it is, the other rules go on)
        return [Outcome(rule, CRASHED, error=f"{type(error).__name__}: {error}")]


def telling(rule: Rule, view: View) -> list[Outcome] | None:
    """Like `run`, but None when the rule is silent: most rules are, most of the time."""
    if rule.applies is None and rule.collection is None:
        try:
            if rule.test(view, None) is False:
                return None
        except Exception:  # noqa: BLE001  (`run` meets it again and tells it)
            return run(rule, view)
    found = run(rule, view)
    return None if found[0].verdict in _SILENT else found


_SILENT: Final = (RULED_OUT, NOT_APPLICABLE)


def _run(rule: Rule, view: View) -> list[Outcome]:
    if rule.applies is not None:
        applies = rule.applies(view, None)
        if applies is False:
            return [Outcome(rule, NOT_APPLICABLE)]
        if applies is not True:
            return [Outcome(rule, UNKNOWN, missing=applies)]
    if rule.collection is None:
        return [_outcome(rule, rule.test(view, None), None)]
    return _each(rule, view, view[rule.collection])


def _each(rule: Rule, view: View, found: Any) -> list[Outcome]:
    if isinstance(found, Unknown):
        return [Outcome(rule, UNKNOWN, missing=found)]
    if found is ABSENT or not found:
        return [Outcome(rule, NOT_APPLICABLE)]
    confirmed: list[Outcome] = []
    open_: Outcome | None = None
    for number, item in enumerate(found):
        result = rule.test(view, item)
        if result is True:
            confirmed.append(Outcome(rule, CONFIRMED, item, number=number))
        elif result is not False:
            open_ = Outcome(rule, UNKNOWN, item, result, number=number)
    return confirmed or [open_ or Outcome(rule, RULED_OUT)]


def _outcome(rule: Rule, result: bool | Unknown, item: Any) -> Outcome:  # noqa: FBT001
    if isinstance(result, Unknown):
        return Outcome(rule, UNKNOWN, item, result)
    return Outcome(rule, CONFIRMED if result else RULED_OUT, item)
