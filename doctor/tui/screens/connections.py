"""The connections at every vendor: a list that grows as it is read, found by words; one in detail, watched, changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Input, Static

from doctor.model.error import DoctorError
from doctor.tui import paint
from doctor.tui.aside import aside
from doctor.tui.screens import connection_page, connection_row
from doctor.tui.screens.connection_change import Changer
from doctor.tui.screens.connection_detail import Details
from doctor.tui.screens.connection_list import Reader
from doctor.tui.screens.connection_watch import Watcher
from doctor.tui.screens.page import Exported, Page
from doctor.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.events import Click

    from doctor.model.connection import Connection
    from doctor.sources.answer import Trouble
    from doctor.sources.online import Row
    from doctor.sources.profile import Place
    from doctor.sources.watching import Plan

_AGAIN = 20.0
"""Seconds between two looks at the lists while the screen is on top."""
_CHANGE = Binding.Group("Change", compact=True)


class Connections(Page):
    """Every connection of every environment that is configured."""

    NAME = "connections"
    PLACE = "Connections"
    PARTS: ClassVar[Mapping[str, str]] = {"query": "search", "list": "connections", "page": "page"}
    COPIES = True
    ABOUT = (
        "The connections of every environment that is configured: the vendors whose keys stand in the environment "
        "(WORKOS_API_KEY, SCALEKIT_CLIENT_SECRET), and the profiles of doctor config. The lists are read again every "
        "20 seconds while you look at them, long ones less often. Type / and words to search names, ids, "
        "organizations, domains, types and states.\n"
        "The page beside the list shows the state over time: what the vendor tells of it, what was seen while this "
        "screen was open, and what stood in the way.\n"
        "Enter takes a connection into the case, with what happened to its sign-ins, and diagnoses it. Watching looks "
        "again and again, ever more slowly, until it is active, has failed, or ten minutes are over.\n"
        "Enabling, disabling and deleting show what will change, and do nothing until the connection's name is typed "
        "back. Nothing else here changes anything at the vendor."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "field", "Search", id="search", key_display="/"),
        Binding("w", "watch", "Watch", id="watch"),
        Binding("v", "vendor", "Vendor", id="vendor"),
        Binding("x", "again", "Read again", id="again"),
        Binding("plus", "change('enable')", "Enable", id="enable", key_display="+", group=_CHANGE),
        Binding("minus", "change('disable')", "Disable", id="disable", key_display="-", group=_CHANGE),
        Binding("delete", "change('delete')", "Delete", id="delete", key_display="del", group=_CHANGE),
    ]

    def __init__(self, plan: Plan | None = None) -> None:
        from doctor.sources import history, watching

        super().__init__()
        self.plan = plan or watching.Plan()
        self.looks = history.Looks()
        self.doing = self.done = ""
        """What is being done to a connection at this moment, and what was done last, in words."""
        self.reader = Reader(self)
        self.watcher = Watcher(self)
        self._details = Details(self)
        self._rows = Rows(self._drawn, id="list")
        self._open = False
        self._shown: object = None
        self._under: str | None = None
        self._offered: object = None

    def body(self) -> ComposeResult:
        """The field, how many, the list, the page."""
        yield Input(placeholder="Search names, ids, organizations, domains, states", id="query")
        yield Static(id="progress")
        with Horizontal(id="connections"):
            yield self._rows
            with VerticalScroll(id="page"):
                yield Static(id="text")

    def on_mount(self) -> None:
        """Look again now and then."""
        self._open = True
        self.set_interval(_AGAIN, self._look_again)

    def on_unmount(self) -> None:
        """Nobody looks on any more."""
        self._open = False
        self.watcher.stop()
        self.reader.cancel()

    @property
    def private(self) -> bool:
        """Whether a vendor may live at a private address."""
        return self.desk.options.allow_private

    @property
    def unicode(self) -> bool:
        """Whether the terminal shows more than ASCII."""
        return self.glyphs.bar == "│"

    # ── the list ──────────────────────────────────────────────────────────────────────────────────────

    def paint_page(self) -> None:
        """Ask once when the screen is first shown."""
        if not self.reader.asked:
            self.reader.begin()
        self.listed()

    def _look_again(self) -> None:
        if self.is_current and self.reader.due():
            self.reader.begin(quiet=True)

    def chosen(self) -> Row | None:
        """The connection under the cursor."""
        row: Row | None = self._rows.chosen
        return row

    def listed(self) -> None:
        """More was read, or other rows are wanted; the cursor stays on its connection."""
        if not self._open:
            return
        under, found = self.chosen(), self._found()
        at = next((number for number, row in enumerate(found) if under and row.key == under.key), self._rows.cursor)
        self._rows.show(found, at)
        self.refreshed()

    def _found(self) -> list[Row]:
        return self.reader.stock.found(self.query_one(Input).value.casefold().split())

    @on(Input.Changed, "#query")
    def filtered(self) -> None:
        """The list follows every key."""
        self._rows.show(self._found())
        self.refreshed()

    @on(Input.Submitted, "#query")
    def into_list(self) -> None:
        """Enter goes to the list."""
        self._rows.focus()

    def on_key(self, event: object) -> None:
        """Down in the field goes to the list."""
        if getattr(event, "key", "") == "down" and isinstance(self.focused, Input):
            self._rows.focus()

    def _drawn(self, row: Row, width: int) -> list[tuple[str, str]]:
        return connection_row.parts(row, width, self.glyphs, several=len(self.reader.stock.shown()) > 1)

    # ── painting ──────────────────────────────────────────────────────────────────────────────────────

    @on(Rows.Moved)
    def refreshed(self) -> None:
        """Paint the head and the page, as far as they changed; keys follow."""
        if not self._open:
            return
        head = connection_row.head(self, self._rows.count, self.query_one(Input).value.strip())
        self.query_one("#progress", Static).update(paint.lines(head))
        self._paint_chosen()
        before, self._offered = self._offered, (self.chosen() is None, len(self.reader.stock.shelves))
        if before != self._offered:
            self.refresh_bindings()

    def _paint_chosen(self) -> None:
        row = self.chosen()
        detail = self._details.of(row)
        looked = self.looks.of(row.key) if row else ()
        width = max(self.query_one("#page").size.width - 4, 40)
        shown = (row, detail, looked, width, self.reader.busy if row is None else None)
        if shown == self._shown:
            return
        if (row and row.key) != self._under:
            self.query_one("#page").scroll_to(0, 0, animate=False)
        self._shown, self._under = shown, row and row.key
        self.query_one("#text", Static).update(connection_page.of(self, row, detail, width))

    def explain(self, place: Place, trouble: Trouble | None) -> None:
        """Say what went wrong at a vendor, and what the rules say to do about it."""
        from doctor.sources import online

        if trouble is not None:
            aside(self, lambda: online.complaint(place, trouble, self.desk.book), self.complain)

    def complain(self, error: DoctorError) -> None:
        """Say what went wrong with a list, to somebody who looks at it; when nobody does, it is read again later."""
        if self in self.app.screen_stack:
            self.doctor.fail(error)
        else:
            self.reader.asked = False

    def seen_anew(self, row: Row, one: Connection | None) -> None:
        """A connection is as it is now, whatever the list said; None: it is gone."""
        from doctor.sources import online

        fresh = None if one is None else online.row(row.place, one, online.now())
        if fresh is not None:
            self.looks.look(fresh.key, fresh.seen)
        self._details.forget(row.key)
        self.reader.stock.replace(row.key, fresh)
        self.listed()

    # ── keys ──────────────────────────────────────────────────────────────────────────────────────────

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that have something to act on."""
        if action in ("field", "again", "watch", "change", "vendor") and isinstance(self.focused, Input):
            return False
        if action in ("watch", "change"):
            return self.chosen() is not None
        if action == "vendor":
            return len(self.reader.stock.shelves) > 1
        return super().check_action(action, parameters)

    def left_field(self) -> bool:
        """Escape leaves the field, then ends what one waits for, then the watch, before it leaves the screen."""
        if super().left_field():
            return True
        if self.reader.waited_for:
            self.reader.cancel()
        elif self.watcher.on:
            self.watcher.stop()
            self.refreshed()
        else:
            return False
        return True

    def action_field(self) -> None:
        """Go to the field."""
        self.query_one(Input).focus()

    def action_again(self) -> None:
        """Read the lists anew."""
        self._details.forget()
        self.reader.begin()

    def action_vendor(self) -> None:
        """The next environment, or all."""
        self.reader.stock.next_place()
        self.listed()

    def on_click(self, event: Click) -> None:
        """An environment that is clicked is looked at."""
        head = getattr(event.widget, "id", None) == "progress" and event.y == 0
        if head and (clicked := connection_row.place_at(self.reader.stock, event.x)):
            self.reader.stock.only = clicked.only
            self.listed()

    def action_watch(self) -> None:
        """Watch the connection under the cursor; the one that is watched: no longer."""
        row = self.chosen()
        if row is None or row.one.id is None:
            return
        watched = self.watcher.on and self.watcher.row is not None and self.watcher.row.key == row.key
        self._tried(self.watcher.stop if watched else lambda: self.watcher.begin(row, self.plan))

    def action_change(self, action: str) -> None:
        """Enable, disable or delete the connection under the cursor, after asking for its name."""
        row = self.chosen()
        if self.doing:
            self.notify(self.doing, markup=False, severity="warning")
        elif row is not None and row.one.id is not None:
            self._tried(Changer(self, row, action).begin)

    def _tried(self, begin: Callable[[], None]) -> None:
        try:
            begin()
        except DoctorError as error:
            self.doctor.fail(error)
        self.refreshed()

    @on(Rows.Chosen)
    def taken(self) -> None:
        """Into the case."""
        from doctor.tui import taking

        row = self.chosen()
        if row is not None and row.one.id is not None:
            taking.take_connection(self.doctor, row.one.id, row.place)

    def copied(self) -> str:
        """The connection's id."""
        row = self.chosen()
        return (row.one.id or "") if row is not None else ""

    def exportable(self) -> bool:
        """Whether there is a list."""
        return any(one.whole or one.rows for one in self.reader.stock.shelves)

    def exports(self) -> Exported | None:
        """The rows that are shown, as `doctor connections list` has them."""
        return connection_row.exported(self.reader.stock, self._found())
