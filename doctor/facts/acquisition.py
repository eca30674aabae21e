"""Acquisitions: the ways in which facts are obtained, what each tells, what it costs, in which words.

One acquisition may tell several facts: a document tells many, one question can tell two. Costs are
rough and ordered: 1 a free question, 2 a look into one's own console, 3 a look into the other
party's console, 5 a file from the other party, 6 a log of the other party, 9 a captured sign-in.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from doctor.facts.registry import registry

if TYPE_CHECKING:
    from doctor.facts.fact import Fact

FREE: Final = 1
"""The cost of a question that anybody can answer at once."""
CAPTURE: Final = 9
"""The cost of a captured sign-in: the customer must record one, and it holds personal data."""
DONT_KNOW: Final = "I don't know"


class Choice(NamedTuple):
    """One answer to a question, and the facts that it tells."""

    label: str
    facts: dict[str, Any]


class Acquisition(NamedTuple):
    """One way to obtain facts.

    `kind`: ask (a question with `choices`, or a value to type), document (a file or paste of one of
    `kinds`). `help` says how to find out; it may use provider words.
    """

    id: str
    kind: str
    cost: int
    question: str
    provides: tuple[str, ...]
    choices: tuple[Choice, ...] = ()
    help: str = ""
    kinds: tuple[str, ...] = ()


def _ask(name: str, cost: int, question: str, help_: str = "", **answers: str) -> Acquisition:
    """A question for one fact: yes and no, one word of an enum with its label, or a value to type."""
    fact = name
    choices = tuple(Choice(label, {fact: _value(word)}) for word, label in answers.items())
    return Acquisition(f"ask:{name}", "ask", cost, question, (fact,), choices, help_)


def _value(word: str) -> Any:
    return {"yes": True, "no": False}.get(word, word.replace("_", "-"))


def _yes_no(name: str, cost: int, question: str, help_: str = "") -> Acquisition:
    return _ask(name, cost, question, help_, yes="yes", no="no")


def _document(name: str, cost: int, question: str, help_: str, *kinds: str) -> Acquisition:
    return Acquisition(name, "document", cost, question, (), (), help_, kinds)


_SHOWN: Final = "It stands on the connection's page in the dashboard; copy it, do not type it."
_SIGN_IN: Final = "Ask the people who set it up, or look at the connection's sign-in events."
_SCIM_TYPES: Final = (
    "uniqueness", "invalidFilter", "invalidSyntax", "invalidPath", "invalidValue", "mutability", "noTarget", "tooMany",
    "invalidVers", "sensitive",
)  # fmt: skip
_PROVISIONING: Final = "It stands in {provider.where.scim_log}."
ACQUISITIONS: Final = (
    Acquisition("ask:login", "ask", FREE, "Has anybody tried to sign in through this connection, and where did it end?",
        ("connection.logins_attempted", "login.ended_at"), (
            Choice("nobody tried", {"connection.logins_attempted": 0, "login.ended_at": "nowhere"}),
            Choice("it ended on a page of the identity provider",
                   {"connection.logins_attempted": 1, "login.ended_at": "identity-provider"}),
            Choice("it ended on a page of the SSO vendor", {"connection.logins_attempted": 1, "login.ended_at": "vendor"}),
            Choice("it ended on a page of the application",
                   {"connection.logins_attempted": 1, "login.ended_at": "application"}),
            Choice("the person was signed in", {"connection.logins_attempted": 1, "login.ended_at": "signed-in"}),
        ), _SIGN_IN),
    _ask("login.affects", FREE, "Who cannot sign in?", "", everyone="everyone", some="some people", one="one person"),
    _yes_no("login.ever_worked", FREE, "Did signing in through this connection ever work?", _SIGN_IN),
    _ask("login.started_at", FREE, "Where is the sign-in started?", "", application="at the application",
         identity_provider="from a tile or link at the identity provider"),
    _ask("login.changed_recently", FREE, "What was changed before it stopped working?", "",
         certificate="a certificate", idp_application="the application at the identity provider was made anew",
         domain="a domain", nothing="nothing that we know of", other="something else"),
    _yes_no("login.private_window_works", FREE, "Does the same sign-in work in a private browser window?"),
    _yes_no("login.user_assigned", 3, "Is the person, or a group of theirs, assigned to the application?",
            "Look at {provider.where.assignments}."),
    _yes_no("login.policy_refused", 6, "Does the identity provider's sign-in log say that a policy refused the sign-in?",
            "Look at {provider.where.sign_in_log}, at the time of the attempt."),
    _ask("connection.state", 2, "Which state does the connection's page show?", "",
         draft="Draft", validating="Validating, or In progress", active="Active", inactive="Inactive"),
    _ask("connection.protocol", 2, "Which protocol does the connection speak?", "", saml="SAML", oidc="OpenID Connect",
         oauth="OAuth (social login)"),
    _yes_no("connection.metadata_uploaded", 2, "Was the identity provider's metadata uploaded, or its URL entered?",
            "The connection's page shows the identity provider's entity ID and certificate once it was."),
    _yes_no("connection.metadata_url_reachable", 2,
            "Does the metadata URL open from a network outside the company, without signing in?",
            "Open it in a private window on a phone without VPN: XML must appear, not a sign-in page."),
    _ask("connection.count_in_organization", 2, "How many connections does the organization have?"),
    _yes_no("connection.trusts_published_certificate", 3,
            "Is the certificate of the identity provider's current metadata among those of the connection?",
            "Compare the fingerprints on both sides."),
    _yes_no("idp.active_certificate_in_connection", 3,
            "Is the certificate that is active in the identity provider's console among those of the connection?",
            "Compare the fingerprint in {provider.where.signing_certificate} with the one on the connection's page."),
    _ask("sp.acs_url", 2, "Which ACS URL does the connection's page show?", _SHOWN),
    _ask("sp.entity_id", 2, "Which SP entity ID does the connection's page show?", _SHOWN),
    _ask("idp.acs_url", 3, "What stands in {provider.label.acs_url} at the identity provider?",
         "Look at {provider.where.acs_url}, and copy the value whole."),
    _ask("idp.audience", 3, "What stands in {provider.label.sp_entity_id} at the identity provider?",
         "Look at {provider.where.sp_entity_id}, and copy the value whole."),
    _ask("idp.expected_entity_id", 2, "Which identity-provider entity ID does the connection's page show?", _SHOWN),
    _yes_no("idp.name_id_configured", 3, "Does the application at the identity provider have a source for the NameID?",
            "Look at {provider.where.name_id}."),
    _ask("clock.idp_ahead_seconds", 6, "By how many seconds is the identity provider's clock ahead (negative: behind)?",
         "doctor probe clock HOST --ntp pool.ntp.org measures it; on the server, Windows: w32tm /stripchart /computer:time.windows.com."),
    _ask("directory.state", 2, "Which state does the directory's page show?", "", linked="Linked or Active",
         validating="Validating", invalid_credentials="Invalid credentials", unlinked="Unlinked or Inactive"),
    _yes_no("scim.requests_seen", 2, "Has the directory ever received a request from the identity provider?",
            "The directory's page shows when it was last synced, or users that came from the provider."),
    _ask("scim.users_appear", FREE, "Do the assigned users appear in the directory?", "", all="all of them",
         some="only some", none="none"),
    _ask("scim.status", 6, "Which HTTP status does the identity provider's provisioning log show for the failed request?",
         _PROVISIONING),
    _yes_no("scim.token_current", 3, "Is the bearer token at the identity provider the one that the directory shows now?",
            "Generate a new one on the directory's page and paste it into {provider.where.scim_token}."),
    _yes_no("scim.token_expired", 2, "Has the directory's bearer token expired?", "The directory's page shows its dates."),
    _ask("scim.endpoint", 2, "Which SCIM endpoint does the directory's page show?", _SHOWN),
    _ask("scim.idp_endpoint", 3, "What stands in {provider.label.scim_base_url} at the identity provider?",
         "Look at {provider.where.scim_base_url}, and copy the value whole."),
    _yes_no("scim.attributes_arrive", FREE, "Do synced users have their user name, first name and last name?"),
    _yes_no("scim.attributes_mapped", 3, "Are userName, name.givenName and name.familyName mapped?",
            "Look at {provider.where.scim_mapping}."),
    _yes_no("scim.updates_arrive", FREE, "Does a change of a user at the identity provider reach the directory?"),
    _yes_no("scim.updates_enabled", 3, "Is updating user attributes switched on in the provisioning settings?",
            "Look at {provider.where.scim_actions}."),
    _yes_no("scim.deactivations_arrive", FREE, "Does a user who is unassigned become inactive in the directory?"),
    _yes_no("scim.deactivation_enabled", 3, "Is deactivating users switched on in the provisioning settings?",
            "Look at {provider.where.scim_actions}."),
    _yes_no("scim.server_applies_updates", 6, "Does an update that the server accepted change the user in the directory?",
            _PROVISIONING),
    _yes_no("scim.server_applies_active", 6, "Does a deactivation that the server accepted make the user inactive?",
            _PROVISIONING),
    _yes_no("scim.user_in_scope", 6, "Is the missing user assigned, and not skipped by a scoping filter?", _PROVISIONING),
    _yes_no("scim.app_handles_events", 3, "Does the application act on the vendor's deleted and deactivated events?",
            "Ask its developers; the vendor's event log shows what was delivered."),
    _ask("scim.auth_method", 3, "How does the identity provider authenticate to the SCIM server?",
         "Look at {provider.where.scim_token}.", bearer="a bearer token",
         oauth_client_credentials="OAuth client credentials", basic="user name and password", header="another header"),
    _ask("scim.expected_auth_method", 2, "How does the directory want the identity provider to authenticate?", "",
         bearer="a bearer token", oauth_client_credentials="OAuth client credentials", basic="user name and password",
         header="another header"),
    _ask("oauth.error", FREE, "Which error code stands in the address bar or on the page (error=…)?"),
    _ask("oauth.stage", FREE, "When does the error appear?", "",
         authorize="on the provider's page, before or instead of its sign-in page",
         token="after signing in, when the application exchanges the code"),
    _ask("oauth.expected_redirect_uri", 2, "Which redirect URI does the connection's page show?", _SHOWN),
    _ask("oauth.registered_redirect_uri", 3, "Which redirect URI is registered in the provider's console?",
         "Look at {provider.where.oauth_redirect_uri}, and copy the value whole."),
    _yes_no("oauth.client_id_matches", 3, "Is the client ID in the connection the one in the provider's console?",
            "Look at {provider.where.client_id}."),
    _ask("oauth.client_secret_state", 3, "Is the client secret in the connection right?",
         "Look at {provider.where.client_secret}; a new one can be made there.", right="yes, and it is current",
         wrong="no, it is another one", expired="it has expired", id_instead_of_value="its id was pasted, not its value"),
    _yes_no("oauth.client_auth_method_matches", 3, "Does the client authenticate (basic or post) as the provider wants it?"),
    _ask("oauth.consent", FREE, "What happened on the provider's consent page?", "", given="consent was given",
         declined_by_user="the person declined", admin_approval_needed="it says that an administrator must approve"),
    _yes_no("oauth.app_published", 3, "Is the application published or approved at the provider, not in testing?",
            "Look at {provider.where.consent}."),
    _ask("oauth.unsupported_scope", FREE, "Which scope does the provider refuse?", "The error text usually names it."),
    _yes_no("oauth.code_used_twice", 6, "Was the same authorization code exchanged more than once?",
            "Look at the application's log for two token requests with one code."),
    _yes_no("organization.exists", 2, "Does the organization exist at the vendor, in the environment of the key?"),
    _yes_no("organization.id_matches", 2, "Is the organization id that the application sends the one at the vendor?"),
    _yes_no("organization.connection_linked", 2, "Does the connection's page show the organization?"),
    _yes_no("organization.domain_verified", 2, "Is the organization's domain verified?",
            "The organization's page lists its domains with their state."),
    _yes_no("organization.user_domain_listed", 2, "Is the domain of the user's e-mail address among the organization's?"),
    _yes_no("directory.linked", 2, "Is the directory linked to the organization?"),
    _ask("integration.purpose", FREE, "What is the integration for?", "", sign_in="employees of a company sign in",
         directory="users and groups are synced from a directory", social="consumers sign in with an account they have"),
    _yes_no("integration.speaks_saml", 2, "Does the identity provider offer SAML?"),
    _yes_no("integration.speaks_oidc", 2, "Does the identity provider offer OpenID Connect?"),
    _yes_no("integration.speaks_scim", 2, "Can the identity provider provision by SCIM?"),
    _yes_no("integration.native_directory", 2, "Does the vendor have a native directory connector for it?"),
    _ask("login.error_names", FREE, "What is the error message about?", "Read it word by word; the log line says more.",
         address="an address: recipient, destination, ACS URL", audience="the audience or entity ID",
         signature="a signature or certificate", time="a time, expiry or clock", name_id="the NameID or user name",
         attribute="an attribute or e-mail", status="a status of the identity provider", other="something else"),
    _yes_no("login.other_account", FREE, "Did the identity provider answer for another account than the one that was meant?",
            "Compare the NameID or e-mail in the error with the person's own."),
    _yes_no("login.attribute_empty", 3, "Is an attribute that the application needs empty for this person, and filled for others?",
            "Compare the person's profile at the identity provider with that of somebody who can sign in."),
    _yes_no("login.account_refused", FREE, "Does the application's own page say that there is no such account?"),
    _yes_no("login.retry_works", FREE, "Does it work when the sign-in is started again at the application right after it failed?"),
    _yes_no("login.acs_opened_without_response", 3, "Does a tile, link or bookmark open the ACS URL itself?",
            "Look at where the tile at the identity provider, or the bookmark, leads."),
    _yes_no("login.identifier_changed", 3, "Does the same person arrive with another NameID than before?",
            "Compare two sign-ins of the person in the vendor's log."),
    _yes_no("login.context_refused", 6, "Does the identity provider refuse the authentication method that the request asks for?",
            "Look at {provider.where.sign_in_log}; the status is NoAuthnContext."),
    _yes_no("login.succeeded_at_vendor", 2, "Does the vendor's record show this very sign-in as succeeded?",
            "Look at the connection's sign-in events."),
    _yes_no("login.went_through_connection", 2, "Did the failed sign-in go through this connection?",
            "The vendor's sign-in events name the connection."),
    _yes_no("login.state_cookie_returned", 6, "Did the application's cookie come back together with the response?",
            "Look at the request to the ACS URL in the browser's developer tools."),
    _yes_no("connection.others_fail_too", FREE, "Do connections of other organizations fail since the same minute?"),
    _yes_no("vendor.incident_open", FREE, "Does the status page of the vendor or the identity provider show an incident?"),
    _ask("vendor.api_status", 2, "Which HTTP status does the vendor's API answer to the key?"),
    _yes_no("idp.newer_certificate_inactive", 3, "Is there a newer signing certificate in the console that is not active yet?",
            "Look at {provider.where.signing_certificate}."),
    _yes_no("request.signed", 6, "Does the sign-in request carry a signature?"),
    _yes_no("request.signature_accepted", 6, "Did the identity provider accept the signature on the sign-in request?",
            "Look at {provider.where.sign_in_log}."),
    _yes_no("sp.can_decrypt", 2, "Has the connection a key with which it can decrypt assertions?"),
    _yes_no("sp.wants_signed_assertions", 2, "Does the service provider want the assertion itself signed?"),
    _ask("sp.name_id_format", 2, "Which NameID format does the application want?", "", any="it takes every one",
         unspecified="unspecified", email="an e-mail address", persistent="persistent", transient="transient",
         other="another one"),
    _ask("oauth.authorize_requests", 6, "How many times in a row was the browser sent to the provider's sign-in address?",
         "Count them in the browser's network log."),
    _ask("oauth.expected_issuer", 2, "Which issuer does the connection hold?", _SHOWN),
    _ask("oauth.issuer", 3, "Which issuer does the provider's discovery document name?",
         "Open the issuer's address with /.well-known/openid-configuration behind it."),
    _yes_no("oauth.jwks_reachable", 3, "Can the provider's jwks_uri be read from outside, and does it hold keys?"),
    _yes_no("oauth.pkce_required", 3, "Does the provider demand PKCE, and has the request none?"),
    _ask("oauth.requested_scopes", 2, "Which scopes does the sign-in ask for (joined by commas)?"),
    _yes_no("oauth.state_matches", 6, "Is the state that came back the one kept in the person's session?"),
    _yes_no("oauth.tenant_allows_user", 3, "Do the application's account types allow accounts of the user's tenant?"),
    _yes_no("scim.server_reachable", 6, "Do the identity provider's requests reach the SCIM server?", _PROVISIONING),
    _yes_no("scim.filter_works", 6, 'Is a search such as userName eq "…" answered with a list?', _PROVISIONING),
    _yes_no("scim.patch_accepted", 6, "Does the SCIM server accept the identity provider's PATCH requests?", _PROVISIONING),
    _ask("scim.error_type", 6, "Which scimType stands in the body of the SCIM server's error answer?", _PROVISIONING,
         **{word: word for word in _SCIM_TYPES}),
    _document("connection", 2, "Give the connection as the vendor's API shows it.",
              "doctor diagnose --connection-file connection.json", "connection"),
    _document("idp-metadata", 5, "Give the identity provider's metadata file.",
              "Download it from {provider.where.metadata}.", "idp-metadata"),
    _document("idp-application", 5, "Give an export of the application at the identity provider.",
              "Export the application with the product's own API or command (Okta: GET /api/v1/apps/ID; Entra: the service "
              "principal of Graph; AD FS: Get-AdfsRelyingPartyTrust | ConvertTo-Json -Depth 6; Keycloak: export the client). "
              "Secrets in it are not kept.", "idp-application"),
    _document("token", 6, "Give the ID token, or the whole answer of the token endpoint.",
              "Take it from the application's log or debugger; it holds personal data. A case keeps its claims only, without "
              "signature and with masked names; doctor check TOKEN --jwks FILE checks the signature.", "token"),
    _document("response", 9, "Give a captured SAML response.",
              "Record one sign-in with a SAML tracer and copy the SAMLResponse value; it holds personal data.",
              "saml-response"),
)  # fmt: skip


_OF_ANY_FILE: Final = frozenset({
    "input.kind", "input.form", "input.problem", "input.root", "input.root_is_message", "input.namespace", "input.looks_like",
    "fetch.status", "fetch.failure",
})  # fmt: skip
"""Facts of the bytes that a file meant as metadata tells, whatever it is."""
_IN_A_RESPONSE: Final = (
    "response.signature", "response.signed_parts", "response.missing_attributes", "response.seconds_late",
    "login.failed_request_age_seconds", "response.attributes_misnamed", "response.encrypted_for_current_key",
    "response.in_response_to_known", "response.name_id_format", "response.seen_before", "request.signed",
)  # fmt: skip
"""Facts of the case that a captured response tells beside its own."""


def provided(acquisition: Acquisition) -> frozenset[str]:
    """The facts that an acquisition tells: its own, or all that its kinds of documents tell."""
    return _told_by(acquisition.kinds) if acquisition.kinds else frozenset(acquisition.provides)


@cache
def _told_by(kinds: tuple[str, ...]) -> frozenset[str]:
    anything = _OF_ANY_FILE if "idp-metadata" in kinds else frozenset()
    told = {
        name
        for name, declared in registry().items()
        for fact in declared
        if fact.derive is not None and set(fact.on) & set(kinds)
    }
    more = _IN_A_RESPONSE if "saml-response" in kinds else ()
    return frozenset(told | anything | set(more))


@cache
def acquisitions() -> tuple[Acquisition, ...]:
    """Every acquisition: the declared ones, and a plain question for each fact that none of them tells."""
    told = frozenset().union(*(provided(one) for one in ACQUISITIONS))
    return ACQUISITIONS + tuple(
        _plain(declared[0])
        for name, declared in sorted(registry().items())
        if name not in told and any("case" in fact.on and fact.derive is None and fact.how for fact in declared)
    )


def _plain(fact: Fact) -> Acquisition:
    words = ("yes", "no") if fact.type.name == "bool" else fact.type.values
    choices = tuple(Choice(word, {fact.name: _value(word)}) for word in words)
    return Acquisition(f"ask:{fact.name}", "ask", 3, f"Please find out: {fact.doc}", (fact.name,), choices)


def by_id(name: str) -> Acquisition | None:
    """The acquisition of this id, or None."""
    return next((one for one in acquisitions() if one.id == name), None)
