"""One request to an API, and all that is known of its answer: evidence, whatever the network does.

Unlike `http.fetch` it carries a key, so it follows no redirect: a key goes to the address that a person named, and
nowhere else. Judging and pinning of addresses, TLS and the budget of time are those of `wire`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from doctor.sources.body import decoded
from doctor.sources.failure import FetchError
from doctor.sources.url import clean, parsed, shown
from doctor.sources.wire import Backend, tls_context

if TYPE_CHECKING:
    from collections.abc import Iterable

    import httpcore

    from doctor.sources.clock import Clock
    from doctor.sources.failure import Budget, Failure
    from doctor.sources.secret import Secret

KEPT: Final[tuple[str, ...]] = (
    "content-type", "date", "location", "retry-after", "server", "via", "www-authenticate", "x-ratelimit-limit",
    "x-ratelimit-remaining", "x-ratelimit-reset", "x-request-id",
)  # fmt: skip
"""The headers of an answer that matter to a diagnosis."""
MAX_BODY: Final = 8 * 1024 * 1024


class Request(NamedTuple):
    """What is asked: `body` with its `content_type`, the `bearer` that authenticates it, and the form wanted back."""

    method: str
    url: str
    bearer: Secret | None = None
    body: bytes = b""
    content_type: str = ""
    accept: str = "application/json"


class Exchange(NamedTuple):
    """A request and what came of it. `url`, `headers` and `detail` are fit to print, `body` is not yet.

    `status` is None when no answer came; `failure` is a word of `Failure` when the exchange itself failed (then
    `detail` is a line for a person). `elapsed` is in seconds, `at` the moment of the request, ISO 8601 in UTC.
    """

    method: str
    url: str
    status: int | None
    headers: dict[str, str]
    body: bytes
    failure: Failure | None
    detail: str
    elapsed: float
    at: str


def exchange(asked: Request, budget: Budget, clock: Clock, *, allow_private: bool = False) -> Exchange:
    """Send one request; what comes back. Raises nothing that the network does."""
    start, wall = clock.steady(), datetime.fromtimestamp(clock.wall(), UTC)
    status, headers, body, failure, detail = _answered(asked, budget, allow_private=allow_private)
    return Exchange(
        asked.method, shown(asked.url), status, headers, body, failure, clean(detail), clock.steady() - start,
        wall.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    )  # fmt: skip


_Answer = tuple[int | None, dict[str, str], bytes, "Failure | None", str]


def _answered(asked: Request, budget: Budget, *, allow_private: bool) -> _Answer:
    import httpcore

    try:
        target = parsed(asked.url)
        backend = cast("httpcore.NetworkBackend", Backend(budget, allow_private=allow_private))
        context = tls_context(True) if target.scheme == "https" else None  # noqa: FBT003
        head = [(b"Host", target.authority), *_headers(asked)]
        with (
            httpcore.ConnectionPool(ssl_context=context, network_backend=backend) as pool,
            pool.stream(asked.method, target.url(), headers=head, content=asked.body or None) as response,
        ):
            return _received(response)
    except FetchError as error:
        return None, {}, b"", error.failure, error.detail
    except (httpcore.ProtocolError, httpcore.NetworkError) as error:
        return None, {}, b"", "protocol", f"not a valid HTTP answer: {error}"


def _headers(asked: Request) -> Iterable[tuple[bytes, bytes]]:
    yield from ((b"User-Agent", b"sso-doctor"), (b"Accept", asked.accept.encode()), (b"Accept-Encoding", b"gzip"))
    yield b"Connection", b"close"
    if asked.body or asked.method in ("POST", "PATCH", "PUT"):
        yield b"Content-Length", str(len(asked.body)).encode()
    if asked.content_type:
        yield b"Content-Type", asked.content_type.encode()
    if asked.bearer is not None:
        yield b"Authorization", f"Bearer {asked.bearer.reveal()}".encode()


def _received(response: httpcore.Response) -> _Answer:
    """Status and headers count also when the body breaks off."""
    import httpcore

    sent = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in reversed(response.headers)}
    kept: dict[str, str] = {name: shown(sent[name]) for name in KEPT if name in sent}
    try:
        body = decoded(response.iter_stream(), sent.get("content-encoding", ""), MAX_BODY)
    except FetchError as error:
        return response.status, kept, b"", error.failure, error.detail
    except (httpcore.ProtocolError, httpcore.NetworkError) as error:
        return response.status, kept, b"", "protocol", f"the answer broke off: {error}"
    if len(body) > MAX_BODY:
        return response.status, kept, b"", "too-large", f"more than {MAX_BODY} bytes"
    return response.status, kept, body, None, ""
