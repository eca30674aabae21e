"""Addresses and names that differ: ACS URL, Destination, audience, issuer, the request that is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tests.factory import clinic_flow as flow
from tests.factory import response
from tests.factory.clinic_case import Case, application, case, sent, told
from tests.factory.response import ACS, IDP, SP, Draft, signer

if TYPE_CHECKING:
    from collections.abc import Mapping

_STAGING: Final = ACS.replace("sp.example.com", "staging.sp.example.com")
_OTHER: Final = "https://other.example.com"


def _acs(name: str, change: str, address: str, **more: Any) -> Case:
    """The identity provider is set to another address: both places show it."""
    return sent(f"acs-{name}", change, "acs-url-mismatch", recipient=address, destination=address, **more)


_ACS: Final = (
    _acs("trailing-slash", "a slash at the end", ACS + "/"),
    _acs("path-case", "capital letters in the path", ACS.replace("/sso/", "/SSO/")),
    _acs("host-case", "capital letters in the host: compared character by character", ACS.replace("sp.", "SP.")),
    _acs("http", "http for https", ACS.replace("https:", "http:")),
    _acs("port", "an inner port", ACS.replace("sp.example.com", "sp.example.com:8443")),
    _acs("default-port", "the port that need not be written", ACS.replace("sp.example.com", "sp.example.com:443")),
    _acs("environment", "the staging system", _STAGING),
    _acs("environment-path", "the connection of the test environment", ACS.replace("conn_01", "conn_test_01")),
    _acs("typo", "two letters changed places", ACS.replace("example", "exmaple")),
    _acs("missing-path", "only the host", "https://sp.example.com"),
    _acs("path-cut", "the end of the path is missing", ACS.removesuffix("/conn_01")),
    _acs("space-after", "a space copied with it", ACS + " "),
    _acs("query", "a query behind it", ACS + "?tenant=acme"),
    _acs("encoded", "a character written with a percent sign", ACS.replace("conn_01", "conn%5F01")),
    _acs("other-connection", "the address of another connection", ACS.replace("conn_01", "conn_02")),
    _acs("other-host", "another application", "https://app.other.example/saml/acs"),
    _acs("typo-both-signed", "a typo, and everything is signed", ACS.replace("acs", "asc"), signed="both"),
    _acs("slash-no-destination", "a slash at the end, and no Destination", ACS + "/")._replace(
        make=lambda: response.written(Draft(recipient=ACS + "/", destination=None))
    ),
    # the request named the right address, so the second is true as well
    case("acs-slash-in-capture", "the browser posted it to the address with the slash", "acs-url-mismatch",
         lambda: flow.har(acs=ACS + "/", destination=ACS + "/", recipient=ACS + "/"),
         "acs-url-not-as-requested", received_at=None),
    case("acs-slash-in-sp-metadata", "what is expected stands in the application's metadata", "acs-url-mismatch",
         lambda: response.written(Draft(recipient=ACS + "/", destination=ACS + "/")),
         acs_url=None, sp_entity_id=None, sp_metadata=application),
)  # fmt: skip

_DESTINATIONS: Final = (
    sent("destination-old", "Destination names an old address, Recipient the right one", "destination-mismatch",
         destination="https://sp.example.com/old"),
    sent("destination-inner-port", "a proxy's inner address as Destination", "destination-mismatch",
         destination=ACS.replace("https://sp.example.com", "http://sp.example.com:8080")),
    sent("destination-missing", "a signed response without Destination (bindings 3.5.5.2)", "destination-missing",
         destination=None, signed="both"),
    sent("recipient-missing", "no Recipient", "recipient-missing", recipient=None),
    sent("recipient-missing-both-signed", "no Recipient", "recipient-missing", recipient=None, signed="both"),
    # what its request asks for is the application's ACS URL as far as anybody can see
    case("acs-not-as-requested", "the request asked for another address", "acs-url-not-as-requested",
         lambda: flow.har(destination=_STAGING, recipient=_STAGING, acs=_STAGING), "acs-url-mismatch",
         acs_url=None, sp_entity_id=None, received_at=None),
)  # fmt: skip


def _audience(name: str, change: str, *audiences: str, **more: Any) -> Case:
    return sent(f"audience-{name}", change, "sp-entity-id-mismatch", audiences=audiences, **more)


def _restricted_again(audience: str) -> tuple[tuple[str, str], ...]:
    """A second AudienceRestriction behind the first."""
    end = "</saml:AudienceRestriction>"
    return ((end, f"{end}<saml:AudienceRestriction><saml:Audience>{audience}</saml:Audience>{end}"),)


_AUDIENCES: Final = (
    _audience("other", "the audience of another application", _OTHER),
    _audience("trailing-slash", "a slash at the end", SP + "/"),
    _audience("case", "a capital letter", SP.replace("metadata", "Metadata")),
    _audience("http", "http for https", SP.replace("https", "http")),
    _audience("environment", "the staging system", SP.replace("sp.", "staging.sp.")),
    _audience("typo", "a letter is missing", SP.replace("metadata", "metdata")),
    _audience("is-acs-url", "the ACS URL where the entity ID belongs", ACS),
    _audience("host-only", "the path is missing", "https://sp.example.com"),
    _audience("space-after", "a space copied with it", SP + " "),
    _audience("spn-prefix", "the prefix that Entra puts before application ids", "spn:" + SP),
    # that there are several is true, whatever they are
    sent("audience-several-all-wrong", "two audiences, none of them ours", "sp-entity-id-mismatch",
         "audience-several", audiences=(_OTHER, SP + "/")),
    _audience("port-both-signed", "a port, and everything is signed",
              SP.replace("sp.example.com", "sp.example.com:8443"), signed="both"),
    sent("audience-missing", "no AudienceRestriction", "audience-missing", audiences=()),
    sent("audience-missing-both-signed", "no AudienceRestriction", "audience-missing", audiences=(), signed="both"),
    sent("audience-several", "ours and another's: allowed, and worth a look", "audience-several",
         audiences=(_OTHER, SP)),
    # one of the two does not name us, and each must (core 2.5.1.4)
    sent("audience-restrictions-several", "two restrictions, one leaves us out", "audience-restrictions-several",
         "sp-entity-id-mismatch", "audience-several", edited=_restricted_again(_OTHER)),
)  # fmt: skip


def _issuer(name: str, change: str, issuer: str, **more: Any) -> Case:
    return sent(f"issuer-{name}", change, "idp-entity-id-mismatch", issuer=issuer, assertion_issuer=issuer, **more)


_ISSUERS: Final = (
    _issuer("other-tenant", "another tenant of the same product, with its own key", IDP.replace("idp.", "idp2."),
            by=lambda: signer(1)),
    _issuer("other-product", "another product", "https://sts.windows.net/3f6c2d1e-7a54-4b0c-9d28-51e0c7ab9f43/",
            by=lambda: signer(1), signed="both"),
    _issuer("trailing-slash", "a slash at the end, by the right key", IDP + "/"),
    _issuer("http", "http for https, by the right key", IDP.replace("https", "http")),
    _issuer("environment", "its staging system, with its own key", IDP.replace("idp.", "staging.idp."),
            by=lambda: signer(4)),
    case("issuer-told-by-option", "the entity ID was given by hand", "idp-entity-id-mismatch", response.written,
         idp_metadata=None, idp_entity_id=IDP + "/metadata"),
    sent("issuer-missing-in-assertion", "no Issuer of the assertion (core 2.3.3)", "response-issuer-missing",
         assertion_issuer=None),
    sent("issuer-missing-in-signed-response", "no Issuer of a signed response (profiles 4.1.4.2)",
         "response-issuer-missing", issuer=None, signed="both"),
    sent("issuers-differ", "response and assertion name different issuers", "response-issuers-differ",
         issuer=IDP + "/frontend", options={"idp_metadata": None}),
)  # fmt: skip


def _answered(name: str, change: str, expected: str | None, *also: str, **changes: Any) -> Case:
    """A recorded sign-in whose request has the ID `_request-1`."""
    return case(name, change, expected, lambda: flow.har(**changes), *also, received_at=None)


_UNASKED: Final[Mapping[str, Any]] = {"in_response_to": None, "confirmed_for": None}
_ANSWERS: Final = (
    _answered("in-response-to-other", "an answer to another request", "in-response-to-mismatch",
              in_response_to="_other", confirmed_for="_other"),
    _answered("in-response-to-other-both-signed", "an answer to an older request", "in-response-to-mismatch",
              in_response_to="_request-0", confirmed_for="_request-0", signed="both"),
    sent("in-response-to-empty", "InResponseTo is there and empty", "in-response-to-empty",
         in_response_to="", confirmed_for=""),
    sent("in-response-to-inconsistent", "response and confirmation name different requests",
         "in-response-to-inconsistent", confirmed_for="_request-2"),
    sent("unsolicited", "nobody asked for it", "response-unsolicited", **_UNASKED),
    # that it is unsolicited is what is not allowed
    told(sent("idp-initiated-refused", "begun at a tile, and the connection does not take that",
              "idp-initiated-not-allowed", "response-unsolicited", **_UNASKED),
         {"connection.allows_idp_initiated": False}),
)  # fmt: skip

CASES: Final = _ACS + _DESTINATIONS + _AUDIENCES + _ISSUERS + _ANSWERS
