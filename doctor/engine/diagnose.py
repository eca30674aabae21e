"""`diagnose`, pure: a case in; either what is needed next, or the diagnosis, out.

`diagnose` is a generator. It yields a `Need`: the acquisitions that would tell more, the best first,
and the diagnosis as it stands. Whoever drives it obtains one of them, and sends the case with it. When
something is proven, or nothing more can be obtained, it returns the `Diagnosis`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from doctor.engine import evidence, judge, summary, tree, triage
from doctor.engine.check import failed, opened
from doctor.engine.rule import Outcome, run
from doctor.facts import acquisition
from doctor.facts.registry import declared
from doctor.model.case import DECLINED, unknown
from doctor.model.finding import SEVERITIES, Finding, NotChecked, Severity, Subject, Verdict
from doctor.model.state import Unknown
from doctor.parse.recognise import recognise

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from doctor.engine.report_text import Match
    from doctor.engine.rule import Rule
    from doctor.engine.rulebook import Rulebook
    from doctor.facts.acquisition import Acquisition
    from doctor.facts.fact import View
    from doctor.model.case import Case
    from doctor.model.document import Document

RANK: Final = ("confirmed", "suspected", "crashed", "unknown", "ruled-out", "not-applicable")
"""Verdicts in the order in which a diagnosis lists them."""


EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_TAKEN_FOR_METADATA: Final = ("idp-metadata", "sp-metadata", "metadata-aggregate", "html", "unknown")


class Asking(NamedTuple):
    """One acquisition as it is put to a person: why it is asked, and the words for it."""

    acquisition: str
    kind: str
    question: str
    provides: tuple[str, ...]
    decides: tuple[str, ...]
    why: str
    help: str
    choices: tuple[tuple[str, dict[str, Any]], ...]


class Advice(NamedTuple):
    """What a tree advises: when nothing is proven, or when advice is its answer."""

    id: str
    tree: str | None
    title: str
    text: tuple[str, ...]
    send: tuple[str, ...]


class Diagnosis(NamedTuple):
    """The answer of `diagnose`. `verdict` is pass, fail or undecided; `trace` explains the path."""

    verdict: str
    now: str
    rules: str
    symptom: str | None
    headline: str | None
    trees: tuple[str, ...]
    subjects: tuple[Subject, ...]
    findings: tuple[Finding, ...]
    needs: tuple[Asking, ...]
    asked: tuple[str, ...]
    advice: tuple[Advice, ...]
    reported: tuple[Match, ...]
    noticed: tuple[triage.Noticed, ...]
    counts: dict[str, int]
    not_checked: tuple[NotChecked, ...]
    trace: tuple[dict[str, Any], ...]
    notes: tuple[str, ...]


BEGIN: Final = Advice(
    "where-to-begin", None, "Nothing leads into a troubleshooting tree yet",
    ("Say what happens: --symptom with the error text, a log line or the whole ticket.",
     "Or tell the state: --set connection.state=draft (validating, inactive), --set integration.purpose=sign-in.",
     "Or give a file: metadata, a captured response, the connection as the vendor's API shows it."), (),
)  # fmt: skip
"""What is advised when the evidence enters no tree."""


class Need(NamedTuple):
    """What would tell more, the best first, and the diagnosis without it."""

    acquisitions: tuple[Asking, ...]
    so_far: Diagnosis


def diagnose(
    case: Case, book: Rulebook, fail_on: str = "error", personal: judge.Personal = judge.Personal()  # noqa: B008
) -> Generator[Need, Case, Diagnosis]:  # fmt: skip
    """Diagnose a case; see the module's text. `fail_on` decides between the verdicts pass and fail."""
    while True:
        examined = Examined(case, book, personal=personal)
        found = examined.diagnosis(fail_on)
        if examined.proven or not found.needs:
            return found
        case = yield Need(found.needs, found)


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
        """The product: named by a person, else shown by the evidence."""
        if self.case.provider:
            return self.case.provider
        shown = {view["provider.id"] for view in self.view.documents if "provider.id" in view.derivations}
        known = [one for one in shown if isinstance(one, str)]
        return known[0] if len(known) == 1 else None

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
        kinds = {view.document.kind for view in self.view.documents} | {"any"}
        told = self.view.told()
        for data in self.book.all_data():
            if (kinds & set(data["document"]) and (self.view.documents or "any" not in data["document"])) or (
                "case" in data["document"] and not told.isdisjoint(_made_of(self.book, data))
            ):
                wanted.add(data["id"])
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

    def open_steps(self) -> list[tuple[str, frozenset[str]]]:
        """Steps of entered trees that are not decided, each with the facts that it lacks."""
        found: dict[str, frozenset[str]] = {}
        for one in self.trees:
            for step in one.steps:
                way = tree.reached(step, self.view)
                if way is False:
                    continue
                name = step.rule or f"advice {step.advice}"
                lacks = _lacks(way) if step.rule is None else self._lacking(step.rule, _lacks(way))
                if lacks and name not in found:
                    found[name] = lacks
        return list(found.items())

    def _lacking(self, name: str, branch: frozenset[str]) -> frozenset[str]:
        """The facts that an open rule lacks; with those of an open branch, unless a report points to the rule."""
        judged = self.judged.get(name, ())
        missing = [one.outcome.missing for one in judged if one.verdict in ("unknown", "suspected")]
        lacks = frozenset().union(*(_lacks(one) for one in missing if one is not None)) if missing else frozenset()
        return lacks | branch if lacks and name not in self.suspects else lacks

    def needs(self) -> tuple[Asking, ...]:
        """What to obtain next, the best first: see `_worth`."""
        steps = self.open_steps()
        useful = [(self._worth(one, steps), one) for one in acquisition.acquisitions() if self._possible(one, steps)]
        useful.sort(key=lambda pair: pair[0])
        return tuple(self._asking(one, steps) for _, one in useful)

    def _possible(self, one: Acquisition, steps: list[tuple[str, frozenset[str]]]) -> bool:
        if one.id in self.case.asked or set(one.kinds) & {view.document.kind for view in self.view.documents}:
            return False
        told = acquisition.provided(one)
        return any(told & (lacks if one.kind == "document" else self._askable(lacks)) for _, lacks in steps)

    def _askable(self, lacks: frozenset[str]) -> frozenset[str]:
        """Facts that nobody has declined: that a document does not show a fact is no reason not to ask."""
        return frozenset(name for name in lacks if not self._refused(name))

    def _refused(self, name: str) -> bool:
        value = self.view[name]
        if not isinstance(value, Unknown):
            return False
        declined = any(isinstance(one.value, Unknown) for one in self.view.given.get(name, ()))
        return declined or value.missing.get(name) == "ambiguous"

    def _worth(self, one: Acquisition, steps: list[tuple[str, frozenset[str]]]) -> tuple[Any, ...]:
        """Decides the likeliest suspect; decides any; is free; spares the customer a capture; decides most for what
        it costs; is cheap; comes early; its id."""
        told = acquisition.provided(one)
        decided = [name for name, lacks in steps if lacks <= told]
        touched = [number for number, (_, lacks) in enumerate(steps) if lacks & told]
        likely = min(
            (self.suspects.index(name) for name in decided if name in self.suspects), default=len(self.suspects)
        )
        return (
            likely, not decided, one.cost > acquisition.FREE, one.cost >= acquisition.CAPTURE,
            -len(decided) / one.cost, one.cost, touched[0], one.id,
        )  # fmt: skip

    def _asking(self, one: Acquisition, steps: list[tuple[str, frozenset[str]]]) -> Asking:
        told = acquisition.provided(one)
        decided = tuple(name for name, lacks in steps if lacks <= told)
        touched = tuple(name for name, lacks in steps if lacks & told)
        wanted = {fact for _, lacks in steps for fact in lacks}
        words = self.book.words(self.provider)
        return Asking(
            one.id, one.kind, _worded(one.question, words), tuple(sorted(told & wanted)) or one.provides,
            decided or touched, _why(decided, touched), _worded(one.help, words),
            tuple((choice.label, choice.facts) for choice in one.choices),
        )  # fmt: skip

    def diagnosis(self, fail_on: str) -> Diagnosis:
        """The diagnosis as it stands."""
        findings = self._findings()
        needs = () if self.proven else self.needs()
        headline = _headline(findings)
        return Diagnosis(
            verdict=_verdict(findings, headline, fail_on, proven=self.proven),
            now=self.case.now, rules=self.book.digest, symptom="\n".join(self.case.reports) or None,
            headline=headline, trees=tuple(one.id for one in self.trees),
            subjects=tuple(self._subject(view) for view in self.view.documents), findings=findings,
            needs=needs, asked=self.case.asked, advice=tuple(self._advice(needs)), reported=tuple(self.reported),
            noticed=triage.noticed(self.case.reports), counts=_counts(findings),
            not_checked=self._not_checked(findings), trace=tuple(self._trace()), notes=self.book.notes,
        )  # fmt: skip

    def _findings(self) -> tuple[Finding, ...]:
        describer = judge.Describer(self.book)
        describer.show_personal = self.personal.shown
        describer.provider = self.provider
        placed = []
        for name, outcomes in self.judged.items():
            for one in outcomes:
                subject = one.view.document.name if one.view.has_document else "case"
                finding = describer.finding(one.outcome, one.view, subject)
                lacks = sorted(_lacks(one.outcome.missing)) if one.outcome.missing is not None else []
                finding = finding._replace(verdict=Verdict(one.verdict), needs=tuple(lacks), path=self._path(name))
                placed.append((self._rank(finding), finding))
        placed.sort(key=lambda pair: pair[0])
        return tuple(finding for _, finding in placed)

    def _rank(self, one: Finding) -> tuple[Any, ...]:
        explains = self.suspects.index(one.id) if one.id in self.suspects else len(self.suspects)
        place = self.order.get(one.id, len(self.order))
        return (
            RANK.index(one.verdict),
            explains,
            SEVERITIES.index(one.severity),
            place,
            one.id,
            one.subject,
            one.line or 0,
        )

    def _path(self, name: str) -> tuple[str, ...]:
        within = next((one.id for one in self.trees if name in one.rules), None)
        return (name,) if within is None else (within, name)

    def _subject(self, view: View) -> Subject:
        document = view.document
        told = summary.of(document) | summary.provider(view)
        judged = self.book.judges(document.kind)
        return Subject(document.name, document.kind, document.sha256, summary.product(view), told, {}, judged)

    def _advice(self, needs: tuple[Asking, ...]) -> Iterable[Advice]:
        """The advice that trees have reached; and where nothing is proven or left to ask, how to go on."""
        if not self.trees and not self.proven:
            yield BEGIN
        for one in self.trees:
            reached = [step.advice for step in one.steps if step.advice and tree.reached(step, self.view) is True]
            if reached:
                yield _told_advice(one, reached[0])
            elif not self.proven and not needs:
                yield _told_advice(one, one.otherwise)

    def _not_checked(self, findings: tuple[Finding, ...]) -> tuple[NotChecked, ...]:
        lacking = sorted({name for one in findings if one.verdict in ("unknown", "suspected") for name in one.needs})
        found = []
        for name in lacking:
            fact = declared(name)
            value = self.view[name] if fact else None
            reason = value.missing.get(name, "") if isinstance(value, Unknown) else ""
            if fact is not None and fact.how:
                found.append(NotChecked(name, reason or "not given", fact.how, fact.label or name))
        return tuple(found)

    def _trace(self) -> Iterable[dict[str, Any]]:
        """Each step of each entered tree: its verdict, and the facts with values and sources behind it."""
        for one in self.trees:
            for step in one.steps:
                way = tree.reached(step, self.view)
                reached = "unknown" if isinstance(way, Unknown) else way
                judged = self.judged.get(step.rule or "", ())
                yield {
                    "tree": one.id, "step": step.rule or f"advice {step.advice}", "branch": list(step.conditions),
                    "reached": reached, "verdict": judged[0].verdict if judged else None,
                    "facts": self._facts_of(judged), "wrong_if": self._wrong_if(step.rule),
                }  # fmt: skip

    def _facts_of(self, judged: Iterable[Judged]) -> list[dict[str, Any]]:
        found = []
        for one in judged:
            for leaf in one.outcome.rule.facts:
                name = leaf.partition("|")[0] or (one.outcome.rule.collection or "")
                source = one.view.sources.get(name) or self.view.sources.get(name)
                if source is None and one.view.has_document and name in one.view.derivations:
                    source = one.view.document.name
                row = {"fact": name, "value": judge.shown(one.view[name]), "source": source}
                if row not in found:
                    found.append(row)
        return found

    def _wrong_if(self, name: str | None) -> str | None:
        return None if name is None or name not in self.book.ids else self.book.prose(name).get("wrong_if")


def _made_of(book: Rulebook, data: dict[str, Any]) -> frozenset[str]:
    """The facts behind a rule of the case: what it lacks when nothing is known, and when the first of several
    ways to know it is closed. Remembered by the book.
    """
    found = book.made_of.get(data["id"])
    if found is None:
        empty = evidence.CaseView(EPOCH, {})
        names = [leaf.partition("|")[0] for leaf in data["facts"]]
        lacks = frozenset().union(*(_lacks(empty[name]) for name in names))
        closed = {name: [evidence.told_as(name, unknown(DECLINED), evidence.SAID, "")] for name in lacks}
        lacks = lacks.union(*(_lacks(evidence.CaseView(EPOCH, closed)[name]) for name in names))
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


def _lacks(value: Any) -> frozenset[str]:
    return frozenset(value.missing) if isinstance(value, Unknown) else frozenset()


def _why(decided: tuple[str, ...], touched: tuple[str, ...]) -> str:
    if decided:
        return f"decides {', '.join(decided[:3])}" + (f" and {len(decided) - 3} more" if len(decided) > 3 else "")
    return f"needed, with other answers, for {', '.join(touched[:3])}"


def _worded(text: str, words: Any) -> str:
    from doctor.engine.template import fields

    for name, _ in fields(text):
        text = text.replace(f"{{{name}}}", words(name) or name)
    return text


def _headline(findings: tuple[Finding, ...]) -> str | None:
    serious = (Severity.ERROR, Severity.WARNING)
    for one in findings:
        if one.verdict == Verdict.CONFIRMED and one.severity in serious:
            return one.id
    return next((one.id for one in findings if one.verdict == Verdict.SUSPECTED), None)


def _verdict(findings: tuple[Finding, ...], headline: str | None, fail_on: str, *, proven: bool) -> str:
    if failed(findings, fail_on):
        return "fail"
    confirmed = any(one.id == headline and one.verdict == Verdict.CONFIRMED for one in findings)
    return "pass" if proven or confirmed else "undecided"


def _counts(findings: tuple[Finding, ...]) -> dict[str, int]:
    counts = dict.fromkeys(SEVERITIES, 0)
    for one in findings:
        if one.verdict == Verdict.CONFIRMED:
            counts[one.severity] += 1
    return counts


def _told_advice(one: tree.Tree, name: str) -> Advice:
    texts = one.advice.get(name, {"title": name})
    return Advice(name, one.id, texts.get("title", name), tuple(texts.get("text", ())), tuple(texts.get("send", ())))
