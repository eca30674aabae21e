"""The terminal app keeps nobody waiting: keys land while it works, cancelled work ends, nothing spins or is lost."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from textual.widgets import Input

from doctor import library
from doctor.sources.case_store import Store
from doctor.tui import garbage
from doctor.tui.app import DoctorApp
from doctor.tui.desk import Desk
from doctor.tui.work import YOUNG
from tests.tui_pilot import EXAMPLES, EXPIRED, Driver, run, running

if TYPE_CHECKING:
    from collections.abc import Callable

TOP = Path(__file__).resolve().parent.parent


pytestmark = pytest.mark.usefixtures("home")


def large(folder: Path) -> str:
    """Metadata of 5 MB."""
    good = (EXAMPLES / "okta-healthy.xml").read_text(encoding="utf-8")
    at = good.rindex("</")
    path = folder / "large.xml"
    path.write_text(good[:at] + f"<!-- {'x' * 90} 0123456789 -->\n" * 50_000 + good[at:], encoding="utf-8")
    return str(path)


async def begin(app: Driver, text: str) -> None:
    """Drop something and do not wait for what comes of it."""
    from doctor.tui import intake, taking

    taking.take(app.app, intake.recognised(text, app.app.desk.book))
    await asyncio.sleep(0)
    assert app.app.busy


async def until(true: Callable[[], bool], patience: float = 30) -> None:
    """Wait for something."""
    async with asyncio.timeout(patience):
        while not true():
            await asyncio.sleep(0.005)


# --- keys and work


def test_keys_land_while_five_megabytes_are_read(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is read again and again until the keys are there: on the loop they would never come."""
    typed, reads, beats, end = threading.Event(), [0], [0], time.monotonic() + 60
    once = library.check

    def again(*subjects: Any, **options: Any) -> Any:
        found = once(*subjects, **options)
        while not typed.is_set() and time.monotonic() < end:
            reads[0] += 1
            found = once(*subjects, **options)
        return found

    async def beat() -> None:
        while True:
            await asyncio.sleep(0.005)
            beats[0] += 1

    async def journey() -> None:
        async with running(home) as app:
            monkeypatch.setattr(library, "check", again)
            beating = asyncio.create_task(beat())
            await begin(app, large(home))
            await until(lambda: reads[0] > 0)
            field = app.app.screen.query_one(Input)
            await asyncio.sleep(YOUNG)  # keys right behind enter wait for what it opens; these come later
            before = reads[0]
            for number, key in enumerate("scim", 1):
                app.app.simulate_key(key)
                await until(lambda: field.value == "scim"[:number])  # noqa: B023  (it is waited for here)
            assert app.app.busy
            assert reads[0] - before < 20
            typed.set()
            await app.idle()
            beating.cancel()
            assert app.place == "Check"

    run(journey())
    assert beats[0] > 10


def test_cancelled_work_ends_where_it_stands(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = (EXAMPLES / "okta-healthy.xml").read_text(encoding="utf-8").partition("?>")[2]
    whole = f'<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata">{body * 1500}</EntitiesDescriptor>'
    (home / "aggregate.xml").write_text(whole, encoding="utf-8")
    told, cancelled, ended = threading.Event(), threading.Event(), threading.Event()
    times: list[int] = []

    async def journey() -> None:
        async with running(home) as app:
            progressed, check = app.app.progressed, app.app.desk.check

            def watched(name: str, entities: int) -> None:
                times.append(entities)
                told.set()
                cancelled.wait(20)
                progressed(name, entities)

            def checked(*words: Any) -> Any:
                try:
                    return check(*words)
                finally:
                    ended.set()

            monkeypatch.setattr(app.app, "progressed", watched)
            monkeypatch.setattr(app.app.desk, "check", checked)
            await begin(app, str(home / "aggregate.xml"))
            await until(told.is_set)
            app.app.simulate_key("escape")
            await until(lambda: not app.app.busy)
            cancelled.set()
            await until(ended.is_set)
            await app.idle()
            assert app.place == "Home"
            assert app.app.desk.sheet is None

    run(journey())
    assert len(times) == 1


def test_what_was_cancelled_changes_nothing_and_the_next_work_counts(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on, ended = threading.Event(), threading.Event(), threading.Event()
    once, check = library.check, Desk.check

    def slowly(*subjects: Any, **options: Any) -> Any:
        if "okta-broken" in str(subjects[0]):
            begun.set()
            go_on.wait(20)
        return once(*subjects, **options)

    def checked(desk: Desk, *words: Any) -> Any:
        try:
            return check(desk, *words)
        finally:
            if "okta-broken" in str(words[0]):
                ended.set()

    async def journey() -> None:
        async with running(home) as app:
            monkeypatch.setattr(library, "check", slowly)
            monkeypatch.setattr(Desk, "check", checked)
            await begin(app, EXPIRED)
            await until(begun.is_set)
            app.app.simulate_key("escape")
            await until(lambda: not app.app.busy)
            await begin(app, str(EXAMPLES / "auth0-healthy.xml"))
            go_on.set()
            await until(ended.is_set)
            await app.idle()
            assert app.place == "Check"
            assert app.app.desk.case is not None
            assert [Path(one.name).name for one in app.app.desk.case.documents] == ["auth0-healthy.xml"]
            assert "certificate-expired" not in app.text()

    run(journey())


def test_only_the_page_that_is_seen_is_painted(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    painted: list[str] = []

    async def journey() -> None:
        async with running(home) as app:
            await app.drop(EXPIRED)
            for name in ("diagnose", "rules", "note", "setup", "check"):
                app.app.go(name)
                await app.idle()
                assert len(app.app.screen_stack) == 2
            for screen in app.app.screen_stack:
                name = str(screen.NAME)  # type: ignore[attr-defined]
                monkeypatch.setattr(screen, "painted", lambda name=name: painted.append(name))
            app.app.work("looking", lambda: None)
            await app.idle()

    run(journey())
    assert painted == ["check"]


# --- what the loop does not do

_IMPORTS = """
import asyncio, sys, threading
from pathlib import Path
from tests.tui_pilot import EXAMPLES, running

class Watch:
    found = None
    def find_spec(self, name, path=None, target=None):
        if self.found is not None and threading.current_thread() is threading.main_thread():
            self.found.append(name)

async def journey():
    async with running(Path(sys.argv[1])) as app:
        watch = Watch()
        sys.meta_path.insert(0, watch)
        watch.found = []
        await app.drop(str(EXAMPLES / "okta-broken.xml"))
        await app.drop("stuck in validating")
        await app.press("n")
        for page in ("rules", "setup", "connections", "check"):
            app.app.go(page)
            await app.idle()
        await app.press("f1", "escape", "f9", "escape")
        sys.meta_path.remove(watch)
    print(" ".join(name for name in watch.found if name.split(".")[0] not in ("textual", "rich")))

asyncio.run(journey())
"""


def test_the_loop_loads_no_module_once_the_app_is_warm(home: Path) -> None:
    words = [sys.executable, "-c", _IMPORTS, str(home)]
    done = subprocess.run(words, cwd=TOP, timeout=120, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


def test_an_app_that_nobody_touches_hardly_works(home: Path) -> None:
    used: list[float] = []

    async def journey() -> None:
        async with running(home) as app:
            await app.drop(EXPIRED)
            await asyncio.sleep(0.5)
            begun = time.process_time()
            await asyncio.sleep(3)
            used.append(time.process_time() - begun)

    run(journey())
    assert used[0] < 0.6  # on a terminal it was 0.04 in 5 s; a loop that spins uses 3


# --- garbage


class Collector:
    """In place of `gc`: writes down what is asked of it."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def called(*_: Any) -> tuple[int, int, int]:
            self.asked.append(name)
            return (700, 10, 10)

        return called


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Collector:
    """What the app asks of the garbage collector."""
    found = Collector()
    monkeypatch.setattr(garbage, "gc", found)
    return found


def test_garbage_is_collected_after_a_rest_and_all_of_it_when_nobody_is_there(collector: Collector) -> None:
    at = garbage.Garbage(100.0)
    for moment in (100.1, 100.4):
        at.rested(moment)
    assert collector.asked == []
    at.rested(100.6)
    assert collector.asked == ["collect", "freeze"]
    at.rested(102.0)
    assert collector.asked == ["collect", "freeze"]
    at.stirred(103.0)
    at.rested(103.1)
    at.rested(104.0)
    assert collector.asked == ["collect", "freeze"] * 2
    at.rested(163.1)
    at.rested(300.0)
    assert collector.asked == ["collect", "freeze"] * 2 + ["unfreeze", "collect", "freeze"]


def test_an_app_alone_in_its_process_takes_over_when_it_is_warm(home: Path, collector: Collector) -> None:
    async def journey() -> None:
        app = DoctorApp(store=Store(home / "cases.sqlite3"), alone=True)
        async with app.run_test() as pilot:
            driver = Driver(app, pilot)
            await driver.idle()
            assert collector.asked[:1] == ["freeze"]
            assert "enable" in collector.asked
            await until(lambda: "collect" in collector.asked)
            times = collector.asked.count("collect")
            await pilot.press("o")
            await until(lambda: collector.asked.count("collect") > times)

    run(journey())


# --- killed

_KILLED = """
import asyncio, os, signal, sys, threading
from pathlib import Path
from doctor import casework
from tests.tui_pilot import EXAMPLES, running

keep = casework.Keeper.keep

def killed(self, session):
    if len(session.case.documents) > 1:
        threading.Timer(float(sys.argv[3]), lambda: os.kill(os.getpid(), signal.SIGKILL)).start()
    keep(self, session)

casework.Keeper.keep = killed

async def journey():
    async with running(Path(sys.argv[1])) as app:
        await app.drop(str(EXAMPLES / "okta-broken.xml"))
        await app.drop(sys.argv[2])
        await asyncio.sleep(20)

asyncio.run(journey())
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs signals")
@pytest.mark.parametrize("after", ["0", "0.01"])
def test_killed_while_a_large_document_is_kept_the_store_is_whole(home: Path, after: str) -> None:
    words = [sys.executable, "-c", _KILLED, str(home), large(home), after]
    done = subprocess.run(words, cwd=TOP, env={**os.environ, "DOCTOR_HOME": str(home)}, timeout=120, check=False)
    assert done.returncode == -signal.SIGKILL
    connection = sqlite3.connect(home / "cases.sqlite3")
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    store = Store(home / "cases.sqlite3")
    rows = store.rows()
    assert len(rows) == 1
    case = store.load(rows[0].name)
    assert [Path(one.name).name for one in case.documents][:1] == ["okta-broken.xml"]
    assert len(case.documents) in (1, 2)


def test_nobody_who_leaves_waits_for_a_thread_that_goes_on() -> None:
    told = "import threading, time; from doctor.tui import terminal; terminal.ends_soon(3, 0.2)"
    done = subprocess.run(
        [sys.executable, "-c", f"{told}; threading.Thread(target=time.sleep, args=(60,)).start()"],
        timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == 3
