"""SAML 2.0 assertions, read into `model.message`: subject, conditions, statements, attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from doctor.model import message
from doctor.parse.saml import (
    DS,
    SAML,
    child,
    compared,
    cut,
    encrypted,
    first,
    instant,
    seal,
    space_around,
    text_of,
    texts,
)

if TYPE_CHECKING:
    from doctor.parse.saml import Scope
    from doctor.parse.xml import Element

MAX_ATTRIBUTES: Final = 10_000
MAX_VALUES: Final = 100

_VALUE: Final = SAML + "AttributeValue"


def read(element: Element, scope: Scope) -> message.Assertion:
    """The assertion in an element of that name, as it was sent."""
    get = element.get
    attributes, total, hidden = _attributes(element, scope)
    own = child(element, DS + "Signature")
    return message.Assertion(
        cut(get("ID")), cut(get("Version")), text_of(child(element, SAML + "Issuer")), instant(get("IssueInstant")),
        _subject(element, scope), _conditions(element, scope),
        tuple(_authentication(one, scope) for one in first(element, SAML + "AuthnStatement")), attributes, total,
        hidden, seal(own, scope) if own is not None else None, scope.place(element),
    )  # fmt: skip


def _subject(assertion: Element, scope: Scope) -> message.Subject | None:
    subject = child(assertion, SAML + "Subject")
    if subject is None:
        return None
    confirmations = first(subject, SAML + "SubjectConfirmation")
    return message.Subject(
        *identified(subject, scope), tuple(_confirmation(one, scope) for one in confirmations), scope.place(subject)
    )  # fmt: skip


def identified(parent: Element, scope: Scope) -> tuple[message.NameID | None, message.Encrypted | None]:
    """The NameID of a subject or of a logout request, plain or encrypted."""
    plain, hidden = child(parent, SAML + "NameID"), child(parent, SAML + "EncryptedID")
    return (
        _name_id(plain, scope) if plain is not None else None,
        encrypted(hidden, "name-id", scope) if hidden is not None else None,
    )


def _name_id(element: Element, scope: Scope) -> message.NameID:
    get = element.get
    return message.NameID(
        text_of(element) or "", cut(get("Format")), cut(get("NameQualifier")), cut(get("SPNameQualifier")),
        cut(get("SPProvidedID")), scope.is_split(*element.iter("*")), scope.place(element),
        space_around(element),
    )  # fmt: skip


def _confirmation(element: Element, scope: Scope) -> message.Confirmation:
    data = child(element, SAML + "SubjectConfirmationData")
    get = data.get if data is not None else {}.get
    return message.Confirmation(
        cut(element.get("Method")), data is not None, cut(get("Recipient")), cut(get("InResponseTo")),
        instant(get("NotBefore")), instant(get("NotOnOrAfter")), cut(get("Address")), scope.place(element),
    )  # fmt: skip


def _conditions(assertion: Element, scope: Scope) -> message.Conditions | None:
    element = child(assertion, SAML + "Conditions")
    if element is None:
        return None
    return message.Conditions(
        instant(element.get("NotBefore")), instant(element.get("NotOnOrAfter")),
        tuple(compared(one, SAML + "Audience") for one in first(element, SAML + "AudienceRestriction")),
        child(element, SAML + "OneTimeUse") is not None, scope.place(element),
    )  # fmt: skip


def _authentication(element: Element, scope: Scope) -> message.Authentication:
    context = child(element, SAML + "AuthnContext")
    found = context if context is not None else element
    named = text_of(child(found, SAML + "AuthnContextClassRef")) or text_of(child(found, SAML + "AuthnContextDeclRef"))
    return message.Authentication(
        instant(element.get("AuthnInstant")), cut(element.get("SessionIndex")),
        instant(element.get("SessionNotOnOrAfter")), named, texts(found, SAML + "AuthenticatingAuthority"),
        scope.place(element),
    )  # fmt: skip


def _attributes(assertion: Element, scope: Scope) -> tuple[tuple[message.Attribute, ...], int, int]:
    """The attributes that are read, how many were sent, and how many more are encrypted."""
    found: list[message.Attribute] = []
    total = hidden = 0
    for statement in assertion.iterchildren(SAML + "AttributeStatement"):
        hidden += sum(1 for _ in statement.iterchildren(SAML + "EncryptedAttribute"))
        for element in statement.iterchildren(SAML + "Attribute"):
            total += 1
            if total <= MAX_ATTRIBUTES:
                found.append(_attribute(element, scope))
    return tuple(found), total, hidden


def _attribute(element: Element, scope: Scope) -> message.Attribute:
    get = element.get
    values = list(element.iterchildren(_VALUE))
    kept = values[:MAX_VALUES]
    return message.Attribute(
        cut(get("Name")) or "", cut(get("NameFormat")), cut(get("FriendlyName")),
        tuple([text_of(one) or "" for one in kept]), len(values), scope.is_split(*kept), scope.place(element),
    )  # fmt: skip
