"""What every screen has: the title, the line of long work, the keys, help, and something to export."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from textual.events import Resize
from textual.screen import Screen
from textual.widgets import Input, OptionList

from doctor.tui.widgets.bar import Busy, TitleBar
from doctor.tui.widgets.keys import Keys

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult
    from textual.events import Paste

    from doctor.tui.app import DoctorApp
    from doctor.tui.desk import Desk
    from doctor.tui.glyph import Glyphs


class Exported(NamedTuple):
    """What a screen gives away: a name for the file, the JSON text, and the same for people.

    Where a screen has no Markdown or HTML of its own, they are made of the text.
    """

    name: str
    json: str
    text: str
    markdown: str | None = None
    html: str | None = None


class Page(Screen[None]):
    """A screen on the case. A subclass says what it holds (`body`) and paints it (`paint_page`)."""

    NAME: ClassVar[str] = ""
    PLACE: ClassVar[str] = ""
    ABOUT: ClassVar[str] = ""
    """What the screen is for, for its help."""
    PARTS: ClassVar[Mapping[str, str]] = {}
    """What each part that takes keys is called, by its id: the first line says where the keys go."""
    FIRST: ClassVar[str] = "#list"
    """The part that has the keys when somebody comes here."""
    COPIES: ClassVar[bool] = False
    """Whether there is something to copy."""

    def compose(self) -> ComposeResult:
        """Title, body, the line of long work, the keys."""
        yield TitleBar(id="title")
        yield from self.body()
        yield Busy(id="busy")
        yield Keys(id="keys")

    def body(self) -> ComposeResult:
        """What stands between title and footer."""
        yield from ()

    @property
    def doctor(self) -> DoctorApp:
        """The app."""
        from doctor.tui.app import DoctorApp

        app: Any = self.app
        assert isinstance(app, DoctorApp)  # noqa: S101  (for the type)
        return app

    @property
    def desk(self) -> Desk:
        """The case at hand."""
        return self.doctor.desk

    @property
    def glyphs(self) -> Glyphs:
        """The signs to draw with."""
        return self.doctor.glyphs

    def on_mount(self) -> None:
        """Paint as soon as there is something to paint on; a subclass has its own `on_mount` beside this one."""
        self._theme, self._fits = self.app.theme, self.app.size
        self.begin()
        self.call_after_refresh(self.painted)

    def begin(self) -> None:
        """Somebody comes here, for the first time or again."""
        self.query_one(self.FIRST).focus()

    def painted(self) -> None:
        """Show what stands on the desk now, if the screen is seen."""
        if self._there:
            self._titled()
            self.paint_page()
            self.doctor.painted()

    @property
    def _there(self) -> bool:
        """Whether there is something to paint on: not before the first picture, nor when another page is seen."""
        return self.is_mounted and self in self.app.screen_stack and bool(self.query(TitleBar))

    def paint_page(self) -> None:
        """Paint what is this screen's own."""

    def on_screen_resume(self) -> None:
        """It is on top again, with whatever came to be meanwhile."""
        if self._there:
            self._caught_up()
            self.told_busy(self.doctor.progress if self.doctor.busy else "")
            self.call_after_refresh(self.painted)

    def follow(self, after: float) -> None:
        """Take on another theme or size: the framework gives it to a screen that is seen; others wait so many seconds,
        or until they are seen."""
        if self in self.app.screen_stack:
            self._theme = self.app.theme
        else:
            self.set_timer(after, self._caught_up)

    def _caught_up(self) -> None:
        if self._theme != self.app.theme:
            self._theme = self.app.theme
            self.app.stylesheet.update(self)
        if self._fits != self.app.size and not self._there:
            self.post_message(Resize(self.app.size, self.app.size))

    def on_resize(self, event: Resize) -> None:
        """The title goes to both edges."""
        self._fits = event.size
        for one in self.query(OptionList):
            self.call_after_refresh(one.scroll_to_highlight)
        self.call_after_refresh(self._titled)

    def _titled(self) -> None:
        if self._there:
            part = self.PARTS.get(self.focused.id or "", "") if self.focused is not None else ""
            self.query_one(TitleBar).tell(self.PLACE, part, self.desk, self.glyphs)

    def on_descendant_focus(self) -> None:
        """Say which part has the keys now."""
        self._titled()

    def on_paste(self, event: Paste) -> None:
        """What is pasted where nothing takes it goes to the field of the first screen, which says what it is."""
        event.stop()
        self.doctor.dropped_here(event.text)

    def told_busy(self, said: str) -> None:
        """Long work begins, or ends (nothing said)."""
        if self._there:
            busy = self.query_one(Busy)
            if said:
                busy.begin(said)
            else:
                busy.end()

    def left_field(self) -> bool:
        """Escape leaves a field that has the focus, before it leaves the screen."""
        if isinstance(self.focused, Input):
            self.focus_next()
            return not isinstance(self.focused, Input)
        return False

    def exports(self) -> Exported | None:
        """What this screen can give away now; called in a worker."""
        return None
