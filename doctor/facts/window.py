"""Facts of the times of a response: when it was made, when it arrived, for how long it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from doctor.facts.fact import BOOL, NUMBER, TIME, WORDS, Fact, View
from doctor.facts.message import RESPONSES, first_assertion, hidden, sent
from doctor.model.message import Assertion, Response
from doctor.model.state import ABSENT, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from doctor.model.message import Instant


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
    Fact("response.issued_at", TIME, issued_at, RESPONSES, optional=True),
    Fact("response.malformed_times", WORDS, malformed_times, RESPONSES, optional=True),
    Fact("response.zoneless_times", WORDS, zoneless_times, RESPONSES, optional=True),
    Fact("response.window_seconds", NUMBER, window_seconds, RESPONSES, optional=True),
    Fact("response.window_missing", BOOL, window_missing, RESPONSES, optional=True),
    Fact("response.window_contradicts", BOOL, window_contradicts, RESPONSES),
)  # fmt: skip
