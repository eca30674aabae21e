"""`make bench`: what doctor costs, as ratios to named yardsticks measured in the same run.

Nothing fails here: a wall clock decides no test. What misses its target is shown as "no".
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from typing import TYPE_CHECKING, Final

from bench import process, table, targets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bench.table import Row
    from bench.targets import Inside, Whole

_NOTE: Final = (
    "Ratios are medians of pairs within one round; commands run in turns, after a warm-up. Byte code is compiled\n"
    "beforehand, and children run without PYTHON* variables (PYTHONDONTWRITEBYTECODE among them)."
)


def main() -> None:
    """Measure, and print the table or its data."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Cost as ratios to named yardsticks.")
    parser.add_argument("--quick", action="store_true", help="fewer rounds: a first look, not a measurement")
    parser.add_argument("--json", action="store_true", help="print the rows as JSON")
    parser.add_argument("--only", metavar="WORD", default="", help="only rows whose name holds this word")
    parser.add_argument(
        "--python3-saml", metavar="PYTHON", default=sys.executable,
        help="an interpreter in which python3-saml and what doctor needs are installed",
    )  # fmt: skip
    chosen = parser.parse_args()
    _prepare()
    rows = list(_rows((7, 2, 300) if chosen.quick else (31, 5, 2000), chosen.only, chosen.python3_saml))
    _say("")
    if chosen.json:
        print(json.dumps([row._asdict() for row in rows], indent=1, ensure_ascii=False))
    else:
        print(f"{table.drawn(rows)}\n\n{_NOTE}")


def _prepare() -> None:
    """Inputs and byte code exist before anything is timed; both are made by children, see `bench.process`."""
    _say("inputs")
    package = str(targets.HERE.parent / "doctor")
    for words in (["-m", "bench.inputs"], ["-m", "compileall", "-q", package]):
        subprocess.run([sys.executable, *words], check=True, env=process.environment(), cwd=targets.HERE.parent)


def _rows(rounds: tuple[int, int, int], word: str, toolkit: str) -> Iterator[Row]:
    small, large, warm = rounds
    wholes = ((targets.SMALL, small), (targets.RESPONSE, small), (targets.DIAGNOSE, small), (targets.LARGE, large),
              (targets.PAINT, small))  # fmt: skip
    for cases, times in wholes:
        chosen = [one for one in cases if word in one.what]
        if chosen:
            yield from _or_why(chosen[0].what, lambda cases=chosen, times=times: list(_whole(cases, times)))  # type: ignore[misc]
    for one in targets.INSIDE:
        if word in one.what:
            yield from _or_why(one.what, lambda one=one: [_inside(one, warm, toolkit)])  # type: ignore[misc]


def _or_why(what: str, measured: Callable[[], list[Row]]) -> list[Row]:
    """The rows, or one that says why there are none: a benchmark that cannot run hides no other."""
    try:
        return measured()
    except RuntimeError as error:
        _, skipped, why = str(error).partition("skipped: ")
        told = f"skipped: {why}" if skipped else f"failed: {error}"
        return [table.Row(what, told, "", None, "", "" if skipped else "no")]


def _whole(cases: Sequence[Whole], rounds: int) -> Iterator[Row]:
    commands = [command for case in cases for command in (case.yardstick, case.command)]
    words = " and ".join(case.what for case in cases)
    found = process.interleaved(commands, rounds, each_round=lambda done: _say(f"{words}: {done}/{rounds}"))
    for case in cases:
        runs, base = found[case.command], found[case.yardstick]
        ratio = process.ratio([one.wall for one in runs], [one.wall for one in base])
        target = f"≤ {case.at_most}" + (f", better {case.stretch}" if case.stretch else "")
        name = f"{case.name} {table.time_text(_middle(base, 0))}"
        met = _met(ratio.median, case.at_most, case.stretch)
        yield table.Row(f"{case.what}: wall", table.time_text(_middle(runs, 0)), name, ratio, target, met)
        if case.memory is not None:
            peak = max(one.rss for one in runs)
            name = f"{case.name} {_middle(base, 2):.1f} MiB"
            target, met = f"≤ {case.memory:.0f} MiB", _met(peak, case.memory)
            yield table.Row(f"{case.what}: peak RSS", f"{peak:.1f} MiB", name, None, target, met)


def _inside(one: Inside, rounds: int, toolkit: str) -> Row:
    _say(one.what)
    words = [word.format(rounds=max(rounds // one.processes, 50)) for word in one.arguments]
    interpreter = toolkit if one.toolkit else sys.executable
    told = [_told(interpreter, one.module, words) for _ in range(one.processes)]
    measured, base = [row[0] for row in told], [row[1] for row in told]
    ratio = process.ratio(measured, base) if len(told[0]) < 5 else _joined(told)
    seconds = statistics.median(measured)
    yardstick = f"{one.name} {table.time_text(statistics.median(base))}"
    target = f"≤ {one.at_most} x" if one.ratio else f"≤ {table.time_text(one.at_most)}"
    met = _met(ratio.median if one.ratio else seconds, one.at_most)
    return table.Row(one.what, table.time_text(seconds), yardstick, ratio, target, met)


def _joined(told: Sequence[Sequence[float]]) -> process.Ratio:
    """The ratios that several processes measured in turns, as one."""
    return process.Ratio(*(statistics.median(column) for column in zip(*(row[2:5] for row in told), strict=True)))


def _told(interpreter: str, module: str, words: Sequence[str]) -> list[float]:
    command = [interpreter, "-m", module, *words]
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, env=process.environment(), cwd=targets.HERE.parent
    )
    if done.returncode:
        raise RuntimeError((done.stderr.splitlines() or ["no output"])[-1])
    found: list[float] = json.loads(done.stdout)
    return found


def _middle(runs: Sequence[process.Run], field: int) -> float:
    return statistics.median(run[field] for run in runs)


def _met(value: float, at_most: float, stretch: float | None = None) -> str:
    if stretch is not None and value <= stretch:
        return "yes, stretch too"
    return "yes" if value <= at_most else "no"


def _say(text: str) -> None:
    """Progress, on a terminal only."""
    if sys.stderr.isatty():
        print(f"\r{text}\x1b[K", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
