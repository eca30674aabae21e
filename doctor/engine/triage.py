"""A pasted ticket taken apart: error texts, codes, ids, times, addresses, messages; and where to look.

Everything is bounded, and nothing personal is repeated: an e-mail address is noticed by its domain only.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from doctor.engine.report_text import MAX_TEXT, Match, matches
from doctor.model.pattern import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Noticed(NamedTuple):
    """Something in a text that helps to look further: what it is, its value, where it can be looked up."""

    kind: str
    value: str
    look: str


_PATTERNS: Final = (
    ("connection id", Pattern(r"\bconn_[A-Za-z0-9]{8,40}\b"), "the connection's page at the vendor"),
    ("organization id", Pattern(r"\borg_[A-Za-z0-9]{8,40}\b"), "the organization's page at the vendor"),
    ("directory id", Pattern(r"\bdirectory_[A-Za-z0-9]{8,40}\b"), "the directory's page at the vendor"),
    ("request id", Pattern(r"\breq_[A-Za-z0-9-]{8,60}\b"), "the vendor's support and logs"),
    ("session id", Pattern(r"\b(?:session|prof|event)_[A-Za-z0-9]{8,40}\b"), "the vendor's event log"),
    ("Entra error code", Pattern(r"\bAADSTS\d{4,9}\b"), "Entra sign-in logs"),
    ("correlation or trace id", Pattern(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.I),
     "Entra sign-in logs (correlation id, with the time); AD FS event log (activity id)"),
    ("time", Pattern(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z| ?UTC|[+-]\d\d:?\d\d)?"),
     "logs of both sides at this moment"),
    ("address", Pattern(r"https?://[^\s\"'<>?#]{4,300}"), ""),
)  # fmt: skip
_EMAIL: Final = Pattern(r"[\w.+-]{1,64}@((?:[\w-]{1,63}\.)+[A-Za-z]{2,24})")
_BLOB: Final = Pattern(
    r"(?m)(?:^[A-Za-z0-9+/_-]{60,}[ \t]*\r?\n){2,}(?:[A-Za-z0-9+/_-]+={0,2}[ \t]*$)?|[A-Za-z0-9+/_%-]{200,}={0,2}"
)
"""Base64 on one line, or in lines as mail programs break it."""
_URL: Final = Pattern(r"https?://[^\s\"'<>]*[?&#](?:SAMLRequest|SAMLResponse|id_token|code|error)=[^\s\"'<>]+")
_PER_KIND: Final = 5


def matched(texts: Iterable[str], entries: Iterable[dict[str, Any]], provider: str | None) -> list[Match]:
    """The error entries that these texts match; each entry once, the most specific first."""
    listed = list(entries)
    found: dict[str, Match] = {}
    for text in texts:
        for match in matches(text, listed, provider):
            found.setdefault(match.entry["id"], match)
    return list(found.values())


def noticed(texts: Iterable[str]) -> tuple[Noticed, ...]:
    """What a reader would mark in these texts."""
    return tuple(one for text in texts for one in _noticed(text[:MAX_TEXT]))


def _noticed(text: str) -> Iterator[Noticed]:
    for kind, pattern, look in _PATTERNS:
        for value in list(dict.fromkeys(pattern.findall(text)))[:_PER_KIND]:
            yield Noticed(kind, value.rstrip(".,;)"), look)
    for domain in list(dict.fromkeys(_EMAIL.findall(text)))[:_PER_KIND]:
        yield Noticed("e-mail domain", domain.lower(), "the organization's domains at the vendor")


def blobs(text: str) -> list[str]:
    """Pieces of a text that may be documents: addresses with a message in them, long base64."""
    cut = text[: 20 * MAX_TEXT]
    urls = _URL.findall(cut)
    rest = _URL.sub(" ", cut)
    return [*urls, *_BLOB.findall(rest)][:20]
