"""From what was dropped to the screen where it belongs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from doctor.model.error import UsageError
from doctor.tui import intake, resume

if TYPE_CHECKING:
    from doctor.sources.profile import Place
    from doctor.tui.app import DoctorApp
    from doctor.tui.desk import Desk, Sheet
    from doctor.tui.intake import Dropped

_TOLD: Final = frozenset(("error-text", "callback", "token", "private-key"))
"""Kinds in which there is nothing to look at, but something to diagnose."""

_INSTEAD: Final = "tell what happened with it: the error text, the HTTP status, or when it was made"


def take(app: DoctorApp, dropped: Dropped) -> None:
    """Take it: a rule's page at once, everything else into the case, and then its screen."""
    if dropped.kind == "rule":
        app.go("rules", wanted=dropped.word)
        return
    if dropped.kind == "secret":
        app.fail(UsageError("This looks like a token or a password. It was not kept.", _INSTEAD))
        return
    if dropped.kind == "missing":
        app.fail(intake.missing(dropped))
        return
    if dropped.kind == "connection":
        take_connection(app, dropped.word)
        return
    job = _take_text if dropped.kind == "text" else _take_input
    if dropped.kind == "text" and intake.holds_secret(dropped.word) and "SAMLRe" not in dropped.word:
        app.notify("A secret in the text was taken out; it is never kept.", severity="warning")
    app.work(_said(dropped), lambda: job(app, dropped.word), lambda name: _shown(app, name))


def take_connection(app: DoctorApp, name: str, place: Place | None = None) -> None:
    """A connection, by its id: asked of the vendor, then evidence of the case. Without a key it is a mere text.

    Without an environment every one that is configured is asked until one knows it.
    """

    def job() -> str:
        try:
            app.desk.add_connection(name, place)
        except UsageError as error:
            app.desk.add_text(name)
            return f"the vendor was not asked: {error}"
        return ""

    def shown(why: str) -> None:
        app.go("diagnose")
        if why:
            app.notify(why, markup=False, severity="warning")

    app.work(f"asking the vendor about {name}", job, shown)


def _said(dropped: Dropped) -> str:
    if dropped.kind == "text":
        return "reading the text"
    return ("fetching " if dropped.kind == "url" else "reading ") + dropped.word


def _shown(app: DoctorApp, name: str) -> None:
    if name == "resume":
        resume.goes_on(app)
    else:
        app.go(name)


def _take_input(app: DoctorApp, word: str) -> str:
    """A file or address: checked by itself, then evidence of the case; the name of the screen."""
    desk, before = app.desk, app.desk.sheet
    sheet = desk.check(word, app.progressed)
    kinds = {one.kind for one in sheet.report.subjects}
    if kinds == {"case"}:
        _imported(desk, word)
        return "resume"
    if "metadata-aggregate" not in kinds:
        desk.add_input(word)
    if _only_told(sheet, kinds):
        desk.sheet = before
        return "diagnose"
    return "check"


def _take_text(app: DoctorApp, text: str) -> str:
    """A paste: a document when it is one, else what somebody reports."""
    desk, before = app.desk, app.desk.sheet
    sheet = desk.check(text.encode("utf-8", "replace"), app.progressed)
    kinds = {one.kind for one in sheet.report.subjects}
    desk.add_text(text)
    if _only_told(sheet, kinds):
        desk.sheet = before
        return "diagnose"
    return "check"


def _only_told(sheet: Sheet, kinds: set[str]) -> bool:
    """Whether all of it is told, and nothing of it can be looked at."""
    plain = all(one.kind != "unknown" or one.summary.get("form") == "text" for one in sheet.report.subjects)
    return kinds <= _TOLD | {"unknown"} and plain


def _imported(desk: Desk, word: str) -> None:
    """A case file becomes a kept case, unless one of its name is there already."""
    from pathlib import Path

    from doctor.sources import case_file

    case = case_file.load(Path(word))
    if not case.name.strip() or not case.name.isprintable():
        raise UsageError("the case's name is not printable", "doctor cases import FILE --name NAME gives it another")
    if desk.store.has(case.name):
        raise UsageError(f"there is a case {case.name!r} already", "doctor cases import FILE --name NAME keeps both")
    desk.store.save(case)
    desk.open(case.name)
