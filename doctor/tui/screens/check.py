"""What was found in one input: findings, the document beside them, certificates over time, the flow."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import ContentSwitcher, OptionList, Static
from textual.widgets.option_list import Option

from doctor.report.text import KINDS, counts
from doctor.tui import lines, paint
from doctor.tui.screens.page import Exported, Page
from doctor.tui.widgets.document import DocumentView
from doctor.tui.widgets.finding import FindingView
from doctor.tui.widgets.sequence import SequenceDiagram
from doctor.tui.widgets.timeline import Timeline

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.events import Click

    from doctor.model.finding import Finding, Report, Subject
    from doctor.tui.desk import Beside, Sheet

_CLEANED = "cleaned copy, without secrets"
VIEWS = {"findings": "Findings", "certificates": "Certificates", "flow": "Flow"}


class Check(Page):
    """The report of the input that was checked last."""

    NAME = "check"
    PLACE = "Check"
    PARTS: ClassVar[Mapping[str, str]] = {
        "list": "findings",
        "detail": "finding",
        "document": "document",
        "certificates": "certificates",
        "flow": "flow",
    }
    COPIES = True
    ABOUT = (
        "What one input shows by itself, the worst first. The document stands beside it, with the line that a finding "
        "is about. Certificates are drawn over time, a recorded sign-in as a sequence of messages.\n"
        "What is checked is part of the case too: Diagnose puts all evidence together."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "explain", "Explain", id="explain", show=False),
        Binding("v", "view", "View", id="view"),
        Binding("o", "document", "Document", id="document"),
        Binding("x", "again", "Check again", id="again", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._painted: Sheet | None = None
        self._findings: list[Finding] = []
        self._files: dict[str, str] = {}
        self._showing: Beside | None = None

    def body(self) -> ComposeResult:
        """The heading, the three views."""
        yield Static(id="subjects")
        yield Static(id="views")
        with ContentSwitcher(initial="findings", id="switch"):
            with Horizontal(id="findings"):
                with Vertical(id="found"):
                    yield OptionList(id="list", classes="row")
                    yield FindingView(id="detail")
                yield DocumentView(id="document")
            with VerticalScroll(id="certificates"):
                yield Timeline()
            with VerticalScroll(id="flow"):
                yield SequenceDiagram()

    def begin(self) -> None:
        """The findings come first."""
        self.query_one("#switch", ContentSwitcher).current = "findings"
        self.query_one("#findings").remove_class("-reading")
        self._views()
        super().begin()

    def paint_page(self) -> None:
        """Paint the sheet, once."""
        sheet = self.desk.sheet
        if sheet is self._painted and sheet is not None:
            return
        self._painted = sheet
        if sheet is None:
            self._empty()
            return
        report = sheet.report
        self._findings = list(report.findings)
        self._files = _files([one.name for one in report.subjects])
        self.query_one("#subjects", Static).update(self._subjects(report))
        self._views()
        self._list(report)
        certificates = [
            {**one, "file": self._files.get(subject.name)}
            for subject in report.subjects
            for one in _listed(subject, "certificates")
        ]
        self.query_one(Timeline).show(certificates, report.now)
        self.query_one(SequenceDiagram).show([row for subject in report.subjects for row in _listed(subject, "flow")])

    def _empty(self) -> None:
        self._findings, self._showing = [], None
        self.query_one("#subjects", Static).update("Nothing was checked yet.")
        self.query_one("#list", OptionList).clear_options()
        told = "Drop a file, an address or base64 on the first screen (h): metadata, a response, a HAR file, an export."
        if self.desk.case is not None and self.desk.case.documents:
            told = f"What the files of this case come to together is in the diagnosis (d). {told}"
        self.query_one("#detail", FindingView).say(Content.styled(told, paint.DIM))
        self.query_one(DocumentView).show(lines.NOTHING)
        self.query_one(Timeline).empty()
        self.query_one(SequenceDiagram).show([])
        self._views()

    def _subjects(self, report: Report) -> Content:
        dot = self.glyphs.dot
        rows = []
        for one in report.subjects[:2]:
            product = self.desk.book.names.get(one.provider or "")
            told = dot.join(part for part in (KINDS.get(one.kind, one.kind), product) if part)
            name = "pasted text" if one.name == "bytes" else one.name
            rows.append(Content.assemble(paint.ending(name, "bold", 80), "  ", paint.plain(told), _identity(one)))
        if len(report.subjects) > 2:
            rows.append(Content.styled(f"and {len(report.subjects) - 2:,} more in it", paint.DIM))
        verdict: list[Content | str] = [] if _warned(report) else [paint.word(report.verdict), dot]
        closing: list[Content | str] = [
            *verdict,
            counts(report.counts),
            dot,
            f"{report.rules_run:,} rules",
        ]
        return paint.lines([*rows, Content.assemble(*closing, self._in_the_case(report))])

    def _in_the_case(self, report: Report) -> Content:
        """What the case comes to, where that is more than what this input shows."""
        found = self.desk.found
        if found is None or found.headline is None or any(one.id == found.headline for one in report.findings):
            return Content("")
        return Content.styled(f"   d: with the other evidence, {found.headline}", paint.DIM)

    def _views(self) -> None:
        current = self.query_one("#switch", ContentSwitcher).current
        self.query_one("#views", Static).update(paint.chosen(VIEWS.values(), VIEWS[current or "findings"]))

    def _list(self, report: Report) -> None:
        listed = self.query_one("#list", OptionList)
        listed.clear_options()
        listed.add_options([Option(self._line(one)) for one in self._findings])
        if self._findings:
            listed.highlighted = 0
            return
        subjects = report.subjects
        told = (
            "Nothing wrong found." if all(one.judged for one in subjects) else "Recognised; no rule judges this kind."
        )
        listed.add_option(Option(told, disabled=True))
        open_ = [f"{one.label}: {one.reason}, give {one.how}" for one in report.not_checked]
        rows = [Content.styled("Not checked", "bold"), *(paint.plain(one) for one in open_)] if open_ else []
        self.query_one("#detail", FindingView).say(paint.lines(rows))
        self._document(report.subjects[0].name if report.subjects else "")

    def _line(self, one: Finding) -> Content:
        told = (self._files.get(one.subject), one.line and f"line {one.line}")
        place = paint.plain("".join(self.glyphs.dot + part for part in told if part), paint.DIM)
        return Content.assemble(paint.word(one.severity, f"{one.severity:<8}"), paint.plain(one.id, "bold"), place)

    @on(OptionList.OptionHighlighted, "#list")
    def looked_at(self, event: OptionList.OptionHighlighted) -> None:
        """The finding under the cursor, and its place in the document."""
        if event.option_index < len(self._findings):
            one = self._findings[event.option_index]
            self.query_one("#detail", FindingView).show(one, self.desk.product(), self._files.get(one.subject, ""))
            self._document(one.subject)
            self.query_one(DocumentView).point(one.line, one.column)

    def _document(self, name: str) -> None:
        view = self.query_one(DocumentView)
        shown = self._painted.shown.get(name) if self._painted else None
        if shown is None and self._painted and len(self._painted.shown) == 1:
            shown = next(iter(self._painted.shown.values()))
        if self._showing is shown and shown is not None:
            return
        self._showing = shown
        if shown is None:
            view.show(lines.of("The text of this input is not shown here."), placed=False)
        else:
            view.show(shown.lines, placed=shown.placed, label=_CLEANED if self._is_capture(name) else "")

    def _is_capture(self, name: str) -> bool:
        subjects = self._painted.report.subjects if self._painted else ()
        return any(one.kind == "capture" for one in subjects if one.name == name)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The document has a key where there is no room for it beside the finding."""
        if action == "document":
            return self.app.size.width < 100
        return super().check_action(action, parameters)

    def chosen(self) -> Finding | None:
        """The finding under the cursor."""
        at = self.query_one("#list", OptionList).highlighted
        return self._findings[at] if at is not None and at < len(self._findings) else None

    @on(OptionList.OptionSelected, "#list")
    def action_explain(self) -> None:
        """All about the rule of this finding."""
        one = self.chosen()
        if one is not None:
            self.doctor.go("rules", wanted=one.id)

    def action_view(self) -> None:
        """The next view."""
        switch = self.query_one("#switch", ContentSwitcher)
        names = list(VIEWS)
        self._switched(names[(names.index(switch.current or names[0]) + 1) % len(names)])

    def _switched(self, name: str) -> None:
        self.query_one("#switch", ContentSwitcher).current = name
        self._views()
        self.query_one("#list" if name == "findings" else f"#{name}").focus()

    def on_click(self, event: Click) -> None:
        """A view that is clicked."""
        if getattr(event.widget, "id", None) == "views":
            at = 0
            for name, title in VIEWS.items():
                at += len(title) + 2
                if event.x < at:
                    self._switched(name)
                    return

    def action_document(self) -> None:
        """On a narrow screen: the document in place of the detail, and back."""
        self.query_one("#findings").toggle_class("-reading")

    def action_again(self) -> None:
        """Go to the field where it can be dropped once more."""
        self.doctor.dropped_here("")

    def copied(self) -> str:
        """What the finding expects, else what it says."""
        one = self.chosen()
        return "" if one is None else one.expected or one.message

    def exports(self) -> Exported | None:
        """The report, the same as the command line's."""
        if self.desk.sheet is None:
            return None
        from doctor import __version__
        from doctor.report import json, text

        report = self.desk.sheet.report
        return Exported(
            "report", json.report(report, __version__), text.report(report, text.Look(), self.desk.book.names)
        )


def _files(names: list[str]) -> dict[str, str]:
    """What each of several inputs is called: its path from the folder that holds them all. One alone needs no name."""
    if len(names) < 2:
        return {}
    folder = os.path.commonpath([os.path.dirname(name) for name in names])  # noqa: PTH120
    return {name: os.path.relpath(name, folder or ".") for name in names}


def _listed(subject: Subject, key: str) -> list[dict[str, Any]]:
    found: Any = subject.summary.get(key)
    return list(found) if isinstance(found, (list, tuple)) else []


def _identity(one: Subject) -> Content:
    for key in ("entity_id", "issuer", "title", "name"):
        if value := one.summary.get(key):
            return Content.assemble("\n  ", paint.plain(value, paint.DIM, 120))
    return Content("")


def _warned(report: Report) -> bool:
    """Whether it passes with warnings: beside them the word would say that all is well."""
    return report.verdict == "pass" and any(one.severity == "warning" for one in report.findings)
