"""Which product a document shows, whose tenant, which environment: on every kind of evidence, and never a guess."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import doctor
from doctor.catalogue import provider as catalogue
from doctor.facts.habit import NAME_ID_SHAPES
from doctor.facts.provider import ENVIRONMENTS, SEEN, issuers_of
from doctor.facts.registry import derivations
from doctor.model.document import KINDS
from tests import evidence, recognition
from tests.factory import application, capture, certificate, issued, providers
from tests.factory.response import written
from tests.recognition import NONE, OURS, REVIEWED, Measured, Row, measured
from tests.test_provider import CATALOGUE
from tests.test_provider_rules import request

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
OKTA_SSO = "https://acme.okta.com/app/acme_doctor_1/exk1a2b3c4d5E6F7g8h9/sso/saml"


def subject(data: bytes, **options: Any) -> doctor.Subject:
    return doctor.check(data, at=NOW, fail_on="never", **options).subjects[0]


def shown(data: bytes, **options: Any) -> tuple[str | None, object, object]:
    """Product, tenant and environment that `check` names."""
    found = subject(data, **options)
    return found.provider, found.summary.get("tenant"), found.summary.get("environment")


# ── each kind of evidence ───────────────────────────────────────────────────────────────────────────


def test_a_response_shows_its_product_by_the_issuer() -> None:
    assert shown(written(issued.draft("entra-id", NOW))) == ("entra-id", providers.TENANT, None)


def test_a_response_of_an_unknown_issuer_shows_it_by_the_certificate() -> None:
    by = certificate.make("CN=acme,OU=SSOProvider,O=Okta,C=US", *providers.around(NOW), slot=3)
    odd = issued.draft("okta", NOW).but(issuer="urn:acme", assertion_issuer="urn:acme", by=by)
    assert shown(written(odd)) == ("okta", "acme", None)


def test_a_response_alone_says_nothing_of_an_issuer_that_is_free() -> None:
    """PingFederate's entity ID is whatever its administrator writes: only its metadata shows the product."""
    free = issued.draft("okta", NOW).but(**dict.fromkeys(("issuer", "assertion_issuer"), _ping_entity_id()))
    assert shown(written(free)) == (None, None, None)


def test_the_metadata_of_the_same_issuer_tells_what_the_response_cannot(tmp_path: Path) -> None:
    free = issued.draft("okta", NOW).but(**dict.fromkeys(("issuer", "assertion_issuer"), _ping_entity_id()))
    paths = [
        evidence.put(tmp_path, "m.xml", providers.healthy("pingfederate", NOW)),
        evidence.put(tmp_path, "r.xml", written(free)),
    ]
    told = {one.kind: one.provider for one in evidence.diagnosed(*paths).subjects}
    assert told == {"idp-metadata": "pingfederate", "saml-response": "pingfederate"}


def _ping_entity_id() -> str:
    return str(providers.PROVIDERS["pingfederate"].entity.entity_id)


def test_a_request_shows_its_product_by_where_it_goes() -> None:
    assert shown(request(OKTA_SSO)[0]) == ("okta", "acme.okta.com", None)


def test_the_issuer_of_a_request_is_the_application_and_tells_nothing() -> None:
    """Keycloak as a service provider has the entity ID of a realm."""
    data = request("https://idp.example.org/sso")[0].replace(
        b"https://sp.example.com/metadata", b"https://x.example/realms/a"
    )
    assert shown(data) == (None, None, None)


@pytest.mark.parametrize("own", [None, "https://sso.acme.example/realms/staff"])
def test_a_logout_message_shows_the_identity_provider_not_the_application(own: str | None) -> None:
    data = (
        b'<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:'
        b'SAML:2.0:assertion" ID="_1" Version="2.0" IssueInstant="2026-11-22T09:00:00Z"><saml:Issuer>https://sso.acme.example/realms/'
        b"staff</saml:Issuer><saml:NameID>ada</saml:NameID></samlp:LogoutRequest>"
    )
    assert shown(data, sp_entity_id=own)[0] == (None if own else "keycloak")


def test_a_capture_shows_what_its_messages_show() -> None:
    steps = capture.saml(request(OKTA_SSO)[0], written(issued.draft("okta", NOW)), NOW)
    assert shown(capture.har(steps))[:2] == ("okta", "acme.okta.com")


def test_a_capture_with_two_products_is_no_guess() -> None:
    steps = capture.saml(request(OKTA_SSO)[0], written(issued.draft("okta", NOW)), NOW)
    other = capture.Step(
        "POST", capture.ACS, NOW, (("SAMLResponse", capture.posted(written(issued.draft("entra-id", NOW)))),)
    )
    assert shown(capture.har([*steps, other]))[0] is None


@pytest.mark.parametrize(
    ("url", "product"),
    [("https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/oauth2/v2.0/authorize", "entra-id"),
     ("https://acme.okta.com/oauth2/default/v1/authorize", "okta"),
     ("https://acme.okta.com/oauth2/v1/authorize", "okta"),
     ("https://sso.acme.example/realms/staff/protocol/openid-connect/auth", "keycloak"),
     ("https://acme.us.auth0.com/authorize", "auth0"),
     ("https://accounts.google.com/o/oauth2/v2/auth", "google-workspace"),
     ("https://acme.onelogin.com/oidc/2/auth", "onelogin"),
     ("https://auth.pingone.eu/11111111-2222-3333-4444-555555555555/as/authorize", "pingone"),
     ("https://login.acme.example/authorize", None),
     ("https://login.microsoftonline.com/common/oauth2/v2.0/authorize", None)],
)  # fmt: skip
def test_an_authorization_request_shows_the_issuer(url: str, product: str | None) -> None:
    found = catalogue.recognise(CATALOGUE["fingerprints"], CATALOGUE["names"], {"oidc_issuer": issuers_of(url)})
    assert (found and found.id) == product


def test_an_authorization_request_in_a_capture_is_enough() -> None:
    query = "?response_type=code&client_id=c&redirect_uri=https%3A%2F%2Fsp.example.com%2Fcallback&state=s"
    step = capture.Step("GET", "https://acme.okta.com/oauth2/default/v1/authorize" + query, NOW, status=200)
    assert shown(capture.har([step]))[:2] == ("okta", "acme.okta.com")


def test_a_provisioning_request_shows_its_product_by_the_user_agent() -> None:
    log = json.loads(capture.har(capture.scim(NOW)))
    assert shown(json.dumps(log).encode())[0] is None
    for entry in log["log"]["entries"]:
        entry["request"]["headers"].append({"name": "User-Agent", "value": "Okta SCIM Client 1.0.0"})
    assert shown(json.dumps(log).encode())[0] == "okta"


def test_a_discovery_document_shows_its_product_and_environment() -> None:
    more = {"authorization_endpoint": "https://x/a", "jwks_uri": "https://x/k"}
    assert shown(json.dumps({"issuer": "https://idp.int.identitysandbox.gov/"} | more).encode()) == (
        "login-gov",
        None,
        "sandbox",
    )
    assert shown(json.dumps({"issuer": "https://login.acme.example"} | more).encode()) == (None, None, None)


def test_a_connection_shows_its_product_by_what_it_holds() -> None:
    held = {"idp_entity_id": "urn:acme", "idp_sso_url": "https://acme.oktapreview.com/app/a/exk1a2b3c4d5/sso/saml"}
    assert shown(json.dumps(evidence.scalekit(held)).encode()) == ("okta", "acme.oktapreview.com", "preview")


def test_a_certificate_shows_the_product_that_it_was_issued_for() -> None:
    made = certificate.make("CN=acme,OU=SSOProvider,O=Okta,C=US", *providers.around(NOW), slot=3)
    assert shown(made.pem.encode()) == ("okta", "acme", None)


def test_an_export_shows_the_product_that_made_it() -> None:
    assert subject(json.dumps(application.okta()).encode()).provider == "okta"


@pytest.mark.parametrize("product", providers.PROVIDERS)
def test_metadata_shows_its_product(product: str) -> None:
    assert shown(providers.healthy(product, NOW))[0] == issued.NAMED.get(product, product)


@pytest.mark.parametrize("product", [one for one in issued.PRODUCTS if one != "jumpcloud"])
def test_a_response_shows_its_product(product: str) -> None:
    """JumpCloud's entity ID is free, and its certificate is made for each application."""
    assert shown(written(issued.draft(product, NOW)))[0] == issued.NAMED.get(product, product)


# ── what people and error texts say ─────────────────────────────────────────────────────────────────


def test_what_somebody_says_counts_where_the_document_shows_nothing() -> None:
    """A custom domain hides Keycloak: then its rules hold because somebody named it, and the subject stays unnamed."""
    odd = issued.draft("keycloak", NOW).but(
        **dict.fromkeys(("issuer", "assertion_issuer"), "urn:acme"), not_on_or_after=53, confirmed_until=53
    )
    silent = doctor.check(written(odd), at=NOW, fail_on="never")
    told = doctor.check(written(odd), at=NOW, fail_on="never", provider="keycloak")
    assert "keycloak-short-lifespan" not in {one.id for one in silent.findings}
    assert "keycloak-short-lifespan" in {one.id for one in told.findings}
    assert told.subjects[0].provider is None


def test_what_a_document_shows_counts_more_than_what_somebody_says(tmp_path: Path) -> None:
    odd = issued.draft("keycloak", NOW).but(not_on_or_after=53, confirmed_until=53)
    told = doctor.check(written(odd), at=NOW, fail_on="never", provider="okta")
    assert "keycloak-short-lifespan" in {one.id for one in told.findings}
    path = evidence.put(tmp_path, "r.xml", written(odd))
    (finding,) = [one for one in evidence.diagnosed(path, provider="okta").findings if one.id == "evidence-contradicts"]
    assert "keycloak" in finding.message
    assert "okta" in finding.message


@pytest.mark.parametrize(
    ("text", "words"),
    [("AADSTS75011: sign-in failed", "Enterprise apps"), ("app_not_enabled_for_user", "Apps › Web and mobile apps"),
     ("AADSTS75011, then app_not_enabled_for_user", "the identity provider's console"),
     ("access denied", "the identity provider's console")],
)  # fmt: skip
def test_an_error_text_of_a_product_brings_its_words(text: str, words: str) -> None:
    """Texts of two products are no guess."""
    found = evidence.diagnosed(symptom=text, set={"login.user_assigned": False})
    fixes = [line for one in found.findings if one.id == "user-not-assigned" for line in one.fix]
    assert any(words in line for line in fixes), fixes


# ── the environment ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("kind", "value", "environment"),
    [("sso_url", "https://acme.oktapreview.com/app/a/exk1a2b3c4d5/sso/saml", "preview"),
     ("sso_url", "https://acme.okta.com/app/a/exk1a2b3c4d5/sso/saml", None),
     ("sso_url", "https://acme.okta-gov.com/app/a/exk1a2b3c4d5/sso/saml", "us-government"),
     ("sso_url", "https://login.microsoftonline.us/11111111-2222-3333-4444-555555555555/saml2", "us-government"),
     ("sso_url", "https://login.partner.microsoftonline.cn/11111111-2222-3333-4444-555555555555/saml2", "china"),
     ("entity_id", "https://sts.chinacloudapi.cn/11111111-2222-3333-4444-555555555555/", "china"),
     ("sso_url", "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/saml2", None),
     ("entity_id", "https://acme--uat.sandbox.my.salesforce.com", "sandbox"),
     ("entity_id", "https://acme.develop.my.salesforce.com", "developer"),
     ("entity_id", "https://acme.my.salesforce.com", None)],
)  # fmt: skip
def test_an_address_shows_the_environment(kind: str, value: str, environment: str | None) -> None:
    found = catalogue.recognise(CATALOGUE["fingerprints"], CATALOGUE["names"], {kind: [value]})
    assert found is not None
    assert found.environment == environment


def test_every_environment_is_one_that_rules_can_name() -> None:
    assert {word for _, _, word in catalogue.ENVIRONMENTS} == set(ENVIRONMENTS)
    assert {product for product, _, _ in catalogue.ENVIRONMENTS} <= set(CATALOGUE["names"])


def test_the_heading_names_product_tenant_and_environment(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    held = {"idp_sso_url": "https://acme.oktapreview.com/app/a/exk1a2b3c4d5/sso/saml", "idp_entity_id": "urn:acme"}
    path = evidence.put(tmp_path, "c.json", evidence.scalekit(held))
    assert "Okta (acme.oktapreview.com, preview)" in " ".join(
        evidence.ran(capsys, "check", path, "--at", evidence.AT).out.split()
    )


# ── never a guess ───────────────────────────────────────────────────────────────────────────────────


def test_every_kind_is_one() -> None:
    assert set(SEEN) <= set(KINDS)
    assert all("provider.id" in derivations(kind) for kind in SEEN)


@given(st.text(max_size=80))
def test_made_up_values_show_nothing(value: str) -> None:
    observed = {kind: [value, f"https://{value}.example/{value}"] for kind in catalogue.STRENGTH}
    assert catalogue.recognise(CATALOGUE["fingerprints"], CATALOGUE["names"], observed) is None


def test_no_fingerprint_takes_the_example_of_another_kind_of_another_product() -> None:
    """A value in the wrong field may be read by the wrong pattern: then it must still be the same product."""
    rows = [(id_, one) for id_, product in CATALOGUE["products"].items() for one in product["fingerprints"]]
    taken = {
        (id_, other)
        for id_, one in rows for other, its in rows
        if id_ != other and one["on"] != its["on"] and catalogue.regex(one["pattern"]).search(its["example"])
    }  # fmt: skip
    assert taken == set()


@pytest.mark.parametrize("shape", NAME_ID_SHAPES)
def test_every_shape_of_a_name_id_is_reached(shape: str) -> None:
    from doctor.facts.habit import _SHAPES

    values = {
        "email": "ada@example.com", "guest": "ada_example.com#EXT#@acme.onmicrosoft.com", "other": "ada",
        "onmicrosoft": "ada@acme.onmicrosoft.com", "internal-domain": "ada@acme.local",
        "uuid": "11111111-2222-3333-4444-555555555555", "windows-account": "ACME\\ada",
        "distinguished-name": "CN=Ada,OU=People,DC=acme,DC=example", "provider-user": "google-oauth2|1234",
    }  # fmt: skip
    found = next((name for name, pattern in _SHAPES if pattern.fullmatch(values[shape])), "other")
    assert found == shape


# ── the measurement ─────────────────────────────────────────────────────────────────────────────────


def row(file: str, guess: str | None, found: str | None, *, by_path: bool = False) -> Row:
    return Row(file, guess, by_path, found)


def test_what_is_known_of_a_file() -> None:
    assert row("x", "okta", None).truth == "okta"
    assert row("x", "okta", None, by_path=True).truth is None
    assert row("x", "okta", "okta", by_path=True).truth == "okta"
    assert row("x", "lightsaml", None).truth is None
    assert row("captures/x__request01.xml", "simplesamlphp", "entra-id").truth == "entra-id"


def test_the_counts() -> None:
    rows = [
        row("a", "okta", "okta"),
        row("b", "okta", None),
        row("c", "adfs", "okta"),
        row("d", None, "okta"),
        row("e", None, None),
    ]
    table = measured(rows)
    assert table["okta"] == Measured(right=1, wrong=1, missed=1, unknown=1)
    assert table["microsoft-ad-fs"] == Measured(0, 0, 1, 0)
    assert table["all"] == Measured(1, 1, 2, 1)
    assert (table["okta"].precision, table["okta"].recall) == (0.5, 0.5)


def test_the_words_of_the_manifest_and_of_the_review_are_products() -> None:
    assert set(OURS.values()) <= set(CATALOGUE["names"])
    assert {product for _, product, _ in REVIEWED} - {NONE} <= set(CATALOGUE["names"])


@pytest.mark.skipif(not recognition.CORPUS.is_dir(), reason="the corpus is not at hand")
def test_the_floors_over_the_corpus() -> None:
    files = list(recognition.rows())
    table = measured(files)
    assert table["all"].precision >= recognition.PRECISION
    assert table["all"].unknown == 0, "somebody has to look at what is recognised where the manifest guesses nothing"
    assert {name: one.recall for name, one in table.items() if one.recall < recognition.RECALL.get(name, 0)} == {}
    assert set(recognition.RECALL) <= set(table)
