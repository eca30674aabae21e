"""Providers: the table to the byte, fingerprints that recognise and never guess, errors with a line."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doctor.catalogue import provider
from doctor.catalogue.provider import STRENGTH, recognise
from doctor.catalogue.provider_file import compiled, lint
from doctor.catalogue.source import parse
from doctor.model.error import CatalogueError

ROOT = Path(__file__).parents[1]
GUIDE = Path(__file__).parents[2] / "shared" / "reference" / "integration-guide.txt"
TABLE_DIGEST = "36b9e3e308e324d390f27486bd2a0644089b90ffc9487ed70a2bfc64b788b809"


def catalogue() -> dict[str, Any]:
    text = (ROOT / "providers.yaml").read_text(encoding="utf-8")
    return compiled(parse(text, "providers.yaml"), "providers.yaml")


CATALOGUE: dict[str, Any] = json.loads(json.dumps(catalogue()))
PRODUCTS: dict[str, Any] = CATALOGUE["products"]
FINGERPRINTS = [(id_, each) for id_, product in PRODUCTS.items() for each in product["fingerprints"]]
NAMES = [f"{id_}-{each['on']}-{each['hint']}" for id_, each in FINGERPRINTS]


def seen(**observed: list[str]) -> provider.Recognised | None:
    return recognise(CATALOGUE["fingerprints"], CATALOGUE["names"], observed)


def our_rows() -> list[tuple[str, str, str]]:
    rows = [row for product in PRODUCTS.values() for row in product["rows"]]
    return sorted((row["name"], row["type"], row["url"]) for row in rows)


def guide_rows() -> list[tuple[str, str, str]]:
    lines = GUIDE.read_text(encoding="utf-8").splitlines()
    start = lines.index("|---|---|---|") + 1
    table = lines[start : lines.index("Step 2: Set Up the Connection")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    whole = [row if row[2] else ["LinkedIn", *row] for row in rows]
    return sorted((name, type_, url) for name, type_, url, *_ in whole)


# ── the table ───────────────────────────────────────────────────────────────────────────────────────


def test_the_table_has_71_rows_and_is_the_one_that_was_checked() -> None:
    rows = our_rows()
    text = "".join(f"{name} | {type_} | {url}\n" for name, type_, url in rows)
    assert len(rows) == len(set(rows)) == 71
    assert hashlib.sha256(text.encode()).hexdigest() == TABLE_DIGEST


@pytest.mark.skipif(not GUIDE.exists(), reason="the integration guide is not at hand")
def test_the_table_is_the_guides_to_the_byte() -> None:
    assert our_rows() == guide_rows()


def test_every_product_is_complete_in_the_compiled_form() -> None:
    assert len(PRODUCTS) == 56
    assert {frozenset(product) for product in PRODUCTS.values()} == {frozenset(PRODUCTS["generic"])}
    assert all(product["rows"] for id_, product in PRODUCTS.items() if id_ != "generic")
    assert CATALOGUE["names"] == {id_: product["name"] for id_, product in PRODUCTS.items()}


def test_generic_speaks_for_every_key() -> None:
    generic = PRODUCTS["generic"]
    used = {key for product in PRODUCTS.values() for key in product["label"] | product["where"]}
    assert set(generic["label"]) == set(generic["where"]) == used


def test_words_and_fingerprints_name_their_source() -> None:
    for id_, product in PRODUCTS.items():
        if id_ != "generic" and product["label"]:
            assert "default" in product["sources"] or set(product["label"]) <= set(product["sources"]), id_
    assert not [id_ for id_, each in FINGERPRINTS if "general knowledge" in each["source"]]


# ── recognising ─────────────────────────────────────────────────────────────────────────────────────


def test_the_catalogue_is_clean() -> None:
    assert lint(CATALOGUE) == []


@pytest.mark.parametrize(("id_", "each"), FINGERPRINTS, ids=NAMES)
def test_each_fingerprint_recognises_its_example(id_: str, each: dict[str, str]) -> None:
    found = seen(**{each["on"]: [each["example"]]})
    assert found is not None
    assert found[:5] == (id_, PRODUCTS[id_]["name"], each["tenant"], each["on"], each["example"])


WITHOUT_LOOKAROUND = [(id_, each) for id_, each in FINGERPRINTS if "(?=" not in each["pattern"]]


@pytest.mark.parametrize(("id_", "each"), WITHOUT_LOOKAROUND)
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_hint_stands_in_every_match(id_: str, each: dict[str, str], data: st.DataObject) -> None:
    value = data.draw(st.from_regex(provider.regex(each["pattern"])))
    assert each["hint"] in value.lower()


def test_the_strongest_kind_decides() -> None:
    found = seen(
        entity_id=["http://fs.acme.com/adfs/services/trust"],
        sso_url=["https://acme.okta.com/app/a/exk1a2b3c4d5/sso/saml"],
    )
    assert found is not None
    assert (found.id, found.on, found.tenant) == ("microsoft-ad-fs", "entity_id", "fs.acme.com")


def test_two_providers_of_the_same_strength_are_no_guess() -> None:
    assert seen(sso_url=["https://fs.acme.com/adfs/ls/", "https://sso.jumpcloud.com/saml2/x"]) is None


def test_the_tenant_comes_from_a_weaker_value_when_the_strongest_is_silent() -> None:
    entity_id, sso_url = "http://www.okta.com/exk1a2b3", "https://acme.okta.com/app/a/exk1a2b3/sso/saml"
    silent, telling = seen(entity_id=[entity_id]), seen(entity_id=[entity_id], sso_url=[sso_url])
    assert silent is not None
    assert silent.tenant is None
    assert telling == provider.Recognised("okta", "Okta", "acme.okta.com", "entity_id", entity_id)


@pytest.mark.parametrize(
    "entity_id",
    [
        "", "urn:example:idp", "https://sts.windows.net/someguid", "x" * 5000 + "/idp/shibboleth",
        "https://sts.windows.net2/11111111-2222-3333-4444-555555555555/",
        "https://www.okta.com/saml2/service-provider/spayqztpxyfjkeunxobw",
        "https://idp.example.org/simplesaml/module.php/saml/sp/metadata.php/default-sp",
    ],
)  # fmt: skip
def test_what_only_resembles_a_provider_is_not_recognised(entity_id: str) -> None:
    assert seen(entity_id=[entity_id]) is None


def test_case_and_surrounding_space_do_not_hide_a_provider() -> None:
    found = seen(entity_id=["https://FS.acme.com/adfs/Services/Trust\n  "])
    assert found is not None
    assert found.id == "microsoft-ad-fs"


def test_fingerprints_are_ranked_by_kind_then_by_confidence() -> None:
    kinds = [STRENGTH.index(row[1]) for row in CATALOGUE["fingerprints"]]
    assert kinds == sorted(kinds)
    confidence = {(id_, each["pattern"]): each["confidence"] for id_, each in FINGERPRINTS}
    sso = [confidence[row[0], row[3]] for row in CATALOGUE["fingerprints"] if row[1] == "sso_url"]
    assert sso == sorted(sso, key=provider.CONFIDENCE.index)


def test_another_catalogue_is_not_mistaken_for_the_first() -> None:
    seen(entity_id=["urn:x"])
    other = [["acme", "entity_id", "urn:acme", "^urn:acme$"]]
    assert recognise(other, {"acme": "Acme"}, {"entity_id": ["urn:acme"]}) is not None
    assert seen(entity_id=["urn:acme"]) is None


def test_recognising_needs_no_yaml() -> None:
    code = "import sys, doctor.catalogue.provider; sys.exit('yaml' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


# ── linting ─────────────────────────────────────────────────────────────────────────────────────────


def linted(**change: str) -> list[str]:
    """What lint says when the first fingerprint of AD FS is changed."""
    broken = json.loads(json.dumps(CATALOGUE))
    broken["products"]["microsoft-ad-fs"]["fingerprints"][0].update(change)
    return lint(broken)


def test_lint_sees_what_is_wrong_with_a_fingerprint() -> None:
    assert "does not match its example" in linted(example="/adfs/services/trust")[0]
    assert "finds the tenant fs.acme.com, not acme" in linted(tenant="acme")[0]
    assert "the hint nowhere is not in the example" in linted(hint="nowhere")[0]
    assert any("matches the example of okta" in said for said in linted(pattern="http"))


def test_lint_sees_words_that_do_not_pair_or_are_unknown() -> None:
    broken = json.loads(json.dumps(CATALOGUE))
    broken["products"]["okta"]["label"]["ac_url"] = "Single sign-on URL"
    assert lint(broken) == ["okta: ac_url has a label only", "okta: the label ac_url is unknown to generic"]


# ── reading and checking ────────────────────────────────────────────────────────────────────────────

SMALL = """\
version: 1
generic:
  id: generic
  name: identity provider
  console: the console
  label: {acs_url: ACS URL}
  where: {acs_url: the settings}
providers:
  - id: acme
    name: Acme
    aliases: [ac]
    rows: [{name: Acme, type: SAML, url: "example.com/acme"}]
    fingerprints:
      - on: entity_id
        hint: "urn:acme"
        pattern: '^urn:acme$'
        example: "urn:acme"
        source: "example.com"
        confidence: high
    label: {acs_url: Reply}
    where: {acs_url: Settings}
    sources: {default: "example.com"}
"""
TWIN = '  - {id: acme, name: Twin, rows: [{name: A, type: SAML, url: "example.com"}]}\n'


def problems(text: str) -> list[str]:
    with pytest.raises(CatalogueError) as caught:
        compiled(parse(text, "p.yaml"), "p.yaml")
    return caught.value.problems


def test_a_small_catalogue_compiles() -> None:
    made: dict[str, Any] = compiled(parse(SMALL, "p.yaml"), "p.yaml")
    assert made["fingerprints"] == [["acme", "entity_id", "urn:acme", "^urn:acme$"]]
    assert made["products"]["acme"]["label"] == {"acs_url": "Reply"}
    assert made["products"]["acme"]["scalekit"] is None
    assert lint(made) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("aliases", "alias", "p.yaml:11: unknown key: alias, did you mean aliases?"),
        ("    name: Acme\n", "", "p.yaml:9: missing key: name"),
        ("version: 1", "version: yes", "p.yaml:1: version must be 1, got True"),
        ("id: acme", "id: Acme Inc", "p.yaml:9: an id is kebab-case, got 'Acme Inc'"),
        ("name: Acme\n", "name: no\n", "p.yaml:10: expected text, got False"),
        ("[ac]", "[AC]", "p.yaml:11: must be in lower case: AC"),
        ("[ac]", "ac", "p.yaml:11: expected a list with something in it, got 'ac'"),
        ("on: entity_id", "on: entity-id", "did you mean entity_id?"),
        ("'^urn:acme$'", "'(urn'", "p.yaml:16: not a regular expression: missing ), unterminated subpattern"),
        ("{acs_url: Reply}", "{ac_url: R}", "p.yaml:20: unknown key in label: ac_url, did you mean acs_url?"),
        ("{acs_url: Reply}", "Reply", "p.yaml:20: expected keys with texts, got 'Reply'"),
        ("rows: [{", "rows: [{nam: A, ", "p.yaml:12: unknown key: nam, did you mean name?"),
    ],
)
def test_an_error_names_the_file_and_the_line(old: str, new: str, said: str) -> None:
    assert said in problems(SMALL.replace(old, new, 1))[0]


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("[ac]", "&names [ac]", 11),
        ("[ac]", "*names", 11),
        ("[ac]", "!!python/none []", 11),
        ("[ac]", "!secret x", 11),
        ("    name: Acme\n", "    name: Acme\n    name: B\n", 11),
        ("    name: Acme\n", "    name: Acme\n    <<: {a: b}\n", 11),
        ("[ac]", "[ac", 12),
    ],
)
def test_what_the_catalogue_refuses_of_yaml_is_refused_with_its_line(old: str, new: str, line: int) -> None:
    assert problems(SMALL.replace(old, new, 1))[0].startswith(f"p.yaml:{line}: ")


def test_an_id_name_or_alias_belongs_to_one_provider() -> None:
    assert problems(SMALL + TWIN) == ["p.yaml:23: duplicate id: acme belongs to another provider"]
    twin = TWIN.replace("id: acme, name: Twin", "id: twin, name: Twin, aliases: [acme]")
    assert problems(SMALL + twin) == ["p.yaml:23: duplicate aliases: acme belongs to another provider"]
    taken = problems(SMALL.replace("id: acme", "id: generic"))
    assert taken == ["p.yaml:9: duplicate id: generic belongs to another provider"]


def test_every_problem_is_reported_in_the_order_of_lines() -> None:
    text = SMALL.replace("aliases", "alias").replace("confidence: high", "confidence: hihg")
    assert [said.split(": ")[0] for said in problems(text)] == ["p.yaml:11", "p.yaml:19"]


@pytest.mark.parametrize("data", [None, [], "text", {}, {"version": 1}, {1: 2}])
def test_data_without_lines_is_refused_without_lines(data: object) -> None:
    with pytest.raises(CatalogueError, match=r"^(p\.yaml: |\d problems, the first: p\.yaml: )"):
        compiled(data, "p.yaml")


@given(st.text())
def test_whatever_the_text_only_a_catalogue_error_comes_out(text: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        compiled(parse(text, "p.yaml"), "p.yaml")
    assert all(said.startswith("p.yaml:") for said in caught.value.problems)
