"""The rules: browse, search, read a page, see the trees and run the examples."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual import on
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from doctor.engine import authoring
from doctor.report import rules as pages
from doctor.report.text import WHO, Look
from doctor.report.words import template, told, words
from doctor.tui import paint
from doctor.tui.screens.page import Exported, Page

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from textual.app import ComposeResult
    from textual.binding import BindingType


class Rules(Page):
    """Every rule with its page."""

    NAME = "rules"
    PLACE = "Rules"
    PARTS: ClassVar[Mapping[str, str]] = {"query": "search", "list": "rules", "page": "page"}
    COPIES = True
    ABOUT = (
        "Every rule: what it says, when it holds, who must do what, what would prove it wrong, and what it rests on. "
        "Type to search ids and titles. Examples are run when asked for; the graph shows the trees in which the rule "
        "is considered, and after which others."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "field", "Search", id="search", key_display="/"),
        Binding("x", "examples", "Examples", id="examples"),
        Binding("g", "graph", "Graph", id="graph"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.wanted: str | None = None
        self._rows: list[dict[str, Any]] = []
        self._all: list[dict[str, Any]] = []
        self._graph = False

    def body(self) -> ComposeResult:
        """The field, the list, the page."""
        yield Input(placeholder="Search ids and titles", id="query")
        with Horizontal(id="rules"):
            yield OptionList(id="list", classes="row")
            with VerticalScroll(id="page"):
                yield Static(id="text")

    def on_mount(self) -> None:
        """The list comes after the first picture."""
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        """The whole list, after the first picture: both at once would keep a key waiting."""
        self._all = authoring.listing(self.desk.book)
        self.filtered()
        self.paint_page()

    def paint_page(self) -> None:
        """Go to the rule that was asked for."""
        if self.wanted is None or not self._all:
            return
        wanted, self.wanted = self.wanted, None
        if not any(row["id"] == wanted for row in self._rows):
            self.query_one(Input).value = ""
            self.filtered()
        at = next((number for number, row in enumerate(self._rows) if row["id"] == wanted), None)
        listed = self.query_one("#list", OptionList)
        if at is not None:
            listed.highlighted = at
            listed.focus()

    @on(Input.Changed, "#query")
    def filtered(self) -> None:
        """The list follows every key."""
        words = self.query_one(Input).value.casefold().split()
        held = [row for row in self._all if _holds(row, words)]
        self._rows = sorted(held, key=lambda row: row["id"] != "-".join(words))  # a whole id comes first
        listed = self.query_one("#list", OptionList)
        listed.clear_options()
        listed.add_options([Option(_line(row)) for row in self._rows])
        if self._rows:
            listed.highlighted = 0
        else:
            listed.add_option(Option("No rule holds these words.", disabled=True))
            self.query_one("#text", Static).update("")

    @on(Input.Submitted, "#query")
    def into_list(self) -> None:
        """Enter goes to the list."""
        self.query_one("#list").focus()

    @on(OptionList.OptionHighlighted, "#list")
    def looked_at(self) -> None:
        """The page of the rule under the cursor."""
        rule = self.chosen()
        if rule is not None:
            drawn = self._drawn_graph(rule) if self._graph else self._page(rule)
            self.query_one("#text", Static).update(paint.lines(drawn))
            self.query_one("#page").scroll_to(0, 0, animate=False)

    def chosen(self) -> str | None:
        """The rule under the cursor."""
        at = self.query_one("#list", OptionList).highlighted
        return str(self._rows[at]["id"]) if at is not None and at < len(self._rows) else None

    def _data(self, rule: str) -> dict[str, Any]:
        case = self.desk.case
        return authoring.page(self.desk.book, rule, case.provider if case else None)

    def _page(self, rule: str) -> Iterator[Content | str]:
        one = self._data(rule)
        dot = self.glyphs.dot
        yield Content.assemble(paint.word(one["severity"]), dot, ", ".join(one["document"]))
        yield paint.plain(one["title"], "bold")
        yield from _part("Says", [paint.plain(template(one["message"]))])
        yield from _part("Holds when", [paint.plain(line) for line in _conditions(one)])
        steps = [paint.plain(f"{number}. {template(text)}") for number, text in enumerate(one["fix"], 1)]
        yield from _part(f"Fix ({WHO.get(one['who'], one['who'])})", steps)
        yield from _part("Would be wrong if", [paint.plain(template(one["wrong_if"]))])
        cited = [line for each in one["cite"] for line in self._cited(each)]
        yield from _part("Rests on", cited)
        yield ""
        yield Content.styled(f"file {one['file']}", paint.DIM)

    def _cited(self, each: dict[str, Any]) -> Iterator[Content]:
        yield Content.assemble(f"{self.glyphs.bullet} ", paint.plain(each["title"]))
        if each["says"]:
            yield paint.plain(f"  {each['says']}")
        yield paint.plain(f"  {each['url']}", paint.DIM)

    def _drawn_graph(self, rule: str) -> Iterator[Content | str]:
        trees = [one for one in self.desk.book.trees if rule in one.rules]
        if not trees:
            yield Content.styled("No tree considers this rule; it is judged wherever its facts are known.", paint.DIM)
        for one in trees:
            yield Content.styled(one.title, "bold")
            yield from self._drawn(one.data["steps"], rule, "")
            yield f"{self.glyphs.end}{self.glyphs.line} otherwise: {one.otherwise}"
            yield ""

    def _drawn(self, steps: list[dict[str, Any]], rule: str, before: str) -> Iterator[Content | str]:
        signs = self.glyphs
        for step in steps:
            if "steps" in step:
                yield paint.plain(f"{before}{signs.tee}{signs.line} {told(step['when'])}", paint.DIM)
                yield from self._drawn(step["steps"], rule, f"{before}{signs.bar}  ")
            else:
                name = str(step.get("rule") or f"advice: {step['advice']}")
                here = name == rule
                mark = f"   {signs.pointer} this one" if here else ""
                yield Content.assemble(
                    f"{before}{signs.tee}{signs.line} ", (name, "bold" if here else ""), (mark, paint.ACCENT)
                )

    def action_field(self) -> None:
        """Go to the field."""
        self.query_one(Input).focus()

    def action_graph(self) -> None:
        """The trees of this rule, or its page again."""
        self._graph = not self._graph
        self.looked_at()

    def action_examples(self) -> None:
        """Run the examples of this rule."""
        rule = self.chosen()
        if rule is not None:
            self.doctor.work(
                f"running the examples of {rule}", lambda: authoring.tested([rule]), partial(self._ran, rule)
            )

    def _ran(self, rule: str, results: list[dict[str, Any]]) -> None:
        from doctor.tui.screens.dialog import Reading

        rows = [self._result(one) for one in results if one["rule"] == rule]
        self.app.push_screen(Reading(f"Examples of {rule}", paint.lines(rows or ["It has no examples."])))

    def _result(self, one: dict[str, Any]) -> Content:
        verdict = paint.word("holds" if one["passed"] else "fails")
        came, wanted = (_OUTCOMES.get(str(one[key]), str(one[key])) for key in ("got", "expected"))
        said = f"{one['example']}: {came}" + ("" if one["passed"] else f", expected: {wanted}")
        return Content.assemble(verdict, "  ", paint.plain(said))

    def copied(self) -> str:
        """The id of the rule."""
        return self.chosen() or ""

    def exports(self) -> Exported | None:
        """The page, as `doctor rules show` has it."""
        rule = self.chosen() if self.is_mounted else None
        if rule is None:
            return None
        from doctor.report import json

        data = {"schema": "doctor/rule/1", "rule": self._data(rule)}
        return Exported(rule, json.text(data), pages.page(data, Look()))


def _holds(row: dict[str, Any], words: list[str]) -> bool:
    text = f"{row['id']} {row['title']} {row['severity']}".casefold()
    return all(word in text for word in words)


def _line(row: dict[str, Any]) -> Content:
    return Content.assemble(paint.word(row["severity"], f"{row['severity']:<8}"), row["id"])


def _part(title: str, rows: list[Content]) -> Iterator[Content | str]:
    yield ""
    yield Content.styled(title, "bold $text-accent")
    yield from rows


def _conditions(one: dict[str, Any]) -> Iterator[str]:
    if one["applies"]:
        yield f"it applies: {words(one['applies'])}"
    if one["for_each"]:
        yield f"for each of {one['for_each']}"
    yield words(one["when"])
    for key in ("escalate", "relax"):
        for change in one[key]:
            yield f"{change['to']} when {words(change['when'])}"


_OUTCOMES: Final = {"True": "the rule fires", "False": "the rule is ruled out", "unknown": "not decided yet"}
"""What an example's outcome is called; another one is named as it is."""
