"""Pairs of times in documents: what each message and each HTTP answer shows of its party's clock.

The recorder's clock is the one that told when something was sent, answered or received. Issue instants are the clock
of whoever signs; `Date` is the clock of the server in front, which need not be the same machine. So they are read as
one clock where they agree, and as two where they do not.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from doctor.facts.message import RESPONSES, in_response_to
from doctor.facts.offset import Reading, Span, estimate
from doctor.model.message import Assertion, AuthnRequest, Response
from doctor.model.state import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from doctor.facts.fact import View
    from doctor.model.capture import Capture, Exchange
    from doctor.model.document import Document
    from doctor.model.message import Instant

_FRONTS: Final = {"idp": "idp-front", "sp": "sp-front"}
_UNCACHED: Final = (302, 303, 307)
_PROMPT: Final = timedelta(minutes=5)
"""Within this time a message is sent after it was made, when nothing holds it up."""
_PLAUSIBLE: Final = timedelta(days=90)
_PLAUSIBLE_UNTOLD: Final = timedelta(days=7)


def of_view(view: View) -> list[Reading]:
    """The readings of the document in view and of all that belong to the same sign-in or case."""
    documents = _documents(view)
    told = _told(view, documents)
    found = [reading for one in documents for reading in of_document(one, told, documents)]
    for capture, parts in _captures(documents):
        found += of_exchanges(capture, parts)
        found += _both_behind(parts)
    return merged(list(dict.fromkeys(found)))


def _documents(view: View) -> list[Document]:
    """All documents in reach, each once; the messages of a capture with the capture that holds their times."""
    around = list(view.around)
    own = [view.document] if view.has_document and not any(one is view.document for one in around) else []
    whole = {id(one): one for one in (*own, *around)}
    opened = (
        part._replace(capture=one.capture) for one in whole.values() for part in one.parts if id(part) not in whole
    )
    return [*whole.values(), *opened]


def _told(view: View, documents: list[Document]) -> datetime | None:
    """The receipt that somebody told, when it can only be that of one response."""
    loose = [one for one in documents if one.kind in RESPONSES and one.received_at is None and _exchange(one) is None]
    for name in ("login.received_at", "case.judged_at"):
        told: Any = view[name]
        if not isinstance(told, Unknown) and told and len(loose) == 1:
            return told  # type: ignore[no-any-return]
    return None


def of_document(document: Document, told: datetime | None, around: Iterable[Document] = ()) -> Iterator[Reading]:
    """What one message shows: when it says that it was made, against when it was under way.

    `told` is the receipt where the document itself knows none; the request that it answers is looked for in `around`.
    """
    message = document.message
    exchange = _exchange(document)
    if isinstance(message, AuthnRequest):
        before = exchange.sent if exchange else document.received_at
        yield from _issued("sp", f"{document.name}: IssueInstant", message.issue_instant, None, before)
    elif isinstance(message, Response | Assertion):
        before = _made_by(exchange) or document.received_at or told
        after = _asked(document, message, around)
        for name, instant in _instants(message):
            asked = after if name == "IssueInstant" else None
            yield from _issued("idp", f"{document.name}: {name}", instant, asked, before)
        yield from _certified(document, message, before)


def _instants(message: Response | Assertion) -> Iterator[tuple[str, Instant | None]]:
    """The instants of a message, of the same clock: an authentication after the issue is another machine's."""
    yield "IssueInstant", message.issue_instant
    issued = message.issue_instant.at if message.issue_instant else None
    for one in message.assertions if isinstance(message, Response) else (message,):
        yield "IssueInstant", one.issue_instant
        for statement in one.authentications:
            if statement.instant and not (issued and statement.instant.at and statement.instant.at > issued):
                yield "AuthnInstant", statement.instant


def _issued(
    party: str, source: str, instant: Instant | None, after: datetime | None, before: datetime | None
) -> Iterator[Reading]:
    if instant is not None and instant.at is not None and (after or before):
        resolution = 0.0 if "." in instant.text else 1.0
        yield Reading(party, "issue-instant", instant.at, after, before, resolution, source)


def _certified(document: Document, message: Response | Assertion, before: datetime | None) -> Iterator[Reading]:
    """A signature is not older than its certificate: only where it seems so, the clock (or the certificate) is off.

    By months it is neither, but a message that was made up or signed anew; the more so when nobody knows its receipt.
    """
    seals = message.seals if isinstance(message, Response) else (message.seal,)
    begins = [one.certificate.not_before for one in seals if one and one.certificate and one.certificate.not_before]
    instant = message.issue_instant
    if begins and instant is not None and instant.at is not None:
        young = max(begins) - instant.at
        if timedelta(0) < young <= (_PLAUSIBLE if before else _PLAUSIBLE_UNTOLD):
            source = f"{document.name}: IssueInstant before its certificate began"
            yield Reading("idp", "certificate", instant.at, max(begins), None, 1.0, source)


def _exchange(document: Document) -> Exchange | None:
    """The exchange of a capture that carried this message."""
    number = document.details.get("exchange")
    exchanges = document.capture.exchanges if document.capture else ()
    return exchanges[number] if isinstance(number, int) and 0 <= number < len(exchanges) else None


def _made_by(exchange: Exchange | None) -> datetime | None:
    """When the message was there at the latest: on a page that had come, or in a request that was sent."""
    if exchange is None or exchange.message is None:
        return None
    return exchange.answered if exchange.message.carrier == "page" else exchange.sent


def _asked(document: Document, message: Response | Assertion, around: Iterable[Document]) -> datetime | None:
    """When the request that this answers was sent; without a recorder, when it says that it was made."""
    wanted = in_response_to(message)
    for one in around if wanted else ():
        if isinstance(one.message, AuthnRequest) and one.message.id == wanted and one.capture is document.capture:
            exchange, instant = _exchange(one), one.message.issue_instant
            if exchange is not None and exchange.sent is not None:
                return exchange.sent
            return instant.at if instant and one.capture is None else None
    return None


def _captures(documents: list[Document]) -> Iterator[tuple[Capture, list[Document]]]:
    found = {id(one.capture): one.capture for one in documents if one.capture is not None}
    for key, capture in found.items():
        yield capture, [one for one in documents if id(one.capture) == key and one.message is not None]


def _both_behind(parts: list[Document]) -> Iterator[Reading]:
    """Both parties' messages look equally old when the recorder sends them: it is the recorder that is ahead.

    A request may be old (a bookmark) and so may a response (a slow person), but hardly by the same time.
    """
    lags = [(one, lag) for one in parts if (lag := _lag(one)) is not None]
    asked = [pair for pair in lags if isinstance(pair[0].message, AuthnRequest)]
    answered = [pair for pair in lags if isinstance(pair[0].message, Response)]
    for (request, early), (response, late) in ((a, b) for a in asked[:5] for b in answered[:5]):
        if min(early, late) > _PROMPT and abs(early - late) <= _PROMPT:
            for party, one in (("sp", request), ("idp", response)):
                exchange, instant = _exchange(one), getattr(one.message, "issue_instant", None)
                if exchange is not None and exchange.sent is not None:
                    yield from _issued(
                        party, f"{one.name}: IssueInstant", instant, exchange.sent - _PROMPT, exchange.sent
                    )
            return


def _lag(document: Document) -> timedelta | None:
    """How long before its sending, by the recorder's clock, a message says that it was made."""
    exchange = _exchange(document)
    instant: Instant | None = getattr(document.message, "issue_instant", None)
    if exchange is None or exchange.sent is None or instant is None or instant.at is None:
        return None
    return exchange.sent - instant.at


def of_exchanges(capture: Capture, parts: Iterable[Document]) -> Iterator[Reading]:
    """The HTTP dates of both parties' servers in a capture; `parts` are its messages, which tell whose server is which."""
    owners = _owners(parts)
    for number, one in enumerate(capture.exchanges):
        party = owners.get(one.host)
        if party is not None and one.date is not None and one.sent is not None:
            yield of_date(_FRONTS[party], one, one.date, f"Date of {one.host}, exchange {number + 1}")


def _owners(parts: Iterable[Document]) -> dict[str, str]:
    """Whose server each host is; a host that is both parties' is nobody's."""
    claims: dict[str, set[str]] = {}
    for part in parts:
        exchange = _exchange(part)
        if exchange is not None and exchange.message is not None and not _is_logout(part):
            answer = isinstance(part.message, Response)
            idp = answer == (exchange.message.carrier == "page")
            claims.setdefault(exchange.host, set()).add("idp" if idp else "sp")
    return {host: next(iter(parties)) for host, parties in claims.items() if len(parties) == 1}


def _is_logout(part: Document) -> bool:
    return not isinstance(part.message, Response | AuthnRequest)


def of_date(party: str, one: Exchange, date: datetime, source: str) -> Reading:
    """One HTTP `date` (RFC 9110, 6.6.1): made between the request and the end of its answer.

    A stored answer keeps its old Date, so its age is allowed for (RFC 9111, 5.1), and what a browser may have stored
    bounds the clock from one side only.
    """
    hints = dict(one.hints)
    after = one.sent if one.method == "POST" or one.status in _UNCACHED or "age" in hints else None
    if after is not None and hints.get("age", "").isdigit():
        after -= timedelta(seconds=min(int(hints["age"]), 10**9) + 1)
    return Reading(party, "http-date", date, after, one.answered, 1.0, source)


def merged(readings: list[Reading]) -> list[Reading]:
    """Date and issue instants of a party as one clock, unless no constant offset explains both."""
    seen = {one.party for one in readings}
    for party, front in _FRONTS.items():
        if front not in seen:
            continue
        both = estimate(party, readings), estimate(front, readings)
        apart = any(one.contradictory for one in both) or Span.and_(both[0].span, both[1].span).empty
        if not apart:
            readings = [one._replace(party=party) if one.party == front else one for one in readings]
    return readings
