"""Changing a connection at its vendor: what will change is shown, and nothing happens until its name is typed back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from textual.containers import VerticalScroll
from textual.widgets import Input, Static

from doctor.model.error import DoctorError, UsageError
from doctor.report import connection as pages
from doctor.report.text import Look
from doctor.sources import change
from doctor.tui import paint
from doctor.tui.aside import aside
from doctor.tui.screens.dialog import Dialog

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from doctor.sources.change import Change, Done, Looked
    from doctor.sources.online import Row
    from doctor.sources.vendor import Client
    from doctor.tui.screens.connections import Connections


class TypeBack(Dialog):
    """The connection as it is, what will come of the change, and a field for its name. Gives the name that is right."""

    def __init__(self, wanted: Change, look: Look) -> None:
        super().__init__()
        self._wanted, self._look = wanted, look

    def compose(self) -> ComposeResult:
        """What stands there now, the effect, the field."""
        action = self._wanted.action
        rows = [paint.plain(line) for line in pages.details(self._wanted.shown, self._look)]
        with self.boxed(f"{action.capitalize()} this connection?"):
            with VerticalScroll(classes="shown"):
                yield Static(paint.lines(rows))
            yield Static(paint.plain(change.EFFECTS[action], "bold"), classes="said")
            yield Static(paint.plain(f"Type its name to {action} it: {self._wanted.name}"), id="asked")
            yield Input(id="name")
            yield Static("enter does it, esc leaves everything as it is", id="told", classes="hint")

    def on_mount(self) -> None:
        """Type at once."""
        self.query_one(Input).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """The name, or another one."""
        if event.value == self._wanted.name:
            self.dismiss(event.value)
        else:
            self.query_one("#told", Static).update(paint.plain(change.NOT_THE_SAME, "$text-error"))


class Changer:
    """One change, from the key to the list that shows what came of it."""

    def __init__(self, page: Connections, row: Row, action: str) -> None:
        self._page, self._row, self._action = page, row, action

    def begin(self) -> None:
        """Look how it stands now, then ask. Raises `UsageError` when the vendor offers no such thing."""
        from doctor.sources import online

        change.offered(self._row.place.vendor, self._action)
        api = online.client(self._row.place, allow_private=self._page.private)
        ident, owner = self._row.one.id or "", self._row.one.organization_id
        self._page.doing, self._page.done = f"asking how {ident} stands now", ""
        aside(self._page, partial(change.looked, api, self._row.place.vendor, ident, owner), partial(self._shown, api))

    def _shown(self, api: Client, found: Looked | DoctorError) -> None:
        self._page.doing = ""
        if isinstance(found, DoctorError):
            self._page.doctor.fail(found)
        elif found.shown is None:
            self._page.explain(self._row.place, found.trouble)
        else:
            one = self._row.one
            wanted = change.Change(self._action, one.id or "", one.organization_id, found.shown)
            self._page.doctor.in_turn(partial(self._ask, api, wanted))
        self._page.refreshed()

    def _ask(self, api: Client, wanted: Change) -> None:
        """For the name of the connection, unless somebody has gone on to another page meanwhile."""
        if self._page.is_current:
            look = Look(width=64, unicode=self._page.unicode)
            self._page.app.push_screen(TypeBack(wanted, look), partial(self._typed, api, wanted))

    def _typed(self, api: Client, wanted: Change, name: str | None) -> None:
        """The right name was typed; escape gives none."""
        if name is None:
            return
        vendor = self._row.place.vendor
        self._page.doing = f"{wanted.action[:-1]}ing {wanted.name}; this is not cancelled"
        self._page.refreshed()
        api.begin()
        aside(self._page, partial(change.performed, api, vendor, wanted, name), partial(self._done, wanted))

    def _done(self, wanted: Change, done: Any) -> None:
        self._page.doing = ""
        if isinstance(done, DoctorError):
            self._page.doctor.fail(done)
        elif done.trouble is not None:
            self._page.doctor.fail(UsageError(f"{done.trouble}", change.UNCERTAIN))
        else:
            self._settled(wanted, done)
        self._page.refreshed()

    def _settled(self, wanted: Change, done: Done) -> None:
        self._page.done = pages.changed(wanted.shown, done)
        if not self._page.is_current:
            self._page.app.notify(self._page.done, markup=False)
        if done.gone or done.after is not None:
            self._page.seen_anew(self._row, done.after)
