"""Where a SCIM server is, and the token for it: what it answers becomes evidence; the token is never kept or shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from textual import on
from textual.widgets import Button, Input, Static

from doctor.tui.screens.dialog import Dialog

if TYPE_CHECKING:
    from textual.app import ComposeResult


class Wanted(NamedTuple):
    """The base address, and the token."""

    url: str
    token: str


class Probe(Dialog):
    """Gives what is to be asked, or None."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def compose(self) -> ComposeResult:
        """Two fields; dots stand for the token."""
        with self.boxed("Ask the SCIM server"):
            yield Static("It is only read from. What it answers is evidence; the token is forgotten.", classes="said")
            yield Static("SCIM base URL, as it is set at the identity provider")
            yield Input(self._url, id="url")
            yield Static("Bearer token (not shown)")
            yield Input(password=True, id="token")
            yield Button("Ask", id="ask")
            yield Static("enter asks, esc leaves it", classes="hint")

    def on_mount(self) -> None:
        """Begin with what is lacking."""
        self.query_one("#token" if self._url else "#url").focus()

    @on(Input.Submitted)
    @on(Button.Pressed)
    def asked(self) -> None:
        """Both are needed."""
        given = Wanted(self.query_one("#url", Input).value.strip(), self.query_one("#token", Input).value.strip())
        if given.url and given.token:
            self.dismiss(given)
        else:
            self.query_one("#token" if given.url else "#url").focus()
