"""The report of a probe of clocks for people: a table of the clocks, then what is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from doctor.report import text
from doctor.report.safe import line as safe

if TYPE_CHECKING:
    from doctor.model.finding import Report, Subject
    from doctor.report.text import Look

_REFERENCES: Final = {
    "true-time": "true time, as the time server tells it",
    "majority": "the time on which most of these clocks agree",
    "recorder": "the clock of this computer, which nothing vouches for (--ntp SERVER would)",
    "contested": "the clock of this computer; the others contradict it and each other (--ntp SERVER would decide)",
}


def report(found: Report, look: Look) -> str:
    """The whole report."""
    rows = [("clock", "ahead by", "between", "measured by"), *(_row(one) for one in found.subjects)]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = ["  ".join((*map(_padded, row[:3], widths), row[3])).rstrip() for row in rows]
    named = next((str(one.summary["reference"]) for one in found.subjects if one.summary.get("reference")), "")
    if named:
        lines += ["", *text.wrapped(f"compared with {_REFERENCES.get(named, named)}", look, "")]
    for one in found.findings:
        lines += ["", *text.finding_lines(one, look)]
    return "\n".join([*lines, "", *text.closing(found, look)]) + "\n"


def _padded(words: str, width: int) -> str:
    return words.ljust(width)


def _row(one: Subject) -> tuple[str, str, str, str]:
    told = one.summary
    if told.get("failure"):
        return safe(one.name, 60), "not measured", "", str(told["failure"])
    return safe(one.name, 60), _ahead(one), _bounds(one), _way(one)


def _ahead(one: Subject) -> str:
    told = one.summary
    if told.get("way") == "ntp":
        return "the reference"
    if told.get("steady") is False:
        return "several clocks"
    return "open" if told.get("ahead_seconds") is None else f"{told['ahead_seconds']:+} s"


def _bounds(one: Subject) -> str:
    low, high = one.summary.get("at_least_seconds"), one.summary.get("at_most_seconds")
    if low is None and high is None:
        return ""
    return f"{_seconds(low)} and {_seconds(high)} s"


def _seconds(value: object) -> str:
    return f"{round(value, 1) + 0.0:+.1f}" if isinstance(value, float | int) else "any"


def _way(one: Subject) -> str:
    told = one.summary
    if told.get("way") == "ntp":
        return f"NTP, stratum {told['stratum']}"
    if told.get("way") == "compared":
        return "the time server" if told.get("reference") == "true-time" else "the others"
    count = told["samples"]
    return "HTTP Date, once" if count == 1 else f"HTTP Date, {count} times"
