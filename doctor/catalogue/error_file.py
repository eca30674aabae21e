"""The shape of error files: lists of texts that people meet, and what each one points to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from doctor.catalogue.rule import did_you_mean
from doctor.catalogue.source import Map, line_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

KEYS: Final = (
    "id", "code", "pattern", "emitter", "idp", "protocol", "stage", "means", "look", "suspects", "facts", "sets",
    "source",    "examples",
)  # fmt: skip
"""Every key of an entry; all are required."""


def problems(entries: Any, file: str, rules: Iterable[str], providers: Iterable[str]) -> list[str]:
    """What is wrong with the shape of one error file, as `file:line: what`."""
    if not isinstance(entries, list):
        return [f"{file}:1: an error file holds a list of entries"]
    known, idps = frozenset(rules), frozenset(providers)
    found = []
    for entry in entries:
        if not isinstance(entry, Map):
            found.append(f"{file}:1: an entry is a mapping")
            continue
        found += [f"{file}:{line_of(entry, key)}: {what}" for key, what in _entry(entry, known, idps)]
    return found


def _entry(entry: Map, rules: frozenset[str], idps: frozenset[str]) -> Iterator[tuple[str, str]]:
    for key in entry:
        if key not in KEYS:
            yield key, f"unknown key {key!r}{did_you_mean(key, KEYS)}"
    missing = [key for key in KEYS if key not in entry]
    if missing:
        yield "", f"the keys {', '.join(missing)} are missing in {entry.get('id')!r}"
        return
    if entry["idp"] is not None and entry["idp"] not in idps:
        yield "idp", f"{entry['idp']!r} is no product of providers.yaml{did_you_mean(str(entry['idp']), idps)}"
    for name in entry["suspects"] or ():
        if name not in rules:
            yield "suspects", f"there is no rule {name!r}{did_you_mean(str(name), rules)}"
    for key, kind in (("facts", dict), ("sets", dict), ("suspects", list), ("examples", list)):
        if not isinstance(entry[key], kind):
            yield key, f"{key} must be a {'mapping' if kind is dict else 'list'}"
    if not isinstance(entry["pattern"], str) or not isinstance(entry["means"], str) or not entry["source"]:
        yield "pattern", "pattern, means and source must be texts"


def hint(pattern: str) -> str:
    """A piece of text, in lower case, that every match holds; empty when the pattern promises none.

    Groups and character classes are passed over: good enough to skip most entries without compiling
    their patterns.
    """
    pieces, piece, depth = [], "", 0
    for part, quantifier in _PART.findall(pattern):
        depth += (part == "(") - (part == ")")
        if part == "|" and depth == 0:
            return ""
        literal = "" if depth or part == ")" else _literal(part)
        optional = quantifier[:1] in ("*", "?") or quantifier.startswith("{0")
        if literal and not optional:
            piece += literal
        if not literal or quantifier:
            pieces.append(piece)
            piece = ""
    return max([*pieces, piece], key=len).lower()


_PART: Final = re.compile(r"(\\.|\[\^?\]?[^\]]*\]|.)([*+?]\??|\{[\d,]*\}\??)?", re.DOTALL)


def _literal(part: str) -> str:
    """The character that a part of a pattern stands for; empty when it may stand for several or for none."""
    if len(part) == 1:
        return "" if part in ".^$()|" else part
    return part[1] if part[0] == "\\" and not part[1].isalnum() else ""


def ready(entry: Map) -> dict[str, Any]:
    """An entry as the engine uses it."""
    kept = {key: entry[key] for key in KEYS if key != "examples"}
    return {**kept, "hint": hint(entry["pattern"])}
