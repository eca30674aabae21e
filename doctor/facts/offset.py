"""Whose clock is off, in which direction, and by how much at least: bounds from pairs of times.

A reading says: "this party's clock showed `claimed` at a moment that the recorder's clock puts between `after` and
`before`". Each reading bounds the party's offset against the recorder, from one side or from both; the offset is
constant, so the bounds of several readings are intersected. That somebody answered late bounds nothing: a clock that
is off is not a slow user or a stale paste. Pure arithmetic: no clock, no I/O, no documents.
"""

# Annotations are evaluated here: kept as texts, each would be compiled on its own when its class is made, which is
# half of what importing costs.
import math
from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple

TRUTH: Final = "true-time"
"""The party whose clock is right by definition: a time server."""
RECORDER: Final = "recorder"
"""The party whose clock `after` and `before` are read from: the machine that recorded, or told the receipt."""
JITTER: Final = 2.0
"""Seconds that rounding and networks make: two clocks within them agree."""
NEAR: Final = 5.0
"""Seconds around zero within which a clock counts as right."""
WITNESS_WIDTH: Final = 120.0
"""Seconds between the bounds of a clock that can still vouch for another one."""
TOLERANCE: Final = 300
"""Seconds that service providers usually allow (saml2int SDP-G01: three to five minutes)."""
_ZONE: Final = 1800
_ZONE_EARLY: Final = 120
_ZONE_LATE: Final = 5
_MOST_ZONES: Final = 28


class Reading(NamedTuple):
    """`party`'s clock showed `claimed`, cut to `resolution` seconds, between `after` and `before` (None: no bound).

    `kind` names the sort of evidence, `source` where it stands. All times are aware.
    """

    party: str
    kind: str
    claimed: datetime
    after: datetime | None
    before: datetime | None
    resolution: float = 1.0
    source: str = ""

    @property
    def low(self) -> float:
        """The party is ahead by no less than this many seconds."""
        return -math.inf if self.before is None else (self.claimed - self.before).total_seconds()

    @property
    def high(self) -> float:
        """The party is ahead by no more than this many seconds."""
        return math.inf if self.after is None else (self.claimed - self.after).total_seconds() + self.resolution


class Span(NamedTuple):
    """An offset in seconds, positive when ahead, that lies between two bounds; either may be infinite."""

    low: float = -math.inf
    high: float = math.inf

    def and_(self, other: "Span") -> "Span":
        """Where both hold; empty when its low is above its high."""
        return Span(max(self.low, other.low), min(self.high, other.high))

    def minus(self, other: "Span") -> "Span":
        """The offset against another clock."""
        return Span(self.low - other.high, self.high - other.low)

    @property
    def empty(self) -> bool:
        """Whether nothing satisfies both bounds, rounding and networks allowed for."""
        return self.low > self.high + JITTER

    @property
    def direction(self) -> str:
        """ahead, behind, none (as good as right), undecided."""
        if self.low >= -NEAR and self.high <= NEAR:
            return "none"
        return "ahead" if self.low > JITTER else "behind" if self.high < -JITTER else "undecided"

    @property
    def width(self) -> float:
        """Seconds between the bounds."""
        return self.high - self.low

    @property
    def least(self) -> float:
        """The offset nearest to zero that is possible, with its sign."""
        return max(self.low, 0.0) + min(self.high, 0.0)


class Estimate(NamedTuple):
    """How far one party's clock is ahead of the reference (negative: behind), between bounds (None: no bound).

    `direction`: ahead, behind, none, undecided. `certain`: another clock vouches for the reference. `proof`: the
    readings that set the bounds. `contradictory`: no constant offset explains all readings.
    """

    party: str
    low_seconds: float | None
    high_seconds: float | None
    direction: str
    certain: bool
    proof: tuple[Reading, ...]
    contradictory: bool

    @property
    def span(self) -> Span:
        """The bounds as numbers; without any when the readings contradict each other."""
        low, high = self.low_seconds, self.high_seconds
        return Span(-math.inf if low is None else low, math.inf if high is None else high)


class Clocks(NamedTuple):
    """The estimate of every party, the recorder among them, and what they are measured against.

    `reference`: true-time (a time server), majority (more clocks agree with each other than with any other),
    judge (none does; the clock that judges the others counts), recorder (nothing vouches for it), contested (clocks
    disagree, and none has a majority). `recorded` are the estimates against the recorder's clock.
    """

    reference: str
    estimates: dict[str, Estimate]
    recorded: dict[str, Estimate]

    def shift(self, party: str) -> float:
        """Seconds to add to the recorder's times to have them by this party's clock, else by the reference.

        0 when neither is known closely, and for clocks that agree.
        """
        own = self.recorded.get(party)
        span = own.span if own is not None and not own.contradictory else Span()
        if span.width > WITNESS_WIDTH:
            span = Span(0, 0).minus(self.estimates[RECORDER].span)
        middle = (span.low + span.high) / 2 if span.width <= WITNESS_WIDTH else 0.0
        return middle if abs(middle) > NEAR else 0.0


def estimate(party: str, readings: Iterable[Reading]) -> Estimate:
    """How far this party's clock is ahead of the recorder's, from its own readings alone."""
    own = [one for one in readings if one.party == party]
    lowest = max(own, key=lambda one: one.low, default=None)
    highest = min(own, key=lambda one: one.high, default=None)
    span = Span(lowest.low, highest.high) if lowest and highest else Span()
    bounds = [one for one in (lowest, highest) if one is not None]
    if span.empty:
        return Estimate(party, None, None, "undecided", certain=False, proof=tuple(bounds), contradictory=True)
    proof = tuple(dict.fromkeys(one for one in bounds if math.isfinite(one.low) or math.isfinite(one.high)))
    return _estimated(party, span, proof, certain=False)


def _estimated(party: str, span: Span, proof: tuple[Reading, ...], *, certain: bool) -> Estimate:
    if span.low > span.high:  # by less than the jitter
        span = Span((span.low + span.high) / 2, (span.low + span.high) / 2)
    return Estimate(party, _bound(span.low), _bound(span.high), span.direction, certain, proof, contradictory=False)


def _bound(seconds: float) -> float | None:
    return seconds if math.isfinite(seconds) else None


def clocks(readings: Iterable[Reading], judge: str = "") -> Clocks:
    """Every party's clock held against the best reference that the readings allow.

    A time server decides. Else the recorder is right when more parties agree with it than agree on another time; it is
    off when more agree on that. Where neither is so, the clock of `judge` counts (the service provider's: by it messages
    are accepted or refused), and without that the recorder's, unless several others contradict it and each other.
    """
    found = list(readings)
    own = {party: estimate(party, found) for party in dict.fromkeys(one.party for one in found)}
    usable = {party: one for party, one in own.items() if not one.contradictory}
    if TRUTH in usable:
        return _against(usable[TRUTH].span, own, TRUTH, usable[TRUTH].proof)
    spans = {party: one.span for party, one in usable.items()}
    off = [span for span in spans.values() if span.direction in ("ahead", "behind")]
    with_recorder = 1 + sum(_vouches(span) for span in spans.values())
    apart, common = _largest_group(off)
    if with_recorder > max(apart, 1):
        return _against(Span(0, 0), own, "majority", ())
    if apart > with_recorder:
        return _against(common, own, "majority", tuple(proof for one in usable.values() for proof in one.proof))
    if off and judge in spans and spans[judge].width <= WITNESS_WIDTH:
        return _against(spans[judge], own, "judge", usable[judge].proof)
    return _against(Span(0, 0), own, "contested" if len(off) > 1 else "recorder", ())


def _vouches(span: Span) -> bool:
    """Whether a clock is known well enough, and shows the recorder's time."""
    return span.width <= WITNESS_WIDTH and span.low <= JITTER and span.high >= -JITTER


def _largest_group(spans: list[Span]) -> tuple[int, Span]:
    """How many spans share a time, at most, and what they share."""
    best, common = 0, Span()
    for at in (span.low if math.isfinite(span.low) else span.high for span in spans):
        group = [span for span in spans if span.low - JITTER <= at <= span.high + JITTER]
        if len(group) > best:
            best, common = len(group), Span(max(one.low for one in group), min(one.high for one in group))
    return best, Span(*sorted(common))


def _against(truth: Span, own: dict[str, Estimate], reference: str, proof: tuple[Reading, ...]) -> Clocks:
    certain = reference in (TRUTH, "majority")
    found = {
        party: one if one.contradictory else _estimated(party, one.span.minus(truth), one.proof, certain=certain)
        for party, one in own.items()
    }  # fmt: skip
    recorder = _estimated(RECORDER, Span(0, 0).minus(truth), proof, certain=certain)
    return Clocks(reference, found | {RECORDER: recorder}, own)


def decided(found: Estimate, tolerance: float) -> int | None:
    """One number for an offset that is decided: by how many whole seconds ahead, negative when behind.

    Beyond the tolerance the bound that is proven (it may be more); within it the middle; None when the bounds leave
    open on which side of the tolerance the clock is.
    """
    span = found.span
    if found.contradictory:
        return None
    if abs(span.least) > tolerance:
        return int(span.least)
    if max(abs(span.low), abs(span.high)) <= tolerance:
        return round((span.low + span.high) / 2)
    return None


def looks_like_timezone(proven: float) -> bool:
    """Whether a proven offset is a multiple of half an hour, or short of one by a little: local time sent as UTC.

    The bound falls short of the offset by the time that the message travelled, and hardly ever exceeds it.
    """
    least = abs(proven)
    zones = math.floor((least + _ZONE_EARLY) / _ZONE)
    return 1 <= zones <= _MOST_ZONES and least - zones * _ZONE <= _ZONE_LATE


def tolerance_needed(begins: datetime | None, ends: datetime | None, received: datetime) -> int:
    """Seconds of clock tolerance with which a window accepts this moment: NotBefore <= it < NotOnOrAfter."""
    early = (begins - received).total_seconds() if begins else 0.0
    late = (received - ends).total_seconds() if ends else -1.0
    return max(0, math.ceil(early), math.floor(late) + 1)
