"""Measured inside one process: two hundred compiled conditions, against the same as plain lambdas.

The conditions are of the kinds that rules use: equality, bounds, lists, all, any, not, some, every. The
yardstick knows no unknown facts and reads a plain dict. Usage: conditions.py ROUNDS
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from bench import process
from doctor.engine.condition import compiled
from doctor.facts.fact import View

if TYPE_CHECKING:
    from collections.abc import Callable


def pairs() -> list[tuple[dict[str, Any], Callable[[dict[str, Any]], bool]]]:
    """Two hundred conditions, each with the lambda that says the same."""
    made: list[tuple[dict[str, Any], Callable[[dict[str, Any]], bool]]] = []
    for number in range(25):
        made += _eight(number)
    return made


def _eight(n: int) -> list[tuple[dict[str, Any], Callable[[dict[str, Any]], bool]]]:
    return [
        ({f"a.x{n}": n}, lambda d: d[f"a.x{n}"] == n),
        ({f"a.x{n}": {"lt": n}}, lambda d: d[f"a.x{n}"] < n),
        ({f"a.w{n}": {"in": ["one", "two"]}}, lambda d: d[f"a.w{n}"] in ("one", "two")),
        (
            {"all": [{f"a.x{n}": {"gte": 0}}, {f"a.w{n}": "three"}]},
            lambda d: d[f"a.x{n}"] >= 0 and d[f"a.w{n}"] == "three",
        ),
        ({"any": [{f"a.x{n}": -1}, {f"a.w{n}": "two"}]}, lambda d: d[f"a.x{n}"] == -1 or d[f"a.w{n}"] == "two"),
        ({"not": {f"a.w{n}": "two"}}, lambda d: not d[f"a.w{n}"] == "two"),  # noqa: SIM201  (said as the condition says it)
        ({"some": {"a.items": {"size": n}}}, lambda d: any(item.size == n for item in d["a.items"])),
        ({"every": {"a.items": {"size": {"lt": n}}}}, lambda d: all(item.size < n for item in d["a.items"])),
    ]


def main(rounds: int) -> None:
    """Time both in turns and print the result."""
    values: dict[str, Any] = {"a.items": tuple(SimpleNamespace(size=size) for size in range(4))}
    for number in range(25):
        values |= {f"a.x{number}": number % 7, f"a.w{number}": ("one", "two", "three")[number % 3]}
    view = View({}, datetime(2026, 1, 1, tzinfo=UTC))
    view.update(values)
    made = pairs()
    tests = [compiled(condition) for condition, _ in made]
    plain = [plain for _, plain in made]
    if [test(view, None) for test in tests] != [one(values) for one in plain]:
        raise SystemExit("the conditions and the lambdas disagree")
    told = process.in_turns(
        rounds, lambda: [test(view, None) for test in tests], lambda: [one(values) for one in plain]
    )  # fmt: skip
    print(json.dumps(told))


if __name__ == "__main__":
    main(int(sys.argv[1]))
