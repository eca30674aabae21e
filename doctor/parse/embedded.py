"""SAML messages inside recorded exchanges: which parameter, which binding, and the bytes as sent."""

from __future__ import annotations

import binascii
import hashlib
import re
import zlib
from html import unescape
from typing import TYPE_CHECKING, Final, NamedTuple

from doctor.model.capture import Detached, Message
from doctor.parse import paste, soap, strip

if TYPE_CHECKING:
    from collections.abc import Mapping

    from doctor.parse.wire import Given, Wire

NAMES: Final = ("SAMLResponse", "SAMLRequest", "SAMLart", "wresult")
_RELAY: Final = ("RelayState", "wctx")
_FIELDS: Final = ("SAML", "wresult", *_RELAY)
_FORM: Final = re.compile(r"<form(?![\w-])([^<>]{0,100000})>", re.IGNORECASE)
_FIELD: Final = re.compile(r"<input(?![\w-])([^<>]{0,8000000})>", re.IGNORECASE)
_ATTRIBUTE: Final = re.compile(r"""\b(name|value|action)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_REMOVED: Final = re.compile(
    r"\s*(?:\[.{0,80}(?:redacted|removed|filtered).{0,40}\]|\{(?:hash|obf):[^}]*\}|\{overwritten\}|\*+|x{3,}|redacted"
    r"|removed)?\s*", re.IGNORECASE)  # fmt: skip
_ROOT: Final = re.compile(
    r"<(?:[\w.-]{1,40}:)?(AuthnRequest|LogoutRequest|LogoutResponse|ArtifactResponse|Response|Assertion)[\s>]"
)
_PROOF_KEY: Final = "BinarySecret"
"""WS-Trust may send the key of a token beside it."""
URI: Final = re.compile(r"http://www\.w3\.org/[\w/.-]{1,60}#[\w-]{1,60}")
_HASHES: Final = ("sha1", "sha256", "sha384", "sha512")
_PAGES: Final = 2_000_000
_PAGE: Final = 100_000
_LATE_PAGE: Final = 4_000
_STEP: Final = 65536
_MAX: Final = 12 * 1024 * 1024
_KEPT: Final = 12 * 1024 * 1024
"""Bytes of all messages of a capture; as base64 they still fit into the 20 MB of an exhibit."""


class Budget:
    """What a whole capture may still cost: a bomb or a huge page in every entry costs no more than a few."""

    def __init__(self, left: int = 24 * 1024 * 1024) -> None:
        self.left = left
        self.pages = _PAGES
        self.room = _KEPT

    def keeps(self, xml: bytes) -> bool:
        """Whether there is room for this message too: what is kept must fit into a case."""
        self.room -= len(xml)
        return self.room >= 0

    def page(self, text: str) -> str:
        """As much of an answer's beginning as may be looked at; little once many pages were."""
        found = text[: _PAGE if self.pages > 0 else _LATE_PAGE]
        self.pages -= len(found)
        return found

    def inflated(self, data: bytes) -> tuple[bytes, str | None]:
        """Raw deflate undone, and why there is nothing: unreadable, or too-large for one message or for all."""
        decoder, found, rest = zlib.decompressobj(-15), bytearray(), data
        limit = min(paste.MAX_INFLATED, self.left)
        try:
            while rest and len(found) < limit:
                found += decoder.decompress(rest, _STEP)
                rest = decoder.unconsumed_tail
        except zlib.error:
            return b"", "unreadable"
        finally:
            self.left -= len(found) + 100
        return (b"", "too-large") if rest or limit <= 0 else (bytes(found), None)


def message(wire: Wire, given: Given, budget: Budget) -> Message | None:
    """The SAML message that the request carries, or the form in its answer, or None."""
    name = next((name for name in NAMES if name in given.values), None)
    if name is None:
        found = _kept_as_text(wire) or _of_page(wire, budget) or soap.message(wire)
    else:
        found = _carried(name, wire, given, budget)
    if found is None or budget.keeps(found.xml):
        return found
    return found._replace(xml=b"", problem="too-large", signature=None)


def _carried(name: str, wire: Wire, given: Given, budget: Budget) -> Message:
    length = _length(given.values)
    relay_state = length > 0
    if name == "SAMLart":
        return Message(name, "artifact", b"", relay_state, relay_length=length)
    binding = "redirect" if name in given.in_url else "post" if wire.url or wire.method else ""
    found = opened(given.values[name], budget, name)
    made = Message(
        name, binding, found.xml, relay_state, problem=found.problem, deflated=found.deflated, relay_length=length
    )  # fmt: skip
    if wire.saml and not found.xml:
        return made._replace(xml=_encoded(wire.saml[:_MAX], binding), exact=False, problem=None)
    return made._replace(signature=_detached(given, name)) if binding == "redirect" else made


def _kept_as_text(wire: Wire) -> Message | None:
    """The message that a tool decoded and whose parameter it left out."""
    root = _ROOT.search(wire.saml[:4000])
    if root is None:
        return None
    name = "SAMLRequest" if root[1].endswith("Request") else "SAMLResponse"
    binding = "post" if wire.method == "POST" else "redirect" if wire.method else ""
    return Message(name, binding, _encoded(wire.saml[:_MAX], binding), exact=False)


class Opened(NamedTuple):
    """The XML in a parameter's value, or why there is none (removed, unreadable, too-large)."""

    xml: bytes
    problem: str | None = None
    deflated: bool = False


def opened(value: str, budget: Budget, name: str = "") -> Opened:
    """What a parameter's value holds: base64 of XML, deflated or not; XML itself in WS-Federation."""
    if _REMOVED.fullmatch(value[:400]):
        return Opened(b"", "removed")
    if len(value) > _MAX:
        return Opened(b"", "too-large")
    if name == "wresult":
        return Opened(b"", "removed") if _PROOF_KEY in value else _as_xml(value.encode("utf-8", "replace"))
    packed = _base64(value)
    if is_xml(packed):
        return Opened(packed)
    xml, problem = budget.inflated(packed)
    return Opened(xml, None, deflated=True) if is_xml(xml) else Opened(b"", problem or "unreadable")


def _as_xml(data: bytes) -> Opened:
    return Opened(data) if is_xml(data) else Opened(b"", "unreadable")


def is_xml(data: bytes) -> bool:
    """Whether these bytes begin as XML does, with a byte order mark or white space before it."""
    return b"<" in data[:4] or data[:64].lstrip()[:1] == b"<"


def _base64(value: str) -> bytes:
    """Lenient base64: line breaks, a plus sign that became a space, the URL alphabet, lost padding."""
    text = strip.decoded(value) if "%" in value else value
    compact = "".join(text.replace(" ", "+").split()) if "\n" not in text else "".join(text.split())
    compact = compact.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        found = binascii.a2b_base64(compact + "=" * (-len(compact) % 4))
        lost = " " in text and len(compact) % 4 == 3 and "=" not in text and not found.endswith(b">")
        return binascii.a2b_base64(compact + "+") if lost else found  # a space at the end was a plus sign too
    except (binascii.Error, ValueError):
        return b""


def _encoded(text: str, binding: str) -> bytes:
    """The bytes of a message that a tool kept as text; a redirect's as one character a byte."""
    if _PROOF_KEY in text:
        return b""
    try:
        return text.encode("latin-1" if binding == "redirect" else "utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-8", errors="replace")


def _detached(given: Given, name: str) -> Detached | None:
    """The redirect's signature over `name=…[&RelayState=…]&SigAlg=…`, each as it was encoded."""
    raw = {key: f"{key}={value}" for key, value in reversed(strip.pairs(given.query))}
    algorithm, signature = given.values.get("SigAlg", ""), _base64(given.values.get("Signature", ""))
    hashed = next((one for one in _HASHES if algorithm.lower().endswith(one)), None)
    if not signature or hashed is None or len(signature) > 8192:
        return None
    octets = "&".join(raw[key] for key in (name, "RelayState", "SigAlg") if key in raw)
    digest = hashlib.new(hashed, octets.encode("utf-8", errors="replace"), usedforsecurity=False).digest()
    return Detached(algorithm if URI.fullmatch(algorithm) else "unknown", signature, hashed, digest)


def _of_page(wire: Wire, budget: Budget) -> Message | None:
    if not any(word in wire.answer for word in ("SAMLRe", "wresult")) or "<" not in wire.answer[:4096]:
        return None
    fields = fields_of(wire.answer)
    name = next((name for name in NAMES if name in fields), None)
    if name is None or name == "SAMLart":
        return None
    found = opened(fields[name], budget, name)
    length = _length(fields)
    return Message(
        name, "post", found.xml, length > 0, carrier="page", problem=found.problem, deflated=found.deflated,
        relay_length=length,
    )  # fmt: skip


def _length(values: Mapping[str, str]) -> int:
    """The length of RelayState in bytes; what it says is nobody's business."""
    return max(len((values.get(one) or "").encode("utf-8", "replace")) for one in _RELAY)


def fields_of(page: str) -> dict[str, str]:
    """The SAML fields of the forms in an HTML page."""
    found: dict[str, str] = {}
    for match in _FIELD.finditer(page):
        if any(word in match[1] for word in _FIELDS):
            attributes = _attributes(match[1])
            found.setdefault(attributes.get("name", ""), attributes.get("value", ""))
    return found


def action_of(page: str) -> str:
    """Where the first form of the page is sent."""
    match = _FORM.search(page)
    return _attributes(match[1]).get("action", "").strip() if match else ""


def _attributes(written: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(written):
        found.setdefault(match[1].lower(), unescape(match[2] or match[3] or match[4] or ""))
    return found
