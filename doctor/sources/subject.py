"""What the words on the command line stand for: files, folders, patterns, addresses, standard input."""

from __future__ import annotations

import os
import re
from typing import IO, TYPE_CHECKING, Final, NamedTuple

from doctor.model.error import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

_ADDRESS: Final = re.compile(r"https?://", re.IGNORECASE)
_EVIDENCE: Final = re.compile(r"[?&#](?:SAMLRequest|SAMLResponse|code|error|id_token|access_token)=", re.IGNORECASE)
_GLOB: Final = frozenset("*?[")
_HIDDEN: Final = (".", "__pycache__")
MAX_FILES: Final = 20_000


class Named(NamedTuple):
    """One input before it is read. `kind`: file, url, stdin, text (a URL that is evidence itself)."""

    name: str
    kind: str


def named(words: list[str]) -> Iterator[Named]:
    """Each input that the words stand for, folders and patterns opened, in a stable order.

    Raises `InputError` for a word that stands for nothing.
    """
    for word in words:
        if word == "-":
            yield Named("-", "stdin")
        elif _ADDRESS.match(word):
            yield Named(word, "text" if _EVIDENCE.search(word) else "url")
        else:
            yield from _paths(word)


def _paths(word: str) -> Iterator[Named]:
    if os.path.isdir(word):
        yield from _folder(word)
    elif os.path.lexists(word):
        yield Named(word, "file")
    elif _GLOB & set(word):
        import glob

        matches = sorted(glob.glob(word, recursive=True))
        yield from _matched(word, [match for match in matches if not os.path.isdir(match)])
    else:
        raise InputError(f"there is no file {word}", _near(word))


def _matched(pattern: str, matches: list[str]) -> Iterator[Named]:
    """The files that a pattern matches; a file that several links lead to counts once."""
    if not matches:
        raise InputError(f"no file matches {pattern}", "quote the pattern, or check the folder")
    seen: set[str] = set()
    for match in matches:
        real = os.path.realpath(match)
        if real not in seen:
            seen.add(real)
            yield Named(match, "file")


def _folder(folder: str) -> Iterator[Named]:
    found = 0
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(_HIDDEN))
        for name in sorted(files):
            if not name.startswith("."):
                found += 1
                yield Named(os.path.join(parent, name), "file")
        if found > MAX_FILES:
            raise InputError(f"{folder} holds more than {MAX_FILES:,} files", "name a smaller folder")
    if not found:
        raise InputError(f"{folder} holds no files", "give a file, or a folder with files")


def _near(word: str) -> str:
    from difflib import get_close_matches

    parent = os.path.dirname(word) or "."
    try:
        names = os.listdir(parent)
    except OSError:
        return "check the spelling of the folder"
    near = get_close_matches(os.path.basename(word), names, n=1)
    return f"did you mean {os.path.join(os.path.dirname(word), near[0])}?" if near else "check the spelling"


def opened(path: str) -> IO[bytes]:
    """The file, open for reading. Raises `InputError` with the reason when it cannot be."""
    try:
        if os.path.islink(path) and not os.path.exists(path):
            raise InputError(f"{path} is a link to nothing", "check where it should lead")
        if not os.path.isfile(path):
            raise InputError(f"{path} is not a regular file", "give a file; a device or pipe can be read with -")
        return open(path, "rb")
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}", "check its permissions") from None
