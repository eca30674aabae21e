"""One page's own process of the app: the same interpreter, the same environment, a terminal of any size."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from asyncio.subprocess import PIPE
from typing import TYPE_CHECKING, Final

from textual_serve.app_service import AppService

if TYPE_CHECKING:
    from asyncio.subprocess import Process

PATIENCE: Final = 5.0
"""Seconds for the app to end by itself. Its case is kept after each step: nothing is lost when it is ended then."""


class Session(AppService):
    """Whatever ends the process ends the page, and the other way round."""

    def _build_environment(self, width: int = 80, height: int = 24) -> dict[str, str]:
        """The terminal is the page's, whatever the server was started in; pages know Unicode."""
        given = super()._build_environment(width, height)
        return {"DOCTOR_ASCII": "0", **given, "TERM": "xterm-256color"}

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        """No shell; no module of the folder we happen to stand in (-P); no Ctrl-C that was meant for the server."""
        self._process = process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "doctor.tui.served", stdin=PIPE, stdout=PIPE, stderr=PIPE,
            env=self._build_environment(width, height), start_new_session=True,
        )  # fmt: skip
        self._stdin = process.stdin
        return process

    async def run(self) -> None:
        """Carry what the app draws to the page until one of them ends.

        What is drawn for nobody is taken, too: the app would wait for us otherwise, and never end. What it complained
        of last may have come too late for textual-serve, which writes it to standard output.
        """
        process = self._process
        await super().run()
        await self.remote_close()
        if process is not None and process.stdout is not None and process.stderr is not None:
            _, late = await asyncio.gather(_drained(process.stdout), process.stderr.read())
            sys.stdout.write(late.decode("utf-8", "replace"))

    async def stop(self) -> None:
        """Ask the app to end, and see to it."""
        process = self._process
        if process is None:
            return
        late = asyncio.get_running_loop().call_later(PATIENCE, _kill, process)
        try:
            await super().stop()
            await process.wait()
        finally:
            late.cancel()
            _kill(process)


async def _drained(stream: asyncio.StreamReader) -> None:
    while await stream.read(1 << 16):
        """Nobody looks at it."""


def _kill(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()
