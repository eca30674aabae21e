"""What is signed, by whom, and whether it is what a consumer reads."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Final
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from signxml.algorithms import SignatureConstructionMethod
from signxml.signer import XMLSigner

from doctor.model.error import DoctorError
from doctor.model.message import Assertion, Verdict
from doctor.parse import response, verify, xml
from doctor.parse import signer as trial
from tests.factory import response as factory
from tests.factory import signing
from tests.factory.response import DS, Draft, signer, written
from tests.factory.signing import Signing
from tests.mutated import mutated

CORPUS: Final = Path(__file__).parents[2] / "shared" / "corpus" / "responses"
GIVEN: Final = (signer().der,)
PATIENTS: Final = {patient.name: patient for patient in factory.PATIENTS}
STATES: Final = {"valid", "untrusted-key", "invalid", "covers-other", "unsupported", "not-judged"}


def only(data: bytes, given: tuple[bytes, ...] = GIVEN) -> Verdict:
    (verdict,) = verify.verify(data, given)
    return verdict


def swapped(before: str, after: str, data: bytes = written()) -> bytes:
    assert before.encode() in data
    return data.replace(before.encode(), after.encode())


def test_healthy() -> None:
    verdict = only(written())
    assert (verdict.state, verdict.reason, verdict.wrapping, verdict.detail) == ("valid", "", "", "")
    assert (verdict.covered, verdict.covered_id) == ("Assertion", "_assertion-1")
    assert (verdict.path, verdict.covered_path) == ("/Response/Assertion/Signature", "/Response/Assertion")
    assert (verdict.algorithm, verdict.digest) == ("rsa-sha256", "sha256")
    assert verdict.reads_covered
    assert verdict.carried is not None
    assert verdict.carried_given
    assert verdict.signer == verdict.carried.sha256


def test_unsigned_has_no_verdict() -> None:
    assert verify.verify(written(Draft(signed="none")), GIVEN) == ()


def test_both_are_judged_one_by_one() -> None:
    first, second = verify.verify(written(Draft(signed="both")), GIVEN)
    assert (first.covered, second.covered) == ("Response", "Assertion")
    assert (first.state, second.state, first.wrapping, second.wrapping) == ("valid", "valid", "", "")


@pytest.mark.parametrize(
    ("name", "state", "reason"),
    [
        ("response-signed", "valid", ""),
        ("sha1", "valid", ""),
        ("no-key-info", "valid", ""),
        ("encrypted-response-signed", "valid", ""),
        ("comment-in-name-id", "valid", ""),
        ("wrong-key", "untrusted-key", ""),
        ("expired-certificate", "untrusted-key", ""),
        ("ec-key", "untrusted-key", ""),
        ("tampered-name-id", "invalid", "altered"),
        ("tampered-audience", "invalid", "altered"),
    ],
)
def test_patient(name: str, state: str, reason: str) -> None:
    verdict = only(PATIENTS[name].data)
    assert (verdict.state, verdict.reason) == (state, reason)


def test_sha1_is_named() -> None:
    verdict = only(PATIENTS["sha1"].data)
    assert (verdict.algorithm, verdict.digest) == ("rsa-sha1", "sha1")


@pytest.mark.parametrize("name", ["expired-certificate", "ec-key"])
def test_dates_and_kinds_of_keys_do_not_matter(name: str) -> None:
    patient = PATIENTS[name]
    assert only(patient.data, (patient.draft.key.der,)).state == "valid"


def test_the_right_one_of_several_certificates() -> None:
    others = (signer(4).der, signer(5).der, signer(3, ec256=True).der)
    verdict = only(PATIENTS["no-key-info"].data, (*others, *GIVEN))
    assert verdict.state == "valid"
    assert verdict.carried is None
    assert verdict.signer == only(written()).signer


def test_pem_and_base64_are_certificates_and_noise_is_passed_over() -> None:
    for good in (signer().pem.encode(), signer().base64.encode()):
        assert only(written(), (b"", b"\x30\x03abc", b"noise", good)).state == "valid"


def test_untrusted_is_intact_and_names_its_certificate() -> None:
    verdict = only(PATIENTS["wrong-key"].data)
    assert verdict.signer is None
    assert not verdict.carried_given
    assert verdict.carried is not None
    assert verdict.carried.subject == "CN=idp1.example.com"


def test_altered_tells_whose_key_it_was() -> None:
    data = PATIENTS["tampered-name-id"].data
    assert only(data).signer is not None
    assert only(data, (signer(4).der,)).signer is None


def test_unknown_signer() -> None:
    """The given certificate did not make it, and it claims another one than made it."""
    root = etree.fromstring(written(Draft(by=signer(5))))
    root.find(f".//{{{DS}}}X509Certificate").text = signer().base64
    verdict = only(etree.tostring(root))
    assert (verdict.state, verdict.reason, verdict.signer) == ("invalid", "unknown-signer", None)


def test_nobody_to_judge_with() -> None:
    verdict = only(PATIENTS["no-key-info"].data, ())
    assert (verdict.state, verdict.reason) == ("not-judged", "no-key")


def test_reformatted_is_told() -> None:
    root = etree.fromstring(written())
    etree.indent(root)
    verdict = only(etree.tostring(root))
    assert verdict.state == "invalid"
    assert verdict.indented
    assert not only(PATIENTS["tampered-audience"].data).indented


# -- wrapping


@pytest.mark.parametrize(
    ("form", "state", "wrapping"),
    [
        (1, "covers-other", "elsewhere"),
        (2, "covers-other", "elsewhere"),
        (3, "valid", "outside"),
        (4, "valid", "outside"),
        (5, "covers-other", "elsewhere"),
        (6, "covers-other", "elsewhere"),
        (7, "valid", "hidden"),
        (8, "covers-other", "elsewhere"),
    ],
)
def test_wrapped(form: int, state: str, wrapping: str) -> None:
    verdict = only(factory.wrapped(form))
    assert (verdict.state, verdict.wrapping) == (state, wrapping)
    assert verdict.signer is not None
    assert verdict.reads_covered is (form == 7)


@pytest.mark.parametrize("form", factory.WRAPPED)
def test_eve_is_never_verified(form: int) -> None:
    data = factory.wrapped(form)
    assert b"eve@" in data
    assert b"eve@" not in (verify.verified(data, only(data)) or b"")


@pytest.mark.parametrize("form", factory.WRAPPED)
def test_wrapped_under_a_key_that_is_not_given(form: int) -> None:
    assert only(factory.wrapped(form, signer(1))).wrapping


@pytest.mark.parametrize("name", [name for name in PATIENTS if name not in {"encrypted"}])
def test_no_patient_is_called_wrapped(name: str) -> None:
    assert {one.wrapping for one in verify.verify(PATIENTS[name].data, GIVEN)} <= {""}


def test_a_forger_cannot_vouch_for_his_assertion() -> None:
    """Eve signs her own assertion and puts it before the one that a given key signed."""
    forged = written(Draft(by=signer(1), name_id="eve@example.com", assertion_id="_evil"))
    evil = etree.fromstring(forged).find("{*}Assertion")
    root = etree.fromstring(written())
    root.find("{*}Assertion").addprevious(evil)
    first, second = verify.verify(etree.tostring(root), GIVEN)
    assert (first.state, second.state) == ("untrusted-key", "valid")
    assert (first.wrapping, second.wrapping) == ("outside", "outside")
    assert (first.reads_covered, second.reads_covered) == (True, False)


def test_an_unsigned_assertion_beside_a_signed_one() -> None:
    root = etree.fromstring(written())
    other = etree.fromstring(written(Draft(signed="none", assertion_id="_second"))).find("{*}Assertion")
    root.append(other)
    verdict = only(etree.tostring(root))
    assert (verdict.state, verdict.wrapping, verdict.reads_covered) == ("valid", "beside", True)


def test_an_assertion_inside_the_signature_is_not_covered() -> None:
    """The enveloped signature is taken out before the digest is made, with all that stands in it."""
    root = etree.fromstring(written(Draft(signed="response")))
    evil = etree.fromstring(written(Draft(signed="none", assertion_id="_evil"))).find("{*}Assertion")
    etree.SubElement(root.find("{*}Signature"), f"{{{DS}}}Object").append(evil)
    verdict = only(etree.tostring(root))
    assert (verdict.state, verdict.wrapping) == ("valid", "hidden")


@pytest.mark.parametrize("attribute", ["ID", "Id", "id"])
def test_duplicate_ids(attribute: str) -> None:
    data = swapped("<saml:Conditions", f'<saml:Conditions {attribute}="_assertion-1"')
    verdict = only(data)
    assert (verdict.state, verdict.reason, verdict.wrapping) == ("covers-other", "duplicate-id", "duplicate-id")


def test_the_whole_document_from_within_the_assertion() -> None:
    verdict = only(swapped('URI="#_assertion-1"', 'URI=""'))
    assert verdict.covered == "Response"
    assert verdict.state == "invalid"


def test_no_target() -> None:
    verdict = only(swapped('URI="#_assertion-1"', 'URI="#_gone"'))
    assert (verdict.state, verdict.reason, verdict.reads_covered) == ("covers-other", "no-target", None)


# -- refused unexecuted

ENVELOPED: Final = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
EXC: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
SHA256: Final = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        (ENVELOPED, "http://www.w3.org/TR/1999/REC-xslt-19991116", "transform"),
        (ENVELOPED, "http://www.w3.org/TR/1999/REC-xpath-19991116", "transform"),
        (ENVELOPED, "http://www.w3.org/2000/09/xmldsig#base64", "transform"),
        ("<ds:Transforms>", f'<ds:Transforms><ds:Transform Algorithm="{EXC}"/>', "transform"),
        ('URI="#_assertion-1"', 'URI="http://127.0.0.1:9/x"', "external-reference"),
        ('URI="#_assertion-1"', 'URI="file:///etc/hostname"', "external-reference"),
        ('URI="#_assertion-1"', "URI=\"#xpointer(id('_assertion-1'))\"", "reference"),
        ('URI="#_assertion-1"', 'URI="#"', "reference"),
        (' URI="#_assertion-1"', "", "reference"),
        (SHA256, "http://www.w3.org/2000/09/xmldsig#hmac-sha1", "hmac"),
        (SHA256, "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256", "hmac"),
        (SHA256, "urn:none", "algorithm"),
        ("<ds:SignedInfo>", "<ds:SignedInfo><!-- x -->", "comment"),
        ("<ds:SignedInfo>", "<ds:SignedInfo><?x y?>", "comment"),
        ("<ds:SignedInfo>", "<ds:SignedInfo/><ds:SignedInfo>", "reference"),
        ("<ds:SignatureValue>", "<ds:SignatureValue/><ds:SignatureValue>", "structure"),
    ],
)  # fmt: skip
def test_refused(before: str, after: str, reason: str) -> None:
    data = written()
    prefix = "ds:" if b"<ds:SignedInfo" in data else ""
    verdict = only(swapped(before.replace("ds:", prefix), after.replace("ds:", prefix), data))
    assert verdict.state == "unsupported"
    assert verdict.signer is None
    assert verdict.reason == reason or (reason == "reference" and verdict.reason == "structure")


def test_an_hmac_with_the_certificate_as_secret_is_refused() -> None:
    """The classic confusion: whoever has the public certificate could make such a signature."""
    data = swapped(SHA256, "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256")
    assert only(data).signer is None
    assert only(data).reason == "hmac"


def test_two_references() -> None:
    root = etree.fromstring(written())
    one = root.find(f".//{{{DS}}}Reference")
    one.addnext(etree.fromstring(etree.tostring(one)))
    assert only(etree.tostring(root)).reason == "reference"


def test_signature_as_root() -> None:
    inner = etree.fromstring(written()).find(f".//{{{DS}}}Signature")
    assert only(etree.tostring(inner)).state in ("unsupported", "covers-other")
    holder = etree.Element(f"{{{DS}}}Signature")
    holder.append(etree.fromstring(written()))
    assert "valid" not in {one.state for one in verify.verify(etree.tostring(holder), GIVEN)}


def test_a_signature_put_twice_breaks_both() -> None:
    """Each covers the element with the other one in it, which was not there when it was made."""
    root = etree.fromstring(written())
    seal = root.find(f"{{*}}Assertion/{{{DS}}}Signature")
    seal.addnext(etree.fromstring(etree.tostring(seal)))
    assert [one.reason for one in verify.verify(etree.tostring(root), GIVEN)] == ["altered", "altered"]


def test_second_signature_of_an_element() -> None:
    """Signed by one, then by another over the first signature: only the second one is intact."""
    root = etree.fromstring(written(Draft(signed="response")))
    again = etree.fromstring(signing.signed(etree.tostring(root).decode(), Signing(signer(1), "_response-1")))
    assert len(again.findall(f"{{{DS}}}Signature")) == 2
    found = verify.verify(etree.tostring(again), (signer().der, signer(1).der))
    states = {one.signer: (one.state, one.reason, one.covered) for one in found}
    assert states[hashlib.sha256(signer(1).der).hexdigest()] == ("valid", "", "Response")
    assert states[hashlib.sha256(signer().der).hexdigest()] == ("invalid", "altered", "Response")


def test_a_bare_key_tells_intact_from_broken() -> None:
    """A KeyInfo with nothing but a KeyValue: nobody is known by it, but the signature is whole."""
    root, by = etree.fromstring(written(Draft(signed="none"))), signer(1).key
    assert isinstance(by, rsa.RSAPrivateKey)
    signed = XMLSigner(SignatureConstructionMethod.enveloped, "rsa-sha256", "sha256").sign(
        root, key=by, reference_uri="#_response-1", id_attribute="ID", always_add_key_value=True
    )
    data = etree.tostring(signed)
    assert b"KeyValue" in data
    assert b"X509Certificate" not in data
    assert (only(data).state, only(data).signer) == ("untrusted-key", None)
    assert (only(data, (signer(1).der,)).state, only(data, ()).state) == ("valid", "untrusted-key")
    assert only(data.replace(b">ada@", b">eve@")).reason == "altered"


def test_many_signatures_are_bounded() -> None:
    root = etree.fromstring(written())
    seal = etree.tostring(root.find(f"{{*}}Assertion/{{{DS}}}Signature"))
    for _ in range(150):
        etree.SubElement(root, "x").append(etree.fromstring(seal))
    found = verify.verify(etree.tostring(root), GIVEN)
    assert len(found) == 100
    assert found[-1].reason == "too-much"


def test_many_siblings_do_not_matter() -> None:
    seal = etree.tostring(etree.fromstring(written()).find(f".//{{{DS}}}Signature")).decode()
    first, second = verify.verify(
        swapped("</saml:Assertion>", "</saml:Assertion>" + "<x/>" * 20_000 + f"<x>{seal}</x>"), GIVEN
    )
    assert (first.state, second.reason, second.path) == ("valid", "altered", "/Response/x[after 1000]/Signature")


def test_much_work_is_bounded() -> None:
    wide = written(Draft(attributes=tuple((f"a{i}", ("x" * 1000,)) for i in range(trial.MAX_WORK // 1000))))
    assert only(wide).reason == "too-much"


def test_the_door_stays_shut() -> None:
    with pytest.raises(DoctorError):
        verify.verify(b'<!DOCTYPE a [<!ENTITY e "x">]>' + written(), GIVEN)


# -- only signed bytes leave


def test_verified_is_what_was_signed() -> None:
    data = PATIENTS["comment-in-name-id"].data
    signed = verify.verified(data, only(data))
    assert signed is not None
    found = response.read(xml.root_of(signed), {}, signed)
    assert isinstance(found, Assertion)
    assert found.subject is not None
    assert found.subject.name_id is not None
    assert found.subject.name_id.value == "ada@example.com.evil.example"


@pytest.mark.parametrize("name", ["wrong-key", "tampered-name-id", "ec-key"])
def test_nothing_else_is_verified(name: str) -> None:
    data = PATIENTS[name].data
    assert verify.verified(data, only(data)) is None
    assert only(data).signed is None


def test_verified_of_other_bytes() -> None:
    assert verify.verified(PATIENTS["sha1"].data, only(written())) is None


@pytest.mark.parametrize("name", sorted(PATIENTS))
def test_a_tree_at_hand_changes_nothing(name: str) -> None:
    data = PATIENTS[name].data
    root = xml.root_of(data)
    before = etree.tostring(root)
    assert verify.verify(data, GIVEN, root=root) == verify.verify(data, GIVEN)
    assert etree.tostring(root) == before


def test_bytes_that_had_to_be_mended() -> None:
    """A blank line before the declaration stops the parser; the tree that was read all the same is judged."""
    data = b'\n<?xml version="1.0"?>' + written().replace(b"</samlp:Response>", b"<!-- x --></samlp:Response>")
    root = xml.root_of(xml.blank_declaration(data))
    assert [one.state for one in verify.verify(data, GIVEN, root=root)] == ["valid"]
    with pytest.raises(DoctorError):
        verify.verify(data, GIVEN)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-7", "cp037", "utf-8"])
def test_a_comment_hides_in_no_encoding(encoding: str) -> None:
    text = written().decode().replace(">ada@example.com<", ">ada@<!-- -->example.com<")
    if encoding == "utf-7":
        text = text.replace("<!-- -->", "+ADwAIQAtAC0 +AC0ALQA+-")
    data = f'<?xml version="1.0" encoding="{encoding}"?>{text}'.encode(encoding if encoding != "utf-7" else "ascii")
    try:
        root = xml.root_of(data)
    except DoctorError:
        return
    assert xml.may_hold_comments(root, data)


def test_signxml_leaves_our_tree_as_it_is() -> None:
    for kind in ("assertion", "response", "both"):
        data = written(Draft(signed=kind))
        assert [one.state for one in verify.verify(data, GIVEN)] == ["valid"] * (1 + (kind == "both"))


# -- redirect binding


@pytest.mark.parametrize("slot", [0, 3])
@pytest.mark.parametrize("lower", [False, True])
@pytest.mark.parametrize("relay_state", ["a b/ü", None])
def test_query(slot: int, relay_state: str | None, *, lower: bool) -> None:
    by = signer(slot, ec256=slot == 3)
    query = factory.signed_query(by, relay_state=relay_state, lower=lower)
    for text in (query, f"https://idp.example.com/sso?{query}"):
        verdict = verify.verify_query(text, (signer(4).der, by.der))
        assert verdict is not None
        assert (verdict.state, verdict.reason, verdict.covered) == ("valid", "", "SAMLRequest")
        assert verdict.algorithm == ("ecdsa-sha256" if slot == 3 else "rsa-sha256")


def test_query_re_encoded_on_its_way() -> None:
    query = factory.signed_query(signer(), relay_state="a/b").replace("a%2Fb", "a/b")
    verdict = verify.verify_query(query, GIVEN)
    assert verdict is not None
    assert (verdict.state, verdict.reason) == ("valid", "re-encoded")


@pytest.mark.parametrize(
    ("before", "after", "state", "reason"),
    [
        ("RelayState=a", "RelayState=b", "invalid", "unknown-signer"),
        ("SAMLRequest=", "SAMLRequest=A", "invalid", "unknown-signer"),
        ("SAMLRequest=", "SAMLRequest=x&SAMLRequest=", "unsupported", "query"),
        ("SAMLRequest=", "SAMLResponse=x&SAMLRequest=", "unsupported", "query"),
        ("SigAlg=", "SigAlg=x", "unsupported", "algorithm"),
        (quote("rsa-sha256"), "hmac-sha256", "unsupported", "hmac"),
        ("&Signature=", "&Signature=*", "invalid", "unknown-signer"),
    ],
)
def test_broken_query(before: str, after: str, state: str, reason: str) -> None:
    verdict = verify.verify_query(factory.signed_query(signer()).replace(before, after, 1), GIVEN)
    assert verdict is not None
    assert (verdict.state, verdict.reason) == (state, reason)


def test_query_without_a_fitting_key() -> None:
    verdict = verify.verify_query(factory.signed_query(signer()), (signer(3, ec256=True).der,))
    assert verdict is not None
    assert verdict.reason == "no-key"


def test_unsigned_query() -> None:
    assert verify.verify_query("SAMLRequest=abc&RelayState=x", GIVEN) is None


# -- whatever the bytes

SEED: Final = written(Draft(signed="both"))


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(mutated(SEED))
def test_mutated_bytes_raise_only_our_errors(data: bytes) -> None:
    try:
        found = verify.verify(data, GIVEN)
    except DoctorError:
        return
    assert {one.state for one in found} <= STATES


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.integers(0, 400))
def test_mutated_queries_raise_nothing(text: str, at: int) -> None:
    query = factory.signed_query(signer())
    verdict = verify.verify_query(query[:at] + text + query[at:], GIVEN)
    assert verdict is None or verdict.state in STATES


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of public files is not here")
def test_corpus_is_judged() -> None:
    verdicts = [one for path in sorted(CORPUS.glob("*.xml")) for one in _quietly(path.read_bytes())]
    assert {one.state for one in verdicts} <= STATES - {"valid"}
    assert sum(one.state == "untrusted-key" for one in verdicts) > 40


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of public files is not here")
def test_inclusive_canonical_form_of_signed_info() -> None:
    """Intact says xmlsec1; below a root, lxml writes namespace declarations that do not belong there."""
    data = base64.b64decode((CORPUS / "SAML-Toolkits-ruby-saml__starfield-response.xml.base64.b64").read_bytes())
    assert only(data, ()).state == "untrusted-key"


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of public files is not here")
def test_attacks_of_the_corpus() -> None:
    for path in sorted(CORPUS.glob("*pysaml2__signed-xsw*.xml")):
        assert any(one.wrapping for one in verify.verify(path.read_bytes(), ())), path.name


def _quietly(data: bytes) -> tuple[Verdict, ...]:
    try:
        return verify.verify(data, ())
    except DoctorError:
        return ()
