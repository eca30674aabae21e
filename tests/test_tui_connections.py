"""The connections of a vendor in the terminal app, asked of a server on loopback that answers as the API does."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any

import pytest

from doctor.sources import profile
from doctor.sources.case_store import Store
from doctor.tui.app import DoctorApp
from tests.tui_pilot import AT, EXAMPLES, Driver
from tests.vendor_server import KEY, connection, organization, running, workos

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator
    from pathlib import Path

    from tests.vendor_server import Server


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
    with running(workos(connections=rows, organizations=[organization()])) as found:
        monkeypatch.setenv("WORKOS_API_KEY", KEY)
        monkeypatch.setenv("WORKOS_BASE_URL", found.url)
        yield found


def run(home: Path, journey: Any) -> None:
    async def whole() -> None:
        app = DoctorApp(options={"at": AT, "allow_private": True}, store=Store(home / "cases.sqlite3"))
        async with app.run_test(size=(120, 40)) as pilot:
            driver = Driver(app, pilot)
            await driver.idle()
            await journey(driver)

    found: Coroutine[Any, Any, None] = whole()
    asyncio.run(found)


def test_the_list_shows_states_and_enter_diagnoses(home: Path, server: Server) -> None:
    async def journey(app: Driver) -> None:
        app.app.go("connections")
        await app.idle()
        assert "2 connections at workos" in app.text()
        assert "validating" in app.text()
        assert KEY not in app.app.export_screenshot()
        assert connection(1)["id"] in app.text()
        await app.press("enter")
        assert app.place == "Diagnose"
        assert "Connection stuck in Validating" in app.text()
        assert app.app.desk.case is not None
        assert KEY not in repr(app.app.desk.case)

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


def test_without_a_key_the_dialog_says_what_to_set(home: Path) -> None:
    async def journey(app: Driver) -> None:
        app.app.go("connections")
        await app.idle()
        assert "That did not work" in app.text()
        assert "WORKOS_API_KEY" in app.flat()

    run(home, journey)
