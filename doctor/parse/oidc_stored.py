"""A token as a case keeps it: its header and its claims as JSON, never the token itself, and back.

The signature is left out, so nothing of it can be used; values of people are reduced to their shape, claims that no
rule reads to their names. Reading back trusts nothing.
"""

from __future__ import annotations

import json
from typing import Any, Final

from doctor.model import redaction
from doctor.model.oidc import Answer, Sealed, Token
from doctor.parse.oidc import words

SCHEMA: Final = "doctor/token/1"
_HEADER: Final = ("alg", "kid", "typ", "enc")
_PLAIN: Final = ("iss", "aud", "azp", "exp", "iat", "nbf", "auth_time", "nonce", "ver", "email_verified", "acr", "tid")
_PERSONAL: Final = ("sub", "email")
_ANSWER: Final = ("token_type", "error", "description", "uri")


def written(held: Token | Answer) -> bytes:
    """Canonical JSON."""
    value: dict[str, Any] = {"schema": SCHEMA}
    if isinstance(held, Answer):
        value["answer"] = {"given": list(held.given), "scope": held.scope and list(held.scope)}
        value["answer"] |= {name: getattr(held, name) for name in _ANSWER}
        value["token"] = held.id_token and _token(held.id_token)
    else:
        value["token"] = _token(held)
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii")


def _token(held: Token) -> dict[str, Any]:
    header = {name: held.header[name] for name in _HEADER if isinstance(held.header.get(name), str)}
    return {"form": held.form, "problem": held.problem, "place": held.place, "header": header} | {
        "claims": {str(name)[:100]: _claim(str(name), value) for name, value in list(held.claims.items())[:100]}
    }


def _claim(name: str, value: Any) -> Any:
    """A claim's value where a rule reads it; else only that there is one."""
    if name in _PERSONAL:
        return redaction.shape(value[:300]) if isinstance(value, str) else value if value is None else True
    return redaction.data(value) if name in _PLAIN else value not in (None, "", [])


def is_stored(value: Any) -> bool:
    """Whether this JSON was written by `written`."""
    return isinstance(value, dict) and value.get("schema") == SCHEMA


def read(value: dict[str, Any]) -> Token | Answer | None:
    """What was kept; None when it is none."""
    token = _read_token(value.get("token"))
    answer = value.get("answer")
    if not isinstance(answer, dict):
        return token
    scope, given = answer.get("scope"), answer.get("given")
    return Answer(
        given=_texts(given) or (), scope=_texts(scope), token_type=words(answer.get("token_type")),
        error=words(answer.get("error")), description=words(answer.get("description")), uri=words(answer.get("uri")),
        id_token=token,
    )  # fmt: skip


def _read_token(value: Any) -> Token | None:
    if not isinstance(value, dict) or not isinstance(value.get("claims"), dict):
        return None
    header = value.get("header")
    form, problem, place = (words(value.get(name)) or "" for name in ("form", "problem", "place"))
    kept = header if isinstance(header, dict) else {}
    return Token(form if form in _FORMS else "opaque", kept, value["claims"], problem, place, Sealed(""))


_FORMS: Final = ("jws", "jwe", "claims", "opaque")


def _texts(value: Any) -> tuple[str, ...] | None:
    return tuple(one[:200] for one in value[:60] if isinstance(one, str)) if isinstance(value, list) else None
