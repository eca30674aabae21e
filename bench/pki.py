"""Keys and certificates that are the same in every run: for inputs whose bytes must not change.

The keys come from a seeded generator and protect nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from random import Random
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from tests.factory.certificate import Certificate

_EXPONENT: Final = 65537
_SIEVE: Final = [n for n in range(3, 2000) if all(n % d for d in range(2, int(n**0.5) + 1))]
_NOT_BEFORE: Final = datetime(2021, 3, 1, tzinfo=UTC)


@cache
def key(seed: int) -> rsa.RSAPrivateKey:
    """The RSA key of 2048 bits that belongs to this seed."""
    draw = Random(seed)
    p, q = sorted((_prime(draw), _prime(draw)), reverse=True)
    d = pow(_EXPONENT, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(_EXPONENT, p * q)
    return rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), public).private_key()


def _prime(draw: Random) -> int:
    """The next prime after a random odd number of 1024 bits whose two highest bits are set."""
    number = draw.getrandbits(1024) | 3 << 1022 | 1
    while not _is_prime(number):
        number += 2
    return number


def _is_prime(number: int) -> bool:
    """Fermat's test after a sieve: enough for numbers that nobody chose to deceive us."""
    if number % _EXPONENT == 1 or any(number % small == 0 for small in _SIEVE):
        return False
    return all(pow(base, number - 1, number) == 1 for base in (2, 3, 5, 7))


def certificate(subject: str, seed: int, serial: int, years: int = 25) -> Certificate:
    """A self-signed certificate, valid from 2021 on, made the way Okta makes them."""
    own = key(seed)
    name = x509.Name.from_rfc4514_string(f"CN={subject},OU=SSOProvider,O=Example,L=San Francisco,ST=California,C=US")
    builder = x509.CertificateBuilder(name, name, own.public_key(), serial).not_valid_before(_NOT_BEFORE)
    made = builder.not_valid_after(_NOT_BEFORE.replace(year=_NOT_BEFORE.year + years)).sign(own, hashes.SHA256())
    return Certificate(made.public_bytes(Encoding.DER), own, name.rfc4514_string())


def wrapped(made: Certificate) -> str:
    """The certificate in base64, in lines of 64 characters."""
    text = made.base64
    return "\n".join(text[at : at + 64] for at in range(0, len(text), 64))
