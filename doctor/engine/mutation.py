"""Mutants of rules: one operator, bound or branch changed; the examples of the rule should notice.

A mutant that no example tells from the original shows an example that is missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from doctor.catalogue.rule import listed
from doctor.engine import example

if TYPE_CHECKING:
    from collections.abc import Iterator

_FLIPPED: Final = {
    "eq": "ne", "ne": "eq", "lt": "lte", "lte": "lt", "gt": "gte", "gte": "gt", "in": "not_in", "not_in": "in",
}  # fmt: skip
_SWAPPED: Final = {"all": "any", "any": "all", "some": "every", "every": "some", "none": "some"}
_ORDER: Final = ("lt", "lte", "gt", "gte")


class Mutant(NamedTuple):
    """One changed rule: what was changed, and whether an example noticed."""

    rule: str
    change: str
    killed: bool


def mutants(data: dict[str, Any]) -> list[Mutant]:
    """Every mutant of one rule, judged by the rule's own examples."""
    found = []
    for key in ("when", "applies"):
        if key in data:
            for change, changed in _changed(data[key]):
                found.append(Mutant(data["id"], f"{key}: {change}", _noticed({**data, key: changed})))
    for key in ("escalate", "relax"):
        for number, one in enumerate(listed(data.get(key))):
            rest = [each for each in listed(data[key]) if each is not one]
            found.append(Mutant(data["id"], f"{key}[{number}]: dropped", _noticed({**data, key: rest})))
    return found


def _noticed(data: dict[str, Any]) -> bool:
    """Whether an example fails on this rule, or it cannot be run at all."""
    try:
        return any(not one.passed for one in example.results(data))
    except (TypeError, KeyError, ValueError, AttributeError):
        return True


def _changed(condition: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each condition with one change, and a word for it."""
    for key, value in condition.items():
        if len(condition) > 1:
            yield f"{key}: dropped", {name: part for name, part in condition.items() if name != key}
        for change, (name, changed) in _clause(key, value):
            yield change, {(name if each == key else each): (changed if each == key else part)
                           for each, part in condition.items()}  # fmt: skip


def _clause(key: str, value: Any) -> Iterator[tuple[str, tuple[str, Any]]]:
    if key in _SWAPPED and (key not in ("all", "any") or len(value) > 1):
        yield f"{key} -> {_SWAPPED[key]}", (_SWAPPED[key], value)
    if key in ("all", "any"):
        yield from _parts(key, value)
    elif key == "not":
        for change, changed in _changed(value):
            yield f"not {change}", (key, changed)
    elif key in ("some", "every", "none"):
        ((name, inner),) = value.items()
        for change, changed in _changed(inner):
            yield f"{name} {change}", (key, {name: changed})
    else:
        for change, changed in _leaf(value):
            yield f"{key} {change}", (key, changed)


def _parts(key: str, parts: list[Any]) -> Iterator[tuple[str, tuple[str, Any]]]:
    for number, part in enumerate(parts):
        if len(parts) > 1 and not _only_asks_existence(part):
            yield f"{key}[{number}] dropped", (key, parts[:number] + parts[number + 1 :])
        for change, changed in _changed(part):
            yield f"{key}[{number}] {change}", (key, [*parts[:number], changed, *parts[number + 1 :]])


def _only_asks_existence(part: Any) -> bool:
    """`exists: true` beside a comparison changes nothing when it is dropped: absence compares false anyway."""
    return isinstance(part, dict) and all(value == {"exists": True} for value in part.values())


def _leaf(wanted: Any) -> Iterator[tuple[str, Any]]:
    if not isinstance(wanted, dict):
        yield f"{wanted!r} -> not", {"ne": wanted}
        return
    for operator, operand in wanted.items():
        rest = {name: value for name, value in wanted.items() if name != operator}
        if operator == "exists":
            if not rest:
                yield f"exists {operand} -> {not operand}", {"exists": not operand}
            continue
        if operator in _FLIPPED:
            yield f"{operator} -> {_FLIPPED[operator]}", {**rest, _FLIPPED[operator]: operand}
        if operator in _ORDER:
            for step in (-1, 1):
                yield f"{operator} {operand} -> {operand + step}", {**wanted, operator: operand + step}
        if operator in ("in", "not_in") and len(operand) > 1:
            for number in range(len(operand)):
                fewer = operand[:number] + operand[number + 1 :]
                yield f"{operator} without {operand[number]!r}", {**wanted, operator: fewer}
