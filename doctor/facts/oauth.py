"""Facts of OAuth and OpenID Connect: the error that came back, at which stage, and both parties' values."""

from __future__ import annotations

from typing import Any, Final

from doctor.facts.address import DIFFERENCES, difference
from doctor.facts.fact import BOOL, NUMBER, TEXT, URL, WORDS, Fact, View, enum, inputs
from doctor.model.state import Unknown

_CASE: Final = ("case",)
_SET: Final = "--set, --answers or a question"
_PROBE: Final = "doctor probe oidc"


def redirect_difference(view: View) -> Any:
    """In what the redirect URI that is registered differs from the one that is sent.

    Where only the provider's refusal of the one that is sent is known, and not what is registered, it is `other`.
    """
    found = inputs(view, "oauth.expected_redirect_uri", "oauth.registered_redirect_uri")
    if isinstance(found, Unknown) and dict.get(view, "oauth.redirect_uri_accepted") is False:
        return "other"
    return difference(*found) if isinstance(found, tuple) else found


def issuer_difference(view: View) -> Any:
    """In what the issuer that the provider names differs from the one that is expected.

    An issuer for several tenants (with {tenantid} in it) and Google's without a scheme are no difference.
    """
    found = inputs(view, "oauth.expected_issuer", "oauth.issuer")
    if not isinstance(found, tuple):
        return found
    expected, actual = found
    if expected.removeprefix("https://") == actual.removeprefix("https://") == "accounts.google.com":
        return "none"
    fits = _fits_template(expected, actual) or _fits_template(actual, expected)
    return "none" if fits else difference(expected, actual)


def _fits_template(expected: str, actual: str) -> bool:
    """Whether an issuer for several tenants, with `{tenantid}` in it, stands for the other one."""
    before, mark, after = expected.partition("{tenantid}")
    tenant = actual[len(before) : len(actual) - len(after)]
    return bool(mark and tenant) and actual == f"{before}{tenant}{after}" and "/" not in tenant


DISCOVERY_ANSWERS: Final = (
    "document", "not-found", "http-error", "html-page", "not-json", "other-json", "unreachable", "timeout", "tls",
    "private-address", "redirects", "too-large",
)  # fmt: skip
"""What came of asking for a provider's discovery document."""
REFUSED: Final = (
    "nothing", "client", "redirect-uri", "client-or-redirect-uri", "scope", "pkce-missing", "response-type", "request",
    "not-before-sign-in", "undecided",
)  # fmt: skip
"""Which part of an authorization request the provider refuses, as comparing its answers shows."""


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
         label="client secret", how=_SET,
         meaning="Whether the client secret in the connection is right, wrong or expired."),
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
    Fact("oauth.grant_fault", enum("none", "code-expired", "redirect-uri-differs", "verifier-wrong", "other-client",
         "grant-revoked"), None, _CASE, label="fault of the code", how=_SET,
         meaning="Why the provider refuses the code (or refresh token): the code was exchanged too late, with another "
         "redirect URI than at the start, with a wrong PKCE verifier, by another client, or the grant was withdrawn."),
    Fact("oauth.expected_issuer", TEXT, None, _CASE, label="issuer that is expected", how=_SET,
         meaning="The issuer that the connection holds, or that the discovery address begins with."),
    Fact("oauth.issuer", TEXT, None, _CASE, label="issuer of the provider", how="the discovery document, or --set",
         meaning="The issuer that the provider's discovery document or ID token names."),
    Fact("oauth.issuer_difference", enum(*DIFFERENCES), issuer_difference, ("case", "oidc-discovery")),
    Fact("oauth.jwks_reachable", BOOL, None, _CASE, label="signing keys reachable", how=_SET,
         meaning="Whether the provider's jwks_uri can be read from outside and holds keys."),
    Fact("oauth.state_matches", BOOL, None, _CASE, label="state matches", how=_SET,
         meaning="Whether the state that came back at the callback is the one kept in the person's session."),
    Fact("oauth.authorize_requests", NUMBER, None, _CASE, label="visits to the sign-in page", how=_SET,
         meaning="How many times in a row the browser was sent to the provider's sign-in address in one attempt."),
    Fact("oauth.discovery_answer", enum(*DISCOVERY_ANSWERS), None, _CASE, how=_PROBE,
         meaning="What came of asking for the provider's discovery document."),
    Fact("oauth.discovery_detail", TEXT, None, _CASE, optional=True, how=_PROBE,
         meaning="One line on what came of asking for the discovery document."),
    Fact("oauth.discovery_redirected_to", TEXT, None, _CASE, optional=True, how=_PROBE,
         meaning="The other host to which the address of the discovery document redirects."),
    Fact("oauth.refused_part", enum(*REFUSED), None, _CASE, how=_PROBE,
         meaning="Which part of the authorization request the provider refuses, as comparing its answers shows."),
    Fact("oauth.provider_words", TEXT, None, _CASE, optional=True, how=_PROBE,
         meaning="The provider's own words on what it refuses, without secrets."),
    Fact("oauth.redirect_uri_accepted", BOOL, None, _CASE, how=_PROBE,
         meaning="Whether the provider goes on, or sends the browser back, with the redirect URI that is sent."),
    Fact("oauth.any_redirect_uri_accepted", BOOL, None, _CASE, how=_PROBE,
         meaning="Whether the provider sends the browser to a redirect URI that nobody can have registered."),
    Fact("oauth.unlisted_scopes", WORDS, None, _CASE, optional=True, how=_PROBE,
         meaning="Scopes that are asked for and that the discovery document does not list."),
    Fact("oauth.left_for_host", TEXT, None, _CASE, optional=True, how=_PROBE,
         meaning="The other host to which the authorization endpoint sends the browser before anybody signed in."),
)  # fmt: skip
