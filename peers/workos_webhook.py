"""A webhook that WorkOS' emulator sends, caught on loopback, and what WorkOS' own SDK says of it."""

from __future__ import annotations

import json
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Final, NamedTuple

from peers import install, job, workos_emulator
from peers.process import PeerError, program

if TYPE_CHECKING:
    from pathlib import Path

    from peers.workos_emulator import Running

SECRET: Final = "secret-of-the-endpoint-0815"
_WITHIN: Final = 10.0


class Caught(NamedTuple):
    """A webhook: the value of `WorkOS-Signature`, and the file that holds its body."""

    header: str
    body: Path


class _Receiver(BaseHTTPRequestHandler):
    """Keeps what comes."""

    server: _Endpoint

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.caught.append((str(self.headers.get("WorkOS-Signature")), body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


class _Endpoint(HTTPServer):
    timeout = _WITHIN

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Receiver)
        self.caught: list[tuple[str, bytes]] = []


def caught(running: Running, folder: Path) -> Caught:
    """The webhook about an organization that is made for it. Raises `PeerError` when none comes."""
    with _Endpoint() as endpoint:
        address = f"http://127.0.0.1:{endpoint.server_address[1]}/webhooks"
        _posted(running, "/webhook_endpoints", endpoint_url=address, secret=SECRET, events=["organization.created"])
        _posted(running, "/organizations", name="Initech")
        endpoint.handle_request()
    if not endpoint.caught:
        raise PeerError(f"no webhook came within {_WITHIN:.0f} seconds")
    header, body = endpoint.caught[0]
    (folder / "webhook.json").write_bytes(body)
    return Caught(header, folder / "webhook.json")


def _posted(running: Running, path: str, **body: object) -> None:
    headers = {"Authorization": f"Bearer {workos_emulator.KEY}", "Content-Type": "application/json"}
    request = urllib.request.Request(running.url + path, json.dumps(body).encode(), headers)
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=_WITHIN):
        pass


def judged_by_sdk(one: Caught) -> str:
    """`accepted`, or the SDK's words."""
    command = [install.python(workos_emulator.NAME), job.path("workos_webhook.py"), str(one.body), one.header]
    return program(command, {"WEBHOOK_SECRET": SECRET}).strip()
