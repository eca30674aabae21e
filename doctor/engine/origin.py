"""Which facts of a case can depend on what: what a derivation asks for while nothing is known.

A derivation that is told one thing more takes the same way until it asks for that very thing. So whoever told
none of what a fact asks for in an empty case changes nothing about it, and nobody has to derive it to know.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

from doctor.facts.fact import View
from doctor.facts.registry import OF_CASE

AROUND: Final = "documents"
"""Stands for the documents of the case among what a fact asks for."""


class _Watched(View):
    """An empty case that notes what each fact asks for, and what those ask for in turn."""

    __slots__ = ("asked", "made")

    def __init__(self) -> None:
        self.asked: set[str] = set()
        self.made: dict[str, frozenset[str]] = {}
        super().__init__(OF_CASE, datetime.min.replace(tzinfo=UTC))

    def __getitem__(self, name: str) -> Any:
        value = super().__getitem__(name)
        self.asked |= self.made[name]
        return value

    def __missing__(self, name: str) -> Any:
        before, self.asked = self.asked, set()
        value = super().__missing__(name)
        self.made[name] = frozenset(self.asked) | {name}
        self.asked = before
        return value

    @property
    def around(self) -> Any:
        """The documents of the case; asking for them is noted."""
        self.asked.add(AROUND)
        return _AROUND.__get__(self)

    @around.setter
    def around(self, documents: Any) -> None:
        _AROUND.__set__(self, documents)


_AROUND: Final[Any] = View.__dict__["around"]


@cache
def _watched() -> _Watched:
    return _Watched()


def any_behind(leaves: list[str], told: frozenset[str]) -> bool:
    """Whether a leaf of a condition (`fact|` or `collection|field`) may depend on one of these facts."""
    return any(not told.isdisjoint(behind(leaf.partition("|")[0])) for leaf in leaves)


def behind(fact: str) -> frozenset[str]:
    """A fact of the case and everything that it may depend on."""
    view = _watched()
    view[fact]
    return view.made[fact]
