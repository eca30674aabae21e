"""What a vendor's API answered, judged by the rules of the case: findings instead of error codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from doctor.engine import check
from doctor.model.finding import Subject

if TYPE_CHECKING:
    from datetime import datetime

    from doctor.engine.rulebook import Rulebook
    from doctor.model.finding import Finding


def findings(
    name: str, told: dict[str, Any], source: str, book: Rulebook, now: datetime
) -> tuple[Finding, ...]:  # fmt: skip
    """The findings about the answer, of which `told` are the facts; `name` is what was asked for."""
    given = {key: value for key, value in told.items() if key.startswith("vendor.")}
    judged = check.Checker(book, now, given, dict.fromkeys(given, source)).case_rules(name)
    subject = Subject(name, "case", None, None, {"title": "the vendor's API"})
    checked = [judged._replace(subject=subject)] if judged else [check.Checked(subject, (), {}, 0)]
    return check.report(checked, book, now, "error", ()).findings
