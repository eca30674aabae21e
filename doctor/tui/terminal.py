"""What the terminal sends, whatever it is."""

from __future__ import annotations

import codecs
import sys
from functools import partial


def forgive_bytes() -> None:
    """Bytes that are no UTF-8, as in a pasted line of a Latin-1 log, become U+FFFD: the framework would end the app."""
    if sys.platform != "win32":
        from textual.drivers import linux_driver

        decoder = partial(codecs.getincrementaldecoder("utf-8"), "replace")
        vars(linux_driver)["getincrementaldecoder"] = lambda _: decoder
