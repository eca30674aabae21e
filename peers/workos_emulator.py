"""The API emulator of the WorkOS CLI (npm `workos`) on loopback, and WorkOS' own SDK (PyPI `workos`) as its reader.

Neither is the API itself; where they disagree, doctor accepts both (`docs/vendors.md`).
"""

from __future__ import annotations

import contextlib
import json
import urllib.request
from itertools import product
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from peers import browser, install, job
from peers.process import free_port, program, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME: Final = "workos"
PACKAGES: Final = install.Packages(pip=("workos==10.8.0",), npm=("workos@0.14.0",), commands=("node", "npm"))
KEY: Final = "sk_test_of_the_emulator_0815"
CONNECTION_STATES: Final = ("requires_type", "draft", "validating", "active", "inactive", "deleting", "frozen")
"""Every state that the SDK knows, and one that nobody does."""
DIRECTORY_STATES: Final = ("linked", "validating", "invalid_credentials", "unlinked", "deleting")
TYPES: Final = ("OktaSAML", "AzureSAML", "GenericSAML", "GenericOIDC", "GoogleOAuth")
_OWNERS: Final = ("Acme", "Globex")


class Running(NamedTuple):
    """An emulator that runs: its address, and where its log lies."""

    url: str
    log: Path

    def requests(self) -> list[str]:
        """The requests so far, such as `GET /connections?limit=100`; without those that look whether it is ready."""
        lines = self.log.read_text().splitlines()
        return [line for line in lines if line.startswith(("GET ", "POST ", "DELETE ")) and "/health" not in line]

    def connections(self) -> list[dict[str, Any]]:
        """The first page of connections, as the API gives them."""
        listed: list[dict[str, Any]] = json.loads(self._asked("GET", "connections"))["data"]
        return listed

    def become(self, connection: str, state: str) -> None:
        """Let a connection, by its ID, be in this state from now on, as somebody's sign-in or click does."""
        self._asked("PUT", f"connections/{connection}/state/{state}")

    def _asked(self, method: str, path: str) -> bytes:
        head = {"Authorization": f"Bearer {KEY}"}
        request = urllib.request.Request(f"{self.url}/{path}", method=method, headers=head)
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=20) as answer:
            body: bytes = answer.read()
        return body


def missing() -> str | None:
    """Why emulator and SDK cannot run now, or None."""
    return install.missing(NAME, PACKAGES)


def seed(count: int) -> dict[str, Any]:
    """So many connections, of every state and type; directories in every state; a sign-in that failed."""
    kinds = list(product(CONNECTION_STATES, TYPES))
    connections = [
        {"name": f"Connection {number}", "organization": _OWNERS[number % 2], "state": state, "connection_type": kind,
         "domains": [f"{_OWNERS[number % 2].lower()}.example"] if number % 3 else []}
        for number in range(count) for state, kind in [kinds[number % len(kinds)]]
    ]  # fmt: skip
    return {
        "apiKeys": {KEY: {"environment": "test"}},
        "organizations": [{"name": name, "domains": [{"domain": f"{name.lower()}.example", "state": "verified"}]}
                          for name in _OWNERS],
        "connections": connections, "directories": [_directory(*one) for one in enumerate(DIRECTORY_STATES)],
        "events": [_failure(str(connections[0]["name"]))],
    }  # fmt: skip


def _directory(number: int, state: str) -> dict[str, Any]:
    users = [_user(number, one) for one in ("active", "suspended")]
    return {
        "name": f"Directory {number}", "organization": _OWNERS[number % 2], "type": "okta scim v2.0",
        "state": state, "domain": "acme.example" if number % 2 else None, "external_key": f"key-{number}",
        "users": users,
    }  # fmt: skip


def _user(number: int, state: str) -> dict[str, Any]:
    email = f"{state}.{number}@acme.example"
    return {
        "idp_id": f"{state}-{number}", "first_name": "Ann", "last_name": None, "email": email, "username": email,
        "state": state, "role": None, "custom_attributes": {}, "raw_attributes": {}, "groups": [],
    }  # fmt: skip


def _failure(connection: str) -> dict[str, Any]:
    error = {"code": "idp_initiated_sso_disabled", "message": "Sign-ins that begin at the provider are off."}
    data = {
        "type": "sso", "status": "failed", "ip_address": None, "user_agent": None, "user_id": None,
        "email": "ann@acme.example", "error": error,
    }  # fmt: skip
    return {"event": "authentication.sso_failed", "connection": connection, "data": data}


@contextlib.contextmanager
def running(folder: Path, seeded: dict[str, Any]) -> Iterator[Running]:
    """The emulator with this seed, until the block ends. Raises `PeerError` when it does not start."""
    port = free_port()
    found = Running(f"http://127.0.0.1:{port}", folder / "emulator.log")
    (folder / "seed.json").write_text(json.dumps(seeded))
    command = ["node", job.path("workos_emulator.mjs"), str(port), str(folder / "seed.json")]
    environment = {
        "NODE_PACKAGES": str(install.node_modules(NAME).parent), "HOME": str(folder), "WORKOS_TELEMETRY": "false",
    }  # fmt: skip
    with serving(command, found.log, lambda: bool(browser.get(f"{found.url}/health")), environment):
        yield found


def read_by_sdk(running: Running) -> dict[str, Any]:
    """What the SDK reads there: `connections`, `directories`, `events` of all pages; `shown`, one connection of each
    state by its ID; `users`, those of the first directory.
    """
    environment = {"WORKOS_API_KEY": KEY, "NO_PROXY": "*"}
    answer = program([install.python(NAME), job.path("workos_sdk.py"), running.url], environment)
    found: dict[str, Any] = json.loads(answer)
    return found
