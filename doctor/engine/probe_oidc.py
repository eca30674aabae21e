"""A probe of an OpenID provider judged: its documents by their rules, what it answered by the rules of the case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doctor.engine import check, judge
from doctor.model.finding import SEVERITIES, Subject

if TYPE_CHECKING:
    from datetime import datetime

    from doctor.engine.check import Checked
    from doctor.engine.rulebook import Rulebook
    from doctor.model.finding import Report
    from doctor.model.oidc_probe import Probed
    from doctor.model.oidc_probe import Subject as Seen

_PROBE = "doctor probe oidc"


def report(found: Probed, book: Rulebook, now: datetime, fail_on: str = "error", provider: str | None = None) -> Report:
    """The report of what was probed: a subject for each document, each request and the provider's clock."""
    checked = [_checked(one, found, book, now, provider) for one in found.subjects]
    told = check.report(checked, book, now, fail_on, found.unreadable)
    worst_first = tuple(sorted(told.findings, key=lambda one: SEVERITIES.index(one.severity)))
    return told._replace(subjects=tuple(one.subject for one in checked), findings=worst_first, not_checked=())


def _checked(one: Seen, found: Probed, book: Rulebook, now: datetime, provider: str | None) -> Checked:
    sources = dict.fromkeys((*found.given, *one.facts), _PROBE)
    checker = check.Checker(book, now, found.given | one.facts, sources, found.context)
    checker.describer.provider = _product(found, book, now, provider)
    if one.document is not None:
        judged = checker.document(one.document)
        judged.subject.summary.update(one.summary)
        return judged
    case = checker.case_rules(one.name) if one.facts else None
    subject = Subject(one.name, "case", None, None, dict(one.summary))
    return check.Checked(subject, (), {}, 0) if case is None else case._replace(subject=subject)


def _product(found: Probed, book: Rulebook, now: datetime, provider: str | None) -> str | None:
    """The product in whose words findings are told: as named, else as the discovery document shows it."""
    if provider:
        return book.provider_id(provider)
    case = check.Checker(book, now, {}, {}).case
    shown = [judge.document_view(one, case)["provider.id"] for one in found.context]
    return next((one for one in shown if isinstance(one, str)), None)
