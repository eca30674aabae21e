"""A question over a screen: its answers to choose from, or a field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual import on
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from doctor.tui import paint
from doctor.tui.screens.dialog import Dialog

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult


class Choose(Dialog):
    """Some rows; gives the number of the chosen one, from 0, or None."""

    def __init__(self, title: str, about: str, rows: Sequence[str]) -> None:
        super().__init__()
        self._title, self._about, self._rows = title, about, rows

    def compose(self) -> ComposeResult:
        """What is asked, and the rows."""
        with self.boxed(self._title):
            yield Static(paint.plain(self._about), classes="said")
            yield OptionList(*(Option(paint.plain(one, limit=200)) for one in self._rows), id="choices")
            yield Static("enter chooses, esc leaves it", classes="hint")

    def on_mount(self) -> None:
        """Keys go through the rows."""
        self.query_one(OptionList).focus()

    @on(OptionList.OptionSelected)
    def chosen(self, event: OptionList.OptionSelected) -> None:
        """Enter."""
        self.dismiss(event.option_index)


class Ask(Dialog):
    """A question about one fact; gives its value, or None."""

    def __init__(self, question: str, about: str, choices: Sequence[tuple[str, Any]]) -> None:
        super().__init__()
        self._question, self._about, self._choices = question, about, choices

    def compose(self) -> ComposeResult:
        """The question, how to find out, the answers or a field."""
        with self.boxed("Your word"):
            yield Static(paint.plain(self._question, "bold"), classes="said")
            if self._about:
                yield Static(paint.plain(self._about), classes="said")
            if self._choices:
                yield OptionList(*(Option(paint.plain(label)) for label, _ in self._choices), id="choices")
            else:
                yield Input(id="line")
            yield Static("enter takes it, esc leaves it", classes="hint")

    @on(OptionList.OptionSelected)
    def chosen(self, event: OptionList.OptionSelected) -> None:
        """Enter on an answer."""
        self.dismiss(self._choices[event.option_index][1])

    @on(Input.Submitted)
    def typed(self, event: Input.Submitted) -> None:
        """Enter in the field."""
        self.dismiss(event.value.strip() or None)
