"""Signatures: a stale certificate is no tampered response, a reformatted copy neither, a forgery looks alike."""

from __future__ import annotations

import base64
from typing import Any, Final

from lxml import etree

from tests.factory import response
from tests.factory.certificate import private_pem
from tests.factory.clinic_case import Case, application, case, own, reshaped, sent, swapped, told, trusted
from tests.factory.response import DS, SAML, SP, Draft, signer

_SIG: Final = f"{{{DS}}}"
_ASSERTION: Final = f"{{{SAML}}}Assertion"


def _stale(name: str, change: str, **more: Any) -> Case:
    """Intact, of the same identity provider, by a key that the given metadata does not hold."""
    return sent(f"stale-{name}", change, "certificate-stale", **{"by": lambda: signer(1), **more})


_STALE: Final = (
    _stale("rolled", "the identity provider signs with a new key"),
    _stale("rolled-response-signed", "the same, over the response", signed="both"),
    _stale("two-old-ones", "the metadata holds two older keys",
           options={"idp_metadata": lambda: trusted(signer(), signer(4))}),
    _stale("other-kind-of-key", "from RSA to an elliptic curve", by=lambda: signer(3, ec256=True)),
    _stale("forged", "Eve signed it in the same name: bytes cannot tell that apart", name_id="eve@example.com"),
    _stale("encryption-only", "the right key is in the metadata, for encryption only", by=signer,
           options={"idp_metadata": lambda: trusted(signer(4), encrypting=signer())}),
    # that the older certificate has run out is true
    sent("stale-expired-signer", "signed by an older certificate than the connection holds", "certificate-stale",
         "signing-certificate-expired", by=lambda: signer(2, expired=True)),
    _stale("base64", "as it was posted")._replace(
        make=lambda: base64.b64encode(response.written(Draft(by=signer(1))))),
)  # fmt: skip


_ROLLOVERS: Final = (
    sent("rollover-new-published", "signed by the old key, old and new are in the metadata", None,
         options={"idp_metadata": lambda: trusted(signer(), signer(1))}),
    sent("rollover-done", "signed by the new key, old and new are in the metadata", None, by=lambda: signer(1),
         options={"idp_metadata": lambda: trusted(signer(), signer(1))}),
    sent("rollover-three", "three keys are in the metadata, the last one signs", None, by=lambda: signer(4),
         options={"idp_metadata": lambda: trusted(signer(), signer(1), signer(4))}),
    sent("rollover-expired-left", "an expired key beside the one that signs", None,
         options={"idp_metadata": lambda: trusted(signer(2, expired=True), signer())}),
    sent("rollover-kinds", "an RSA and an elliptic key, the elliptic one signs", None,
         by=lambda: signer(3, ec256=True),
         options={"idp_metadata": lambda: trusted(signer(), signer(3, ec256=True))}),
)  # fmt: skip


def _altered(name: str, change: str, before: str, then: str, *also: str, **changes: Any) -> Case:
    """A text of the response replaced after it was signed."""
    return sent(f"altered-{name}", change, "response-signature-invalid", *also, tampered=(before, then), **changes)


def _flipped(data: bytes, name: str) -> bytes:
    """One byte of a DigestValue or SignatureValue changed."""

    def change(root: Any) -> Any:
        found = root.find(f".//{_SIG}{name}")
        value = bytearray(base64.b64decode(found.text))
        value[5] ^= 1
        found.text = base64.b64encode(bytes(value)).decode("ascii")
        return root

    return reshaped(data, change)


def _claiming(by: int, claims: int) -> bytes:
    """Signed by one key, with the certificate of another in its KeyInfo."""

    def change(root: Any) -> Any:
        root.find(f".//{_SIG}X509Certificate").text = signer(claims).base64
        return root

    return reshaped(response.written(Draft(by=signer(by))), change)


_ALTERED: Final = (
    _altered("name-id", "the NameID was changed", ">ada@", ">eve@"),
    _altered("attribute", "a group was added to", "engineers", "engineers-admins"),
    _altered("attribute-both-signed", "a group was changed, everything is signed", "admins", "owners", signed="both"),
    _altered("space", "a space was added to a name", ">Lovelace<", ">Lovelace <"),
    _altered("session", "the session's name was changed", "_session-1", "_session-2"),
    # that the audience is wrong now is true, whoever wrote it
    _altered("audience", "the audience was changed", SP, "https://sp.example.com/x", "sp-entity-id-mismatch"),
    case("altered-signature-value", "a byte of the signature changed", "response-signature-invalid",
         lambda: _flipped(response.written(), "SignatureValue")),
    case("altered-digest", "a byte of the digest changed", "response-signature-invalid",
         lambda: _flipped(response.written(), "DigestValue")),
    # its KeyInfo shows a certificate that did not sign, which is the same finding from the other side
    case("signer-claims-trusted", "signed by somebody who shows the trusted certificate",
         "response-signature-invalid", lambda: _claiming(5, 0), "key-info-differs"),
    case("key-info-differs", "signed by the right key, KeyInfo shows another certificate", "key-info-differs",
         lambda: _claiming(0, 5)),
)  # fmt: skip


def _indented(data: bytes) -> bytes:
    def change(root: Any) -> Any:
        etree.indent(root)
        return root

    return reshaped(data, change)


_REFORMATTED: Final = (
    case("reformatted", "pretty-printed by an editor", "response-reformatted", lambda: _indented(response.written())),
    case("reformatted-both-signed", "pretty-printed, everything was signed", "response-reformatted",
         lambda: _indented(response.written(Draft(signed="both")))),
    case("reformatted-stale", "pretty-printed and by an unknown key: nothing can be proved", "response-reformatted",
         lambda: _indented(response.written(Draft(by=signer(1))))),
    # base64 is what was sent, bit for bit: whoever indented it broke the signature before
    case("reformatted-then-sent", "pretty-printed before it was encoded and sent", "response-signature-invalid",
         lambda: base64.b64encode(_indented(response.written()))),
)  # fmt: skip

_UNSIGNED: Final = (
    sent("unsigned", "nothing is signed", "response-unsigned", signed="none"),
    sent("unsigned-no-metadata", "nothing is signed, and nothing to judge it with", "response-unsigned",
         signed="none", options={"idp_metadata": None}),
    sent("assertion-unsigned", "the response is signed, the assertion is not", "assertion-unsigned",
         signed="response"),
    sent("assertion-unsigned-and-wanted", "the application's metadata wants the assertion signed",
         "assertion-unsigned", signed="response", options={"sp_metadata": application}),
    sent("sha1", "signed with SHA-1", "response-sha1", hash="sha1"),
    sent("sha1-both-signed", "signed with SHA-1", "response-sha1", hash="sha1", signed="both"),
    # the metadata holds no other certificate
    sent("signer-expired", "signed by the trusted certificate, which has expired", "signing-certificate-expired",
         "certificate-expired", by=lambda: signer(2, expired=True),
         options={"idp_metadata": lambda: trusted(signer(2, expired=True))}),
)  # fmt: skip

_SHA256: Final = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
_ENVELOPED: Final = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"


def _refused(name: str, change: str, before: str, then: str) -> Case:
    """A signature of a form that must not be executed; that it cannot be valid is not judged."""
    return case(f"refused-{name}", change, "response-signature-refused",
                lambda: swapped(response.written(), before, then))  # fmt: skip


_REFUSED: Final = (
    _refused("hmac", "HMAC, for which the public certificate would be the secret", _SHA256,
             "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"),
    _refused("xslt", "a transform that is a program", _ENVELOPED, "http://www.w3.org/TR/1999/REC-xslt-19991116"),
    _refused("xpath", "a transform that chooses what is signed", _ENVELOPED,
             "http://www.w3.org/TR/1999/REC-xpath-19991116"),
    _refused("external", "a reference to somewhere else", 'URI="#_assertion-1"', 'URI="http://127.0.0.1:9/x"'),
)  # fmt: skip


def _wrapped(form: int) -> Case:
    """The moved and the copied part stand there, some with one ID, and the signature covers the moved one.

    In the first two forms only the response was signed to begin with.
    """
    also = ("response-several-assertions", "response-assertion-misplaced", "message-id-duplicate",
            "response-signature-covers-other", *(("assertion-unsigned",) if form <= 2 else ()))  # fmt: skip
    return case(f"wrapped-{form}", f"signature wrapping, form {form}", "response-signature-wrapped",
                lambda: response.wrapped(form), *also)  # fmt: skip


_WRAPPED: Final = tuple(_wrapped(form) for form in response.WRAPPED)


def _no_target(root: Any) -> Any:
    root.find(f".//{_SIG}Reference").set("URI", "#_gone")
    return root


def _moved_up(root: Any) -> Any:
    """The assertion's signature is put where that of the response belongs."""
    seal = root.find(f"{_ASSERTION}/{_SIG}Signature")
    root.insert(1, seal)
    return root


_ELSEWHERE: Final = (
    # the reference itself is signed, so that it was changed is true
    case("covers-nothing", "the signature refers to an ID that is not there", "response-signature-covers-other",
         lambda: reshaped(response.written(), _no_target), "response-signature-invalid"),
    # the assertion itself holds no signature any more
    case("covers-child", "the response's signature covers the assertion alone (core 5.4.2)",
         "response-signature-covers-other", lambda: reshaped(response.written(), _moved_up), "assertion-unsigned"),
)  # fmt: skip


def _key() -> bytes:
    """The key with which the application decrypts; it never leaves memory."""
    return private_pem(response.recipient().key).encode()


def _locked(**changes: Any) -> bytes:
    return response.written(Draft(encrypted=True, **changes))


_ENCRYPTED: Final = (
    case("encrypted", "encrypted, the assertion inside is signed", "response-encrypted", _locked),
    case("encrypted-response-signed", "encrypted inside a signed response", "response-encrypted",
         lambda: _locked(signed="response")),
    case("encrypted-both-signed", "encrypted, everything is signed", "response-encrypted",
         lambda: _locked(signed="both")),
    case("encrypted-much-wrong-inside", "wrong inside, which nobody can see without the key", "response-encrypted",
         lambda: _locked(audiences=(), name_id=None, attributes=(), recipient=None, not_on_or_after=-9999)),
    case("encrypted-wrong-recipient-inside", "another Recipient inside", "response-encrypted",
         lambda: _locked(recipient="https://other.example.com", assertion_issuer="https://other.example.com")),
    case("encrypted-for-our-key", "for the key in the application's metadata", "response-encrypted", _locked,
         sp_metadata=application),
    told(case("encrypted-and-no-key", "the application has no key to decrypt with", "response-encrypted", _locked),
         {"sp.can_decrypt": False}),
    # that it is encrypted is true
    case("encrypted-for-old-key", "for another key than the application's metadata holds",
         "encryption-key-mismatch", _locked, "response-encrypted",
         sp_metadata=lambda: application(encryption=own(1))),
    case("encrypted-for-old-key-signed", "the same inside a signed response", "encryption-key-mismatch",
         lambda: _locked(signed="response"), "response-encrypted",
         sp_metadata=lambda: application(encryption=own(1))),
    case("decrypted", "the key was given: nothing is wrong inside", None, _locked,
         decryption_key=_key),
    case("decrypted-audience", "the key was given: another audience inside", "sp-entity-id-mismatch",
         lambda: _locked(audiences=(SP + "/",)), "response-encrypted", decryption_key=_key),
    case("decrypted-name-id", "the key was given: no NameID inside", "name-id-missing",
         lambda: _locked(name_id=None), "response-encrypted", decryption_key=_key),
    case("decrypted-stale", "the key was given: signed inside by an unknown key", "certificate-stale",
         lambda: _locked(by=signer(1)), "response-encrypted", decryption_key=_key),
    case("encrypted-by-agreement", "the key comes from an agreement (ECDH), which is not opened here",
         "response-not-decrypted", lambda: swapped(_locked(), "xmlenc#rsa-oaep-mgf1p", "xmlenc#kw-aes128"),
         "response-encrypted", decryption_key=_key),
    case("encrypted-and-damaged", "the end of the encrypted bytes was changed", "response-not-decrypted",
         lambda: _locked().replace(b"</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>",
                                   b"AAAA</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>"),
         "response-encrypted", decryption_key=_key),
    case("signature-over-nine-megabytes", "an attribute of nine megabytes, signed", "response-signature-not-judged",
         lambda: response.written(Draft(padding=9_000_000))),
    case("decrypted-with-another-key", "the key that was given is another one", "encryption-key-mismatch", _locked,
         "response-encrypted", decryption_key=lambda: private_pem(own(1).key).encode()),
)  # fmt: skip

CASES: Final = _STALE + _ROLLOVERS + _ALTERED + _REFORMATTED + _UNSIGNED + _REFUSED + _WRAPPED + _ELSEWHERE + _ENCRYPTED
