"""Facts of the case itself: which documents it holds, and where its evidence contradicts itself."""

from __future__ import annotations

from typing import Any, Final

from doctor.facts.fact import TEXT, Fact, View, collection, record, words
from doctor.model.document import KINDS
from doctor.model.state import Unknown

_CASE: Final = ("case",)
CONTRADICTION: Final = record(fact=TEXT, label=TEXT, observed=TEXT, said=TEXT, observed_in=TEXT, said_by=TEXT)


class Contradiction:
    """One fact that two pieces of evidence tell differently; the stronger one is `observed`."""

    __slots__ = tuple(CONTRADICTION.fields)

    def __init__(self, **texts: str) -> None:
        for name, text in texts.items():
            setattr(self, name, text)


def kinds(_view: View) -> Any:
    """The kinds of documents in the case."""
    return Unknown.of("evidence.kinds")


FACTS: Final = (
    Fact("evidence.kinds", words(*KINDS), kinds, _CASE, label="evidence"),
    Fact("evidence.contradictions", collection(CONTRADICTION), None, _CASE,
         meaning="Facts that one piece of evidence tells otherwise than a stronger one."),
)  # fmt: skip
