"""Facts of a capture: what was recorded of a sign-in, and how it went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from doctor.facts.fact import BOOL, NUMBER, TEXT, URL, Fact, NoDocument, View, enum, given, words
from doctor.facts.message import RESPONSES
from doctor.model.state import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from doctor.model.capture import Capture, Exchange

_ON: Final = ("capture",)
NOTES: Final = (
    "cut-short", "too-many-entries", "too-many-exchanges", "entry-unreadable", "time-unreadable", "message-removed",
    "message-unreadable", "message-too-large",
)  # fmt: skip


def capture_of(view: View) -> Capture:
    """The capture in view. Raises `NoDocument`."""
    found = view.document.capture
    if found is None:
        raise NoDocument
    return found


def _of(view: View, *kinds: str) -> Iterator[Exchange]:
    return (one for one in capture_of(view).exchanges if one.kind in kinds)


def exchanges(view: View) -> Any:
    """How many exchanges are kept."""
    return len(capture_of(view).exchanges)


def notes(view: View) -> Any:
    """What went wrong while the capture was read."""
    return capture_of(view).notes


def waiting(view: View) -> Any:
    """Whether a sign-in request was sent and nothing came back: neither a response nor an OAuth callback."""
    if "cut-short" in capture_of(view).notes:
        return Unknown.of("capture.request_unanswered", "the capture is incomplete")
    answered = any(one.kind in RESPONSES for one in view.document.parts) or any(
        _of(view, "oauth-callback", "saml-response")
    )
    return any(one.kind == "saml-request" for one in view.document.parts) and not answered


def _answer(view: View) -> Exchange | None:
    """The exchange in which the service provider answered to the last response: the post itself, else the page after it."""
    posts = [one for one in _of(view, "saml-response") if one.message and one.message.carrier == "request"]
    pages = list(_of(view, "sp-answer", "error-page"))
    return next((one for one in reversed([*posts, *pages]) if (one.status or 0) >= 400), posts[-1] if posts else None)


def refused(view: View) -> Any:
    """Whether the service provider answered to the response with an error; unknown when no answer was recorded."""
    found = _answer(view)
    if found is None or found.status is None or found.status == 0:
        return Unknown.of("capture.sp_refused", "no answer was recorded")
    return found.status >= 400


def refused_status(view: View) -> Any:
    """The HTTP status with which the service provider answered to the response."""
    found = _answer(view)
    return given(found.status if found else None)


def oauth_error(view: View) -> Any:
    """The error code of the last OAuth exchange that failed."""
    found = next((one.oauth.error for one in reversed(_oauth(view)) if one.oauth and one.oauth.error), None)
    return found or Unknown.of("oauth.error")


def oauth_stage(view: View) -> Any:
    """Whether the failing OAuth exchange was at the authorization or at the token endpoint."""
    failed = next((one for one in reversed(_oauth(view)) if one.oauth and one.oauth.error), None)
    return Unknown.of("oauth.stage") if failed is None else "token" if failed.kind == "oauth-token" else "authorize"


def _oauth(view: View) -> list[Exchange]:
    return list(_of(view, "oauth-authorize", "oauth-callback", "oauth-token"))


def authorize_requests(view: View) -> Any:
    """How many times the browser was sent to the provider's sign-in address."""
    found = [one for one in capture_of(view).exchanges if one.kind in ("oauth-authorize", "saml-request")]
    return sum(1 for one in found if one.host)  # messages pasted one after the other are no visits


def sent_redirect_uri(view: View) -> Any:
    """The redirect URI that the application sent."""
    found = next(
        (one.oauth.redirect_uri for one in _of(view, "oauth-authorize") if one.oauth and one.oauth.redirect_uri), None
    )
    return found or Unknown.of("oauth.expected_redirect_uri")


def scim_status(view: View) -> Any:
    """The HTTP status of the last SCIM request that failed."""
    found = next((one.status for one in reversed(list(_of(view, "scim"))) if (one.status or 0) >= 400), None)
    return found or Unknown.of("scim.status")


FACTS: Final = (
    Fact("capture.exchanges", NUMBER, exchanges, _ON),
    Fact("capture.notes", words(*NOTES), notes, _ON),
    Fact("capture.request_unanswered", BOOL, waiting, _ON),
    Fact("capture.sp_refused", BOOL, refused, _ON),
    Fact("capture.sp_status", NUMBER, refused_status, _ON, optional=True),
    Fact("oauth.error", TEXT, oauth_error, _ON),
    Fact("oauth.stage", enum("authorize", "token"), oauth_stage, _ON),
    Fact("oauth.authorize_requests", NUMBER, authorize_requests, _ON),
    Fact("oauth.expected_redirect_uri", URL, sent_redirect_uri, _ON),
    Fact("scim.status", NUMBER, scim_status, _ON),
)  # fmt: skip
