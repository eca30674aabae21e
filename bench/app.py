"""How long the terminal app keeps its event loop waiting: whole journeys, driven without a terminal, step by step.

A heart beats on the loop every two milliseconds; the longest time between two beats of a step is its pause: as long
would a key have waited. Beside it stands the processor time that the loop's own thread used in that time: what is
missing there was spent waiting, for a worker that held the interpreter or for other processes.

Usage: python -m bench.app [--rounds N] [--only WORD] [--why] [--json | --row]. Each round is a process of its own; the
least of all rounds counts, since whatever else the machine does only adds. `--why` adds what ran during the pauses.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from bench import process

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable

    from textual.pilot import Pilot

    from doctor.tui.app import DoctorApp

TOP: Final = Path(__file__).resolve().parent.parent
EXAMPLES: Final = TOP / "examples"
BEAT: Final = 0.002
LATE: Final = 0.03
"""Seconds without a beat after which `--why` looks what runs."""
REST: Final = 1.1
"""Seconds after a step: what the app puts off until nobody types belongs to the step."""
YARDSTICK: Final = "the start of a trivial app"


class Pause(NamedTuple):
    """The longest time between two beats of a step: seconds, and processor seconds of the loop's thread in it."""

    wall: float
    cpu: float


# ── the heart ─────────────────────────────────────────────────────────────────────────────────────────


class Heart:
    """Beats on the loop; keeps the longest pause of each step, and with `why` counts the stacks seen in it."""

    def __init__(self, *, why: bool = False) -> None:
        self.step = "start"
        self.pauses: dict[str, Pause] = {}
        self.seen: dict[str, Counter[str]] = {}
        self._last = time.perf_counter()
        self._loop_thread = threading.get_ident()
        if why:
            threading.Thread(target=self._watch, daemon=True).start()

    async def beat(self) -> None:
        """Beat until cancelled."""
        self._last, used = time.perf_counter(), time.thread_time()
        while True:
            await asyncio.sleep(BEAT)
            now, spent = time.perf_counter(), time.thread_time()
            pause = Pause(now - self._last, spent - used)
            self.pauses[self.step] = max(self.pauses.get(self.step, pause), pause)
            self._last, used = now, spent

    def _watch(self) -> None:
        while True:
            time.sleep(0.004)
            if time.perf_counter() - self._last > LATE:
                frames = sys._current_frames()
                found = self.seen.setdefault(self.step, Counter())
                for number, frame in frames.items():
                    if number != threading.get_ident():
                        found[_place("loop" if number == self._loop_thread else "worker", frame)] += 1


def _place(who: str, frame: Any) -> str:
    """Where a thread is: the innermost frames, and doctor's own outer ones."""
    stack = traceback.extract_stack(frame)
    if stack[-1].name in ("wait", "_worker", "select"):
        return f"{who}: waits"
    own = [one for one in stack[:-4] if "/doctor/" in one.filename][-4:]
    return f"{who}: " + " > ".join(f"{Path(one.filename).name}:{one.lineno} {one.name}" for one in (*own, *stack[-4:]))


# ── the journeys ──────────────────────────────────────────────────────────────────────────────────────


class Journey:
    """The app under a pilot; a step ends when nothing is worked on any more."""

    def __init__(self, app: DoctorApp, pilot: Pilot[Any], heart: Heart) -> None:
        self.app, self.pilot, self.heart = app, pilot, heart
        self.only = ""

    async def step(self, name: str, action: Awaitable[object]) -> None:
        """Do this, and wait until it has ended."""
        if self.only not in name:
            close = getattr(action, "close", None)
            if close is not None:
                close()
            return
        self.heart.step = name
        await action
        await self.idle()

    async def idle(self) -> None:
        """Wait until the app has nothing left to do."""
        await self.pilot.pause()
        while self.app.busy or any(not one.is_finished for one in self.app.workers):
            await asyncio.sleep(0.005)
        await self.pilot.pause()
        await asyncio.sleep(REST)

    async def drop(self, text: str) -> None:
        """Give something to the first screen."""
        from textual import events
        from textual.widgets import Input

        self.app.go("home")
        await self.pilot.pause()
        field = self.app.screen.query_one("#drop", Input)
        field.focus()
        field.value = ""
        field.post_message(events.Paste(text))
        await self.idle()
        if field.is_mounted and field.value:
            await self.pilot.press("enter")

    async def go(self, name: str, **settings: Any) -> None:
        """Show a screen."""
        self.app.go(name, **settings)

    async def press(self, *keys: str) -> None:
        """Press keys, a person's tenth of a second apart."""
        for key in keys:
            await self.pilot.press(key)
            await asyncio.sleep(0.02)


async def journeys(at: Journey, folder: Path) -> None:
    """All steps, in the order in which a person might take them."""
    okta = ("okta", "workos.com/docs/integrations/okta-saml")
    await at.step("type in the lookup", at.press(*"okta"))
    await at.step("the next type", at.press("ctrl+t", "ctrl+t"))
    await at.step("small metadata", at.drop(str(EXAMPLES / "okta-broken.xml")))
    await at.step("from finding to finding", at.press("down", "down", "v", "v", "v"))
    await at.step("a HAR file", at.drop(str(EXAMPLES / "sign-in" / "clock-ahead.har")))
    await at.step("an error text", at.drop("The connection of our customer is stuck in validating."))
    await at.step("from rule to rule", at.press("down", "down", "down"))
    await at.step("the note", at.press("n"))
    await at.step("the rules", at.go("rules"))
    await at.step("search the rules", at.press("slash", *"saml", "escape", "down", "down"))
    await at.step("help", at.press("f1", "escape"))
    await at.step("the palette", at.press("ctrl+p", *"acs", "escape"))
    await at.step("a setup", at.go("setup", wanted=okta))
    await at.step("steps of a setup", at.press("down", "space", "down", "space"))
    await at.step("export", at.press("f9", "escape"))
    await at.step("another theme", _theme(at))
    await at.step("another width", at.pilot.resize_terminal(80, 24))
    await at.step("a new case", _new(at))
    await at.step("resume", at.press("tab", "tab", "enter"))
    await at.step("metadata of 5 MB", at.drop(str(large(folder))))
    await at.step("scroll 5 MB", _scroll(at))
    await at.step("metadata of 16 MB", at.drop(str(large(folder, times=3))))
    await at.step("scroll 16 MB", _scroll(at))
    await at.step("an aggregate of 9 MB", at.drop(str(aggregate(folder))))


async def _theme(at: Journey) -> None:
    at.app.action_next_theme()
    await at.idle()
    at.app.action_next_theme()


async def _new(at: Journey) -> None:
    at.app.go("home")
    await at.press("ctrl+n")


async def _scroll(at: Journey) -> None:
    at.app.screen.query_one("#document").focus()
    await at.press("end", "pageup", "home", "pagedown")


def large(folder: Path, times: int = 1) -> Path:
    """A metadata file of so many times 5 MB: a small one with fifty thousand lines in it, each, that mean nothing."""
    path = folder / f"large-{times}.xml"
    if not path.exists():
        good = (EXAMPLES / "okta-healthy.xml").read_text(encoding="utf-8")
        at = good.rindex("</")
        lines = f"<!-- {'x' * 90} 0123456789 -->\n" * 50_000 * times
        path.write_text(good[:at] + lines + good[at:], encoding="utf-8")
    return path


def aggregate(folder: Path) -> Path:
    """An aggregate of 4,000 entities."""
    path = folder / "aggregate.xml"
    if not path.exists():
        one = (EXAMPLES / "okta-healthy.xml").read_text(encoding="utf-8").partition("?>")[2]
        root = "EntitiesDescriptor"
        path.write_text(f'<{root} xmlns="urn:oasis:names:tc:SAML:2.0:metadata">{one * 4000}</{root}>', encoding="utf-8")
    return path


@asynccontextmanager
async def beating(*, why: bool = False) -> AsyncIterator[Heart]:
    """A heart on this loop."""
    heart = Heart(why=why)
    task = asyncio.create_task(heart.beat())
    yield heart
    await asyncio.sleep(2 * BEAT)
    task.cancel()


async def round_of(folder: Path, *, only: str = "", why: bool = False) -> Heart:
    """One round: the app from its start through all journeys."""
    from doctor.sources.case_store import Store
    from doctor.tui.app import DoctorApp

    _ = large(folder), large(folder, times=3), aggregate(folder)  # written before the heart beats
    gc.disable()  # as the command does
    app = DoctorApp(store=Store(folder / "cases.sqlite3"), alone=True)
    async with beating(why=why) as heart, app.run_test(size=(120, 40)) as pilot:
        at = Journey(app, pilot, heart)
        at.only = only
        await at.idle()
        await journeys(at, folder)
        await at.idle()
    return heart


async def trivial() -> Pause:
    """The yardstick: the longest pause while the least app of the framework starts and draws a line."""
    from bench.trivial import Trivial

    app = Trivial()
    async with beating() as heart, app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await asyncio.sleep(REST)
    return heart.pauses["start"]


# ── rounds ────────────────────────────────────────────────────────────────────────────────────────────


def rounds(times: int, *, only: str = "", why: bool = False) -> tuple[dict[str, Pause], dict[str, Counter[str]]]:
    """The least pause of each step over so many processes, and what was seen running in the pauses."""
    least: dict[str, Pause] = {}
    seen: dict[str, Counter[str]] = {}
    for _ in range(times):
        words = [sys.executable, "-m", "bench.app", "--round", "--only", only, *(["--why"] if why else [])]
        done = subprocess.run(words, check=False, capture_output=True, text=True, env=process.environment(), cwd=TOP)
        if done.returncode:
            raise RuntimeError((done.stderr.splitlines() or ["no output"])[-1])
        told = json.loads(done.stdout)
        for step, pause in told["pauses"].items():
            least[step] = min(least.get(step, Pause(*pause)), Pause(*pause))
        for step, counts in told["seen"].items():
            seen.setdefault(step, Counter()).update(counts)
    return least, seen


def _one_round(only: str, *, why: bool) -> None:
    kept = Path(tempfile.gettempdir()) / "doctor-bench-app"
    kept.mkdir(exist_ok=True)
    large(kept), aggregate(kept)
    with tempfile.TemporaryDirectory() as home:
        os.environ["DOCTOR_HOME"] = home
        for path in kept.iterdir():
            Path(home, path.name).symlink_to(path)
        heart = asyncio.run(round_of(Path(home), only=only, why=why))
    heart.pauses[YARDSTICK] = asyncio.run(trivial())
    print(json.dumps({"pauses": heart.pauses, "seen": heart.seen}))


def main() -> None:
    """Measure, and print a line for each step."""
    parser = argparse.ArgumentParser(prog="python -m bench.app", description="Pauses of the terminal app's loop.")
    parser.add_argument("--rounds", type=int, default=5, help="processes; the least of all counts")
    parser.add_argument("--why", action="store_true", help="tell what ran during pauses of over 30 ms")
    parser.add_argument("--only", metavar="WORD", default="", help="the start, and only steps whose name holds this")
    parser.add_argument("--row", action="store_true", help="print the longest pause and the yardstick's, for `bench`")
    parser.add_argument("--json", action="store_true", help="print seconds as JSON")
    parser.add_argument("--round", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.round:
        _one_round(chosen.only, why=chosen.why)
        return
    least, seen = rounds(chosen.rounds, only=chosen.only, why=chosen.why)
    if chosen.row:
        base = least.pop(YARDSTICK).wall
        print(json.dumps([max(pause.wall for step, pause in least.items() if chosen.only in step), base]))
        return
    if chosen.json:
        print(json.dumps(least, indent=1))
        return
    for step, pause in least.items():
        print(f"{step:<26} {pause.wall * 1e3:7.1f} ms   of it the loop itself {pause.cpu * 1e3:6.1f} ms")
        for place, times in seen.get(step, Counter()).most_common(6):
            print(f"      {times:>4}  {place}")


if __name__ == "__main__":
    main()
