"""The report as JSON: `doctor/report/1`. Keys are always there, null when there is nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from doctor.model.finding import Finding, Report, Subject

SCHEMA: Final = "doctor/report/1"


def report(found: Report, version: str) -> str:
    """The report as JSON text, ending with a line break."""
    return text(as_data(found, version))


def text(data: dict[str, Any]) -> str:
    """JSON data as text: two spaces, characters as they are, lone surrogates escaped."""
    try:
        written = json.dumps(data, indent=2, ensure_ascii=False)
        written.encode()
    except UnicodeEncodeError:
        written = json.dumps(data, indent=2)
    return written + "\n"


def as_data(found: Report, version: str) -> dict[str, Any]:
    """The report as JSON data."""
    return {
        "schema": SCHEMA,
        "doctor": version,
        "rules": found.rules,
        "now": found.now,
        "verdict": found.verdict,
        "subjects": [subject(one) for one in found.subjects],
        "findings": [finding(one) for one in found.findings],
        "counts": found.counts,
        "not_checked": [one._asdict() for one in found.not_checked],
        "rules_run": found.rules_run,
        "unreadable": list(found.unreadable),
        "notes": list(found.notes),
    }


def subject(one: Subject) -> dict[str, Any]:
    """One subject; `totals` counts the findings of each rule where not all of them are listed."""
    return one._asdict()


def finding(one: Finding) -> dict[str, Any]:
    """One finding."""
    data = one._asdict()
    data.pop("excerpt")
    data["verdict"], data["severity"] = str(one.verdict), str(one.severity)
    data["evidence"] = [proof._asdict() for proof in one.evidence]
    data["elsewhere"] = one.elsewhere and one.elsewhere._asdict()
    data["cite"] = [{"key": cited.key, "title": cited.title, "url": cited.url} for cited in one.cite]
    return data
