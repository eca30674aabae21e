"""What the walk through a setup says: the rows of its steps, the page of one, its values, what verifies it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from textual.content import Content

from doctor.report import tell
from doctor.tui import paint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from doctor.engine.setup import Plan, Step
    from doctor.engine.verify import Check, Way
    from doctor.tui.glyph import Glyphs

VERIFIED: Final = "verified"
FINISHED: Final = ("done", VERIFIED)
_GIVEN: Final = {
    "connection": "the connection as JSON, or its id (f)", "sp-metadata": "the metadata of the service provider (f)",
    "idp-metadata": "the metadata of the identity provider (f)", "saml-response": "a captured response (f)",
    "oidc-discovery": "the discovery document (f)",
}  # fmt: skip
"""What the keys of this screen give, by the kind of document."""


class Field(NamedTuple):
    """Something to copy: what the console calls it, the value (None: not known yet), and a note."""

    label: str
    value: str | None
    note: str


def here(ways: Iterable[Way]) -> str:
    """How something is told with the keys of this screen."""
    return tell.joined(tell.framed(one, _keys(one)) for one in ways)


def _keys(way: Way) -> Iterator[str]:
    if way.text:
        yield way.text
    if way.set:
        yield "your word (t)"
    if way.values:
        yield "the values (v)" if len(way.values) > 1 else "the value (v)"
    if way.give:
        yield _GIVEN[way.give]


def told_by(step: Step) -> tuple[str, ...]:
    """The facts that a person can tell to decide what is open in a step."""
    ways = [way for one in step.checks for way in one.tell]
    return tuple(dict.fromkeys(name for way in ways for name, _ in way.set))


def progress(plan: Plan, signs: Glyphs) -> Content:
    """The product, how far the walk is, and how much of that is proven."""
    finished, total = sum(step.status in FINISHED for step in plan.steps), len(plan.steps)
    verified = sum(step.status == VERIFIED for step in plan.steps)
    full = round(10 * finished / max(total, 1))
    return Content.assemble(
        paint.plain(f"{plan.name}{signs.dot}{plan.title}", "bold"), "   ", (signs.cell * full, "$text-success"),
        (signs.gap * (10 - full), paint.DIM), f" {finished} of {total} steps, {verified} verified",
        (f"   https://{plan.row.url}", paint.DIM),
    )  # fmt: skip


def row(one: Step, note: str, signs: Glyphs) -> Content:
    """A step in the list."""
    style = paint.STYLES.get(one.status, "")
    holding = sum(check.verdict == "holds" for check in one.checks)
    partly = f"  {holding} of {len(one.checks)}" if 0 < holding < len(one.checks) else ""
    said = partly if one.status == "open" else f"  {one.status}{partly if one.status == 'done' else ''}"
    noted = Content.styled("  note", paint.DIM) if note else Content("")
    return Content.assemble(
        (f"{paint.mark(one.status, signs)} ", style), f"{one.number} ", paint.plain(one.title), (said, style), noted
    )


def values_row(plan: Plan) -> Content:
    """The last row of the list."""
    missing = f"{len(plan.missing)} missing" if plan.missing else "all given"
    return Content.assemble("  Values  ", (missing, paint.STYLES["open" if plan.missing else "done"]))


def page(step: Step, plan: Plan, signs: Glyphs) -> Content:
    """What to do in a step."""
    where = plan.console if step.at == "provider" and plan.console else f"at the {step.at}"
    rows: list[Content | str] = [
        Content.assemble(f"{step.number}. ", paint.plain(step.title, "bold"), "  ", paint.word(step.status)),
        paint.plain(where, paint.DIM),
    ]
    if not step.established and plan.row.setup:
        rows.append(Content.styled("Not established for this product; in general:", "$text-warning"))
    rows += [paint.plain(f"{signs.bullet} {one.text}") for one in step.actions if one.text is not None]
    for one in step.mapping:
        target = f" to {one['as']}" if one.get("as") else ""
        rows.append(paint.plain(f"  {one['for']}: {one['from']}{target}"))
    return paint.lines(rows)


def proof(step: Step, note: str, signs: Glyphs) -> Content:
    """How doctor knows that a step is right, and what somebody noted of it."""
    checks = [check(one, signs) for one in step.checks] or [Content("Only you can tell (space).")]
    after: list[Content | str] = [f"Then the state is {step.state.capitalize()}."] if step.state else []
    noted: list[Content | str] = ["", Content.assemble(("Your note  ", "bold"), paint.plain(note))] if note else []
    return paint.lines(["", *after, Content.styled("How doctor knows", "bold"), *checks, *noted])


def check(one: Check, signs: Glyphs) -> Content:
    """One check with its verdict, why, and how to tell it."""
    rules = f" [{', '.join(one.rules)}]" if one.rules else ""
    head = Content.assemble(
        paint.word(one.verdict, f"{paint.mark(one.verdict, signs)} {one.verdict}"), "  ", paint.plain(one.say + rules)
    )
    why = [paint.plain(f"   {one.why}", paint.DIM)] if one.why else []
    ways = [paint.plain(f"   to tell: {here(one.tell)}", paint.DIM)] if one.tell else []
    return paint.lines([head, *why, *ways])


def values_page(plan: Plan) -> Content:
    """What stands over the list of values: what the setup rests on."""
    told = "The values of this setup. Enter gives one; those that a file or the connection tells come by themselves."
    return paint.lines([Content.styled("Values", "bold"), Content.styled(told, paint.DIM), *_about(plan)])


def _about(plan: Plan) -> Iterator[Content]:
    if not plan.row.setup:
        yield Content.styled(
            "What this console calls things is not established; the steps are general.", "$text-warning"
        )
    if plan.note:
        yield paint.plain(plan.note)
    if plan.source:
        yield paint.plain(f"Source: {plan.source} (confidence: {plan.confidence})", paint.DIM)
    for said in plan.contradictions:
        yield paint.plain(f"contradiction: {said}", "$text-warning")


def checklist(plan: Plan, signs: Glyphs) -> Content:
    """What must hold in the end."""
    heading = [Content.styled("Checklist", "bold")] if plan.checklist else []
    return paint.lines(["", *heading, *(check(one, signs) for one in plan.checklist)])


def fields(step: Step | None, plan: Plan) -> list[Field]:
    """What can be copied: in a step what goes into the console, else the values of the setup."""
    if step is None:
        return [Field(one.label, one.text, paint.source(one.source or "not given")) for one in plan.values]
    return [
        Field(one.field or "", None if one.missing else one.value, one.note or "")
        for one in step.actions
        if one.text is None
    ]


def field(one: Field) -> Content:
    """A field of the console over its value."""
    shown = paint.plain(one.value, "bold") if one.value is not None else Content.styled(_UNKNOWN, "$text-warning")
    rows = [paint.plain(one.label, paint.STYLES["notice"]), Content.assemble("  ", shown)]
    return paint.lines([*rows, paint.plain(f"  {one.note}", paint.DIM)] if one.note else rows)


_UNKNOWN: Final = "not known yet: v gives it"
