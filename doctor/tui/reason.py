"""What a diagnosis says on the screen: the cause, the rows of its tree, why a step is where it is, how to go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.content import Content

from doctor.engine.diagnosis import BEGIN
from doctor.tui import paint
from doctor.tui.widgets.finding import because, needed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from doctor.engine.diagnose import Diagnosis
    from doctor.engine.retract import Given
    from doctor.model.finding import Finding
    from doctor.tui.glyph import Glyphs
    from doctor.tui.ways import Way

_BEGIN: Final = (
    "Say what happens: paste the error text, a log line or the whole ticket on the first screen (h).",
    "Or add a file (a): metadata, a captured response, the connection as the vendor's API shows it.",
    "Or take a connection from the vendor's list (l).",
)
"""What the app says where the command line names its options."""
_WORDS: Final = {
    "confirmed": "CONFIRMED", "ruled-out": "ruled out", "not-applicable": "not needed", "asking": "asked now",
}  # fmt: skip


def cause(found: Diagnosis | None) -> Content:
    """The headline: what is proven, or suspected."""
    if found is None:
        return Content("There is no evidence yet.")
    one = next((each for each in found.findings if each.id == found.headline), None)
    if one is None:
        return Content("No cause is proven or suspected yet.")
    word = "The cause: " if one.verdict == "confirmed" else "Suspected: "
    rest = Content.styled(f"  [{one.id}]", paint.DIM)
    head = Content.assemble((word, paint.STYLES[str(one.verdict)]), paint.plain(one.title, "bold"), rest)
    if one.verdict != "confirmed":
        return head
    return Content.assemble(head, ("   n: the note to those who must act", paint.DIM))


def row(one: Way, signs: Glyphs) -> Content:
    """A row of the tree; its sign stands before the name, its verdict in words behind it."""
    if one.kind == "tree":
        return paint.plain(one.text, "bold", 120)
    stem = f"{signs.bar}  " * (one.depth - 1) + f"{signs.tee}{signs.line} "
    if one.kind == "branch":
        return Content.assemble((stem, paint.DIM), paint.plain(one.text, paint.DIM, 200))
    style = paint.STYLES.get(one.verdict, "")
    text = paint.pad(one.text, max(34 - 3 * one.depth, 20), signs.ellipsis)
    sign = (f"{paint.mark(one.verdict, signs)} ", style)
    return Content.assemble((stem, paint.DIM), sign, text, " ", (_WORDS.get(one.verdict, one.verdict), style))


def judged(one: Way, finding: Finding | None, signs: Glyphs) -> Content:
    """Why a step is ruled out, unknown or not needed."""
    head = Content.assemble(paint.word(one.verdict, _WORDS.get(one.verdict)), "  ", paint.plain(one.text, "bold"))
    rows: list[Content | str] = [head]
    if finding is not None:
        rows.append(paint.plain(finding.title))
    step = one.step or {}
    told = [(each["fact"], each["value"], each["source"] or "") for each in step.get("facts", ())]
    rows += ["", because(told, signs)] if told else []
    if finding is not None and finding.needs:
        rows += ["", needed(finding)]
    if step.get("wrong_if"):
        rows += ["", paint.plain(step["wrong_if"], paint.DIM)]
    return paint.lines(rows)


def advised(found: Diagnosis, signs: Glyphs) -> Content:
    """How to go on where nothing is proven, and what was noticed in the texts."""
    rows: list[Content | str] = []
    for one in found.advice:
        rows.append(paint.plain(one.title, "bold"))
        rows += [paint.plain(f"{signs.bullet} {text}") for text in (_BEGIN if one.id == BEGIN.id else one.text)]
        rows += [paint.plain(f"{signs.bullet} send: {text}") for text in one.send]
    rows += [paint.plain(f"error text: {one.entry['means']}") for one in found.reported[:5]]
    for noticed in found.noticed:
        look = f" ({noticed.look})" if noticed.look else ""
        rows.append(paint.plain(f"{noticed.kind}: {noticed.value}{look}", limit=200))
    return paint.lines(rows)


def given(rows: Iterable[Given]) -> list[str]:
    """What a case was given, a line for each."""
    return [_line(one) for one in rows]


def _line(one: Given) -> str:
    if one.kind == "document":
        return f"document  {one.label}"
    source = f"   ({paint.source(one.source)})" if one.source else ""
    return f"{one.label}: {paint.value(one.value)}{source}" if one.kind == "answer" else f"text  {one.value}"
