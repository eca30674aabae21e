"""Measured inside one process: `doctor.check` on a small file, once everything is warm.

The yardstick is `floor.look` on the same file, in turns with it. Usage: warm.py FILE [ROUNDS]
Prints the seconds of both, as medians, and the pairwise ratio as JSON.
"""

from __future__ import annotations

import json
import sys

import doctor
from bench import floor, process


def main(path: str, rounds: int) -> None:
    """Time both in turns and print the result."""
    for _ in range(50):
        doctor.check(path)
        floor.look(path)
    print(json.dumps(process.in_turns(rounds, lambda: doctor.check(path), lambda: floor.look(path))))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
