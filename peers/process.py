"""Child processes of a run: servers on 127.0.0.1 that end with their `with` block, and programs with a time limit."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

LIFETIME: Final = 300
READY_WITHIN: Final = 20
_BOUNDED: Final = str(Path(__file__).with_name("bounded.py"))


class PeerError(Exception):
    """A peer did not start, or answered otherwise than such a peer does; the message ends with what it said.

    `said` is all of it, where a program has failed.
    """

    def __init__(self, message: str, said: str = "") -> None:
        super().__init__(message)
        self.said = said


def free_port() -> int:
    """A port of 127.0.0.1 on which nobody listens at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def clock_shifted(by: str | None) -> dict[str, str]:
    """The environment in which a program's clock is off, by `-2d` for instance; empty for None."""
    if by is None:
        return {}
    library = faketime()
    if library is None:
        raise PeerError("libfaketime is not installed")
    return {"LD_PRELOAD": str(library), "FAKETIME": by}


def faketime() -> Path | None:
    """Where libfaketime lies on Debian and its children, if it does."""
    return next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))), None)


@contextlib.contextmanager
def serving(
    command: Sequence[str], log: Path, ready: Callable[[], bool], environment: dict[str, str] | None = None,
    folder: Path | None = None,
) -> Iterator[None]:  # fmt: skip
    """Runs a server until the block ends, `LIFETIME` seconds at most; the block begins when it is `ready`.

    `environment` is added to the server's own only: a wrong clock must not reach what watches over it.
    """
    words = ["env", *(f"{name}={value}" for name, value in (environment or {}).items()), *command]
    with log.open("wb") as output:
        child = subprocess.Popen(
            [sys.executable, _BOUNDED, str(LIFETIME), *words],
            stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT, cwd=folder,
        )  # fmt: skip
        try:
            _await(child, ready, log)
            yield
        finally:
            child.communicate(timeout=20)


def _await(child: subprocess.Popen[bytes], ready: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline and child.poll() is None:
        if ready():
            return
        time.sleep(0.05)
    raise PeerError(f"did not start: {_end(log.read_text(errors='replace'))}")


def program(
    command: Sequence[str], environment: dict[str, str] | None = None, folder: Path | None = None, seconds: int = 120
) -> str:
    """What a program prints. Raises `PeerError` when it fails or takes longer than `seconds`."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=seconds, check=False, cwd=folder,
            env={**os.environ, **(environment or {})}, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise PeerError(f"{Path(command[0]).name} took over {error.timeout:.0f} seconds") from error
    if done.returncode:
        said = done.stderr or done.stdout
        raise PeerError(f"{Path(command[0]).name} failed: {_end(said)}", said)
    return done.stdout


def _end(text: str) -> str:
    return " / ".join(text.strip().splitlines()[-4:])[-600:] or "it said nothing"
