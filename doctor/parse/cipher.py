"""The ciphers of XML Encryption (xmlenc-core1) that SAML uses: content under a session key, that key under RSA.

Weak ones are opened too, since what is weak must be readable to be judged: see `WEAK`. What fails
says no more than that it failed, so that nobody learns about a padding.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, NamedTuple

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

WEAK: Final = ("tripledes-cbc", "rsa-1_5")
"""Named so because of small blocks (SWEET32) and of padding oracles (Bleichenbacher)."""

_XENC: Final = "http://www.w3.org/2001/04/xmlenc#"
_XENC11: Final = "http://www.w3.org/2009/xmlenc11#"
_CBC: Final = {"aes128-cbc": 16, "aes192-cbc": 24, "aes256-cbc": 32, "tripledes-cbc": 24}
_GCM: Final = {"aes128-gcm": 16, "aes192-gcm": 24, "aes256-gcm": 32}
_CONTENT: Final[dict[str, tuple[str, int]]] = {
    **{_XENC + name: (name, size) for name, size in _CBC.items()},
    **{_XENC11 + name: (name, size) for name, size in _GCM.items()},
}  # fmt: skip
_TRANSPORT: Final = {
    _XENC + "rsa-1_5": "rsa-1_5", _XENC + "rsa-oaep-mgf1p": "rsa-oaep-mgf1p", _XENC11 + "rsa-oaep": "rsa-oaep",
}  # fmt: skip
_HASHES: Final[dict[str, Callable[[], hashes.HashAlgorithm]]] = {
    "sha1": hashes.SHA1, "sha224": hashes.SHA224, "sha256": hashes.SHA256, "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}  # fmt: skip


class Failed(Exception):  # noqa: N818  (an outcome)
    """`state` is unsupported, no-key-fits or damaged; `detail` one line that says nothing about a padding."""

    def __init__(self, state: str, detail: str) -> None:
        super().__init__(detail)
        self.state = state
        self.detail = detail


class Transport(NamedTuple):
    """How a session key is wrapped: algorithm URI; short names of the digest and the mask's; OAEP label."""

    algorithm: str
    digest: str = "sha1"
    mask: str = "sha1"
    label: bytes | None = None


class Content(NamedTuple):
    """How content is encrypted: the short name of the algorithm and the bytes its key has."""

    name: str
    key_size: int


def content(algorithm: str) -> Content:
    """What an algorithm URI of EncryptedData means. Raises `Failed`."""
    if algorithm not in _CONTENT:
        raise Failed("unsupported", f"the algorithm {algorithm[:200]!r} of the content is not known")
    return Content(*_CONTENT[algorithm])


def transport_name(how: Transport) -> str:
    """The short name of a key transport. Raises `Failed` when it is not known."""
    if how.algorithm not in _TRANSPORT:
        raise Failed("unsupported", f"the algorithm {how.algorithm[:200]!r} of the key is not known")
    if not {how.digest, how.mask} <= _HASHES.keys():
        raise Failed("unsupported", "a digest of the key's algorithm is not known")
    return _TRANSPORT[how.algorithm]


def unwrapped(how: Transport, wrapped: bytes, key: RSAPrivateKey, size: int) -> bytes:
    """The session key. Raises `Failed`.

    With RSA 1.5 a key that does not fit gives random bytes, as it should: only the content tells.
    """
    name = transport_name(how)
    try:
        found = key.decrypt(wrapped, _padding(how, name))
    except (ValueError, UnsupportedAlgorithm):
        found = b""
    if len(found) == size:
        return found
    if name == "rsa-1_5":
        return os.urandom(size)
    raise Failed("no-key-fits", "the session key was encrypted for another key")


def _padding(how: Transport, name: str) -> padding.AsymmetricPadding:
    """The older OAEP always masks with SHA-1, whatever its digest (xmlenc-core1 5.5.2)."""
    if name == "rsa-1_5":
        return padding.PKCS1v15()
    mask = how.mask if name == "rsa-oaep" else "sha1"
    return padding.OAEP(padding.MGF1(_HASHES[mask]()), _HASHES[how.digest](), how.label)


def opened(how: Content, key: bytes, data: bytes) -> bytes:
    """The plaintext of content that begins with its IV. Raises `Failed`."""
    found = _gcm(key, data) if how.name in _GCM else _cbc(how, key, data)
    if found is None:
        raise damaged()
    return found


def damaged() -> Failed:
    """The one thing that is said about content which does not open, whatever the reason."""
    return Failed("damaged", "the content does not decrypt to XML: it was damaged, or encrypted with another key")


def _gcm(key: bytes, data: bytes) -> bytes | None:
    try:
        return AESGCM(key).decrypt(data[:12], data[12:], None)
    except (InvalidTag, ValueError):
        return None


def _cbc(how: Content, key: bytes, data: bytes) -> bytes | None:
    triple = how.name == "tripledes-cbc"
    block = 8 if triple else 16
    if len(data) < 2 * block or len(data) % block:
        return None
    cipher = Cipher(TripleDES(key) if triple else algorithms.AES(key), modes.CBC(data[:block]))
    decryptor = cipher.decryptor()
    plain = decryptor.update(data[block:]) + decryptor.finalize()
    return plain[: -plain[-1]] if 1 <= plain[-1] <= block else None
