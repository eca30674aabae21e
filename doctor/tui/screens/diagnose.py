"""The diagnosis: the tree as it fills in, the evidence of each step, one question at a time, the cause."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from doctor.tui import paint, reason
from doctor.tui.screens.page import Exported, Page
from doctor.tui.ways import Way, ways
from doctor.tui.widgets.finding import FindingView
from doctor.tui.widgets.question import Question

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from doctor.engine.diagnose import Asking, Diagnosis
    from doctor.model.finding import Finding


class Diagnose(Page):
    """The case, and what it comes to."""

    NAME = "diagnose"
    PLACE = "Diagnose"
    PARTS: ClassVar[Mapping[str, str]] = {"list": "tree", "detail": "evidence", "reply": "answer", "answers": "answers"}
    COPIES = True
    ABOUT = (
        "All evidence of the case together. The tree shows what is considered, in order: confirmed, suspected, ruled "
        "out, or unknown, each with the facts that decided it and where they were seen.\n"
        "A question comes only when nothing else can tell. Answer it, or say that you do not know: both are kept. b "
        "takes the last answer back; t lists all that the case was given, to change or take back any of it. When the "
        "cause is proven, n writes the note to the person who must act."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "note", "Note", id="note"),
        Binding("enter", "explain", "Explain", id="explain", show=False),
        Binding("u", "unknown", "Don't know", id="unknown"),
        Binding("w", "how", "Find out how", id="how", show=False),
        Binding("b", "undo", "Take back", id="undo"),
        Binding("t", "told", "Told", id="told"),
        Binding("p", "probe", "Probe SCIM", id="probe"),
        Binding("a", "add", "Add evidence", id="add", show=False),
        Binding("o", "evidence", "Evidence", id="evidence", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._ways: list[Way] = []
        self._found: Diagnosis | None = None
        self._turn = 0
        self._asked_focus = False

    def body(self) -> ComposeResult:
        """Headline, tree with detail, question."""
        yield Static(id="headline")
        with Horizontal(id="diagnosis"):
            with Vertical(id="tree"):
                yield OptionList(id="list", classes="row")
            yield FindingView(id="detail")
        yield Question(id="question")

    def begin(self) -> None:
        """The keys go to the question, when there is one."""
        self._asked_focus = False
        super().begin()

    def paint_page(self) -> None:
        """Paint the diagnosis as it stands."""
        found = self.desk.found
        self.query_one("#headline", Static).update(reason.cause(found))
        if found is None:
            self._empty()
            return
        if found is not self._found:
            self._found = found
            self._turn = 0
            self._tree(found)
        self._question(found)

    def _empty(self) -> None:
        self._found, self._ways = None, []
        self.query_one("#list", OptionList).clear_options()
        self.query_one(Question).display = False
        told = "Drop an error text, a ticket, metadata or a captured sign-in on the first screen (h)."
        self.query_one("#detail", FindingView).say(Content.styled(told, paint.DIM))

    # ── the tree ──────────────────────────────────────────────────────────────────────────────────────

    def _tree(self, found: Diagnosis) -> None:
        kept = self._at()
        self._ways = ways(found, self.desk.book)
        listed = self.query_one("#list", OptionList)
        listed.clear_options()
        listed.add_options([Option(reason.row(one, self.glyphs), disabled=one.kind != "step") for one in self._ways])
        if not self._ways:
            listed.add_option(Option("Nothing leads into a tree yet.", disabled=True))
            self.query_one("#detail", FindingView).say(reason.advised(found, self.glyphs))
            return
        listed.highlighted = self._best(found, kept)

    def _at(self) -> str | None:
        at = self.query_one("#list", OptionList).highlighted
        return self._ways[at].rule if at is not None and at < len(self._ways) else None

    def _best(self, found: Diagnosis, kept: str | None) -> int:
        """The headline, else what is asked about, else the row where the cursor was, else the first step."""
        wanted = [found.headline, *(found.needs[0].decides[:1] if found.needs else ()), kept]
        for name in wanted:
            for number, one in enumerate(self._ways):
                if name is not None and one.rule == name:
                    return number
        return next(number for number, one in enumerate(self._ways) if one.kind == "step")

    @on(OptionList.OptionHighlighted, "#list")
    def looked_at(self, event: OptionList.OptionHighlighted) -> None:
        """The detail of the step under the cursor."""
        if event.option_index < len(self._ways):
            self._detail(self._ways[event.option_index])

    def _detail(self, one: Way) -> None:
        view = self.query_one("#detail", FindingView)
        finding = self._finding(one.rule)
        if finding is not None and finding.verdict in ("confirmed", "suspected", "crashed"):
            view.show(finding, self.desk.product())
        else:
            view.say(reason.judged(one, finding, self.glyphs))

    def _finding(self, rule: str | None) -> Finding | None:
        found = self._found
        return next((each for each in found.findings if each.id == rule), None) if found and rule else None

    # ── the question ──────────────────────────────────────────────────────────────────────────────────

    def _question(self, found: Diagnosis) -> None:
        question = self.query_one(Question)
        asking = found.needs[self._turn % len(found.needs)] if found.needs else None
        shown = question.display
        question.display = asking is not None
        self.query_one("#diagnosis").set_class(asking is not None, "-asking")
        if asking is None:
            question.asking = None
            if shown and question.has_focus_within:
                self.query_one("#list").focus()
            return
        another = question.put(asking, others=len(found.needs) > 1)
        if not self._asked_focus or (another and question.has_focus_within):
            self._asked_focus = True
            question.take_focus()

    @on(Question.Answered)
    def answered(self, event: Question.Answered) -> None:
        """An answer: kept, then the tree again."""
        asking, facts, text = event.asking, event.facts, event.text
        if facts is not None:
            self.doctor.work("thinking", lambda: self.desk.answer(asking, facts))
        else:
            from doctor.tui import giving

            giving.meant(self.doctor, text, lambda: self.doctor.work("thinking", lambda: self._typed(asking, text)))

    def _typed(self, asking: Asking, text: str) -> None:
        """A typed answer: a value, or a file where a file is wanted or named."""
        from doctor.engine import answer
        from doctor.tui import intake

        dropped = intake.recognised(text, self.desk.book)
        if asking.kind == "document" or dropped.kind == "path":
            self.desk.add_input(dropped.word)
        else:
            name = asking.provides[0]
            self.desk.answer(asking, {name: answer.value(name, text)})

    @on(Question.Other)
    def another(self) -> None:
        """The next best question."""
        self._turn += 1
        if self._found is not None:
            self._question(self._found)

    # ── keys ──────────────────────────────────────────────────────────────────────────────────────────

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that have something to act on."""
        if action in ("unknown", "how"):
            return self.is_mounted and bool(self._found and self._found.needs)
        if action == "undo":
            return self.desk.session is not None and bool(self.desk.session.history)
        if action == "probe":
            found = self.desk.found
            return found is not None and any(str(step["tree"]).startswith("scim") for step in found.trace)
        if action in ("note", "told"):
            return self.desk.found is not None
        return super().check_action(action, parameters)

    def action_note(self) -> None:
        """The notes."""
        self.doctor.go("note")

    def action_explain(self) -> None:
        """The page of the rule under the cursor."""
        rule = self._at()
        if rule is not None:
            self.doctor.go("rules", wanted=rule)

    @on(OptionList.OptionSelected, "#list")
    def explained(self) -> None:
        """Enter in the tree."""
        self.action_explain()

    def action_unknown(self) -> None:
        """The person does not know."""
        asking = self.query_one(Question).asking
        if asking is not None:
            self.answered(Question.Answered(asking, {}))

    def action_how(self) -> None:
        """How the answer is found out."""
        question = self.query_one(Question)
        if question.asking is not None:
            question.choose(len(question.asking.choices) + 2)

    def action_undo(self) -> None:
        """Take the last answer back."""
        self.doctor.work("thinking", self.desk.back)

    def action_told(self) -> None:
        """What the case was given: one of it is taken back, and an answer can be given anew."""
        from doctor.engine import retract
        from doctor.tui import giving

        if self.desk.case is not None:
            giving.taken_back(self.doctor, retract.given(self.desk.case))

    def action_probe(self) -> None:
        """Ask the SCIM server."""
        from doctor.tui import giving

        giving.probe(self.doctor)

    def action_add(self) -> None:
        """More evidence: the field of the first screen takes it."""
        self.doctor.dropped_here("")

    def action_evidence(self) -> None:
        """On a narrow screen: the detail in place of the tree, and back."""
        self.query_one("#diagnosis").toggle_class("-reading")

    def copied(self) -> str:
        """What is expected by the finding under the cursor, else what it says."""
        finding = self._finding(self._at())
        return "" if finding is None else finding.expected or finding.message

    def exports(self) -> Exported | None:
        """The diagnosis, the same as `doctor cases show`."""
        found = self.desk.found
        if found is None:
            return None
        from doctor import __version__
        from doctor.report import diagnosis, json
        from doctor.report.text import Look

        name = self.desk.case.name if self.desk.case else "diagnosis"
        data = json.text(diagnosis.as_data(found, __version__))
        return Exported(name, data, diagnosis.text(found, Look(), self.desk.product()))
