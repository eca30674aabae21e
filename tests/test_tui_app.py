"""What holds on every screen of the terminal app: it fits, it helps, it says what went wrong, nothing leaks into it."""

from __future__ import annotations

import asyncio
import json
import os
import select
import signal
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from textual import events
from textual.widgets import Input, OptionList

from doctor.engine.rulebook import shipped
from doctor.model.error import InputError
from doctor.sources.case_store import Store
from doctor.tui import giving, intake, keeping, key, lines, turns
from doctor.tui.app import DoctorApp
from doctor.tui.glyph import UNICODE
from doctor.tui.widgets.difference import Difference
from doctor.tui.widgets.keys import Keys
from tests.tui_pilot import EXAMPLES, EXPIRED, PAGES, SIZES, run, running, visited

if TYPE_CHECKING:
    from tests.tui_pilot import Driver

HAR = str(EXAMPLES / "sign-in" / "clock-ahead.har")


pytestmark = pytest.mark.usefixtures("home")


# --- every screen


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["doctor-dark", "doctor-light", "doctor-contrast"])
def test_every_screen_shows_where_one_is_its_keys_and_help(home: Path, size: tuple[int, int], theme: str) -> None:
    async def journey() -> None:
        async with running(home, size) as app:
            app.app.set_theme(theme)
            await app.drop(EXPIRED)
            await app.drop("stuck in validating")
            for name in PAGES:
                await visited(app, name)
                lines = app.text().split("\n")
                assert lines[0].startswith(f" doctor › {app.place}"), name
                assert "Okta" in lines[0]
                assert lines[0].rstrip().endswith("fail")
                assert lines[-1].rstrip().endswith("f1 Help"), lines[-1]
                await app.press("f1")
                assert f"Help: {app.app.screen_stack[-2].PLACE}" in app.text()  # type: ignore[attr-defined]
                await app.press("escape")
        assert json.loads((home / "tui.json").read_text())["theme"] == theme

    run(journey())


def test_screens_without_a_case_say_what_to_do(home: Path) -> None:
    async def journey() -> None:
        async with running(home, (80, 24)) as app:
            for name in ("check", "diagnose", "setup", "note"):
                app.app.go(name)
                await app.idle()
                assert "first screen (h)" in app.flat(), name

    run(journey())


@pytest.mark.parametrize("size", SIZES)
def test_ascii_terminals_get_ascii(home: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCTOR_ASCII", "1")

    async def journey() -> None:
        async with running(home, size) as app:
            await app.drop(HAR)
            for name in ("home", "check", "diagnose", "rules"):
                await visited(app, name)
                odd = {char for char in app.text() if ord(char) > 126} - PROSE
                assert not odd, (name, odd, app.text())
            await visited(app, "check")
            await app.press("v", "v")
            assert "sp.example.com" in app.text()
            assert not {char for char in app.text() if ord(char) > 126}

    run(journey())


PROSE = set("›“”…")
"""Signs of texts that come from below."""


def test_no_verdict_is_told_by_colour_alone(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def journey() -> None:
        async with running(home) as app:
            await app.drop(EXPIRED)
            assert "warning certificate-expired" in app.flat()
            await app.drop("stuck in validating")
            for word in ("CONFIRMED", "ruled out", "unknown"):
                assert word in app.text()

    run(journey())


def test_keys_can_be_remapped(home: Path) -> None:
    (home / "tui.json").write_text('{"keys": {"rules": "ctrl+r", "copy": "ctrl+y"}}')

    async def journey() -> None:
        async with running(home) as app:
            app.app.screen.query_one("#products").focus()
            await app.press("r")
            assert app.place == "Home"
            await app.press("ctrl+r")
            assert app.place == "Rules"
            assert "ctrl+y" in app.text() or "^y" in app.text()

    run(journey())


def test_names_of_keys_are_unique_and_no_key_fights_tmux() -> None:
    names = [one.id for one in key.GLOBAL]
    assert len(names) == len(set(names))
    assert not {"ctrl+b", "ctrl+a"} & {each for one in key.GLOBAL for each in one.key.split(",")}


def test_a_damaged_preference_file_is_told_and_the_app_goes_on(home: Path) -> None:
    (home / "tui.json").write_text("[oops")

    async def journey() -> None:
        async with running(home) as app:
            assert "That did not work" in app.text()
            assert "tui.json cannot be used" in app.app.screen._message  # type: ignore[attr-defined]
            await app.press("escape")
            assert app.place == "Home"

    run(journey())


def test_the_mouse_presses_keys_and_chooses(home: Path) -> None:
    async def journey() -> None:
        async with running(home, (120, 40)) as app:
            await app.drop(EXPIRED)
            bar = app.app.screen.query_one(Keys)
            at = app.text().split("\n")[bar.region.y].index("v View")
            await app.pilot.click(bar, offset=(at, 0))
            await app.idle()
            assert "ended" in app.text()
            await app.pilot.click("#views", offset=(2, 0))
            await app.idle()
            assert "expected" in app.text().casefold()

    run(journey())


# --- the palette


def test_the_palette_finds_rules_and_products(home: Path) -> None:
    async def journey() -> None:
        async with running(home) as app:
            await app.press("ctrl+p")
            await app.type("acs-url-mism")
            await app.pilot.pause(0.6)
            await app.press("enter")
            await app.pilot.pause(0.3)
            assert app.place == "Rules"
            assert "acs-url-mismatch" in app.text()

    run(journey())


def test_a_case_can_be_named(home: Path) -> None:
    async def journey() -> None:
        async with running(home) as app:
            await app.drop(EXPIRED)
            giving.name(app.app)
            await app.idle()
            await app.fill("#line", "acme")
            assert app.text().split("\n")[0].rstrip().endswith("acme · Okta · cause found")
            await app.drop("stuck in validating")
        assert [(one.name, one.headline) for one in Store().rows()] == [("acme", "certificate-expired")]

    run(journey())


# --- what comes from outside


HOSTILE = "[bold red]x[/] \x1b[31mred\x1b[0m \u202eflip @click=app.quit"


def test_text_from_outside_is_shown_and_never_obeyed(home: Path) -> None:
    entity = "http://evil/[bold]&#x202e;[@click=app.quit]x[/]"
    good = (EXAMPLES / "auth0-healthy.xml").read_text(encoding="utf-8")
    before, _, rest = good.partition('entityID="')
    (home / "[red]evil[b].xml").write_text(before + f'entityID="{entity}"' + rest.partition('"')[2], encoding="utf-8")

    async def journey() -> None:
        async with running(home) as app:
            await app.drop(str(home / "[red]evil[b].xml"))
            assert app.place == "Check"
            assert "[red]evil[b].xml" in app.text()
            assert "[bold]\\u202e[@click=app.quit]x[/]" in app.text()
            await app.drop(f"SAML failed: {HOSTILE}")
            await app.drop("Recipient mismatch: expected https://a.example/[b]x[/b]\u202e")
            for name in PAGES:
                await visited(app, name)
                assert not set(app.text()) & set("\x1b\u202e\x9b")
            picture = app.app.export_screenshot()
            assert "\u202e" not in picture

    run(journey())


def test_secrets_and_people_do_not_reach_the_screen(home: Path) -> None:
    page = {"log": {"version": "1.2", "entries": [_login()]}}
    (home / "login.har").write_text(json.dumps(page))

    async def journey() -> None:
        async with running(home) as app:
            await app.drop(str(home / "login.har"))
            await visited(app, "check")
            app.app.screen.query_one("#document").focus()
            for _ in range(5):
                assert "hunter2" not in app.app.export_screenshot()
                assert "jane.doe@" not in app.app.export_screenshot()
                await app.press("pagedown")

    run(journey())


def _login() -> dict[str, Any]:
    form = [{"name": "user", "value": "jane.doe@acme.example"}, {"name": "password", "value": "hunter2"}]
    return {
        "startedDateTime": "2026-11-22T09:00:00Z",
        "request": {
            "method": "POST", "url": "https://idp.example.com/login?password=hunter2", "headers": [],
            "postData": {"mimeType": "application/x-www-form-urlencoded", "params": form,
                         "text": "user=jane.doe%40acme.example&password=hunter2"},
        },
        "response": {"status": 200, "headers": [], "content": {"mimeType": "text/html", "text": "hunter2"}},
    }  # fmt: skip


# --- errors, long work


def test_what_cannot_be_read_is_a_dialog_with_a_hint(home: Path) -> None:
    (home / "link.xml").symlink_to(home / "nowhere.xml")

    async def journey() -> None:
        async with running(home) as app:
            await app.drop(str(home / "link.xml"))
            assert "That did not work" in app.text()
            assert "leads nowhere" in app.flat()
            assert "What to do" in app.text()
            await app.press("escape")
            assert app.place == "Home"

    run(journey())


def test_a_store_that_cannot_be_written_is_told_once_and_work_goes_on(home: Path) -> None:
    class Broken(Store):
        def join(self, *_: Any, **__: Any) -> Any:
            raise InputError("the case store is full", "free some space")

    async def journey() -> None:
        app = DoctorApp(store=Broken(home / "cases.sqlite3"))
        async with app.run_test(size=(120, 40)) as pilot:
            from tests.tui_pilot import Driver

            driver = Driver(app, pilot)
            await driver.idle()
            await driver.drop(EXPIRED)
            assert "the case store is full" in driver.text()
            await driver.press("escape")
            await driver.drop("stuck in validating")
            assert driver.place == "Diagnose"
            assert "certificate-expired" in driver.text()

    run(journey())


def test_a_crash_inside_is_a_dialog(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def journey() -> None:
        async with running(home) as app:
            app.app.work("failing", lambda: 1 / 0)
            await app.idle()
            assert "doctor itself failed: ZeroDivisionError" in app.flat()

    run(journey())


def test_long_work_is_told_can_be_cancelled_and_keeps_nobody_waiting(home: Path) -> None:
    go_on = threading.Event()
    done: list[str] = []

    async def journey() -> None:
        async with running(home) as app:
            app.app.work("counting to a million", lambda: go_on.wait(20), lambda _: done.append("used"))
            await app.pilot.pause(0.5)
            assert "counting to a million" in app.text()
            assert "esc cancels" in app.text()
            await app.pilot.press("s", "c", "i", "m")
            await app.pilot.pause()
            assert app.app.screen.query_one(Input).value == "scim"
            assert "SCIM" in app.text()
            app.app.work("more", lambda: done.append("second"))
            assert app.app.busy
            await app.pilot.press("escape")
            await app.pilot.pause(0.1)
            assert "esc cancels" not in app.text()
            go_on.set()
            await app.idle()
            assert done == ["second"]

    run(journey())


def test_keys_that_come_faster_than_screens_open_harm_nobody(home: Path) -> None:
    async def journey() -> None:
        async with running(home) as app:
            for _ in range(6):
                for name in ("f3", "f4", "f5", "f6", "f2", "f3", "f4", "f3"):
                    app.app.simulate_key(name)
                    await asyncio.sleep(0)
            await app.idle()
            await app.press("f2")
            assert app.place == "Home"
            await app.type("okta")
            assert app.app.screen.query_one(Input).value == "okta"

    run(journey())


@pytest.mark.parametrize(
    ("keys", "place", "typed"),
    [
        ("f1 escape f6", "Rules", ""),  # the dialog that escape closes would take the next key with it
        ("f3 f1 escape f4 f1 escape f5", "Setup", ""),
        ("f8 f6 slash a c s", "Rules", "acs"),
        ("escape f6 f2 o k t a", "Home", "okta"),
        ("ctrl+p escape f6 f1 escape f2 o k", "Home", "ok"),
        ("f1 escape ctrl+n d u o", "Home", "duo"),
    ],
)
def test_keys_at_once_do_what_the_same_keys_do_one_by_one(home: Path, keys: str, place: str, typed: str) -> None:
    async def journey(*, at_once: bool) -> None:
        async with running(home) as app:
            if at_once:
                for one in keys.split():
                    app.app.post_message(events.Key(one, {"slash": "/"}.get(one, one if len(one) == 1 else None)))
                await app.until(lambda: _stood(app) == (place, typed))
            else:
                await app.press(*keys.split())
                assert _stood(app) == (place, typed)

    run(journey(at_once=False))
    run(journey(at_once=True))


def _stood(app: Driver) -> tuple[str, str]:
    """The screen, and what is typed in its first field."""
    fields = app.app.screen.query(Input)
    return app.place, fields.first().value if fields else ""


def test_one_can_always_leave_even_when_the_part_with_the_keys_hangs(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = asyncio.Event()
    monkeypatch.setattr(turns, "_PATIENCE", 0.2)
    monkeypatch.setattr(keeping, "leave", lambda _: left.set())

    async def journey() -> None:
        async with running(home) as app:
            hangs = asyncio.Event()
            assert app.app.focused is not None
            app.app.focused.call_later(hangs.wait)
            for one in ("a", "ctrl+q"):
                app.app.simulate_key(one)
            async with asyncio.timeout(5):
                await left.wait()
            hangs.set()

    run(journey())


def test_what_is_given_while_something_is_worked_on_is_not_lost(home: Path) -> None:
    go_on = threading.Event()

    async def journey() -> None:
        async with running(home) as app:
            await visited(app, "setup")
            app.app.work("asking the vendor", lambda: go_on.wait(20))
            await app.pilot.press("space", "space")
            await app.pilot.pause()
            assert app.app.desk.case is None
            go_on.set()
            await app.idle()
            assert "2 of 9 steps" in app.text()

    run(journey())


def test_an_aggregate_tells_its_progress_and_stops_when_cancelled(home: Path) -> None:
    body = (EXAMPLES / "auth0-healthy.xml").read_text(encoding="utf-8")
    one = body.partition("?>")[2] if body.startswith("<?xml") else body
    whole = f'<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata">{one * 1500}</EntitiesDescriptor>'
    (home / "aggregate.xml").write_text(whole, encoding="utf-8")
    seen: list[str] = []

    async def journey() -> None:
        async with running(home) as app:
            told = app.app.progressed

            def watch(name: str, entities: int) -> None:
                told(name, entities)
                seen.append(app.app.progress)

            app.app.progressed = watch  # type: ignore[method-assign]
            await app.drop(str(home / "aggregate.xml"))
            assert app.place == "Check"
            assert "metadata aggregate" in app.text()

    run(journey())
    assert seen
    assert "entities" in seen[0]


def test_five_megabytes_keep_nobody_waiting(home: Path) -> None:
    good = (EXAMPLES / "okta-healthy.xml").read_text(encoding="utf-8")
    at = good.rindex("</")
    (home / "large.xml").write_text(good[:at] + f"<!-- {'x' * 90} 0123456789 -->\n" * 50_000 + good[at:])
    gaps: list[float] = []

    async def beats(app: Driver) -> None:
        last = time.perf_counter()
        while True:
            await asyncio.sleep(0.005)
            now = time.perf_counter()
            if app.app.busy:
                gaps.append(now - last)
            last = now

    async def journey() -> None:
        async with running(home) as app:
            beating = asyncio.create_task(beats(app))
            await app.drop(str(home / "large.xml"))
            beating.cancel()
            assert app.place == "Check"
            assert "Nothing wrong found" in app.text()
            app.app.screen.query_one("#document").focus()
            await app.press("end")
            assert "</md:EntityDescriptor>" in app.text() or "EntityDescriptor>" in app.text()

    run(journey())
    assert len(gaps) > 5  # the loop went on while the file was read
    assert max(gaps) < 1.5  # a single expression over the whole text held everything for 2.4 seconds


def test_long_and_wide_lines_are_shown_whole(home: Path) -> None:
    from textual.app import App, ComposeResult

    from doctor.tui.widgets.document import DocumentView

    class Alone(App[None]):
        def compose(self) -> ComposeResult:
            yield DocumentView(id="document")

    wide, long = "漢字" * 60, "".join(chr(97 + number % 26) for number in range(300))

    async def journey() -> None:
        app = Alone()
        async with app.run_test(size=(40, 40)) as pilot:
            view = app.query_one(DocumentView)
            view.show(lines.of(f"{wide}\n{long}\nfoo@\x1b[31m"))
            await pilot.pause()
            rows = [view.render_line(y).text for y in range(view.virtual_size.height)]
            assert all(len(row) <= 40 for row in rows)
            shown = "".join(row[7:].rstrip() for row in rows)
            assert shown == f"{wide}{long}foo@\\x1b[31m"

    run(journey())


def test_a_document_of_more_lines_than_anybody_reads_ends_with_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "MOST", 3)
    assert lines.of("a\nb\nc").texts == ["a", "b", "c"]
    cut = lines.of("a\nb\n漢字\nd\ne")
    assert cut.texts[:3] == ["a", "b", "漢字"]
    assert "not shown" in cut.texts[3]
    assert cut.lengths[:3] == [1, 1, -2]
    assert (cut.cells(0, 9), cut.cells(2, 9)) == (9, 4)
    assert cut.starts(1, 0)[:4] == [0, 1, 2, 4]


# --- finding one's way


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "nothing"), ("okta", "product"), ("azure ad", "product"), ("okta scim", "product"),
        ("acs-url-mismatch", "rule"), (EXPIRED, "path"), (f"file://{EXPIRED}", "path"), (f"'{EXPIRED}'", "path"),
        ("https://idp.example.com/metadata", "url"), ("https://sp.example.com/acs?SAMLResponse=PHNhbWw", "text"),
        ("conn_01E4ZCR3C56J083X43JQXF3JK5", "connection"), ("AADSTS50105: not assigned", "text"),
        ("PHNhbWxwOlJlc3BvbnNl" * 20, "text"), ("/no/such/file.xml", "missing"), ("okta-metadata.XML", "missing"),
        ("error in metadata.xml", "text"), ("\0", "text"),
    ],
)  # fmt: skip
def test_what_is_dropped_is_recognised(text: str, kind: str) -> None:
    assert intake.recognised(text, shipped()).kind == kind


def test_the_table_follows_every_key_and_type(home: Path) -> None:
    async def journey() -> None:
        async with running(home) as app:
            assert "71 rows" in app.text()
            await app.type("okt")
            assert "6 rows" in app.text()  # Auth0 is by Okta
            await app.press("ctrl+t")
            assert "2 rows" in app.text()
            assert app.app.screen.query_one("#products", OptionList).option_count == 2

    run(journey())


def test_a_pasted_response_is_a_document_of_the_case(home: Path) -> None:
    blob = (EXAMPLES / "sign-in" / "wrong-address.b64").read_text()

    async def journey() -> None:
        async with running(home) as app:
            await app.drop(blob)
            assert app.place == "Check"
            assert "SAML response" in app.text()
            assert app.app.desk.case is not None
            assert [one.name[:11] for one in app.app.desk.case.documents] == ["pasted text"]

    run(journey())


def test_the_offending_line_is_pointed_at(home: Path) -> None:
    from doctor.tui.widgets.document import DocumentView

    async def journey() -> None:
        async with running(home) as app:
            await app.drop(str(EXAMPLES / "jumpcloud-broken.xml"))
            view = app.app.screen.query_one(DocumentView)
            assert view.line_pointed_at == 7
            line = next(one for one in app.text().split("\n") if "▸" in one)
            assert "X509Certificate" in line

    run(journey())


def test_a_cancelled_question_mark_types_itself(home: Path) -> None:
    async def journey() -> None:
        async with running(home) as app:
            await app.type("why?")
            assert app.app.screen.query_one(Input).value == "why?"
            await app.press("escape", "question_mark")
            assert "Help: Home" in app.text()

    run(journey())


# --- export


@pytest.mark.parametrize("form", ["json", "md", "html", "txt", "svg"])
def test_every_screen_gives_away_what_it_shows(home: Path, form: str) -> None:
    from doctor.tui.screens.export import FORMS, Export

    async def journey() -> None:
        async with running(home) as app:
            await app.drop(EXPIRED)
            await app.drop("stuck in validating")
            for name in PAGES:
                await visited(app, name)
                await app.press("f9")
                box = app.app.screen
                assert isinstance(box, Export), name
                await app.press(*["down"] * list(FORMS).index(form))
                box.query_one(Input).value = str(home / f"{name}.{form}")
                await app.press("enter")
                text = (home / f"{name}.{form}").read_text(encoding="utf-8")
                assert text.strip(), name
                if form == "json":
                    assert json.loads(text)["schema"].startswith("doctor/")

    run(journey())


def test_an_export_suggests_a_name_that_is_free(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)

    async def suggested(app: Driver) -> Path:
        await app.press("f9")
        return Path(app.app.screen.query_one(Input).value)

    async def journey() -> None:
        async with running(home) as app:
            await visited(app, "rules")
            first = await suggested(app)
            assert not first.exists()
            await app.press("enter")
            second, third = (first.with_name(f"{first.stem}-{number}.json") for number in (2, 3))
            second.write_text("mine")
            assert await suggested(app) == third
            await app.press("enter")
            assert json.loads(third.read_text()) == json.loads(first.read_text())
            assert second.read_text() == "mine"

    run(journey())


def test_an_export_overwrites_nothing(home: Path) -> None:
    (home / "there.json").write_text("mine")

    async def journey() -> None:
        async with running(home) as app:
            await visited(app, "rules")
            await app.press("e")
            app.app.screen.query_one(Input).value = str(home / "there.json")
            app.app.screen.query_one(Input).focus()
            await app.press("enter")
            assert "is there already" in app.flat()

    run(journey())
    assert (home / "there.json").read_text() == "mine"


# --- widgets


@pytest.mark.parametrize("width", [26, 40, 80])
def test_the_mark_stands_under_the_difference(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("doctor.tui.widgets.difference.glyphs_of", lambda _: UNICODE)
    expected, actual = "https://auth.example.com/sso/acs/conn_01", "https://auth.example.com/sso/acs/conn_01/"
    lines = [one.plain for one in Difference(expected, actual, "trailing-slash")._drawn(width)]
    caret = next(number for number, line in enumerate(lines) if "▲" in line)
    at = lines[caret].find("▲")
    assert lines[caret - 1][at] == "/"
    assert "trailing slash" in "".join(lines[caret:])
    assert all(len(line) <= width for line in lines)


# --- from the command line


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_plain_doctor_on_a_terminal_is_the_app(home: Path) -> None:
    seen = on_terminal(home, b"rop anything")
    assert b"rop anything" in seen


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_dumb_terminal_gets_help(home: Path) -> None:
    seen = on_terminal(home, b"--version.", TERM="dumb")
    assert b"usage: doctor COMMAND" in seen
    assert seen.startswith(b"doctor: the app needs a terminal that moves its cursor; TERM=dumb does not")


def on_terminal(home: Path, until: bytes, **environment: str) -> bytes:
    """What `doctor` writes to a terminal until these bytes come."""
    import pty

    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(Path(__file__).resolve().parent.parent)
        os.environ.update({"DOCTOR_HOME": str(home), "TERM": "xterm-256color", **environment})
        os.execv(sys.executable, [sys.executable, "-m", "doctor"])
    seen, end = b"", time.monotonic() + 60
    try:
        while until not in seen and time.monotonic() < end:
            if select.select([terminal], [], [], 0.2)[0]:
                seen += os.read(terminal, 65536)
    except OSError:
        pass
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(terminal)
    return seen
