"""The connections at the vendor: their states as they are now, the details of one, and one as evidence of the case."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from doctor.report import connection as pages
from doctor.report.text import Look
from doctor.tui import paint
from doctor.tui.screens.page import Exported, Page

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from doctor.model.connection import Connection
    from doctor.sources.online import Online

_AGAIN = 20.0
"""Seconds between two looks while the screen is on top."""
_STYLES = {"active": "holds", "validating": "suspected", "draft": "suspected"}


class Connections(Page):
    """Read only: nothing is changed at the vendor from here."""

    NAME = "connections"
    PLACE = "Connections"
    COPIES = True
    ABOUT = (
        "The connections at the vendor, with the key that stands in the environment (WORKOS_API_KEY, or Scalekit's) or "
        "in a profile of doctor config. The list is read again every 20 seconds while you look at it.\n"
        "Enter takes a connection into the case, with what happened to its sign-ins, and diagnoses it. Nothing is "
        "changed at the vendor from here."
    )
    BINDINGS: ClassVar[list[BindingType]] = [Binding("x", "again", "Read again", id="again")]

    def __init__(self) -> None:
        super().__init__()
        self._online: Online | None = None
        self._asked = False

    def body(self) -> ComposeResult:
        """How many, the list, the details."""
        yield Static(id="progress")
        with Horizontal(id="notes"):
            yield OptionList(id="list", classes="row")
            with VerticalScroll(id="page"):
                yield Static(id="text")

    def on_mount(self) -> None:
        """Keys go through the list; look again now and then."""
        self.query_one("#list").focus()
        self.set_interval(_AGAIN, self._look_again)

    def paint_page(self) -> None:
        """Ask once when the screen is first shown."""
        if not self._asked and not self.doctor.busy:
            self._asked = True
            self.query_one("#progress", Static).update(
                "Asking the vendor …" if self.glyphs.bar == "│" else "Asking the vendor"
            )
            self.action_again()

    def _look_again(self) -> None:
        if self.is_current and self._online is not None and self._online.trouble is None and not self.doctor.busy:
            self.action_again()

    def action_again(self) -> None:
        """Read the list anew."""
        self.doctor.work("reading the connections", self.desk.online, self._listed)

    def _listed(self, found: Online) -> None:
        fresh = self._online is None
        self._online = found
        count = len(found.connections)
        head = f"{count} connection{'s' * (count != 1)} at {found.vendor}, by the key of {found.came_from}"
        rows = [paint.plain(head, "bold")]
        if found.trouble is not None:
            rows.append(paint.plain(f"not all could be read: {found.trouble}", "$text-error"))
        self.query_one("#progress", Static).update(paint.lines(rows))
        listed = self.query_one("#list", OptionList)
        at = listed.highlighted
        listed.clear_options()
        listed.add_options([Option(self._line(one)) for one in found.connections])
        if found.connections:
            listed.highlighted = 0 if fresh or at is None else min(at, count - 1)
        else:
            self.query_one("#text", Static).update("There is none in this environment.")

    def _line(self, one: Connection) -> Content:
        state = one.state or f"unknown ({one.state_given})"
        return Content.assemble(
            paint.word(_STYLES.get(one.state or "", "fails"), f"{state:<11}"),
            " ",
            paint.plain(one.name or one.id or "?"),
        )

    def chosen(self) -> Connection | None:
        """The connection under the cursor."""
        at = self.query_one("#list", OptionList).highlighted
        each = self._online.connections if self._online else ()
        return each[at] if at is not None and at < len(each) else None

    @on(OptionList.OptionHighlighted, "#list")
    def looked_at(self) -> None:
        """Its details."""
        one = self.chosen()
        if one is not None:
            width = max(self.query_one("#page").size.width - 4, 40)
            look = Look(width=width, unicode=self.glyphs.bar == "│")
            self.query_one("#text", Static).update(paint.lines(paint.plain(line) for line in pages.details(one, look)))

    @on(OptionList.OptionSelected, "#list")
    def taken(self) -> None:
        """Into the case."""
        from doctor.tui import taking

        one = self.chosen()
        if one is not None and one.id is not None:
            taking.take_connection(self.doctor, one.id)

    def copied(self) -> str:
        """The connection's id."""
        one = self.chosen()
        return (one.id or "") if one is not None else ""

    def exportable(self) -> bool:
        """Whether there is a list."""
        return self._online is not None

    def exports(self) -> Exported | None:
        """The list, as `doctor connections list` has it."""
        found = self._online
        if found is None:
            return None
        from doctor.report import json
        from doctor.report.inventory import Table

        rows = [pages.row(one) for one in found.connections]
        complete = found.trouble is None
        data = {"schema": "doctor/connections/1", "vendor": found.vendor, "connections": rows, "complete": complete,
                "notes": list(found.notes)}  # fmt: skip
        return Exported("connections", json.text(data), "\n".join(Table(Look()).page(found.connections)) + "\n")
