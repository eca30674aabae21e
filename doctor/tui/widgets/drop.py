"""The one field that takes anything. A long paste is held whole, and shown by its size until somebody takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message
from textual.widgets import Input

if TYPE_CHECKING:
    from textual.events import Paste

_MANY = 200
"""Characters of a paste that nobody wants to see in a field."""
_ASKS = "Drop anything: file, URL, base64, error text, connection id, provider"


class Drop(Input):
    """What was pasted (`held`) and what was typed behind it belong together."""

    class Held(Message):
        """What is held is another text now."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  (the framework's name)
        super().__init__(placeholder=_ASKS, id=id)
        self.held = ""

    @property
    def text(self) -> str:
        """All that would be taken."""
        return "\n".join(part for part in (self.held, self.value) if part)

    def hold(self, text: str) -> None:
        """Hold a paste; another one goes behind it."""
        self._keep("\n".join(part for part in (self.held, text.strip("\n")) if part))

    def empty(self) -> None:
        """Nothing is dropped any more."""
        self.value = ""
        self._keep("")

    def _keep(self, text: str) -> None:
        self.held = text
        lines = len(text.splitlines())
        size = f"{lines:,} lines, " if lines > 1 else ""
        self.placeholder = f"pasted: {size}{len(text):,} characters   (enter takes it, esc drops it)" if text else _ASKS
        self.post_message(self.Held())

    def paste(self, text: str) -> None:
        """Take a paste, in place of what is marked; a text of several lines is held.

        Terminals send line breaks as carriage returns.
        """
        lines = text.replace("\r\n", "\n").replace("\r", "\n")
        if "\n" in lines.strip() or len(lines) > _MANY:
            self.hold(lines)
        else:
            self.replace(lines.strip("\n"), *sorted(self.selection))

    def _on_paste(self, event: Paste) -> None:
        """The framework would take the first line only."""
        event.stop()
        event.prevent_default()
        self.paste(event.text)
