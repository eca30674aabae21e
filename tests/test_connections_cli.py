"""`doctor connections`, `directories`, `config`: what they print, how they end, what they refuse; no secret."""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
import sys
import types
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from doctor import casework, library
from doctor.cli import live as cli
from doctor.cli import watching
from doctor.engine import watch
from doctor.model.connection import OrganizationDomain
from doctor.model.error import UsageError
from doctor.sources import dns, live, profile, secret, vendor, workos
from doctor.sources.dns import Texts
from tests import vendor_server
from tests.evidence import Terminal, ran, verdict_of
from tests.evidence import scalekit as scalekit_connection
from tests.test_workos import Time
from tests.vendor_server import CLIENT, KEY, SECRET, Fault, connection, directory, failed, organization, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.vendor_server import Server

ORG = "org_01EHWNCE74X7JSDV0X3SZ3KJNY"
FIRST = connection(1)["id"]
SCHEMAS = Path(__file__).resolve().parent.parent / "doctor" / "report" / "schema"


@pytest.fixture(autouse=True)
def quiet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No key of this machine, no profile, no name service, no waiting between tries."""
    for name in (*profile.KEY.values(), *profile.ADDRESS.values(), profile.CLIENT):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCTOR_HOME", str(tmp_path / "home"))
    monkeypatch.setitem(sys.modules, "keyring", None)
    monkeypatch.setattr(vendor, "Manner", _impatient)


_MANNER = vendor.Manner


def _impatient(limits: vendor.Limits, allow_private: bool = False) -> vendor.Manner:
    clock = Time([], [0.0]).clock()
    return _MANNER(limits._replace(tries=2), clock, lambda: 0.0, allow_private, lambda _name, _own: Texts())


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """WorkOS with three connections, a directory, an organization whose domain is pending, and failed sign-ins."""
    data: dict[str, Any] = {
        "connections": [connection(1, state="validating"), connection(2), connection(3, state="inactive", name="Old")],
        "directories": [directory(1), directory(2, state="invalid_credentials")],
        "directory_users": [{"id": "u1", "directory_id": directory(1)["id"], "email": "canary.user@acme.example"}],
        "organizations": [organization(state="pending")], "events": [failed(1, email="canary.user@acme.example")],
    }  # fmt: skip
    with running(vendor_server.workos(**data)) as found:
        monkeypatch.setenv("WORKOS_API_KEY", KEY)
        monkeypatch.setenv("WORKOS_BASE_URL", found.url)
        yield found


@pytest.fixture
def scalekit(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with running(vendor_server.scalekit(connections=[scalekit_connection()])) as found:
        monkeypatch.setenv("SCALEKIT_ENVIRONMENT_URL", found.url)
        monkeypatch.setenv("SCALEKIT_CLIENT_ID", CLIENT)
        monkeypatch.setenv("SCALEKIT_CLIENT_SECRET", SECRET)
        yield found


def wrong(data: dict[str, Any], name: str = "") -> list[str]:
    """Everything that its schema has against an answer."""
    schema = json.loads((SCHEMAS / f"{name or data['schema'].split('/')[1] + '-1'}.json").read_text("utf-8"))
    found = Draft202012Validator(schema).iter_errors(data)
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in found]


# ── reading ────────────────────────────────────────────────────────────────────────────────────────────────


def test_list(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    done = ran(capsys, "connections", "list", "--format", "json")
    assert (done.code, done.data["schema"], done.data["complete"]) == (0, "doctor/connections/1", True)
    assert [(one["id"], one["state"]) for one in done.data["connections"]] == [
        (connection(1)["id"], "validating"), (connection(2)["id"], "active"), (connection(3)["id"], "inactive"),
    ]  # fmt: skip
    assert [one["status"] for one in done.data["exchanges"]] == [200]
    text = ran(capsys, "connections", "list").out
    assert text.splitlines()[-1] == "3 connections"
    assert FIRST in text


@pytest.mark.parametrize(("state", "count"), [("active", 1), ("Inactive", 1), ("draft", 0)])
def test_by_state(state: str, count: int, server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    done = ran(capsys, "connections", "list", "--state", state, "--format", "json")
    assert len(done.data["connections"]) == count


@pytest.mark.parametrize("shelf", ["connections", "directories"])
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_state_that_nobody_knows(shelf: str, form: str, server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    """An empty list would say that there is none in that state."""
    done = ran(capsys, shelf, "list", "--state", "validatin", "--format", form)
    assert (done.code, done.out) == (2, "")
    assert "no state is called 'validatin'; did you mean validating?" in done.err
    assert "invalid-credentials" in done.err


@pytest.mark.parametrize("state", ["IN_PROGRESS", "completed", "requires_type", "unknown", "credentials-invalid"])
def test_a_state_of_either_vendor_is_known(state: str, server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    done = ran(capsys, "connections", "list", "--state", state)
    assert (done.code, done.out) == (0, "0 connections\n")


def test_a_new_state_of_the_vendor_can_be_asked_for(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    server.data["connections"][0] = connection(1, state="half_open")
    done = ran(capsys, "connections", "list", "--state", "half-open", "--format", "json")
    assert [one["id"] for one in done.data["connections"]] == [FIRST]


def test_a_list_that_could_not_be_read_is_told_first(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    """Whether the vendor knows the word is not known then."""
    server.always = Fault(401, b'{"message": "Unauthorized"}')
    done = ran(capsys, "connections", "list", "--state", "bogus", "--format", "json")
    assert done.data["trouble"]["status"] == 401


def test_show(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    done = ran(capsys, "connections", "show", FIRST, "--format", "json")
    assert (done.code, done.data["connection"]["id"]) == (0, FIRST)
    assert done.data["organization"]["domains"][0]["state"] == "pending"
    assert done.data["organization"]["domains"][0]["dns"]["result"] == "missing"
    assert done.data["events"]["failures"][0]["code"] == "example"
    text = ran(capsys, "connections", "show", FIRST).out
    assert "failed sign-in   example, 1 time" in text
    assert "DNS: missing" in text


LINES = {
    "connections-1": ["connections", "list"], "connection-1": ["connections", "show", FIRST],
    "directories-1": ["directories", "list"], "directory-1": ["directories", "show", directory(1)["id"], "--members"],
    "watch-1": ["connections", "watch", FIRST, "--timeout", "0.2", "--interval", "0.1"],
    "change-1": ["connections", "delete", FIRST, "--confirm", "Acme 1"], "profiles-1": ["config", "list"],
}  # fmt: skip


@pytest.mark.parametrize("name", LINES)
def test_schema(name: str, server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    ran(capsys, "config", "add", "one", "--vendor", "workos", "--key-env", "WORKOS_API_KEY")
    done = ran(capsys, *LINES[name], "--format", "json")
    assert done.data["schema"] == f"doctor/{name.removesuffix('-1')}/1"
    assert wrong(done.data) == []
    for key in done.data:
        damaged = copy.deepcopy(done.data)
        del damaged[key]
        assert wrong(damaged, name), f"{key} missing goes unseen"
    assert wrong({**done.data, "extra": 1})


@pytest.mark.parametrize("name", [*list(LINES)[:6]])
@pytest.mark.parametrize("status", [401, 403, 404, 429, 500])
def test_schema_of_a_failure(name: str, status: int, server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    server.always = Fault(status, b'{"message":"no"}')
    done = ran(capsys, *LINES[name], "--format", "json")
    assert wrong(done.data) == []
    assert done.code in (1, 2)
    assert done.data["trouble"]["status"] == status or done.data.get("outcome") == "failed"


def test_events_schemas(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "e.json"
    file.write_text(json.dumps([failed(1)]), encoding="utf-8")
    monkeypatch.setenv("HOOK", "x")
    assert wrong(ran(capsys, "events", "explain", str(file), "--format", "json").data) == []
    words = ["--secret-env", "HOOK", "--header", f"WorkOS-Signature: t=1, v1={'0' * 64}", "--format", "json"]
    assert wrong(ran(capsys, "events", "verify", str(file), *words).data) == []


@pytest.mark.parametrize(
    ("fault", "code", "rule"),
    [
        (Fault(401), 1, "vendor-key-rejected"),
        (Fault(403), 1, "vendor-key-rejected"),
        (Fault(404), 1, "vendor-not-the-api"),
        (Fault(422), 1, "vendor-request-refused"),
        (Fault(429), 2, "vendor-rate-limited"),
        (Fault(503), 2, "vendor-unreachable"),
        (Fault(how="half"), 2, "vendor-unreachable"),
        (Fault(how="drop"), 2, "vendor-unreachable"),
        (Fault(200, b"<html><title>Proxy</title>", {"Content-Type": "text/html"}), 1, "vendor-not-the-api"),
    ],
)
@pytest.mark.parametrize(
    "words", [["connections", "list"], ["connections", "show", FIRST], ["directories", "list"]], ids=" ".join
)
def test_bad_days(  # noqa: PLR0917
    words: list[str], fault: Fault, code: int, rule: str, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each is a finding with what to do, an exit code, and no traceback."""
    server.always = fault
    done = ran(capsys, *words)
    assert (done.code, done.err) == (code, "")
    assert rule in done.out
    assert "fix (developer)" in done.out
    assert [one["id"] for one in ran(capsys, *words, "--format", "json").data["findings"]] == [rule]


def test_another_environment(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    server.data["elsewhere"] = [FIRST]
    assert "vendor-other-environment" in ran(capsys, "connections", "show", FIRST).out
    server.data["elsewhere"] = []
    assert "vendor-object-not-found" in ran(capsys, "connections", "show", "conn_01E4ZCR3C56J083X43JQXF9999").out


def test_a_list_that_is_not_whole(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    server.data["connections"] = [connection(n) for n in range(1, 121)]
    server.faults = [None, Fault(500), Fault(500)]
    done = ran(capsys, "connections", "list", "--format", "json")
    assert (done.code, len(done.data["connections"]), done.data["complete"]) == (2, 100, False)


def test_rows_are_shown_while_the_next_page_is_on_its_way(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    server.data["connections"] = [connection(n) for n in range(1, 121)]
    answer, shown = server.answer, list[str]()

    def slow(ours: Server, asked: vendor_server.Asked) -> vendor_server.Reply:
        shown.append(sys.stdout.getvalue())  # type: ignore[union-attr]
        return answer(ours, asked)

    server.answer = slow
    assert ran(capsys, "connections", "list").code == 0
    assert [sum("conn_" in line for line in one.splitlines()) for one in shown] == [0, 100]


def test_scalekit_list_and_show(scalekit: Server, capsys: pytest.CaptureFixture[str]) -> None:
    done = ran(capsys, "connections", "list", "--format", "json")
    assert (done.code, done.data["vendor"], done.data["connections"][0]["state"]) == (0, "scalekit", "active")
    shown = ran(capsys, "connections", "show", scalekit_connection()["id"], "--format", "json")
    assert wrong(shown.data) == []
    assert shown.data["connection"]["sp"]["acs_url"] == scalekit_connection()["saml_config"]["sp_assertion_url"]


# ── curl ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not there")
@pytest.mark.parametrize(
    "words",
    [
        ["connections", "list", "--organization", ORG, "--type", "OktaSAML"],
        ["connections", "show", FIRST],
        ["directories", "list", "--domain", "a'b $(x).example"],
        ["directories", "show", directory(1)["id"]],
    ],
)
def test_curl_asks_the_same(words: list[str], server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    done = ran(capsys, *words, "--curl")
    assert (done.code, server.requests) == (0, [])
    assert "canary" not in done.out
    subprocess.run(["sh", "-c", done.out], check=True, capture_output=True, timeout=20)
    by_curl = server.requests[-1]
    ran(capsys, *words)
    mine = server.requests[1]
    assert (by_curl.path, by_curl.query) == (mine.path, mine.query)
    assert by_curl.headers["authorization"] == f"Bearer {KEY}"


def test_curl_of_scalekit(scalekit: Server, capsys: pytest.CaptureFixture[str]) -> None:
    out = ran(capsys, "connections", "list", "--curl").out
    assert "canary" not in out
    assert "include=all" in out
    assert "$SCALEKIT_CLIENT_SECRET" in out
    assert ran(capsys, "connections", "show", "conn_1", "--curl").code == 2
    assert (
        "organizations/org_1/connections/conn_1"
        in ran(capsys, "connections", "show", "conn_1", "--organization", "org_1", "--curl").out
    )


# ── watch ──────────────────────────────────────────────────────────────────────────────────────────────────


def watcher(server: Server, time: Time) -> tuple[vendor_server.Server, Any]:
    access = profile.Access("workos", server.url, None, secret.given(KEY, "K"), "K")
    manner = _MANNER(vendor.Limits(timeout=1.0), time.clock(), lambda: 0.0, False, lambda _name, _own: Texts())
    return server, live.client(access, manner)


def test_watch_until_active(server: Server) -> None:
    time = Time([], [0.0])
    _, api = watcher(server, time)
    server.data["organizations"] = [organization()]
    told: list[str] = []

    def tell(one: watching.Told) -> None:
        told.append(one.step.after)
        if len(told) == 1:
            assert one.diagnosis is not None
            assert one.diagnosis.findings
            server.data["connections"][0] = connection(1, state="active")

    ended = watching.watched(api, "workos", live.About(FIRST), watching.Plan(5.0, 600.0), tell)
    assert (ended.outcome, told) == ("active", ["validating", "active"])
    assert [one.step.before for one in ended.steps] == [None, "validating"]
    assert ended.steps[0].step.at == "2026-11-22T09:00:00Z"


def test_watch_tells_a_failed_sign_in(server: Server) -> None:
    time = Time([], [0.0])
    _, api = watcher(server, time)
    seen: list[int] = []

    def tell(one: watching.Told) -> None:
        seen.append(one.step.new_failures)
        if len(seen) == 1:
            server.data["events"].append(failed(2))

    ended = watching.watched(api, "workos", live.About(FIRST), watching.Plan(5.0, 60.0), tell)
    assert (ended.outcome, seen) == ("timeout", [1, 1])


def test_watch_is_polite(server: Server) -> None:
    time = Time([], [0.0])
    _, api = watcher(server, time)
    ended = watching.watched(api, "workos", live.About(FIRST), watching.Plan(5.0, 300.0), lambda _one: None)
    assert ended.outcome == "timeout"
    assert time.slept[:5] == [5.0, 7.5, 11.25, 16.875, 25.3125]
    assert max(time.slept) == 30.0
    assert time.now[0] < 300.0
    looks = [one for one in server.requests if one.path == f"/connections/{FIRST}"]
    assert len(looks) < 16


def test_watch_of_what_goes_away(server: Server) -> None:
    _, api = watcher(server, Time([], [0.0]))

    def tell(_one: watching.Told) -> None:
        server.data["connections"] = []

    ended = watching.watched(api, "workos", live.About(FIRST), watching.Plan(), tell)
    assert (ended.outcome, [one.step.after for one in ended.steps]) == ("failed", ["validating", "gone"])


def test_watch_gives_up_on_an_api_that_fails(server: Server) -> None:
    time = Time([], [0.0])
    _, api = watcher(server, time)
    server.always = Fault(503)
    ended = watching.watched(api, "workos", live.About(FIRST), watching.Plan(5.0, 1e6), lambda _one: None)
    assert ended.outcome == "unknown"
    assert ended.trouble is not None
    assert len(server.requests) == 5 * 4


def test_watch_survives_a_bad_minute(server: Server) -> None:
    _, api = watcher(server, Time([], [0.0]))
    server.faults = [Fault(503)] * 8
    server.data["connections"][0] = connection(1, state="active")
    assert watching.watched(api, "workos", live.About(FIRST), watching.Plan(), lambda _one: None).outcome == "active"


@pytest.mark.parametrize(("state", "code"), [("active", 0), ("inactive", 1), ("validating", 3)])
def test_watch_exit_code(state: str, code: int, server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    server.data["connections"][0] = connection(1, state=state)
    done = ran(capsys, "connections", "watch", FIRST, "--timeout", "0.1")
    assert done.code == code
    assert state in done.out


@pytest.mark.parametrize(
    "state", ["active", "inactive", "deleting", "credentials-invalid", "gone", "draft", "validating"]
)
def test_outcome(state: str) -> None:
    waits = state in ("draft", "validating")
    assert (watch.outcome(state) is None) == waits
    assert watch.step(watch.Seen("t", state), watch.Seen("u", state)) is None


# ── writing ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("action", ["enable", "disable"])
def test_workos_cannot_switch(action: str, server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    done = ran(capsys, "connections", action, FIRST, "--confirm", "Acme 1")
    assert (done.code, done.out, server.requests) == (2, "", [])
    assert f"cannot {action} a connection" in done.err


@pytest.mark.parametrize("confirm", [[], ["--confirm", "acme 1"], ["--confirm", ""], ["--confirm", FIRST]])
def test_nothing_is_written_without_the_name(
    confirm: list[str], server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    done = ran(capsys, "connections", "delete", FIRST, *confirm)
    assert done.code == 2
    assert {one.method for one in server.requests} == {"GET"}
    assert "It is gone for ever" in done.err
    assert len(server.data["connections"]) == 3


def test_delete(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    done = ran(capsys, "connections", "delete", FIRST, "--confirm", "Acme 1")
    assert (done.code, done.out) == (0, "Acme 1: validating, now gone\n")
    assert [one.method for one in server.requests].count("DELETE") == 1
    assert "This will delete:" in done.err


@pytest.mark.parametrize(("typed", "left"), [("Acme 1", 2), ("acme 1", 3), ("", 3)])
def test_the_name_is_typed_back(typed: str, left: int, server: Server, tmp_path: Path) -> None:
    with Terminal(tmp_path / "home", "connections", "delete", FIRST) as terminal:
        assert "It is gone for ever" in terminal.until("Type its name to delete it: ")
        terminal.type(typed)
        code, shown = terminal.ended()
    assert code == (0 if left == 2 else 2)
    assert ("now gone" in shown) == (left == 2)
    assert len(server.data["connections"]) == left


def test_disable(scalekit: Server, capsys: pytest.CaptureFixture[str]) -> None:
    done = ran(capsys, "connections", "disable", scalekit_connection()["id"], "--confirm", "Acme", "--format", "json")
    assert (done.code, done.data["before"]["state"], done.data["after"]["state"]) == (0, "active", "inactive")
    assert wrong(done.data) == []


def test_a_write_whose_answer_is_lost(scalekit: Server, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody knows whether it arrived: it is said, and not tried again."""
    scalekit.faults = [None, None, None, Fault(how="drop")]
    done = ran(capsys, "connections", "disable", scalekit_connection()["id"], "--confirm", "Acme")
    assert done.code == 2
    assert "not certain" in done.err
    assert [one.method for one in scalekit.requests].count("PATCH") == 1


def test_no_other_command_writes(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["connections", "list"], ["connections", "show", FIRST], ["directories", "list"],
                  ["directories", "show", directory(1)["id"], "--members"]):  # fmt: skip
        ran(capsys, *words)
    assert {one.method for one in server.requests} == {"GET"}


# ── directories ────────────────────────────────────────────────────────────────────────────────────────────


def test_directories(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    done = ran(capsys, "directories", "list", "--format", "json")
    assert [one["state"] for one in done.data["directories"]] == ["linked", "invalid-credentials"]
    shown = ran(capsys, "directories", "show", directory(2)["id"], "--format", "json")
    assert shown.data["headline"] == "directory-credentials-invalid"
    users = ran(capsys, "directories", "show", directory(1)["id"], "--members")
    assert "canary" not in users.out
    assert "@acme.example" in users.out
    open_ = ran(capsys, "directories", "show", directory(1)["id"], "--members", "--show-personal")
    assert "canary.user@acme.example" in open_.out


def test_a_directory_shows_people_when_it_may(
    server: Server, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the events of a directory tell of people follows --show-personal, as those of a connection do."""
    monkeypatch.setattr(workos, "DSYNC_EVENTS", (*workos.DSYNC_EVENTS, "authentication.sso_failed"))
    ident = directory(1)["id"]
    server.data["events"] = [failed(1, email="canary.user@acme.example", directory_id=ident)]
    for form in ("text", "json"):
        masked = ran(capsys, "directories", "show", ident, "--format", form)
        assert "@acme.example" in masked.out
        assert "canary" not in masked.out
        assert "canary.user@acme.example" in ran(
            capsys, "directories", "show", ident, "--format", form, "--show-personal"
        ).out  # fmt: skip


# ── evidence for a diagnosis ───────────────────────────────────────────────────────────────────────────────


def test_fetch(server: Server) -> None:
    access = profile.Access("workos", server.url, None, secret.given(KEY, "K"), "K")
    manner = _MANNER(lookup=lambda _name, _own: Texts())
    found = live.fetch(access, live.About(FIRST, user_domain="acme.example"), manner)
    assert [one.kind for one in found.live.documents] == ["connection", "event"]
    assert found.live.facts["domain.txt_record"] == "missing"
    shown = cli.diagnosed(found.live, "workos")
    assert verdict_of(shown, "organization-domain-unverified") == "confirmed"
    assert verdict_of(shown, "organization-domain-record-missing") == "confirmed"
    assert shown.reported
    assert "canary" not in json.dumps(found.exchanges)


def test_what_was_fetched_earlier_is_replaced(server: Server) -> None:
    """A case that is taken up again holds the connection as it is now, with the exchanges behind it."""
    access = profile.Access("workos", server.url, None, secret.given(KEY, "K"), "K")
    manner = _MANNER(lookup=lambda _name, _own: Texts())
    case: Any = casework.empty("acme", library.Options())
    for state in ("draft", "inactive"):
        server.data["connections"] = [connection(1, state=state)]
        case = casework.with_live(case, live.fetch(access, live.About(FIRST), manner).live, "workos")
    assert [one.name for one in case.documents] == [f"workos:{FIRST}", f"workos:events of {FIRST}"]
    shown = casework.Session(case, library.rulebook(library.Options())).so_far
    assert shown.headline == "connection-inactive"
    kept = json.loads(case.documents[0].data)
    assert {one["status"] for one in kept["exchanges"]} == {200, 404}
    assert b"canary012" not in case.documents[0].data


def test_events_are_joined_with_the_connection(
    server: Server, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "e.json"
    file.write_text(json.dumps([failed(1)]), encoding="utf-8")
    inactive = connection(3)["id"]
    done = ran(capsys, "events", "explain", str(file), "--connection", inactive, "--format", "json")
    assert (done.code, done.data["headline"]) == (1, "connection-inactive")
    server.always = Fault(401)
    lost = ran(capsys, "events", "explain", str(file), "--connection", inactive, "--format", "json")
    assert "could not be had" in lost.err
    assert "vendor-key-rejected" in {one["id"] for one in lost.data["findings"]}


# ── DNS ────────────────────────────────────────────────────────────────────────────────────────────────────

DOMAIN = OrganizationDomain("acme.example", "pending", "pending", "dns", "tok123", "app-verify=tok123", "acme.example")
RIGHT = Texts(("v=spf1 -all", "app-verify=tok123"))


@pytest.mark.parametrize(
    ("usual", "own", "other", "result"),
    [
        (RIGHT, Texts(), {}, "found"), (Texts(), RIGHT, {}, "propagating"), (Texts(), Texts(), {}, "missing"),
        (Texts(("v=spf1 -all",)), Texts(), {}, "missing"), (Texts(("app-verify=old",)), Texts(), {}, "wrong-value"),
        (Texts(("tok123",)), Texts(), {}, "wrong-value"), (Texts(("APP-VERIFY=TOK123",)), Texts(), {}, "wrong-value"),
        (Texts(), Texts(), {"acme.example.acme.example": RIGHT}, "wrong-name"),
        (Texts(), Texts(), {"app-verify.acme.example": Texts(("tok123",))}, "wrong-name"),
        (Texts(failure="no answer in time"), Texts(), {}, "unknown"),
        (Texts(), Texts(failure="refused"), {}, "missing"),
    ],
)  # fmt: skip
def test_txt_record(usual: Texts, own: Texts, other: dict[str, Texts], result: str) -> None:
    def lookup(name: str, own_servers: bool) -> Texts:
        return other.get(name, Texts()) if name != "acme.example" else own if own_servers else usual

    assert dns.looked(DOMAIN, lookup).result == result


def test_the_name_service_is_asked_for_a_while_only() -> None:
    moments = iter([0.0, 1.0, 13.0, 14.0])
    lookup = dns.within(12.0, lambda: next(moments), lambda _name, _own: RIGHT)
    assert lookup("a", False) == RIGHT
    assert lookup("a", False).failure


def test_without_dnspython(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dns", None)
    monkeypatch.setitem(sys.modules, "dns.resolver", None)
    assert "dnspython" in dns.texts("acme.example").failure


# ── profiles ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A keyring that keeps in memory."""
    kept: dict[str, str] = {}
    module = types.ModuleType("keyring")
    vars(module).update(
        get_keyring=lambda: types.SimpleNamespace(priority=5),
        get_password=lambda _service, name: kept.get(name),
        set_password=lambda _service, name, text: kept.__setitem__(name, text),
        delete_password=lambda _service, name: kept.pop(name),
    )
    monkeypatch.setitem(sys.modules, "keyring", module)
    return kept


def test_profiles(
    ring: dict[str, str],
    server: Server,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.delenv("WORKOS_API_KEY")
    monkeypatch.setattr("sys.stdin", _Typed(KEY + "\n"))
    assert ran(capsys, "config", "add", "prod", "--vendor", "workos", "--base-url", server.url, "--key-stdin").code == 0
    assert ring == {"prod": KEY}
    monkeypatch.setenv("STAGING_KEY", "sk_test_canaryother")
    ran(capsys, "config", "add", "staging", "--vendor", "workos", "--base-url", server.url, "--key-env", "STAGING_KEY")
    assert ran(capsys, "connections", "list").code == 0
    assert ran(capsys, "connections", "list", "--profile", "staging").code == 1
    listed = ran(capsys, "config", "list", "--format", "json")
    assert [(one["name"], one["default"], one["key_in"]) for one in listed.data["profiles"]] == [
        ("prod", True, "keyring"), ("staging", False, "STAGING_KEY"),
    ]  # fmt: skip
    assert ran(capsys, "config", "use", "staging").code == 0
    assert ran(capsys, "connections", "list").code == 1
    assert ran(capsys, "config", "remove", "prod").code == 0
    assert ring == {}
    kept = b"".join(path.read_bytes() for path in (tmp_path / "home").rglob("*") if path.is_file())
    assert b"canary" not in kept
    assert "canary" not in listed.out + ran(capsys, "config", "list").out


class _Typed:
    def __init__(self, text: str) -> None:
        self.text = text

    def isatty(self) -> bool:
        return False

    def readline(self) -> str:
        return self.text


@pytest.mark.parametrize(
    "words",
    [["add", "x", "--vendor", "workos"], ["add", "x", "--vendor", "workos", "--key-env", "sk_test_canary123"],
     ["add", "../x", "--vendor", "workos", "--key-env", "A"], ["add", "x", "--vendor", "scalekit", "--key-env", "A"],
     ["add", "x", "--vendor", "workos", "--key-env", "A", "--base-url", "http://api.example.com"],
     ["use", "nobody"], ["remove", "nobody"], ["set-key", "nobody"]],
)  # fmt: skip
def test_wrong_profiles(words: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    done = ran(capsys, "config", *words)
    assert (done.code, done.out) == (2, "")
    assert "canary" not in done.err
    assert not (tmp_path / "home" / "profiles.json").exists()


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{", b'{"profiles":{"a":{"vendor":"x"}}}', b'{"profiles":[1]}', b"\xff"]
)
def test_a_damaged_file(content: bytes, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "profiles.json").write_bytes(content)
    done = ran(capsys, "config", "list")
    assert (done.code, done.out) == (2, "")


BOTH = {"WORKOS_API_KEY": KEY, "SCALEKIT_CLIENT_SECRET": SECRET, "SCALEKIT_CLIENT_ID": CLIENT,
        "SCALEKIT_ENVIRONMENT_URL": "https://acme.scalekit.dev"}  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "environ", "vendor_", "url"),
    [
        (profile.Wanted(), {"WORKOS_API_KEY": KEY}, "workos", None),
        (profile.Wanted("scalekit"), BOTH, "scalekit", "https://acme.scalekit.dev"),
        (profile.Wanted("workos", "https://proxy.example/w"), BOTH, "workos", "https://proxy.example/w"),
        (profile.Wanted(profile="one"), {**BOTH, "ONE": "k23456", "WORKOS_BASE_URL": "https://else"}, "workos", None),
        (profile.Wanted(), {"ONE": "k23456"}, "workos", None),
    ],
)  # fmt: skip
def test_which_access(wanted: profile.Wanted, environ: dict[str, str], vendor_: str, url: str | None) -> None:
    """A named profile beats the environment, which beats the default profile; its key goes to its own address."""
    book = profile.Book({"one": profile.Profile("one", "workos", key_env="ONE")}, "one")
    found = profile.access(wanted, environ, book, profile.Keyring())
    assert (found.vendor, found.base_url) == (vendor_, url)


@pytest.mark.parametrize(
    ("wanted", "environ"),
    [
        (profile.Wanted(), {}),
        (profile.Wanted(), BOTH),
        (profile.Wanted("workos"), {}),
        (profile.Wanted("scalekit"), {}),
        (profile.Wanted("scalekit"), {"SCALEKIT_CLIENT_SECRET": SECRET}),
        (profile.Wanted(profile="none"), BOTH),
        (profile.Wanted(), {"WORKOS_API_KEY": "has blanks in it"}),
    ],
)
def test_no_access(wanted: profile.Wanted, environ: dict[str, str]) -> None:
    with pytest.raises(UsageError) as raised:
        profile.access(wanted, environ, profile.Book({}), profile.Keyring())
    assert raised.value.hint
    assert "canary" not in f"{raised.value}{raised.value.hint}"


# ── secrets ────────────────────────────────────────────────────────────────────────────────────────────────

WORDS = [
    ["connections", "list"], ["connections", "show", FIRST], ["connections", "watch", FIRST, "--timeout", "0.1"],
    ["connections", "delete", FIRST, "--confirm", "no"], ["directories", "list"],
    ["directories", "show", directory(1)["id"], "--members"], ["connections", "list", "--curl"],
]  # fmt: skip


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("words", WORDS, ids=" ".join)
@pytest.mark.parametrize("fault", [None, "echo"])
def test_no_secret_is_shown(  # noqa: PLR0917
    fault: str | None, words: list[str], form: str, server: Server, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Not even where the API repeats the key in its answer; and no person's name either."""
    if fault:
        echo = json.dumps({"message": f"Bearer {KEY} is wrong", "errors": [f"key={KEY}"]}).encode()
        server.always = Fault(422, echo, {"X-Request-ID": KEY, "Location": f"https://x/?k={KEY}"})
    done = ran(capsys, *words, "--format", form)
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert "canary" not in done.out + done.err
    assert b"canary" not in kept


@pytest.mark.parametrize("debug", ["", "1"])
def test_no_secret_in_a_crash(
    debug: str, server: Server, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import traceback

    def broken(*_: object) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr("doctor.sources.workos.connections", broken)
    monkeypatch.setenv("DOCTOR_DEBUG", debug)
    try:
        done = ran(capsys, "connections", "list")
        shown = done.out + done.err
    except RuntimeError:
        shown = traceback.format_exc()
    assert "a defect" in shown
    assert "canary" not in shown
