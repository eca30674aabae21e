"""From what was dropped to the screen where it belongs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from doctor.model.error import DoctorError, InputError, UsageError
from doctor.tui import intake, resume

if TYPE_CHECKING:
    from collections.abc import Callable

    from doctor.model.case import Case
    from doctor.sources.profile import Place
    from doctor.tui.app import DoctorApp
    from doctor.tui.desk import Desk, Sheet
    from doctor.tui.intake import Dropped

_TOLD: Final = frozenset(("error-text", "callback", "token", "private-key"))
"""Kinds in which there is nothing to look at, but something to diagnose."""

_INSTEAD: Final = "tell what happened with it: the error text, the HTTP status, or when it was made"


class Taken(NamedTuple):
    """What came of it: the screen where it is seen, what is said beside, and what went wrong after it was checked."""

    screen: str
    said: str = ""
    trouble: DoctorError | None = None


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
    app.work(_said(dropped), lambda: job(app, dropped.word), lambda taken: _shown(app, taken))


def take_connection(app: DoctorApp, name: str, place: Place | None = None) -> None:
    """A connection, by its id: asked of the vendor, then evidence of the case. Without a key it is a mere text.

    Without an environment every one that is configured is asked until one knows it.
    """

    def job() -> tuple[str, str]:
        before, why = app.desk.case, ""
        try:
            app.desk.add_connection(name, place)
        except UsageError as error:
            app.desk.add_text(name)
            why = f"the vendor was not asked: {error}"
        return why, _joined(app.desk, before)

    def shown(told: tuple[str, str]) -> None:
        why, joined = told
        _shown(app, Taken("diagnose", joined))
        if why:
            app.notify(why, markup=False, severity="warning")

    app.work(f"asking the vendor about {name}", job, shown)


def _said(dropped: Dropped) -> str:
    if dropped.kind == "text":
        return "reading the text"
    return ("fetching " if dropped.kind == "url" else "reading ") + dropped.word


def _shown(app: DoctorApp, taken: Taken) -> None:
    if taken.screen == "resume":
        resume.goes_on(app)
    else:
        app.go(taken.screen)
    if taken.said:
        app.notify(taken.said, markup=False)
    if taken.trouble is not None:
        app.fail(taken.trouble)


def _take_input(app: DoctorApp, word: str) -> Taken:
    """A file or address: checked by itself, then evidence of the case."""
    desk, before = app.desk, app.desk.sheet
    sheet = desk.check(word, app.progressed)
    if {one.kind for one in sheet.report.subjects} == {"case"}:
        _imported(desk, word)
        return Taken("resume")
    return _with_case(desk, before, sheet, lambda: desk.add_input(word))


def _take_text(app: DoctorApp, text: str) -> Taken:
    """A paste: a document when it is one, else what somebody reports."""
    desk, before = app.desk, app.desk.sheet
    sheet = desk.check(text.encode("utf-8", "replace"), app.progressed)
    return _with_case(desk, before, sheet, lambda: desk.add_text(text))


def _with_case(desk: Desk, before: Sheet | None, sheet: Sheet, add: Callable[[], None]) -> Taken:
    """Add to the case what was checked. Whatever goes wrong with that, the finished check is shown."""
    only = _checked_only(sheet)
    if only:
        return Taken("check", only)
    case, trouble = desk.case, None
    try:
        add()
    except DoctorError as error:
        trouble = InputError(f"The case cannot be saved: {error}", error.hint) if desk.unkept else error
    if not _only_told(sheet):
        return Taken("check", _joined(desk, case), trouble)
    desk.sheet = before
    return Taken("diagnose", _joined(desk, case), trouble)


def _checked_only(sheet: Sheet) -> str:
    """Why what was checked is no evidence of a case; nothing when it is."""
    subjects = sheet.report.subjects
    if any(one.kind == "metadata-aggregate" for one in subjects):
        each = "This is a metadata aggregate:" if len(subjects) == 1 else "A metadata aggregate is among the files:"
        return f"{each} checked only, not kept in the case."
    if all(one.summary.get("form") == "none" for one in subjects):
        return "Nothing could be read there: it is not kept in the case."
    return ""


def _joined(desk: Desk, before: Case | None) -> str:
    """What is said when evidence went into a case that was open already."""
    if before is None or desk.case is None or desk.case == before:
        return ""
    return f"added to the case {desk.case.name}; ^n begins another one"


def _only_told(sheet: Sheet) -> bool:
    """Whether all of it is told, and nothing of it can be looked at."""
    kinds = {one.kind for one in sheet.report.subjects}
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
