"""Regular expressions that are compiled when they are first used: a run needs few of them, and compiling takes long."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class Pattern:
    """A regular expression, compiled at its first use; what is wrong with it is told then, too."""

    def __init__(self, text: str, flags: int = 0) -> None:
        self._text = text
        self._flags = flags

    @cached_property
    def _ready(self) -> re.Pattern[str]:
        return re.compile(self._text, self._flags)

    def sub(self, new: str | Callable[[re.Match[str]], str], text: str) -> str:
        """The text with each match replaced."""
        return self._ready.sub(new, text)

    def search(self, text: str, start: int = 0) -> re.Match[str] | None:
        """The first match, from `start` on."""
        return self._ready.search(text, start)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """The match of the whole text."""
        return self._ready.fullmatch(text)

    def findall(self, text: str) -> list[Any]:
        """Every match: its group where it has one."""
        return self._ready.findall(text)
