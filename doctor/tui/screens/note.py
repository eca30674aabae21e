"""The messages of the case: to those who must act, to the customer, and the request for what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from doctor.report import handoff as page
from doctor.tui import paint
from doctor.tui.screens.page import Exported, Page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from doctor.engine.handoff import Handoff


class Note(Page):
    """A message for each person, ready to be sent."""

    NAME = "note"
    PLACE = "Note"
    PARTS: ClassVar[Mapping[str, str]] = {"list": "messages", "page": "message"}
    COPIES = True
    ABOUT = (
        "What the person who must act is told: the problem, the values to paste, the steps and the proof; and what the "
        "customer is told. Nothing in it is a secret, and people are masked. y copies the message as Markdown, "
        "e writes all of them."
    )
    BINDINGS: ClassVar[list[BindingType]] = [Binding("m", "form", "Markdown/text", id="form")]

    def __init__(self) -> None:
        super().__init__()
        self._all: Handoff | None = None
        self._each: list[tuple[str, Handoff]] = []
        self._made_of: Any = None
        self._markdown = False

    def body(self) -> ComposeResult:
        """Whom, and what."""
        with Horizontal(id="notes"):
            yield OptionList(id="list", classes="row")
            with VerticalScroll(id="page"):
                yield Static(id="text")

    def paint_page(self) -> None:
        """Make the messages of the case as it stands."""
        session = self.desk.session
        if session is None:
            self._all, self._each, self._made_of = None, [], None
            self.query_one("#list", OptionList).clear_options()
            told = "There is no case yet. Drop something on the first screen (h)."
            self.query_one("#text", Static).update(Content.styled(told, paint.DIM))
        elif session.case is not self._made_of and not self.doctor.busy:
            self._made_of = session.case
            self.doctor.work("writing", self.desk.messages, self._made)

    def _made(self, found: Handoff) -> None:
        self._all = found
        empty = found._replace(notes=(), reply=None, request=None)
        self._each = [(one.role, empty._replace(notes=(one,))) for one in found.notes]
        if found.reply is not None:
            self._each.append(("customer", empty._replace(reply=found.reply)))
        if found.request is not None:
            self._each.append(("request for evidence", empty._replace(request=found.request)))
        listed = self.query_one("#list", OptionList)
        listed.clear_options()
        listed.add_options([Option(paint.plain(name[0].upper() + name[1:], limit=60)) for name, _ in self._each])
        if self._each:
            listed.highlighted = 0

    @on(OptionList.OptionHighlighted, "#list")
    def looked_at(self) -> None:
        """The message under the cursor."""
        message = self._message()
        if message is not None:
            written = page.markdown(message) if self._markdown else page.text(message)
            rows = [paint.plain(line, limit=4000) for line in written.split("\n")]
            self.query_one("#text", Static).update(paint.lines(rows))
            self.query_one("#page").scroll_to(0, 0, animate=False)

    def _message(self) -> Handoff | None:
        at = self.query_one("#list", OptionList).highlighted
        return self._each[at][1] if at is not None and at < len(self._each) else None

    def action_form(self) -> None:
        """Markdown, or plain text."""
        self._markdown = not self._markdown
        self.looked_at()

    def copied(self) -> str:
        """The message as Markdown."""
        message = self._message()
        return page.markdown(message) if message is not None else ""

    def exports(self) -> Exported | None:
        """All messages, as `doctor handoff` has them."""
        if self._all is None:
            return None
        from doctor.report import json

        found = self._all
        return Exported(
            f"{found.case or 'case'}-note", json.text(page.as_data(found)), page.text(found), page.markdown(found),
            page.html(found),
        )  # fmt: skip
