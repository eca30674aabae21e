"""Two values under each other, the place where they part marked and named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widget import Widget

from doctor.report import difference
from doctor.report.safe import line as safe
from doctor.tui import paint
from doctor.tui.glyph import glyphs_of

if TYPE_CHECKING:
    from textual.geometry import Size

_LABEL = 10


class Difference(Widget):
    """`expected` over `received`; values longer than the line go on in pairs, the mark stays in its place."""

    DEFAULT_CSS = "Difference { height: auto; width: 1fr; }"

    def __init__(self, expected: str, actual: str, kind: str | None) -> None:
        super().__init__()
        self._expected, self._actual, self._kind = safe(expected), safe(actual), kind

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002  (the framework's)
        """Lines for this width."""
        return len(self._drawn(width))

    def render(self) -> Content:
        """The lines."""
        return Content("\n").join(self._drawn(self.size.width))

    def _drawn(self, width: int) -> list[Content]:
        room = max(width - _LABEL, 8)
        at = difference.column(self._expected, self._actual) if self._kind else -1
        found: list[Content] = []
        for start in range(0, max(len(self._expected), len(self._actual), 1), room):
            pair = (("expected", self._expected), ("received", self._actual))
            for name, whole in pair:
                piece = whole[start : start + room]
                label = name if start == 0 else ""
                if piece or start == 0:
                    found.append(Content.assemble((f"{label:<{_LABEL}}", paint.DIM), self._piece(piece, at - start)))
            if start <= at < start + room:
                found += self._caret(at - start, room)
        return found

    def _piece(self, text: str, at: int) -> Content:
        if not self._kind or at >= len(text):
            return Content(text)
        at = max(at, 0)
        return Content.assemble(text[:at], (text[at:], "$text-error bold underline"))

    def _caret(self, at: int, room: int) -> list[Content]:
        """The mark, with the kind of difference behind it, before it, or else on a line of its own."""
        said = (self._kind or "").replace("-", " ")
        caret = glyphs_of(self).caret
        if at + len(said) + 2 <= room:
            shown = [" " * at + f"{caret} {said}"]
        elif len(said) < at:
            shown = [f"{said} {caret}".rjust(at + 1)]
        else:
            shown = [" " * at + caret, said]
        return [Content.assemble(" " * _LABEL, (one, "$text-error")) for one in shown]
