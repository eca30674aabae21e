"""The signs that screens draw with, and what stands in for them where a terminal knows ASCII only."""

from __future__ import annotations

import locale
import os
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from textual.scrollbar import ScrollBarRender

if TYPE_CHECKING:
    from textual.widget import Widget


class Glyphs(NamedTuple):
    """One sign for each thing; words stand beside them, so that no sign carries meaning alone."""

    confirmed: str = "✗"
    suspected: str = "?"
    ruled_out: str = "✓"
    unknown: str = "·"
    asking: str = "»"
    crashed: str = "!"
    none: str = "-"
    dot: str = " · "
    chevron: str = " › "
    caret: str = "▲"
    bar: str = "│"
    cell: str = "█"
    gap: str = "─"
    now: str = "┃"
    tee: str = "├"
    end: str = "└"
    line: str = "─"
    right: str = "►"
    left: str = "◄"
    ellipsis: str = "…"
    bullet: str = "•"
    pointer: str = "▸"
    spinner: str = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


UNICODE: Final = Glyphs()
ASCII: Final = Glyphs(
    confirmed="x", suspected="?", ruled_out="v", unknown=".", asking=">", dot=" | ", chevron=" > ", caret="^", bar="|",
    cell="#", gap="-", now="!", tee="|", end="`", line="-", right=">", left="<", ellipsis="...", bullet="*",
    pointer=">", spinner="|/-\\",
)  # fmt: skip


class PlainBars(ScrollBarRender):
    """Scroll bars of whole cells, without the framework's eighths of a block."""

    VERTICAL_BARS: ClassVar[list[str]] = [" "] * 8
    HORIZONTAL_BARS: ClassVar[list[str]] = [" "] * 8


def plain_terminal() -> bool:
    """Whether the terminal shows ASCII only: DOCTOR_ASCII says so, its encoding, or the Linux console."""
    if given := os.environ.get("DOCTOR_ASCII"):
        return given != "0"
    return "utf" not in locale.getpreferredencoding(do_setlocale=False).lower() or os.environ.get("TERM") == "linux"


def glyphs_of(widget: Widget) -> Glyphs:
    """The signs of the app that a widget belongs to."""
    found: Glyphs = getattr(widget.app, "glyphs", UNICODE)
    return found
