"""The first screen takes anything: it says what it is before enter, keeps no secret, and lists what was begun."""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from textual import events
from textual.widgets import Input, OptionList

from doctor.model.case import Case
from doctor.sources.case_store import Store
from doctor.tui import app as doctor_app
from doctor.tui import intake, work
from doctor.tui.intake import Dropped
from doctor.tui.widgets.cases import age
from doctor.tui.widgets.drop import Drop
from doctor.tui.widgets.question import Question
from tests.factory.broken_metadata import federation
from tests.tui_pilot import AT, EXAMPLES, EXPIRED, run, running, visited

if TYPE_CHECKING:
    from pathlib import Path

    from tests.tui_pilot import Driver

TOKEN = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF"


pytestmark = pytest.mark.usefixtures("home")


async def pasted(app: Driver, text: str) -> None:
    app.app.screen.query_one(Drop).post_message(events.Paste(text))
    await app.pilot.pause(0.4)
    await app.idle()


def said(app: Driver) -> list[str]:
    """What was notified, in order."""
    return [one.message for one in app.app._notifications]


# --- pastes


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_a_paste_of_several_lines_is_held_whole_until_enter(home: Path, end: str) -> None:
    async def journey() -> None:
        async with running(home) as app:
            await pasted(app, end.join(("The connection", "is stuck in validating.", "")))
            assert "pasted: 2 lines" in app.text()
            assert app.place == "Home"
            await pasted(app, end.join(("AADSTS50105: not", "assigned")))
            assert "pasted: 4 lines" in app.text()
            await app.press("enter")
            assert app.place == "Diagnose"
            assert app.app.desk.case is not None
            assert app.app.desk.case.reports[0].startswith("The connection\nis stuck in validating.\n")
            assert "assigned" in app.app.desk.case.reports[0]

    run(journey())


def test_escape_lets_go_of_a_paste(home: Path) -> None:
    async def journey() -> None:
        async with running(home) as app:
            await pasted(app, "one\ntwo")
            await app.press("escape")
            assert "pasted" not in app.text()
            assert app.app.screen.query_one(Drop).has_focus
            await app.press("enter")
            assert app.place == "Home"
            assert app.app.desk.case is None

    run(journey())


def test_a_paste_beside_the_field_goes_into_it(home: Path) -> None:
    async def journey() -> None:
        async with running(home) as app:
            app.app.screen.query_one("#products").focus()
            await app.pilot.pause()
            app.app.screen.post_message(events.Paste("AADSTS50105: not assigned"))
            await app.pilot.pause(0.4)
            assert app.app.screen.query_one(Input).value == "AADSTS50105: not assigned"

    run(journey())


# --- what it is


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (str(EXAMPLES / "okta-broken.xml"), ("IdP metadata", "enter: read this file")),
        (str(EXAMPLES / "sign-in" / "clock-ahead.har"), ("browser capture", "enter: read this file")),
        ((EXAMPLES / "sign-in" / "wrong-address.b64").read_text(), ("SAML response", "enter: take this text")),
        (str(EXAMPLES), ("folder of", "enter: read this folder")),
        ("https://idp.example.com/metadata", ("enter: fetch this address",)),
        ("conn_01E4ZCR3C56J083X43JQXF3JK5", ("enter: ask the vendor about this connection",)),
        ("acs-url-mismatch", ("enter: the page of this rule",)),
        ("okat", ("enter: set up Okta SAML",)),
        ("AADSTS50105: not assigned", ("enter: take this text",)),
        ("password: hunter2 was refused", ("a secret in it is taken out, never kept",)),
        (TOKEN, ("it looks like a token or password",)),
    ],
)
def test_what_was_dropped_is_told_before_enter(home: Path, text: str, words: tuple[str, ...]) -> None:
    async def journey() -> None:
        async with running(home) as app:
            await pasted(app, text)
            assert app.place == "Home"
            for one in words:
                assert one in app.flat(), app.text().split("\n")[4]

    run(journey())


def test_a_folder_is_read_whole(home: Path) -> None:
    folder = home / "files"
    folder.mkdir()
    for name in ("okta-broken.xml", "auth0-healthy.xml"):
        (folder / name).write_bytes((EXAMPLES / name).read_bytes())

    async def journey() -> None:
        async with running(home) as app:
            await app.drop("files")
            assert app.place == "Check"
            assert "certificate-expired" in app.text()
            assert app.app.desk.case is not None
            assert len(app.app.desk.case.documents) == 2

    run(journey())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ((EXAMPLES / "okta-broken.xml").read_text(), "IdP metadata"),
        (federation(AT, "okta").decode(), "metadata aggregate of one entity"),
        (federation(AT, "okta", "onelogin").decode(), "metadata aggregate of 2 entities"),
        (federation(AT, "okta", "onelogin").decode()[:-60], "metadata aggregate"),
    ],
)
def test_metadata_that_is_pasted_is_called_what_it_is(text: str, words: str) -> None:
    assert intake.seen(Dropped("text", text, "")) == words


@pytest.mark.parametrize("kind", ["pipe", "loop"])
def test_what_is_no_file_is_not_offered_to_be_read(home: Path, kind: str) -> None:
    if kind == "pipe":
        os.mkfifo(home / kind)
    else:
        (home / kind).symlink_to(home / kind)

    async def journey() -> None:
        async with running(home) as app:
            await pasted(app, str(home / kind))
            assert "not a file that can be read" in app.flat()
            assert "enter: read" not in app.flat()

    run(journey())


# --- checked, whatever becomes of the case


@pytest.mark.parametrize("store", ["unwritable", "damaged"])
def test_a_store_that_cannot_be_used_hides_no_check(home: Path, store: str) -> None:
    folder = home
    if store == "unwritable":
        folder = home / "file"
        folder.write_text("x")
    else:
        (home / "cases.sqlite3").write_bytes(bytes(range(7, 200)) * 30)

    async def journey() -> None:
        async with running(folder) as app:
            await app.drop(str(EXAMPLES / "okta-broken.xml"))
            assert "The case cannot be saved" in app.flat()
            hint = "allow writing to that folder" if store == "unwritable" else "move or rename that file"
            assert hint in app.flat()
            await app.press("escape")
            await app.until(lambda: app.place == "Check")
            await app.until(lambda: "certificate-expired" in app.text())

    run(journey())


def test_an_address_that_cannot_be_read_shows_its_finding(home: Path) -> None:
    async def journey() -> None:
        async with running(home) as app:
            await app.drop("http://127.0.0.1/metadata")
            assert app.place == "Check"
            assert "metadata-url-private-address" in app.text()
            assert app.app.desk.case is None
            assert "Nothing could be read there: it is not kept in the case." in said(app)

    run(journey())


def test_an_aggregate_is_told_to_be_checked_only(home: Path) -> None:
    text = federation(AT, "okta", "onelogin").decode()
    (home / "files").mkdir()
    (home / "files" / "all.xml").write_text(text)
    (home / "files" / "okta.xml").write_bytes((EXAMPLES / "okta-broken.xml").read_bytes())

    async def journey() -> None:
        async with running(home) as app:
            for dropped in (text, "files/all.xml", "files"):
                await app.drop(dropped)
                assert app.place == "Check"
                assert app.app.desk.case is None
            alone = "This is a metadata aggregate: checked only, not kept in the case."
            among = "A metadata aggregate is among the files: checked only, not kept in the case."
            assert said(app) == [alone, alone, among]

    run(journey())


def test_what_joins_an_open_case_is_told_so(home: Path) -> None:
    async def journey() -> None:
        async with running(home) as app:
            await app.drop(str(EXAMPLES / "okta-broken.xml"))
            assert said(app) == []
            await app.drop("stuck in validating")
            assert app.app.desk.case is not None
            assert said(app) == [f"added to the case {app.app.desk.case.name}; ^n begins another one"]

    run(journey())


def test_findings_of_several_files_say_of_which_they_are(home: Path) -> None:
    (home / "files" / "old").mkdir(parents=True)
    for name in ("okta-broken.xml", "auth0-healthy.xml"):
        (home / "files" / "old" / name).write_bytes((EXAMPLES / name).read_bytes())
    (home / "files" / "new.xml").write_bytes((EXAMPLES / "okta-broken.xml").read_bytes())

    async def journey() -> None:
        async with running(home) as app:
            await app.drop("files")
            assert "certificate-expired · new.xml" in app.text()
            assert "certificate-expired · old/okta-broken.xml" in app.text()
            assert "in new.xml" in app.text()
            await app.press("v")
            for name in ("new.xml", "old/okta-broken.xml", "old/auth0-healthy.xml"):
                assert f"{name}  signing" in app.text()
            await app.drop("files/new.xml")
            await app.press("v", "v", "v")
            assert "certificate-expired · new.xml" not in app.text()

    run(journey())


def test_the_copy_of_a_recording_is_called_one(home: Path) -> None:
    async def journey() -> None:
        async with running(home) as app:
            await app.drop(str(EXAMPLES / "sign-in" / "clock-ahead.har"))
            assert "cleaned copy, without secrets" in app.text()
            assert "1 {" in app.text()
            await app.drop(str(EXAMPLES / "okta-broken.xml"))
            assert "cleaned copy" not in app.text()

    run(journey())


def test_a_flow_loses_no_word_on_a_small_terminal(home: Path) -> None:
    async def journey() -> None:
        async with running(home, (80, 24)) as app:
            await app.drop(str(EXAMPLES / "sign-in" / "clock-ahead.har"))
            await app.press("v", "v")
            assert "rsa-sha256 by CN=idp0.example.com (not verified: no certificates)" in app.flat()

    run(journey())


# --- secrets


def test_a_lone_token_is_refused_and_nothing_is_kept(home: Path) -> None:
    async def journey() -> None:
        async with running(home) as app:
            await app.drop(TOKEN)
            assert "looks like a token" in app.flat()
            assert "What to do" in app.text()
            assert app.app.desk.case is None

    run(journey())
    assert Store().rows() == []


def test_a_secret_in_a_text_is_told_and_taken_out(home: Path) -> None:
    async def journey() -> None:
        async with running(home) as app:
            await app.drop("SCIM fails with 401. Authorization: Bearer abcdEFGH1234567890xyz")
            assert any("A secret in the text was taken out" in one.message for one in app.app._notifications)

    run(journey())
    kept = (home / "cases.sqlite3").read_bytes() + b"".join(one.read_bytes() for one in home.glob("cases.sqlite3-*"))
    assert b"abcdEFGH1234567890xyz" not in kept


@pytest.mark.parametrize(
    ("word", "secret"),
    [
        (TOKEN, True), ("00QCjAl4MlV-WPXM-ABcdefghijklmnopqrstuvwxyz", True),
        ("conn_01E4ZCR3C56J083X43JQXF3JK5", False), ("3f2504e0-4f89-11d3-9a0c-0305e82c3301", False),
        ("urn:amazon:cognito:sp:eu-west-1_aBcDeF123", False), ("exk1a2b3c4d5E6F7g8h9", False),
        ("metadata-no-signing-certificate", False), ("PHNhbWxwOlJlc3BvbnNlIHhtbG5zOnNhbWxwPSI", False),
    ],
)  # fmt: skip
def test_what_looks_like_a_token(word: str, secret: bool) -> None:
    assert intake.looks_random(word) is secret


# --- the dialog for files


def test_a_file_is_found_in_its_folder_by_keys_alone(home: Path) -> None:
    (home / "deep" / "er").mkdir(parents=True)
    (home / "deep" / "er" / "[b]metadata.xml").write_bytes((EXAMPLES / "okta-broken.xml").read_bytes())
    (home / "deep" / ".hidden").write_text("")

    async def journey() -> None:
        async with running(home, (80, 24)) as app:
            await app.press("ctrl+o")
            assert "Open a file" in app.text()
            await app.type("de")
            await app.press("tab")
            assert "er/" in app.text()
            assert ".hidden" not in app.text()
            await app.press("down", "down", "enter")
            await app.press("down")
            assert app.app.screen.query_one(OptionList).has_focus
            assert "[b]metadata.xml" in app.text()
            await app.press("down", "enter")
            assert app.place == "Check"
            assert "certificate-expired" in app.text()
            assert "deep/er/[b]metadata.xml" in app.text()

    run(journey())


def test_a_folder_that_cannot_be_listed_says_so(home: Path) -> None:
    async def journey() -> None:
        async with running(home) as app:
            await app.press("ctrl+o")
            await app.type("/no/such/")
            assert "No such file or directory" in app.text()
            await app.press("enter")
            assert "Open a file" in app.text()
            await app.press("escape")
            assert app.place == "Home"

    run(journey())


# --- cases


def test_cases_show_their_verdict_age_and_cause(home: Path) -> None:
    def moment(**ago: float) -> str:
        return (AT - timedelta(**ago)).strftime("%Y-%m-%dT%H:%M:%SZ")

    store = Store()
    store.save(Case("acme", moment(hours=2)), "fail", "certificate-expired")
    store.save(Case("globex", moment(days=9)), "undecided", None)

    async def journey() -> None:
        async with running(home) as app:
            lines = app.text().split("\n")
            at = next(number for number, line in enumerate(lines) if "acme" in line)
            assert "fail  2 hours ago  certificate-expired" in lines[at + 1]
            assert "undecided  1 week ago  no cause yet" in lines[at + 3]

    run(journey())


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "just now"), (59, "just now"), (60, "1 minute ago"), (7199, "1 hour ago"), (86400 * 6, "6 days ago"),
        (86400 * 31, "1 month ago"), (86400 * 800, "2 years ago"), (-3600, "2026-11-22"),
    ],
)  # fmt: skip
def test_ages(seconds: int, words: str) -> None:
    now = datetime(2026, 11, 22, 9, tzinfo=UTC)
    assert age((now - timedelta(seconds=seconds)).isoformat(), now) == words


# --- what is said is about what has the keys


def test_the_hint_follows_the_keys(home: Path) -> None:
    async def journey() -> None:
        async with running(home) as app:
            await app.drop(EXPIRED)
            await app.press("f2")
            assert "71 rows" in app.text()
            await app.press("tab")
            assert "enter: set up Okta SAML" in app.text()
            await app.press("tab")
            assert "enter: go on with this case" in app.text()
            await app.press("slash")
            assert "71 rows" in app.text()

    run(journey())


def test_more_evidence_is_asked_for_where_it_can_be_typed(home: Path) -> None:
    async def journey() -> None:
        async with running(home) as app:
            await app.drop(EXPIRED)
            await visited(app, "diagnose")
            app.app.screen.query_one("#list").focus()
            await app.press("tab", "shift+tab", "a")
            assert app.place == "Home"
            assert app.app.focused is not None
            assert app.app.focused.id == "drop"

    run(journey())


def test_a_picture_is_not_offered_over_another_screen(home: Path) -> None:
    async def journey() -> None:
        async with running(home) as app:
            await app.drop(EXPIRED)
            app.app.action_export()
            app.app.go("rules")
            await app.idle()
            assert app.place == "Rules"

    run(journey())


def test_a_whole_id_stands_first_among_the_rules(home: Path) -> None:
    async def journey() -> None:
        async with running(home) as app:
            await visited(app, "rules")
            await app.press("slash")
            await app.type("acs-url-mismatch")
            await app.press("enter", "y")
            assert app.app.copied == "acs-url-mismatch"

    run(journey())


def test_a_case_of_files_says_where_they_are_judged(home: Path) -> None:
    async def journey() -> None:
        async with running(home) as app:
            await app.drop(EXPIRED)
            await app.press("ctrl+n")
            await visited(app, "check")
            assert "the diagnosis (d)" not in app.flat()
            await app.press("f2", "tab", "tab", "enter")
            assert app.place == "Diagnose"
            await visited(app, "check")
            assert "the files of this case" in app.flat()

    run(journey())


def test_a_long_path_keeps_its_end_and_says_that_it_was_cut(home: Path) -> None:
    folder = home / ("a-long-name-" * 12)
    folder.mkdir()
    path = folder / "okta.xml"
    path.write_bytes((EXAMPLES / "okta-broken.xml").read_bytes())

    async def journey() -> None:
        async with running(home) as app:
            await app.drop(str(path))
            first = app.text().split("\n")[1]
            assert first.startswith(" ...")
            assert "a-long-name-/okta.xml" in first

    run(journey())


def test_a_paste_takes_the_place_of_what_was_searched_for(home: Path) -> None:
    async def journey() -> None:
        async with running(home) as app:
            await app.type("okta")
            await app.press("enter")
            assert app.place == "Setup"
            await app.press("f2")
            app.app.screen.query_one("#drop").post_message(events.Paste(EXPIRED))
            await app.idle()
            assert app.app.screen.query_one("#drop", Input).value == EXPIRED

    run(journey())


def test_keys_right_behind_enter_wait_for_what_it_opens(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for one in (work, doctor_app):
        monkeypatch.setattr(one, "YOUNG", 20.0)  # however slow the machine is

    async def journey() -> None:
        async with running(home) as app:
            await app.type(EXPIRED)
            for one in ("enter", "d", "n"):
                app.app.simulate_key(one)
            await app.until(lambda: app.place == "Note")
            await app.idle()
            await app.press("f2")
            await app.type("okta")
            for one in ("enter", "m", "x", "y"):
                app.app.simulate_key(one)
            await app.until(lambda: app.place == "Line")
            await app.until(lambda: app.app.screen.query_one("#line", Input).value == "xy")

    run(journey())


def test_escape_closes_the_help_and_not_the_work_behind_it(home: Path) -> None:
    go_on = threading.Event()

    async def journey() -> None:
        async with running(home) as app:
            app.app.work("asking the vendor", lambda: go_on.wait(20))
            await app.pilot.press("f1")
            await app.until(lambda: app.place == "Help")
            await app.pilot.press("escape")
            await app.until(lambda: app.place == "Home")
            assert app.app.busy
            await app.pilot.press("escape")
            await app.until(lambda: not app.app.busy)
            go_on.set()

    run(journey())


def test_the_answers_keep_the_keys_while_a_dialog_is_open(home: Path) -> None:
    async def journey() -> None:
        async with running(home) as app:
            await app.drop("Recipient mismatch: expected https://auth.example.com/sso/acs/conn_01")
            assert app.place == "Diagnose"
            await app.press("down")
            assert "› answers" in app.text()
            for key in ("t", "f1"):
                await app.press(key, "escape")
                assert "› answers" in app.text(), key

    run(journey())


def test_nothing_typed_is_no_answer(home: Path) -> None:
    async def journey() -> None:
        async with running(home) as app:
            await app.drop("Recipient mismatch: expected https://auth.example.com/sso/acs/conn_01")
            asked = app.app.screen.query_one(Question).asking
            await app.press("enter")
            assert "Type the answer" in said(app)[-1]
            assert app.app.screen.query_one(Question).asking is asked
            assert app.app.desk.case is not None
            assert "DECLINED" not in str(app.app.desk.case.answers).upper()

    run(journey())


def test_what_is_no_address_is_no_value_of_a_setup(home: Path) -> None:
    async def journey() -> None:
        async with running(home) as app:
            await visited(app, "setup")
            await app.tell_value("not a url at all")
            assert "is no address, and the ACS URL is one" in app.flat()
            await app.press("escape")
            assert "2 missing" in app.text()

    run(journey())


def test_escape_leads_from_the_values_to_the_steps(home: Path) -> None:
    async def journey() -> None:
        async with running(home) as app:
            await visited(app, "setup")
            await app.press("end", "enter")
            assert "› values" in app.text()
            await app.press("escape")
            assert "› steps" in app.text()
            await app.press("escape")
            assert app.place == "Home"

    run(journey())
