"""Findings and reports: what doctor says, before any face formats it."""

# Annotations are evaluated here: kept as texts, each would be compiled on its own when its class is made, which is
# half of what importing costs.
from enum import StrEnum
from typing import Final, NamedTuple


class Severity(StrEnum):
    """How bad it is when the condition of a rule holds."""

    ERROR = "error"
    """Sign-in or sync cannot work."""
    WARNING = "warning"
    """It will break, is unsafe, or fails at some consumers."""
    NOTICE = "notice"
    """Worth knowing before it matters."""
    INFO = "info"
    """Said for completeness."""


SEVERITIES = ("error", "warning", "notice", "info")
"""All severities, worst first."""


class Verdict(StrEnum):
    """What a rule came to, held against a case."""

    CONFIRMED = "confirmed"
    SUSPECTED = "suspected"
    CRASHED = "crashed"
    UNKNOWN = "unknown"
    RULED_OUT = "ruled-out"
    NOT_APPLICABLE = "not-applicable"


class Place(NamedTuple):
    """Where in a document something stands: line and column, both from 1; None where not known.

    `anchor` numbers the element for the parser, which can find the column with it later.
    """

    line: int | None = None
    column: int | None = None
    anchor: int | None = None


NOWHERE = Place()


class Proof(NamedTuple):
    """One fact that decided a finding: its name, its value as JSON data, and where it was seen."""

    fact: str
    value: object
    source: str


class Citation(NamedTuple):
    """A specification section or vendor page that a rule rests on."""

    key: str
    title: str
    url: str


class Elsewhere(NamedTuple):
    """What products do with the same fault: names of those who refuse and of those who let it pass."""

    refuse: tuple[str, ...]
    accept: tuple[str, ...]
    note: str | None = None


class Finding(NamedTuple):
    """A rule held against one subject. Texts are plain and unescaped: the report escapes."""

    id: str
    verdict: Verdict
    severity: Severity
    subject: str
    title: str
    message: str
    entity: str | None = None
    line: int | None = None
    column: int | None = None
    excerpt: str | None = None
    expected: str | None = None
    actual: str | None = None
    difference: str | None = None
    evidence: tuple[Proof, ...] = ()
    needs: tuple[str, ...] = ()
    who: str | None = None
    fix: tuple[str, ...] = ()
    cite: tuple[Citation, ...] = ()
    path: tuple[str, ...] = ()
    elsewhere: Elsewhere | None = None


BY_EYE: Final = "compare it on the connection's page at the vendor"
"""How a person makes up for what a vendor's API leaves out and no option takes."""


class NotChecked(NamedTuple):
    """A fact that relevant rules wanted and nobody gave: why it is missing and how to give it."""

    fact: str
    reason: str
    how: str
    label: str


class Subject(NamedTuple):
    """One input as the report shows it. `totals` counts the findings of each rule, all of them.

    `judged` is false for a kind that is recognised, and that no rule judges yet.
    """

    name: str
    kind: str
    sha256: str | None
    provider: str | None
    summary: dict[str, object]
    totals: dict[str, int] = {}  # noqa: RUF012  (never mutated: a report is frozen)
    judged: bool = True


class Report(NamedTuple):
    """The answer of `check`: every subject, every finding, and what could not be judged.

    `verdict` is `pass` or `fail` (something confirmed at or above `fail_on`). `now` is the moment of
    judgement in ISO 8601 UTC, `rules` the digest of the rules that judged.
    """

    verdict: str
    now: str
    rules: str
    rules_run: int
    subjects: tuple[Subject, ...]
    findings: tuple[Finding, ...]
    not_checked: tuple[NotChecked, ...]
    counts: dict[str, int]
    unreadable: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
