"""Facts of clocks: whose is off, in which direction, by how much; and which tolerance a response would need.

A late response proves no wrong clock. When a response was received is told or captured; without it, all that depends
on it is unknown. The arithmetic (`offset`) and the search for pairs of times (`reading`) are imported when they are
needed: most of what is checked has no clock in it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from doctor.facts.fact import BOOL, NUMBER, TEXT, TIME, Fact, View, collection, enum, inputs, mapped, record
from doctor.model.state import ABSENT, Unknown

if TYPE_CHECKING:
    from doctor.facts.offset import Clocks, Estimate

_CASE: Final = ("case",)
_RESPONSES: Final = ("saml-response", "saml-assertion")
_SEEN: Final = (*_RESPONSES, "capture")
_BOTH: Final = (*_CASE, *_SEEN)
_PROBE: Final = "doctor probe clock HOST"
_MEASURE: Final = "doctor probe clock HOST, or --set"
_A_RESPONSE: Final = "a captured response"
_WAYS: Final = enum("ahead", "behind", "none")
_KEPT: Final = ("clock.joined", "clock.alone")
"""Where the view of the case keeps what its documents tell together, and any view its own: no facts, never asked for."""


def tolerance(_view: View) -> Any:
    """The clock tolerance of the service provider in seconds: as told, else the usual five minutes."""
    from doctor.facts.offset import TOLERANCE

    return TOLERANCE


def idp_ahead(view: View) -> Any:
    """By how many seconds the identity provider's clock is ahead of true time; negative when behind.

    Known where the evidence decides on which side of the tolerance it is; beyond it, this is what is proven at least.
    """
    return _decided(view, "idp", "clock.idp_ahead_seconds")


def sp_ahead(view: View) -> Any:
    """By how many seconds the service provider's clock is ahead of true time; negative when behind."""
    return _decided(view, "sp", "clock.sp_ahead_seconds")


def recorder_ahead(view: View) -> Any:
    """By how many seconds the clock of the machine that recorded is ahead, where two other clocks agree; negative when behind."""
    found = _estimate(view, "recorder")
    name = "clock.recorder_ahead_seconds"
    return _decided(view, "recorder", name) if found is not None and found.certain else Unknown.of(name)


def idp_direction(view: View) -> Any:
    """In which direction the identity provider's clock is off; none, when it is as good as right."""
    found = _estimate(view, "idp")
    if found is not None and found.direction != "undecided":
        return found.direction
    from doctor.facts.offset import Span

    return mapped(view, "clock.idp_ahead_seconds", lambda seconds: Span(seconds, seconds).direction)


def idp_at_least(view: View) -> Any:
    """By how many seconds the identity provider's clock is off at least, in either direction."""
    found = _estimate(view, "idp")
    return mapped(view, "clock.idp_ahead_seconds", abs) if found is None else int(abs(found.span.least))


def timezone(view: View) -> Any:
    """Whether the offset is about a multiple of half an hour, as local time makes that is written as UTC."""
    from doctor.facts.offset import looks_like_timezone

    found = _estimate(view, "idp")
    if found is not None and found.direction != "undecided":
        return looks_like_timezone(found.span.least)
    return mapped(view, "clock.idp_ahead_seconds", looks_like_timezone)


def idp_out(view: View) -> Any:
    """Whether the identity provider's clock is off by more than the clock tolerance."""
    return _out(view, "clock.idp_ahead_seconds")


def sp_out(view: View) -> Any:
    """Whether the service provider's clock is off by more than the clock tolerance."""
    return _out(view, "clock.sp_ahead_seconds")


def _out(view: View, name: str) -> Any:
    """Whether so many seconds, in either direction, are more than the tolerance."""
    found = inputs(view, name, "clock.tolerance_seconds")
    return abs(found[0]) > found[1] if isinstance(found, tuple) else found


def probed_out(view: View) -> Any:
    """Whether the measured server's clock is off by more than the clock tolerance."""
    return _out(view, "clock.probed_ahead_seconds")


def estimates(view: View) -> Any:
    """What the evidence tells of each clock: bounds in seconds (positive: ahead), and from what."""
    found = _clocks(view)
    known = [one for one in found.estimates.values() if one.party != "recorder" or one.certain]
    return tuple(Clock(one) for one in known) or Unknown.of("clock.estimates")


class Clock:
    """One party's clock as an item of `clock.estimates`; a bound that is not known is absent."""

    __slots__ = ("at_least", "at_most", "certain", "contradictory", "direction", "party", "proof")

    def __init__(self, of: Estimate) -> None:
        self.party = of.party
        self.at_least: Any = ABSENT if of.low_seconds is None else round(of.low_seconds, 1)
        self.at_most: Any = ABSENT if of.high_seconds is None else round(of.high_seconds, 1)
        self.direction, self.certain, self.contradictory = of.direction, of.certain, of.contradictory
        self.proof = "; ".join(one.source for one in of.proof)


def judged_at(view: View) -> Any:
    """When the response arrived, by the clock of the service provider as its HTTP Date shows it; else by the clock that
    most evidence agrees on, else as it was told or recorded."""
    from datetime import timedelta

    if not isinstance(view["login.received_at"], Unknown):
        return view["response.received_at"]
    return mapped(view, "response.received_at", lambda at: at + timedelta(seconds=round(_clocks(view).shift("sp"))))


def seconds_early(view: View) -> Any:
    """How many seconds before its NotBefore the response arrived; negative when it was valid already."""
    found = _window(view, "response.seconds_early", "begins")
    return math.ceil((found[0] - found[2]).total_seconds()) if isinstance(found, tuple) else found


def seconds_late(view: View) -> Any:
    """How many seconds after its NotOnOrAfter the response arrived; negative when in time."""
    found = _window(view, "response.seconds_late", "ends")
    return math.floor((found[2] - found[1]).total_seconds()) if isinstance(found, tuple) else found


def needed(view: View) -> Any:
    """The clock tolerance in seconds with which the response would have been accepted when it arrived; 0 when none is needed."""
    from doctor.facts.offset import tolerance_needed

    found = _window(view, "response.tolerance_needed_seconds", "")
    return tolerance_needed(*found) if isinstance(found, tuple) else found


def _window(view: View, name: str, bound: str) -> Any:
    """When the assertion begins and ends to hold, and when it arrived; unknown without what is asked for."""
    from doctor.facts.message import hidden, sent
    from doctor.facts.window import contradict, window

    if contradict(sent(view)):
        return Unknown.of(name, "the response's own times contradict each other")
    begins, ends = window(sent(view))
    if {"begins": begins, "ends": ends, "": begins or ends}[bound] is None:
        return Unknown.of(name, "encrypted" if hidden(sent(view)) else "the response states no such time")
    at = view["response.judged_at"]
    return at if isinstance(at, Unknown) or at is ABSENT else (begins, ends, at)


def after_receipt(view: View) -> Any:
    """By how many seconds the response says that it was issued after it arrived; 0 when it was issued before."""
    found = inputs(view, "response.issued_at", "response.judged_at")
    return max(0, int((found[0] - found[1]).total_seconds())) if isinstance(found, tuple) else found


def too_early(view: View) -> Any:
    """Whether the response arrived before its window, by more than the tolerance."""
    return _beyond(view, "response.seconds_early")


def too_late(view: View) -> Any:
    """Whether the response arrived after its window, by more than the tolerance."""
    return _beyond(view, "response.seconds_late")


def _beyond(view: View, name: str) -> Any:
    """Whether so many seconds are more than the tolerance; negative ones never are."""
    found = inputs(view, name, "clock.tolerance_seconds")
    return found[0] > found[1] if isinstance(found, tuple) else found


def _decided(view: View, party: str, name: str) -> Any:
    from doctor.facts.offset import TOLERANCE, decided

    found, allowed = _estimate(view, party), view["clock.tolerance_seconds"]
    seconds = None if found is None else decided(found, TOLERANCE if isinstance(allowed, Unknown) else allowed)
    return Unknown.of(name) if seconds is None else seconds


def _estimate(view: View, party: str) -> Estimate | None:
    """What is known of a party's clock; None when nothing is, or when clocks disagree and none has a majority."""
    found = _clocks(view)
    one = found.estimates.get(party)
    return None if one is None or one.contradictory or found.reference == "contested" else one


def _clocks(view: View) -> Clocks:
    """The clocks of the sign-in in view. All of its documents give the same answer, so it is worked out once."""
    from doctor.facts.offset import clocks
    from doctor.facts.reading import of_view

    if not view.has_document:
        return clocks(of_view(view), "sp")
    shared = view.parent is not None and any(one is view.document for one in view.around)
    keeper, name = (view.parent, _KEPT[0]) if shared and view.parent is not None else (view, _KEPT[1])
    kept = dict.get(keeper, name)
    if kept is None or [*map(id, kept[0])] != [*map(id, view.around)]:
        kept = keeper[name] = (tuple(view.around), clocks(of_view(view), "sp"))
    found: Clocks = kept[1]
    return found


_ESTIMATE: Final = record(party=TEXT, at_least=NUMBER, at_most=NUMBER, direction=enum("ahead", "behind", "none", "undecided"),
                          certain=BOOL, contradictory=BOOL, proof=TEXT)  # fmt: skip
FACTS: Final = (
    Fact("clock.tolerance_seconds", NUMBER, tolerance, _CASE, label="clock tolerance", how="--clock-tolerance"),
    Fact("clock.idp_ahead_seconds", NUMBER, None, _CASE, label="clock of the identity provider", how=_MEASURE,
         meaning="By how many seconds the identity provider's clock is ahead of true time; negative when behind."),
    Fact("clock.idp_ahead_seconds", NUMBER, idp_ahead, _SEEN),
    Fact("clock.sp_ahead_seconds", NUMBER, None, _CASE, label="clock of the service provider", how=_MEASURE,
         meaning="By how many seconds the service provider's clock is ahead of true time; negative when behind."),
    Fact("clock.sp_ahead_seconds", NUMBER, sp_ahead, _SEEN),
    Fact("clock.recorder_ahead_seconds", NUMBER, None, _CASE, label="clock of the machine that recorded", how=_MEASURE,
         meaning="By how many seconds the clock of the machine that recorded is ahead of true time; negative when behind."),
    Fact("clock.recorder_ahead_seconds", NUMBER, recorder_ahead, _SEEN),
    Fact("clock.idp_off_direction", _WAYS, idp_direction, _BOTH),
    Fact("clock.idp_off_at_least_seconds", NUMBER, idp_at_least, _BOTH),
    Fact("clock.looks_like_timezone", BOOL, timezone, _BOTH),
    Fact("clock.idp_out_of_tolerance", BOOL, idp_out, _BOTH),
    Fact("clock.sp_out_of_tolerance", BOOL, sp_out, _BOTH),
    Fact("clock.estimates", collection(_ESTIMATE), estimates, _SEEN),
    Fact("clock.probed_host", TEXT, None, _CASE, label="server whose clock was measured", how=_PROBE,
         meaning="The server whose clock was measured, as it was named."),
    Fact("clock.probed_ahead_seconds", NUMBER, None, _CASE, label="measured clock", how=_PROBE,
         meaning="By how many seconds the measured server's clock is ahead of the reference; negative when behind."),
    Fact("clock.probed_reference", enum("true-time", "majority", "recorder", "contested"), None, _CASE,
         label="what it was measured against", how=_PROBE,
         meaning="What the measured clock is compared with: a time server, the clocks that agree with each other, nothing but "
         "the clock of the computer that measured, or that one while other clocks contradict it and each other."),
    Fact("clock.probed_steady", BOOL, None, _CASE, label="one clock behind one name", how=_PROBE,
         meaning="Whether one constant offset explains all answers of the measured server."),
    Fact("clock.probed_out_of_tolerance", BOOL, probed_out, _CASE),
    Fact("response.judged_at", TIME, judged_at, _RESPONSES),
    Fact("response.seconds_early", NUMBER, seconds_early, _RESPONSES, label="seconds before the window",
         how=_A_RESPONSE + " and --received-at"),
    Fact("response.seconds_late", NUMBER, None, _CASE, label="seconds past the window", how=_A_RESPONSE,
         meaning="By how many seconds the response arrived after its NotOnOrAfter; negative when in time."),
    Fact("response.seconds_late", NUMBER, seconds_late, _RESPONSES),
    Fact("response.too_early", BOOL, too_early, _RESPONSES),
    Fact("response.too_late", BOOL, too_late, (*_CASE, *_RESPONSES)),
    Fact("response.tolerance_needed_seconds", NUMBER, needed, _RESPONSES),
    Fact("response.issued_after_receipt_seconds", NUMBER, after_receipt, _RESPONSES, optional=True),
)  # fmt: skip
