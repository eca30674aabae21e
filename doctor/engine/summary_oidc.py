"""What a report shows of documents of OpenID Connect: the values one looks up first, never a token, a code or a key."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from doctor.model import redaction
from doctor.model.oidc import Answer, Callback, Discovery, KeySet, Token

if TYPE_CHECKING:
    from doctor.model.document import Document
    from doctor.model.oidc import Key

_SHOWN: Final = (
    "response_types_supported", "scopes_supported", "id_token_signing_alg_values_supported",
    "token_endpoint_auth_methods_supported", "code_challenge_methods_supported", "grant_types_supported",
)  # fmt: skip
_PLAIN: Final = ("iss", "azp", "acr", "ver", "tid", "hd")
"""Claims that name no person and are shown as they are."""
_TIMES: Final = ("iat", "nbf", "exp", "auth_time")
_SHAPED: Final = ("sub", "email", "preferred_username", "upn", "name")
"""Claims of a person, of which only the shape is shown."""


def of(document: Document) -> dict[str, object]:
    """The summary of a document, as JSON data."""
    held, told = document.oidc, dict(document.details)
    if isinstance(held, Discovery):
        return told | _discovery(held)
    if isinstance(held, KeySet):
        return told | {"keys": len(held.keys), "listed": [_key(one) for one in held.keys[:20]]}
    if isinstance(held, Token):
        return told | _token(held)
    if isinstance(held, Answer):
        return told | _answer(held)
    return told | (_callback(held) if isinstance(held, Callback) else {})


def words(document: Document) -> str:
    """The error of a callback or an answer as text, in the form in which known error texts are looked for."""
    held = document.oidc
    if not isinstance(held, Answer | Callback):
        return ""
    if isinstance(held, Callback):
        return f"{held.url}?error={held.error}&error_description={held.description or ''}"
    return json.dumps({"error": held.error, "error_description": held.description or ""})


def _discovery(held: Discovery) -> dict[str, object]:
    endpoints = {one.name: one.url for one in held.services[:20]}
    return {"endpoints": endpoints} | {name: list(held.lists[name][:30]) for name in _SHOWN if name in held.lists}


def _key(one: Key) -> dict[str, object]:
    return {
        "kid": one.kid, "type": one.kty or None, "bits": one.bits or None, "curve": one.curve, "use": one.use,
        "algorithm": one.alg, "problem": one.problem or None,
    }  # fmt: skip


def _token(held: Token) -> dict[str, object]:
    told: dict[str, object] = {"form": held.form}
    told |= {name: str(held.header[name])[:200] for name in ("alg", "kid", "typ") if name in held.header}
    return told | _claims(held.claims) if held.claims else told


def _claims(claims: dict[str, Any]) -> dict[str, object]:
    told: dict[str, object] = {name: claims[name][:300] for name in _PLAIN if isinstance(claims.get(name), str)}
    aud = claims.get("aud")
    told["aud"] = [str(one)[:300] for one in aud[:20]] if isinstance(aud, list) else aud and str(aud)[:300]
    told |= {name: _time(claims[name]) for name in _TIMES if name in claims}
    told |= {name: redaction.shape(claims[name][:300]) for name in _SHAPED if isinstance(claims.get(name), str)}
    return told | {"claims": [str(name)[:100] for name in claims][:60]}


def _time(value: Any) -> str | None:
    try:
        return datetime.fromtimestamp(value, UTC).isoformat().replace("+00:00", "Z")
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def _answer(held: Answer) -> dict[str, object]:
    told: dict[str, object] = {"parameters": list(held.given), "token_type": held.token_type}
    told |= {"scope": list(held.scope)} if held.scope is not None else {}
    told |= _error(held)
    return told | {"id_token": _token(held.id_token)} if held.id_token else told


def _error(held: Answer | Callback) -> dict[str, object]:
    found = {"error": held.error, "error_description": held.description, "error_uri": held.uri}
    return {name: value for name, value in found.items() if value}


def _callback(held: Callback) -> dict[str, object]:
    told: dict[str, object] = {"url": held.url, "parameters": list(held.given), **_error(held)}
    return told | {"id_token": _token(held.id_token)} if held.id_token else told
