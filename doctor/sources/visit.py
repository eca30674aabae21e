"""Steps of a browser without a person: one request at a time, with cookies, through the one door to the network.

A redirect is not followed here: whoever asks decides where it may lead. What the server says is kept as it is, for
who reads it for evidence; only `shown` texts may be printed.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from doctor.sources.body import decoded
from doctor.sources.failure import FetchError
from doctor.sources.url import clean, parsed
from doctor.sources.wire import Backend, tls_context

if TYPE_CHECKING:
    from collections.abc import Iterable

    import httpcore

    from doctor.sources.clock import Clock
    from doctor.sources.failure import Budget, Failure
    from doctor.sources.secret import Secret
    from doctor.sources.url import Target

MAX_BODY: Final = 512 * 1024
_MAX_COOKIES: Final = 60
_PAGE: Final = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
"""As browsers send it: some providers answer JSON to whoever would take it, and a page to everybody else."""


class Ask(NamedTuple):
    """One request. `authorization` is the value of that header, `body` a form's; both are sent once."""

    url: str
    method: str = "GET"
    accept: str = _PAGE
    authorization: Secret | None = None
    body: Secret | None = None


class Seen(NamedTuple):
    """What came back: `location` and `body` as sent, not fit to print; `failure` and `detail` when nothing did."""

    status: int | None = None
    content_type: str = ""
    location: str | None = None
    date: str = ""
    age: str = ""
    body: bytes = b""
    failure: Failure | None = None
    detail: str = ""
    sent: datetime | None = None
    elapsed: float = 0.0


class Cookies:
    """The cookies of one visit, by host; in memory only. Paths and lifetimes do not matter to a visit of seconds."""

    def __init__(self) -> None:
        self._held: dict[str, dict[str, str]] = {}

    def header(self, host: str) -> str:
        """What this host gets back."""
        return "; ".join(f"{name}={value}" for name, value in self._held.get(host, {}).items())

    def take(self, host: str, lines: Iterable[str]) -> None:
        """Keep what this host set."""
        jar = self._held.setdefault(host, {})
        for line in lines:
            name, mark, value = line.partition(";")[0].strip().partition("=")
            if mark and name and (name in jar or len(jar) < _MAX_COOKIES):
                jar[name] = value


def visit(asked: Ask, cookies: Cookies, budget: Budget, clock: Clock, *, allow_private: bool = False) -> Seen:
    """Send one request; what comes back. Raises nothing that the network does."""
    begun, sent = clock.steady(), datetime.fromtimestamp(clock.wall(), UTC)
    try:
        found = _answered(asked, cookies, budget, allow_private=allow_private)
    except FetchError as error:
        found = Seen(failure=error.failure, detail=clean(error.detail))
    return found._replace(sent=sent, elapsed=clock.steady() - begun)


def _answered(asked: Ask, cookies: Cookies, budget: Budget, *, allow_private: bool) -> Seen:
    import httpcore

    target = parsed(asked.url)
    backend = cast("httpcore.NetworkBackend", Backend(budget, allow_private=allow_private))
    context = tls_context(True) if target.scheme == "https" else None  # noqa: FBT003
    content = asked.body.reveal().encode() if asked.body else None
    try:
        with (
            httpcore.ConnectionPool(ssl_context=context, network_backend=backend) as pool,
            pool.stream(
                asked.method, target.url(), headers=list(_headers(asked, target, cookies)), content=content
            ) as response,
        ):
            return _received(response, target, cookies)
    except (httpcore.ProtocolError, httpcore.NetworkError) as error:
        raise FetchError("protocol", f"not a valid HTTP answer: {error}") from None


def _headers(asked: Ask, target: Target, cookies: Cookies) -> Iterable[tuple[bytes, bytes]]:
    yield from ((b"Host", target.authority), (b"User-Agent", b"sso-doctor"), (b"Accept", asked.accept.encode()))
    yield from ((b"Accept-Encoding", b"gzip"), (b"Accept-Language", b"en"), (b"Connection", b"close"))
    if held := cookies.header(target.host):
        yield b"Cookie", held.encode("latin-1", "replace")
    if asked.body is not None:
        yield b"Content-Type", b"application/x-www-form-urlencoded"
        yield b"Content-Length", str(len(asked.body.reveal().encode())).encode()
    if asked.authorization is not None:
        yield b"Authorization", asked.authorization.reveal().encode()


def _received(response: httpcore.Response, target: Target, cookies: Cookies) -> Seen:
    """Status and headers count also when the body breaks off or is too long."""
    import httpcore

    pairs = [(name.decode("latin-1").lower(), value.decode("utf-8", "replace")) for name, value in response.headers]
    cookies.take(target.host, [value for name, value in pairs if name == "set-cookie"])
    sent = dict(reversed(pairs))
    found = Seen(
        response.status, sent.get("content-type", ""), sent.get("location"), sent.get("date", ""), sent.get("age", "")
    )
    try:
        return found._replace(body=decoded(response.iter_stream(), sent.get("content-encoding", ""), MAX_BODY))
    except FetchError as error:
        return found._replace(failure=error.failure, detail=clean(error.detail))
    except (httpcore.ProtocolError, httpcore.NetworkError) as error:
        return found._replace(failure="protocol", detail=clean(f"the answer broke off: {error}"))
