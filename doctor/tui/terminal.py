"""What the terminal sends, however fast and whatever it is."""

from __future__ import annotations

import codecs
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.dom import NoScreen
from textual.widget import Widget

if TYPE_CHECKING:
    from textual.app import App


def forgive_bytes() -> None:
    """Bytes that are no UTF-8, as in a pasted line of a Latin-1 log, become U+FFFD: the framework would end the app."""
    if sys.platform != "win32":
        from textual.drivers import linux_driver

        decoder = partial(codecs.getincrementaldecoder("utf-8"), "replace")
        vars(linux_driver)["getincrementaldecoder"] = lambda _: decoder


def left_behind(app: App[Any], node: object) -> bool:
    """Whether this is a screen, or a part of one, that is closed already."""
    if not isinstance(node, Widget):
        return False
    try:
        return node.screen not in app.screen_stack
    except NoScreen:
        return True
