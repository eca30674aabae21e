"""Choosing a file or a folder: a path that is typed, and what stands in its folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from textual import on
from textual.binding import Binding
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from doctor.tui import paint
from doctor.tui.screens.dialog import Dialog

if TYPE_CHECKING:
    from typing import ClassVar

    from textual.app import ComposeResult
    from textual.binding import BindingType

_MOST = 500
"""Entries of a folder that are listed; typing narrows them."""


class Entry(NamedTuple):
    """Something in a folder."""

    name: str
    folder: bool


class Open(Dialog):
    """Type a path or go through folders; gives the path, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+o", "whole", "Take the folder", show=False, id="whole-folder", priority=True),
        Binding("tab", "complete", "Complete", show=False, priority=True),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._entries: list[Entry] = []

    def compose(self) -> ComposeResult:
        """The path, the entries that begin with it."""
        with self.boxed("Open a file", wide=True):
            yield Static(paint.plain(f"A path, from {Path.cwd()}: type it, or choose below."), classes="hint")
            yield Input(id="path", placeholder="letters narrow the list", select_on_focus=False)
            yield OptionList(id="entries", classes="row")
            yield Static("enter opens, tab completes, ^o takes the whole folder, esc leaves", classes="hint")

    def on_mount(self) -> None:
        """Begin in the folder where doctor was started."""
        self.query_one(Input).focus()
        self.narrowed()

    @on(Input.Changed)
    def narrowed(self) -> None:
        """List what begins with the path."""
        path = self.query_one(Input).value
        self.run_worker(lambda: self._read(path), thread=True, group="folder", exclusive=True, exit_on_error=False)

    def _read(self, path: str) -> None:
        folder, begun = os.path.split(os.path.expanduser(path))  # noqa: PTH111  (a typed text, not a path yet)
        try:
            found, trouble = entries(Path(folder or "."), begun), ""
        except OSError as error:
            found, trouble = [], f"{folder}: {error.strerror or error}"
        self.app.call_from_thread(self._show, path, found, trouble)

    def _show(self, path: str, found: list[Entry], trouble: str) -> None:
        if not self.is_attached or path != self.query_one(Input).value:
            return
        self._entries = found
        listed = self.query_one(OptionList)
        listed.clear_options()
        listed.add_options([Option(paint.plain(one.name + "/" * one.folder)) for one in found])
        if found:
            listed.highlighted = int(len(found) > 1 and found[0].name == "..")
        else:
            listed.add_option(Option(paint.plain(trouble or "Nothing here begins so."), disabled=True))

    def on_key(self, event: object) -> None:
        """Down goes to the list."""
        if getattr(event, "key", "") == "down" and self.query_one(Input).has_focus:
            self.query_one(OptionList).focus()

    @on(Input.Submitted)
    def typed(self) -> None:
        """Enter: the file that was typed, else the entry on top."""
        path = Path(self.query_one(Input).value).expanduser()
        if path.is_file():
            self.dismiss(str(path))
        else:
            self._entered()

    @on(OptionList.OptionSelected)
    def chosen(self) -> None:
        """Enter on an entry."""
        self._entered()

    def action_complete(self) -> None:
        """Write the entry on top into the field."""
        if (path := self._marked()) is not None:
            self._goes_to(path)

    def action_whole(self) -> None:
        """The folder itself is taken, with all that is in it."""
        self.dismiss(os.path.split(self.query_one(Input).value)[0] or ".")

    def _entered(self) -> None:
        path = self._marked()
        if path is not None and path.is_dir():
            self._goes_to(path)
        elif path is not None:
            self.dismiss(str(path))

    def _marked(self) -> Path | None:
        at = self.query_one(OptionList).highlighted
        if at is None or at >= len(self._entries):
            return None
        folder = os.path.split(self.query_one(Input).value)[0]
        return Path(folder).expanduser() / self._entries[at].name

    def _goes_to(self, path: Path) -> None:
        field = self.query_one(Input)
        field.value = _written(path) if path.is_dir() else str(path)
        field.focus()
        field.cursor_position = len(field.value)


def entries(folder: Path, begun: str) -> list[Entry]:
    """What stands in a folder and begins so, folders first. Hidden ones are listed when a dot was typed."""
    with os.scandir(folder) as scanned:
        found = [Entry(one.name, one.is_dir()) for one in scanned]
    shown = [one for one in found if one.name.casefold().startswith(begun.casefold())]
    seen = [one for one in shown if begun.startswith(".") or not one.name.startswith(".")]
    above = [] if begun else [Entry("..", folder=True)]
    return [*above, *sorted(seen, key=lambda one: (not one.folder, one.name.casefold()))[:_MOST]]


def _written(folder: Path) -> str:
    return os.path.join(folder, "")  # noqa: PTH118  (with the separator behind it)
