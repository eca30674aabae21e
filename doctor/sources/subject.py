"""What the words on the command line stand for: files, folders, patterns, addresses, standard input."""

from __future__ import annotations

import os
import re
from typing import IO, TYPE_CHECKING, Final, NamedTuple

from doctor.model.error import InputError
from doctor.model.pattern import Pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_ADDRESS: Final = re.compile(r"https?://", re.IGNORECASE)
_EVIDENCE: Final = Pattern(r"[?&#](?:SAMLRequest|SAMLResponse|code|error|id_token|access_token)=", re.IGNORECASE)
_GLOB: Final = frozenset("*?[")
_HIDDEN: Final = (".", "__pycache__")
_MIN_EVIDENCE: Final = 80
_MAX_NAME: Final = 255
"""Bytes of a file name, at most, on every common file system; a path with folders may be longer."""
_MAX_SHOWN: Final = 60
_SAVE: Final = "save it to a file and give its name, or pipe it to `doctor check -`"
_EVIDENT: Final = {
    "saml-response": "a SAML response", "saml-assertion": "a SAML assertion", "saml-request": "a SAML request",
    "saml-logout": "a SAML logout message", "capture": "a captured sign-in", "certificate": "a certificate",
    "private-key": "a private key", "token": "a token", "idp-metadata": "SAML metadata",
    "sp-metadata": "SAML metadata", "metadata-aggregate": "SAML metadata",
}  # fmt: skip
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
    elif found := _evidence(word):
        raise InputError(f"{found} was given in place of a file name ({len(word):,} characters)", _SAVE)
    elif _GLOB & set(word):
        yield from _matched(word)
    else:
        raise InputError(f"there is no file {_shown(word)}", _SAVE if len(word) > _MAX_NAME else _near(word))


def _evidence(word: str) -> str | None:
    """What kind of evidence the word is itself, when it is no name: what was meant to be in a file."""
    if len(word) < _MIN_EVIDENCE:
        return None
    from doctor.parse import damaged
    from doctor.parse.recognise import recognise

    found = recognise(word.encode("utf-8", "surrogateescape"), "")
    broken = found.input.problem and damaged.is_message(found.input.root)
    if broken or found.details.get("looks_like") == "saml-message":
        return "a damaged SAML message"
    return _EVIDENT.get(found.kind)


def _shown(word: str) -> str:
    return word if len(word) <= _MAX_NAME else f"{word[:_MAX_SHOWN]}…"


def _matched(pattern: str) -> Iterator[Named]:
    """The files that a pattern matches, without following links to folders: those can lead in circles."""
    import fnmatch
    import re

    parts = pattern.replace(os.sep, "/").split("/")
    fixed = next(number for number, part in enumerate(parts) if _GLOB & set(part))
    top = "/".join(parts[:fixed]) or ("/" if pattern.startswith("/") else ".")
    wanted = re.compile(
        "/".join(_part(part, fnmatch.translate) for part in parts[fixed:]).replace("(?:.*/)?/", "(?:.*/)?")
    )
    found = 0
    for path in _walked(top, deep="**" in parts[fixed:], depth=len(parts) - fixed):
        if wanted.fullmatch(os.path.relpath(path, top).replace(os.sep, "/")):
            found += 1
            yield Named(path[2:] if top == "." else path, "file")
    if not found:
        raise InputError(f"no file matches {pattern}", "quote the pattern, or check the folder")


def _part(part: str, translate: Callable[[str], str]) -> str:
    """One part of a pattern as a regular expression; `**` is any number of folders."""
    if part == "**":
        return "(?:.*/)?"
    return translate(part).removeprefix("(?s:").removesuffix(r")\Z").replace(".*", "[^/]*")


def _walked(top: str, *, deep: bool, depth: int) -> Iterator[str]:
    """Every file below a folder, at most as deep as asked, in a stable order."""
    for parent, folders, files in os.walk(top):
        here = 1 if os.path.relpath(parent, top) == "." else 2 + os.path.relpath(parent, top).count(os.sep)
        folders[:] = sorted(name for name in folders if not name.startswith(".")) if deep or here < depth else []
        yield from (os.path.join(parent, name) for name in sorted(files) if not name.startswith("."))


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
    if " " in word.strip() and not os.path.dirname(word):
        return 'for a text: doctor diagnose --symptom "…"'
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
        if os.path.isfile(path):
            return open(path, "rb")
        if not os.path.lexists(path):
            raise InputError(f"{path} is not there any more", "it was deleted or moved meanwhile")
        if os.path.islink(path) and not os.path.exists(path):
            raise InputError(f"{path} is not a regular file: a link that leads nowhere", "check where it should lead")
        raise InputError(f"{path} is not a regular file", "give a file; a device or pipe can be read with -")
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}", "check its permissions") from None
