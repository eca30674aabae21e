"""A capture as canonical JSON, which is what a case may keep, and back.

Reading back trusts nothing: texts and URLs are stripped again, wrong types are absent.
"""

from __future__ import annotations

import binascii
import json
from typing import TYPE_CHECKING, Any, Final

from doctor.model.capture import KINDS, SOURCES, Capture, Detached, Exchange, Message, OAuth, Page, Scim
from doctor.model.scim import DEPARTURES
from doctor.parse import embedded, exchange, har, strip

if TYPE_CHECKING:
    from datetime import datetime

SCHEMA: Final = "doctor/capture/1"
_MARK: Final = b'"schema":"' + SCHEMA.encode() + b'"'
_MAX_EXCHANGES: Final = 500
_MAX_BYTES: Final = 60 * 1024 * 1024


def written(capture: Capture) -> bytes:
    """Canonical JSON: sorted keys, no white space, times in ISO 8601 UTC, bytes in base64."""
    value = {"schema": SCHEMA, **_plain(capture)}
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii")


def _plain(value: Any) -> Any:
    if hasattr(value, "_asdict"):
        return {name: _plain(inner) for name, inner in value._asdict().items()}
    if isinstance(value, tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, bytes):
        return binascii.b2a_base64(value, newline=False).decode("ascii")
    return value.isoformat() if hasattr(value, "isoformat") else value


def is_stored(data: bytes) -> bool:
    """Whether these bytes were written by `written`."""
    return data[:1] == b"{" and (_MARK in data[:4096] or _MARK in data[-4096:])


def read(data: bytes) -> Capture | None:
    """The capture in these bytes, or None."""
    try:
        value = json.loads(data[:_MAX_BYTES])
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or value.get("source") not in SOURCES:
        return None
    exchanges = tuple(one for one in map(_exchange, _items(value.get("exchanges"))[:_MAX_EXCHANGES]) if one)
    notes = tuple(one for one in map(_word, _items(value.get("notes"))) if one)
    return Capture(value["source"], exchanges, _count(value.get("dropped")) or 0, notes, _time(value.get("taken")))


def _exchange(value: Any) -> Exchange | None:
    if not isinstance(value, dict) or value.get("kind") not in KINDS:
        return None
    message = _message(value.get("message"))
    fixed = value["kind"].startswith("oauth-") or (message is not None and message.carrier == "page")
    return Exchange(
        value["kind"], _word(value.get("method")), _url(value.get("url"), opaque=value["kind"] in exchange.PAGES),
        _short(value.get("host")), _time(value.get("sent")), _time(value.get("answered")),
        _count(value.get("status")), _url(value.get("location"), opaque=not fixed) or None, _time(value.get("date")),
        _hints(value.get("hints")), message, _oauth(value.get("oauth")), _scim(value.get("scim")),
        _page(value.get("page")),
    )  # fmt: skip


def _message(value: Any) -> Message | None:
    if not isinstance(value, dict):
        return None
    return Message(
        _word(value.get("name")), _word(value.get("binding")), _bytes(value.get("xml")),
        value.get("relay_state") is True, value.get("exact") is True, _word(value.get("carrier")),
        _word(value.get("problem")) or None, _detached(value.get("signature")), value.get("deflated") is True,
        _count(value.get("relay_length")) or 0,
    )  # fmt: skip


def _detached(value: Any) -> Detached | None:
    if not isinstance(value, dict):
        return None
    algorithm = str(value.get("algorithm"))
    return Detached(
        algorithm if embedded.URI.fullmatch(algorithm) else "unknown",
        _bytes(value.get("signature")),
        _word(value.get("hash")),
        _bytes(value.get("digest")),
    )


def _oauth(value: Any) -> OAuth | None:
    if not isinstance(value, dict):
        return None
    kept = {name: strip.parameter(name, text) if isinstance(text := value.get(name), str) else None
            for name in OAuth._fields[:8]}  # fmt: skip
    given = tuple(one for one in map(_word, _items(value.get("given"))) if one)
    return OAuth(**kept, state=value.get("state") is True, given=given)


def _scim(value: Any) -> Scim | None:
    if not isinstance(value, dict):
        return None
    operations = tuple(one for one in map(_short, _items(value.get("operations"))[:50]) if one)
    return Scim(
        _word(value.get("resource")), value.get("one") is True, operations, _short(value.get("filter")) or None,
        _count(value.get("total")), strip.text(value.get("scim_type"), 60), strip.text(value.get("detail")),
        strip.text(value.get("agent"), 80), _departures(value.get("departures")), _departures(value.get("faults")),
        _truth(value.get("active")), _truth(value.get("shown")), value.get("changes") is True,
        _number(value.get("who")), _truth(value.get("names")), value.get("flagged") is True,
    )  # fmt: skip


def _departures(value: Any) -> tuple[str, ...]:
    return tuple(one for one in _items(value)[:50] if one in DEPARTURES)


def _number(value: Any) -> str:
    return value if isinstance(value, str) and len(value) < 6 and value.isascii() and value.isdecimal() else ""


def _truth(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _page(value: Any) -> Page | None:
    if not isinstance(value, dict):
        return None
    title, text = strip.text(value.get("title"), 200) or "", strip.text(value.get("text"), 500) or ""
    return Page(title, text, value.get("login_form") is True)


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _hints(value: Any) -> tuple[tuple[str, str], ...]:
    pairs = (one for one in _items(value)[:10] if isinstance(one, list) and len(one) == 2)
    return tuple((_word(name), text[:40]) for name, text in pairs if isinstance(text, str))


def _word(value: Any) -> str:
    return value[:60] if isinstance(value, str) and value[:60].replace("-", "").replace("_", "").isalnum() else ""


def _short(value: Any) -> str:
    return value[:300] if isinstance(value, str) and value.isprintable() else ""


def _url(value: Any, *, opaque: bool) -> str:
    return strip.url(value, opaque=opaque) if isinstance(value, str) else ""


def _time(value: Any) -> datetime | None:
    return har.moment(value)


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**12 else None


def _bytes(value: Any) -> bytes:
    try:
        return binascii.a2b_base64(value) if isinstance(value, str) else b""
    except (binascii.Error, ValueError):
        return b""
