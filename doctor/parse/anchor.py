"""Columns: where an element stands on its line.

lxml knows lines but no columns, and real metadata is often one single line. The parser numbers the
elements that findings point at (the anchors) in document order; when a finding is written, expat
counts the same anchors again and knows line and column of each. Nothing is paid while all is well.
"""

from __future__ import annotations

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
_WILD: Final = tuple("{*}" + name for name in ANCHORS)
_NAMES: Final = frozenset(ANCHORS)


def numbered(root: Element) -> dict[Element, int]:
    """The anchors below `root`, each with its number in document order."""
    return {element: number for number, element in enumerate(root.iter(*_WILD))}


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
    start = 0
    for _ in range(line - 1):
        start = data.find(b"\n", start) + 1
        if start == 0:
            return None
    return start


@lru_cache(maxsize=1)
def _positions(data: bytes) -> tuple[Place, ...]:
    from xml.parsers import expat

    parser = expat.ParserCreate()
    places: list[Place] = []

    def start(name: str, _attributes: object) -> None:
        if name.rpartition(":")[2] in _NAMES:
            places.append(Place(parser.CurrentLineNumber, parser.CurrentColumnNumber + 1))

    parser.StartElementHandler = start
    try:
        parser.Parse(data, True)  # noqa: FBT003
    except expat.ExpatError:
        return tuple(places)
    return tuple(places)
