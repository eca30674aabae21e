"""The first picture: a terminal app on a pseudo-terminal, from its start until a text stands on it, then ended.

Usage: paint.py FOR COMMAND…: ends with 0 as soon as the command has written FOR; the command then dies. As a command
beside it stands `trivial`, the least app of the same framework.
"""

from __future__ import annotations

import os
import pty
import select
import signal
import sys
import time

PATIENCE = 60.0


def until(text: bytes, command: list[str]) -> bool:
    """Whether the command wrote the text to its terminal before it ended or patience did."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update({"TERM": "xterm-256color", "COLUMNS": "120", "LINES": "40"})
        os.execv(command[0], command)
    seen, end = b"", time.monotonic() + PATIENCE
    try:
        while text not in seen and time.monotonic() < end:
            if select.select([terminal], [], [], 0.5)[0]:
                seen += os.read(terminal, 65536)
    except OSError:
        pass
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(terminal)
    return text in seen


if __name__ == "__main__":
    sys.exit(0 if until(sys.argv[1].encode(), sys.argv[2:]) else 2)
