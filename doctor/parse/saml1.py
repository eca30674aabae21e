"""SAML 1.1 responses and assertions, told in the words of SAML 2.0 so far as both have them.

Enough to say that it is SAML 1.1, who issued it, for whom, until when, and how it ended. A subject
stands in the statements there, and attributes have two names (saml-core-1.1): only the subject of
the first statement is read, attributes are counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from doctor.model import message
from doctor.parse.saml import (
    DS,
    MAX_PARTS,
    SAML1,
    SAMLP1,
    child,
    cut,
    first,
    instant,
    seal,
    seals,
    status_of,
    text_of,
    texts,
)

if TYPE_CHECKING:
    from doctor.parse.saml import Scope
    from doctor.parse.xml import Element

MAX_ASSERTIONS: Final = 50
_STATUS: Final = "urn:oasis:names:tc:SAML:2.0:status:"


def response(root: Element, scope: Scope) -> message.Response:
    """A samlp:Response of SAML 1.x. It has no issuer of its own; `destination` is its Recipient."""
    own = list(root.iterchildren(SAML1 + "Assertion"))
    get = root.get
    return message.Response(
        cut(get("ResponseID")), _version(root), None, cut(get("Recipient")), cut(get("InResponseTo")),
        instant(get("IssueInstant")), _status(root, scope),
        tuple(assertion(one, scope) for one in own[:MAX_ASSERTIONS]), len(own),
        sum(1 for _ in root.iter(SAML1 + "Assertion")) - len(own), (), seals(root, scope), scope.place(root),
    )  # fmt: skip


def assertion(element: Element, scope: Scope) -> message.Assertion:
    """A saml:Assertion of SAML 1.x: its issuer is an attribute."""
    get = element.get
    own = child(element, DS + "Signature")
    attributes = sum(1 for _ in element.iterfind(f"{SAML1}AttributeStatement/{SAML1}Attribute"))
    return message.Assertion(
        cut(get("AssertionID")), _version(element), cut(get("Issuer")), instant(get("IssueInstant")),
        _subject(element, scope), _conditions(element, scope), _authentications(element, scope), (), attributes, 0,
        seal(own, scope) if own is not None else None, scope.place(element),
    )  # fmt: skip


def _version(element: Element) -> str | None:
    """1.1 out of MajorVersion and MinorVersion; None when neither is said."""
    major, minor = element.get("MajorVersion"), element.get("MinorVersion")
    return None if major is None and minor is None else cut(f"{major or '1'}.{minor or '1'}")


def _status(root: Element, scope: Scope) -> message.Status | None:
    """Codes are qualified names such as samlp:Success; SAML 2.0 has the same ones as URIs."""
    found = status_of(root, scope, SAMLP1)
    if found is None:
        return None
    return found._replace(codes=tuple(_STATUS + one.rpartition(":")[2] for one in found.codes))


def _subject(element: Element, scope: Scope) -> message.Subject | None:
    subject = next((found for one in element if (found := child(one, SAML1 + "Subject")) is not None), None)
    if subject is None:
        return None
    named = child(subject, SAML1 + "NameIdentifier")
    methods = list(subject.iterfind(f"{SAML1}SubjectConfirmation/{SAML1}ConfirmationMethod"))[:MAX_PARTS]
    return message.Subject(
        _name_id(named, scope) if named is not None else None, None,
        tuple(_confirmation(one, scope) for one in methods), scope.place(subject),
    )  # fmt: skip


def _confirmation(method: Element, scope: Scope) -> message.Confirmation:
    return message.Confirmation(
        method=text_of(method), has_data=False, recipient=None, in_response_to=None, not_before=None,
        not_on_or_after=None, address=None, place=scope.place(method),
    )  # fmt: skip


def _name_id(element: Element, scope: Scope) -> message.NameID:
    return message.NameID(
        text_of(element) or "", cut(element.get("Format")), cut(element.get("NameQualifier")), None, None,
        scope.is_split(*element.iter("*")), scope.place(element),
    )  # fmt: skip


def _conditions(element: Element, scope: Scope) -> message.Conditions | None:
    found = child(element, SAML1 + "Conditions")
    if found is None:
        return None
    return message.Conditions(
        instant(found.get("NotBefore")), instant(found.get("NotOnOrAfter")),
        tuple(texts(one, SAML1 + "Audience") for one in first(found, SAML1 + "AudienceRestrictionCondition")),
        one_time_use=child(found, SAML1 + "DoNotCacheCondition") is not None, place=scope.place(found),
    )  # fmt: skip


def _authentications(element: Element, scope: Scope) -> tuple[message.Authentication, ...]:
    return tuple(
        message.Authentication(
            instant(one.get("AuthenticationInstant")), None, None, cut(one.get("AuthenticationMethod")), (),
            scope.place(one),
        )
        for one in first(element, SAML1 + "AuthenticationStatement")
    )  # fmt: skip
