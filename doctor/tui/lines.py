"""The lines of a document, measured once in a worker, so that to lay them out takes the loop hardly any time."""

from __future__ import annotations

from itertools import accumulate
from typing import Final, NamedTuple

from rich.cells import cell_len

MOST: Final = 300_000
"""Lines that are shown; laying these out takes some thirty milliseconds."""


class Lines(NamedTuple):
    """The text of each line, its characters, and whether some of them take two columns (None: nowhere)."""

    texts: list[str]
    lengths: list[int]
    wide: list[bool] | None

    def cells(self, number: int, room: int) -> int:
        """Characters of a line (from 0) that surely fit into so many columns: half of them where some are wide."""
        return max(room // 2, 1) if self.wide is not None and self.wide[number] else room

    def starts(self, room: int, first: int) -> list[int]:
        """The row on which each line begins, and the one after the last, in so many columns from this row on."""
        if self.wide is None:
            rows = [-(-length // room) or 1 for length in self.lengths]
        else:
            half = max(room // 2, 1)
            both = zip(self.lengths, self.wide, strict=True)
            rows = [-(-length // (half if wide else room)) or 1 for length, wide in both]
        return [*accumulate(rows, initial=first)]


def of(text: str) -> Lines:
    """The lines of a text, without those that are too many to be shown."""
    texts = text.split("\n", MOST)
    if len(texts) > MOST:
        texts[MOST:] = ["(what follows is judged, too, and not shown)"]
    wide = None if text.isascii() else [not one.isascii() and cell_len(one) != len(one) for one in texts]
    return Lines(texts, [*map(len, texts)], wide)


NOTHING: Final = Lines([], [], None)
