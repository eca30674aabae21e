"""What sixteen products publish when all is well: their prefixes, addresses, bindings and keys.

The tenants are made up. Only the shape follows the products.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from tests.factory import certificate
from tests.factory.markup import DEFAULT, DEFAULT_WITH_DS, MD, NS0, Style
from tests.factory.metadata import (
    ARTIFACT,
    EMAIL,
    PERSISTENT,
    POST,
    REDIRECT,
    SAML_1,
    SAML_2,
    SHIBBOLETH_1,
    SIMPLE_SIGN,
    SOAP,
    TRANSIENT,
    UNSPECIFIED,
    Draft,
    Endpoint,
    Entity,
    key,
)  # fmt: skip
from tests.factory.signing import Signing

TENANT: Final = "3f6c2d1e-7a54-4b0c-9d28-51e0c7ab9f43"
LONG: Final = (datetime(2024, 1, 1, tzinfo=UTC), datetime(2054, 1, 1, tzinfo=UTC))
"""From when to when the certificates of the shipped examples are valid."""

Validity = tuple[datetime, datetime]


class Provider(NamedTuple):
    """The shape of a product's metadata.

    `uses` are the uses of its key descriptors, each with a key of its own; `notices` the rules that
    may speak, below warning, though nothing is wrong with it.
    """

    id: str
    subject: str
    entity: Entity
    style: Style = MD
    uses: tuple[str | None, ...] = ("signing",)
    signed: bool = False
    key_name: str | None = None
    dated: bool = False
    notices: frozenset[str] = frozenset()


def _both(location: str) -> tuple[Endpoint, ...]:
    return Endpoint(location, REDIRECT), Endpoint(location, POST)


def _posted_first(location: str) -> tuple[Endpoint, ...]:
    return Endpoint(location, POST), Endpoint(location, REDIRECT)


_OKTA = "https://acme.okta.com/app/acme_doctor_1/exk1a2b3c4d5E6F7g8h9/sso/saml"
_ENTRA = f"https://login.microsoftonline.com/{TENANT}"
_GOOGLE = "https://accounts.google.com/o/saml2"
_ADFS = "https://fs.acme.example/adfs/ls/"
_AUTH0 = "https://acme.us.auth0.com/samlp/AbCdEfGhIjKlMnOpQrStUvWxYz012345"
_ONELOGIN = "https://acme.onelogin.com/trust/saml2"
_PINGONE = f"https://auth.pingone.com/{TENANT}"
_PINGFEDERATE = "https://sso.acme.example:9031/idp"
_KEYCLOAK = "https://sso.acme.example/realms/staff"
_KEYCLOAK_SAML = _KEYCLOAK + "/protocol/saml"
_DUO = "https://sso-1a2b3c4d.sso.duosecurity.com/saml2/sp/DIABCDEFGHIJ0123456789"
_CLOUDFLARE = "https://acme.cloudflareaccess.com/cdn-cgi/access/sso/saml/0123456789abcdef0123456789abcdef"
_SALESFORCE = "https://acme.my.salesforce.com"
_SHIBBOLETH = "https://idp.example.edu/idp"
_SHIBBOLETH_SOAP = "https://idp.example.edu:8443/idp/profile/SAML2/SOAP"
_SIMPLESAML = "https://idp.acme.example/simplesaml/module.php/saml/idp"
_CLAIMS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"

_ALL: Final = (
    Provider(
        "okta", "emailAddress=info@okta.com,CN=acme,OU=SSOProvider,O=Okta,L=San Francisco,ST=California,C=US",
        Entity(
            "http://www.okta.com/exk1a2b3c4d5E6F7g8h9", sso=_posted_first(_OKTA),
            name_id_formats=(UNSPECIFIED, EMAIL), want_signed="false",
        ),
        Style(wrap=76),
    ),
    Provider(
        "entra-id", "CN=Microsoft Azure Federated SSO Certificate",
        Entity(
            f"https://sts.windows.net/{TENANT}/", ("sts", "app", "idp"),
            id="_c6b1f9d2-0a4e-4c7b-8a53-9d1f0e6b7a21", sso=_both(_ENTRA + "/saml2"),
            slo=(Endpoint(_ENTRA + "/saml2"),), passive=_ENTRA + "/wsfed",
        ),
        DEFAULT._replace(declaration='<?xml version="1.0" encoding="utf-8"?>', mark=b"\xef\xbb\xbf"),
        signed=True,
        notices=frozenset({"metadata-byte-order-mark", "name-id-formats-missing"}),
    ),
    Provider(
        "google-workspace", "ST=California,C=US,OU=Google For Work,CN=Google,L=Mountain View,O=Google Inc.",
        Entity(
            _GOOGLE + "?idpid=C01abc23d", sso=_both(_GOOGLE + "/idp?idpid=C01abc23d"),
            name_id_formats=(EMAIL,), want_signed="false",
        ),
        Style(indent=2, wrap=64, declaration='<?xml version="1.0" encoding="UTF-8" standalone="no"?>'),
        dated=True,
    ),
    Provider(
        "microsoft-ad-fs", "CN=ADFS Signing - fs.acme.example",
        Entity(
            "http://fs.acme.example/adfs/services/trust", ("app", "sts", "sp", "idp"),
            id="_5e0f8c1b-2d3a-4f6e-9b70-c8a4d1e2f3b5", sso=_both(_ADFS), slo=_both(_ADFS),
            acs=(Endpoint(_ADFS, POST), Endpoint(_ADFS, ARTIFACT), Endpoint(_ADFS, REDIRECT)),
            name_id_formats=(EMAIL, PERSISTENT, TRANSIENT), passive=_ADFS, contact="",
            claims=(_CLAIMS + "emailaddress", _CLAIMS + "givenname", _CLAIMS + "surname", _CLAIMS + "upn"),
        ),
        DEFAULT._replace(declaration=""), ("encryption", "signing"), signed=True,
    ),
    Provider(
        "auth0", "CN=acme.us.auth0.com",
        Entity(
            "urn:acme.us.auth0.com", sso=_both(_AUTH0), slo=_both(_AUTH0 + "/logout"),
            name_id_formats=(EMAIL, PERSISTENT, TRANSIENT),
            claims=(_CLAIMS + "emailaddress", _CLAIMS + "name"),
        ),
        DEFAULT._replace(declaration="", indent=2),
    ),
    Provider(
        "onelogin", "CN=OneLogin Account,OU=OneLogin IdP,O=acme",
        Entity(
            f"https://app.onelogin.com/saml/metadata/{TENANT}",
            sso=(
                Endpoint(f"{_ONELOGIN}/http-redirect/sso/{TENANT}"),
                Endpoint(f"{_ONELOGIN}/http-post/sso/{TENANT}", POST),
                Endpoint(f"{_ONELOGIN}/soap/sso/{TENANT}", SOAP),
            ),
            slo=(Endpoint(f"{_ONELOGIN}/http-redirect/slo/{TENANT}"),), name_id_formats=(EMAIL,),
        ),
        DEFAULT_WITH_DS._replace(declaration='<?xml version="1.0"?>', indent=2, wrap=64),
    ),
    Provider(
        "pingone", "C=US,O=Ping Identity,OU=Ping Identity,CN=PingOne SSO Certificate for Acme environment",
        Entity(
            _PINGONE, id="_e7c5a1", sso=_posted_first(_PINGONE + "/saml20/idp/sso"),
            slo=_posted_first(_PINGONE + "/saml20/idp/slo"), name_id_formats=(UNSPECIFIED, EMAIL),
            want_signed="false",
        ),
        Style(indent=4),
    ),
    Provider(
        "pingfederate", "CN=sso.acme.example,O=Acme,C=US",
        Entity(
            "https://sso.acme.example/pingfederate", id="Mz4Rt.8c1HdYWaKjp2XNveUQoL",
            cache_duration="PT1440M",
            sso=_posted_first(_PINGFEDERATE + "/SSO.saml2"), slo=_posted_first(_PINGFEDERATE + "/SLO.saml2"),
            name_id_formats=(UNSPECIFIED, EMAIL), want_signed="false", contact="",
        ),
        MD, signed=True,
    ),
    Provider(
        "jumpcloud", "CN=JumpCloudSAMLUser,OU=JumpCloudSAMLIdP,O=acme,L=Boulder,ST=CO,C=US",
        Entity(
            "https://sso.jumpcloud.com/acme-doctor", sso=_both("https://sso.jumpcloud.com/saml2/acme-doctor"),
            name_id_formats=(UNSPECIFIED,), want_signed="false",
        ),
        Style(indent=2, wrap=64),
    ),
    Provider(
        "keycloak", "CN=staff",
        Entity(
            _KEYCLOAK, artifact=(Endpoint(_KEYCLOAK_SAML + "/resolve", SOAP),),
            sso=tuple(Endpoint(_KEYCLOAK_SAML, name) for name in (POST, REDIRECT, SOAP, ARTIFACT)),
            slo=tuple(Endpoint(_KEYCLOAK_SAML, name) for name in (POST, REDIRECT, ARTIFACT, SOAP)),
            name_id_formats=(PERSISTENT, TRANSIENT, UNSPECIFIED, EMAIL), want_signed="true",
        ),
        Style(at_root=("saml", "ds"), declaration=""), key_name="acme-staff-signing-key-for-tests",
        notices=frozenset({"authn-requests-signing-wanted"}),
    ),
    Provider(
        "duo", "CN=Duo Single Sign-On,O=Duo Security",
        Entity(
            _DUO + "/metadata", sso=_both(_DUO + "/sso"), slo=_both(_DUO + "/slo"), name_id_formats=(EMAIL,),
            want_signed="false",
        ),
        Style(at_root=("ds",)),
    ),
    Provider(
        "cloudflare", "CN=cloudflareaccess.com,O=Cloudflare,C=US",
        Entity("https://acme.cloudflareaccess.com", sso=_both(_CLOUDFLARE), name_id_formats=(EMAIL,)),
        DEFAULT_WITH_DS._replace(declaration='<?xml version="1.0"?>', at_root=("ds",)),
    ),
    Provider(
        "rippling", "CN=app.rippling.com,O=Rippling,C=US",
        Entity(
            "https://app.rippling.com/1a2b3c/idp.xml", name_id_formats=(EMAIL, TRANSIENT),
            sso=_both("https://app.rippling.com/api/platform/sso/sp-initiated/1a2b3c"), want_signed="false",
        ),
        NS0._replace(declaration="<?xml version='1.0' encoding='UTF-8'?>"),
    ),
    Provider(
        "salesforce",
        "CN=SelfSignedCert_01Jan2024,OU=00D000000000001,O=Salesforce.com,L=San Francisco,ST=CA,C=US",
        Entity(
            _SALESFORCE, slo=_posted_first(_SALESFORCE + "/services/auth/idp/saml2/logout"),
            sso=(
                Endpoint(_SALESFORCE + "/idp/endpoint/HttpPost", POST),
                Endpoint(_SALESFORCE + "/idp/endpoint/HttpRedirect"),
            ),
            name_id_formats=(EMAIL, PERSISTENT, TRANSIENT, UNSPECIFIED),
        ),
        Style(at_root=("ds",)), dated=True,
    ),
    Provider(
        "shibboleth-generic", "CN=idp.example.edu",
        Entity(
            _SHIBBOLETH + "/shibboleth", ("idp", "aa"), protocols=(SAML_2, SAML_1, "urn:mace:shibboleth:1.0"),
            sso=(
                Endpoint(_SHIBBOLETH + "/profile/Shibboleth/SSO", SHIBBOLETH_1),
                Endpoint(_SHIBBOLETH + "/profile/SAML2/POST/SSO", POST),
                Endpoint(_SHIBBOLETH + "/profile/SAML2/POST-SimpleSign/SSO", SIMPLE_SIGN),
                Endpoint(_SHIBBOLETH + "/profile/SAML2/Redirect/SSO"),
            ),
            artifact=(Endpoint(_SHIBBOLETH_SOAP + "/ArtifactResolution", SOAP),),
            name_id_formats=(TRANSIENT, PERSISTENT), scope="example.edu", display_name="Example University",
            organization="Example University", contact="mailto:sso@example.edu",
            registered_by="https://federation.example.org",
        ),
        DEFAULT_WITH_DS._replace(at_root=("ds", "shibmd", "mdui"), indent=4, wrap=64),
        ("signing", "encryption"),
    ),
    Provider(
        "simplesamlphp", "CN=idp.acme.example,O=Acme",
        Entity(
            _SIMPLESAML + "/metadata", sso=(Endpoint(_SIMPLESAML + "/singleSignOnService"),
                                            Endpoint(_SIMPLESAML + "/singleSignOnService", POST)),
            slo=(Endpoint(_SIMPLESAML + "/singleLogout"),), name_id_formats=(EMAIL,),
            contact="mailto:sso@acme.example",
        ),
        Style(at_root=("ds",), declaration='<?xml version="1.0" encoding="utf-8"?>', indent=2),
        ("signing", "encryption"),
    ),
)  # fmt: skip

PROVIDERS: Final = {provider.id: provider for provider in _ALL}


def healthy(provider_id: str, now: datetime, validity: Validity | None = None) -> bytes:
    """The metadata of this product with nothing wrong at `now`.

    Certificates are valid from a year before `now` to four years after, or as `validity` says.
    """
    return draft(provider_id, validity or around(now)).data


def around(now: datetime) -> Validity:
    """A year before `now`, and four years after it."""
    return now - timedelta(days=400), now + timedelta(days=1460)


def draft(provider_id: str, validity: Validity) -> Draft:
    """The same before it is written, for changing one thing."""
    provider = PROVIDERS[provider_id]
    pairs = zip(made(provider, validity), provider.uses, strict=True)
    keys = tuple(key(one, use, provider.key_name) for one, use in pairs)
    until = instant(validity[1]) if provider.dated else None
    entity = provider.entity._replace(keys=keys, valid_until=until)
    return Draft(entity, provider.style, _signing(provider, validity))


def made(provider: Provider, validity: Validity) -> tuple[certificate.Certificate, ...]:
    """The certificates of this product, one for each use, each with a key of its own."""
    first = 10 * (1 + _ALL.index(provider))
    return tuple(
        certificate.make(_subject(provider.subject, use), *validity, serial=0x10A0 + slot, slot=slot)
        for slot, use in enumerate(provider.uses, first)
    )


def _subject(subject: str, use: str | None) -> str:
    return subject.replace("ADFS Signing", "ADFS Encryption") if use == "encryption" else subject


def _signing(provider: Provider, validity: Validity) -> Signing | None:
    if not provider.signed:
        return None
    signer = made(provider, validity)[provider.uses.index("signing")]
    return Signing(signer, provider.entity.id or "")


def instant(moment: datetime) -> str:
    """An xs:dateTime in UTC, as metadata writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
