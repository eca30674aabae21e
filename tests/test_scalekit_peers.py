"""doctor beside Scalekit's own SDK on one stub: the same connections, field by field, in the fewest requests.

The stub is ours (`docs/vendors.md`). Skipped where the SDK is not installed: `python -m peers.vendors` installs it.
"""

from __future__ import annotations

import hashlib
import ssl
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from doctor.sources import profile
from peers import scalekit_stub
from tests import vendor_server
from tests.evidence import ran

if TYPE_CHECKING:
    from collections.abc import Iterator

PROVIDERS: Final = {
    "OKTA": "okta", "MICROSOFT_AD": "entra-id", "GOOGLE": "google-workspace", "PING_IDENTITY": "pingone",
    "ADFS": "adfs", "CUSTOM": None,
}  # fmt: skip
KINDS: Final = 3 * 2 * 3 * len(PROVIDERS)


@pytest.fixture(autouse=True)
def quiet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No key of this machine, no profile, no proxy."""
    for name in (*profile.KEY.values(), *profile.ADDRESS.values(), profile.CLIENT):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCTOR_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture(scope="module", params=scalekit_stub.GATEWAYS)
def stub(request: pytest.FixtureRequest) -> Iterator[scalekit_stub.Running]:
    if reason := scalekit_stub.missing():
        pytest.skip(reason)
    with (
        tempfile.TemporaryDirectory(prefix="doctor-peers-") as folder,
        scalekit_stub.running(Path(folder), KINDS, request.param) as running,
    ):
        yield running


@pytest.fixture(scope="module")
def scalekit_sdk(stub: scalekit_stub.Running) -> dict[str, Any]:
    """What the SDK reads of the stub."""
    return scalekit_stub.read_by_sdk(stub)


@pytest.fixture
def scalekit(stub: scalekit_stub.Running, monkeypatch: pytest.MonkeyPatch) -> scalekit_stub.Running:
    """The stub as the environment that doctor asks."""
    monkeypatch.setenv("SCALEKIT_ENVIRONMENT_URL", stub.url)
    monkeypatch.setenv("SCALEKIT_CLIENT_ID", scalekit_stub.CLIENT)
    monkeypatch.setenv("SCALEKIT_CLIENT_SECRET", scalekit_stub.SECRET)
    return stub


def of_scalekit(one: dict[str, Any]) -> dict[str, Any]:
    """What doctor must say of a connection that the SDK gives, in a list or alone."""
    if one["status"] == "COMPLETED":
        state = "active" if one["enabled"] else "inactive"
    else:
        state = {"DRAFT": "draft", "IN_PROGRESS": "validating"}[one["status"]]
    return {
        "vendor": "scalekit", "id": one["id"], "name": one.get("organization_name") or one["key_id"], "state": state,
        "state_given": one["status"], "enabled": one["enabled"], "protocol": one["type"].lower(), "type": one["type"],
        "provider": PROVIDERS[one["provider"]], "organization_id": one["organization_id"],
        "created_at": one.get("create_time") or one["created_at"], "updated_at": one.get("update_time"),
    }  # fmt: skip


def said(row: dict[str, Any], names: dict[str, Any]) -> dict[str, Any]:
    """The same fields as doctor gives them; REST leaves a false `enabled` out, then doctor knows none."""
    return {**{name: row[name] for name in names}, "enabled": bool(row["enabled"])}


def test_the_same_connections(
    scalekit: scalekit_stub.Running, scalekit_sdk: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    read = [of_scalekit(one) for one in scalekit_sdk["connections"]]
    before = len(scalekit.requests())
    done = ran(capsys, "connections", "list", "--format", "json")
    assert (done.code, done.data["complete"]) == (0, True)
    assert [said(row, read[0]) for row in done.data["connections"]] == read
    domains = [[each["domain"] for each in row["domains"]] for row in done.data["connections"]]
    assert domains == [one["domains"] for one in scalekit_sdk["connections"]]
    assert len({(one["status"], one["enabled"], one["type"], one["provider"]) for one in scalekit_sdk["connections"]}
               ) == KINDS == len(read)  # fmt: skip
    assert scalekit.requests()[before:] == ["POST /oauth/token", "GET /api/v1/connections?include=all"]


@pytest.mark.parametrize("number", range(0, KINDS, 7))
def test_show(
    number: int, scalekit: scalekit_stub.Running, scalekit_sdk: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    one = scalekit_sdk["shown"][number]
    row = ran(capsys, "connections", "show", one["id"], "--format", "json").data["connection"]
    assert said(row, of_scalekit(one)) == of_scalekit(one)
    saml, oidc = one.get("saml_config"), one.get("oidc_config", {})
    assert row["sp"]["redirect_uri"] == (oidc.get("redirect_uri") or None)
    for part, name, theirs in (
        ("sp", "acs_url", "sp_assertion_url"), ("sp", "entity_id", "sp_entity_id"), ("idp", "sso_url", "idp_sso_url"),
        ("idp", "entity_id", "idp_entity_id"), ("idp", "metadata_url", "idp_metadata_url"),
    ):  # fmt: skip
        assert row[part][name] == (saml or {}).get(theirs)
    certificates = [each["certificate"] for each in (saml or {}).get("idp_certificates", [])]
    assert [each["sha256"] for each in row["certificates"]] == [fingerprint(pem) for pem in certificates]
    assert row["holds_metadata"] == (bool(certificates) if saml else None)
    assert row["signing_option"] == (saml or {}).get("saml_signing_option")
    assert row["idp_initiated"] == (saml or {}).get("allow_idp_initiated_login")


def fingerprint(pem: str) -> str:
    """The SHA-256 of a certificate, by the standard library alone."""
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()


def test_the_same_directories(
    scalekit: scalekit_stub.Running, scalekit_sdk: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    done = ran(capsys, "directories", "list", "--format", "json")
    rows = [
        {"id": row["id"], "name": row["name"], "organization_id": row["organization_id"], "enabled": row["enabled"],
         "status": row["state_given"], "total_users": row["users"] or 0, "directory_endpoint": row["endpoint"],
         "tokens": [each["ending"] for each in row["tokens"]]}
        for row in done.data["directories"]
    ]  # fmt: skip
    read = [
        {**{name: one[name] for name in rows[0] if name != "tokens"},
         "tokens": [each["secret_suffix"] for each in one["secrets"]]}
        for one in scalekit_sdk["directories"]
    ]  # fmt: skip
    assert rows == read
    states = {row["state_given"] or "none": row["state"] for row in done.data["directories"] if row["enabled"]}
    assert states["COMPLETED"] == "linked"
    assert states["IN_PROGRESS"] == "validating"


def test_has_no_pages(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The vendor's message of this list has no page token: one request brings all."""
    each = [{"id": f"conn_{number}", "provider": "OKTA", "type": "SAML", "status": "COMPLETED", "enabled": True,
             "organization_id": "org_1"} for number in range(1000)]  # fmt: skip
    with vendor_server.running(vendor_server.scalekit(connections=each)) as server:
        monkeypatch.setenv("SCALEKIT_ENVIRONMENT_URL", server.url)
        monkeypatch.setenv("SCALEKIT_CLIENT_ID", vendor_server.CLIENT)
        monkeypatch.setenv("SCALEKIT_CLIENT_SECRET", vendor_server.SECRET)
        done = ran(capsys, "connections", "list", "--format", "json")
    assert [row["id"] for row in done.data["connections"]] == [one["id"] for one in each]
    assert server.paths() == ["POST /oauth/token", "GET /api/v1/connections"]


def test_a_wrong_secret(
    scalekit: scalekit_stub.Running, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SCALEKIT_CLIENT_SECRET", "another-secret-of-nothing")
    done = ran(capsys, "connections", "list", "--format", "json")
    assert (done.code, done.data["trouble"]["kind"]) == (1, "client-rejected")
    assert "another-secret-of-nothing" not in done.out
