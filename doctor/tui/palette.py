"""The command palette: screens, themes, every rule and every row of the lookup table."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from textual.app import SystemCommand
from textual.await_complete import AwaitComplete
from textual.command import CommandPalette, Hit, Provider

from doctor.report.safe import line
from doctor.tui import giving, keeping, key, theme

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.command import Hits
    from textual.screen import Screen

    from doctor.tui.app import DoctorApp


def commands(app: DoctorApp, _screen: Screen[Any]) -> Iterator[SystemCommand]:
    """What can be done anywhere."""
    for name, title in key.PAGES.items():
        yield SystemCommand(title, f"go to {title}", partial(app.go, name))
    yield SystemCommand("Note", "the notes to those who must act", partial(app.go, "note"))
    if app.desk.case is not None:
        yield SystemCommand("Name the case", "now called " + line(app.desk.case.name, 60), partial(giving.name, app))
    for one in theme.THEMES:
        yield SystemCommand(f"Theme {one.name.removeprefix('doctor-')}", "colours", partial(app.set_theme, one.name))
    yield SystemCommand("Export", "JSON, Markdown, HTML, text or a picture of this screen", app.action_export)
    yield SystemCommand("Help", "what this screen is for, and its keys", app.action_help)
    yield SystemCommand("Quit", "the case is kept", partial(keeping.leave, app))


class Palette(CommandPalette):
    """The framework's, which a key that goes to another page may close first."""

    def dismiss(self, result: Any = None) -> AwaitComplete:
        """Close, unless it is closed already."""
        return super().dismiss(result) if self.app.screen is self else AwaitComplete()


class Known(Provider):
    """Rules and rows of the lookup table, found as one types."""

    async def search(self, query: str) -> Hits:
        """Those that match."""
        app: Any = self.app
        matcher = self.matcher(query)
        for rule in app.desk.book.ids:
            if (score := matcher.match(rule)) > 0:
                yield Hit(score, matcher.highlight(rule), partial(app.go, "rules", wanted=rule), help="a rule")
        for provider, product in app.desk.book.providers.items():
            for row in product["rows"]:
                name = f"Set up {row['name']} {row['type']}"
                if (score := matcher.match(name)) > 0:
                    wanted = (provider, row["url"])
                    yield Hit(score, matcher.highlight(name), partial(app.go, "setup", wanted=wanted), help=row["url"])
