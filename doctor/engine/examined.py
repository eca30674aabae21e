"""One case, examined: its facts joined, trees entered, rules judged."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from doctor.engine import evidence, judge, tree, triage
from doctor.engine.check import opened
from doctor.engine.rule import Outcome, run
from doctor.model.case import DECLINED, unknown
from doctor.model.state import Unknown
from doctor.parse.recognise import recognise

if TYPE_CHECKING:
    from doctor.engine.diagnosis import Asking, Diagnosis
    from doctor.engine.report_text import Match
    from doctor.engine.rule import Rule
    from doctor.engine.rulebook import Rulebook
    from doctor.facts.fact import View
    from doctor.model.case import Case
    from doctor.model.document import Document

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_TAKEN_FOR_METADATA: Final = ("idp-metadata", "sp-metadata", "metadata-aggregate", "html", "unknown")


class Judged(NamedTuple):
    """One rule's verdict in the case, where it was judged, and what it lacks."""

    outcome: Outcome
    view: View
    verdict: str


class Examined:
    """One case, examined once: facts joined, trees entered, rules judged."""

    def __init__(
        self, case: Case, book: Rulebook, observed: dict[str, Any] | None = None,
        personal: judge.Personal = judge.Personal(),  # noqa: B008
    ) -> None:  # fmt: skip
        """`observed` are facts as examples write them, taken for observations."""
        self.personal = personal
        documents = sorted(case.documents, key=lambda one: (one.name, one.sha256))
        case = case._replace(documents=tuple(documents), reports=tuple(sorted(case.reports)))
        self.case = case
        self._observed = observed or {}
        self.book = book
        self.documents = [part for one in case.documents for part in _parts(_opened(one, personal.key))]
        self.reported = triage.matched(case.reports, book.errors if case.reports else (), case.provider)
        self.view = self._joined()
        self.suspects = _suspects(self.reported)
        self.trees = self._entered()
        names = dict.fromkeys(name for one in self.trees for name in one.rules)
        self.order = {name: number for number, name in enumerate(names)}
        self.judged = self._judge()
        self.proven = self._proven()

    def _joined(self) -> evidence.CaseView:
        case = self.case
        given = {
            name: [evidence.told_as(name, raw, evidence.OBSERVED, "example")] for name, raw in self._observed.items()
        }
        for facts, strength in ((case.options, evidence.SAID), (case.answers, evidence.SAID)):
            for name, value in facts.items():
                source = case.sources.get(name, "answer")
                given.setdefault(name, []).append(evidence.told_as(name, value, strength, source))
        if case.provider:
            told = evidence.told_as("provider.id", case.provider, evidence.SAID, "--provider")
            given.setdefault("provider.id", []).append(told)
        for match in self.reported:
            for name, value in match.facts.items():
                told = evidence.told_as(name, value, evidence.REPORTED, f"error text ({match.entry['id']})")
                given.setdefault(name, []).append(told)
        view = evidence.CaseView(_moment(case.now), given)
        view.recognise = self._recognise
        self.told = evidence.CaseView(view.now, given)
        """What people tell, without documents: no rule for one kind of document is judged by another kind's facts."""
        for document in self.documents:
            view.add(document)
        return view

    def _recognise(self, observed: dict[str, tuple[str, ...]]) -> Any:
        from doctor.catalogue import provider

        return provider.recognise(self.book.fingerprints, self.book.names, observed)

    @property
    def provider(self) -> str | None:
        """The product: named by a person, else shown by the documents, else the one whose error texts were told."""
        if self.case.provider:
            return self.case.provider
        shown = {view["provider.id"] for view in self.view.documents if "provider.id" in view.derivations}
        known = {one for one in shown if isinstance(one, str)} or {
            str(one.entry["idp"]) for one in self.reported if one.entry["idp"]
        }
        return known.pop() if len(known) == 1 else None

    def _entered(self) -> list[tree.Tree]:
        """Trees entered by a state, a document or a symptom; else the first with a suspected rule."""
        text = "\n".join(self.case.reports)
        trees = self.book.trees
        found = [one for one in trees if one.enter is not None and one.enter(self.view, None) is True]
        found += [one for one in trees if one not in found and text and tree.named_in(one, text)]
        for name in self.suspects:
            if not any(name in one.rules for one in found):
                found += [one for one in trees if name in one.rules][:1]
        return [one for one in trees if one in found]

    def _relevant(self) -> list[str]:
        """Rules of entered trees, suspected rules, and rules whose facts some evidence tells."""
        wanted = {name for one in self.trees for name in one.rules} | set(self.suspects)
        kinds = {view.document.kind for view in self.view.documents}
        wanted.update(data["id"] for kind in (*kinds, "any") if kinds for data in self.book.data_for(kind))
        told = self.view.told()
        wanted.update(
            data["id"] for data in self.book.data_for("case") if not told.isdisjoint(_made_of(self.book, data))
        )
        return [name for name in self.book.ids if name in wanted]

    def _judge(self) -> dict[str, list[Judged]]:
        return {name: self._verdicts(name) for name in self._relevant()}

    def _verdicts(self, name: str) -> list[Judged]:
        """A rule's outcomes: each that is confirmed, else the one that says most."""
        rule = self.book.rule(name)
        outcomes = [Judged(out, view, out.verdict) for view in self._views(rule) for out in run(rule, view)]
        telling = [one for one in outcomes if one.verdict in ("confirmed", "crashed")]
        if not telling:
            order = ("unknown", "ruled-out", "not-applicable")
            telling = sorted(outcomes, key=lambda one: order.index(one.verdict))[:1]
        return [self._suspected(name, one) for one in telling]

    def _views(self, rule: Rule) -> list[View]:
        """The documents of the rule's kinds; without one the case, unless something else was taken for metadata.

        What the bytes are is known of whatever was given in its place; then nothing of it is open.
        """
        kinds = rule.data["document"]
        found = [view for view in self.view.documents if view.document.kind in kinds or "any" in kinds]
        if not found and all(leaf.startswith(("input.", "fetch.")) for leaf in rule.facts):
            found = [view for view in self.view.documents if view.document.kind in _TAKEN_FOR_METADATA]
        return found or [self.view if "case" in kinds else self.told]

    def _suspected(self, name: str, one: Judged) -> Judged:
        if one.verdict == "unknown" and name in self.suspects:
            return one._replace(verdict="suspected")
        return one

    def _proven(self) -> bool:
        """Whether a cause is confirmed: a rule of an entered tree, or a suspected one, at warning or above.

        A tree that answers with advice is proven when its advice is reached.
        """
        wanted = {name for one in self.trees for name in one.rules} | set(self.suspects)
        for name in wanted:
            for one in self.judged.get(name, ()):
                if one.verdict == "confirmed" and self._severity(one) in ("error", "warning"):
                    return True
        return any(step.advice and tree.reached(step, self.view) is True for one in self.trees for step in one.steps)

    def _severity(self, one: Judged) -> str:
        return one.outcome.rule.severity_in(one.view, one.outcome.item)

    def needs(self) -> tuple[Asking, ...]:
        """What to obtain next, the best first."""
        from doctor.engine import wanted

        return wanted.needs(self)

    def diagnosis(self, fail_on: str) -> Diagnosis:
        """The diagnosis as it stands."""
        from doctor.engine import telling

        return telling.diagnosis(self, fail_on)


def _made_of(book: Rulebook, data: dict[str, Any]) -> frozenset[str]:
    """The facts behind a rule of the case: what it lacks when nothing is known, and when the first of several
    ways to know it is closed. Remembered by the book.
    """
    found = book.made_of.get(data["id"])
    if found is None:
        empty = evidence.CaseView(EPOCH, {})
        names = [leaf.partition("|")[0] for leaf in data["facts"]]
        lacks = frozenset().union(*(lacks_of(empty[name]) for name in names))
        closed = {name: [evidence.told_as(name, unknown(DECLINED), evidence.SAID, "")] for name in lacks}
        lacks = lacks.union(*(lacks_of(evidence.CaseView(EPOCH, closed)[name]) for name in names))
        found = book.made_of[data["id"]] = lacks | {name for name in names if name == "evidence.contradictions"}
    return found


def _opened(exhibit: Any, key: bytes | None) -> Document:
    document = recognise(exhibit.data, exhibit.name)
    if key is not None and (document.message is not None or document.parts):
        document = opened(document, key)
    if exhibit.offered_as:
        return document._replace(details={**document.details, "offered_as": exhibit.offered_as})
    return document


def _parts(document: Document) -> list[Document]:
    """A list of connections is as many documents, a capture is itself and its messages; everything else is one."""
    if document.parts:
        return [document, *document.parts]
    if document.kind != "connection" or len(document.connections) < 2:
        only = document.connections[0] if document.connections else None
        return [document._replace(connection=only)] if only else [document]
    return [
        document._replace(name=f"{document.name}#{one.id or number}", connection=one)
        for number, one in enumerate(document.connections, 1)
    ]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _suspects(reported: list[Match]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for match in reported for name in match.suspects))


def lacks_of(value: Any) -> frozenset[str]:
    """The facts that an unknown value lacks; none for any other."""
    return frozenset(value.missing) if isinstance(value, Unknown) else frozenset()
