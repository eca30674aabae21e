"""`doctor serve` as a process of its own: its address, what it says, and the processes of its pages."""

from __future__ import annotations

import contextlib
import http.client
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from doctor.sources import profile

if TYPE_CHECKING:
    import signal
    from collections.abc import Callable, Iterator

PATIENCE: Final = 60.0
"""Seconds for anything that we wait for."""
LINUX: Final = Path("/proc/self/status").exists()
_FOREIGN: Final = (*profile.KEY.values(), *profile.ADDRESS.values(), profile.CLIENT, "DOCTOR_ASCII", "DOCTOR_DEBUG")


class Answer(NamedTuple):
    """What the server says."""

    status: int
    headers: dict[str, str]
    text: str


class Served(NamedTuple):
    """A server that runs. `url` ends with a slash."""

    url: str
    process: subprocess.Popen[str]

    @property
    def authority(self) -> str:
        return urlsplit(self.url).netloc

    @property
    def token(self) -> str:
        return urlsplit(self.url).path.strip("/")

    def ask(self, path: str, method: str = "GET", **headers: str) -> Answer:
        """Ask for a path, exactly as it is written. Names of headers have `_` for `-`."""
        connection = http.client.HTTPConnection(self.authority, timeout=PATIENCE)
        with contextlib.closing(connection):
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.putrequest(method, path, skip_host="Host" in named)
            for name, value in named.items():
                connection.putheader(name, value)
            connection.endheaders()
            answer = connection.getresponse()
            return Answer(answer.status, dict(answer.getheaders()), answer.read().decode("utf-8", "replace"))

    def end(self, how: signal.Signals) -> tuple[int, str, str]:
        """Send a signal; the exit code, and what was said on both streams since the address."""
        self.process.send_signal(how)
        out, err = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, out, err

    def children(self) -> list[int]:
        """The processes that it started and that are there."""
        every = [int(one.name) for one in Path("/proc").iterdir() if one.name.isdigit()]
        return [pid for pid in every if _parent(pid) == self.process.pid]


def until(holds: Callable[[], object], what: str = "") -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, what or "waited in vain"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    """Whether a process still does anything: one that nobody collects does not."""
    return _status(pid).get("State", "Z")[0] != "Z"


def _parent(pid: int) -> int:
    return int(_status(pid).get("PPid", "0")) if alive(pid) else 0


def _status(pid: int) -> dict[str, str]:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return {}
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


@contextlib.contextmanager
def serving(home: Path, *words: str, cwd: Path | None = None, **environment: str) -> Iterator[Served]:
    """`doctor serve` with a home of its own and no key of this machine, until the block ends."""
    kept = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "doctor", "serve", *words], text=True, cwd=cwd or home,
        env={**kept, "DOCTOR_HOME": str(home), "NO_PROXY": "*", **environment},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert url, process.communicate(timeout=PATIENCE)
        yield Served(url, process)
    finally:
        if process.poll() is None:
            process.terminate()
            process.communicate(timeout=PATIENCE)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()
