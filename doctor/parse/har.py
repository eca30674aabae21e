"""HAR 1.2 files and SAML-tracer exports, read one entry at a time so that memory does not grow with them.

A file is read as one byte per character: only entries that are kept are decoded as UTF-8.
"""

from __future__ import annotations

import binascii
import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from doctor.parse.wire import MAX_BODY, Wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_FILE: Final = 60 * 1024 * 1024
MAX_ENTRIES: Final = 150_000
_HEAD: Final = 1024 * 1024
_LOG: Final = re.compile(r'"log"\s*:\s*\{')
_ENTRIES: Final = re.compile(r'"entries"\s*:\s*\[')
_REQUESTS: Final = re.compile(r'"requests"\s*:\s*\[')
_LIST: Final = re.compile(r"\s*\[(?=\s*\{)")
_TAKEN: Final = re.compile(r'"timestamp"\s*:\s*"([^"]{1,60})"')
_BETWEEN: Final = re.compile(r"[\s,]*")
_DECODER: Final = json.JSONDecoder(strict=False)
_ANSWER_HEADERS: Final = frozenset({
    "content-type", "date", "location", "age", "expires", "last-modified", "retry-after",
})  # fmt: skip
_DAY: Final = 86_400_000


class Found(NamedTuple):
    """A recognised file: where its entries begin, what it is, and how an entry becomes a `Wire`."""

    source: str
    text: str
    begin: int
    wire: Callable[[dict[str, Any]], Wire]


class Entry(NamedTuple):
    """One entry: its place in the text, and the value as one character a byte."""

    begin: int
    end: int
    value: dict[str, Any]


class Broken(Exception):  # noqa: N818  (a word for a note, caught by the reader)
    """The entries end before their list does: `note` says how."""

    def __init__(self, note: str) -> None:
        super().__init__(note)
        self.note = note


def find(data: bytes) -> Found | None:
    """The HAR or tracer file in these bytes, or None."""
    text = data[:MAX_FILE].decode("latin-1")
    log = _LOG.search(text, 0, _HEAD)
    if log and (match := _ENTRIES.search(text, log.end())) and _may_be(text, match.end()):
        return Found("har", text, match.end(), of_har)
    head = text[:400].lstrip("\xef\xbb\xbf \t\r\n")[:1]
    if head == "{" and (match := _REQUESTS.search(text, 0, _HEAD)) and _is(text, match.end(), of_tracer):
        return Found("saml-tracer", text, match.end(), of_tracer)
    if head == "{" and (match := _ENTRIES.search(text, 0, _HEAD)) and _is(text, match.end(), of_har):
        return Found("har", text, match.end(), of_har)
    return _bare(text) if head == "[" else None


def _bare(text: str) -> Found | None:
    match = _LIST.match(text, 3 if text.startswith("\xef\xbb\xbf") else 0)
    if match is None:
        return None
    known = (("har", of_har), ("saml-tracer", of_tracer))
    return next((Found(name, text, match.end(), wire) for name, wire in known if _is(text, match.end(), wire)), None)


def _may_be(text: str, begin: int) -> bool:
    """Whether the entries of a log may be a recording: other files have logs too."""
    try:
        first = next(_decoded(text, begin), None)
    except Broken:
        return True
    return not first or not first.value or bool(first.value.keys() & {"request", "response", "startedDateTime"})


def _is(text: str, begin: int, wire: Callable[[dict[str, Any]], Wire]) -> bool:
    """Whether the first entry has the look of its kind; an empty tracer export has a timestamp."""
    try:
        first = next(_decoded(text, begin), None)
    except Broken:
        return False
    if first is None:
        return wire is of_tracer and _TAKEN.search(text) is not None
    value = first.value
    if wire is of_har:
        return isinstance(value.get("request"), dict)
    return isinstance(value.get("url"), str) and bool(value.keys() & {"requestHeaders", "responseHeaders", "requestId"})


def entries(found: Found) -> Iterator[Entry]:
    """Every entry, at most 150,000; raises `Broken` when the file ends or breaks before."""
    return _decoded(found.text, found.begin)


def _decoded(text: str, begin: int) -> Iterator[Entry]:
    at = begin
    for _ in range(MAX_ENTRIES):
        at = _BETWEEN.match(text, at).end()  # type: ignore[union-attr]
        if text[at : at + 1] == "]":
            return
        if at >= len(text):
            raise Broken("cut-short")
        try:
            value, end = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            raise Broken("cut-short" if isinstance(error, ValueError) else "entry-unreadable") from None
        if isinstance(value, dict):
            yield Entry(at, end, value)
        at = end
    raise Broken("too-many-entries")


def again(found: Found, begin: int, end: int) -> Wire:
    """The entry at this place, decoded properly."""
    part = found.text[begin:end]
    if not part.isascii() and len(part) <= MAX_BODY:
        part = part.encode("latin-1").decode("utf-8", errors="replace")
    value = _DECODER.decode(part)
    return found.wire(value)


def taken(found: Found) -> datetime | None:
    """When a tracer export was made."""
    if found.source != "saml-tracer":
        return None
    match = _TAKEN.search(found.text, max(len(found.text) - 500, 0)) or _TAKEN.search(found.text, 0, 500)
    return moment(match[1]) if match else None


def moment(written: object) -> datetime | None:
    """An ISO 8601 time with its zone as UTC; None without a zone: whose clock would it be?"""
    if not isinstance(written, str) or not 10 < len(written) < 60:
        return None
    try:
        found = datetime.fromisoformat(written.strip())
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def of_har(entry: dict[str, Any]) -> Wire:
    """A HAR entry as recorded; what is missing or of a wrong type is absent."""
    request, response = _object(entry, "request"), _object(entry, "response")
    post, content = _object(request, "postData"), _object(response, "content")
    sent = moment(entry.get("startedDateTime"))
    headers = _headers(response.get("headers"))
    if not headers.get("location") and isinstance(response.get("redirectURL"), str):
        headers["location"] = response["redirectURL"]
    headers.setdefault("content-type", _text(content, "mimeType"))
    return Wire(
        _text(request, "method").upper(), _text(request, "url"), sent, _after(sent, entry.get("time")), _body(post),
        _fields(post.get("params")), _status(response.get("status")), headers, _body(content),
        agent=next((value for name, value in _fields(request.get("headers")) if name.lower() == "user-agent"), ""),
    )  # fmt: skip


def of_tracer(entry: dict[str, Any]) -> Wire:
    """A request of a tracer export, of either shape; it records no times but the server's."""
    post = entry.get("post") or entry.get("postData")
    if isinstance(post, dict):
        post = [[name, one] for name, value in post.items() for one in (value if isinstance(value, list) else [value])]
    fields = _fields(post)
    if artifact := _text(entry, "samlart"):
        fields = (*fields, ("SAMLart", artifact))
    return Wire(
        _text(entry, "method").upper(), _text(entry, "url"), fields=fields, saml=_text(entry, "saml"),
        status=_status(entry.get("responseStatus")), headers=_headers(entry.get("responseHeaders")),
    )  # fmt: skip


def _object(value: dict[str, Any], name: str) -> dict[str, Any]:
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def _text(value: dict[str, Any], name: str) -> str:
    found = value.get(name)
    return found if isinstance(found, str) else ""


def _body(value: dict[str, Any]) -> str:
    """The text of a body, base64 undone where the file says so."""
    text = _text(value, "text")
    if "base64" not in (_text(value, "encoding"), _text(value, "_encoding")):
        return text
    packed = text[: MAX_BODY * 4 // 3].rstrip("=\r\n ")
    try:
        raw = binascii.a2b_base64(packed + "=" * (-len(packed) % 4))
    except (binascii.Error, ValueError):
        return ""
    return raw.decode("utf-8", errors="replace")


def _fields(given: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(given, list):
        return ()
    found = (_field(one) for one in given[:1000])
    return tuple(one for one in found if one)


def _field(given: object) -> tuple[str, str] | None:
    """A name and a value, written as an object (HAR, headers) or as a pair (tracer)."""
    if isinstance(given, dict):
        name, value = given.get("name"), given.get("value")
    elif isinstance(given, list) and len(given) == 2:
        name, value = given
    else:
        return None
    return (name, value) if isinstance(name, str) and isinstance(value, str) else None


def _headers(given: object) -> dict[str, str]:
    """The answer's headers that doctor reads; all others, cookies first, are left behind here."""
    found: dict[str, str] = {}
    for name, value in _fields(given):
        if (lower := name.lower()) in _ANSWER_HEADERS:
            found.setdefault(lower, value)
    return found


def _status(given: object) -> int | None:
    if isinstance(given, str) and len(given) == 3 and given.isdecimal():
        given = int(given)
    return given if isinstance(given, int) and 100 <= given <= 599 else None


def _after(sent: datetime | None, milliseconds: object) -> datetime | None:
    if sent is None or isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float):
        return None
    try:
        return sent + timedelta(milliseconds=milliseconds) if 0 <= milliseconds <= _DAY else None
    except OverflowError:
        return None
