"""The terminal: whatever it sends, and that nobody who leaves has to wait for it."""

from __future__ import annotations

import codecs
import os
import sys
import threading
from functools import partial
from typing import Final

PATIENCE: Final = 2.0
"""Seconds that work under way gets when the app ends: what a case keeps is written in one step, or not at all."""


def forgive_bytes() -> None:
    """Bytes that are no UTF-8, as in a pasted line of a Latin-1 log, become U+FFFD: the framework would end the app."""
    if sys.platform != "win32":
        from textual.drivers import linux_driver

        decoder = partial(codecs.getincrementaldecoder("utf-8"), "replace")
        vars(linux_driver)["getincrementaldecoder"] = lambda _: decoder


def ends_soon(code: int, seconds: float = PATIENCE) -> None:
    """End the process after so many seconds, whatever still works in it: a thread cannot be stopped."""
    late = threading.Timer(seconds, os._exit, (code,))
    late.daemon = True
    late.start()
