"""The check of a webhook's signature, for people and as JSON: `doctor/webhook/1`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from doctor.report import text
from doctor.report.safe import line as safe

if TYPE_CHECKING:
    from doctor.engine.webhook import Checked
    from doctor.model.event import Event
    from doctor.report.text import Look


def row(one: Checked, event: Event | None) -> dict[str, Any]:
    """As JSON data; of the event what names it, nothing personal."""
    return {
        "schema": "doctor/webhook/1", "vendor": one.vendor, "accepted": one.accepted, "signature": one.signature,
        "window": one.window, "age_seconds": None if one.age is None else round(one.age, 3),
        "tolerance_seconds": one.tolerance, "reasons": list(one.reasons),
        "event": None if event is None else {"id": event.id, "name": event.name, "at": event.at},
    }  # fmt: skip


def lines(one: Checked, event: Event | None, look: Look) -> list[str]:
    """Signature and time window apart, then why."""
    age = "" if one.age is None else f", signed {abs(one.age):.0f} s {'ago' if one.age >= 0 else 'from now'}"
    found = [f"signature  {one.signature}", f"time       {one.window.replace('-', ' ')}{age}"]
    found[1] += f" ({one.tolerance:.0f} s are allowed)"
    if event is not None:
        found.append(f"event      {safe(event.name)} {safe(event.id or '')}".rstrip())
    for reason in one.reasons:
        found += text.wrapped(safe(reason), look, "   ")
    return [*found, "a receiver takes it" if one.accepted else "a receiver must refuse it"]
