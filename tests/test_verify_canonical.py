"""Signatures over the inclusive canonical form, made here without lxml and signxml, which verify them.

Only default namespaces are used, each element in its own: then the form that the standard library writes
(Canonical XML 2.0) is also the inclusive one of version 1.0, byte for byte.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Final
from xml.etree.ElementTree import canonicalize

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from doctor.parse import verify
from tests.factory.response import signer

INCLUSIVE: Final = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
EXCLUSIVE: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
DSIG: Final = "http://www.w3.org/2000/09/xmldsig#"
NAMESPACE: Final = f' xmlns="{DSIG}"'
CONTENT: Final = '<Status><StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"></StatusCode></Status>'


def response(form: str, content: str = CONTENT) -> bytes:
    """A response whose signature inherits its namespace from the Signature element; `content` was signed as CONTENT."""
    head = '<Response xmlns="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r1" Version="2.0">'
    digest = base64.b64encode(hashlib.sha256(f"{head}{CONTENT}</Response>".encode()).digest()).decode()
    inside = (
        f'<CanonicalizationMethod Algorithm="{form}"/>'
        '<SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>'
        f'<Reference URI="#_r1"><Transforms><Transform Algorithm="{DSIG}enveloped-signature"/>'
        f'<Transform Algorithm="{form}"/></Transforms>'
        '<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
        f"<DigestValue>{digest}</DigestValue></Reference>"
    )
    to_sign = canonicalize(f"<SignedInfo{NAMESPACE}>{inside}</SignedInfo>").encode()
    key = signer().key
    assert isinstance(key, rsa.RSAPrivateKey)
    value = base64.b64encode(key.sign(to_sign, padding.PKCS1v15(), hashes.SHA256())).decode()
    seal = f"<SignedInfo>{inside}</SignedInfo><SignatureValue>{value}</SignatureValue>"
    return f"{head}<Signature{NAMESPACE}>{seal}</Signature>{content}</Response>".encode()


@pytest.mark.parametrize("form", [INCLUSIVE, EXCLUSIVE])
def test_a_signature_that_inherits_its_namespace_holds(form: str) -> None:
    (verdict,) = verify.verify(response(form), [signer().der])
    assert (verdict.state, verdict.reason, verdict.covered) == ("valid", "", "Response")


@pytest.mark.parametrize("form", [INCLUSIVE, EXCLUSIVE])
def test_what_was_changed_after_signing_is_altered(form: str) -> None:
    (verdict,) = verify.verify(response(form, CONTENT.replace("Success", "Requester")), [signer().der])
    assert (verdict.state, verdict.reason) == ("invalid", "altered")
