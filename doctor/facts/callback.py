"""Facts of callbacks and of answers of a token endpoint: what came back, and with which error."""

from __future__ import annotations

from typing import Any, Final

from doctor.facts.address import DIFFERENCES, difference
from doctor.facts.fact import BOOL, TEXT, URL, WORDS, Fact, NoDocument, View, enum, given, inputs, only
from doctor.model.oidc import Answer, Callback
from doctor.model.state import ABSENT, Unknown

_ON: Final = ("token", "callback")
_CALLBACK: Final = ("callback",)
FAMILIES: Final = {
    **dict.fromkeys(("access_denied", "consent_required", "interaction_required", "login_required",
                     "account_selection_required"), "refused"),
    **dict.fromkeys(("invalid_request", "unsupported_response_type", "request_not_supported",
                     "request_uri_not_supported", "registration_not_supported", "invalid_request_uri",
                     "invalid_request_object", "unsupported_grant_type"), "request"),
    **dict.fromkeys(("unauthorized_client", "invalid_client"), "client"), "invalid_scope": "scope",
    **dict.fromkeys(("server_error", "temporarily_unavailable"), "provider"), "invalid_grant": "grant",
}  # fmt: skip
"""The error codes of RFC 6749 and OpenID Connect Core, by who has to look at them."""


def _answered(view: View) -> Answer | Callback:
    found = view.document.oidc
    if not isinstance(found, Answer | Callback):
        raise NoDocument
    return found


def error(view: View) -> Any:
    """The error code that came back; absent where none did."""
    return given(_answered(view).error)


def family(view: View) -> Any:
    """What kind of error came back; absent where none did."""
    found = _answered(view).error
    return ABSENT if found is None else FAMILIES.get(found, "other")


def told(view: View) -> Any:
    """The error code with the provider's own words on it, without secrets and addresses of people."""
    found = _answered(view)
    parts = (found.error, found.description, found.uri and f"see {found.uri}")
    return given(": ".join(filter(None, parts))) if found.error else ABSENT


def reported_error(view: View) -> Any:
    """The error code that came back."""
    return _answered(view).error or Unknown.of("oauth.error")


def stage(view: View) -> Any:
    """Whether the error came from the authorize page or from the token endpoint."""
    found = _answered(view)
    if not found.error:
        return Unknown.of("oauth.stage")
    return "authorize" if isinstance(found, Callback) else "token"


def _callback(view: View) -> Callback:
    return only(view.document.oidc, Callback)


def callback_url(view: View) -> Any:
    """Where the provider sent the browser back to, without its query."""
    return _callback(view).url


def tokens_in_url(view: View) -> Any:
    """Whether tokens came in the address itself."""
    return any(name in _callback(view).given for name in ("access_token", "id_token"))


def repeated(view: View) -> Any:
    """The parameters that stand in the callback twice."""
    return _callback(view).repeated or ABSENT


def state_returned(view: View) -> Any:
    """Whether the callback has the parameter state."""
    return "state" in _callback(view).given


def callback_difference(view: View) -> Any:
    """In what the address that was called differs from the redirect URI that the application expects."""
    found = inputs(view, "oauth.expected_redirect_uri", "callback.url")
    if not isinstance(found, tuple):
        return found
    return difference(found[0].partition("?")[0].partition("#")[0], found[1])


FACTS: Final = (
    Fact("answer.error", TEXT, error, _ON, optional=True),
    Fact("answer.family", enum("refused", "request", "client", "scope", "provider", "grant", "other"), family, _ON,
         optional=True),
    Fact("answer.told", TEXT, told, _ON, optional=True),
    Fact("callback.url", URL, callback_url, _CALLBACK),
    Fact("callback.tokens_in_url", BOOL, tokens_in_url, _CALLBACK),
    Fact("callback.repeated", WORDS, repeated, _CALLBACK, optional=True),
    Fact("callback.state_returned", BOOL, state_returned, _CALLBACK),
    Fact("callback.redirect_difference", enum(*DIFFERENCES), callback_difference, _CALLBACK),
    Fact("oauth.error", TEXT, reported_error, _ON),
    Fact("oauth.stage", enum("authorize", "token"), stage, _ON),
)  # fmt: skip
