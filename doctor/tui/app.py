"""The app: screens, keys, themes, and the one place where long work runs."""

from __future__ import annotations

import os
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual.app import App
from textual.events import InputEvent, Key, Paste
from textual.reactive import Reactive

from doctor.model.error import DoctorError
from doctor.tui import glyph, keeping, key, terminal, theme
from doctor.tui.desk import Desk
from doctor.tui.garbage import SOON, Garbage
from doctor.tui.looks import Looks
from doctor.tui.screens.home import Home
from doctor.tui.trail import PAGES, Trail
from doctor.tui.turns import Turns
from doctor.tui.work import YOUNG, Job, Work, wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from textual.app import SystemCommand
    from textual.binding import BindingType
    from textual.command import Provider
    from textual.events import Event, Resize
    from textual.screen import Screen

    from doctor.sources.case_store import Store
    from doctor.tui.screens.page import Page
    from doctor.tui.turns import Behind


STYLES: Final = ("doctor.tcss", *(f"screens/{name}.tcss" for name in ("check", "diagnose", "setup", "list", "dialog")))
"""All styles are read at the start: each file that came later would make all of them be read again."""


class DoctorApp(App[None]):
    """`desk` holds the case; every screen reads it, and changes it through `work`."""

    TITLE = "doctor"
    CSS_PATH = [Path(__file__).parent / name for name in STYLES]  # noqa: RUF012  (declared so by the framework)
    BINDINGS: ClassVar[list[BindingType]] = list(key.GLOBAL)
    SCREENS: ClassVar[dict[str, Callable[[], Screen[Any]]]] = PAGES
    COMMANDS = App.COMMANDS | {lambda: _known()}  # noqa: PLW0108  (defined below)
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012  (declared so by the framework)
    theme: Reactive[str] = Reactive(theme.DARK.name)
    """The name of the theme. Its default stands here: to change it later means to read all styles again."""

    def __init__(
        self,
        dropped: str | None = None,
        *,
        options: Mapping[str, Any] | None = None,
        store: Store | None = None,
        alone: bool = False,
    ) -> None:
        """`dropped` is put into the first screen as if somebody had typed it; `options` are those of the library.

        `alone`: the process is the app's own, which then decides how its garbage is collected.
        """
        super().__init__()
        self._garbage = Garbage(time.monotonic()) if alone else None
        self.dropped = dropped
        self.desk = Desk(options, store)
        self.desk.wanted = wanted
        self.glyphs = glyph.UNICODE
        self.copied = ""
        self._jobs = Work(self)
        self._trail = Trail(self)
        self._turns = Turns(self, self._trail.stands, self._soon)
        self._opening = 0.0
        self.left: Callable[[int], None] | None = None
        """Called with the exit code when the app ends, before what still works in threads is waited for."""
        self._looks = Looks(self)
        self._complaint: DoctorError | None = None

    def get_default_screen(self) -> Screen[Any]:
        """The first screen."""
        return self.get_screen("home")

    def on_mount(self) -> None:
        """Take over preferences."""
        try:
            self._looks.take_over()
        except DoctorError as error:
            self._complaint = error
        self.theme_changed_signal.subscribe(self, self._trail.follow)
        self.set_interval(keeping.AGAIN, partial(keeping.again, self))

    def on_resize(self, event: Resize) -> None:
        """The terminal has another size."""
        self._trail.follow(event)

    def on_unmount(self) -> None:
        """Leave the framework's scroll bars as they were; nobody waits for work that was given up."""
        self._looks.leave()
        if self.left is not None:
            self.left(self.return_code or 0)

    def on_ready(self) -> None:
        """While somebody looks at the first screen, load the others."""
        if self._complaint is not None:
            self.call_after_refresh(self.fail, self._complaint)
        self.run_worker(self._warm_up, thread=True, group="warm")
        if self._garbage is not None:
            self.set_interval(SOON, self._rested)

    async def on_event(self, event: Event) -> None:
        """Keys take turns; whatever somebody does puts the collection of garbage off."""
        if self._garbage is not None and isinstance(event, InputEvent):
            self._garbage.stirred(time.monotonic())
        if isinstance(event, (Key, Paste)) and not event.is_forwarded:
            await self._turns.take(event, super().on_event)
        else:
            await super().on_event(event)

    async def on_behind(self, behind: Behind) -> None:
        """A key has had its effect."""
        await self._turns.back(behind)

    def _soon(self) -> bool:
        """Whether what a key has set off is painted or done before anybody would say that it takes its time."""
        return self._jobs.young or time.monotonic() < self._opening

    def in_turn(self, act: Callable[[], object]) -> None:
        """Do something between two keys, as opening a dialog that no key has asked for. From any thread."""
        self._turns.add(act)

    def _rested(self) -> None:
        if self._garbage is not None and not self.busy:
            self._garbage.rested(time.monotonic())

    def _warm_up(self) -> None:
        from doctor.tui import warm

        try:
            warm.up(self.desk)
            if (wrong := self._looks.misnamed()) is not None:
                self.call_from_thread(self.fail, wrong)
        finally:
            if self._garbage is not None:
                self._garbage.begin()

    # ── long work ─────────────────────────────────────────────────────────────────────────────────────

    @property
    def busy(self) -> bool:
        """Whether something is being worked on."""
        return self._jobs.busy

    @property
    def progress(self) -> str:
        """What is being done, and how far it is."""
        return self._jobs.progress

    def work(self, said: str, job: Callable[[], Any], then: Callable[[Any], None] | None = None) -> None:
        """Do a job in a thread, tell of it when it lasts, then go on with its result. One at a time, in order."""
        self._jobs.add(Job(said, job, then or (lambda _: None)))

    def progressed(self, name: str, entities: int) -> None:
        """Called by long work now and then. Raises `Cancelled`."""
        self._jobs.told(name, entities)

    def cancel(self) -> None:
        """Give the work up; what waits behind it is done."""
        self._jobs.cancel()
        self.notify("cancelled")

    def page_busy(self, said: str) -> None:
        """Tell the pages that work begins or ends."""
        if self._garbage is not None:
            self._garbage.stirred(time.monotonic())
        for screen in self.screen_stack:
            told = getattr(screen, "told_busy", None)
            if told is not None:
                told(said)

    def repaint(self) -> None:
        """Show what stands on the desk now, on the page that is seen; the others are painted when they are seen."""
        seen = next((one for one in reversed(self.screen_stack) if isinstance(one, _page())), None)
        if seen is not None:
            seen.painted()
        self.screen.refresh_bindings()

    async def action_quit(self) -> None:
        """Leave, and lose nothing."""
        keeping.leave(self)

    def tell_secret(self, text: str) -> None:
        """Say it when something in what was typed looks like a secret: it is taken out before anything is kept."""
        from doctor.tui import intake

        if intake.holds_secret(text):
            self.notify("That looks like a secret; doctor never keeps one.", severity="warning")

    def fail(self, error: DoctorError) -> None:
        """Say what went wrong and what to do."""
        from doctor.tui.screens.dialog import Trouble

        self.in_turn(partial(self.push_screen, Trouble(str(error), error.hint)))

    def _handle_exception(self, error: Exception) -> None:
        """A defect of the app ends it with one line; a traceback would show what stands in the case.

        While the app closes, messages that are under way may find no screen any more; that is no defect.
        """
        if not self.is_running:
            return
        if self.is_headless or os.environ.get("DOCTOR_DEBUG"):
            super()._handle_exception(error)
            return
        from rich.text import Text

        from doctor.report.safe import line

        told = f"doctor itself failed: {type(error).__name__}: {line(str(error), 300)}\n  "
        self.exit(return_code=2, message=Text(told + "the case is kept; DOCTOR_DEBUG=1 shows where, please report it"))

    # ── screens ───────────────────────────────────────────────────────────────────────────────────────

    def go(self, name: str, **settings: Any) -> None:
        """Show a page, with what is set in it."""
        self._trail.go(name)
        page: Any = self.screen
        for setting, given in settings.items():
            setattr(page, setting, given)
        self._opening = time.monotonic() + YOUNG
        self.call_after_refresh(page.painted)

    def painted(self) -> None:
        """The page that was gone to is painted."""
        self._opening = 0.0

    def action_go(self, name: str) -> None:
        """A function key; on the first screen one can type at once."""
        self.go(name)
        if name == "home":
            self.dropped_here("")

    def dropped_here(self, text: str) -> None:
        """To the field of the first screen, with a paste for it."""
        self.go("home")
        home = self.screen
        if isinstance(home, Home):
            home.field(text)

    def action_new_case(self) -> None:
        """Put the case away, and begin where the next one begins."""
        if not keeping.lost(self):
            self.desk.new()
            self.notify("The case is kept. What you drop next begins another one.", markup=False)
            self.dropped_here("")

    async def action_press(self, name: str, *parameters: str) -> None:
        """A letter: the action of this name."""
        words = ", ".join(repr(one) for one in parameters)
        await self.run_action(f"{name}({words})")

    def action_leave(self) -> None:
        """Escape: close a dialog, stop the work, leave a field, go back."""
        page: Any = self.screen
        if not isinstance(page, _page()):
            self._trail.back()
        elif self.busy:
            self.cancel()
        elif not page.left_field():
            self._trail.back()
            self.repaint()

    def action_leave_field(self) -> None:
        """Escape in a field."""
        self.action_leave()

    def action_command_palette(self) -> None:
        """Everything that can be done, found as one types."""
        from doctor.tui.palette import Palette

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette())

    def action_help(self) -> None:
        """What this screen is for, and its keys."""
        from doctor.tui.screens.dialog import Help

        if isinstance(self.screen, _page()):
            self.push_screen(Help(self.screen))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Letters are not offered while text is typed, nor is what the screen has not got."""
        if action == "press" and _typing(self.screen):
            return False
        name = parameters[0] if action == "press" else action
        if name == "leave_field":
            return _typing(self.screen) and isinstance(self.screen, _page())
        if name == "go":
            return getattr(self.screen, "NAME", "") not in parameters and isinstance(self.screen, _page())
        if name == "copy":
            return bool(getattr(self.screen, "COPIES", False))
        if name in ("export", "command_palette", "next_theme"):
            return isinstance(self.screen, _page())
        return True

    # ── copying, exporting, themes ────────────────────────────────────────────────────────────────────

    def action_copy(self) -> None:
        """Copy what is under the cursor."""
        page: Any = self.screen
        text = page.copied() if hasattr(page, "copied") else ""
        if text:
            self.copy_text(text)
        else:
            self.notify("nothing to copy here", severity="warning")

    def copy_text(self, text: str) -> None:
        """Copy a text: by OSC 52, and by the system's own tool where there is one."""
        from doctor.report.safe import line
        from doctor.tui import clipboard

        self.copied = text
        self.copy_to_clipboard(text)
        self.run_worker(lambda: clipboard.copy(text), thread=True, group="copy", exit_on_error=False)
        self.notify(f"copied  {line(text, 60)}   (Y shows it)", markup=False)

    def action_reveal(self) -> None:
        """Show what was copied, for terminals that take no OSC 52."""
        from doctor.tui.screens.dialog import Reveal

        if self.copied:
            self.push_screen(Reveal(self.copied))

    def action_export(self) -> None:
        """Write what this screen shows."""
        from doctor.tui.screens import export

        export.offer(self)

    def action_next_theme(self) -> None:
        """The next of the three themes; kept for the next time."""
        self._looks.next_theme()

    def set_theme(self, name: str) -> None:
        """Use a theme from now on."""
        self._looks.use_theme(name)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """What the command palette offers beside rules and products."""
        from doctor.tui.palette import commands

        return commands(self, screen)


def _page() -> type[Page]:
    from doctor.tui.screens.page import Page

    return Page


def _typing(screen: Screen[Any]) -> bool:
    from textual.widgets import Input

    return isinstance(screen.focused, Input)


def _known() -> type[Provider]:
    from doctor.tui.palette import Known

    return Known


def run(dropped: str | None = None) -> int:
    """Run the app; give its exit code. Raises `CatalogueError` before anything is drawn when the rules are wrong."""
    terminal.forgive_bytes()
    app = DoctorApp(dropped, alone=True)
    app.desk.book.ids  # noqa: B018  (read here, so that what is wrong with it is told on a plain terminal)
    app.left = terminal.ends_soon
    app.run()
    return app.return_code or 0
