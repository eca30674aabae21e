"""Facts of OAuth and OpenID Connect: the error that came back, at which stage, and both parties' values."""

from __future__ import annotations

from typing import Any, Final

from doctor.facts.address import DIFFERENCES, difference
from doctor.facts.fact import BOOL, TEXT, URL, WORDS, Fact, View, enum, inputs

_CASE: Final = ("case",)
_SET: Final = "--set, --answers or a question"


def redirect_difference(view: View) -> Any:
    """In what the redirect URI that is registered differs from the one that is sent."""
    found = inputs(view, "oauth.expected_redirect_uri", "oauth.registered_redirect_uri")
    return difference(*found) if isinstance(found, tuple) else found


FACTS: Final = (
    Fact("oauth.error", TEXT, None, _CASE, label="OAuth error code", how="the callback URL, an error text, or --set",
         meaning="The error code of the answer, such as access_denied."),
    Fact("oauth.stage", enum("authorize", "token"), None, _CASE, label="stage", how=_SET,
         meaning="Whether the error came from the authorize page or from the token endpoint."),
    Fact("oauth.expected_redirect_uri", URL, None, _CASE, label="redirect URI of the connection", how=_SET,
         meaning="The redirect URI that the connection shows and the sign-in sends."),
    Fact("oauth.registered_redirect_uri", URL, None, _CASE, label="redirect URI at the provider", how=_SET,
         meaning="The redirect URI that is registered in the provider's console."),
    Fact("oauth.redirect_difference", enum(*DIFFERENCES), redirect_difference, _CASE),
    Fact("oauth.client_id_matches", BOOL, None, _CASE, label="client ID is the provider's", how=_SET,
         meaning="Whether the client ID in the connection is the one that the provider's console shows."),
    Fact("oauth.client_secret_state", enum("right", "wrong", "expired", "id-instead-of-value"), None, _CASE,
         label="client secret", how=_SET, meaning="Whether the client secret in the connection is right, wrong or expired."),
    Fact("oauth.client_auth_method_matches", BOOL, None, _CASE, label="client authentication method", how=_SET,
         meaning="Whether the client authenticates (basic or post) as the provider wants it."),
    Fact("oauth.consent", enum("given", "declined-by-user", "admin-approval-needed"), None, _CASE, label="consent",
         how=_SET, meaning="What happened on the provider's consent page."),
    Fact("oauth.app_published", BOOL, None, _CASE, label="application published", how=_SET,
         meaning="Whether the provider has the application published or approved, not in testing."),
    Fact("oauth.requested_scopes", WORDS, None, _CASE, label="scopes asked for", how=_SET,
         meaning="The scopes that the sign-in asks for."),
    Fact("oauth.unsupported_scope", TEXT, None, _CASE, label="scope that was refused", how="an error text, or --set",
         optional=True, meaning="A scope that the provider refuses or does not know; absent when all are accepted."),
    Fact("oauth.code_used_twice", BOOL, None, _CASE, label="code used twice", how=_SET,
         meaning="Whether the same authorization code was exchanged more than once."),
    Fact("oauth.pkce_required", BOOL, None, _CASE, label="PKCE required", how=_SET,
         meaning="Whether the provider demands PKCE and the request has none."),
    Fact("oauth.tenant_allows_user", BOOL, None, _CASE, label="tenant allows the account", how=_SET,
         meaning="Whether the application's account types allow accounts of the user's tenant."),
)  # fmt: skip
