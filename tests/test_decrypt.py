"""What only the service provider can read: opened with its key, in every form, and never told in an error."""

from __future__ import annotations

import base64
import os
from typing import Any, Final

import pytest
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from hypothesis import HealthCheck, given, settings
from lxml import etree

from doctor.model.error import DoctorError
from doctor.model.message import Assertion, Encrypted, Response
from doctor.parse import decrypt, response, verify, xml
from tests.factory import response as factory
from tests.factory.response import DS, SAML, XENC, Draft, recipient, signer, written
from tests.mutated import mutated

XENC11: Final = "http://www.w3.org/2009/xmlenc11#"
GIVEN: Final = (signer().der,)
SIZES: Final = {"aes128": 16, "aes192": 24, "aes256": 32, "tripledes": 24}
CONTENT: Final = (
    *(f"{XENC}{name}-cbc" for name in SIZES), *(f"{XENC11}{name}-gcm" for name in ("aes128", "aes192", "aes256")),
)  # fmt: skip
STATES: Final = {"decrypted", "not-encrypted", "no-key-fits", "unsupported", "damaged", "key-unreadable"}
PUBLIC: Final = recipient().loaded.public_key()


def pem(of: Any = None, how: KeySerializationEncryption | None = None) -> bytes:
    key = of if of is not None else recipient().key
    return bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how or NoEncryption()))


KEY: Final = pem()


def ciphered(algorithm: str, key: bytes, plain: bytes) -> bytes:
    if algorithm.endswith("-gcm"):
        nonce = os.urandom(12)
        return nonce + AESGCM(key).encrypt(nonce, plain, None)
    triple = "tripledes" in algorithm
    block = 8 if triple else 16
    count = block - len(plain) % block
    vector = os.urandom(block)
    cipher = Cipher(TripleDES(key) if triple else algorithms.AES(key), modes.CBC(vector)).encryptor()
    return vector + cipher.update(plain + os.urandom(count - 1) + bytes([count])) + cipher.finalize()


def wrapped(key: bytes, transport: str, digest: Any = None, mask: Any = None, label: bytes | None = None) -> bytes:
    assert isinstance(PUBLIC, rsa.RSAPublicKey)
    if transport.endswith("rsa-1_5"):
        return PUBLIC.encrypt(key, padding.PKCS1v15())
    return PUBLIC.encrypt(
        key, padding.OAEP(padding.MGF1(mask or hashes.SHA1()), digest or hashes.SHA1(), label)
    )  # fmt: skip


def value(data: bytes) -> str:
    encoded = base64.encodebytes(data).decode()
    return f"<e:CipherData><e:CipherValue>{encoded}</e:CipherValue></e:CipherData>"


def key_element(secret: bytes, transport: str, inner: str = "", identifier: str = "", **how: Any) -> str:
    method = f'<e:EncryptionMethod Algorithm="{transport}">{inner}</e:EncryptionMethod>'
    return (
        f'<e:EncryptedKey xmlns:e="{XENC}"{identifier}>{method}{value(wrapped(secret, transport, **how))}'
        "</e:EncryptedKey>"
    )


def sealed(
    plain: bytes, algorithm: str = CONTENT[4], transport: str = f"{XENC}rsa-oaep-mgf1p", *,
    form: str = "inside", holder: str = "EncryptedAssertion", inner: str = "", **how: Any,
) -> str:  # fmt: skip
    """An encrypted element; `form` says where its EncryptedKey stands."""
    secret = os.urandom(SIZES[algorithm.rpartition("#")[2].partition("-")[0]])
    key = key_element(secret, transport, inner, ' Id="k1"' if form == "retrieved" else "", **how)
    info = {
        "inside": f'<d:KeyInfo xmlns:d="{DS}">{key}</d:KeyInfo>',
        "retrieved": f'<d:KeyInfo xmlns:d="{DS}"><d:RetrievalMethod URI="#k1"/></d:KeyInfo>',
    }.get(form, "")
    data = (
        f'<e:EncryptedData xmlns:e="{XENC}" Type="{XENC}Element"><e:EncryptionMethod Algorithm="{algorithm}"/>'
        f"{info}{value(ciphered(algorithm, secret, plain))}</e:EncryptedData>"
    )
    beside = "" if form == "inside" else key
    return f'<s:{holder} xmlns:s="{SAML}">{data}{beside}</s:{holder}>'


def assertion(draft: Draft = Draft()) -> bytes:  # noqa: B008
    """The signed assertion of a response, standing by itself."""
    found = etree.fromstring(written(draft)).find(f"{{{SAML}}}Assertion")
    found.tail = None
    return bytes(etree.tostring(found))


def around(encrypted: str, draft: Draft = Draft(with_assertion=False, signed="none")) -> bytes:  # noqa: B008
    """A response around an encrypted element."""
    text = written(draft).decode()
    return text.replace("</samlp:Response>", f"{encrypted}</samlp:Response>").encode()


def reading(data: bytes) -> Any:
    return response.read(xml.root_of(data), {}, data)


@pytest.mark.parametrize("form", ["inside", "beside", "retrieved"])
@pytest.mark.parametrize("transport", ["rsa-oaep-mgf1p", "rsa-1_5"])
@pytest.mark.parametrize("algorithm", CONTENT)
def test_signed_then_encrypted(algorithm: str, transport: str, form: str) -> None:
    data = around(sealed(assertion(), algorithm, XENC + transport, form=form))
    assert verify.verify(data, GIVEN) == ()
    found = decrypt.decrypted(data, KEY)
    assert (found.state, found.detail, found.opened) == ("decrypted", "", 1)
    assert found.algorithms == (algorithm.rpartition("#")[2], transport)
    assert found.xml is not None
    (verdict,) = verify.verify(found.xml, GIVEN)
    assert (verdict.state, verdict.covered, verdict.wrapping) == ("valid", "Assertion", "")
    message = reading(found.xml)
    assert isinstance(message, Response)
    assert message.assertions[0].subject.name_id.value == "ada@example.com"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("digest", "mask", "inner"),
    [
        (hashes.SHA256(), hashes.SHA1(), '<d:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'),
        (
            hashes.SHA256(), hashes.SHA512(),
            f'<d:DigestMethod Algorithm="{XENC}sha256"/><m:MGF xmlns:m="{XENC11}" Algorithm="{XENC11}mgf1sha512"/>',
        ),
        (hashes.SHA1(), hashes.SHA256(), f'<m:MGF xmlns:m="{XENC11}" Algorithm="{XENC11}mgf1sha256"/>'),
        (hashes.SHA1(), hashes.SHA1(), ""),
    ],
)  # fmt: skip
def test_oaep_with_other_digests(digest: Any, mask: Any, inner: str) -> None:
    inner = inner.replace("<d:DigestMethod", f'<d:DigestMethod xmlns:d="{DS}"')
    data = around(sealed(assertion(), CONTENT[6], f"{XENC11}rsa-oaep", inner=inner, digest=digest, mask=mask))
    assert decrypt.decrypted(data, KEY).state == "decrypted"


def test_the_older_oaep_masks_with_sha1_whatever_its_digest() -> None:
    inner = f'<d:DigestMethod xmlns:d="{DS}" Algorithm="{XENC}sha256"/><e:OAEPparams>bGFiZWw=</e:OAEPparams>'
    data = around(sealed(assertion(), inner=inner, digest=hashes.SHA256(), label=b"label"))
    assert decrypt.decrypted(data, KEY).state == "decrypted"


def test_weak_ones_are_named() -> None:
    found = decrypt.decrypted(around(sealed(assertion(), CONTENT[3], f"{XENC}rsa-1_5")), KEY)
    assert found.weak == ("tripledes-cbc", "rsa-1_5")
    assert decrypt.decrypted(around(sealed(assertion())), KEY).weak == ()


def test_an_assertion_alone() -> None:
    data = sealed(assertion()).encode()
    assert isinstance(reading(data), Encrypted)
    found = decrypt.decrypted(data, KEY)
    assert found.xml is not None
    assert isinstance(reading(found.xml), Assertion)
    assert [one.state for one in verify.verify(found.xml, GIVEN)] == ["valid"]


def test_name_id_and_attribute_inside_an_encrypted_assertion() -> None:
    plain = assertion(Draft(signed="none")).decode()
    start, end = plain.index("<saml:NameID"), plain.index("</saml:NameID>") + len("</saml:NameID>")
    name_id = sealed(plain[start:end].replace("<saml:NameID", f'<saml:NameID xmlns:saml="{SAML}"').encode(),
                     holder="EncryptedID")  # fmt: skip
    held = "<saml:AttributeValue>s</saml:AttributeValue>"
    attribute = sealed(
        f'<saml:Attribute xmlns:saml="{SAML}" Name="secret">{held}</saml:Attribute>'.encode(),
        holder="EncryptedAttribute",
    )
    whole = plain[:start] + name_id + plain[end:]
    whole = whole.replace("</saml:AttributeStatement>", attribute + "</saml:AttributeStatement>")
    data = around(sealed(whole.encode()))
    found = decrypt.decrypted(data, KEY)
    assert (found.state, found.opened) == ("decrypted", 3)
    one = reading(found.xml or b"").assertions[0]
    assert one.subject.name_id.value == "ada@example.com"
    assert one.attributes[-1].name == "secret"
    assert one.encrypted_attributes == 0


def test_prefixes_declared_around_the_encrypted_element() -> None:
    """Some toolkits cut the assertion out of its response without the declarations."""
    plain = assertion(Draft(signed="none")).decode().replace(f' xmlns:saml="{SAML}"', "")
    plain = plain.replace(f' xmlns:samlp="{factory.SAMLP}"', "")
    assert "xmlns:saml=" not in plain
    found = decrypt.decrypted(around(sealed(plain.encode())), KEY)
    assert found.state == "decrypted"
    assert reading(found.xml or b"").assertions[0].issuer == factory.IDP


def test_a_signature_around_is_about_the_bytes_that_were_sent() -> None:
    """Signed, encrypted, and signed again around: each signature is judged on its own bytes."""
    inner = sealed(assertion())
    bare = around(inner).decode()
    data = factory._sealed(bare, Draft(), "_response-1").encode()
    (outer,) = verify.verify(data, GIVEN)
    assert (outer.state, outer.covered) == ("valid", "Response")
    found = decrypt.decrypted(data, KEY)
    assert found.xml is not None
    by_element = {one.covered: one.state for one in verify.verify(found.xml, GIVEN)}
    assert by_element == {"Response": "invalid", "Assertion": "valid"}
    both = verify.verify_decrypted(data, found.xml, GIVEN)
    assert [(one.covered, one.state, one.wrapping) for one in both] == [
        ("Response", "valid", ""), ("Assertion", "valid", ""),
    ]  # fmt: skip
    assert b"ada@" in (verify.verified(found.xml, both[1]) or b"")
    assert verify.verified(data, both[1]) is None


def test_of_two_encrypted_only_one_is_signed() -> None:
    """Without a signature around them the unsigned one is bare; with one it is covered."""
    bare = assertion(Draft(signed="none", assertion_id="_second"))
    text = around(sealed(assertion()) + sealed(bare)).decode()
    for data, wrapping in ((text.encode(), "beside"), (factory._sealed(text, Draft(), "_response-1").encode(), "")):
        found = decrypt.decrypted(data, KEY)
        both = verify.verify_decrypted(data, found.xml or b"", GIVEN)
        assert {one.state for one in both} == {"valid"}
        assert both[-1].wrapping == wrapping


def test_an_encrypted_assertion_inside_the_signature_is_not_covered() -> None:
    """The enveloped signature is taken out before the digest is made, with what Eve encrypted in it."""
    root = etree.fromstring(factory._sealed(around(sealed(assertion())).decode(), Draft(), "_response-1"))
    evil = etree.fromstring(sealed(assertion(Draft(by=signer(1), assertion_id="_evil"))))
    etree.SubElement(root.find(f"{{{DS}}}Signature"), f"{{{DS}}}Object").append(evil)
    data = etree.tostring(root)
    found = decrypt.decrypted(data, KEY)
    outer, *inner = verify.verify_decrypted(data, found.xml or b"", GIVEN)
    assert (outer.state, outer.wrapping) == ("valid", "hidden")
    assert {one.wrapping for one in inner if one.state == "valid"} == {"hidden"}


def test_a_forged_plaintext_does_not_verify() -> None:
    """Whoever knows the public key can encrypt: decryption vouches for nothing."""
    plain = assertion().replace(b">ada@", b">eve@")
    found = decrypt.decrypted(around(sealed(plain)), KEY)
    assert [one.reason for one in verify.verify(found.xml or b"", GIVEN)] == ["altered"]


def test_comments_in_the_plaintext_stay() -> None:
    plain = assertion(Draft(signed="none")).replace(b">ada@", b">ada<!-- -->@")
    found = decrypt.decrypted(around(sealed(plain)), KEY)
    assert reading(found.xml or b"").assertions[0].subject.name_id.split is True


# -- what does not open


@pytest.mark.parametrize("transport", ["rsa-oaep-mgf1p", "rsa-1_5"])
def test_another_key(transport: str) -> None:
    found = decrypt.decrypted(around(sealed(assertion(), transport=XENC + transport)), pem(signer().key))
    assert (found.state, found.xml) == ("no-key-fits", None)


def test_one_of_two_keys_fits() -> None:
    both = pem(signer().key) + recipient().pem.encode() + b"\n" + KEY
    assert decrypt.decrypted(around(sealed(assertion())), both).state == "decrypted"


@pytest.mark.parametrize("meant", [True, False])
def test_the_certificate_that_is_named(*, meant: bool) -> None:
    key = KEY if meant else pem(signer().key)
    found = decrypt.decrypted(written(Draft(encrypted=True)), key)
    assert found.meant_for_key is meant
    assert decrypt.decrypted(around(sealed(assertion())), key).meant_for_key is None


def test_nothing_is_encrypted() -> None:
    assert decrypt.decrypted(written(), KEY).state == "not-encrypted"


@pytest.mark.parametrize(
    ("key", "state"),
    [
        (b"", "key-unreadable"),
        (b"noise" * 1000, "key-unreadable"),
        (recipient().pem.encode(), "key-unreadable"),
        (pem(how=BestAvailableEncryption(b"secret")), "key-unreadable"),
        (KEY[:200] + b"AAAA" + KEY[220:], "key-unreadable"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "key-unreadable"),
        (b"\x30\x82\x00\x01", "key-unreadable"),
        (pem(signer(3, ec256=True).key), "unsupported"),
    ],
)
def test_keys_that_are_none(key: bytes, state: str) -> None:
    found = decrypt.decrypted(around(sealed(assertion())), key)
    assert (found.state, found.xml) == (state, None)
    assert_silent(found, key)


def test_a_password_is_named() -> None:
    found = decrypt.decrypted(around(sealed(assertion())), pem(how=BestAvailableEncryption(b"secret")))
    assert "password" in found.detail


@pytest.mark.parametrize("how", [PrivateFormat.TraditionalOpenSSL, PrivateFormat.PKCS8])
@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
def test_keys_in_every_form(encoding: Encoding, how: PrivateFormat) -> None:
    key = recipient().key.private_bytes(encoding, how, NoEncryption())
    assert decrypt.decrypted(around(sealed(assertion())), key).state == "decrypted"


def assert_silent(found: decrypt.Decrypted, key: bytes) -> None:
    """No line of a key in any text of the result."""
    told = repr(found._replace(xml=None))
    assert not any(line in told for line in key.decode("latin-1").split("\n") if len(line) > 20)
    assert len(found.detail) < 300


@pytest.mark.parametrize("algorithm", CONTENT)
def test_damage_is_told_in_one_way(algorithm: str) -> None:
    """A padding, a tag, a cut, no XML, a DOCTYPE: the same words, so that nobody learns which."""
    plain = assertion()
    told = set()
    for bad in (b"no xml", b"", b"<a/><b/>", b"<a>", b'<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>', b"\xff\xfe"):
        told.add(decrypt.decrypted(around(sealed(bad, algorithm)), KEY)[:3])
    root = etree.fromstring(around(sealed(plain, algorithm)))
    cell = root.findall(f".//{{{XENC}}}CipherValue")[-1]
    whole = base64.b64decode(cell.text)
    for cut in (whole[:-1], whole[:7], b"", whole[:-1] + bytes([whole[-1] ^ 1]), whole[:40] + b"x" + whole[41:]):
        cell.text = base64.b64encode(cut).decode()
        found = decrypt.decrypted(etree.tostring(root), KEY)
        if found.state != "decrypted":  # CBC has no tag: some changes go unseen here, and the signature tells them
            told.add(found[:3])
    assert len(told) == 1
    assert next(iter(told))[0] == "damaged"


@pytest.mark.parametrize(
    ("before", "after", "state"),
    [
        (CONTENT[4], "urn:none", "unsupported"),
        (f"{XENC}rsa-oaep-mgf1p", f"{XENC}kw-aes128", "unsupported"),
        ("<e:CipherValue>", "<e:CipherReference URI='http://127.0.0.1:9/x'/><e:Other>", "unsupported"),
        ("<e:CipherValue>", "<e:CipherValue>*", "damaged"),
        ("EncryptedKey", "AgreementMethod", "unsupported"),
        ("EncryptedData", "Other", "damaged"),
    ],
)
def test_forms_that_are_not_opened(before: str, after: str, state: str) -> None:
    text = sealed(assertion()).replace(before, after)
    if "e:Other>" in after:
        text = text.replace("</e:CipherValue>", "</e:Other>")
    assert decrypt.decrypted(around(text), KEY).state == state


def test_many_are_bounded() -> None:
    one = sealed(assertion(Draft(signed="none")))
    found = decrypt.decrypted(around(one * (decrypt.MAX_ENCRYPTED + 1)), KEY)
    assert (found.state, found.opened) == ("unsupported", decrypt.MAX_ENCRYPTED)


def test_it_does_not_open_for_ever() -> None:
    """What comes out is encrypted again, and so on."""
    text = assertion(Draft(signed="none")).decode()
    for _ in range(5):
        text = sealed(text.encode())
    assert decrypt.decrypted(around(text), KEY).opened == 5


def test_the_door_stays_shut() -> None:
    with pytest.raises(DoctorError):
        decrypt.decrypted(b'<!DOCTYPE a [<!ENTITY e "x">]>' + written(), KEY)


SEED: Final = around(sealed(assertion(Draft(signed="none", attributes=()))))


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(mutated(SEED))
def test_mutated_bytes_raise_only_our_errors(data: bytes) -> None:
    try:
        found = decrypt.decrypted(data, KEY)
    except DoctorError:
        return
    assert found.state in STATES
    assert_silent(found, KEY)
