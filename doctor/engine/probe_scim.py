"""A probe of a SCIM server judged: what its answers show is a case, and the rules of the case are held against it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from doctor.engine import answer, check
from doctor.facts import scim_probe
from doctor.model.finding import Subject
from doctor.model.scim import LOST

if TYPE_CHECKING:
    from datetime import datetime

    from doctor.engine.rulebook import Rulebook
    from doctor.model.case import Case
    from doctor.model.finding import Report
    from doctor.model.scim import Probed

PROBE: Final = "doctor probe scim"


def report(found: Probed, book: Rulebook, now: datetime, provider: str | None = None, fail_on: str = "error") -> Report:
    """The report of one probe: the server is its only subject. `unreadable` names it when no answer came.

    `provider` is the id of the identity provider in whose words the fixes are told.
    """
    facts = scim_probe.told(found)
    checker = check.Checker(book, now, facts, dict.fromkeys(facts, PROBE))
    checker.describer.provider = provider
    judged = checker.case_rules(found.address)
    subject = Subject(found.address, "case", None, provider, scim_probe.summary(found))
    checked = check.Checked(subject, (), {}, 0) if judged is None else judged._replace(subject=subject)
    lost = (f"{found.address}: {_last(found)}",) if found.answer in LOST else ()
    return check.report([checked], book, now, fail_on, lost)._replace(subjects=(subject,), not_checked=())


def in_case(case: Case, found: Probed) -> Case:
    """The case with what a server answered; what it answered earlier was true then, and is replaced."""
    earlier = {name for name, source in case.sources.items() if source == PROBE}
    facts = {name: answer.checked(name, _plain(value)) for name, value in scim_probe.told(found).items()}
    options = {name: value for name, value in case.options.items() if name not in earlier}
    sources = {name: source for name, source in case.sources.items() if name not in earlier}
    return case._replace(options=options | facts, sources=sources | dict.fromkeys(facts, PROBE))


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _last(found: Probed) -> str:
    return found.steps[-1].detail or found.answer
