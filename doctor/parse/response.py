"""SAML responses, assertions, requests and logout messages, read into `model.message`.

Works on elements from the door in `parse.xml`; reads what was sent and believes none of it. What a
trusted key signed is told by `parse.verify`, what is encrypted is opened by `parse.decrypt`.
Assertions are read in `parse.assertion`, SAML 1.1 in `parse.saml1`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from doctor.model import message
from doctor.parse import assertion, saml1, xml
from doctor.parse.saml import (
    SAML,
    SAML1,
    SAMLP,
    SAMLP1,
    Scope,
    boolean,
    child,
    cut,
    encrypted,
    first,
    instant,
    seals,
    status_of,
    text_of,
    texts,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from doctor.parse.saml import Anchors
    from doctor.parse.xml import Element

ANCHORS: Final = (
    "Response", "Assertion", "EncryptedAssertion", "Issuer", "Status", "Subject", "NameID", "SubjectConfirmation",
    "Conditions", "AuthnStatement", "Attribute", "AuthnRequest", "LogoutRequest", "LogoutResponse",
)  # fmt: skip
"""The elements of messages that findings point at, beside those of `parse.anchor`."""

MAX_ASSERTIONS: Final = 50


def read(root: Element, anchors: Anchors, source: bytes | None = None) -> message.Message | None:
    """The message in `root`, None when it is not one that is known here.

    SAML 1.1 gives a Response or an Assertion whose version says so; an EncryptedAssertion alone gives
    an `Encrypted`. `anchors` numbers elements for columns, and may be empty. `source` are the bytes
    `root` came from: with them it is told where comments split a text. Raises nothing.
    """
    if root.tag == SAMLP + "ArtifactResponse" and (inner := child(root, SAMLP + "Response")) is not None:
        root = inner
    reader = _READERS.get(root.tag)
    if reader is None:
        return None
    return reader(root, Scope(anchors, _split(root, source), {}))


def _split(root: Element, source: bytes | None) -> frozenset[Element] | None:
    """The elements with a comment or a processing instruction among their children.

    The door drops both, so a second tree keeps them; it is compared element by element and forgotten.
    """
    if source is None:
        return None
    if not xml.may_hold_comments(root, source):
        return frozenset()
    try:
        twin = xml.faithful(source)
    except xml.XmlRefused:
        return None
    mine = root.getroottree().getroot().iter("*")
    return frozenset(one for one, other in zip(mine, twin.iter("*"), strict=False) if _holds_comment(other))


def _holds_comment(element: Element) -> bool:
    return any(not isinstance(child.tag, str) for child in element)


def _response(root: Element, scope: Scope) -> message.Response:
    own = list(root.iterchildren(SAML + "Assertion"))
    return message.Response(
        *_head(root), cut(root.get("InResponseTo")), instant(root.get("IssueInstant")), status_of(root, scope, SAMLP),
        tuple(assertion.read(one, scope) for one in own[:MAX_ASSERTIONS]), len(own),
        sum(1 for _ in root.iter(SAML + "Assertion")) - len(own),
        tuple(encrypted(one, "assertion", scope) for one in first(root, SAML + "EncryptedAssertion")),
        seals(root, scope), scope.place(root),
    )  # fmt: skip


def _head(root: Element) -> tuple[str | None, str | None, str | None, str | None]:
    """ID, version, issuer and destination."""
    get = root.get
    return cut(get("ID")), cut(get("Version")), text_of(child(root, SAML + "Issuer")), cut(get("Destination"))


def _encrypted(root: Element, scope: Scope) -> message.Encrypted:
    return encrypted(root, "assertion", scope)


def _request(root: Element, scope: Scope) -> message.AuthnRequest:
    get = root.get
    policy = child(root, SAMLP + "NameIDPolicy")
    wish = policy.get if policy is not None else {}.get
    context = child(root, SAMLP + "RequestedAuthnContext")
    return message.AuthnRequest(
        *_head(root), instant(get("IssueInstant")), cut(get("AssertionConsumerServiceURL")),
        cut(get("AssertionConsumerServiceIndex")), cut(get("ProtocolBinding")), cut(wish("Format")),
        boolean(wish("AllowCreate")),
        texts(context, SAML + "AuthnContextClassRef", SAML + "AuthnContextDeclRef") if context is not None else (),
        cut(context.get("Comparison")) if context is not None else None, boolean(get("ForceAuthn")),
        boolean(get("IsPassive")), child(root, SAML + "Subject") is not None, seals(root, scope), scope.place(root),
    )  # fmt: skip


def _logout(root: Element, scope: Scope) -> message.LogoutRequest:
    get = root.get
    return message.LogoutRequest(
        *_head(root), instant(get("IssueInstant")), instant(get("NotOnOrAfter")), cut(get("Reason")),
        *assertion.identified(root, scope), texts(root, SAMLP + "SessionIndex"), seals(root, scope), scope.place(root),
    )  # fmt: skip


def _logged_out(root: Element, scope: Scope) -> message.LogoutResponse:
    get = root.get
    return message.LogoutResponse(
        *_head(root), cut(get("InResponseTo")), instant(get("IssueInstant")), status_of(root, scope, SAMLP),
        seals(root, scope), scope.place(root),
    )  # fmt: skip


_READERS: Final[dict[str, Callable[[Element, Scope], message.Message]]] = {
    SAMLP + "Response": _response, SAML + "Assertion": assertion.read, SAML + "EncryptedAssertion": _encrypted,
    SAMLP + "AuthnRequest": _request, SAMLP + "LogoutRequest": _logout, SAMLP + "LogoutResponse": _logged_out,
    SAMLP1 + "Response": saml1.response, SAML1 + "Assertion": saml1.assertion,
}  # fmt: skip
