"""Enveloped signatures on metadata: good, old, broken after the fact, or covering too little."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, SignatureConstructionMethod
from signxml.signer import XMLSigner

if TYPE_CHECKING:
    from tests.factory.certificate import Certificate


class Signing(NamedTuple):
    """How a document is signed.

    `reference` is the ID of the element that the signature covers. `tampered` replaces text after
    signing: what stood there, and what stands there now.
    """

    certificate: Certificate
    reference: str
    hash: Literal["sha256", "sha1"] = "sha256"
    tampered: tuple[str, str] | None = None


class _Signer(XMLSigner):
    def check_deprecated_methods(self) -> None:
        """SHA-1 is what some patients suffer from."""


def signed(text: str, signing: Signing) -> str:
    """The document with a signature in the place of its element `Signature Id="placeholder"`."""
    key = signing.certificate.key
    if isinstance(key, Ed25519PrivateKey):
        raise TypeError("XML signatures are made with RSA, EC or DSA keys here")
    root = etree.fromstring(text.encode())
    done = _signer(signing.hash).sign(
        root, key=key, cert=[signing.certificate.loaded],
        reference_uri=f"#{signing.reference}", id_attribute="ID",
    )  # fmt: skip
    written = str(etree.tostring(done, encoding="unicode"))
    return _tampered(written, *signing.tampered) if signing.tampered else written


def _signer(name: str) -> _Signer:
    return _Signer(
        SignatureConstructionMethod.enveloped, f"rsa-{name}", name,
        CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )  # fmt: skip


def _tampered(text: str, before: str, after: str) -> str:
    if before not in text:
        raise ValueError(f"nothing to tamper with: {before!r} is not in the document")
    return text.replace(before, after)
