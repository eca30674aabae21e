"""Aggregates: many entities in one document, read one at a time however large the file is."""

from __future__ import annotations

import contextlib
import hashlib
import re
from typing import IO, TYPE_CHECKING, Final

from lxml import etree

from doctor.model.document import Document, Input
from doctor.parse import metadata, sniff, xml
from doctor.parse.recognise import kind_of_entity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from doctor.parse.xml import Element

ENTITY: Final = metadata.MD + "EntityDescriptor"
ENTITIES: Final = metadata.MD + "EntitiesDescriptor"
MAX_SIGNED: Final = 20 * 1024 * 1024
"""Bytes up to which a signed aggregate's signature is verified: beyond, it would cost a gigabyte."""


class Hashing:
    """A stream that remembers the digest and the size of what was read through it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream = stream
        self.total = hashlib.sha256()
        self.size = 0

    def read(self, size: int = 65536) -> bytes:
        """The next bytes; empty at the end."""
        data = self.stream.read(size)
        self.total.update(data)
        self.size += len(data)
        return data

    def drain(self) -> None:
        """Read to the end, so that digest and size are of the whole, and close the stream."""
        while self.read(1 << 20):
            pass
        self.stream.close()


def is_aggregate(head: bytes) -> bool:
    """Whether the first bytes begin an EntitiesDescriptor."""
    text = sniff.head_text(head)
    return sniff.form(head, text) == "xml" and sniff.root_name(text)[1] == "EntitiesDescriptor"


def opening(head: bytes, name: str, size: int) -> Document:
    """The aggregate itself, as far as its first bytes tell: its name, validity, whether it is signed."""
    base = Document("metadata-aggregate", name, None, Input("xml", size))
    root = _first(head)
    if root is None:
        return base
    details: dict[str, object] = {"name": root.get("Name")} if root.get("Name") else {}
    if size > MAX_SIGNED and signed(head):
        details["signature_skipped"] = True
    return base._replace(
        details=details, valid_until=root.get("validUntil"), cache_duration=root.get("cacheDuration")
    )  # fmt: skip


def signed(head: bytes) -> bool:
    """Whether a signature stands before the first entity."""
    return b"SignedInfo" in re.split(rb"<(?:[\w.-]+:)?EntityDescriptor[\s>]", head, maxsplit=1)[0]


def _first(head: bytes) -> Element | None:
    parser = etree.XMLPullParser(events=("start",), resolve_entities=False, no_network=True, load_dtd=False)
    with contextlib.suppress(etree.XMLSyntaxError):
        parser.feed(head)
    return next((element for _, element in parser.read_events()), None)


def entities(stream: IO[bytes] | Hashing, name: str) -> Iterator[Document]:
    """Each entity as a document of its own. Raises `XmlRefused` where the file breaks off."""
    seen: dict[str, int] = {}
    blank = Input("xml", 0)
    for element in xml.stream(stream, ENTITY):  # type: ignore[arg-type]
        entity = metadata.read_entity(element, {})
        copies = seen[entity.entity_id or ""] = seen.get(entity.entity_id or "", 0) + 1
        details: dict[str, object] = {"aggregate": True, "copies": copies}
        yield Document(kind_of_entity(entity), name, None, blank, entity, details=details)
