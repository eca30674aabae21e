"""SAML responses of every kind: healthy, and with one thing changed, signed with keys made here.

`Draft` says what a response holds, `written` makes its bytes. `PATIENTS` are one-change copies of
the healthy one, named by their change; `WRAPPED` are the eight classic forms of signature wrapping
(Somorovsky et al., "On Breaking SAML", USENIX Security 2012).
"""

from __future__ import annotations

import base64
import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple
from urllib.parse import quote, urlencode
from xml.sax.saxutils import escape
from zlib import compressobj

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from lxml import etree
from signxml.algorithms import SignatureConstructionMethod
from signxml.signer import XMLSigner

from tests.factory import certificate
from tests.factory.signing import Signing, signed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.factory.certificate import Certificate

NOW: Final = datetime(2026, 11, 22, 9, tzinfo=UTC)
SAMLP: Final = "urn:oasis:names:tc:SAML:2.0:protocol"
SAML: Final = "urn:oasis:names:tc:SAML:2.0:assertion"
DS: Final = "http://www.w3.org/2000/09/xmldsig#"
XENC: Final = "http://www.w3.org/2001/04/xmlenc#"
IDP: Final = "https://idp.example.com/saml"
SP: Final = "https://sp.example.com/metadata"
ACS: Final = "https://sp.example.com/sso/acs/conn_01"
SUCCESS: Final = "urn:oasis:names:tc:SAML:2.0:status:Success"
EMAIL: Final = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
UNSPECIFIED: Final = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
TRANSIENT: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
BASIC: Final = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"
BEARER: Final = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
PASSWORD: Final = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"

_YEAR: Final = timedelta(days=365)
_SLOT: Final = 40


def signer(slot: int = 0, *, expired: bool = False, ec256: bool = False) -> Certificate:
    """A signing certificate of an identity provider; another slot is another key."""
    begin = NOW - (3 * _YEAR if expired else _YEAR)
    kind: certificate.KeyKind = "ec256" if ec256 else "rsa2048"
    name = f"CN=idp{slot}.example.com"
    return certificate.make(name, begin, begin + 2 * _YEAR, key=kind, slot=_SLOT + slot, serial=40 + slot)


def recipient() -> Certificate:
    """The encryption certificate of the service provider."""
    return certificate.make("CN=sp.example.com", NOW - _YEAR, NOW + _YEAR, slot=_SLOT + 9, serial=60)


Signed = Literal["assertion", "response", "both", "none"]


class Draft(NamedTuple):
    """What a response holds. None leaves the thing out; `name_id` is XML text, everything else plain.

    Times are seconds from `now`. `by` signs; `edited` replaces texts of the assertion, `framed` texts of
    the response around it, both before signing; `tampered` replaces a text after signing. `prefixes` are
    those of the protocol and of assertions; an empty one is the default namespace.
    """

    now: datetime = NOW
    signed: Signed = "assertion"
    hash: Literal["sha256", "sha1"] = "sha256"
    by: Certificate | None = None
    carries_certificate: bool = True
    id: str = "_response-1"
    assertion_id: str = "_assertion-1"
    issuer: str | None = IDP
    assertion_issuer: str | None = IDP
    destination: str | None = ACS
    in_response_to: str | None = "_request-1"
    version: str = "2.0"
    status: tuple[str, ...] = (SUCCESS,)
    status_message: str | None = None
    with_assertion: bool = True
    name_id: str | None = "ada@example.com"
    name_id_format: str | None = EMAIL
    with_subject: bool = True
    method: str = BEARER
    recipient: str | None = ACS
    confirmed_for: str | None = "_request-1"
    with_data: bool = True
    with_confirmation: bool = True
    confirmed_from: int | None = None
    confirmed_until: int | None = 300
    issued: int = -5
    with_conditions: bool = True
    not_before: int | None = -60
    not_on_or_after: int | None = 300
    audiences: tuple[str, ...] = (SP,)
    with_authentication: bool = True
    authenticated: int = -10
    session_until: int | None = 28800
    session_index: str | None = "_session-1"
    context: str | None = PASSWORD
    attributes: tuple[tuple[str, tuple[str, ...]], ...] = (
        ("id", ("u-1",)), ("email", ("ada@example.com",)), ("firstName", ("Ada",)), ("lastName", ("Lovelace",)),
        ("groups", ("engineers", "admins")),
    )  # fmt: skip
    encrypted: bool = False
    tampered: tuple[str, str] | None = None
    date_text: str | None = None
    padding: int = 0
    attribute_format: str | None = BASIC
    prefixes: tuple[str, str] = ("samlp", "saml")
    edited: tuple[tuple[str, str], ...] = ()
    framed: tuple[tuple[str, str], ...] = ()

    def but(self, **changes: Any) -> Draft:
        """A copy with other fields."""
        return self._replace(**changes)

    @property
    def key(self) -> Certificate:
        """Who signs it."""
        return self.by or signer()


def written(draft: Draft = Draft()) -> bytes:  # noqa: B008
    """The bytes of the response."""
    assertion = _assertion(draft) if draft.with_assertion else ""
    if draft.encrypted:
        assertion = _encrypted(assertion, recipient())
    text = _renamed(_replaced(_response(draft, assertion), draft.framed), draft)
    if draft.signed in ("response", "both"):
        text = _sealed(text, draft, draft.id)
    return _replaced(text, (draft.tampered,) if draft.tampered else ()).encode()


def _replaced(text: str, pairs: tuple[tuple[str, str], ...]) -> str:
    for before, after in pairs:
        if before not in text:
            raise ValueError(f"{before!r} is not in the response")
        text = text.replace(before, after)
    return text


def _renamed(text: str, draft: Draft) -> str:
    """The text with the prefixes that a product writes."""
    protocol, own = draft.prefixes
    text = _prefixed(text, "samlp", protocol)
    if own:
        return _prefixed(text, "saml", own)
    declared = f' xmlns:saml="{SAML}"'
    text = text.replace("<saml:Assertion" + declared, f'<Assertion xmlns="{SAML}"').replace(declared, "")
    if text.startswith(f"<{protocol}:"):
        text = text.replace("<saml:Issuer>", f'<Issuer xmlns="{SAML}">')
    return text.replace("<saml:", "<").replace("</saml:", "</")


def _prefixed(text: str, before: str, after: str) -> str:
    if before == after:
        return text
    for mark in ("<", "</", " xmlns:"):
        ending = "=" if mark == " xmlns:" else ":"
        text = text.replace(f"{mark}{before}{ending}", f"{mark}{after}{ending}")
    return text


def instant(draft: Draft, seconds: int | None) -> str | None:
    """A moment as the draft writes it."""
    if seconds is None:
        return None
    return draft.date_text or (draft.now + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _sealed(text: str, draft: Draft, reference: str) -> str:
    elliptic = isinstance(draft.key.key, ec.EllipticCurvePrivateKey)
    done = _by_curve(text, draft, reference) if elliptic else signed(text, Signing(draft.key, reference, draft.hash))
    if draft.carries_certificate:
        return done
    root = etree.fromstring(done)
    for found in root.findall(f"{{{DS}}}Signature/{{{DS}}}KeyInfo"):
        found.getparent().remove(found)
    return str(etree.tostring(root, encoding="unicode"))


def _by_curve(text: str, draft: Draft, reference: str) -> str:
    method = SignatureConstructionMethod.enveloped
    maker = XMLSigner(method, f"ecdsa-{draft.hash}", draft.hash, "http://www.w3.org/2001/10/xml-exc-c14n#")
    key = draft.key.key
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    done = maker.sign(
        etree.fromstring(text), key=key, cert=[draft.key.loaded], reference_uri=f"#{reference}", id_attribute="ID"
    )
    return str(etree.tostring(done, encoding="unicode"))


def _tag(name: str, attributes: Mapping[str, str | None], *inner: str) -> str:
    given = "".join(
        f' {key}="{escape(value, {chr(34): "&quot;"})}"' for key, value in attributes.items() if value is not None
    )
    return f"<{name}{given}>{''.join(inner)}</{name}>"


_PLACEHOLDER: Final = f'<ds:Signature xmlns:ds="{DS}" Id="placeholder"/>'


def _response(draft: Draft, assertion: str) -> str:
    attributes = {
        "xmlns:samlp": SAMLP, "xmlns:saml": SAML, "ID": draft.id, "Version": draft.version,
        "IssueInstant": instant(draft, draft.issued), "Destination": draft.destination,
        "InResponseTo": draft.in_response_to,
    }  # fmt: skip
    place = _PLACEHOLDER if draft.signed in ("response", "both") else ""
    return _tag("samlp:Response", attributes, _issuer(draft.issuer), place, _status(draft), assertion)


def _issuer(name: str | None) -> str:
    return _tag("saml:Issuer", {}, escape(name)) if name is not None else ""


def _status(draft: Draft) -> str:
    if not draft.status:
        return ""
    code = ""
    for value in reversed(draft.status):
        code = _tag("samlp:StatusCode", {"Value": value}, code)
    said = _tag("samlp:StatusMessage", {}, escape(draft.status_message)) if draft.status_message else ""
    return _tag("samlp:Status", {}, code, said)


def _assertion(draft: Draft) -> str:
    attributes = {
        "xmlns:saml": SAML, "ID": draft.assertion_id, "Version": "2.0", "IssueInstant": instant(draft, draft.issued),
    }  # fmt: skip
    own = draft.signed in ("assertion", "both")
    text = _tag(
        "saml:Assertion", attributes, _issuer(draft.assertion_issuer), _PLACEHOLDER if own else "",
        _subject(draft) if draft.with_subject else "", _conditions(draft) if draft.with_conditions else "",
        _authentication(draft) if draft.with_authentication else "", _statement(draft),
    )  # fmt: skip
    text = _renamed(_replaced(text, draft.edited), draft)
    return _sealed(text, draft, draft.assertion_id) if own else text


def _subject(draft: Draft) -> str:
    named = _tag("saml:NameID", {"Format": draft.name_id_format}, draft.name_id) if draft.name_id is not None else ""
    return _tag("saml:Subject", {}, named, _confirmation(draft) if draft.with_confirmation else "")


def _confirmation(draft: Draft) -> str:
    attributes = {
        "NotBefore": instant(draft, draft.confirmed_from), "NotOnOrAfter": instant(draft, draft.confirmed_until),
        "Recipient": draft.recipient, "InResponseTo": draft.confirmed_for,
    }  # fmt: skip
    data = _tag("saml:SubjectConfirmationData", attributes) if draft.with_data else ""
    return _tag("saml:SubjectConfirmation", {"Method": draft.method}, data)


def _conditions(draft: Draft) -> str:
    window = {"NotBefore": instant(draft, draft.not_before), "NotOnOrAfter": instant(draft, draft.not_on_or_after)}
    named = [_tag("saml:Audience", {}, escape(one)) for one in draft.audiences]
    return _tag("saml:Conditions", window, _tag("saml:AudienceRestriction", {}, *named) if named else "")


def _authentication(draft: Draft) -> str:
    attributes = {
        "AuthnInstant": instant(draft, draft.authenticated), "SessionIndex": draft.session_index,
        "SessionNotOnOrAfter": instant(draft, draft.session_until),
    }  # fmt: skip
    named = _tag("saml:AuthnContextClassRef", {}, draft.context) if draft.context else ""
    return _tag("saml:AuthnStatement", attributes, _tag("saml:AuthnContext", {}, named))


def _statement(draft: Draft) -> str:
    if not draft.attributes:
        return ""
    filler = (("padding", ("x" * draft.padding,)),) if draft.padding else ()
    return _tag("saml:AttributeStatement", {}, *(_attribute(draft, *one) for one in (*draft.attributes, *filler)))


def _attribute(draft: Draft, name: str, values: tuple[str, ...]) -> str:
    inner = [_tag("saml:AttributeValue", {}, escape(value)) for value in values]
    return _tag("saml:Attribute", {"Name": name, "NameFormat": draft.attribute_format}, *inner)


def _encrypted(assertion: str, to: Certificate) -> str:
    """An EncryptedAssertion: AES-128-GCM, the key with RSA-OAEP for the certificate it names."""
    key, nonce = os.urandom(16), os.urandom(12)
    public = to.loaded.public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    wrapped = public.encrypt(key, padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None))
    secret = nonce + AESGCM(key).encrypt(nonce, assertion.encode(), None)
    held = _tag("ds:X509Data", {}, _tag("ds:X509Certificate", {}, to.base64))
    name = _tag("ds:KeyInfo", {"xmlns:ds": DS}, held)
    packed = _tag("xenc:EncryptedKey", {"Recipient": SP}, _method("rsa-oaep-mgf1p"), name, _cipher(wrapped))
    info = f'<ds:KeyInfo xmlns:ds="{DS}">{packed}</ds:KeyInfo>'
    gcm = _tag("xenc:EncryptionMethod", {"Algorithm": "http://www.w3.org/2009/xmlenc11#aes128-gcm"})
    data = _tag("xenc:EncryptedData", {"xmlns:xenc": XENC, "Type": XENC + "Element"}, gcm, info, _cipher(secret))
    return _tag("saml:EncryptedAssertion", {}, data)


def _method(name: str) -> str:
    return _tag("xenc:EncryptionMethod", {"Algorithm": XENC + name})


def _cipher(data: bytes) -> str:
    value = base64.b64encode(data).decode("ascii")
    return _tag("xenc:CipherData", {}, _tag("xenc:CipherValue", {}, value))


# -- one-change patients


class Patient(NamedTuple):
    """One response with one thing changed; `change` says what."""

    name: str
    change: str
    draft: Draft

    @property
    def data(self) -> bytes:
        """Its bytes."""
        return written(self.draft)


_WELL: Final = Draft()
_RESPONDER: Final = "urn:oasis:names:tc:SAML:2.0:status:Responder"


def _patient(name: str, change: str, **changes: Any) -> Patient:
    return Patient(name, change, _WELL.but(**changes))


PATIENTS: Final = (
    _patient("unsigned", "nothing is signed", signed="none"),
    _patient("response-signed", "the response is signed, not the assertion", signed="response"),
    _patient("both-signed", "response and assertion are signed", signed="both"),
    _patient("sha1", "signed with SHA-1", hash="sha1"),
    _patient("no-key-info", "the signature carries no certificate", carries_certificate=False),
    _patient("wrong-key", "signed with a key of somebody else", by=signer(1)),
    _patient("expired-certificate", "signed with an expired certificate", by=signer(2, expired=True)),
    _patient("ec-key", "signed with an elliptic curve key", by=signer(3, ec256=True)),
    _patient("tampered-name-id", "the NameID was changed after signing", tampered=(">ada@", ">eve@")),
    _patient("tampered-audience", "the audience was changed after signing", tampered=(SP, "https://sp.example.com/x")),
    _patient("encrypted", "the assertion is encrypted", encrypted=True),
    _patient("encrypted-response-signed", "encrypted inside a signed response", encrypted=True, signed="response"),
    _patient("comment-in-name-id", "a comment splits the NameID", name_id="ada@example.com<!-- -->.evil.example"),
    _patient("processing-instruction-in-name-id", "an instruction splits it", name_id="ada@example.com<?x?>.evil"),
    _patient("no-name-id", "no NameID", name_id=None),
    _patient("empty-name-id", "the NameID is empty", name_id=""),
    _patient("transient-name-id", "the NameID is transient", name_id_format=TRANSIENT, name_id="_x81"),
    _patient("unspecified-name-id", "the format is unspecified", name_id_format=UNSPECIFIED),
    _patient("no-name-id-format", "no format of the NameID", name_id_format=None),
    _patient("no-subject", "no Subject", with_subject=False),
    _patient("no-confirmation", "no SubjectConfirmation", with_confirmation=False),
    _patient("no-confirmation-data", "no SubjectConfirmationData", with_data=False),
    _patient("holder-of-key", "confirmed by holder of key", method="urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"),
    _patient("no-recipient", "no Recipient", recipient=None),
    _patient("wrong-recipient", "another Recipient", recipient=ACS + "/"),
    _patient("no-destination", "no Destination", destination=None),
    _patient("wrong-destination", "another Destination", destination="https://sp.example.com/old"),
    _patient("wrong-audience", "another audience", audiences=("https://other.example.com",)),
    _patient("no-audience", "no audience", audiences=()),
    _patient("two-audiences", "two audiences", audiences=(SP, "https://other.example.com")),
    _patient("no-conditions", "no Conditions", with_conditions=False),
    _patient("expired", "used after its window", not_before=-7200, not_on_or_after=-6900),
    _patient("not-yet-valid", "used before its window", not_before=3600, not_on_or_after=3900),
    _patient("confirmation-expired", "confirmed for a time that has passed", confirmed_until=-3600),
    _patient("confirmation-not-before", "NotBefore on a bearer confirmation", confirmed_from=-60),
    _patient("no-confirmation-end", "no NotOnOrAfter of the confirmation", confirmed_until=None),
    _patient("no-condition-times", "Conditions without times", not_before=None, not_on_or_after=None),
    _patient("wrong-issuer", "another issuer", issuer="https://other.example.com", assertion_issuer="https://other.example.com"),
    _patient("no-issuer", "no issuer of the response", issuer=None),
    _patient("no-assertion-issuer", "no issuer of the assertion", assertion_issuer=None),
    _patient("idp-initiated", "nobody asked for it", in_response_to=None, confirmed_for=None),
    _patient("wrong-in-response-to", "an answer to another request", in_response_to="_other", confirmed_for="_other"),
    _patient("no-authn-statement", "no AuthnStatement", with_authentication=False),
    _patient("session-over", "the session has ended", session_until=-60),
    _patient("no-session-index", "no SessionIndex", session_index=None),
    _patient("no-attributes", "no attributes", attributes=()),
    _patient("empty-attribute", "an attribute without a value", attributes=(("email", ("",)),)),
    _patient("no-email", "no e-mail attribute", attributes=(("id", ("u-1",)),)),
    _patient("malformed-time", "times that are none", date_text="22.11.2026 09:00"),
    _patient("status-responder", "status Responder", status=(_RESPONDER,), with_assertion=False, signed="none"),
    _patient("status-no-passive", "status NoPassive", with_assertion=False, signed="none",
             status=(_RESPONDER, "urn:oasis:names:tc:SAML:2.0:status:NoPassive"), status_message="not signed in"),
    _patient("no-status", "no Status", status=()),
    _patient("no-assertion", "Success without an assertion", with_assertion=False, signed="response"),
    _patient("version-1", "another version", version="1.1"),
)  # fmt: skip


# -- signature wrapping

_S: Final = f"{{{DS}}}Signature"
_A: Final = f"{{{SAML}}}Assertion"


def wrapped(form: int, by: Certificate | None = None) -> bytes:
    """One of the eight classic forms: the signed original is moved, Eve's stands where it was."""
    kind: Signed = "response" if form <= 2 else "assertion"
    original = etree.fromstring(written(Draft(signed=kind, by=by)))
    return bytes(etree.tostring(_FORMS[form](original)))


def _evil(element: Any, identifier: str) -> Any:
    """A copy that speaks of Eve, without a signature and with an ID of its own."""
    text = etree.tostring(element).replace(b"ada@", b"eve@")
    copy = etree.fromstring(text)
    copy.set("ID", identifier)
    for found in copy.findall(_S):
        copy.remove(found)
    return copy


def _taken(element: Any) -> Any:
    """The signature, taken out of its element."""
    found = element.find(_S)
    element.remove(found)
    return found


def _object(content: Any) -> Any:
    holder = etree.Element(f"{{{DS}}}Object")
    holder.append(content)
    return holder


def _xsw1(root: Any) -> Any:
    evil, seal = _evil(root, "_evil"), _taken(root)
    seal.append(_object(root))
    evil.insert(1, seal)
    return evil


def _xsw2(root: Any) -> Any:
    evil, seal = _evil(root, "_evil"), _taken(root)
    evil.insert(1, root)
    evil.insert(2, seal)
    return evil


def _xsw3(root: Any) -> Any:
    original = root.find(_A)
    original.addprevious(_evil(original, "_evil"))
    return root


def _xsw4(root: Any) -> Any:
    original = root.find(_A)
    evil = _evil(original, "_evil")
    original.addprevious(evil)
    evil.append(original)
    return root


def _xsw5(root: Any) -> Any:
    original = root.find(_A)
    evil, seal = _evil(original, "_evil"), _taken(original)
    evil.insert(1, seal)
    original.addprevious(evil)
    return root


def _xsw6(root: Any) -> Any:
    original = root.find(_A)
    evil, seal = _evil(original, "_evil"), _taken(original)
    original.addprevious(evil)
    seal.append(original)
    evil.insert(1, seal)
    return root


def _xsw7(root: Any) -> Any:
    original = root.find(_A)
    holder = etree.Element(f"{{{SAMLP}}}Extensions")
    holder.append(_evil(original, "_evil"))
    original.addprevious(holder)
    return root


def _xsw8(root: Any) -> Any:
    original = root.find(_A)
    evil, seal = _evil(original, "_evil"), _taken(original)
    original.addprevious(evil)
    seal.append(_object(original))
    evil.insert(1, seal)
    return root


_FORMS: Final[Mapping[int, Callable[[Any], Any]]] = {
    1: _xsw1, 2: _xsw2, 3: _xsw3, 4: _xsw4, 5: _xsw5, 6: _xsw6, 7: _xsw7, 8: _xsw8,
}  # fmt: skip
WRAPPED: Final = tuple(_FORMS)


# -- requests, logout, and the redirect binding


def request(
    now: datetime = NOW, *, id: str | None = "_request-1", issuer: str | None = SP, destination: str | None = IDP,  # noqa: A002
    acs: str | None = ACS, name_id_format: str | None = EMAIL, version: str = "2.0", by: Signing | None = None,
) -> bytes:  # fmt: skip
    """An AuthnRequest, signed where it is told how."""
    attributes = {
        "xmlns:samlp": SAMLP, "xmlns:saml": SAML, "ID": id, "Version": version, "Destination": destination,
        "IssueInstant": now.strftime("%Y-%m-%dT%H:%M:%SZ"), "AssertionConsumerServiceURL": acs, "ForceAuthn": "true",
    }  # fmt: skip
    policy = _tag("samlp:NameIDPolicy", {"Format": name_id_format, "AllowCreate": "1"}) if name_id_format else ""
    asked = _tag(
        "samlp:RequestedAuthnContext", {"Comparison": "exact"}, _tag("saml:AuthnContextClassRef", {}, PASSWORD)
    )
    place = _PLACEHOLDER if by else ""
    text = _tag("samlp:AuthnRequest", attributes, _issuer(issuer), place, policy, asked)
    return (signed(text, by) if by else text).encode()


def logout(
    now: datetime = NOW, *, issuer: str = SP, destination: str = IDP, until: int | None = None,
    by: Certificate | None = None,
) -> bytes:  # fmt: skip
    """A LogoutRequest, signed where somebody is named; it must reach its goal `until` so many seconds from now."""
    ends = Draft(now=now)
    attributes = {
        "xmlns:samlp": SAMLP, "xmlns:saml": SAML, "ID": "_logout-1", "Version": "2.0", "Destination": destination,
        "IssueInstant": now.strftime("%Y-%m-%dT%H:%M:%SZ"), "NotOnOrAfter": instant(ends, until),
        "Reason": "urn:oasis:names:tc:SAML:2.0:logout:user",
    }  # fmt: skip
    named = _tag("saml:NameID", {"Format": EMAIL}, "ada@example.com")
    index = _tag("samlp:SessionIndex", {}, "_session-1")
    place = _PLACEHOLDER if by else ""
    text = _tag("samlp:LogoutRequest", attributes, _issuer(issuer), place, named, index)
    return (signed(text, Signing(by, "_logout-1")) if by else text).encode()


def logged_out(
    now: datetime = NOW, *, status: tuple[str, ...] = (SUCCESS,), destination: str | None = None,
    by: Certificate | None = None,
) -> bytes:  # fmt: skip
    """A LogoutResponse, signed where somebody is named."""
    attributes = {
        "xmlns:samlp": SAMLP, "xmlns:saml": SAML, "ID": "_logout-2", "Version": "2.0", "InResponseTo": "_logout-1",
        "IssueInstant": now.strftime("%Y-%m-%dT%H:%M:%SZ"), "Destination": destination,
    }  # fmt: skip
    place = _PLACEHOLDER if by else ""
    text = _tag("samlp:LogoutResponse", attributes, _issuer(IDP), place, _status(_WELL.but(status=status)))
    return (signed(text, Signing(by, "_logout-2")) if by else text).encode()


def deflated(data: bytes) -> str:
    """A message as the redirect binding carries it, before URL encoding."""
    packer = compressobj(9, wbits=-15)
    return base64.b64encode(packer.compress(data) + packer.flush()).decode("ascii")


def signed_query(
    by: Certificate, *, name: str = "SAMLRequest", relay_state: str | None = "a b/ü", lower: bool = False,
    message: bytes | None = None,
) -> str:  # fmt: skip
    """A signed query string, of an AuthnRequest unless a message is given; `lower` writes as .NET does."""
    ecdsa = isinstance(by.key, ec.EllipticCurvePrivateKey)
    algorithm = f"http://www.w3.org/2001/04/xmldsig-more#{'ecdsa' if ecdsa else 'rsa'}-sha256"
    relayed = {"RelayState": relay_state} if relay_state else {}
    given = {name: deflated(message or request()), **relayed, "SigAlg": algorithm}
    text = urlencode(given)
    if lower:
        text = "".join(part if not i else "%" + part[:2].lower() + part[2:] for i, part in enumerate(text.split("%")))
    return f"{text}&Signature={quote(base64.b64encode(_signature(by, text.encode())).decode('ascii'), safe='')}"


def _signature(by: Certificate, data: bytes) -> bytes:
    if isinstance(by.key, rsa.RSAPrivateKey):
        return by.key.sign(data, padding.PKCS1v15(), hashes.SHA256())
    assert isinstance(by.key, ec.EllipticCurvePrivateKey)
    r, s = decode_dss_signature(by.key.sign(data, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32) + s.to_bytes(32)
