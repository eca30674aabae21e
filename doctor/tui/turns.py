"""One thing at a time: a key is given on when what came before it has had its effect, however fast keys come.

The framework hands a key to the part that has the focus, and from there through the queue of each widget back to the
app. Several at once would find a screen that the first of them has closed, or one that does not stand yet; so would
the result of long work that opens a screen between a key and its effect.
"""

from __future__ import annotations

import time
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from textual.message import Message

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.app import App
    from textual.events import Event
    from textual.message_pump import MessagePump


class Behind(Message):
    """Goes behind a key through the same queues: when it comes back to the app, so has the key."""

    def __init__(self, target: MessagePump, left: int) -> None:
        """`left`: how often it goes again, behind what the key has set off there."""
        super().__init__()
        self.target, self.left = target, left
        self.since = time.monotonic()

    @property
    def lost(self) -> bool:
        """Whether it cannot come back: what closes takes its queue with it."""
        return not self.target.is_running or time.monotonic() - self.since > _PATIENCE


class Turns:
    """What waits for its turn: keys and pastes, and before them what the app itself has to do.

    All of this runs in the app's own queue, one call after the other.
    """

    def __init__(self, app: App[Any], ready: Callable[[], Awaitable[None]], soon: Callable[[], bool]) -> None:
        """`ready` waits until the screen on top takes keys; `soon` says that what a key has set off is nearly done."""
        self._app, self._ready, self._soon = app, ready, soon
        self._keys: deque[Callable[[], Awaitable[None]]] = deque()
        self._acts: deque[Callable[[], object]] = deque()
        self._behind: Behind | None = None
        self._looks = False

    async def take(self, key: Event, give: Callable[[Event], Awaitable[None]]) -> None:
        """Give a key on now, or after what came before it."""
        self._keys.append(partial(give, key))
        await self._begin()

    def add(self, act: Callable[[], object]) -> None:
        """Do something between two keys, before those that wait. From any thread."""
        self._app.call_later(self._take, act)

    async def _take(self, act: Callable[[], object]) -> None:
        self._acts.append(act)
        await self._begin()

    async def back(self, behind: Behind) -> None:
        """What was before it is done with."""
        if behind is not self._behind:
            return
        if behind.left:
            self._send(behind.target, behind.left - 1)
        else:
            self._behind = None
        await self._next()

    async def _begin(self) -> None:
        if self._behind is None:
            await self._next()
        else:
            self._look_soon()

    async def _next(self) -> None:
        while self._behind is None and (self._acts or self._keys):
            await self._ready()
            target: MessagePump = self._app
            if not self._acts and self._soon():
                self._look_soon()
                return
            if self._acts:
                self._acts.popleft()()
            else:
                target = self._app.focused or self._app.screen
                await self._keys.popleft()()
            self._send(target, _AGAIN)

    def _send(self, target: MessagePump, left: int) -> None:
        behind = Behind(target, left)
        self._behind = behind if target.post_message(behind) else None

    def _look_soon(self) -> None:
        if not self._looks:
            self._looks = True
            self._app.set_timer(_MOMENT, self._look)

    async def _look(self) -> None:
        self._looks = False
        if self._behind is not None and self._behind.lost:
            self._behind = None
        await self._next()
        if self._acts or self._keys:
            self._look_soon()


_AGAIN: Final = 1
"""What a key sets off, as a field that is sent, goes through the queues once more."""
_MOMENT: Final = 0.01
"""Seconds between two looks for a screen that has closed."""
_PATIENCE: Final = 2.0
"""Seconds after which keys go on, whatever the one before does."""
