"""What recorded SCIM traffic tells: whether leavers are deactivated, what is sent, and how the server takes it.

So does a single SCIM body, in short. A recording shows what was sent while it ran, and nothing else:
that something is never sent needs a person's word that it was due.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from doctor.facts import scim as told
from doctor.facts.capture import capture_of
from doctor.facts.fact import BOOL, NUMBER, Fact, NoDocument, View, enum, words
from doctor.model.scim import DEPARTURES, KINDS, LEAVERS, Body
from doctor.model.state import ABSENT, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from doctor.model.capture import Exchange, Scim

_ORDER: Final = ("ignored", "refused", "unconfirmed", "deactivated")
_OPEN: Final = (401, 403, 404, 408, 429, 500, 502, 503, 504)
"""Statuses that say nothing of the form of a request."""
DIALECT: Final = (
    "text-boolean",
    "capitalised-op",
    "member-value-list",
    "qualified-path",
    "dotted-names",
    "missing-path",
)
"""Departures by which servers stumble over changes, the likeliest first."""


def _said(view: View) -> list[tuple[Exchange, Scim]]:
    return [(one, one.scim) for one in capture_of(view).exchanges if one.scim is not None]


def _users(view: View) -> list[tuple[Exchange, Scim]]:
    return [(one, scim) for one, scim in _said(view) if scim.resource == "Users"]


def _leaves(one: Exchange, scim: Scim) -> bool:
    """Whether a request deactivates or deletes a user."""
    if scim.resource != "Users" or not scim.one:
        return False
    return one.method == "DELETE" or (one.method in ("PATCH", "PUT") and scim.active is False)


def leaver(view: View) -> Any:
    """What the recorded traffic shows of users who were deactivated: the worst of them counts."""
    found = _users(view)
    if not found:
        return Unknown.of("scim.leaver", "no traffic of users was recorded")
    last: dict[str, int] = {}
    for at, (one, scim) in enumerate(found):
        if _leaves(one, scim):
            last[scim.who or f"?{at}"] = at
    each = {_outcome(found, at) for at in last.values()}
    worst = next((word for word in _ORDER if word in each), None)
    if worst is None and (_unread(found) or _partial(view)):
        return Unknown.of("scim.leaver", "not everything that was changed was recorded")
    return worst or "not-seen"


def _partial(view: View) -> bool:
    """Whether only a part of the traffic was kept: what is not there may have been sent."""
    return not {"cut-short", "too-many-exchanges", "too-many-entries"}.isdisjoint(capture_of(view).notes)


def _unread(found: list[tuple[Exchange, Scim]]) -> bool:
    """Whether a change was recorded without its body, as in the log of a web server: it may be a deactivation."""
    return any(
        one.method in ("PATCH", "PUT") and not scim.operations and scim.active is None and not scim.changes
        for one, scim in found
    )


def _outcome(found: list[tuple[Exchange, Scim]], at: int) -> str:
    """What became of one deactivation: what its answer and the readings after it show."""
    one = found[at][0]
    if one.status is None:
        return "unconfirmed"
    if one.status >= 400:
        return "deactivated" if one.method == "DELETE" and one.status == 404 else "refused"
    if one.method == "DELETE":
        return "deactivated"
    shown = _shown_after(found, at)
    return "unconfirmed" if shown is None else "ignored" if shown else "deactivated"


def _shown_after(found: list[tuple[Exchange, Scim]], at: int) -> bool | None:
    """What is shown of active from this request on, until somebody sets it again; gone counts as inactive."""
    who, shown = found[at][1].who, found[at][1].shown
    for one, scim in found[at + 1 :]:
        if not who or scim.who != who:
            continue
        if scim.active is True:
            break
        if one.method == "GET" and one.status in (404, 410):
            return False
        shown = scim.shown if scim.shown is not None else shown
    return shown


def deactivations_sent(view: View) -> Any:
    """Whether the recorded traffic holds a deactivation; that none is sent needs the word that one was due."""
    if any(_leaves(one, scim) for one, scim in _users(view)):
        return True
    return _due(view, "scim.leaver_expected", "scim.deactivations_sent")


def updates_sent(view: View) -> Any:
    """Whether the recorded traffic holds a change of a user; that none is sent needs the word that one was due."""
    if any(one.method in ("PATCH", "PUT") and scim.one and scim.changes for one, scim in _users(view)):
        return True
    return _due(view, "scim.change_expected", "scim.updates_sent")


def _due(view: View, expected: str, name: str) -> Any:
    """False when somebody says that it was due in this traffic; a recording without traffic proves nothing."""
    found = _users(view)
    if not found or _unread(found) or _partial(view):
        return Unknown.of(name, "the recording does not show it")
    due = view[expected]
    if isinstance(due, Unknown):
        return due
    return False if due is True else Unknown.of(name, "nothing was due while it was recorded")


def server_applies_active(view: View) -> Any:
    """Whether the server makes users inactive who are deactivated in the recorded traffic."""
    found = leaver(view)
    known = {"deactivated": True, "ignored": False}
    return known[found] if found in known else Unknown.of("scim.server_applies_active")


def _changes(view: View) -> Iterator[tuple[Exchange, Scim]]:
    """Changes of users and groups whose answer says something of their form."""
    for one, scim in _said(view):
        decides = one.status is not None and one.status not in _OPEN and one.status < 600
        if one.method in ("PATCH", "PUT") and decides and scim.resource in ("Users", "Groups"):
            yield one, scim


def patch_accepted(view: View) -> Any:
    """Whether the server accepts the PATCH requests that were recorded: false when it refuses one for its form."""
    each = [one.status < 400 for one, _ in _changes(view) if one.method == "PATCH" and one.status is not None]
    return all(each) if each else Unknown.of("scim.patch_accepted")


def patch_dialect(view: View) -> Any:
    """In what the recorded PATCH requests depart from the plain form: those that were refused, else all of them."""
    each = [(one, scim) for one, scim in _changes(view) if one.method == "PATCH"]
    if not each:
        return Unknown.of("scim.patch_dialect")
    refused = [scim for one, scim in each if (one.status or 0) >= 400]
    seen = {word for scim in refused or [scim for _, scim in each] for word in scim.departures}
    found = next((word for word in DIALECT if word in seen), "none")
    return "other" if found == "dotted-names" else found


def filter_works(view: View) -> Any:
    """Whether recorded searches are answered with a list."""
    each = [one.status for one, scim in _users(view) if one.method == "GET" and scim.filter and not scim.one]
    judged = [status < 400 for status in each if status is not None and status not in (401, 403, 429, 502, 503, 504)]
    return all(judged) if judged else Unknown.of("scim.filter_works")


def error_type(view: View) -> Any:
    """The scimType of the last refusal that was recorded; absent when it names none."""
    refused = [scim for one, scim in _said(view) if (one.status or 0) >= 400]
    if not refused:
        return Unknown.of("scim.error_type")
    return _known(refused[-1].scim_type)


def _known(word: str | None) -> Any:
    return word if word in told.ERROR_TYPES else ABSENT


def requests_seen(view: View) -> Any:
    """Whether a request from the identity provider was recorded."""
    return True if _said(view) else Unknown.of("scim.requests_seen")


def departures(view: View) -> Any:
    """In what recorded bodies depart from the plain form of the RFCs, requests and answers."""
    words = dict.fromkeys(word for _, scim in _said(view) for word in (*scim.departures, *scim.faults))
    return tuple(words) if _said(view) else Unknown.of("scim.departures")


def flagged(view: View) -> Any:
    """Whether Entra's flag aadOptscim062020 stands in the recorded addresses."""
    return any(scim.flagged for _, scim in _said(view)) if _said(view) else Unknown.of("scim.entra_flag")


def groups_refused(view: View) -> Any:
    """Whether the server refuses recorded changes of groups."""
    each = [one.status for one, scim in _said(view) if scim.resource == "Groups" and one.method in _WRITES]
    known = [status >= 400 for status in each if status is not None and status not in (401, 429, 502, 503, 504)]
    return any(known) if known else Unknown.of("scim.group_changes_refused")


_WRITES: Final = ("POST", "PATCH", "PUT", "DELETE")


def search_contradicted(view: View) -> Any:
    """Whether a search found nobody and the creation right after it met a conflict (409)."""
    found = _users(view)
    searched = [
        at for at, (one, scim) in enumerate(found[:-1]) if one.status == 200 and scim.filter and scim.total == 0
    ]
    if not searched:
        return Unknown.of("scim.search_contradicted")
    return any(found[at + 1][0].method == "POST" and found[at + 1][0].status == 409 for at in searched)


# ── a single body ──────────────────────────────────────────────────────────────────────────────────────────


def _body(view: View) -> Body:
    """The SCIM body in view. Raises `NoDocument`."""
    found = view.document.scim
    if found is None:
        raise NoDocument
    return found


def body_kind(view: View) -> Any:
    """What a SCIM body is: a user, a PATCH request, a list, an error …"""
    return _body(view).kind


def body_departures(view: View) -> Any:
    """In what a SCIM body departs from the plain form of the RFCs."""
    return _body(view).departures


def body_status(view: View) -> Any:
    """The status that a SCIM error names in its body."""
    return _body(view).status or Unknown.of("scim.status")


def body_error_type(view: View) -> Any:
    """The scimType that a SCIM error names; absent when it names none of the standard's."""
    found = _body(view)
    return _known(found.error_type) if found.kind == "error" else Unknown.of("scim.error_type")


_CASE: Final = ("case",)
_ON: Final = ("capture",)
_BODY: Final = ("scim",)
_WORD: Final = "--set"
FACTS: Final = (
    Fact("scim.leaver", enum(*LEAVERS), leaver, _ON),
    Fact("scim.leaver_expected", BOOL, None, _CASE, label="somebody left while it was recorded", how=_WORD,
         meaning="Whether somebody was deactivated or unassigned at the identity provider while the traffic was recorded."),
    Fact("scim.change_expected", BOOL, None, _CASE, label="somebody was changed while it was recorded", how=_WORD,
         meaning="Whether a user was changed at the identity provider while the traffic was recorded."),
    Fact("scim.deactivations_sent", BOOL, deactivations_sent, _ON),
    Fact("scim.updates_sent", BOOL, updates_sent, _ON),
    Fact("scim.server_applies_active", BOOL, server_applies_active, _ON),
    Fact("scim.patch_accepted", BOOL, patch_accepted, _ON),
    Fact("scim.patch_dialect", enum(*told.DIALECTS), patch_dialect, _ON),
    Fact("scim.filter_works", BOOL, filter_works, _ON),
    Fact("scim.filter_supported", BOOL, told.filter_supported, _ON),
    Fact("scim.server_answers", BOOL, told.server_answers, _ON),
    Fact("scim.error_type", enum(*told.ERROR_TYPES), error_type, _ON, optional=True),
    Fact("scim.requests_seen", BOOL, requests_seen, _ON),
    Fact("scim.entra_flag", BOOL, flagged, _ON),
    Fact("scim.search_contradicted", BOOL, search_contradicted, _ON),
    Fact("scim.group_changes_refused", BOOL, groups_refused, _ON),
    Fact("scim.departures", words(*DEPARTURES), departures, _ON),
    Fact("scim.departures", words(*DEPARTURES), body_departures, _BODY),
    Fact("scim.body", enum(*KINDS), body_kind, _BODY),
    Fact("scim.status", NUMBER, body_status, _BODY),
    Fact("scim.error_type", enum(*told.ERROR_TYPES), body_error_type, _BODY, optional=True),
)  # fmt: skip
