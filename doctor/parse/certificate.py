"""Certificates in every shape in which people paste them: PEM, DER, bare base64, PKCS#7.

What is not a certificate is named (private key, certificate request, public key, noise), never
guessed. A private key is recognised and dropped: not one byte of it is kept.
"""

from __future__ import annotations

import binascii
import hashlib
import re
import warnings
from functools import lru_cache
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa

from doctor.model.document import Certificate
from doctor.model.finding import NOWHERE, Place
from doctor.model.pattern import Pattern

_BEGIN: Final = Pattern(r"-----BEGIN ([A-Z0-9 ]{1,40})-----")
_ARMOUR: Final = Pattern(r"-----(?:BEGIN|END) [A-Z0-9 ]*-----")
_INNER_SPACE: Final = re.compile(r"[A-Za-z0-9+/=][ \t]+[A-Za-z0-9+/=]")
_BASE64: Final = Pattern(r"[A-Za-z0-9+/\s]+={0,2}\s*")
_KEY_TYPES: Final = {
    "RSAPublicKey": "rsa", "EllipticCurvePublicKey": "ec", "ECPublicKey": "ec", "DSAPublicKey": "dsa",
    "Ed25519PublicKey": "ed25519", "Ed448PublicKey": "ed448",
}  # fmt: skip
_ATTRIBUTES: Final = {x509.NameOID.EMAIL_ADDRESS: "emailAddress"}
_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/\r\n"
_MAX_TEXT: Final = 200_000
UNREADABLE: Final = (ValueError, TypeError, UnsupportedAlgorithm, OverflowError, x509.InvalidVersion)
"""What cryptography raises over bytes that are no certificate, or one that it cannot read."""


def from_text(text: str, use: str | None = None, place: Place = NOWHERE, ordinal: int = 0) -> Certificate:
    """The certificate in the text of an element or a paste; `problem` says why there is none."""
    found = _parsed(text[:_MAX_TEXT])
    return Certificate(use, *found[1:14], place, ordinal, found.der)  # `_replace` costs four times as much


def from_der(der: bytes, use: str | None = None) -> Certificate:
    """The certificate in DER bytes; `problem` says why there is none."""
    return _read(der, "clean")._replace(use=use)


def der_of(text: str) -> bytes:
    """The DER bytes in the text of an element. Raises ValueError when it is not base64."""
    return binascii.a2b_base64(_unwrapped(text)[1].encode("ascii"))


MAX_BLOCKS: Final = 200
"""Armoured blocks of one file that are read."""


def pem_blocks(text: str) -> list[tuple[str, str, int]]:
    """The armoured blocks in `text`: label, body, the line on which it begins (from 1); the first 200."""
    found: list[tuple[str, str, int]] = []
    at = line = 0
    while len(found) < MAX_BLOCKS and (begin := _BEGIN.search(text, at)):
        end = text.find(f"-----END {begin[1]}-----", begin.end())
        if end < 0:
            break
        line += text.count("\n", at, begin.start())
        found.append((begin[1], text[begin.end() : end], line + 1))
        line += text.count("\n", begin.start(), end)
        at = end
    return found


@lru_cache(maxsize=512)
def _parsed(text: str) -> Certificate:
    written, body = _unwrapped(text)
    if "PRIVATE KEY" in text and "-----BEGIN" in text:
        return named("private-key", "a private key", written)
    if not body:
        return named("empty", "the element is empty", written)
    try:
        der = binascii.a2b_base64(body.encode("ascii"), strict_mode=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        return named("unparseable", f"it is not base64: {error}", written)
    return _read(der, written)


def _unwrapped(text: str) -> tuple[str, str]:
    """How the text is written, and its base64 without white space and armour."""
    written = "clean"
    if "-----" in text:
        written, text = "armoured", _ARMOUR.sub("", text)
    if "\\n" in text or "\\r" in text:
        written, text = "escaped", text.replace("\\n", "").replace("\\r", "")
    if "%2B" in text or "%2F" in text or "%3D" in text:
        written, text = "url-encoded", text.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=")
    elif written == "clean" and _INNER_SPACE.search(text):
        written = "spaces"
    return written, "".join(text.split())


def _read(der: bytes, written: str) -> Certificate:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # names and serials that RFC 5280 forbids: not our subject
            return _described(x509.load_der_x509_certificate(der), der, written)
    except UNREADABLE as error:
        problem, detail = _otherwise(der, str(error))
        return named(problem, detail, written)


def _described(certificate: x509.Certificate, der: bytes, written: str) -> Certificate:
    subject, issuer = _name(certificate, "subject"), _name(certificate, "issuer")
    key_type, bits = _key(certificate)
    return Certificate(
        use=None, subject=subject, issuer=issuer,
        not_before=certificate.not_valid_before_utc, not_after=certificate.not_valid_after_utc,
        key_type=key_type, key_bits=bits, signature_hash=_signature_hash(certificate),
        self_signed=subject == issuer, is_ca=_is_ca(certificate),
        sha256=hashlib.sha256(der).hexdigest(), written=written, der=der,
    )  # fmt: skip


def _name(certificate: x509.Certificate, which: str) -> str:
    try:
        name: x509.Name = getattr(certificate, which)
        return name.rfc4514_string(_ATTRIBUTES)
    except ValueError:
        return f"unreadable {which}"


def _key(certificate: x509.Certificate) -> tuple[str, int]:
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return "other", 0
    bits = key.key_size if isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey | dsa.DSAPublicKey) else 0
    return _KEY_TYPES.get(type(key).__name__, "other"), bits


def _signature_hash(certificate: x509.Certificate) -> str:
    try:
        algorithm = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return "md2" if certificate.signature_algorithm_oid.dotted_string == "1.2.840.113549.1.1.2" else "unknown"
    return "none" if algorithm is None else algorithm.name


def _is_ca(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return False


def _otherwise(der: bytes, error: str) -> tuple[str, str]:
    """What DER bytes are when they are no certificate."""
    from cryptography.hazmat.primitives import serialization

    if _loads(x509.load_der_x509_csr, der):
        return "csr", "a certificate signing request"
    if _loads(serialization.load_der_public_key, der):
        return "public-key", "a bare public key"
    if _is_private_key(der):
        return "private-key", "a private key"
    if der[:1] == b"0" and b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02" in der[:40]:
        return "pkcs7", "a PKCS#7 bundle"
    return "unparseable", f"the bytes are not a certificate: {_defect(error)}"


_SHORT: Final = re.compile(r"ShortData \{ needed: (\d+)")


def _defect(error: str) -> str:
    """What the library says of the structure, in words for somebody who copied it."""
    if short := _SHORT.search(error):
        return f"they break off, {int(short[1]):,} more are missing"
    return "more follows than belongs to one" if "ExtraData" in error else "they have not its structure (ASN.1, DER)"


def _loads(loader: object, der: bytes) -> bool:
    try:
        loader(der)  # type: ignore[operator]
    except UNREADABLE:
        return False
    return True


def _is_private_key(der: bytes) -> bool:
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    try:
        load_der_private_key(der, password=None)
    except TypeError:
        return True
    except (ValueError, UnsupportedAlgorithm, OverflowError):
        return False
    return True


def named(problem: str, detail: str, written: str = "clean") -> Certificate:
    """What stands where a certificate should: `problem` is one word, `detail` a line for people."""
    return Certificate(
        use=None, subject="", issuer="", not_before=None, not_after=None, key_type="other", key_bits=0,
        signature_hash="unknown", self_signed=False, is_ca=False, sha256="",
        written=written, problem=problem, detail=detail,
    )  # fmt: skip


def pkcs7(data: bytes) -> list[bytes]:
    """The DER certificates of a PKCS#7 bundle, PEM or DER; empty when it is none."""
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.hazmat.primitives.serialization import pkcs7 as bundle

    load = bundle.load_pem_pkcs7_certificates if b"-----BEGIN" in data else bundle.load_der_pkcs7_certificates
    try:
        return [certificate.public_bytes(Encoding.DER) for certificate in load(data)]
    except UNREADABLE:
        return []


def looks_base64(text: str) -> bool:
    """Whether the text could be base64 and nothing else, white space aside."""
    if len(text) < 16:
        return False
    core = text.rstrip().removesuffix("=").removesuffix("=")
    if core and text.isascii() and not core.encode().translate(None, _ALPHABET):
        return True  # told much faster than by the pattern
    return _BASE64.fullmatch(text) is not None
