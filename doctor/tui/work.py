"""Long work: one job at a time in a thread, what comes meanwhile waits for its turn; told while it lasts, cancelled."""

from __future__ import annotations

import os
import time
from collections import deque
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from textual.worker import NoActiveWorker, get_current_worker

from doctor.model.error import DoctorError

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.worker import Worker

    from doctor.tui.app import DoctorApp


YOUNG: Final = 0.3
"""Seconds for which a key waits for the work that the key before it began; then it is given on beside it."""


class Cancelled(Exception):  # noqa: N818  (it is no error)
    """Raised inside long work when somebody cancelled it."""


class Job(NamedTuple):
    """What is done: its name for a person, the slow part, and what goes on with the result on the app's loop."""

    said: str
    do: Callable[[], Any]
    then: Callable[[Any], None]


def wanted() -> None:
    """Called within long work before it goes on, and before it changes anything. Raises `Cancelled`."""
    try:
        cancelled = get_current_worker().is_cancelled
    except NoActiveWorker:
        return
    if cancelled:
        raise Cancelled


class Work:
    """The jobs of an app. `progress` is what is being done, for a person."""

    def __init__(self, app: DoctorApp) -> None:
        self._app = app
        self._running: Worker[Any] | None = None
        self._waiting: deque[Job] = deque()
        self.progress = ""
        self._since = 0.0

    @property
    def busy(self) -> bool:
        """Whether something is being worked on."""
        return self._running is not None

    @property
    def young(self) -> bool:
        """Whether something has been worked on for less time than would be told of: keys wait for it."""
        return self.busy and time.monotonic() - self._since < YOUNG

    def add(self, job: Job) -> None:
        """Begin a job, or let it wait: what a person gave while something else was going on is not lost."""
        self._waiting.append(job)
        if not self.busy:
            self._next()

    def cancel(self) -> None:
        """Give up what is being done: it ends where it next asks whether it is `wanted`, and its result is not used."""
        if self._running is not None:
            self._running.cancel()
            self._ended()

    def told(self, name: str, entities: int) -> None:
        """How far it is. Raises `Cancelled`."""
        wanted()
        self.progress = f"{name}: {entities:,} entities"

    def _next(self) -> None:
        job = self._waiting.popleft()
        self.progress, self._since = job.said, time.monotonic()
        self._app.page_busy(job.said)
        self._running = self._app.run_worker(lambda: self._done(job), thread=True, group="work", exit_on_error=False)

    def _ended(self) -> None:
        self._running = None
        self._app.page_busy("")
        if self._waiting:
            self._next()

    def _done(self, job: Job) -> None:
        """In the thread."""
        worker = get_current_worker()
        try:
            result = job.do()
        except Cancelled:
            return
        except DoctorError as error:
            self._back_on_the_loop(worker, self._app.fail, error)
        except Exception as error:
            if os.environ.get("DOCTOR_DEBUG"):
                raise
            told = DoctorError(f"doctor itself failed: {type(error).__name__}: {error}", "please report it")
            self._back_on_the_loop(worker, self._app.fail, told)
        else:
            self._back_on_the_loop(worker, job.then, result)

    def _back_on_the_loop(self, worker: Worker[Any], then: Callable[[Any], None], result: Any) -> None:
        def go_on() -> None:
            if self._running is worker:
                self._ended()
                then(result)
                self._app.repaint()

        if self._app.is_running:
            self._app.in_turn(go_on)
