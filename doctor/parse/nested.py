"""SAML messages in JSON that is no recording: the body of a request, the record of a log, a value in it."""

from __future__ import annotations

import binascii
import json
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from doctor.model.document import Document

PROMISING: Final = re.compile(rb"(?i:saml)|[A-Za-z0-9+/_-]{60}")
"""What must stand in bytes that are worth a look."""
_MESSAGE: Final = re.compile(r"SAML|[A-Za-z0-9+/_-]{60}|:(?:Response|Assertion)\b")
_NAMES: Final = {"samlresponse": "SAMLResponse", "samlrequest": "SAMLRequest"}
_BASE64: Final = re.compile(r"[A-Za-z0-9+/]{40,}={0,2}")
_MAX_VALUES: Final = 50_000
_MAX_TEXT: Final = 5_000_000
_MAX_INNER: Final = 4
"""How often JSON may be a string in JSON."""


def lines(text: str) -> list[Any]:
    """The values of a log that holds one JSON value in each line; other lines are text."""
    return [_parsed(line) for line in text[:_MAX_TEXT].splitlines()[:_MAX_VALUES]]


def read(base: Document, value: Any) -> Document:
    """The message or messages in a JSON value; else `base`, marked when one begins there and is damaged."""
    from doctor.parse import damaged

    strings = list(dict.fromkeys(_strings(value)))
    if found := _found(base, strings):
        return found
    marked = damaged.of_text(base, "\n\n".join(strings))
    name = next(_named(value), None)
    return damaged.parameter(base, name) if marked is base and name else marked


def _found(base: Document, strings: list[str]) -> Document | None:
    """What these strings hold, read as a text that somebody pasted."""
    from doctor.parse import recorded

    text = "\n\n".join(strings)
    # With a line before them, several values are not read as one form body, nor XML as a whole file.
    plain = text if len(strings) == 1 and text.lstrip()[:1] != "<" else f"-\n\n{text}"
    source = base._replace(input=base.input._replace(form="text"))
    found = recorded.read(source, plain.encode("utf-8", "replace")) if text else None
    return found if found and (found.kind != "unknown" or found.details.get("looks_like")) else None


def _strings(value: Any) -> Iterator[str]:
    """Strings that may hold a message, in their order, within bounds."""
    room = _MAX_TEXT
    for _, text in _walked(value):
        if _MESSAGE.search(text):
            room -= len(text)
            if room < 0:
                return
            yield _unpacked(text)


def _named(value: Any) -> Iterator[str]:
    """The names of SAML parameters that have a value."""
    keys = (key.lower().replace("_", "") for key, text in _walked(value) if text.strip())
    return (_NAMES[key] for key in keys if key in _NAMES)


def _walked(value: Any) -> Iterator[tuple[str, str]]:
    """Every string with the key it stands under; JSON in strings is opened."""
    left, stack = _MAX_VALUES, [("", value, 0)]
    while stack and left:
        left -= 1
        key, one, inner = stack.pop()
        opened = _parsed(one) if isinstance(one, str) and inner < _MAX_INNER else one
        if isinstance(opened, str):
            yield key, opened
        elif isinstance(opened, dict | list):
            inner += isinstance(one, str)
            items = opened.items() if isinstance(opened, dict) else ((key, each) for each in opened)
            stack.extend(reversed([(name, each, inner) for name, each in items]))


def _parsed(text: str) -> Any:
    """The JSON object or list in a string, else the string."""
    if text.lstrip()[:1] not in ("{", "["):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _unpacked(text: str) -> str:
    """A form body that a gateway keeps in base64, as text; every other string as it is."""
    if not _BASE64.fullmatch(text):
        return text
    try:
        found = binascii.a2b_base64(text)
    except (binascii.Error, ValueError):
        return text
    return found.decode("ascii", "replace") if b"SAMLRe" in found[:4096] and b"<" not in found[:4] else text
