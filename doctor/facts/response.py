"""Facts of a SAML response as it was sent: status, issuer, addresses, ties to the request, times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from doctor.facts.address import DIFFERENCES, difference
from doctor.facts.fact import BOOL, NUMBER, TEXT, TIME, URL, WORDS, Fact, View, enum, given, inputs
from doctor.facts.message import (
    RESPONSES,
    SAID,
    first_assertion,
    hidden,
    in_response_to,
    partners,
    request_for,
    response_of,
    sent,
    short,
)
from doctor.model.message import Assertion, Encrypted, Response
from doctor.model.state import ABSENT, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from doctor.model.document import Document, Role
    from doctor.model.message import Instant

_R: Final = ("saml-response",)
_A_RESPONSE: Final = "a captured response"
CLOCKS_AGREE: Final = 300
"""Seconds by which a clock may be off and its times still be compared with another's."""
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
    if len(found) >= 1000 or len(set(found)) == len(found):
        return ABSENT
    return tuple(sorted({one for one in found if found.count(one) > 1}))


def answered(view: View) -> Any:
    """The ID of the request that the response answers."""
    return given(in_response_to(sent(view)))


def answers_empty(view: View) -> Any:
    """Whether InResponseTo stands there and is empty."""
    return any(one == "" for one in _answers(sent(view)))


def answers_differ(view: View) -> Any:
    """Whether the response and its assertion name different requests, or only one of them names one."""
    found = set(_answers(response_of(view)))
    return len(found) > 1 and bool(found - {None, ""})


def _answers(found: Response | Assertion) -> Iterator[str | None]:
    if isinstance(found, Response):
        yield found.in_response_to
    assertion = first_assertion(found)
    yield from (
        one.in_response_to for one in (assertion.subject.confirmations if assertion and assertion.subject else ())
    )


def unsolicited(view: View) -> Any:
    """Whether the response names no request: the sign-in began at the identity provider."""
    found = sent(view)
    return Unknown.of("response.unsolicited", "encrypted") if hidden(found) and not _named(found) else not _named(found)


def _named(found: Response | Assertion) -> bool:
    return any(_answers(found))


def started_at(view: View) -> Any:
    """Where the sign-in began, as far as the response shows it."""
    found = view["response.unsolicited"]
    return found if isinstance(found, Unknown) else "identity-provider" if found else "application"


def request_known(view: View) -> Any:
    """Whether the request that the response names is among those of the same evidence.

    Unknown while no request is at hand; absent when the response names none.
    """
    wanted = in_response_to(sent(view))
    if not wanted:
        return ABSENT
    if request_for(view) is not None:
        return True
    requests = [one for one in partners(view, "saml-request") if view.document.capture is not None and one.message]
    return False if requests else Unknown.of("response.in_response_to_known")


def request_age(view: View) -> Any:
    """Seconds between the making of the request (a bookmark sends an old one) and the arrival of its answer."""
    asked = request_for(view)
    if asked is None or asked.received_at is None or view.document.received_at is None:
        return Unknown.of("login.failed_request_age_seconds")
    recorded = round((view.document.received_at - asked.received_at).total_seconds())
    return max(recorded, _age_by_instants(view, asked))


def _age_by_instants(view: View, asked: Document) -> int:
    """The age by both parties' own clocks, where neither is known to be wrong: a bookmark sends an old request."""
    made, issued = getattr(asked.message, "issue_instant", None), sent(view).issue_instant
    clocks = (view["clock.sp_ahead_seconds"], view["clock.idp_ahead_seconds"])
    if any(not isinstance(one, Unknown) and abs(one) > CLOCKS_AGREE for one in clocks):
        return 0
    if made is None or made.at is None or issued is None or issued.at is None:
        return 0
    return int((issued.at - made.at).total_seconds())


def acs_as_requested(view: View) -> Any:
    """In what the address of the response differs from the one that its request asked for."""
    asked = request_for(view)
    wanted = getattr(asked.message, "acs_url", None) if asked else None
    told = view["idp.acs_url"]
    if not wanted:
        return Unknown.of("response.acs_as_requested") if asked is None else ABSENT
    return told if isinstance(told, Unknown) or told is ABSENT else difference(wanted, told)


def requested_acs(view: View) -> Any:
    """The address at which the request asked for its answer."""
    asked = request_for(view)
    return given(getattr(asked.message, "acs_url", None)) if asked else Unknown.of("response.requested_acs_url")


def seen_before(view: View) -> Any:
    """Whether the same assertion arrived earlier in the same capture."""
    document = view.document
    assertion = first_assertion(sent(view))
    if document.capture is None or document.received_at is None or assertion is None or not assertion.id:
        return Unknown.of("response.seen_before")
    mine = _order(document)
    return any(
        _assertion_id(one.message) == assertion.id and _order(one) < mine
        for kind in RESPONSES for one in partners(view, kind)
    )  # fmt: skip


def _order(document: Any) -> int:
    return int(document.details.get("exchange") or 0)


def _assertion_id(message: Any) -> str | None:
    found = first_assertion(message)
    return found.id if found else None


def relay_state(view: View) -> Any:
    """Whether RelayState came with the response; unknown outside a capture."""
    found = view.document.details.get("relay_state")
    return Unknown.of("response.relay_state") if found is None else bool(found)


def relay_length(view: View) -> Any:
    """The length of RelayState in bytes; absent without one, unknown outside a capture."""
    found: Any = view.document.details.get("relay_length")
    return Unknown.of("message.relay_state_length") if found is None else found or ABSENT


def relay_state_lost(view: View) -> Any:
    """Whether the request was sent with RelayState and its answer came without."""
    asked = request_for(view)
    found = view["response.relay_state"]
    if isinstance(found, Unknown) or asked is None:
        return Unknown.of("response.relay_state_lost")
    return bool(asked.details.get("relay_state")) and not found


def received_at(view: View) -> Any:
    """When the response arrived: as told, else as the capture shows it, else the moment that was given for the judgement."""
    told = view["login.received_at"]
    if not isinstance(told, Unknown):
        return told
    if view.document.received_at is not None:
        return view.document.received_at
    judged = view["case.judged_at"]
    return Unknown.of("login.received_at") if isinstance(judged, Unknown) else judged


def issued_at(view: View) -> Any:
    """The IssueInstant of the message."""
    return moment(sent(view).issue_instant)


def moment(found: Instant | None) -> Any:
    """The time of an instant; absent when it is missing or is none."""
    return ABSENT if found is None or found.at is None else found.at


def malformed_times(view: View) -> Any:
    """The times of the message that are not written as SAML wants them, each by its name."""
    return (
        tuple(dict.fromkeys(name for name, one in _times(sent(view)) if one is not None and one.at is None)) or ABSENT
    )


def zoneless_times(view: View) -> Any:
    """The times of the message that are not written in UTC with a Z, each by its name."""
    found = ((name, one) for name, one in _times(sent(view)) if one is not None and one.at is not None)
    return tuple(dict.fromkeys(name for name, one in found if not one.text.strip().endswith("Z"))) or ABSENT


def _times(found: Response | Assertion) -> Iterator[tuple[str, Instant | None]]:
    yield "IssueInstant", found.issue_instant
    for assertion in found.assertions if isinstance(found, Response) else (found,):
        yield "IssueInstant", assertion.issue_instant
        if assertion.conditions:
            yield "NotBefore", assertion.conditions.not_before
            yield "NotOnOrAfter", assertion.conditions.not_on_or_after
        for one in assertion.subject.confirmations if assertion.subject else ():
            yield "NotOnOrAfter", one.not_on_or_after
        for statement in assertion.authentications:
            yield "AuthnInstant", statement.instant
            yield "SessionNotOnOrAfter", statement.session_not_on_or_after


def window(found: Response | Assertion) -> tuple[datetime | None, datetime | None]:
    """When the first assertion begins and ends to hold: the narrowest of conditions and confirmations."""
    assertion = first_assertion(found)
    if assertion is None:
        return None, None
    ends = [assertion.conditions.not_on_or_after] if assertion.conditions else []
    ends += [one.not_on_or_after for one in (assertion.subject.confirmations if assertion.subject else ())]
    known = [one.at for one in ends if one is not None and one.at is not None]
    begin = assertion.conditions.not_before if assertion.conditions else None
    return (begin.at if begin else None), min(known, default=None)


def window_seconds(view: View) -> Any:
    """For how many seconds the assertion holds, from its NotBefore (else its IssueInstant) to its end."""
    found = sent(view)
    begin, end = window(found)
    begin = begin or (found.issue_instant.at if found.issue_instant else None)
    if end is None or begin is None:
        return Unknown.of("response.window_seconds", "encrypted") if hidden(found) else ABSENT
    return round((end - begin).total_seconds())


def window_missing(view: View) -> Any:
    """Whether the assertion states no end at all."""
    found = sent(view)
    assertion = first_assertion(found)
    if assertion is None:
        return Unknown.of("response.window_missing", "encrypted") if hidden(found) else ABSENT
    ends = [one.not_on_or_after for one in (assertion.subject.confirmations if assertion.subject else ())]
    return not any([*ends, assertion.conditions and assertion.conditions.not_on_or_after])


def window_contradicts(view: View) -> Any:
    """Whether the message's own times contradict each other: it ends before it begins, or before it was issued."""
    found = sent(view)
    if window(found)[1] is None:
        return Unknown.of("response.window_contradicts", "encrypted") if hidden(found) else False
    return contradict(found)


def contradict(found: Response | Assertion) -> bool:
    """Whether the window of a message ends before it begins or before the message was issued."""
    begin, end = window(found)
    issued = found.issue_instant.at if found.issue_instant else None
    return end is not None and bool((begin and end <= begin) or (issued and end <= issued))


FACTS: Final = (
    Fact("case.judged_at", TIME, None, ("case",), label="moment of judgement", how="--at",
         meaning="The moment of judgement, where somebody named one."),
    Fact("login.received_at", TIME, None, ("case",), label="when the response arrived", how="--received-at, a capture",
         meaning="When the service provider received the response."),
    Fact("response.received_at", TIME, received_at, (*RESPONSES, "saml-logout")),
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
    Fact("response.in_response_to", TEXT, answered, RESPONSES, optional=True),
    Fact("response.in_response_to_empty", BOOL, answers_empty, RESPONSES),
    Fact("response.in_response_to_differs", BOOL, answers_differ, _R),
    Fact("response.in_response_to_known", BOOL, request_known, RESPONSES, optional=True, label="request is known",
         how=_A_CAPTURE),
    Fact("response.in_response_to_known", BOOL, None, ("case",), label="request is known", how=_A_CAPTURE,
         meaning="Whether the request that the response names (InResponseTo) is one that the application sent and awaits."),
    Fact("response.unsolicited", BOOL, unsolicited, RESPONSES),
    Fact("login.started_at", enum("application", "identity-provider"), started_at, RESPONSES),
    Fact("login.failed_request_age_seconds", NUMBER, request_age, RESPONSES, label="age of the sign-in request", how=_A_CAPTURE),
    Fact("response.acs_as_requested", enum(*DIFFERENCES), acs_as_requested, RESPONSES, optional=True, how=_A_CAPTURE,
         label="address of the response and of its request"),
    Fact("response.requested_acs_url", URL, requested_acs, RESPONSES, optional=True),
    Fact("response.seen_before", BOOL, seen_before, RESPONSES, label="used before", how=_A_CAPTURE),
    Fact("response.seen_before", BOOL, None, ("case",), label="used before", how=_A_CAPTURE,
         meaning="Whether an assertion with this ID was used before."),
    Fact("response.relay_state", BOOL, relay_state, RESPONSES),
    Fact("response.relay_state_lost", BOOL, relay_state_lost, RESPONSES, label="RelayState", how=_A_CAPTURE),
    Fact("message.relay_state_length", NUMBER, relay_length, (*RESPONSES, "saml-request"), optional=True, how=_A_CAPTURE,
         label="RelayState"),
    Fact("response.issued_at", TIME, issued_at, RESPONSES, optional=True),
    Fact("response.malformed_times", WORDS, malformed_times, RESPONSES, optional=True),
    Fact("response.zoneless_times", WORDS, zoneless_times, RESPONSES, optional=True),
    Fact("response.window_seconds", NUMBER, window_seconds, RESPONSES, optional=True),
    Fact("response.window_missing", BOOL, window_missing, RESPONSES, optional=True),
    Fact("response.window_contradicts", BOOL, window_contradicts, RESPONSES),
)  # fmt: skip
