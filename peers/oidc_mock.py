"""oidc-provider-mock (PyPI): answers a wrong redirect URI with JSON, and a refusal without state."""

from __future__ import annotations

import contextlib
import json
import urllib.request
from typing import TYPE_CHECKING, Final

from peers import browser, oidc_browser
from peers.install import Packages, python
from peers.oidc_server import REDIRECT_URI, Peer, Running
from peers.process import free_port, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME: Final = "oidc-provider-mock"
PACKAGES: Final = Packages(pip=("oidc-provider-mock==0.3.4",))


@contextlib.contextmanager
def served(folder: Path) -> Iterator[Running]:
    """It runs until the block ends; its client is registered on the way."""
    port = free_port()
    issuer = f"http://127.0.0.1:{port}"
    command = [python(NAME).replace("/python", f"/{NAME}"), "--port", str(port), "--require-registration", "true"]
    with serving(command, folder / "log", lambda: bool(browser.get(f"{issuer}/.well-known/openid-configuration"))):
        client = _registered(issuer)
        yield Running(issuer, client["client_id"], client["client_secret"], {"sub": "alice"}, _denied)


def _registered(issuer: str) -> dict[str, str]:
    body = json.dumps({"redirect_uris": [REDIRECT_URI]}).encode()
    request = urllib.request.Request(f"{issuer}/oauth2/clients", body, {"Content-Type": "application/json"})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=15) as answer:
        found: dict[str, str] = json.load(answer)
    return found


def _denied(url: str) -> oidc_browser.End:
    """Its page has a button "Deny"."""
    return oidc_browser.sign_in(url, REDIRECT_URI, {}, ("action", "deny"))


PEER: Final = Peer(PACKAGES, served)
