"""Columns: where an element stands on its line.

lxml knows lines but no columns, and real metadata is often one single line. The parser numbers the
elements that findings point at (the anchors) in document order; when a finding is written, expat
counts the same anchors again and knows line and column of each. Nothing is paid while all is well.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from doctor.model.finding import Place

if TYPE_CHECKING:
    from doctor.parse.xml import Element

ANCHORS: Final = (
    "EntitiesDescriptor", "EntityDescriptor", "IDPSSODescriptor", "SPSSODescriptor", "RoleDescriptor",
    "AttributeAuthorityDescriptor", "PDPDescriptor", "AuthnAuthorityDescriptor", "KeyDescriptor",
    "X509Certificate", "SingleSignOnService", "SingleLogoutService", "AssertionConsumerService",
    "NameIDFormat", "Signature",
)  # fmt: skip
"""The anchors of metadata. Documents with another root have those of messages beside them."""
_METADATA: Final = frozenset(name for name in ANCHORS if name.endswith("Descriptor"))
"""Roots of documents that hold no message: they are not searched for the anchors of messages."""


@lru_cache(maxsize=64)
def _names(root: str) -> frozenset[str]:
    """What is an anchor in a document whose root has this local name."""
    if root in _METADATA:
        return frozenset(ANCHORS)
    from doctor.parse import response

    return frozenset((*ANCHORS, *response.ANCHORS))


@lru_cache(maxsize=64)
def _wild(root: str) -> tuple[str, ...]:
    return tuple("{*}" + name for name in _names(root))


def numbered(element: Element) -> dict[Element, int]:
    """The anchors of the document around `element`, each with its number in document order."""
    root = element.getroottree().getroot()
    return {found: number for number, found in enumerate(root.iter(*_wild(root.tag.rpartition("}")[2])))}


def located(data: bytes, place: Place) -> Place:
    """`place` with its column, where the bytes can tell it; otherwise `place` as it is."""
    if place.anchor is None:
        return place
    found = _positions(data)
    return found[place.anchor] if place.anchor < len(found) else place


def excerpt(data: bytes, place: Place, width: int = 120) -> str | None:
    """The text at a place, from its column (or the first character) on, at most `width` long."""
    if place.line is None or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return None
    start = _line_start(data, place.line)
    if start is None:
        return None
    line = data[start : start + 4 * width + (place.column or 1) * 4].partition(b"\n")[0].decode("utf-8", "replace")
    return line[(place.column or 1) - 1 :].strip()[:width] or None


def _line_start(data: bytes, line: int) -> int | None:
    block, rest = divmod(line - 1, _BLOCK)
    blocks = _blocks(data) if block else (0,)
    if block >= len(blocks):
        return None
    start = blocks[block]
    for _ in range(rest):
        start = data.find(b"\n", start) + 1
        if start == 0:
            return None
    return start


_BLOCK: Final = 64
_LINES: Final = re.compile(rb"(?:[^\n]*\n){%d}" % _BLOCK)


@lru_cache(maxsize=1)
def _blocks(data: bytes) -> tuple[int, ...]:
    """Where each 64th line begins: with a finding on each of a hundred thousand lines nobody counts from the first."""
    starts = [0]
    while found := _LINES.match(data, starts[-1]):
        starts.append(found.end())
    return tuple(starts)


@lru_cache(maxsize=1)
def _positions(data: bytes) -> tuple[Place, ...]:
    from xml.parsers import expat

    parser = expat.ParserCreate()
    places: list[Place] = []
    anchors: frozenset[str] = frozenset()

    def start(name: str, _attributes: object) -> None:
        nonlocal anchors
        local = name.rpartition(":")[2]
        anchors = anchors or _names(local)
        if local in anchors:
            places.append(Place(parser.CurrentLineNumber, parser.CurrentColumnNumber + 1))

    parser.StartElementHandler = start
    try:
        parser.Parse(data, True)  # noqa: FBT003
    except expat.ExpatError:
        return tuple(places)
    return tuple(places)
