"""Requests in text that people paste: raw HTTP messages, HTML forms, form bodies, URLs and base64 in noise."""

from __future__ import annotations

import binascii
import re
from html import unescape
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from doctor.parse import embedded, paste, sniff
from doctor.parse.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Iterator

_START: Final = re.compile(
    r"^[ \t]*(?:[<>][ \t]+)?(?:(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)[ \t]+(\S+)[ \t]+HTTP/[\d.]+"
    r"|HTTP/[\d.]+[ \t]+(\d{3})\b.*)[ \t\r]*$", re.MULTILINE)  # fmt: skip
_PREFIX: Final = re.compile(r"^[<>] ?", re.MULTILINE)
_HEADER: Final = re.compile(r"([\w-]{1,60}):[ \t]*(.*)")
_BODY: Final = re.compile(
    r"[?&\s\"']*(?:(?!SAML|wresult)[\w.-]{1,80}=[^\s&]*&)*+(?:SAMLResponse|SAMLRequest|SAMLart|wresult)=\S", re.ASCII
)
_URL: Final = re.compile(r"\bhttps?://[^\s\"'<>`]+", re.IGNORECASE)
_LABELLED: Final = re.compile(r"\b(SAMLResponse|SAMLRequest)\b[\"']?[ \t]*[=:][ \t\r\n]*[\"']?([A-Za-z0-9+/=_%-]{40,})")
_LINE: Final = re.compile(r"[A-Za-z0-9+/_%-]{40,}+={0,2}")
_MORE: Final = re.compile(r"[A-Za-z0-9+/_%-]++={0,2}")
_QUOTED: Final = re.compile(r"^[ \t]*+(?:>[ \t]?)++", re.MULTILINE)
_ROOT: Final = re.compile(
    rb"<(?:[\w.-]{1,40}:)?(AuthnRequest|LogoutRequest|LogoutResponse|ArtifactResponse|Response|Assertion)[\s>]"
)
_FIRST: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml\s|" + _ROOT.pattern + rb")")
_OPENING: Final = re.compile(
    r"(<|&lt;)((?:[\w.-]{1,40}:)?)(AuthnRequest|LogoutRequest|LogoutResponse|ArtifactResponse|Response|Assertion)"
    r"(?=[\s>]|&gt;)"
)
_CARRYING: Final = re.compile(
    r"(\bhttps?://[^\s\"'<>`?#]+[?#])[^\s\"'<>`]*SAML(?:Response|Request)=[^\s\"'<>`]*", re.IGNORECASE
)
_LONG: Final = re.compile(
    r"(?<![A-Za-z0-9+/_%-])(?!MI)[A-Za-z0-9+/_%-]{100,}+={0,2}"
    r"|(?:^[ \t>]*+(?!MI)[A-Za-z0-9+/]{60,}+={0,2}[ \t\r]*\n?){2,}+(?:[ \t>]*+[A-Za-z0-9+/]++={1,2}[ \t\r]*$)?",
    re.MULTILINE,
)
_IN_JSON: Final = re.compile(r"\\(/|u002[bf]|u003d)", re.IGNORECASE)
_MEANT: Final = {"/": "/", "u002b": "+", "u002f": "/", "u003d": "="}
_SPACED: Final = re.compile(r"[A-Za-z0-9+/_%-]++(?: ++[A-Za-z0-9+/_%-]++)++={0,2}")
_AFTER: Final = " \t\r\"',;"
_ESCAPED: Final = re.compile(r"\\(.)")
_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t"}
_MAX: Final = 500
_MAX_WRAPPED: Final = 40_000
"""Characters of a wrapped blob up to which each line is asked whether another message begins: time stays linear."""


def http(text: str) -> Iterator[Wire]:
    """Raw HTTP messages: a request and the answer that follows it."""
    pending: Wire | None = None
    starts = list(_START.finditer(text))[: _MAX * 2]
    ends = [match.start() for match in starts[1:]] + [len(text)]
    for match, end in zip(starts, ends, strict=True):
        headers, body = _parted(text[match.end() : end])
        if match[1]:
            if pending:
                yield pending
            pending = _request(match[1], match[2], headers, body)
        else:
            answered = (pending or Wire("", ""))._replace(status=int(match[3]), headers=headers, answer=body)
            yield answered if pending else _redirected(answered)
            pending = None
    if pending:
        yield pending


def is_http(text: str) -> bool:
    """Whether a line of the text begins an HTTP message."""
    return _START.search(text) is not None


def _parted(message: str) -> tuple[dict[str, str], str]:
    text = _PREFIX.sub("", message.replace("\r\n", "\n")).removeprefix("\n")
    head, _, body = text.partition("\n\n")
    headers: dict[str, str] = {}
    for line in head.split("\n")[:200]:
        if match := _HEADER.match(line.strip()):
            headers.setdefault(match[1].lower(), match[2].strip())
    return headers, body.strip("\n")


def _request(method: str, target: str, headers: dict[str, str], body: str) -> Wire:
    url = target if "://" in target else f"https://{headers.get('host', '')}{target}"
    return Wire(method, url, body=body)


def _redirected(answer: Wire) -> Wire:
    """An answer alone: the request that its Location makes the browser send."""
    location = answer.headers.get("location", "")
    return Wire("GET", location) if location else answer


def form(text: str) -> Iterator[Wire]:
    """The SAML form of an HTML page, as the request that it sends."""
    fields = embedded.fields_of(text)
    if any(name in fields for name in embedded.NAMES):
        yield Wire("POST", embedded.action_of(text), fields=tuple(fields.items()))


def is_body(text: str) -> bool:
    """Whether the text is a form body or a query string with a SAML message."""
    return _BODY.match(text) is not None


def body(text: str) -> Iterator[Wire]:
    """A form body alone; whether it was posted or redirected cannot be seen."""
    yield Wire("", "", body=text.strip(" \t\r\n\"'?&"))


def noisy(text: str) -> Iterator[Wire]:
    """URLs that carry a protocol's parameters; then bare base64, XML, or at last values with a label."""
    urls = [match[0].rstrip(".,;)]}>") for match in _URL.finditer(text)]
    for url in [url for url in urls if "=" in url][:_MAX]:
        yield Wire("GET", url)
    plain = _unescaped(_QUOTED.sub("", _URL.sub(" ", text)))
    if blobs := list(_blobs(plain)):
        yield from blobs
    elif found := list(_xml(text)):
        yield from found
    else:
        for match in list(_LABELLED.finditer(plain))[:_MAX]:
            yield Wire("", "", fields=((match[1], match[2]),))


def _unescaped(text: str) -> str:
    """Base64 as JSON may write it in a line of a log: slash, plus and equals sign escaped."""
    return _IN_JSON.sub(lambda match: _MEANT[match[1].lower()], text) if "\\" in text else text


def without_messages(text: str) -> str:
    """The words around messages: what `noisy` found is cut out, and so are query strings of URLs with one."""
    text = _CARRYING.sub(r"\1 [saml message]", text)
    for written in _written(text):
        text = text.replace(written, " [saml message] ")
    return _LONG.sub("[saml message]", text)


def _xml(text: str) -> Iterator[Wire]:
    for written in _written(text):
        if "urn:oasis:names:tc:SAML" in written:
            yield Wire("", "", saml=_plain(written))


def _written(text: str) -> Iterator[str]:
    """XML of messages as it stands in the text, one after the other; linear, whatever the text."""
    at = 0
    for _ in range(_MAX):
        match = _OPENING.search(text, at)
        if match is None:
            return
        close = f"{match[1]}/{match[2]}{match[3]}" + (">" if match[1] == "<" else "&gt;")
        begin = text.find(close, match.end())
        if begin < 0:
            return
        at = begin + len(close)
        yield text[match.start() : at]


def _plain(written: str) -> str:
    """XML that a log escaped: as HTML, or as a string in JSON or code."""
    if written.startswith("&"):
        written = unescape(written)
    if '=\\"' in written:
        written = _ESCAPED.sub(lambda match: _ESCAPES.get(match[1], match[1]), written)
    return written


def _blobs(text: str) -> Iterator[Wire]:
    """Base64 of SAML messages, on one line or wrapped at a fixed width."""
    lines = text.split("\n")
    at = found = 0
    while at < len(lines) and found < _MAX:
        match = _LINE.search(lines[at])
        at += 1
        if match is None:
            continue
        if spaced := _with_plus(match[0], lines[at - 1][match.start() :]):
            found += 1
            yield spaced
            continue
        wrapped = [match[0]]
        alone = not lines[at - 1][match.end() :].strip()
        while alone and at < len(lines) and _continues(wrapped, lines[at].strip()):
            wrapped.append(lines[at].strip())
            at += 1
        if wire := _message(wrapped):
            found += 1
            yield wire


def _with_plus(run: str, line: str) -> Wire | None:
    """A message on one line in which a form's decoding turned every plus sign into a space."""
    line = line.rstrip(_AFTER)
    if len(line) == len(run) or _SPACED.fullmatch(line) is None or _closed(run):
        return None
    value = line.replace(" ", "+")
    value += "+" if len(value) % 4 == 3 else ""  # XML of the right length ends with a plus sign
    return _message([value]) if _closed(value) else None


def _continues(wrapped: list[str], line: str) -> bool:
    """A wrapped blob goes on while its lines are full, and ends with a shorter one or where another begins."""
    looked = len(wrapped) <= 2 or len(wrapped) * len(wrapped[0]) <= _MAX_WRAPPED
    if looked and _begins(line) and _ended("".join(wrapped)):
        return False
    full = len(wrapped[-1]) == len(wrapped[0]) or len(wrapped) == 1
    fits = len(line) <= len(wrapped[0]) or len(wrapped) == 1
    return full and fits and not wrapped[-1].endswith("=") and _MORE.fullmatch(line) is not None


def _message(wrapped: list[str]) -> Wire | None:
    whole, but_last = "".join(wrapped), "".join(wrapped[:-1])
    for value in (but_last, whole) if not _closed(whole) and _closed(but_last) else (whole,):
        if root := root_of(value):
            name = "SAMLRequest" if root in (b"AuthnRequest", b"LogoutRequest") else "SAMLResponse"
            return Wire("", "", fields=((name, value),))
    return None


def _closed(value: str) -> bool:
    """Whether the base64 of plain XML ends where an element ends; a word swallowed after it shows here."""
    try:
        tail = binascii.a2b_base64(value[len(value) // 4 * 4 - 8 :] + "=" * (-len(value) % 4))
    except (binascii.Error, ValueError):
        return False
    return tail.rstrip()[-1:] == b">"


def _begins(line: str) -> bool:
    """Whether a message begins with this line."""
    raw = _bytes(line[:8192])
    return _FIRST.match(raw if b"<" in raw[:4] else _begun(raw)) is not None


def _ended(value: str) -> bool:
    """Whether the message is complete with these characters: by its end tag, or the end of the deflated data."""
    import zlib

    raw = _bytes(value)
    if b"<" in raw[:4]:
        root = _ROOT.search(raw[:8192])
        return root is not None and raw.rstrip().endswith(b"</" + root[0][1:].rstrip() + b">")
    decoder = zlib.decompressobj(-15)
    try:
        decoder.decompress(raw, paste.MAX_INFLATED)
    except zlib.error:
        return False
    return decoder.eof


def root_of(value: str) -> bytes | None:
    """The element with which the message in this base64 begins, deflated or not; its end may be missing."""
    raw = _bytes(value[:8192])
    match = _ROOT.search(raw if b"<" in raw[:4] else _begun(raw))
    return match[1] if match else None


def _bytes(value: str) -> bytes:
    """What whole groups of four characters say; empty for what is no base64."""
    text = (unquote(value) if "%" in value else value).rstrip("=").replace("-", "+").replace("_", "/")
    padded = text + "=" * (-len(text) % 4) if len(text) % 4 > 1 else text[: len(text) // 4 * 4]
    try:
        return binascii.a2b_base64(padded)
    except (binascii.Error, ValueError):
        return b""


def _begun(raw: bytes) -> bytes:
    import zlib

    try:
        return zlib.decompressobj(-15).decompress(raw, 8192)
    except zlib.error:
        return b""


def decoded(data: bytes) -> str:
    """At most 5 MB of text, by its byte order mark or as UTF-8."""
    encoding = sniff.bom(data) or "utf-8"
    return data[: paste.MAX_INFLATED].decode(encoding, errors="replace").strip("\ufeff \t\r\n\0")
