"""Real SCIM servers on loopback: scim2-server (PyPI), which is healthy, and SCIMMY (npm) with one mistake at a time."""

from __future__ import annotations

import contextlib
import http.client
import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from peers import install, job
from peers.process import free_port, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOKEN: Final = "tok-of-the-peers-4711"
PACKAGES: Final = {
    "scim2-server": install.Packages(pip=("scim2-server==0.8.3",)),
    "scimmy": install.Packages(npm=("scimmy@1.3.5", "scimmy-routers@1.3.2", "express@5.3.0"), commands=("node", "npm")),
}
BASES: Final = {"scim2-server": "/v2", "scimmy": "/scim/v2"}
"""Below which path each server has its endpoints."""


class Running(NamedTuple):
    """A server that runs: its address without a path, and its token."""

    root: str
    token: str


def missing(name: str) -> str | None:
    """Why a server cannot run now, or None."""
    return install.missing(name, PACKAGES[name])


@contextlib.contextmanager
def running(name: str, mode: str, folder: Path) -> Iterator[Running]:
    """A server in one of its modes, until the block ends. Raises `PeerError` when it does not start."""
    port = free_port()
    found = Running(f"http://127.0.0.1:{port}", TOKEN)
    command, environment = _command(name, mode, port, folder)
    with serving(command, folder / f"{name}-{mode}.log", lambda: _answers(port), environment):
        yield found


def _command(name: str, mode: str, port: int, folder: Path) -> tuple[list[str], dict[str, str]]:
    if name == "scimmy":
        packages = str(install.node_modules(name).parent)
        return ["node", job.path("scimmy.mjs"), str(port)], {"NODE_PACKAGES": packages, "MODE": mode, "TOKEN": TOKEN}
    command = [install.python(name).replace("/python", "/scim2-server"), "--port", str(port)]
    if mode != "open":
        command += ["--bearer-token", TOKEN]
    if mode == "no-patch":
        (folder / "configuration.json").write_text(json.dumps(_without_patch()))
        command += ["--service-provider-config", str(folder / "configuration.json")]
    return command, {}


def _without_patch() -> dict[str, Any]:
    """A configuration that denies PATCH, which the server does have."""
    off, on = {"supported": False}, {"supported": True}
    bearer = {"type": "oauthbearertoken", "name": "Bearer token", "description": "A bearer token"}
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"], "patch": off,
        "bulk": {**on, "maxOperations": 100, "maxPayloadSize": 1048576}, "filter": {**on, "maxResults": 100},
        "changePassword": on, "sort": on, "etag": on, "authenticationSchemes": [bearer],
    }  # fmt: skip


def _answers(port: int) -> bool:
    """Whether somebody answers, with whatever status; no redirect is followed."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status > 0
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
