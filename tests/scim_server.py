"""A SCIM server on 127.0.0.1 for tests: it keeps users in memory, and makes the mistakes that `modes` name."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN: Final = "canary-bearer-token-7c1d9e"
BASE: Final = "/scim/v2"
ALICE: Final = {
    "id": "u-alice", "userName": "alice@acme.test", "active": True,
    "name": {"givenName": "Alice", "familyName": "Doe"}, "emails": [{"value": "alice@acme.test"}],
}  # fmt: skip
_URN: Final = "urn:ietf:params:scim:"


class Asked(NamedTuple):
    """One request that came."""

    method: str
    path: str
    token: str
    body: Any


class Server:
    """What a running server knows: its port, its mistakes, its users, and all that was asked of it."""

    def __init__(self, *modes: str) -> None:
        self.modes = set(modes)
        self.port = 0
        self.asked: list[Asked] = []
        self.users: dict[str, dict[str, Any]] = {"u-alice": dict(ALICE)}
        self.numbers = iter(range(1, 1000))

    @property
    def url(self) -> str:
        """Its SCIM base URL."""
        return f"http://127.0.0.1:{self.port}{BASE}"

    @property
    def host(self) -> str:
        """What consent has to name."""
        return f"127.0.0.1:{self.port}"

    def methods(self) -> set[str]:
        """The methods of all requests."""
        return {one.method for one in self.asked}

    def left(self) -> list[str]:
        """The users beside Alice."""
        return [one["userName"] for one in self.users.values() if one["id"] != "u-alice"]

    # ── what it answers ──

    def answer(self, one: Asked) -> tuple[int, dict[str, str], Any]:
        """Status, headers and body for a request."""
        path = urlsplit(one.path).path
        if "login-page" in self.modes:
            return 200, {"Content-Type": "text/html"}, "<!doctype html><title>Sign in</title>"
        if found := next((mode for mode in self.modes if mode.startswith("redirect:")), None):
            return 302, {"Location": found.partition(":")[2] + path}, ""
        if one.token != TOKEN:
            told = f"no such token: {one.token}" if "echo" in self.modes else "bad token"
            return _error(401, told, {"WWW-Authenticate": f'Bearer error="invalid_token", error_description="{told}"'})
        if status := next((int(mode[7:]) for mode in self.modes if mode.startswith("status-")), None):
            return _error(status, f"told {one.token}" if "echo" in self.modes else "refused")
        if not path.startswith(BASE + "/"):
            return _error(404, "nothing here")
        return self._routed(one, path.removeprefix(BASE), parse_qs(urlsplit(one.path).query))

    def _routed(self, one: Asked, path: str, query: dict[str, list[str]]) -> tuple[int, dict[str, str], Any]:
        if path == "/ServiceProviderConfig":
            offered = {"patch": {"supported": "no-patch" not in self.modes}, "filter": {"supported": True}}
            return 200, {}, {"schemas": [_URN + "schemas:core:2.0:ServiceProviderConfig"], **offered}
        if path in ("/ResourceTypes", "/Schemas", "/Groups"):
            return 200, {}, _list([])
        if path == "/Users":
            return self._created(one) if one.method == "POST" else (200, {}, self._searched(query))
        return self._one(one, path.removeprefix("/Users/"))

    def _searched(self, query: dict[str, list[str]]) -> dict[str, Any]:
        wanted = query.get("filter", [""])[0].partition('"')[2].rstrip('"').lower()
        everybody = list(self.users.values())
        if not wanted or "ignore-filter" in self.modes:
            return _list([self._shown(one) for one in everybody])
        return _list([self._shown(one) for one in everybody if one["userName"].lower() == wanted])

    def _created(self, one: Asked) -> tuple[int, dict[str, str], Any]:
        if "readonly" in self.modes:
            return _error(403, "provisioning is disabled")
        name = f"u-{next(self.numbers)}"
        self.users[name] = {**one.body, "id": name}
        if "answer-of-somebody-else" in self.modes:
            return 201, {}, self._shown(self.users["u-alice"])
        if "wrong-id" in self.modes:
            return 201, {}, {**self._shown(self.users[name]), "id": "u-alice"}
        if "no-answer" in self.modes:
            raise ConnectionAbortedError
        if "no-id" in self.modes:
            return 201, {}, {"userName": one.body["userName"]}
        return 201, {}, self._shown(self.users[name])

    def _one(self, one: Asked, name: str) -> tuple[int, dict[str, str], Any]:
        found = self.users.get(name)
        if found is None:
            return _error(404, f"no user {name}")
        if one.method == "GET":
            return 200, {}, self._shown(found)
        if one.method == "DELETE":
            return self._deleted(name)
        if one.method == "PATCH" and self.modes & {"no-patch", "lying-patch"}:
            return _error(501, "no PATCH here")
        if one.method == "PATCH" and "strict" in self.modes and one.body["Operations"][0]["op"] != "replace":
            return _error(400, "op must be add, remove or replace", kind="invalidSyntax")
        return self._changed(found, one)

    def _deleted(self, name: str) -> tuple[int, dict[str, str], Any]:
        if "no-delete" in self.modes:
            return _error(500, "cannot delete")
        if "deaf-delete" not in self.modes:
            del self.users[name]
        return 204, {}, ""

    def _changed(self, found: dict[str, Any], one: Asked) -> tuple[int, dict[str, str], Any]:
        if one.method == "PUT":
            given = {**one.body}
        else:
            path, value = (one.body["Operations"][0][name] for name in ("path", "value"))
            renamed = {"name": {**found.get("name", {}), path.partition(".")[2]: value}}
            given = {"active": str(value).lower() == "true"} if path == "active" else renamed
        if "ignore-active" in self.modes:
            given.pop("active", None)
        if "ignore-updates" in self.modes:
            given.pop("name", None)
        found |= given
        if "deletes-inactive" in self.modes and found.get("active") is False:
            del self.users[found["id"]]
        return 204, {}, ""

    def _shown(self, user: dict[str, Any]) -> dict[str, Any]:
        hidden = {"no-names": "name", "no-active": "active", "no-emails": "emails", "no-user-name": "userName"}
        return {key: value for key, value in user.items() if key not in {hidden.get(mode) for mode in self.modes}}


def _list(users: list[dict[str, Any]]) -> dict[str, Any]:
    return {"schemas": [_URN + "api:messages:2.0:ListResponse"], "totalResults": len(users), "Resources": users}


def _error(
    status: int, detail: str, headers: dict[str, str] | None = None, kind: str | None = None
) -> tuple[int, dict[str, str], Any]:
    body = {"schemas": [_URN + "api:messages:2.0:Error"], "status": str(status), "detail": detail}
    return status, headers or {}, body | ({"scimType": kind} if kind else {})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    scim: Server

    def handle_any(self) -> None:
        """Read one request, do what the modes say, answer."""
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        one = Asked(self.command, self.path, token, json.loads(data) if data else None)
        self.scim.asked.append(one)
        if f"interrupt-{self.command}" in self.scim.modes:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.3)
        if f"silent-{self.command}" in self.scim.modes:
            time.sleep(3)
        with contextlib.suppress(OSError):
            self._send(*self.scim.answer(one))

    def _send(self, status: int, headers: dict[str, str], body: Any) -> None:
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in ({"Content-Type": "application/scim+json"} | headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any  # noqa: N815  (the names that http.server calls)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def serving(*modes: str) -> Iterator[Server]:
    """A server with these mistakes, until the block ends."""
    found = Server(*modes)
    handler = type("Handler", (_Handler,), {"scim": found})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as door:
        door.daemon_threads = True
        found.port = door.server_address[1]
        thread = threading.Thread(target=door.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield found
        finally:
            door.shutdown()
            thread.join(5)
