"""Patients whose certificates ail: in metadata, and in files of their own."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from tests.factory import certificate, providers
from tests.factory.metadata import Key, key, wrapped
from tests.factory.patient import Patient, well

if TYPE_CHECKING:
    from tests.factory.certificate import Certificate, HashName, KeyKind

Make = Callable[[datetime], bytes]
SUBJECT: Final = providers.PROVIDERS["okta"].subject


def of(
    now: datetime,
    start: int = -400,
    end: int = 1460,
    *,
    kind: KeyKind = "rsa2048",
    digest: HashName = "sha256",
    ca: bool = False,
    slot: int = 0,
) -> Certificate:
    """A certificate valid from `start` to `end`, in days from `now`."""
    dates = now + timedelta(days=start), now + timedelta(days=end)
    return certificate.make(SUBJECT, *dates, key=kind, hash=digest, ca=ca, slot=slot, serial=1000 + slot)


def _with(now: datetime, *keys: Key) -> bytes:
    return well(now).but(keys=keys).data


def _dated(*spans: tuple[int, int]) -> Make:
    """Metadata with one signing key for each span of days."""
    return lambda now: _with(now, *[key(of(now, *span, slot=slot)) for slot, span in enumerate(spans)])


def _one(kind: KeyKind = "rsa2048", digest: HashName = "sha256", *, ca: bool = False) -> Make:
    return lambda now: _with(now, key(of(now, kind=kind, digest=digest, ca=ca)))


def _text(written: Callable[[str], str]) -> Make:
    """Metadata whose certificate is written in another way; `written` is given clean base64."""
    return lambda now: _with(now, Key((written(of(now).base64),)))


def _noise(_clean: str) -> str:
    return base64.b64encode(b"".join(hashlib.sha256(bytes([n])).digest() for n in range(24))).decode("ascii")


def _url_encoded(clean: str) -> str:
    return clean.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")


def _spaced(clean: str) -> str:
    return wrapped(clean, 64).replace("\n", " ")


def _escaped(clean: str) -> str:
    return wrapped(clean, 64).replace("\n", "\\n")


def _armoured(now: datetime) -> bytes:
    return _with(now, Key((of(now).pem,)))


def _chain(now: datetime) -> tuple[Certificate, Certificate]:
    return certificate.chain(SUBJECT, *providers.around(now))


def _chain_pem(now: datetime) -> bytes:
    return "".join(one.pem for one in _chain(now)).encode()


def _chain_in_key(now: datetime) -> bytes:
    leaf, authority = _chain(now)
    return _with(now, Key((leaf.base64, authority.base64)))


def _request_in_key(now: datetime) -> bytes:
    return _with(now, Key((base64.b64encode(certificate.request(SUBJECT)).decode("ascii"),)))


def _private_in_key(now: datetime) -> bytes:
    return _with(now, Key((certificate.private_pem(of(now).key),)))


def _private_beside(now: datetime) -> bytes:
    one = of(now)
    return (one.pem + certificate.private_pem(one.key)).encode()


def _private(*, traditional: bool = False, password: bytes | None = None) -> Make:
    def make(now: datetime) -> bytes:
        return certificate.private_pem(of(now).key, traditional=traditional, password=password).encode()

    return make


def _shared(now: datetime) -> bytes:
    return _with(now, key(of(now)), key(of(now), "encryption"))


def _twice(now: datetime) -> bytes:
    return _with(now, key(of(now)), key(of(now)))


IN_METADATA: Final = (
    Patient("certificate-expired", "the certificate expired 12 days ago", _dated((-1000, -12)),
            "certificate-expired"),
    Patient("certificates-both-expired", "both certificates expired", _dated((-2000, -400), (-900, -1)),
            "certificate-expired"),
    Patient("certificate-old-one-left", "an expired one beside a valid one", _dated((-2000, -30), (-60, 900)),
            "certificate-expired-leftover"),
    Patient("certificate-expires-in-a-week", "seven days left", _dated((-700, 7)),
            "certificate-expires-soon"),
    Patient("certificate-two-months-left", "sixty days left", _dated((-700, 60)), "certificate-renewal-due"),
    Patient("certificate-of-tomorrow", "valid from ten days hence", _dated((10, 900)),
            "certificate-not-yet-valid"),
    Patient("certificate-noise", "random bytes in base64", _text(_noise), "certificate-unparseable"),
    Patient("certificate-bad-base64", "a letter that is not base64",
            _text(lambda clean: clean[:200] + "!" + clean[201:]), "certificate-unparseable"),
    Patient("certificate-cut", "the second half is missing", _text(lambda clean: clean[:480]),
            "certificate-unparseable"),
    Patient("certificate-spaces", "spaces in place of line breaks", _text(_spaced),
            "certificate-text-damaged"),
    Patient("certificate-escaped-breaks", "backslash n in place of line breaks", _text(_escaped),
            "certificate-text-damaged"),
    Patient("certificate-url-encoded", "percent signs in the base64", _text(_url_encoded),
            "certificate-text-damaged"),
    Patient("certificate-with-armour", "BEGIN and END lines inside the element", _armoured,
            "certificate-armoured"),
    Patient("certificate-rsa-1024", "an RSA key of 1024 bits", _one("rsa1024"), "certificate-weak-key"),
    Patient("certificate-sha1", "signed with SHA-1", _one(digest="sha1"), "certificate-sha1"),
    Patient("certificate-md5", "signed with MD5", _one(digest="md5"), "certificate-md5"),
    Patient("certificate-dsa", "a DSA key", _one("dsa"), "certificate-key-unsupported"),
    Patient("certificate-of-authority", "marked as a certificate authority", _one(ca=True),
            "certificate-is-ca"),
    Patient("certificate-chain-in-key", "the issuer beside the certificate", _chain_in_key,
            "certificate-is-chain"),
    Patient("certificate-request-in-key", "a request in place of the certificate", _request_in_key,
            "certificate-is-csr"),
    Patient("private-key-in-metadata", "the private key in place of the certificate", _private_in_key,
            "certificate-is-private-key"),
    Patient("certificate-for-both-uses", "one certificate to sign and to encrypt", _shared,
            "certificate-shared-use"),
    Patient("certificate-rollover", "the next certificate published early", _dated((-700, 200), (-5, 1090)),
            "certificate-rollover"),
    Patient("certificate-twice", "the same certificate twice", _twice, "certificate-duplicate"),
)  # fmt: skip

FILES: Final = (
    Patient("request-file", "a signing request in place of the certificate",
            lambda _: certificate.request_pem(SUBJECT).encode(), "certificate-is-csr"),
    Patient("request-file-der", "the same in DER", lambda _: certificate.request(SUBJECT),
            "certificate-is-csr"),
    Patient("private-key-file", "a private key", _private(), "certificate-is-private-key"),
    Patient("private-key-file-traditional", "a private key in the old form", _private(traditional=True),
            "certificate-is-private-key"),
    Patient("private-key-file-locked", "a private key with a password", _private(password=b"for-tests-only"),
            "certificate-is-private-key"),
    Patient("private-key-beside-certificate", "certificate and key in one file", _private_beside,
            "certificate-is-private-key"),
    Patient("chain-file", "the issuer in the same PEM file", _chain_pem, "certificate-is-chain"),
    Patient("chain-pkcs7", "a PKCS#7 bundle", lambda now: certificate.bundle(_chain(now), armoured=True),
            "certificate-is-chain"),
    Patient("chain-pkcs7-der", "a PKCS#7 bundle in DER",
            lambda now: certificate.bundle(_chain(now), armoured=False), "certificate-is-chain"),
    Patient("expired-pem-file", "an expired certificate as PEM", lambda now: of(now, -900, -12).pem.encode(),
            "certificate-expired"),
    Patient("expired-der-file", "an expired certificate as DER", lambda now: of(now, -900, -12).der,
            "certificate-expired"),
    Patient("expired-base64-file", "an expired certificate as bare base64",
            lambda now: of(now, -900, -12).base64.encode(), "certificate-expired"),
    Patient("cut-der-file", "half a certificate", lambda now: of(now).der[:400], "certificate-unparseable"),
)  # fmt: skip

PATIENTS: Final = IN_METADATA + FILES

HEALTHY_FILES: Final[dict[str, Make]] = {
    "pem": lambda now: of(now).pem.encode(),
    "pem-crlf": lambda now: of(now).pem.replace("\n", "\r\n").encode(),
    "der": lambda now: of(now).der,
    "base64": lambda now: of(now).base64.encode(),
    "base64-wrapped": lambda now: wrapped(of(now).base64, 64).encode(),
    "pkcs7": lambda now: certificate.bundle((of(now),), armoured=True),
    "ec": lambda now: of(now, kind="ec256").pem.encode(),
    "ed25519": lambda now: of(now, kind="ed25519").pem.encode(),
}
"""Certificate files with nothing wrong at `now`."""
