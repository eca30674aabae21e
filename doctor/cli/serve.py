"""`doctor serve`: the terminal app in a browser, on this machine."""

from __future__ import annotations

import contextlib
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from doctor.cli import option
from doctor.model.error import UsageError

if TYPE_CHECKING:
    import argparse

_NEEDS: Final = ("aiohttp", "textual_serve")
_SAID: Final = "doctor: whoever has this address uses doctor as you do; Ctrl-C ends it\n"
_OPENS: Final = '<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url={url}">'


def parser() -> argparse.ArgumentParser:
    """The command's parser."""
    found = option.Parser(
        prog="doctor serve",
        description="Show the terminal app in a browser. The address, with a token in it, goes to standard output; "
        "only this machine can reach it. Needs sso-doctor[serve].",
    )
    add = found.add_argument
    add("--port", type=int, default=0, metavar="N", help="the port (default: a free one)")
    add("--host", default="127.0.0.1", metavar="NAME", help="127.0.0.1 (default), localhost or ::1; nothing else")
    add("--open", action="store_true", help="open the address in the browser")
    return found


def run(words: list[str]) -> int:
    """Serve until Ctrl-C or SIGTERM. Raises `UsageError`, and `CatalogueError` when the rules are wrong."""
    from doctor.web import guard

    chosen = parser().parse_args(words)
    if chosen.host not in guard.LOOPBACK:
        raise UsageError(
            f"doctor serve is for this machine only, not for {chosen.host}",
            "from elsewhere use a tunnel: ssh -L PORT:127.0.0.1:PORT HOST",
        )
    if not 0 <= chosen.port < 1 << 16:
        raise UsageError(f"{chosen.port} is no port", "1 to 65535, or 0 for a free one")
    if any(find_spec(name) is None for name in _NEEDS):
        raise UsageError("doctor serve needs packages that are not installed", "pip install 'sso-doctor[serve]'")
    return _serve(chosen)


def _serve(chosen: argparse.Namespace) -> int:
    import gc

    from doctor.engine.rulebook import shipped
    from doctor.web import server

    gc.enable()  # it lives long
    shipped().ids  # noqa: B018  (what is wrong with the rules is told here, not in the page)
    with contextlib.ExitStack() as after:

        def told(url: str) -> None:
            option.write(url + "\n", None)
            sys.stderr.write(_SAID)
            if chosen.open:
                _open(url, after)

        server.run(chosen.host, chosen.port, told)
    return 0


def _open(url: str, after: contextlib.ExitStack) -> None:
    """Open a browser on a file of the user's own that leads to the address: command lines are seen by everybody."""
    import tempfile
    import threading
    import webbrowser
    from pathlib import Path

    page = Path(after.enter_context(tempfile.TemporaryDirectory(prefix="doctor-"))) / "doctor.html"
    page.write_text(_OPENS.format(url=url), encoding="utf-8")

    def opened() -> None:
        if not webbrowser.open(page.as_uri()):
            sys.stderr.write("doctor: there is no browser to open; give the address to one\n")

    threading.Thread(target=opened, daemon=True).start()  # a browser in the terminal would hold us up
