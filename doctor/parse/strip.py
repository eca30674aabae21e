"""URLs and texts of captures without secrets: what is not known to be harmless is left out.

Every function is idempotent: what was stripped once is not changed again.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote, unquote_plus, urlsplit

from doctor.model import redaction

HARMLESS: Final = frozenset({
    "client_id", "scope", "response_type", "response_mode", "grant_type", "error", "error_description", "error_uri",
    "redirect_uri", "prompt", "SigAlg", "code_challenge_method", "startIndex", "count", "max_age", "acr_values",
})  # fmt: skip
"""Query parameters whose values are kept; the error texts and the redirect URI are stripped themselves."""

_CARRIED: Final = frozenset({"SAMLRequest", "SAMLResponse", "SAMLart", "RelayState", "Signature", "SAMLEncoding"})
"""The parameters of a SAML binding: an exchange tells of them otherwise, and the address is the same without."""

MAX_URL: Final = 200_000
_MAX_KEPT: Final = 2000
_MAX_FIELDS: Final = 1000
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_QUERY_IN_TEXT: Final = re.compile(r"(https?://(?:[^\s/?#@\"'<>]*@)?)([^\s?#\"'<>]*)([?#][^\s\"'<>]*)?", re.IGNORECASE)
_OPAQUE: Final = re.compile(r"(?<![\w+/=.-])(?=[\w+/=-]*\d)(?=[\w+/=-]*[A-Za-z])[\w+/=-]{28,}")
_TICKET: Final = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[^/]{20,}")
_GUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]{0,60}", re.IGNORECASE)
_CLIENT_ID: Final = re.compile(r"[\x21-\x7e]{1,300}")


def pairs(query: str) -> list[tuple[str, str]]:
    """Names and still encoded values of a query string or form body, at most a thousand."""
    found = (part.partition("=") for part in query.split("&", _MAX_FIELDS)[:_MAX_FIELDS] if part)
    return [(decoded(name), value) for name, _, value in found]


def decoded(value: str) -> str:
    """The value as a form means it: percent signs and plus signs undone."""
    return unquote_plus(value, errors="replace") if "%" in value or "+" in value else value


def text(given: object, limit: int = 300) -> str | None:
    """A text for people: redacted, on one line, cut; None when there is none."""
    if not isinstance(given, str) or not given.strip():
        return None
    found = given[: limit * 4]
    for _ in range(4):
        before, found = found, _cleaned(found, limit)
        if found == before:
            break
    return found or None


def _cleaned(given: str, limit: int) -> str:
    found = " ".join(_CONTROL.sub(" ", given).split())
    found = redaction.text(_QUERY_IN_TEXT.sub(_bare, found))
    return _OPAQUE.sub(_not_opaque, found)[:limit].strip()


def _bare(match: re.Match[str]) -> str:
    return match[1].partition("//")[0] + "//" + match[2]


def _not_opaque(match: re.Match[str]) -> str:
    return match[0] if _GUID.fullmatch(match[0]) else redaction.REMOVED


def url(given: str, *, opaque: bool = False) -> str:
    """The URL without user, fragment and every parameter that is not known to be harmless.

    Where something was left out of the query, `[removed]` ends it. With `opaque`, long random segments
    of the path go too: pages of applications put tokens there. Empty when it is no URL.
    """
    try:
        parts = urlsplit(_CONTROL.sub("", given[:MAX_URL]).strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if not host or not _SCHEME.fullmatch(parts.scheme):
        return ""
    host = f"[{host}]" if ":" in host else host
    base = f"{parts.scheme}://{host}" + (f":{port}" if port is not None else "") + _path(parts.path, opaque=opaque)
    if redaction.text(base).startswith(redaction.REMOVED):
        return f"{parts.scheme}://{host}/{redaction.REMOVED}"
    shown = base[:_MAX_KEPT] + _query(parts.query)
    return shown + _fragment(parts.fragment)


def _path(path: str, *, opaque: bool) -> str:
    segments = [segment.partition(";")[0] for segment in path[:_MAX_KEPT].split("/")]
    segments = [redaction.text(segment) for segment in segments]
    if opaque:
        segments = [redaction.REMOVED if _TICKET.fullmatch(segment) else segment for segment in segments]
    return "/".join(segments).replace(" ", "%20")


def _query(query: str) -> str:
    given = [(name, value) for name, value in pairs(query) if name not in _CARRIED]
    kept = [_pair(name, decoded(value)) for name, value in given if name in HARMLESS]
    shown = [pair for pair in kept if pair]
    if len(shown) < len(given):
        shown.append(redaction.REMOVED)
    return "?" + "&".join(shown) if shown else ""


def _fragment(fragment: str) -> str:
    given = [(name, decoded(value)) for name, value in pairs(fragment) if name in HARMLESS]
    shown = [pair for pair in (_pair(name, value) for name, value in given) if pair]
    return "#" + "&".join(shown) if shown else ""


def _pair(name: str, value: str) -> str | None:
    kept = parameter(name, value)
    return f"{name}={quote(kept, safe=':/,[]')}" if kept else None


def parameter(name: str, value: str) -> str | None:
    """The value of a harmless parameter as it may be kept."""
    if name in ("redirect_uri", "error_uri"):
        return url(value) or None
    if name == "client_id":
        return redaction.text(value) if _CLIENT_ID.fullmatch(value) else None
    return text(value)
