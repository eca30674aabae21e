"""The one door through which XML enters.

No DTD, no entities, no network, bounded depth and size; comments and processing instructions are
dropped. What is refused is refused with a word for it and, where there is one, a line and a column.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from lxml import etree

from doctor.model.error import DoctorError
from doctor.model.finding import Place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

Element = Any
"""An lxml element; lxml ships no types."""

MAX_DOCUMENT: Final = 20 * 1024 * 1024
"""Bytes of a document that is read as a whole; aggregates stream and may be larger."""

_SAFE: Final[dict[str, Any]] = {
    "resolve_entities": False, "no_network": True, "load_dtd": False, "dtd_validation": False,
    "huge_tree": False, "remove_comments": True, "remove_pis": True,
}  # fmt: skip
_PARSER: Final = etree.XMLParser(**_SAFE)
_KEEP: Final = _SAFE | {"remove_comments": False, "remove_pis": False}
KEEPING: Final = etree.XMLParser(**_KEEP)
"""The parser of `faithful`."""
_PLAIN: Final = ("utf-8", "us-ascii", "ascii", "iso-8859-1", "windows-1252", "cp1252")
"""Encodings in which a less-than sign is always that one byte."""
_DOCTYPE: Final = re.compile(rb"<!\s*DOCTYPE", re.IGNORECASE)
_DECLARATION: Final = re.compile(rb"<\?xml[^>]{0,200}\?>")
_TOO_DEEP: Final = ("Excessive depth", "depth in document")
_TOO_LARGE: Final = ("huge", "Huge", "Resource limit", "xmlSBuf", "lookup")
_ENCODING: Final = ("encoding", "UTF-8", "Unsupported", "invalid character in", "Char 0x")


class XmlRefused(DoctorError):  # noqa: N818  (a refusal, not a failure of ours)
    """XML that the door does not let in.

    `problem` is not-well-formed, doctype, too-large, too-deep or encoding; `place` where the parser
    stopped.
    """

    def __init__(self, problem: str, detail: str, place: Place = Place()) -> None:  # noqa: B008
        super().__init__(detail)
        self.problem = problem
        self.detail = detail
        self.place = place


def root_of(data: bytes, encoding: str | None = None) -> Element:
    """Parse a whole document and give its root element.

    `encoding` overrides what the declaration says. Raises `XmlRefused`.
    """
    if len(data) > MAX_DOCUMENT:
        raise XmlRefused("too-large", f"{len(data):,} bytes; at most {MAX_DOCUMENT:,} are read as one document")
    refuse_doctype(data[:65536])
    parser = _PARSER if encoding is None else etree.XMLParser(encoding=encoding, **_SAFE)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise _refusal(error) from None
    except (ValueError, LookupError) as error:
        raise XmlRefused("encoding", str(error)) from None
    if root is None or root.getroottree().docinfo.internalDTD is not None:
        raise XmlRefused("doctype", "the document type declaration is refused")
    return root


def faithful(data: bytes, encoding: str | None = None) -> Element:
    """A root whose comments and processing instructions are still there: a signature may cover them.

    Everything else is as with `root_of`. Raises `XmlRefused`.
    """
    if len(data) > MAX_DOCUMENT:
        raise XmlRefused("too-large", f"{len(data):,} bytes; at most {MAX_DOCUMENT:,} are read as one document")
    refuse_doctype(data[:65536])
    try:
        root = etree.fromstring(data, KEEPING if encoding is None else etree.XMLParser(encoding=encoding, **_KEEP))
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise XmlRefused("not-well-formed", " ".join(str(error).split())[:200]) from None
    if root is None or root.getroottree().docinfo.internalDTD is not None:
        raise XmlRefused("doctype", "the document type declaration is refused")
    return root


def may_hold_comments(root: Element, source: bytes) -> bool:
    """Whether `root_of` may have dropped a comment or a processing instruction of these bytes."""
    encoding = (root.getroottree().docinfo.encoding or "utf-8").lower()
    if encoding not in _PLAIN or (b"!" in source and b"<!--" in source):
        return True
    # One byte that is rare in XML is found many times faster than two of which one is frequent.
    return b"<?" in source[4:200] or (source.find(b"?", 200) >= 0 and source.find(b"<?", 4) >= 0)


def refuse_doctype(head: bytes) -> None:
    """Raise `XmlRefused` when the first bytes declare a document type: it could define entities."""
    match = _DOCTYPE.search(head.replace(b"\0", b""))
    if match:
        line = head.count(b"\n", 0, match.start()) + 1
        detail = "a document type declaration (DOCTYPE) can define entities; SAML documents have none"
        raise XmlRefused("doctype", detail, Place(line, 1))


def stream(source: IO[bytes], tag: str) -> Iterator[Element]:
    """Yield each finished element with this name from a large document, then forget it.

    Memory does not grow with the number of elements. The root is not yielded. Raises `XmlRefused`.
    """
    options = _SAFE | {"huge_tree": True}
    events = etree.iterparse(_Guarded(source), events=("end",), tag=tag, **options)
    try:
        for _, element in events:
            yield element
            element.clear(keep_tail=False)
            parent = element.getparent()
            while parent is not None and element.getprevious() is not None:
                del parent[0]
    except etree.XMLSyntaxError as error:
        raise _refusal(error) from None


class _Guarded:
    """A stream whose first bytes are looked at before the parser sees them."""

    def __init__(self, source: IO[bytes]) -> None:
        self.source = source
        self.first = True

    def read(self, size: int = 65536) -> bytes:
        data = self.source.read(size)
        if self.first:
            self.first = False
            refuse_doctype(data[:65536])
        return data


def blank_declaration(data: bytes) -> bytes:
    """The same bytes with the XML declaration blanked out, so that lines and columns stay."""
    return _DECLARATION.sub(lambda match: b" " * len(match.group()), data, count=1)


def _refusal(error: Any) -> XmlRefused:
    line, column = error.position if error.position else (None, None)
    text = re.sub(r"(, line \d+, column \d+|, try XML_PARSE_HUGE).*$", "", str(error.msg or "it cannot be parsed"))
    return XmlRefused(_problem(text), text, Place(line or None, column or None))


def _problem(text: str) -> str:
    if any(word in text for word in _TOO_DEEP):
        return "too-deep"
    if any(word in text for word in _TOO_LARGE):
        return "too-large"
    if any(word in text for word in _ENCODING):
        return "encoding"
    return "not-well-formed"
