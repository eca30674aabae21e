"""Certificates with any defect: weak keys, old hashes, odd algorithms, any dates.

The same arguments give the same certificate within one process. Keys are random and never leave
memory, except where a test needs the text of a private key that somebody pasted.
"""

from __future__ import annotations

import base64
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs7,
)

if TYPE_CHECKING:
    from datetime import datetime

KeyKind = Literal["rsa1024", "rsa2048", "ec256", "ed25519", "dsa"]
HashName = Literal["md5", "sha1", "sha256"]
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | dsa.DSAPrivateKey

_EMAIL: Final = {"emailAddress": x509.NameOID.EMAIL_ADDRESS}
_RSA_WITH_SHA256: Final = bytes.fromhex("06092a864886f70d01010b")
_RSA_WITH: Final = {
    "md5": (bytes.fromhex("06092a864886f70d010104"), hashes.MD5()),
    "sha1": (bytes.fromhex("06092a864886f70d010105"), hashes.SHA1()),
}


class Certificate(NamedTuple):
    """A certificate and the key behind it; `subject` is its RFC 4514 name."""

    der: bytes
    key: Key
    subject: str

    @property
    def base64(self) -> str:
        """The DER in base64, on one line."""
        return base64.b64encode(self.der).decode("ascii")

    @property
    def pem(self) -> str:
        """The certificate with armour, in lines of 64 characters."""
        return self.loaded.public_bytes(Encoding.PEM).decode("ascii")

    @property
    def loaded(self) -> x509.Certificate:
        """The certificate as cryptography reads it."""
        return x509.load_der_x509_certificate(self.der)


@lru_cache(maxsize=256)
def key_of(kind: KeyKind, slot: int) -> Key:
    """One private key of the pool; each slot of a kind holds another key."""
    if kind == "ec256":
        return ec.generate_private_key(ec.SECP256R1())
    if kind == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    if kind == "dsa":
        return dsa.generate_private_key(2048)
    return rsa.generate_private_key(65537, int(kind.removeprefix("rsa")))


@lru_cache(maxsize=1024)
def make(
    subject: str,
    not_before: datetime,
    not_after: datetime,
    *,
    key: KeyKind = "rsa2048",
    hash: HashName = "sha256",  # noqa: A002  (the field's own word)
    ca: bool = False,
    serial: int = 1,
    slot: int = 0,
    issuer: Certificate | None = None,
) -> Certificate:
    """A certificate for the RFC 4514 name `subject`, self-signed unless an `issuer` is given.

    Another `slot` means another key. `md5` and `sha1` need RSA keys.
    """
    own = key_of(key, slot)
    signer = issuer.key if issuer else own
    builder = _described(subject, issuer.subject if issuer else subject, serial, own)
    builder = builder.not_valid_before(not_before).not_valid_after(not_after)
    if ca:
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    modern = builder.sign(signer, None if isinstance(signer, ed25519.Ed25519PrivateKey) else hashes.SHA256())
    return Certificate(_aged(modern, signer, hash), own, subject)


def _described(subject: str, issuer: str, serial: int, key: Key) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder(_name(issuer), _name(subject), serial_number=serial)
    return builder.public_key(key.public_key())


def _name(text: str) -> x509.Name:
    return x509.Name.from_rfc4514_string(text, _EMAIL)


def _aged(modern: x509.Certificate, signer: Key, wanted: HashName) -> bytes:
    """The DER, signed again with an old hash where one is wanted.

    The library refuses to build such certificates. The algorithm identifiers differ in one byte,
    so no length changes: put the old one into the signed part, sign that, put the halves together.
    """
    der = modern.public_bytes(Encoding.DER)
    if wanted == "sha256":
        return der
    if not isinstance(signer, rsa.RSAPrivateKey):
        raise TypeError(f"{wanted} certificates need an RSA key")
    identifier, algorithm = _RSA_WITH[wanted]
    signed_part = modern.tbs_certificate_bytes.replace(_RSA_WITH_SHA256, identifier)
    signature = signer.sign(signed_part, padding.PKCS1v15(), algorithm)
    body = der.replace(modern.tbs_certificate_bytes, signed_part).replace(_RSA_WITH_SHA256, identifier)
    return body[: -len(signature)] + signature


def request(subject: str, *, key: KeyKind = "rsa2048", slot: int = 0) -> bytes:
    """The DER of a certificate signing request."""
    own = key_of(key, slot)
    builder = x509.CertificateSigningRequestBuilder(_name(subject))
    return builder.sign(own, hashes.SHA256()).public_bytes(Encoding.DER)


def request_pem(subject: str) -> str:
    """A certificate signing request with armour."""
    return x509.load_der_x509_csr(request(subject)).public_bytes(Encoding.PEM).decode("ascii")


@lru_cache(maxsize=64)
def private_pem(key: Key, *, traditional: bool = False, password: bytes | None = None) -> str:
    """The text of a private key, as somebody pastes it by mistake. Never write it to a file."""
    form = PrivateFormat.TraditionalOpenSSL if traditional else PrivateFormat.PKCS8
    locked = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, form, locked).decode("ascii")


def chain(leaf_subject: str, not_before: datetime, not_after: datetime) -> tuple[Certificate, Certificate]:
    """A leaf and the authority that issued it, leaf first."""
    authority = make("CN=Example Issuing CA,O=Example", not_before, not_after, ca=True, serial=7, slot=8)
    return make(leaf_subject, not_before, not_after, serial=8, issuer=authority), authority


def bundle(certificates: tuple[Certificate, ...], *, armoured: bool) -> bytes:
    """A PKCS#7 file with these certificates, PEM or DER."""
    encoding = Encoding.PEM if armoured else Encoding.DER
    return pkcs7.serialize_certificates([certificate.loaded for certificate in certificates], encoding)
