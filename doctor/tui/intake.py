"""What somebody dropped on the first screen: a file, an address, a rule, a product's name, a secret, or any text.

`recognised` is cheap enough for every key: it opens and fetches nothing. `seen` looks into files, in a thread.
"""

from __future__ import annotations

import base64
import os
import re
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from doctor.catalogue import lookup
from doctor.model import redaction
from doctor.model.error import DoctorError, UsageError
from doctor.sources import subject

if TYPE_CHECKING:
    from doctor.engine.rulebook import Rulebook
    from doctor.sources.reader import Stream

_ADDRESS: Final = re.compile(r"https?://\S+", re.IGNORECASE)
_CONNECTION: Final = re.compile(r"conn_[A-Za-z0-9]{8,40}")
_FILE: Final = re.compile(r"\S+\.(?:xml|har|json|pem|crt|cer|b64|txt|log|html?)", re.IGNORECASE)
_TEXTS: Final = ("unknown", "error-text", "callback", "token", "private-key", "scim")
"""Kinds whose secrets a person can see in what was pasted."""
_SHORT: Final = 60
"""Characters up to which a text may be the name of a product."""
_LONGEST_PATH: Final = 1000
_LOOKED_AT: Final = 512 * 1024
"""Bytes up to which a file is read only to say what it is."""
_BARE: Final = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z0-9_~+=-]{24,200}")
"""A word like those that are made by chance, as tokens are. Ids of vendors say what they are of: `org_01…`."""
_ID: Final = re.compile(r"[a-z]+(?:_[a-z]+)*_[0-9A-Z]{20,40}|_?[0-9a-fA-F-]{24,200}")


class Dropped(NamedTuple):
    """What was dropped. `kind`: nothing, path, missing, url, rule, connection, product, secret or text; `say` is what
    enter would do."""

    kind: str
    word: str
    say: str


def recognised(text: str, book: Rulebook) -> Dropped:
    """What this text stands for."""
    word = text.strip()
    if not word:
        return Dropped("nothing", "", "")
    if (path := _path(word)) is not None:
        return Dropped("path", path, _reads(path))
    if _ADDRESS.fullmatch(word):
        return _address(word)
    if _FILE.fullmatch(word):
        return Dropped("missing", word, "there is no such file")
    return _named(word, book)


def _reads(path: str) -> str:
    """What enter would do with what has this path."""
    if os.path.isdir(path):  # noqa: PTH112
        return "enter: read this folder"
    return "enter: read this file" if os.path.isfile(path) else "not a file that can be read"  # noqa: PTH113


def _named(word: str, book: Rulebook) -> Dropped:
    """Something that has this name; else it is a text."""
    if word in book.ids:
        return Dropped("rule", word, "enter: the page of this rule")
    if _CONNECTION.fullmatch(word):
        return Dropped("connection", word, "enter: ask the vendor about this connection")
    if len(word) <= _SHORT and lookup.plain(word) and lookup.search(book.providers, word):
        return Dropped("product", word, "enter: set up the chosen one")
    if looks_random(word):
        return Dropped("secret", word, "it looks like a token or password, which doctor never keeps")
    return Dropped("text", word, "enter: take this text")


def missing(dropped: Dropped) -> UsageError:
    """What is said of a file that is not there."""
    return UsageError(f"there is no file {dropped.word}", "^o on the first screen chooses a file; a text can be pasted")


def looks_random(word: str) -> bool:
    """Whether a lone word looks like a token or password: whoever types it is told, and it is not kept."""
    return bool(_BARE.fullmatch(word)) and not _ID.fullmatch(word) and not _encoded(word)


def _encoded(word: str) -> bool:
    """Whether a word is base64 of plain text, of which a message is made; what is made by chance hardly ever is."""
    try:
        return base64.b64decode(word.rstrip("=") + "=" * (-len(word.rstrip("=")) % 4), altchars=b"-_").isascii()
    except ValueError:
        return False


def holds_secret(text: str) -> bool:
    """Whether something in a text is taken out before it is kept."""
    return redaction.text(text) != text


def seen(dropped: Dropped) -> str:
    """What a file, a folder or a text is, in words; nothing where that is unknown. Slow: it reads the file."""
    if dropped.kind == "path":
        return _seen_at(Path(dropped.word))
    return "" if dropped.kind != "text" else _seen_in(dropped.word.encode("utf-8", "replace"))


def _seen_at(path: Path) -> str:
    try:
        if path.is_dir():
            count = sum(1 for _ in islice(path.iterdir(), 1000))
            return f"folder of {count:,} file{'s' * (count != 1)}"
        if not path.is_file():
            return ""
        size = path.stat().st_size
        return _seen_in(path.read_bytes()) if size <= _LOOKED_AT else f"file of {size / 1024 / 1024:.1f} MB"
    except OSError as error:
        return error.strerror or "cannot be read"


def _seen_in(data: bytes) -> str:
    from doctor.report.text import KINDS
    from doctor.sources import reader

    found = reader.of_bytes(data[:_LOOKED_AT], "dropped")
    if isinstance(found, reader.Stream):
        return KINDS["metadata-aggregate"] + (_entities(found) if len(data) <= _LOOKED_AT else "")
    told = "" if found.kind == "unknown" else KINDS.get(found.kind, found.kind)
    secret = found.kind in _TEXTS and redaction.text(data.decode("utf-8", "replace")) != data.decode("utf-8", "replace")
    return ", ".join(part for part in (told, "a secret in it is taken out, never kept" if secret else "") if part)


def _entities(found: Stream) -> str:
    """How many entities an aggregate holds: one that is wrapped as an aggregate is not what somebody takes for one."""
    try:
        count = sum(1 for _ in found.entities)
    except DoctorError:
        return ""
    return f" of {count:,} entities" if count != 1 else " of one entity"


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
