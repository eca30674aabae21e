"""Which page is seen, and which ones escape leads back through. A page is made once, and stays as it was left."""

from __future__ import annotations

import asyncio
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from textual.screen import ModalScreen

from doctor.tui import key
from doctor.tui.screens.home import Home

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.screen import Screen

    from doctor.tui.app import DoctorApp
    from doctor.tui.screens.page import Page


def _made(name: str) -> Page:
    page: Page = getattr(import_module(f"doctor.tui.screens.{name}"), name.capitalize())()
    return page


PAGES: Final[dict[str, Callable[[], Screen[Any]]]] = {
    **{name: partial(_made, name) for name in key.SCREENS},
    "home": Home,
}
"""Every page, and how it is made when it is first wanted."""


class Trail:
    """The way a person took through the pages, without detours: a page that is on it already ends it.

    The framework's stack holds the first page, at most one over it, and the dialogs. No page is ever taken down, and a
    dialog not before it stands: what goes while it is still being put up would take the app with it.
    """

    def __init__(self, app: DoctorApp) -> None:
        self._app = app
        self._names = ["home"]
        self._met: dict[str, None] = {}

    async def stands(self) -> None:
        """Wait until the screen on top takes keys."""
        while self._app.is_running and not self._app.screen.is_mounted:
            await asyncio.sleep(_MOMENT)

    def go(self, name: str) -> None:
        """Close the dialogs and show a page."""
        while isinstance(self._app.screen, ModalScreen):
            self._app.pop_screen()
        if name in self._names:
            del self._names[self._names.index(name) + 1 :]
        else:
            self._names.append(name)
            self._begun(name)
        self._show()

    def back(self) -> None:
        """Close the dialog on top, else show the page before."""
        if isinstance(self._app.screen, ModalScreen):
            self._app.pop_screen()
        else:
            del self._names[max(1, len(self._names) - 1) :]
            self._show()

    def _begun(self, name: str) -> None:
        """A page that stands ready begins anew; one that is not made yet begins when it is."""
        self._met[name] = None
        page: Any = self._app.get_screen(name)
        if page.is_mounted:
            page.begin()

    def follow(self, _change: object) -> None:
        """There is another theme or size: pages that are not seen follow one by one, so that no key waits for all."""
        for turn, name in enumerate(self._met, start=1):
            page: Any = self._app.get_screen(name)
            if page.is_mounted:
                page.follow(turn * _TURN)

    def _show(self) -> None:
        """Bring the end of the trail to the top."""
        name, over = self._names[-1], len(self._app.screen_stack) > 1
        if name == "home":
            if over:
                self._app.pop_screen()
        elif over:
            self._app.switch_screen(name)
        else:
            self._app.push_screen(name)


_TURN = 0.06
"""Seconds between two pages that follow."""
_MOMENT = 0.005
"""Seconds between two looks at a screen that is being put up."""
