"""Whose clock is off: bounds from pairs of times, and the facts that documents tell of clocks."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doctor.engine import judge
from doctor.facts import offset
from doctor.facts.fact import View
from doctor.facts.offset import RECORDER, TRUTH, Estimate, Reading, clocks, estimate
from doctor.facts.reading import of_date
from doctor.facts.registry import derivations
from doctor.model.capture import Exchange
from doctor.model.document import Document
from doctor.model.state import Unknown
from doctor.sources import reader
from tests.factory import certificate, response
from tests.factory import clinic_flow as flow
from tests.factory.response import NOW, Draft

if TYPE_CHECKING:
    import random

HOUR: Final = 3600


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def seen(
    party: str, claimed: float, after: float | None = None, before: float | None = None, resolution: float = 0.0
) -> Reading:
    """A reading in seconds from `NOW`."""
    return Reading(party, "test", at(claimed), maybe(after), maybe(before), resolution)


def maybe(seconds: float | None) -> datetime | None:
    return None if seconds is None else at(seconds)


def known(party: str, ahead: float, width: float = 1.0) -> Reading:
    """A clock that is ahead by `ahead` to `ahead + width`."""
    return seen(party, ahead, after=-width, before=0)


def bounds(one: Estimate) -> tuple[float | None, float | None, str]:
    return one.low_seconds, one.high_seconds, one.direction


# ── one clock ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        (seen("idp", 420, before=0), (420, None, "ahead")),
        (seen("idp", -420, before=0), (-420, None, "undecided")),
        (seen("idp", -420, after=0), (None, -420, "behind")),
        (seen("idp", 420, after=0), (None, 420, "undecided")),
        (seen("idp", 0, after=-40, before=2), (-2, 40, "undecided")),
        (seen("idp", 0, after=-1, before=1, resolution=1), (-1, 2, "none")),
        (seen("idp", 1, before=0), (1, None, "undecided")),
        (seen("idp", 0), (None, None, "undecided")),
    ],
    ids=[
        "after its receipt",
        "late",
        "before its request",
        "a slow person",
        "a login",
        "a Date",
        "a second",
        "nothing",
    ],
)
def test_one_reading(reading: Reading, expected: tuple[float | None, float | None, str]) -> None:
    assert bounds(estimate("idp", [reading])) == expected


def test_lateness_alone_proves_nothing() -> None:
    """A slow person and a stale paste look like a clock that is behind: no upper bound comes of them."""
    late = estimate("idp", [seen("idp", -86400, before=0)])
    assert late.direction == "undecided"
    assert offset.decided(late, 300) is None


def test_a_cut_second_is_allowed_for() -> None:
    assert bounds(estimate("idp", [seen("idp", 10, after=0, before=0, resolution=1)])) == (10, 11, "ahead")


def test_readings_narrow_each_other() -> None:
    wide, narrow, other = seen("idp", 0, -50, 50), seen("idp", 100, 90, 130), seen("sp", 999, 0, 0)
    found = estimate("idp", [wide, narrow, other])
    assert bounds(found) == (-30, 10, "undecided")
    assert found.proof == (narrow,)
    assert not found.contradictory


def test_no_constant_offset_explains_both() -> None:
    first, second = seen("idp", 100, 0, 0), seen("idp", 100, 50, 50)
    found = estimate("idp", [first, second])
    assert found.contradictory
    assert set(found.proof) == {first, second}
    assert bounds(found) == (None, None, "undecided")
    assert offset.decided(found, 300) is None


def test_rounding_is_no_contradiction() -> None:
    found = estimate("idp", [seen("idp", 100, 0, 0), seen("idp", 100, 1, 1)])
    assert bounds(found) == (99.5, 99.5, "ahead")


def test_nothing_is_known_of_an_unheard_party() -> None:
    assert estimate("idp", []) == Estimate("idp", None, None, "undecided", certain=False, proof=(), contradictory=False)


@given(
    st.floats(-90000, 90000),
    st.lists(st.tuples(st.floats(0, 10**6), st.floats(0, 5000), st.floats(0, 5000), st.integers(0, 3)), min_size=1),
    st.randoms(use_true_random=False),
)
def test_the_true_offset_is_never_outside(
    ahead: float, moments: list[tuple[float, float, float, int]], order: random.Random
) -> None:
    readings = []
    for moment, before, after, sides in moments:
        claimed = math.floor(moment + ahead)
        low = moment - before if sides != 1 else None
        high = moment + after if sides != 2 else None
        readings.append(seen("idp", claimed, low, high, resolution=1.0))
    found = estimate("idp", readings)
    assert not found.contradictory
    assert (found.low_seconds is None) or found.low_seconds <= ahead + 0.001
    assert (found.high_seconds is None) or found.high_seconds >= ahead - 0.001
    shuffled = list(readings)
    order.shuffle(shuffled)
    assert bounds(estimate("idp", shuffled)) == bounds(found)


@given(st.floats(-4000, 4000), st.floats(0, 4000), st.integers(1, 900))
def test_a_decided_number_is_on_the_right_side_of_the_tolerance(low: float, width: float, tolerance: int) -> None:
    found = estimate("idp", [known("idp", low, width)])
    seconds = offset.decided(found, tolerance)
    if low > tolerance + 1:
        assert seconds is not None
        assert tolerance <= seconds <= low + 0.001
    if low <= tolerance < low + width and low >= -tolerance:
        assert seconds is None or abs(seconds) <= tolerance


# ── which clock is right ───────────────────────────────────────────────────────────────────────────────────


def verdict(*readings: Reading, judge: str = "sp") -> tuple[str, dict[str, str]]:
    found = clocks(readings, judge)
    return found.reference, {party: one.direction for party, one in found.estimates.items()}


@pytest.mark.parametrize(
    ("readings", "reference", "directions"),
    [
        ([known("idp", 600), known("sp", 0)], "majority", {"idp": "ahead", "sp": "none", RECORDER: "none"}),
        ([known("idp", 0), known("sp", -600)], "majority", {"idp": "none", "sp": "behind", RECORDER: "none"}),
        ([known("idp", -HOUR), known("sp", -HOUR)], "majority", {"idp": "none", "sp": "none", RECORDER: "ahead"}),
        ([known("idp", 600)], "recorder", {"idp": "ahead", RECORDER: "none"}),
        ([known("sp", 600)], "judge", {"sp": "none", RECORDER: "behind"}),
        ([known("idp", 600), known("sp", -600)], "judge", {"idp": "ahead", "sp": "none", RECORDER: "ahead"}),
        ([known("idp", 600), known("b", -600)], "contested", {"idp": "ahead", "b": "behind", RECORDER: "none"}),
        ([seen("idp", 600, before=0), known("sp", 601)], "majority",
         {"idp": "undecided", "sp": "none", RECORDER: "behind"}),
        ([known(TRUTH, 300), known("idp", 300), known("sp", 0)], TRUTH,
         {TRUTH: "none", "idp": "none", "sp": "behind", RECORDER: "behind"}),
        ([], "recorder", {RECORDER: "none"}),
    ],
    ids=["idp", "sp", "recorder", "nobody vouches", "only the judge", "three clocks, a judge", "three clocks",
         "one of them from one side", "a time server", "nothing"],
)  # fmt: skip
def test_whose_clock(readings: list[Reading], reference: str, directions: dict[str, str]) -> None:
    found = verdict(*readings)
    assert found == (reference, directions)
    assert verdict(*reversed(readings))[0] == reference


def test_only_a_vouched_reference_is_certain() -> None:
    assert not clocks([known("idp", 600)]).estimates["idp"].certain
    assert clocks([known("idp", 600), known("sp", 0)]).estimates["idp"].certain
    assert clocks([known("idp", 600), known(TRUTH, 0)]).estimates["idp"].certain


def test_a_clock_known_to_minutes_vouches_for_nothing() -> None:
    found = clocks([known("idp", 600), known("sp", -200, width=400)])
    assert (found.reference, found.estimates["idp"].certain) == ("recorder", False)


def test_times_are_shifted_to_the_clock_that_judges() -> None:
    assert clocks([known("idp", -HOUR), known("sp", -HOUR)]).shift("sp") == -HOUR + 0.5
    assert clocks([known("idp", 900), known("sp", 0)]).shift("sp") == 0
    assert clocks([known("idp", 900)]).shift("sp") == 0
    assert clocks([known(TRUTH, 60)]).shift("sp") == 60.5


# ── zones and tolerances ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("seconds", [1800, 3600, 7195, -7144, 19800, -50400, 50380])
def test_like_a_time_zone(seconds: int) -> None:
    assert offset.looks_like_timezone(seconds)


@pytest.mark.parametrize("seconds", [0, 60, -420, 900, 1670, 1810, 2700, 3700, -5000, 86400, 10**7])
def test_unlike_a_time_zone(seconds: int) -> None:
    assert not offset.looks_like_timezone(seconds)


@pytest.mark.parametrize(
    ("begins", "ends", "needed"),
    [
        (-60, 300, 0), (0, 300, 0), (0.2, 300, 1), (300, 900, 300),
        (301, 900, 301), (None, -599, 600), (None, -600, 601),
        (None, 0, 1), (None, 0.5, 0), (HOUR, None, HOUR),
        (None, None, 0),
    ],
)  # fmt: skip
def test_the_tolerance_that_would_save_it(begins: float | None, ends: float | None, needed: int) -> None:
    assert offset.tolerance_needed(maybe(begins), maybe(ends), NOW) == needed


@given(st.floats(-9000, 9000), st.floats(1, 9000))
def test_so_much_tolerance_is_enough_and_no_second_less(begins: float, width: float) -> None:
    first, last = at(begins), at(begins + width)
    needed = offset.tolerance_needed(first, last, NOW)

    def accepted(seconds: int) -> bool:
        slack = timedelta(seconds=seconds)
        return first - slack <= NOW < last + slack

    assert accepted(needed)
    assert needed == 0 or not accepted(needed - 1)


# ── HTTP dates ─────────────────────────────────────────────────────────────────────────────────────────────


def dated(method: str = "POST", status: int = 200, **hints: str) -> Reading:
    one = Exchange("saml-response", method, "", "sp", at(0), at(2), status, hints=tuple(hints.items()))
    return of_date("sp", one, at(-600), "x")


def test_the_date_of_an_answer_that_nobody_stores() -> None:
    assert (dated().low, dated().high) == (-602, -599)
    assert dated("GET", 302).high == -599


def test_what_a_browser_may_have_stored_proves_no_clock_behind() -> None:
    assert dated("GET").high == math.inf
    assert dated("GET").low == -602


def test_the_age_of_a_stored_answer_is_allowed_for() -> None:
    assert dated("GET", age="900").high == -600 + 901 + 1
    assert dated("GET", age="9" * 30).high < math.inf


# ── facts ──────────────────────────────────────────────────────────────────────────────────────────────────


def view_of(data: bytes, **told: Any) -> View:
    """The view of the only response in these bytes, as `check` makes it; `told` are facts with `__` for a dot."""
    document = reader.of_bytes(data, "x")
    assert isinstance(document, Document)
    case = judge.case_view(NOW, {name.replace("__", "."): value for name, value in told.items()}, {})
    if not document.parts:
        return judge.document_view(document, case)
    view = judge.document_view(next(one for one in document.parts if one.kind == "saml-response"), case)
    view.around = list(document.parts)
    return view


def ahead(seconds: int, **more: Any) -> dict[str, Any]:
    """Fields of a draft (and of a sign-in) whose identity provider's clock is ahead."""
    return {**flow.ahead(seconds), **more}


def one_of(draft: Draft, **told: Any) -> View:
    return view_of(response.written(draft), **told)


def facts(view: View, *names: str) -> list[Any]:
    return [None if isinstance(view[name], Unknown) else view[name] for name in names]


DIRECTION: Final = ("clock.idp_off_direction", "clock.idp_off_at_least_seconds", "clock.idp_ahead_seconds")
THREE: Final = ("clock.idp_ahead_seconds", "clock.sp_ahead_seconds", "clock.recorder_ahead_seconds")


def test_issued_after_its_receipt() -> None:
    view = one_of(Draft().but(**ahead(600)), login__received_at=NOW)
    assert facts(view, *DIRECTION) == ["ahead", 595, 595]
    assert facts(view, "response.issued_after_receipt_seconds", "response.seconds_early") == [595, 535]
    assert view["clock.idp_out_of_tolerance"] is True


def test_late_is_not_behind() -> None:
    view = one_of(Draft(), login__received_at=at(HOUR))
    assert facts(view, *DIRECTION) == [None, 0, None]
    assert view["response.seconds_late"] == HOUR - 300
    assert view["response.tolerance_needed_seconds"] > 600
    assert view["response.issued_after_receipt_seconds"] == 0


def test_without_a_time_of_receipt_nothing_is_known() -> None:
    view = one_of(Draft().but(**ahead(600)))
    assert facts(view, *DIRECTION) == [None, None, None]
    for name in ("response.seconds_late", "response.seconds_early", "response.tolerance_needed_seconds"):
        assert view[name] == Unknown.of("login.received_at")
    assert view["clock.idp_out_of_tolerance"] == Unknown.of("clock.idp_ahead_seconds")


def test_the_tolerance_that_was_told_decides() -> None:
    told = {"login__received_at": NOW}
    assert one_of(Draft().but(**ahead(205)), **told)["clock.idp_out_of_tolerance"] == Unknown.of(
        "clock.idp_ahead_seconds"
    )
    assert one_of(Draft().but(**ahead(205)), clock__tolerance_seconds=60, **told)["clock.idp_out_of_tolerance"] is True
    late = one_of(Draft(), login__received_at=at(400))
    assert (late["response.seconds_late"], late["response.too_late"]) == (100, False)
    assert one_of(Draft(), login__received_at=at(400), clock__tolerance_seconds=60)["response.too_late"] is True
    early = one_of(Draft(not_before=200), login__received_at=NOW, clock__tolerance_seconds=60)
    assert early["response.too_early"] is True


def test_what_people_measured_counts_where_the_response_decides_nothing() -> None:
    view = one_of(Draft(), clock__idp_ahead_seconds=-7200)
    assert facts(view, *DIRECTION) == ["behind", 7200, -7200]
    assert facts(view, "clock.looks_like_timezone", "clock.idp_out_of_tolerance") == [True, True]


def test_signed_before_its_certificate_began() -> None:
    young = certificate.make("CN=idp0.example.com", at(-HOUR), at(10**7), slot=46, serial=46)
    assert facts(one_of(Draft().but(by=young, **ahead(-86400))), *DIRECTION)[0] == "behind"
    assert facts(one_of(Draft(by=young)), *DIRECTION)[0] is None


@pytest.mark.parametrize(
    ("days", "told", "behind"),
    [
        (6, {}, True), (8, {}, False),
        (89, {"login__received_at": NOW}, True), (91, {"login__received_at": NOW}, False),
    ],
)  # fmt: skip
def test_by_months_it_is_no_clock(days: int, told: dict[str, Any], behind: bool) -> None:
    """One in twenty of the public test responses is older than the certificate in it, most by years."""
    young = certificate.make("CN=idp0.example.com", at(-HOUR), at(10**7), slot=46, serial=46)
    view = one_of(Draft(by=young).but(**ahead(-days * 86400 - HOUR)), **told)
    assert facts(view, "clock.idp_off_direction") == ["behind" if behind else None]


def test_a_certificate_that_began_after_the_receipt_is_no_proof() -> None:
    planned = certificate.make("CN=idp0.example.com", at(9000), at(10**7), slot=48, serial=48)
    view = one_of(Draft(by=planned), login__received_at=NOW)
    assert facts(view, *DIRECTION) == [None, None, None]
    assert [one.contradictory for one in view["clock.estimates"]] == [True]


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        ({}, [0, 0, 0]), ({"idp": 600}, [600, 0, 0]), ({"idp": -660}, [-660, 0, 0]), ({"sp": 900}, [0, 900, 0]),
        ({"recorder": HOUR}, [0, 0, HOUR]), ({"recorder": -HOUR}, [0, 0, -HOUR]),
    ],
    ids=str,
)  # fmt: skip
def test_a_recorded_sign_in_tells_whose_clock(clock: dict[str, int], expected: list[int]) -> None:
    view = view_of(flow.har(**ahead(clock.get("idp", 0), **clock)))
    assert facts(view, *THREE) == [pytest.approx(one, abs=4) for one in expected]


def test_a_slow_person_in_a_capture() -> None:
    view = view_of(flow.har(asked=-3 * HOUR))
    assert facts(view, "clock.idp_out_of_tolerance", "clock.idp_off_direction") == [False, "none"]


def test_without_dates_a_capture_bounds_the_clock_by_request_and_receipt() -> None:
    view = view_of(flow.har(dated=False, **ahead(-660)))
    assert view["clock.idp_off_direction"] == "behind"
    assert 590 <= view["clock.idp_off_at_least_seconds"] <= 660
    assert facts(view_of(flow.har(dated=False, asked=-2400)), *DIRECTION) == [None, 0, None]


def test_lateness_is_by_the_clock_of_the_service_provider() -> None:
    assert view_of(flow.har(recorder=HOUR))["response.seconds_late"] == pytest.approx(-300, abs=3)
    assert view_of(flow.har(sp=HOUR))["response.seconds_late"] == pytest.approx(HOUR - 300, abs=3)
    told = view_of(flow.har(sp=HOUR), login__received_at=NOW)
    assert told["response.seconds_late"] == -300


def test_a_front_with_another_clock_hides_nothing() -> None:
    """A proxy's Date is right, the machine behind it that signs is not."""
    view = view_of(flow.har(idp=0, **ahead(900)))
    assert facts(view, *DIRECTION)[0] == "ahead"
    assert view["clock.idp_out_of_tolerance"] is True


def test_all_documents_of_a_sign_in_tell_the_same() -> None:
    document = reader.of_bytes(flow.har(idp=600, times=2, **ahead(600)), "x")
    assert isinstance(document, Document)
    case = judge.case_view(NOW, {}, {})
    views = [judge.document_view(one, case) for one in (document, *document.parts) if one.kind != "saml-request"]
    for view in views:
        view.around = list(document.parts)
    assert len(views) == 3
    assert len({view["clock.idp_ahead_seconds"] for view in views}) == 1


def test_a_told_receipt_is_not_that_of_several_responses() -> None:
    first, second = (reader.of_bytes(response.written(Draft().but(**ahead(by))), "x") for by in (0, 900))
    assert isinstance(first, Document)
    assert isinstance(second, Document)
    case = judge.case_view(NOW, {"login.received_at": NOW}, {})
    case.around.extend((first, second))
    assert facts(judge.document_view(second, case), *DIRECTION) == [None, None, None]


def test_estimates_say_from_what() -> None:
    (found,) = one_of(Draft().but(**ahead(600)), login__received_at=NOW)["clock.estimates"]
    assert (found.party, found.at_least, found.direction, found.certain) == ("idp", 595, "ahead", False)
    assert "IssueInstant" in found.proof


def test_an_encrypted_response_still_shows_its_instant() -> None:
    view = one_of(Draft().but(encrypted=True, **ahead(600)), login__received_at=NOW)
    assert view["clock.idp_off_direction"] == "ahead"
    assert view["response.seconds_late"] == Unknown.of("response.seconds_late", "encrypted")


def test_a_response_without_a_window_is_neither_late_nor_early() -> None:
    view = one_of(Draft(not_before=None, not_on_or_after=None, confirmed_until=None), login__received_at=NOW)
    assert facts(view, "response.seconds_late", "response.seconds_early", "response.too_late") == [None, None, None]


def test_unreadable_times_are_passed_over() -> None:
    view = one_of(Draft(date_text="22.11.2026 09:00"), login__received_at=NOW)
    assert facts(view, *DIRECTION) == [None, None, None]


def test_the_case_has_the_usual_tolerance() -> None:
    view = View(derivations("case"), datetime(2026, 1, 1, tzinfo=UTC))
    assert view["clock.tolerance_seconds"] == 300
    assert view["clock.idp_out_of_tolerance"] == Unknown.of("clock.idp_ahead_seconds")
