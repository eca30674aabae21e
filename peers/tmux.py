"""A real terminal, in tmux: a program on it, keys and pastes in, what stands on it out; `python -m peers.tmux`
installs it.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from peers import install
from peers.process import PeerError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

NAME: Final = "tmux"
PACKAGES: Final = install.Packages(apt=(("tmux", "tmux"),))
PATIENCE: Final = 60.0
"""Seconds for anything that we wait for."""


def missing() -> str | None:
    """Why there is no terminal, or None."""
    return install.missing(NAME, PACKAGES)


class Terminal:
    """One window of a tmux server of its own, which no other window shares."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket

    def tmux(self, *words: str, given: bytes | None = None) -> str:
        """Run a command of tmux. Raises `PeerError`."""
        command = ["tmux", "-S", str(self._socket), "-f", os.devnull, *words]
        done = subprocess.run(command, input=given, capture_output=True, timeout=PATIENCE, check=False)
        if done.returncode:
            raise PeerError(f"tmux {' '.join(words)}: {done.stderr.decode()}")
        return done.stdout.decode()

    def keys(self, *names: str) -> None:
        """Press keys by tmux's names: `Enter`, `F2`, `C-q`, `a`."""
        for name in names:
            self.tmux("send-keys", name)

    def type(self, text: str) -> None:
        """Type a text."""
        self.tmux("send-keys", "-l", "--", text)

    def paste(self, text: str | bytes) -> None:
        """Paste a text as terminals do: bracketed, with carriage returns for line breaks."""
        self.tmux("load-buffer", "-b", "paste", "-", given=text.encode() if isinstance(text, str) else text)
        self.tmux("paste-buffer", "-p", "-d", "-b", "paste")

    def screen(self) -> str:
        """What stands on the terminal, line by line."""
        return self.tmux("capture-pane", "-p")

    def until(self, *words: str, gone: bool = False) -> str:
        """Wait until all of these stand on the terminal, however lines are broken; give it. Raises `PeerError`.

        `gone`: until none of them does.
        """
        deadline = time.monotonic() + PATIENCE
        while True:
            shown = self.screen()
            flat = " ".join(shown.split())
            if all((" ".join(one.split()) in flat) is not gone for one in words):
                return shown
            if time.monotonic() > deadline:
                raise PeerError(f"{'still there' if gone else 'not there'}: {words}\n{shown}")
            time.sleep(0.05)

    def copied(self) -> str:
        """What was copied last: by OSC 52, or by tmux's own command."""
        return self.tmux("show-buffer")

    def kill(self) -> None:
        """Kill the program, as `kill -9` does, and wait until it is gone."""
        pid = int(self.tmux("display-message", "-p", "#{pane_pid}"))
        os.kill(pid, signal.SIGKILL)
        self.ended()

    def ended(self) -> None:
        """Wait until the program has ended."""
        deadline = time.monotonic() + PATIENCE
        while self.tmux("display-message", "-p", "#{pane_dead}").strip() != "1":
            if time.monotonic() > deadline:
                raise PeerError(f"it goes on:\n{self.screen()}")
            time.sleep(0.05)


_SIZED = ("exec", "env", "-u", "COLUMNS", "-u", "LINES")
"""The terminal's own size counts, whatever the surroundings say of theirs."""


@contextlib.contextmanager
def running(
    command: Sequence[str], environment: Mapping[str, str], size: tuple[int, int] = (120, 40)
) -> Iterator[Terminal]:
    """A program on a terminal of this size, until the block ends.

    Each server has a folder of its own for its socket, with a short name: sockets have hardly a hundred characters.
    """
    with tempfile.TemporaryDirectory(prefix="dr") as folder:
        yield from _served(Terminal(Path(folder) / "tmux"), command, environment, size)


def _served(
    terminal: Terminal, command: Sequence[str], environment: Mapping[str, str], size: tuple[int, int]
) -> Iterator[Terminal]:
    told = [f"{name}={value}" for name, value in environment.items()]
    wide, high = (str(one) for one in size)
    terminal.tmux(
        "start-server", ";", "set-option", "-g", "remain-on-exit", "on", ";", "set-option", "-g", "set-clipboard", "on",
        ";", "set-option", "-g", "default-size", f"{wide}x{high}",
        ";", "new-session", "-d", "-x", wide, "-y", high, shlex.join([*_SIZED, *told, *command]),
    )  # fmt: skip
    try:
        yield terminal
    finally:
        terminal.tmux("kill-server")


if __name__ == "__main__":
    sys.exit(install.told(NAME, PACKAGES))
