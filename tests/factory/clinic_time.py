"""Times: a clock that is off, a person who is slow, a paste of yesterday, and times that make no sense."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tests.factory import certificate, providers, response
from tests.factory import clinic_flow as flow
from tests.factory.clinic_case import Case, after, case, sent, trusted
from tests.factory.response import NOW, Draft, instant

_HOUR: Final = 3600
_DAY: Final = 86400


def _fast(name: str, change: str, seconds: int, **options: Any) -> Case:
    """The clock of the identity provider is ahead: its instants lie after the receipt.

    That AuthnInstant lies in the future is the same clock's doing.
    """
    return sent(f"clock-{name}", change, "clock-skew", "authn-instant-future", options=options, **flow.ahead(seconds))


def _recorded(name: str, change: str, seconds: int, **more: Any) -> Case:
    """The same with a recorded sign-in: its Date headers show both clocks.

    Behind, the response has expired when it comes, which is the same clock's doing.
    """
    return case(
        f"clock-{name}", change, "clock-skew", lambda: flow.har(idp=seconds, **flow.ahead(seconds), **more),
        "authn-instant-future", "response-expired", received_at=None,
    )  # fmt: skip


def _newborn() -> certificate.Certificate:
    """A signing certificate made an hour ago."""
    return certificate.make("CN=idp0.example.com", after(-_HOUR), after(300 * _DAY), slot=46, serial=46)


_CLOCK: Final = (
    _fast("ahead-ten-minutes", "ten minutes ahead, known by the receipt", 600),
    _fast("ahead-one-hour", "an hour ahead", _HOUR),
    _fast("ahead-time-zone", "local time written as UTC, two hours ahead", 7200),
    _fast("ahead-small-tolerance", "200 seconds ahead where 60 are tolerated", 200, clock_tolerance=60),
    sent("clock-ahead-both-signed", "20 minutes ahead, everything is signed", "clock-skew", "authn-instant-future",
         signed="both", **flow.ahead(1200)),
    _recorded("ahead-in-capture", "ten minutes ahead, known by the application's Date", 600),
    _recorded("ahead-zone-in-capture", "two hours ahead in a capture", 7200),
    _recorded("behind-ten-minutes", "eleven minutes behind, known by Date", -660),
    _recorded("behind-one-hour", "an hour behind", -_HOUR),
    _recorded("behind-time-zone", "local time written as UTC, two hours behind", -7200),
    _recorded("behind-slow-recorder", "an hour behind, and the recorder's clock is off too", -_HOUR, recorder=900),
    case("clock-ahead-undated", "an hour ahead, known by the recorder and by the request's time", "clock-skew",
         lambda: flow.har(dated=False, **flow.ahead(_HOUR)), "authn-instant-future", received_at=None),
    # it expired long ago by its own clock, if one takes that clock for right
    case("clock-before-its-certificate", "signed before the certificate existed", "clock-skew",
         lambda: response.written(Draft(by=_newborn(), **flow.ahead(-_DAY))), "response-expired", "session-expired",
         idp_metadata=lambda: trusted(_newborn())),
)  # fmt: skip

_NO_CLOCK: Final = (
    sent("clock-within-tolerance", "four minutes ahead, five are tolerated", None, **flow.ahead(240)),
    sent("clock-within-own-tolerance", "ten minutes ahead, fifteen are tolerated", None,
         options={"clock_tolerance": 900}, **flow.ahead(600)),
    case("clock-of-recorder-ahead", "the recorder's clock is an hour ahead, the servers' are right",
         "clock-recorder-off",
         lambda: flow.har(recorder=_HOUR), received_at=None),
    case("clock-of-recorder-behind", "the recorder's clock is an hour behind, the servers' are right",
         "clock-recorder-off",
         lambda: flow.har(recorder=-_HOUR), received_at=None),
    case("clock-of-recorder-behind-undated", "the same without Date: both servers' messages agree on the time",
         "clock-recorder-off",
         lambda: flow.har(recorder=-_HOUR, dated=False), received_at=None),
    case("clock-of-application", "the application's clock is an hour behind, the identity provider's is right",
         "clock-sp-off",
         lambda: flow.har(sp=-_HOUR), received_at=None),
    case("login-slow", "forty minutes at the sign-in page: the response is fresh", "login-took-long",
         lambda: flow.har(asked=-2400), received_at=None),
    # that id is for sign-in pages that are bookmarked, and for those that are left open
    case("login-page-left-open", "three hours at the sign-in page", "login-page-bookmarked",
         lambda: flow.har(asked=-3 * _HOUR), "login-took-long", received_at=None),
    case("login-page-bookmarked", "the request in the address of the sign-in page is of yesterday",
         "login-page-bookmarked", lambda: flow.har(response.request(after(-_DAY))), "login-took-long",
         received_at=None),
    case("response-kept-open", "the page was sent on twenty minutes after it was made", "response-expired",
         lambda: flow.har(asked=-1260, answered=-1200, **flow.ahead(0, posted=-1200)), received_at=None),
)  # fmt: skip


def lasting() -> certificate.Certificate:
    """A certificate that is valid on whichever day the tests run."""
    return certificate.make("CN=idp0.example.com", *providers.LONG, slot=47, serial=47)


def _old(days: float, **changes: Any) -> bytes:
    """A response that was made so long before the day on which this runs."""
    moment = datetime.now(UTC).replace(microsecond=0) - timedelta(days=days)
    return response.written(Draft(now=moment, by=lasting(), **changes))


def _paste(name: str, change: str, days: float, **changes: Any) -> Case:
    """Nobody said when it was received, so that nothing is known of lateness."""
    return case(f"paste-{name}", change, None, lambda: _old(days, **changes),
                at=None, received_at=None, idp_metadata=lambda: trusted(lasting()))  # fmt: skip


_PASTES: Final = (
    _paste("of-yesterday", "a response of yesterday, the day of receipt not told", 1),
    _paste("of-last-week", "a response of last week", 7, signed="both"),
    _paste("of-twenty-minutes", "copied from the log twenty minutes after", 0.014),
    _paste("of-last-month", "a response of last month, asked for by nobody", 30, in_response_to=None,
           confirmed_for=None),
    case("capture-of-last-month", "a capture tells its own time", None, flow.har, at=after(30 * _DAY),
         received_at=None),
)  # fmt: skip


def _late(name: str, change: str, seconds: int, **changes: Any) -> Case:
    moment = {"received_at": after(seconds), "at": after(seconds)}
    return sent(f"expired-{name}", change, "response-expired", options=moment, **changes)


def _end(seconds: int, *, cut: int = 0) -> str:
    """The end of a window as the draft writes it, with so many characters cut off."""
    text = instant(Draft(), seconds) or ""
    return f'NotOnOrAfter="{text[: len(text) - cut]}"'


_WINDOWS: Final = (
    _late("received-late", "received twenty minutes after it was made", 1200),
    _late("conditions-only", "the conditions have ended, the confirmation has not", 900,
          not_on_or_after=60, confirmed_until=7200),
    _late("confirmation-only", "the confirmation has ended, the conditions have not", 900,
          not_on_or_after=7200, confirmed_until=60),
    _late("both-signed", "received an hour late", 3600, signed="both"),
    sent("window-reversed", "NotOnOrAfter before NotBefore", "response-window-invalid",
         not_before=250, not_on_or_after=200),
    sent("window-empty", "NotOnOrAfter is NotBefore (core 2.5.1.2 wants it later)", "response-window-invalid",
         not_before=-5, not_on_or_after=-5),
    # after that end it was used in any case
    sent("window-ends-before-issue", "the confirmation ended an hour before it was made", "response-window-invalid",
         "response-expired", confirmed_until=-_HOUR),
    # where nothing ends, the confirmation has no end either
    sent("window-missing", "neither conditions nor confirmation end", "response-window-missing",
         "confirmation-expiry-missing", not_before=None, not_on_or_after=None, confirmed_until=None),
    sent("window-of-confirmation", "Conditions without times, the confirmation ends (core 2.5.1 allows it)", None,
         not_before=None, not_on_or_after=None),
    sent("window-short", "valid for ten seconds", "response-window-short", not_before=-5, not_on_or_after=5),
    sent("confirmation-expiry-missing", "no NotOnOrAfter of the confirmation (profiles 4.1.4.2)",
         "confirmation-expiry-missing", confirmed_until=None),
    sent("confirmation-not-before", "NotBefore on a bearer confirmation (profiles 4.1.4.2)",
         "confirmation-not-before-present", confirmed_from=-60),
    sent("session-over", "SessionNotOnOrAfter passed an hour ago", "session-expired",
         authenticated=-20000, session_until=-_HOUR),
    sent("authentication-stale", "the person signed in five days ago", "authn-instant-stale",
         authenticated=-5 * _DAY),
    sent("authentication-future", "AuthnInstant an hour ahead, IssueInstant right", "authn-instant-future",
         authenticated=_HOUR),
    sent("times-malformed", "times as Germans write them", "message-time-malformed", date_text="22.11.2026 09:00"),
    sent("time-malformed", "one end of the window is a text", "message-time-malformed",
         confirmed_until=310, edited=((_end(300), 'NotOnOrAfter="in five minutes"'),)),
    sent("time-without-zone", "an instant without Z (core 1.3.3)", "message-time-not-utc",
         confirmed_until=310, edited=((_end(300), _end(300, cut=1)),)),
    sent("time-as-number", "an instant as seconds since 1970", "message-time-malformed",
         confirmed_until=310, edited=((_end(300), f'NotOnOrAfter="{int(NOW.timestamp()) + 300}"'),)),
)  # fmt: skip

_REPLAYS: Final = (
    case("replayed-at-once", "the browser posted it twice", "response-replayed", lambda: flow.har(times=2),
         received_at=None),
    case("replayed-three-times", "reloaded twice", "response-replayed", lambda: flow.har(times=3, signed="both"),
         received_at=None),
)  # fmt: skip

CASES: Final = _CLOCK + _NO_CLOCK + _PASTES + _WINDOWS + _REPLAYS
