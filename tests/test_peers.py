"""Real identity providers get the right headline for what they send. Those that are not installed are skipped:
`make peers` installs and runs them all."""

from __future__ import annotations

import base64
import datetime
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from doctor.cli.main import main
from peers import __main__ as face
from peers import bounded, browser, install, process, run
from peers.variant import SP, VARIANTS, Captured, Message, read, write
from tests.loopback import reply, serving

NOW = datetime.datetime(2026, 11, 22, 9, tzinfo=datetime.UTC)
MESSAGE = Message("expired", "PHNhbWxwOlJlc3BvbnNlLz4=", "_1", NOW)


@pytest.fixture(params=run.PROVIDERS)
def provider(request: pytest.FixtureRequest) -> str:
    name = str(request.param)
    if reason := run.missing(name):
        pytest.skip(reason)
    return name


def test_each_variant_gets_its_headline(provider: str) -> None:
    said = {one.variant: one.headline for one in run.judged(provider)}
    assert said == {variant: VARIANTS[variant] for variant in said}


def test_what_is_sent_differs_and_is_whole(provider: str) -> None:
    messages = run.captured(provider).messages
    assert {"good", "assertion-only", "wrong-key", "expired"} <= {one.variant for one in messages}
    assert len({one.base64 for one in messages}) == len(messages)
    assert all(base64.b64decode(one.base64, validate=True).rstrip().endswith(b"Response>") for one in messages)


def test_the_command_line_says_the_same(provider: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(run.captured(provider), tmp_path)
    sent = {one.variant: one for one in run.captured(provider).messages}["wrong-audience"]
    moment = sent.received_at.isoformat()
    words = ["--idp-metadata", "metadata.xml", "--acs-url", SP.acs_url, "--sp-entity-id", SP.entity_id]
    words = [str(tmp_path / word) if word == "metadata.xml" else word for word in words]
    code = main(["check", str(tmp_path / "wrong-audience.b64"), *words, "--at", moment, "--format", "json"])
    found = json.loads(capsys.readouterr().out)["findings"]
    assert (code, found[0]["id"]) == (1, "sp-entity-id-mismatch")


def test_every_variant_is_sent_by_somebody() -> None:
    if absent := [name for name in run.PROVIDERS if run.missing(name)]:
        pytest.skip(f"not installed: {', '.join(absent)}")
    assert {one.variant for name in run.PROVIDERS for one in run.captured(name).messages} == VARIANTS.keys()


def test_captured_messages_survive_a_folder(tmp_path: Path) -> None:
    captured = Captured("somebody", b"<EntityDescriptor/>", (MESSAGE, MESSAGE._replace(variant="good")))
    write(captured, tmp_path / "somebody")
    assert read(tmp_path / "somebody") == captured
    rows = json.loads((tmp_path / "somebody" / "manifest.json").read_text())
    assert [row["expected"] for row in rows] == ["response-expired", None]


def test_a_wrong_headline_fails_the_run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = run.Judged("pysaml2", "expired", headline="clock-skew", accepted=False)
    for judged, code in ((wrong, 1), (wrong._replace(headline="response-expired"), 0)):
        monkeypatch.setattr(run, "missing", lambda _: None)
        monkeypatch.setattr(run, "captured", lambda _: None)
        monkeypatch.setattr(run, "judged", lambda _, judged=judged: (judged,))
        monkeypatch.setattr(run, "compared", lambda *_: ())
        monkeypatch.setattr(sys, "argv", ["peers", "pysaml2"])
        assert face.main() == code
        assert ("WRONG" in capsys.readouterr().out) == bool(code)


def test_a_broken_peer_fails_the_run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def captured(_: str) -> None:
        raise process.PeerError("did not start: no such module")

    monkeypatch.setattr(run, "missing", lambda _: None)
    monkeypatch.setattr(run, "captured", captured)
    monkeypatch.setattr(sys, "argv", ["peers", "simplesamlphp"])
    assert face.main() == 1
    assert "broken: simplesamlphp: did not start" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("NewConnectionError: Failed to establish a new connection: [Errno 111]", install.UnavailableError),
        ("npm error code EAI_AGAIN", install.UnavailableError),
        ("ERROR: No matching distribution found for nothing", process.PeerError),
    ],
)
def test_only_a_registry_out_of_reach_is_a_reason_to_skip(
    said: str, kind: type[Exception], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def failing(command: list[str], **_: object) -> str:
        if "venv" in command:
            return ""
        raise process.PeerError("pip failed: see above", said)

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(install, "program", failing)
    with pytest.raises(process.PeerError) as caught:
        install.install("somebody", install.Packages(pip=("nothing==1",)))
    assert caught.type is kind
    assert install.missing("somebody", install.Packages(pip=("nothing==1",))) == "not installed: nothing==1"


def test_the_browser_fills_a_form_and_stops_at_the_response() -> None:
    login = b'<form method="post" action="/in"><input name="user"><input name="secret" value="s"></form>'
    posted = b'<form method="post" action="https://sp.example.org/acs"><input name="SAMLResponse" value="QUJD\nREVG">'
    with serving(reply("200 OK", login), reply("200 OK", posted)) as server:
        assert browser.signed_in(server.url(), {"user": "alice", "other": "x"}) == "QUJDREVG"
    assert server.requests[1].startswith(b"POST /in ")


def test_the_browser_stays_on_this_machine() -> None:
    away = b'<form method="get" action="http://192.0.2.1/login"><input name="user"></form>'
    with serving(reply("200 OK", away)) as server, pytest.raises(process.PeerError, match="leaves this machine"):
        browser.signed_in(server.url(), {"user": "alice"})


@pytest.mark.parametrize(("lifetime", "closes"), [(60.0, True), (0.2, False)])
def test_a_server_outlives_neither_its_parent_nor_its_time(lifetime: float, closes: bool) -> None:
    words = [sys.executable, str(bounded.__file__), str(lifetime), "sh", "-c", "sleep 60 & echo $!; wait"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as watcher:
        assert watcher.stdin is not None
        assert watcher.stdout is not None
        worker = int(watcher.stdout.readline())
        if closes:
            watcher.stdin.close()
        assert watcher.wait(10) != 0
    assert _ended(worker)


def _ended(pid: int) -> bool:
    """Whether a process is gone, or waits for its parent to notice; it gets a second for it."""
    for _ in range(50):
        status = Path(f"/proc/{pid}/stat")
        if not status.exists() or status.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.02)
    return False
