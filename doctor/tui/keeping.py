"""A case that the store refused: tried again until it is kept, and never thrown away unasked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from doctor.model.error import DoctorError

if TYPE_CHECKING:
    from doctor.tui.app import DoctorApp

AGAIN: Final = 5.0
"""Seconds between two tries."""
_LEAVE: Final = "The case could not be kept: the store cannot be written. Leave anyway?"


def again(app: DoctorApp) -> None:
    """Try again, beside whatever else is done."""

    def kept() -> None:
        if _kept(app):
            app.call_from_thread(app.notify, "The case is kept again.")
            app.call_from_thread(app.repaint)

    if app.desk.unkept:
        app.run_worker(kept, thread=True, group="keep", exclusive=True, exit_on_error=False)


def lost(app: DoctorApp) -> bool:
    """Whether the case would be lost with another one in its place; then it is said."""
    if app.desk.unkept:
        app.notify("The case is not kept yet: the store cannot be written.", severity="warning")
    return app.desk.unkept


def leave(app: DoctorApp) -> None:
    """End the app; a case that is not kept is tried once more, and then it is asked."""
    from doctor.tui.screens.dialog import Sure

    def sure(yes: bool | None) -> None:  # noqa: FBT001  (the framework's call)
        if yes:
            app.exit()

    def tried(kept: object) -> None:
        if kept:
            app.exit()
        else:
            app.push_screen(Sure(_LEAVE), sure)

    if app.desk.unkept:
        app.work("keeping the case", lambda: _kept(app), tried)
    else:
        app.exit()


def _kept(app: DoctorApp) -> bool:
    try:
        app.desk.keep_again()
    except DoctorError:
        return False
    return True
