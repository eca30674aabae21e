"""Texts that people bring: which error entries they match, and which values they quote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from doctor.engine.pattern import compiled
from doctor.facts.registry import declared

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_TEXT: Final = 64 * 1024
"""Characters of one report that are searched; a ticket is shorter."""


class Match(NamedTuple):
    """One error entry found in a text: the entry, the words that matched, the facts they tell."""

    entry: dict[str, Any]
    text: str
    start: int
    facts: dict[str, Any]

    @property
    def suspects(self) -> tuple[str, ...]:
        """The rules that the entry points to, most likely first."""
        return tuple(self.entry["suspects"])


def matches(text: str, entries: Iterable[dict[str, Any]], provider: str | None = None) -> list[Match]:
    """Every entry that the text matches, the most specific first.

    `provider` leaves out entries that belong to another identity provider; generic ones always count.
    An entry is more specific when it has a code, then when its match is longer, then when it quotes values.
    """
    cut = text[:MAX_TEXT]
    lower = cut.lower()
    found = list(_found(cut, lower, entries, provider))
    return sorted(found, key=_specific)


def _found(cut: str, lower: str, entries: Iterable[dict[str, Any]], provider: str | None) -> Iterator[Match]:
    for entry in entries:
        if entry["hint"] not in lower or not _belongs(entry, provider):
            continue
        match = compiled(entry["pattern"]).search(cut)
        if match is not None:
            yield Match(entry, match.group(), match.start(), _facts(entry, match.groupdict()))


def _belongs(entry: dict[str, Any], provider: str | None) -> bool:
    return provider is None or entry["idp"] is None or entry["idp"] == provider


def _facts(entry: dict[str, Any], groups: dict[str, str | None]) -> dict[str, Any]:
    told = dict(entry["sets"])
    for name, group in entry["facts"].items():
        value = groups.get(group)
        if value:
            told[name] = _typed(name, value.strip())
    return {name: value for name, value in told.items() if value is not None}


def _typed(name: str, text: str) -> Any:
    fact = declared(name)
    if fact is None or fact.type.name != "number":
        return text
    try:
        return int(float(text))
    except ValueError:
        return None


def _specific(match: Match) -> tuple[int, int, int, str]:
    return (match.entry["code"] is None, -len(match.facts), -len(match.text), match.entry["id"])
