"""Conditions in words: each operator has some, and every condition of the rules and trees can be said."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from doctor.engine import template
from doctor.facts.address import DIFFERENCES
from doctor.report import words
from tests.tui_pilot import EXAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterator

RULES = EXAMPLES.parent / "rules"
SAID = {
    "{login.affects: {in: [one, some]}}": "login.affects is one or some",
    "{scim.status: 401}": "scim.status is 401",
    "{integration.speaks_saml: false}": "integration.speaks_saml is no",
    "{scim.status: {not_in: [401, 403, 429]}}": "scim.status is not 401, 403 or 429",
    "{metadata.valid_days_left: {exists: true, gte: 0, lt: 14}}":
        "metadata.valid_days_left is at least 0 and metadata.valid_days_left is under 14",
    "{idp.sso_url: {exists: false}}": "there is no idp.sso_url",
    "{not: {evidence.kinds: {contains: idp-metadata}}}": "not (evidence.kinds has idp-metadata)",
    "{any: [{scim.status: 404}, {scim.users_appear: none, scim.status: {ne: 401}}]}":
        "scim.status is 404 or (scim.users_appear is none and scim.status is not 401)",
    "{any: [{a.b: 1}, {a.c: 2}], a.d: 3}": "(a.b is 1 or a.c is 2) and a.d is 3",
    "{some: {idp.signing_certificates: {days_left: {lt: 0}}}}":
        "some of idp.signing_certificates: days_left is under 0",
}  # fmt: skip


@pytest.mark.parametrize(("condition", "said"), SAID.items())
def test_said(condition: str, said: str) -> None:
    assert words.words(yaml.safe_load(condition)) == said


def branches(steps: list[Any]) -> Iterator[dict[str, Any]]:
    for step in steps:
        if "when" in step:
            yield step["when"]
            yield from branches(step["steps"])


def test_all_conditions_can_be_said() -> None:
    files = [yaml.safe_load(path.read_text("utf-8")) for path in RULES.rglob("*.yaml")]
    conditions = [one["when"] for one in files if isinstance(one, dict) and "when" in one]
    conditions += [when for one in files if isinstance(one, dict) for when in branches(one.get("steps", []))]
    assert len(conditions) > 400
    for one in conditions:
        assert words.words(one)
        assert "{'" not in words.words(one), one


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("{login.affects: {in: [one, some]}}", "who fails: one or some"),
        ("{scim.status: {ne: 401}}", "HTTP status of the SCIM answer: not 401"),
        ("{not: {evidence.kinds: {contains: idp-metadata}}}", "not (evidence has idp-metadata)"),
        ("{any: [{scim.status: {gte: 500}}, {scim.users_appear: {exists: false}}]}",
         "HTTP status of the SCIM answer: at least 500 or users appear: not known"),
        ("{input.size: {gt: 5}}", "input.size is over 5"),
    ],
)  # fmt: skip
def test_facts_go_by_what_they_are_called(condition: str, said: str) -> None:
    assert words.told(yaml.safe_load(condition)) == said


def test_a_text_without_a_case_names_what_a_case_would_put_there() -> None:
    assert words.template("It differs {acs.difference:differing}: {detail}, at {provider.id}") == (
        "It differs [difference]: [detail], at [id]"
    )


def test_each_kind_of_difference_can_be_said() -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    said = {template.filled("{x:differing}", {"x": one}.__getitem__, now) for one in DIFFERENCES}
    assert len(said) == len(DIFFERENCES)
    assert not any("(" in one for one in said if one)


def test_a_form_is_told_apart_from_the_value() -> None:
    assert words.template("on {idp.x:date}, {idp.x:ago}") == "on [x], [time since or until x]"
