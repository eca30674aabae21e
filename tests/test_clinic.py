"""The clinic: enough patients of each kind, honest labels, and the right cause named."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Final

import pytest

from doctor import library
from tests import clinic
from tests.clinic import NOTHING, Outcome
from tests.factory import clinic_all
from tests.factory.clinic_case import Case

CONFUSABLE: Final = (
    "acs-url-mismatch", "sp-entity-id-mismatch", "certificate-stale", "clock-skew", "name-id-missing",
)  # fmt: skip


@cache
def outcomes() -> tuple[Outcome, ...]:
    return tuple(clinic.run([]))


def of(name: str) -> Case:
    return next(one for one in clinic_all.CASES if one.name == name)


def outcome(*loud: str, told: tuple[str, ...] = (), expected: str | None = "a", second: str | None = None,
            also: tuple[str, ...] = (), crashed: tuple[str, ...] = ()) -> Outcome:  # fmt: skip
    case = Case("x", "x", bytes, expected, frozenset(also), second=second)
    return Outcome(case, frozenset((*loud, *told)), loud, crashed)


def test_enough_patients() -> None:
    assert len([one for one in clinic_all.ONE_CHANGE if one.expected]) >= 120
    assert len(clinic_all.HEALTHY) >= 20
    assert len(clinic_all.TWOFOLD) >= 15


@pytest.mark.parametrize("label", CONFUSABLE)
def test_the_easily_confused_come_in_many_forms(label: str) -> None:
    assert Counter(one.expected for one in clinic_all.ONE_CHANGE)[label] >= 5


def test_names_are_unique() -> None:
    assert [name for name, count in Counter(one.name for one in clinic_all.CASES).items() if count > 1] == []


def test_labels_are_rules() -> None:
    known = set(library.rulebook(library.Options()).ids)
    used = {label for one in clinic_all.CASES for label in (one.expected, one.second, *one.also) if label}
    assert sorted(used - known) == []


def test_healthy_patients_have_no_label() -> None:
    assert [one.name for one in clinic_all.HEALTHY if one.expected or one.also] == []


def test_right_headlines() -> None:
    found = outcomes()
    wrong = [one.case.name for one in found if not one.right]
    assert len(wrong) <= (1 - clinic.WANTED) * len(found), wrong


def test_no_wrong_cause_is_confirmed() -> None:
    assert {one.case.name: one.wrong_causes for one in outcomes() if one.wrong_causes} == {}


@pytest.mark.parametrize("label", CONFUSABLE)
def test_evidence_tells_them_apart(label: str) -> None:
    assert [one.case.name for one in outcomes() if label in one.labels and not one.right] == []


def test_nothing_is_claimed_of_what_is_encrypted() -> None:
    assert clinic.checked(of("encrypted-much-wrong-inside")).loud == ()


# -- the clinic's own arithmetic


def test_a_loud_finding_before_the_label_is_wrong() -> None:
    assert outcome("b", "a").headline == "b"
    assert not outcome("b", "a", also=("b",)).right
    assert outcome("a", "b", also=("b",)).right


def test_a_wrong_cause_is_counted_wherever_it_stands() -> None:
    assert outcome("a", "b").wrong_causes == ("b",)
    assert outcome("a", "b", also=("b",)).wrong_causes == ()


def test_a_soft_label_counts_when_nothing_is_louder() -> None:
    assert outcome(told=("a",)).right
    assert not outcome("b", told=("a",)).right
    assert not outcome().right


def test_a_healthy_patient_may_have_soft_findings() -> None:
    assert outcome(told=("n",), expected=None).headline == NOTHING
    assert outcome(told=("n",), expected=None).right
    assert not outcome("n", expected=None).right


def test_both_of_two_must_be_told() -> None:
    assert outcome("b", "a", second="b").right
    assert not outcome("a", second="b").right


def test_a_crash_is_never_right() -> None:
    crashed = outcome("a", crashed=("z (crashed)",))
    assert not crashed.right
    assert crashed.wrong_causes == ("z (crashed)",)


def test_tables_count_everybody() -> None:
    few = [outcome("a"), outcome("b"), outcome(expected=None)]
    rows = list(clinic.table(few))
    assert rows[1].split() == ["(nothing)", "1", "1", "(nothing)", "1"]
    assert rows[2].split() == ["a", "2", "1", "a", "1,", "b", "1"]
    assert len(list(clinic.square(few))) == len(clinic.ALIKE) + 1
    assert [line.partition(":")[2] for line in clinic.faults(few)] == [
        " wanted a, headline b; not told: a; wrong cause confirmed: b"
    ]
