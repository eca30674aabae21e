"""Conditions: structured YAML, compiled to three-valued closures.

A compiled test takes a view of facts and, inside a collection, one item; it answers True, False or
an `Unknown` that names what is missing. The grammar is in `docs/conditions.md`; the type check that
runs when rules are built is `engine.typecheck`, so that nothing is checked again here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from doctor.model.state import ABSENT, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from doctor.facts.fact import View

    Test = Callable[[View, Any], "bool | Unknown"]
    Read = Callable[[View, Any], Any]

COMBINATORS: Final = ("all", "any", "not")
QUANTIFIERS: Final = ("some", "every", "none")
OPERATORS: Final = ("eq", "ne", "lt", "lte", "gt", "gte", "in", "not_in", "contains", "matches", "exists")
_UNSEEN: Final = object()


def compiled(condition: dict[str, Any]) -> Test:
    """The test for a condition mapping; several keys mean all of them."""
    if len(condition) == 1:
        ((key, value),) = condition.items()
        return _clause(key, value)
    return _all([_clause(key, condition[key]) for key in sorted(condition, key=lambda key: _costly(condition[key]))])


def _costly(value: Any) -> bool:
    """Whether a pattern is part of this: such a test comes last, since often nothing is left for it to decide.

    The order of tests changes no answer: one false (of any: one true) decides, wherever it stands.
    """
    if isinstance(value, dict):
        return "matches" in value or any(_costly(one) for one in value.values())
    return isinstance(value, list) and any(_costly(one) for one in value)


def _clause(key: str, value: Any) -> Test:
    if key == "all":
        return _all([compiled(part) for part in sorted(value, key=_costly)])
    if key == "any":
        return _any([compiled(part) for part in sorted(value, key=_costly)])
    if key == "not":
        return _not(compiled(value))
    if key in QUANTIFIERS:
        ((name, inner),) = value.items()
        return _quantified(key, _reader(name), compiled(inner))
    return _leaf(key, value)


def _all(tests: list[Test]) -> Test:
    def test(view: View, item: Any) -> bool | Unknown:
        missing: Unknown | None = None
        for one in tests:
            result = one(view, item)
            if result is False:
                return False
            if result is not True:
                missing = result if missing is None else missing | result
        return True if missing is None else missing

    return test


def _any(tests: list[Test]) -> Test:
    def test(view: View, item: Any) -> bool | Unknown:
        missing: Unknown | None = None
        for one in tests:
            result = one(view, item)
            if result is True:
                return True
            if result is not False:
                missing = result if missing is None else missing | result
        return False if missing is None else missing

    return test


def _not(inner: Test) -> Test:
    def test(view: View, item: Any) -> bool | Unknown:
        result = inner(view, item)
        return result if isinstance(result, Unknown) else not result

    return test


def _quantified(word: str, read: Read, inner: Test) -> Test:
    decides = word != "every"  # the answer of one item that settles the matter
    settled, otherwise = {"some": (True, False), "every": (False, True), "none": (False, True)}[word]

    def test(view: View, item: Any) -> bool | Unknown:
        found = read(view, item)
        if not isinstance(found, tuple):
            return found if isinstance(found, Unknown) else False
        missing: Unknown | None = None
        for one in found:
            result = inner(view, one)
            if result is decides:
                return settled
            if isinstance(result, Unknown):
                missing = result if missing is None else missing | result
        return missing if missing is not None else otherwise and (word != "every" or bool(found))

    return test


def _reader(name: str) -> Read:
    """How to read a name: with a dot a fact, without one a field of the item at hand."""
    if "." in name:
        return lambda view, _item: view[name]

    def read(_view: View, item: Any) -> Any:
        value = getattr(item, name, _UNSEEN)
        return _unseen(name, item) if value is _UNSEEN else value

    return read


def _leaf(name: str, wanted: Any) -> Test:
    if not isinstance(wanted, dict):
        return _compared(name, "eq", wanted)
    tests = [_compared(name, operator, operand) for operator, operand in _telling(wanted).items()]
    return tests[0] if len(tests) == 1 else _all(tests)


def _telling(wanted: dict[str, Any]) -> dict[str, Any]:
    """The comparisons without `exists: true` beside another one: what is absent fails every other, too."""
    if len(wanted) == 1 or wanted.get("exists") is not True:
        return wanted
    return {operator: operand for operator, operand in wanted.items() if operator != "exists"}


def guarded(applies: Test, test: Test) -> Test:
    """The test where `applies` holds; elsewhere the answer of `applies`: false, or what it misses."""

    def both(view: View, item: Any) -> bool | Unknown:
        answer = applies(view, item)
        return test(view, item) if answer is True else answer

    return both


def _compared(name: str, operator: str, operand: Any) -> Test:
    """One comparison. Facts and fields have a closure each: this is where the time of a check goes."""
    if operator == "exists":
        return _fact_exists(name, operand) if "." in name else _exists(_reader(name), operand)
    if operator == "eq":
        return _fact_equals(name, operand) if "." in name else _field_equals(name, operand)
    holds = _HOLDS[operator](operand)
    return _fact_holds(name, holds) if "." in name else _field_holds(name, holds)


def _fact_equals(name: str, operand: Any) -> Test:
    def test(view: View, _item: Any) -> bool | Unknown:
        value = view[name]
        if value.__class__ is Unknown:
            return value
        return value == operand  # type: ignore[no-any-return]

    return test


def _fact_holds(name: str, holds: Callable[[Any], bool]) -> Test:
    def test(view: View, _item: Any) -> bool | Unknown:
        value = view[name]
        if value.__class__ is Unknown:
            return value
        return value is not ABSENT and holds(value)

    return test


def _field_equals(name: str, operand: Any) -> Test:
    def test(_view: View, item: Any) -> bool | Unknown:
        value = getattr(item, name, _UNSEEN)
        if value is _UNSEEN:
            return _unseen(name, item)
        return value if value.__class__ is Unknown else value == operand

    return test


def _field_holds(name: str, holds: Callable[[Any], bool]) -> Test:
    def test(_view: View, item: Any) -> bool | Unknown:
        value = getattr(item, name, _UNSEEN)
        if value is _UNSEEN:
            return _unseen(name, item)
        if value.__class__ is Unknown:
            return value
        return value is not ABSENT and holds(value)

    return test


def _unseen(name: str, item: Any) -> Unknown:
    """An item of an example that does not tell this field."""
    return Unknown.of(f"{getattr(item, 'of_fact', 'item')}.{name}")


def _fact_exists(name: str, wanted: bool) -> Test:  # noqa: FBT001  (an operand of the rule language)
    def test(view: View, _item: Any) -> bool | Unknown:
        value = view[name]
        if value.__class__ is Unknown:
            return value
        return (value is not ABSENT) is wanted

    return test


def _exists(read: Read, wanted: bool) -> Test:  # noqa: FBT001  (an operand of the rule language)
    def test(view: View, item: Any) -> bool | Unknown:
        value = read(view, item)
        return value if isinstance(value, Unknown) else (value is not ABSENT) is wanted

    return test


def _matches(pattern: str) -> Callable[[Any], bool]:
    found: list[Any] = []

    def holds(value: Any) -> bool:
        if not found:
            from doctor.engine.pattern import compiled as pattern_compiled

            found.append(pattern_compiled(pattern))
        return bool(found[0].search(str(value)[:20000]))

    return holds


_HOLDS: Final[dict[str, Callable[[Any], Callable[[Any], bool]]]] = {
    "eq": lambda operand: lambda value: value == operand,
    "ne": lambda operand: lambda value: value != operand,
    "lt": lambda operand: lambda value: value < operand,
    "lte": lambda operand: lambda value: value <= operand,
    "gt": lambda operand: lambda value: value > operand,
    "gte": lambda operand: lambda value: value >= operand,
    "in": lambda operand: lambda value: value in operand,
    "not_in": lambda operand: lambda value: value not in operand,
    "contains": lambda operand: lambda value: operand in value,
    "matches": _matches,
}


def names(condition: dict[str, Any], collection: str = "") -> Iterator[tuple[str, str]]:
    """Every leaf of a condition as (fact, field): the field is empty for a fact itself."""
    for key, value in condition.items():
        if key in ("all", "any"):
            for part in value:
                yield from names(part, collection)
        elif key == "not":
            yield from names(value, collection)
        elif key in QUANTIFIERS:
            ((name, inner),) = value.items()
            yield from names(inner, name)
        else:
            yield (key, "") if "." in key else (collection, key)
