"""One GET of one URL that a person typed; whatever the network does becomes a value, never an exception.

The URL is not trusted, nor is what answers: a "metadata URL" may lead into the network that doctor runs in.
So the judgement sits in the one place that opens sockets, `wire.Backend.connect_tcp`, which is handed to httpcore
(the engine of httpx) as its network backend:

- the name is resolved once, every address of the answer is judged, and the socket goes to one of those very
  addresses: a name server that changes its mind (DNS rebinding) is never asked twice;
- the URL keeps its name, so that Host, SNI and the certificate check are about the name, not the address;
- each redirect is a request of its own through the same door;
- every read, write and handshake is paid from one budget, so that a server that drips bytes ends on time.

httpx itself would add a client that has to be told not to do things: proxies from the environment, redirects,
cookies, and decompression without a bound. `import httpx`, `httpcore` and `ssl` cost more than the rest of a
`check`, hence the imports inside functions.
"""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING, Final, NamedTuple, cast
from urllib.parse import urljoin

from doctor.sources.address import refusal
from doctor.sources.body import decoded
from doctor.sources.failure import Budget, Failure, FetchError
from doctor.sources.url import Target, clean, is_evidence, parsed, shown
from doctor.sources.wire import Backend, tls_context

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import httpcore

__all__ = ["Failure", "Fetched", "fetch", "is_evidence", "refusal", "shown"]

_KEPT: Final = frozenset({"age", "content-type", "date", "retry-after", "server", "location", "x-request-id"})
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_HEADERS: Final = (
    (b"User-Agent", b"sso-doctor"),
    (b"Accept", b"application/samlmetadata+xml, application/xml, application/json, text/xml, */*;q=0.5"),
    (b"Accept-Encoding", b"gzip"),
    (b"Connection", b"close"),
)


class Fetched(NamedTuple):
    """One GET: what came back, or why nothing did.

    Every text in it is fit to print: no user info, no control characters, no value of a login parameter.
    `body` is empty unless it arrived whole, or was cut at the limit (`too-large`).
    """

    url: str
    """As asked."""
    final_url: str
    """Of the last request, after redirects; it is the refused one where an address was refused."""
    status: int | None
    """Of the answer of `final_url`; None when there was none."""
    headers: dict[str, str]
    """Only age, content-type, date, retry-after, server, location and x-request-id, in lower case."""
    body: bytes
    """Decompressed."""
    failure: Failure | None
    """None also for an answer such as 404: the exchange itself went well."""
    detail: str
    """One line for a person; empty when there is nothing to say."""
    hops: tuple[str, ...]
    """The URLs that answered with a redirect that was followed, in order."""
    elapsed: float
    """Seconds."""


def fetch(  # noqa: PLR0913  (each is a limit of its own, and all have a default)
    url: str,
    *,
    allow_private: bool = False,
    timeout: float = 10.0,
    total: float = 20.0,
    max_bytes: int = 20 * 1024 * 1024,
    max_redirects: int = 5,
    verify: str | bool = True,
    clock: Callable[[], float] = time.monotonic,
) -> Fetched:
    """What a GET of `url` brings.

    `timeout` bounds each wait and `total` everything together, in seconds by `clock`. `max_bytes` bounds the
    body both as sent and as decompressed. `verify` is True (the roots of this machine and those of certifi),
    a file of PEM roots that replaces them, or False. `allow_private` lifts every judgement of addresses.
    """
    start = clock()
    rules = _Rules(allow_private, max_bytes, max_redirects, verify, Budget(start + total, timeout, clock))
    trail, answer = _follow(url.strip(), rules)
    said = "; ".join(filter(None, (answer.detail, _downgrade(trail))))
    return Fetched(
        shown(trail[0]), shown(trail[-1]), answer.status, answer.headers, answer.body,
        answer.failure, clean(said), tuple(map(shown, trail[:-1])), clock() - start,
    )  # fmt: skip


class _Rules(NamedTuple):
    allow_private: bool
    max_bytes: int
    max_redirects: int
    verify: str | bool
    budget: Budget


class _Answer(NamedTuple):
    status: int | None = None
    headers: dict[str, str] = {}  # noqa: RUF012  (never written to)
    body: bytes = b""
    failure: Failure | None = None
    detail: str = ""
    target: str | None = None


# ── redirects ──────────────────────────────────────────────────────────────────────────────────────────────


def _follow(url: str, rules: _Rules) -> tuple[list[str], _Answer]:
    """Every URL asked, in order, and the last answer."""
    trail, answer = [url], _get(url, rules)
    while answer.failure is None and answer.target is not None:
        why = _stop(trail, answer.target, rules.max_redirects)
        if why:
            return trail, answer._replace(failure="redirects", detail=why)
        trail.append(answer.target)
        answer = _get(answer.target, rules)
    return trail, answer


def _stop(trail: list[str], target: str, limit: int) -> str:
    if target in trail:
        return f"the redirects lead in a circle, back to {shown(target)}"
    return f"more than {limit} redirects" if len(trail) > limit else ""


def _downgrade(trail: list[str]) -> str:
    """What to say when a redirect left https: nothing vouches for what came after."""
    for before, after in itertools.pairwise(trail):
        if _scheme(before) == "https" and _scheme(after) == "http":
            return f"redirected from https to http, unprotected: {shown(after)}"
    return ""


def _scheme(url: str) -> str:
    return url.partition(":")[0].lower()


# ── one request ────────────────────────────────────────────────────────────────────────────────────────────


def _get(url: str, rules: _Rules) -> _Answer:
    if is_evidence(url):
        return _Answer(failure="evidence-url", detail="part of a login, which is evidence and is not fetched")
    try:
        return _exchange(url, parsed(url), rules)
    except FetchError as error:
        return _Answer(failure=error.failure, detail=error.detail)


def _exchange(url: str, target: Target, rules: _Rules) -> _Answer:
    import httpcore

    door = Backend(rules.budget, allow_private=rules.allow_private)
    backend = cast("httpcore.NetworkBackend", door)  # duck-typed: a subclass would need the import
    context = tls_context(rules.verify) if target.scheme == "https" else None
    headers = [(b"Host", target.authority), *_HEADERS]
    try:
        with (
            httpcore.ConnectionPool(ssl_context=context, network_backend=backend) as pool,
            pool.stream("GET", target.url(), headers=headers) as response,
        ):
            return _received(url, response, rules)
    except (httpcore.ProtocolError, httpcore.NetworkError) as error:
        raise FetchError("protocol", f"not a valid HTTP answer: {error}") from None


def _received(url: str, response: httpcore.Response, rules: _Rules) -> _Answer:
    import httpcore

    sent = _headers(response.headers)
    place = sent.get("location") if response.status in _REDIRECTS else None
    answer = _Answer(response.status, {name: shown(sent[name]) for name in _KEPT & sent.keys()})
    if place:
        return answer._replace(target=_joined(url, place))
    try:
        body = decoded(response.iter_stream(), sent.get("content-encoding", ""), rules.max_bytes)
    except FetchError as error:
        return answer._replace(failure=error.failure, detail=error.detail)
    except (httpcore.ProtocolError, httpcore.NetworkError) as error:
        return answer._replace(failure="protocol", detail=f"the answer broke off: {error}")
    if len(body) > rules.max_bytes:
        said = f"more than {rules.max_bytes} bytes"
        return answer._replace(body=body[: rules.max_bytes], failure="too-large", detail=said)
    return answer._replace(body=body)


def _headers(pairs: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """By lower-case name; of a repeated header the first counts."""
    return {name.decode("latin-1").lower(): _text(value) for name, value in reversed(list(pairs))}


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _joined(base: str, place: str) -> str:
    try:
        return urljoin(base, place)
    except ValueError:
        return place  # `parsed` will say what is wrong with it
