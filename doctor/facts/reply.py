"""Facts of a response as an answer: to which request, with which RelayState, and whether it came before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from doctor.facts.address import DIFFERENCES, difference
from doctor.facts.fact import BOOL, NUMBER, TEXT, URL, Fact, View, enum, given
from doctor.facts.message import (
    RESPONSES,
    first_assertion,
    hidden,
    in_response_to,
    partners,
    request_for,
    response_of,
    sent,
)
from doctor.model.message import Assertion, Response
from doctor.model.state import ABSENT, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from doctor.model.document import Document

CLOCKS_AGREE: Final = 300
"""Seconds by which a clock may be off and its times still be compared with another's."""
_R: Final = ("saml-response",)
_A_CAPTURE: Final = "a capture of the whole sign-in"


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


FACTS: Final = (
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
)  # fmt: skip
