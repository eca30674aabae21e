"""`check --connection`, `diagnose --connection|--organization|--directory`: the vendor's record beside the evidence."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from doctor.model.finding import BY_EYE
from tests.evidence import AT, IDP, NOW, metadata, put, ran
from tests.evidence import scalekit as scalekit_connection
from tests.factory import certificate, providers
from tests.factory.metadata import key
from tests.test_connections_cli import FIRST, ORG, quiet, scalekit, server
from tests.vendor_server import KEY, SECRET, TOKEN, Fault, directory

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.vendor_server import Server

__all__ = ["quiet", "scalekit", "server"]
HELD = scalekit_connection()["id"]


def renewed() -> bytes:
    """The identity provider's metadata after it changed its key."""
    other = certificate.make("CN=acme,O=Okta", NOW - timedelta(days=1), NOW + timedelta(days=900), slot=7)
    return providers.draft("okta", providers.around(NOW)).but(keys=(key(other),)).data


def found(done: Any) -> dict[str, str]:
    return {one["id"]: one["severity"] for one in done.data["findings"]}


def test_metadata_is_held_against_the_connection(
    scalekit: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The customer's file publishes other certificates than the connection holds."""
    path = put(tmp_path, "metadata.xml", renewed())
    alone = ran(capsys, "check", path, "--at", AT, "--format", "json")
    done = ran(capsys, "check", path, "--connection", HELD, "--at", AT, "--format", "json")
    assert "metadata-stale" not in found(alone)
    assert "metadata-stale" in found(done)
    assert scalekit.requests
    assert SECRET not in done.out + done.err
    assert TOKEN not in done.out + done.err


def test_what_the_connection_does_not_show_is_not_compared(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """WorkOS prints neither certificates nor an entity ID before a connection is set up: silence would look like
    agreement."""
    words = ("check", put(tmp_path, "metadata.xml", metadata(400)), "--connection", FIRST, "--at", AT)
    told = {one["fact"]: one for one in ran(capsys, *words, "--format", "json").data["not_checked"]}
    assert server.requests
    for fact in ("connection.certificates", "idp.expected_entity_id"):
        assert told[fact]["reason"] == "the connection does not show it"
    assert told["connection.certificates"]["how"] == BY_EYE
    assert told["idp.expected_entity_id"]["how"].startswith("--idp-entity-id")
    text = " ".join(ran(capsys, *words).out.split())
    assert f"certificates in the connection (the connection does not show it: {BY_EYE})" in text


def test_what_the_connection_shows_is_not_said_to_be_missing(
    scalekit: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("check", put(tmp_path, "metadata.xml", metadata(400)), "--connection", HELD, "--at", AT)
    told = {one["fact"] for one in ran(capsys, *words, "--format", "json").data["not_checked"]}
    assert scalekit.requests
    assert not told & {"connection.certificates", "idp.expected_entity_id"}


def test_an_option_makes_up_for_what_the_connection_does_not_show(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("check", put(tmp_path, "m.xml", metadata(400)), "--connection", FIRST, "--idp-entity-id", f"{IDP}x")
    done = ran(capsys, *words, "--at", AT, "--format", "json")
    assert server.requests
    assert found(done)["idp-entity-id-mismatch"] == "error"
    assert "idp.expected_entity_id" not in {one["fact"] for one in done.data["not_checked"]}


def test_another_tenant_is_told(scalekit: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = metadata(400).replace(IDP.encode(), b"http://www.okta.com/exkANOTHER")
    done = ran(capsys, "check", put(tmp_path, "m.xml", data), "--connection", HELD, "--at", AT, "--format", "json")
    assert scalekit.requests
    assert found(done)["idp-entity-id-mismatch"] == "error"


def test_a_connection_that_cannot_be_had(server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The subjects are judged all the same; the exit code says that something was not read."""
    server.faults = [Fault(401, b'{"message": "Unauthorized"}')] * 4
    done = ran(
        capsys, "check", put(tmp_path, "m.xml", metadata(400)), "--connection", FIRST, "--at", AT, "--format", "json"
    )
    assert done.code == 2
    assert f"--connection {FIRST}" in done.err
    assert done.data["subjects"]
    assert KEY not in done.out + done.err


def test_no_key_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = ran(capsys, "check", put(tmp_path, "m.xml", metadata()), "--connection", "conn_01", "--vendor", "workos")
    assert done.code == 2
    assert "WORKOS_API_KEY" in done.err
    assert "Traceback" not in done.err


def test_a_diagnosis_of_the_live_connection(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    done = ran(capsys, "diagnose", "--connection", FIRST, "--no-input", "--case", "live", "--format", "json")
    assert "stuck-in-validating" in done.data["trees"]
    kept = ran(capsys, "cases", "show", "live", "--format", "json")
    assert KEY not in done.out + done.err + kept.out
    assert any(one["kind"] == "connection" for one in json.loads(kept.out)["subjects"])


def test_a_diagnosis_of_a_directory(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    done = ran(capsys, "diagnose", "--directory", directory(2)["id"], "--no-input", "--format", "json")
    assert verdict_in(done.data, "directory-credentials-invalid") == "confirmed"


def test_a_diagnosis_of_an_organization(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    done = ran(capsys, "diagnose", "--organization", ORG, "--domain", "other.example", "--no-input", "--format", "json")
    assert any(one["id"].startswith(("organization-", "email-domain")) for one in done.data["findings"])
    assert "organization-not-found" in done.data["trees"] or done.data["headline"] is not None


def verdict_in(data: dict[str, Any], name: str) -> str | None:
    return next((one["verdict"] for one in data["findings"] if one["id"] == name), None)
