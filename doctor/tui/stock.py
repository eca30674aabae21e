"""The connections that a screen has read: of each environment, page by page, found by words. It knows no widget."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from doctor.sources.listing import Listing
    from doctor.sources.online import Row
    from doctor.sources.profile import Place


@dataclass(slots=True)
class Shelf:
    """What was read of one environment. While a list that is known is read again, the new one grows in `fresh`."""

    place: Place
    rows: list[Row] = field(default_factory=list)
    fresh: list[Row] | None = None
    reading: bool = False
    whole: bool = False
    trouble: str = ""
    notes: tuple[str, ...] = ()

    def begin(self) -> None:
        """It is read, or read again."""
        self.reading = True
        self.fresh = [] if self.whole else None
        if not self.whole:
            self.rows.clear()

    def arrived(self, rows: Sequence[Row]) -> None:
        """A page is there."""
        (self.rows if self.fresh is None else self.fresh).extend(rows)

    def ended(self, trouble: str, notes: tuple[str, ...] = ()) -> None:
        """Nothing more comes. A list that broke off does not replace one that was whole."""
        if self.fresh is not None and not trouble:
            self.rows = self.fresh
        self.whole = self.whole or not trouble
        self.reading, self.fresh, self.trouble, self.notes = False, None, trouble, notes

    @property
    def so_far(self) -> int:
        """How many are there of the list that is being read."""
        return len(self.rows if self.fresh is None else self.fresh)


class Stock:
    """All environments, in their order. `only` is the one that is looked at; None for all."""

    def __init__(self) -> None:
        self.shelves: list[Shelf] = []
        self.only: int | None = None

    def opened(self, places: Sequence[Place]) -> None:
        """These are the environments; what was read of one that was known is kept."""
        known = {one.place.name: one for one in self.shelves}
        self.shelves = [known.get(one.name, Shelf(one)) for one in places]
        for shelf, place in zip(self.shelves, places, strict=True):
            shelf.place = place
        if self.only is not None and self.only >= len(self.shelves):
            self.only = None

    def next_place(self) -> None:
        """Look at the next environment; after the last one, at all."""
        following = 0 if self.only is None else self.only + 1
        self.only = following if following < len(self.shelves) else None

    def shown(self) -> list[Shelf]:
        """The environments that are looked at."""
        return self.shelves if self.only is None else [self.shelves[self.only]]

    def found(self, words: Sequence[str]) -> list[Row]:
        """The connections that hold all these words."""
        rows = [row for shelf in self.shown() for row in shelf.rows]
        return [row for row in rows if all(word in row.words for word in words)] if words else rows

    def replace(self, old: str, row: Row | None) -> None:
        """A connection was seen anew; None when it is gone."""
        for shelf in self.shelves:
            at = next((number for number, one in enumerate(shelf.rows) if one.key == old), None)
            if at is not None:
                shelf.rows[at : at + 1] = [] if row is None else [row]

    @property
    def reading(self) -> bool:
        """Whether any list is being read."""
        return any(one.reading for one in self.shelves)


def ending(found: Listing) -> str:
    """Why a list is not whole; empty when it is."""
    return "" if found.trouble is None else f"not all could be read: {found.trouble}"
