"""The connections of the vendors in the terminal app, asked of servers on loopback that answer as the APIs do."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from jsonschema import Draft202012Validator
from textual.widgets import Input

from doctor.model.error import UsageError
from doctor.sources import change, history, online, profile
from doctor.sources.case_store import Store
from doctor.sources.watching import Plan
from doctor.tui import key
from doctor.tui.app import DoctorApp
from doctor.tui.screens.connections import Connections
from doctor.tui.widgets.rows import Rows
from peers import workos_emulator
from tests import vendor_server
from tests.tui_pilot import AT, EXAMPLES, PATIENCE, Driver
from tests.vendor_server import CLIENT, KEY, SECRET, TOKEN, Fault, connection, failed, organization, running, workos

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

    from tests.vendor_server import Asked, Reply, Server

FAST: Final = Plan(0.05, 600.0)
ORG: Final = "org_7777777777"
SCHEMA: Final = Path(__file__).resolve().parent.parent / "doctor" / "report" / "schema" / "connections-1.json"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, and no key of this machine."""
    for name in (*profile.KEY.values(), *profile.ADDRESS.values(), profile.CLIENT):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCTOR_HOME", str(tmp_path))
    monkeypatch.setitem(sys.modules, "keyring", None)
    return tmp_path


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A vendor with two connections."""
    rows = [connection(1, state="validating"), connection(2)]
    with running(workos(connections=rows, organizations=[organization()], events=[])) as found:
        monkeypatch.setenv("WORKOS_API_KEY", KEY)
        monkeypatch.setenv("WORKOS_BASE_URL", found.url)
        yield found


@pytest.fixture
def scalekit(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A second vendor with one connection."""
    one = {"id": "conn_7777777777", "provider": "OKTA", "type": "SAML", "status": "COMPLETED", "enabled": True,
           "organization_id": ORG, "organization_name": "Globex", "saml_config": {}}  # fmt: skip
    with running(
        vendor_server.scalekit(connections=[one], organizations=[{"id": ORG, "display_name": "Globex"}])
    ) as found:
        monkeypatch.setenv("SCALEKIT_CLIENT_ID", CLIENT)
        monkeypatch.setenv("SCALEKIT_CLIENT_SECRET", SECRET)
        monkeypatch.setenv("SCALEKIT_ENVIRONMENT_URL", found.url)
        yield found


def run(home: Path, journey: Any, size: tuple[int, int] = (120, 40)) -> None:
    async def whole() -> None:
        app = DoctorApp(options={"at": AT, "allow_private": True}, store=Store(home / "cases.sqlite3"))
        async with app.run_test(size=size) as pilot:
            driver = Driver(app, pilot)
            await driver.idle()
            await journey(driver)

    found: Coroutine[Any, Any, None] = whole()
    asyncio.run(found)


async def opened(app: Driver, plan: Plan = FAST) -> Connections:
    """The screen, with its list read."""
    app.app.go("connections")
    page = app.app.screen
    assert isinstance(page, Connections)
    page.plan = plan
    await app.idle()
    return page


async def until(app: Driver, met: Callable[[], bool]) -> None:
    """Wait for something to happen by itself."""
    async with asyncio.timeout(PATIENCE):
        while not met():
            await app.pilot.pause(0.02)


# ── the list ───────────────────────────────────────────────────────────────────────────────────────────────


def test_the_list_shows_states_and_enter_diagnoses(home: Path, server: Server) -> None:
    async def journey(app: Driver) -> None:
        await opened(app)
        assert "2 connections at workos, by the key of WORKOS_API_KEY" in app.text()
        assert "validating" in app.text()
        assert KEY not in app.app.export_screenshot()
        assert connection(1)["id"] in app.text()
        await app.press("enter")
        assert app.place == "Diagnose"
        assert "Connection stuck in Validating" in app.text()
        assert app.app.desk.case is not None
        assert KEY not in repr(app.app.desk.case)

    run(home, journey)


def test_without_a_key_the_dialog_says_what_to_set(home: Path) -> None:
    async def journey(app: Driver) -> None:
        await opened(app)
        assert "That did not work" in app.text()
        assert "WORKOS_API_KEY" in app.flat()

    run(home, journey)


def test_a_key_that_is_refused_is_told_with_what_to_do(home: Path, server: Server, monkeypatch: Any) -> None:
    monkeypatch.setenv("WORKOS_API_KEY", "sk_test_wrong0123456789")

    async def journey(app: Driver) -> None:
        await opened(app)
        assert "That did not work" in app.text()
        assert "What to do" in app.text()
        await app.press("escape")
        assert "not all could be read" in app.flat()
        assert "sk_test_wrong" not in app.app.export_screenshot()

    run(home, journey)


def test_words_filter_the_list_as_they_are_typed(home: Path, server: Server) -> None:
    server.data["connections"] += [connection(number, name=f"Globex {number}") for number in range(3, 30)]

    async def journey(app: Driver) -> None:
        page = await opened(app)
        await app.press("slash")
        for typed, count in (("glo", 27), ("bex", 27), (" 1", 27), ("2", 1)):
            await app.type(typed)
            assert page._rows.count == count
        assert "1 found" in app.text()
        assert page.chosen() is not None
        await app.type("nothing")
        assert "No connection holds these words." in app.text()
        assert page.copied() == ""
        await app.press("+", "w", "escape")
        assert page.query_one(Input).value == "globex 12nothing+w"
        assert page.focused is page._rows
        assert app.place == "Connections"

    run(home, journey)


def test_keys_and_mouse_move_the_cursor(home: Path, server: Server) -> None:
    server.data["connections"] += [connection(number) for number in range(3, 90)]

    async def journey(app: Driver) -> None:
        page = await opened(app)
        for press, name in (("down", 2), ("pagedown", 35), ("end", 89), ("up", 88), ("home", 1), ("up", 1)):
            await app.press(press)
            assert page.copied() == connection(name)["id"], press
            assert f"Acme {name} " in app.text()
        await app.pilot.click(page._rows, offset=(20, 4))
        await app.idle()
        assert page.copied() == connection(5)["id"]
        await app.pilot.click(page._rows, offset=(20, 4), times=2)
        await app.idle()
        assert app.place == "Diagnose"

    run(home, journey)


def test_it_is_read_again_and_the_cursor_stays_on_its_connection(home: Path, server: Server) -> None:
    async def journey(app: Driver) -> None:
        page = await opened(app)
        await app.press("down")
        server.data["connections"] = [connection(9, name="New"), connection(2, state="inactive")]
        page.reader._took = 0.0
        page._look_again()
        await app.idle()
        assert page.copied() == connection(2)["id"]
        assert page._rows.cursor == 1
        assert "active → inactive" in app.flat()
        server.always = Fault(503)
        before = len(server.requests)
        page.reader._took = 60.0
        page._look_again()
        assert len(server.requests) == before  # a list that takes a minute is not read again after seconds

    run(home, journey)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_ascii_terminals_get_ascii(
    home: Path, server: Server, scalekit: Server, size: tuple[int, int], monkeypatch: Any
) -> None:
    monkeypatch.setenv("DOCTOR_ASCII", "1")

    async def journey(app: Driver) -> None:
        page = await opened(app)
        await until(app, lambda: page._details.of(page.chosen()) is not None)
        await app.press("w")
        await until(app, lambda: page.watcher.looks > 0)
        assert {char for char in app.text() if ord(char) > 126} <= set("›▁▂▃▄▅▆▇█▔▎▌▊")
        assert "Acme 1" in app.text()
        assert "State over time" in app.text()
        assert app.text().split("\n")[-1].rstrip().endswith("f1 Help")
        page.watcher.stop()

    run(home, journey, size)


def test_names_from_outside_are_shown_and_never_obeyed(home: Path, server: Server) -> None:
    name = "[red]x[/] \x1b[31m\u202eflip @click=app.quit"
    server.data["connections"] = [connection(1, name=name, state="\x1b[2J")]

    async def journey(app: Driver) -> None:
        await opened(app)
        assert "[red]x[/] \\x1b[31m\\u202eflip" in app.text()
        assert not set(app.text()) & set("\x1b\u202e")
        await app.press("delete")
        assert "Delete this connection?" in app.text()
        assert not set(app.text()) & set("\x1b\u202e")

    run(home, journey)


def test_keys_of_the_screen_have_names_of_their_own_and_fight_nothing() -> None:
    mine = [one for one in (*Connections.BINDINGS, *Rows.BINDINGS) if one.id]  # type: ignore[union-attr]
    names = [one.id for one in (*mine, *key.GLOBAL)]  # type: ignore[union-attr]
    assert len(names) == len(set(names))
    pressed = [each for one in (*mine, *key.GLOBAL) for each in one.key.split(",")]  # type: ignore[union-attr]
    assert not {"ctrl+a", "ctrl+b"} & set(pressed)
    assert not {one.key for one in mine} & {one.key for one in key.GLOBAL}  # type: ignore[union-attr]


# ── several vendors ────────────────────────────────────────────────────────────────────────────────────────


def test_both_vendors_stand_in_one_list(home: Path, server: Server, scalekit: Server) -> None:
    async def journey(app: Driver) -> None:
        page = await opened(app)
        assert "All 3  workos 2  scalekit 1" in app.text()
        assert [row.place.name for row in page._found()] == ["workos", "workos", "scalekit"]
        counts = []
        for _ in range(3):
            await app.press("v")
            counts.append((page._rows.count, page.reader.stock.only))
        assert counts == [(2, 0), (1, 1), (3, None)]
        at = app.text().split("\n")[page.query_one("#progress").region.y].index("scalekit")
        await app.pilot.click("#progress", offset=(at, 0))
        await app.idle()
        assert page.copied() == "conn_7777777777"
        await until(app, lambda: "Globex (" in app.flat())
        for secret in (KEY, SECRET, TOKEN):
            assert secret not in app.app.export_screenshot()
        await app.press("enter")
        assert app.place == "Diagnose"
        assert app.app.desk.case is not None
        assert app.app.desk.case.options["connection.vendor"] == "scalekit"

    run(home, journey)


def test_an_id_that_is_dropped_is_asked_of_each_vendor(home: Path, server: Server, scalekit: Server) -> None:
    async def journey(app: Driver) -> None:
        await app.type("conn_7777777777")
        await app.press("enter")
        assert app.app.desk.case is not None
        assert app.app.desk.case.options["connection.vendor"] == "scalekit"

    run(home, journey)


def test_a_vendor_that_cannot_be_asked_hides_no_other(home: Path, server: Server, monkeypatch: Any) -> None:
    monkeypatch.setenv("SCALEKIT_CLIENT_SECRET", SECRET)

    async def journey(app: Driver) -> None:
        await opened(app)
        assert "scalekit: Scalekit needs SCALEKIT_ENVIRONMENT_URL, SCALEKIT_CLIENT_ID" in app.flat()
        await app.press("escape")
        assert "All 2  workos 2  scalekit 0" in app.text()
        assert "Acme 1" in app.text()

    run(home, journey)


def test_profiles_stand_beside_the_environment(home: Path, server: Server, monkeypatch: Any) -> None:
    monkeypatch.setenv("STAGING_KEY", KEY)
    places = {"same": server.url, "staging": f"{server.url}/", "workos": f"{server.url}//"}
    book = {name: profile.Profile(name, "workos", url, None, "STAGING_KEY") for name, url in places.items()}
    profile.save(profile.path(), profile.Book(book))

    async def journey(app: Driver) -> None:
        await opened(app)
        assert "All 6  workos 2  staging 2  profile workos 2" in app.text()

    run(home, journey)


# ── a long list ────────────────────────────────────────────────────────────────────────────────────────────


def many(count: int) -> list[dict[str, Any]]:
    """So many connections, each of an organization of its own."""
    names = [f"01E4ZCR3C56J083X43JQ{number:06d}" for number in range(count)]
    return [connection(n, id=f"conn_{name}", organization_id=f"org_{name}") for n, name in enumerate(names)]


def drawn(app: Driver, page: Connections) -> list[str]:
    """The ids of the rows that are drawn from now on."""
    seen: list[str] = []
    draw = page._rows._draw

    def watched(row: Any, width: int) -> Any:
        seen.append(row.one.id)
        return draw(row, width)

    page._rows._draw = watched
    return seen


def test_ten_thousand_rows_cost_what_a_screenful_costs(home: Path, server: Server) -> None:
    server.data["connections"] = many(10_000)

    async def journey(app: Driver) -> None:
        page = await opened(app)
        assert page._rows.count == 10_000
        height = page._rows.size.height
        for press in ("pagedown", "end", "up", "home"):
            seen = drawn(app, page)
            await app.press(press)
            assert 0 < len(seen) <= 4 * height, press
        seen = drawn(app, page)
        await app.press("slash")
        await app.type("acme 77")
        assert page._rows.count == len(
            [number for number in range(10_000) if "acme 77" in f"acme {number}" or "77" in f"{number:06d}"]
        )
        assert len(seen) <= 4 * height * len("/acme 77")
        assert len(page.children) + len(page.query("*")) < 40  # no widget for a row

    run(home, journey)


class Gate:
    """Lets the first page of a list through, and the others when it is told so."""

    def __init__(self, server: Server) -> None:
        self.open = threading.Event()
        self._answer = server.answer
        server.answer = self

    def __call__(self, server: Server, asked: Asked) -> Reply:
        if asked.path == "/connections" and "after" in asked.query and "organization_id" not in asked.query:
            self.open.wait(PATIENCE)
        return self._answer(server, asked)


def test_the_first_page_is_painted_before_the_second_is_there(home: Path, server: Server) -> None:
    server.data["connections"] = many(350)
    gate = Gate(server)

    async def journey(app: Driver) -> None:
        app.app.go("connections")
        await until(app, lambda: "reading, 100 so far; esc cancels" in app.text())
        page: Any = app.app.screen
        assert "Acme 7" in app.text()
        await app.pilot.press("down", "slash", *"acme")
        assert page._rows.count == 100
        gate.open.set()
        await app.idle()
        assert page._rows.count == 350
        assert page.chosen().one.name == "Acme 0"  # the first that is found
        assert "so far" not in app.text()

    run(home, journey)


def test_reading_can_be_cancelled_and_asked_for_again(home: Path, server: Server) -> None:
    server.data["connections"] = many(1_000)
    gate = Gate(server)

    async def journey(app: Driver) -> None:
        app.app.go("connections")
        await until(app, lambda: "100 so far" in app.text())
        page: Any = app.app.screen
        await app.pilot.press("escape")
        assert app.place == "Connections"
        assert "cancelled; x reads all of it" in app.flat()
        gate.open.set()
        await app.idle()
        assert page._rows.count == 100
        listed = [one for one in server.requests if one.path == "/connections" and "organization_id" not in one.query]
        assert len(listed) == 2
        given = page.exports()
        assert not json.loads(given.json)["complete"]
        assert json.loads(given.json)["notes"] == ["cancelled; x reads all of it"]
        await app.press("x")
        assert page._rows.count == 1_000
        assert "cancelled" not in app.text()
        await app.press("escape")
        assert app.place == "Home"

    run(home, journey)


# ── the state over time, watching ──────────────────────────────────────────────────────────────────────────


def test_the_state_over_time_is_the_vendors_and_ours(home: Path, server: Server) -> None:
    active = {"object": "event", "id": "event_9", "event": "connection.activated",
              "created_at": "2026-11-20T10:30:00.000Z", "data": connection(1)}  # fmt: skip
    server.data["events"] = [failed(1), failed(2), failed(3, code="other"), active]

    async def journey(app: Driver) -> None:
        page = await opened(app)
        await until(app, lambda: "sign-in failed" in app.text())
        flat = app.flat()
        for moment in (
            "2026-01-15 12:00:00 vendor created", "2026-11-20 10:02:00 vendor sign-in failed: example, 2 times",
            "2026-11-20 10:03:00 vendor sign-in failed: other", "2026-11-20 10:30:00 vendor active",
            "looked validating",
        ):  # fmt: skip
            assert moment in flat, moment
        assert flat.index("10:02:00") < flat.index("10:30:00") < flat.index("looked validating")
        assert "ann@acme.example" not in app.app.export_screenshot()
        assert page.chosen() is not None

    run(home, journey)


def test_a_moment_without_a_time_that_can_be_read_is_no_error() -> None:
    assert history.when("yesterday") < history.when("2026-01-01T00:00:00") < history.when("2026-01-01T00:00:01Z")


def test_watching_until_active(home: Path, server: Server) -> None:
    row = server.data["connections"][0]
    row["state"] = "draft"

    async def journey(app: Driver) -> None:
        page = await opened(app)
        await app.pilot.press("w")
        await until(app, lambda: page.watcher.looks > 1 and "watching Acme 1: looked" in app.flat())
        assert (
            "not known yet: Was the identity provider's metadata uploaded" in app.flat().partition("watched draft")[2]
        )
        await app.pilot.press("down")  # another row may be looked at meanwhile
        row["state"] = "validating"
        await until(app, lambda: page.reader.stock.shelves[0].rows[0].one.state == "validating")
        row["state"] = "active"
        await until(app, lambda: not page.watcher.on)
        assert "Acme 1: active: people can sign in" in app.text()
        await app.press("up")
        told = [one.step.after for one in page.looks.of(page.chosen().key) if one.source == "watched"]  # type: ignore[union-attr]
        assert told == ["draft", "validating", "active"]
        assert "validating → active" in app.text()
        assert page.watcher.ended is not None
        assert page.watcher.ended.outcome == "active"

    run(home, journey)


@pytest.mark.parametrize(
    ("change", "said"),
    [("inactive", "failed: waiting does not help"), (None, "failed: waiting does not help")],
)  # fmt: skip
def test_watching_ends_with_what_does_not_get_better(home: Path, server: Server, change: str | None, said: str) -> None:
    async def journey(app: Driver) -> None:
        page = await opened(app)
        await app.pilot.press("w")
        await until(app, lambda: page.watcher.looks > 0)
        if change is None:
            server.data["connections"] = []
        else:
            server.data["connections"][0]["state"] = change
        await until(app, lambda: not page.watcher.on)
        assert said in app.text()
        assert f"validating → {change or 'gone'}" in app.flat()

    run(home, journey)


def test_a_watch_that_takes_too_long_ends(home: Path, server: Server) -> None:
    async def journey(app: Driver) -> None:
        page = await opened(app, Plan(0.05, 0.3))
        await app.pilot.press("w")
        await until(app, lambda: not page.watcher.on)
        assert "time is over; it has not become active" in app.text()

    run(home, journey)


def test_a_watch_that_the_api_refuses_is_told_with_what_to_do(home: Path, server: Server) -> None:
    async def journey(app: Driver) -> None:
        page = await opened(app)
        server.always = Fault(401, b'{"message": "no"}')
        await app.pilot.press("w")
        await until(app, lambda: not page.watcher.on and "That did not work" in app.text())
        assert "What to do" in app.text()
        await app.press("escape")
        assert "the API could not be asked any more" in app.text()

    run(home, journey)


def test_escape_ends_the_watch_and_then_leaves(home: Path, server: Server) -> None:
    async def journey(app: Driver) -> None:
        page = await opened(app, Plan(0.2, 600.0))
        await app.pilot.press("w")
        await until(app, lambda: page.watcher.looks > 0)
        await app.press("escape")
        assert app.place == "Connections"
        assert "no longer watched" in app.text()
        await until(app, lambda: page._details.of(page.chosen()) is not None)
        await app.idle()
        before = len(server.requests)
        await app.pilot.pause(0.6)
        assert len(server.requests) == before
        await app.press("w", "w")
        assert not page.watcher.on
        await app.press("w", "escape", "escape")
        assert app.place == "Home"

    run(home, journey)


def test_a_watch_goes_on_behind_another_screen_and_ends_with_the_app(home: Path, server: Server) -> None:
    pages: list[Connections] = []

    async def journey(app: Driver) -> None:
        pages.append(page := await opened(app))
        await app.pilot.press("w")
        await until(app, lambda: page.watcher.looks > 0)
        looks = page.watcher.looks
        app.app.go("home")
        await until(app, lambda: page.watcher.looks > looks)
        assert app.place == "Home"
        assert page.watcher.on

    run(home, journey)
    assert not pages[0].watcher.on


def test_trouble_with_a_list_waits_until_somebody_looks_at_it(home: Path) -> None:
    async def journey(app: Driver) -> None:
        app.app.go("connections")
        app.app.go("home")
        await app.idle()
        assert app.place == "Home"
        app.app.go("connections")
        await app.idle()
        assert app.place == "Trouble"

    run(home, journey)


# ── changing ───────────────────────────────────────────────────────────────────────────────────────────────


def writes(server: Server) -> list[str]:
    """What was asked that changes something."""
    return [line for line in server.paths() if not line.startswith("GET") and not line.endswith("/oauth/token")]


def test_disabling_wants_the_name_and_shows_what_came_of_it(home: Path, scalekit: Server) -> None:
    async def journey(app: Driver) -> None:
        page = await opened(app)
        await app.press("minus")
        assert "Disable this connection?" in app.text()
        assert "Nobody will be able to sign in through it any more" in app.flat()
        assert "Type its name to disable it: Globex" in app.flat()
        await app.fill("#name", "globex")
        assert "the name is not the same; nothing was changed" in app.flat()
        assert writes(scalekit) == []
        await app.fill("#name", "Globex")
        assert writes(scalekit) == [f"PATCH /api/v1/organizations/{ORG}/connections/conn_7777777777:disable"]
        assert app.place == "Connections"
        assert page.chosen() is not None
        assert page.chosen().one.state == "inactive"  # type: ignore[union-attr]
        assert "active → inactive" in app.flat()
        await app.press("plus")
        await app.fill("#name", "Globex")
        assert writes(scalekit)[1:] == [f"PATCH /api/v1/organizations/{ORG}/connections/conn_7777777777:enable"]
        assert "inactive → active" in app.flat()
        for secret in (SECRET, TOKEN):
            assert secret not in app.app.export_screenshot()

    run(home, journey)


@pytest.mark.parametrize("press", ["plus", "minus"])
def test_workos_switches_nothing_and_says_so(home: Path, server: Server, press: str) -> None:
    async def journey(app: Driver) -> None:
        await opened(app)
        await app.press(press)
        word = {"plus": "enable", "minus": "disable"}[press]
        assert f"WorkOS' API cannot {word} a connection: it offers list, get and delete" in app.flat()
        assert "What to do" in app.text()
        await app.press("escape")
        assert writes(server) == []

    run(home, journey)


def test_deleting_takes_the_row_away(home: Path, server: Server) -> None:
    async def journey(app: Driver) -> None:
        page = await opened(app)
        await app.press("delete", "escape")
        assert app.place == "Connections"
        assert writes(server) == []
        await app.press("delete")
        assert "It is gone for ever" in app.flat()
        await app.fill("#name", "")
        assert "nothing was changed" in app.flat()
        await app.fill("#name", "Acme 1")
        assert writes(server) == [f"DELETE /connections/{connection(1)['id']}"]
        assert [row.one.name for row in page._found()] == ["Acme 2"]
        assert "Acme 1: validating, now gone" in app.flat()

    run(home, journey, (80, 24))


def test_nothing_is_done_without_the_name(scalekit: Server) -> None:
    api = online.client(online.places()[0], allow_private=True)
    shown = change.looked(api, "scalekit", "conn_7777777777", ORG).shown
    assert shown is not None
    wanted = change.Change("delete", "conn_7777777777", ORG, shown)
    for typed in ("", "globex", "Globex ", "conn_7777777777"):
        with pytest.raises(UsageError, match="the name is not the same; nothing was changed"):
            change.performed(api, "scalekit", wanted, typed)
    assert writes(scalekit) == []
    assert change.performed(api, "scalekit", wanted, "Globex") == change.Done(None, None, gone=True)


def test_who_leaves_during_a_change_is_told_what_came_of_it(home: Path, server: Server) -> None:
    answer, gone = server.answer, threading.Event()

    def slow(ours: Server, asked: Asked) -> Reply:
        if asked.method == "DELETE":
            gone.wait(PATIENCE)
        return answer(ours, asked)

    server.answer = slow

    async def journey(app: Driver) -> None:
        page = await opened(app)
        await app.press("delete")
        app.app.screen.query_one("#name", Input).value = "Acme 1"
        await app.pilot.press("enter")
        await until(app, lambda: "deleting Acme 1; this is not cancelled" in app.flat())
        await app.pilot.press("h")
        assert app.place == "Home"
        gone.set()
        await until(app, lambda: page.done != "")
        await until(
            app, lambda: "Acme 1: validating, now gone" in " ".join(one.message for one in app.app._notifications)
        )

    run(home, journey)


def test_what_went_wrong_with_a_change_is_told(home: Path, server: Server) -> None:
    async def journey(app: Driver) -> None:
        await opened(app)
        await app.press("delete")
        server.always = Fault(403, b'{"message": "no"}')
        await app.fill("#name", "Acme 1")
        assert "That did not work" in app.text()
        assert "it is not certain what came of it" in app.flat()

    run(home, journey)


def test_of_a_connection_that_is_gone_nothing_is_asked(home: Path, server: Server) -> None:
    async def journey(app: Driver) -> None:
        await opened(app)
        server.data["connections"] = []
        await app.press("delete")
        assert "That did not work" in app.text()
        assert writes(server) == []

    run(home, journey)


# ── giving away, journeys ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("several", [False, True])
def test_the_export_is_what_the_command_line_lists(
    home: Path, server: Server, several: bool, request: pytest.FixtureRequest
) -> None:
    if several:
        request.getfixturevalue("scalekit")

    async def journey(app: Driver) -> None:
        page = await opened(app)
        given = page.exports()
        assert given is not None
        data = json.loads(given.json)
        Draft202012Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(data)
        assert data["vendor"] == (None if several else "workos")
        assert len(data["connections"]) == 2 + several
        assert data["complete"]
        assert "Acme 2" in given.text

    run(home, journey)


def test_okta_from_the_lookup_table_to_an_active_connection(home: Path, server: Server) -> None:
    rows = server.data["connections"]
    rows[0] = connection(1, state="draft")

    async def journey(app: Driver) -> None:
        await app.type("okta saml")
        await app.press("enter")
        assert "Okta · SAML single sign-on" in app.text()
        await app.press("f")
        await app.fill("#line", connection(1)["id"])
        await app.tell_value("https://auth.example.com/sso/acs/conn_01")
        await app.tell_value("https://auth.example.com/conn_01")
        await app.press("f")
        await app.fill("#line", str(EXAMPLES / "okta-healthy.xml"))
        assert await verified(app) >= {"connection", "metadata"}
        app.app.screen.query_one("#steps").focus()
        await app.press("home")
        for _ in range(9):
            await app.press("space" if app.app.screen.step().status == "open" else "down")  # type: ignore[attr-defined]
        await app.press("end", "up")
        assert "connection state: active" not in app.flat()
        rows[0] = connection(1, state="active")
        app.app.screen._look_again()  # type: ignore[attr-defined]
        await app.idle()
        assert "9 of 9 steps" in app.text()
        assert "connection state: active" in app.flat()

    run(home, journey)


async def verified(app: Driver) -> set[str]:
    """The steps that evidence has verified."""
    plan = app.app.screen._plan  # type: ignore[attr-defined]
    return {one.id for one in plan.steps if one.status == "verified"}


def test_an_id_that_is_dropped_is_asked_for(home: Path, server: Server) -> None:
    async def journey(app: Driver) -> None:
        await app.type(connection(1)["id"])
        assert "ask the vendor about this connection" in app.text()
        await app.press("enter")
        assert app.place == "Diagnose"
        assert app.app.desk.case is not None
        assert app.app.desk.case.documents

    run(home, journey)


@pytest.fixture
def emulator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[workos_emulator.Running]:
    """WorkOS' own emulator as the environment that is asked."""
    if reason := workos_emulator.missing():
        pytest.skip(reason)
    seed = workos_emulator.seed(30)
    seed["connections"][7] |= {"name": "Initech SSO", "state": "draft", "connection_type": "OktaSAML"}
    monkeypatch.setenv("NO_PROXY", "*")
    with workos_emulator.running(tmp_path, seed) as found:
        monkeypatch.setenv("WORKOS_API_KEY", workos_emulator.KEY)
        monkeypatch.setenv("WORKOS_BASE_URL", found.url)
        yield found


def test_okta_saml_from_the_lookup_to_active_against_the_emulator(
    home: Path, emulator: workos_emulator.Running
) -> None:
    """The emulator knows no acs_url and no certificates; what its connection shows is what the steps rest on."""

    async def journey(app: Driver) -> None:
        page = await opened(app)
        await app.press("slash")
        await app.type("initech")
        ident = page.copied()
        assert ident.startswith("conn_")
        await app.press("escape", "escape")
        assert app.place == "Home"
        await app.type("okta saml")
        await app.press("enter")
        assert "Okta · SAML single sign-on" in app.text()
        await app.press("f")
        await app.fill("#line", ident)
        await app.tell_value("https://auth.example.com/sso/acs/conn_01")
        await app.tell_value("https://auth.example.com/conn_01")
        await app.press("f")
        await app.fill("#line", str(EXAMPLES / "okta-healthy.xml"))
        assert "connection state: active" not in app.flat()
        page = await opened(app)
        await app.press("slash")
        await app.type("initech")
        await app.press("enter")
        await app.pilot.press("w")
        await until(app, lambda: page.watcher.looks > 0)
        for state in ("validating", "active"):
            await asyncio.to_thread(emulator.become, ident, state)
            await until(app, lambda state=state: page.chosen().one.state == state)  # type: ignore[misc,union-attr]
        await until(app, lambda: not page.watcher.on)
        await app.idle()
        assert "Initech SSO: active: people can sign in" in app.text()
        told = [one.step.after for one in page.looks.of(page.chosen().key) if one.source == "watched"]  # type: ignore[union-attr]
        assert told == ["draft", "validating", "active"]
        for moment in ("watched draft", "draft → validating", "validating → active"):
            assert moment in app.flat()
        assert workos_emulator.KEY not in app.app.export_screenshot()
        await app.press("s")
        app.app.screen._look_again()  # type: ignore[attr-defined]
        await app.idle()
        assert "connection" in await verified(app)

    run(home, journey)
