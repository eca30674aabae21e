"""SAML 2.0 responses, requests and logout messages, read into `model.message`.

Works on elements from the door in `parse.xml`; reads what was sent and believes none of it. What a
trusted key signed is told by `parse.verify`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from lxml import etree

from doctor.model import message
from doctor.model.finding import Place
from doctor.parse import certificate, xml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from doctor.model.document import Certificate
    from doctor.model.message import Instant
    from doctor.parse.xml import Element

SAMLP: Final = "{urn:oasis:names:tc:SAML:2.0:protocol}"
SAML: Final = "{urn:oasis:names:tc:SAML:2.0:assertion}"
DS: Final = "{http://www.w3.org/2000/09/xmldsig#}"
XENC: Final = "{http://www.w3.org/2001/04/xmlenc#}"
ANCHORS: Final = (
    "Response", "Assertion", "EncryptedAssertion", "Issuer", "Status", "Subject", "NameID", "SubjectConfirmation",
    "Conditions", "AuthnStatement", "Attribute", "AuthnRequest", "LogoutRequest", "LogoutResponse",
)  # fmt: skip
"""The elements of messages that findings point at, beside those of `parse.anchor`."""

MAX_ASSERTIONS: Final = 50
MAX_ATTRIBUTES: Final = 10_000
MAX_VALUES: Final = 100
MAX_PARTS: Final = 100
"""Confirmations, audiences, statements, signatures, session indexes: so many of each are read."""
MAX_TEXT: Final = 4096
"""Characters of any text that are kept."""

_DATE_TIME: Final = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,6})?\d*(Z|[+-]\d\d:\d\d)?", re.ASCII
)  # fmt: skip
_SHORT: Final = re.compile(r"[#/]([\w-]+)$")
_BOOLEANS: Final = {"true": True, "1": True, "false": False, "0": False}

Anchors = dict["Element", int]


class _Scope(NamedTuple):
    """What reading needs beside the element: anchors, and which elements hold comments (None: not known)."""

    anchors: Anchors
    split: frozenset[Element] | None

    def place(self, element: Element) -> Place:
        return Place(element.sourceline, None, self.anchors.get(element))

    def is_split(self, *elements: Element) -> bool | None:
        return None if self.split is None else any(element in self.split for element in elements)


def read(root: Element, anchors: Anchors, source: bytes | None = None) -> message.Message | None:
    """The message in `root`, None when it is not one of SAML 2.0 that is known here.

    `anchors` numbers elements for columns, and may be empty. `source` are the bytes `root` came from:
    with them it is told where comments split a text. Raises nothing.
    """
    if root.tag == SAMLP + "ArtifactResponse" and (inner := root.find(SAMLP + "Response")) is not None:
        root = inner
    reader = _READERS.get(root.tag)
    if reader is None:
        return None
    return reader(root, _Scope(anchors, _split(root, source)))


def instant(text: str | None) -> Instant | None:
    """An xs:dateTime in UTC; `at` is None when the text is none, the whole is None when there is no text."""
    if text is None:
        return None
    match = _DATE_TIME.fullmatch(text.strip())
    return message.Instant(_moment(match) if match else None, text[:100])


def _moment(match: re.Match[str]) -> datetime | None:
    zone = match[3] or "Z"
    try:
        return datetime.fromisoformat(f"{match[1]}{match[2] or ''}{zone}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _split(root: Element, source: bytes | None) -> frozenset[Element] | None:
    """The elements with a comment or a processing instruction among their children.

    The door drops both, so a second tree keeps them; it is compared element by element and forgotten.
    """
    if source is None:
        return None
    if not may_hold_comments(root, source):
        return frozenset()
    try:
        twin = faithful(source)
    except xml.XmlRefused:
        return None
    mine = root.getroottree().getroot().iter("*")
    return frozenset(one for one, other in zip(mine, twin.iter("*"), strict=False) if _holds_comment(other))


def may_hold_comments(root: Element, source: bytes) -> bool:
    """Whether the door may have dropped a comment or a processing instruction of these bytes."""
    encoding = (root.getroottree().docinfo.encoding or "utf-8").lower()
    return encoding not in _PLAIN or b"<!--" in source or source.find(b"<?", 4) >= 0


_PLAIN: Final = ("utf-8", "us-ascii", "ascii", "iso-8859-1", "windows-1252", "cp1252")
"""Encodings in which a less-than sign is always that one byte."""


def _holds_comment(element: Element) -> bool:
    return any(not isinstance(child.tag, str) for child in element)


def faithful(data: bytes, encoding: str | None = None) -> Element:
    """A root whose comments and processing instructions are still there: a signature may cover them.

    Everything else is as at the door. Raises `XmlRefused`.
    """
    if len(data) > xml.MAX_DOCUMENT:
        raise xml.XmlRefused("too-large", f"{len(data):,} bytes; at most {xml.MAX_DOCUMENT:,} are read as one document")
    xml.refuse_doctype(data[:65536])
    try:
        root = etree.fromstring(data, KEEPING if encoding is None else _keeping(encoding))
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise xml.XmlRefused("not-well-formed", " ".join(str(error).split())[:200]) from None
    if root is None or root.getroottree().docinfo.internalDTD is not None:
        raise xml.XmlRefused("doctype", "the document type declaration is refused")
    return root


def _keeping(encoding: str | None) -> Element:
    return etree.XMLParser(
        encoding=encoding, resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
        huge_tree=False, remove_comments=False, remove_pis=False,
    )  # fmt: skip


KEEPING: Final = _keeping(None)
"""The parser of `faithful`."""


def _response(root: Element, scope: _Scope) -> message.Response:
    own = root.findall(SAML + "Assertion")
    encrypted = root.findall(SAML + "EncryptedAssertion")[:MAX_PARTS]
    return message.Response(
        *_head(root), _cut(root.get("InResponseTo")), instant(root.get("IssueInstant")), _status(root, scope),
        tuple(_assertion(one, scope) for one in own[:MAX_ASSERTIONS]), len(own),
        _descendants(root, SAML + "Assertion") - len(own),
        tuple(_encrypted(one, "assertion", scope) for one in encrypted),
        _seals(root, scope), scope.place(root),
    )  # fmt: skip


def _descendants(root: Element, tag: str) -> int:
    return sum(1 for one in root.iter(tag) if one is not root)


def _head(root: Element) -> tuple[str | None, str | None, str | None, str | None]:
    """ID, version, issuer and destination."""
    get = root.get
    return _cut(get("ID")), _cut(get("Version")), _text(root.find(SAML + "Issuer")), _cut(get("Destination"))


def _status(root: Element, scope: _Scope) -> message.Status | None:
    status = root.find(SAMLP + "Status")
    if status is None:
        return None
    codes: list[str] = []
    code = status.find(SAMLP + "StatusCode")
    while code is not None and len(codes) < 10:
        codes.append((code.get("Value") or "")[:MAX_TEXT])
        code = code.find(SAMLP + "StatusCode")
    return message.Status(tuple(codes), _text(status.find(SAMLP + "StatusMessage")), scope.place(status))


def _assertion(element: Element, scope: _Scope) -> message.Assertion:
    identifier, version, issuer, _ = _head(element)
    attributes, total, hidden = _attributes(element, scope)
    statements = element.findall(SAML + "AuthnStatement")[:MAX_PARTS]
    seal = element.find(DS + "Signature")
    return message.Assertion(
        identifier, version, issuer, instant(element.get("IssueInstant")), _subject(element, scope),
        _conditions(element, scope), tuple(_authentication(one, scope) for one in statements), attributes, total,
        hidden, _seal(seal, scope) if seal is not None else None, scope.place(element),
    )  # fmt: skip


def _subject(assertion: Element, scope: _Scope) -> message.Subject | None:
    subject = assertion.find(SAML + "Subject")
    if subject is None:
        return None
    confirmations = subject.findall(SAML + "SubjectConfirmation")[:MAX_PARTS]
    return message.Subject(
        *_identified(subject, scope), tuple(_confirmation(one, scope) for one in confirmations), scope.place(subject)
    )  # fmt: skip


def _identified(parent: Element, scope: _Scope) -> tuple[message.NameID | None, message.Encrypted | None]:
    """The NameID of a subject or of a logout request, plain or encrypted."""
    plain, hidden = parent.find(SAML + "NameID"), parent.find(SAML + "EncryptedID")
    return (
        _name_id(plain, scope) if plain is not None else None,
        _encrypted(hidden, "name-id", scope) if hidden is not None else None,
    )


def _name_id(element: Element, scope: _Scope) -> message.NameID:
    get = element.get
    return message.NameID(
        _text(element) or "", _cut(get("Format")), _cut(get("NameQualifier")), _cut(get("SPNameQualifier")),
        _cut(get("SPProvidedID")), scope.is_split(*element.iter("*")), scope.place(element),
    )  # fmt: skip


def _confirmation(element: Element, scope: _Scope) -> message.Confirmation:
    data = element.find(SAML + "SubjectConfirmationData")
    get = data.get if data is not None else {}.get
    return message.Confirmation(
        _cut(element.get("Method")), data is not None, _cut(get("Recipient")), _cut(get("InResponseTo")),
        instant(get("NotBefore")), instant(get("NotOnOrAfter")), _cut(get("Address")), scope.place(element),
    )  # fmt: skip


def _conditions(assertion: Element, scope: _Scope) -> message.Conditions | None:
    element = assertion.find(SAML + "Conditions")
    if element is None:
        return None
    restrictions = element.findall(SAML + "AudienceRestriction")[:MAX_PARTS]
    return message.Conditions(
        instant(element.get("NotBefore")), instant(element.get("NotOnOrAfter")),
        tuple(_texts(one, SAML + "Audience") for one in restrictions),
        element.find(SAML + "OneTimeUse") is not None, scope.place(element),
    )  # fmt: skip


def _authentication(element: Element, scope: _Scope) -> message.Authentication:
    context = element.find(SAML + "AuthnContext")
    found = context if context is not None else element
    named = _text(found.find(SAML + "AuthnContextClassRef")) or _text(found.find(SAML + "AuthnContextDeclRef"))
    return message.Authentication(
        instant(element.get("AuthnInstant")), _cut(element.get("SessionIndex")),
        instant(element.get("SessionNotOnOrAfter")), named, _texts(found, SAML + "AuthenticatingAuthority"),
        scope.place(element),
    )  # fmt: skip


def _attributes(assertion: Element, scope: _Scope) -> tuple[tuple[message.Attribute, ...], int, int]:
    """The attributes that are read, how many were sent, and how many more are encrypted."""
    found: list[message.Attribute] = []
    total = hidden = 0
    for statement in assertion.iterchildren(SAML + "AttributeStatement"):
        hidden += len(statement.findall(SAML + "EncryptedAttribute"))
        for element in statement.iterchildren(SAML + "Attribute"):
            total += 1
            if total <= MAX_ATTRIBUTES:
                found.append(_attribute(element, scope))
    return tuple(found), total, hidden


def _attribute(element: Element, scope: _Scope) -> message.Attribute:
    values = element.findall(SAML + "AttributeValue")
    kept = values[:MAX_VALUES]
    return message.Attribute(
        _cut(element.get("Name")) or "", _cut(element.get("NameFormat")), _cut(element.get("FriendlyName")),
        tuple(_text(one) or "" for one in kept), len(values), scope.is_split(*kept), scope.place(element),
    )  # fmt: skip


def _encrypted(element: Element, kind: str, scope: _Scope) -> message.Encrypted:
    """EncryptedKey stands inside the data's KeyInfo or beside the data (errata E43)."""
    key = next(element.iter(XENC + "EncryptedKey"), None)
    holder = key if key is not None else element
    return message.Encrypted(
        kind, short(element.find(f"{XENC}EncryptedData/{XENC}EncryptionMethod")),
        short(key.find(XENC + "EncryptionMethod")) if key is not None else None,
        _cut(key.get("Recipient")) if key is not None else None,
        carried_in(holder.find(DS + "KeyInfo")), scope.place(element),
    )  # fmt: skip


def _seals(root: Element, scope: _Scope) -> tuple[message.Seal, ...]:
    found: Iterator[Element] = root.iter(DS + "Signature")
    return tuple(_seal(one, scope) for one, _ in zip(found, range(MAX_PARTS), strict=False))


def _seal(element: Element, scope: _Scope) -> message.Seal:
    parent = element.getparent()
    references = element.findall(f"{DS}SignedInfo/{DS}Reference")
    only = references[0] if len(references) == 1 else None
    return message.Seal(
        local(parent) if parent is not None else "", identifier(parent) if parent is not None else None,
        _cut(only.get("URI")) if only is not None else None,
        short(element.find(f"{DS}SignedInfo/{DS}SignatureMethod")),
        short(only.find(DS + "DigestMethod")) if only is not None else "unknown",
        carried_in(element.find(DS + "KeyInfo")), scope.place(element),
    )  # fmt: skip


def carried_in(key_info: Element | None) -> Certificate | None:
    """The first certificate in a KeyInfo; `problem` says when it is none."""
    found = next(key_info.iter(DS + "X509Certificate"), None) if key_info is not None else None
    return None if found is None else certificate.from_text(found.text or "")


def _request(root: Element, scope: _Scope) -> message.AuthnRequest:
    get = root.get
    policy = root.find(SAMLP + "NameIDPolicy")
    wish = policy.get if policy is not None else {}.get
    context = root.find(SAMLP + "RequestedAuthnContext")
    return message.AuthnRequest(
        *_head(root), instant(get("IssueInstant")), _cut(get("AssertionConsumerServiceURL")),
        _cut(get("AssertionConsumerServiceIndex")), _cut(get("ProtocolBinding")), _cut(wish("Format")),
        _boolean(wish("AllowCreate")),
        _texts(context, SAML + "AuthnContextClassRef", SAML + "AuthnContextDeclRef") if context is not None else (),
        _cut(context.get("Comparison")) if context is not None else None, _boolean(get("ForceAuthn")),
        _boolean(get("IsPassive")), root.find(SAML + "Subject") is not None, _seals(root, scope), scope.place(root),
    )  # fmt: skip


def _logout(root: Element, scope: _Scope) -> message.LogoutRequest:
    get = root.get
    return message.LogoutRequest(
        *_head(root), instant(get("IssueInstant")), instant(get("NotOnOrAfter")), _cut(get("Reason")),
        *_identified(root, scope), _texts(root, SAMLP + "SessionIndex"), _seals(root, scope), scope.place(root),
    )  # fmt: skip


def _logged_out(root: Element, scope: _Scope) -> message.LogoutResponse:
    get = root.get
    return message.LogoutResponse(
        *_head(root), _cut(get("InResponseTo")), instant(get("IssueInstant")), _status(root, scope),
        _seals(root, scope), scope.place(root),
    )  # fmt: skip


_READERS: Final[dict[str, Callable[[Element, _Scope], message.Message]]] = {
    SAMLP + "Response": _response, SAML + "Assertion": _assertion, SAMLP + "AuthnRequest": _request,
    SAMLP + "LogoutRequest": _logout, SAMLP + "LogoutResponse": _logged_out,
}  # fmt: skip


def local(element: Element) -> str:
    """The name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def identifier(element: Element) -> str | None:
    """The ID of an element, under the names that SAML 2.0, SAML 1.1 and others give it."""
    return next((str(value) for name in ID_NAMES if (value := element.get(name)) is not None), None)


ID_NAMES: Final = ("ID", "AssertionID", "ResponseID", "RequestID", "Id", "id")


def short(element: Element | None) -> str:
    """The last word of an Algorithm URI, in lower case: rsa-sha256, sha1, aes128-cbc; else `unknown`."""
    match = _SHORT.search(element.get("Algorithm") or "") if element is not None else None
    return match[1].lower()[:60] if match else "unknown"


def _boolean(text: str | None) -> bool | None:
    return None if text is None else _BOOLEANS.get(text.strip())


def _cut(text: str | None) -> str | None:
    return None if text is None else text[:MAX_TEXT]


def _text(element: Element | None) -> str | None:
    """The text in an element without white space around it; None when there is no element."""
    if element is None:
        return None
    whole = "".join(element.itertext("*")) if len(element) else element.text or ""
    return whole.strip()[:MAX_TEXT]


def _texts(parent: Element, *tags: str) -> tuple[str, ...]:
    found = [_text(child) or "" for child in parent.iterchildren(*tags)]
    return tuple(found[:MAX_PARTS])
