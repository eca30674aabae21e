"""Facts of directory sync: what the identity provider sends, what the server answers, what arrives."""

from __future__ import annotations

import re
from typing import Any, Final

from doctor.facts.address import DIFFERENCES, difference
from doctor.facts.fact import BOOL, NUMBER, TEXT, URL, Fact, View, enum, inputs, mapped, words
from doctor.model.scim import ANSWERS, DISCOVERY, RESULTS
from doctor.model.state import ABSENT, Unknown

_CASE: Final = ("case",)
_SET: Final = "--set, --answers or a question"
_LOG: Final = "the identity provider's provisioning log, or --set"
_PROBE: Final = "doctor probe scim URL"
_DRILL: Final = "doctor probe scim URL --write"
_CONTRAST: Final = "doctor probe scim URL --contrast"
_FLAG: Final = re.compile(r"/?[?&]aadOptscim062020(?:=[^&]*)?$", re.IGNORECASE)
ERROR_TYPES: Final = (
    "invalidFilter", "tooMany", "uniqueness", "mutability", "invalidSyntax", "invalidPath", "noTarget", "invalidValue",
    "invalidVers", "sensitive",
)  # fmt: skip
"""The words that RFC 7644 has for `scimType`."""
DIALECTS: Final = (
    "none", "capitalised-op", "text-boolean", "qualified-path", "member-value-list", "missing-path", "put-instead",
    "other",
)  # fmt: skip
"""`Add` for `add`; "False" for false; a path with its schema; members removed by a list of values; no path; PUT."""


def endpoint_difference(view: View) -> Any:
    """In what the endpoint at the identity provider differs from the directory's own."""
    found = inputs(view, "scim.endpoint", "scim.idp_endpoint")
    return difference(*map(_without_flag, found)) if isinstance(found, tuple) else found


def _without_flag(url: str) -> str:
    """An endpoint without the flag that Entra wants behind it for standard PATCH requests."""
    return _FLAG.sub("", url)


def auth_method_matches(view: View) -> Any:
    """Whether the identity provider authenticates to the SCIM server as the directory wants it."""
    found = inputs(view, "scim.expected_auth_method", "scim.auth_method")
    return found[0] == found[1] if isinstance(found, tuple) else found


def requests_seen(view: View) -> Any:
    """Whether the directory has ever received a request: true once it answered one or holds users."""
    told = ("scim.status", "scim.attributes_arrive", "scim.updates_arrive", "scim.deactivations_arrive")
    if view["scim.users_appear"] in ("all", "some") or any(not isinstance(view[name], Unknown) for name in told):
        return True
    return Unknown.of("scim.requests_seen")


def updates_sent(view: View) -> Any:
    """Whether the identity provider sends changes of users: as its log or recorded traffic shows it, else
    whether updates are switched on.
    """
    return view["scim.updates_enabled"]


def deactivations_sent(view: View) -> Any:
    """Whether the identity provider sends deactivations: as its log or recorded traffic shows it, else
    whether they are switched on.
    """
    return view["scim.deactivation_enabled"]


def server_answers(view: View) -> Any:
    """Whether the SCIM server itself answers: no gateway error (502, 503, 504), and reachable."""
    status = view["scim.status"]
    if isinstance(status, Unknown) or status is ABSENT:
        return view["scim.server_reachable"]
    return status not in (502, 503, 504)


def filter_supported(view: View) -> Any:
    """Whether the SCIM server can do the search by which the identity provider looks for a user."""
    if view["scim.error_type"] == "invalidFilter":
        return False
    return mapped(view, "scim.filter_works", bool)


FACTS: Final = (
    Fact("directory.state", enum("linked", "validating", "invalid-credentials", "unlinked", "deleting", "unknown"),
         None, _CASE, label="directory state", how=_SET, meaning="The state of the directory at the vendor."),
    Fact("scim.requests_seen", BOOL, requests_seen, _CASE, label="any SCIM request arrived", how=_SET,
         meaning="Whether the directory has ever received a request from the identity provider."),
    Fact("scim.status", NUMBER, None, _CASE, label="HTTP status of the SCIM answer", how=_LOG,
         meaning="The HTTP status with which the SCIM server answers the identity provider."),
    Fact("scim.token_current", BOOL, None, _CASE, label="token is the current one", how=_SET,
         meaning="Whether the bearer token at the identity provider is the one that the directory shows now."),
    Fact("scim.token_expired", BOOL, None, _CASE, label="token expired", how=_SET,
         meaning="Whether the directory's bearer token has expired."),
    Fact("scim.auth_method", enum("bearer", "oauth-client-credentials", "basic", "header"), None, _CASE,
         label="authentication at the identity provider", how=_SET,
         meaning="How the identity provider authenticates to the SCIM server."),
    Fact("scim.expected_auth_method", enum("bearer", "oauth-client-credentials", "basic", "header"), None, _CASE,
         label="authentication that the directory wants", how=_SET,
         meaning="How the directory wants the identity provider to authenticate."),
    Fact("scim.auth_method_matches", BOOL, auth_method_matches, _CASE),
    Fact("scim.server_reachable", BOOL, None, _CASE, label="SCIM server reachable", how=_LOG,
         meaning="Whether the identity provider's requests reach the SCIM server and are answered in time."),
    Fact("scim.server_answers", BOOL, server_answers, _CASE),
    Fact("scim.error_type", enum(*ERROR_TYPES), None, _CASE, optional=True, label="scimType of the SCIM answer",
         how="the body of the SCIM answer in the provisioning log, or --set",
         meaning="The scimType in the body of the SCIM server's error answer; absent when the answer names none."),
    Fact("scim.filter_works", BOOL, None, _CASE, label="search by filter works", how=_LOG,
         meaning="Whether a search such as userName eq \"…\" is answered with a list, empty when nobody matches."),
    Fact("scim.filter_supported", BOOL, filter_supported, _CASE),
    Fact("scim.patch_dialect", enum(*DIALECTS), None, _CASE, label="dialect of the PATCH request", how=_LOG,
         meaning="In what the identity provider's PATCH request departs from the form that the SCIM server knows."),
    Fact("scim.patch_accepted", BOOL, None, _CASE, label="PATCH accepted", how=_LOG,
         meaning="Whether the SCIM server accepts the identity provider's PATCH requests."),
    Fact("scim.endpoint", URL, None, _CASE, label="SCIM endpoint of the directory",
         how="the directory's page, or --set", meaning="The SCIM base URL that the directory shows."),
    Fact("scim.idp_endpoint", URL, None, _CASE, label="SCIM endpoint at the identity provider", how=_SET,
         meaning="The SCIM base URL that is set at the identity provider."),
    Fact("scim.endpoint_difference", enum(*DIFFERENCES), endpoint_difference, _CASE,
         label="difference of the SCIM addresses"),
    Fact("scim.attributes_arrive", BOOL, None, _CASE, label="attributes arrive", how=_SET,
         meaning="Whether synced users have their user name, given name and family name."),
    Fact("scim.attributes_mapped", BOOL, None, _CASE, label="attributes mapped", how=_SET,
         meaning="Whether userName, name.givenName and name.familyName are mapped at the identity provider."),
    Fact("scim.users_appear", enum("all", "some", "none"), None, _CASE, label="users appear", how=_SET,
         meaning="Whether all assigned users appear in the directory, some, or none."),
    Fact("scim.updates_arrive", BOOL, None, _CASE, label="changes arrive", how=_SET,
         meaning="Whether a change of a user at the identity provider reaches the directory."),
    Fact("scim.updates_enabled", BOOL, None, _CASE, label="updates switched on", how=_SET,
         meaning="Whether updating user attributes is switched on in the identity provider's provisioning."),
    Fact("scim.updates_sent", BOOL, updates_sent, _CASE, label="changes are sent", how=_LOG),
    Fact("scim.deactivations_arrive", BOOL, None, _CASE, label="deactivations arrive", how=_SET,
         meaning="Whether a user who is deactivated or unassigned becomes inactive in the directory."),
    Fact("scim.deactivation_enabled", BOOL, None, _CASE, label="deactivation switched on", how=_SET,
         meaning="Whether deactivating users is switched on in the identity provider's provisioning."),
    Fact("scim.deactivations_sent", BOOL, deactivations_sent, _CASE, label="deactivations are sent", how=_LOG),
    Fact("scim.server_applies_updates", BOOL, None, _CASE, label="server applies updates", how=_LOG,
         meaning="Whether the SCIM server does what an accepted update says."),
    Fact("scim.server_applies_active", BOOL, None, _CASE, label="server applies active", how=_LOG,
         meaning="Whether the SCIM server makes a user inactive when it is told active: false."),
    Fact("scim.user_in_scope", BOOL, None, _CASE, label="user in scope", how=_LOG,
         meaning="Whether the missing user is assigned and not skipped by a scoping filter."),
    Fact("scim.app_handles_events", BOOL, None, _CASE, label="application handles directory events", how=_SET,
         meaning="Whether the application acts on deleted and deactivated users that the vendor reports."),
    Fact("scim.probe_answer", enum(*ANSWERS), None, _CASE, label="what the SCIM server answers", how=_PROBE,
         meaning="What the SCIM server's answer to a list of users came to, as a probe saw it."),
    Fact("scim.probe_address", URL, None, _CASE, label="address that was probed", how=_PROBE,
         meaning="The SCIM base URL that was probed."),
    Fact("scim.address_form", enum("plain", "no-version", "resource"), None, _CASE, label="form of the SCIM address",
         how=_PROBE, meaning="Whether the address names no version of SCIM (v2), or ends in a resource such as /Users."),
    Fact("scim.token_challenge", enum("expired", "invalid", "scope", "other-directory", "none"), None, _CASE,
         label="what the server says of the token", how=_PROBE,
         meaning="What the server's refusal (WWW-Authenticate, or its text) says of the token; none when it says nothing."),
    Fact("scim.token_known", BOOL, None, _CASE, label="token is told from a wrong one", how=_CONTRAST + " token",
         meaning="Whether the server answers this token otherwise than a wrong one, which it refuses with 401."),
    Fact("scim.auth_checked", BOOL, None, _CASE, label="server checks tokens", how=_CONTRAST + " token",
         meaning="Whether the server refuses to list users to a token that was made up."),
    Fact("scim.patch_announced", BOOL, None, _CASE, label="PATCH announced", how=_PROBE,
         meaning="Whether the server's ServiceProviderConfig says that PATCH is supported."),
    Fact("scim.filter_announced", BOOL, None, _CASE, label="filters announced", how=_PROBE,
         meaning="Whether the server's ServiceProviderConfig says that filters are supported."),
    Fact("scim.filter_ignored", BOOL, None, _CASE, label="filters are ignored", how=_PROBE,
         meaning="Whether a search for a user whom nobody has is answered with users all the same."),
    Fact("scim.content_type", enum("scim", "json", "other"), None, _CASE, label="content type of answers", how=_PROBE,
         meaning="Whether lists come as application/scim+json, as application/json, or as something else."),
    Fact("scim.discovery_missing", words(*DISCOVERY), None, _CASE, label="discovery endpoints missing", how=_PROBE,
         meaning="Which of the endpoints that describe the server gave no description."),
    Fact("scim.paging_works", BOOL, None, _CASE, label="paging works", how=_PROBE,
         meaning="Whether a page of users tells how many there are in all, and holds no more than were asked for."),
    Fact("scim.users_shown", NUMBER, None, _CASE, label="users looked at", how=_PROBE,
         meaning="How many users the page held that was looked at."),
    Fact("scim.users_lacking", words("userName", "name.givenName", "name.familyName", "emails"), None, _CASE,
         label="what users lack", how=_PROBE,
         meaning="The attributes that at least one of the users looked at lacks."),
    Fact("scim.active_shown", BOOL, None, _CASE, label="active is shown", how=_PROBE,
         meaning="Whether any of the users looked at shows whether they are active."),
    Fact("scim.creation_accepted", BOOL, None, _CASE, label="creation accepted", how=_DRILL,
         meaning="Whether the SCIM server creates a user who is new and complete."),
    Fact("scim.creation_status", NUMBER, None, _CASE, label="status of the creation", how=_DRILL,
         meaning="The HTTP status with which the server answers to the creation of a disposable user."),
    Fact("scim.server_keeps_names", BOOL, None, _CASE, label="server keeps names", how=_DRILL,
         meaning="Whether a user who was created with a given and a family name shows them when read again."),
    Fact("scim.put_accepted", BOOL, None, _CASE, label="PUT accepted", how=_DRILL,
         meaning="Whether the SCIM server accepts a change by PUT."),
    Fact("scim.deactivation_result", enum(*RESULTS), None, _CASE, label="user after the deactivation", how=_DRILL,
         meaning="What became of a user who was set inactive: inactive, gone, still active, active not shown, or refused."),
    Fact("scim.inactive_users_found", BOOL, None, _CASE, label="inactive users are found", how=_DRILL,
         meaning="Whether a search by userName finds a user who is inactive."),
    Fact("scim.drill_removed", BOOL, None, _CASE, label="disposable user removed", how=_DRILL,
         meaning="Whether the disposable user of a drill is gone again."),
    Fact("scim.drill_leftover", TEXT, None, _CASE, label="disposable user left behind", how=_DRILL,
         meaning="The user name of a drill's disposable user who may still be at the server."),
)  # fmt: skip
