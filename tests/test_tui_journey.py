"""Whole journeys through the terminal app, as people take them, with keys only."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Input

from doctor.cli.main import main
from doctor.engine import choose
from doctor.sources.case_store import Store
from peers import scim_server as peer
from tests import scim_server
from tests.tui_pilot import EXAMPLES, EXPIRED, SIZES, run, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from doctor.tui.screens.page import Exported
    from tests.tui_pilot import Driver

HAR = str(EXAMPLES / "sign-in" / "clock-ahead.har")
STUCK = "The connection of our customer is stuck in validating."


pytestmark = pytest.mark.usefixtures("home")


@pytest.mark.parametrize("size", SIZES)
def test_expired_metadata_to_the_note_for_the_admin(home: Path, size: tuple[int, int]) -> None:
    async def journey() -> None:
        async with running(home, size) as app:
            await app.drop(EXPIRED)
            assert app.place == "Check"
            assert "certificate-expired" in app.text()
            await app.drop(STUCK)
            assert app.place == "Diagnose"
            assert "The cause: Every signing certificate of the identity provider has expired" in app.flat()
            assert "CONFIRMED" in app.text()
            await app.press("n")
            assert app.place == "Note"
            assert "Okta administrator" in app.text()
            await app.press("y")
            assert "# To the Okta administrator" in app.app.copied
            assert "certificate" in app.app.copied

    run(journey())


@pytest.mark.parametrize("size", SIZES)
def test_har_file_to_clock_skew(home: Path, size: tuple[int, int]) -> None:
    async def journey() -> None:
        async with running(home, size) as app:
            await app.type(HAR)
            assert "read this file" in app.text()
            await app.press("enter")
            assert app.place == "Check"
            assert "clock-skew" in app.text()
            await app.press("v", "v")
            assert "sp.example.com" in app.text()
            assert "09:00:00" in app.text()
            await app.press("d")
            assert "The cause: The clock of the identity provider's server is wrong" in app.flat()

    run(journey())


def test_scim_401_to_a_working_token(home: Path) -> None:
    """The token is proven wrong, renewed at the provider, and the new evidence clears it."""

    async def journey() -> None:
        async with running(home) as app:
            await app.drop("SCIM provisioning fails: HTTP 401 Unauthorized, invalid bearer token")
            assert app.place == "Diagnose"
            assert app.app.desk.found is not None
            assert app.app.desk.found.headline == "scim-token-rejected"
            assert "Suspected: The directory rejects the bearer token" in app.flat()
            await app.press("escape")
            await asked(app, "scim.token_current")
            await app.press("2")
            assert "The cause: The directory rejects the bearer token" in app.flat()
            assert not app.app.desk.found.needs
            await app.press("b")
            await asked(app, "scim.token_current")
            await app.press("1")
            assert "The cause: The directory rejects" not in app.flat()
            verdicts = {one.id: str(one.verdict) for one in app.app.desk.found.findings}
            assert verdicts["scim-token-rejected"] != "confirmed"
            app.app.go("diagnose")
            await app.press("n")
            assert app.place == "Note"

    run(journey())


@pytest.mark.parametrize("server", ["ours", "scim2-server"])
def test_a_real_server_refuses_a_token_and_takes_the_next_one(home: Path, server: str) -> None:
    """What the server answers is the evidence; no token is left anywhere."""
    if server != "ours" and (reason := peer.missing(server)):
        pytest.skip(reason)

    async def journey() -> None:
        with serving(server, home) as (address, token):
            async with running(home, allow_private=True) as app:
                await app.drop("SCIM provisioning fails: HTTP 401 Unauthorized, invalid bearer token")
                await app.press("escape", "p")
                await app.fill("#url", address)
                await app.fill("#token", OLD)
                assert "The cause: The directory rejects the bearer token" in app.flat()
                assert OLD not in app.app.export_screenshot()
                await app.press("n")
                assert "token" in app.flat()
                await app.press("escape", "p")
                assert app.app.screen.query_one("#url", Input).value == address
                await app.fill("#token", token)
                assert "The cause: The directory rejects" not in app.flat()
                assert app.app.desk.case is not None
                assert app.app.desk.case.options["scim.status"] == 200
                assert verdict(app, "scim-token-rejected") == "suspected"  # the error text still says so
            kept = b"".join(one.read_bytes() for one in home.glob("cases.sqlite3*"))
            assert OLD.encode() not in kept
            assert token.encode() not in kept

    run(journey())


OLD = "token-of-last-year-4711"


@contextlib.contextmanager
def serving(server: str, folder: Path) -> Iterator[tuple[str, str]]:
    """The address and the token of a SCIM server."""
    if server == "ours":
        with scim_server.serving() as ours:
            yield ours.url, scim_server.TOKEN
    else:
        with peer.running(server, "ok", folder) as found:
            yield found.root + peer.BASES[server], found.token


def verdict(app: Driver, rule: str) -> str:
    assert app.app.desk.found is not None
    return next(str(one.verdict) for one in app.app.desk.found.findings if one.id == rule)


async def asked(app: Driver, fact: str) -> None:
    """Ask for other questions until this one is put."""
    from doctor.tui.widgets.question import Question

    for _ in range(40):
        question = app.app.screen.query_one(Question)
        assert question.asking is not None
        if fact in question.asking.provides:
            question.query_one("#answers").focus()
            await app.idle()
            return
        question.post_message(Question.Other())
        await app.idle()
    raise AssertionError(f"{fact} is not asked")


_HALF: str = """
import asyncio, os, signal, sys
from pathlib import Path
from tests.tui_pilot import running

async def half():
    async with running(Path(sys.argv[1])) as app:
        await app.drop(sys.argv[2])
        await app.drop(sys.argv[3])
        await app.press("n")
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(half())
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs signals")
def test_killed_in_the_middle_it_resumes(home: Path) -> None:
    root = Path(__file__).resolve().parent.parent
    words = [sys.executable, "-c", _HALF, str(home), EXPIRED, STUCK]
    done = subprocess.run(words, cwd=root, env={**os.environ, "DOCTOR_HOME": str(home)}, timeout=120, check=False)
    assert done.returncode == -signal.SIGKILL

    async def journey() -> None:
        async with running(home) as app:
            assert "certificate-expired" in app.text()
            app.app.screen.query_one("#cases").focus()
            await app.press("home", "enter")
            assert app.place == "Diagnose"
            assert "The cause: Every signing certificate" in app.flat()
            await app.press("n")
            assert "Okta administrator" in app.text()

    run(journey())


def test_the_command_line_gives_the_same_bytes(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exported: dict[str, str] = {}

    async def journey() -> None:
        async with running(home) as app:
            await app.drop(EXPIRED)
            exported["check"] = app.app.screen.exports().json  # type: ignore[attr-defined]
            await app.drop(STUCK)
            exported["diagnosis"] = app.app.screen.exports().json  # type: ignore[attr-defined]
            await app.press("n")
            exported["note"] = app.app.screen.exports().json  # type: ignore[attr-defined]

    run(journey())
    name = Store().rows()[0].name

    def said(*words: str) -> str:
        main(list(words))
        return capsys.readouterr().out

    assert exported["check"] == said("check", EXPIRED, "--format", "json", "--at", "2026-11-22T09:00:00Z")
    assert exported["diagnosis"] == said("cases", "show", name, "--format", "json")
    assert exported["note"] == said("handoff", name, "--format", "json")
    assert json.loads(exported["diagnosis"])["headline"] == "certificate-expired"


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    main(list(words))
    return capsys.readouterr().out


def test_every_example_reads_the_same_in_both(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Check, diagnosis and notes, in JSON; the notes in each form that a person may send."""
    files = sorted(str(one) for one in EXAMPLES.rglob("*") if one.suffix in (".xml", ".har", ".b64"))
    exported: dict[str, tuple[str, list[Exported]]] = {}

    async def journey() -> None:
        async with running(home) as app:
            for path in files:
                app.app.desk.new()
                await app.drop(path)
                pages = [app.app.screen.exports()]  # type: ignore[attr-defined]
                for page in ("diagnose", "note"):
                    app.app.go(page)
                    await app.idle()
                    pages.append(app.app.screen.exports())  # type: ignore[attr-defined]
                assert app.app.desk.case is not None
                exported[path] = app.app.desk.case.name, pages

    run(journey())
    assert len(exported) > 30
    for path, (case, (check, diagnosis, note)) in exported.items():
        assert check.json == said(capsys, "check", path, "--format", "json", "--at", "2026-11-22T09:00:00Z"), path
        assert diagnosis.json == said(capsys, "cases", "show", case, "--format", "json"), path
        for form in ("json", "text", "markdown", "html"):
            assert getattr(note, form) == said(capsys, "handoff", case, "--format", form), (path, form)


@pytest.mark.parametrize(
    "row", [("okta", "saml"), ("okta", "scim"), ("google-workspace", "oauth"), ("keycloak", "saml")]
)
def test_a_setup_reads_the_same_in_both(home: Path, capsys: pytest.CaptureFixture[str], row: tuple[str, str]) -> None:
    exported: dict[str, str] = {}

    async def journey() -> None:
        async with running(home) as app:
            if row[0] == "okta":
                await app.drop(str(EXAMPLES / "okta-healthy.xml"))
            else:
                await app.drop("stuck in validating")
            found = next(one for one in choose.rows_of(app.app.desk.book, row[0]) if one.type.lower() == row[1])
            app.app.go("setup", wanted=(found.provider, found.url))
            await app.idle()
            await app.press("space")
            exported["setup"] = app.app.screen.exports().json  # type: ignore[attr-defined]

    run(journey())
    case = Store().rows()[0].name
    assert exported["setup"] == said(capsys, "setup", *row, "--case", case, "--format", "json")


def test_the_table_and_a_rule_read_the_same_in_both(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exported: dict[str, str] = {}

    async def journey() -> None:
        async with running(home) as app:
            await app.type("okta")
            exported["providers"] = app.app.screen.exports().json  # type: ignore[attr-defined]
            app.app.go("rules", wanted="certificate-expired")
            await app.idle()
            exported["rule"] = app.app.screen.exports().json  # type: ignore[attr-defined]

    run(journey())
    assert exported["providers"] == said(capsys, "providers", "okta", "--format", "json")
    assert exported["rule"] == said(capsys, "rules", "show", "certificate-expired", "--format", "json")


def test_a_setup_goes_on_where_it_was_left(home: Path) -> None:
    async def first() -> None:
        async with running(home) as app:
            await app.type("okta")
            await app.press("enter")
            assert app.place == "Setup"
            assert "0 of 9 steps" in app.text()
            await app.press("space", "v")
            await app.type("https")
            await app.press("escape", "space")
            assert "2 of 9 steps" in app.text()

    async def second() -> None:
        async with running(home) as app:
            app.app.screen.query_one("#cases").focus()
            await app.press("home", "enter")
            assert app.place == "Setup"
            assert "2 of 9 steps" in app.text()
            step = app.app.screen.step()  # type: ignore[attr-defined]
            assert step.number == 3
            await app.press("v")
            await app.type("https:")
            app.app.screen.query_one("#line", Input).value = "https://auth.example.com/sso/acs/conn_01"
            await app.press("enter", "y")
            assert app.app.copied == "https://auth.example.com/sso/acs/conn_01"

    run(first())
    run(second())
