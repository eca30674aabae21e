"""Keys and certificates that live as long as one run: made anew, kept in a temporary folder, never elsewhere."""

from __future__ import annotations

import datetime
import functools
from typing import TYPE_CHECKING, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from pathlib import Path


class Pair(NamedTuple):
    """A private key with its self-signed certificate, as PEM files."""

    key: Path
    certificate: Path


def pair(folder: Path, name: str) -> Pair:
    """A fresh key with its certificate, in two files."""
    return _written(folder, name, *_made(name))


def localhost(folder: Path) -> Pair:
    """The key of a TLS server on this machine, under the name localhost."""
    key, pem = _key()
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    return _written(folder, "localhost", pem, _certificate(key, "localhost", names))


def service_provider(folder: Path) -> Pair:
    """The key of the one service provider, the same through a run: messages are encrypted for it."""
    return _written(folder, "sp", service_provider_key(), _service_provider()[1])


def service_provider_key() -> bytes:
    """That key as PEM."""
    return _service_provider()[0]


@functools.cache
def _service_provider() -> tuple[bytes, bytes]:
    return _made("sp")


def _written(folder: Path, name: str, key: bytes, certificate: bytes) -> Pair:
    made = Pair(folder / f"{name}.key", folder / f"{name}.crt")
    made.key.touch(mode=0o600)
    made.key.write_bytes(key)
    made.certificate.write_bytes(certificate)
    return made


def _made(name: str) -> tuple[bytes, bytes]:
    """RSA. The certificate began ten days ago, so that a clock two days slow finds it valid."""
    key, pem = _key()
    return pem, _certificate(key, f"{name} (made for a test)")


def _key() -> tuple[rsa.RSAPrivateKey, bytes]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return key, pem


def _certificate(key: rsa.RSAPrivateKey, common_name: str, names: x509.SubjectAlternativeName | None = None) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder(subject_name=name, issuer_name=name, public_key=key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - datetime.timedelta(days=10))
    builder = builder.not_valid_after(now + datetime.timedelta(days=400))
    if names is not None:
        builder = builder.add_extension(names, critical=False)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
