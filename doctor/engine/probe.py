"""A probe of clocks judged: each clock is a case of its own, and the rules of the case are held against it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from doctor.engine import check
from doctor.facts.probe import HERE, Told, told
from doctor.model.finding import Subject

if TYPE_CHECKING:
    from datetime import datetime

    from doctor.engine.check import Checked
    from doctor.engine.rulebook import Rulebook
    from doctor.facts.probe import Measured
    from doctor.model.finding import Report

_PROBE = "doctor probe clock"


def report(
    measured: tuple[Measured, ...], book: Rulebook, now: datetime, given: dict[str, Any], fail_on: str = "error"
) -> Report:
    """The report of what was measured: a subject for each server, and for this computer where others can judge it.

    `given` are facts that options told, such as the clock tolerance. What could not be measured is in `unreadable`.
    """
    each = told(measured)
    checked = [_checked(one, book, now, given) for one in each]
    lost = tuple(f"{one.name}: {one.detail or one.failure}{_way_out(one)}" for one in measured if one.failure)
    found = check.report(checked, book, now, fail_on, lost)
    return found._replace(subjects=tuple(one.subject for one in checked), not_checked=())


def _way_out(one: Measured) -> str:
    return " (--allow-private lets names lead there)" if one.failure == "private-address" else ""


def _checked(one: Told, book: Rulebook, now: datetime, given: dict[str, Any]) -> Checked:
    sources = dict.fromkeys(one.facts, _PROBE) | dict.fromkeys(given, "--clock-tolerance")
    judged = check.Checker(book, now, given | one.facts, sources).case_rules(one.name) if one.facts else None
    subject = Subject(one.name, "case", None, None, {"title": _title(one), **one.summary})
    if judged is None:
        return check.Checked(subject, (), {}, 0)
    return judged._replace(subject=subject)


def _title(one: Told) -> str:
    if one.name == HERE:
        return "the clock of this computer"
    return "time server" if one.summary["way"] == "ntp" else "the clock of a server"
