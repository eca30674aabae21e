"""One finding in full: what is wrong, both values, who must do what, and what it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from doctor.report.text import WHO
from doctor.report.words import facts
from doctor.tui import paint
from doctor.tui.glyph import glyphs_of
from doctor.tui.widgets.difference import Difference

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from textual.widget import Widget

    from doctor.model.finding import Finding
    from doctor.tui.glyph import Glyphs


class FindingView(VerticalScroll, can_focus=True):
    """Shows a finding; without one, what it is told to say instead."""

    DEFAULT_CSS = "FindingView > Static { height: auto; }"

    def show(self, found: Finding, product: str | None = None, file: str = "") -> None:
        """Show this finding. `product` names the identity provider's product, `file` one of several that it is of."""
        self._fill(parts(found, product, glyphs_of(self), file))

    def say(self, *told: Content) -> None:
        """Show this instead."""
        self._fill(Static(one) for one in told)

    def _fill(self, widgets: Iterator[Widget]) -> None:
        with self.app.batch_update():
            self.remove_children()
            self.mount_all(list(widgets))
        self.scroll_to(0, 0, animate=False)


def parts(found: Finding, product: str | None, glyphs: Glyphs, file: str = "") -> Iterator[Widget]:
    """The widgets of a finding, from above to below; the two values first, so that a small terminal shows them."""
    yield Static(paint.lines([heading(found), *([paint.plain(f"in {file}", paint.DIM)] if file else [])]))
    if found.expected is not None and found.actual is not None:
        values = _values(found)
        values.add_class("part")
        yield values
    if found.message != found.title:
        yield Static(paint.plain(found.message), classes="part")
    if found.fix and found.severity != "info":
        yield Static(_fix(found, product), classes="part")
    if found.verdict == "suspected" and found.needs:
        yield Static(needed(found), classes="part")
    elif found.evidence:
        told = ((one.fact, one.value, one.source) for one in found.evidence[:8])
        yield Static(because(told, glyphs), classes="part")
    yield Static(_rests_on(found, glyphs), classes="part")


def _values(found: Finding) -> Widget:
    """Values that are compared stand under each other; where they are sentences, each is a paragraph."""
    expected, actual = found.expected or "", found.actual or ""
    if found.difference or " " not in expected.strip():
        return Difference(expected, actual, found.difference)
    pairs = (("Expected", expected), ("Received", actual))
    return Static(paint.lines(Content.assemble((f"{name}  ", "bold"), paint.plain(text)) for name, text in pairs))


def heading(found: Finding) -> Content:
    """Severity, id, verdict and title."""
    verdict = Content("") if found.verdict == "confirmed" else Content.assemble("  ", paint.word(found.verdict))
    return Content.assemble(
        paint.word(found.severity), "  ", paint.plain(found.id, "bold"), verdict, "\n", paint.plain(found.title, "bold")
    )


def _fix(found: Finding, product: str | None) -> Content:
    who = f"{product} admin" if found.who == "idp-admin" and product else WHO.get(found.who or "", found.who or "")
    steps = [Content.assemble(f"{number}. ", paint.plain(text)) for number, text in enumerate(found.fix, 1)]
    return paint.lines([Content.assemble(("Fix", "bold"), (f" ({who})" if who else "", paint.DIM)), *steps])


def needed(found: Finding) -> Content:
    """What would decide it, by what people call it."""
    return Content.assemble(("Not decided yet: needs ", "bold"), paint.plain(facts(found.needs)))


def because(told: Iterable[tuple[str, object, str]], glyphs: Glyphs) -> Content:
    """What a verdict follows from: facts by what people call them, each with its value and its source."""
    rows = [
        Content.assemble(
            f"{glyphs.bullet} ", paint.plain(f"{facts((name,))}: {paint.value(value)}", limit=300), "  ",
            paint.plain(paint.source(source), paint.DIM, 120),
        )
        for name, value, source in told
    ]  # fmt: skip
    return paint.lines([Content.styled("Because", "bold"), *rows])


def _rests_on(found: Finding, glyphs: Glyphs) -> Content:
    rows: list[Content | str] = [Content.styled("Rests on", "bold")]
    for one in found.cite:
        rows.append(Content.assemble(f"{glyphs.bullet} ", paint.plain(one.title)))
        rows.append(paint.plain(f"  {one.url}", paint.DIM))
    if found.elsewhere is not None and found.elsewhere.accept:
        rows.append(paint.plain(f"Passes in {', '.join(found.elsewhere.accept)}.", paint.DIM))
        if found.elsewhere.refuse:
            rows.append(paint.plain(f"Refused by {', '.join(found.elsewhere.refuse)}.", paint.DIM))
    return paint.lines(rows)
