"""What people can tell of a sign-in: who fails, since when, where it ends; and what a response said."""

from __future__ import annotations

from typing import Any, Final

from doctor.facts.fact import BOOL, NUMBER, TEXT, URL, WORDS, Fact, View, cheaper, enum, given, inputs
from doctor.model.state import ABSENT, Unknown

_CASE: Final = ("case",)
_SET: Final = "--set, --answers or a question"
_RESPONSE: Final = ("saml-response", "saml-assertion")
_A_RESPONSE: Final = "a captured response"
_LOG: Final = "the sign-in log, or --set"
_FORMATS: Final = ("unspecified", "email", "persistent", "transient", "other")


def recipient(view: View) -> Any:
    """The address to which the response was sent: its Recipient, else its Destination."""
    return _told(view, "recipient", "destination", fact="idp.acs_url")


def audience(view: View) -> Any:
    """The audience of the assertion."""
    return _told(view, "audience", fact="idp.audience")


def issuer(view: View) -> Any:
    """The entity ID of whoever issued the message."""
    return _told(view, "issuer", fact="response.issuer")


def status(view: View) -> Any:
    """The status code of the response, without its URN."""
    return given(view.document.details.get("status"))


def name_id_present(view: View) -> Any:
    """Whether the assertion carries a NameID with a value."""
    if view.document.details.get("encrypted_assertions"):
        return Unknown.of("response.name_id_present", "encrypted")
    if view["response.status"] not in (ABSENT, "Success"):
        return Unknown.of("response.name_id_present", "the response reports a failure")
    return bool(view.document.details.get("name_id_present"))


def encrypted(view: View) -> Any:
    """Whether the assertion is encrypted."""
    return bool(view.document.details.get("encrypted_assertions"))


def name_id_sent(view: View) -> Any:
    """Whether the identity provider sends a NameID: as a response shows it, else as its console is set."""
    seen = view["response.name_id_present"]
    return cheaper(view["idp.name_id_configured"], seen) if isinstance(seen, Unknown) else seen


def name_id_fits(view: View) -> Any:
    """Whether the format of the NameID is the one that the application wants; `any` takes all."""
    found = inputs(view, "sp.name_id_format", "response.name_id_format")
    return found[0] in ("any", found[1]) if isinstance(found, tuple) else found


def _told(view: View, *names: str, fact: str) -> Any:
    details = view.document.details
    if details.get("encrypted_assertions") and not any(details.get(name) for name in names):
        return Unknown.of(fact, "encrypted")
    return given(next((details[name] for name in names if details.get(name)), None))


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
    Fact("login.failed_request_age_seconds", NUMBER, None, _CASE, label="age of the sign-in request", how=_A_RESPONSE,
         meaning="Seconds between the start of the sign-in and the response to it."),
    Fact("idp.acs_url", URL, recipient, _RESPONSE, optional=True),
    Fact("idp.audience", TEXT, audience, _RESPONSE, optional=True),
    Fact("response.issuer", TEXT, issuer, _RESPONSE, optional=True, label="issuer of the response", how=_A_RESPONSE),
    Fact("response.status", TEXT, status, _RESPONSE, optional=True, label="status of the response", how=_A_RESPONSE),
    Fact("response.name_id_present", BOOL, name_id_present, _RESPONSE, label="NameID in the response", how=_A_RESPONSE),
    Fact("response.signature", enum("valid", "untrusted-key", "altered", "other-issuer", "unsigned", "not-byte-exact"),
         None, _CASE, label="verdict on the signature", how=_A_RESPONSE,
         meaning="What verifying the response's signature against the trusted certificates came to."),
    Fact("response.signed_parts", enum("none", "response", "assertion", "both"), None, _CASE, label="what is signed",
         how=_A_RESPONSE, meaning="Which parts of the response carry a signature."),
    Fact("response.missing_attributes", WORDS, None, _CASE, label="attributes missing", how=_A_RESPONSE,
         meaning="Attributes that the application needs and the response does not carry."),
    Fact("response.seconds_late", NUMBER, None, _CASE, label="seconds past the window", how=_A_RESPONSE,
         meaning="By how many seconds the response arrived after its NotOnOrAfter; negative when in time."),
    Fact("clock.idp_ahead_seconds", NUMBER, None, _CASE, label="clock of the identity provider", how=_SET,
         meaning="By how many seconds the identity provider's clock is ahead of true time; negative when behind."),
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
    Fact("idp.name_id_sent", BOOL, name_id_sent, _CASE, label="NameID sent"),
    Fact("sp.name_id_format", enum("any", *_FORMATS), None, _CASE, label="NameID format that the application wants", how=_SET,
         meaning="The NameID format that the application or connection wants; any, when it takes every one."),
    Fact("sp.wants_signed_assertions", BOOL, None, _CASE, label="signed assertions wanted", how="SP metadata, or --set",
         meaning="Whether the service provider wants the assertion itself signed."),
    Fact("sp.can_decrypt", BOOL, None, _CASE, label="the application can decrypt", how=_SET,
         meaning="Whether the connection has a key with which it can decrypt assertions."),
    Fact("response.name_id_format", enum(*_FORMATS), None, _CASE, label="NameID format of the response", how=_A_RESPONSE,
         meaning="The format of the NameID in the response; unspecified, when it states none."),
    Fact("name_id.format_fits", BOOL, name_id_fits, _CASE, label="NameID format fits"),
    Fact("response.attributes_misnamed", BOOL, None, _CASE, label="attributes under another name", how=_A_RESPONSE,
         meaning="Whether values that the application needs arrive under another attribute name than it reads."),
    Fact("response.in_response_to_known", BOOL, None, _CASE, label="request is known", how=_A_RESPONSE + " and its request",
         meaning="Whether the request that the response names (InResponseTo) is one that the application sent and awaits."),
    Fact("response.seen_before", BOOL, None, _CASE, label="used before", how=_A_RESPONSE,
         meaning="Whether an assertion with this ID was used before."),
    Fact("response.encrypted", BOOL, encrypted, _RESPONSE, label="assertion encrypted", how=_A_RESPONSE),
    Fact("response.encrypted_for_current_key", BOOL, None, _CASE, label="encrypted for the current key", how=_A_RESPONSE,
         meaning="Whether the assertion is encrypted with the certificate that the service provider has now."),
    Fact("request.signed", BOOL, None, _CASE, label="request signed", how="a captured request, or --set",
         meaning="Whether the sign-in request carries a signature."),
    Fact("request.signature_accepted", BOOL, None, _CASE, label="signature on the request accepted", how=_LOG,
         meaning="Whether the identity provider accepted the signature on the sign-in request."),
)  # fmt: skip
