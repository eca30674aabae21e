"""Which part of an authorization request a provider refuses: found by comparing its answers, never by one string.

Providers answer the same mistake with a page, with JSON, with a redirect, or with a bare 200. So the request is sent
again with one part made up, or with one part changed, and the answers are held against each other: who treats a made-up
client like the given one refuses (or does not look at) the client. Being sent back to the redirect URI proves that
client and redirect URI are accepted (RFC 6749, 4.1.2.1).
"""

from __future__ import annotations

import secrets as chance
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlsplit, urlunsplit

if TYPE_CHECKING:
    from doctor.model.oidc_probe import Attempt
    from doctor.sources.oidc import Wanted
    from doctor.sources.oidc_authorize import Door

_SILENT: Final = ("login_required", "interaction_required", "consent_required", "account_selection_required")
"""What a request with prompt=none is answered by a provider that has nothing against it (Core, 3.1.2.6)."""
_CLIENT: Final = ("invalid_client", "unauthorized_client", "unknown_client", "application_not_found", "AADSTS700016")
_REDIRECT: Final = ("redirect_uri_mismatch", "invalid_redirect_uri", "AADSTS50011")
_TYPES: Final = ("unsupported_response_type", "unauthorized_client")
_PAGES: Final = ("login-page", "other-page", "left-provider")
_NEAR: Final = 6
_SCOPES: Final = 6


class Drilled(NamedTuple):
    """What the comparison came to. `refused` is a word of `facts.oauth.REFUSED`; None is not known."""

    refused: str
    told: str | None = None
    error: str | None = None
    redirect_accepted: bool | None = None
    registered: str | None = None
    any_redirect: bool | None = None
    client_known: bool | None = None
    scope: str | None = None
    pkce_required: bool | None = None
    left_for: str | None = None


def drill(door: Door) -> Drilled:
    """Send the request, and as many others as it takes to tell what is refused."""
    first = door.attempt("as asked")
    if first.ended == "no-answer":
        return Drilled("undecided", first.told)
    if door.wanted.redirect_uri is None:
        return _client_alone(door, first)
    if first.returned:
        return _returned(door, first)
    silent = door.attempt("prompt=none", silent=True)
    if silent.returned:
        found = _returned(door, silent) if silent.code not in _SILENT else _accepted(door, silent, first)
        return found._replace(left_for=first.host)
    return _compared(door, first)


def _client_alone(door: Door, first: Attempt) -> Drilled:
    """Without a redirect URI only the client can be told: whether a made-up one is answered otherwise."""
    other = door.attempt("made-up client", client_id=_nobody())
    if first.look != other.look:
        return Drilled("undecided", client_known=True)
    refused = first.ended == "error-page" and first.code in _CLIENT
    return Drilled(
        "client" if refused else "undecided", first.told if refused else None, client_known=False if refused else None
    )


# ── the browser came back: client and redirect URI are accepted ────────────────────────────────────────────


def _accepted(door: Door, silent: Attempt, first: Attempt) -> Drilled:
    return Drilled(
        "nothing", redirect_accepted=True, any_redirect=_any_redirect(door), client_known=_client_known(door, silent),
        left_for=first.host,
    )  # fmt: skip


def _any_redirect(door: Door) -> bool:
    """Whether a made-up redirect URI is sent back to as well."""
    return door.attempt("made-up redirect URI", silent=True, redirect_uri=_made_up(door.wanted)).returned


def _client_known(door: Door, like: Attempt) -> bool | None:
    """True where a made-up client is answered otherwise; a provider that does not look at clients tells nothing."""
    return True if door.attempt("made-up client", silent=True, client_id=_nobody()).look != like.look else None


def _returned(door: Door, first: Attempt) -> Drilled:
    """The request came back to the redirect URI, with a code or an error."""
    base = Drilled("nothing", first.told, first.code, redirect_accepted=True, any_redirect=_any_redirect(door))
    if first.ended == "returned-code" or first.code in _SILENT:
        return base._replace(client_known=_client_known(door, first), told=None, error=None)
    base = base._replace(client_known=True)
    if first.code == "invalid_scope":
        return base._replace(refused="scope", scope=_scope(door, first))
    if not door.wanted.pkce and _helps(door, first, pkce=True):
        return base._replace(refused="pkce-missing", pkce_required=True)
    if first.code in _TYPES:
        return base._replace(refused="response-type")
    scope = _scope(door, first) if _helps(door, first, scopes=("openid",)) else None
    return base._replace(refused="scope" if scope else "request", scope=scope)


def _helps(door: Door, first: Attempt, **changes: Any) -> bool:
    """Whether the same request with this change is no more refused in this way."""
    if all(getattr(door.wanted, name) == value for name, value in changes.items()):
        return False
    name = f"with {' and '.join(changes)} changed"
    return _fine(door.attempt(name, silent=True, **changes), first)


def _fine(found: Attempt, first: Attempt) -> bool:
    return (
        found.ended in ("returned-code", "login-page")
        or (found.returned and found.code in _SILENT)
        or (found.ended != "no-answer" and found.code != first.code and found.ended != "error-page")
    )


def _scope(door: Door, first: Attempt) -> str:
    """The scope that is refused: as the provider names it, else the one that is refused alone, else all of them."""
    asked = door.wanted.scopes
    if first.scope and first.scope in asked:
        return first.scope
    for one in [one for one in asked if one != "openid"][:_SCOPES]:
        alone = ("openid", one) if "openid" in asked else (one,)
        if door.attempt(f"scope {one} alone", silent=True, scopes=alone).code == first.code:
            return one
    return first.scope or " ".join(asked)


# ── a page: is it the sign-in, or a refusal? ───────────────────────────────────────────────────────────────


def _compared(door: Door, first: Attempt) -> Drilled:
    client = door.attempt("made-up client", client_id=_nobody())
    other = door.attempt("made-up redirect URI", redirect_uri=_made_up(door.wanted))
    like_client, like_other = first.look == client.look, first.look == other.look
    told = Drilled("undecided", first.told, first.code, left_for=first.host)
    if not like_client and not like_other and first.ended != "error-page":
        return told._replace(refused="nothing", redirect_accepted=True, client_known=True)
    if not _is_refusal(first):
        late = like_client and like_other and first.ended in _PAGES
        refused = "not-before-sign-in" if late else "undecided"
        return told._replace(refused=refused, told=None, error=None, any_redirect=other.returned or None)
    if like_client:
        return _client_or_redirect(told, first)
    if like_other:
        return _redirect_refused(door, told._replace(refused="redirect-uri", client_known=True), other)
    return _page_of_request(door, first, told)


def _is_refusal(found: Attempt) -> bool:
    return found.ended == "error-page"


def _client_or_redirect(told: Drilled, first: Attempt) -> Drilled:
    """A made-up client is refused in the same way: the error code tells whether that is about the client."""
    if first.code in _CLIENT:
        return told._replace(refused="client", client_known=False)
    if first.code in _REDIRECT:
        return told._replace(refused="redirect-uri", redirect_accepted=False)
    if first.code == "unsupported_response_type":
        return told._replace(refused="response-type")
    return told._replace(refused="client-or-redirect-uri")


def _redirect_refused(door: Door, told: Drilled, other: Attempt) -> Drilled:
    """Client known, redirect URI refused: does the provider take one that is nearly the same?"""
    for near in _near(door.wanted.redirect_uri or "")[:_NEAR]:
        found = door.attempt(f"redirect URI {near}", silent=True, redirect_uri=near)
        if found.returned or (found.ended == "login-page" and found.look != other.look):
            return told._replace(redirect_accepted=False, registered=near)
    return told._replace(redirect_accepted=False)


def _page_of_request(door: Door, first: Attempt, told: Drilled) -> Drilled:
    """Neither made-up part is answered so: something else is refused, and the provider shows it on a page."""
    if first.code == "invalid_scope":
        return told._replace(refused="scope", scope=_scope(door, first), client_known=True)
    if not door.wanted.pkce and _helps(door, first, pkce=True):
        return told._replace(refused="pkce-missing", pkce_required=True, client_known=True)
    if _helps(door, first, scopes=("openid",)):
        return told._replace(refused="scope", scope=_scope(door, first), client_known=True)
    return told._replace(refused="response-type" if first.code in _TYPES else "request")


# ── parts that are made up or changed ──────────────────────────────────────────────────────────────────────


def _nobody() -> str:
    return f"doctor-{chance.token_hex(8)}"


def _made_up(wanted: Wanted) -> str:
    """A redirect URI of the same form that nobody can have registered; nobody is ever sent there."""
    parts = urlsplit(wanted.redirect_uri or "https://app.example.com/callback")
    return urlunsplit((parts.scheme, parts.netloc, f"/doctor-{chance.token_hex(8)}", "", ""))


def _near(uri: str) -> list[str]:
    """Redirect URIs that people register for this one by mistake, the likeliest first."""
    parts = urlsplit(uri)
    path, host = parts.path, parts.netloc
    other = {"http": "https", "https": "http"}.get(parts.scheme, parts.scheme)
    named = host.removeprefix("www.") if host.startswith("www.") else f"www.{host}"
    local = {"localhost": "127.0.0.1", "127.0.0.1": "localhost"}.get(parts.hostname or "")
    swapped = host.replace(parts.hostname or "", local) if local else named
    changed = (
        parts._replace(path=path.rstrip("/") if path.endswith("/") else f"{path}/"), parts._replace(scheme=other),
        parts._replace(netloc=swapped), parts._replace(path=path.lower()), parts._replace(query="", fragment=""),
        parts._replace(scheme=other, path=path.rstrip("/") if path.endswith("/") else f"{path}/"),
    )  # fmt: skip
    return [one for one in dict.fromkeys(map(urlunsplit, changed)) if one != uri]
