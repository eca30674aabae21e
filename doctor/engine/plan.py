"""How the rules of one kind of document are run: most of them silent, most of the time.

Rules over the items of one collection that read nothing but the item are judged together: what they say
of an item depends on the fields they read, so the answer for the same field values is remembered. An
aggregate holds ten thousand entities, and its certificates and endpoints look alike.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from doctor.engine import condition
from doctor.engine.rule import CONFIRMED, CRASHED, UNKNOWN, Outcome, run, telling
from doctor.model.state import ABSENT, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable

    from doctor.engine.condition import Test
    from doctor.engine.rule import Rule
    from doctor.facts.fact import View

MAX_REMEMBERED: Final = 4096
_UNSEEN: Final = object()
"""What stands for a field that the item of an example does not tell."""


def _reader(fields: list[str]) -> Callable[[Any], Any]:
    """How to read these fields of an item, at once where it has them all."""
    at_once = attrgetter(*fields)

    def read(item: Any) -> Any:
        try:
            return at_once(item)
        except AttributeError:
            return tuple([getattr(item, name, _UNSEEN) for name in fields])

    return read


class Group:
    """Rules over one collection whose conditions read fields of the item only."""

    __slots__ = ("collection", "read", "remembered", "rules")

    def __init__(self, collection: str, rules: list[Rule]) -> None:
        self.collection = collection
        self.rules = tuple(rules)
        self.read = _reader(sorted({leaf.partition("|")[2] for rule in rules for leaf in rule.facts}))
        self.remembered: dict[Any, tuple[Rule, ...]] = {}

    def judge(self, view: View, outcomes: list[Outcome], missing: dict[str, str]) -> None:
        """Add what the rules say of each item."""
        found = view[self.collection]
        if isinstance(found, Unknown):
            missing.update(found.missing)
            return
        for number, item in enumerate(found if found is not ABSENT else ()):
            key = self.read(item)
            telling_rules = self.remembered.get(key)
            if telling_rules is None:
                telling_rules = self._judged(view, item, key)
            for rule in telling_rules:
                _add(_outcome(rule, view, item, number), outcomes, missing)

    def _judged(self, view: View, item: Any, key: Any) -> tuple[Rule, ...]:
        found = tuple(rule for rule in self.rules if _outcome(rule, view, item) is not None)
        if len(self.remembered) >= MAX_REMEMBERED:
            self.remembered.clear()
        self.remembered[key] = found
        return found


def _outcome(rule: Rule, view: View, item: Any, number: int = 0) -> Outcome | None:
    try:
        result = rule.test(view, item)
    except Exception as error:  # noqa: BLE001  (a defect of doctor is an outcome and stops nothing)
        return Outcome(rule, CRASHED, item, error=f"{type(error).__name__}: {error}", number=number)
    if result is False:
        return None
    verdict, unknown = (CONFIRMED, None) if result is True else (UNKNOWN, result)
    return Outcome(rule, verdict, item, unknown, number=number)


class Plan:
    """The rules of one kind of document, ready to be held against many views."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self.rules = rules
        self.count = len(rules)
        grouped: dict[str, list[Rule]] = {}
        single: list[Rule] = []
        for rule in rules:
            if rule.reads_items_only:
                grouped.setdefault(rule.collection or "", []).append(rule)
            else:
                single.append(rule)
        self.groups = tuple(Group(name, found) for name, found in grouped.items())
        self.single = tuple(single)
        self.plain = tuple((rule, _whole(rule)) for rule in single if rule.collection is None)
        self.other = tuple(rule for rule in single if rule.collection is not None)

    def settled(self, view: View) -> Plan:
        """The plan without the rules that no entity confirms: those that read only what all entities share and are
        silent here, and those that need a fact of the case which nobody told."""
        silent = {
            rule.id for rule in self.single if (_shared(rule) and telling(rule, view) is None) or _untold(rule, view)
        }
        return Plan(tuple(rule for rule in self.rules if rule.id not in silent))

    def judge(self, view: View) -> tuple[list[Outcome], dict[str, str]]:
        """What is confirmed or crashed, and the facts that nobody could tell."""
        outcomes: list[Outcome] = []
        missing: dict[str, str] = {}
        self._judge_plain(view, outcomes, missing)
        for rule in self.other:
            for outcome in telling(rule, view) or ():
                _add(outcome, outcomes, missing)
        for group in self.groups:
            try:
                group.judge(view, outcomes, missing)
            except Exception:  # noqa: BLE001  (one by one, so that the crash is told for each rule)
                for outcome in [one for rule in group.rules for one in run(rule, view)]:
                    _add(outcome, outcomes, missing)
        return outcomes, missing

    def _judge_plain(self, view: View, outcomes: list[Outcome], missing: dict[str, str]) -> None:
        """The rules without a collection: an answer each, no list of them."""
        for rule, test in self.plain:
            try:
                result = test(view, None)
            except Exception:  # noqa: BLE001  (`run` meets it again and tells it)
                for outcome in run(rule, view):
                    _add(outcome, outcomes, missing)
                continue
            if result is False:
                continue
            if isinstance(result, Unknown):
                missing.update(result.missing)
            elif result:
                outcomes.append(Outcome(rule, CONFIRMED))


def _whole(rule: Rule) -> Test:
    return rule.test if rule.applies is None else condition.guarded(rule.applies, rule.test)


_SHARED: Final = ("input.", "fetch.", "metadata.signature", "metadata.is_alone", "metadata.offered_as")
"""Beginnings of the facts that are the same for every entity of an aggregate."""


def _untold(rule: Rule, view: View) -> bool:
    """Whether the rule holds only with a fact that no document tells, and that is unknown."""
    return any(
        "." in name and name not in view.derivations and isinstance(view[name], Unknown) for name in rule.data["when"]
    )


def _shared(rule: Rule) -> bool:
    return all(leaf.startswith(_SHARED) for leaf in rule.facts)


def _add(outcome: Outcome | None, outcomes: list[Outcome], missing: dict[str, str]) -> None:
    if outcome is None:
        return
    if outcome.verdict in (CONFIRMED, CRASHED):
        outcomes.append(outcome)
    elif outcome.missing is not None:
        missing.update(outcome.missing.missing)
