"""Measured inside one process: `doctor.check` on a small file, once everything is warm.

The yardstick is `floor.look` on the same file, in turns with it. Usage: warm.py FILE [ROUNDS]
Prints the seconds of both, as medians, and the pairwise ratio as JSON.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from typing import TYPE_CHECKING

import doctor
from bench import floor, process

if TYPE_CHECKING:
    from collections.abc import Callable


def main(path: str, rounds: int) -> None:
    """Time both in turns and print the result."""
    for _ in range(50):
        doctor.check(path)
        floor.look(path)
    pairs = [(_timed(doctor.check, path), _timed(floor.look, path)) for _ in range(rounds)]
    measured, yardstick = [one for one, _ in pairs], [base for _, base in pairs]
    ratio = process.ratio(measured, yardstick)
    print(json.dumps([statistics.median(measured), statistics.median(yardstick), *ratio]))


def _timed(call: Callable[[str], object], path: str) -> float:
    start = time.perf_counter()
    call(path)
    return time.perf_counter() - start


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
