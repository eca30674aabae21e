"""What somebody dropped on the first screen: a file, an address, a rule, a product's name, or any text.

Cheap enough for every key: nothing is opened or fetched here.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from doctor.catalogue import lookup
from doctor.sources import subject

if TYPE_CHECKING:
    from doctor.engine.rulebook import Rulebook

_ADDRESS: Final = re.compile(r"https?://\S+", re.IGNORECASE)
_CONNECTION: Final = re.compile(r"conn_[A-Za-z0-9]{8,40}")
_SHORT: Final = 60
"""Characters up to which a text may be the name of a product."""
_LONGEST_PATH: Final = 1000


class Dropped(NamedTuple):
    """What was dropped. `kind`: nothing, path, url, rule, connection, product or text; `say` is what enter would do."""

    kind: str
    word: str
    say: str


def recognised(text: str, book: Rulebook) -> Dropped:
    """What this text stands for."""
    word = text.strip()
    if not word:
        return Dropped("nothing", "", "")
    if (path := _path(word)) is not None:
        return Dropped("path", path, "enter: read this " + ("folder" if os.path.isdir(path) else "file"))  # noqa: PTH112
    return _address(word) if _ADDRESS.fullmatch(word) else _named(word, book)


def _named(word: str, book: Rulebook) -> Dropped:
    """Something that has this name; else it is a text."""
    if word in book.ids:
        return Dropped("rule", word, "enter: the page of this rule")
    if _CONNECTION.fullmatch(word):
        return Dropped("connection", word, "enter: ask the vendor about this connection")
    if len(word) <= _SHORT and lookup.plain(word) and lookup.search(book.providers, word):
        return Dropped("product", word, "enter: set up the chosen one")
    return Dropped("text", word, "enter: diagnose with this text")


def _path(word: str) -> str | None:
    if len(word) > _LONGEST_PATH or "\n" in word or "\0" in word:
        return None
    path = os.path.expanduser(word.strip("\"'").removeprefix("file://"))  # noqa: PTH111
    return path if os.path.lexists(path) else None


def _address(word: str) -> Dropped:
    kind = next(iter(subject.named([word]))).kind
    if kind == "text":
        return Dropped("text", word, "enter: read what this address carries; it is not fetched")
    return Dropped("url", word, "enter: fetch this address and check it")
