"""Reading one input, bounded in size: a document, or an aggregate that streams."""

from __future__ import annotations

import io
import sys
from typing import IO, TYPE_CHECKING, Final, NamedTuple

from doctor.model.document import Document, Input
from doctor.model.error import InputError
from doctor.parse import sniff
from doctor.parse.recognise import recognise
from doctor.sources import subject as subjects

if TYPE_CHECKING:
    from collections.abc import Iterator

    from doctor.parse.aggregate import Hashing

MAX_WHOLE: Final = 64 * 1024 * 1024
"""Bytes that are ever held in memory for one input; aggregates stream beyond it."""


class Stream(NamedTuple):
    """An aggregate that is read while it is judged. `hashing` knows digest and size at the end."""

    document: Document
    entities: Iterator[Document]
    hashing: Hashing


def read(named: subjects.Named, *, allow_private: bool = False) -> Document | Stream:
    """The document that an input holds. Raises `InputError` when no bytes can be had of a file."""
    if named.kind == "text":
        return recognise(named.name.encode(), _without_query(named.name))
    if named.kind == "url":
        from doctor.sources import download

        found = download.document(named.name, allow_private=allow_private)
        return found._replace(name=_without_secrets(named.name)) if isinstance(found, Document) else found
    if named.kind == "stdin":
        return of_bytes(_all_of(sys.stdin.buffer), "-")
    return _file(subjects.opened(named.name), named.name)


def _without_secrets(url: str) -> str:
    """An address as it may be shown and kept: without user, password and secret parameters."""
    if "@" not in url and "=" not in url:
        return url
    from doctor.model import redaction

    return redaction.text(url)


def _without_query(url: str) -> str:
    return url.partition("?")[0].partition("#")[0]


def of_bytes(data: bytes, name: str) -> Document | Stream:
    """The document in bytes that are in memory already."""
    if len(data) > MAX_WHOLE:
        return _too_large(data, name)
    head = data[: sniff.HEAD]
    if b"EntitiesDescriptor" in head.replace(b"\0", b""):
        from doctor.parse import aggregate

        if aggregate.is_aggregate(head):
            return _streamed(io.BytesIO(data), name, head, len(data))
    return recognise(data, name)


def _file(file: IO[bytes], name: str) -> Document | Stream:
    try:
        return _opened(file, name)
    except OSError as error:
        file.close()
        raise InputError(f"cannot read {name}: {error.strerror or error}", "check the file system") from None


def _opened(file: IO[bytes], name: str) -> Document | Stream:
    head = file.read(sniff.HEAD)
    if b"EntitiesDescriptor" in head.replace(b"\0", b""):
        from doctor.parse import aggregate

        if aggregate.is_aggregate(head):
            size = file.seek(0, io.SEEK_END)
            file.seek(0)
            return _streamed(file, name, head, size)
    with file:
        data = head + file.read(MAX_WHOLE - len(head)) if len(head) == sniff.HEAD else head
        rest = len(data) == MAX_WHOLE and bool(file.read(1))
    return _too_large(data, name) if rest else recognise(data, name)


def _too_large(data: bytes, name: str) -> Document:
    """Only the head is looked at; nobody needs the digest of what was not judged."""
    form = sniff.form(data, sniff.head_text(data))
    detail = f"more than {MAX_WHOLE // 1024 // 1024} MB"
    return Document("unknown", name, None, Input(form, len(data), "too-large", detail))


def _all_of(stream: IO[bytes]) -> bytes:
    return stream.read(MAX_WHOLE + 1)


def _streamed(file: IO[bytes], name: str, head: bytes, size: int) -> Document | Stream:
    from doctor.parse import aggregate

    opening = aggregate.opening(head, name, size)
    if size <= aggregate.MAX_SIGNED and aggregate.signed(head):
        with file:
            data = file.read()
        whole = recognise(data, name)
        if whole.kind == "metadata-aggregate":
            opening = whole._replace(source=None)
        file = io.BytesIO(data)
    hashing = aggregate.Hashing(file)
    return Stream(opening, aggregate.entities(hashing, name), hashing)
