"""Where somebody stood in a case, so that it can be taken up there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doctor.model import redaction
from doctor.tui.desk import WHERE

if TYPE_CHECKING:
    from doctor.engine.choose import Row
    from doctor.engine.rulebook import Rulebook
    from doctor.model.case import Case
    from doctor.tui.app import DoctorApp

NOTE = "note:"
"""How a case keeps a person's note of a step: `note:okta-saml:addresses:waits for Anna`."""


def stood(case: Case) -> tuple[str, str] | None:
    """The setup and the step at which somebody stood, or None."""
    marks = [one for one in case.asked if one.startswith(WHERE)]
    if not marks:
        return None
    row, _, step = marks[-1].removeprefix(WHERE).partition(":")
    return row, step


def standing(asked: tuple[str, ...], row: str, step: str) -> tuple[str, ...]:
    """What a case was asked, with this place in a setup instead of the last one."""
    kept = tuple(one for one in asked if not one.startswith(WHERE))
    return (*kept, f"{WHERE}{row}:{step}")


def ticking(asked: tuple[str, ...], mark: str) -> tuple[str, ...]:
    """What a case was asked, with a step checked off, or open again when it was."""
    return tuple(one for one in asked if one != mark) if mark in asked else (*asked, mark)


def note(case: Case | None, row: str, step: str) -> str:
    """What somebody noted of a step."""
    begun = f"{NOTE}{row}:{step}:"
    return next((one.removeprefix(begun) for one in case.asked if one.startswith(begun)), "") if case else ""


def noting(asked: tuple[str, ...], row: str, step: str, text: str) -> tuple[str, ...]:
    """What a case was asked, with this note of a step instead of an earlier one. Secrets in it are taken out."""
    begun = f"{NOTE}{row}:{step}:"
    kept = tuple(one for one in asked if not one.startswith(begun))
    return (*kept, begun + redaction.text(text)) if text.strip() else kept


def row_of(book: Rulebook, slug: str) -> Row | None:
    """The row of the lookup table with this slug."""
    from doctor.catalogue.provider import GENERIC
    from doctor.engine import choose

    each = (row for provider in book.providers if provider != GENERIC for row in choose.rows_of(book, provider))
    return next((row for row in each if row.slug == slug), None)


def goes_on(app: DoctorApp) -> None:
    """Show the screen where somebody stood: the setup that was walked last, else the diagnosis."""
    case = app.desk.case
    place = stood(case) if case is not None else None
    row = row_of(app.desk.book, place[0]) if place else None
    found = app.desk.found
    if row is not None and (found is None or not found.trees):
        app.go("setup", wanted=(row.provider, row.url))
    else:
        app.go("diagnose")
