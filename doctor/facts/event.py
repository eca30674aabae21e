"""Facts of events that a vendor listed or sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from doctor.facts.fact import NUMBER, Fact, View
from doctor.model.event import FAILED, SUCCEEDED
from doctor.model.state import Unknown

if TYPE_CHECKING:
    from doctor.model.event import Event


def sign_ins(view: View) -> Any:
    """How many sign-ins came to an end among the events; that none is among them proves nothing."""
    found: tuple[Event, ...] = view.document.events
    ended = {one.id or number for number, one in enumerate(found) if one.name in (*FAILED, SUCCEEDED)}
    return len(ended) or Unknown.of("connection.logins_attempted", "no sign-in is among the events")


FACTS: Final = (Fact("connection.logins_attempted", NUMBER, sign_ins, ("event",)),)
