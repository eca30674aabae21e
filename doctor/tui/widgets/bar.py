"""The first line of every screen: where one is, and the case; and the line that tells of long work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Static

from doctor.tui import paint
from doctor.tui.glyph import glyphs_of

if TYPE_CHECKING:
    from doctor.tui.desk import Desk
    from doctor.tui.glyph import Glyphs


class TitleBar(Static):
    """`doctor › Diagnose › tree` on the left, the case with product and verdict on the right."""

    def tell(self, place: str, part: str, desk: Desk, glyphs: Glyphs) -> None:
        """Show the place, the part that has the keys, and the case."""
        left = Content.assemble(("doctor", paint.ACCENT), glyphs.chevron, (place, "bold"))
        if part:
            left = Content.assemble(left, (f"{glyphs.chevron}{part}", paint.DIM))
        parts = [part for part in (desk.case and desk.case.name, desk.product()) if part]
        right = Content(glyphs.dot).join([paint.plain(part, limit=60) for part in parts])
        if desk.found is not None:
            right = Content.assemble(right, glyphs.dot, paint.verdict(desk.found.verdict, desk.found.headline))
        if desk.unkept:
            right = Content.assemble(right, glyphs.dot, ("NOT KEPT YET", paint.STYLES["warning"]))
        gap = max(2, self.size.width - left.cell_length - right.cell_length)
        self.update(Content.assemble(left, " " * gap, right))


class Busy(Static):
    """What is being done, and how to stop it; invisible until it has taken a while."""

    AFTER = 0.2
    """Seconds before long work is told."""

    def on_mount(self) -> None:
        """Stay out of sight."""
        self.display = False
        self._said = ""
        self._turn = 0
        self._timer = self.set_interval(0.1, self._tick, pause=True)
        self._delay = self.set_timer(self.AFTER, self._appear, pause=True)

    def begin(self, said: str) -> None:
        """Tell this, when it lasts."""
        self._said = said
        self._delay.stop()
        self._delay = self.set_timer(self.AFTER, self._appear)

    def end(self) -> None:
        """It is done."""
        self._delay.stop()
        self._timer.pause()
        self.display = False

    def _appear(self) -> None:
        self.display = True
        self._tick()
        self._timer.resume()

    def _tick(self) -> None:
        spinner = glyphs_of(self).spinner
        self._turn = (self._turn + 1) % len(spinner)
        said = getattr(self.app, "progress", "") or self._said
        self.update(
            Content.assemble((spinner[self._turn], paint.ACCENT), " ", paint.plain(said), ("   esc cancels", paint.DIM))
        )
