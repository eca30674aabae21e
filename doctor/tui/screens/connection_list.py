"""Reading the lists of all environments beside what the person does: page by page, each environment by itself."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Final

from doctor.model.error import DoctorError
from doctor.tui.aside import Given, aside
from doctor.tui.stock import Stock, ending

if TYPE_CHECKING:
    from collections.abc import Sequence

    from doctor.sources.listing import Listing
    from doctor.sources.online import Row
    from doctor.sources.profile import Place
    from doctor.tui.screens.connections import Connections

_SHARE: Final = 10
"""A list is read again on its own when this many times as long has passed as reading it took."""
CANCELLED: Final = "cancelled; x reads all of it"


class Reader:
    """Fills a stock, and tells the screen whenever there is more to show."""

    def __init__(self, page: Connections) -> None:
        self.stock = Stock()
        self.asked = False
        self._page = page
        self._turn = 0
        self._opening = False
        self._quiet = False
        self._begun = self._took = self._ended = 0.0

    @property
    def busy(self) -> bool:
        """Whether something is being read."""
        return self._opening or self.stock.reading

    @property
    def waited_for(self) -> bool:
        """Whether somebody waits for what is being read: they asked for it."""
        return self.busy and not self._quiet

    def due(self) -> bool:
        """Whether it is time to look again without being asked: never at once after a long list, nor after trouble."""
        known = any(one.whole and not one.trouble for one in self.stock.shelves)
        return known and not self.busy and time.monotonic() - self._ended >= _SHARE * self._took

    def begin(self, *, quiet: bool = False) -> None:
        """Read everything anew; `quiet`: nobody asked for it."""
        from doctor.sources import online

        self._turn += 1
        self._opening = self.asked = True
        self._quiet = quiet
        self._begun = time.monotonic()
        if quiet:
            self._opened(self._turn, [one.place for one in self.stock.shelves])
        else:
            aside(self._page, online.places, partial(self._opened, self._turn))
            self._page.listed()

    def cancel(self) -> None:
        """Read no further. What was read stays."""
        self._turn += 1
        self._opening = False
        for shelf in self.stock.shelves:
            if shelf.reading:
                shelf.ended(CANCELLED)
        self._done()
        self._page.listed()

    def _opened(self, turn: int, places: Sequence[Place] | DoctorError) -> None:
        if turn != self._turn:
            return
        self._opening = False
        if isinstance(places, DoctorError):
            self._page.complain(places)
        else:
            self.stock.opened(places)
            for number, shelf in enumerate(self.stock.shelves):
                if not (self._quiet and shelf.trouble):
                    shelf.begin()
                    aside(self._page, partial(self._read, turn, number, shelf.place),
                          partial(self._finished, turn, number))  # fmt: skip
        self._page.listed()

    def _read(self, turn: int, number: int, place: Place) -> Listing:
        """In a thread: each page goes to the event loop as soon as it is there."""
        from doctor.sources import online

        def arrived(rows: Sequence[Row]) -> None:
            if turn != self._turn:
                raise Given
            self._page.call_later(self._arrived, turn, number, rows)

        return online.read(place, arrived, allow_private=self._page.private)

    def _arrived(self, turn: int, number: int, rows: Sequence[Row]) -> None:
        if turn == self._turn:
            for row in rows:
                self._page.looks.look(row.key, row.seen)
            self.stock.shelves[number].arrived(rows)
            if self.stock.shelves[number].fresh is None or not self._quiet:
                self._page.listed()

    def _finished(self, turn: int, number: int, found: Listing | DoctorError) -> None:
        if turn != self._turn:
            return
        shelf = self.stock.shelves[number]
        if isinstance(found, DoctorError):
            shelf.ended(str(found))
            if not self._quiet:
                self._page.complain(DoctorError(f"{shelf.place.name}: {found}", found.hint))
        else:
            shelf.ended(ending(found), found.notes)
            if not self._quiet:
                self._page.explain(shelf.place, found.trouble)
        if not self.stock.reading:
            self._done()
        self._page.listed()

    def _done(self) -> None:
        self._ended = time.monotonic()
        self._took = self._ended - self._begun
