"""The network backend of httpcore: the socket and TLS, every wait of them paid from one budget."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any, Final

from doctor.sources.address import insist_on_public, resolved
from doctor.sources.failure import FetchError

if TYPE_CHECKING:
    import ssl

    from doctor.sources.address import Place
    from doctor.sources.failure import Budget

_TRIES: Final = 4
"""Addresses of one name that are tried; all of them are judged."""


class Backend:
    """The only door to the network: resolves, judges, and connects to what was judged."""

    def __init__(self, budget: Budget, *, allow_private: bool) -> None:
        self._budget = budget
        self._allow_private = allow_private

    def connect_tcp(self, host: str, port: int, **_: object) -> _Stream:
        """A connection to `host`, by an address that was judged here."""
        places = resolved(host, port, self._budget)
        if not self._allow_private:
            insist_on_public(host, places)
        return _Stream(_connected(places[:_TRIES], self._budget), self._budget)


class _Stream:
    """A connection whose every wait is paid from the budget, whatever time httpcore would allow it."""

    def __init__(self, sock: socket.socket, budget: Budget) -> None:
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


def _connected(places: list[Place], budget: Budget) -> socket.socket:
    """Connected to the first that answers. Each gets a share of the wait: a dead IPv6 leaves some to IPv4."""
    trouble: OSError = OSError("no address")
    for position, place in enumerate(places):
        try:
            return _dial(place, budget.left() / (len(places) - position))
        except OSError as error:
            trouble = error
    if isinstance(trouble, TimeoutError):
        raise budget.spent() from None
    raise FetchError("refused", f"no connection: {trouble.strerror or trouble}") from None


def _dial(place: Place, seconds: float) -> socket.socket:
    # Not socket.create_connection: it would ask the resolver again.
    sock = socket.socket(place.family, socket.SOCK_STREAM)
    try:
        sock.settimeout(seconds)
        sock.connect(place.sockaddr)
    except BaseException:
        sock.close()
        raise
    return sock


def _broken(error: OSError, budget: Budget) -> FetchError:
    import ssl

    if isinstance(error, TimeoutError):
        return budget.spent()
    if isinstance(error, ssl.SSLError):
        return _handshake(error, budget)  # TLS 1.3 reports some refusals, as of a client, only now
    return FetchError("protocol", f"the server broke the connection: {error.strerror or error}")


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


def tls_context(verify: str | bool) -> ssl.SSLContext:  # noqa: FBT001
    """What a server must prove; `verify` as in `http.fetch`."""
    import ssl

    import certifi

    try:
        context = ssl.create_default_context(cafile=verify if isinstance(verify, str) else None)
    except OSError as error:  # also ssl.SSLError: no certificate in the file
        raise FetchError("tls", f"the file of trusted roots cannot be used: {error.strerror or error}") from None
    if verify is True:
        context.load_verify_locations(certifi.where())  # a Python from python.org finds no roots of its own
    if verify is False:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _handshake(error: OSError, budget: Budget) -> FetchError:
    import ssl

    if isinstance(error, TimeoutError):
        return budget.spent()
    if isinstance(error, ssl.SSLCertVerificationError):
        said = _UNTRUSTED.get(error.verify_code, "certificate refused")
        return FetchError("tls", f"{said}: {error.verify_message}")
    said = getattr(error, "reason", None) or error.strerror or type(error).__name__
    return FetchError("tls", f"protocol: {said.replace('_', ' ').lower()}")
