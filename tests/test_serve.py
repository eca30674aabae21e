"""`doctor serve`: who may come in, what is given, and that nothing is left behind."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import webbrowser
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest

from doctor.cli.main import main
from doctor.web import guard
from tests import serving
from tests.serving import LINUX, PATIENCE, Served, alive, until

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from aiohttp import ClientWebSocketResponse

aiohttp = pytest.importorskip("aiohttp")
pytest.importorskip("textual_serve")
needs_proc = pytest.mark.skipif(not LINUX, reason="looks at processes in /proc")
TOKEN = "t0ken"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for all tests that leave it running."""
    with serving.serving(tmp_path_factory.mktemp("home")) as found:
        yield found


# ── who may come in ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("path", "host", "origin", "admitted"),
    [
        ("/t0ken/", "127.0.0.1:8000", None, True),
        ("/t0ken/ws", "localhost:9", "http://localhost:9", True),
        ("/t0ken/", "[::1]:80", "http://[::1]:80", True),
        ("/t0ken", "127.0.0.1", None, True),
        ("/", "127.0.0.1:8000", None, False),
        ("/t0ke/", "127.0.0.1:8000", None, False),
        ("/t0kenn/", "127.0.0.1:8000", None, False),
        ("/T0KEN/", "127.0.0.1:8000", None, False),
        ("//t0ken/", "127.0.0.1:8000", None, False),
        ("/x/t0ken/", "127.0.0.1:8000", None, False),
        ("/t0k\udce9n/", "127.0.0.1:8000", None, False),
        ("/t0ken/", "evil.example", None, False),
        ("/t0ken/", "127.0.0.1.evil.example:8000", None, False),
        ("/t0ken/", "127.0.0.1:8000; script-src *", None, False),
        ("/t0ken/", "evil.example@127.0.0.1", None, False),
        ("/t0ken/", "", None, False),
        ("/t0ken/", None, None, False),
        ("/t0ken/ws", "127.0.0.1:8000", "http://127.0.0.1:8001", False),
        ("/t0ken/ws", "127.0.0.1:8000", "http://localhost:8000", False),
        ("/t0ken/ws", "127.0.0.1:8000", "https://127.0.0.1:8000", False),
        ("/t0ken/ws", "127.0.0.1:8000", "null", False),
        ("/t0ken/ws", "127.0.0.1:8000", "", False),
    ],
)
def test_who_is_admitted(path: str, host: str | None, origin: str | None, admitted: bool) -> None:
    assert guard.admits(guard.Asked(path, host, origin), TOKEN) is admitted


def test_each_server_has_a_token_that_nobody_guesses() -> None:
    tokens = {guard.token() for _ in range(100)}
    assert len(tokens) == 100
    assert min(map(len, tokens)) >= 40


def test_the_address_is_a_url() -> None:
    assert guard.address("127.0.0.1", 8000, TOKEN) == "http://127.0.0.1:8000/t0ken/"
    assert urlsplit(guard.address("::1", 8000, TOKEN)).hostname == "::1"


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
@pytest.mark.parametrize(
    "path", ["/", "/ws?width=80&height=24", "/textual.js", "/static/js/textual.js", "/download/x", "/favicon.ico",
             "/wrong/", "/wrong/ws", "/wrong/textual.js", "/wrong/download/x", "/../x"],
)  # fmt: skip
def test_without_the_token_everything_is_refused(served: Served, path: str, method: str) -> None:
    answer = served.ask(path, method, Upgrade="websocket", Connection="Upgrade", Sec_WebSocket_Version="13",
                        Sec_WebSocket_Key="MDEyMzQ1Njc4OWFiY2RlZg==")  # fmt: skip
    assert answer.status == 403
    assert served.token not in str(answer)
    assert answer.text in (guard.REFUSED, "")


def test_another_host_or_origin_is_refused_with_the_token(served: Served) -> None:
    path = f"/{served.token}/"
    assert served.ask(path).status == 200
    assert served.ask(path, Host="evil.example").status == 403
    assert served.ask(path, Host=f"evil.example:{urlsplit(served.url).port}").status == 403
    assert served.ask(path, Origin="https://evil.example").status == 403
    tunnel = served.ask(path, Host="localhost:9000")
    assert "ws://localhost:9000/" in tunnel.text
    assert "connect-src 'self' ws://localhost:9000" in tunnel.headers["Content-Security-Policy"]


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:1", "null"])
def test_a_page_of_another_server_gets_no_socket(served: Served, origin: str) -> None:
    async def attempt() -> int:
        async with aiohttp.ClientSession() as client:
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await client.ws_connect(f"{served.url}ws", headers={"Origin": origin})
            return int(refused.value.status)

    assert asyncio.run(attempt()) == 403


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux answers at every address of 127/8")
def test_it_listens_at_one_address_only(served: Served) -> None:
    port = urlsplit(served.url).port
    assert urlsplit(served.url).hostname == "127.0.0.1"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", port or 0), timeout=PATIENCE)


# ── what is given ─────────────────────────────────────────────────────────────────────────────────────────


def test_the_page_and_its_files_come_from_here_and_are_not_kept(served: Served) -> None:
    page = served.ask(f"/{served.token}/")
    names = re.findall(r'(?:src|href)="([^"]*)"', page.text)
    assert {"textual.js", "xterm.css", "page.css", "page.js", "mono.ttf"} <= set(names)
    assert [name for name in names if "/" in name] == []
    assert re.findall(r"\w+://[^/\"]*", page.text) == [f"ws://{served.authority}"]
    for name in ("", *names):
        if name.startswith("data:"):
            continue
        answer = served.ask(f"/{served.token}/{name}")
        assert (name, answer.status) == (name, 200)
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "path", ["server.py", "..%2fserver.py", "%2e%2e/guard.py", "js/textual.js", "nope", "download/x"]
)
def test_no_other_file_is_given(served: Served, path: str) -> None:
    assert served.ask(f"/{served.token}/{path}").status in (403, 404)


def test_the_address_is_data_and_the_rest_is_talk(tmp_path: Path) -> None:
    with serving.serving(tmp_path) as own:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/[\w-]{40,}/", own.url)
        for path in (f"/{own.token}/", "/wrong/", f"/{own.token}/nope"):
            own.ask(path)
        code, out, err = own.end(signal.SIGTERM)
    assert (code, out) == (0, "")
    assert re.fullmatch(r"doctor: .*\n", err)
    assert own.token not in err


# ── a page's own process ──────────────────────────────────────────────────────────────────────────────────


class Page:
    """A page, as far as the server sees it: what is typed goes in, what is drawn comes out."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.socket = socket
        self.drawn = ""

    async def until(self, text: str) -> None:
        """Wait until this was drawn; movements of the cursor and colours in between do not count."""
        async with asyncio.timeout(PATIENCE):
            while text not in re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", self.drawn):
                message = await self.socket.receive()
                assert message.type in (aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT), self.drawn[-2000:]
                self.drawn += message.data.decode() if isinstance(message.data, bytes) else ""

    async def type(self, text: str) -> None:
        """Type, and forget what was drawn before."""
        self.drawn = ""
        await self.socket.send_json(["stdin", text])

    async def closed(self) -> None:
        """Wait until the server closes it."""
        async with asyncio.timeout(PATIENCE):
            while (await self.socket.receive()).type not in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED):
                pass


def visit(served: Served, visited: Callable[[Page], Awaitable[None]]) -> None:
    """Open a page of the app, wait until it is drawn, and leave."""

    async def whole() -> None:
        async with aiohttp.ClientSession() as client, client.ws_connect(
            f"{served.url}ws?width=100&height=30", headers={"Origin": f"http://{served.authority}"}
        ) as socket:  # fmt: skip
            page = Page(socket)
            await page.until("Recent cases")
            await visited(page)

    asyncio.run(whole())


@needs_proc
def test_a_page_is_the_app_with_the_same_python_and_home(tmp_path: Path) -> None:
    """And with no module of the folder where the server happens to stand."""
    trap = tmp_path / "here"
    trap.mkdir()
    for name in ("textual", "aiohttp", "doctor", "json"):
        (trap / f"{name}.py").write_text("import pathlib; pathlib.Path(__file__).with_suffix('.sprung').touch()\n")

    async def visited(page: Page) -> None:
        (child,) = own.children()
        command = Path(f"/proc/{child}/cmdline").read_text().split("\0")
        assert command[:-1] == [sys.executable, "-P", "-m", "doctor.tui.served"]
        environment = Path(f"/proc/{child}/environ").read_text().split("\0")
        assert f"DOCTOR_HOME={tmp_path}" in environment
        assert "ACME=1" in environment
        assert own.token not in str(environment) + str(command)
        await page.type("okta saml")
        await page.until("okta-saml")

    with serving.serving(tmp_path, cwd=trap, ACME="1") as own:
        visit(own, visited)
    assert list(trap.glob("*.sprung")) == []


@needs_proc
def test_a_process_ends_with_its_page(served: Served) -> None:
    seen: list[int] = []

    async def visited(page: Page) -> None:
        seen.extend(served.children())

    visit(served, visited)
    assert len(seen) == 1
    until(lambda: not served.children())


@needs_proc
def test_a_process_that_hangs_is_ended_too(served: Served) -> None:
    async def visited(page: Page) -> None:
        (child,) = served.children()
        os.kill(child, signal.SIGSTOP)

    visit(served, visited)
    until(lambda: not served.children())


@needs_proc
def test_a_page_ends_with_its_process(served: Served) -> None:
    async def visited(page: Page) -> None:
        (child,) = served.children()
        os.kill(child, signal.SIGKILL)
        await page.closed()

    visit(served, visited)
    until(lambda: not served.children())


@needs_proc
def test_leaving_the_app_ends_its_page_and_no_other(served: Served) -> None:
    async def other(page: Page) -> None:
        async def visited(leaving: Page) -> None:
            await leaving.type("\x11")  # ctrl-q
            await leaving.closed()

        await asyncio.to_thread(visit, served, visited)
        await page.type("okta")
        await page.until("okta-saml")

    visit(served, other)
    until(lambda: not served.children())


NONSENSE = ("nonsense", "{}", "[]", '["resize", {}]', '["stdin", 7]', '["nobody knows", 1]')


@needs_proc
def test_what_no_page_sends_ends_at_most_that_page(tmp_path: Path) -> None:
    async def visited(message: str, page: Page) -> None:
        await page.socket.send_str(message)
        await page.socket.send_json(["ping", "1"])
        async with asyncio.timeout(PATIENCE):
            while (await page.socket.receive()).type is aiohttp.WSMsgType.BINARY:
                pass

    with serving.serving(tmp_path) as own:
        for message in NONSENSE:
            visit(own, partial(visited, message))
        until(lambda: not own.children())
        assert own.ask(f"/{own.token}/").status == 200
        assert own.end(signal.SIGTERM)[2].count("\n") == 1


@needs_proc
def test_an_app_that_cannot_begin_is_told_in_one_line(tmp_path: Path) -> None:
    """The server itself needs none of what is broken here."""
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "textual.py").write_text("raise RuntimeError('no \\x1b[31m textual')\n")

    async def visited() -> None:
        async with aiohttp.ClientSession() as client, client.ws_connect(f"{own.url}ws?width=80&height=24") as socket:
            await Page(socket).closed()

    with serving.serving(tmp_path, PYTHONPATH=str(broken)) as own:
        asyncio.run(visited())
        until(lambda: not own.children())
        code, out, err = own.end(signal.SIGTERM)
    assert (code, out) == (0, "")
    assert err.splitlines()[1:] == [r"doctor: a page ended: RuntimeError: no \x1b[31m textual"]


# ── the end ───────────────────────────────────────────────────────────────────────────────────────────────


@needs_proc
@pytest.mark.parametrize(("how", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_it_ends_quietly_and_takes_its_pages_along(tmp_path: Path, how: signal.Signals, code: int) -> None:
    async def visited(page: Page) -> None:
        children = own.children()
        ended = asyncio.create_task(asyncio.to_thread(own.end, how))
        await page.closed()
        assert len(children) == 1
        seen.append((await ended, [child for child in children if alive(child)]))

    seen: list[Any] = []
    with serving.serving(tmp_path) as own:
        visit(own, visited)
    ((found, out, err), left) = seen[0]
    assert (found, out, left) == (code, "", [])
    assert err.count("\n") == 1


@needs_proc
def test_processes_end_when_the_server_is_killed(tmp_path: Path) -> None:
    seen: list[int] = []

    async def visited(page: Page) -> None:
        seen.extend(own.children())
        own.process.kill()
        await page.closed()

    with serving.serving(tmp_path) as own:
        visit(own, visited)
        assert len(seen) == 1
        until(lambda: not alive(seen[0]))


# ── the command line ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--host", "0.0.0.0"], "for this machine only, not for 0.0.0.0"),
        (["--host", "example.com"], "ssh -L"),
        (["--port", "70000"], "70000 is no port"),
        (["--port", "-1"], "-1 is no port"),
        (["--port", "http"], "invalid int value"),
    ],
)
def test_what_cannot_be_served(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err


def test_a_port_that_is_taken(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    port = urlsplit(served.url).port
    assert main(["serve", "--port", str(port)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert f"port {port} of 127.0.0.1 cannot be had" in err
    assert "--port 0" in err


def test_without_the_package_a_line_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "textual_serve", None)
    assert main(["serve"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "pip install 'sso-doctor[serve]'" in err


def test_rules_that_are_wrong_are_told_before_anything_is_served(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from doctor.engine import rulebook
    from doctor.model.error import CatalogueError

    def wrong() -> None:
        raise CatalogueError(["a.yaml:1: wrong"])

    monkeypatch.setattr(rulebook, "shipped", wrong)
    assert main(["serve"]) == 2
    assert capsys.readouterr() == ("", "doctor: a.yaml:1: wrong\n  " + CatalogueError(["a"]).hint + "\n")


@pytest.mark.parametrize("there", [True, False])
def test_open_hands_the_address_over_in_a_file(
    there: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A command line would show the token to everybody on this machine."""
    from doctor.web import server

    url, seen, opened = "http://127.0.0.1:8000/t0ken/", [], threading.Event()

    def open_it(given: str) -> bool:
        path = Path(url2pathname(urlsplit(given).path))
        seen.append((given, path, path.read_text(), path.parent.stat().st_mode & 0o777))
        opened.set()
        return there

    def run(host: str, port: int, told: Callable[[str], None]) -> None:
        told(url)
        assert opened.wait(PATIENCE)
        until(lambda: threading.active_count() == before)

    before = threading.active_count()
    monkeypatch.setattr(webbrowser, "open", open_it)
    monkeypatch.setattr(server, "run", run)
    assert main(["serve", "--open"]) == 0
    ((given, path, text, mode),) = seen
    assert "t0ken" not in given
    assert f"url={url}" in text
    assert os.name != "posix" or mode == 0o700
    assert not path.exists()
    out, err = capsys.readouterr()
    assert out == url + "\n"
    assert ("no browser" in err) is not there


def test_nothing_of_the_server_is_loaded_for_other_commands() -> None:
    code = "import sys\nfrom doctor.cli.main import main\nmain(['serve', '--host', 'x'])\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert {"aiohttp", "textual", "asyncio", "textual_serve"} & set(done.stdout.split()) == set()
    assert "doctor.web.guard" in done.stdout.split()
