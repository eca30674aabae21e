"""Facts of discovery documents and key sets: what a provider publishes of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from doctor.facts.address import HOST_CLASSES, address
from doctor.facts.fact import (
    BOOL,
    NUMBER,
    TEXT,
    URL,
    WORDS,
    Fact,
    View,
    collection,
    enum,
    given,
    only,
    record,
    words,
)
from doctor.model.oidc import REQUIRED, Discovery, KeySet
from doctor.model.state import ABSENT, Unknown

if TYPE_CHECKING:
    from doctor.model.oidc import Key, Service

_ON: Final = ("oidc-discovery",)
_KEYS: Final = ("jwks",)
PROBLEMS: Final = (
    "none", "kty-missing", "kty-unknown", "member-missing", "member-malformed", "not-base64url", "unreadable",
)  # fmt: skip
FORMS: Final = ("absolute", "relative", "empty", "malformed")
SERVICE: Final = record(name=TEXT, url=URL, scheme=TEXT, host=TEXT, host_class=enum(*HOST_CLASSES), form=enum(*FORMS))
KEY: Final = record(
    kid=TEXT, name=TEXT, type=TEXT, use=TEXT, algorithm=TEXT, bits=NUMBER, problem=enum(*PROBLEMS), detail=TEXT,
    signs=BOOL, private=BOOL, plain_base64=BOOL, certificate_fits=BOOL, certificate_readable=BOOL,
)  # fmt: skip
_WELL_KNOWN: Final = "/.well-known/"
_MICROSOFT: Final = ("login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net",
                     "login.microsoftonline.us", "login.partner.microsoftonline.cn")  # fmt: skip


class ServiceItem:
    """One address of a discovery document."""

    __slots__ = ("form", "host", "host_class", "name", "of", "scheme", "url")

    def __init__(self, of: Service) -> None:
        found = address(of.url)
        self.of, self.name, self.url = of, of.name, of.url
        self.form, self.scheme, self.host, self.host_class = found


class KeyItem:
    """One key of a key set; `name` is its kid, or its number."""

    __slots__ = (
        "algorithm", "bits", "certificate_fits", "certificate_readable", "detail", "kid", "name", "of",
        "plain_base64", "private", "problem", "signs", "type", "use",
    )  # fmt: skip

    def __init__(self, of: Key, number: int) -> None:
        self.of = of
        self.kid = given(of.kid)
        self.name = of.kid or f"key {number}"
        self.type = given(of.kty)
        self.use, self.algorithm = given(of.use), given(of.alg)
        self.bits = of.bits or ABSENT
        self.problem, self.detail = of.problem or "none", given(of.detail)
        self.signs = not of.problem and of.kty != "oct" and of.use != "enc" and _may_verify(of)
        self.private, self.plain_base64 = of.private, of.written == "base64"
        self.certificate_fits = ABSENT if of.certificate_fits is None else of.certificate_fits
        self.certificate_readable = not of.certificates[0].problem if of.certificates else ABSENT


def _may_verify(of: Key) -> bool:
    return not of.ops or "verify" in of.ops or "sign" in of.ops


def document(view: View) -> Discovery:
    """The discovery document in view. Raises `NoDocument`."""
    return only(view.document.oidc, Discovery)


def issuer(view: View) -> Any:
    """The issuer that the discovery document names."""
    return given(document(view).issuer)


def expected_issuer(view: View) -> Any:
    """The issuer that was expected: as somebody told it, else the address that the document was read from.

    A slash at the end of the issuer is left out of that address (OpenID Connect Discovery 1.0, 4.1), so both fit it.
    Microsoft's documents name another host, or a pattern for several tenants, by design.
    """
    unknown = Unknown.of("oauth.expected_issuer")
    told = unknown if view.parent is None else view.parent.said("oauth.expected_issuer", unknown)
    if not isinstance(told, Unknown):
        return told
    name = view.document.name
    head, mark, tail = name.partition(_WELL_KNOWN)
    if not mark or not name.startswith(("https://", "http://")):
        return unknown
    base = head + (f"/{tail.partition('/')[2]}" if "/" in tail else "")
    found = document(view).issuer or ""
    by_design = address(base).host in _MICROSOFT and address(found).host in _MICROSOFT
    return found if by_design or found == base + "/" else base


def issuer_form(view: View) -> Any:
    """How the issuer is written: well (https, no query, no fragment), or what is wrong with it."""
    found = document(view).issuer
    if not found:
        return ABSENT
    if found == "accounts.google.com":
        return "well"
    if address(found).form != "absolute":
        return "no-url"
    if "?" in found or "#" in found:
        return "query-or-fragment"
    return "well" if address(found).scheme == "https" else "not-https"


def issuer_host_class(view: View) -> Any:
    """What kind of host the issuer has."""
    found = document(view).issuer
    return address(found).host_class if found else ABSENT


def several_tenants(view: View) -> Any:
    """Whether the issuer is a pattern for several tenants."""
    return "{" in (document(view).issuer or "")


def services(view: View) -> Any:
    """The addresses that the discovery document names."""
    return tuple(map(ServiceItem, document(view).services))


def insecure(view: View) -> Any:
    """The addresses of the discovery document that are not protected by https; absent where all are."""
    found = services(view)
    return tuple(one.name for one in found if one.form == "absolute" and one.scheme != "https") or ABSENT


def missing(view: View) -> Any:
    """What a discovery document must have, and this one has not."""
    return document(view).missing or ABSENT


def malformed(view: View) -> Any:
    """Entries whose value has another type than their name asks for."""
    return document(view).malformed or ABSENT


def oauth_only(view: View) -> Any:
    """Whether the document is one of plain OAuth: nothing in it is OpenID Connect's."""
    return document(view).oauth_only


def _list(view: View, name: str) -> Any:
    found = document(view).lists.get(name)
    return ABSENT if found is None else found


def response_types(view: View) -> Any:
    """The response types that the provider offers."""
    return _list(view, "response_types_supported")


def scopes(view: View) -> Any:
    """The scopes that the provider lists."""
    return _list(view, "scopes_supported")


def algorithms(view: View) -> Any:
    """The algorithms with which the provider signs ID tokens."""
    return _list(view, "id_token_signing_alg_values_supported")


def challenge_methods(view: View) -> Any:
    """The PKCE methods that the provider lists."""
    return _list(view, "code_challenge_methods_supported")


def offers_code(view: View) -> Any:
    """Whether the provider offers the authorization code flow."""
    found = document(view).lists.get("response_types_supported")
    return ABSENT if found is None else any("code" in one.split() for one in found)


# ── keys ───────────────────────────────────────────────────────────────────────────────────────────────────


def _keys(view: View) -> KeySet:
    return only(view.document.oidc, KeySet)


def keys(view: View) -> Any:
    """The keys of the set."""
    return tuple(KeyItem(one, number) for number, one in enumerate(_keys(view).keys, 1))


def key_count(view: View) -> Any:
    """How many keys the set has."""
    return len(_keys(view).keys)


def signing_count(view: View) -> Any:
    """How many of its keys can check a signature."""
    return sum(item.signs for item in keys(view))


def repeated_ids(view: View) -> Any:
    """The key IDs that several keys of one type and use have."""
    seen: dict[tuple[str, str, str | None], int] = {}
    for one in _keys(view).keys:
        if one.kid:
            seen[one.kid, one.kty, one.use] = seen.get((one.kid, one.kty, one.use), 0) + 1
    return tuple(dict.fromkeys(kid for (kid, _, _), count in seen.items() if count > 1)) or ABSENT


def without_id(view: View) -> Any:
    """How many keys that can check a signature have no key ID."""
    return sum(item.signs and item.kid is ABSENT for item in keys(view))


def keys_readable(view: View) -> Any:
    """Whether the key set holds a key that can check a signature."""
    return signing_count(view) > 0


FACTS: Final = (
    Fact("oauth.issuer", TEXT, issuer, _ON, optional=True),
    Fact("oauth.expected_issuer", TEXT, expected_issuer, _ON),
    Fact("oauth.jwks_reachable", BOOL, keys_readable, _KEYS),
    Fact("discovery.issuer_form", enum("well", "no-url", "query-or-fragment", "not-https"), issuer_form, _ON,
         optional=True),
    Fact("discovery.issuer_host_class", enum(*HOST_CLASSES), issuer_host_class, _ON, optional=True),
    Fact("discovery.several_tenants", BOOL, several_tenants, _ON),
    Fact("discovery.endpoints", collection(SERVICE), services, _ON),
    Fact("discovery.insecure", WORDS, insecure, _ON, optional=True),
    Fact("discovery.missing", words(*REQUIRED), missing, _ON, optional=True),
    Fact("discovery.malformed", WORDS, malformed, _ON, optional=True),
    Fact("discovery.oauth_only", BOOL, oauth_only, _ON),
    Fact("discovery.response_types", WORDS, response_types, _ON, optional=True),
    Fact("discovery.offers_code", BOOL, offers_code, _ON, optional=True),
    Fact("discovery.scopes", WORDS, scopes, _ON, optional=True),
    Fact("discovery.algorithms", WORDS, algorithms, _ON, optional=True),
    Fact("discovery.challenge_methods", WORDS, challenge_methods, _ON, optional=True),
    Fact("jwks.keys", collection(KEY), keys, _KEYS),
    Fact("jwks.key_count", NUMBER, key_count, _KEYS),
    Fact("jwks.signing_count", NUMBER, signing_count, _KEYS),
    Fact("jwks.repeated_ids", WORDS, repeated_ids, _KEYS, optional=True),
    Fact("jwks.without_id", NUMBER, without_id, _KEYS),
)  # fmt: skip
