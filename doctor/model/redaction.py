"""Secrets taken out of texts before they are kept, logged or shown.

What counts as one: API keys, bearer, access, refresh and ID tokens, authorization codes and verifiers,
client secrets and assertions, cookies, passwords, webhook secrets, admin-portal links, private keys.
"""

from __future__ import annotations

import re
from typing import Any, Final

from doctor.model.pattern import Pattern
from doctor.model.shape import masked, shape

__all__ = ["REMOVED", "SECRET_NAMES", "data", "masked", "page", "shape", "text", "without_private_keys"]

REMOVED: Final = "[removed]"

SECRET_NAMES: Final = frozenset({
    "access_token", "refresh_token", "id_token", "code", "code_verifier", "client_secret", "client_assertion",
    "password", "passwd", "pwd", "secret", "token", "api_key", "apikey", "authorization", "cookie", "set-cookie",
    "webhook_secret", "signing_secret", "private_key", "bearer_token", "scim_token", "otp", "device_code", "assertion",
    "app_key", "token_key", "connection_string", "access_key", "secret_data", "secret_hash", "encrypted_value",
    "authorization_code", "bind_credential", "shared_key", "key_data", "privatekey",
    "secret_text", "secret_value", "passwort", "kennwort", "passphrase",
})  # fmt: skip
"""Names of parameters, headers and JSON keys whose values are secret, however they join their words."""

_ALONE: Final = frozenset({"code", "otp", "pwd", "authorization", "cookie", "set-cookie", "assertion"})
"""Names that are secret as a whole word only; the others also behind a prefix: `oauthClientSecret`."""
_JWK_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


def _any(names: frozenset[str]) -> str:
    """A pattern for these names, their words joined by `_`, `-`, a blank or nothing."""
    return "|".join(re.sub("[_-]", "[_ .-]?", name) for name in sorted(names, key=lambda name: (-len(name), name)))


_NAME: Final = rf"(?:(?<![A-Za-z0-9])(?:{_any(_ALONE)})|(?:{_any(SECRET_NAMES - _ALONE)}))"
_VALUE: Final = (
    r"(\"(?:[^\"\\]|\\.)*(?:\"|\Z)|'(?:[^'\\]|\\.)*'|\{[^{}]{0,4000}(?:\}|\Z)|\[(?!removed\])[^\[\]]{0,4000}(?:\]|\Z)"
    r"|[^\s&;,\"'<>{}\[\]]+)"
)
"""A value in quotes (the last one may be cut), a JSON object or list, or a word."""
_KEY_BLOCK: Final = Pattern(
    r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|\Z)", re.DOTALL
)
_JWT: Final = Pattern(r"\bey[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){1,3}")
_BEARER: Final = Pattern(r"(?i)\b(bearer|basic)\s+(?![a-z]{1,19}\b(?![._~+/=-]))[A-Za-z0-9._~+/=-]{8,}")
_KEYS: Final = Pattern(
    r"\b(?:(?:sk|pk|whsec|key|ghp|gho|ghs|github_pat|xoxb|xoxp)_|xox[abeoprs]-|glpat-)"
    r"(?:test_|live_|prod_|staging_|example_)?[A-Za-z0-9_-]{8,}"
)
_PORTAL: Final = Pattern(
    r"https?://(?:(?:setup|id|portal)\.[\w.-]+/portal|[\w.-]+/(?:[\w-]+/)?(?:magicLink|magic_link|portal/launch))"
    r"[^\s\"'<>]*",
    re.IGNORECASE,
)
_COOKIES: Final = Pattern(r"(?i)\b((?:set-)?cookie2?\s*:\s*)[^\r\n\"'=]*=[^\r\n\"']*")
_PAIR: Final = Pattern(
    rf"(?i)((?:name|key)[\"']?\s*[=:]\s*[\"']?({_NAME})[\"']?\s*,?\s*[\"']?value[\"']?\s*[=:]\s*){_VALUE}"
)
_NAMED: Final = Pattern(rf"(?i)([\"']?({_NAME})[\"']?\s*(?:[=:]|%3D)\s*){_VALUE}")
_WORDS: Final = Pattern(r"(?i)(?:invalid|wrong|expired|missing|null|none|true|false|required|error)\b")
_ERROR_CODE: Final = Pattern(r"[a-z]+(?:_[a-z]+)+|[A-Z]+(?:_[A-Z]+)+|AADSTS\d+|[\d.]{1,5}")
"""What stands behind `code:` when it names an error."""


def text(given: str) -> str:
    """The text without secrets; what was there is marked, lengths are not kept."""
    found = _KEY_BLOCK.sub(f"{REMOVED} private key", given)
    found = _USER_INFO.sub(rf"\1{REMOVED}@", found)
    found = _MESSAGE.sub(rf"\1{REMOVED}", found)
    found = _SAID.sub(_said, found)
    found = _AUTHORIZATION.sub(rf"\1{REMOVED}", found)
    found = _USER.sub(rf"\1{REMOVED}", found)
    found = _BEARER.sub(lambda match: f"{match[1]} {REMOVED}", found)
    found = _JWT.sub(REMOVED, found)
    found = _PORTAL.sub(REMOVED, found)
    found = _KEYS.sub(REMOVED, found)
    found = _COOKIES.sub(lambda match: match[1] + REMOVED, found)
    found = _PAIR.sub(_named, found)
    return _NAMED.sub(_named, found)


def address(given: str) -> str:
    """An address without the user name and password that may stand before its host; it can still be read as one."""
    return _USER_INFO.sub(r"\1", given)


def without_private_keys(given: bytes) -> bytes:
    """Bytes that must stay as they are, but for a private key in them."""
    if b"PRIVATE KEY-----" not in given:
        return given
    kept = given.decode("utf-8", "surrogateescape")
    return _KEY_BLOCK.sub(f"{REMOVED} private key", kept).encode("utf-8", "surrogateescape")


def _named(match: re.Match[str]) -> str:
    value = match[3].strip("\"'")
    quote = match[3][0] if match[3][0] in "\"'" else ""
    return match[0] if _harmless(match[2], value) else f"{match[1]}{quote}{REMOVED}{quote}"


_SAID: Final = Pattern(
    r"(?i)\b((?:pass(?:word|wort|phrase|code)|kennwort|(?:[a-z]+ ){0,2}(?:secret|token|key))"
    r"\s+(?:is|was|ist|lautet|=|:)\s*:?\s*|\b(?:password|passwort|kennwort)\s*:?\s+(?=[\"\']))(\"[^\"]+\"|\'[^\']+\'|\S{6,})"
)
_AUTHORIZATION: Final = Pattern(
    r"(?i)(\b(?:proxy-)?authorization[\"\']?\s*:\s*[\"\']?(?:bearer|basic|digest|token)\s+)(?!\[removed)[^\s\"\',;]+"
)
_USER: Final = Pattern(r"((?:^|\s)(?:-u|--user)(?:\s+|=)[\"\']?)[^\s\"\':]+:[^\s\"\']+", re.MULTILINE)
_USER_INFO: Final = Pattern(r"(?i)\b([a-z][a-z0-9+.-]{1,15}://)[^\s/@\"\'<>]{1,300}@")
_MESSAGE: Final = Pattern(r"(?i)\b(SAML(?:Response|Request)=)[A-Za-z0-9+/%=_-]{8,}")
_PLAIN_WORD: Final = Pattern(r"[a-z]+[.,;:!?]?")


def _said(match: re.Match[str]) -> str:
    """A secret told in a sentence; a plain lower-case word behind "is" is no secret: "the token is expired"."""
    return match[0] if _PLAIN_WORD.fullmatch(match[2]) else match[1] + REMOVED


def _harmless(name: str, value: str) -> bool:
    """Whether what stands behind the name of a secret is none: a word about it, or an error code."""
    if _WORDS.fullmatch(value) or value.startswith(REMOVED) or not value:
        return True
    if name.lower() == "code":
        return bool(_ERROR_CODE.fullmatch(value)) or len(value) < 6
    return len(value) < 6 and value.isalpha()


_FIELD: Final = Pattern(r"(?i)<(?:input|textarea|meta|script)\b[^<>]{0,20000}>")
_HELD: Final = Pattern(r"(?i)(\b(?:value|content)\s*=\s*)(\"[^\"]*\"|'[^']*'|[^\s>]+)")
_SCRIPT: Final = Pattern(r"(?is)(<(script|style)\b[^<>]{0,2000}>).*?(</\2\s*>|\Z)")


def page(given: str) -> str:
    """An HTML page without what its forms and scripts hold: a saved page may hold what was typed into it."""
    emptied = _SCRIPT.sub(lambda match: match[1] + match[3], given)
    return text(_FIELD.sub(lambda match: _HELD.sub(rf"\1\"{REMOVED}\"", match.group()), emptied))


def data(value: Any) -> Any:
    """JSON data without secrets: values of secret names are replaced, texts are redacted."""
    if isinstance(value, dict):
        return {key: _kept(str(key), inner, value) for key, inner in value.items()}
    if isinstance(value, list):
        return [data(inner) for inner in value]
    return text(value) if isinstance(value, str) else value


_KEY: Final = Pattern(rf"(?i)(?:{_any(_ALONE)}|.*(?:{_any(SECRET_NAMES - _ALONE)}))")


def _kept(key: str, value: Any, whole: dict[Any, Any]) -> Any:
    named = whole.get("name", whole.get("key")) if key == "value" else key
    secret = isinstance(named, str) and _KEY.fullmatch(named)
    if secret or (key in _JWK_PRIVATE and "kty" in whole):
        return _removed(str(named), value)
    return data(value)


def _removed(name: str, value: Any) -> Any:
    """A secret value, of whatever type: its texts are removed."""
    if isinstance(value, dict):
        return {key: _removed(name, inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_removed(name, inner) for inner in value]
    return REMOVED if isinstance(value, str) and not _harmless(name, value) else value
