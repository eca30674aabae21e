"""The signs that screens draw with, and what stands in for them where a terminal knows ASCII only."""

from __future__ import annotations

import locale
import os
import sys
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
    """Whether the terminal shows ASCII only: DOCTOR_ASCII says so, its locale or encoding, or the Linux console."""
    if given := os.environ.get("DOCTOR_ASCII"):
        return given != "0"
    if _named_locale() in ("C", "POSIX") or os.environ.get("TERM") == "linux":
        return True
    return "utf" not in locale.getpreferredencoding(do_setlocale=False).lower()


def _named_locale() -> str:
    """The locale that the environment names, without what Python put there itself.

    In the locales C and POSIX Python turns UTF-8 on and sets LC_CTYPE (PEP 538, PEP 540), which hides what was asked.
    """
    coerced = _utf8_mode() and os.environ.get("LC_CTYPE") == "C.UTF-8"
    names = ("LC_ALL", "LANG") if coerced else ("LC_ALL", "LC_CTYPE", "LANG")
    return next((os.environ[name] for name in names if os.environ.get(name)), "")


def _utf8_mode() -> bool:
    return bool(sys.flags.utf8_mode)


def glyphs_of(widget: Widget) -> Glyphs:
    """The signs of the app that a widget belongs to."""
    found: Glyphs = getattr(widget.app, "glyphs", UNICODE)
    return found
