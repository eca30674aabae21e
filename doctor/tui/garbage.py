"""When garbage is collected: while nobody waits.

Python looks at every object from time to time, on its own account. With rules, screens and what they have drawn in
memory that holds everything up for a tenth of a second, in the middle of a key. So the app collects by itself: what is
young as always; soon after the last key everything since the last time, which then counts as old (`gc.freeze`) and is
looked at no more; and all of it when nobody has pressed a key for a minute, so that what died of old age goes too.
"""

from __future__ import annotations

import gc
from typing import Final

SOON: Final = 0.5
"""Seconds after the last key in which the next one is hardly expected."""
AWAY: Final = 60.0
"""Seconds without a key after which nobody is there."""
_NEVER: Final = 1_000_000


class Garbage:
    """Tells by the clock of its caller when to collect; only for a process that is the app's own."""

    def __init__(self, now: float) -> None:
        self._stirred = now
        self._soon = self._away = True

    def begin(self) -> None:
        """From now on nothing that is old is looked at unasked."""
        gc.freeze()
        gc.set_threshold(*gc.get_threshold()[:2], _NEVER)
        gc.enable()

    def stirred(self, now: float) -> None:
        """A key was pressed, or work has ended."""
        self._stirred = now
        self._soon = self._away = True

    def rested(self, now: float) -> None:
        """Called twice a second, while nothing is worked on: collect when it is time."""
        rest = now - self._stirred
        if self._away and rest >= AWAY:
            self._away = False
            gc.unfreeze()
            _collected()
        elif self._soon and rest >= SOON:
            self._soon = False
            _collected()


def _collected() -> None:
    gc.collect()
    gc.freeze()
