"""The kept cases: name, verdict, age and cause of each, the latest first."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from doctor.tui import paint
from doctor.tui.glyph import glyphs_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from doctor.sources.case_store import Row

_STEPS: Final = ((365 * 86400, "year"), (30 * 86400, "month"), (7 * 86400, "week"), (86400, "day"), (3600, "hour"),
                 (60, "minute"))  # fmt: skip


class Cases(OptionList):
    """A list of cases; `chosen` is the one under the cursor."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  (the framework's name)
        super().__init__(id=id)
        self.kept: list[Row] = []

    @property
    def chosen(self) -> str | None:
        """The name of the case under the cursor."""
        at = self.highlighted
        return self.kept[at].name if at is not None and at < len(self.kept) else None

    def show(self, found: Sequence[Row], here: str | None, now: datetime) -> None:
        """Show these; the case `here` is marked. `now` is the moment that ages are told for."""
        at, self.kept = self.highlighted, list(found)
        self.clear_options()
        self.add_options([Option(self._drawn(one, here, now)) for one in found])
        if not found:
            self.say("None yet. What you drop above begins one.")
        elif at is not None:
            self.highlighted = min(at, len(found) - 1)

    def on_focus(self) -> None:
        """The keys act on a case from the first moment."""
        if self.highlighted is None and self.kept:
            self.highlighted = 0

    def say(self, text: str) -> None:
        """Say this instead."""
        self.kept = []
        self.clear_options()
        self.add_option(Option(paint.plain(text, paint.DIM), disabled=True))

    def _drawn(self, one: Row, here: str | None, now: datetime) -> Content:
        mark = glyphs_of(self).pointer if one.name == here else " "
        open_ = Content.styled("  open now", paint.DIM) if one.name == here else Content("")
        told = one.headline or "no cause yet"
        verdict = paint.verdict(one.verdict or "undecided", one.headline)
        return Content.assemble(
            f"{mark} ", paint.plain(one.name, "bold", 40), open_, "\n   ", verdict, "  ",
            (age(one.updated, now), paint.DIM), "  ", paint.plain(told, paint.DIM, 60),
        )  # fmt: skip


def age(moment: str, now: datetime) -> str:
    """How long ago a moment (ISO 8601) was, in the largest unit that fits."""
    try:
        then = datetime.fromisoformat(moment)
    except ValueError:
        return moment[:16]
    passed = (now - (then if then.tzinfo else then.replace(tzinfo=UTC))).total_seconds()
    for seconds, unit in _STEPS:
        if passed >= seconds:
            count = int(passed // seconds)
            return f"{count} {unit}{'s' * (count != 1)} ago"
    return "just now" if passed > -60 else moment[:10]
