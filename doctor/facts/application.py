"""Facts of the application at the identity provider, as an export of it shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from doctor.facts import application_address, application_claim, assertion, certificate, oauth, party, scim
from doctor.facts.address import DIFFERENCES
from doctor.facts.export import KIND, default, export, held, shown, text
from doctor.facts.fact import (
    BOOL,
    NUMBER,
    TEXT,
    URL,
    WORDS,
    Fact,
    NoDocument,
    View,
    collection,
    enum,
    inputs,
    record,
    words,
)
from doctor.model.export import WRONG
from doctor.model.state import Unknown

if TYPE_CHECKING:
    from collections.abc import Callable

    from doctor.model.application import Application

_ON: Final = (KIND,)
_HOW: Final = "an export of the identity provider's application"
_SHOWN: Final = 20
_NAMES: Final = frozenset({"username", "name.givenname", "name.familyname"})


def _of(fact: str, read: Callable[[Application], Any], meaning: str) -> Callable[[View], Any]:
    """How to read one field of the application: what it does not show is unknown, what is empty is absent."""

    def derive(view: View) -> Any:
        one = held(view, fact)
        return one if isinstance(one, Unknown) else text(shown(read(one), fact))

    derive.__doc__ = meaning
    return derive


def signs(view: View) -> Any:
    """What is signed: nothing, the response, the assertion, or both."""
    found = inputs(view, "application.signs_response", "application.signs_assertion")
    if not isinstance(found, tuple):
        return found
    return {(True, True): "both", (True, False): "response", (False, True): "assertion"}.get(found, "none")


def certificates(view: View) -> Any:
    """Every signing certificate that the export shows, whether it is in use or not."""
    one = held(view, "application.certificates")
    if isinstance(one, Unknown) or not one.certificates:
        return one if isinstance(one, Unknown) else shown(None, "application.certificates")
    return certificate.items(one.certificates, view.now)


def signing_certificates(view: View) -> Any:
    """The certificates that sign now; every one that the export shows, where it does not tell them apart."""
    found, active = view["application.certificates"], _active(view)
    return found if isinstance(found, Unknown) else active or found


def _active(view: View) -> tuple[Any, ...]:
    """The certificate in use, as far as the export names it."""
    one, found = held(view, "application.certificates"), view["application.certificates"]
    if isinstance(one, Unknown) or isinstance(found, Unknown) or one.signing_key is None:
        return ()
    return tuple(item for item, name in zip(found, one.key_ids, strict=False) if name == one.signing_key)


def newer_inactive(view: View) -> Any:
    """Whether there is a signing certificate that is valid for longer than the one in use."""
    fact, active, found = "idp.newer_certificate_inactive", _active(view), view["application.certificates"]
    if isinstance(found, Unknown) or not active:
        return Unknown.of(fact, "the export does not show which certificate is in use")
    ends = [item.of.not_after for item in found if item.of.not_after is not None]
    return bool(ends) and active[0].of.not_after is not None and max(ends) > active[0].of.not_after


def active_in_connection(view: View) -> Any:
    """Whether the certificate in use is among those of the connection."""
    fact, active, trusted = "idp.active_certificate_in_connection", _active(view), view["connection.certificates"]
    if isinstance(trusted, Unknown) or not active or not active[0].of.sha256:
        return Unknown.of(fact, "" if active else "the export does not show which certificate is in use")
    return active[0].sha256 in {item.sha256 for item in trusted}


def assigned(view: View) -> Any:
    """Whether anybody can use the application: somebody is assigned, or nobody needs to be."""
    one = held(view, "application.assigned")
    if isinstance(one, Unknown):
        return one
    if one.assignment_required is False:
        return True
    if one.assignments == 0 and one.assignment_required is None:
        return Unknown.of("application.assigned", "the export does not show whether assignment is required")
    return shown(None if one.assignments is None else one.assignments > 0, "application.assigned")


def user_assigned(view: View) -> Any:
    """Whether the person is assigned: an export tells it when nobody is."""
    found = view["application.assigned"]
    return False if found is False else Unknown.of("login.user_assigned")


def code_grant(view: View) -> Any:
    """Whether the client may use the authorization code grant."""
    one = held(view, "application.allows_code_grant")
    if isinstance(one, Unknown) or one.grant_types is None:
        return one if isinstance(one, Unknown) else shown(None, "application.allows_code_grant")
    return "authorization_code" in one.grant_types


def secret_state(view: View) -> Any:
    """What is known of the client secret: an export tells it when the last one has expired."""
    from doctor.parse.application_value import moment

    one = held(view, "oauth.client_secret_state")
    end = None if isinstance(one, Unknown) or one.secret_expires is None else moment(one.secret_expires)
    return "expired" if end is not None and end < view.now else Unknown.of("oauth.client_secret_state")


def _scim(fact: str, name: str, meaning: str) -> Callable[[View], Any]:
    def read(one: Application) -> Any:
        found = getattr(one.provisioning, name, None)
        return None if found == "" else found

    return _of(fact, read, meaning)


def scim_mapped(view: View) -> Any:
    """Whether userName, name.givenName and name.familyName are mapped."""
    one = held(view, "scim.attributes_mapped")
    if isinstance(one, Unknown) or one.provisioning is None or one.provisioning.mapped is None:
        return one if isinstance(one, Unknown) else shown(None, "scim.attributes_mapped")
    return {name.lower().rpartition(":")[2] for name in one.provisioning.mapped} >= _NAMES


def names(view: View) -> Any:
    """The names of the applications in the file."""
    found = view.document.applications
    if not found:
        raise NoDocument
    told = tuple(one.name or one.id or one.part for one in found[:_SHOWN])
    return told if len(found) <= _SHOWN else (*told, f"{len(found) - _SHOWN} more")


def count(view: View) -> Any:
    """How many applications the file holds."""
    names(view)
    return len(view.document.applications)


def told_apart(view: View) -> Any:
    """Whether the file's application is known: it holds one, or what is expected tells which one is meant."""
    found = view["application.export"]
    right = names(view) and view["application.wrong"] == "none"
    return not (right and isinstance(found, Unknown) and "ambiguous" in found.missing.values())


def wrong(view: View) -> Any:
    """What the file is instead of an application's settings; `none` when it is right."""
    found = view.document.applications
    if not found:
        raise NoDocument
    return "none" if any(one.wrong is None for one in found) else found[0].wrong


_EXPORT: Final = record(vendor=TEXT, name=TEXT, id=TEXT, part=TEXT)
_ATTRIBUTE: Final = record(name=TEXT, source=TEXT, sent=BOOL)
_STATES: Final = ("running", "stopped", "paused", "quarantined")
_PLAIN: Final = (
    ("application.protocol", enum("saml", "oidc", "wsfed", "scim", "other"), lambda one: one.protocol, False,
     "What the application speaks."),
    ("application.enabled", BOOL, lambda one: one.enabled, False, "Whether the application is switched on."),
    ("application.acs_patterns", WORDS, application_address.patterns, False,
     "The addresses with a wildcard in them, of which a request may name any that fits."),
    ("application.default_acs_url", URL, lambda one: default(one.acs) if one.acs else None, False,
     "The address for responses to requests that name none."),
    ("application.recipient", URL, lambda one: one.recipient, False, "The Recipient that is set by hand."),
    ("application.destination", URL, lambda one: one.destination, False, "The Destination that is set by hand."),
    ("application.signs_response", BOOL, lambda one: one.signs_response, False, "Whether the response is signed."),
    ("application.signs_assertion", BOOL, lambda one: one.signs_assertion, False, "Whether the assertion is signed."),
    ("application.signature_algorithm", TEXT, lambda one: one.signature_algorithm, False,
     "The algorithm of signatures, as rsa-sha256."),
    ("application.encrypts", BOOL, lambda one: one.encrypts, False, "Whether assertions are encrypted."),
    ("application.has_encryption_certificate", BOOL,
     lambda one: None if one.encryption_certificates is None else bool(one.encryption_certificates), False,
     "Whether the service provider's certificate for encryption is there."),
    ("application.has_request_certificate", BOOL,
     lambda one: None if one.request_certificates is None else bool(one.request_certificates), False,
     "Whether the certificate with which the service provider's requests are checked is there."),
    ("application.name_id_format", enum(*assertion.FORMATS), lambda one: one.name_id_format, False,
     "The format of the NameID."),
    ("application.name_id_source", TEXT, lambda one: one.name_id_source or None, False,
     "What the NameID is filled with, in the product's words."),
    ("application.assumed", WORDS, lambda one: one.assumed or "", True,
     "Settings that the export leaves out, and that stand at the product's documented default."),
    ("application.lost", WORDS, lambda one: one.lost, False,
     "Settings that the command which made the file cut off."),
    ("application.changed_by", WORDS, lambda one: one.changed_by or "", True,
     "What may change an assertion when it is made."),
    ("application.provisioning_state", enum(*_STATES), lambda one: getattr(one.provisioning, "state", None), False,
     "Whether provisioning is running, stopped, paused, or stopped by the product itself (quarantined)."),
    ("idp.name_id_configured", BOOL, lambda one: one.name_id_set, False,
     "Whether the application at the identity provider has a source for the NameID."),
    ("idp.wants_signed_requests", BOOL, lambda one: one.wants_signed_requests, True,
     "Whether the application takes signed requests only."),
)  # fmt: skip
_TOLD: Final = tuple(
    Fact(name, type_, _of(name, read, meaning), _ON, optional=optional)
    for name, type_, read, optional, meaning in _PLAIN
)
_SCIM: Final = (
    ("scim.idp_endpoint", URL, "endpoint", "The SCIM base URL that is set at the identity provider."),
    ("scim.updates_enabled", BOOL, "update", "Whether updating user attributes is switched on."),
    ("scim.deactivation_enabled", BOOL, "deactivate", "Whether deactivating users is switched on."),
    ("application.provisioning_error", TEXT, "error", "The error for which provisioning was stopped, in the product's words."),
)  # fmt: skip

FACTS: Final = (
    Fact("application.export", _EXPORT, export, _ON),
    Fact("application.wrong", enum(*WRONG), wrong, _ON, label="what the export is", how=_HOW),
    Fact("application.count", NUMBER, count, _ON),
    Fact("application.names", WORDS, names, _ON),
    Fact("application.told_apart", BOOL, told_apart, _ON),
    *_TOLD,
    Fact("provider.id", TEXT, _of("provider.id", lambda one: one.vendor, "The product that made the export."), _ON,
         optional=True),
    Fact("idp.acs_url", URL, application_address.acs_url, _ON, optional=True),
    Fact("idp.audience", TEXT, application_address.audience, _ON, optional=True),
    Fact("acs.difference", enum(*DIFFERENCES), party.acs_difference, _ON, optional=True),
    Fact("audience.difference", enum(*DIFFERENCES), party.audience_difference, _ON, optional=True),
    Fact("application.default_acs_difference", enum(*DIFFERENCES), application_address.default_difference, _ON, optional=True),
    Fact("application.recipient_difference", enum(*DIFFERENCES), application_address.apart_from_acs("recipient"), _ON, optional=True),
    Fact("application.destination_difference", enum(*DIFFERENCES), application_address.apart_from_acs("destination"), _ON, optional=True),
    Fact("name_id.format_fits", BOOL, application_claim.name_id_fits, _ON, optional=True),
    Fact("application.acs_wildcard", enum("none", "path", "host", "any"), application_address.acs_wildcard, _ON),
    Fact("application.validator_takes_acs", BOOL, application_address.validator_takes_acs, _ON),
    Fact("application.signs", enum("none", "response", "assertion", "both"), signs, _ON),
    Fact("application.name_id_kind", enum(*application_claim.NAME_ID_KINDS), application_claim.name_id_kind, _ON),
    Fact("application.attributes", collection(_ATTRIBUTE), application_claim.attributes, _ON),
    Fact("application.missing_attributes", words("email", "first-name", "last-name"), application_claim.missing_attributes, _ON),
    Fact("application.unsent_attributes", WORDS, application_claim.unsent_attributes, _ON),
    Fact("application.certificates", collection(certificate.CERTIFICATE), certificates, _ON),
    Fact("idp.signing_certificates", collection(certificate.CERTIFICATE), signing_certificates, _ON),
    Fact("idp.newest_certificate", certificate.CERTIFICATE, certificate.newest, _ON, optional=True),
    Fact("idp.newer_certificate_inactive", BOOL, newer_inactive, _ON),
    Fact("idp.active_certificate_in_connection", BOOL, active_in_connection, _ON),
    Fact("idp.name_id_sent", BOOL, assertion.name_id_sent, _ON),
    Fact("application.assigned", BOOL, assigned, _ON, label="anybody assigned",
         how="the assignments of the application (Okta: its groups; Entra: appRoleAssignedTo)"),
    Fact("login.user_assigned", BOOL, user_assigned, _ON),
    Fact("application.allows_code_grant", BOOL, code_grant, _ON),
    Fact("oauth.registered_redirect_uri", URL, application_address.redirect_uri, _ON),
    Fact("oauth.redirect_difference", enum(*DIFFERENCES), oauth.redirect_difference, _ON),
    Fact("oauth.client_secret_state", enum("right", "wrong", "expired", "id-instead-of-value"), secret_state, _ON),
    *(Fact(name, type_, _scim(name, field, meaning), _ON) for name, type_, field, meaning in _SCIM),
    Fact("scim.attributes_mapped", BOOL, scim_mapped, _ON),
    Fact("scim.endpoint_difference", enum(*DIFFERENCES), scim.endpoint_difference, _ON),
    Fact("scim.updates_sent", BOOL, scim.updates_sent, _ON),
    Fact("scim.deactivations_sent", BOOL, scim.deactivations_sent, _ON),
)  # fmt: skip
