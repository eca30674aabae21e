"""What ten thousand connections cost in the terminal app, beside 71: the first paint, a page down, a key of a search.

Usage: python -m bench.connections [--rounds N]. A server on loopback, in a process of its own, answers as WorkOS' API
does, a hundred connections a page. Each round is a process, small and large in turns; the least of all rounds counts.
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
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bench import process
from bench.app import TOP, Heart, beating

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.pilot import Pilot

SIZES: Final = (71, 10_000)
SEARCH: Final = "customer 70"


async def measured(pilot: Pilot[Any], heart: Heart, count: int) -> dict[str, float]:
    """Seconds until rows stand on the screen and until all are read, and the longest pause of the loop in each step."""
    app: Any = pilot.app
    painted = _painted()
    heart.step, begun = "load", time.perf_counter()
    app.go("connections")
    await _until(lambda: bool(painted))
    first = painted[0] - begun
    await _until(lambda: _rows(app) == count and not app.screen.reader.busy)
    whole = time.perf_counter() - begun
    await asyncio.sleep(1.2)
    for step, keys in (("scroll", ["pagedown"] * 20 + ["end", "home"]), ("search", ["slash", *SEARCH])):
        heart.step = step
        for key in keys:
            await pilot.press("space" if key == " " else key)
        heart.step = "rest"
        await asyncio.sleep(1.2)
    assert 0 < _rows(app) < count
    pauses = {f"pause, {step}": heart.pauses[step].wall for step in ("load", "scroll", "search")}
    return {"first paint": first, "all read": whole, **pauses}


def _painted() -> list[float]:
    """When rows were painted first; empty until then."""
    from doctor.tui.widgets.rows import Rows

    paint, moments = Rows.render_line, list[float]()

    def watched(self: Rows, y: int) -> Any:
        if self.count and not moments:
            moments.append(time.perf_counter())
        return paint(self, y)

    Rows.render_line = watched  # type: ignore[method-assign]
    return moments


def _rows(app: Any) -> int:
    from doctor.tui.widgets.rows import Rows

    found = app.screen.query(Rows)
    return found.first().count if found else 0


async def _until(met: Callable[[], bool]) -> None:
    async with asyncio.timeout(120):
        while not met():
            await asyncio.sleep(0.002)


async def _round(count: int) -> dict[str, float]:
    from doctor.sources.case_store import Store
    from doctor.tui.app import DoctorApp

    gc.disable()  # as the command does
    app = DoctorApp(store=Store(Path(os.environ["DOCTOR_HOME"]) / "cases.sqlite3"), alone=True)
    async with beating() as heart, app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await _until(lambda: all(one.is_finished for one in app.workers))
        await asyncio.sleep(1.2)
        return await measured(pilot, heart, count)


def _serve(count: int) -> None:
    from tests import vendor_server as vendor

    each = [vendor.connection(n, id=f"conn_01E4ZCR3C56J083X43JQ{n:06d}", name=f"Customer {n}",
                              organization_id=f"org_01EHWNCE74X7JSDV0X3S{n:06d}") for n in range(count)]  # fmt: skip
    with vendor.running(vendor.workos(connections=each, events=[])) as server:
        print(json.dumps([server.url, vendor.KEY]), flush=True)
        sys.stdin.read()


def round_of(count: int) -> dict[str, float]:
    """One round in a process of its own, with a server in another."""
    words = [sys.executable, "-m", "bench.connections"]
    server = subprocess.Popen([*words, "--serve", str(count)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=TOP)
    assert server.stdout is not None
    url, key = json.loads(server.stdout.readline())
    with tempfile.TemporaryDirectory() as home:
        environment = process.environment() | {
            "DOCTOR_HOME": home, "WORKOS_API_KEY": key, "WORKOS_BASE_URL": url, "NO_PROXY": "*"
        }  # fmt: skip
        done = subprocess.run(
            [*words, "--round", str(count)], check=True, capture_output=True, env=environment, cwd=TOP
        )
    server.communicate(timeout=20)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> None:
    """Measure, and print a line for each figure: small, large, ratio."""
    parser = argparse.ArgumentParser(prog="python -m bench.connections", description="The cost of many connections.")
    parser.add_argument("--rounds", type=int, default=5, help="of each size; the least counts")
    parser.add_argument("--round", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.serve is not None:
        _serve(chosen.serve)
    elif chosen.round is not None:
        print(json.dumps(asyncio.run(_round(chosen.round))))
    else:
        each = [[round_of(count) for count in SIZES] for _ in range(chosen.rounds)]
        small, large = ({name: min(pair[n][name] for pair in each) for name in each[0][n]} for n in (0, 1))
        for name in small:
            ratio = large[name] / small[name]
            print(f"{name:<14} {small[name] * 1e3:8.1f} ms  {large[name] * 1e3:8.1f} ms   x {ratio:.2f}")


if __name__ == "__main__":
    main()
