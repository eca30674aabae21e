"""Yardstick: the least app of the framework that doctor's terminal app is made with. Shows one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import App
from textual.widgets import Static

if TYPE_CHECKING:
    from textual.app import ComposeResult


class Trivial(App[None]):
    """One line of text."""

    def compose(self) -> ComposeResult:
        """The line."""
        yield Static("hello world")


if __name__ == "__main__":
    Trivial().run()
