"""XML signatures, verified by signxml. Imported only when there is a signature to verify.

Dates are not judged here: signxml refuses certificates outside their validity, so each one is
checked at a moment inside its own validity, and the rules judge the dates. Weak algorithms are
accepted here for the same reason: that a SHA-1 signature is valid and that SHA-1 is weak are two
findings.
"""

from __future__ import annotations

import re
import warnings
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature as CryptoInvalid

from doctor.model.document import Signature
from doctor.parse import certificate, xml

if TYPE_CHECKING:
    from doctor.model.finding import Place

_DS: Final = "{http://www.w3.org/2000/09/xmldsig#}"
_SHORT: Final = re.compile(r"[#/]([\w-]+)$")


def of_metadata(data: bytes, encoding: str | None, place: Place) -> Signature:
    """The enveloped signature of a metadata root, held against the certificate it carries.

    A metadata file is signed to be checked with a key obtained elsewhere; without it only
    consistency can be told: `valid` means intact and signed by the key in the signature itself.
    """
    root = xml.root_of(data, encoding)
    element = root.find(_DS + "Signature")
    algorithm = _short(element.find(f"{_DS}SignedInfo/{_DS}SignatureMethod"))
    digest = _short(element.find(f"{_DS}SignedInfo/{_DS}Reference/{_DS}DigestMethod"))
    state, detail, signer = _judged(root, element)
    return Signature(state, algorithm, digest, detail, signer, place)


def _judged(root: Any, element: Any) -> tuple[str, str, str | None]:
    if uncovered := _uncovered(root, element):
        return "covers-other", uncovered, None
    found = element.find(f"{_DS}KeyInfo/{_DS}X509Data/{_DS}X509Certificate")
    if found is None:
        return "not-judged", "the signature carries no certificate to check it with", None
    signer = certificate.from_text(found.text or "")
    if signer.problem or signer.not_before is None:
        return "not-judged", "the certificate in the signature cannot be read", None
    return _verified(root, found.text, signer.sha256)


def _uncovered(root: Any, element: Any) -> str:
    """Why the signature does not cover the root element; empty when it does."""
    references = element.findall(f"{_DS}SignedInfo/{_DS}Reference")
    if len(references) != 1:
        return f"it has {len(references)} references, one was expected"
    uri = references[0].get("URI")
    if uri == "" or (uri or "").startswith("#xpointer(/)"):
        return ""
    identifier = root.get("ID") or root.get("Id") or root.get("id")
    if uri is None or uri[1:] != identifier:
        return f"it refers to {uri!r}, the root element has the ID {identifier!r}"
    same = sum(1 for item in root.iter() if isinstance(item.tag, str) and item.get("ID") == identifier)
    return "" if same == 1 else f"{same} elements have the ID {identifier!r}"


def _verified(root: Any, pem: str, digest: str) -> tuple[str, str, str | None]:
    from signxml.exceptions import InvalidDigest, InvalidSignature, SignXMLException
    from signxml.verifier import XMLVerifier

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            signer = x509.load_der_x509_certificate(certificate.der_of(pem))
            XMLVerifier().verify(
                root, x509_cert=signer, id_attribute="ID", validate_schema=False,
                expect_config=_lenient(signer),
            )  # fmt: skip
    except (InvalidDigest, InvalidSignature, CryptoInvalid) as error:
        return "invalid", _line(error) or "the signature does not match the content", None
    except (SignXMLException, KeyError, AttributeError, *certificate.UNREADABLE) as error:
        return "unsupported", _line(error), None
    return "valid", "", digest


def _lenient(signer: x509.Certificate) -> Any:
    from signxml.algorithms import DigestAlgorithm, SignatureMethod
    from signxml.verifier import SignatureConfiguration

    inside = min(signer.not_valid_before_utc + timedelta(seconds=1), signer.not_valid_after_utc)
    return SignatureConfiguration(
        location="./", verification_time=inside, ignore_ambiguous_key_info=True,
        signature_methods=frozenset(m for m in SignatureMethod if not m.name.startswith("HMAC")),
        digest_algorithms=frozenset(DigestAlgorithm),
    )  # fmt: skip


def _short(element: Any) -> str:
    match = _SHORT.search(element.get("Algorithm") or "") if element is not None else None
    return match[1].lower() if match else "unknown"


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200].rstrip(": ")
