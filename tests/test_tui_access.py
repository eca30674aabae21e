"""Everybody can use every screen: with keys alone, without colour, told where the keys go, and nothing said is lost."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from textual.content import Content
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.widgets import Button, Input, OptionList

from doctor.sources.case_store import Store
from doctor.tui import key, preference
from doctor.tui.glyph import UNICODE, PlainBars, plain_terminal
from doctor.tui.screens.dialog import Line, Reading, Sure, Trouble
from doctor.tui.screens.export import FORMS, Export
from doctor.tui.screens.probe import Probe
from tests.evidence import TOP
from tests.tui_pilot import EXPIRED, PAGES, SIZES, run, running, visited

if TYPE_CHECKING:
    from pathlib import Path

STUCK = "The connection of our customer is stuck in validating."
MISMATCH = "Recipient mismatch: expected https://auth.example.com/sso/acs/conn_01"


pytestmark = pytest.mark.usefixtures("home")


# --- keys alone


@pytest.mark.parametrize("size", SIZES)
def test_tab_reaches_every_part_and_the_first_line_names_it(home: Path, size: tuple[int, int]) -> None:
    async def journey() -> None:
        async with running(home, size) as app:
            await app.drop(EXPIRED)
            await app.drop(MISMATCH)
            for name in PAGES:
                await visited(app, name)
                wanted = {one.id for one in app.app.screen.focus_chain if one.is_on_screen}
                reached = set()
                for _ in range(2 * len(wanted) + 2):
                    await app.press("tab")
                    focused = app.app.screen.focused
                    assert focused is not None, name
                    reached.add(focused.id)
                    part = app.app.screen.PARTS[focused.id]  # type: ignore[attr-defined]
                    assert app.text().split("\n")[0].startswith(f" doctor › {app.place} › {part} "), name
                assert wanted <= reached, name

    run(journey())


def test_what_the_mouse_can_do_keys_can_do(home: Path) -> None:
    async def journey() -> None:
        async with running(home) as app:
            await app.press("ctrl+t")
            assert "[SAML]" in app.text()
            await app.press("tab", "o")
            assert "Open a file" in app.text()
            await app.press("escape")
            await app.drop(EXPIRED)
            await app.press("v")
            assert "[Certificates]" in app.text()
            await app.press("f6", "slash")
            assert app.app.screen.query_one(Input).has_focus

    run(journey())


# --- nothing by colour or a bare sign


def test_a_sign_never_stands_without_its_word(home: Path) -> None:
    words = {"✗": ("CONFIRMED", "failed", "fails"), "✓": ("ruled out", "done", "verified", "holds"),
             "?": ("suspected",), "»": ("asked now",)}  # fmt: skip

    async def journey() -> None:
        async with running(home) as app:
            await app.drop(EXPIRED)
            await app.drop(STUCK)
            await app.drop(MISMATCH)
            for name in ("diagnose", "setup"):
                await visited(app, name)
                listed = app.app.screen.query(OptionList).first()
                for one in listed.options:
                    text = str(one.prompt)
                    sign = next((each for each in text.replace("├─", "").replace("│", "").split() if each in words), "")
                    assert not sign or any(word in text for word in words[sign]), text

    run(journey())


# --- keys of one's own


def test_help_names_each_key_and_the_file_that_changes_it(home: Path) -> None:
    async def journey() -> None:
        async with running(home) as app:
            for name in PAGES:
                await visited(app, name)
                bindings = [one.binding for one in app.app.screen.active_bindings.values()]
                ids = {one.id for one in bindings if one.id and one.description}
                await app.press("f1")
                told = str(app.app.screen._content)  # type: ignore[attr-defined]
                assert str(preference.path()) in told
                for one in ids - {"leave-field"}:
                    assert one in told, (name, one)
                await app.press("escape")

    run(journey())


def test_every_key_has_a_name_and_a_wrong_name_is_told(home: Path) -> None:
    assert {"copy", "export", "open", "tell", "told", "again"} <= set(key.names())
    (home / "tui.json").write_text('{"keys": {"cpoy": "ctrl+y", "rules": "ctrl+r"}}')

    async def journey() -> None:
        async with running(home) as app:
            assert "no key is called 'cpoy'" in app.flat()
            assert "did you mean copy?" in app.flat()
            await app.press("escape", "tab", "ctrl+r")
            assert app.place == "Rules"

    run(journey())


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ({"keys": {"copy": 5}}, ["the key of 'copy' is a text", "not 5"]),
        ({"theme": "pink", "ascii": "maybe"}, ['no theme is called "pink"', 'not "maybe"']),
        ({"theme": ["nord"]}, ['no theme is called ["nord"]']),
        ({"keys": {"rules": "ctrl+r", "check": "ctrl+r"}, "theme": "pink", "ascii": "maybe"},
         ["ctrl+r stands for 'check' and for 'rules'", 'no theme is called "pink"', 'not "maybe"']),
        ({"keys": {"graph": "x", "copy": 5}}, ["x stands for 'examples' and for 'graph'", "not 5"]),
        ({"keys": {"copy": "d"}}, ["d stands for 'copy' and for 'diagnose'"]),
    ],
)  # fmt: skip
def test_each_wrong_preference_is_told(home: Path, written: Any, told: list[str]) -> None:
    (home / "tui.json").write_text(json.dumps(written))

    async def journey() -> None:
        async with running(home) as app:
            assert isinstance(app.app.screen, Trouble)
            for one in told:
                assert one in app.app.screen._message, one
            assert app.app.glyphs is UNICODE

    run(journey())


@pytest.mark.parametrize(
    "written",
    [
        {"keys": {"copy": "ctrl+y", "graph": "v"}, "theme": "nord", "ascii": False},  # v stands for a view elsewhere
        {"keys": {"home": "f12", "home-anywhere": "f12"}, "theme": None, "ascii": None},
    ],
)
def test_right_preferences_are_kept_as_they_are(home: Path, written: Any) -> None:
    (home / "tui.json").write_text(json.dumps(written))
    chosen = preference.load()
    preference.save(chosen)
    assert json.loads((home / "tui.json").read_text()) == written
    assert preference.misnamed(chosen) is None


# --- giving away


@pytest.mark.parametrize("name", PAGES)
def test_a_screen_with_nothing_in_it_gives_its_picture(home: Path, name: str) -> None:
    async def journey() -> None:
        async with running(home) as app:
            app.app.go(name)
            await app.idle()
            await app.press("f9")
            box = app.app.screen
            assert isinstance(box, Export)
            forms = [str(one.prompt) for one in box.query_one(OptionList).options]
            assert forms[-1] == FORMS["svg"]
            await app.press(*["down"] * (len(forms) - 1))
            box.query_one(Input).value = "picture.svg"
            await app.press("enter")
            assert (home / "picture.svg").read_text(encoding="utf-8").startswith("<svg")

    run(journey())


# --- taking back


def test_whatever_was_told_can_be_changed_or_taken_back_later(home: Path) -> None:
    async def first() -> None:
        async with running(home) as app:
            await app.drop(MISMATCH)
            await app.reply("https://auth.example.com/sso/acs/conn_01/")
            assert "The cause:" in app.text()

    async def second() -> None:
        async with running(home) as app:
            app.app.screen.query_one("#cases").focus()
            await app.press("home", "enter")
            assert "The cause:" in app.text()
            await app.press("t")
            assert "conn_01/ (your answer)" in app.flat()
            await app.press("enter")
            assert "The cause:" not in app.text()
            assert app.app.screen.query(Input)
            await app.fill("#line", "https://auth.example.com/sso/acs/conn_02")
            assert "The cause:" in app.text()
            await app.press("t", "down", "enter")
            assert app.app.desk.case is not None
            assert app.app.desk.case.reports == ()

    run(first())
    run(second())
    case = Store().load(Store().rows()[0].name)
    assert case.answers == {"idp.acs_url": "https://auth.example.com/sso/acs/conn_02"}
    assert case.reports == ()


def test_an_answer_that_looks_like_a_token_is_kept_only_when_it_is_none(home: Path) -> None:
    token = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF"

    async def journey() -> None:
        async with running(home) as app:
            await app.drop(MISMATCH)
            await app.reply(token)
            assert "looks like a token" in app.flat()
            await app.press("enter")
            assert app.app.desk.case is not None
            assert app.app.desk.case.answers == {}
            await app.reply("https://auth.example.com/?password=hunter2")
            assert any("doctor never keeps one" in one.message for one in app.app._notifications)

    run(journey())
    kept = b"".join(one.read_bytes() for one in home.glob("cases.sqlite3*"))
    assert token.encode() not in kept
    assert b"hunter2" not in kept


@pytest.mark.parametrize("size", SIZES)
def test_dialogs_are_drawn_in_ascii(home: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCTOR_ASCII", "1")
    text = Content("\n".join(["a line"] * 99))
    boxes = (Trouble("a", "b"), Sure("a?"), Line("a", "b", "c"), Reading("a", text), Probe("https://a.example"))

    async def journey() -> None:
        async with running(home, size) as app:
            for box in (*boxes, Export(None, "<svg/>", "home")):
                app.app.push_screen(box)
                await app.idle()
                for _ in range(4):
                    assert app.text().isascii(), [one for one in app.text().split("\n") if not one.isascii()]
                    await app.press("tab")
                for button in box.query(Button):
                    await app.pilot.hover(f"#{button.id}")
                    button.add_class("-active")
                    assert app.text().isascii(), app.text()
                app.app.pop_screen()

    run(journey())


@pytest.mark.parametrize(
    ("told", "plain"),
    [
        ({"LC_ALL": "C", "LANG": "en_US.UTF-8"}, True),
        ({"LC_ALL": "C.UTF-8", "LANG": "C"}, False),
        ({"LC_CTYPE": "POSIX", "LANG": "en_US.UTF-8"}, True),
        ({"LC_ALL": "", "LANG": "C"}, True),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, False),
        ({"LANG": "C", "DOCTOR_ASCII": "0"}, False),
    ],
)
def test_the_locale_of_the_environment_decides(
    told: dict[str, str], plain: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LC_ALL", "LC_CTYPE", "LANG", "DOCTOR_ASCII", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("locale.getpreferredencoding", lambda **_: "utf-8")
    monkeypatch.setattr("doctor.tui.glyph._utf8_mode", lambda: False)
    assert plain_terminal() is plain


@pytest.mark.parametrize("told", [{"LC_ALL": "C", "LANG": "C"}, {"LANG": "C"}, {"LANG": "POSIX"}])
def test_python_hides_no_plain_locale(told: dict[str, str]) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "DOCTOR_", "PYTHON"))}
    asked = "from doctor.tui.glyph import plain_terminal; print(plain_terminal())"
    done = subprocess.run(
        [sys.executable, "-c", asked], env={**kept, "LANG": "", "TERM": "xterm", "PYTHONPATH": str(TOP), **told},
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert done.stdout == "True\n"


def test_the_framework_keeps_its_scroll_bars(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCTOR_ASCII", "1")

    async def journey() -> None:
        async with running(home):
            assert ScrollBar.renderer is PlainBars

    run(journey())
    assert ScrollBar.renderer is ScrollBarRender


# --- a setup is told what stands in the console


def test_a_step_is_verified_by_what_a_person_sees_and_notes_are_kept(home: Path) -> None:
    async def journey() -> None:
        async with running(home) as app:
            await visited(app, "setup")
            await app.press("v")
            await app.fill("#line", "https://auth.example.com/sso/acs/conn_01")
            await app.press("down", "down")
            assert "How doctor knows" in app.flat()
            await app.press("t")
            await app.press("enter")
            assert "What stands in Single sign-on URL" in app.flat()
            await app.fill("#line", "https://auth.example.com/sso/acs/conn_01")
            assert "SP entity ID  1 of 2 " in app.text()
            await app.press("m")
            await app.fill("#line", "Anna, password: hunter2")
            assert "Your note Anna, password: [removed]" in app.flat()
            await app.press("m")
            await app.fill("#line", "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF")
            assert "looks like a token" in app.flat()
            await app.press("escape")

    run(journey())
    case = Store().load(Store().rows()[0].name)
    assert [one for one in case.asked if one.startswith("note:")] == [
        "note:okta-saml:addresses:Anna, password: [removed]"
    ]


def test_metadata_of_the_service_provider_gives_the_values(home: Path) -> None:
    (home / "sp.xml").write_text(
        '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://sp.example.com/m">'
        '<md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
        '<md:AssertionConsumerService index="0" Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" '
        'Location="https://sp.example.com/acs"/></md:SPSSODescriptor></md:EntityDescriptor>'
    )

    async def journey() -> None:
        async with running(home) as app:
            await visited(app, "setup")
            assert "2 missing" in app.text()
            await app.press("f")
            await app.fill("#line", "sp.xml")
            assert "all given" in app.text()
            await app.press("down", "down", "y")
            assert app.app.copied == "https://sp.example.com/acs"
            await app.press("end")
            assert "metadata of the service provider" in app.flat()
            assert "--" not in app.flat()

    run(journey())


def test_the_row_of_values_asks_for_what_is_missing(home: Path) -> None:
    async def journey() -> None:
        async with running(home) as app:
            await visited(app, "setup")
            await app.press("end")
            await app.tell_value("https://sp.example.com/acs")
            assert "1 missing" in app.text()
            await app.press("v")
            assert "entity" in str(app.app.screen.query_one(".box").border_title).casefold()
            await app.press("escape")
            assert "your word" in app.flat()
            await app.press("enter", "v")  # on the values themselves it is the one under the cursor
            assert "acs" in str(app.app.screen.query_one(".box").border_title).casefold()

    run(journey())


# --- a store that another program holds


def held(path: Path, until: threading.Event, begun: threading.Event) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    begun.set()
    until.wait(60)
    connection.execute("ROLLBACK")
    connection.close()


def holding(path: Path) -> tuple[threading.Thread, threading.Event]:
    Store(path).rows()
    free, begun = threading.Event(), threading.Event()
    thread = threading.Thread(target=held, args=(path, free, begun))
    thread.start()
    begun.wait(10)
    return thread, free


def test_a_store_that_is_held_for_a_second_is_waited_for(home: Path) -> None:
    thread, free = holding(home / "cases.sqlite3")
    threading.Timer(1, free.set).start()

    async def journey() -> None:
        async with running(home) as app:
            await app.drop(EXPIRED)
            assert app.place == "Check"
            assert not app.app.desk.unkept

    run(journey())
    thread.join()
    assert [one.headline for one in Store().rows()] == ["certificate-expired"]


def test_a_store_that_stays_held_is_told_and_kept_when_it_is_free(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("doctor.tui.desk.PATIENCE", 0.2)
    thread, free = holding(home / "cases.sqlite3")

    async def journey() -> None:
        async with running(home) as app:
            await app.drop(EXPIRED)
            assert "locked" in app.flat()
            assert "another program may hold it" in app.flat()
            await app.press("escape")
            assert "NOT KEPT YET" in app.text()
            await app.drop(STUCK)
            assert app.place == "Diagnose"
            assert "The cause:" in app.text()
            await app.press("ctrl+q")
            assert "could not be kept" in app.flat()
            await app.press("n")
            free.set()
            thread.join()
            end = time.monotonic() + 30
            while app.app.desk.unkept and time.monotonic() < end:
                await asyncio.sleep(0.1)
            await app.idle()
            assert "NOT KEPT YET" not in app.text()

    run(journey())
    case = Store().load(Store().rows()[0].name)
    assert [one.name for one in case.documents] == [EXPIRED]
    assert case.reports == (STUCK,)
    assert json.loads(json.dumps(case.answers)) == {}
