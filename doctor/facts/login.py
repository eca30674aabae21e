"""What people can tell of a sign-in: who fails, since when, where it ends; and what a response said."""

from __future__ import annotations

from typing import Any, Final

from doctor.facts.fact import BOOL, NUMBER, TEXT, URL, WORDS, Fact, View, enum, given, words
from doctor.model.document import KINDS
from doctor.model.state import Unknown

_CASE: Final = ("case",)
_SET: Final = "--set, --answers or a question"
_RESPONSE: Final = ("saml-response", "saml-assertion")
_A_RESPONSE: Final = "a captured response"


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
    return bool(view.document.details.get("name_id_present"))


def _told(view: View, *names: str, fact: str) -> Any:
    details = view.document.details
    if details.get("encrypted_assertions") and not any(details.get(name) for name in names):
        return Unknown.of(fact, "encrypted")
    return given(next((details[name] for name in names if details.get(name)), None))


def kinds(view: View) -> Any:
    """The kinds of documents in the case."""
    return tuple(getattr(view, "kinds", ()))


FACTS: Final = (
    Fact("evidence.kinds", words(*KINDS), kinds, _CASE),
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
)  # fmt: skip
