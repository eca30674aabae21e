"""Servers on 127.0.0.1 for tests: each says one thing, serves one client at a time in a thread of its own,
and ends with its `with` block."""

from __future__ import annotations

import contextlib
import datetime
import ipaddress
import socket
import ssl
import struct
import threading
from typing import TYPE_CHECKING, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


class Server(NamedTuple):
    """A running server: its port, and every request it has read, oldest first."""

    port: int
    requests: list[bytes]

    def url(self, path: str = "/", host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"


class Identity(NamedTuple):
    """A key with its certificate (made for tests), as files."""

    certificate: Path
    key: Path


def reply(status: str, body: bytes = b"", **headers: str) -> bytes:
    """A whole HTTP/1.1 answer; `content_type="text/xml"` becomes a header of that name."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def redirect(to: str) -> bytes:
    return reply("302 Found", b"moved", Location=to)


@contextlib.contextmanager
def serving(*answers: bytes, tls: Identity | None = None) -> Iterator[Server]:
    """Gives the answers in turn, one for each connection, the last one for ever."""
    turns = iter(range(1 << 30))

    def talk(connection: socket.socket) -> None:
        connection.sendall(answers[min(next(turns), len(answers) - 1)])

    with talking(talk, tls=tls) as server:
        yield server


@contextlib.contextmanager
def talking(talk: Callable[[socket.socket], None], tls: Identity | None = None) -> Iterator[Server]:
    """Reads one request of each connection, then leaves the connection to `talk`, then closes it."""
    listener, stop = socket.create_server(("127.0.0.1", 0)), threading.Event()
    listener.settimeout(0.02)
    server = Server(listener.getsockname()[1], [])
    thread = threading.Thread(target=_accept, args=(listener, stop, server, talk, _context(tls)))
    thread.start()
    try:
        yield server
    finally:
        stop.set()
        thread.join(5)
        listener.close()


def _accept(
    listener: socket.socket,
    stop: threading.Event,
    server: Server,
    talk: Callable[[socket.socket], None],
    tls: ssl.SSLContext | None,
) -> None:
    """A client that leaves, or that does not like the certificate, is no error."""
    while not stop.is_set():
        with contextlib.suppress(OSError):
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(5)
                _serve(connection, server, talk, tls)


def _serve(
    connection: socket.socket,
    server: Server,
    talk: Callable[[socket.socket], None],
    tls: ssl.SSLContext | None,
) -> None:
    if tls is None:
        server.requests.append(_request(connection))
        return talk(connection)
    with tls.wrap_socket(connection, server_side=True) as secure:
        server.requests.append(_request(secure))
        return talk(secure)


def _request(connection: socket.socket) -> bytes:
    """What came until the end of its headers, or the start of a TLS greeting."""
    read = b""
    while b"\r\n\r\n" not in read and not read.startswith(b"\x16"):
        chunk = connection.recv(4096)
        if not chunk:
            break
        read += chunk
    return read


def reset(connection: socket.socket) -> None:
    """Closes with RST instead of FIN."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def _context(identity: Identity | None) -> ssl.SSLContext | None:
    if identity is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(identity.certificate, identity.key)
    return context


def identity(folder: Path, *names: str, days: tuple[int, int] = (-1, 1), issuer: Identity | None = None) -> Identity:
    """A certificate for DNS names and addresses, valid in `days` from now; self-signed without `issuer`."""
    key = ec.generate_private_key(ec.SECP256R1())
    made = Identity(folder / f"{names[0]}.pem", folder / f"{names[0]}.key")
    made.key.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    certificate = _certificate(key, names, days, issuer)
    made.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return made


def _certificate(
    key: ec.EllipticCurvePrivateKey, names: tuple[str, ...], days: tuple[int, int], issuer: Identity | None
) -> x509.Certificate:
    subject = _name(names[0])
    now = datetime.datetime.now(datetime.UTC)
    above, signer = (subject, key) if issuer is None else _issuer(issuer)
    builder = x509.CertificateBuilder(subject_name=subject, issuer_name=above, public_key=key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now + datetime.timedelta(days[0]))
    builder = builder.not_valid_after(now + datetime.timedelta(days[1]))
    for extension in (
        x509.SubjectAlternativeName([_alternative(name) for name in names]),
        x509.SubjectKeyIdentifier.from_public_key(key.public_key()),
        x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()),
        x509.KeyUsage(True, False, False, False, False, issuer is None, False, False, False),
    ):
        builder = builder.add_extension(extension, critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    return builder.sign(signer, hashes.SHA256())


def _issuer(issuer: Identity) -> tuple[x509.Name, ec.EllipticCurvePrivateKey]:
    certificate = x509.load_pem_x509_certificate(issuer.certificate.read_bytes())
    key = serialization.load_pem_private_key(issuer.key.read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return certificate.subject, key


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
