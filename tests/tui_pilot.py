"""Driving the terminal app in tests: keys and pastes in, what stands on the screen out."""

from __future__ import annotations

import asyncio
import re
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from doctor.sources.case_store import Store
from doctor.tui.app import DoctorApp

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine

    from textual.pilot import Pilot

AT: Final = datetime(2026, 11, 22, 9, tzinfo=UTC)
EXAMPLES: Final = Path(__file__).resolve().parent.parent / "examples"
EXPIRED: Final = str(EXAMPLES / "okta-broken.xml")
OKTA: Final = ("okta", "workos.com/docs/integrations/okta-saml")
PAGES: Final = ("home", "check", "diagnose", "setup", "rules", "note")
"""The screens that need no vendor."""
SIZES: Final = ((80, 24), (120, 40))
PATIENCE: Final = 30.0
"""Seconds after which work that does not end fails a test."""


class Driver:
    """The app under a pilot; every step waits until the app is idle."""

    def __init__(self, app: DoctorApp, pilot: Pilot[Any]) -> None:
        self.app = app
        self.pilot = pilot

    async def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            await self.pilot.press(key)
            await self.idle()

    async def type(self, text: str) -> None:
        """Type a text."""
        await self.pilot.press(*(_KEYS.get(char, char) for char in text))
        await self.idle()

    async def drop(self, text: str) -> None:
        """Paste something into the first screen, whatever it is, and take it."""
        from textual import events
        from textual.widgets import Input

        self.app.go("home")
        await self.idle()
        self.app.screen.query_one("#drop").focus()
        self.app.screen.query_one("#drop", Input).value = ""
        self.app.screen.query_one("#drop").post_message(events.Paste(text))
        await self.idle()
        if self.place == "Home":
            await self.press("enter")

    async def reply(self, text: str) -> None:
        """Answer the question that is put with a text."""
        await self.fill("#reply", text)

    async def tell_value(self, text: str) -> None:
        """Give the value that a step of a setup lacks."""
        await self.press("v")
        await self.fill("#line", text)

    async def fill(self, field: str, text: str) -> None:
        """Fill a field and take it."""
        from textual.widgets import Input

        found = self.app.screen.query_one(field, Input)
        found.focus()
        found.value = text
        await self.press("enter")

    async def idle(self) -> None:
        """Wait until nothing is being worked on."""
        async with asyncio.timeout(PATIENCE):
            await self.pilot.pause()
            while self.app.busy or any(not one.is_finished for one in self.app.workers):
                await asyncio.sleep(0.01)
            await self.pilot.pause()
            await self.pilot.pause()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until this holds."""
        async with asyncio.timeout(PATIENCE):
            while not holds():
                await asyncio.sleep(0.02)

    @property
    def place(self) -> str:
        """The screen on top."""
        return str(getattr(self.app.screen, "PLACE", type(self.app.screen).__name__))

    def text(self) -> str:
        """What stands on the screen, line by line."""
        width, height = self.app.size
        lines = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in lines)[: (width + 1) * height]

    def flat(self) -> str:
        """The same on one line, for words that are wrapped."""
        return re.sub(r"[\s│╭╮╰╯─]+", " ", self.text())


_KEYS: Final = {" ": "space", "/": "slash", ".": "full_stop", ":": "colon", "-": "minus", "_": "underscore", "?":
                "question_mark", "'": "apostrophe", "#": "number_sign"}  # fmt: skip


def run(journey: Coroutine[Any, Any, None]) -> None:
    """A journey from its beginning to its end."""
    asyncio.run(journey)


async def visited(app: Driver, name: str) -> None:
    """Go to a screen; the set-up is that of Okta."""
    app.app.go(name, **({"wanted": OKTA} if name == "setup" else {}))
    await app.idle()


@asynccontextmanager
async def running(
    folder: Path,
    size: tuple[int, int] = (120, 40),
    dropped: str | None = None,
    at: datetime | None = AT,
    **options: Any,
) -> AsyncIterator[Driver]:
    """The app on a store of its own."""
    app = DoctorApp(dropped, options=({"at": at} if at else {}) | options, store=Store(folder / "cases.sqlite3"))
    async with app.run_test(size=size) as pilot:
        driver = Driver(app, pilot)
        await driver.idle()
        yield driver
