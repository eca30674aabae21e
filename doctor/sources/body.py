"""The body of an answer, read and decompressed within a bound."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from doctor.sources.failure import FetchError

if TYPE_CHECKING:
    from collections.abc import Iterable


def decoded(chunks: Iterable[bytes], encoding: str, limit: int) -> bytes:
    """The whole body, or its first `limit` + 1 bytes."""
    name = encoding.strip().lower()
    if name in {"", "identity"}:
        return _cut(chunks, limit)
    if name not in {"gzip", "x-gzip"}:
        # Stacked encodings ("gzip, gzip") multiply a bomb and are refused with the unknown ones.
        raise FetchError("protocol", f"the body is encoded as {name}, which was not asked for")
    return _unzipped(chunks, limit)


def _cut(chunks: Iterable[bytes], limit: int) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > limit:
            break
    return bytes(body[: limit + 1])


def _unzipped(chunks: Iterable[bytes], limit: int) -> bytes:
    """gzip (RFC 1952), bounded on both sides: endless headers or empty members give input and no output."""
    body, sent, stream = bytearray(), 0, zlib.decompressobj(31)
    try:
        for chunk in chunks:
            sent += len(chunk)
            stream = _inflate(stream, chunk, body, limit + 1)
            if len(body) > limit:
                return bytes(body)
            if sent > limit:
                raise FetchError("too-large", f"more than {limit} compressed bytes")
    except zlib.error as error:
        raise FetchError("protocol", f"the gzip body is broken: {error}") from None
    if sent and not stream.eof:
        raise FetchError("protocol", "the gzip body breaks off")
    return bytes(body)


def _inflate(stream: zlib._Decompress, chunk: bytes, body: bytearray, limit: int) -> zlib._Decompress:
    """Appends to `body` up to `limit`; what goes on after the end of a member is the next member."""
    while chunk and len(body) < limit:
        if stream.eof:
            stream = zlib.decompressobj(31)
        body += stream.decompress(chunk, limit - len(body))
        chunk = stream.unused_data
    return stream
