"""Whole processes, timed in turns: what one costs is said as a ratio to another of the same round.

A machine's speed drifts while one measures. The commands therefore run one after the other, round by
round; each ratio is taken within its round, and the median of the ratios is the answer.

The process that measures must stay small: on Linux the peak memory of a child begins with that of the
process that started it. So nothing heavy is imported here or in `bench.__main__`.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Command = tuple[str, ...]
_MAXRSS_BYTES: Final = 1 if sys.platform == "darwin" else 1024


class Run(NamedTuple):
    """One process: seconds of wall and of processor, peak memory in MiB, exit code."""

    wall: float
    cpu: float
    rss: float
    code: int


class Ratio(NamedTuple):
    """How a value compares with its yardstick: the median over the rounds, and the middle half of them."""

    median: float
    low: float
    high: float


def environment() -> dict[str, str]:
    """Ours without Python's switches: a child may keep its byte code and start as it does for people.

    Cases go to a folder of their own, not into the user's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return {**kept, "DOCTOR_HOME": f"{tempfile.gettempdir()}/doctor-bench"}


def run(command: Command, variables: Mapping[str, str]) -> Run:
    """Run one command to its end, its three streams at the null device."""
    null = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_RDWR, 0) for stream in (0, 1, 2)]
    start = time.perf_counter()
    pid = os.posix_spawn(command[0], command, variables, file_actions=null)
    _, status, used = os.wait4(pid, 0)
    wall = time.perf_counter() - start
    rss = used.ru_maxrss * _MAXRSS_BYTES / 1024**2
    return Run(wall, used.ru_utime + used.ru_stime, rss, os.waitstatus_to_exitcode(status))


def interleaved(
    commands: Sequence[Command], rounds: int, *, warm_up: bool = True, each_round: Callable[[int], None] | None = None
) -> dict[Command, list[Run]]:
    """Every command once per round, in turn, after one round that does not count.

    The order turns round from round to round, so that no command always follows the same one.
    Raises RuntimeError when a command fails: what fails quickly is not fast.
    """
    found: dict[Command, list[Run]] = {command: [] for command in commands}
    ours = environment()
    for number in range(-1 if warm_up else 0, rounds):
        for command in commands if number % 2 else reversed(commands):
            one = run(command, ours)
            if one.code not in (0, 1, 3):
                raise RuntimeError(f"exit code {one.code} of {' '.join(command)}")
            if number >= 0:
                found[command].append(one)
        if each_round is not None:
            each_round(number + 1)
    return found


def ratio(values: Sequence[float], yardstick: Sequence[float]) -> Ratio:
    """The pairwise ratio of two columns of the same rounds."""
    pairs = sorted(value / base for value, base in zip(values, yardstick, strict=True))
    low, high = pairs[len(pairs) // 4], pairs[-1 - len(pairs) // 4]
    return Ratio(statistics.median(pairs), low, high)


def in_turns(rounds: int, measured: Callable[[], object], yardstick: Callable[[], object]) -> list[float]:
    """Two calls timed in turns: seconds of both as medians, then the pairwise ratio with its middle half."""
    pairs = [(_timed(measured), _timed(yardstick)) for _ in range(rounds)]
    ours, theirs = [one for one, _ in pairs], [two for _, two in pairs]
    return [statistics.median(ours), statistics.median(theirs), *ratio(ours, theirs)]


def _timed(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start
