"""Encrypted assertions, NameIDs and attributes, opened with the service provider's private key.

In memory only: neither the key nor the plaintext is written anywhere here, and no text of a result
holds a byte of either. The plaintext enters through the door of `parse.xml` like any other XML, and
is untrusted like any other.

The message that comes out is other bytes than those that were sent. A signature around encrypted
content (over the Response) is about the bytes that were sent: judge it on those. A signature inside
(over the Assertion, made before encryption) is about the plaintext: judge it on `Decrypted.xml`.
`verify.verify_decrypted` does both: a Response signature that is intact on the first is `altered` on
the second, and that says nothing.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_der_private_key, load_pem_private_key
from lxml import etree

from doctor.parse import cipher, xml
from doctor.parse.cipher import WEAK, Failed
from doctor.parse.saml import DS, SAML, XENC, carried_in, child, short

if TYPE_CHECKING:
    from collections.abc import Iterator

    from doctor.parse.xml import Element

MAX_ENCRYPTED: Final = 100
"""Encrypted elements of one document that are opened, those inside others counted."""
MAX_UNWRAPPED: Final = 100
"""Operations with a private key for one document."""
MAX_KEYS: Final = 5
"""Private keys of one file that are tried: during a rollover there are two."""
_MAX_PEM: Final = 200_000
_MAX_CANDIDATES: Final = 10
_ENCRYPTED: Final = (SAML + "EncryptedAssertion", SAML + "EncryptedID", SAML + "EncryptedAttribute")
_XENC11: Final = "{http://www.w3.org/2009/xmlenc11#}"
_PRIVATE: Final = re.compile(rb"-----BEGIN ([A-Z0-9 ]{0,30}PRIVATE KEY)-----.{1,50000}?-----END \1-----", re.DOTALL)


class Decrypted(NamedTuple):
    """What became of a message.

    `state`: decrypted (everything that was encrypted is open), not-encrypted, no-key-fits (encrypted
    for another key), unsupported (an algorithm or a form that is not opened here), damaged,
    key-unreadable (no private key, or one under a password). `detail` is a line, empty when decrypted.

    `xml` is the whole message with each encrypted element replaced by its plaintext (personal), only
    when decrypted. `algorithms` are short names in order of first use, such as rsa-oaep-mgf1p and
    aes128-gcm; `opened` counts the elements. `meant_for_key`: whether the certificate that the message
    says it was encrypted for belongs to a given key; None when it names none.
    """

    state: str
    detail: str
    xml: bytes | None = None
    algorithms: tuple[str, ...] = ()
    opened: int = 0
    meant_for_key: bool | None = None

    @property
    def weak(self) -> tuple[str, ...]:
        """Those of the algorithms that are weak."""
        return tuple(name for name in self.algorithms if name in WEAK)


class _Session:
    """One message being opened: keys, what was used, and what may still be done."""

    def __init__(self, root: Element, keys: list[rsa.RSAPrivateKey], mark: str) -> None:
        self.root = root
        self.keys = keys
        self.mark = mark
        self.pieces: dict[bytes, bytes] = {}
        self.wrapped_keys: dict[str, Element] = {}
        self.algorithms: dict[str, None] = {}
        self.opened = 0
        self.unwrapped = 0
        self.meant: bool | None = None

    def ended(self, state: str, detail: str, data: bytes | None = None) -> Decrypted:
        """The result as it stands."""
        return Decrypted(state, detail, data, tuple(self.algorithms), self.opened, self.meant)


def decrypted(data: bytes, key_pem: bytes) -> Decrypted:
    """The message in `data` with everything opened that was encrypted.

    `key_pem` holds private RSA keys in PEM (or one in DER), in a file that may hold certificates too.
    Raises `XmlRefused` for what the door refuses in `data`, nothing else.
    """
    root = xml.faithful(data)
    if next(_encrypted(root), None) is None:
        return Decrypted("not-encrypted", "nothing in the message is encrypted")
    keys = _keys(key_pem)
    if isinstance(keys, Decrypted):
        return keys
    session = _Session(root, keys, f"opened-{hashlib.sha256(data).hexdigest()}")
    try:
        _open_all(session)
    except Failed as failed:
        return session.ended(failed.state, failed.detail)
    return session.ended("decrypted", "", etree.tostring(session.root, encoding="UTF-8"))


def _encrypted(root: Element) -> Iterator[Element]:
    found: Iterator[Element] = root.iter(*_ENCRYPTED)
    return found


# -- keys


def _keys(key_pem: bytes) -> list[rsa.RSAPrivateKey] | Decrypted:
    """The private RSA keys, or why there is none; nothing of a key's bytes or of a library's words is told."""
    loaded, problem = [], "no private key stands in it"
    for armoured, one in _blocks(key_pem[:_MAX_PEM]):
        try:
            loaded.append(load_pem_private_key(one, None) if armoured else load_der_private_key(one, None))
        except TypeError:
            problem = "the private key is protected by a password; give it without one"
        except (ValueError, UnsupportedAlgorithm, OverflowError):
            problem = "the private key cannot be read"
    found = [key for key in loaded if isinstance(key, rsa.RSAPrivateKey)]
    if found:
        return found
    if loaded:
        return Decrypted("unsupported", "the private key is none of RSA, and encryption for others is not opened here")
    return Decrypted("key-unreadable", problem)


def _blocks(key_pem: bytes) -> list[tuple[bool, bytes]]:
    if key_pem[:1] == b"\x30":
        return [(False, key_pem)]
    return [(True, match[0]) for _, match in zip(range(MAX_KEYS), _PRIVATE.finditer(key_pem), strict=False)]


# -- elements


def _open_all(session: _Session) -> None:
    """Round by round: what is opened may hold more, such as an EncryptedID in an EncryptedAssertion."""
    while holders := list(zip(range(MAX_ENCRYPTED + 1), _encrypted(session.root), strict=False)):
        session.wrapped_keys = _wrapped_keys(session.root)
        for _, holder in holders:
            if session.opened >= MAX_ENCRYPTED:
                raise Failed("unsupported", f"more than {MAX_ENCRYPTED} elements are encrypted")
            _put(session, holder, _element(_plaintext(session, holder), holder))
            session.opened += 1
        session.root = _joined(session)


def _wrapped_keys(root: Element) -> dict[str, Element]:
    """The session keys that may be referred to, by their Id."""
    found = zip(range(MAX_UNWRAPPED), root.iter(XENC + "EncryptedKey"), strict=False)
    return {one.get("Id"): one for _, one in found if one.get("Id")}


def _put(session: _Session, holder: Element, found: Element) -> None:
    """A mark where the encrypted element stood: lxml would rename prefixes of an element that it moves into
    another tree, and so break the signature inside. No message can hold the mark: it has the message's digest."""
    parent = holder.getparent()
    if parent is None:
        session.root = found
        return
    mark = etree.ProcessingInstruction(f"{session.mark}-{session.opened}")
    session.pieces[etree.tostring(mark)] = etree.tostring(found, encoding="UTF-8", xml_declaration=False)
    mark.tail = holder.tail
    parent.replace(holder, mark)


def _joined(session: _Session) -> Element:
    """The message with what was opened in place of the marks, byte for byte."""
    whole = etree.tostring(session.root, encoding="UTF-8")
    for mark, piece in session.pieces.items():
        whole = whole.replace(mark, piece)
    session.pieces = {}
    try:
        return xml.faithful(whole)
    except xml.XmlRefused:
        raise cipher.damaged() from None


def _element(plain: bytes, holder: Element) -> Element:
    """The one element in a plaintext: by itself, or with the prefixes declared around it. Raises `Failed`."""
    try:
        return xml.faithful(plain)
    except xml.XmlRefused as refused:
        if refused.problem != "not-well-formed":
            raise cipher.damaged() from None
    context = etree.Element("context", nsmap=holder.nsmap)
    written = etree.tostring(context, encoding="UTF-8")
    try:
        outer = xml.faithful(written[:-2] + b">" + plain + b"</context>")
    except xml.XmlRefused:
        raise cipher.damaged() from None
    if len(outer) != 1 or not isinstance(outer[0].tag, str) or (outer.text or outer[0].tail or "").strip():
        raise cipher.damaged()
    outer[0].tail = None
    alone: Element = xml.faithful(etree.tostring(outer[0], encoding="UTF-8"))
    return alone


def _plaintext(session: _Session, holder: Element) -> bytes:
    """What is encrypted in an element, by the first of its session keys that a given key unwraps."""
    data = child(holder, XENC + "EncryptedData")
    if data is None:
        raise Failed("damaged", "an encrypted element holds no EncryptedData")
    how = cipher.content(_algorithm(data))
    session.algorithms.setdefault(how.name)
    candidates = _candidates(session, holder, data)
    if not candidates:
        raise Failed("unsupported", "the encrypted element carries no EncryptedKey")
    body = _cipher_value(data)
    failure = Failed("no-key-fits", "no given key was tried")
    for wrapped in candidates:
        _note_recipient(session, wrapped)
        for key in session.keys:
            try:
                return _tried(session, wrapped, key, how, body)
            except Failed as failed:
                failure = _worse(failure, failed)
    raise failure


def _worse(before: Failed, now: Failed) -> Failed:
    """What is told when several keys fail: damage by a key that fitted, then a form that is not known."""
    order = ("damaged", "unsupported", "no-key-fits")
    return now if order.index(now.state) <= order.index(before.state) else before


def _tried(session: _Session, wrapped: Element, key: rsa.RSAPrivateKey, how: cipher.Content, body: bytes) -> bytes:
    session.unwrapped += 1
    if session.unwrapped > MAX_UNWRAPPED:
        raise Failed("unsupported", f"more than {MAX_UNWRAPPED} session keys were tried")
    transport = _transport(wrapped)
    name = cipher.transport_name(transport)
    session.algorithms.setdefault(name)
    secret = cipher.unwrapped(transport, _cipher_value(wrapped), key, how.key_size)
    if name != "rsa-1_5":
        return cipher.opened(how, secret, body)
    try:
        plain = cipher.opened(how, secret, body)
        _element(plain, wrapped)
    except Failed:
        detail = "the session key was encrypted for another key, or the content was damaged: RSA 1.5 does not tell"
        raise Failed("no-key-fits", detail) from None
    return plain


def _candidates(session: _Session, holder: Element, data: Element) -> list[Element]:
    """EncryptedKey elements: inside the data, referred to by it, or beside it (errata E43)."""
    found: list[Element] = []
    info = child(data, DS + "KeyInfo")
    if info is not None:
        found += info.iterchildren(XENC + "EncryptedKey")
        uris = (method.get("URI") or "" for method in info.iterchildren(DS + "RetrievalMethod"))
        found += [session.wrapped_keys[uri[1:]] for uri in uris if uri[:1] == "#" and uri[1:] in session.wrapped_keys]
    found += holder.iterchildren(XENC + "EncryptedKey")
    return list(dict.fromkeys(found))[:_MAX_CANDIDATES]


def _note_recipient(session: _Session, wrapped: Element) -> None:
    """Whether the certificate that a session key names has one of the given keys."""
    named = carried_in(child(wrapped, DS + "KeyInfo"))
    if named is None or named.der is None or session.meant:
        return
    from cryptography import x509

    from doctor.parse.certificate import UNREADABLE

    try:
        public = x509.load_der_x509_certificate(named.der).public_key()
    except UNREADABLE:
        return
    session.meant = any(public == key.public_key() for key in session.keys)


def _algorithm(element: Element) -> str:
    method = child(element, XENC + "EncryptionMethod")
    return "" if method is None else method.get("Algorithm") or ""


def _transport(wrapped: Element) -> cipher.Transport:
    method = child(wrapped, XENC + "EncryptionMethod")
    digest, mask, label = (
        child(method, DS + "DigestMethod"), child(method, _XENC11 + "MGF"), child(method, XENC + "OAEPparams")
    )  # fmt: skip
    return cipher.Transport(
        _algorithm(wrapped), short(digest) if digest is not None else "sha1",
        short(mask).removeprefix("mgf1") if mask is not None else "sha1",
        _base64(label) if label is not None else None,
    )  # fmt: skip


def _cipher_value(element: Element) -> bytes:
    value = child(child(element, XENC + "CipherData"), XENC + "CipherValue")
    if value is None:
        raise Failed("unsupported", "the encrypted bytes do not stand in the message (no CipherValue)")
    return _base64(value)


def _base64(element: Any) -> bytes:
    try:
        return base64.b64decode("".join("".join(element.itertext("*")).split()), validate=True)
    except (binascii.Error, ValueError):
        raise Failed("damaged", "an encrypted value is not base64") from None
