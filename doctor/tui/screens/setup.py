"""An integration walked step by step, in the words of the provider's console, with the case's values in it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from doctor.engine import choose, setup
from doctor.tui import paint, resume, walk
from doctor.tui.screens.page import Exported, Page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from doctor.engine.choose import Row
    from doctor.engine.instruction import Value
    from doctor.engine.setup import Plan, Step
_AGAIN = 20.0
"""Seconds between two looks at a connection that was named."""


class Setup(Page):
    """The steps of one row of the lookup table."""

    NAME = "setup"
    FIRST = "#steps"
    PLACE = "Setup"
    PARTS: ClassVar[Mapping[str, str]] = {"steps": "steps", "step": "step", "fields": "values"}
    COPIES = True
    ABOUT = (
        "The steps of an integration in the words of the provider's console. Your values stand where they belong; y "
        "copies the chosen one. A step is verified when evidence shows that it is right, and done when you say so "
        "(space). Evidence is a value (v), a file or a connection (f), or what you tell of the console (t). A "
        "connection that is named with f is asked for every 20 seconds.\n"
        "All is kept with the case, your notes (m) too: the walk goes on where it was left. The last row has all the "
        "values that the steps need: enter gives one."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "tick", "Tick", id="tick"),
        Binding("v", "value", "Value", id="value"),
        Binding("f", "file", "File", id="file"),
        Binding("t", "tell", "Tell", id="tell"),
        Binding("m", "note", "Note", id="note-step"),
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
        self._cases = 0

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
        """Look again now and then."""
        self.set_interval(_AGAIN, self._look_again)

    # ── painting ──────────────────────────────────────────────────────────────────────────────────────

    def paint_page(self) -> None:
        """Plan anew when the row or the case is another one."""
        if self._cases != self.desk.cases:
            self._cases = self.desk.cases
            self._row = self._plan = self._watched = None
        if self.wanted is not None:
            provider, url = self.wanted
            self.wanted = None
            self._row = next(row for row in choose.rows_of(self.desk.book, provider) if row.url == url)
            self._made_of = self
        if self._row is None:
            self._from_case()
        if self._row is None:
            self._empty()
        elif self.desk.case is not self._made_of and not self.doctor.busy:
            self._made_of = self.desk.case
            row = self._row
            self.doctor.work("planning", lambda: self.desk.plan(row), self._planned)

    def _empty(self) -> None:
        self.query_one("#steps", OptionList).clear_options()
        self._fields([])
        told = "Choose a product on the first screen (h): type its name, enter."
        for name, said in (("told", Content.styled(told, paint.DIM)), ("progress", ""), ("checks", "")):
            self.query_one(f"#{name}", Static).update(said)

    def _from_case(self) -> None:
        """The row that the case was walking."""
        case = self.desk.case
        place = resume.stood(case) if case is not None else None
        if place is not None:
            self._row = resume.row_of(self.desk.book, place[0])

    def _planned(self, plan: Plan) -> None:
        fresh = self._plan is None or self._plan.row != plan.row
        self._plan = plan
        self.query_one("#progress", Static).update(walk.progress(plan, self.glyphs))
        listed = self.query_one("#steps", OptionList)
        at = listed.highlighted
        rows = [walk.row(one, self._note(one), self.glyphs) for one in plan.steps]
        listed.clear_options()
        listed.add_options([Option(one) for one in (*rows, walk.values_row(plan))])
        listed.highlighted = self._begin(plan) if fresh or at is None else at

    def _note(self, one: Step) -> str:
        return resume.note(self.desk.case, self._row.slug, one.id) if self._row is not None else ""

    def _begin(self, plan: Plan) -> int:
        """The step where the case stood, else the next one that is open."""
        case = self.desk.case
        place = resume.stood(case) if case is not None else None
        wanted = place[1] if place and place[0] == plan.row.slug else plan.next
        return next((number for number, one in enumerate(plan.steps) if one.id == wanted), 0)

    @on(OptionList.OptionHighlighted, "#steps")
    def looked_at(self) -> None:
        """The step under the cursor, whole."""
        if self._plan is None:
            return
        step, signs = self.step(), self.glyphs
        self._fields(walk.fields(step, self._plan))
        if step is None:
            told, proof = walk.values_page(self._plan), walk.checklist(self._plan, signs)
        else:
            told, proof = walk.page(step, self._plan, signs), walk.proof(step, self._note(step), signs)
        self.query_one("#told", Static).update(told)
        self.query_one("#checks", Static).update(proof)
        self.query_one("#step").scroll_to(0, 0, animate=False)

    def step(self) -> Step | None:
        """The step under the cursor; None on the row of values."""
        at = self.query_one("#steps", OptionList).highlighted
        steps = self._plan.steps if self._plan else ()
        return steps[at] if at is not None and at < len(steps) else None

    def _fields(self, rows: list[walk.Field]) -> None:
        listed = self.query_one("#fields", OptionList)
        listed.display = bool(rows)
        listed.clear_options()
        listed.add_options([Option(walk.field(one)) for one in rows])
        if rows:
            listed.highlighted = min(self._field, len(rows) - 1)

    # ── keys ──────────────────────────────────────────────────────────────────────────────────────────

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that have something to act on."""
        if action == "tell":
            step = self.step() if self.is_mounted else None
            return step is not None and bool(walk.told_by(step))
        if action in ("tick", "value", "file", "note", "pitfalls"):
            return self._plan is not None and (action != "pitfalls" or bool(self._plan.pitfalls))
        return super().check_action(action, parameters)

    def left_field(self) -> bool:
        """Escape leaves the values for the steps, before it leaves the screen."""
        if not self.query_one("#fields").has_focus:
            return super().left_field()
        self.query_one("#steps").focus()
        return True

    def action_tick(self) -> None:
        """Check a step off, or take that back; the cursor goes on."""
        step, row = self.step(), self._row
        if step is None or row is None:
            return
        if step.status == "failed":
            self.notify("This step fails; mend what is wrong first. It is verified by itself then.", severity="warning")
            return
        mark = setup.mark(row, step.id)
        if mark not in self._asked():
            self.query_one("#steps", OptionList).action_cursor_down()
        self._walked(partial(resume.ticking, mark=mark), self.step() or step)

    def _asked(self) -> tuple[str, ...]:
        return () if self.desk.case is None else self.desk.case.asked

    def _walked(self, change: Callable[[tuple[str, ...]], tuple[str, ...]], here: Step) -> None:
        """Change what is checked off or noted in the case as it will be then, and keep where one stands."""
        row = self._row
        if row is not None:
            begun = row.provider
            self.doctor.work(
                "keeping",
                lambda: self.desk.walk(begun, lambda asked: resume.standing(change(asked), row.slug, here.id)),
            )

    def action_note(self) -> None:
        """Note something of this step."""
        from doctor.tui import giving

        step, row = self.step(), self._row
        if step is not None and row is not None:
            giving.note(
                self.doctor, step.number, self._note(step),
                lambda text: self._walked(lambda asked: resume.noting(asked, row.slug, step.id, text), step),
            )  # fmt: skip

    def action_tell(self) -> None:
        """Tell what decides a check of this step."""
        from doctor.tui import giving

        step = self.step()
        if step is not None:
            giving.word(self.doctor, self._row.provider if self._row else None, walk.told_by(step))

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
        from doctor.tui import giving

        one = self._value_meant()
        if one is None:
            self.notify("this step lacks no value; the row Values changes them", severity="warning")
        else:
            giving.value(self.doctor, self._row, one)

    def _value_meant(self) -> Value | None:
        """The value under the cursor; in a step the first that it lacks, else the first that the setup lacks."""
        plan, step, fields = self._plan, self.step(), self.query_one("#fields", OptionList)
        if plan is None:
            return None
        if step is None and fields.has_focus:
            return plan.values[fields.highlighted or 0]  # it has rows, or it could not have the keys
        lacking = [name for one in step.actions for name in one.missing] if step is not None else []
        wanted = next((one for one in plan.values if one.name in (lacking or plan.missing)), None)
        return wanted or next((one for one in plan.values if step is None), None)

    def action_file(self) -> None:
        """Give a file or a connection; it verifies steps."""
        from doctor.tui import giving

        giving.evidence(self.doctor, self._watched or "", self._watch)

    def _watch(self, connection: str) -> None:
        self._watched = connection
        self._look_again()

    def _look_again(self) -> None:
        """Ask the vendor how the connection stands now; what is verified by it follows."""
        watched = self._watched
        if watched is not None and self.is_current and self._cases == self.desk.cases and not self.doctor.busy:
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
        rows = walk.fields(self.step(), self._plan) if self._plan is not None else []
        at = self.query_one("#fields", OptionList).highlighted or 0
        return (rows[at].value or "") if at < len(rows) else ""

    def exports(self) -> Exported | None:
        """The setup, the same as `doctor setup`."""
        if self._plan is None:
            return None
        from doctor.report import json
        from doctor.report import setup as page
        from doctor.report.text import Look

        name = self.desk.case.name if self.desk.case else None
        return Exported(self._plan.row.slug, json.text(page.as_data(self._plan, name)), page.text(self._plan, Look()))
