"""What bytes are by their look alone: XML, HTML, JSON, PEM, DER, base64, text, binary or nothing.

File names say nothing: people rename things. Everything here reads a bounded head of the bytes.
"""

from __future__ import annotations

import re
from typing import Final

HEAD: Final = 65536
"""Bytes that are enough to recognise any input."""

_BOMS: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe\x00\x00", "utf-32"), (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"),
)  # fmt: skip
_BOM_BEGINS: Final = (b"\xef", b"\xff", b"\xfe", b"\0")
_ROOT: Final = re.compile(r"<(?:([A-Za-z_][\w.-]*):)?([A-Za-z_][\w.-]*)[\s/>]")
_SKIPPED: Final = (("<?", "?>"), ("<!--", "-->"))
"""What may stand before the first element, each with its end; a document type has its own rule."""
_HTML: Final = re.compile(
    r"\s*<(?:!doctype\s+html|html|head|body|script|title|form|meta|div|style|p|table|link|input)(?![\w:.-])",
    re.IGNORECASE,
)
_ENCODING: Final = re.compile(r"""<\?xml[^>]*\bencoding\s*=\s*["']([\w.:-]{1,40})["']""")
_TEXT_CONTROL: Final = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_CONTROL: Final = bytes((*range(9), *range(14, 27), *range(28, 32)))
"""The same: taken out of bytes they are counted many times faster."""


def bom(data: bytes) -> str | None:
    """The encoding that a byte order mark announces, or None."""
    if data[:1] not in _BOM_BEGINS:
        return None
    return next((name for mark, name in _BOMS if data.startswith(mark)), None)


def head_text(data: bytes) -> str:
    """The first bytes as text, never failing: for looking, not for parsing."""
    return whole_text(data[:HEAD])


def whole_text(data: bytes) -> str:
    """All bytes as text, never failing: for texts that people wrote."""
    return data.decode(bom(data) or _guessed(data[:HEAD]), errors="replace").lstrip("\ufeff")


def utf8(data: bytes) -> bytes:
    """Text of two or four bytes a character, as PowerShell writes files, as UTF-8; all else as it is."""
    if b"\0" not in data[:64]:
        return data
    encoding = bom(data) or _guessed(data[:HEAD])
    return data if encoding.startswith("utf-8") else data.decode(encoding, "replace").encode("utf-8", "replace")


def _guessed(head: bytes) -> str:
    if head[:4] == b"<\x00?\x00" or (head[1:2] == b"\x00" and head[3:4] == b"\x00"):
        return "utf-16-le"
    return "utf-16-be" if head[:1] == b"\x00" and head[2:3] == b"\x00" else "utf-8"


def declared_encoding(text: str) -> str | None:
    """The encoding that an XML declaration names, lower case, or None."""
    match = _ENCODING.match(text.lstrip())
    return match[1].lower() if match else None


def form(data: bytes, text: str) -> str:
    """One word for what the bytes look like. `text` is `head_text(data)`."""
    shown = text.lstrip()
    if not shown.strip("\0 \t\r\n"):
        return "empty" if not data.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe") else "binary"
    if shown[0] == "<":
        return "html" if _HTML.match(shown, _begin(shown)) else "xml"
    if shown[0] in "{[":
        return "json"
    if "-----BEGIN " in text:
        return "pem"
    if data[:1] == b"0" and data[1:2] >= b"\x80" and _TEXT_CONTROL.search(text):
        return "der"
    return _text_form(data, text)


def _text_form(data: bytes, text: str) -> str:
    if b"\0" in data[:HEAD] and bom(data) is None and not _wide(text):
        return "binary"
    plain = text.encode("utf-8", "replace")
    controls = len(plain) - len(plain.translate(None, _CONTROL)) + text.count("\ufffd")
    if controls > max(len(text) // 20, 3):
        return "binary"
    if "<" in text and re.search(r"<(?:\w+:)?(?:EntityDescriptor|EntitiesDescriptor|Response|Assertion)[\s>]", text):
        return "xml"
    return "text"


def _wide(text: str) -> bool:
    """Whether two bytes a character, without a mark, gave plain text."""
    head = text[:200]
    return head.isascii() and _TEXT_CONTROL.search(head) is None


def _begin(text: str) -> int:
    """Where comments and processing instructions at the beginning end."""
    at = len(text) - len(text.lstrip())
    while True:
        end = next((end for begin, end in _SKIPPED if text.startswith(begin, at)), None)
        found = text.find(end, at) if end else -1
        if end is None or found < 0:
            return at
        at = found + len(end)
        at += len(text[at:]) - len(text[at:].lstrip())


def root_name(text: str) -> tuple[str, str]:
    """Prefix and local name of the first element, as written, even when the rest is broken."""
    at = _begin(text)
    if text[at : at + 9].upper() == "<!DOCTYPE":
        inner = text.find("[", at, text.find(">", at) + 1)
        at = text.find("]>", at) + 2 if inner > 0 else text.find(">", at) + 1
    found = _ROOT.search(text, max(at, 0))
    return (found[1] or "", found[2]) if found else ("", "")
