"""`doctor probe oidc` as a whole: what is asked in which order, and what each answer tells as facts."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from doctor.facts import probe as clocks
from doctor.facts.offset import Reading
from doctor.facts.probe import HERE, Measured
from doctor.model.oidc import Discovery, KeySet
from doctor.model.oidc_probe import Probed, Subject
from doctor.parse.exchange import http_date
from doctor.sources import oidc, oidc_client, oidc_drill
from doctor.sources.oidc_authorize import Door
from doctor.sources.secret import without
from doctor.sources.url import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from doctor.model.document import Document
    from doctor.sources.oidc import Limits, Read, Wanted
    from doctor.sources.oidc_client import Authenticated
    from doctor.sources.oidc_drill import Drilled
    from doctor.sources.secret import Secret


class Credentials(NamedTuple):
    """The client secret, and how it is sent (basic, post; None: as the discovery document says)."""

    secret: Secret
    method: str | None = None


def probe(
    wanted: Wanted, limits: Limits, say: Callable[[str], None], credentials: Credentials | None = None,
    brought: tuple[Document, ...] = (),
) -> Probed:  # fmt: skip
    """Everything that is asked of a provider. `brought` are tokens and callbacks to be judged with its keys."""
    visitor = oidc.Visitor(limits, say)
    read = oidc.discover(visitor, wanted)
    held = read.document.oidc if read.document is not None else None
    if read.document is None or not isinstance(held, Discovery):
        return Probed((_missing(read), *_clock(read)), unreadable=_unreadable(read))
    found = [_discovery(read, visitor)]
    keys = _keys(visitor, held)
    context = tuple(one for one in (read.document, keys.document) if one is not None)
    found.append(_key_subject(keys))
    known = None
    if wanted.client_id:
        authorize = _authorize(visitor, held, wanted)
        known = authorize.facts.get("oauth.client_id_matches")
        found.append(authorize)
    if credentials is not None:
        found.append(_client(visitor, held, wanted, credentials, known=known))
        found = [_stripped(one, credentials.secret) for one in found]
    found += [Subject(one.name, one, {}, {}) for one in brought]
    return Probed((*found, *_clock(read)), context, _given(wanted, held))


def _stripped(subject: Subject, secret: Secret) -> Subject:
    """A subject without the client secret, wherever a provider may repeat it."""
    return subject._replace(facts=_without(subject.facts, secret), summary=_without(subject.summary, secret))


def _without(value: Any, secret: Secret) -> Any:
    if isinstance(value, dict):
        return {name: _without(inner, secret) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_without(inner, secret) for inner in value)
    return without(value, (secret,)) if isinstance(value, str) else value


def _unreadable(read: Read) -> tuple[str, ...]:
    """An address of which no bytes could be had is not read; one that answers otherwise is a finding alone."""
    gone = read.answer in ("unreachable", "timeout", "tls", "private-address")
    return (f"{shown(read.url)}: {read.detail or read.answer}",) if gone else ()


def _given(wanted: Wanted, held: Discovery) -> dict[str, Any]:
    """What the options say of the case."""
    facts: dict[str, Any] = {}
    if "://" in wanted.issuer and "/.well-known/" not in wanted.issuer:
        facts["oauth.expected_issuer"] = wanted.issuer.strip()
    if wanted.client_id:
        facts["oauth.client_id"] = wanted.client_id
        facts["oauth.requested_scopes"] = wanted.scopes
        facts["connection.protocol"] = "oauth" if held.oauth_only else "oidc"
    return facts


# ── documents ──────────────────────────────────────────────────────────────────────────────────────────────


def _missing(read: Read) -> Subject:
    facts: dict[str, Any] = {"oauth.discovery_answer": read.answer}
    facts |= {"oauth.discovery_detail": read.detail} if read.detail else {}
    facts |= {"oauth.discovery_redirected_to": read.redirected_to} if read.redirected_to else {}
    summary: dict[str, object] = {"title": "discovery document", "answer": read.answer, "detail": read.detail or None}
    return Subject(shown(read.url), None, facts, {**summary, "status": read.seen.status})


def _discovery(read: Read, visitor: oidc.Visitor) -> Subject:
    return Subject(shown(read.url), read.document, {}, {"title": "discovery document", "asked": list(visitor.asked)})


def _keys(visitor: oidc.Visitor, held: Discovery) -> Read:
    """The key set at jwks_uri, when that address may be asked."""
    url = next((one.url for one in held.services if one.name == "jwks_uri"), "")
    if not url:
        return oidc.Read("jwks_uri", "not-found", "the discovery document names no jwks_uri")
    if not visitor.allow(url, "keys"):
        return oidc.Read(url, "unreachable", "not asked: only https addresses are")
    return oidc.fetched(visitor, url, "jwks")


def _key_subject(read: Read) -> Subject:
    name = shown(read.url)
    if read.document is not None and isinstance(read.document.oidc, KeySet):
        return Subject(name, read.document, {}, {"title": "keys"})
    summary: dict[str, object] = {"title": "keys", "answer": read.answer, "detail": read.detail}
    return Subject(name, None, {"oauth.jwks_reachable": False}, summary)


# ── the authorization endpoint ─────────────────────────────────────────────────────────────────────────────


def _authorize(visitor: oidc.Visitor, held: Discovery, wanted: Wanted) -> Subject:
    url = next((one.url for one in held.services if one.name == "authorization_endpoint"), "")
    name = f"sign-in as {wanted.client_id}"
    summary: dict[str, object] = {
        "title": "authorization request", "client_id": wanted.client_id, "redirect_uri": wanted.redirect_uri,
        "scope": list(wanted.scopes), "endpoint": shown(url),
    }  # fmt: skip
    if not url or not visitor.allow(url, "authorization"):
        return Subject(name, None, _unlisted(held, wanted), {**summary, "answer": "not asked"})
    door = Door(visitor, url, wanted)
    found = oidc_drill.drill(door)
    facts = dict(_told(found, wanted)) | _unlisted(held, wanted)
    return Subject(name, None, facts, {**summary, **_drilled(found, door)})


def _drilled(found: Drilled, door: Door) -> dict[str, object]:
    attempts = [
        {
            "request": one.name, "ended": one.ended, "status": one.status, "error": one.code, "words": one.told,
            "left_for": one.host, "steps": list(one.steps),
        }
        for one in door.attempts
    ]  # fmt: skip
    return {
        "answer": door.attempts[0].ended, "status": door.attempts[0].status, "refused": found.refused,
        "words": found.told, "attempts": attempts,
    }  # fmt: skip


def _told(found: Drilled, wanted: Wanted) -> Iterator[tuple[str, Any]]:
    """The facts that a comparison of answers tells; what it leaves open is not told."""
    yield "oauth.refused_part", found.refused
    pairs = (
        ("oauth.error", found.error), ("oauth.provider_words", found.told), ("oauth.left_for_host", found.left_for),
        ("oauth.redirect_uri_accepted", found.redirect_accepted), ("oauth.client_id_matches", found.client_known),
        ("oauth.registered_redirect_uri", found.registered), ("oauth.unsupported_scope", found.scope),
        ("oauth.any_redirect_uri_accepted", found.any_redirect), ("oauth.pkce_required", found.pkce_required),
        ("oauth.expected_redirect_uri", wanted.redirect_uri),
    )  # fmt: skip
    yield from ((name, value) for name, value in pairs if value is not None)
    if found.error:
        yield "oauth.stage", "authorize"


def _unlisted(held: Discovery, wanted: Wanted) -> dict[str, Any]:
    listed = held.lists.get("scopes_supported")
    missing = tuple(one for one in wanted.scopes if one not in listed) if listed else ()
    return {"oauth.unlisted_scopes": missing} if missing else {}


# ── the token endpoint ─────────────────────────────────────────────────────────────────────────────────────


def _client(
    visitor: oidc.Visitor, held: Discovery, wanted: Wanted, credentials: Credentials, *, known: bool | None
) -> Subject:
    url = next((one.url for one in held.services if one.name == "token_endpoint"), "")
    name = f"client authentication of {wanted.client_id}"
    if not url or not visitor.allow(url, "token (one request, with a made-up code)"):
        told: dict[str, object] = {"title": "client authentication", "answer": "not asked", "endpoint": shown(url)}
        return Subject(name, None, {}, told)
    method = oidc_client.auth_method(held, credentials.method)
    found = oidc_client.authenticate(visitor, url, wanted, credentials.secret, method)
    return Subject(name, None, dict(_refused(found, held, known=known)), _authenticated(found, url))


def _refused(found: Authenticated, held: Discovery, *, known: bool | None) -> Iterator[tuple[str, Any]]:
    """Only invalid_client is conclusive: any other answer may come before the client was looked at."""
    if found.error != "invalid_client":
        return
    yield "oauth.error", found.error
    yield "oauth.stage", "token"
    listed = held.lists.get("token_endpoint_auth_methods_supported") or ("client_secret_basic",)
    if found.method not in listed:
        yield "oauth.client_auth_method_matches", False
    elif known is not False:
        yield "oauth.client_secret_state", "wrong"


def _authenticated(found: Authenticated, url: str) -> dict[str, object]:
    refused = found.error == "invalid_client"
    meaning = "the client is refused" if refused else "the client was not refused, which proves nothing"
    if found.status is None:
        meaning = "no answer"
    elif found.tokens:
        meaning = "tokens for a made-up code: this server checks nothing"
    return {
        "title": "client authentication", "endpoint": shown(url), "method": found.method, "answer": found.error,
        "status": found.status, "words": found.told, "meaning": meaning,
    }  # fmt: skip


# ── the clock ──────────────────────────────────────────────────────────────────────────────────────────────


def _clock(read: Read) -> Iterator[Subject]:
    """The provider's clock, by the Date of the answer that came anyway."""
    date, seen = http_date(read.seen.date), read.seen
    if date is None or seen.sent is None:
        return
    url = shown(read.url)
    aged = seen.age.isascii() and seen.age.isdigit() and len(seen.age) < 10
    stored = timedelta(seconds=int(seen.age) + 1 if aged else 0)
    after, before = seen.sent - stored, seen.sent + timedelta(seconds=seen.elapsed)
    reading = Reading(url, "http-date", date, after, before, 1.0, f"HTTP Date of {url}")
    for one in clocks.told((Measured(f"clock of {url}", "http-date", (reading,), seen.elapsed),)):
        if one.name != HERE:
            yield Subject(one.name, None, one.facts, {"title": "clock", **one.summary})
