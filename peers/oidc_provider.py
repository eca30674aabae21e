"""oidc-provider (npm), a certified server: every mistake has its own answer, most of them on a page."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final

from peers import browser, job, oidc_browser
from peers.install import Packages, node_modules
from peers.oidc_server import REDIRECT_URI, Peer, Running
from peers.process import free_port, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME: Final = "oidc-provider"
PACKAGES: Final = Packages(npm=("oidc-provider@9.13.3",), commands=("node", "npm"))


@contextlib.contextmanager
def served(folder: Path) -> Iterator[Running]:
    """It runs until the block ends."""
    port = free_port()
    issuer = f"http://127.0.0.1:{port}"
    command = ["node", job.path("oidc_provider.mjs"), str(port), REDIRECT_URI]
    packages = {"NODE_PACKAGES": str(node_modules(NAME).parent)}
    with serving(command, folder / "log", lambda: bool(browser.get(f"{issuer}/jwks")), packages):
        yield Running(
            issuer, "web", "made-for-a-test", {"login": "alice", "password": "any"}, _cancelled, "narrow", "native"
        )


def _cancelled(url: str) -> oidc_browser.End:
    """Its pages have a link "Cancel"."""
    return oidc_browser.follow(url, REDIRECT_URI, "/abort")


PEER: Final = Peer(PACKAGES, served)
