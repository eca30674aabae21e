"""The first screen: drop anything; the lookup table; the cases that are kept."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, OptionList, Static

from doctor.catalogue import lookup
from doctor.tui import intake, keeping, paint
from doctor.tui.screens.page import Exported, Page
from doctor.tui.widgets.cases import Cases
from doctor.tui.widgets.drop import Drop
from doctor.tui.widgets.products import Products

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.events import Click
    from textual.timer import Timer

    from doctor.sources.case_store import Row as Kept
    from doctor.tui.intake import Dropped

_CASES = 30
_PAUSE = 0.15
"""Seconds without a key after which doctor looks into what is named in the field."""


class Home(Page):
    """Drop anything."""

    NAME = "home"
    FIRST = "#drop"
    PLACE = "Home"
    PARTS: ClassVar[Mapping[str, str]] = {"drop": "field", "products": "products", "cases": "cases"}
    ABOUT = (
        "Paste or type anything into the field: a file's path, a folder, an address, base64 from a browser, an error "
        "text, a whole ticket, the id of a connection or of a rule. doctor says what it is; enter takes it into the "
        "case and goes to the right screen. Passwords and tokens are taken out and never kept.\n"
        "A product's name filters the table; enter begins its setup.\n"
        "Below, or on the right, are the cases kept on this machine: enter goes on with one."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "field", "Search", id="search", key_display="/"),
        Binding("ctrl+o", "open", "Open file", id="open", key_display="^o"),
        Binding("o", "open", "Open file", show=False, id="open-letter"),
        Binding("ctrl+t", "next_type", "Type", id="type", key_display="^t"),
        Binding("ctrl+n", "app.new_case", "New case", id="new-case", key_display="^n"),
        Binding("delete", "forget", "Forget case", show=False, id="forget"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._type: str | None = None
        self._look: Timer | None = None

    def body(self) -> ComposeResult:
        """The field, what it would do, the table and the cases."""
        yield Drop(id="drop")
        yield Static(id="would")
        with Horizontal(id="home"):
            with Vertical(id="lookup"):
                yield Static(id="types")
                yield Products(id="products")
            with Vertical(id="kept"):
                yield Static("Recent cases", classes="heading")
                yield Cases(id="cases")

    def on_mount(self) -> None:
        """The table comes after the first picture."""
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        """Fill the table, after the first picture; take what the app was started with."""
        self.filtered()
        if self.doctor.dropped:
            self.query_one(Drop).paste(self.doctor.dropped)
            self.call_after_refresh(self.taken, self.doctor.dropped)

    def paint_page(self) -> None:
        """The cases, as they are now."""
        self.run_worker(self._read_cases, thread=True, group="cases", exclusive=True, exit_on_error=False)

    def _read_cases(self) -> None:
        from doctor.model.error import DoctorError

        try:
            found = self.desk.recent()[:_CASES]
        except DoctorError as error:
            self.app.call_from_thread(self._no_cases, error)
        else:
            self.app.call_from_thread(self._show_cases, found)

    def _no_cases(self, error: Exception) -> None:
        self.query_one(Cases).say(f"cannot be read: {error}")

    def _show_cases(self, found: list[Kept]) -> None:
        case = self.desk.case
        self.query_one(Cases).show(found, case.name if case else None, self.desk.options.at or datetime.now(UTC))

    # ── the table ─────────────────────────────────────────────────────────────────────────────────────

    @on(Input.Changed, "#drop")
    @on(Drop.Held)
    def filtered(self) -> None:
        """The table follows every key; a little later doctor says what a file or a text is."""
        dropped = intake.recognised(self.query_one(Drop).text, self.desk.book)
        searching = dropped.kind in ("nothing", "product")
        self._fill(dropped.word if searching else "")
        self._would(dropped)
        if self._look is not None:
            self._look.stop()
        if dropped.kind in ("path", "text"):
            self._look = self.set_timer(_PAUSE, lambda: self._look_at(dropped))

    def on_descendant_focus(self) -> None:
        """The hint is about the part that has the keys."""
        super().on_descendant_focus()
        if self.query_one(Products).has_focus:
            self.looked_at()
        elif self.query_one(Cases).has_focus:
            self._say("enter: go on with this case   del: forget it")
        else:
            self._would(intake.recognised(self.query_one(Drop).text, self.desk.book))

    def _would(self, dropped: Dropped, seen: str = "") -> None:
        """How many rows there are, what was recognised, and what enter would do."""
        products = self.query_one(Products)
        count = f"{len(products.rows)} row{'s' * (len(products.rows) != 1)}"
        told = dropped.say or "type to search the table; paste anything"
        if dropped.kind == "product" and products.chosen is not None:
            row = products.chosen[1]
            told = f"enter: set up {row['name']} {row['type']}, or go down to another one"
        parts = (seen, told) if dropped.kind not in ("nothing", "product") else (count, told)
        self._say(self.glyphs.dot.join(part for part in parts if part))

    def _look_at(self, dropped: Dropped) -> None:
        def look() -> None:
            seen = intake.seen(dropped)
            self.app.call_from_thread(self._seen, dropped, seen)

        self.run_worker(look, thread=True, group="look", exclusive=True, exit_on_error=False)

    def _seen(self, dropped: Dropped, seen: str) -> None:
        """Say it, if it is still what stands in the field."""
        if intake.recognised(self.query_one(Drop).text, self.desk.book) == dropped:
            self._would(dropped, seen)

    def _say(self, text: str) -> None:
        self.query_one("#would", Static).update(paint.plain(f"  {text}", paint.DIM))

    def _fill(self, query: str) -> None:
        self.query_one(Products).show(lookup.search(self.desk.book.providers, query, self._type))
        self.query_one("#types", Static).update(paint.chosen(("All", *lookup.TYPES), self._type or "All"))

    @on(Input.Submitted, "#drop")
    def submitted(self) -> None:
        """Enter in the field."""
        self.taken(self.query_one(Drop).text)

    def left_field(self) -> bool:
        """Escape lets go of what was pasted, before it leaves the field."""
        drop = self.query_one(Drop)
        if drop.held:
            drop.empty()
            return True
        return super().left_field()

    def on_click(self, event: Click) -> None:
        """A type that is clicked narrows the table."""
        if getattr(event.widget, "id", None) == "types":
            at = 0
            for name in ("All", *lookup.TYPES):
                at += len(name) + 2
                if event.x < at:
                    self._type = None if name == "All" else name
                    self.filtered()
                    return

    @on(OptionList.OptionHighlighted, "#products")
    def looked_at(self) -> None:
        """The row under the cursor, with its address."""
        products = self.query_one(Products)
        if products.chosen is not None and products.has_focus:
            row = products.chosen[1]
            self._say(f"enter: set up {row['name']} {row['type']}   https://{row['url']}")

    @on(OptionList.OptionSelected, "#products")
    def chosen(self) -> None:
        """A row of the table: its setup."""
        if (chosen := self.query_one(Products).chosen) is not None:
            provider, row = chosen
            self.doctor.go("setup", wanted=(provider, row["url"]))

    @on(OptionList.OptionSelected, "#cases")
    def resumed(self) -> None:
        """A case: go on where it stands."""
        from doctor.tui import resume

        name = self.query_one(Cases).chosen
        if name is not None and not keeping.lost(self.doctor):
            self.doctor.work(f"opening {name}", lambda: self.desk.open(name), lambda _: resume.goes_on(self.doctor))

    def taken(self, text: str) -> None:
        """Take what was dropped, and go where it belongs."""
        from doctor.tui import taking

        dropped = intake.recognised(text, self.desk.book)
        if dropped.kind == "product":
            self.chosen()
        elif dropped.kind != "nothing":
            self.query_one(Drop).empty()
            taking.take(self.doctor, dropped)

    # ── keys ──────────────────────────────────────────────────────────────────────────────────────────

    def on_key(self, event: object) -> None:
        """Down in the field goes to the table."""
        if getattr(event, "key", "") == "down" and isinstance(self.focused, Drop):
            self.query_one(Products).focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The slash is typed while the field has the focus."""
        if action == "field":
            return not isinstance(self.focused, Drop)
        return super().check_action(action, parameters)

    def action_open(self) -> None:
        """Choose a file or a folder."""
        from doctor.tui.screens.open import Open

        def chosen(path: str | None) -> None:
            if path:
                self.taken(path)

        self.app.push_screen(Open(), chosen)

    def action_field(self) -> None:
        """Go to the field."""
        self.field()

    def action_next_type(self) -> None:
        """The next type of integration."""
        names = (None, *lookup.TYPES)
        self._type = names[(names.index(self._type) + 1) % len(names)]
        self.filtered()

    def field(self, text: str = "") -> None:
        """Go to the field, with a paste for it; what stood there is marked, so that what comes takes its place."""
        drop = self.query_one(Drop)
        drop.focus()
        drop.action_select_all()
        if text:
            drop.paste(text)

    def action_forget(self) -> None:
        """Forget the case under the cursor, after asking."""
        from doctor.tui.screens.dialog import Sure

        name = self.query_one(Cases).chosen
        if name is None or self.focused is not self.query_one(Cases):
            return

        def forget(sure: bool | None) -> None:  # noqa: FBT001  (the framework's call)
            if sure:
                if self.desk.case is not None and self.desk.case.name == name:
                    self.desk.new()
                self.doctor.work(f"forgetting {name}", lambda: self.desk.store.delete(name))

        self.app.push_screen(Sure(f"Forget the case {name} and its documents?"), forget)

    def exports(self) -> Exported | None:
        """The table as it is filtered."""
        from doctor.report import json, providers
        from doctor.report.text import Look

        query = self.query_one(Drop).value
        hits = lookup.search(self.desk.book.providers, query, self._type)
        if not hits:
            return None
        data = providers.found(self.desk.book, query, self._type, hits)
        return Exported("providers", json.text(data), providers.table(data, Look()))
