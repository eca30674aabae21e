"""`doctor probe scim` on a server of our own, with one mistake at a time: headlines, consent, secrets, clean-up."""

from __future__ import annotations

import io
import json
import re
import time
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

import jsonschema
import pytest

from doctor.cli import probe_scim
from doctor.cli.main import main
from doctor.model.error import UsageError
from doctor.model.scim import ANSWERS, Drill, Probed
from doctor.sources import scim, scim_door, secret
from tests.loopback import closed_port, reply
from tests.loopback import serving as answering
from tests.scim_server import ALICE, BASE, TOKEN, serving

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.scim_server import Server

READS: Final = 8
"""The most requests that reading may take, without contrasts."""


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCIM_TOKEN", TOKEN)


class Said:
    """What one run of the command said."""

    def __init__(self, code: int, out: str, talk: str) -> None:
        self.code, self.out, self.talk = code, out, talk

    @property
    def report(self) -> dict[str, Any]:
        """The JSON report."""
        found: dict[str, Any] = json.loads(self.out)
        return found

    @property
    def ids(self) -> list[str]:
        """The findings' ids, as ranked."""
        return [one["id"] for one in self.report["findings"]]

    @property
    def headline(self) -> str | None:
        """The first that is an error or a warning."""
        found = (one["id"] for one in self.report["findings"] if one["severity"] in ("error", "warning"))
        return next(found, None)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Run the command on a server or URL, as JSON unless other words say otherwise."""

    def ran(where: Server | str, *words: str, write: bool = False, as_text: bool = False) -> Said:
        url = where if isinstance(where, str) else where.url
        line = ["probe", "scim", url, "--token-env", "SCIM_TOKEN", "--allow-private", "--timeout", "1", *words]
        line += [] if as_text else ["--format", "json"]
        if write:
            line += ["--write", "--confirm", url.partition("://")[2].partition("/")[0]]
        code = main(line)
        told = capsys.readouterr()
        return Said(code, told.out, told.err)

    return ran


# ── what it finds ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_healthy_server_gets_no_headline(run: Callable[..., Said]) -> None:
    with serving() as server:
        said = run(server)
    assert (said.code, said.headline) == (0, None)
    assert server.methods() == {"GET"}
    assert len(server.asked) <= READS


def test_the_drill_leaves_nothing_behind(run: Callable[..., Said]) -> None:
    with serving() as server:
        said = run(server, write=True)
    assert (said.code, said.headline) == (0, None)
    summary = said.report["subjects"][0]["summary"]
    assert (summary["leaver"], summary["drill"]["result"], summary["drill"]["removed"]) == ("yes", "inactive", True)
    assert server.left() == []
    assert server.users["u-alice"] == ALICE
    assert server.methods() == {"GET", "POST", "PATCH", "DELETE"}
    assert "removed: doctor-probe-" in said.talk
    assert len(server.asked) <= READS + 12


READ_ONLY: Final = {
    "no-names": "scim-users-incomplete", "no-active": "scim-active-not-shown", "no-patch": "scim-patch-unsupported",
    "ignore-filter": "scim-filter-ignored", "login-page": "scim-answers-page",
    "redirect:http://127.0.0.1:9": "scim-redirects",
    "status-403": "scim-token-forbidden", "status-404": "scim-endpoint-not-found", "status-429": "scim-rate-limited",
    "status-500": "scim-server-fails", "status-503": "scim-server-unreachable", "status-400": "scim-list-refused",
}  # fmt: skip


@pytest.mark.parametrize("mode", READ_ONLY)
def test_reading_finds_a_mistake(run: Callable[..., Said], mode: str) -> None:
    with serving(mode) as server:
        said = run(server)
    assert said.headline == READ_ONLY[mode]
    assert server.methods() == {"GET"}


def test_what_users_lack_is_told(run: Callable[..., Said]) -> None:
    for mode, rule, severity in (
        ("no-user-name", "scim-users-incomplete", "error"),
        ("no-names", "scim-users-incomplete", "warning"),
        ("no-emails", "scim-users-without-emails", "notice"),
    ):
        with serving(mode) as server:
            found = {one["id"]: one["severity"] for one in run(server).report["findings"]}
        assert found == {rule: severity}


WRITTEN: Final = {
    "ignore-active": "scim-server-ignores-active", "ignore-updates": "scim-server-ignores-updates",
    "readonly": "scim-creation-refused", "lying-patch": "scim-patch-announced-wrongly",
    "deaf-delete": "scim-drill-leftover",
    "no-delete": "scim-drill-leftover", "deletes-inactive": None,
}  # fmt: skip


@pytest.mark.parametrize("mode", WRITTEN)
def test_the_drill_finds_a_mistake(run: Callable[..., Said], mode: str) -> None:
    with serving(mode) as server:
        said = run(server, write=True)
    assert said.headline == WRITTEN[mode]
    assert server.users["u-alice"] == ALICE
    assert bool(server.left()) == (mode in ("deaf-delete", "no-delete"))


def test_a_user_who_is_gone_counts_as_deactivated(run: Callable[..., Said]) -> None:
    with serving("deletes-inactive") as server:
        said = run(server, write=True)
    assert said.report["subjects"][0]["summary"]["leaver"] == "deleted"
    assert "scim-deactivation-deletes" in said.ids


def test_the_manner_decides_how_changes_are_written(run: Callable[..., Said]) -> None:
    with serving("strict") as server:
        assert run(server, write=True).headline is None
        assert run(server, "--as", "entra", write=True).headline == "scim-patch-dialect"
        server.asked.clear()
        assert run(server, "--as", "okta", write=True).headline is None
    assert "PATCH" not in server.methods()
    assert server.left() == []


def test_a_wrong_token_costs_two_requests(run: Callable[..., Said], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCIM_TOKEN", "not-the-token")
    with serving() as server:
        said = run(server, write=True)
    assert (said.code, said.headline) == (1, "scim-token-rejected")
    assert (len(server.asked), server.methods()) == (2, {"GET"})
    assert "nothing was written" in said.talk


def test_nobody_listens(run: Callable[..., Said]) -> None:
    said = run(f"http://127.0.0.1:{closed_port()}{BASE}")
    assert (said.code, said.headline) == (2, "scim-server-unreachable")


def test_contrasts_are_sent_once_and_only_when_asked_for(run: Callable[..., Said]) -> None:
    with serving() as server:
        run(server)
        assert {one.token for one in server.asked} == {TOKEN}
        server.asked.clear()
        run(server, "--contrast", "token")
        assert len([one for one in server.asked if one.token != TOKEN]) == 1
        server.asked.clear()
        said = run(server.url.removesuffix("/v2"), "--contrast", "path")
        assert len([one for one in server.asked if one.path.startswith(BASE)]) == 1
    finding = next(one for one in said.report["findings"] if one["id"] == "scim-endpoint-not-found")
    assert (finding["expected"], finding["actual"]) == (server.url, server.url.removesuffix("/v2"))


@pytest.mark.parametrize(
    ("header", "body", "challenge"),
    [
        ('Bearer error="invalid_token", error_description="The access token expired"', b"", "expired"),
        ('Bearer error="invalid_token"', b"", "invalid"),
        ('Bearer error="insufficient_scope"', b"", "scope"),
        ("", b'{"detail": "This token belongs to another organization"}', "other-directory"),
        ("", b'{"detail": "token is not for this directory"}', "other-directory"),
        ("", b'{"detail": "no"}', ""),
    ],
)
def test_what_a_refusal_says_of_the_token(header: str, body: bytes, challenge: str) -> None:
    headers = {"WWW_Authenticate": header} if header else {}
    with answering(reply("401 Unauthorized", body, Content_Type="application/json", **headers)) as server:
        assert probed(server.url("/scim/v2")).challenge == challenge


def probed(url: str, *contrasts: str, timeout: float = 1.0) -> Probed:
    """A probe without the command line."""
    door = scim_door.Door(
        scim_door.endpoint(url), secret.given(TOKEN, "the tests"), scim_door.Limits(allow_private=True, timeout=timeout)
    )
    return scim.probe(door, contrasts)


@pytest.mark.parametrize(
    "answer",
    [
        b"", b"garbage\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\nnot json", reply("200 OK", b"[" * 100_000),
        reply("200 OK", b'{"Resources": 7, "totalResults": "many"}'), reply("200 OK", b'{"Resources": [1, null]}'),
        reply("200 OK", b'{"totalResults": 3, "Resources": [{"name": 5, "active": {}}]}'), reply("200 OK", b"\xff\xfe"),
        reply("204 No Content"), reply("200 OK", b'{"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"]}'),
    ],
)  # fmt: skip
def test_nonsense_is_an_answer_and_no_crash(answer: bytes, run: Callable[..., Said]) -> None:
    with answering(answer) as server:
        said = run(server.url("/scim/v2"), as_text=True)
    assert said.code in (0, 1, 2)
    assert "failed" not in said.talk


# ── safety ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_nothing_is_written_without_consent(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["--token-env", "SCIM_TOKEN", "--allow-private", "--write"]
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    with serving() as server:
        for more in ((), ("--confirm", "yes"), ("--confirm", "127.0.0.1"), ("--confirm", "")):
            assert main(["probe", "scim", server.url, *words, *more]) == 2
            assert "reaches production" in capsys.readouterr().err
        assert server.asked == []


def test_consent_is_typed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--token-env", "SCIM_TOKEN", "--allow-private", "--write"]
    with serving() as server:
        for typed, code in (("no", 2), (server.host, 0)):
            terminal = io.StringIO(typed + "\n")
            monkeypatch.setattr(terminal, "isatty", lambda: True)
            monkeypatch.setattr("sys.stdin", terminal)
            assert main(["probe", "scim", server.url, *words]) == code
            assert bool(server.asked) == (code == 0)
    assert f"Type {server.host} to go on" in capsys.readouterr().err


@pytest.mark.parametrize("mode", ["echo", "status-400", "status-500", "no-delete", "answer-of-somebody-else"])
@pytest.mark.parametrize("as_text", [False, True])
def test_no_token_is_shown(run: Callable[..., Said], mode: str, as_text: bool) -> None:
    with serving(mode, "echo") as server:
        said = run(server, write=True, as_text=as_text)
        wrong = run(server, "--contrast", "token", as_text=as_text)
    for one in (said, wrong):
        assert TOKEN not in one.out + one.talk
        assert "doctor-wrong-" not in one.out + one.talk


@pytest.mark.parametrize("before", range(180, 420, 12))
@pytest.mark.parametrize("form", ["{0}{1}", '{{"detail": "{0}{1}"}}', "<!doctype html><title>{0}{1}</title>"])
def test_not_even_a_part_of_a_token_is_shown(form: str, before: int, run: Callable[..., Said]) -> None:
    body = form.format("x" * before, TOKEN).encode()
    with answering(reply("400 Bad Request", body, Content_Type="text/html" if "<" in form else "text/plain")) as server:
        said = run(server.url("/scim/v2"))
    assert TOKEN[:4] not in said.out + said.talk


def test_a_list_without_an_end_is_no_page(run: Callable[..., Said]) -> None:
    with answering(reply("200 OK", b"[" + b" " * (9 * 1024 * 1024))) as server:
        said = run(server.url("/scim/v2"), "--timeout", "5")
    assert (said.code, said.headline) == (0, "scim-paging-broken")


def test_no_token_is_in_a_traceback(run: Callable[..., Said], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> object:
        raise RuntimeError

    monkeypatch.setattr(scim_door, "exchange", broken)
    said = run("http://127.0.0.1:9/scim/v2")
    assert said.code == 2
    assert TOKEN not in said.out + said.talk
    where = scim_door.endpoint("http://127.0.0.1:9/scim/v2")
    door = scim_door.Door(where, secret.given(TOKEN, "the tests"), scim_door.Limits())
    assert TOKEN not in repr(door) + repr(vars(door))


def test_people_of_the_server_are_not_shown(run: Callable[..., Said]) -> None:
    with serving("no-names") as server:
        said = run(server, write=True)
    for word in ("alice", "Alice", "Doe"):
        assert word not in said.out + said.talk


def test_no_other_host_is_asked(run: Callable[..., Said]) -> None:
    with serving() as other, serving(f"redirect:http://127.0.0.1:{other.port}") as server:
        assert run(server, "--contrast", "path").headline == "scim-redirects"
    assert other.asked == []


def test_private_addresses_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with serving() as server:
        assert main(["probe", "scim", server.url, "--token-env", "SCIM_TOKEN"]) == 2
        assert "scim-address-private" in capsys.readouterr().out
    assert server.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "http://scim.example.com/v2", "https://user:secret@scim.example.com/v2", "ftp://scim.example.com", "https://",
        "http://8.8.8.8/scim", "not a url",
    ],
)  # fmt: skip
def test_a_token_is_not_sent_to_such_an_address(url: str) -> None:
    with pytest.raises(UsageError):
        scim_door.endpoint(url)


@pytest.mark.parametrize(
    ("url", "form", "neighbour"),
    [
        ("https://a.example/scim/v2/", "plain", None),
        ("https://a.example/scim/v2.0/abc?aadOptscim062020", "plain", "https://a.example/scim/v2"),
        ("https://a.example/scim", "no-version", "https://a.example/scim/v2"),
        ("a.example", "no-version", "https://a.example/scim/v2"),
        ("https://a.example/scim/v2/Users/", "resource", "https://a.example/scim/v2"),
    ],
)
def test_the_form_of_an_address(url: str, form: str, neighbour: str | None) -> None:
    where = scim_door.endpoint(url)
    assert (where.form, scim.neighbour(where)) == (form, neighbour)


def test_a_silent_server_ends_on_time(run: Callable[..., Said]) -> None:
    with serving("silent-GET") as server:
        start = time.monotonic()
        said = run(server, "--timeout", "0.3")
        assert time.monotonic() - start < 2
    assert said.headline == "scim-server-unreachable"
    assert len(server.asked) == 1


# ── the clean-up ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_the_user_is_removed_after_ctrl_c(run: Callable[..., Said], method: str) -> None:
    with serving(f"interrupt-{method}") as server:
        said = run(server, write=True)
        time.sleep(0.5)
        assert server.left() == []
    assert said.code == (0 if method == "DELETE" else 130)
    assert "removed: doctor-probe-" in said.talk
    assert said.report["subjects"][0]["summary"]["drill"]["interrupted"] == (method != "DELETE")


@pytest.mark.parametrize("mode", ["no-answer", "no-id", "silent-PATCH"])
def test_the_user_is_removed_after_a_failure(run: Callable[..., Said], mode: str) -> None:
    with serving(mode) as server:
        said = run(server, "--timeout", "0.5", write=True)
    assert server.left() == []
    assert "removed: doctor-probe-" in said.talk


def test_the_user_is_removed_when_doctor_itself_fails(
    run: Callable[..., Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> object:
        raise RuntimeError("broken on purpose")

    from doctor.sources import scim_drill

    monkeypatch.setattr(scim_drill, "_result", broken)
    with serving() as server:
        said = run(server, write=True)
    assert (said.code, server.left()) == (2, [])
    assert "removed: doctor-probe-" in said.talk


@pytest.mark.parametrize("mode", ["no-delete", "deaf-delete"])
def test_what_cannot_be_removed_is_named(run: Callable[..., Said], mode: str) -> None:
    with serving(mode) as server:
        said = run(server, write=True)
    (left,) = server.left()
    assert f"NOT REMOVED, delete it by hand: the user {left}" in said.talk
    finding = next(one for one in said.report["findings"] if one["id"] == "scim-drill-leftover")
    assert said.report["subjects"][0]["summary"]["drill"]["leftover"] == left
    assert finding["severity"] == "warning"


@pytest.mark.parametrize("more", [(), ("ignore-filter",)])
@pytest.mark.parametrize("mode", ["answer-of-somebody-else", "wrong-id"])
def test_nobody_else_is_touched(run: Callable[..., Said], mode: str, more: tuple[str, ...]) -> None:
    with serving(mode, *more) as server:
        run(server, write=True)
    assert server.users["u-alice"] == ALICE
    assert not [one for one in server.asked if "u-alice" in one.path and one.method != "GET"]


def test_a_user_without_the_name_is_not_trusted_to_be_ours(run: Callable[..., Said]) -> None:
    with serving("no-user-name") as server:
        said = run(server, write=True)
    assert server.methods() == {"GET", "POST"}
    assert "NOT REMOVED, delete it by hand" in said.talk
    assert "scim-drill-leftover" in said.ids


# ── the command line ───────────────────────────────────────────────────────────────────────────────────────


def test_a_token_is_never_an_argument() -> None:
    words = " ".join(probe_scim_help())
    assert "--token-env" in words
    assert "--token-stdin" in words
    assert "--token " not in words


def probe_scim_help() -> list[str]:
    from doctor.cli.probe import parser

    actions = next(one for one in parser()._actions if one.dest == "probed")
    return str(actions.choices["scim"].format_help()).split()  # type: ignore[index]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("", "is empty"), ("Bearer abcdefgh", "begins with the word Bearer"), ('"quoted-token"', "quotation marks"),
        ("two words", "no key has"),
    ],
)  # fmt: skip
def test_a_token_that_cannot_be_one(
    given: str, said: str, monkeypatch: pytest.MonkeyPatch, run: Callable[..., Said]
) -> None:
    monkeypatch.setenv("SCIM_TOKEN", given)
    told = run("https://scim.example.com/v2")
    assert told.code == 2
    assert said in told.talk
    assert not given.strip() or given not in told.talk


def test_the_token_comes_from_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(TOKEN + "\nmore\n"))
    with serving() as server:
        assert main(["probe", "scim", server.url, "--token-stdin", "--allow-private"]) == 0
    assert {one.token for one in server.asked} == {TOKEN}
    assert TOKEN not in capsys.readouterr().out


def test_the_user_is_always_a_new_one(run: Callable[..., Said], capsys: pytest.CaptureFixture[str]) -> None:
    with serving() as server:
        said = run(server, "--domain", "acme.test", write=True)
        for wrong in ("alice@acme.test", "acme", "a b.example", '".example'):
            server.asked.clear()
            line = ["probe", "scim", server.url, "--token-env", "SCIM_TOKEN", "--allow-private", "--domain", wrong]
            assert main([*line, "--write", "--confirm", server.host]) == 2
            assert "is no domain" in capsys.readouterr().err
            assert server.asked == []
    assert re.fullmatch(r"doctor-probe-[0-9a-f]{12}@acme\.test", said.report["subjects"][0]["summary"]["drill"]["user"])


def test_without_a_token_nothing_is_asked(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert main(["probe", "scim", "https://scim.example.com/v2"]) == 2
    assert "there is no token" in capsys.readouterr().err


def test_the_report_has_its_schema(run: Callable[..., Said]) -> None:
    schema = json.loads(resources.files("doctor.report.schema").joinpath("report-1.json").read_text())
    with serving("ignore-active") as server:
        jsonschema.validate(run(server, write=True).report, schema)


def test_the_text_answers_the_question_of_leavers(run: Callable[..., Said]) -> None:
    said = {}
    for mode in ("ok", "ignore-active", "no-active"):
        with serving(mode) as server:
            said[mode] = " ".join(run(server, write=True, as_text=True).out.split())
            reading = run(server, as_text=True).out
    assert "Is a leaver deactivated? yes: the user became inactive" in said["ok"]
    assert "Is a leaver deactivated? NO: the server accepted it" in said["ignore-active"]
    assert "Is a leaver deactivated? tried, and nothing shows it" in said["no-active"]
    assert "not tried" in reading


def test_every_answer_is_a_declared_word() -> None:
    seen = {one for trouble in (scim_door._STATUS, scim_door._FAILURES) for one in trouble.values()}
    assert seen <= set(ANSWERS)
    assert Drill("x").manner == "rfc"
    assert probe_scim.HELP
