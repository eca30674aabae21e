"""Keys to hold signatures against: given certificates, those that a KeyInfo carries, and bare keys in it.

A carried key proves nothing about who signed; it tells an intact signature by an unknown signer from
a broken one.
"""

from __future__ import annotations

import hashlib
import warnings
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from cryptography import x509

from doctor.parse import certificate
from doctor.parse.saml import DS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from doctor.parse.xml import Element

MAX_CERTIFICATES: Final = 50
MAX_CHAIN: Final = 4
_MAX_BYTES: Final = 200_000
_DSIG11: Final = "{http://www.w3.org/2009/xmldsig11#}"
_KINDS: Final = {
    "RSAPublicKey": "rsa", "EllipticCurvePublicKey": "ec", "ECPublicKey": "ec", "DSAPublicKey": "dsa",
}  # fmt: skip
_BARE: Final = {"rsa": DS + "RSAKeyValue", "ec": _DSIG11 + "ECKeyValue", "dsa": DS + "DSAKeyValue"}


class Key(NamedTuple):
    """A key to verify with; `kind` is rsa, ec, dsa or other.

    `loaded` is None for the bare key in a KeyValue, which signxml reads by itself; it has no fingerprint.
    """

    loaded: x509.Certificate | None
    fingerprint: str
    kind: str


def given(certificates: Iterable[bytes]) -> tuple[Key, ...]:
    """Readable certificates, each once, in their order."""
    found: dict[str, Key] = {}
    for _, data in zip(range(MAX_CERTIFICATES), certificates, strict=False):
        key = _key(bytes(data[:_MAX_BYTES]))
        if key is not None:
            found.setdefault(key.fingerprint, key)
    return tuple(found.values())


def carried(signature: Element) -> list[Key]:
    """The certificates in KeyInfo, at most four of a chain."""
    texts = signature.iterfind(f"{DS}KeyInfo/{DS}X509Data/{DS}X509Certificate")
    found = [
        _key((element.text or "")[:_MAX_BYTES].encode("utf-8", "replace"))
        for _, element in zip(range(MAX_CHAIN), texts, strict=False)
    ]
    return [key for key in found if key is not None]


def bare(signature: Element, kind: str) -> Key | None:
    """The key in a KeyValue or DEREncodedKeyValue of KeyInfo, where it may be of this kind."""
    info = signature.find(DS + "KeyInfo")
    if info is None:
        return None
    plain, der = info.find(DS + "KeyValue"), info.find(_DSIG11 + "DEREncodedKeyValue")
    fits = plain is not None and plain.find(_BARE[kind]) is not None
    return Key(None, "", kind) if fits or (plain is None and der is not None) else None


@lru_cache(maxsize=128)
def _key(data: bytes) -> Key | None:
    """A certificate in DER, PEM or bare base64; None when it cannot be read or its key cannot verify."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            der = data if data[:1] == b"\x30" else certificate.der_of(data.decode("ascii"))
            loaded = x509.load_der_x509_certificate(der)
            public = loaded.public_key()
    except certificate.UNREADABLE:
        return None
    return Key(loaded, hashlib.sha256(der).hexdigest(), _KINDS.get(type(public).__name__, "other"))


def kind_of(algorithm: str) -> str:
    """The kind of key that an algorithm such as ecdsa-sha256 needs."""
    if algorithm.startswith("ecdsa"):
        return "ec"
    return "dsa" if algorithm.startswith("dsa") else "rsa"
