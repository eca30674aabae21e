"""Chromium without a window, driven over a pipe in its own protocol (Chrome DevTools); `python -m peers.chromium`
installs it.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from peers import install
from peers.process import PeerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NAME: Final = "chromium"
PACKAGES: Final = install.Packages(apt=(("chromium", "chromium fonts-dejavu-core"),))
PATIENCE: Final = 60.0
"""Seconds for anything that we wait for."""
_FLAGS: Final = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-default-browser-check",
    "--disable-features=Translate,OptimizationHints,MediaRouter", "--remote-debugging-pipe",
)  # fmt: skip
_PIPES: Final = 'exec "$@" 3<&0 4>&1 1>&2'
"""The protocol is spoken over the descriptors 3 and 4."""
_CODES: Final = {"Tab": 9, "Enter": 13, "Escape": 27, " ": 32, "End": 35, "Home": 36, "ArrowUp": 38, "ArrowDown": 40}
"""Codes of keys that are no letters. A full stop has none here: its own code as a letter is that of Delete."""


def missing() -> str | None:
    """Why there is no browser, or None."""
    return install.missing(NAME, PACKAGES)


class Tab:
    """One page. `events` are those that the browser told of so far."""

    def __init__(self, child: subprocess.Popen[bytes]) -> None:
        self._child, self._asked, self._rest = child, 0, b""
        self._session: str | None = None
        self.events: list[dict[str, Any]] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = str(self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"])
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Ask the browser and wait for its answer. Raises `PeerError`."""
        self._asked += 1
        message = {"id": self._asked, "method": method, "params": parameters}
        message |= {"sessionId": self._session} if self._session else {}
        assert self._child.stdin is not None
        self._child.stdin.write(json.dumps(message).encode() + b"\0")
        self._child.stdin.flush()
        deadline = time.monotonic() + PATIENCE
        while (told := self._told(deadline)).get("id") != self._asked:
            self.events.append(told)
        if "error" in told:
            raise PeerError(f"{method}: {told['error'].get('message')}")
        answer: dict[str, Any] = told["result"]
        return answer

    def _told(self, deadline: float) -> dict[str, Any]:
        assert self._child.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self._child.stdout, selectors.EVENT_READ)
            while b"\0" not in self._rest:
                ready = selector.select(max(deadline - time.monotonic(), 0))
                more = os.read(self._child.stdout.fileno(), 1 << 16) if ready else b""
                if not more:
                    raise PeerError("the browser is silent" if not ready else "the browser has ended")
                self._rest += more
        line, _, self._rest = self._rest.partition(b"\0")
        told: dict[str, Any] = json.loads(line)
        return told

    def of(self, method: str) -> list[dict[str, Any]]:
        """What the events of this name say."""
        return [one["params"] for one in self.events if one.get("method") == method]

    def size(self, width: int, height: int) -> None:
        """Give the page this size in pixels."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def at_once(self, script: str) -> None:
        """Run a script in each page before its own."""
        self.call("Page.addScriptToEvaluateOnNewDocument", source=script)

    def go(self, url: str) -> None:
        """Open an address."""
        self.call("Page.navigate", url=url)

    def tell(self, expression: str) -> Any:
        """The value of an expression in the page."""
        told = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in told:
            raise PeerError(f"{expression}: {told['exceptionDetails'].get('exception', {}).get('description')}")
        return told["result"].get("value")

    def until(self, holds: Callable[[], bool], what: Callable[[], str]) -> None:
        """Wait until something holds. Raises `PeerError` with `what` there is instead."""
        deadline = time.monotonic() + PATIENCE
        while not holds():
            if time.monotonic() > deadline:
                raise PeerError(what())
            time.sleep(0.05)

    def press(self, key: str, **more: Any) -> None:
        """Press a key by its name (`Enter`), or by the letter on it."""
        code = _CODES.get(key) or (ord(key.upper()) if key.isalnum() else 0)
        text = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
        common = {"key": key, "windowsVirtualKeyCode": code, **more}
        self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", text=text, **common)
        self.call("Input.dispatchKeyEvent", type="keyUp", **common)

    def type(self, text: str) -> None:
        """Type a text, letter by letter."""
        for letter in text:
            self.press(letter)

    def picture(self) -> bytes:
        """What stands in the page, as PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])


@contextlib.contextmanager
def opened() -> Iterator[Tab]:
    """A browser with an empty profile, until the block ends. Raises `PeerError`."""
    with tempfile.TemporaryDirectory(prefix="doctor-peers-", ignore_cleanup_errors=True) as folder:
        command = ["sh", "-c", _PIPES, "sh", "chromium", *_FLAGS, f"--user-data-dir={folder}"]
        environment = {**os.environ, "HOME": folder, "XDG_CONFIG_HOME": folder, "XDG_CACHE_HOME": folder}
        with (Path(folder) / "chromium.log").open("wb") as log:
            child = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, env=environment,
                start_new_session=True,
            )  # fmt: skip
        try:
            yield Tab(child)
        finally:
            _end(child)


def _end(child: subprocess.Popen[bytes]) -> None:
    """The browser ends when its pipe is closed; whatever of its own processes is left then is ended."""
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            pipe.close()
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(10)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def main() -> int:
    """1 when it cannot be installed although it could be; where it cannot be had at all the reason is printed."""
    try:
        install.install(NAME, PACKAGES)
    except install.UnavailableError as error:
        print(f"skipped {NAME}: {error}")
        return 0
    except PeerError as error:
        print(f"broken: {NAME}: {error}")
        return 1
    print(f"{NAME}: {missing() or 'installed'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
