"""Facts of tokens, wherever they stand: what they say, and whether they can be trusted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from doctor.facts.address import DIFFERENCES
from doctor.facts.fact import (
    BOOL,
    NUMBER,
    TEXT,
    WORDS,
    Fact,
    NoDocument,
    View,
    enum,
    given,
    inputs,
    mapped,
    words,
)
from doctor.facts.oauth import issuer_difference
from doctor.model.oidc import Answer, Callback, Discovery, KeySet, Token
from doctor.model.state import ABSENT, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

_ON: Final = ("token", "callback")
PROBLEMS: Final = (
    "none", "cut-short", "not-base64url", "header-not-json", "claims-not-json", "too-large", "quoted",
)  # fmt: skip
SIGNATURES: Final = (
    "valid", "invalid", "no-key", "no-signature", "symmetric", "unsupported", "encrypted", "unreadable",
)  # fmt: skip
CLAIMS: Final = ("iss", "sub", "aud", "exp", "iat")
"""What an ID token must have (OpenID Connect Core 1.0, section 2)."""
_TIMES: Final = ("exp", "iat", "nbf", "auth_time")
_FAR: Final = 10**11
"""No time of a token is so many seconds after 1970; milliseconds are."""
_CLIENT: Final = "--client-id, or --set"


def token(view: View) -> Token:
    """The token in view: alone, in an answer, or in a callback. Raises `NoDocument`."""
    held = view.document.oidc
    found = held.id_token if isinstance(held, Answer | Callback) else held
    if not isinstance(found, Token):
        raise NoDocument
    return found


def _claims(view: View) -> dict[str, Any]:
    """The claims of a token that can be read. Raises `NoDocument`."""
    found = token(view)
    if found.form not in ("jws", "claims") or (found.problem and not found.claims):
        raise NoDocument
    return found.claims


def form(view: View) -> Any:
    """What the token is: signed (jws), encrypted (jwe), claims that somebody decoded, or opaque."""
    return token(view).form


def problem(view: View) -> Any:
    """What is wrong with the token's form."""
    return token(view).problem or "none"


def algorithm(view: View) -> Any:
    """The algorithm that the token's header names."""
    return _text(token(view).header.get("alg"))


def key_id(view: View) -> Any:
    """The key that the token's header names (kid)."""
    return _text(token(view).header.get("kid"))


def use(view: View) -> Any:
    """What the token is for, as its type, its place and its claims show."""
    found = token(view)
    kind = str(found.header.get("typ", "")).lower().removeprefix("application/")
    if kind in ("at+jwt", "logout+jwt"):
        return "access-token" if kind == "at+jwt" else "logout-token"
    claims = found.claims
    events = claims.get("events")
    if isinstance(events, dict) and "http://schemas.openid.net/event/backchannel-logout" in events:
        return "logout-token"
    if found.place == "id_token" or any(name in claims for name in ("nonce", "at_hash", "c_hash")):
        return "id-token"
    return "access-token" if any(name in claims for name in ("scp", "scope", "scopes", "roles_access")) else "unknown"


def _text(value: Any) -> Any:
    return given(value[:300]) if isinstance(value, str) else ABSENT


# ── the signature ──────────────────────────────────────────────────────────────────────────────────────────


def signature(view: View) -> Any:
    """Whether a key of the provider's key set made the signature; unknown without a key set."""
    found = _verified(view)
    return found if isinstance(found, Unknown) else found.state


def _verified(view: View) -> Any:
    from doctor.parse import jwt

    found = token(view)
    if found.form == "jws" and not found.problem and not found.compact.open():
        return Unknown.of("token.signature", "a case keeps no signature of a token: doctor check --jwks FILE checks it")
    keys = [key for one in _around(view, KeySet) for key in one.keys]
    seen = jwt.verified(found, keys)
    if not keys and seen.state in ("valid", "invalid", "no-key"):
        return Unknown.of("jwks.keys", "no key set was given")
    return seen


def _around(view: View, kind: type[Any]) -> Iterator[Any]:
    return (one.oidc for one in view.around if isinstance(one.oidc, kind))


def algorithm_listed(view: View) -> Any:
    """Whether the provider's discovery document lists the token's algorithm."""
    listed = [one.lists.get("id_token_signing_alg_values_supported") for one in _around(view, Discovery)]
    known = [one for one in listed if one]
    if not known:
        return Unknown.of("discovery.algorithms", "no discovery document was given")
    return mapped(view, "token.algorithm", lambda name: any(name in one for one in known))


# ── claims ─────────────────────────────────────────────────────────────────────────────────────────────────


def missing_claims(view: View) -> Any:
    """The claims that an ID token must have and that are missing; absent where none is, or it is no ID token."""
    if use(view) in ("access-token", "logout-token"):
        return ABSENT
    found = _claims(view)
    return tuple(name for name in CLAIMS if found.get(name) in (None, "", [])) or ABSENT


def malformed_claims(view: View) -> Any:
    """The claims whose value has the wrong type or unit (times are numbers of seconds)."""
    found = _claims(view)
    wrong: list[str] = [name for name in _TIMES if name in found and _moment(found[name]) is None]
    wrong += [name for name in ("iss", "sub", "nonce", "azp") if name in found and not isinstance(found[name], str)]
    if "aud" in found and not _audiences(found):
        wrong.append("aud")
    return tuple(wrong) or ABSENT


def _audiences(found: dict[str, Any]) -> tuple[str, ...]:
    aud = found.get("aud")
    listed = aud if isinstance(aud, list) else [aud]
    return tuple(one[:300] for one in listed[:50] if isinstance(one, str) and one)


def issuer(view: View) -> Any:
    """The issuer that the callback or the token names."""
    held = view.document.oidc
    if isinstance(held, Callback) and held.issuer:
        return held.issuer
    found = _claims(view).get("iss")
    return found[:300] if isinstance(found, str) and found else Unknown.of("oauth.issuer", "the token names none")


def expected_issuer(view: View) -> Any:
    """The issuer that was expected: as somebody told it, else that of the discovery document."""
    unknown = Unknown.of("oauth.expected_issuer")
    said = unknown if view.parent is None else view.parent.said("oauth.expected_issuer", unknown)
    if not isinstance(said, Unknown):
        return said
    named = {one.issuer for one in _around(view, Discovery) if one.issuer}
    return named.pop() if len(named) == 1 else unknown


def audiences(view: View) -> Any:
    """For whom the token is (aud)."""
    return _audiences(_claims(view)) or ABSENT


def audience_fits(view: View) -> Any:
    """Whether the token is for this client."""
    found = inputs(view, "token.audiences", "oauth.client_id")
    return found[1] in found[0] if isinstance(found, tuple) else found


def authorized_party_fits(view: View) -> Any:
    """Whether the authorized party (azp) is this client; absent where the token names none."""
    party = _claims(view).get("azp")
    return mapped(view, "oauth.client_id", party.__eq__) if isinstance(party, str) else ABSENT


def nonce_state(view: View) -> Any:
    """Whether the nonce that was sent came back."""
    found = _claims(view).get("nonce")

    def compared(sent: str) -> str:
        return "missing" if found is None else "same" if found == sent else "differs"

    return mapped(view, "oauth.nonce", compared)


def email(view: View) -> Any:
    """The e-mail address in the token."""
    return _text(_claims(view).get("email"))


def email_verified(view: View) -> Any:
    """Whether the provider says that it verified the address: yes, no, or as a text, which is no boolean."""
    found = _claims(view).get("email_verified")
    if found is None:
        return ABSENT
    return ("yes" if found else "no") if isinstance(found, bool) else "text"


# ── times ──────────────────────────────────────────────────────────────────────────────────────────────────


def _moment(value: Any) -> datetime | None:
    """A NumericDate (RFC 7519, section 2): seconds since 1970; None when it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _FAR:
        return None
    return datetime.fromtimestamp(value, UTC)


def _time(view: View, name: str) -> datetime | None:
    return _moment(_claims(view).get(name))


def seconds_left(view: View) -> Any:
    """For how many seconds from now the token is valid; negative when it has expired."""
    found = _time(view, "exp")
    return ABSENT if found is None else round((found - view.now).total_seconds())


def _tolerance(view: View) -> float:
    found = view["clock.tolerance_seconds"]
    return float(found) if isinstance(found, int | float) else 300.0


def expired_on_receipt(view: View) -> Any:
    """Whether the token had expired when it was received, clocks being allowed to differ; unknown without that moment."""
    ends = _time(view, "exp")
    if ends is None:
        return ABSENT
    tolerance = _tolerance(view)
    return mapped(view, "login.received_at", lambda at: (at - ends).total_seconds() >= tolerance)


def seconds_ahead(view: View) -> Any:
    """By how many seconds the youngest time in the token (iat, nbf, auth_time) is after its receipt, or after now."""
    received = view["login.received_at"]
    here = received if isinstance(received, datetime) else view.now
    found = [one for name in ("iat", "nbf", "auth_time") if (one := _time(view, name))]
    return round((max(found) - here).total_seconds()) if found else ABSENT


def from_future(view: View) -> Any:
    """Whether the token was issued after it was received, by more than clocks may differ."""
    tolerance = _tolerance(view)
    return mapped(view, "token.seconds_ahead", lambda seconds: seconds > tolerance)


_USES: Final = enum("id-token", "access-token", "logout-token", "unknown")
FACTS: Final = (
    Fact("token.form", enum("jws", "jwe", "claims", "opaque"), form, _ON),
    Fact("token.problem", enum(*PROBLEMS), problem, _ON),
    Fact("token.algorithm", TEXT, algorithm, _ON, optional=True),
    Fact("token.key_id", TEXT, key_id, _ON, optional=True),
    Fact("token.use", _USES, use, _ON),
    Fact("token.signature", enum(*SIGNATURES), signature, _ON),
    Fact("token.algorithm_listed", BOOL, algorithm_listed, _ON, optional=True),
    Fact("token.missing_claims", words(*CLAIMS), missing_claims, _ON, optional=True),
    Fact("token.malformed_claims", WORDS, malformed_claims, _ON, optional=True),
    Fact("token.audiences", WORDS, audiences, _ON, optional=True),
    Fact("token.audience_fits", BOOL, audience_fits, _ON, optional=True),
    Fact("token.authorized_party_fits", BOOL, authorized_party_fits, _ON, optional=True),
    Fact("token.nonce_state", enum("same", "differs", "missing"), nonce_state, _ON),
    Fact("token.email", TEXT, email, _ON, optional=True, personal=True),
    Fact("token.email_verified", enum("yes", "no", "text"), email_verified, _ON, optional=True),
    Fact("token.seconds_left", NUMBER, seconds_left, _ON, optional=True),
    Fact("token.expired_on_receipt", BOOL, expired_on_receipt, _ON, optional=True),
    Fact("token.seconds_ahead", NUMBER, seconds_ahead, _ON, optional=True),
    Fact("token.from_future", BOOL, from_future, _ON, optional=True),
    Fact("oauth.issuer", TEXT, issuer, _ON),
    Fact("oauth.expected_issuer", TEXT, expected_issuer, _ON),
    Fact("oauth.issuer_difference", enum(*DIFFERENCES), issuer_difference, _ON),
    Fact("oauth.client_id", TEXT, None, ("case",), label="client ID", how=_CLIENT,
         meaning="The client ID with which the application signs in."),
    Fact("oauth.nonce", TEXT, None, ("case",), label="nonce that was sent", how="--nonce, or --set", secret=True,
         meaning="The nonce that the application sent with the sign-in request."),
)  # fmt: skip
