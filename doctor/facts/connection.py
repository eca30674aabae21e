"""Facts of a connection at a vendor: its state, its protocol, what it holds of both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from doctor.facts import certificate
from doctor.facts.fact import (
    BOOL,
    NUMBER,
    TEXT,
    URL,
    Fact,
    NoDocument,
    View,
    cheaper,
    collection,
    enum,
    given,
)
from doctor.facts.input import FAILURES
from doctor.model.state import ABSENT, NOT_SHOWN, Unknown

if TYPE_CHECKING:
    from doctor.model.connection import Connection

STATES: Final = ("draft", "validating", "active", "inactive", "credentials-invalid", "deleting", "unknown")
PROTOCOLS: Final = ("saml", "oidc", "oauth", "other")
ANSWERS: Final = (
    "ok", "client-rejected", "key-rejected", "permission-missing", "other-environment", "not-found", "request-refused", "rate-limited",
    "server-error", "timeout", "tls", "unreachable", "cut-short", "not-the-api", "not-understood",
)  # fmt: skip
"""What a vendor's API did when it was asked."""


def held(view: View) -> Connection:
    """The connection of the document in view. Raises `NoDocument` when it holds none."""
    found = view.document.connection
    if found is None:
        raise NoDocument
    return found


def vendor(view: View) -> Any:
    """The vendor that holds the connection."""
    return held(view).vendor


def state(view: View) -> Any:
    """The state of the connection at the vendor, in doctor's normal form."""
    return held(view).state or "unknown"


def protocol(view: View) -> Any:
    """What the connection speaks."""
    found = held(view).protocol
    return Unknown.of("connection.protocol", "the vendor names no protocol") if found is None else found


def linked(view: View) -> Any:
    """Whether the connection belongs to an organization."""
    found = held(view)
    if not found.shows_organization:
        return Unknown.of("organization.connection_linked", NOT_SHOWN)
    return found.organization_id is not None


def metadata_url(view: View) -> Any:
    """The address from which the vendor reads the identity provider's metadata."""
    found = held(view).metadata_url
    return given(found) if found or held(view).vendor == "scalekit" else Unknown.of("connection.metadata_url")


def holds_metadata(view: View) -> Any:
    """Whether the identity provider's metadata (or its values) is in the connection."""
    found = held(view).holds_metadata
    return Unknown.of("connection.metadata_uploaded", "the vendor does not show it") if found is None else found


def sp_acs_url(view: View) -> Any:
    """The ACS URL that the connection shows."""
    return _shown(held(view).acs_url, "sp.acs_url")


def sp_entity_id(view: View) -> Any:
    """The SP entity ID that the connection shows."""
    return _shown(held(view).sp_entity_id, "sp.entity_id")


def expected_idp(view: View) -> Any:
    """The entity ID of the identity provider that the connection holds."""
    return _shown(held(view).idp_entity_id, "idp.expected_entity_id")


def redirect_uri(view: View) -> Any:
    """The redirect URI that the connection shows."""
    return _shown(held(view).redirect_uri, "oauth.expected_redirect_uri")


def _shown(value: str | None, fact: str) -> Any:
    """A value, or unknown: that an API does not print it does not mean that there is none."""
    return Unknown.of(fact, NOT_SHOWN) if value is None else value


def certificates(view: View) -> Any:
    """The identity provider's certificates that the connection trusts."""
    found = held(view).certificates
    return certificate.items(found, view.now) if found else Unknown.of("connection.certificates")


def signing_certificates(view: View) -> Any:
    """The identity provider's signing certificates, as the connection holds them."""
    found = held(view).certificates
    return certificate.items(found, view.now) if found else Unknown.of("idp.signing_certificates")


def idp_initiated(view: View) -> Any:
    """Whether the connection takes sign-ins that start at the identity provider."""
    found = held(view).idp_initiated
    return Unknown.of("connection.allows_idp_initiated", "the vendor does not show it") if found is None else found


def domain_verified(view: View) -> Any:
    """Whether one of the domains that the connection shows is verified."""
    states = {(one.state or "unknown").lower() for one in held(view).domains}
    if states & {"verified", "legacy_verified"}:
        return True
    if not states or "unknown" in states:
        return Unknown.of("organization.domain_verified", NOT_SHOWN)
    return False


def trusts_signing_key(view: View) -> Any:
    """Whether the connection trusts the key with which the identity provider signs.

    A response that was verified decides; without one, the certificate that the console shows as active,
    which is also what is missing first, since it costs less. A response that was altered, is unsigned or
    comes from another issuer says nothing of the key: absent.
    """
    seen = view["response.signature"]
    if seen in ("valid", "untrusted-key"):
        return seen == "valid"
    if seen in ("altered", "other-issuer", "unsigned"):
        return ABSENT
    compared = view["idp.active_certificate_in_connection"]
    return cheaper(compared, seen) if isinstance(seen, Unknown) else compared


def fetch_failure(_view: View) -> Any:
    """Why an address could not be read; `none` when nothing of the case was read from one."""
    return "none"


_DOCUMENT: Final = ("connection",)
_CASE: Final = ("case",)
_TOLD: Final = ("saml-response", "saml-assertion", "case")
_ASKED: Final = "--connection-file, --connection or --set"
FACTS: Final = (
    Fact("connection.vendor", enum("workos", "scalekit"), vendor, _DOCUMENT, label="vendor", how="--vendor or " + _ASKED),
    Fact("connection.state", enum(*STATES), state, _DOCUMENT, label="connection state", how=_ASKED),
    Fact("connection.protocol", enum(*PROTOCOLS), protocol, _DOCUMENT, label="protocol", how=_ASKED),
    Fact("organization.connection_linked", BOOL, linked, _DOCUMENT, label="connection linked to the organization",
         how=_ASKED),
    Fact("connection.metadata_url", URL, metadata_url, _DOCUMENT, optional=True),
    Fact("connection.metadata_uploaded", BOOL, holds_metadata, _DOCUMENT, label="metadata uploaded", how=_ASKED),
    Fact("connection.metadata_url_reachable", BOOL, None, _CASE, label="metadata URL reachable from outside", how="--set",
         meaning="Whether the identity provider's metadata URL can be read from the public internet."),
    Fact("fetch.failure", enum(*FAILURES), fetch_failure, _CASE),
    Fact("connection.logins_attempted", NUMBER, None, _CASE, label="sign-ins attempted", how="--set",
         meaning="How many times somebody tried to sign in through this connection; 0 when nobody did."),
    Fact("connection.certificates", collection(certificate.CERTIFICATE), certificates, _DOCUMENT,
         label="certificates in the connection", how=_ASKED),
    Fact("idp.signing_certificates", collection(certificate.CERTIFICATE), signing_certificates, _DOCUMENT),
    Fact("connection.trusts_signing_key", BOOL, trusts_signing_key, _TOLD, optional=True,
         label="key that signs is trusted by the connection"),
    Fact("connection.allows_idp_initiated", BOOL, idp_initiated, _DOCUMENT, label="sign-in from the identity provider",
         how=_ASKED),
    Fact("connection.allows_idp_initiated", BOOL, None, _CASE, how="--set",
         meaning="Whether the connection takes sign-ins that start at the identity provider."),
    Fact("organization.domain_verified", BOOL, domain_verified, _DOCUMENT),
    Fact("vendor.api_status", NUMBER, None, _CASE, label="status of the vendor's API", how="--set or --connection",
         meaning="The HTTP status with which the vendor's API answered to the key."),
    Fact("vendor.answer", enum(*ANSWERS), None, _CASE, label="answer of the vendor's API", how="--set or --connection",
         meaning="What the vendor's API did when it was asked for the object in question: ok, or what came instead."),
    Fact("vendor.answer_detail", TEXT, None, _CASE, optional=True,
         meaning="One line on what the vendor's API did, in its own words where it had some."),
    Fact("vendor.incident_open", BOOL, None, _CASE, label="incident at the vendor", how="--set",
         meaning="Whether the vendor's or the identity provider's status page shows an incident for that time."),
    Fact("connection.others_fail_too", BOOL, None, _CASE, label="other customers fail too", how="--set",
         meaning="Whether connections of other organizations have been failing since the same minute."),
    Fact("login.went_through_connection", BOOL, None, _CASE, label="the sign-in used this connection", how="--set",
         meaning="Whether the failed sign-in went through this connection, and not through another one of the organization."),
    Fact("connection.count_in_organization", NUMBER, None, _CASE, label="connections of the organization", how="--set",
         meaning="How many connections the organization has."),
    Fact("sp.acs_url", URL, sp_acs_url, _DOCUMENT),
    Fact("sp.entity_id", TEXT, sp_entity_id, _DOCUMENT),
    Fact("idp.expected_entity_id", TEXT, expected_idp, _DOCUMENT),
    Fact("oauth.expected_redirect_uri", URL, redirect_uri, _DOCUMENT),
)  # fmt: skip
