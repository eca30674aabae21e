"""Signed queries of the redirect binding: the signature stands beside the message (saml-bindings 3.4.4.1)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, padding, rsa, utils

from doctor.model.message import Verdict
from doctor.parse import key
from doctor.parse.reference import Refused, line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from doctor.model.capture import Detached
    from doctor.parse.key import Key

MAX_QUERY: Final = 1024 * 1024

_HASHES: Final[dict[str, Callable[[], hashes.HashAlgorithm]]] = {
    "sha1": hashes.SHA1, "sha224": hashes.SHA224, "sha256": hashes.SHA256, "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}  # fmt: skip
_QUERY_ALGORITHM: Final = re.compile(
    r"http://www\.w3\.org/(?:2000/09/xmldsig|2001/04/xmldsig-more|2009/xmldsig11)#((?:rsa|ecdsa|dsa)-(sha\d+))"
)  # fmt: skip
_SIGNED: Final[tuple[str, ...]] = ("SAMLRequest", "SAMLResponse", "RelayState", "SigAlg", "Signature")


def verify_query(query: str, certificates: Sequence[bytes]) -> Verdict | None:
    """The verdict on a query string or URL that carries its signature beside the message; None when unsigned.

    Covered are SAMLRequest or SAMLResponse, RelayState and SigAlg, in this order and as they were
    encoded. Where only another encoding of the same values verifies, it is valid and `re-encoded`.
    """
    found = _parameters(query)
    if not found.get("Signature"):
        return None
    base = _query_base(query, found)
    if refused := _refused_query(query, found):
        return base._replace(state=refused.state, reason=refused.reason, detail=refused.detail)
    kind = key.kind_of(base.algorithm)
    keys = [one for one in key.given(certificates) if one.kind == kind]
    if not keys:
        return base._replace(reason="no-key", detail="no certificate with a key of this kind was given")
    return _query_tried(found, keys, base)


def verify_detached(detached: Detached, certificates: Sequence[bytes]) -> str:
    """Whether a redirect's signature fits one of the certificates: valid, no-key-fits, or refused for its algorithm.

    `detached` holds the hash of what was signed instead of the text, which may carry secrets. That the text was
    changed and that another key made the signature look the same.
    """
    match = _QUERY_ALGORITHM.fullmatch(detached.algorithm)
    if match is None or detached.hash not in _HASHES:
        return "refused"
    kind = key.kind_of(match[1])
    keys = (one for one in key.given(certificates) if one.kind == kind)
    fits = any(_fits(one, detached.signature, detached.digest, detached.hash, hashed=True) for one in keys)
    return "valid" if fits else "no-key-fits"


def _parameters(query: str) -> dict[str, list[str]]:
    """Values of the parameters that matter, as they were encoded."""
    text = query[:MAX_QUERY].rpartition("?")[2].partition("#")[0].strip()
    found: dict[str, list[str]] = {}
    for part in text.split("&")[:1000]:
        name, _, value = part.partition("=")
        if name in _SIGNED:
            found.setdefault(name, []).append(value)
    return found


def _query_base(query: str, found: dict[str, list[str]]) -> Verdict:
    match = _QUERY_ALGORITHM.fullmatch(unquote(found.get("SigAlg", [""])[0]))
    carried = next((name for name in _SIGNED[:2] if name in found), None)
    return Verdict(
        state="not-judged", reason="", detail="", path="query", covered=carried, covered_id=None,
        covered_path=None, algorithm=match[1] if match else "unknown", digest=match[2] if match else "unknown",
        signer=None, carried=None, carried_given=False, reads_covered=carried is not None, wrapping="",
        indented=False, sha256=hashlib.sha256(query.encode("utf-8", "replace")).hexdigest(),
    )  # fmt: skip


def _refused_query(query: str, found: dict[str, list[str]]) -> Refused | None:
    if len(query) > MAX_QUERY:
        return Refused("unsupported", "too-much", f"{len(query):,} characters")
    if any(len(values) > 1 for values in found.values()) or ("SAMLRequest" in found) == ("SAMLResponse" in found):
        return Refused("unsupported", "query", "a parameter that is signed stands there twice, or no message")
    algorithm = unquote(found.get("SigAlg", [""])[0])
    if "hmac" in algorithm.lower():
        return Refused("unsupported", "hmac", "HMAC needs a shared secret; a certificate is none")
    match = _QUERY_ALGORITHM.fullmatch(algorithm)
    if match is None or match[2] not in _HASHES:
        return Refused("unsupported", "algorithm", f"the algorithm {line(algorithm)} is not known")
    return None


def _query_tried(found: dict[str, list[str]], keys: list[Key], base: Verdict) -> Verdict:
    signature = _raw(found["Signature"][0])
    if not signature:
        return base._replace(state="invalid", reason="unknown-signer", detail="the Signature is not base64")
    for number, signed in enumerate(_encodings(found)):
        fitting = next((one for one in keys if _fits(one, signature, signed, base.digest)), None)
        if fitting is not None:
            reason = "re-encoded" if number else ""
            return base._replace(state="valid", reason=reason, signer=fitting.fingerprint, signed=signed)
    return base._replace(state="invalid", reason="unknown-signer", detail="no given certificate made it")


def _raw(value: str) -> bytes:
    try:
        return base64.b64decode("".join(unquote(value).replace(" ", "+").split()), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _encodings(found: dict[str, list[str]]) -> list[bytes]:
    """The signed text as it was sent, then as others would have encoded it."""
    sent: dict[str, str] = {name: found[name][0] for name in _SIGNED[:4] if name in found}
    plus = {name: unquote_plus(value) if name == "RelayState" else unquote(value) for name, value in sent.items()}
    variants = (
        sent,
        {name: quote_plus(value) for name, value in plus.items()},
        {name: quote(value, safe="") for name, value in plus.items()},
        {name: _lower(quote_plus(value)) for name, value in plus.items()},
        {name: _lower(quote(value, safe="")) for name, value in plus.items()},
    )
    return [_joined(one) for one in variants]


def _lower(text: str) -> str:
    """Percent signs as .NET writes them."""
    return re.sub(r"%[0-9A-F]{2}", lambda match: match[0].lower(), text)


def _joined(values: dict[str, str]) -> bytes:
    return "&".join(f"{name}={value}" for name, value in values.items()).encode("utf-8", "replace")


def _fits(one: Key, signature: bytes, signed: bytes, digest: str, *, hashed: bool = False) -> bool:
    """Whether a key made the signature; `signed` is the text, or its hash when `hashed`."""
    if one.loaded is None:
        return False
    public = one.loaded.public_key()
    algorithm = utils.Prehashed(_HASHES[digest]()) if hashed else _HASHES[digest]()
    try:
        if isinstance(public, rsa.RSAPublicKey):
            public.verify(signature, signed, padding.PKCS1v15(), algorithm)
        elif isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(_der_pair(signature, (public.key_size + 7) // 8), signed, ec.ECDSA(algorithm))
        elif isinstance(public, dsa.DSAPublicKey):
            public.verify(_der_pair(signature, len(signature) // 2), signed, algorithm)
        else:
            return False
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True


def _der_pair(signature: bytes, width: int) -> bytes:
    """r and s as XML signatures write them, side by side, turned into DER; DER stays as it is."""
    if len(signature) != 2 * width or (signature[:1] == b"\x30" and signature[1] == len(signature) - 2):
        return signature
    halves = signature[:width], signature[width:]
    return utils.encode_dss_signature(*(int.from_bytes(half) for half in halves))
