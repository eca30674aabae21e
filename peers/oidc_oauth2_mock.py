"""oauth2-mock-server (npm): accepts everything, so it is the server that no real person must ever meet."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final

from peers import browser
from peers.install import Packages, node_modules
from peers.oidc_server import Peer, Running
from peers.process import free_port, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME: Final = "oauth2-mock-server"
PACKAGES: Final = Packages(npm=("oauth2-mock-server@8.2.3",), commands=("node", "npm"))


@contextlib.contextmanager
def served(folder: Path) -> Iterator[Running]:
    """It runs until the block ends. It calls itself localhost, wherever it listens."""
    port = free_port()
    command = ["node", str(node_modules(NAME) / ".bin" / NAME), "-a", "127.0.0.1", "-p", str(port)]
    with serving(command, folder / "log", lambda: bool(browser.get(f"http://127.0.0.1:{port}/jwks"))):
        yield Running(f"http://localhost:{port}", "web", "made-for-a-test", {})


PEER: Final = Peer(PACKAGES, served)
