"""Messages are read as they were sent: every field, every oddity, within bounds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from doctor.model.error import DoctorError
from doctor.model.message import Assertion, AuthnRequest, Encrypted, LogoutRequest, LogoutResponse, Response
from doctor.parse import anchor, assertion, response, saml, xml
from tests.factory import response as factory
from tests.factory.response import ACS, IDP, NOW, SP, Draft, written
from tests.mutated import mutated

CORPUS: Final = Path(__file__).parents[2] / "shared" / "corpus" / "responses"
PATIENTS: Final = {patient.name: patient for patient in factory.PATIENTS}


def read(data: bytes) -> Any:
    root = xml.root_of(data)
    return response.read(root, anchor.numbered(root), data)


def patient(name: str) -> Response:
    found = read(PATIENTS[name].data)
    assert isinstance(found, Response)
    return found


def test_healthy() -> None:
    found = read(written())
    assert isinstance(found, Response)
    assert (found.id, found.issuer, found.destination, found.in_response_to) == ("_response-1", IDP, ACS, "_request-1")
    assert found.issue_instant == (NOW - timedelta(seconds=5), "2026-11-22T08:59:55Z")
    assert found.status is not None
    assert found.status.codes == (factory.SUCCESS,)
    assert (found.assertion_count, found.stray_assertions, found.encrypted) == (1, 0, ())


def test_healthy_assertion() -> None:
    one = read(written()).assertions[0]
    assert one.issuer == IDP
    assert one.subject.name_id.value == "ada@example.com"
    assert one.subject.name_id.format == factory.EMAIL
    assert one.subject.name_id.split is False
    confirmation = one.subject.confirmations[0]
    assert (confirmation.method, confirmation.recipient) == (factory.BEARER, ACS)
    assert confirmation.not_on_or_after.at == NOW + timedelta(minutes=5)
    assert one.conditions.audiences == (SP,)
    assert one.conditions.not_before.at == NOW - timedelta(minutes=1)
    assert one.authentications[0].context == factory.PASSWORD
    assert one.authentications[0].session_index == "_session-1"


def test_healthy_attributes() -> None:
    found = {one.name: one.values for one in read(written()).assertions[0].attributes}
    assert found["groups"] == ("engineers", "admins")
    assert found["email"] == ("ada@example.com",)
    assert list(found) == ["id", "email", "firstName", "lastName", "groups"]


def test_seal() -> None:
    seal = read(written()).seals[0]
    assert (seal.over, seal.over_id, seal.reference) == ("Assertion", "_assertion-1", "#_assertion-1")
    assert (seal.algorithm, seal.digest) == ("rsa-sha256", "sha256")
    assert seal.certificate.sha256 == sha256(factory.signer().der).hexdigest()
    assert seal.place.anchor is not None


def test_assertion_alone() -> None:
    data = written(Draft(signed="none"))
    alone = etree.tostring(xml.root_of(data).find("{*}Assertion"))
    assert isinstance(read(alone), Assertion)


@pytest.mark.parametrize("name", ["comment-in-name-id", "processing-instruction-in-name-id"])
def test_split_name_id_is_told_and_read_whole(name: str) -> None:
    name_id = patient(name).assertions[0].subject.name_id  # type: ignore[union-attr]
    assert name_id is not None
    assert name_id.split is True
    assert name_id.value.startswith("ada@example.com.evil")


def test_without_the_bytes_a_split_is_not_known() -> None:
    found: Any = response.read(xml.root_of(written()), {})
    assert found.assertions[0].subject.name_id.split is None


def test_comment_elsewhere_splits_nothing() -> None:
    found = read(written(Draft(signed="none")).replace(b"<saml:Conditions", b"<!-- x --><saml:Conditions"))
    assert found.assertions[0].subject.name_id.split is False


def test_comment_in_attribute_value() -> None:
    found = read(written(Draft(signed="none")).replace(b">Ada<", b">A<!-- -->da<"))
    assert [one.name for one in found.assertions[0].attributes if one.split] == ["firstName"]


@pytest.mark.parametrize(
    ("name", "path", "value"),
    [
        ("no-name-id", "assertions.0.subject.name_id", None),
        ("empty-name-id", "assertions.0.subject.name_id.value", ""),
        ("transient-name-id", "assertions.0.subject.name_id.format", factory.TRANSIENT),
        ("no-subject", "assertions.0.subject", None),
        ("no-confirmation", "assertions.0.subject.confirmations", ()),
        ("no-confirmation-data", "assertions.0.subject.confirmations.0.has_data", False),
        ("no-recipient", "assertions.0.subject.confirmations.0.recipient", None),
        ("wrong-recipient", "assertions.0.subject.confirmations.0.recipient", ACS + "/"),
        ("no-destination", "destination", None),
        ("wrong-audience", "assertions.0.conditions.audiences", ("https://other.example.com",)),
        ("no-audience", "assertions.0.conditions.audiences", ()),
        ("no-conditions", "assertions.0.conditions", None),
        ("no-condition-times", "assertions.0.conditions.not_before", None),
        ("no-issuer", "issuer", None),
        ("no-assertion-issuer", "assertions.0.issuer", None),
        ("idp-initiated", "in_response_to", None),
        ("no-authn-statement", "assertions.0.authentications", ()),
        ("no-attributes", "assertions.0.attributes", ()),
        ("empty-attribute", "assertions.0.attributes.0.values", ("",)),
        ("malformed-time", "issue_instant.at", None),
        ("malformed-time", "issue_instant.text", "22.11.2026 09:00"),
        ("no-status", "status", None),
        ("status-no-passive", "status.message", "not signed in"),
        ("no-assertion", "assertions", ()),
        ("version-1", "version", "1.1"),
    ],
)
def test_patient(name: str, path: str, value: object) -> None:
    found: Any = patient(name)
    for step in path.split("."):
        found = found[int(step)] if step.isdigit() else getattr(found, step)
    assert found == value


def test_status_codes_from_the_outermost() -> None:
    status = patient("status-no-passive").status
    assert status is not None
    assert [code.rpartition(":")[2] for code in status.codes] == ["Responder", "NoPassive"]


def test_encrypted_names_for_whom() -> None:
    found = patient("encrypted")
    one = found.encrypted[0]
    assert found.assertions == ()
    assert (one.kind, one.algorithm, one.key_algorithm, one.recipient) == (
        "assertion", "aes128-gcm", "rsa-oaep-mgf1p", SP,
    )  # fmt: skip
    assert one.certificate is not None
    assert one.certificate.subject == "CN=sp.example.com"


def test_stray_assertions_are_counted() -> None:
    assert read(factory.wrapped(7)).stray_assertions == 1
    assert read(factory.wrapped(3)).assertion_count == 2


def test_request() -> None:
    found = read(factory.request())
    assert isinstance(found, AuthnRequest)
    assert (found.acs_url, found.issuer, found.name_id_format) == (ACS, SP, factory.EMAIL)
    assert (found.allow_create, found.force_authn, found.is_passive) == (True, True, None)
    assert (found.contexts, found.comparison) == ((factory.PASSWORD,), "exact")


def test_logout() -> None:
    found = read(factory.logout())
    assert isinstance(found, LogoutRequest)
    assert found.name_id is not None
    assert found.session_indexes == ("_session-1",)


def test_logged_out() -> None:
    found = read(factory.logged_out())
    assert isinstance(found, LogoutResponse)
    assert found.in_response_to == "_logout-1"


@pytest.mark.parametrize("data", [b"<a/>", b'<Response xmlns="urn:oasis:names:tc:SAML:9.9:protocol"/>'])
def test_other_documents_are_no_messages(data: bytes) -> None:
    assert read(data) is None


SAML1: Final = (
    b'<p:Response xmlns:p="urn:oasis:names:tc:SAML:1.0:protocol" xmlns="urn:oasis:names:tc:SAML:1.0:assertion"'
    b' ResponseID="_1" MajorVersion="1" MinorVersion="1" IssueInstant="2026-11-22T09:00:00Z" Recipient="https://sp/acs">'
    b'<p:Status><p:StatusCode Value="p:Success"/></p:Status><Assertion AssertionID="_2" MajorVersion="1"'
    b' MinorVersion="1" Issuer="https://idp" IssueInstant="2026-11-22T09:00:00Z">'
    b'<Conditions NotOnOrAfter="2026-11-22T09:05:00Z"><AudienceRestrictionCondition><Audience>https://sp</Audience>'
    b"</AudienceRestrictionCondition></Conditions><AuthenticationStatement AuthenticationMethod="
    b'"urn:oasis:names:tc:SAML:1.0:am:password" AuthenticationInstant="2026-11-22T09:00:00Z"><Subject><NameIdentifier'
    b' Format="x">ada</NameIdentifier><SubjectConfirmation><ConfirmationMethod>urn:oasis:names:tc:SAML:1.0:cm:bearer'
    b"</ConfirmationMethod></SubjectConfirmation></Subject></AuthenticationStatement><AttributeStatement><Attribute "
    b'AttributeName="a" AttributeNamespace="b"/></AttributeStatement></Assertion></p:Response>'
)


def test_saml_1_is_told_by_its_version() -> None:
    found = read(SAML1)
    assert isinstance(found, Response)
    assert (found.id, found.version, found.issuer, found.destination) == ("_1", "1.1", None, "https://sp/acs")
    assert found.status is not None
    assert found.status.codes == (factory.SUCCESS,)
    one = found.assertions[0]
    assert (one.id, one.version, one.issuer, one.attribute_count) == ("_2", "1.1", "https://idp", 1)
    assert one.conditions is not None
    assert one.conditions.audiences == ("https://sp",)
    assert one.subject is not None
    assert one.subject.name_id is not None
    assert one.subject.name_id.value == "ada"
    assert one.authentications[0].context == "urn:oasis:names:tc:SAML:1.0:am:password"


def test_saml_1_assertion_alone() -> None:
    found = read(etree.tostring(etree.fromstring(SAML1).find("{*}Assertion")))
    assert isinstance(found, Assertion)
    assert found.version == "1.1"


def test_encrypted_assertion_alone() -> None:
    found = read(etree.tostring(etree.fromstring(PATIENTS["encrypted"].data).find("{*}EncryptedAssertion")))
    assert isinstance(found, Encrypted)
    assert (found.kind, found.algorithm, found.recipient) == ("assertion", "aes128-gcm", SP)


def test_artifact_response_gives_its_response() -> None:
    inner = written(Draft(signed="none")).decode()
    found = read(f'<p:ArtifactResponse xmlns:p="{factory.SAMLP}">{inner}</p:ArtifactResponse>'.encode())
    assert isinstance(found, Response)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-22T09:00:00Z", NOW),
        ("2026-11-22T09:00:00.123456789Z", NOW.replace(microsecond=123456)),
        ("2026-11-22T09:00:00.5Z", NOW.replace(microsecond=500000)),
        ("2026-11-22T10:00:00+01:00", NOW),
        ("2026-11-22T09:00:00", NOW),
        ("2026-11-22 09:00:00Z", None),
        ("2026-13-22T09:00:00Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("2026-11-22", None),
        ("", None),
    ],
)
def test_instant(text: str, moment: datetime | None) -> None:
    found = saml.instant(text)
    assert found is not None
    assert (found.at, found.text) == (moment, text)
    assert found.at is None or found.at.tzinfo is UTC


def test_no_instant() -> None:
    assert saml.instant(None) is None


@given(st.datetimes(timezones=st.just(timezone(timedelta(hours=-5)))))
def test_any_instant_is_read(moment: datetime) -> None:
    found = saml.instant(moment.isoformat())
    assert found is not None
    assert found.at in (moment, None if moment.year > 9998 else moment)


def test_bounds() -> None:
    many = tuple((f"a{i}", ("x" * 5000,) if i == 0 else ("x",)) for i in range(10_050))
    one = read(written(Draft(signed="none", attributes=many))).assertions[0]
    assert one.attribute_count == 10_050
    assert len(one.attributes) == assertion.MAX_ATTRIBUTES
    assert len(one.attributes[0].values[0]) == saml.MAX_TEXT


def test_many_values() -> None:
    one = read(written(Draft(signed="none", attributes=(("groups", tuple(map(str, range(500)))),)))).assertions[0]
    assert one.attributes[0].total == 500
    assert len(one.attributes[0].values) == assertion.MAX_VALUES


def test_faithful_refuses_what_the_door_refuses() -> None:
    for data in (b'<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>', b"<a>", b"", b"\0\1", b"<a/>" * 2):
        with pytest.raises(DoctorError):
            xml.faithful(data)


SEED: Final = written()


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(mutated(SEED))
def test_mutated_bytes_raise_only_our_errors(data: bytes) -> None:
    try:
        read(data)
    except DoctorError:
        return


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of public files is not here")
def test_corpus_is_read() -> None:
    found = [one for path in sorted(CORPUS.glob("*.xml")) if (one := _quietly(path.read_bytes())) is not None]
    assert sum(isinstance(one, Response) for one in found) > 150


def _quietly(data: bytes) -> Any:
    try:
        return read(data)
    except DoctorError:
        return None
