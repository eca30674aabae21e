"""Facts of the assertion inside a response: for whom, about whom, confirmed how, until when."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from doctor.facts.address import DIFFERENCES, difference
from doctor.facts.fact import BOOL, NUMBER, PERSONAL, TEXT, TIME, URL, WORDS, Fact, View, cheaper, enum, given, inputs
from doctor.facts.message import (
    RESPONSES,
    SAID,
    byte_exact,
    first_assertion,
    hidden,
    of_assertion,
    partners,
    request_for,
    sent,
)
from doctor.facts.window import moment
from doctor.model.state import ABSENT, Unknown

if TYPE_CHECKING:
    from doctor.model.message import Assertion, Confirmation, NameID

FORMATS: Final = ("unspecified", "email", "persistent", "transient", "entity", "windows", "kerberos", "x509", "other")
_FORMAT_OF: Final = {
    "unspecified": "unspecified", "emailAddress": "email", "persistent": "persistent", "transient": "transient",
    "entity": "entity", "WindowsDomainQualifiedName": "windows", "kerberos": "kerberos", "X509SubjectName": "x509",
}  # fmt: skip
_BEARER: Final = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
_EMAIL: Final = re.compile(r"[^@\s<>,;:\"]+@[^@\s<>,;:\"]+\.[^@\s<>,;:\".]{2,}")


def present(view: View) -> Any:
    """Whether there is an assertion that can be read; unknown when all are encrypted."""
    found = sent(view)
    if first_assertion(found) is not None:
        return True
    return Unknown.of("assertion.present", "encrypted") if hidden(found) else False


def audience(view: View) -> Any:
    """The audience of the assertion: the service provider's own where it is among several, else the first."""
    found = view["assertion.audiences"]
    if isinstance(found, Unknown):
        return Unknown.of("idp.audience", *found.missing.values())
    if not found:
        return ABSENT
    own = view["sp.entity_id"]
    return own if own in found else found[0]


def _audiences(assertion: Assertion) -> Any:
    """Every audience that the assertion names."""
    return assertion.conditions.audiences if assertion.conditions else ()


def _audience_count(assertion: Assertion) -> Any:
    """How many different audiences the assertion names."""
    return len(set(assertion.conditions.audiences)) if assertion.conditions else 0


def _restrictions(assertion: Assertion) -> Any:
    """How many audience restrictions there are; each one must be met."""
    return len(assertion.conditions.restrictions) if assertion.conditions else 0


def restrictions_unmet(view: View) -> Any:
    """Whether the service provider is missing in one of several audience restrictions although it is in another."""
    found, own = first_assertion(sent(view)), view["sp.entity_id"]
    if found is None or found.conditions is None or isinstance(own, Unknown):
        return own if isinstance(own, Unknown) else ABSENT
    met = [own in restriction for restriction in found.conditions.restrictions]
    return any(met) and not all(met)


def _no_subject(assertion: Assertion) -> Any:
    """Whether the assertion has no subject."""
    return assertion.subject is None


def _confirmations(assertion: Assertion) -> tuple[Confirmation, ...]:
    return assertion.subject.confirmations if assertion.subject else ()


def _confirmation_count(assertion: Assertion) -> Any:
    """How many subject confirmations there are."""
    return len(_confirmations(assertion))


def _bearer(assertion: Assertion) -> Any:
    """Whether one of the confirmations is of the bearer method, which web sign-in needs."""
    return any(one.method == _BEARER for one in _confirmations(assertion))


def _methods(assertion: Assertion) -> Any:
    """The confirmation methods, without their URNs."""
    return tuple((one.method or "").rpartition(":")[2] or "none" for one in _confirmations(assertion))


def _recipient(assertion: Assertion) -> Any:
    """The Recipient of the bearer confirmation."""
    return given(next((one.recipient for one in _bearers(assertion) if one.recipient), None))


def _bearers(assertion: Assertion) -> list[Confirmation]:
    return [one for one in _confirmations(assertion) if one.method == _BEARER]


def _unlimited(assertion: Assertion) -> Any:
    """Whether no bearer confirmation has the NotOnOrAfter that it must have."""
    found = _bearers(assertion)
    return bool(found) and all(one.not_on_or_after is None for one in found)


def _begins(assertion: Assertion) -> Any:
    """Whether a bearer confirmation has a NotBefore, which it must not have."""
    return any(one.not_before is not None for one in _bearers(assertion))


def _statements(assertion: Assertion) -> Any:
    """How many authentication statements there are."""
    return len(assertion.authentications)


def _authenticated(assertion: Assertion) -> Any:
    """When the person authenticated at the identity provider."""
    return moment(assertion.authentications[0].instant if assertion.authentications else None)


def _session_end(assertion: Assertion) -> Any:
    """Until when the session may last."""
    return moment(assertion.authentications[0].session_not_on_or_after if assertion.authentications else None)


def authentication_age(view: View) -> Any:
    """Seconds between the authentication at the identity provider and the issue of the assertion; negative when after it."""
    found = inputs(view, "response.issued_at", "assertion.authenticated_at")
    return round((found[0] - found[1]).total_seconds()) if isinstance(found, tuple) else found


def session_seconds_left(view: View) -> Any:
    """Seconds from the arrival of the response to the end of the session that it allows."""
    found = inputs(view, "response.received_at", "assertion.session_not_on_or_after")
    return round((found[1] - found[0]).total_seconds()) if isinstance(found, tuple) else found


# -- the NameID


def _name_id(assertion: Assertion) -> NameID | None:
    return assertion.subject.name_id if assertion.subject else None


def _concealed(assertion: Assertion) -> bool:
    return bool(assertion.subject and assertion.subject.encrypted)


def name_id_present(view: View) -> Any:
    """Whether the assertion carries a NameID with a value."""
    found = first_assertion(sent(view))
    if found is None:
        why = "encrypted" if hidden(sent(view)) else "the response carries no assertion"
        return Unknown.of("response.name_id_present", why)
    if _concealed(found):
        return Unknown.of("response.name_id_present", "encrypted")
    if found.subject is None:
        return Unknown.of("response.name_id_present", "the assertion has no subject")
    name_id = _name_id(found)
    return name_id is not None and bool(name_id.value)


def _name_id_encrypted(assertion: Assertion) -> Any:
    """Whether the NameID is encrypted."""
    return _concealed(assertion)


def _name_id_format(assertion: Assertion) -> Any:
    """The format of the NameID; unspecified, when it states none."""
    name_id = _name_id(assertion)
    if name_id is None:
        return Unknown.of("response.name_id_format", "encrypted") if _concealed(assertion) else ABSENT
    return _named_format(name_id.format or "unspecified")


def _name_id_value(assertion: Assertion) -> Any:
    """The value of the NameID."""
    name_id = _name_id(assertion)
    return given(name_id.value if name_id else None)


def _looks_like_email(assertion: Assertion) -> Any:
    """Whether the NameID is written as an e-mail address."""
    name_id = _name_id(assertion)
    return ABSENT if name_id is None or not name_id.value else bool(_EMAIL.fullmatch(name_id.value))


def is_email(text: str) -> bool:
    """Whether a text is written as an e-mail address."""
    return bool(_EMAIL.fullmatch(text))


def _commented(assertion: Assertion) -> Any:
    """Whether a comment stands inside the text of the NameID, where careless consumers stop reading."""
    name_id = _name_id(assertion)
    return ABSENT if name_id is None or name_id.split is None else name_id.split


def spaced(view: View) -> Any:
    """Whether white space stands inside the NameID or around it.

    Line breaks around it count only where the bytes are surely those that were sent: reformatting adds them.
    """
    found = first_assertion(sent(view))
    name_id = _name_id(found) if found else None
    if name_id is None:
        return ABSENT
    exact = byte_exact(view.document) or "\n" not in name_id.around or view["response.signature"] == "valid"
    return (bool(name_id.around) and exact) or len(name_id.value.split()) > 1


def qualifier_difference(view: View) -> Any:
    """In what SPNameQualifier differs from the service provider's entity ID."""
    found = first_assertion(sent(view))
    name_id = _name_id(found) if found else None
    if name_id is None or not name_id.sp_name_qualifier:
        return ABSENT
    own = view["sp.entity_id"]
    return own if isinstance(own, Unknown) else difference(own, name_id.sp_name_qualifier)


def _qualifier(assertion: Assertion) -> Any:
    """The SPNameQualifier of the NameID."""
    name_id = _name_id(assertion)
    return given(name_id.sp_name_qualifier if name_id else None)


def name_id_sent(view: View) -> Any:
    """Whether the identity provider sends a NameID: as a response shows it, else as its console is set."""
    seen = view["response.name_id_present"]
    return cheaper(view["idp.name_id_configured"], seen) if isinstance(seen, Unknown) else seen


def wanted_format(view: View) -> Any:
    """The NameID format that the request asks for, else that the service provider's metadata lists."""
    asked = request_for(view)
    wanted = getattr(asked.message, "name_id_format", None) if asked else None
    listed = [
        uri for one in partners(view, "sp-metadata") if one.entity
        for role in one.entity.roles if role.name == "sp" for uri in role.name_id_formats
    ]  # fmt: skip
    names = [_named_format(uri) for uri in ([wanted] if wanted else listed)]
    sent_as = view["response.name_id_format"]
    if not names or isinstance(sent_as, Unknown):
        return Unknown.of("sp.name_id_format")
    fits = "unspecified" in names or sent_as in names
    return "any" if fits else names[0]


def _named_format(uri: str) -> str:
    return _FORMAT_OF.get(uri.rpartition(":")[2], "other")


def name_id_fits(view: View) -> Any:
    """Whether the format of the NameID is the one that the application wants; `any` takes all."""
    found = inputs(view, "sp.name_id_format", "response.name_id_format")
    return found[0] in ("any", found[1]) if isinstance(found, tuple) else found


def _fact(name: str, kind: Any, read: Any, *, optional: bool = True, **more: Any) -> Fact:
    return Fact(name, kind, of_assertion(name, read), RESPONSES, optional=optional, **more)


FACTS: Final = (
    Fact("assertion.present", BOOL, present, RESPONSES, label="assertion", how="a response without encryption, or --decryption-key"),
    Fact("idp.audience", TEXT, audience, RESPONSES, optional=True),
    _fact("assertion.audiences", WORDS, _audiences),
    _fact("assertion.audience_count", NUMBER, _audience_count),
    _fact("assertion.audience_restrictions", NUMBER, _restrictions),
    Fact("assertion.restrictions_unmet", BOOL, restrictions_unmet, RESPONSES, optional=True),
    _fact("assertion.subject_missing", BOOL, _no_subject),
    _fact("assertion.confirmations", NUMBER, _confirmation_count),
    _fact("assertion.bearer", BOOL, _bearer),
    _fact("assertion.confirmation_methods", WORDS, _methods),
    _fact("assertion.recipient", URL, _recipient),
    _fact("assertion.confirmation_unlimited", BOOL, _unlimited),
    _fact("assertion.confirmation_begins", BOOL, _begins),
    _fact("assertion.authentication_statements", NUMBER, _statements),
    _fact("assertion.authenticated_at", TIME, _authenticated),
    _fact("assertion.session_not_on_or_after", TIME, _session_end),
    Fact("assertion.authentication_age_seconds", NUMBER, authentication_age, RESPONSES, optional=True),
    Fact("assertion.session_seconds_left", NUMBER, session_seconds_left, RESPONSES, optional=True),
    Fact("response.name_id_present", BOOL, name_id_present, RESPONSES, label="NameID in the response", how="a captured response"),
    _fact("name_id.encrypted", BOOL, _name_id_encrypted),
    _fact("response.name_id_format", enum(*FORMATS), _name_id_format, label="NameID format of the response",
          how="a captured response"),
    Fact("response.name_id_format", enum(*FORMATS), None, ("case",), optional=True,
         meaning="The format of the NameID in the response; unspecified, when it states none."),
    _fact("name_id.value", PERSONAL, _name_id_value, personal=True),
    _fact("name_id.looks_like_email", BOOL, _looks_like_email),
    _fact("name_id.commented", BOOL, _commented),
    Fact("name_id.has_space", BOOL, spaced, RESPONSES, optional=True),
    _fact("name_id.qualifier", TEXT, _qualifier),
    Fact("name_id.qualifier_difference", enum(*DIFFERENCES), qualifier_difference, RESPONSES, optional=True),
    Fact("sp.name_id_format", enum("any", *FORMATS), wanted_format, RESPONSES),
    Fact("idp.name_id_sent", BOOL, name_id_sent, SAID, label="NameID sent"),
    Fact("name_id.format_fits", BOOL, name_id_fits, SAID, optional=True, label="NameID format fits"),
)  # fmt: skip
