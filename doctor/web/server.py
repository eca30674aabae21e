"""The server: one page, the files that it needs, and a websocket that begins a session of the app."""

from __future__ import annotations

import asyncio
import contextlib
import html
import io
import logging
import os
import signal
import sys
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Final

from aiohttp import WSCloseCode, web
from textual_serve.server import Server, to_int

from doctor.model.error import UsageError
from doctor.report.safe import line
from doctor.web import guard
from doctor.web.session import PATIENCE, Session

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiohttp.typedefs import Handler

_PAGE: Final = Path(__file__).parent / "page"
_THEIRS: Final = {
    "textual.js": "js/textual.js", "xterm.css": "css/xterm.css", "mono.ttf": "fonts/RobotoMono-VariableFont_wght.ttf",
}  # fmt: skip
"""Files of textual-serve that the page needs, by the names that we give them."""
_OURS: Final = ("page.css", "page.js")
_PASTE: Final = 64 << 20
"""Bytes of the longest paste, which is the largest input that doctor reads."""
_SIZES: Final = range(1, 1001)


class AppServer(Server):
    """textual-serve with a door: `secret` is the first part of every path."""

    def __init__(self, secret: str) -> None:
        super().__init__("doctor")
        self._secret = secret
        self._open: set[web.WebSocketResponse] = set()

    async def _make_app(self) -> web.Application:
        """The routes; whatever else is asked for is refused."""
        app = web.Application(middlewares=[self._admit])
        for path, handler in {
            "": self.page, "ws": self.handle_websocket, "download/{key}": self.handle_download, "{file}": self.file,
        }.items():  # fmt: skip
            app.router.add_get(f"/{{secret}}/{path}", handler)
        app.on_response_prepare.append(_head)
        app.on_shutdown.append(self.on_shutdown)
        return app

    @web.middleware
    async def _admit(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        asked = guard.Asked(request.path, request.headers.get("Host"), request.headers.get("Origin"))
        if not guard.admits(asked, self._secret):
            return web.Response(status=403, text=guard.REFUSED)
        return await handler(request)

    async def page(self, request: web.Request) -> web.Response:
        """The page; it finds us where the browser found us, at the end of a tunnel, too."""
        template = Template((_PAGE / "index.html").read_text("utf-8"))
        text = template.substitute(socket=html.escape(f"ws://{request.host}/{self._secret}/ws"))
        return web.Response(text=text, content_type="text/html")

    async def file(self, request: web.Request) -> web.FileResponse:
        """A file of the page, of textual-serve or of ours."""
        name = request.match_info["file"]
        if name in _OURS:
            return web.FileResponse(_PAGE / name)
        if name in _THEIRS:
            return web.FileResponse(self.statics_path / _THEIRS[name])
        raise web.HTTPNotFound

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """A page that opened: its session lasts as long as the socket."""
        socket = web.WebSocketResponse(heartbeat=15, max_msg_size=_PASTE)
        await socket.prepare(request)
        session = Session(
            self.command, write_bytes=socket.send_bytes, write_str=socket.send_str, close=lambda: _close(socket),
            download_manager=self.download_manager,
        )  # fmt: skip
        self._open.add(socket)
        try:
            await session.start(_size(request, "width", 80), _size(request, "height", 24))
            await self._process_messages(socket, session)
        finally:
            self._open.discard(socket)
            await session.stop()
        return socket

    async def on_shutdown(self, app: web.Application) -> None:  # noqa: ARG002  (the framework's signature)
        """Close every page; their sessions end with them."""
        await asyncio.gather(*(_close(one) for one in tuple(self._open)))


async def _close(socket: web.WebSocketResponse) -> None:
    await socket.close(code=WSCloseCode.GOING_AWAY)


def _size(request: web.Request, name: str, default: int) -> int:
    size = to_int(request.query.get(name, ""), default)
    return size if size in _SIZES else default


async def _head(request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(guard.headers(request.headers.get("Host")))


def run(host: str, port: int, told: Callable[[str], None]) -> None:
    """Serve until SIGTERM or Ctrl-C; `told` gets the address. Raises `UsageError` when the port cannot be had."""
    if not os.environ.get("DOCTOR_DEBUG"):
        for name in ("aiohttp", "asyncio", "textual-serve"):  # their tracebacks, and addresses with the token in them
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    asyncio.run(_served(guard.LOOPBACK[host], port, told))


async def _served(host: str, port: int, told: Callable[[str], None]) -> None:
    ended, secret, complaints = asyncio.Event(), guard.token(), _Complaints()
    with contextlib.suppress(NotImplementedError):  # Windows
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    app = await AppServer(secret)._make_app()
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2 * PATIENCE)
    await runner.setup()
    try:
        await _listen(runner, host, port)
        told(guard.address(host, runner.addresses[0][1], secret))
        with contextlib.redirect_stdout(complaints):  # where textual-serve passes on what a failed app said
            await ended.wait()
    finally:
        with contextlib.redirect_stdout(complaints):
            await runner.cleanup()


class _Complaints(io.TextIOBase):
    """The last line of what a failed app said, which names the error; a traceback is for those who ask for it."""

    def __init__(self) -> None:
        self._told = ""

    def write(self, text: str) -> int:
        """Pass it on. textual-serve says the same twice of an app that did not begin."""
        if text != self._told:
            self._told = text
            said = [one for one in text.splitlines() if one.strip()]
            for one in said if os.environ.get("DOCTOR_DEBUG") else said[-1:]:
                sys.stderr.write(f"doctor: a page ended: {line(one, 300)}\n")
        return len(text)


async def _listen(runner: web.AppRunner, host: str, port: int) -> None:
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else str(error)
        raise UsageError(f"port {port} of {host} cannot be had: {why}", "--port 0 takes a free one") from None
