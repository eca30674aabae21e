"""Rows of the result, and how they are printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.process import Ratio

HEADINGS = ("what", "measured", "yardstick", "ratio (middle half)", "target", "met")


class Row(NamedTuple):
    """One line. `ratio` is None where only an amount counts; `met` says yes, no or stretch."""

    what: str
    measured: str
    yardstick: str
    ratio: Ratio | None
    target: str
    met: str


def drawn(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table, aligned for the eye."""
    cells = [HEADINGS, *(_cells(row) for row in rows)]
    wide = [max(len(line[column]) for line in cells) for column in range(len(HEADINGS))]
    lines = [
        "| " + " | ".join(f"{cell:<{width}}" for cell, width in zip(line, wide, strict=True)) + " |" for line in cells
    ]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in wide) + "|", *lines[1:]])


def _cells(row: Row) -> tuple[str, ...]:
    found = row.ratio
    ratio = f"{found.median:.2f} ({found.low:.2f}–{found.high:.2f})" if found else ""  # noqa: RUF001
    return (row.what, row.measured, row.yardstick, ratio, row.target, row.met)


def time_text(seconds: float) -> str:
    """Seconds in the unit that reads best."""
    if seconds < 1e-3:
        return f"{seconds * 1e6:.0f} µs"
    return f"{seconds * 1e3:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"
