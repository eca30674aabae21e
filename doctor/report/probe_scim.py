"""The report of a probe of a SCIM server for people: what was asked and answered, then what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from doctor.report import text
from doctor.report.safe import line as safe

if TYPE_CHECKING:
    from doctor.model.finding import Report
    from doctor.report.text import Look

_LEAVER: Final = {
    "yes": "yes: the user became inactive",
    "deleted": "yes: the user was deleted, which is how this server does it",
    "no": "NO: the server accepted it, and the user stayed active",
    "refused": "NO: the server refused it",
    "open": "not tried (--write tries it, with a disposable user)",
}
_TRIED: Final = "tried, and nothing shows it: look at the finding, or at the user in the directory"


def report(found: Report, look: Look) -> str:
    """The whole report."""
    subject = found.subjects[0]
    told: Any = subject.summary
    rows = [("asked", "", "answered"), *(_row(one) for one in told["steps"])]
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    lines = [f"{safe(subject.name)}   SCIM server", ""]
    for asked, request, answered in rows:
        lines += text.wrapped(
            f"{asked:<{widths[0]}}  {request:<{widths[1]}}  {answered}".rstrip(), look, "   ", " " * 8
        )
    lines += ["", *text.wrapped(f"Is a leaver deactivated?  {_leaver(told)}", look, "   ", " " * 8)]
    if told["users_looked_at"]:
        lines += text.wrapped(_looked_at(told), look, "   ", " " * 8)
    for one in found.findings:
        lines += ["", *text.finding_lines(one, look)]
    return "\n".join([*lines, "", *text.closing(found, look)]) + "\n"


def _row(step: dict[str, Any]) -> tuple[str, str, str]:
    said = f"{step['status'] or ''} {step['answer'].replace('-', ' ')}".strip()
    detail = f": {safe(step['detail'], 160)}" if step["detail"] else ""
    return safe(step["name"], 40), f"{step['method']} {safe(step['path'], 40)}", said + detail


def _leaver(told: dict[str, Any]) -> str:
    return _TRIED if told["leaver"] == "open" and told["drill"] else _LEAVER[told["leaver"]]


def _looked_at(told: dict[str, Any]) -> str:
    lacking = ", ".join(f"{name} ({count})" for name, count in told["lacking"].items())
    return f"users looked at: {told['users_looked_at']}" + (f"; without {lacking}" if lacking else "; all are complete")
