"""Work beside what the person does: several jobs at a time, none in the way of keys, and none that escape ends."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from doctor.model.error import DoctorError

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.screen import Screen


class Given(Exception):  # noqa: N818  (it is no error)
    """Raised inside a job whose result nobody waits for any more."""


def aside(page: Screen[Any], job: Callable[[], Any], then: Callable[[Any], None]) -> None:
    """Do a job in a thread, then go on with its result, or with the `DoctorError` that ended it, on the event loop."""

    def run() -> None:
        try:
            result = job()
        except Given:
            return
        except DoctorError as error:
            result = error
        except Exception as error:
            if os.environ.get("DOCTOR_DEBUG"):
                raise
            result = DoctorError(f"doctor itself failed: {type(error).__name__}: {error}", "please report it")
        page.call_later(then, result)

    page.run_worker(run, thread=True, group="aside", exit_on_error=False)
