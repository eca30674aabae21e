"""Visits with two defects: both must be told, and either may come first."""

from __future__ import annotations

from typing import Any, Final

from tests.factory import clinic_flow as flow
from tests.factory.clinic_case import Case, after, case, sent, trusted, twofold
from tests.factory.response import ACS, IDP, SP, TRANSIENT, Draft, signer

_SLASH: Final[dict[str, Any]] = {"recipient": ACS + "/", "destination": ACS + "/"}


def _two(first: str, second: str, *also: str, **changes: Any) -> Case:
    """A response with both."""
    name = f"two-{first}-{second}"
    return twofold(sent(name, f"{first} and {second}", first, *also, **changes), second)


CASES: Final = (
    _two("acs-url-mismatch", "sp-entity-id-mismatch", **_SLASH, audiences=(SP + "/",)),
    _two("acs-url-mismatch", "certificate-stale", **_SLASH, by=lambda: signer(1)),
    _two("acs-url-mismatch", "name-id-missing", **_SLASH, name_id=None),
    _two("acs-url-mismatch", "clock-skew", "authn-instant-future", **_SLASH, **flow.ahead(3600)),
    _two("acs-url-mismatch", "response-expired", **_SLASH,
         options={"received_at": after(1200), "at": after(1200)}),
    _two("sp-entity-id-mismatch", "certificate-stale", audiences=("https://other.example.com",),
         by=lambda: signer(1)),
    _two("sp-entity-id-mismatch", "name-id-missing", audiences=(SP + "/x",), name_id=None),
    _two("sp-entity-id-mismatch", "response-signature-invalid", audiences=(SP + "/x",),
         tampered=("engineers", "owners")),
    _two("certificate-stale", "name-id-missing", by=lambda: signer(1), name_id=None),
    _two("certificate-stale", "clock-skew", "authn-instant-future", by=lambda: signer(1), **flow.ahead(7200)),
    _two("certificate-stale", "response-sha1", by=lambda: signer(1), hash="sha1"),
    _two("clock-skew", "name-id-missing", "authn-instant-future", name_id=None, **flow.ahead(600)),
    _two("clock-skew", "sp-entity-id-mismatch", "authn-instant-future", audiences=(ACS,), **flow.ahead(7200)),
    _two("response-unsigned", "audience-missing", signed="none", audiences=()),
    _two("response-signature-invalid", "recipient-missing", tampered=("engineers", "owners"), recipient=None),
    _two("idp-entity-id-mismatch", "sp-entity-id-mismatch", issuer=IDP + "/", assertion_issuer=IDP + "/",
         audiences=("https://other.example.com",)),
    _two("idp-entity-id-mismatch", "name-id-missing", issuer=IDP + "/x", assertion_issuer=IDP + "/x", name_id=None,
         by=lambda: signer(1)),
    _two("name-id-transient", "attribute-email-missing", name_id="_x81", name_id_format=TRANSIENT,
         attributes=(("id", ("u-1",)), ("firstName", ("Ada",)), ("lastName", ("Lovelace",)))),
    # each of them would be told for itself
    _two("response-issuers-differ", "idp-entity-id-mismatch", issuer=IDP + "/frontend"),
    _two("name-id-missing", "attribute-id-missing", name_id=None,
         attributes=tuple(one for one in Draft().attributes if one[0] != "id")),
    _two("in-response-to-inconsistent", "name-id-missing", confirmed_for="_request-2", name_id=None),
    _two("signing-certificate-expired", "acs-url-mismatch", "certificate-expired",
         by=lambda: signer(2, expired=True), **_SLASH,
         options={"idp_metadata": lambda: trusted(signer(2, expired=True))}),
    twofold(case("two-refused-and-mismatch", "another audience, and the application's error page",
                 "service-provider-refused",
                 lambda: flow.har(status=400, page="<title>Error</title>", audiences=(SP + "/x",)),
                 received_at=None), "sp-entity-id-mismatch"),
    twofold(case("two-replayed-and-stale", "posted twice, by an unknown key", "response-replayed",
                 lambda: flow.har(times=2, by=signer(1)), received_at=None), "certificate-stale"),
    twofold(case("two-request-and-response", "an unsigned request, and another Recipient", "authn-request-unsigned",
                 lambda: flow.har(acs=ACS + "/", **_SLASH), "acs-url-not-as-requested", received_at=None,
                 idp_metadata=lambda: trusted(want_signed="true")), "acs-url-mismatch"),
)  # fmt: skip
