"""Facts of events that a vendor listed or sent: failed sign-ins, and certificates that are to be renewed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from doctor.facts import story
from doctor.facts.fact import BOOL, NUMBER, TEXT, Fact, View, collection, enum, record
from doctor.model.state import ABSENT, Unknown

if TYPE_CHECKING:
    from doctor.facts.story import Story

FAILURE: Final = record(code=TEXT, message=TEXT, times=NUMBER, people=NUMBER, last=TEXT)
RENEWAL: Final = record(certificate=enum("ResponseSigning", "RequestSigning", "ResponseEncryption", "other"),
                        expires=TEXT, days_left=NUMBER, reminders=NUMBER, renewed=BOOL)  # fmt: skip
_CERTIFICATES: Final = ("ResponseSigning", "RequestSigning", "ResponseEncryption")


class _Failure(NamedTuple):
    code: str
    message: str
    times: int
    people: int
    last: Any


class _Renewal(NamedTuple):
    certificate: str
    expires: Any
    days_left: Any
    reminders: int
    renewed: bool


def told(view: View) -> Story:
    """What the events of the document tell together."""
    return story.told(view.document.events)


def sign_ins(view: View) -> Any:
    """How many sign-ins came to an end among the events; that none is among them proves nothing."""
    return told(view).attempts or Unknown.of("connection.logins_attempted", "no sign-in is among the events")


def ended_at(view: View) -> Any:
    """Where the latest sign-in ended: one that was started and never came back ended at the identity provider."""
    found = told(view)
    if found.works_again:
        return "signed-in"
    latest = max(found.failures, key=lambda one: one.last or "", default=None)
    if latest is None or latest.code != story.TIMED_OUT:
        return Unknown.of("login.ended_at", "the events do not tell whose page was seen last")
    return "identity-provider"


def failures(view: View) -> Any:
    """Sign-ins that failed, by their error; none where the latest sign-in succeeded after them."""
    from doctor.model.shape import masked

    found = told(view)
    if found.works_again:
        return ()
    return tuple(
        _Failure(one.code, masked(one.message or one.code), one.times, len(one.users), one.last or ABSENT)
        for one in found.failures
    )


def renewals(view: View) -> Any:
    """Certificates of which the vendor says that they are to be renewed, each once however often it said so."""
    return tuple(
        _Renewal(
            one.certificate if one.certificate in _CERTIFICATES else "other", one.expires_at or ABSENT,
            _days(one.expires_at, view.now), one.reminders, one.renewed_at is not None,
        )
        for one in told(view).renewals
    )  # fmt: skip


def _days(moment: str | None, now: datetime) -> Any:
    try:
        found = datetime.fromisoformat(moment or "")
    except ValueError:
        return ABSENT
    return ((found if found.tzinfo else found.replace(tzinfo=UTC)) - now).days


_DOCUMENT: Final = ("event",)
FACTS: Final = (
    Fact("connection.logins_attempted", NUMBER, sign_ins, _DOCUMENT),
    Fact("login.ended_at", enum("identity-provider", "vendor", "application", "signed-in", "nowhere"), ended_at, _DOCUMENT),
    Fact("event.failures", collection(FAILURE), failures, _DOCUMENT, label="failed sign-ins", how="events of the vendor"),
    Fact("event.renewals", collection(RENEWAL), renewals, _DOCUMENT, label="certificates to renew",
         how="events of the vendor"),
)  # fmt: skip
