"""Servers on 127.0.0.1 that behave as WorkOS' and Scalekit's APIs do, and as they do on a bad day.

They know what the vendors' published descriptions say of the calls that doctor makes, and no more. `faults` are
taken one for each request, before it is looked at.
"""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.loopback import Identity

KEY = "sk_test_canary0123456789"
CLIENT = "skc_canary9876"
SECRET = "test_canarySecret0123456789"  # a secret of nothing
TOKEN = "eyJhbGciOiJub25lIn0.canaryTokenPayload.sig"


class Fault(NamedTuple):
    """What happens instead of an answer: a status with headers and body, or `drop`, `half`, `stall`, `reset`."""

    status: int = 0
    body: bytes = b""
    headers: dict[str, str] = {}  # noqa: RUF012
    how: str = ""


class Asked(NamedTuple):
    """A request that arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


Reply = tuple[int, Any]


class Server:
    """A running server: its address, what was asked, the faults to come, and its data."""

    def __init__(self, answer: Callable[[Server, Asked], Reply], **data: Any) -> None:
        self.answer = answer
        self.data = data
        self.requests: list[Asked] = []
        self.faults: list[Fault | None] = []
        self.always: Fault | None = None
        self.url = ""

    def paths(self) -> list[str]:
        return [f"{one.method} {one.path}" for one in self.requests]


class _Handler(BaseHTTPRequestHandler):
    """One connection: its one request is noted, then answered, or what the next fault says happens."""

    protocol_version = "HTTP/1.1"
    server: _Listener

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def handle_one_request(self) -> None:
        with contextlib.suppress(OSError):
            super().handle_one_request()

    def act(self) -> None:
        ours, parts = self.server.ours, urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, parts.path, query, headers, self.rfile.read(length))
        ours.requests.append(asked)
        fault = ours.faults.pop(0) if ours.faults else ours.always
        if fault is not None:
            self.fail(fault)
            return
        status, value = ours.answer(ours, asked)
        body = b"" if value is None else json.dumps(value).encode()
        self.reply(status, body, {"X-Request-ID": "req_0001"})

    do_GET = do_POST = do_PATCH = do_DELETE = act  # noqa: N815

    def reply(self, status: int, body: bytes, headers: dict[str, str], cut: int = 0) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) - cut])
        self.close_connection = True

    def fail(self, fault: Fault) -> None:
        self.close_connection = True
        if fault.how == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif fault.how == "stall":
            time.sleep(1.5)
        elif fault.how == "half":
            self.reply(200, b'{"object":"list","data":[{"id":"conn_', {}, cut=7)
        elif fault.how != "drop":
            self.reply(fault.status, fault.body, fault.headers)


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    ours: Server

    def handle_error(self, *_: object) -> None:
        """A client that leaves is no error."""


@contextlib.contextmanager
def running(server: Server, tls: Identity | None = None) -> Iterator[Server]:
    """Serve until the block ends."""
    listener = _Listener(("127.0.0.1", 0), _Handler)
    listener.ours = server
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls.certificate, tls.key)
        listener.socket = context.wrap_socket(listener.socket, server_side=True)
    server.url = f"{'https' if tls else 'http'}://127.0.0.1:{listener.server_address[1]}"
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown()
        listener.server_close()
        thread.join(5)


# ── WorkOS ─────────────────────────────────────────────────────────────────────────────────────────────────


def connection(number: int, **changes: Any) -> dict[str, Any]:
    """A connection of WorkOS."""
    return {
        "object": "connection", "id": f"conn_01E4ZCR3C56J083X43JQXF{number:04d}",
        "organization_id": "org_01EHWNCE74X7JSDV0X3SZ3KJNY", "connection_type": "OktaSAML", "name": f"Acme {number}",
        "state": "active", "domains": [{"id": "org_domain_1", "object": "connection_domain", "domain": "acme.example"}],
        "created_at": "2026-01-15T12:00:00.000Z", "updated_at": "2026-01-15T12:00:00.000Z", **changes,
    }  # fmt: skip


def directory(number: int, **changes: Any) -> dict[str, Any]:
    """A directory of WorkOS."""
    return {
        "object": "directory", "id": f"directory_01ECAZ4NV9QMV47GW873HD{number:04d}",
        "organization_id": "org_01EHWNCE74X7JSDV0X3SZ3KJNY", "external_key": "sPa12dwRQ", "type": "okta scim v2.0",
        "state": "linked", "name": f"Directory {number}", "domain": "acme.example",
        "created_at": "2026-01-15T12:00:00.000Z", "updated_at": "2026-01-15T12:00:00.000Z", **changes,
    }  # fmt: skip


def organization(**changes: Any) -> dict[str, Any]:
    """An organization of WorkOS with one domain."""
    domain = {"object": "organization_domain", "id": "org_domain_1", "domain": "acme.example", "state": "verified",
              "verification_strategy": "dns", "verification_prefix": "app-domain-verification-z3kjny",
              "verification_token": "m5Oztg3jdK4NJLgs8uIlIprMw"}  # fmt: skip
    return {"object": "organization", "id": "org_01EHWNCE74X7JSDV0X3SZ3KJNY", "name": "Acme", "external_id": None,
            "domains": [{**domain, **changes}]}  # fmt: skip


def failed(number: int, code: str = "example", email: str = "ann@acme.example", **changes: Any) -> dict[str, Any]:
    """A sign-in that failed, as WorkOS tells it."""
    return {
        "object": "event", "id": f"event_{number:04d}", "event": "authentication.sso_failed",
        "created_at": f"2026-11-20T10:{number:02d}:00.000Z",
        "data": {"type": "sso", "status": "failed", "ip_address": "192.0.2.1", "user_agent": "x", "user_id": None,
                 "email": email, "error": {"code": code, "message": f"{code} happened"},
                 "sso": {"organization_id": "org_01EHWNCE74X7JSDV0X3SZ3KJNY", "session_id": "s1",
                         "connection_id": "conn_01E4ZCR3C56J083X43JQXF0001"}, **changes},
    }  # fmt: skip


def workos(**data: Any) -> Server:
    """WorkOS' API with this data: connections, directories, users, groups, organizations, events, certificates."""
    return Server(_workos, **data)


def _refused(status: int, code: str, message: str) -> Reply:
    return status, {"message": message, "code": code}


def _workos(server: Server, asked: Asked) -> Reply:  # noqa: PLR0911  (one for each call of the API)
    if asked.headers.get("authorization") != f"Bearer {KEY}":
        return _refused(401, "unauthorized", f"Could not authorize the request: {asked.headers.get('authorization')}")
    parts = asked.path.strip("/").split("/")
    rows = list(server.data.get(parts[0], []))
    if len(parts) == 1:
        return _page(_filtered(parts[0], rows, asked.query), asked.query)
    mine = next((one for one in rows if one["id"] == parts[1]), None)
    if parts[1] in server.data.get("elsewhere", ()):
        return _refused(403, "forbidden", "Access denied")
    if mine is None:
        return _refused(404, "entity_not_found", f"Not found: '{parts[1]}'.")
    if len(parts) == 3:
        listed = server.data.get("certificates")
        return (404, {"message": "Not Found"}) if listed is None else (200, {"object": "list", "data": listed})
    if asked.method == "DELETE":
        server.data[parts[0]] = [one for one in rows if one is not mine]
        return 204, None
    return 200, mine


def _filtered(kind: str, rows: list[Any], query: dict[str, str]) -> list[Any]:
    for name in ("organization_id", "connection_type"):
        if name in query and kind != "events":
            rows = [one for one in rows if one.get(name, query[name]) == query[name]]
    if kind == "organizations" and "domains" in query:
        rows = [one for one in rows if query["domains"] in {each["domain"] for each in one["domains"]}]
    if kind in ("directory_users", "directory_groups"):
        rows = [one for one in rows if one["directory_id"] == query.get("directory")]
    if kind == "events":
        rows = [one for one in rows if one["event"] in query.get("events", "").split(",")]
    return rows


def _page(rows: list[Any], query: dict[str, str]) -> Reply:
    limit, after = int(query.get("limit", "10")), query.get("after")
    start = next((n + 1 for n, one in enumerate(rows) if one["id"] == after), 0) if after else 0
    page = rows[start : start + limit]
    further = page[-1]["id"] if start + limit < len(rows) else None
    return 200, {"object": "list", "data": page, "list_metadata": {"before": None, "after": further}}


# ── Scalekit ───────────────────────────────────────────────────────────────────────────────────────────────


def scalekit(**data: Any) -> Server:
    """A Scalekit environment with this data: connections, directories, users, groups, organizations, domains."""
    return Server(_scalekit, **data)


def _scalekit(server: Server, asked: Asked) -> Reply:
    if asked.path == "/oauth/token":
        form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client", "error_description": f"wrong secret {form.get('client_secret')}"}
        return 200, {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 86399}
    if asked.headers.get("authorization") != f"Bearer {TOKEN}":
        return 401, {"code": 16, "message": "unauthenticated", "details": []}
    parts = asked.path.removeprefix("/api/v1/").split("/")
    if parts == ["connections"]:
        return 200, _listed(server, asked)
    if parts == ["organizations"]:
        return 200, _some("organizations", server.data.get("organizations", []), asked.query)
    return _of_organization(server, asked, parts[1], parts[2:])


def _listed(server: Server, asked: Asked) -> dict[str, Any]:
    """Without include=all only what is complete and switched on; without the configuration, as the API does."""
    rows = server.data.get("connections", [])
    if asked.query.get("include") != "all":
        rows = [one for one in rows if one["status"] == "COMPLETED" and one.get("enabled")]
    if "organization_id" in asked.query:
        rows = [one for one in rows if one["organization_id"] == asked.query["organization_id"]]
    return {"connections": [{key: value for key, value in one.items() if not key.endswith("_config")} for one in rows]}


def _some(name: str, rows: list[Any], query: dict[str, str]) -> dict[str, Any]:
    start, size = int(query.get("page_token") or 0), int(query.get("page_size", "10"))
    further = str(start + size) if start + size < len(rows) else ""
    found = {name: rows[start : start + size], "next_page_token": further, "total_size": len(rows)}
    return {key: value for key, value in found.items() if value}  # protobuf JSON leaves out what is empty


def _of_organization(  # noqa: PLR0911  (one for each call of the API)
    server: Server, asked: Asked, owner: str, parts: list[str]
) -> Reply:
    if not parts:
        mine = [one for one in server.data.get("organizations", []) if one["id"] == owner]
        return (200, {"organization": mine[0]}) if mine else (404, {"code": 5, "message": "organization not found"})
    rows = [one for one in server.data.get(parts[0], []) if one.get("organization_id", owner) == owner]
    if len(parts) == 1:
        return 200, _some(parts[0], rows, asked.query)
    ident, _, action = parts[1].partition(":")
    found = next((one for one in rows if one["id"] == ident), None)
    if found is None:
        return 404, {"code": 5, "message": f"{parts[0][:-1]} not found"}
    if len(parts) == 3:
        return 200, _some(parts[2], server.data.get(parts[2], []), asked.query)
    if action:
        found["enabled"] = action == "enable"
        return 200, {"enabled": found["enabled"]}
    if asked.method == "DELETE":
        server.data[parts[0]].remove(found)
        return 200, {}
    return 200, {parts[0][:-1].replace("directorie", "directory"): found}
