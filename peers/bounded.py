"""`python bounded.py SECONDS COMMAND...`: runs a command that can outlive neither SECONDS nor whoever started it.

Standard input is the lifeline: when it closes, because the parent has finished or died, the command is ended.
The command gets a process group of its own, since servers start workers, and some signal their whole group.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import time


def main() -> int:
    """The exit code of the command; it is negative where a signal ended it."""
    deadline = time.monotonic() + float(sys.argv[1])
    child = subprocess.Popen(sys.argv[2:], stdin=subprocess.DEVNULL, start_new_session=True)
    while child.poll() is None and time.monotonic() < deadline and not _let_go(0.1):
        pass
    child.terminate()  # alone at first: a server ends its workers better than we can
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(5)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    return child.wait()


def _let_go(seconds: float) -> bool:
    """Whether standard input was closed, after waiting for that at most `seconds`."""
    readable, _, _ = select.select([0], [], [], seconds)
    return bool(readable) and not os.read(0, 1)


if __name__ == "__main__":
    sys.exit(main())
