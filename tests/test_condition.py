"""Three-valued logic: the truth table, and the properties that let a person trust a verdict."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doctor.engine.condition import OPERATORS, compiled
from doctor.engine.rulebook import shipped
from doctor.facts.fact import View
from doctor.model.state import ABSENT, Unknown, UnknownHasNoTruth

NOW: Final = datetime(2026, 11, 22, 9, tzinfo=UTC)
PROFILE: Final = settings(derandomize=True, database=None, deadline=None, max_examples=150)
FACTS: Final = ("f.a", "f.b", "f.c", "f.d")
COLLECTIONS: Final = ("c.x", "c.y")
T, F, U = True, False, "unknown"

Facts = dict[str, Any]
Condition = dict[str, Any]


def judged(condition: Condition, facts: Facts, item: Any = None) -> bool | Unknown:
    """The answer of a compiled condition; facts that are not given are unknown."""
    view = View({}, NOW)
    view.update(facts)
    return compiled(condition)(view, item)


def short(result: bool | Unknown) -> bool | str:
    """The answer without what is missing."""
    return U if isinstance(result, Unknown) else result


def missing(result: bool | Unknown) -> set[str]:
    """What is missing to answer."""
    assert isinstance(result, Unknown)
    return set(result.missing)


# --- the truth table


def _facts(**values: Any) -> Facts:
    return {f"f.{name}": value is T for name, value in values.items() if value != U}


@pytest.mark.parametrize(
    ("a", "b", "both", "either"),
    [
        (T, T, T, T),
        (T, F, F, T),
        (T, U, U, T),
        (F, T, F, T),
        (F, F, F, F),
        (F, U, F, U),
        (U, T, U, T),
        (U, F, F, U),
        (U, U, U, U),
    ],
)
def test_all_and_any(a: Any, b: Any, both: Any, either: Any) -> None:
    parts, facts = [{"f.a": True}, {"f.b": True}], _facts(a=a, b=b)
    assert short(judged({"all": parts}, facts)) == both
    assert short(judged({"any": parts}, facts)) == either
    assert short(judged({"f.a": True, "f.b": True}, facts)) == both


@pytest.mark.parametrize(("a", "wanted"), [(T, F), (F, T), (U, U)])
def test_not(a: Any, wanted: Any) -> None:
    assert short(judged({"not": {"f.a": True}}, _facts(a=a))) == wanted


def test_one_part_decides_like_itself() -> None:
    for a in (T, F, U):
        for word in ("all", "any"):
            assert short(judged({word: [{"f.a": True}]}, _facts(a=a))) == a


def test_several_operators_of_one_fact_mean_all() -> None:
    between = {"f.a": {"gte": 1, "lt": 3}}
    assert [judged(between, {"f.a": value}) for value in (0, 1, 2, 3)] == [False, True, True, False]


def test_what_is_missing_is_the_union() -> None:
    parts = [{"f.a": 1}, {"f.b": 1}, {"f.c": 1}]
    assert missing(judged({"all": parts}, {"f.b": 1})) == {"f.a", "f.c"}
    assert missing(judged({"any": parts}, {"f.b": 0})) == {"f.a", "f.c"}
    assert missing(judged({"not": {"all": parts}}, {})) == {"f.a", "f.b", "f.c"}


def test_reasons_are_kept() -> None:
    result = judged({"not": {"f.a": 1}}, {"f.a": Unknown.of("f.a", "timeout")})
    assert isinstance(result, Unknown)
    assert result.missing == {"f.a": "timeout"}


def test_an_unknown_has_no_truth() -> None:
    with pytest.raises(UnknownHasNoTruth):
        bool(judged({"f.a": 1}, {}))


# --- operators, and facts that are not there

OPERANDS: Final[dict[str, tuple[Any, Any, Any]]] = {
    "eq": (3, 3, 4),
    "ne": (3, 4, 3),
    "lt": (3, 2, 3),
    "lte": (3, 3, 4),
    "gt": (3, 4, 3),
    "gte": (3, 3, 2),
    "in": ([1, 3], 3, 2),
    "not_in": ([1, 3], 2, 3),
    "contains": ("a", ("a", "b"), ("b",)),
    "matches": ("^ab+$", "ABB", "xabb"),
}
"""For each operator an operand, a value for which it holds, and one for which it does not."""


def test_every_operator_is_tried() -> None:
    assert set(OPERANDS) | {"exists"} == set(OPERATORS)


@pytest.mark.parametrize("operator", OPERANDS)
def test_operators(operator: str) -> None:
    operand, holds, fails = OPERANDS[operator]
    assert judged({"f.a": {operator: operand}}, {"f.a": holds}) is True
    assert judged({"f.a": {operator: operand}}, {"f.a": fails}) is False
    assert missing(judged({"f.a": {operator: operand}}, {})) == {"f.a"}


@pytest.mark.parametrize("operator", OPERANDS)
def test_every_comparison_with_absent_is_false(operator: str) -> None:
    operand = OPERANDS[operator][0]
    assert judged({"f.a": {operator: operand}}, {"f.a": ABSENT}) is False
    item = SimpleNamespace(a=ABSENT)
    assert judged({"some": {"c.x": {"a": {operator: operand}}}}, {"c.x": (item,)}) is False
    assert judged({"every": {"c.x": {"a": {operator: operand}}}}, {"c.x": (item,)}) is False


@pytest.mark.parametrize("literal", [None, False, "", 0])
def test_absent_equals_nothing(literal: Any) -> None:
    assert judged({"f.a": literal}, {"f.a": ABSENT}) is False


def test_exists() -> None:
    for value in (0, "", False, (), "x"):
        assert judged({"f.a": {"exists": True}}, {"f.a": value}) is True
        assert judged({"f.a": {"exists": False}}, {"f.a": value}) is False
    assert judged({"f.a": {"exists": True}}, {"f.a": ABSENT}) is False
    assert judged({"f.a": {"exists": False}}, {"f.a": ABSENT}) is True
    assert missing(judged({"f.a": {"exists": False}}, {})) == {"f.a"}


def test_text_contains_text_and_pattern_reads_bounded_text() -> None:
    assert judged({"f.a": {"contains": "okta"}}, {"f.a": "https://okta.com"}) is True
    assert judged({"f.a": {"matches": "x$"}}, {"f.a": "a" * 30_000 + "x"}) is False
    assert judged({"f.a": {"matches": "(a+)+$"}}, {"f.a": "a" * 30_000 + "b"}) is True


# --- collections


def _items(*values: Any) -> tuple[Any, ...]:
    return tuple(SimpleNamespace(of_fact="c.x", **({} if value == U else {"a": value is T})) for value in values)


@pytest.mark.parametrize(
    ("items", "some", "every", "none"),
    [
        ((), F, F, T),
        ((T,), T, T, F),
        ((F,), F, F, T),
        ((U,), U, U, U),
        ((T, F), T, F, F),
        ((T, U), T, U, F),
        ((F, U), U, F, U),
        ((T, F, U), T, F, F),
        ((T, T), T, T, F),
        ((F, F), F, F, T),
        ((U, U), U, U, U),
    ],
)
def test_quantifiers(items: tuple[Any, ...], some: Any, every: Any, none: Any) -> None:
    for order in itertools.permutations(items):
        for word, wanted in (("some", some), ("every", every), ("none", none)):
            assert short(judged({word: {"c.x": {"a": True}}}, {"c.x": _items(*order)})) == wanted


@pytest.mark.parametrize("word", ["some", "every", "none"])
def test_a_collection_that_is_absent_or_unknown(word: str) -> None:
    assert judged({word: {"c.x": {"a": True}}}, {"c.x": ABSENT}) is False
    assert missing(judged({word: {"c.x": {"a": True}}}, {})) == {"c.x"}


def test_a_field_that_is_missing_is_named_after_its_collection() -> None:
    assert missing(judged({"some": {"c.x": {"a": True}}}, {"c.x": _items(F, U)})) == {"c.x.a"}


def test_facts_of_the_case_can_be_asked_inside_a_collection() -> None:
    condition = {"some": {"c.x": {"a": True, "f.a": True}}}
    assert judged(condition, {"c.x": _items(T), "f.a": True}) is True
    assert missing(judged(condition, {"c.x": _items(T)})) == {"f.a"}


# --- properties

_LEAF = st.builds(
    lambda fact, operator, value: {fact: {operator: [value] if operator in ("in", "not_in") else value}},
    st.sampled_from(FACTS),
    st.sampled_from(("eq", "ne", "lt", "lte", "gt", "gte", "in", "not_in")),
    st.integers(0, 2),
) | st.builds(lambda fact, wanted: {fact: {"exists": wanted}}, st.sampled_from(FACTS), st.booleans())
_IN_ITEM = st.builds(
    lambda field, operator, value: {field: {operator: value}},
    st.sampled_from(("p", "q")),
    st.sampled_from(("eq", "ne", "lt", "gte")),
    st.integers(0, 2),
)
_QUANTIFIED = st.builds(
    lambda word, name, inner: {word: {name: inner}},
    st.sampled_from(("some", "every", "none")),
    st.sampled_from(COLLECTIONS),
    _IN_ITEM | st.builds(lambda one, two: {"any": [one, two]}, _IN_ITEM, _LEAF),
)
CONDITIONS = st.recursive(
    _LEAF | _QUANTIFIED,
    lambda inner: (
        st.builds(
            lambda word, parts: {word: parts}, st.sampled_from(("all", "any")), st.lists(inner, min_size=1, max_size=3)
        )
        | st.builds(lambda part: {"not": part}, inner)
    ),
    max_leaves=8,
)
_VALUE = st.integers(0, 2) | st.just(ABSENT)
_ITEM = st.dictionaries(st.sampled_from(("p", "q")), _VALUE).map(lambda fields: SimpleNamespace(of_fact="c", **fields))
_KNOWN: st.SearchStrategy[Facts] = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(FACTS, _VALUE)
    | {name: st.just(ABSENT) | st.lists(_ITEM, max_size=3).map(tuple) for name in COLLECTIONS},
)


@PROFILE
@given(CONDITIONS, _KNOWN, _KNOWN)
def test_a_value_for_an_unknown_never_changes_a_decision(condition: Condition, known: Facts, more: Facts) -> None:
    before = judged(condition, known)
    after = judged(condition, more | known)
    assert short(before) in (U, short(after))


@PROFILE
@given(CONDITIONS, _KNOWN)
def test_what_is_missing_is_not_known_and_is_enough(condition: Condition, known: Facts) -> None:
    result = judged(condition, known)
    if isinstance(result, Unknown):
        assert result.missing
        assert not set(result.missing) & set(known)
        assert all(name in {*FACTS, *COLLECTIONS} or name.startswith("c.") for name in result.missing)


def _turned(condition: Any) -> Any:
    """The same condition with the parts of every all and any in the opposite order."""
    if isinstance(condition, list):
        return [_turned(part) for part in reversed(condition)]
    if isinstance(condition, dict):
        return {key: value if key in ("in", "not_in") else _turned(value) for key, value in reversed(condition.items())}
    return condition


@PROFILE
@given(CONDITIONS, _KNOWN)
def test_order_does_not_matter(condition: Condition, known: Facts) -> None:
    assert judged(condition, known) == judged(_turned(condition), known)


@PROFILE
@given(CONDITIONS, _KNOWN)
def test_not_not_is_nothing(condition: Condition, known: Facts) -> None:
    assert judged({"not": {"not": condition}}, known) == judged(condition, known)


@PROFILE
@given(st.lists(CONDITIONS, min_size=1, max_size=3), _KNOWN)
def test_de_morgan(parts: list[Condition], known: Facts) -> None:
    opposite = [{"not": part} for part in parts]
    assert judged({"not": {"all": parts}}, known) == judged({"any": opposite}, known)
    assert judged({"not": {"any": parts}}, known) == judged({"all": opposite}, known)


def _kleene(condition: Condition, known: Facts) -> float:
    """The value by Kleene's definition: all is the least, any the greatest; unknown lies between."""
    ((key, value),) = condition.items()
    if key in ("all", "any"):
        return (min if key == "all" else max)(_kleene(part, known) for part in value)
    if key == "not":
        return 1 - _kleene(value, known)
    result = judged(condition, known)
    return 0.5 if isinstance(result, Unknown) else float(result)


@PROFILE
@given(CONDITIONS, _KNOWN)
def test_combinators_are_those_of_kleene(condition: Condition, known: Facts) -> None:
    result = judged(condition, known)
    assert (0.5 if isinstance(result, Unknown) else float(result)) == _kleene(condition, known)


@PROFILE
@given(_IN_ITEM, st.lists(_ITEM, max_size=3).map(tuple))
def test_none_is_not_some(inner: Condition, items: tuple[Any, ...]) -> None:
    facts = {"c.x": items}
    assert judged({"none": {"c.x": inner}}, facts) == judged({"not": {"some": {"c.x": inner}}}, facts)


def test_collection_that_cannot_be_derived_crashes_its_rules_and_tells_nothing_else() -> None:
    def broken(_view: View) -> object:
        raise ZeroDivisionError

    view = View({"document.certificates": broken}, datetime(2026, 1, 1, tzinfo=UTC))
    outcomes, _ = shipped().for_entity("idp-metadata").judge(view)
    told = [one for one in outcomes if one.rule.collection == "document.certificates"]
    assert told
    assert {one.verdict for one in told} == {"crashed"}
    assert {one.verdict for one in outcomes} <= {"crashed", "confirmed"}


@pytest.mark.parametrize("value", [1, 3, "a", True, ABSENT, None], ids=repr)
@pytest.mark.parametrize(
    ("operator", "operand"), [("eq", 1), ("ne", 1), ("in", [1, "a"]), ("not_in", [1]), ("exists", True)]
)
def test_exists_beside_another_comparison_says_no_more(value: Any, operator: str, operand: Any) -> None:
    facts = {} if value is None else {"f.a": value}
    beside = judged({"f.a": {"exists": True, operator: operand}}, facts)
    assert beside == judged({"all": [{"f.a": {"exists": True}}, {"f.a": {operator: operand}}]}, facts)
