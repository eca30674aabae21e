"""The type check of conditions and texts, run when rules are built and never on a warm start.

It knows every fact from the registry and says, with file and line, what a condition gets wrong: an
unknown fact or field, an operator that the type does not take, a value of the wrong type, a
comparison on an optional fact without `exists`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from doctor.catalogue.rule import TEXTS, did_you_mean, listed
from doctor.catalogue.source import Map, line_of
from doctor.engine import template
from doctor.engine.condition import OPERATORS, QUANTIFIERS
from doctor.facts.registry import declared, registry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from doctor.facts.fact import Type

TAKES: Final = {
    "text": ("eq", "ne", "in", "not_in", "contains", "matches", "exists"),
    "url": ("eq", "ne", "in", "not_in", "contains", "matches", "exists"),
    "number": ("eq", "ne", "lt", "lte", "gt", "gte", "in", "not_in", "exists"),
    "time": ("exists",),
    "bool": ("eq", "ne", "exists"),
    "enum": ("eq", "ne", "in", "not_in", "exists"),
    "list": ("contains", "exists"),
    "record": ("exists",),
    "collection": ("exists",),
}  # fmt: skip
"""The operators that each type of fact accepts."""


class Check:
    """The check of one rule: collects `(line, what)` in `found`.

    `item` is the record type inside a collection, `exist` the facts known to exist at that place.
    """

    def __init__(self) -> None:
        self.found: list[tuple[int, str]] = []

    def condition(
        self, node: Any, item: Type | None = None, line: int = 1, exist: frozenset[str] = frozenset()
    ) -> None:
        """Check a condition mapping, and the ones inside it."""
        if not isinstance(node, dict) or not node:
            self.found.append((line, "a condition is a mapping of facts to values"))
            return
        known = exist | existing_in(node)
        for key, value in node.items():
            self._clause(key, value, item, line_of(node, key), known)

    def _clause(self, key: str, value: Any, item: Type | None, line: int, exist: frozenset[str]) -> None:
        if key in ("all", "any"):
            self._parts(key, value, item, line, exist)
        elif key == "not":
            self.condition(value, item, line, exist)
        elif key in QUANTIFIERS:
            self._quantified(value, item, line, exist)
        else:
            self._leaf(key, value, item, line, exist)

    def _parts(self, key: str, value: Any, item: Type | None, line: int, exist: frozenset[str]) -> None:
        if not isinstance(value, list) or not value:
            self.found.append((line, f"{key} takes a list of conditions"))
            return
        known = exist | existing_in(value) if key == "all" else exist
        for part in value:
            self.condition(part, item, line, known)

    def _quantified(self, value: Any, item: Type | None, line: int, exist: frozenset[str]) -> None:
        if not isinstance(value, dict) or len(value) != 1:
            self.found.append((line, "some, every and none take one collection with one condition"))
            return
        ((name, inner),) = value.items()
        kind = self._type(name, item, line)
        if kind is None:
            return
        if kind.name != "collection":
            self.found.append((line, f"{name} is a {kind.name}, not a collection"))
            return
        self.condition(inner, kind, line, exist)

    def _leaf(self, name: str, wanted: Any, item: Type | None, line: int, exist: frozenset[str]) -> None:
        kind = self._type(name, item, line)
        if kind is None:
            return
        tests = wanted if isinstance(wanted, dict) else {"eq": wanted}
        if not tests:
            self.found.append((line, f"{name} has no operator; give a value, or one of {', '.join(TAKES[kind.name])}"))
        for operator, operand in tests.items():
            self._operator(name, kind, operator, operand, line)
        if "." in name and "exists" not in tests and name not in exist and any(f.optional for f in registry()[name]):
            self.found.append(
                (line, f"{name} may be absent: a comparison on it needs {name}: {{exists: true}} beside it")
            )

    def _type(self, name: str, item: Type | None, line: int) -> Type | None:
        if "." not in name:
            return self._field(name, item, line)
        fact = declared(name)
        if fact is None:
            self.found.append((line, f"there is no fact {name!r}{did_you_mean(name, registry())}"))
            return None
        return fact.type

    def _field(self, name: str, item: Type | None, line: int) -> Type | None:
        if item is None:
            hint = did_you_mean(name, (*registry(), "all", "any", "not", *QUANTIFIERS))
            self.found.append((line, f"{name!r} is neither a fact nor a combinator{hint}"))
            return None
        if name not in item.fields:
            self.found.append((line, f"an item has no field {name!r}{did_you_mean(name, item.fields)}"))
        return item.fields.get(name)

    def _operator(self, name: str, kind: Type, operator: str, operand: Any, line: int) -> None:
        if operator not in OPERATORS:
            self.found.append((line, f"there is no operator {operator!r}{did_you_mean(operator, OPERATORS)}"))
        elif operator not in TAKES[kind.name]:
            self.found.append(
                (line, f"{name} is a {kind.name}; it takes {', '.join(TAKES[kind.name])}, not {operator}")
            )
        else:
            self.found += [(line, what) for what in _operand(name, kind, operator, operand)]


def existing_in(node: Any) -> frozenset[str]:
    """The facts that a condition (one mapping, or the parts of an `all`) asks to exist."""
    parts = node if isinstance(node, list) else [node]
    return frozenset(
        name
        for part in parts
        if isinstance(part, dict)
        for name, test in part.items()
        if isinstance(test, dict) and test.get("exists") is True
    )


def _operand(name: str, kind: Type, operator: str, operand: Any) -> Iterator[str]:
    if operator == "exists":
        if not isinstance(operand, bool):
            yield f"exists takes true or false, not {operand!r}"
    elif operator in ("in", "not_in"):
        if not isinstance(operand, list) or not operand:
            yield f"{operator} takes a list of values"
            return
        for one in operand:
            yield from _scalar(name, kind, one)
    elif operator == "matches":
        yield from _pattern(operand)
    else:
        yield from _scalar(name, kind, operand)


def _pattern(operand: Any) -> Iterator[str]:
    from doctor.engine.pattern import compiled

    try:
        compiled(str(operand))
    except ValueError as error:
        yield str(error)


def _scalar(name: str, kind: Type, value: Any) -> Iterator[str]:
    if kind.name in ("enum", "list"):
        yield from _word(name, kind, value)
    elif kind.name == "number":
        if isinstance(value, bool) or not isinstance(value, int | float):
            yield f"{name} is a number; {value!r} is none"
    elif kind.name == "bool":
        if not isinstance(value, bool):
            yield f"{name} is true or false; {value!r} is neither"
    elif not isinstance(value, str):
        yield f"{name} is a {kind.name}; {value!r} needs quotes"


def _word(name: str, kind: Type, value: Any) -> Iterator[str]:
    if isinstance(value, bool):
        yield f"YAML reads this value of {name} as {str(value).lower()}: put it in quotes"
    elif kind.values and value not in kind.values:
        yield f"{value!r} is no value of {name}{did_you_mean(str(value), kind.values)}"


def problems(rule: Map, file: str, words: frozenset[str] | None = None) -> list[str]:
    """What is wrong with the conditions and texts of one rule, as `file:line: what`."""
    check = Check()
    item = _item_type(rule, check)
    applies = rule.get("applies")
    exist = existing_in(applies) | existing_in(applies.get("all", []) if isinstance(applies, dict) else [])
    if "applies" in rule:
        check.condition(rule["applies"], None, line_of(rule, "applies"))
    check.condition(rule.get("when"), item, line_of(rule, "when"), exist)
    for change in (*listed(rule.get("escalate")), *listed(rule.get("relax"))):
        if isinstance(change, dict) and "when" in change:
            check.condition(change["when"], item, line_of(change, "when"), exist)
    check.found += [(line_of(rule, key), what) for key, what in _texts(rule, item, words)]
    check.found += [(line_of(rule, "examples"), what) for what in _examples(rule)]
    return [f"{file}:{line}: {what}" for line, what in check.found]


def _item_type(rule: Map, check: Check) -> Type | None:
    name = rule.get("for_each")
    if not isinstance(name, str):
        return None
    fact = declared(name)
    if fact is None or fact.type.name != "collection":
        check.found.append(
            (line_of(rule, "for_each"), f"there is no collection {name!r}{did_you_mean(name, registry())}")
        )
        return None
    return fact.type


def _texts(rule: Map, item: Type | None, words: frozenset[str] | None) -> Iterator[tuple[str, str]]:
    texts = [(key, rule[key]) for key in TEXTS if isinstance(rule.get(key), str)]
    texts += [("fix", line) for line in listed(rule.get("fix")) if isinstance(line, str)]
    for key, text in texts:
        for name, form in template.fields(text):
            if form and form not in template.FORMATS:
                yield key, f"there is no format {form!r}{did_you_mean(form, template.FORMATS)}"
            if what := _unreadable(name, item, words):
                yield key, what
    difference = rule.get("difference")
    if isinstance(difference, str) and declared(difference) is None:
        yield "difference", f"there is no fact {difference!r}{did_you_mean(difference, registry())}"


def _unreadable(name: str, item: Type | None, words: frozenset[str] | None) -> str:
    """Why a text cannot use this name; empty when it can."""
    if name.startswith("provider."):
        known = words is None or name in words
        return "" if known else f"no provider has {name!r}{did_you_mean(name, words)}"
    if "." not in name:
        known = item is not None and name in item.fields
        return "" if known else f"{{{name}}} is no field of an item{did_you_mean(name, item.fields if item else ())}"
    owner, _, field = name.rpartition(".")
    fact = declared(owner)
    if declared(name) or (fact and field in fact.type.fields):
        return ""
    return f"{{{name}}} is no fact{did_you_mean(name, registry())}"


def _examples(rule: Map) -> Iterator[str]:
    for example in listed(rule.get("examples")):
        if not isinstance(example, dict):
            continue
        for name, value in (example.get("facts") or {}).items():
            fact = declared(name)
            if fact is None:
                yield f"example {example.get('name')!r}: there is no fact {name!r}{did_you_mean(name, registry())}"
            elif fact.type.name in ("enum", "bool", "number") and value not in (None, "ABSENT"):
                yield from (f"example {example.get('name')!r}: {what}" for what in _scalar(name, fact.type, value))


def tree_problems(tree: Map, file: str) -> list[str]:
    """What is wrong with the conditions of one tree, as `file:line: what`."""
    from doctor.engine.tree import entering

    check = Check()
    if "enter" in tree:
        written_out = entering(dict(tree["enter"]))
        check.condition(written_out, None, line_of(tree, "enter"), existing_in(tree["enter"]))
    _branches(tree["steps"], check)
    check.found += [(line_of(tree, "examples"), what) for what in _examples(tree)]
    return [f"{file}:{line}: {what}" for line, what in check.found]


def _branches(steps: list[Any], check: Check) -> None:
    for step in steps:
        if "when" in step:
            check.condition(step["when"], None, line_of(step, "when"))
            _branches(step["steps"], check)


def error_problems(entry: Map, file: str) -> list[str]:
    """What is wrong with the pattern and facts of one error entry, as `file:line: what`."""
    from doctor.engine.pattern import compiled

    where = f"{file}:{entry.line}: {entry['id']}"
    try:
        pattern = compiled(entry["pattern"])
    except ValueError as error:
        return [f"{where}: {error}"]
    found = [f"{where}: there is no fact {name!r}{did_you_mean(name, registry())}"
             for name in (*entry["facts"], *entry["sets"]) if declared(name) is None]  # fmt: skip
    found += [f"{where}: the pattern has no group {group!r}"
              for group in entry["facts"].values() if group not in pattern.groupindex]  # fmt: skip
    found += [f"{where}: {what}" for name, value in entry["sets"].items() if (fact := declared(name))
              for what in _scalar(name, fact.type, value)]  # fmt: skip
    found += [f"{where}: the pattern does not match its example {text!r}"
              for text in entry["examples"] if not pattern.search(text)]  # fmt: skip
    return found
