"""An examined case told: findings in rank order, advice, what was not checked, the trace of each step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from doctor.engine import judge, summary, tree, triage
from doctor.engine.diagnosis import BEGIN, RANK, Advice, Asking, Diagnosis, counted, headline_of, verdict_of
from doctor.engine.examined import lacks_of
from doctor.engine.wanted import needs as wanted
from doctor.facts.registry import declared
from doctor.model.finding import SEVERITIES, Finding, NotChecked, Subject, Verdict
from doctor.model.state import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from doctor.engine.examined import Examined, Judged
    from doctor.facts.fact import View


def diagnosis(examined: Examined, fail_on: str) -> Diagnosis:
    """The diagnosis as it stands."""
    findings = _findings(examined)
    needs = () if examined.proven else wanted(examined)
    headline = headline_of(findings)
    return Diagnosis(
        verdict=verdict_of(findings, headline, fail_on, proven=examined.proven),
        now=examined.case.now, rules=examined.book.digest, symptom="\n".join(examined.case.reports) or None,
        headline=headline, trees=tuple(one.id for one in examined.trees),
        subjects=tuple(_subject(examined, view) for view in examined.view.documents), findings=findings,
        needs=needs, asked=examined.case.asked, advice=tuple(_advice(examined, needs)),
        reported=tuple(examined.reported),
        noticed=triage.noticed(examined.case.reports), counts=counted(findings),
        not_checked=_not_checked(examined, findings), trace=tuple(_trace(examined)), notes=examined.book.notes,
    )  # fmt: skip


def _findings(examined: Examined) -> tuple[Finding, ...]:
    describer = judge.Describer(examined.book)
    describer.show_personal = examined.personal.shown
    describer.provider = examined.provider
    placed = []
    for name, outcomes in examined.judged.items():
        for one in outcomes:
            subject = one.view.document.name if one.view.has_document else "case"
            finding = describer.finding(one.outcome, one.view, subject)
            lacks = sorted(lacks_of(one.outcome.missing)) if one.outcome.missing is not None else []
            finding = finding._replace(verdict=Verdict(one.verdict), needs=tuple(lacks), path=_path(examined, name))
            placed.append((_rank(examined, finding), finding))
    placed.sort(key=lambda pair: pair[0])
    return tuple(finding for _, finding in placed)


def _rank(examined: Examined, one: Finding) -> tuple[Any, ...]:
    explains = examined.suspects.index(one.id) if one.id in examined.suspects else len(examined.suspects)
    place = examined.order.get(one.id, len(examined.order))
    return (
        RANK.index(one.verdict),
        explains,
        SEVERITIES.index(one.severity),
        place,
        one.id,
        one.subject,
        one.line or 0,
    )


def _path(examined: Examined, name: str) -> tuple[str, ...]:
    within = next((one.id for one in examined.trees if name in one.rules), None)
    return (name,) if within is None else (within, name)


def _subject(examined: Examined, view: View) -> Subject:
    document = view.document
    told = summary.of(document) | summary.provider(view)
    judged = examined.book.judges(document.kind)
    return Subject(document.name, document.kind, document.sha256, summary.product(view), told, {}, judged)


def _advice(examined: Examined, needs: tuple[Asking, ...]) -> Iterable[Advice]:
    """The advice that trees have reached; and where nothing is proven or left to ask, how to go on."""
    if not examined.trees and not examined.proven:
        yield BEGIN
    for one in examined.trees:
        reached = [step.advice for step in one.steps if step.advice and tree.reached(step, examined.view) is True]
        if reached:
            yield _told_advice(one, reached[0])
        elif not examined.proven and not needs:
            yield _told_advice(one, one.otherwise)


def _not_checked(examined: Examined, findings: tuple[Finding, ...]) -> tuple[NotChecked, ...]:
    lacking = sorted({name for one in findings if one.verdict in ("unknown", "suspected") for name in one.needs})
    found = []
    for name in lacking:
        fact = declared(name)
        value = examined.view[name] if fact else None
        reason = value.missing.get(name, "") if isinstance(value, Unknown) else ""
        if fact is not None and fact.how:
            found.append(NotChecked(name, reason or "not given", fact.how, fact.label or name))
    return tuple(found)


def _trace(examined: Examined) -> Iterable[dict[str, Any]]:
    """Each step of each entered tree: its verdict, and the facts with values and sources behind it."""
    for one in examined.trees:
        for step in one.steps:
            way = tree.reached(step, examined.view)
            reached = "unknown" if isinstance(way, Unknown) else way
            judged = examined.judged.get(step.rule or "", ())
            yield {
                "tree": one.id, "step": step.rule or f"advice {step.advice}", "branch": list(step.conditions),
                "reached": reached, "verdict": judged[0].verdict if judged else None,
                "facts": _facts_of(examined, judged), "wrong_if": _wrong_if(examined, step.rule),
            }  # fmt: skip


def _facts_of(examined: Examined, judged: Iterable[Judged]) -> list[dict[str, Any]]:
    found = []
    for one in judged:
        for leaf in one.outcome.rule.facts:
            name = leaf.partition("|")[0] or (one.outcome.rule.collection or "")
            source = one.view.sources.get(name) or examined.view.sources.get(name)
            if source is None and one.view.has_document and name in one.view.derivations:
                source = one.view.document.name
            row = {"fact": name, "value": judge.shown(one.view[name]), "source": source}
            if row not in found:
                found.append(row)
    return found


def _wrong_if(examined: Examined, name: str | None) -> str | None:
    return None if name is None or name not in examined.book else examined.book.prose(name).get("wrong_if")


def _told_advice(one: tree.Tree, name: str) -> Advice:
    texts = one.advice.get(name, {"title": name})
    return Advice(name, one.id, texts.get("title", name), tuple(texts.get("text", ())), tuple(texts.get("send", ())))
