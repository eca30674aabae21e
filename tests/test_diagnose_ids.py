"""Every id of the guide's troubleshooting tree: what proves it, what is asked when one fact is missing, what
looks like it and is not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pytest

from tests.evidence import (
    ACS,
    AT,
    NOW,
    SP,
    diagnosed,
    encoded,
    metadata,
    pem,
    put,
    ran,
    response,
    scalekit,
    verdict_of,
    workos,
)
from tests.factory import broken
from tests.factory import response as signed

if TYPE_CHECKING:
    from pathlib import Path

IDS: Final = (
    "metadata-not-uploaded", "metadata-not-xml", "metadata-is-html-page", "metadata-url-unreachable",
    "certificate-expired", "acs-url-mismatch", "sp-entity-id-mismatch", "certificate-stale", "clock-skew",
    "name-id-missing", "scim-token-rejected", "scim-endpoint-not-found", "scim-attributes-unmapped",
    "scim-updates-disabled", "scim-deactivation-disabled", "oauth-redirect-uri-mismatch", "oauth-client-invalid",
    "oauth-access-denied", "oauth-scope-unsupported", "organization-missing", "organization-connection-unlinked",
    "organization-domain-unverified",
)  # fmt: skip
PAGE: Final = (
    "<!DOCTYPE html><html><head><title>Sign in</title></head><body><form><input type=password></form></body></html>"
)
DRAFT: Final = {"connection.state": "draft"}
VALIDATING: Final = {"connection.state": "validating"}
TRIED: Final = {"connection.state": "validating", "connection.logins_attempted": 1}
UPLOADED: Final = {**DRAFT, "connection.metadata_uploaded": True}
QUIET: Final = {
    "login.changed_recently": "nothing", "login.ended_at": "vendor", "login.affects": "everyone",
    "login.started_at": "application", "connection.state": "active", "login.went_through_connection": True,
    "connection.count_in_organization": 1, "vendor.incident_open": False, "connection.others_fail_too": False,
}  # fmt: skip
"""A failing sign-in of which everything cheap was asked."""
ACME: Final = "https://api.example.com/scim/v2.0/acme"
CB: Final = "https://auth.example.com/sso/oauth/callback"
SYNC: Final = {"scim.status": 200, "scim.users_appear": "all"}
LINKED: Final = {"organization.exists": True, "organization.id_matches": True, "connection.state": "active"}
FOUND: Final = {
    **LINKED, "organization.user_domain_listed": True, "login.went_through_connection": True,
    "connection.count_in_organization": 1, "vendor.api_status": 200,
}  # fmt: skip
WRONG_ADDRESS: Final = "Recipient mismatch: expected https://auth.example.com/sso/acs/conn_01"


NOBODY_LOOKED: Final = {name: value for name, value in FOUND.items() if name != "organization.exists"}
EMPTY: Final = dict.fromkeys(("idp_entity_id", "idp_sso_url", "idp_certificates"))
"""A `saml_config` without anything of the identity provider."""


class Try(NamedTuple):
    """One case: files by name, a symptom, facts that somebody tells, options."""

    rule: str
    name: str
    given: dict[str, Any] = {}  # noqa: RUF012  (never mutated)
    files: dict[str, Any] = {}  # noqa: RUF012
    symptom: str | None = None
    options: dict[str, Any] = {}  # noqa: RUF012
    fact: str = ""
    """The fact that must be asked first."""


def name_of(one: Try) -> str:
    return f"{one.rule}: {one.name}"


def files_of(one: Try, folder: Path) -> list[str]:
    return [put(folder, name, content) for name, content in one.files.items()]


PROVEN: Final = (
    Try("metadata-not-uploaded", "somebody looked", {**DRAFT, "connection.metadata_uploaded": False}),
    Try("metadata-not-uploaded", "Scalekit shows no values of the other side",
        files={"c.json": scalekit(EMPTY, status="DRAFT")}),
    Try("metadata-not-uploaded", "a draft at WorkOS, and somebody looked", {"connection.metadata_uploaded": False},
        files={"c.json": workos(state="draft")}),
    Try("metadata-not-uploaded", "by a symptom", {"connection.metadata_uploaded": False},
        symptom="our connection is stuck in Draft"),
    Try("metadata-not-xml", "half of the file", UPLOADED, files={"md.xml": metadata()[:900]}),
    Try("metadata-not-xml", "settings in JSON", UPLOADED,
        files={"md.xml": '{"entityId": "x", "ssoUrl": "https://x.example"}'}),
    Try("metadata-is-html-page", "a sign-in page was saved", UPLOADED, files={"md.xml": PAGE}),
    Try("metadata-is-html-page", "nobody said what it was", DRAFT, files={"md.xml": PAGE}),
    Try("metadata-url-unreachable", "somebody tried it from outside",
        {**UPLOADED, "connection.metadata_url_reachable": False}),
    Try("metadata-url-unreachable", "the connection is a draft at Scalekit",
        {"connection.metadata_url_reachable": False},
        files={"c.json": scalekit(status="DRAFT")}),
    Try("certificate-expired", "Validating, and expired metadata", VALIDATING, files={"md.xml": metadata(-12)}),
    Try("certificate-expired", "two, and both expired", VALIDATING, files={"md.xml": metadata(-12, -400)}),
    Try("certificate-expired", "as Scalekit holds it",
        files={"c.json": scalekit({"idp_certificates": [{"certificate": pem(-3)}]}, status="IN_PROGRESS")}),
    Try("certificate-expired", "as WorkOS holds it",
        files={"c.json": workos(state="validating", options={"signing_cert": pem(-3)})}),
    Try("acs-url-mismatch", "a response, and the option", TRIED, files={"r.b64": encoded(response(ACS + "/"))},
        options={"acs_url": ACS}),
    Try("acs-url-mismatch", "a response, and the connection of Scalekit", {"connection.logins_attempted": 1},
        files={"c.json": scalekit(status="IN_PROGRESS"), "r.xml": response(ACS.upper())}),
    Try("acs-url-mismatch", "two fields of two consoles", {**TRIED, "sp.acs_url": ACS, "idp.acs_url": ACS + "x"}),
    Try("acs-url-mismatch", "an error text and a response", files={"r.b64": encoded(response(ACS + "/"))},
        symptom=WRONG_ADDRESS),
    Try("sp-entity-id-mismatch", "a response, and the option", TRIED,
        files={"r.b64": encoded(response(audience=SP + "/"))},
        options={"acs_url": ACS, "sp_entity_id": SP}),
    Try("sp-entity-id-mismatch", "the connection of Scalekit", {"connection.logins_attempted": 1},
        files={"c.json": scalekit(status="IN_PROGRESS"), "r.xml": response(audience="https://staging.example.com/conn_01")}),
    Try("sp-entity-id-mismatch", "both values in one error text",
        symptom="Invalid audience: expected https://auth.example.com/sp got https://auth.example.com/other"),
    Try("certificate-stale", "the fingerprints were compared",
        {**TRIED, "connection.protocol": "saml", "idp.active_certificate_in_connection": False}),
    Try("certificate-stale", "by a symptom", {"idp.active_certificate_in_connection": False},
        symptom="SAML signature validation failed"),
    Try("certificate-stale", "a response was verified", {"response.signature": "untrusted-key"},
        symptom="Signature is invalid"),
    Try("clock-skew", "compared with a time server", {"clock.idp_ahead_seconds": 420},
        symptom="Assertion is not yet valid"),
    Try("clock-skew", "behind", {"clock.idp_ahead_seconds": -900}, symptom="SAML response expired"),
    Try("name-id-missing", "a response without one",
        files={"r.b64": encoded(signed.written(signed.Draft(name_id=None)))}),
    Try("name-id-missing", "an empty one", files={"r.xml": response(name_id=" ")}, symptom="NameID missing"),
    Try("name-id-missing", "the console has no source", {"idp.name_id_configured": False}, symptom="Missing NameID"),
    Try("scim-token-rejected", "401, and another token", {"scim.status": 401, "scim.token_current": False}),
    Try("scim-token-rejected", "401 in a log, and the page shows that it expired", {"scim.token_expired": True},
        symptom="SCIM error: 401 Unauthorized"),
    Try("scim-endpoint-not-found", "404, and two addresses",
        {"scim.status": 404, "scim.endpoint": ACME, "scim.idp_endpoint": "https://api.example.com/scim/v2.0/other"}),
    Try("scim-endpoint-not-found", "by a symptom",
        {"scim.endpoint": ACME, "scim.idp_endpoint": ACME + "/Users"}, symptom="SCIM 404 Not Found"),
    Try("scim-attributes-unmapped", "looked at",
        {**SYNC, "scim.attributes_arrive": False, "scim.attributes_mapped": False}),
    Try("scim-attributes-unmapped", "by a symptom", {"scim.attributes_mapped": False},
        symptom="Users sync but no attributes"),
    Try("scim-updates-disabled", "switched off", {**SYNC, "scim.updates_arrive": False, "scim.updates_enabled": False}),
    Try("scim-updates-disabled", "by a symptom", {"scim.updates_enabled": False},
        symptom="Users created but not updated"),
    Try("scim-deactivation-disabled", "switched off",
        {**SYNC, "scim.deactivations_arrive": False, "scim.deactivation_enabled": False}),
    Try("scim-deactivation-disabled", "by a symptom", {"scim.deactivation_enabled": False},
        symptom="Deactivated users still active"),
    Try("oauth-redirect-uri-mismatch", "two addresses",
        {"oauth.error": "redirect_uri_mismatch", "oauth.expected_redirect_uri": CB,
         "oauth.registered_redirect_uri": CB + "/"}),
    Try("oauth-redirect-uri-mismatch", "by a symptom",
        {"oauth.expected_redirect_uri": CB, "oauth.registered_redirect_uri": CB.replace("https", "http")},
        symptom="Error 400: redirect_uri_mismatch"),
    Try("oauth-client-invalid", "another client", {"oauth.client_id_matches": False}, symptom="error=invalid_client"),
    Try("oauth-client-invalid", "the id of the secret",
        {"oauth.error": "invalid_client", "oauth.client_id_matches": True,
         "oauth.client_secret_state": "id-instead-of-value"}),
    Try("oauth-access-denied", "the person said no", {"oauth.consent": "declined-by-user"}, symptom="access_denied"),
    Try("oauth-access-denied", "told", {"oauth.error": "access_denied", "oauth.consent": "declined-by-user"}),
    Try("oauth-scope-unsupported", "named", {"oauth.error": "invalid_scope", "oauth.unsupported_scope": "offline"}),
    Try("oauth-scope-unsupported", "by a symptom", {"oauth.unsupported_scope": "offline"}, symptom="invalid_scope"),
    Try("organization-missing", "looked for", {"organization.exists": False}),
    Try("organization-missing", "by a symptom", {"organization.exists": False}, symptom="Organization not found"),
    Try("organization-connection-unlinked", "looked at", {**LINKED, "organization.connection_linked": False}),
    Try("organization-connection-unlinked", "as WorkOS shows it", LINKED,
        files={"c.json": {**workos(), "organization_id": None}}),
    Try("organization-connection-unlinked", "as Scalekit shows it", LINKED,
        files={"c.json": {**scalekit(), "organization_id": None}}),
    Try("organization-domain-unverified", "looked at",
        {**LINKED, "organization.connection_linked": True, "organization.domain_verified": False}),
    Try("organization-domain-unverified", "as the domains of a connection show it", LINKED,
        files={"c.json": workos(domains=[{"domain": "acme.example", "state": "pending"}])}),
)  # fmt: skip

LACKING: Final = (
    Try("metadata-not-uploaded", "a draft, nothing else", DRAFT, fact="connection.metadata_uploaded"),
    Try("metadata-not-uploaded", "WorkOS does not show it", files={"c.json": workos(state="draft")},
        fact="connection.metadata_uploaded"),
    Try("metadata-not-xml", "uploaded, reachable, not seen",
        {**UPLOADED, "connection.metadata_url_reachable": True}, fact="input.problem"),
    Try("metadata-is-html-page", "uploaded, reachable, not seen",
        {**UPLOADED, "connection.metadata_url_reachable": True}, fact="input.kind"),
    Try("metadata-url-unreachable", "uploaded", UPLOADED, fact="connection.metadata_url_reachable"),
    Try("certificate-expired", "all else is sound",
        {**TRIED, "connection.protocol": "oidc", "login.ended_at": "vendor", "sp.acs_url": ACS, "idp.acs_url": ACS,
         "sp.entity_id": SP, "idp.audience": SP, "organization.domain_verified": True},
        fact="idp.signing_certificates"),
    Try("acs-url-mismatch", "the error quotes one address", TRIED, files={"md.xml": metadata()}, symptom=WRONG_ADDRESS,
        fact="idp.acs_url"),
    Try("acs-url-mismatch", "the connection shows one address", {"connection.logins_attempted": 1},
        files={"c.json": scalekit(status="IN_PROGRESS")}, symptom="Recipient mismatch", fact="idp.acs_url"),
    Try("sp-entity-id-mismatch", "the error names the audience", {"sp.entity_id": SP}, symptom="Audience mismatch",
        fact="idp.audience"),
    Try("certificate-stale", "the error names the signature", QUIET, symptom="SAML signature is invalid",
        fact="idp.active_certificate_in_connection"),
    Try("clock-skew", "the error names a time", {**QUIET, "login.error_names": "time"}, symptom="SAML error",
        fact="clock.idp_ahead_seconds"),
    Try("name-id-missing", "the error names the NameID", QUIET, symptom="NameID missing",
        fact="idp.name_id_configured"),
    Try("scim-token-rejected", "not expired, not compared", {"scim.status": 401, "scim.token_expired": False},
        fact="scim.token_current"),
    Try("scim-token-rejected", "SCIM 401, by a symptom", {"scim.token_expired": False}, symptom="SCIM 401",
        fact="scim.token_current"),
    Try("scim-endpoint-not-found", "one address", {"scim.status": 404, "scim.endpoint": ACME},
        fact="scim.idp_endpoint"),
    Try("scim-attributes-unmapped", "users without names",
        {**SYNC, "scim.attributes_arrive": False, "scim.updates_arrive": True, "scim.deactivations_arrive": True,
         "scim.app_handles_events": True}, fact="scim.attributes_mapped"),
    Try("scim-updates-disabled", "by a symptom", symptom="Users created but not updated", fact="scim.updates_enabled"),
    Try("scim-deactivation-disabled", "by a symptom", symptom="Deactivated users still active",
        fact="scim.deactivation_enabled"),
    Try("oauth-redirect-uri-mismatch", "one address",
        {"oauth.error": "redirect_uri_mismatch", "oauth.expected_redirect_uri": CB},
        fact="oauth.registered_redirect_uri"),
    Try("oauth-client-invalid", "the secret was not looked at",
        {"oauth.error": "invalid_client", "oauth.client_id_matches": True}, fact="oauth.client_secret_state"),
    Try("oauth-access-denied", "nobody asked the person", {"oauth.error": "access_denied"}, fact="oauth.consent"),
    Try("oauth-scope-unsupported", "nobody knows which", {"oauth.error": "invalid_scope"},
        fact="oauth.unsupported_scope"),
    Try("organization-missing", "nobody looked",
        {**NOBODY_LOOKED, "organization.connection_linked": True, "organization.domain_verified": True},
        symptom="Organization not found", fact="organization.exists"),
    Try("organization-connection-unlinked", "nobody looked", {**FOUND, "organization.domain_verified": True},
        symptom="Organization not found", fact="organization.connection_linked"),
    Try("organization-domain-unverified", "the domains have no state", FOUND, files={"c.json": workos()},
        symptom="Organization not found", fact="organization.domain_verified"),
)  # fmt: skip

ALIKE: Final = (
    Try("metadata-not-uploaded", "Scalekit holds the values", files={"c.json": scalekit(status="DRAFT")}),
    Try("metadata-not-uploaded", "it is there, its address is not reachable",
        {**UPLOADED, "connection.metadata_url_reachable": False}),
    Try("metadata-not-xml", "a web page is another finding", UPLOADED, files={"md.xml": PAGE}),
    Try("metadata-not-xml", "metadata", UPLOADED, files={"md.xml": metadata()}),
    Try("metadata-is-html-page", "half of a file is another finding", UPLOADED, files={"md.xml": metadata()[:900]}),
    Try("metadata-url-unreachable", "reachable, and a page came",
        {**UPLOADED, "connection.metadata_url_reachable": True}),
    Try("certificate-expired", "an old one beside a valid one", VALIDATING, files={"md.xml": metadata(-12, 300)}),
    Try("certificate-expired", "it ends soon", VALIDATING, files={"md.xml": metadata(3)}),
    Try("acs-url-mismatch", "the same address", TRIED, files={"r.b64": encoded(response())}, options={"acs_url": ACS}),
    Try("acs-url-mismatch", "the audience differs", files={"c.json": scalekit(), "r.xml": response(audience=ACS)}),
    Try("acs-url-mismatch", "no recipient is another finding", files={"r.xml": response(None)},
        options={"acs_url": ACS}),
    Try("sp-entity-id-mismatch", "the address differs", files={"c.json": scalekit(), "r.xml": response(ACS + "/")}),
    Try("sp-entity-id-mismatch", "no audience is another finding", files={"r.xml": response(audience=None)},
        options={"sp_entity_id": SP}),
    Try("certificate-stale", "changed after signing", {"response.signature": "altered"},
        symptom="Signature is invalid"),
    Try("certificate-stale", "another identity provider", {"response.signature": "other-issuer"},
        symptom="Signature is invalid"),
    Try("clock-skew", "used too late", {"clock.idp_ahead_seconds": 1, "response.seconds_late": 900},
        symptom="SAML response expired"),
    Try("name-id-missing", "in another format",
        {"sp.name_id_format": "email", "response.name_id_format": "transient"}, files={"r.xml": response()}),
    Try("name-id-missing", "a response beats the console", {"idp.name_id_configured": False},
        files={"r.xml": response()}),
    Try("scim-token-rejected", "the way of authenticating is wrong",
        {"scim.status": 401, "scim.token_current": True, "scim.token_expired": False,
         "scim.expected_auth_method": "oauth-client-credentials", "scim.auth_method": "bearer"}),
    Try("scim-endpoint-not-found", "the search is answered with 404",
        {"scim.status": 404, "scim.endpoint": ACME, "scim.idp_endpoint": ACME, "scim.filter_works": False}),
    Try("scim-endpoint-not-found", "Entra's flag",
        {"scim.status": 404, "scim.endpoint": ACME, "scim.idp_endpoint": ACME + "?aadOptscim062020"}),
    Try("scim-attributes-unmapped", "mapped, and changes are off",
        {**SYNC, "scim.attributes_arrive": False, "scim.attributes_mapped": True, "scim.updates_arrive": False,
         "scim.updates_enabled": False}),
    Try("scim-updates-disabled", "the server drops them",
        {**SYNC, "scim.updates_arrive": False, "scim.updates_enabled": True, "scim.server_applies_updates": False}),
    Try("scim-deactivation-disabled", "the server leaves them active",
        {**SYNC, "scim.deactivations_arrive": False, "scim.deactivation_enabled": True,
         "scim.server_applies_active": False}),
    Try("oauth-redirect-uri-mismatch", "the request lacks PKCE",
        {"oauth.error": "invalid_request", "oauth.expected_redirect_uri": CB, "oauth.registered_redirect_uri": CB,
         "oauth.pkce_required": True}),
    Try("oauth-client-invalid", "the secret has expired",
        {"oauth.error": "invalid_client", "oauth.client_id_matches": True, "oauth.client_secret_state": "expired"}),
    Try("oauth-access-denied", "an administrator must agree",
        {"oauth.error": "access_denied", "oauth.consent": "admin-approval-needed"}),
    Try("oauth-scope-unsupported", "all are accepted",
        {"oauth.error": "invalid_scope", "oauth.unsupported_scope": "ABSENT"}),
    Try("organization-missing", "the id of another environment",
        {"organization.exists": True, "organization.id_matches": False}),
    Try("organization-connection-unlinked", "linked, and inactive", {"organization.exists": True},
        files={"c.json": workos(state="inactive")}, symptom="no_active_connections"),
    Try("organization-domain-unverified", "verified", symptom="Organization not found",
        files={"c.json": workos(domains=[{"domain": "acme.example", "state": "verified"}])}),
)  # fmt: skip


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCTOR_HOME", str(tmp_path / "home"))


@pytest.mark.parametrize("one", PROVEN, ids=name_of)
def test_proven(one: Try, tmp_path: Path) -> None:
    found = diagnosed(*files_of(one, tmp_path), symptom=one.symptom, set=one.given, **one.options)
    assert found.headline == one.rule
    assert verdict_of(found, one.rule) == "confirmed"
    assert found.findings[0].id == one.rule
    assert found.needs == ()
    assert found.verdict == ("fail" if found.counts["error"] else "pass")


@pytest.mark.parametrize("one", LACKING, ids=name_of)
def test_one_fact_is_missing(one: Try, tmp_path: Path) -> None:
    found = diagnosed(*files_of(one, tmp_path), symptom=one.symptom, set=one.given, **one.options)
    assert verdict_of(found, one.rule) in ("unknown", "suspected")
    assert found.verdict == "undecided"
    assert one.fact in found.needs[0].provides
    assert one.rule in found.needs[0].decides


@pytest.mark.parametrize("one", ALIKE, ids=name_of)
def test_alike(one: Try, tmp_path: Path) -> None:
    found = diagnosed(*files_of(one, tmp_path), symptom=one.symptom, set=one.given, **one.options)
    assert verdict_of(found, one.rule) in ("ruled-out", "not-applicable", None)
    assert found.headline != one.rule


def test_every_id_has_its_three_cases() -> None:
    for rule in IDS:
        for tries in (PROVEN, LACKING, ALIKE):
            assert any(one.rule == rule for one in tries), rule


def test_validating_and_expired_asks_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    md = put(tmp_path, "metadata.xml", metadata(-12))
    done = ran(capsys, "diagnose", md, "--set", "connection.state=validating", "--no-input", "--at", AT)
    assert (done.code, done.err) == (1, "")
    assert done.out.startswith("The cause: Every signing certificate of the identity provider has expired")
    assert "would tell more" not in done.out


def test_validating_and_healthy_asks_for_the_sign_in_before_a_response(tmp_path: Path) -> None:
    found = diagnosed(put(tmp_path, "metadata.xml", metadata()), set=VALIDATING)
    asked = [one.acquisition for one in found.needs]
    assert asked[0] == "ask:login"
    assert asked.index("response") >= 3
    assert (found.headline, found.verdict) == (None, "undecided")
    assert verdict_of(found, "certificate-expired") == "ruled-out"


@pytest.mark.parametrize("vendor", [{"state": "validating"}, {"state": None, "status": "unlinked"}])
def test_workos_connection_alone(vendor: dict[str, Any], tmp_path: Path) -> None:
    found = diagnosed(put(tmp_path, "connection.json", workos(**vendor)))
    if vendor.get("status"):
        assert (found.headline, found.needs) == ("connection-inactive", ())
    else:
        assert found.trees == ("stuck-in-validating",)
        assert found.needs[0].acquisition == "ask:login"
        assert "ask:sp.acs_url" in [one.acquisition for one in found.needs]


def test_scim_401() -> None:
    found = diagnosed(symptom="SCIM 401")
    assert found.trees[0] == "scim-sync-failing"
    assert found.headline == "scim-token-rejected"
    assert found.needs[0].acquisition in ("ask:scim.token_expired", "ask:scim.token_current")
    assert verdict_of(found, "scim-rate-limited") == "ruled-out"


def test_users_created_but_not_updated(capsys: pytest.CaptureFixture[str]) -> None:
    done = ran(capsys, "diagnose", "--symptom", "Users created but not updated", "--format", "json", "--at", AT)
    assert done.code == 3
    assert done.data["headline"] == "scim-updates-disabled"
    assert done.data["findings"][0]["verdict"] == "suspected"
    assert done.data["needs"][0]["acquisition"] == "ask:scim.updates_enabled"
    assert done.data["needs"][0]["provides"] == ["scim.updates_enabled"]


def worked(folder: Path) -> list[str]:
    return [
        "diagnose", put(folder, "metadata.xml", metadata()), "--set", "connection.state=validating",
        "--set", "connection.logins_attempted=1", "--symptom", WRONG_ADDRESS, "--no-input", "--at", AT,
    ]  # fmt: skip


def test_worked_example_before_the_response(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = ran(capsys, *worked(tmp_path), "--format", "json")
    data = done.data
    assert (done.code, data["verdict"], data["headline"]) == (3, "undecided", "acs-url-mismatch")
    assert "stuck-in-validating" in data["trees"]
    verdicts = {one["id"]: one for one in data["findings"]}
    assert verdicts["acs-url-mismatch"]["verdict"] == "suspected"
    assert verdicts["acs-url-mismatch"]["needs"] == ["idp.acs_url"]
    assert verdicts["acs-url-mismatch"]["path"] == ["stuck-in-validating", "acs-url-mismatch"]
    assert verdicts["no-login-yet"]["verdict"] == "ruled-out"
    assert verdicts["certificate-expired"]["verdict"] == "ruled-out"
    assert verdicts["sp-entity-id-mismatch"]["verdict"] == "unknown"
    assert verdicts["sp-entity-id-mismatch"]["needs"] == ["idp.audience", "sp.entity_id"]
    asked = [one["acquisition"] for one in data["needs"]]
    assert asked[0] == "ask:idp.acs_url"
    assert "Single sign-on URL" in data["needs"][0]["question"]
    assert asked.index("response") > 0
    assert data["needs"][asked.index("response")]["decides"][0] == "acs-url-mismatch"


def test_worked_example_with_the_response(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [*worked(tmp_path), put(tmp_path, "response.b64", encoded(response(ACS + "/"))), "--format", "json"]
    done = ran(capsys, *words)
    data = done.data
    assert (done.code, data["verdict"], data["headline"], data["needs"]) == (1, "fail", "acs-url-mismatch", [])
    first = data["findings"][0]
    assert (first["verdict"], first["difference"]) == ("confirmed", "trailing-slash")
    assert (first["expected"], first["actual"]) == (ACS, ACS + "/")
    assert any("Single sign-on URL" in line for line in first["fix"])
    other = next(one for one in data["findings"] if one["id"] == "sp-entity-id-mismatch")
    assert (other["verdict"], other["needs"]) == ("unknown", ["sp.entity_id"])
    assert any(one["fact"] == "sp.entity_id" for one in data["not_checked"])
    assert ran(capsys, *words).out == done.out


def test_worked_example_replayed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [*worked(tmp_path), put(tmp_path, "response.b64", encoded(response(ACS + "/"))), "--case", "acme"]
    done = ran(capsys, *words, "--format", "json")
    shown = ran(capsys, "cases", "show", "acme", "--format", "json")
    assert json.loads(shown.out) == done.data


A_DOCUMENT: Final = (
    "metadata-is-sp", "metadata-no-signing-certificate", "metadata-no-sso-endpoint", "metadata-tenant-wide",
    "idp-entity-id-mismatch",
)  # fmt: skip


@pytest.mark.parametrize(
    "patient", [one for rule in A_DOCUMENT for one in broken.of_rule(rule)], ids=lambda patient: patient.name
)
def test_a_draft_with_wrong_metadata(patient: broken.Patient, tmp_path: Path) -> None:
    path = put(tmp_path, "md.xml", patient.make(NOW))
    options: dict[str, Any] = dict(patient.options)
    found = diagnosed(path, set={**UPLOADED, "connection.metadata_url_reachable": True}, **options)
    assert verdict_of(found, patient.rule) == "confirmed"
    assert found.headline == patient.rule


ALONE: Final[tuple[tuple[dict[str, Any], str], ...]] = (
    ({"response.signature": "untrusted-key"}, "certificate-stale"),
    ({"response.name_id_present": False}, "name-id-missing"),
    ({"oauth.consent": "declined-by-user"}, "oauth-access-denied"),
    ({"scim.token_expired": True}, "scim-token-rejected"),
    ({"clock.idp_ahead_seconds": 900}, "clock-skew"),
    ({"scim.endpoint": ACME, "scim.idp_endpoint": CB}, "scim-endpoint-not-found"),
)


@pytest.mark.parametrize(("given", "headline"), ALONE)
def test_a_fact_alone_is_enough(given: dict[str, Any], headline: str) -> None:
    """No symptom, no state: a rule whose facts somebody tells is judged all the same."""
    assert diagnosed(set=given).headline == headline
