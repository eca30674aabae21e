"""All that a vendor tells of the connection under the cursor, asked for when the cursor has come to rest."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from doctor.model.error import DoctorError
from doctor.tui.aside import aside

if TYPE_CHECKING:
    from textual.timer import Timer

    from doctor.model.connection import Connection
    from doctor.sources.online import Detail, Row
    from doctor.tui.screens.connections import Connections

REST: Final = 0.4
"""Seconds after which somebody looks at a connection, and does not pass it by."""


class Details:
    """What is known in detail, as long as the list shows the connection as it was then. One is asked for at a time."""

    def __init__(self, page: Connections) -> None:
        self._page = page
        self._known: dict[str, tuple[Any, Detail | None]] = {}
        self._wanted: Row | None = None
        self._asking = False
        self._timer: Timer | None = None

    def of(self, row: Row | None) -> Detail | None:
        """What is known of this one; when it is nothing, it is asked for soon."""
        if row is None:
            self._wanted = None
            return None
        made_of, detail = self._known.get(row.key, (None, None))
        if made_of == row.one:
            return detail
        if self._wanted is None or self._wanted.key != row.key or self._timer is None:
            self._rest(row)
        self._wanted = row
        return detail

    def forget(self, key: str | None = None) -> None:
        """What is known of one, or of all, may be true no longer."""
        if key is None:
            self._known.clear()
        else:
            self._known.pop(key, None)

    def _rest(self, row: Row) -> None:
        self._wanted = row
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._page.set_timer(REST, self._ask)

    def _ask(self) -> None:
        from doctor.sources import online

        self._timer = None
        row = self._wanted
        if row is None or row.one.id is None or self._asking or not self._page.is_current:
            return
        if self._known.get(row.key, (None, None))[0] == row.one:
            return
        self._asking = True
        aside(self._page, partial(online.detail, row.place, row.one, allow_private=self._page.private),
              partial(self._told, row))  # fmt: skip

    def _told(self, row: Row, found: Detail | DoctorError) -> None:
        self._asking = False
        if isinstance(found, DoctorError):
            self._known[row.key] = (row.one, None)
        else:
            self._page.looks.look(row.key, found.seen)
            self._known[row.key] = (self._corrected(row, found), found)
        self._page.refreshed()

    def _corrected(self, row: Row, found: Detail) -> Connection:
        """The connection of the list, in the state in which it turned out to be."""
        if found.one is None or found.one.state_given == row.one.state_given:
            return row.one
        one = row.one._replace(state=found.one.state, state_given=found.one.state_given, enabled=found.one.enabled)
        self._page.seen_anew(row, one)
        return one
