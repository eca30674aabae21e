"""The part of YAML that authentik writes into blueprints: mappings, lists and plain values, by their indentation.

A general YAML reader would be slow to load, and could be made to run long. Tags (`!Find`, `!KeyOf`, `!Env`) point to
something that is not in the file; their values are read as `REFERENCE`. What is not understood is left out.
"""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

MAX_LINES: Final = 50_000
_MAX_DEPTH: Final = 20
_PAIR: Final = re.compile(r"(\"[^\"]{0,200}\"|'[^']{0,200}'|[^\s:#\[\]{}&*!|>'\"%@`,-][^:#]{0,200}?):(?:\s+(.*))?")
_WORDS: Final = {
    "true": True, "yes": True, "on": True, "false": False, "no": False, "off": False, "null": None, "~": None, "": None,
}  # fmt: skip


class Reference:
    """A value that stands elsewhere."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "REFERENCE"


REFERENCE: Final = Reference()


class _Line(NamedTuple):
    indent: int
    text: str


def entries(text: str) -> list[dict[str, Any]]:
    """The entries of a blueprint, as far as they can be read."""
    lines = [_Line(len(raw) - len(raw.lstrip()), raw.strip()) for raw in text.splitlines()[:MAX_LINES]
             if raw.strip() and not raw.lstrip().startswith("#")]  # fmt: skip
    found, _ = _mapping(lines, 0, 0, 0)
    listed = found.get("entries")
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def _block(lines: list[_Line], at: int, depth: int) -> tuple[Any, int]:
    """The value that begins on this line, and the line behind it."""
    if depth > _MAX_DEPTH:
        return None, _behind(lines, at, lines[at].indent)
    if lines[at].text.startswith("- ") or lines[at].text == "-":
        return _list(lines, at, lines[at].indent, depth)
    return _mapping(lines, at, lines[at].indent, depth)


def _behind(lines: list[_Line], at: int, indent: int) -> int:
    """The first line that stands less deep."""
    while at < len(lines) and lines[at].indent >= indent:
        at += 1
    return at


def _mapping(lines: list[_Line], at: int, indent: int, depth: int) -> tuple[dict[str, Any], int]:
    found: dict[str, Any] = {}
    while at < len(lines) and lines[at].indent >= indent:
        match = _PAIR.fullmatch(lines[at].text) if lines[at].indent == indent else None
        if match is None:
            at += 1
            continue
        name, written = match[1].strip("\"'"), (match[2] or "").strip()
        found[name], at = _held(lines, at + 1, indent, written, depth)
    return found, at


def _held(lines: list[_Line], at: int, indent: int, written: str, depth: int) -> tuple[Any, int]:
    """What stands behind a colon: on the same line, or below it."""
    if written.startswith(("|", ">")):
        end = _behind(lines, at, indent + 1)
        return "\n".join(line.text for line in lines[at:end]), end
    if written and not written.startswith(("&", "!", "#")):
        return _scalar(written, depth), _behind(lines, at, indent + 1)
    below = at < len(lines) and (lines[at].indent > indent or
                                 (lines[at].indent == indent and lines[at].text.startswith("- ")))  # fmt: skip
    if written.startswith("!") or not below:
        return REFERENCE if written.startswith("!") else None, _behind(lines, at, indent + 1)
    return _block(lines, at, depth + 1)


def _list(lines: list[_Line], at: int, indent: int, depth: int) -> tuple[list[Any], int]:
    found: list[Any] = []
    while at < len(lines) and lines[at].indent == indent and lines[at].text.startswith("-"):
        inner = lines[at].text[1:]
        text = inner.strip()
        deeper = indent + 1 + len(inner) - len(inner.lstrip())
        if _PAIR.fullmatch(text):
            lines[at] = _Line(deeper, text)
            one, at = _mapping(lines, at, deeper, depth + 1)
        else:
            one, at = _held(lines, at + 1, indent, text, depth)
        found.append(one)
    return found, at


def _scalar(written: str, depth: int) -> Any:
    if written[:1] in ("{", "[") and depth < _MAX_DEPTH:
        return _flow(written, depth)
    if written[:1] in ("'", '"'):
        end = written.find(written[0], 1)
        return written[1:end] if end > 0 else written[1:]
    plain = written.partition(" #")[0].strip()
    return _WORDS.get(plain.lower(), plain)


def _flow(written: str, depth: int) -> Any:
    """`{a: b, c: d}` and `[a, b]` on one line."""
    parts = _parts(written[1:].rstrip().rstrip("}]"))
    if written[0] == "[":
        return [_scalar(one, depth + 1) for one in parts]
    pairs = (one.partition(":") for one in parts)
    return {name.strip().strip("\"'"): _scalar(rest.strip(), depth + 1) for name, _, rest in pairs if name.strip()}


def _parts(text: str) -> list[str]:
    """The pieces between commas that stand in no quotes and no brackets."""
    found, piece, quote, depth = [], "", "", 0
    for char in text:
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        depth += (char in "[{") - (char in "]}") if not quote else 0
        if char == "," and not quote and depth <= 0:
            found.append(piece.strip())
            piece = ""
        else:
            piece += char
    return [one for one in [*found, piece.strip()] if one]
