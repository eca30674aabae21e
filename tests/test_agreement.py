"""doctor and the test suites that real SAML messages come from: they agree, or it is written down who is right."""

from __future__ import annotations

import base64
import json
import zlib
from functools import cache
from typing import TYPE_CHECKING, Final

import pytest

import doctor
from tests import agreement, upstream_message, upstream_settings
from tests.agreement import CORPUS, Outcome

if TYPE_CHECKING:
    from pathlib import Path

AGREEMENT_FLOOR: Final = 0.90
"""The share of cases in which doctor gives the upstream verdict must not sink below this."""
REASON_FLOOR: Final = 0.80
"""The share in which it also finds what the upstream test gives as its reason."""

with_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of public files is not here")


@cache
def outcomes() -> tuple[Outcome, ...]:
    return tuple(agreement.judged(case) for case in agreement.cases())


@with_corpus
@pytest.mark.parametrize("folder", ["responses", "captures"])
def test_every_message_gets_a_report(folder: str) -> None:
    paths = sorted(path for path in (CORPUS / folder).iterdir() if path.is_file())
    assert paths
    for path in paths:
        report = doctor.check(path, at=agreement.NOW, fail_on="never")
        assert report.unreadable == (), path
        assert len(report.subjects) == 1, path
        assert [(one.id, one.message) for one in report.findings if one.verdict == "crashed"] == [], path


@with_corpus
def test_every_verdict_is_compared_or_left_out_with_a_reason() -> None:
    left_out = {file for entry in agreement.data()["left_out"] for file in entry["files"]}
    compared = {case.file for case in agreement.cases()}
    assert compared | left_out == set(agreement.manifest())
    assert not compared & left_out
    assert all(entry["why"] for entry in agreement.data()["left_out"])


@with_corpus
def test_no_rule_crashes_with_the_settings_of_the_upstream_tests() -> None:
    assert [one.case.key for one in outcomes() if one.crashed] == []


@with_corpus
def test_every_disagreement_is_explained() -> None:
    assert [agreement.described(one) for one in agreement.unexplained(outcomes())] == []


@with_corpus
def test_what_is_listed_is_a_disagreement() -> None:
    assert [one.key for one in agreement.settled(outcomes())] == []


@with_corpus
def test_the_agreement_does_not_sink() -> None:
    assert agreement.rate(outcomes()) >= AGREEMENT_FLOOR
    assert sum(one.same_reason for one in outcomes()) / len(outcomes()) >= REASON_FLOOR


def test_the_list_says_who_is_right_and_why() -> None:
    for one in agreement.listed():
        assert one.right in agreement.RIGHT, one
        assert len(one.why) > 20, one
    keys = [one.key for one in agreement.listed()]
    assert len(keys) == len(set(keys))


def test_settings_of_the_php_toolkit_are_read(tmp_path: Path) -> None:
    path = tmp_path / "settings.php"
    path.write_text(
        "<?php\n// a comment with 'quotes'\n$settingsInfo = array ('strict' => false, 'sp' => array (\n"
        "'entityId' => 'https://sp.example/it\\'s', /* array( */ 'assertionConsumerService' => array ('url' =>"
        "'https://sp.example/acs',),), 'idp' => array ('entityId' => 'https://idp.example', 'x509cert' => '',"
        "'x509certMulti' => array ('signing' => array (0 => 'QUJD', 1 => \n'REVG'))));"
    )
    assert upstream_settings.read(path) == upstream_settings.Settings(
        "https://sp.example/it's", "https://sp.example/acs", "https://idp.example", ("QUJD", "REVG"), None
    )


def test_settings_of_the_python_toolkit_are_read(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"sp": {"entityId": "sp"}, "idp": {"entityId": "idp", "certFingerprint": "AB:CD"}}))
    assert upstream_settings.read(path) == upstream_settings.Settings("sp", None, "idp", (), "abcd")


def test_settings_of_the_java_toolkit_are_read(tmp_path: Path) -> None:
    path = tmp_path / "config.properties"
    path.write_text(
        "# onelogin.saml2.sp.entityid = no\nonelogin.saml2.sp.entityid = https://sp.example/?a=1\n"
        "onelogin.saml2.sp.assertion_consumer_service.url = https://sp.example/acs\n"
        "onelogin.saml2.idp.entityid = idp\nonelogin.saml2.idp.x509cert = "
        "-----BEGIN CERTIFICATE-----\\nMIIB\\n-----END CERTIFICATE-----\n"
    )
    assert upstream_settings.read(path) == upstream_settings.Settings(
        "https://sp.example/?a=1", "https://sp.example/acs", "idp", ("MIIB",), None
    )


def test_settings_in_another_format_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "helper.rb"
    path.write_text("")
    with pytest.raises(ValueError, match="no reader for helper"):
        upstream_settings.read(path)


@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf"])
def test_a_message_is_read_whatever_it_is_wrapped_in(tmp_path: Path, before: bytes) -> None:
    xml = before + b"<Response IssueInstant='2014-03-21T19:20:13'><Issuer>https://idp.example</Issuer></Response>"
    deflated = zlib.compress(xml, wbits=-15)
    for content in (xml, base64.b64encode(xml), base64.b64encode(deflated), base64.encodebytes(xml)):
        path = tmp_path / "message"
        path.write_bytes(content)
        text = upstream_message.text_of(path)
        assert upstream_message.issuer(text) == "https://idp.example"
        assert str(upstream_message.instant(text)) == "2014-03-21 19:20:13+00:00"


def test_metadata_around_a_certificate_is_metadata_of_an_identity_provider() -> None:
    data = upstream_message.metadata('https://idp.example/?a=1&b="', ["QUJD"])
    subject = doctor.check(data, at=agreement.NOW).subjects[0]
    assert subject.kind == "idp-metadata"
    assert subject.summary["entity_id"] == 'https://idp.example/?a=1&b="'
