"""Events told as a story, for people and as JSON: `doctor/events/1`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from doctor.model.shape import masked
from doctor.report import text
from doctor.report.safe import line as safe

if TYPE_CHECKING:
    from doctor.facts.story import Failure, Renewal, Story
    from doctor.report.text import Look


def row(one: Story | None, *, personal: bool) -> dict[str, Any] | None:
    """What happened, as JSON data; people masked unless `personal`."""
    if one is None:
        return None
    failures = [{**each._asdict(), "connections": list(each.connections), "message": _message(each, personal=personal),
                 "users": [{"user": shown(user, personal=personal), "times": times} for user, times in each.users]}
                for each in one.failures]  # fmt: skip
    return {
        **one._asdict(), "failures": failures, "renewals": [each._asdict() for each in one.renewals],
        "others": [{"name": name, "times": times} for name, times in one.others],
    }  # fmt: skip


def shown(user: str, *, personal: bool) -> str:
    """A person, masked unless `personal`."""
    from doctor.model import redaction

    return user if personal else redaction.shape(user)


def _message(each: Failure, *, personal: bool) -> str | None:
    """What the vendor said; it may quote people."""
    return each.message if personal or not each.message else masked(each.message)


def lines_of(one: Story, look: Look, *, personal: bool) -> list[str]:
    """What happened: failed sign-ins by error and person first, certificates, then the rest in numbers."""
    lines: list[str] = []
    for each in one.failures:
        times = f"{each.times} time{'s' * (each.times != 1)}"
        span = f"{_minute(each.first)} to {_minute(each.last)}" if each.times > 1 else _minute(each.last)
        words = _message(each, personal=personal)
        said = f": {words}" if words and words != each.code else ""
        lines += text.wrapped(
            f"{'failed sign-in':<17}{safe(each.code)}, {times}, {span}{safe(said)}", look, "   ", " " * 20
        )
        people = [f"{shown(user, personal=personal)} ({count})" for user, count in each.users[:5]]
        people += [f"{len(each.users) - 5} more people"] if len(each.users) > 5 else []
        people += [f"{each.unnamed} without a name"] if each.unnamed else []
        lines += text.wrapped(f"by {safe(', '.join(people))}", look, " " * 20)
    for renewal in one.renewals:
        lines += text.wrapped(_renewal(renewal), look, "   ", " " * 20)
    counted = [f"{one.attempts} sign-in{'s' * (one.attempts != 1)}, {one.succeeded} succeeded"] + [
        f"{name} {times}" for name, times in one.others
    ]
    lines += text.wrapped(f"{'events':<17}{safe('; '.join(counted))}", look, "   ", " " * 20)
    if one.works_again:
        lines.append(f"   {'':<17}the latest sign-in succeeded: what failed before is history")
    return lines


def _renewal(one: Renewal) -> str:
    if one.renewed_at:
        done = f"renewed {_minute(one.renewed_at)}"
    elif one.reminders > 1:
        done = f"reminded {one.reminders} times, last {_minute(one.last)}"
    else:
        done = f"reminded once, {_minute(one.last)}"
    return f"{'certificate':<17}{safe(one.certificate or 'a certificate')} ends {_minute(one.expires_at)}; {done}"


def _minute(moment: str | None) -> str:
    return safe((moment or "at an unknown time")[:16].replace("T", " "), 30)
