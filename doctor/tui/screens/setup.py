"""An integration walked step by step, in the words of the provider's console, with the case's values in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from doctor.engine import choose, setup
from doctor.tui import intake, paint, resume
from doctor.tui.screens.page import Exported, Page

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from doctor.engine.choose import Row
    from doctor.engine.instruction import Action, Value
    from doctor.engine.setup import Plan, Step
    from doctor.engine.verify import Check

_DONE = ("done", "verified")
_AGAIN = 20.0
"""Seconds between two looks at a connection that was named."""


class Setup(Page):
    """The steps of one row of the lookup table."""

    NAME = "setup"
    PLACE = "Setup"
    COPIES = True
    ABOUT = (
        "The steps of an integration in the words of the provider's console. Your values stand where they belong; y "
        "copies the chosen one. A step is verified when evidence shows that it is right, and done when you say so "
        "(space). What is kept is the case: the walk goes on where it was left. A connection that is named with f is "
        "asked for every 20 seconds.\n"
        "The first rows are the values that the steps need: enter gives one."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "tick", "Tick", id="tick"),
        Binding("v", "value", "Value", id="value"),
        Binding("f", "file", "File", id="file"),
        Binding("p", "pitfalls", "Pitfalls", id="pitfalls", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.wanted: tuple[str, str] | None = None
        self._row: Row | None = None
        self._plan: Plan | None = None
        self._made_of: Any = self
        self._field = 0
        self._watched: str | None = None

    def body(self) -> ComposeResult:
        """Progress, steps, the chosen step."""
        yield Static(id="progress")
        with Horizontal(id="setup"):
            yield OptionList(id="steps", classes="row")
            with VerticalScroll(id="step"):
                yield Static(id="told")
                yield OptionList(id="fields")
                yield Static(id="checks")

    def on_mount(self) -> None:
        """Keys go through the steps."""
        self.query_one("#steps").focus()
        self.set_interval(_AGAIN, self._look_again)

    # ── painting ──────────────────────────────────────────────────────────────────────────────────────

    def paint_page(self) -> None:
        """Plan anew when the row or the case is another one."""
        if self.wanted is not None:
            provider, url = self.wanted
            self.wanted = None
            self._row = next(row for row in choose.rows_of(self.desk.book, provider) if row.url == url)
            self._made_of = self
        if self._row is None:
            self._from_case()
        if self._row is None:
            told = "Choose a product on the first screen (h): type its name, enter."
            self.query_one("#told", Static).update(Content.styled(told, paint.DIM))
            return
        if self.desk.case is not self._made_of and not self.doctor.busy:
            self._made_of = self.desk.case
            row = self._row
            self.doctor.work("planning", lambda: self.desk.plan(row), self._planned)

    def _from_case(self) -> None:
        """The row that the case was walking."""
        case = self.desk.case
        place = resume.stood(case) if case is not None else None
        if place is not None:
            self._row = resume.row_of(self.desk.book, place[0])

    def _planned(self, plan: Plan) -> None:
        fresh = self._plan is None or self._plan.row != plan.row
        self._plan = plan
        finished = sum(step.status in _DONE for step in plan.steps)
        head = f"{plan.name}{self.glyphs.dot}{plan.title}"
        count = f"{finished} of {len(plan.steps)} steps"
        self.query_one("#progress", Static).update(
            Content.assemble(paint.plain(head, "bold"), "   ", self._meter(finished, len(plan.steps)), f" {count}",
                             (f"   https://{plan.row.url}", paint.DIM))
        )  # fmt: skip
        listed = self.query_one("#steps", OptionList)
        at = listed.highlighted
        listed.clear_options()
        listed.add_options([*(Option(self._step_line(one)) for one in plan.steps), Option(self._values_line(plan))])
        listed.highlighted = self._begin(plan) if fresh or at is None else at

    def _meter(self, finished: int, total: int) -> Content:
        signs = self.glyphs
        full = round(10 * finished / max(total, 1))
        return Content.assemble((signs.cell * full, "$text-success"), (signs.gap * (10 - full), paint.DIM))

    def _begin(self, plan: Plan) -> int:
        """The step where the case stood, else the next one that is open."""
        case = self.desk.case
        place = resume.stood(case) if case is not None else None
        wanted = place[1] if place and place[0] == plan.row.slug else plan.next
        return next((number for number, one in enumerate(plan.steps) if one.id == wanted), 0)

    def _step_line(self, one: Step) -> Content:
        style = paint.STYLES.get(one.status, "")
        mark = paint.mark(one.status, self.glyphs)
        said = "" if one.status == "open" else f"  {one.status}"
        return Content.assemble((f"{mark} ", style), f"{one.number} ", paint.plain(one.title), (said, style))

    def _values_line(self, plan: Plan) -> Content:
        missing = f"{len(plan.missing)} missing" if plan.missing else "all given"
        return Content.assemble("  Values  ", (missing, paint.STYLES["open" if plan.missing else "done"]))

    @on(OptionList.OptionHighlighted, "#steps")
    def looked_at(self) -> None:
        """The step under the cursor, whole."""
        if self._plan is None:
            return
        step = self.step()
        self._fields(self._field_rows())
        if step is None:
            self._values_page(self._plan)
        else:
            self._step_page(step, self._plan)
        self.query_one("#step").scroll_to(0, 0, animate=False)

    def step(self) -> Step | None:
        """The step under the cursor; None on the row of values."""
        at = self.query_one("#steps", OptionList).highlighted
        steps = self._plan.steps if self._plan else ()
        return steps[at] if at is not None and at < len(steps) else None

    def _step_page(self, step: Step, plan: Plan) -> None:
        where = plan.console if step.at == "provider" and plan.console else f"at the {step.at}"
        rows: list[Content | str] = [
            Content.assemble(f"{step.number}. ", paint.plain(step.title, "bold"), "  ", paint.word(step.status)),
            paint.plain(where, paint.DIM),
        ]
        if not step.established and plan.row.setup:
            rows.append(Content.styled("Not established for this product; in general:", "$text-warning"))
        rows += [paint.plain(f"{self.glyphs.bullet} {one.text}") for one in step.actions if one.text is not None]
        for one in step.mapping:
            target = f" to {one['as']}" if one.get("as") else ""
            rows.append(paint.plain(f"  {one['for']}: {one['from']}{target}"))
        self.query_one("#told", Static).update(paint.lines(rows))
        checks = [self._check(one) for one in step.checks] or [Content("Verified by: your word (space).")]
        after = [f"Then the state is {step.state.capitalize()}."] if step.state else []
        self.query_one("#checks", Static).update(paint.lines(["", *after, *checks]))

    def _check(self, one: Check) -> Content:
        rules = f" [{', '.join(one.rules)}]" if one.rules else ""
        head = Content.assemble(
            paint.word(one.verdict, f"{paint.mark(one.verdict, self.glyphs)} {one.verdict}"), "  ",
            paint.plain(one.say + rules),
        )  # fmt: skip
        why = [paint.plain(f"   {one.why}", paint.DIM)] if one.why else []
        tell = [paint.plain(f"   to tell: {one.tell}", paint.DIM)] if one.tell else []
        return paint.lines([head, *why, *tell])

    def _values_page(self, plan: Plan) -> None:
        told = (
            "The values of this setup. Enter gives one; those that a file or the connection tells come by themselves."
        )
        rows: list[Content | str] = [Content.styled("Values", "bold"), Content.styled(told, paint.DIM)]
        rows += [paint.plain(f"contradiction: {said}", "$text-warning") for said in plan.contradictions]
        self.query_one("#told", Static).update(paint.lines(rows))
        checks = [self._check(one) for one in plan.checklist]
        heading = [Content.styled("Checklist", "bold")] if checks else []
        self.query_one("#checks", Static).update(paint.lines(["", *heading, *checks]))

    def _field_rows(self) -> list[tuple[str, str | None, str]]:
        """What can be copied on this page: label, value, and a note."""
        step = self.step()
        if step is None:
            values = self._plan.values if self._plan else ()
            return [(one.label, one.text, one.source or "not given") for one in values]
        return [
            (one.field or "", None if one.missing else one.value, _note(one))
            for one in step.actions
            if one.text is None
        ]

    def _fields(self, rows: list[tuple[str, str | None, str]]) -> None:
        listed = self.query_one("#fields", OptionList)
        listed.display = bool(rows)
        listed.clear_options()
        listed.add_options([Option(self._field_line(*row)) for row in rows])
        if rows:
            listed.highlighted = min(self._field, len(rows) - 1)

    def _field_line(self, label: str, value: str | None, note: str) -> Content:
        shown = (
            Content.styled("not known yet: v gives it", "$text-warning")
            if value is None
            else paint.plain(value, "bold")
        )
        rows = [paint.plain(label, paint.STYLES["notice"]), Content.assemble("  ", shown)]
        return paint.lines([*rows, paint.plain(f"  {note}", paint.DIM)] if note else rows)

    # ── keys ──────────────────────────────────────────────────────────────────────────────────────────

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that have something to act on."""
        if action in ("tick", "value", "file", "pitfalls"):
            return self._plan is not None and (action != "pitfalls" or bool(self._plan.pitfalls))
        return super().check_action(action, parameters)

    def action_tick(self) -> None:
        """Check a step off, or take that back; the cursor goes on."""
        step, row, case = self.step(), self._row, self.desk.case
        if step is None or row is None:
            return
        mark = setup.mark(row, step.id)
        asked = () if case is None else case.asked
        known = mark in asked
        kept = tuple(one for one in asked if one != mark) if known else (*asked, mark)
        listed = self.query_one("#steps", OptionList)
        if not known:
            listed.action_cursor_down()
        here = self.step() or step
        begun = case.provider if case is not None else None
        self.doctor.work(
            "keeping", lambda: self.desk.walk(begun or row.provider, resume.standing(kept, row.slug, here.id))
        )

    @on(OptionList.OptionSelected, "#steps")
    def into_fields(self) -> None:
        """Enter goes to what can be copied."""
        fields = self.query_one("#fields", OptionList)
        if fields.display:
            fields.focus()

    @on(OptionList.OptionSelected, "#fields")
    def field_chosen(self) -> None:
        """Enter on a value: copy it, or give it when it is not known."""
        self._field = self.query_one("#fields", OptionList).highlighted or 0
        if self.copied() and self.step() is not None:
            self.doctor.copy_text(self.copied())
        else:
            self.action_value()

    def action_value(self) -> None:
        """Give a value of this setup."""
        from doctor.tui.screens.dialog import Line

        one = self._value_meant()
        if one is None:
            self.notify("this step needs no value", severity="warning")
            return

        def told(text: str | None) -> None:
            if text:
                row = self._row
                self.doctor.work("keeping", lambda: self.desk.tell_value(row, one.name, text))

        self.app.push_screen(
            Line(one.label, "It is taken verbatim: copy it from where it stands, do not type it.", one.text or ""), told
        )

    def _value_meant(self) -> Value | None:
        """The value under the cursor; in a step the first that it lacks, else the first that the setup lacks."""
        plan, step = self._plan, self.step()
        if plan is None:
            return None
        at = self.query_one("#fields", OptionList).highlighted or 0
        if step is None:
            return plan.values[at] if at < len(plan.values) else None
        lacking = [name for one in step.actions for name in one.missing] or list(plan.missing)
        return next((one for one in plan.values if one.name in lacking), None)

    def action_file(self) -> None:
        """Give a file or a connection; it verifies steps."""
        from doctor.tui.screens.dialog import Line

        about = "Metadata, the connection as JSON, a response: its path or address. Or the id of a connection (conn_…)."
        self.app.push_screen(Line("Give a file or a connection", about, self._watched or ""), self._given)

    def _given(self, text: str | None) -> None:
        if not text:
            return
        dropped = intake.recognised(text, self.desk.book)
        if dropped.kind == "connection":
            self._watched = dropped.word
            self._look_again()
        else:
            self.doctor.work(f"reading {text}", lambda: self.desk.add_input(dropped.word))

    def _look_again(self) -> None:
        """Ask the vendor how the connection stands now; what is verified by it follows."""
        watched = self._watched
        if watched is not None and self.is_current and not self.doctor.busy:
            self.doctor.work(f"asking the vendor about {watched}", lambda: self.desk.add_connection(watched))

    def action_pitfalls(self) -> None:
        """What usually goes wrong with this product."""
        from doctor.tui.screens.dialog import Reading

        if self._plan is None:
            return
        rows: list[Content | str] = []
        for one in self._plan.pitfalls:
            rows += [paint.plain(one["wrong"], "bold"), paint.plain(one["seen"]), paint.plain(f"Fix: {one['fix']}"),
                     paint.plain(one["source"], paint.DIM), ""]  # fmt: skip
        self.app.push_screen(Reading("What usually goes wrong", paint.lines(rows)))

    def copied(self) -> str:
        """The value under the cursor."""
        rows = self._field_rows()
        at = self.query_one("#fields", OptionList).highlighted or 0
        return (rows[at][1] or "") if at < len(rows) else ""

    def exportable(self) -> bool:
        """Whether there is something to give away."""
        return self._plan is not None

    def exports(self) -> Exported | None:
        """The setup, the same as `doctor setup`."""
        if self._plan is None:
            return None
        from doctor.report import json
        from doctor.report import setup as page
        from doctor.report.text import Look

        name = self.desk.case.name if self.desk.case else None
        return Exported(self._plan.row.slug, json.text(page.as_data(self._plan, name)), page.text(self._plan, Look()))


def _note(one: Action) -> str:
    return one.note or ""
