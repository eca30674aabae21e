"""`check`, pure: documents in, findings out; the same for every face."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from doctor.catalogue import provider
from doctor.engine import judge, summary
from doctor.engine.plan import Plan
from doctor.facts.registry import declared
from doctor.model.error import UsageError
from doctor.model.finding import BY_EYE, SEVERITIES, Finding, NotChecked, Report, Subject, Verdict
from doctor.model.state import NOT_SHOWN, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from doctor.engine.rule import Rule
    from doctor.engine.rulebook import Rulebook
    from doctor.facts.fact import View
    from doctor.model.document import Document

MAX_REMEMBERED: Final = 256
"""Sets of observed values whose product is remembered: one provider shows the same values again and again."""
SHOWN_PER_RULE: Final = 20
"""Findings of one rule that an aggregate's report names; the totals count them all."""


class Checked(NamedTuple):
    """One input, judged."""

    subject: Subject
    findings: tuple[Finding, ...]
    missing: dict[str, str]
    ran: int


class Checker:
    """Judges documents with one rulebook, one moment and one set of options.

    `given` are facts of the case that options told, `sources` the option that told each; `context` are
    documents given beside the subjects, such as the identity provider's metadata.
    """

    def __init__(
        self, book: Rulebook, now: datetime, given: dict[str, Any], sources: dict[str, str],
        context: Iterable[Document] = (),
    ) -> None:  # fmt: skip
        self.book = book
        self.given = frozenset(given)
        self.case = judge.case_view(now, given, sources)
        self.case.recognise = self._recognise
        self.case.around.extend(context)
        self.describer = judge.Describer(book)
        self.key: bytes | None = None
        """The service provider's private key, for looking into what is encrypted; in memory only."""
        self.kinds: set[str] = set()
        """The kinds of documents judged so far: what their rules settled is not asked of the case again."""

    def untold(self, states: Iterable[tuple[str, Unknown]]) -> None:
        """Say of facts why nobody could tell them; what is known stays."""
        for name, state in states:
            if isinstance(self.case[name], Unknown):
                self.case[name] = state

    def _recognise(self, observed: dict[str, tuple[str, ...]]) -> Any:
        key, known = tuple(observed.items()), self.book.recognised
        if key not in known:
            if len(known) >= MAX_REMEMBERED:
                known.clear()
            known[key] = provider.recognise(self.book.fingerprints, self.book.names, observed)
        return known[key]

    def document(self, document: Document) -> Checked:
        """Judge one document."""
        document = self._told_apart(document)
        if document.kind == "connection" and len(document.connections) == 1:
            document = document._replace(connection=document.connections[0])
        if self.key is not None and (document.message is not None or document.parts):
            document = opened(document, self.key)
        parts = [self._alone(part, document.parts) for part in document.parts]
        view, whole = self._alone(document, document.parts)
        found = [(view, whole), *parts]
        findings = [
            self.describer.finding(one, view, view.document.name)._replace(subject=document.name)
            for view, judged in found
            for one in judged.outcomes
        ]
        missing = {name: why for _, judged in found for name, why in judged.missing.items()}
        ran = sum(judged.ran for _, judged in found)
        subject = self.subject(document, view)
        if document.message is not None or document.capture is not None:
            subject.summary.update(self._flow(view, [part for part, _ in parts]))
            for one in (document, *document.parts):
                subject.summary.update(self._said(one))
        return Checked(subject, _ranked(_once(findings)), self._wanted(document, missing), ran)

    def _said(self, document: Document) -> dict[str, object]:
        """What is known of the words that the identity provider added to the status of a failure."""
        words = getattr(getattr(document.message, "status", None), "message", None)
        if not words:
            return {}
        from doctor.engine.report_text import matches

        found = matches(words, self.book.errors)
        suspects = dict.fromkeys(name for match in found for name in match.suspects)
        says = [match.entry["means"] for match in found[:3]]
        return {"status_says": says, "points_to": list(suspects)[:8]} if found else {}

    def _flow(self, view: View, parts: list[View]) -> dict[str, object]:
        """Who sent what to whom: for people, and as data."""
        from doctor.engine import flow

        personal = self.describer.show_personal
        found = flow.of_capture(view, parts, show_personal=personal) or flow.of_message(view, show_personal=personal)
        return {"flow": found} if found else {}

    def _alone(self, document: Document, beside: tuple[Document, ...]) -> tuple[View, judge.Judged]:
        """One document judged by the rules of its kind; `beside` are the others of its capture."""
        self.kinds.add(document.kind)
        view = judge.document_view(document, self.case)
        if beside:
            view.around = [*self.case.around, *beside]
        return view, judge.judged(view, self.book.for_kind(document.kind))

    def _told_apart(self, document: Document) -> Document:
        """Plain text that holds a known error message is an error text: only the catalogue can tell."""
        if document.kind != "unknown" or document.input.form != "text" or document.input.problem is not None:
            return document
        from doctor.engine.report_text import matches

        found = matches((document.source or b"").decode("utf-8", "replace"), self.book.errors)
        if not found:
            return document
        suspects = dict.fromkeys(name for match in found for name in match.suspects)
        details: dict[str, object] = {
            "says": [match.entry["means"] for match in found[:5]], "points_to": list(suspects)[:8],
            "next": "doctor diagnose takes it as evidence",
        }  # fmt: skip
        return document._replace(kind="error-text", details=details)

    def _explained(self, document: Document) -> dict[str, object]:
        """What is known of an error that a callback or a token endpoint brought, by provider and stage."""
        if document.kind not in ("callback", "token") or not getattr(document.oidc, "error", None):
            return {}
        from doctor.engine import summary_oidc
        from doctor.engine.report_text import matches

        found = matches(summary_oidc.words(document), self.book.errors)
        found = sorted(found, key=lambda match: match.entry["emitter"] is None)  # a provider's own words first
        return {"says": list(dict.fromkeys(match.entry["means"] for match in found))[:5]} if found else {}

    def _wanted(self, document: Document, missing: dict[str, str]) -> dict[str, str]:
        """What is missing from the document; and from the case, of a message or when the case was spoken of at all."""
        case = self.case.sources or document.message is not None or document.capture is not None
        return {name: why for name, why in missing.items() if case or not _of_case(name)}

    def case_rules(self, name: str) -> Checked | None:
        """Judge the rules of the case itself, when an option gave one of their facts."""
        if not self.case.sources:
            return None
        empty = judge.case_view(self.case.now, {}, {})
        relevant = tuple(rule for rule in self._told_of() if self._given(rule.facts, empty))
        found = judge.judged(self.case, Plan(relevant))
        findings = [self.describer.finding(one, self.case, name) for one in found.outcomes]
        return Checked(Subject(name, "case", None, None, {}), _ranked(findings), found.missing, found.ran)

    def _told_of(self) -> tuple[Rule, ...]:
        """The rules of the case that what was given may tell something of, unless the documents settled them."""
        from doctor.engine import origin

        told = self.given | {origin.AROUND} if self.case.around else self.given
        return tuple(rule for rule in self.book.of_case(told) if self.kinds.isdisjoint(rule.data["document"]))

    def _given(self, leaves: tuple[str, ...], empty: View) -> bool:
        """Whether an option gave one of the facts behind these: then less is missing than in an empty case."""
        names = (leaf.partition("|")[0] for leaf in leaves)
        return any(_missing(self.case[name]) < _missing(empty[name]) for name in names)

    def subject(self, document: Document, view: View, totals: dict[str, int] | None = None) -> Subject:
        """How the report shows an input."""
        told = summary.of(document) | summary.provider(view) | self._explained(document)
        judged = self.book.judges(document.kind)
        product = summary.product(view)
        return Subject(document.name, document.kind, document.sha256, product, told, totals or {}, judged)


def opened(document: Document, key: bytes) -> Document:
    """The document with what the key opens. Raises `UsageError` when the key cannot be read."""
    from doctor.parse import reveal

    found = reveal.revealed(document, key)
    if "key-unreadable" in (part.details.get("decryption") for part in (found, *found.parts)):
        raise UsageError("--decryption-key cannot be read", "give an RSA private key as PEM, without a password")
    return found


def _once(findings: list[Finding]) -> list[Finding]:
    """Findings that say the same of several messages of one capture are told once."""
    seen: dict[tuple[Any, ...], Finding] = {}
    for one in findings:
        seen.setdefault((one.id, one.line, one.column, one.message, one.expected, one.actual, one.entity), one)
    return list(seen.values())


def _of_case(name: str) -> bool:
    fact = declared(name)
    return fact is not None and fact.on == ("case",)


def _missing(value: Any) -> frozenset[str]:
    return frozenset(value.missing) if isinstance(value, Unknown) else frozenset()


class Tally:
    """Findings of an aggregate while it streams: the first of each rule, and the total of all."""

    def __init__(self, checker: Checker) -> None:
        self.checker = checker
        self.findings: list[Finding] = []
        self.totals: dict[str, int] = {}
        self.plans: dict[str, Plan] = {}
        self.kinds: dict[str, int] = {}
        self.ran = 0

    def add(self, entity: Document) -> None:
        """Judge one entity."""
        self.kinds[entity.kind] = self.kinds.get(entity.kind, 0) + 1
        view = judge.document_view(entity, self.checker.case)
        plan = self._plan(entity.kind, view)
        for outcome in plan.judge(view)[0]:
            name = outcome.rule.id
            total = self.totals[name] = self.totals.get(name, 0) + 1
            if total <= SHOWN_PER_RULE:
                self.findings.append(self.checker.describer.finding(outcome, view, entity.name))

    def _plan(self, kind: str, view: View) -> Plan:
        """The rules for entities of this kind; those that the aggregate settles are left out from then on."""
        found = self.plans.get(kind)
        if found is None:
            whole = self.checker.book.for_entity(kind)
            self.ran = max(self.ran, whole.count)
            found = self.plans[kind] = whole.settled(view)
        return found

    def finished(self, document: Document) -> Checked:
        """The whole aggregate, judged."""
        details = {**document.details, "entities": sum(self.kinds.values()), "kinds": dict(sorted(self.kinds.items()))}
        whole = document._replace(details=details)
        view = judge.document_view(whole, self.checker.case)
        found = judge.judged(view, self.checker.book.for_kind(whole.kind))
        own = [self.checker.describer.finding(one, view, whole.name) for one in found.outcomes]
        subject = self.checker.subject(whole, view, dict(sorted(self.totals.items())))
        return Checked(subject, _ranked([*own, *self.findings]), {}, self.ran + found.ran)


def _ranked(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=judge.rank))


def counted(checked: Iterable[Checked]) -> dict[str, int]:
    """How many confirmed findings there are of each severity; aggregates count by their totals."""
    counts = dict.fromkeys(SEVERITIES, 0)
    for one in checked:
        seen: dict[str, int] = {}
        for finding in one.findings:
            if finding.verdict == Verdict.CONFIRMED:
                counts[finding.severity] += 1
                seen[finding.id] = seen.get(finding.id, 0) + 1
                if seen[finding.id] == SHOWN_PER_RULE:
                    counts[finding.severity] += one.subject.totals.get(finding.id, SHOWN_PER_RULE) - SHOWN_PER_RULE
    return counts


def failed(findings: Iterable[Finding], fail_on: str) -> bool:
    """Whether something is confirmed at or above this severity; `never` is never reached."""
    if fail_on == "never":
        return False
    bound = SEVERITIES.index(fail_on)
    return any(one.verdict == Verdict.CONFIRMED and SEVERITIES.index(one.severity) <= bound for one in findings)


def _verdict(findings: tuple[Finding, ...], fail_on: str, unreadable: tuple[str, ...]) -> str:
    """fail, pass, or undecided when an input could not be read."""
    if failed(findings, fail_on):
        return "fail"
    return "undecided" if unreadable else "pass"


def not_checked(missing: dict[str, str]) -> tuple[NotChecked, ...]:
    """The facts that rules wanted and nobody gave, with what people call them and how they give them."""
    found = []
    for name, reason in sorted(missing.items()):
        fact = declared(name)
        if fact is not None and fact.how:
            how = "--decryption-key" if reason == "encrypted" else fact.how
            if reason == NOT_SHOWN and "--set" in how:
                how = BY_EYE
            found.append(NotChecked(name, reason or "not given", how, fact.label or name))
    return tuple(found)


def report(checked: list[Checked], book: Rulebook, now: datetime, fail_on: str, unreadable: tuple[str, ...]) -> Report:
    """The report of everything that was judged."""
    findings = tuple(finding for one in checked for finding in one.findings)
    missing: dict[str, str] = {}
    for one in checked:
        missing.update(one.missing)
    return Report(
        verdict=_verdict(findings, fail_on, unreadable), now=now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        rules=book.digest, rules_run=sum(one.ran for one in checked),
        subjects=tuple(one.subject for one in checked if one.subject.kind != "case"), findings=findings,
        not_checked=tuple(one for one in not_checked(missing) if "--set" not in one.how),
        counts=counted(checked), unreadable=unreadable,
        notes=(*book.notes, *_notes(checked)),
    )  # fmt: skip


def _notes(checked: list[Checked]) -> Iterable[str]:
    for one in checked:
        if one.subject.summary.get("signature_skipped"):
            yield f"{one.subject.name}: signature not checked: a signed aggregate over 20 MB is judged without it"
