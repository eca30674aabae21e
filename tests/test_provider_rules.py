"""Rules about the habits of products: each met by bytes, and silent on what is healthy of every product."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

import doctor
from tests import evidence
from tests.factory import capture, certificate, issued, providers
from tests.factory.metadata import POST, Endpoint, key
from tests.factory.response import EMAIL, TRANSIENT, UNSPECIFIED, written

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.factory.response import Draft

TOP: Final = Path(__file__).resolve().parent.parent
NOW: Final = datetime(2026, 11, 22, 9, tzinfo=UTC)
RULES: Final = sorted(path.stem for path in (TOP / "rules" / "provider").glob("*.yaml"))
TENANT: Final = providers.TENANT
OTHER: Final = "11111111-2222-3333-4444-555555555555"
CLAIMS: Final = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
ENTRA: Final = f"https://login.microsoftonline.com/{TENANT}/saml2"
KEYCLOAK: Final = "https://sso.acme.example/realms/staff"

Given = tuple[bytes, dict[str, Any]]
"""What is checked, and the options with it."""


def response(product: str, **changes: Any) -> Given:
    """A response of a product with something changed."""
    return written(issued.draft(product, NOW).but(**changes)), {}


def expecting(product: str, entity_id: str, **changes: Any) -> Given:
    """The same, while another identity provider is expected."""
    return response(product, **changes)[0], {"idp_entity_id": entity_id}


def attributes(*named: tuple[str, str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((name, (value,)) for name, value in named)


def metadata(product: str, **changes: Any) -> Given:
    """The metadata of a product with something changed."""
    return providers.draft(product, providers.around(NOW)).but(**changes).data, {}


def certified(product: str, *days: int) -> Given:
    """The metadata of a product with signing certificates that end in so many days."""
    made = [
        certificate.make(
            "CN=ADFS Signing - fs.acme.example", NOW - timedelta(days=300), NOW + timedelta(days=one), slot=n
        )
        for n, one in enumerate(days)
    ]
    return metadata(product, keys=tuple(key(one, "signing") for one in made))


def request(destination: str, inner: str = "", **changes: str) -> Given:
    """A sign-in request to this address."""
    told = {"ID": "_request-1", "Version": "2.0", "IssueInstant": "2026-11-22T08:59:00Z"} | changes
    given = "".join(f' {name}="{value}"' for name, value in told.items())
    return (
        f'<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:'
        f'SAML:2.0:assertion"{given} Destination="{destination}"><saml:Issuer>https://sp.example.com/metadata</saml:Issuer>{inner}'
        "</samlp:AuthnRequest>"
    ).encode(), {}


def connection(**saml: str) -> Given:
    """A connection that holds these values of the identity provider."""
    return json.dumps(evidence.scalekit(saml)).encode(), {}


def service_provider(entity_id: str, acs: str) -> Given:
    """Metadata of a service provider."""
    return (
        f'<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{entity_id}"><md:SPSSO'
        'Descriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:AssertionConsumerService '
        f'index="0" Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="{acs}"/></md:SPSSODescriptor>'
        "</md:EntityDescriptor>"
    ).encode(), {}


def page(code: str) -> Given:
    """A capture of a request that the identity provider answers with an error page."""
    asked = capture.redirect_url(request("https://accounts.google.com/o/saml2/idp?idpid=C01abc23d")[0])
    error = f"<html><head><title>Error: {code}</title></head><body>403. Error: {code}. Request details</body></html>"
    return capture.har([capture.Step("GET", asked, NOW, status=403, answer=error)]), {}


_CONTEXTS: Final = (
    '<samlp:RequestedAuthnContext Comparison="minimum"><saml:AuthnContextClassRef>'
    "urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></samlp:RequestedAuthnContext>"
)
_SUBJECT: Final = "<saml:Subject><saml:NameID>ada@example.com</saml:NameID></saml:Subject>"
_POLICY: Final = '<samlp:NameIDPolicy Format="urn:oasis:names:tc:SAML:2.0:nameid-format:emailAddress"/>'
_OIDC: Final = {
    "authorization_endpoint": "https://x/a",
    "jwks_uri": "https://x/k",
    "response_types_supported": ["code"],
}
_GROUPS: Final = "http://schemas.microsoft.com/ws/2008/06/identity/claims/groups"
_NESTED: Final = "Product Team\n67etxe37842t\nteam@example.com"
_ENTRA_MANY: Final = (
    *attributes((CLAIMS + "emailaddress", "ada@example.com")),
    ("http://schemas.microsoft.com/claims/groups.link", ("https://graph.windows.net/x/getMemberObjects",)),
)

PATIENTS: Final[dict[str, Callable[[], Given]]] = {
    "entra-metadata-url-without-appid": lambda: connection(
        idp_metadata_url=f"https://login.microsoftonline.com/{TENANT}/FederationMetadata/2007-06/FederationMetadata.xml"
    ),
    "entra-metadata-url-common": lambda: connection(
        idp_metadata_url="https://login.microsoftonline.com/common/FederationMetadata/2007-06/FederationMetadata.xml"
    ),
    "entra-entity-id-template": lambda: metadata("entra-id", entity_id="https://sts.windows.net/{tenantid}/"),
    "entra-issuer-without-slash": lambda: connection(idp_entity_id=f"https://sts.windows.net/{TENANT}"),
    "entra-other-tenant": lambda: expecting("entra-id", f"https://sts.windows.net/{OTHER}/"),
    "entra-groups-overflow": lambda: response("entra-id", attributes=_ENTRA_MANY),
    "entra-groups-object-id": lambda: response(
        "entra-id", attributes=((CLAIMS + "emailaddress", ("ada@example.com",)), (_GROUPS, (OTHER, TENANT)))
    ),
    "entra-name-id-guest": lambda: response("entra-id", name_id="ada_example.com#EXT#@acme.onmicrosoft.com"),
    "entra-name-id-onmicrosoft": lambda: response("entra-id", name_id="ada@acme.onmicrosoft.com"),
    "entra-name-id-is-upn": lambda: response("entra-id", name_id="a.lovelace@example.com"),
    "entra-email-claim-missing": lambda: response("entra-id", attributes=attributes((CLAIMS + "givenname", "Ada"))),
    "entra-claim-namespace-malformed": lambda: response(
        "entra-id", attributes=attributes((CLAIMS + "/email", "a@b.de"))
    ),
    "entra-claim-namespace-left": lambda: response("entra-id", attributes=attributes((CLAIMS + "firstName", "Ada"))),
    "entra-request-id-digit": lambda: request(ENTRA, ID="6c1c178c-166d-4866-87be-4aaf5e482730"),
    "entra-request-subject": lambda: request(ENTRA, _SUBJECT),
    "entra-request-context-comparison": lambda: request(ENTRA, _CONTEXTS),
    "entra-request-name-id-format": lambda: request(ENTRA, _POLICY),
    "entra-national-cloud": lambda: request(f"https://login.microsoftonline.us/{TENANT}/saml2"),
    "adfs-no-skew": lambda: response("microsoft-ad-fs"),
    "adfs-name-id-windows-account": lambda: response(
        "microsoft-ad-fs", name_id="ACME\\ada", name_id_format=UNSPECIFIED
    ),
    "adfs-name-id-internal-domain": lambda: response("microsoft-ad-fs", name_id="ada@acme.local"),
    "adfs-rollover-near": lambda: certified("microsoft-ad-fs", 12),
    "adfs-rollover-pending": lambda: certified("microsoft-ad-fs", 17, 360),
    "adfs-status-in-event-log": lambda: response(
        "microsoft-ad-fs", status=("urn:oasis:names:tc:SAML:2.0:status:Responder",), with_assertion=False, signed="none"
    ),
    "adfs-sso-url-is-entity-id": lambda: connection(idp_sso_url="https://fs.acme.example/adfs/services/trust"),
    "google-app-not-enabled": lambda: page("app_not_enabled_for_user"),
    "google-app-not-configured": lambda: page("app_not_configured"),
    "google-signed-response": lambda: response("google-workspace", signed="response"),
    "google-name-id-unspecified": lambda: response("google-workspace", name_id_format=UNSPECIFIED),
    "google-other-account": lambda: expecting(
        "google-workspace", "https://accounts.google.com/o/saml2?idpid=C04xyz98q"
    ),
    "okta-preview-tenant": lambda: metadata(
        "okta", sso=(Endpoint("https://acme.oktapreview.com/app/acme/exk1a2b3c4d5E6F7g8h9/sso/saml", POST),)
    ),
    "okta-admin-host": lambda: connection(idp_sso_url="https://acme-admin.okta.com/app/acme/exk1a2b3c4d5/sso/saml"),
    "okta-sp-metadata": lambda: service_provider(
        "https://www.okta.com/saml2/service-provider/spayqztpxyfjkeunxobw", "https://acme.okta.com/sso/saml2/0oa1b2c3"
    ),
    "okta-groups-many": lambda: response(
        "okta",
        attributes=(("email", ("ada@example.com",)), ("groups", tuple(f"group-{number}" for number in range(120)))),
    ),
    "okta-other-application": lambda: expecting("okta", "http://www.okta.com/exk9z8y7x6w5"),
    "okta-authorization-server-differs": lambda: (
        json.dumps({"issuer": "https://acme.okta.com/oauth2/default"} | _OIDC).encode(),
        {
            "set": {
                "oauth.expected_issuer": "https://acme.okta.com",
                "oauth.issuer": "https://acme.okta.com/oauth2/default",
            }
        },
    ),
    "onelogin-parameters-not-included": lambda: response("onelogin", attributes=()),
    "onelogin-sha1": lambda: response("onelogin", hash="sha1"),
    "jumpcloud-redirect-endpoint-undeclared": lambda: metadata(
        "jumpcloud", sso=(Endpoint("https://sso.jumpcloud.com/saml2/acme-doctor", POST),)
    ),
    "jumpcloud-entity-id-is-name": lambda: metadata("jumpcloud", entity_id="JumpCloud"),
    "jumpcloud-name-id-unspecified": lambda: response(
        "jumpcloud",
        name_id_format=UNSPECIFIED,
        by=certificate.make(
            "CN=JumpCloudSAMLUser,OU=JumpCloudSAMLIdP,O=acme,C=US", NOW - timedelta(days=9), NOW + timedelta(days=9)
        ),
    ),
    "pingone-subject-uuid": lambda: response("pingone", name_id=OTHER, name_id_format=UNSPECIFIED),
    "pingfederate-start-sso": lambda: request("https://sso.acme.example:9031/idp/startSSO.ping"),
    "keycloak-wants-signed-requests": lambda: request(KEYCLOAK + "/protocol/saml"),
    "keycloak-short-lifespan": lambda: response("keycloak", not_before=-7, not_on_or_after=53, confirmed_until=53),
    "keycloak-role-repeated": lambda: response("keycloak", attributes=attributes(("Role", "a"), ("Role", "b"))),
    "keycloak-auth-prefix": lambda: expecting("keycloak", "https://sso.acme.example/auth/realms/staff"),
    "keycloak-assertion-unsigned": lambda: response("keycloak", signed="response"),
    "keycloak-master-realm": lambda: metadata("keycloak", entity_id="https://sso.acme.example/realms/master"),
    "keycloak-entity-id-http": lambda: metadata(
        "keycloak",
        entity_id="http://sso.acme.com/realms/staff",
        sso=(Endpoint("http://sso.acme.com/realms/staff/protocol/saml", POST),),
    ),
    "keycloak-group-path": lambda: response("keycloak", attributes=(("groups", ("/staff/engineers", "/admins")),)),
    "keycloak-name-id-username": lambda: response("keycloak", name_id="ada", name_id_format=UNSPECIFIED),
    "keycloak-sp-metadata": lambda: service_provider(KEYCLOAK, KEYCLOAK + "/broker/okta/endpoint"),
    "shibboleth-name-id-default": lambda: response("shibboleth-generic", name_id="_x1", name_id_format=TRANSIENT),
    "shibboleth-encrypts-by-default": lambda: response("shibboleth-generic", encrypted=True),
    "shibboleth-attribute-oids": lambda: response("shibboleth-generic"),
    "shibboleth-attributes-not-released": lambda: response("shibboleth-generic", attributes=()),
    "shibboleth-request-to-unsolicited": lambda: request("https://idp.example.edu/idp/profile/SAML2/Unsolicited/SSO"),
    "simplesamlphp-name-id-default": lambda: response("simplesamlphp", name_id="_x1", name_id_format=TRANSIENT),
    "simplesamlphp-upgraded": lambda: expecting(
        "simplesamlphp", "https://idp.acme.example/simplesaml/saml2/idp/metadata.php"
    ),
    "rippling-in-response-to-dummy": lambda: (
        response("rippling", in_response_to="_dummy", confirmed_for="_dummy")[0],
        {"set": {"response.in_response_to_known": False}},
    ),
    "rippling-app-reinstalled": lambda: expecting("rippling", "https://app.rippling.com/9z8y7x/idp.xml"),
    "salesforce-sandbox": lambda: response(
        "salesforce", **dict.fromkeys(("issuer", "assertion_issuer"), "https://acme--uat.sandbox.my.salesforce.com")
    ),
    "auth0-audience-sample": lambda: response("auth0", audiences=("urn:foo",)),
    "auth0-name-id-user-id": lambda: response("auth0", name_id="google-oauth2|1234567890", name_id_format=EMAIL),
    "auth0-issuer-without-slash": lambda: (
        json.dumps({"issuer": "https://acme.us.auth0.com/"} | _OIDC).encode(),
        {"set": {"oauth.expected_issuer": "https://acme.us.auth0.com"}},
    ),
    "cloudflare-groups-nested": lambda: response(
        "cloudflare",
        attributes=(("email", ("ada@example.com",)), ("groups", (_NESTED,))),
        **dict.fromkeys(("issuer", "assertion_issuer"), "https://acme.cloudflareaccess.com"),
    ),
    "login-gov-sandbox": lambda: (json.dumps({"issuer": "https://idp.int.identitysandbox.gov/"} | _OIDC).encode(), {}),
}


def found(given: Given, tmp_path: Path) -> list[doctor.Finding]:
    """What is confirmed: by `check`, or by `diagnose` where people tell something."""
    data, options = given
    if "set" not in options:
        return list(doctor.check(data, at=NOW, fail_on="never", **options).findings)
    path = evidence.put(tmp_path, "given", data)
    return [one for one in evidence.diagnosed(path, **options).findings if one.verdict == "confirmed"]


def test_every_rule_has_a_patient() -> None:
    assert sorted(PATIENTS) == RULES


def test_there_are_forty_rules_at_least() -> None:
    assert len(RULES) >= 40


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_meets_bytes_and_names_its_product(rule: str, tmp_path: Path) -> None:
    told = {one.id: one for one in found(PATIENTS[rule](), tmp_path)}
    assert rule in told, sorted(told)
    finding = told[rule]
    assert all((finding.message, finding.fix, finding.cite, finding.who))
    assert "{" not in finding.message.replace("{tenantid}", "")
    assert not [line for line in finding.fix if "the identity provider's console" in line]


@pytest.mark.parametrize("product", issued.PRODUCTS)
def test_a_healthy_response_is_recognised_and_its_product_says_nothing_worse_than_a_notice(product: str) -> None:
    report = doctor.check(written(issued.draft(product, NOW)), at=NOW, fail_on="never")
    assert report.subjects[0].provider in (issued.NAMED.get(product, product), None)
    assert [one.id for one in report.findings if one.id in RULES and one.severity in ("error", "warning")] == []


@pytest.mark.parametrize("product", providers.PROVIDERS)
def test_healthy_metadata_hears_nothing_of_the_habits(product: str) -> None:
    report = doctor.check(providers.healthy(product, NOW), at=NOW, fail_on="never")
    assert [one.id for one in report.findings if one.id in RULES] == []


@pytest.mark.parametrize("product", sorted(set(issued.PRODUCTS) - {"jumpcloud", "duo", "cloudflare"}))
def test_another_product_is_not_told_what_is_this_ones_habit(product: str) -> None:
    """A response with every habit at once, of each product: only rules of that product, or of none, may speak."""
    odd: Draft = issued.draft(product, NOW).but(
        name_id_format=TRANSIENT, name_id="_x1", signed="response", hash="sha1", not_before=-5, not_on_or_after=50,
        attributes=attributes(
            ("Role", "/a"), ("Role", "/b"), ("urn:oid:2.5.4.42", "Ada"), (CLAIMS + "/email", "a@b.de")
        ),
    )  # fmt: skip
    own = {
        "microsoft-ad-fs": "adfs",
        "entra-id": "entra",
        "google-workspace": "google",
        "shibboleth-generic": "shibboleth",
    }
    report = doctor.check(written(odd), at=NOW, fail_on="never")
    begins = own.get(product, product)
    assert [one.id for one in report.findings if one.id in RULES and not one.id.startswith(begins)] == []


def test_the_words_are_those_of_the_console(tmp_path: Path) -> None:
    (finding,) = [
        one for one in found(PATIENTS["google-signed-response"](), tmp_path) if one.id == "google-signed-response"
    ]
    assert finding.fix == (
        "Untick Signed response (Apps › Web and mobile apps › your app › Service provider details).",
    )


def test_what_a_capture_shows_refines_the_severity(tmp_path: Path) -> None:
    asked = capture.redirect_url(request(KEYCLOAK + "/protocol/saml")[0], base=KEYCLOAK + "/protocol/saml")
    error = "<title>We are sorry</title><body>Error: Invalid requester</body>"
    path = evidence.put(tmp_path, "flow.har", capture.har([capture.Step("GET", asked, NOW, status=400, answer=error)]))
    (told,) = [one for one in evidence.diagnosed(path).findings if one.id == "keycloak-wants-signed-requests"]
    assert (told.verdict, told.severity) == ("confirmed", "error")
