"""Connections as both vendors' APIs show them, in one normal form; and what the case knows from them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doctor.facts import connection as facts
from doctor.model.connection import Connection, Domain
from doctor.parse.connection import read_all
from doctor.parse.recognise import recognise
from tests.evidence import ACS, IDP, SP, diagnosed, pem, put, ran, scalekit, verdict_of, workos

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCTOR_HOME", str(tmp_path / "home"))


def one(value: object) -> Connection:
    (found,) = read_all(value)
    return found


# --- states


@pytest.mark.parametrize(
    ("state", "normal"),
    [("requires_type", "draft"), ("draft", "draft"), ("validating", "validating"), ("active", "active"),
     ("inactive", "inactive"), ("deleting", "deleting"), ("Active", "active"), ("Validating", "validating")],
)  # fmt: skip
def test_workos_state(state: str, normal: str) -> None:
    assert one(workos(state=state)).state == normal


@pytest.mark.parametrize(("status", "normal"), [("linked", "active"), ("unlinked", "inactive")])
def test_deprecated_status(status: str, normal: str) -> None:
    assert one(workos(state=None, status=status)).state == normal


def test_state_beats_the_deprecated_status() -> None:
    assert one(workos(state="validating", status="unlinked")).state == "validating"


@pytest.mark.parametrize(
    ("status", "enabled", "normal"),
    [("DRAFT", False, "draft"), ("IN_PROGRESS", False, "validating"), ("IN_PROGRESS", True, "validating"),
     ("COMPLETED", True, "active"), ("COMPLETED", False, "inactive"), ("COMPLETED", None, "inactive"),
     ("completed", True, "active")],
)  # fmt: skip
def test_scalekit_state(status: str, enabled: bool | None, normal: str) -> None:
    """Protobuf JSON leaves a false `enabled` out."""
    found = one(scalekit(status=status, enabled=enabled))
    assert (found.state, found.enabled) == (normal, enabled)


@pytest.mark.parametrize("given_", [workos(state="hibernating"), scalekit(status="PAUSED")])
def test_unknown_state_is_kept_as_given(given_: dict[str, Any], tmp_path: Path) -> None:
    found = one(given_)
    assert found.state is None
    assert found.state_given in ("hibernating", "PAUSED")
    shown = diagnosed(put(tmp_path, "c.json", given_), set={"connection.logins_attempted": 0})
    assert shown.verdict in ("pass", "undecided")
    assert verdict_of(shown, "connection-inactive") != "confirmed"


# --- types


@pytest.mark.parametrize(
    ("kind", "protocol"),
    [("OktaSAML", "saml"), ("ShibbolethGenericSAML", "saml"), ("GenericOIDC", "oidc"), ("AdpOidc", "oidc"),
     ("LoginGovOidc", "oidc"), ("GoogleOAuth", "oauth"), ("GithubOAuth", "oauth"), ("GitHubOAuth", "oauth"),
     ("MagicLink", "other"), ("Pending", None), ("TestIdp", None), ("SomethingNew", None)],
)  # fmt: skip
def test_workos_type(kind: str, protocol: str | None) -> None:
    found = one(workos(connection_type=kind))
    assert (found.vendor, found.type, found.protocol) == ("workos", kind, protocol)


@pytest.mark.parametrize(
    ("kind", "protocol"),
    [("SAML", "saml"), ("OIDC", "oidc"), ("OAUTH", "oauth"), ("PASSWORDLESS", None), ("QUANTUM", None)],
)
def test_scalekit_type(kind: str, protocol: str | None) -> None:
    found = one(scalekit(type=kind))
    assert (found.vendor, found.protocol) == ("scalekit", protocol)


@pytest.mark.parametrize(
    ("name", "product"),
    [("OKTA", "okta"), ("MICROSOFT_AD", "entra-id"), ("PING_IDENTITY", "pingone"), ("GOOGLE", "google-workspace"),
     ("CUSTOM", None), ("BRAND_NEW", "brand_new"), (None, None)],
)  # fmt: skip
def test_scalekit_provider(name: str | None, product: str | None) -> None:
    assert one(scalekit(provider=name)).provider == product


# --- what both sides hold


def test_workos_values() -> None:
    found = one(workos())
    assert (found.id, found.organization_id) == ("conn_01E4ZCR3C56J083X43JQXF3JK5", "org_01EHWNCE74X7JSDV0X3SZ3KJNY")
    assert found.domains == (Domain("acme.example", None),)
    assert (found.acs_url, found.sp_entity_id, found.holds_metadata, found.enabled) == (None, None, None, None)
    assert one(workos(options={"signing_cert": pem()})).certificates[0].problem is None


def test_scalekit_values() -> None:
    found = one(scalekit())
    assert (found.acs_url, found.sp_entity_id, found.idp_entity_id) == (ACS, SP, IDP)
    assert (found.metadata_url, found.holds_metadata, found.idp_initiated) == (None, True, False)
    assert found.signing_option == "SAML_ONLY_ASSERTION_SIGNING"
    assert found.domains == (Domain("acme.example", None),)
    assert len(found.certificates) == 1


def test_scalekit_oidc() -> None:
    config = {"issuer": "https://idp.example", "client_id": "abc", "client_secret": "canary-secret-1234",
              "redirect_uri": "https://auth.example.com/cb", "pkce_enabled": True}  # fmt: skip
    found = one(scalekit(type="OIDC", saml_config=None, oidc_config=config))
    assert (found.protocol, found.redirect_uri, found.holds_metadata) == ("oidc", "https://auth.example.com/cb", None)
    assert "canary" not in repr(found)


@pytest.mark.parametrize("how", ["whole", "one line", "body"])
def test_certificates(how: str) -> None:
    text = {"whole": pem(-3), "one line": pem(-3).replace("\n", ""),
            "body": "".join(pem(-3).splitlines()[1:-1])}[how]  # fmt: skip
    found = one(scalekit({"idp_certificates": [{"certificate": text}, {"certificate": ""}, {"id": "x"}, "odd"]}))
    assert [each.problem for each in found.certificates] == [None]


def test_a_certificate_that_is_none(tmp_path: Path) -> None:
    given_ = scalekit({"idp_certificates": [{"certificate": "not a certificate"}]}, status="IN_PROGRESS")
    assert one(given_).certificates[0].problem is not None
    assert verdict_of(diagnosed(put(tmp_path, "c.json", given_)), "certificate-expired") != "confirmed"


@pytest.mark.parametrize(
    ("states", "verdict"),
    [(["verified"], "ruled-out"), (["legacy_verified"], "ruled-out"), (["pending", "verified"], "ruled-out"),
     (["pending"], "confirmed"), (["failed"], "confirmed"), (["unverified"], "confirmed"), ([None], "suspected"),
     ([], "suspected")],
)  # fmt: skip
def test_domains(states: list[str | None], verdict: str, tmp_path: Path) -> None:
    domains = [{"domain": f"{n}.example", "state": state} for n, state in enumerate(states)]
    found = diagnosed(put(tmp_path, "c.json", workos(domains=domains)), symptom="organization not found")
    assert verdict_of(found, "organization-domain-unverified") == verdict


# --- answers of the API


@pytest.mark.parametrize(
    "wrap",
    [
        lambda all_: {"object": "list", "data": all_, "list_metadata": {"before": None, "after": None}},
        lambda all_: {"connections": all_},
        lambda all_: all_,
    ],
    ids=["WorkOS", "Scalekit", "bare"],
)
def test_lists(wrap: Any, tmp_path: Path) -> None:
    both = [workos(state="active"), scalekit(status="COMPLETED", enabled=None)]
    data = json.dumps(wrap(both)).encode()
    document = recognise(data, "list.json")
    assert (document.kind, [each.vendor for each in document.connections]) == ("connection", ["workos", "scalekit"])
    found = diagnosed(put(tmp_path, "list.json", data))
    names = [each.name.rpartition("#")[2] for each in found.subjects]
    assert names == ["conn_01E4ZCR3C56J083X43JQXF3JK5", "conn_2123312131125533"]


def test_wrapped() -> None:
    assert recognise(json.dumps({"connection": scalekit()}).encode(), "c").kind == "connection"
    assert one({"connection": scalekit()}).vendor == "scalekit"


def test_item_of_a_list_without_configuration() -> None:
    item = scalekit(saml_config=None)
    assert recognise(json.dumps(item).encode(), "c").kind == "connection"
    found = one(item)
    assert (found.vendor, found.state, found.holds_metadata, found.acs_url) == ("scalekit", "active", None, None)


def test_empty_list() -> None:
    assert read_all({"object": "list", "data": []}) == ()
    assert read_all({"connections": []}) == ()


def test_a_connection_among_others_is_named(tmp_path: Path) -> None:
    all_ = [workos(id="conn_one11111"), workos(id="conn_two22222", state="inactive")]
    found = diagnosed(put(tmp_path, "list.json", {"object": "list", "data": all_}))
    assert len(found.subjects) == 2
    assert verdict_of(found, "connection-inactive") in ("unknown", None)


# --- what a connection does not show is asked, never taken for absent


def test_what_is_not_shown_is_asked(tmp_path: Path) -> None:
    found = diagnosed(put(tmp_path, "c.json", workos(state="draft")))
    assert found.needs[0].acquisition == "ask:connection.metadata_uploaded"


def test_what_is_not_shown_can_be_told(tmp_path: Path) -> None:
    path = put(tmp_path, "c.json", workos(state="draft"))
    assert diagnosed(path, set={"connection.metadata_uploaded": False}).headline == "metadata-not-uploaded"


def test_told_against_what_is_shown(tmp_path: Path) -> None:
    found = diagnosed(put(tmp_path, "c.json", workos(state="active")), set={"connection.state": "inactive"})
    assert verdict_of(found, "connection-inactive") != "confirmed"
    assert verdict_of(found, "evidence-contradicts") == "confirmed"


def test_connection_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = put(tmp_path, "c.json", workos(state=None, status="unlinked"))
    done = ran(capsys, "diagnose", "--connection-file", path, "--no-input", "--format", "json")
    assert (done.code, done.data["headline"]) == (1, "connection-inactive")


def test_every_state_word_is_a_value_of_the_fact() -> None:
    from doctor.parse.connection import STATES

    assert set(STATES.values()) <= set(facts.STATES)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
KEYS = sorted({*workos(), *scalekit(), "options", "oidc_config", "status"})


@given(st.dictionaries(st.sampled_from(KEYS), JSON, max_size=8), st.sampled_from([workos(), scalekit()]))
def test_whatever_stands_in_it(changes: dict[str, Any], whole: dict[str, Any]) -> None:
    for found in read_all({**whole, **changes}):
        assert found.vendor in ("workos", "scalekit")
        assert found.state in (*facts.STATES, None)


@given(JSON)
def test_anything(value: object) -> None:
    read_all(value)
