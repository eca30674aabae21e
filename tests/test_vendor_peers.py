"""doctor beside WorkOS' own SDK on one server: the same connections, field by field, in the fewest requests.

Skipped where emulator and SDK are not installed: `python -m peers.vendors` installs them.
"""

from __future__ import annotations

import hmac
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from doctor.sources import profile
from peers import workos_emulator, workos_webhook
from tests import vendor_server
from tests.evidence import ran
from tests.vendor_server import KEY, connection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peers.workos_emulator import Running

STATES: Final = {
    "requires_type": "draft", "draft": "draft", "validating": "validating", "active": "active",
    "inactive": "inactive", "deleting": "deleting", "frozen": "unknown",
}  # fmt: skip
DIRECTORY_STATES: Final = {
    "linked": "linked", "validating": "validating", "invalid_credentials": "invalid-credentials",
    "unlinked": "unlinked", "deleting": "deleting",
}  # fmt: skip
CONNECTIONS: Final = 250


@pytest.fixture(scope="module")
def emulator() -> Iterator[Running]:
    if reason := workos_emulator.missing():
        pytest.skip(reason)
    with (
        tempfile.TemporaryDirectory(prefix="doctor-peers-") as folder,
        workos_emulator.running(Path(folder), workos_emulator.seed(CONNECTIONS)) as running,
    ):
        yield running


@pytest.fixture(scope="module")
def sdk(emulator: Running) -> dict[str, Any]:
    """What the SDK reads of the emulator."""
    return workos_emulator.read_by_sdk(emulator)


@pytest.fixture(autouse=True)
def quiet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No key of this machine, no profile, no proxy."""
    for name in (*profile.KEY.values(), *profile.ADDRESS.values(), profile.CLIENT):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCTOR_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture
def workos(emulator: Running, monkeypatch: pytest.MonkeyPatch) -> Running:
    """The emulator as the environment that doctor asks."""
    monkeypatch.setenv("WORKOS_API_KEY", workos_emulator.KEY)
    monkeypatch.setenv("WORKOS_BASE_URL", emulator.url)
    return emulator


def of_workos(one: dict[str, Any]) -> dict[str, Any]:
    """What doctor must say of a connection that the SDK gives."""
    return {
        "vendor": "workos", "id": one["id"], "name": one["name"], "state": STATES[one["state"]],
        "state_given": one["state"], "type": one["connection_type"], "organization_id": one["organization_id"],
        "created_at": one["created_at"], "updated_at": one["updated_at"],
        "domains": [each["domain"] for each in one["domains"]],
    }  # fmt: skip


def told(row: dict[str, Any]) -> dict[str, Any]:
    """The same fields as doctor gives them."""
    names = ("vendor", "id", "name", "state", "state_given", "type", "organization_id", "created_at", "updated_at")
    return {**{name: row[name] for name in names}, "domains": [each["domain"] for each in row["domains"]]}


# ── WorkOS ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_same_connections(workos: Running, sdk: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    done = ran(capsys, "connections", "list", "--format", "json")
    assert (done.code, done.data["complete"], done.data["notes"]) == (0, True, [])
    assert [told(row) for row in done.data["connections"]] == [of_workos(one) for one in sdk["connections"]]
    assert len(sdk["connections"]) == CONNECTIONS
    assert {one["state"] for one in sdk["connections"]} == set(STATES)
    assert sum(len(one["domains"]) for one in sdk["connections"]) > 0


def test_the_fewest_requests(workos: Running, capsys: pytest.CaptureFixture[str]) -> None:
    """As many pages as the API's largest page allows, and no request beside them."""
    before = len(workos.requests())
    assert len(ran(capsys, "connections", "list", "--format", "json").data["connections"]) == CONNECTIONS
    asked = workos.requests()[before:]
    assert [line.partition("?")[0] for line in asked] == ["GET /connections"] * 3
    assert all("limit=100" in line for line in asked)


@pytest.mark.parametrize(("count", "requests"), [(0, 1), (100, 1), (101, 2), (250, 3), (1000, 10)])
def test_a_page_is_as_large_as_it_may_be(
    count: int, requests: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    each = [connection(number) for number in range(count)]
    with vendor_server.running(vendor_server.workos(connections=each)) as server:
        monkeypatch.setenv("WORKOS_API_KEY", KEY)
        monkeypatch.setenv("WORKOS_BASE_URL", server.url)
        done = ran(capsys, "connections", "list", "--format", "json")
    assert [row["id"] for row in done.data["connections"]] == [one["id"] for one in each]
    assert len(server.requests) == requests


@pytest.mark.parametrize("state", STATES)
def test_show(state: str, workos: Running, sdk: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    wanted = next(one for one in sdk["shown"] if one["state"] == state)
    done = ran(capsys, "connections", "show", wanted["id"], "--format", "json")
    row = done.data["connection"]
    named = {each["domain"] for each in wanted["domains"]}  # the organization's other domains stand beside them
    assert {**told(row), "domains": [one for one in told(row)["domains"] if one in named]} == of_workos(wanted)
    assert any("signing certificates are not shown" in note for note in done.data["notes"])


def test_the_failed_sign_in(workos: Running, sdk: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    """The emulator gives events of every name, some of which the SDK does not know; one of them is a sign-in."""
    (failed,) = [one for one in sdk["events"] if one["event"] == "authentication.sso_failed"]
    assert len(sdk["events"]) > CONNECTIONS
    done = ran(capsys, "connections", "show", failed["data"]["sso"]["connection_id"], "--format", "json")
    (failure,) = done.data["events"]["failures"]
    assert (failure["code"], failure["times"]) == (failed["data"]["error"]["code"], 1)
    assert failed["data"]["email"] not in done.out


def test_the_same_directories(workos: Running, sdk: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    names = ("id", "name", "type", "organization_id", "created_at", "updated_at")
    done = ran(capsys, "directories", "list", "--format", "json")
    rows = [(*(row[name] for name in names), row["state"], row["state_given"]) for row in done.data["directories"]]
    read = [
        (*(one[name] for name in names), DIRECTORY_STATES[one["state"]], one["state"]) for one in sdk["directories"]
    ]
    assert rows == read
    assert {one["state"] for one in sdk["directories"]} == set(DIRECTORY_STATES)


def test_the_users_of_one_directory(workos: Running, sdk: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    """The emulator gives the SDK those of every directory; doctor keeps those of the one that is meant."""
    ident = sdk["directories"][0]["id"]
    mine = [one for one in sdk["users"] if one["directory_id"] == ident]
    assert len(sdk["users"]) > len(mine) == 2
    done = ran(capsys, "directories", "show", ident, "--members", "--format", "json")
    assert sorted(row["id"] for row in done.data["members"]["users"]) == sorted(one["id"] for one in mine)
    assert not [one["email"] for one in mine if one["email"] in done.out]


def test_a_wrong_key(workos: Running, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("WORKOS_API_KEY", "sk_test_unknown_here_4711")
    done = ran(capsys, "connections", "list", "--format", "json")
    assert (done.code, done.data["complete"], done.data["trouble"]["kind"]) == (1, False, "key-rejected")
    assert [one["id"] for one in done.data["findings"]] == ["vendor-key-rejected"]
    assert "sk_test_unknown_here_4711" not in done.out


def test_an_unknown_connection(workos: Running, capsys: pytest.CaptureFixture[str]) -> None:
    done = ran(capsys, "connections", "show", "conn_01M81FFH7W4VXZA2ENBHKFX352", "--format", "json")
    assert (done.code, done.data["trouble"]["kind"]) == (1, "not-found")
    assert [one["id"] for one in done.data["findings"]] == ["vendor-object-not-found"]


def test_the_emulator_signs_webhooks_unlike_the_sdk(
    workos: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Seconds, and no blank: the SDK refuses the form; doctor finds the signature right and says what is odd."""
    sent = workos_webhook.caught(workos, tmp_path)
    assert workos_webhook.judged_by_sdk(sent) == "Unable to extract timestamp and signature hash from header"
    told = verified(capsys, sent)
    assert (told["signature"], told["window"], told["accepted"]) == ("valid", "wrong-unit", False)
    assert any("no blank" in reason for reason in told["reasons"])
    assert verified(capsys, sent, "another-secret")["signature"] == "invalid"


@pytest.mark.parametrize(("late", "verdict"), [(0, "accepted"), (600, "Timestamp outside the tolerance zone")])
def test_the_form_of_the_sdk(
    late: int, verdict: str, workos: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    body = tmp_path / "webhook.json"
    body.write_text('{"event": "dsync.deleted"}')
    stamp = str(int((time.time() - late) * 1000))
    seal = hmac.new(workos_webhook.SECRET.encode(), f"{stamp}.{body.read_text()}".encode(), "sha256").hexdigest()
    sent = workos_webhook.Caught(f"t={stamp}, v1={seal}", body)
    assert workos_webhook.judged_by_sdk(sent) == verdict
    told = verified(capsys, sent)
    assert (told["signature"], told["accepted"]) == ("valid", verdict == "accepted")


def verified(
    capsys: pytest.CaptureFixture[str], sent: workos_webhook.Caught, secret: str = workos_webhook.SECRET
) -> dict[str, Any]:
    """What doctor says of a webhook."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WEBHOOK_SECRET", secret)
        header = f"WorkOS-Signature: {sent.header}"
        words = ("events", "verify", str(sent.body), "--secret-env", "WEBHOOK_SECRET", "--header", header)
        done = ran(capsys, *words, "--format", "json")
    found: dict[str, Any] = done.data
    return found
