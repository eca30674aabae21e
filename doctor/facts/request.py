"""Facts of sign-in requests and of logout messages."""

from __future__ import annotations

from typing import Any, Final

from doctor.facts.address import DIFFERENCES, difference
from doctor.facts.fact import BOOL, NUMBER, TEXT, URL, WORDS, Fact, View, enum, given, inputs
from doctor.facts.message import RESPONSES, logout_of, partners, request_of, short
from doctor.facts.seal import seals_of
from doctor.model.message import LogoutRequest, LogoutResponse
from doctor.model.state import ABSENT, Unknown

_REQUEST: Final = ("saml-request",)
_LOGOUT: Final = ("saml-logout",)


def issuer(view: View) -> Any:
    """The entity ID under which the service provider asks."""
    return given(request_of(view).issuer)


def issuer_difference(view: View) -> Any:
    """In what the issuer of the request differs from the service provider's entity ID."""
    found = inputs(view, "sp.entity_id", "request.issuer")
    return difference(*found) if isinstance(found, tuple) else found


def acs_url(view: View) -> Any:
    """The address at which the request asks for its answer."""
    return given(request_of(view).acs_url)


def acs_difference(view: View) -> Any:
    """In what that address differs from the service provider's ACS URL."""
    found = inputs(view, "sp.acs_url", "request.acs_url")
    return difference(*found) if isinstance(found, tuple) else found


def destination(view: View) -> Any:
    """The address to which the request says it is sent."""
    return given(request_of(view).destination)


def _sso_urls(view: View) -> list[str]:
    entities = [one.entity for one in partners(view, "idp-metadata") if one.entity]
    return [end.location for entity in entities for role in entity.roles if role.name == "idp" for end in role.sso]


def destination_difference(view: View) -> Any:
    """In what Destination differs from the sign-in addresses of the identity provider's metadata; the closest one counts."""
    told, known = request_of(view).destination, _sso_urls(view)
    if not known:
        return Unknown.of("request.destination_difference")
    if not told:
        return ABSENT
    found = [difference(one, told) for one in known]
    return min(found, key=DIFFERENCES.index)


def sso_url(view: View) -> Any:
    """The sign-in address of the identity provider's metadata."""
    known = _sso_urls(view)
    return known[0] if known else Unknown.of("request.sso_url")


def signed(view: View) -> Any:
    """Whether the request carries a signature, in itself or in its address."""
    found = request_of(view)
    details = view.document.details
    if seals_of(found) or details.get("redirect_signature") is not None:
        return True
    redirect = (
        details.get("encoded") == "deflate+base64" and details.get("carried_by") != "URL" and "binding" not in details
    )
    return Unknown.of("request.signed", "the address may carry it") if redirect else False


def wanted_signed(view: View) -> Any:
    """Whether the identity provider's metadata wants requests to be signed."""
    found = [
        role.want_signed for one in partners(view, "idp-metadata") if one.entity
        for role in one.entity.roles if role.name == "idp"
    ]  # fmt: skip
    if not found:
        return Unknown.of("idp.wants_signed_requests")
    return True if any(found) else given(next((one for one in found if one is not None), None))


def contexts(view: View) -> Any:
    """The authentication contexts that the request demands, by their last word."""
    return tuple(short(one) for one in request_of(view).contexts) or ABSENT


def logout_status(view: View) -> Any:
    """The most specific status code of the answer to a logout."""
    found = logout_of(view)
    codes = found.status.codes if isinstance(found, LogoutResponse) and found.status else ()
    return short(codes[-1]) if codes else ABSENT


def logout_late(view: View) -> Any:
    """Seconds from the end of a logout request's time to its arrival; negative when in time."""
    found = logout_of(view)
    end = found.not_on_or_after if isinstance(found, LogoutRequest) else None
    if end is None or end.at is None:
        return ABSENT
    at = view["response.received_at"]
    return at if isinstance(at, Unknown) else round((at - end.at).total_seconds())


def logout_identified(view: View) -> Any:
    """Whether a logout request says whose session ends; absent for an answer."""
    found = logout_of(view)
    if not isinstance(found, LogoutRequest):
        return ABSENT
    return found.encrypted is not None or bool(found.name_id and found.name_id.value)


_ONCE: Final = ("Issuer", "Signature", "Status", "NameID", "NameIDPolicy", "Subject", "Conditions", "Extensions")


def repeated(view: View) -> Any:
    """Elements that stand more than once in the message or in an assertion where one is allowed; absent without any."""
    root: Any = view.document.element
    if root is None:
        return Unknown.of("message.repeated_elements")
    holders = [root, *root.findall("{urn:oasis:names:tc:SAML:2.0:assertion}Assertion")[:20]]
    found = []
    for one in holders:
        there = [child.tag.rpartition("}")[2] for child in one.iterchildren("*")]
        found += [name for name in _ONCE if there.count(name) > 1] if len(set(there)) < len(there) else []
    return tuple(dict.fromkeys(found)) or ABSENT


FACTS: Final = (
    Fact("request.issuer", TEXT, issuer, _REQUEST, optional=True),
    Fact("request.issuer_difference", enum(*DIFFERENCES), issuer_difference, _REQUEST, optional=True),
    Fact("request.acs_url", URL, acs_url, _REQUEST, optional=True),
    Fact("request.acs_difference", enum(*DIFFERENCES), acs_difference, _REQUEST, optional=True),
    Fact("request.destination", URL, destination, _REQUEST, optional=True),
    Fact("request.destination_difference", enum(*DIFFERENCES), destination_difference, _REQUEST, optional=True,
         label="sign-in address of the identity provider", how="--idp-metadata"),
    Fact("request.sso_url", URL, sso_url, _REQUEST),
    Fact("request.signed", BOOL, signed, _REQUEST, label="request signed", how="a captured request, or --set"),
    Fact("idp.wants_signed_requests", BOOL, wanted_signed, _REQUEST, optional=True, how="--idp-metadata"),
    Fact("request.contexts", WORDS, contexts, _REQUEST, optional=True),
    Fact("message.repeated_elements", WORDS, repeated, (*RESPONSES, *_REQUEST, *_LOGOUT), optional=True),
    Fact("logout.status", TEXT, logout_status, _LOGOUT, optional=True),
    Fact("logout.seconds_late", NUMBER, logout_late, _LOGOUT, optional=True),
    Fact("logout.identified", BOOL, logout_identified, _LOGOUT, optional=True),
)  # fmt: skip
