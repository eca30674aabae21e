"""How things are set up, in providers.yaml: its schema, errors with their lines, its lint, its sources."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from doctor.catalogue import setup_file
from doctor.catalogue.provider_file import compiled, divided, lint, linted
from doctor.catalogue.setup_file import fields, slug, texts
from doctor.catalogue.source import parse
from doctor.model.error import CatalogueError

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "providers.yaml").read_text(encoding="utf-8")
DATA: Any = parse(TEXT, "providers.yaml")
CATALOGUE: dict[str, Any] = compiled(DATA, "providers.yaml")
PRODUCTS: dict[str, Any] = CATALOGUE["products"]
GUIDES: dict[str, Any] = CATALOGUE["guides"]
SCHEMA = json.loads((ROOT / "doctor/catalogue/schema/providers.json").read_text(encoding="utf-8"))
SETUPS = [(id_, name, setup) for id_, product in PRODUCTS.items() for name, setup in product["setup"].items()]
NAMES = [name for _, name, _ in SETUPS]
BEST_KNOWN = (
    "okta", "entra-id", "google-workspace", "microsoft-ad-fs", "onelogin", "jumpcloud", "pingone", "pingfederate",
    "auth0", "keycloak", "shibboleth", "simplesamlphp", "cyberark", "duo", "rippling", "salesforce",
)  # fmt: skip
NOT_ESTABLISHED = {"react-native-expo"}
"""Rows of which no source tells the steps."""


# ── the file as it is ───────────────────────────────────────────────────────────────────────────────


def test_the_file_is_what_its_schema_says() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    wrong = [f"{list(one.absolute_path)}: {one.message}" for one in Draft202012Validator(SCHEMA).iter_errors(DATA)]
    assert wrong == []


def test_the_file_is_clean() -> None:
    assert lint(CATALOGUE) == []


def test_every_row_but_the_named_ones_has_its_setup() -> None:
    rows = {slug(row["url"]) for product in PRODUCTS.values() for row in product["rows"]}
    assert len(rows) == 71
    assert rows - set(NAMES) == NOT_ESTABLISHED


@pytest.mark.parametrize("id_", BEST_KNOWN)
def test_the_best_known_products_are_complete(id_: str) -> None:
    product = PRODUCTS[id_]
    assert product["gotchas"]
    for row in product["rows"]:
        setup = product["setup"][slug(row["url"])]
        guide = GUIDES[setup["guide"]]
        needed = {step["id"] for step in guide["steps"] if step.get("needed")}
        assert needed <= set(setup["steps"]), row["url"]
        named = {name for actions in setup["steps"].values() for said in texts(actions) for name, _ in fields(said)}
        wanted = {name for name, value in guide["values"].items() if not value.get("optional")}
        assert wanted <= named, row["url"]
        if guide["speaks"] == "SAML":
            assert {one["for"] for one in setup["mapping"]} >= {"id", "first name", "last name"}


@pytest.mark.parametrize(("id_", "name", "setup"), SETUPS, ids=NAMES)
def test_a_setup_names_its_source(id_: str, name: str, setup: dict[str, Any]) -> None:
    assert id_
    assert all(part.startswith("https://") for part in setup["source"].split("; "))
    assert setup["confidence"] in ("high", "medium"), f"{name}: what is little sure is left out"
    assert setup.get("steps"), "a setup without steps tells nothing"


def test_pitfalls_name_a_source_and_are_sure() -> None:
    for product in PRODUCTS.values():
        for one in product["gotchas"]:
            assert one["source"].startswith("https://"), one["id"]
            assert "unchecked" not in one["source"]
            assert all(one[key].endswith((".", "?")) for key in ("wrong", "seen", "fix")), one["id"]


def test_patterns_and_lifetimes_name_a_source() -> None:
    for product in PRODUCTS.values():
        for key in ("metadata_url_pattern", "certificate_lifetime"):
            assert product[key] is None or product[key]["source"].startswith("https://")


@pytest.mark.parametrize(("id_", "name", "setup"), SETUPS, ids=NAMES)
def test_secrets_are_never_values(id_: str, name: str, setup: dict[str, Any]) -> None:
    """A token or a secret is named, never filled in: no value of a guide holds one."""
    assert id_
    for action in (one for actions in setup["steps"].values() for one in actions if isinstance(one, dict)):
        label = str(action.get("field", action.get("name"))).lower()
        if "token" in label or "secret" in label:
            assert not fields(action["value"]), f"{name}: {label}"


def test_guides_hold_no_secret_value() -> None:
    names = {name for guide in GUIDES.values() for name in guide["values"]}
    assert not [name for name in names if re.search("token|secret|key|password", name)]


@pytest.mark.parametrize("name", GUIDES)
def test_a_guide_begins_with_what_is_copied_and_ends_with_a_proof(name: str) -> None:
    guide = GUIDES[name]
    assert guide["steps"][0]["at"] == "vendor"
    assert guide["steps"][-1].get("checks")
    assert guide["checklist"]


def test_the_words_of_rules_are_apart_from_the_rest() -> None:
    words, rest = divided(CATALOGUE)
    assert {frozenset(one) for one in words.values()} == {frozenset({"name", "aliases", "console", "label", "where"})}
    assert set(rest["products"]) == set(words)  # type: ignore[call-overload]
    assert len(json.dumps(words)) < len(json.dumps(rest)) / 2


# ── errors ──────────────────────────────────────────────────────────────────────────────────────────

SMALL = """\
version: 1
generic:
  id: generic
  name: identity provider
  console: the console
  label: {acs_url: ACS URL}
  where: {acs_url: the settings}
guides:
  saml:
    title: SAML
    speaks: SAML
    source: the guide
    values: {acs_url: {label: ACS URL, fact: sp.acs_url, how: --acs-url}}
    steps:
      - {id: connection, at: vendor, title: Connect, texts: [Make it.]}
      - {id: addresses, at: provider, needed: true, title: Enter, texts: ["{label.acs_url}: {acs_url}"]}
    checklist:
      - {say: It works, holds: {connection.state: active}}
providers:
  - id: acme
    name: Acme
    rows: [{name: Acme, type: SAML, url: "example.com/acme-saml"}]
    label: {acs_url: Reply}
    where: {acs_url: Settings}
    sources: {default: "https://example.com"}
    setup:
      acme-saml:
        guide: saml
        source: "https://example.com"
        confidence: high
        steps:
          addresses:
            - "{where.acs_url}:"
            - {field: acs_url, value: "{acs_url}"}
        mapping: [{for: id, from: uid, as: id}]
    gotchas:
      - {id: acme-x, for: [SAML], wrong: W., seen: S., fix: F., source: "https://example.com", confidence: high}
"""


def problems(text: str) -> list[str]:
    with pytest.raises(CatalogueError) as caught:
        compiled(parse(text, "p.yaml"), "p.yaml")
    return caught.value.problems


def test_a_small_file_compiles() -> None:
    made = compiled(parse(SMALL, "p.yaml"), "p.yaml")
    assert made["products"]["acme"]["setup"]["acme-saml"]["steps"]["addresses"][0] == "{where.acs_url}:"
    assert made["guides"]["saml"]["speaks"] == "SAML"
    assert lint(made) == []


WRONG = [
    ("      acme-saml:", "      acme-smal:", "p.yaml:27: no row of the table has the link …/acme-smal, did you mean"),
    ("guide: saml", "guide: smal", "p.yaml:28: no guide smal, did you mean saml?"),
    ("          addresses:", "          adresses:", "p.yaml:32: the guide has no step adresses, did you mean"),
    ('value: "{acs_url}"', 'value: "{acs_ulr}"', "p.yaml:34: nothing is known as {acs_ulr} here"),
    ('value: "{acs_url}"', 'value: "{acs_url:rgx}"', "p.yaml:34: no form rgx of a value, did you mean regex?"),
    ("{field: acs_url", "{field: ac_url", "p.yaml:34: acme has no label ac_url, did you mean acs_url?"),
    ("{field: acs_url", "{feld: acs_url", "p.yaml:34: unknown key: feld, did you mean field?"),
    ('- "{where.acs_url}:"', '- "{where.metadata}:"', "p.yaml:32: nothing is known as {where.metadata} here"),
    ("confidence: high\n        steps", "confidence: hihg\n        steps", "p.yaml:30: expected one of high"),
    ("for: [SAML]", "for: [SMAL]", "p.yaml:37: expected one of SAML"),
    ("needed: true", "needed: false", "p.yaml:16: expected true, got False; leave it out otherwise"),
    ("at: vendor", "at: vender", "p.yaml:15: expected one of vendor, provider, application, got"),
    ("    speaks: SAML\n", "", "p.yaml:9: missing key: speaks"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), WRONG)
def test_an_error_names_the_file_and_the_line(old: str, new: str, said: str) -> None:
    assert old in SMALL
    assert any(found.startswith(said) for found in problems(SMALL.replace(old, new, 1))), problems(
        SMALL.replace(old, new, 1)
    )


STRUCTURAL = [
    ("guide: saml", "guide: 7"), ("{field: acs_url", "{feld: acs_url"), ("for: [SAML]", "for: []"),
    ("needed: true", "needed: false"), ("at: vendor", "at: vender"), ("    speaks: SAML\n", ""),
    ("id: acme-x", "id: Acme X"), ("confidence: high}", "confidence: low}"),
    ("mapping: [{for: id, from: uid, as: id}]", "mapping: []"),
    ("texts: [Make it.]", "texts: Make it."), ("version: 1", "version: 2"), ("    name: Acme\n", ""),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new"), STRUCTURAL)
def test_the_loader_and_the_schema_refuse_the_same(old: str, new: str) -> None:
    assert old in SMALL
    text = SMALL.replace(old, new, 1)
    assert problems(text)
    assert list(Draft202012Validator(SCHEMA).iter_errors(parse(text, "p.yaml")))


def test_the_schema_takes_what_the_loader_takes() -> None:
    assert list(Draft202012Validator(SCHEMA).iter_errors(parse(SMALL, "p.yaml"))) == []


# ── linting ─────────────────────────────────────────────────────────────────────────────────────────


def damaged() -> dict[str, Any]:
    return copy.deepcopy(compiled(parse(SMALL, "p.yaml"), "p.yaml"))


def test_lint_wants_one_field_for_a_value() -> None:
    broken = damaged()
    steps = broken["products"]["acme"]["setup"]["acme-saml"]["steps"]
    steps["addresses"][1] = {"value": "x", "field": "acs_url", "name": "Reply"}
    assert lint(broken) == ["acme: acme-saml: addresses: a value has either a field or a name"]
    steps["addresses"][1] = {"value": "x"}
    assert lint(broken) == ["acme: acme-saml: addresses: a value has either a field or a name"]


def test_lint_names_the_line_of_the_product() -> None:
    text = SMALL.replace('{field: acs_url, value: "{acs_url}"}', '{value: "{acs_url}"}')
    assert linted(parse(text, "p.yaml"), "p.yaml") == [
        "p.yaml:20: acme: acme-saml: addresses: a value has either a field or a name"
    ]


def test_lint_sees_pitfalls_of_the_same_name() -> None:
    broken = damaged()
    broken["products"]["generic"]["gotchas"] = copy.deepcopy(broken["products"]["acme"]["gotchas"])
    assert lint(broken) == ["acme: the pitfall acme-x stands at generic already"]


def test_lint_sees_what_a_guide_does_not_know() -> None:
    broken = damaged()
    guide = broken["guides"]["saml"]
    guide["steps"][1]["texts"] = ["{label.nothing}"]
    guide["steps"].append(dict(guide["steps"][0]))
    guide["checklist"].append({"say": "x", "values": ["nothing"]})
    assert lint(broken) == [
        "guide saml: a step stands twice",
        "guide saml: addresses: nothing is known as {label.nothing}",
        "guide saml: x: no value nothing",
    ]


def test_types_of_rows_are_those_that_pitfalls_may_concern() -> None:
    used = {row["type"] for product in PRODUCTS.values() for row in product["rows"]}
    assert used == set(setup_file.PROTOCOLS)
