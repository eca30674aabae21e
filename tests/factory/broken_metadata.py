"""Patients that are well-formed metadata and say something wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.factory import certificate, providers
from tests.factory.metadata import (
    EMAIL,
    POST,
    REDIRECT,
    SAML_1,
    SHIBBOLETH_1,
    SOAP,
    Draft,
    Endpoint,
    Key,
    aggregate,
    key,
)  # fmt: skip
from tests.factory.patient import Patient, changed, in_days, swapped, well

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

_OKTA: Final = "http://www.okta.com/exk1a2b3c4d5E6F7g8h9"
_SSO: Final = "https://acme.okta.com/app/acme_doctor_1/exk1a2b3c4d5E6F7g8h9/sso/saml"
_ENTRA_WIDE: Final = "CN=accounts.accesscontrol.windows.net"
_SHIBBOLETH_1_ONLY: Final = (Endpoint("https://idp.example.edu/idp/profile/Shibboleth/SSO", SHIBBOLETH_1),)


def service_provider(now: datetime, provider_id: str = "okta") -> Draft:
    """The metadata of the application where that of the identity provider was meant."""
    acs = (Endpoint("https://auth.example.com/sso/saml/acs/conn_01", POST),)
    return well(now, provider_id).but(
        entity_id="https://auth.example.com/conn_01", roles=("sp",), sso=(), slo=(), acs=acs
    )


def federation(now: datetime, *ids: str) -> bytes:
    """An aggregate of the healthy entities of these products."""
    return aggregate(tuple(well(now, one).entity for one in ids), name="urn:example:federation")


def numbered(now: datetime, count: int) -> bytes:
    """An aggregate of `count` healthy entities that share one key."""
    entity = well(now).entity
    return aggregate(tuple(entity._replace(entity_id=f"https://idp{n}.example.com/saml") for n in range(count)))


def _both(location: str) -> tuple[Endpoint, ...]:
    return Endpoint(location, POST), Endpoint(location, REDIRECT)


def _sso(location: str) -> Callable[[datetime], bytes]:
    return changed(sso=_both(location))


def _until(days: int, provider_id: str = "okta") -> Callable[[datetime], bytes]:
    return lambda now: well(now, provider_id).but(valid_until=in_days(now, days)).data


def tenant_wide(draft: Draft, validity: providers.Validity) -> Draft:
    """The federation metadata of the tenant: its own two keys instead of the application's."""
    found = [certificate.make(_ENTRA_WIDE, *validity, serial=slot, slot=slot) for slot in (5, 6)]
    signing = draft.signing._replace(certificate=found[0]) if draft.signing else None
    return draft.but(keys=tuple(key(one) for one in found))._replace(signing=signing)


def edited_to_https(draft: Draft) -> Draft:
    """The AD FS entity ID "corrected" by hand, and the signature cut out, as it no longer fits."""
    name = (draft.entity.entity_id or "").replace("http://", "https://")
    return draft.but(entity_id=name)._replace(signing=None)


def _tenant_wide(now: datetime) -> bytes:
    return tenant_wide(well(now, "entra-id"), providers.around(now)).data


def _with_use(use: str) -> Callable[[datetime], bytes]:
    def make(now: datetime) -> bytes:
        draft = well(now)
        return draft.but(keys=(draft.entity.keys[0]._replace(use=use),)).data

    return make


def _with_nameless_key(now: datetime) -> bytes:
    draft = well(now)
    return draft.but(keys=(*draft.entity.keys, Key((), "signing", "acme-2026"))).data


def _signed(**changes: object) -> Callable[[datetime], bytes]:
    """PingFederate metadata signed in another way."""

    def make(now: datetime) -> bytes:
        draft = well(now, "pingfederate").but(role_id="_role")
        return draft._replace(signing=draft.signing and draft.signing._replace(**changes)).data  # type: ignore[arg-type]

    return make


def _signed_by_another(now: datetime) -> bytes:
    draft = well(now, "pingfederate")
    if draft.signing is None:
        raise ValueError("the draft is not signed")
    foreign = draft.signing.certificate._replace(key=certificate.key_of("rsa2048", 9))
    return draft._replace(signing=draft.signing._replace(certificate=foreign)).data


_IDENTITY: Final = (
    Patient("metadata-of-sp", "the application's own metadata", lambda now: service_provider(now).data,
            "metadata-is-sp"),
    Patient("aggregate-of-three", "a federation instead of one entity",
            lambda now: federation(now, "okta", "onelogin", "keycloak"), "metadata-is-aggregate"),
    Patient("aggregate-of-forty", "a federation of forty", lambda now: numbered(now, 40),
            "metadata-is-aggregate"),
    Patient("attribute-authority-only", "the IdP role deleted", changed("shibboleth-generic", roles=("aa",)),
            "metadata-no-idp-role"),
    Patient("no-role-at-all", "an entity without roles", changed(roles=()), "metadata-no-idp-role"),
    Patient("wsfed-roles-only", "AD FS without its SAML roles",
            changed("microsoft-ad-fs", roles=("app", "sts")), "metadata-is-wsfed-only"),
    Patient("saml1-only", "SAML 1.1 in place of 2.0",
            changed("shibboleth-generic", roles=("idp",), protocols=(SAML_1, "urn:mace:shibboleth:1.0"),
                    sso=_SHIBBOLETH_1_ONLY, artifact=()), "metadata-is-saml1-only"),
    Patient("tenant-wide", "the tenant's keys in place of the application's", _tenant_wide,
            "metadata-tenant-wide"),
    Patient("entity-id-missing", "no entityID", changed(entity_id=None), "entity-id-missing"),
    Patient("entity-id-empty", "an empty entityID", changed(entity_id=""), "entity-id-missing"),
    Patient("entity-id-twice", "an aggregate with one entity twice",
            lambda now: federation(now, "okta", "onelogin", "okta"), "entity-id-duplicate"),
    Patient("entity-id-space-after", "a space after the entityID", changed(entity_id=_OKTA + " "),
            "entity-id-whitespace"),
    Patient("entity-id-line-break-before", "a line break before the entityID",
            swapped(f'entityID="{_OKTA}"', f'entityID="&#10;{_OKTA}"'), "entity-id-whitespace"),
    Patient("entity-id-of-1025-characters", "one character too many",
            changed(entity_id="https://idp.example.com/".ljust(1025, "x")), "entity-id-too-long"),
    Patient("entity-id-word", "a word in place of a URI", changed(entity_id="acme-idp"), "entity-id-not-uri"),
    Patient("entity-id-name", "a name with spaces", changed(entity_id="Acme Identity Provider"),
            "entity-id-not-uri"),
    Patient("entity-id-edited-to-https", "http corrected to https",
            lambda now: edited_to_https(well(now, "microsoft-ad-fs")).data, "entity-id-edited-to-https"),
    Patient("entity-id-of-another-app", "another application of the same tenant expected",
            lambda now: well(now).data, "idp-entity-id-mismatch",
            {"idp_entity_id": "http://www.okta.com/exk9z8y7x6w5V4U3t2s1"}),
    Patient("entity-id-trailing-slash", "a trailing slash expected",
            lambda now: well(now, "keycloak").data, "idp-entity-id-mismatch",
            {"idp_entity_id": "https://sso.acme.example/realms/staff/"}),
)  # fmt: skip

_ENDPOINTS: Final = (
    Patient("sso-endpoints-deleted", "no SingleSignOnService", changed(sso=()), "metadata-no-sso-endpoint"),
    Patient("sso-http", "http in place of https", _sso(_SSO.replace("https", "http")), "sso-url-not-https"),
    Patient("sso-relative", "the path alone", _sso("/app/acme_doctor_1/sso/saml"), "sso-url-relative"),
    Patient("sso-without-scheme", "the scheme cut off", _sso(_SSO.removeprefix("https://")),
            "sso-url-relative"),
    Patient("sso-localhost", "localhost as host", _sso("https://localhost:8443/realms/staff/protocol/saml"),
            "sso-url-loopback"),
    Patient("sso-loopback-address", "127.0.0.1 as host", _sso("https://127.0.0.1:8443/sso"),
            "sso-url-loopback"),
    Patient("sso-loopback-v6", "[::1] as host", _sso("https://[::1]:8443/sso"), "sso-url-loopback"),
    Patient("sso-private-10", "a 10 address as host", _sso("https://10.1.2.3/sso"),
            "sso-url-private-address"),
    Patient("sso-private-192-168", "a 192.168 address as host", _sso("https://192.168.10.4/sso"),
            "sso-url-private-address"),
    Patient("sso-private-v6", "a unique local address as host", _sso("https://[fd12:3456:789a::1]/sso"),
            "sso-url-private-address"),
    Patient("sso-post-only", "the redirect endpoint deleted", changed(sso=(Endpoint(_SSO, POST),)),
            "sso-binding-redirect-missing"),
    Patient("sso-soap-and-post", "redirect turned into SOAP",
            changed(sso=(Endpoint(_SSO, POST), Endpoint(_SSO, SOAP))), "sso-binding-redirect-missing"),
    Patient("sso-redirect-only", "the POST endpoint deleted", changed(sso=(Endpoint(_SSO),)),
            "sso-binding-post-missing"),
    Patient("sso-endpoint-twice", "the redirect endpoint twice",
            changed(sso=(*_both(_SSO), Endpoint(_SSO))), "sso-endpoint-duplicate"),
    Patient("sso-binding-twice", "two addresses for redirect",
            changed(sso=(*_both(_SSO), Endpoint(_SSO + "/2"))), "sso-endpoint-duplicate"),
)  # fmt: skip

_SETTINGS: Final = (
    Patient("valid-until-past", "validUntil ten days ago", _until(-10), "metadata-expired"),
    Patient("valid-until-yesterday", "validUntil yesterday", _until(-1, "google-workspace"),
            "metadata-expired"),
    Patient("valid-until-soon", "validUntil in two days", _until(2), "metadata-expires-soon"),
    Patient("valid-until-german", "a date as Germans write it", changed(valid_until="31.12.2040"),
            "metadata-valid-until-malformed"),
    Patient("valid-until-thirteenth-month", "month 13", changed(valid_until="2040-13-01T00:00:00Z"),
            "metadata-valid-until-malformed"),
    Patient("cache-duration-seconds", "a number in place of a duration", changed(cache_duration="86400"),
            "cache-duration-malformed"),
    Patient("cache-duration-words", "words in place of a duration", changed(cache_duration="1 day"),
            "cache-duration-malformed"),
    Patient("requests-to-be-signed", "WantAuthnRequestsSigned turned on", changed(want_signed="true"),
            "authn-requests-signing-wanted"),
    Patient("name-id-formats-deleted", "no NameIDFormat", changed(name_id_formats=()),
            "name-id-formats-missing"),
    Patient("name-id-format-invented", "the e-mail format with a 2.0 that does not exist",
            changed(name_id_formats=(EMAIL.replace("1.1", "2.0"),)), "name-id-format-misprinted"),
    Patient("name-id-format-kerberos", "only Kerberos names",
            changed(name_id_formats=("urn:oasis:names:tc:SAML:2.0:nameid-format:kerberos",)),
            "name-id-format-unsupported"),
    Patient("key-encryption-only", "the signing key marked for encryption", _with_use("encryption"),
            "metadata-no-signing-certificate"),
    Patient("keys-deleted", "no KeyDescriptor", changed(keys=()), "metadata-no-signing-certificate"),
    Patient("key-use-sign", "use=sign in place of signing", _with_use("sign"), "key-use-invalid"),
    Patient("key-use-capitals", "use=Signing in place of signing", _with_use("Signing"), "key-use-invalid"),
    Patient("key-with-name-only", "a second key that is only a name", _with_nameless_key,
            "key-without-certificate"),
    Patient("signature-content-changed", "an address changed after signing",
            _signed(tampered=("/idp/SSO.saml2", "/idp/SSO2.saml2")), "metadata-signature-invalid"),
    Patient("signature-of-another-key", "signed with another key than its certificate", _signed_by_another,
            "metadata-signature-invalid"),
    Patient("signature-of-role", "the signature covers the role only", _signed(reference="_role"),
            "metadata-signature-covers-other"),
    Patient("signature-sha1", "signed with SHA-1", _signed(hash="sha1"), "metadata-signature-sha1"),
)  # fmt: skip

PATIENTS: Final = _IDENTITY + _ENDPOINTS + _SETTINGS
