"""The text of a document as a person may see it: decoded, laid out, without secrets. Who shows it masks people."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, NamedTuple

from doctor.model import redaction
from doctor.model.error import DoctorError
from doctor.parse import sniff
from doctor.sources import exhibit, reader
from doctor.sources import subject as subjects

if TYPE_CHECKING:
    from collections.abc import Iterator

    from doctor.model.document import Document

MAX_SHOWN: Final = 20 * 1024 * 1024
"""Bytes of one document that are shown."""


class Shown(NamedTuple):
    """A document's text. `placed`: lines are those that findings name."""

    text: str
    placed: bool


def shown(subject: str | bytes, *, allow_private: bool = False) -> dict[str, Shown]:
    """The text of each document that an input holds, by the name that a report gives it.

    An address is not asked again, and an aggregate, which may be larger than memory, is not shown.
    """
    try:
        return dict(_all(subject, allow_private=allow_private))
    except DoctorError:
        return {}


def _all(subject: str | bytes, *, allow_private: bool) -> Iterator[tuple[str, Shown]]:
    if isinstance(subject, bytes):
        yield from _each(reader.of_bytes(subject, "bytes"))
        return
    for named in subjects.named([subject]):
        if named.kind in ("file", "text"):
            yield from _each(reader.read(named, allow_private=allow_private))


def _each(found: Document | reader.Stream) -> Iterator[tuple[str, Shown]]:
    if isinstance(found, reader.Stream):
        found.hashing.stream.close()
        return
    for one in (found, *found.parts):
        yield one.name, of_document(one)


def of_document(document: Document) -> Shown:
    """One document: XML and text as they stand, JSON laid out, recordings as a case keeps them."""
    data = document.source or b""
    if document.kind in exhibit.NEVER:
        return Shown(f"A {document.kind}: it is secret, and not shown.", placed=False)
    if document.input.form == "xml" or document.kind.startswith("saml-"):
        text = sniff.whole_text(redaction.without_private_keys(data[:MAX_SHOWN]))
        return Shown(text, placed=True)
    text = sniff.whole_text(exhibit.stripped(document)[:MAX_SHOWN])
    return Shown(_laid_out(text), placed=False)


def _laid_out(text: str) -> str:
    """JSON on lines of its own; anything else as it is."""
    if text.lstrip()[:1] not in ("{", "["):
        return text
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text
