"""One GET of one URL that a person typed; whatever the network does becomes a value, never an exception.

The URL is not trusted, nor is what answers: a "metadata URL" may lead into the network that doctor runs in.
So the judgement sits in the one place that opens sockets, `_Backend.connect_tcp`, which is handed to httpcore
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

import ipaddress
import itertools
import queue
import re
import socket
import threading
import time
import zlib
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, cast
from urllib.parse import SplitResult, quote, unquote_plus, urljoin, urlsplit

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable

    import httpcore

__all__ = ["Failure", "Fetched", "fetch", "is_evidence", "refusal", "shown"]

Failure = Literal[
    "bad-url", "dns", "refused", "timeout", "tls", "private-address",
    "too-large", "redirects", "scheme", "protocol", "evidence-url",
]  # fmt: skip
"""Why nothing (or not all) came back. `refused` covers every address that does not take the connection."""

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_KEPT: Final = frozenset({"content-type", "date", "retry-after", "server", "location", "x-request-id"})
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_PORTS: Final = {"http": 80, "https": 443}
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
    """Only content-type, date, retry-after, server, location and x-request-id, in lower case."""
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
    rules = _Rules(allow_private, max_bytes, max_redirects, verify, _Budget(start + total, timeout, clock))
    trail, answer = _follow(url.strip(), rules)
    said = "; ".join(filter(None, (answer.detail, _downgrade(trail))))
    return Fetched(
        shown(trail[0]), shown(trail[-1]), answer.status, answer.headers, answer.body,
        answer.failure, _clean(said), tuple(map(shown, trail[:-1])), clock() - start,
    )  # fmt: skip


class _FetchError(Exception):
    """Carries a failure out of httpcore, up to `_get`; it never leaves this module."""

    def __init__(self, failure: Failure, detail: str) -> None:
        super().__init__(detail)
        self.failure: Failure = failure
        self.detail = detail


class _Budget(NamedTuple):
    deadline: float
    step: float
    clock: Callable[[], float]

    def left(self) -> float:
        """How many seconds the next wait may take."""
        left = self.deadline - self.clock()
        if left <= 0:
            raise self.spent()
        return min(left, self.step)

    def spent(self) -> _FetchError:
        whole = self.clock() >= self.deadline
        said = "not finished within the time allowed for everything" if whole else f"silent for {self.step:g} s"
        return _FetchError("timeout", said)


class _Rules(NamedTuple):
    allow_private: bool
    max_bytes: int
    max_redirects: int
    verify: str | bool
    budget: _Budget


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
        return _exchange(url, _target(url), rules)
    except _FetchError as error:
        return _Answer(failure=error.failure, detail=error.detail)


def _exchange(url: str, target: _Target, rules: _Rules) -> _Answer:
    import httpcore

    backend = cast("httpcore.NetworkBackend", _Backend(rules))  # duck-typed: a subclass would need the import
    context = _context(rules) if target.scheme == "https" else None
    headers = [(b"Host", target.authority), *_HEADERS]
    try:
        with (
            httpcore.ConnectionPool(ssl_context=context, network_backend=backend) as pool,
            pool.stream("GET", target.url(), headers=headers) as response,
        ):
            return _received(url, response, rules)
    except (httpcore.ProtocolError, httpcore.NetworkError) as error:
        raise _FetchError("protocol", f"not a valid HTTP answer: {error}") from None


def _received(url: str, response: httpcore.Response, rules: _Rules) -> _Answer:
    import httpcore

    sent = _headers(response.headers)
    place = sent.get("location") if response.status in _REDIRECTS else None
    answer = _Answer(response.status, {name: shown(sent[name]) for name in _KEPT & sent.keys()})
    if place:
        return answer._replace(target=_joined(url, place))
    try:
        body = _body(response.iter_stream(), sent.get("content-encoding", ""), rules.max_bytes)
    except _FetchError as error:
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
        return place  # `_target` will say what is wrong with it


# ── the body ───────────────────────────────────────────────────────────────────────────────────────────────


def _body(chunks: Iterable[bytes], encoding: str, limit: int) -> bytes:
    """The whole body, or its first `limit` + 1 bytes."""
    name = encoding.strip().lower()
    if name in {"", "identity"}:
        return _cut(chunks, limit)
    if name not in {"gzip", "x-gzip"}:
        # Stacked encodings ("gzip, gzip") multiply a bomb and are refused with the unknown ones.
        raise _FetchError("protocol", f"the body is encoded as {name}, which was not asked for")
    return _unzipped(chunks, limit)


def _cut(chunks: Iterable[bytes], limit: int) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > limit:
            break
    return bytes(body[: limit + 1])


def _unzipped(chunks: Iterable[bytes], limit: int) -> bytes:
    """gzip (RFC 1952), bounded on both sides: endless headers or empty members give input and no output."""
    body, sent, stream = bytearray(), 0, zlib.decompressobj(31)
    try:
        for chunk in chunks:
            sent += len(chunk)
            stream = _inflate(stream, chunk, body, limit + 1)
            if len(body) > limit:
                return bytes(body)
            if sent > limit:
                raise _FetchError("too-large", f"more than {limit} compressed bytes")
    except zlib.error as error:
        raise _FetchError("protocol", f"the gzip body is broken: {error}") from None
    if sent and not stream.eof:
        raise _FetchError("protocol", "the gzip body breaks off")
    return bytes(body)


def _inflate(stream: zlib._Decompress, chunk: bytes, body: bytearray, limit: int) -> zlib._Decompress:
    """Appends to `body` up to `limit`; what goes on after the end of a member is the next member."""
    while chunk and len(body) < limit:
        if stream.eof:
            stream = zlib.decompressobj(31)
        body += stream.decompress(chunk, limit - len(body))
        chunk = stream.unused_data
    return stream


# ── the socket ─────────────────────────────────────────────────────────────────────────────────────────────


class _Backend:
    """The only door to the network: resolves, judges, and connects to what was judged."""

    def __init__(self, rules: _Rules) -> None:
        self._rules = rules

    def connect_tcp(self, host: str, port: int, **_: object) -> _Stream:
        budget = self._rules.budget
        places = _resolved(host, port, budget)
        if not self._rules.allow_private:
            _insist_on_public(host, places)
        return _Stream(_connected(places[:_TRIES], budget), budget)


class _Stream:
    """A connection whose every wait is paid from the budget, whatever time httpcore would allow it."""

    def __init__(self, sock: socket.socket, budget: _Budget) -> None:
        self._socket = sock
        self._budget = budget

    def read(self, max_bytes: int, **_: object) -> bytes:
        try:
            self._socket.settimeout(self._budget.left())
            return self._socket.recv(max_bytes)
        except OSError as error:
            raise _broken(error, self._budget) from None

    def write(self, buffer: bytes, **_: object) -> None:
        try:
            self._socket.settimeout(self._budget.left())
            self._socket.sendall(buffer)
        except OSError as error:
            raise _broken(error, self._budget) from None

    def start_tls(self, ssl_context: ssl.SSLContext, server_hostname: str, **_: object) -> _Stream:
        try:
            self._socket.settimeout(self._budget.left())
            # No trailing dot in SNI (RFC 6066, section 3), nor in certificates.
            sock = ssl_context.wrap_socket(self._socket, server_hostname=server_hostname.rstrip("."))
        except OSError as error:
            self.close()
            raise _handshake(error, self._budget) from None
        return _Stream(sock, self._budget)

    def close(self) -> None:
        self._socket.close()

    def get_extra_info(self, _: str) -> Any:
        """Nothing: httpcore asks for HTTP/2 and for reuse, and there is neither."""
        return None


def _connected(places: list[_Place], budget: _Budget) -> socket.socket:
    """Connected to the first that answers. Each gets a share of the wait: a dead IPv6 leaves some to IPv4."""
    trouble: OSError = OSError("no address")
    for position, place in enumerate(places):
        try:
            return _dial(place, budget.left() / (len(places) - position))
        except OSError as error:
            trouble = error
    if isinstance(trouble, TimeoutError):
        raise budget.spent() from None
    raise _FetchError("refused", f"no connection: {trouble.strerror or trouble}") from None


def _dial(place: _Place, seconds: float) -> socket.socket:
    # Not socket.create_connection: it would ask the resolver again.
    sock = socket.socket(place.family, socket.SOCK_STREAM)
    try:
        sock.settimeout(seconds)
        sock.connect(place.sockaddr)
    except BaseException:
        sock.close()
        raise
    return sock


def _broken(error: OSError, budget: _Budget) -> _FetchError:
    import ssl

    if isinstance(error, TimeoutError):
        return budget.spent()
    if isinstance(error, ssl.SSLError):
        return _handshake(error, budget)  # TLS 1.3 reports some refusals, as of a client, only now
    return _FetchError("protocol", f"the server broke the connection: {error.strerror or error}")


# ── TLS ────────────────────────────────────────────────────────────────────────────────────────────────────

_UNTRUSTED: Final = {
    9: "not yet valid",
    10: "expired",
    18: "self-signed",
    19: "unknown issuer",
    20: "unknown issuer, or an intermediate certificate that the server does not send",
    21: "unknown issuer, or an intermediate certificate that the server does not send",
    62: "wrong host",
    64: "wrong host",
}
"""X509_V_ERR_* of OpenSSL (openssl-verification-options(1)); other codes keep OpenSSL's words."""


def _context(rules: _Rules) -> ssl.SSLContext:
    import ssl

    import certifi

    verify = rules.verify
    try:
        context = ssl.create_default_context(cafile=verify if isinstance(verify, str) else None)
    except OSError as error:  # also ssl.SSLError: no certificate in the file
        raise _FetchError("tls", f"the file of trusted roots cannot be used: {error.strerror or error}") from None
    if verify is True:
        context.load_verify_locations(certifi.where())  # a Python from python.org finds no roots of its own
    if verify is False:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _handshake(error: OSError, budget: _Budget) -> _FetchError:
    import ssl

    if isinstance(error, TimeoutError):
        return budget.spent()
    if isinstance(error, ssl.SSLCertVerificationError):
        said = _UNTRUSTED.get(error.verify_code, "certificate refused")
        return _FetchError("tls", f"{said}: {error.verify_message}")
    said = getattr(error, "reason", None) or error.strerror or type(error).__name__
    return _FetchError("tls", f"protocol: {said.replace('_', ' ').lower()}")


# ── names and addresses ────────────────────────────────────────────────────────────────────────────────────

_TRIES: Final = 4
"""Addresses of one name that are tried; all of them are judged."""
_NUMBER: Final = r"(?:0[xX][0-9a-fA-F]*|[0-9]+)"
_NUMERIC: Final = re.compile(rf"{_NUMBER}(?:\.{_NUMBER}){{0,3}}\.?")
_NAME: Final = re.compile(r"(?=.{1,254}$)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?")


class _Place(NamedTuple):
    family: socket.AddressFamily
    sockaddr: tuple[Any, ...]

    def address(self) -> _Address:
        return ipaddress.ip_address(self.sockaddr[0].partition("%")[0])


def _resolved(host: str, port: int, budget: _Budget) -> list[_Place]:
    """The addresses of `host`; a literal in any spelling (127.1, 0x7f000001, 017700000001) is its own."""
    literal = _literal(host)
    if isinstance(literal, ipaddress.IPv6Address):
        return [_Place(socket.AF_INET6, (str(literal), port, 0, 0))]
    if literal is not None:
        return [_Place(socket.AF_INET, (str(literal), port))]
    return _looked_up(host, port, budget)


def _literal(host: str) -> _Address | None:
    """The address that `host` spells. OSError, ValueError when it looks like one, yet spells none."""
    if ":" in host:
        return ipaddress.IPv6Address(host)
    if _NUMERIC.fullmatch(host):
        return ipaddress.IPv4Address(socket.inet_aton(host.removesuffix(".")))
    return None


def _looked_up(host: str, port: int, budget: _Budget) -> list[_Place]:
    answers: queue.SimpleQueue[list[_Place] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put([_Place(row[0], row[4]) for row in found if row[0] in {socket.AF_INET, socket.AF_INET6}])
        except Exception as error:  # noqa: BLE001  (a thread has nobody above it)
            answers.put(error)

    threading.Thread(target=ask, daemon=True).start()  # getaddrinfo knows no timeout
    try:
        found = answers.get(timeout=budget.left())
    except queue.Empty:
        raise _FetchError("timeout", f"no answer from the name service about {host}") from None
    if isinstance(found, Exception) or not found:
        said = getattr(found, "strerror", None) or "no address"
        raise _FetchError("dns", f"{host} cannot be resolved: {said}")
    return found


def _insist_on_public(host: str, places: list[_Place]) -> None:
    for place in places:
        address = place.address()
        why = refusal(address)
        if why:
            said = f"{host} is {address}" if host != str(address) else host
            raise _FetchError("private-address", f"{said}: {why}")


_RANGES: Final = tuple(
    (ipaddress.ip_network(network), why)
    for network, why in (
        ("169.254.169.254/32", "cloud metadata"),
        ("100.100.100.200/32", "cloud metadata"),
        ("192.0.0.192/32", "cloud metadata"),
        ("168.63.129.16/32", "cloud metadata"),
        ("fd00:ec2::254/128", "cloud metadata"),
        ("0.0.0.0/8", "unspecified"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "carrier-grade NAT"),
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved"),
        ("192.0.2.0/24", "reserved for documentation"),
        ("192.88.99.0/24", "reserved"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "reserved for benchmarks"),
        ("198.51.100.0/24", "reserved for documentation"),
        ("203.0.113.0/24", "reserved for documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "private"),
        ("ff00::/8", "multicast"),
        ("2001::/23", "reserved"),
        ("2001:db8::/32", "reserved for documentation"),
        ("3fff::/20", "reserved for documentation"),
    )
)
"""IANA's special-purpose registries and four clouds' metadata services; the first match names the reason.

A table of its own, since the answers of `ipaddress.is_global` change with the release of Python."""
_GLOBAL: Final = ipaddress.IPv6Network("2000::/3")
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")


def refusal(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    """Why `address` is not a public one, in a word or two; empty when it is.

    An IPv6 address that stands for IPv4 ones is judged as these: IPv4-mapped (RFC 4291), NAT64 (RFC 6052),
    6to4 (RFC 3056), Teredo (RFC 4380: its server and its client). A NAT64 prefix that a network chose for
    itself cannot be told from other addresses.
    """
    inner = _embedded(address)
    if inner:
        return next(filter(None, map(refusal, inner)), "")
    why = next((why for network, why in _RANGES if address in network), "")
    return why or ("reserved" if address.version == 6 and address not in _GLOBAL else "")


def _embedded(address: _Address) -> tuple[ipaddress.IPv4Address, ...]:
    if isinstance(address, ipaddress.IPv4Address):
        return ()
    if address in _NAT64:
        return (ipaddress.IPv4Address(int(address) & 0xFFFFFFFF),)
    single = address.ipv4_mapped or address.sixtofour
    return (single,) if single else address.teredo or ()


# ── URLs ───────────────────────────────────────────────────────────────────────────────────────────────────


class _Target(NamedTuple):
    """A URL taken apart once; nothing downstream parses it again."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> bytes:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}").encode()

    def url(self) -> httpcore.URL:
        import httpcore

        return httpcore.URL(
            scheme=self.scheme.encode(), host=self.host.encode(), port=self.port, target=self.path.encode()
        )


def _target(url: str) -> _Target:
    try:
        parts = _split(url)
        port = _PORTS[parts.scheme] if parts.port is None else parts.port
        host = _host(parts.hostname or "")
    except (ValueError, OSError):  # UnicodeError and the idna package's errors are ValueErrors
        raise _FetchError("bad-url", "not a valid URL") from None
    if not 0 < port < 65536:
        raise _FetchError("bad-url", f"there is no port {port}")
    return _Target(parts.scheme, host, port, _path(parts))


def _split(url: str) -> SplitResult:
    if len(url) > 8192 or not url.isprintable() or " " in url:  # urlsplit would drop tabs and newlines unsaid
        raise _FetchError("bad-url", "longer than 8192 characters, or with blanks or control characters in it")
    parts = urlsplit(url)
    if parts.scheme not in _PORTS:
        raise _FetchError("scheme", "only http:// and https:// URLs are fetched")
    if "@" in parts.netloc:
        raise _FetchError("bad-url", "a URL with a user name or password in it is not fetched")
    return parts


def _host(host: str) -> str:
    """`host` in ASCII lower case (IDNA 2008, UTS 46). ValueError, OSError when it is none."""
    if not host.isascii():
        import idna

        host = idna.encode(host, uts46=True).decode()
    if "%" in host or (_literal(host) is None and not _NAME.fullmatch(host)):  # "%": an interface, in IPv6
        raise ValueError(host)
    return host


def _path(parts: SplitResult) -> str:
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~?")
    return f"{path}?{query}" if query else path


# ── evidence, and what may be printed ──────────────────────────────────────────────────────────────────────

_CUT: Final = re.compile(r"([?&;#])")
_EVIDENCE: Final = frozenset({"samlrequest", "samlresponse", "id_token", "code", "error"})
_SECRET: Final = _EVIDENCE - {"error"} | {
    "access_token", "refresh_token", "token", "client_secret", "client_assertion", "code_verifier",
    "assertion", "password", "api_key", "apikey", "sig", "signature",
}  # fmt: skip
_USER_INFO: Final = re.compile(
    r"^([^/?#@]*//)?"
    r"(?:[^/?#]*@"  # well-formed
    r"|[^/?#\[\]]*:(?!\d{0,5}(?:[/?#]|$)).*@)"  # a delimiter in the password: after ":" stands no port
)


def is_evidence(url: str) -> bool:
    """Whether the query or fragment of `url` carries a step of a login: a SAML message, a code, an ID token,
    an error. Such a URL is read for what it says, and never asked."""
    parts = (part for tail in re.split("[?#]", url, maxsplit=1)[1:] for part in _CUT.split(tail))
    return any("=" in part and _parameter(part) in _EVIDENCE for part in parts)


def shown(url: str) -> str:
    """`url` as it may be printed or stored: without user info, control characters, or the values of secret
    parameters; at most 2,000 characters."""
    text = _USER_INFO.sub(r"\1", _clean(url))
    return "".join(map(_masked, _CUT.split(text)))


def _masked(part: str) -> str:
    return part.partition("=")[0] + "=…" if "=" in part and _parameter(part) in _SECRET else part


def _parameter(part: str) -> str:
    return unquote_plus(part.partition("=")[0]).lstrip("/!").lower()


def _clean(text: str) -> str:
    return "".join(char if char.isprintable() else "\ufffd" for char in text[:2000])
