"""Secrets taken out of texts before they are kept, logged or shown.

What counts as one: API keys, bearer, access, refresh and ID tokens, authorization codes and verifiers,
client secrets and assertions, cookies, passwords, webhook secrets, admin-portal links, private keys.
"""

from __future__ import annotations

import re
from typing import Any, Final

REMOVED: Final = "[removed]"

SECRET_NAMES: Final = frozenset({
    "access_token", "refresh_token", "id_token", "code", "code_verifier", "client_secret", "client_assertion",
    "password", "passwd", "pwd", "secret", "token", "api_key", "apikey", "authorization", "cookie", "set-cookie",
    "webhook_secret", "signing_secret", "private_key", "bearer_token", "scim_token", "otp", "device_code", "assertion",
})  # fmt: skip
"""Names of parameters, headers and JSON keys whose values are secret."""

_KEY_BLOCK: Final = re.compile(
    r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|\Z)", re.DOTALL
)
_JWT: Final = re.compile(r"\bey[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){1,3}")
_BEARER: Final = re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}")
_KEYS: Final = re.compile(r"\b(?:sk|pk|whsec|key|ghp|gho|xoxb|xoxp)_(?:test_|live_|prod_|staging_)?[A-Za-z0-9_-]{8,}")
_PORTAL: Final = re.compile(
    r"https?://(?:setup|id|portal)\.[\w.-]+/(?:portal|magicLink|magic_link)[^\s\"'<>]*", re.IGNORECASE
)
_NAMED: Final = re.compile(
    r"(?i)([\"']?\b(" + "|".join(sorted(map(re.escape, SECRET_NAMES), key=len, reverse=True)) + r")\b[\"']?\s*[=:]\s*)"
    r"(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|[^\s&;,\"'<>]+)"
)
_WORDS: Final = re.compile(r"(?i)(?:invalid|wrong|expired|missing|null|none|true|false|required|error)\b")


def text(given: str) -> str:
    """The text without secrets; what was there is marked, lengths are not kept."""
    found = _KEY_BLOCK.sub(f"{REMOVED} private key", given)
    found = _BEARER.sub(lambda match: f"{match[1]} {REMOVED}", found)
    found = _JWT.sub(REMOVED, found)
    found = _PORTAL.sub(REMOVED, found)
    found = _KEYS.sub(REMOVED, found)
    return _NAMED.sub(_named, found)


def _named(match: re.Match[str]) -> str:
    value = match[3].strip("\"'")
    harmless = len(value) < 6 or _WORDS.fullmatch(value) or value == REMOVED or value.startswith("[")
    return match[0] if harmless else match[1] + REMOVED


def data(value: Any) -> Any:
    """JSON data without secrets: values of secret names are replaced, texts are redacted."""
    if isinstance(value, dict):
        return {key: _kept(str(key), inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [data(inner) for inner in value]
    return text(value) if isinstance(value, str) and len(value) < 100_000 else value


def _kept(key: str, value: Any) -> Any:
    if key.lower() in SECRET_NAMES and isinstance(value, str) and value:
        return REMOVED
    return data(value)


_EMAIL: Final = re.compile(r"([\w.+-]{1,64})@((?:[\w-]{1,63}\.)+[A-Za-z]{2,24})")


def masked(given: str) -> str:
    """E-mail addresses masked: length, case and domain stay, the name does not."""
    return _EMAIL.sub(lambda match: f"{_mask(match[1])}@{match[2]}", given)


def _mask(name: str) -> str:
    return "".join(
        "X" if char.isupper() else "0" if char.isdigit() else char if char in ".-_+" else "x" for char in name
    )
