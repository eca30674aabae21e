"""The lines of a document, measured once in a worker, so that to lay them out takes the loop hardly any time."""

from __future__ import annotations

from itertools import accumulate
from typing import Final, NamedTuple

from rich.cells import cell_len

MOST: Final = 300_000
"""Lines that are shown; laying these out takes some thirty milliseconds."""


class Lines(NamedTuple):
    """The text of each line, and its characters: a negative number where some of them take two columns.

    `sizes` are the numbers that occur.
    """

    texts: list[str]
    lengths: list[int]
    sizes: frozenset[int]

    def cells(self, number: int, room: int) -> int:
        """Characters of a line (from 0) that surely fit into so many columns: half of them where some are wide."""
        return _fitting(self.lengths[number], room)

    def starts(self, room: int, first: int) -> list[int]:
        """The row on which each line begins, and the one after the last, in so many columns from this row on."""
        rows = {size: -(-abs(size) // _fitting(size, room)) or 1 for size in self.sizes}
        return [*accumulate(map(rows.__getitem__, self.lengths), initial=first)]


def _fitting(size: int, room: int) -> int:
    return room if size >= 0 else max(room // 2, 1)


def of(text: str) -> Lines:
    """The lines of a text, without those that are too many to be shown."""
    texts = text.split("\n", MOST)
    if len(texts) > MOST:
        texts[MOST:] = ["(what follows is judged, too, and not shown)"]
    lengths = [*map(len, texts)] if text.isascii() else [_size(one) for one in texts]
    return Lines(texts, lengths, frozenset(lengths))


def _size(line: str) -> int:
    return len(line) if line.isascii() or cell_len(line) == len(line) else -len(line)


NOTHING: Final = Lines([], [], frozenset())
