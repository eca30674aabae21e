"""The facts of a case: every document's own view, and one view of the case that joins what they tell.

Observation (a document) beats what people say (an option, an answer), which beats a report (the
values that an error text quotes). Where documents disagree among themselves the fact is unknown
(ambiguous); where a weaker source says otherwise, that is a contradiction, and a fact itself.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from doctor.engine.example import given_value
from doctor.engine.judge import shown
from doctor.facts.evidence import Contradiction
from doctor.facts.fact import PENDING, View
from doctor.facts.registry import EVERYWHERE, OF_CASE, declared, derivations
from doctor.model.state import ABSENT, Unknown

if TYPE_CHECKING:
    from doctor.model.document import Document

OBSERVED: Final = 3
SAID: Final = 2
REPORTED: Final = 1


class Told(NamedTuple):
    """One fact as one piece of evidence tells it; `strength` is OBSERVED, SAID or REPORTED."""

    value: Any
    strength: int
    source: str


class CaseView(View):
    """The view of a whole case: a fact is what the strongest evidence tells."""

    __slots__ = ("documents", "given")

    def __init__(self, now: datetime, given: dict[str, list[Told]]) -> None:
        super().__init__(OF_CASE, now)
        self.given = given
        self.documents: list[View] = []

    def add(self, document: Document) -> None:
        """Add a document; its view asks the case for what it cannot tell itself."""
        self.around.append(document)
        self.documents.append(View(derivations(document.kind), self.now, document, self))

    def said(self, name: str, otherwise: Any) -> Any:
        """What people tell of a fact, when they agree."""
        known = [one for one in self.given.get(name, ()) if not isinstance(one.value, Unknown)]
        return self._strongest(name, known) if known else otherwise

    def told(self) -> frozenset[str]:
        """The facts of which some evidence tells a value, and `evidence.contradictions` where there is one."""
        said = {name for name, told in self.given.items() if any(not isinstance(one.value, Unknown) for one in told)}
        for view in self.documents:
            said |= {
                name for name in view.derivations if not isinstance(view[name], Unknown) and name not in EVERYWHERE
            }
        return frozenset(said | ({"evidence.contradictions"} if self["evidence.contradictions"] else set()))

    def __missing__(self, name: str) -> Any:
        if name == "evidence.kinds":
            told = [one.value for one in self.given.get(name, ()) if isinstance(one.value, tuple)]
            value: Any = tuple(sorted({view.document.kind for view in self.documents}.union(*told)))
        elif name == "evidence.contradictions":
            value = tuple(self._contradictions())
        else:
            value = self._resolved(name)
        self[name] = value
        return value

    def _resolved(self, name: str) -> Any:
        told = [*self._observed(name), *self.given.get(name, ())]
        known = [one for one in told if not isinstance(one.value, Unknown)]
        if known:
            return self._strongest(name, known)
        derive = self.derivations.get(name)
        if derive is not None:
            return derive(self)
        return told[0].value if told else Unknown.of(name)

    def _strongest(self, name: str, known: list[Told]) -> Any:
        top = max(one.strength for one in known)
        best = [one for one in known if one.strength == top]
        present = [one for one in best if one.value is not ABSENT] or best
        if any(_plain(one.value) != _plain(present[0].value) for one in present):
            return Unknown.of(name, "ambiguous")
        self.sources[name] = present[0].source
        return present[0].value

    def _observed(self, name: str) -> list[Told]:
        if name in EVERYWHERE:  # it says nothing of the case
            return []
        return [
            Told(view[name], OBSERVED, view.document.name)
            for view in self.documents
            if name in view.derivations and view[name] is not PENDING
        ]  # fmt: skip

    def _contradictions(self) -> list[Contradiction]:
        return [
            self._contradiction(name, self[name], one)
            for name in sorted(self.given)
            if not isinstance(self[name], Unknown) and self[name] is not ABSENT
            for one in self.given[name]
            if not isinstance(one.value, Unknown) and _plain(one.value) != _plain(self[name])
        ]

    def _contradiction(self, name: str, value: Any, one: Told) -> Contradiction:
        fact = declared(name)
        return Contradiction(
            fact=name, label=(fact and fact.label) or name, observed=str(shown(value)), said=str(shown(one.value)),
            observed_in=self.sources.get(name, "the evidence"), said_by=one.source,
        )  # fmt: skip


def _plain(value: Any) -> Any:
    """A value that can be compared: collections by what identifies their items."""
    return shown(value) if isinstance(value, tuple) else value


def told_as(name: str, value: Any, strength: int, source: str) -> Told:
    """Something given, as the fact's type has it; `{"unknown": reason}` is an `Unknown`, and so is nonsense."""
    if isinstance(value, dict) and set(value) == {"unknown"}:
        return Told(Unknown.of(name, value["unknown"]), strength, source)
    fact = declared(name)
    try:
        found = given_value(name, value)
    except ValueError:
        return Told(Unknown.of(name, "not a value"), strength, source)
    fits = fact is None or found is ABSENT or isinstance(found, _PYTHON[fact.type.name])
    return Told(found if fits else Unknown.of(name, "not a value"), strength, source)


_PYTHON: Final[dict[str, tuple[type, ...]]] = {
    "text": (str,), "url": (str,), "enum": (str,), "number": (int, float), "bool": (bool,), "time": (datetime,),
    "list": (tuple,), "collection": (tuple,), "record": (object,),
}  # fmt: skip
"""What a value of each type of fact is in Python."""
