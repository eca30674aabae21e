"""Facts of a SAML response as it was sent: status, issuer, addresses, ties to the request, times."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from doctor.facts.address import DIFFERENCES, difference
from doctor.facts.fact import BOOL, NUMBER, TEXT, URL, WORDS, Fact, View, enum, given, inputs
from doctor.facts.message import (
    RESPONSES,
    SAID,
    first_assertion,
    hidden,
    partners,
    response_of,
    sent,
    short,
)
from doctor.model.message import Assertion, Encrypted, Response
from doctor.model.state import ABSENT, Unknown

if TYPE_CHECKING:
    from doctor.model.document import Role

_R: Final = ("saml-response",)
_A_RESPONSE: Final = "a captured response"
_A_CAPTURE: Final = "a capture of the whole sign-in"


def issuer(view: View) -> Any:
    """The entity ID of whoever issued the message."""
    found = sent(view)
    assertion = first_assertion(found)
    return given(found.issuer or (assertion.issuer if assertion else None))


def issuer_missing(view: View) -> Any:
    """Whether the assertion, a response without one, or a response that is signed as a whole names no issuer."""
    whole = sent(view)
    signed = isinstance(whole, Response) and any(one.over == "Response" for one in whole.seals)
    return not (first_assertion(whole) or whole).issuer or (signed and not whole.issuer)


def issuers_differ(view: View) -> Any:
    """Whether the response and its assertion name different issuers."""
    found = response_of(view)
    assertion = first_assertion(found)
    return bool(assertion and found.issuer and assertion.issuer and found.issuer != assertion.issuer)


def issuer_difference(view: View) -> Any:
    """In what an issuer differs from the entity ID that the identity provider is known to have: both are compared."""
    found = inputs(view, "idp.expected_entity_id", "idp.entity_id")
    return difference(*found) if isinstance(found, tuple) else found


def expected_entity_id(view: View) -> Any:
    """The entity ID that the identity provider is known to have: as told, else that of its metadata at hand.

    With several providers' metadata it is that of the issuer, when it is among them.
    """
    told = _behind(view, "idp.expected_entity_id")
    offered = [one.entity.entity_id for one in partners(view, "idp-metadata") if one.entity and one.entity.entity_id]
    if not isinstance(told, Unknown) or not offered:
        return told
    issuer = getattr(view.document.message, "issuer", None)
    return offered[0] if len(set(offered)) == 1 else issuer if issuer in offered else told


def own_acs_url(view: View) -> Any:
    """The service provider's ACS URL: as told, else that of its metadata at hand."""
    told = _behind(view, "sp.acs_url")
    ends = [end for role in _own_roles(view) for end in role.acs if end.binding == "post"]
    if not isinstance(told, Unknown) or not ends:
        return told
    return next((end.location for end in ends if end.is_default), ends[0].location)


def own_entity_id(view: View) -> Any:
    """The service provider's entity ID: as told, else that of its metadata at hand."""
    told = _behind(view, "sp.entity_id")
    named = {one.entity.entity_id for one in partners(view, "sp-metadata") if one.entity and one.entity.entity_id}
    return named.pop() if isinstance(told, Unknown) and len(named) == 1 else told


def _behind(view: View, name: str) -> Any:
    """What the case knows of a fact."""
    return Unknown.of(name) if view.parent is None else view.parent[name]


def _own_roles(view: View) -> list[Role]:
    entities = [one.entity for one in partners(view, "sp-metadata") if one.entity]
    return [role for one in entities for role in one.roles if role.name == "sp"]


def seen_entity_id(view: View) -> Any:
    """The issuer, of response and assertion the one that is not the expected."""
    expected, own = view["idp.expected_entity_id"], view["sp.entity_id"]
    if view.document.kind == "saml-logout" and own == getattr(view.document.message, "issuer", None):
        return ABSENT  # a logout message of the application itself
    named = [one for one in _issuers(view.document.message) if one]
    return next(
        (one for one in named if not isinstance(expected, Unknown) and one != expected),
        given(named[0] if named else None),
    )


def _issuers(message: Any) -> list[str | None]:
    assertion = first_assertion(message)
    return [getattr(message, "issuer", None), assertion.issuer if assertion else None]


def status(view: View) -> Any:
    """The most specific status code of the response, without its URN."""
    codes = _codes(view)
    return short(codes[-1]) if codes else ABSENT


def _codes(view: View) -> tuple[str, ...]:
    found = response_of(view).status
    return tuple(code for code in found.codes if code) if found else ()


def version(view: View) -> Any:
    """The SAML version that the message states, of response and assertion the one that is not 2.0."""
    found = view.document.message
    if not isinstance(found, Response | Assertion):
        return Unknown.of("response.version")
    assertion = first_assertion(found)
    named = [found.version, assertion.version if assertion else None]
    return next((one for one in named if one and one != "2.0"), given(named[0]))


def destination(view: View) -> Any:
    """The address in the response's Destination."""
    found = response_of(view).destination
    return ABSENT if found is None else found


def destination_difference(view: View) -> Any:
    """In what Destination differs from the address to which the response was posted, else from Recipient."""
    told, posted = response_of(view).destination, view.document.details.get("posted_to")
    against = str(posted) if posted else recipient_of(sent(view))
    return difference(against, told) if told is not None and against else ABSENT


def destination_acs_difference(view: View) -> Any:
    """In what Destination differs from the service provider's ACS URL."""
    told, own = response_of(view).destination, view["sp.acs_url"]
    if told is None:
        return ABSENT
    return own if isinstance(own, Unknown) else difference(own, told)


def destination_compared_with(view: View) -> Any:
    """The address that Destination is compared with: where the response was posted, else its Recipient."""
    posted = view.document.details.get("posted_to")
    return str(posted) if posted else given(recipient_of(sent(view)))


def recipient_of(message: Response | Assertion) -> str | None:
    """The Recipient of the first confirmation that has one."""
    assertion = first_assertion(message)
    confirmations = assertion.subject.confirmations if assertion and assertion.subject else ()
    return next((one.recipient for one in confirmations if one.recipient), None)


def acs_url(view: View) -> Any:
    """The address to which the response was sent: its Recipient, else its Destination."""
    found = sent(view)
    told = recipient_of(found) or (found.destination if isinstance(found, Response) else None)
    return Unknown.of("idp.acs_url", "encrypted") if told is None and hidden(found) else given(told)


def has_assertion(view: View) -> Any:
    """Whether the response carries an assertion, in plain or encrypted."""
    found = sent(view)
    return isinstance(found, Assertion) or found.assertion_count > 0 or bool(found.encrypted)


def assertion_count(view: View) -> Any:
    """How many assertions the response carries, encrypted ones included."""
    found = response_of(view)
    return found.assertion_count + len(found.encrypted)


def stray_assertions(view: View) -> Any:
    """How many assertions stand where none belongs: inside extensions, signatures, other assertions."""
    return response_of(view).stray_assertions


def encrypted(view: View) -> Any:
    """Whether an assertion is encrypted."""
    found = view.document.message
    return isinstance(found, Encrypted) or (isinstance(found, Response) and bool(found.encrypted))


def ids_missing(view: View) -> Any:
    """Whether the response or its assertion has no ID."""
    found = sent(view)
    parts = [found, *(found.assertions if isinstance(found, Response) else ())]
    return any(not one.id for one in parts)


def duplicate_ids(view: View) -> Any:
    """IDs that more than one element of the message has; absent when each is used once."""
    root: Any = view.document.element
    if root is None:
        return ABSENT
    found = [one for element in root.getroottree().getroot().iter("*") if (one := element.get("ID")) is not None]
    return tuple(sorted(one for one, times in Counter(found).items() if times > 1)) or ABSENT


FACTS: Final = (
    Fact("response.issuer", TEXT, issuer, RESPONSES, optional=True, label="issuer of the response", how=_A_RESPONSE),
    Fact("response.issuer_missing", BOOL, issuer_missing, RESPONSES),
    Fact("response.issuers_differ", BOOL, issuers_differ, _R),
    Fact("idp.expected_entity_id", TEXT, expected_entity_id, (*RESPONSES, "saml-logout")),
    Fact("sp.acs_url", URL, own_acs_url, RESPONSES),
    Fact("sp.entity_id", TEXT, own_entity_id, (*RESPONSES, "saml-logout")),
    Fact("idp.entity_id", TEXT, seen_entity_id, (*RESPONSES, "saml-logout"), optional=True),
    Fact("idp.entity_id_difference", enum(*DIFFERENCES), issuer_difference, (*SAID, "saml-logout"), optional=True),
    Fact("response.status", TEXT, status, _R, optional=True, label="status of the response", how=_A_RESPONSE),
    Fact("response.version", TEXT, version, RESPONSES, optional=True),
    Fact("response.destination", URL, destination, _R, optional=True),
    Fact("response.destination_difference", enum(*DIFFERENCES), destination_difference, _R, optional=True),
    Fact("destination.acs_difference", enum(*DIFFERENCES), destination_acs_difference, _R, optional=True),
    Fact("response.destination_compared_with", URL, destination_compared_with, _R, optional=True),
    Fact("idp.acs_url", URL, acs_url, RESPONSES, optional=True),
    Fact("response.has_assertion", BOOL, has_assertion, RESPONSES),
    Fact("response.assertion_count", NUMBER, assertion_count, _R),
    Fact("response.stray_assertions", NUMBER, stray_assertions, _R),
    Fact("response.encrypted", BOOL, encrypted, RESPONSES, label="assertion encrypted", how=_A_RESPONSE),
    Fact("response.ids_missing", BOOL, ids_missing, RESPONSES),
    Fact("response.duplicate_ids", WORDS, duplicate_ids, RESPONSES, optional=True),
)  # fmt: skip
