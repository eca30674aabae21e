"""How the app looks and what its keys are: what a person prefers, used from the start, and kept when it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.scrollbar import ScrollBar, ScrollBarRender

from doctor.tui import glyph, preference, theme

if TYPE_CHECKING:
    from doctor.model.error import DoctorError
    from doctor.tui.app import DoctorApp


class Looks:
    """Theme, keys and signs of an app."""

    def __init__(self, app: DoctorApp) -> None:
        """The themes are known to the framework from here on."""
        self._app = app
        self._chosen = preference.Preferences()
        for one in theme.THEMES:
            app.register_theme(one)
        app.stylesheet.set_variables(app.get_css_variables())  # they were made before the themes were known

    def take_over(self) -> None:
        """Use what the person prefers. Raises `InputError` when it cannot be read; the app looks as ever then."""
        try:
            self._chosen = preference.load()
        finally:
            self._use()

    def _use(self) -> None:
        if self._chosen.theme in self._app.available_themes:
            self._app.theme = str(self._chosen.theme)
        if self._chosen.keys:
            self._app.set_keymap(self._chosen.keys)
        if glyph.plain_terminal() if self._chosen.ascii is None else self._chosen.ascii:
            self._app.glyphs = glyph.ASCII
            ScrollBar.renderer = glyph.PlainBars
            self._app.add_class("-ascii")

    def misnamed(self) -> DoctorError | None:
        """What is wrong with the preferences. It loads every screen: not for the loop."""
        return preference.misnamed(self._chosen)

    def next_theme(self) -> None:
        """The next of the three themes."""
        names = [one.name for one in theme.THEMES]
        at = names.index(self._app.theme) + 1 if self._app.theme in names else 0
        self.use_theme(names[at % len(names)])

    def use_theme(self, name: str) -> None:
        """Use a theme from now on, and the next time."""
        self._app.theme = name
        chosen = self._chosen = self._chosen._replace(theme=name)
        self._app.run_worker(lambda: preference.save(chosen), thread=True, group="preferences", exit_on_error=False)

    @staticmethod
    def leave() -> None:
        """Leave the framework's scroll bars as they were."""
        ScrollBar.renderer = ScrollBarRender
