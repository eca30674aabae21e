"""What people can tell of a sign-in: who fails, since when, where it ends; and what a response said."""

from __future__ import annotations

from typing import Final

from doctor.facts.assertion import FORMATS
from doctor.facts.fact import BOOL, NUMBER, Fact, enum

_CASE: Final = ("case",)
_SET: Final = "--set, --answers or a question"
_A_RESPONSE: Final = "a captured response"
_LOG: Final = "the sign-in log, or --set"


FACTS: Final = (
    Fact("login.affects", enum("everyone", "some", "one"), None, _CASE, label="who fails", how=_SET,
         meaning="Whether everyone fails to sign in, some people, or one person."),
    Fact("login.ever_worked", BOOL, None, _CASE, label="ever worked", how=_SET,
         meaning="Whether signing in through this connection ever worked."),
    Fact("login.ended_at", enum("identity-provider", "vendor", "application", "signed-in", "nowhere"), None, _CASE,
         label="where it ended", how=_SET,
         meaning="Whose page the person saw last: where the attempt ended."),
    Fact("login.started_at", enum("application", "identity-provider"), None, _CASE, label="where it started", how=_SET,
         meaning="Whether the sign-in was started at the application or from a tile at the identity provider."),
    Fact("login.changed_recently", enum("certificate", "idp-application", "domain", "nothing", "other"), None, _CASE,
         label="what changed", how=_SET, meaning="What was changed before it stopped working."),
    Fact("login.user_assigned", BOOL, None, _CASE, label="user assigned to the application", how=_SET,
         meaning="Whether the person (or a group of theirs) is assigned to the application at the identity provider."),
    Fact("login.policy_refused", BOOL, None, _CASE, label="refused by a policy", how=_SET,
         meaning="Whether the identity provider's sign-in log shows that a policy refused the sign-in."),
    Fact("login.private_window_works", BOOL, None, _CASE, label="works in a private window", how=_SET,
         meaning="Whether the same sign-in works in a private browser window."),
    Fact("login.failed_request_age_seconds", NUMBER, None, _CASE, label="age of the sign-in request", how="a capture of the whole sign-in",
         meaning="Seconds between the start of the sign-in and the response to it."),
    Fact("idp.name_id_configured", BOOL, None, _CASE, label="NameID mapped", how=_SET,
         meaning="Whether the application at the identity provider has a source for the NameID."),
    Fact("idp.active_certificate_in_connection", BOOL, None, _CASE, label="active certificate is in the connection",
         how=_SET, meaning="Whether the fingerprint of the certificate active in the identity provider's console is "
         "among those of the connection."),
    Fact("login.error_names", enum("address", "audience", "signature", "time", "name-id", "attribute", "request", "status",
         "encryption", "other"), None, _CASE, label="what the error names", how=_SET,
         meaning="What the error message of the failed sign-in is about."),
    Fact("login.other_account", BOOL, None, _CASE, label="another account", how=_SET,
         meaning="Whether the identity provider answered for another account than the one that was meant."),
    Fact("login.attribute_empty", BOOL, None, _CASE, label="attribute empty for this person", how=_SET,
         meaning="Whether an attribute that the application needs is empty for this person and filled for others."),
    Fact("login.state_cookie_returned", BOOL, None, _CASE, label="cookie came back", how="the browser's developer tools, or --set",
         meaning="Whether the cookie that the application set before the sign-in came back together with the response."),
    Fact("login.retry_works", BOOL, None, _CASE, label="works on retry", how=_SET,
         meaning="Whether the sign-in works when it is started again at the application right after it failed."),
    Fact("login.acs_opened_without_response", BOOL, None, _CASE, label="ACS URL opened directly", how=_SET,
         meaning="Whether a tile, link or bookmark opens the ACS URL itself, without a SAML response."),
    Fact("login.succeeded_at_vendor", BOOL, None, _CASE, label="succeeded at the vendor", how=_LOG,
         meaning="Whether the vendor's record shows this very sign-in as succeeded."),
    Fact("login.account_refused", BOOL, None, _CASE, label="the application has no such account", how=_SET,
         meaning="Whether the application's own page says that there is no such account, or that it cannot be linked."),
    Fact("login.identifier_changed", BOOL, None, _CASE, label="another NameID than before", how=_SET,
         meaning="Whether the same person (same e-mail address) arrives with another NameID than before."),
    Fact("login.context_refused", BOOL, None, _CASE, label="authentication method refused", how=_LOG,
         meaning="Whether the identity provider refused because of the authentication method that the request asks for."),
    Fact("idp.newer_certificate_inactive", BOOL, None, _CASE, label="newer certificate not yet active", how=_SET,
         meaning="Whether the identity provider has a newer signing certificate than the active one."),
    Fact("sp.name_id_format", enum("any", *FORMATS), None, _CASE, label="NameID format that the application wants", how=_SET,
         meaning="The NameID format that the application or connection wants; any, when it takes every one."),
    Fact("sp.wants_signed_assertions", BOOL, None, _CASE, label="signed assertions wanted", how="SP metadata, or --set",
         meaning="Whether the service provider wants the assertion itself signed."),
    Fact("sp.can_decrypt", BOOL, None, _CASE, label="the application can decrypt", how=_SET,
         meaning="Whether the connection has a key with which it can decrypt assertions."),
    Fact("request.signed", BOOL, None, _CASE, label="request signed", how="a captured request, or --set",
         meaning="Whether the sign-in request carries a signature."),
    Fact("request.signature_accepted", BOOL, None, _CASE, label="signature on the request accepted", how=_LOG,
         meaning="Whether the identity provider accepted the signature on the sign-in request."),
)  # fmt: skip
