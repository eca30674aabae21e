"""What `diagnose` answers: a diagnosis, its advice, and what to ask next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from doctor.engine.check import failed
from doctor.model.finding import SEVERITIES, Finding, NotChecked, Severity, Subject, Verdict

if TYPE_CHECKING:
    from doctor.engine import triage
    from doctor.engine.report_text import Match

RANK: Final = ("confirmed", "suspected", "crashed", "unknown", "ruled-out", "not-applicable")
"""Verdicts in the order in which a diagnosis lists them."""


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


def headline_of(findings: tuple[Finding, ...]) -> str | None:
    """The first confirmed finding of warning or above, else the first that is suspected."""
    serious = (Severity.ERROR, Severity.WARNING)
    for one in findings:
        if one.verdict == Verdict.CONFIRMED and one.severity in serious:
            return one.id
    return next((one.id for one in findings if one.verdict == Verdict.SUSPECTED), None)


def verdict_of(findings: tuple[Finding, ...], headline: str | None, fail_on: str, *, proven: bool) -> str:
    """fail, pass, or undecided when nothing is proven."""
    if failed(findings, fail_on):
        return "fail"
    confirmed = any(one.id == headline and one.verdict == Verdict.CONFIRMED for one in findings)
    return "pass" if proven or confirmed else "undecided"


def counted(findings: tuple[Finding, ...]) -> dict[str, int]:
    """How many findings of each severity are confirmed."""
    counts = dict.fromkeys(SEVERITIES, 0)
    for one in findings:
        if one.verdict == Verdict.CONFIRMED:
            counts[one.severity] += 1
    return counts
