"""JSON Web Tokens: taken apart (RFC 7515, RFC 7516, RFC 7519), and verified with the keys of a key set.

A token is a secret while it is valid: its text stays sealed, and nothing here repeats a value of it in a message.
joserfc verifies; which key is tried, and what a failure means, is decided here.
"""

from __future__ import annotations

import binascii
import json
import re
import warnings
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from doctor.model.oidc import Sealed, Token

if TYPE_CHECKING:
    from collections.abc import Iterable

    from doctor.model.oidc import Key

MAX: Final = 256 * 1024
"""Characters of one token that are read."""
SYMMETRIC: Final = ("HS256", "HS384", "HS512")
ASYMMETRIC: Final = {
    "RS256": "RSA", "RS384": "RSA", "RS512": "RSA", "PS256": "RSA", "PS384": "RSA", "PS512": "RSA",
    "ES256": "EC", "ES384": "EC", "ES512": "EC", "ES256K": "EC", "EdDSA": "OKP", "Ed25519": "OKP", "Ed448": "OKP",
}  # fmt: skip
"""Signature algorithms that a published key can check, and the type of that key."""
_URL_SAFE: Final = re.compile(r"[A-Za-z0-9_-]*=*")
_AROUND: Final = re.compile(r"\s+|^bearer\s+", re.IGNORECASE)


class Verified(NamedTuple):
    """What became of a signature, and the `kid` of the key that made it (None: it has none, or none did).

    `state`: valid, invalid (a fitting key did not make it), no-key (the set has no key that could have), no-signature,
    symmetric (only the client secret can tell), unsupported, encrypted, unreadable.
    """

    state: str
    kid: str | None = None
    named: bool = False
    """Whether the set holds the key that the token names."""


def looks(text: str) -> bool:
    """Whether a text has the form of a token: three or five parts of base64url, the first a JSON object."""
    parts = text.split(".")
    return len(parts) in (3, 5) and parts[0].startswith("ey") and all(map(_URL_SAFE.fullmatch, parts))


def read(text: str, place: str = "alone") -> Token:
    """The token in a text as it was pasted: around it may stand quotes, `Bearer` and line breaks. Never raises."""
    quoted = text.strip()[:1] in "\"'" and len(text.strip()) > 1
    bare = _AROUND.sub("", text.strip().strip("\"'"))
    if len(bare) > MAX:
        return _flawed("too-large", place)
    parts = bare.split(".")
    if not bare.startswith("ey") or len(parts) not in (2, 3, 4, 5):
        return Token("opaque", {}, {}, "quoted" if quoted and place == "alone" else "", place, Sealed(""))
    header, problem = _object(parts[0], "header")
    if problem:
        return _flawed(problem, place)
    if len(parts) == 5 or "enc" in header:
        return Token("jwe", header, {}, "" if len(parts) == 5 else "cut-short", place, Sealed(""))
    if len(parts) != 3:
        return Token("jws", header, _object(parts[1], "claims")[0], "cut-short", place, Sealed(""))
    claims, problem = _object(parts[1], "claims")
    return Token("jws", header, claims, problem or _signature(parts[2], header), place, Sealed(bare))


def of_claims(value: dict[str, Any]) -> Token:
    """Claims that somebody decoded elsewhere: there is no signature to check."""
    return Token("claims", {}, value, "", "alone", Sealed(""))


def _flawed(problem: str, place: str) -> Token:
    return Token("jws", {}, {}, problem, place, Sealed(""))


def _object(part: str, name: str) -> tuple[dict[str, Any], str]:
    """A part of a token as a JSON object, and what is wrong with it."""
    raw = decoded(part)
    if raw is None:
        return {}, "not-base64url"
    try:
        value = json.loads(raw.decode())
    except (ValueError, RecursionError):
        return {}, f"{name}-not-json"
    return (value, "") if isinstance(value, dict) else ({}, f"{name}-not-json")


def decoded(text: str) -> bytes | None:
    """The bytes of base64url with or without padding (RFC 7515, section 2); None when it is none."""
    if not _URL_SAFE.fullmatch(text) or len(text.rstrip("=")) % 4 == 1:
        return None
    bare = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return binascii.a2b_base64(bare + "=" * (-len(bare) % 4))
    except (binascii.Error, ValueError):
        return None


def _signature(part: str, header: dict[str, Any]) -> str:
    raw = decoded(part)
    if raw is None:
        return "not-base64url"
    alg = header.get("alg")
    least = 32 if isinstance(alg, str) and alg in (*ASYMMETRIC, *SYMMETRIC) else 0
    return "cut-short" if 0 < len(raw) < least or (not raw and least) else ""


# ── the signature ──────────────────────────────────────────────────────────────────────────────────────────


def verified(token: Token, keys: Iterable[Key]) -> Verified:
    """Whether one of these keys made the signature of a token. Algorithms are never taken from a key's type alone."""
    alg = token.header.get("alg")
    if token.form == "jwe":
        return Verified("encrypted")
    if token.problem or token.form != "jws" or not token.compact.open():
        return Verified("unreadable")
    if not isinstance(alg, str) or alg.lower() == "none":
        return Verified("no-signature")
    if alg in SYMMETRIC:
        return Verified("symmetric")
    if alg not in ASYMMETRIC or "crit" in token.header:
        return Verified("unsupported")
    return _tried(token, alg, [one for one in keys if one.kty == ASYMMETRIC[alg] and not one.problem])


def _tried(token: Token, alg: str, keys: list[Key]) -> Verified:
    """The key that the token names first, then the others: a name is a hint (RFC 7515, 4.1.4)."""
    kid = token.header.get("kid")
    named = [one for one in keys if kid is not None and one.kid == kid]
    for one in (*named, *(one for one in keys if one not in named)):
        if _fits(token.compact.open(), one, alg):
            return Verified("valid", one.kid, bool(named))
    told = named or (kid is None and keys)
    return Verified("invalid" if told else "no-key", None, bool(named))


def _fits(compact: str, one: Key, alg: str) -> bool:
    from joserfc import jwk, jws
    from joserfc.errors import JoseError

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a weak key is a rule's business, not one of standard error
        try:
            registry = jws.JWSRegistry(algorithms=[alg], strict_check_header=False)
            registry.max_payload_length = registry.max_header_length = registry.max_signature_length = MAX
            jws.deserialize_compact(compact, jwk.import_key(dict(one.material)), registry=registry)
        except (JoseError, ValueError, TypeError, AttributeError):
            return False
    return True
