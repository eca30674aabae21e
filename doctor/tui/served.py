"""`python -m doctor.tui.served`: the app as `doctor serve` starts it for each page, drawing into a pipe.

It ends with the server, however that ended.
"""

from __future__ import annotations

import sys
from typing import Final

from textual.drivers.web_driver import WebDriver

from doctor.model.error import DoctorError
from doctor.report.safe import line
from doctor.tui import terminal
from doctor.tui.app import DoctorApp

PATIENCE: Final = 5.0
"""Seconds that work under way gets when the server is gone."""


class PipeDriver(WebDriver):
    """A terminal at the other end of two pipes."""

    def run_input_thread(self) -> None:
        """Read what is typed until the app ends. When the pipe ends first nobody is there any more."""
        super().run_input_thread()
        if not self.exit_event.is_set():
            terminal.ends_soon(0, PATIENCE)
            self._app.call_from_thread(self._app.exit)


def main() -> int:
    """Run the app; give its exit code."""
    app = DoctorApp()
    app.driver_class = PipeDriver
    try:
        app.desk.book.ids  # noqa: B018  (read here, so that what is wrong with it is told before anything is drawn)
        app.run()
    except DoctorError as error:
        print(f"doctor: {line(str(error))}", file=sys.stderr)  # noqa: T201
        return 2
    return app.return_code or 0


if __name__ == "__main__":
    sys.exit(main())
