"""Text that people paste: base64 of a message or certificate, URLs, tokens, error lines."""

from __future__ import annotations

import binascii
import re
import zlib
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, unquote, urlsplit

from doctor.parse import certificate, sniff

if TYPE_CHECKING:
    from doctor.model.document import Document

_TOKEN: Final = re.compile(r"\s*(?:Bearer\s+)?ey[\w-]+\.[\w-]+\.[\w-]*(?:\.[\w-]*\.[\w-]*)?\s*", re.IGNORECASE)
_BARE: Final = re.compile(r"[A-Za-z0-9+/=_\s-]*")
_LOOK: Final = 4096
_PROMISING: Final = re.compile(
    r"SAML|wresult|\bcurl\b|Invoke-|\bfetch\(|HTTP/\d|[A-Za-z0-9+/]{60}|:(?:Response|Assertion)\b"
    r"|\b(?:GET|POST|PUT|PATCH|DELETE)\s\S{0,2000}/(?:Users|Groups)\b"
)
_URL: Final = re.compile(r"\s*(?:GET |Location: ?)?(https?://\S+)(?:\s+HTTP/[\d.]+)?\s*", re.IGNORECASE)
_CALLBACK: Final = ("code", "error", "id_token", "access_token")
_BEFORE_XML: Final = b"\xef\xbb\xbf \t\r\n"
MAX_INFLATED: Final = 5 * 1024 * 1024
_MAX_FIELDS: Final = 1000
_MAX_TEXT: Final = 5 * 1024 * 1024


def read(base: Document, data: bytes, _text: str) -> Document:
    """A document from plain text: a message, a certificate, a token, a callback, else unknown."""
    data = sniff.utf8(data)
    text = data[:_MAX_TEXT].decode("utf-8", errors="replace").strip("\ufeff \t\r\n\0")
    if _TOKEN.fullmatch(text.strip("\"'")) or _TOKEN.fullmatch("".join(text.split())):
        from doctor.parse import oidc

        return oidc.of_text(base._replace(kind="token"), text)
    bare = _BARE.fullmatch(text[:_LOOK]) is not None
    if not bare and (recording := _recorded(base, data, text)):
        return recording
    if match := _URL.fullmatch(text):
        return _url(base, match[1])
    unquoted = (unquote(text) if "%" in text[:4000] else text).strip("\"'")
    found = _base64(base, unquoted) if certificate.looks_base64(unquoted) else base
    return found if found.kind != "unknown" else _unread(base, found, data, text, bare=bare)


def _unread(base: Document, found: Document, data: bytes, text: str, *, bare: bool) -> Document:
    """Several messages one after the other, or what is left of one."""
    recording = _recorded(base, data, text) if bare and (found is base or found.input.problem) else None
    if recording and recording.kind != "unknown":
        return recording
    from doctor.parse import damaged

    return damaged.of_text(base, text) if found is base else damaged.of_message(found)


def _recorded(base: Document, data: bytes, text: str) -> Document | None:
    if not _PROMISING.search(text):
        return None
    from doctor.parse import recorded

    return recorded.read(base, data)


def _url(base: Document, url: str) -> Document:
    try:
        parts = urlsplit(url)
    except ValueError:
        return base
    for query in (parts.query, parts.fragment):
        found = _parameters(base, query)
        if found is not base:
            from doctor.parse import oidc

            return oidc.of_text(found, url)
    from doctor.parse import damaged

    shown = base._replace(details={"url": f"{parts.scheme}://{parts.hostname or ''}{parts.path}"})
    return damaged.of_text(shown, url)


def _parameters(base: Document, query: str) -> Document:
    """The message or callback that a query string carries; values of secrets are not kept."""
    try:
        values = parse_qs(query[:_MAX_TEXT], keep_blank_values=True, max_num_fields=_MAX_FIELDS, errors="replace")
    except ValueError:
        return base
    if any(name in values for name in _CALLBACK):
        return base._replace(kind="callback", details={"parameters": sorted(values)})
    return base


def message(base: Document, text: str) -> Document | None:
    """The SAML message in base64 (deflated or not), or None when there is none. A broken one is given too."""
    readings = (_message(base, one) for one in _compact(unquote(text) if "%" in text else text))
    first = None
    for found in readings:
        if found and found.input.problem is None:
            return found
        first = first or found
    return first


def _compact(text: str) -> dict[str, None]:
    """The base64 without white space; and, where that is no message, with spaces that were plus signs in a form.

    XML of the right length ends with a plus sign, which is lost as a space at the end.
    """
    readings = ["".join(text.split())]
    if " " in text:
        lines = text.splitlines()
        readings += ["".join(line.strip().replace(" ", "+") for line in lines), "".join(lines).replace(" ", "+")]
    return dict.fromkeys([*readings, *(one + "+" for one in readings if len(one) % 4 == 3)])


def _message(base: Document, compact: str) -> Document | None:
    decoded = _decoded(compact)
    xml = decoded if decoded.lstrip(_BEFORE_XML)[:1] == b"<" else inflated(decoded)
    if xml.lstrip(_BEFORE_XML)[:1] != b"<":
        return None
    from doctor.parse import damaged, xmls

    found = xmls.read(base, xml, sniff.head_text(xml))
    if found.kind == "unknown" and found.input.problem is None and not damaged.is_message(found.input.root):
        return None
    encoding = "base64" if xml is decoded else "deflate+base64"
    return _carrying(found._replace(details={"encoded": encoding, **found.details}), xml, deflated=xml is not decoded)


def _carrying(found: Document, xml: bytes, *, deflated: bool) -> Document:
    """A SAML message with the capture that a case keeps of it: how it was encoded counts for signatures."""
    if not found.kind.startswith("saml-"):
        return found
    from doctor.model.capture import Capture, Exchange, Message

    kind, name = ("saml-request", "SAMLRequest") if found.kind == "saml-request" else ("saml-response", "SAMLResponse")
    only = Exchange(kind, "", "", "", message=Message(name, "", xml, deflated=deflated))
    return found._replace(capture=Capture("paste", (only,)))


def _base64(base: Document, text: str) -> Document:
    if found := message(base, text):
        return found
    one = certificate.from_text(text)
    if one.problem in (None, "csr", "private-key", "public-key") or _der_like(text):
        from doctor.parse.recognise import certificate_document

        return certificate_document(base._replace(input=base.input._replace(form="base64")), (one,))
    return base


def _der_like(text: str) -> bool:
    return text.lstrip().startswith("MII") and len(text) > 200


def _decoded(text: str) -> bytes:
    compact = text.replace("-", "+").replace("_", "/")
    try:
        return binascii.a2b_base64(compact + "=" * (-len(compact) % 4))
    except (binascii.Error, ValueError):
        return b""


def inflated(data: bytes) -> bytes:
    """Raw deflate undone, at most 5 MB; empty when it is none (or a bomb)."""
    decoder = zlib.decompressobj(-15)
    try:
        result = decoder.decompress(data, MAX_INFLATED)
    except zlib.error:
        return b""
    return result if not decoder.unconsumed_tail else b""
