"""Facts of directory sync: what the identity provider sends, what the server answers, what arrives."""

from __future__ import annotations

import re
from typing import Any, Final

from doctor.facts.address import DIFFERENCES, difference
from doctor.facts.fact import BOOL, NUMBER, URL, Fact, View, enum, inputs, mapped
from doctor.model.state import ABSENT, Unknown

_CASE: Final = ("case",)
_SET: Final = "--set, --answers or a question"
_LOG: Final = "the identity provider's provisioning log, or --set"
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
    Fact("scim.endpoint_difference", enum(*DIFFERENCES), endpoint_difference, _CASE),
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
)  # fmt: skip
