"""Facts of directory sync: what the identity provider sends, what the server answers, what arrives."""

from __future__ import annotations

from typing import Any, Final

from doctor.facts.address import DIFFERENCES, difference
from doctor.facts.fact import BOOL, NUMBER, URL, Fact, View, enum, inputs

_CASE: Final = ("case",)
_SET: Final = "--set, --answers or a question"
_LOG: Final = "the identity provider's provisioning log, or --set"


def endpoint_difference(view: View) -> Any:
    """In what the endpoint at the identity provider differs from the directory's own."""
    found = inputs(view, "scim.endpoint", "scim.idp_endpoint")
    return difference(*found) if isinstance(found, tuple) else found


FACTS: Final = (
    Fact("directory.state", enum("linked", "validating", "invalid-credentials", "unlinked", "deleting", "unknown"), None,
         _CASE, label="directory state", how=_SET, meaning="The state of the directory at the vendor."),
    Fact("scim.requests_seen", BOOL, None, _CASE, label="any SCIM request arrived", how=_SET,
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
    Fact("scim.endpoint", URL, None, _CASE, label="SCIM endpoint of the directory", how="the directory's page, or --set",
         meaning="The SCIM base URL that the directory shows."),
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
    Fact("scim.deactivations_arrive", BOOL, None, _CASE, label="deactivations arrive", how=_SET,
         meaning="Whether a user who is deactivated or unassigned becomes inactive in the directory."),
    Fact("scim.deactivation_enabled", BOOL, None, _CASE, label="deactivation switched on", how=_SET,
         meaning="Whether deactivating users is switched on in the identity provider's provisioning."),
    Fact("scim.server_applies_updates", BOOL, None, _CASE, label="server applies updates", how=_LOG,
         meaning="Whether the SCIM server does what an accepted update says."),
    Fact("scim.server_applies_active", BOOL, None, _CASE, label="server applies active", how=_LOG,
         meaning="Whether the SCIM server makes a user inactive when it is told active: false."),
    Fact("scim.user_in_scope", BOOL, None, _CASE, label="user in scope", how=_LOG,
         meaning="Whether the missing user is assigned and not skipped by a scoping filter."),
    Fact("scim.app_handles_events", BOOL, None, _CASE, label="application handles directory events", how=_SET,
         meaning="Whether the application acts on deleted and deactivated users that the vendor reports."),
)  # fmt: skip
