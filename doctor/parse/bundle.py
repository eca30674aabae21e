"""Files of certificates: PEM blocks, DER, PKCS#7, bare base64."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from doctor.model.finding import Place
from doctor.parse import certificate
from doctor.parse.recognise import certificate_document

if TYPE_CHECKING:
    from doctor.model.document import Certificate, Document

_LABELS: Final = {"CERTIFICATE": "", "X509 CERTIFICATE": "", "TRUSTED CERTIFICATE": "",
                  "CERTIFICATE REQUEST": "csr", "NEW CERTIFICATE REQUEST": "csr", "PUBLIC KEY": "public-key",
                  "RSA PUBLIC KEY": "public-key", "PKCS7": "pkcs7"}  # fmt: skip


def read(base: Document, data: bytes, _text: str) -> Document:
    """The certificates in a PEM, DER or PKCS#7 file."""
    if data[:1] == b"0":
        return certificate_document(base, _der(data))
    text = data[: 4 * 1024 * 1024].decode("utf-8", errors="replace")
    found = tuple(_block(*block) for block in certificate.pem_blocks(text))
    if not found:
        found = (certificate.from_text(text),)
    return certificate_document(base, _bundled(data) or _without_the_rest(found))


def _der(data: bytes) -> tuple[Certificate, ...]:
    one = certificate.from_der(data)
    if one.problem in (None, "csr", "private-key", "public-key"):
        return (one,)
    return tuple(certificate.from_der(der) for der in certificate.pkcs7(data)) or (one,)


def _bundled(data: bytes) -> tuple[Certificate, ...]:
    if b"BEGIN PKCS7" not in data:
        return ()
    return tuple(certificate.from_der(der) for der in certificate.pkcs7(data))


def _block(label: str, body: str, line: int) -> Certificate:
    """One armoured block; a private key is named and its bytes are dropped."""
    problem = "private-key" if label.endswith("PRIVATE KEY") else _LABELS.get(label, "other")
    if problem in ("", "csr"):
        found = certificate.from_text(body, place=Place(line, 1))
        return found if found.problem != "unparseable" or not problem else found._replace(problem=problem)
    return certificate.named(problem, f"a block labelled {label}")._replace(place=Place(line, 1))


def _without_the_rest(found: tuple[Certificate, ...]) -> tuple[Certificate, ...]:
    """Blocks such as EC PARAMETERS say nothing when certificates or keys stand beside them."""
    told = tuple(one for one in found if one.problem != "other")
    return told or found
