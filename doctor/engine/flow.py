"""The flow of a sign-in as a short table: who sent what to whom, when, signed by what.

A row is JSON data: `at` (ISO 8601 or null), `from`, `to`, `what`, `signed`; null where nothing is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from doctor.facts.message import first_assertion, hidden, short
from doctor.model.message import Assertion, AuthnRequest, LogoutRequest, LogoutResponse, Response
from doctor.model.shape import masked, shape
from doctor.model.state import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from doctor.facts.fact import View
    from doctor.model.capture import Exchange
    from doctor.model.message import Instant

Row = dict[str, str | None]
MAX_ROWS: Final = 40
_NAMES: Final = {
    AuthnRequest: "sign-in request", LogoutRequest: "logout request", LogoutResponse: "logout answer",
    Response: "response", Assertion: "assertion",
}  # fmt: skip
_STEPS: Final = {
    "oauth-authorize": "OAuth sign-in request", "oauth-callback": "OAuth callback",
    "oauth-token": "OAuth token request",
    "scim": "SCIM request", "error-page": "error page", "sp-answer": "page after the response", "other": "page",
    "saml-request": "sign-in request", "saml-response": "response",
}  # fmt: skip
_STATES: Final = {
    "valid": "valid", "untrusted-key": "key not trusted", "invalid": "does not fit",
    "covers-other": "covers something else",
    "unsupported": "refused", "not-judged": "not judged",
}  # fmt: skip


def of_message(view: View, *, show_personal: bool) -> list[Row]:
    """The one row of a message by itself; empty for documents that are none."""
    return [_message_row(view, None, show_personal=show_personal)] if type(view.document.message) in _NAMES else []


def of_capture(whole: View, parts: list[View], *, show_personal: bool) -> list[Row]:
    """A row for each exchange of a capture, in the order of time."""
    capture = whole.document.capture
    if capture is None or whole.document.kind != "capture":
        return []
    held = {int(str(view.document.details.get("exchange", -1))): view for view in parts}
    rows = []
    for number, exchange in enumerate(capture.exchanges[:MAX_ROWS]):
        view = held.get(number)
        if view is not None and type(view.document.message) in _NAMES:
            rows.append(_message_row(view, exchange, show_personal=show_personal))
        else:
            rows.append(_exchange_row(exchange))
    return rows


def _message_row(view: View, exchange: Exchange | None, *, show_personal: bool) -> Row:
    message: Any = view.document.message
    at = exchange.sent if exchange is not None and exchange.sent else _moment(message.issue_instant)
    posted = view.document.details.get("posted_to") or (exchange.url if exchange else None)
    to = getattr(message, "destination", None) or posted or _recipient(message)
    what = " ".join([_NAMES[type(message)], *_said(message, show_personal=show_personal)])
    if exchange is not None and exchange.status and exchange.kind == "saml-response":
        what += f", answered with HTTP {exchange.status}"
    return _row(at, message.issuer or _assertion_issuer(message), to, what, _signed(view))


def _row(at: datetime | None, sender: str | None, to: object, what: str, signed: str | None) -> Row:
    told = None if at is None else at.isoformat(timespec="seconds").replace("+00:00", "Z")
    return {"at": told, "from": sender, "to": None if to is None else str(to), "what": what, "signed": signed}


def _moment(instant: Instant | None) -> datetime | None:
    return instant.at if instant else None


def _recipient(message: Any) -> str | None:
    assertion = first_assertion(message)
    found = assertion.subject.confirmations if assertion and assertion.subject else ()
    return next((one.recipient for one in found if one.recipient), None)


def _assertion_issuer(message: Any) -> str | None:
    assertion = first_assertion(message)
    return assertion.issuer if assertion else None


def _said(message: Any, *, show_personal: bool) -> Iterator[str]:
    status = getattr(message, "status", None)
    if status is not None and status.codes:
        yield short(status.codes[-1]) or "without status"
        if status.message:
            yield f"“{status.message if show_personal else masked(status.message)}”"
    if isinstance(message, Response) and message.encrypted:
        yield "(encrypted)"
    assertion = first_assertion(message)
    name_id = assertion.subject.name_id if assertion and assertion.subject else getattr(message, "name_id", None)
    if name_id is not None and name_id.value:
        yield f"for {name_id.value if show_personal else shape(name_id.value)}"


def _signed(view: View) -> str | None:
    """What is signed, with what, by whom, and what verifying it came to where it could be verified."""
    seals = view["response.seals"]
    if isinstance(seals, Unknown):
        return None
    if not seals:
        return _without_seal(view)
    verdicts = view["response.signatures"]
    known = not isinstance(view["idp.trusted_certificates"], Unknown)
    states = [one.state for one in verdicts] if known and not isinstance(verdicts, Unknown) else []
    told = "; ".join(_seal(one, states[n] if n < len(states) else None) for n, one in enumerate(seals[:4]))
    return told if known or type(view.document.message) is AuthnRequest else f"{told} (not verified: no certificates)"


def _without_seal(view: View) -> str:
    if hidden(view.document.message):
        return "unknown (encrypted)"
    return "address" if view.document.details.get("redirect_signature") is not None else "nothing"


def _seal(seal: Any, state: str | None) -> str:
    by = f" by {seal.carried}" if isinstance(seal.carried, str) else ""
    told = f"{seal.over.lower()} {seal.algorithm}{by}"
    return f"{told}, {_STATES.get(state, state)}" if state else told


def _exchange_row(exchange: Exchange) -> Row:
    what = _STEPS.get(exchange.kind, exchange.kind)
    if exchange.oauth and exchange.oauth.error:
        what += f": {exchange.oauth.error}"
    if exchange.scim:
        what = f"SCIM {exchange.method} {exchange.scim.resource}"
    if exchange.status:
        what += f", HTTP {exchange.status}"
    return _row(exchange.sent, None, exchange.host or exchange.url, what, None)
