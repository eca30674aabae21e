"""Text for the screen. Everything from outside is made harmless here, and nothing is ever read as markup."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from textual.content import Content

from doctor.report.safe import line as safe

if TYPE_CHECKING:
    from collections.abc import Iterable

    from doctor.tui.glyph import Glyphs

STYLES: Final = {
    "error": "$text-error bold", "warning": "$text-warning bold", "notice": "$text-accent", "info": "$foreground 70%",
    "confirmed": "$text-error bold", "suspected": "$text-warning bold", "crashed": "$text-error bold",
    "ruled-out": "$text-success", "asking": "$text-accent bold", "unknown": "$foreground 70%",
    "not-applicable": "$foreground 70%", "verified": "$text-success bold", "done": "$text-success",
    "failed": "$text-error bold", "open": "$foreground 80%", "holds": "$text-success", "fails": "$text-error bold",
    "pass": "$text-success bold", "fail": "$text-error bold", "undecided": "$text-warning bold",
}  # fmt: skip
"""The colour that goes with a word; the word is always there too."""
DIM: Final = "$foreground 70%"
BOLD: Final = "bold"
ACCENT: Final = "$text-accent bold"


def plain(text: object, style: str = "", limit: int = 2000) -> Content:
    """One line of text from outside: unsafe characters become visible codes."""
    return Content.styled(safe(str(text), limit), style) if style else Content(safe(str(text), limit))


def word(name: str, shown: str | None = None) -> Content:
    """A severity, verdict or status in its colour."""
    return Content.styled(safe(shown or name), STYLES.get(name, ""))


def verdict(name: str, headline: str | None) -> Content:
    """The verdict of a case. One that passes with a cause has a proven warning: nobody would call that a pass."""
    return word("warning", "cause found") if name == "pass" and headline else word(name)


def lines(parts: Iterable[Content | str]) -> Content:
    """Parts under each other."""
    return Content("\n").join([part if isinstance(part, Content) else Content(part) for part in parts])


def chosen(names: Iterable[str], one: str) -> Content:
    """Names beside each other, the chosen one in brackets: no colour has to say which it is. Each has two columns more
    than its name."""
    return Content.assemble(
        *((f"[{name}]", "$text-accent bold") if name == one else (f" {name} ", "") for name in names)
    )


def mark(verdict: str, glyphs: Glyphs) -> str:
    """The sign of a verdict or of a step's status."""
    signs = {
        "confirmed": glyphs.confirmed, "suspected": glyphs.suspected, "ruled-out": glyphs.ruled_out,
        "unknown": glyphs.unknown, "asking": glyphs.asking, "crashed": glyphs.crashed, "not-applicable": glyphs.none,
        "verified": glyphs.ruled_out, "done": glyphs.ruled_out, "failed": glyphs.confirmed, "open": glyphs.unknown,
        "holds": glyphs.ruled_out, "fails": glyphs.confirmed,
    }  # fmt: skip
    return signs.get(verdict, glyphs.none)


def value(given: Any) -> str:
    """A fact's value as a person reads it."""
    if isinstance(given, bool):
        return "yes" if given else "no"
    if given is None:
        return "absent"
    if isinstance(given, dict) and set(given) == {"unknown"}:
        return f"unknown ({given['unknown']})"
    return safe(str(given), 400)


def source(told: str) -> str:
    """Where a value comes from, for somebody who gives values by keys: no options of the command line."""
    if told == "--sp-metadata":
        return "metadata of the service provider"
    return "your word" if told.startswith("--") or told in ("answer", "the command line") else told


def ending(text: str, style: str, limit: int) -> Content:
    """A long text by its end, as of a path, where the name tells most."""
    return plain(text if len(text) <= limit else f"...{text[3 - limit :]}", style, limit)


def pad(text: str, width: int, ellipsis: str = "…") -> str:
    """The text in exactly so many columns; a longer one is cut."""
    from rich.cells import cell_len, set_cell_size

    shown = safe(text, 400)
    if cell_len(shown) > width:
        return set_cell_size(shown, max(0, width - len(ellipsis))) + ellipsis
    return set_cell_size(shown, width)
