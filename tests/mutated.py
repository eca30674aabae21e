"""Bytes that were right and are right no more: what every parser must bear."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


def mutated(seed: bytes) -> SearchStrategy[bytes]:
    """`seed` with up to four places cut out, overwritten or filled with a few bytes."""
    change = st.tuples(st.integers(0, len(seed) - 1), st.binary(max_size=4), st.integers(0, 40))
    return st.lists(change, max_size=4).map(lambda changes: _changed(seed, changes))


def _changed(data: bytes, changes: list[tuple[int, bytes, int]]) -> bytes:
    for at, put, length in changes:
        data = data[:at] + put + data[at + length :]
    return data
