"""`doctor setup`: every value in its place, no word left open, steps verified by evidence and kept in a case."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from doctor.cli.main import main
from doctor.engine import choose, setup, verify
from doctor.engine.diagnose import Examined
from doctor.engine.rulebook import shipped
from doctor.model.case import Case
from tests.evidence import metadata
from tests.test_providers_file import BEST_KNOWN

if TYPE_CHECKING:
    from doctor.engine.choose import Row
    from doctor.engine.setup import Plan, Step

ROOT = Path(__file__).parents[1]
SCHEMA = json.loads((ROOT / "doctor/report/schema/setup-1.json").read_text("utf-8"))
BOOK = shipped()
ROWS = [row for id_ in BOOK.providers if id_ != "generic" for row in choose.rows_of(BOOK, id_)]
AT = ["--at", "2026-11-22T09:00:00Z"]
ACS = "https://auth.example.com/sso/saml/acs/conn_01"
ENTITY = "https://auth.example.com/sp/conn_01"
ADDRESSES = ["--acs-url", ACS, "--sp-entity-id", ENTITY]
VALUES = {
    "sp.acs_url": ACS, "sp.entity_id": ENTITY, "scim.endpoint": "https://scim.example.com/v2/dir_01",
    "oauth.expected_redirect_uri": "https://auth.example.com/callback/01",
}  # fmt: skip
SP_METADATA = f"""<?xml version="1.0"?>
<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{ENTITY}">
<SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
<AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="{ACS}2" index="0"/>
<AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="{ACS}" index="1"
 isDefault="true"/></SPSSODescriptor></EntityDescriptor>"""
METADATA_URL = "https://auth.example.com/sp/conn_01/metadata"
OKTA = str(ROOT / "examples/okta-healthy.xml")
BROKEN = str(ROOT / "examples/jumpcloud-broken.xml")
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCTOR_HOME", str(tmp_path / "home"))


def plan(row: Row, facts: dict[str, Any] | None = None, done: tuple[str, ...] = ()) -> Plan:
    case = Case("setup", "2026-11-22T09:00:00Z", options=VALUES if facts is None else facts)
    given = {"sp_metadata_url": METADATA_URL} if facts is None else {}
    return setup.planned(BOOK, row, Examined(case, BOOK), done, given)


def row(slug: str) -> Row:
    return next(one for one in ROWS if one.slug == slug)


def told(words: list[str], capsys: Capture, code: int = 0) -> dict[str, Any]:
    assert main(["setup", *words, *AT, "--format", "json"]) == code
    data: dict[str, Any] = json.loads(capsys.readouterr().out)
    wrong = [f"{list(one.absolute_path)}: {one.message}" for one in Draft202012Validator(SCHEMA).iter_errors(data)]
    assert wrong == []
    return data


def shown(words: list[str], capsys: Capture, code: int = 0) -> str:
    assert main(["setup", *words, *AT]) == code
    return capsys.readouterr().out


@pytest.mark.parametrize(
    "bad", ["notaurl", "//host/path", "https://", "localhost:8080/acs", "https://a.example/a b", ""]
)
@pytest.mark.parametrize("option", ["--acs-url", "--sp-metadata-url", "--scim-endpoint", "--redirect-uri"])
def test_what_nobody_could_paste_is_refused(option: str, bad: str, capsys: Capture) -> None:
    assert f"{option}: {bad!r} is no address" in refused(["okta", "saml", option, bad, *AT], capsys)


@pytest.mark.parametrize("good", ["http://localhost:8080/acs", "https://10.0.0.1/x?y=1", "com.example.app:/callback"])
def test_what_a_console_takes_is_taken(good: str, capsys: Capture) -> None:
    told(["okta", "oidc", "--redirect-uri", good], capsys)


def test_a_step_that_is_checked_off_without_a_case_is_said_to_be_forgotten(capsys: Capture) -> None:
    for mark in ("--done", "--undo"):
        assert main(["setup", "okta", "saml", mark, "addresses", *AT]) == 0
        assert capsys.readouterr().err == "doctor: what is checked off is not kept: --case NAME would keep it\n"
    assert main(["setup", "okta", "saml", "--case", "acme", "--done", "addresses", *AT]) == 0
    assert capsys.readouterr().err == ""


def test_an_expired_certificate_fails_metadata_only_where_it_stops_the_sign_in(tmp_path: Path, capsys: Capture) -> None:
    """The rule's severity in its context decides: some service providers pay no heed to the date, the vendors do."""
    (tmp_path / "m.xml").write_bytes(metadata(-5))
    words = ["okta", "saml", "--verify", "--idp-metadata", str(tmp_path / "m.xml")]
    sound = told(words, capsys, 3)["checklist"][-1]
    assert (sound["verdict"], sound["rules"]) == ("holds", [])
    assert "(certificate-expired)" in sound["why"]
    for vendor in ("workos", "scalekit"):
        failed = told([*words, "--vendor", vendor], capsys, 1)["checklist"][-1]
        assert (failed["verdict"], failed["rules"]) == ("fails", ["certificate-expired"])


def refused(words: list[str], capsys: Capture) -> str:
    assert main(["setup", *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    return err


def status(data: dict[str, Any]) -> dict[str, str]:
    return {step["id"]: step["status"] for step in data["steps"]}


def pasted(found: Plan) -> dict[str, str | None]:
    return {str(one.field): one.value for step in found.steps for one in step.actions if one.field}


def words_of(step: Step) -> str:
    return " ".join(str(part) for one in step.actions for part in (one.text, one.field, one.value, one.note) if part)


# ── every row ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("one", ROWS, ids=lambda one: one.slug)
def test_every_row_can_be_planned(one: Row) -> None:
    found = plan(one)
    assert found.steps
    assert found.next == found.steps[0].id or found.steps[0].status == "verified"
    assert [step.number for step in found.steps] == list(range(1, len(found.steps) + 1))
    assert found.established is (one.setup is not None and all(step.established for step in found.steps))


@pytest.mark.parametrize("one", ROWS, ids=lambda one: one.slug)
def test_no_placeholder_is_left(one: Row) -> None:
    found = plan(one)
    assert found.missing == ()
    for step in found.steps:
        left = re.findall(r"\{[a-z_.]+(?::[a-z]+)?\}", words_of(step))
        assert [name for name in left if not name.startswith("{user.")] == []
        assert "not given" not in words_of(step)


@pytest.mark.parametrize("one", [one for one in ROWS if one.provider in BEST_KNOWN], ids=lambda one: one.slug)
def test_the_best_known_can_be_followed_without_asking_back(one: Row) -> None:
    found = plan(one)
    assert found.established
    assert all(step.established for step in found.steps)
    given = " ".join(words_of(step) for step in found.steps)
    for value in found.values:
        if not value.optional:
            assert value.text is not None
            assert value.text in given, value.name


@pytest.mark.parametrize("one", [one for one in ROWS if one.provider in BEST_KNOWN], ids=lambda one: one.slug)
def test_their_steps_speak_no_general_words(one: Row) -> None:
    """What the guide says for products without words of their own is not shown at the provider's steps."""
    guide = BOOK.guides[str((one.setup or {})["guide"])]
    own = (one.setup or {})["steps"]
    for step in plan(one).steps:
        if step.at == "provider":
            assert step.id in own, step.id
            assert "(also" not in words_of(step)
    assert guide["title"]


def test_values_are_copied_and_never_made() -> None:
    for one in ROWS:
        given = plan(one, {})
        for step in given.steps:
            assert "example.com" not in words_of(step)
            if any(action.missing for action in step.actions):
                assert "not given" in words_of(step)


def test_what_is_not_established_says_so(capsys: Capture) -> None:
    out = " ".join(shown(["react-native-expo"], capsys).split())
    assert "is not established here" in out
    assert "workos.com/docs/integrations/react-native-expo" in out
    assert not told(["react-native-expo"], capsys)["established"]
    assert "Not established for this product: application" in shown(["cas", "saml", *ADDRESSES], capsys)


# ── the worked example ──────────────────────────────────────────────────────────────────────────────


def test_okta_saml(capsys: Capture) -> None:
    data = told(["okta", "saml", *ADDRESSES], capsys)
    assert [step["id"] for step in data["steps"]] == [
        "connection", "application", "addresses", "signing", "attributes", "assignments", "metadata", "load", "sign-in",
    ]  # fmt: skip
    fields = {one["field"]: one["value"] for step in data["steps"] for one in step["actions"] if one["field"]}
    assert fields == {"Single sign-on URL": ACS, "Audience URI (SP Entity ID)": ENTITY}
    mapping = [one for step in data["steps"] for one in step["mapping"]]
    assert [(one["from"], one["as"]) for one in mapping] == [
        ("user.id", "id"), ("user.email", "email"), ("user.firstName", "firstName"), ("user.lastName", "lastName"),
    ]  # fmt: skip
    states = [step["state"] for step in data["steps"] if step["state"]]
    assert states == ["draft", "draft", "validating", "active"]
    assert data["connection_type"] == "OktaSAML"
    assert (data["established"], data["missing"], data["next"]) == (True, [], "connection")


def test_the_text_shows_values_whole_on_their_line(capsys: Capture) -> None:
    lines = shown(["okta", "saml", *ADDRESSES], capsys).splitlines()
    assert f"           {ACS}" in lines
    assert f"           {ENTITY}" in lines


def test_google_gives_its_metadata_before_it_asks() -> None:
    order = [step.id for step in plan(row("google-saml")).steps]
    assert order.index("metadata") < order.index("addresses") < order.index("load")


def test_onelogin_gets_a_regular_expression_that_matches_the_address_alone() -> None:
    address = "https://auth.example.com/sso/acs?x=1+2"
    found = pasted(plan(row("onelogin-saml"), {**VALUES, "sp.acs_url": address}))
    pattern = str(found["ACS (Consumer) URL Validator*"])
    assert re.search(pattern, address)
    assert not re.search(pattern, address + "/")
    assert not re.search(pattern, address.replace(".", "x", 1))
    assert r"https:\/\/auth\.example\.com" in pattern


def test_entity_id_stands_where_jumpcloud_wants_it_too() -> None:
    found = pasted(plan(row("jumpcloud-saml")))
    assert found["IdP Entity ID"] == found["SP Entity ID"] == ENTITY


def test_shibboleth_has_two_rows_of_one_type(capsys: Capture) -> None:
    assert told(["shibboleth", "saml", *ADDRESSES], capsys)["connection_type"] == "ShibbolethGenericSAML"
    other = told(["shibboleth unsolicited", "saml", *ADDRESSES], capsys)
    assert other["row"]["url"].endswith("/shibboleth-unsolicited-saml")
    assert other["connection_type"] == "ShibbolethSAML"


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        (["simplesamlphp", "saml"], "simple-saml-php"),
        (["simplesamlphp", "general"], "simple-saml-php"),
        (["adfs"], "microsoft-ad-fs-saml"),
        (["azure ad", "openid"], "entra-id-oidc"),
        (["google", "directory sync"], "google-directory-sync"),
        (["okta", "directory sync"], "okta-scim"),
        (["bamboohr", "directory"], "bamboohr"),
        (["apple", "oauth"], "apple"),
        (["auth0", "enterprise"], "auth0-enterprise-connection"),
        (["saml"], "saml"),
    ],
)
def test_a_row_is_found_by_what_people_call_it(words: list[str], slug: str, capsys: Capture) -> None:
    assert told(words, capsys)["row"]["url"].endswith(f"/{slug}")


# ── verifying ───────────────────────────────────────────────────────────────────────────────────────


def test_evidence_verifies_steps(capsys: Capture) -> None:
    data = told(["okta", "saml", *ADDRESSES, "--idp-metadata", OKTA], capsys)
    assert status(data)["metadata"] == "verified"


def test_metadata_with_an_error_fails_its_step(capsys: Capture) -> None:
    data = told(["jumpcloud", "saml", *ADDRESSES, "--idp-metadata", BROKEN, "--verify"], capsys, 1)
    step = next(one for one in data["steps"] if one["id"] == "metadata")
    assert step["checks"][0]["rules"] == ["certificate-unparseable"]
    assert (step["status"], step["checks"][1]["verdict"]) == ("failed", "holds")


def test_metadata_of_another_product_fails(capsys: Capture) -> None:
    data = told(["entra", "saml", "--idp-metadata", OKTA, "--verify"], capsys, 1)
    check = next(one for step in data["steps"] for one in step["checks"] if one["verdict"] == "fails")
    assert check["why"] == "the metadata comes from Okta"
    assert data["verdict"] == "fail"


def test_an_html_page_in_place_of_metadata_fails(tmp_path: Path, capsys: Capture) -> None:
    page = tmp_path / "metadata.xml"
    page.write_text("<!DOCTYPE html><html><head><title>Sign in</title></head><body></body></html>")
    data = told(["okta", "saml", "--idp-metadata", str(page), "--verify"], capsys, 1)
    assert status(data)["metadata"] == "failed"


def test_the_address_that_was_pasted_is_compared(capsys: Capture) -> None:
    right = told(["okta", "saml", *ADDRESSES, "--set", f"idp.acs_url={ACS}", "--set", f"idp.audience={ENTITY}"], capsys)
    assert status(right)["addresses"] == "verified"
    wrong = told(["okta", "saml", *ADDRESSES, "--set", f"idp.acs_url={ACS}/", "--verify"], capsys, 1)
    assert status(wrong)["addresses"] == "failed"
    assert wrong["checklist"][3]["rules"] == ["acs-url-mismatch"]


def test_a_state_that_is_not_reached_yet_is_no_failed_step(capsys: Capture) -> None:
    data = told(["okta", "saml", "--set", "connection.state=draft"], capsys)
    assert (status(data)["load"], status(data)["sign-in"]) == ("open", "open")
    off = told(["okta", "saml", "--set", "connection.state=inactive"], capsys)
    assert status(off)["sign-in"] == "failed"


def test_the_connection_tells_its_values_and_state(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "connection.json"
    file.write_text(json.dumps({
        "object": "connection", "id": "conn_01", "connection_type": "OktaSAML", "state": "active", "name": "Acme",
        "organization_id": "org_01", "domains": [], "options": {"acs_url": ACS, "sp_entity_id": ENTITY},
    }))  # fmt: skip
    data = told(["okta", "saml", "--connection-file", str(file)], capsys)
    assert {one["name"]: one["text"] for one in data["values"]}["acs_url"] == ACS
    assert data["missing"] == []
    assert status(data)["connection"] == "verified"
    other = told(["entra", "saml", "--connection-file", str(file), "--verify"], capsys, 1)
    assert status(other)["connection"] == "failed"
    assert "OktaSAML, which is for Okta" in json.dumps(other)


@pytest.mark.parametrize(
    ("provider", "row_slug", "verdict"),
    [
        ("OKTA", "okta-saml", "holds"), ("MICROSOFT_AD", "entra-id-saml", "holds"), ("OKTA", "entra-id-saml", "fails"),
        ("PING_IDENTITY", "pingfederate-saml", "holds"), ("PING_IDENTITY", "okta-saml", "fails"),
        ("CUSTOM", "keycloak-saml", "open"), ("SOMETHING_NEW", "okta-saml", "open"),
    ],
)  # fmt: skip
def test_a_connection_at_scalekit_is_of_its_product(
    provider: str, row_slug: str, verdict: str, tmp_path: Path, capsys: Capture
) -> None:
    file = tmp_path / "connection.json"
    file.write_text(json.dumps({"connection": {
        "id": "conn_1", "provider": provider, "type": "SAML", "status": "IN_PROGRESS",
        "saml_config": {"sp_entity_id": ENTITY, "sp_assertion_url": ACS},
    }}))  # fmt: skip
    one = row(row_slug)
    data = told([one.provider, "saml", "--connection-file", str(file)], capsys)
    assert data["steps"][0]["checks"][1]["verdict"] == verdict
    assert data["missing"] == []


def test_another_vendors_dashboard_is_not_spoken_of_in_the_words_of_workos(capsys: Capture) -> None:
    for words in (["okta", "saml"], ["okta", "scim"], ["okta", "oidc"], ["github", "oauth"]):
        assert "WorkOS" in shown(words, capsys).partition("What usually")[0]
        assert "WorkOS" not in shown([*words, "--vendor", "scalekit"], capsys).partition("What usually")[0]


def test_the_service_providers_metadata_tells_its_values(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "sp.xml"
    file.write_text(SP_METADATA)
    data = told(["okta", "saml", "--sp-metadata", str(file), "--set", f"idp.acs_url={ACS}/"], capsys)
    assert {one["name"]: (one["text"], one["source"]) for one in data["values"] if one["text"]} == {
        "acs_url": (ACS, "--sp-metadata"), "sp_entity_id": (ENTITY, "--sp-metadata"),
    }  # fmt: skip
    assert status(data)["addresses"] == "failed"
    other = told(["okta", "saml", "--sp-metadata", str(file), "--acs-url", ACS + "/"], capsys)
    assert other["missing"] == ["acs_url"]
    assert other["contradictions"] == ["sp.acs_url: what was given disagrees; give it once"]


def test_values_that_contradict_each_other_are_told(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "connection.json"
    file.write_text(json.dumps({
        "object": "connection", "id": "conn_01", "connection_type": "OktaSAML", "state": "active",
        "organization_id": "org_01", "options": {"acs_url": ACS, "sp_entity_id": ENTITY},
    }))  # fmt: skip
    data = told(["okta", "saml", "--connection-file", str(file), "--acs-url", ACS + "/"], capsys)
    assert data["contradictions"]
    assert {one["name"]: one["text"] for one in data["values"]}["acs_url"] == ACS


def test_verify_names_what_holds_fails_and_is_open(capsys: Capture) -> None:
    words = ["okta", "saml", *ADDRESSES, "--idp-metadata", OKTA, "--set", "connection.state=validating", "--verify"]
    out = shown(words, capsys, 1)
    holds, fails, open_ = (out.index(part) for part in ("Holds\n", "Fails\n", "Not decided by evidence"))
    assert holds < out.index("The metadata of the identity provider is sound") < fails
    assert fails < out.index("connection state: validating") < open_
    assert out.endswith("fail: 1 hold, 1 fail, 3 open\n")


def test_verify_passes_when_all_holds(capsys: Capture) -> None:
    facts = ["directory.linked=true", "scim.users_appear=all", "scim.attributes_arrive=true",
             "scim.updates_arrive=true", "scim.deactivations_arrive=true"]  # fmt: skip
    words = ["okta", "scim", "--scim-endpoint", VALUES["scim.endpoint"], "--verify"]
    given = [part for fact in facts for part in ("--set", fact)]
    assert told([*words, *given], capsys, 0)["verdict"] == "pass"
    assert told([*words, *given[:-2]], capsys, 3)["verdict"] == "undecided"
    assert told([*words, *given, "--set", "scim.updates_enabled=false"], capsys, 1)["verdict"] == "fail"


def test_a_check_holds_only_when_every_part_does() -> None:
    examined = Examined(Case("x", "2026-11-22T09:00:00Z", options={"connection.state": "active"}), BOOK)
    known = verify.Known(examined, examined.diagnosis("never").findings, "okta", {}, {}, BOOK.names, {"acs_url": ACS})
    active = {"holds": {"connection.state": "active"}}
    assert verify.checked({"say": "x", **active, "values": ["acs_url"]}, known).verdict == "holds"
    assert verify.checked({"say": "x", **active, "values": ["other"]}, known).verdict == "open"
    assert verify.checked({"say": "x", "holds": {"connection.state": "draft"}, "values": ["other"]}, known).verdict == (
        "fails"
    )
    assert verify.checked({"say": "x"}, known).verdict == "open"


def test_guides_name_rules_facts_and_kinds_that_exist() -> None:
    for name, guide in BOOK.guides.items():
        assert list(verify.problems(name, guide, BOOK.ids)) == []
    check = {"say": "x", "rules": ["nothing"], "document": "nothing", "holds": {"nothing.at.all": 1}}
    broken = {"values": {"v": {"fact": "nothing"}}, "steps": [], "checklist": [check]}
    assert len(list(verify.problems("g", broken, BOOK.ids))) == 4


# ── checking off and going on ───────────────────────────────────────────────────────────────────────


def test_steps_are_checked_off_kept_and_taken_back(capsys: Capture) -> None:
    told(["okta", "saml", *ADDRESSES, "--case", "acme", "--done", "connection", "--done", "application"], capsys)
    again = told(["okta", "saml", "--case", "acme"], capsys)
    assert (again["next"], again["case"], again["missing"]) == ("addresses", "acme", [])
    assert status(again)["application"] == "done"
    back = told(["okta", "saml", "--case", "acme", "--undo", "application"], capsys)
    assert back["next"] == "application"
    assert told(["okta", "saml", "--case", "acme"], capsys)["next"] == "application"


def test_evidence_beats_what_was_checked_off(capsys: Capture) -> None:
    data = told(["okta", "saml", *ADDRESSES, "--done", "addresses", "--set", f"idp.acs_url={ACS}/"], capsys)
    assert status(data)["addresses"] == "failed"
    assert data["next"] == "connection"


def test_without_a_case_nothing_is_kept(capsys: Capture, tmp_path: Path) -> None:
    told(["okta", "saml", "--done", "connection"], capsys)
    assert not (tmp_path / "home").exists()


def test_setups_of_one_case_are_apart(capsys: Capture) -> None:
    told(["okta", "saml", "--case", "acme", "--done", "connection"], capsys)
    assert set(status(told(["okta", "oidc", "--case", "acme"], capsys)).values()) == {"open"}


def test_a_case_can_be_exported_and_diagnosed_with_its_steps(capsys: Capture) -> None:
    told(["okta", "saml", *ADDRESSES, "--case", "acme", "--done", "connection"], capsys)
    assert main(["cases", "export", "acme"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["asked"] == ["setup:okta-saml:connection"]
    schema = json.loads((ROOT / "doctor/report/schema/case-1.json").read_text("utf-8"))
    assert list(Draft202012Validator(schema).iter_errors(data)) == []
    assert main(["diagnose", "--case", "acme", "--no-input"]) in (0, 3)
    capsys.readouterr()
    assert status(told(["okta", "saml", "--case", "acme"], capsys))["connection"] == "done"


# ── bad input ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["oktaa", "saml"], "there is no provider 'oktaa', did you mean okta?"),
        (["okta", "samll"], "there is no protocol 'samll'; did you mean saml?"),
        (["okta", "samll"], "one of SAML, OIDC, SCIM, Directory, OAuth, Enterprise, General"),
        (["okta", ""], "there is no protocol ''"),
        (["", "saml"], "there is no provider ''"),
        (["okta"], "which type of integration? Okta has SAML, OIDC, SCIM"),
        (["okta"], "doctor setup okta saml"),
        (["okta", "oauth"], "Okta has no row for OAuth; it has SAML, OIDC, SCIM"),
        (["login.gov", "saml"], "Use an OpenID Connect connection: doctor setup login-gov oidc"),
        (["google", "scim"], "doctor setup google-workspace directory"),
        (["pingone", "scim"], "doctor setup sftp directory"),
        (["bamboohr", "scim"], "BambooHR has no row for SCIM; it has General (Directory)"),
        (["github", "saml"], "GitHub has no row for SAML; it has OAuth"),
        (["okta", "saml", "--done", "adresses"], "this setup has no step 'adresses'; did you mean addresses?"),
        (["okta", "saml", "--undo", "nothing"], "its steps: connection, application"),
        (["okta", "saml", "--set", "connection.stat=active"], "there is no fact 'connection.stat'"),
        (["okta", "saml", "--set", "connection.state"], "a fact and its value are joined by ="),
        (["okta", "saml", "--set", "connection.state=actve"], "actve"),
        (["okta", "saml", "--case", "a\nb"], "a case needs a name of printable characters"),
        (["okta", "saml", "--idp-metadata", "/nonexistent/x.xml"], "/nonexistent/x.xml"),
        (["okta", "saml", "--at", "yesterday"], "'yesterday' is not a time"),
    ],
)
def test_wrong_words_get_an_answer(words: list[str], said: str, capsys: Capture) -> None:
    assert said in refused(words, capsys)


def test_an_unknown_provider_gets_the_list(capsys: Capture) -> None:
    err = refused(["nobody", "saml"], capsys)
    assert all(each in err for each in BOOK.providers if each != "generic")


def test_what_cannot_be_read_is_said_and_the_rest_is_shown(capsys: Capture) -> None:
    assert main(["setup", "okta", "saml", "/nonexistent/x.xml", OKTA, *ADDRESSES, *AT, "--format", "json"]) == 2
    out, err = capsys.readouterr()
    assert "there is no file /nonexistent/x.xml" in err
    assert status(json.loads(out))["metadata"] == "verified"


def test_strange_values_are_shown_harmless(capsys: Capture) -> None:
    out = shown(["okta", "saml", "--acs-url", "https://a.example/\x1b[31m{name}", "--sp-entity-id", ENTITY], capsys)
    assert "\x1b" not in out
    assert "{name}" in out


def test_no_secret_is_taken(capsys: Capture) -> None:
    """The command has no option for a token or a secret, and says where it goes instead."""
    err = refused(["okta", "scim", "--scim-token", "x"], capsys)
    assert "unrecognized arguments" in err
    assert "the bearer token from the directory's page" in shown(["okta", "scim"], capsys)
