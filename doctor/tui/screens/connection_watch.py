"""Watching a connection from a row: one look at a time in a thread, and a timer between two looks."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from doctor.model.error import DoctorError
from doctor.tui.aside import aside

if TYPE_CHECKING:
    from textual.timer import Timer

    from doctor.sources.online import Row
    from doctor.sources.watching import Ended, Plan, Told, Watch
    from doctor.tui.screens.connections import Connections


class Watcher:
    """At most one connection is watched. `said` tells how it stands, or how it ended; `looks` how often it was seen."""

    def __init__(self, page: Connections) -> None:
        self._page = page
        self.row: Row | None = None
        self.ended: Ended | None = None
        self.said = ""
        self._watch: Watch | None = None
        self._timer: Timer | None = None
        self.looks = 0

    @property
    def name(self) -> str:
        """The connection that is, or was, watched."""
        return (self.row.one.name or self.row.one.id or "?") if self.row else ""

    @property
    def on(self) -> bool:
        """Whether one is being watched."""
        return self._watch is not None

    def begin(self, row: Row, plan: Plan) -> None:
        """Watch this one from now on. Raises `UsageError` when it cannot be asked for."""
        from doctor import casework
        from doctor.sources import online, watching

        self.stop()
        api = online.client(row.place, allow_private=self._page.private)
        diagnose = partial(casework.diagnosed, book=self._page.desk.book)
        self.row, self.ended, self.looks = row, None, 0
        self._watch = watching.Watch(api, row.place.vendor, online.about(row.one), plan, diagnose)
        self.said = "asking for its state; esc ends the watch"
        self._look(self._watch)

    def stop(self) -> None:
        """Watch no longer."""
        if self._timer is not None:
            self._timer.stop()
        self._watch = self._timer = None
        self.said = "no longer watched" if self.said else ""

    def _look(self, watch: Watch) -> None:
        def tell(told: Told) -> None:
            self._page.call_later(self._told, watch, told)

        aside(self._page, lambda: watch.look(tell), partial(self._looked, watch))

    def _told(self, watch: Watch, told: Told) -> None:
        """It is in a new state, or somebody failed to sign in."""
        from doctor.report.watch import standing

        if watch is not self._watch or self.row is None:
            return
        self._page.looks.watched(self.row.key, told.step, tuple(standing(told)))
        if watch.shown is not None and told.step.after != "gone":
            self._page.seen_anew(self.row, watch.shown)
        self._page.refreshed()

    def _looked(self, watch: Watch, wait: Any) -> None:
        if watch is not self._watch:
            return
        self.looks += 1
        if isinstance(wait, DoctorError):
            self.stop()
            self._page.doctor.fail(wait)
        elif wait is None:
            self._over(watch)
        else:
            times = f"looked {self.looks} time{'s' * (self.looks != 1)}"
            self.said = f"{times}, again in {wait:.0f} s; esc ends the watch"
            self._timer = self._page.set_timer(wait, partial(self._look, watch))
        self._page.refreshed()

    def _over(self, watch: Watch) -> None:
        from doctor.report.watch import CLOSING

        self.ended, self._watch = watch.ended, None
        outcome = watch.ended.outcome if watch.ended else "unknown"
        self.said = CLOSING[outcome]
        mild = "information" if outcome == "active" else "warning"
        self._page.notify(f"{self.name}: {self.said}", markup=False, severity=mild)  # type: ignore[arg-type]
        if self.row and watch.ended and outcome == "unknown":
            self._page.explain(self.row.place, watch.ended.trouble)
