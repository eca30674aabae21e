"""What data of the catalogue may look like: small checks that name the line of what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

_KEBAB: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class Problem(NamedTuple):
    """Something wrong in the file, and its line (None where the data carries no lines)."""

    line: int | None
    what: str


Check = Callable[[object, "int | None"], Iterator[Problem]]


class Shape(NamedTuple):
    """What a mapping may hold: a check for each key, those that must be there and the others."""

    required: dict[str, Check]
    optional: dict[str, Check]


def text(value: object, line: int | None) -> Iterator[Problem]:
    """Text with something in it."""
    if not isinstance(value, str) or not value.strip():
        yield Problem(line, f"expected text, got {value!r}")


def text_or_null(value: object, line: int | None) -> Iterator[Problem]:
    """Text, or null."""
    if value is not None:
        yield from text(value, line)


def lower_text(value: object, line: int | None) -> Iterator[Problem]:
    """Text in lower case."""
    yield from text(value, line)
    if isinstance(value, str) and value != value.lower():
        yield Problem(line, f"must be in lower case: {value}")


def kebab(value: object, line: int | None) -> Iterator[Problem]:
    """An id in kebab-case."""
    if not isinstance(value, str) or not _KEBAB.fullmatch(value):
        yield Problem(line, f"an id is kebab-case, got {value!r}")


def version(value: object, line: int | None) -> Iterator[Problem]:
    """The number of the form that we read: 1."""
    if value != 1 or isinstance(value, bool):
        yield Problem(line, f"version must be 1, got {value!r}")


def regular_expression(value: object, line: int | None) -> Iterator[Problem]:
    """A regular expression."""
    yield from text(value, line)
    try:
        re.compile(value if isinstance(value, str) else "")
    except re.error as error:
        yield Problem(line, f"not a regular expression: {error}")


def one_of(words: Sequence[str]) -> Check:
    """One of these words."""

    def check(value: object, line: int | None) -> Iterator[Problem]:
        if value not in words:
            yield Problem(line, f"expected one of {', '.join(words)}, got {value!r}{meant(value, words)}")

    return check


def list_of(item: Check) -> Check:
    """A list with something in it, each item checked."""

    def check(value: object, line: int | None) -> Iterator[Problem]:
        if not isinstance(value, list) or not value:
            yield Problem(line, f"expected a list with something in it, got {value!r}")
            return
        for each in value:
            yield from item(each, getattr(each, "line", line))

    return check


def texts_by_key(value: object, line: int | None) -> Iterator[Problem]:
    """Texts by key."""
    if not isinstance(value, dict):
        yield Problem(line, f"expected keys with texts, got {value!r}")
        return
    for key, each in value.items():
        yield from text(each, line_of(value, key))


def shaped(shape: Shape) -> Check:
    """A mapping of this shape; a key too many is told with the nearest one."""

    def check(value: object, line: int | None) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield Problem(line, f"expected keys and values, got {value!r}")
            return
        checks = shape.required | shape.optional
        for key in shape.required.keys() - value.keys():
            yield Problem(line, f"missing key: {key}")
        for key, each in value.items():
            at = line_of(value, key)
            if key in checks:
                yield from checks[key](each, at)
            else:
                yield Problem(at, f"unknown key: {key}{meant(key, checks)}")

    return check


def lists_by_key(item: Check) -> Check:
    """Lists by key, each item checked."""

    def check(value: object, line: int | None) -> Iterator[Problem]:
        if not isinstance(value, dict) or not value:
            yield Problem(line, f"expected keys with lists, got {value!r}")
            return
        for key, each in value.items():
            yield from list_of(item)(each, line_of(value, key))

    return check


def mapped(key_check: Check, item: Check) -> Check:
    """A mapping whose keys and values are checked."""

    def check(value: object, line: int | None) -> Iterator[Problem]:
        if not isinstance(value, dict) or not value:
            yield Problem(line, f"expected keys and values, got {value!r}")
            return
        for key, each in value.items():
            yield from key_check(key, line_of(value, key))
            yield from item(each, line_of(value, key))

    return check


def text_or(shape: Shape) -> Check:
    """Text, or a mapping of this shape."""
    mapping = shaped(shape)

    def check(value: object, line: int | None) -> Iterator[Problem]:
        yield from mapping(value, line) if isinstance(value, dict) else text(value, line)

    return check


def yes(value: object, line: int | None) -> Iterator[Problem]:
    """The word true; what is not so is left out."""
    if value is not True:
        yield Problem(line, f"expected true, got {value!r}; leave it out otherwise")


def anything(value: object, line: int | None) -> Iterator[Problem]:
    """Whatever stands there; it is checked elsewhere."""
    if value is None:
        yield Problem(line, "expected something")


def line_of(mapping: Mapping[str, object], key: str) -> int | None:
    """The line of a key, where the mapping was read with lines (as `catalogue.source` does)."""
    lines: dict[str, int] = getattr(mapping, "lines", {})
    return lines.get(key)


def meant(word: object, words: Iterable[str]) -> str:
    """`, did you mean …?` with the nearest word, or nothing."""
    import difflib

    close = difflib.get_close_matches(str(word), list(words), n=1)
    return f", did you mean {close[0]}?" if close else ""
