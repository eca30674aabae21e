"""Who may come in: whoever knows the token, from a page that we served, at an address of this machine.

Anybody on this machine can reach a port of loopback, and so can every web page that a browser shows. The token keeps
the first out; host and origin keep out pages whose name leads here (DNS rebinding), and those of other servers here.
It stands in the path, not in a cookie: browsers send a cookie to every port of a host.
"""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

LOOPBACK: Final = {"127.0.0.1": "127.0.0.1", "localhost": "127.0.0.1", "::1": "::1"}
"""What may be served, and the address that is meant. `localhost` is not looked up: it might lead to two addresses."""
_HERE: Final = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?")
"""A Host header that names this machine; the port may be that of a tunnel."""
REFUSED: Final = "403: the address with its token is the one that doctor serve printed.\n"
_POLICY: Final = {
    "default-src": "'none'", "script-src": "'self'", "style-src": "'self' 'unsafe-inline'", "font-src": "'self'",
    "img-src": "data:", "base-uri": "'none'", "form-action": "'none'", "frame-ancestors": "'none'",
}  # fmt: skip
"""Nothing from elsewhere. The terminal in the page writes its own styles, which is what `unsafe-inline` allows."""


class Asked(NamedTuple):
    """What of a request decides whether it may come in."""

    path: str
    host: str | None
    origin: str | None = None


def token() -> str:
    """A new token, which lives as long as the server."""
    return secrets.token_urlsafe(32)


def address(host: str, port: int, secret: str) -> str:
    """The address that is printed, token and all."""
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/{secret}/"


def admits(asked: Asked, secret: str) -> bool:
    """Whether this request comes from a page that knows the token; the time it takes tells nothing of the token."""
    given = asked.path.removeprefix("/").partition("/")[0]
    known = secrets.compare_digest(given.encode("utf-8", "surrogateescape"), secret.encode())
    return known and _here(asked.host) and asked.origin in (None, f"http://{asked.host}")


def _here(host: str | None) -> bool:
    return _HERE.fullmatch(host or "") is not None


def headers(host: str | None) -> Mapping[str, str]:
    """What every answer says to the browser: keep nothing, tell nobody, load nothing from elsewhere."""
    sockets = f"'self' ws://{host}" if _here(host) else "'none'"
    policy = "; ".join(f"{name} {value}" for name, value in {**_POLICY, "connect-src": sockets}.items())
    return {
        "Content-Security-Policy": policy, "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin", "Server": "doctor",
    }  # fmt: skip
