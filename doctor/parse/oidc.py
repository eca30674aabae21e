"""Documents of OpenID Connect and OAuth, from JSON and from URLs: what they say, without judging it.

Secrets stay outside: of an address no user name and password, of a key set only public parts are kept, of a callback or
a token response only what is no code or token. The provider's own words are stripped of secrets and cut.
"""

from __future__ import annotations

import re
import warnings
from collections import Counter
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlsplit

from doctor.model import redaction
from doctor.model.oidc import REQUIRED, Answer, Callback, Discovery, Key, KeySet, Service, Token
from doctor.parse import jwt

if TYPE_CHECKING:
    from doctor.model.document import Certificate, Document

_REQUIRED_OAUTH: Final = ("issuer", "response_types_supported")
_OPENID: Final = (
    "userinfo_endpoint", "subject_types_supported", "id_token_signing_alg_values_supported", "claims_supported",
    "id_token_alg_values_supported", "id_token_encryption_alg_values_supported",
)  # fmt: skip
"""Keys that only an OpenID provider has."""
_MOST: Final = 500
_WORDS: Final = 400
_FLAGS: Final = re.compile(r".+_(?:parameter|session|logout)_supported|require_.+|tls_client_.+|.+_required")
_PRIVATE: Final = ("d", "p", "q", "dp", "dq", "qi", "oth")
MEMBERS: Final = {"RSA": ("n", "e"), "EC": ("crv", "x", "y"), "OKP": ("crv", "x"), "oct": ("k",)}
"""The types of keys (RFC 7518, RFC 8037), and the members that each must have."""
_FIELDS: Final = 200


# ── discovery ──────────────────────────────────────────────────────────────────────────────────────────────


def discovery(value: dict[str, Any]) -> Discovery:
    """A discovery document."""
    lists = {name: found for name in value if (found := _listed(value, name)) is not None}
    oauth_only = not any(name in value for name in _OPENID)
    wanted = _REQUIRED_OAUTH if oauth_only else REQUIRED
    implicit = bool(lists.get("response_types_supported")) and not any(
        "code" in one.split() for one in lists["response_types_supported"]
    )
    missing = (name for name in wanted if value.get(name) in (None, "", []))
    return Discovery(
        issuer=redaction.address(_text(value.get("issuer")) or "") or None,
        services=tuple(_services(value)), lists=lists,
        iss_parameter=value.get("authorization_response_iss_parameter_supported") is True,
        missing=tuple(name for name in missing if not (implicit and name == "token_endpoint")),
        malformed=tuple(name for name in value if _is_malformed(name, value[name]))[:20], oauth_only=oauth_only,
    )  # fmt: skip


def _services(value: dict[str, Any]) -> list[Service]:
    named = ((name, url) for name, url in value.items() if name.endswith("_endpoint") or name == "jwks_uri")
    return [Service(name, redaction.address(url[:2000])) for name, url in named if isinstance(url, str)][:60]


def _listed(value: dict[str, Any], name: str) -> tuple[str, ...] | None:
    found = value[name]
    if not isinstance(found, list):
        return None
    return tuple(one[:200] for one in found[:_MOST] if isinstance(one, str))


def _is_malformed(name: str, value: Any) -> bool:
    """Whether a value has another type than its name asks for."""
    if name == "issuer" or name.endswith("_endpoint") or name == "jwks_uri":
        return not isinstance(value, str)
    if _FLAGS.fullmatch(name):
        return not isinstance(value, bool)
    return name in _KNOWN_LISTS and not (isinstance(value, list) and all(isinstance(one, str) for one in value))


_KNOWN_LISTS: Final = (
    "scopes_supported", "response_types_supported", "response_modes_supported", "grant_types_supported",
    "subject_types_supported", "id_token_signing_alg_values_supported", "token_endpoint_auth_methods_supported",
    "code_challenge_methods_supported", "claims_supported",
)  # fmt: skip


# ── keys ───────────────────────────────────────────────────────────────────────────────────────────────────


def key_set(value: dict[str, Any]) -> KeySet:
    """A key set, or a single key as one."""
    listed = value["keys"] if isinstance(value.get("keys"), list) else [value]
    return KeySet(tuple(_key(one) for one in listed[:_FIELDS] if isinstance(one, dict)))


def _key(value: dict[str, Any]) -> Key:
    kty = _text(value.get("kty")) or ""
    problem, detail = _flaw(value, kty)
    written = "base64" if any(_is_plain(value.get(name)) for name in MEMBERS.get(kty, ())) else "base64url"
    material = {} if problem or kty == "oct" else _material(value, kty)
    curve, bits, unreadable = _loaded(material) if material else (None, 0, "")
    certificates = _certificates(value)
    return Key(
        kid=_text(value.get("kid")), kty=kty, use=_text(value.get("use")), alg=_text(value.get("alg")),
        ops=tuple(one for one in value.get("key_ops") or () if isinstance(one, str))
        if isinstance(value.get("key_ops"), list) else (),
        curve=curve, bits=bits, problem=problem or ("unreadable" if unreadable else ""), detail=detail or unreadable,
        written=written, private=kty == "oct" or any(name in value for name in _PRIVATE), certificates=certificates,
        certificate_fits=_certificate_fits(certificates, material), material=material,
    )  # fmt: skip


def _flaw(value: dict[str, Any], kty: str) -> tuple[str, str]:
    """What is wrong with the members of a key, before anything is computed from them."""
    if not kty:
        return "kty-missing", "kty"
    if kty not in MEMBERS:
        return "kty-unknown", kty[:60]
    for name in MEMBERS[kty]:
        member = value.get(name)
        if member in (None, ""):
            return "member-missing", name
        if not isinstance(member, str):
            return "member-malformed", name
        if name != "crv" and jwt.decoded(_url_safe(member)) is None:
            return "not-base64url", name
    return "", ""


def _url_safe(text: str) -> str:
    return text.replace("+", "-").replace("/", "_").rstrip("=")


def _is_plain(member: Any) -> bool:
    return isinstance(member, str) and bool(re.search(r"[+/=]", member))


def _material(value: dict[str, Any], kty: str) -> dict[str, str]:
    return {"kty": kty} | {name: value[name] if name == "crv" else _url_safe(value[name]) for name in MEMBERS[kty]}


def _loaded(material: dict[str, str]) -> tuple[str | None, int, str]:
    """Curve and size of a key, or why it is none."""
    from joserfc import jwk
    from joserfc.errors import JoseError

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            public = jwk.import_key(dict(material)).public_key
        except JoseError as error:
            return None, 0, redaction.text(error.description or "not a key")[:120]
        except (ValueError, TypeError, AttributeError, KeyError, OverflowError):
            return None, 0, "the numbers are not those of a key"
    bits = getattr(public, "key_size", 0) or {"Ed25519": 256, "Ed448": 456}.get(material.get("crv", ""), 0)
    return material.get("crv"), int(bits), ""


def _certificates(value: dict[str, Any]) -> tuple[Certificate, ...]:
    listed = value.get("x5c")
    if not isinstance(listed, list):
        return ()
    from doctor.parse import certificate

    return tuple(certificate.from_text(one, "signing") for one in listed[:5] if isinstance(one, str))


def _certificate_fits(certificates: tuple[Certificate, ...], material: dict[str, str]) -> bool | None:
    """Whether the first certificate holds the very key (RFC 7517, 4.7); None when one of the two cannot be read."""
    if not certificates or certificates[0].problem or not material:
        return None
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from joserfc import jwk
    from joserfc.errors import JoseError

    from doctor.parse import certificate

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            held = x509.load_der_x509_certificate(certificates[0].der).public_key()
            given = jwk.import_key(dict(material)).public_key
            form = Encoding.DER, PublicFormat.SubjectPublicKeyInfo
            return bool(held.public_bytes(*form) == given.public_bytes(*form))  # type: ignore[union-attr]
        except (JoseError, AttributeError, KeyError, *certificate.UNREADABLE):
            return None  # what two libraries raise over foreign bytes, the same as for each alone


# ── answers and callbacks ──────────────────────────────────────────────────────────────────────────────────


def answer(value: dict[str, Any]) -> Answer:
    """A token endpoint's answer."""
    scope, id_token = _text(value.get("scope")), _text(value.get("id_token"))
    return Answer(
        given=tuple(sorted(str(name)[:60] for name in value))[:40], token_type=_text(value.get("token_type")),
        scope=None if scope is None else tuple(scope.split()), error=_word(value.get("error")),
        description=words(value.get("error_description")), uri=_address(value.get("error_uri")),
        id_token=jwt.read(id_token, "id_token") if id_token else None,
    )  # fmt: skip


def callback(url: str) -> Callback | None:
    """What a URL brought back to a redirect URI: in its query, or behind `#`; None when it is no URL."""
    try:
        parts = urlsplit(url)
        found = {
            where: parse_qsl(text, keep_blank_values=True, max_num_fields=_FIELDS)
            for where, text in (("query", parts.query), ("fragment", parts.fragment))
        }
    except ValueError:
        return None
    fragment = not _is_answer(found["query"]) and _is_answer(found["fragment"])
    pairs = found["fragment" if fragment else "query"]
    values = dict(reversed(pairs))
    names = Counter(name for name, _ in pairs)
    id_token = values.get("id_token")
    return Callback(
        url=f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"[:2000],
        given=tuple(dict.fromkeys(name[:60] for name in names))[:40],
        repeated=tuple(dict.fromkeys(name[:60] for name, times in names.items() if times > 1))[:10], fragment=fragment,
        error=_word(values.get("error")), description=words(values.get("error_description")),
        uri=_address(values.get("error_uri")), issuer=_text(values.get("iss")),
        id_token=jwt.read(id_token, "id_token") if id_token else None,
    )  # fmt: skip


def _is_answer(pairs: list[tuple[str, str]]) -> bool:
    return any(name in ("code", "error", "id_token", "access_token", "response") for name, _ in pairs)


def words(value: Any) -> str | None:
    """A provider's own words: one line, without secrets and addresses of people, cut."""
    if not isinstance(value, str) or not value.strip():
        return None
    kept = "".join(char if char.isprintable() else " " for char in value[: 4 * _WORDS])
    return redaction.masked(redaction.text(" ".join(kept.split())))[:_WORDS]


def _word(value: Any) -> str | None:
    """An error code; what has not the form of one (RFC 6749, appendix A.7) is shown as words."""
    return words(value) if isinstance(value, str) else None


def _address(value: Any) -> str | None:
    """An address without its query: it may repeat what was sent."""
    return words(value.partition("?")[0].partition("#")[0]) if isinstance(value, str) else None


def _text(value: Any) -> str | None:
    return value[:2000] if isinstance(value, str) and value else None


# ── as documents ───────────────────────────────────────────────────────────────────────────────────────────


def of_json(found: Document, value: Any) -> Document:
    """A document of a kind of OpenID Connect, from its JSON."""
    if not isinstance(value, dict):
        return found
    if found.kind == "oidc-discovery":
        return found._replace(oidc=discovery(value))
    if found.kind == "jwks":
        return found._replace(oidc=key_set(value))
    from doctor.parse import oidc_stored

    if oidc_stored.is_stored(value):
        return _held(found, oidc_stored.read(value))
    is_answer = any(name in value for name in ("access_token", "id_token", "error", "token_type"))
    return _held(found, answer(value) if is_answer else jwt.of_claims(value))


def of_text(found: Document, text: str) -> Document:
    """A token or a callback, from the text that was pasted."""
    return _held(found, jwt.read(text) if found.kind == "token" else callback(text))


def _held(found: Document, oidc: Token | Answer | Callback | None) -> Document:
    """The document with what it holds, and the issuer by which its provider is known."""
    token = oidc.id_token if isinstance(oidc, Answer | Callback) else oidc
    named = (oidc.issuer if isinstance(oidc, Callback) else None) or (token.claims.get("iss") if token else None)
    details = {**found.details, **({"issuer": named[:200]} if isinstance(named, str) else {})}
    return found._replace(oidc=oidc, details=details)
