"""The network side of `doctor probe oidc`: discovery document, keys, authorization requests, one token request.

Only two kinds of addresses are asked: those of the host that a person named, and those that its discovery document
names (https; http only where private addresses are allowed). A redirect to any other host is not followed, but told.
The redirect URI is never asked: coming back to it is the end of an attempt.
"""

from __future__ import annotations

import base64
import hashlib
import secrets as chance
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import parse_qs, quote_plus, urlencode, urljoin, urlsplit

from doctor.model.error import UsageError
from doctor.model.oidc import Discovery
from doctor.model.oidc_probe import Attempt
from doctor.parse import page as pages
from doctor.parse.oidc import words
from doctor.parse.recognise import recognise
from doctor.sources.clock import Clock
from doctor.sources.failure import Budget, FetchError
from doctor.sources.secret import Secret, without
from doctor.sources.url import parsed, shown
from doctor.sources.visit import Ask, Cookies, Seen, visit

if TYPE_CHECKING:
    from collections.abc import Callable

    from doctor.model.document import Document
    from doctor.parse.page import Page

WELL_KNOWN: Final = "/.well-known/openid-configuration"
_OAUTH: Final = "/.well-known/oauth-authorization-server"
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_HOPS: Final = 8
_JSON: Final = "application/json, */*;q=0.5"
_FAILURES: Final = {"dns": "unreachable", "refused": "unreachable", "bad-url": "unreachable", "scheme": "unreachable",
                    "protocol": "unreachable", "evidence-url": "redirects"}  # fmt: skip
MAX_REQUESTS: Final = 60


class Limits(NamedTuple):
    """How far a probe may go: to private addresses or not, each wait and everything together in seconds."""

    allow_private: bool = False
    timeout: float = 10.0
    total: float = 90.0


class Wanted(NamedTuple):
    """What a person asks: the issuer as typed, and the request that the application sends."""

    issuer: str
    client_id: str | None = None
    redirect_uri: str | None = None
    scopes: tuple[str, ...] = ("openid",)
    response_type: str = "code"
    pkce: bool = True


class Read(NamedTuple):
    """A document that was asked for: what came of it (a word of `DISCOVERY_ANSWERS`), a line on it, the document."""

    url: str
    answer: str
    detail: str = ""
    document: Document | None = None
    redirected_to: str | None = None
    seen: Seen = Seen()


class Visitor:
    """Asks addresses within one budget of time and of requests, and only those that are allowed.

    `say` is told each new origin before it is asked.
    """

    def __init__(self, limits: Limits, say: Callable[[str], None], clock: Clock = Clock()) -> None:  # noqa: B008
        self.limits, self.clock, self.say = limits, clock, say
        self.origins: set[tuple[str, int]] = set()
        self.asked: list[str] = []
        self._deadline = clock.steady() + limits.total

    def allow(self, url: str, what: str) -> bool:
        """Let an address be asked, with everything on its host; False where it may not be."""
        try:
            target = parsed(url)
        except FetchError:
            return False
        if target.scheme != "https" and not self.limits.allow_private and self.origins:
            return False
        self.origins.add((target.host, target.port))
        self.say(f"{what}: {shown(url)}")
        return True

    def may(self, url: str) -> bool:
        """Whether an address is on a host that is allowed."""
        try:
            target = parsed(url)
        except FetchError:
            return False
        return (target.host, target.port) in self.origins

    def ask(self, asked: Ask, cookies: Cookies) -> Seen:
        """One request, if it is allowed."""
        if not self.may(asked.url) or len(self.asked) >= MAX_REQUESTS:
            return Seen(failure="redirects", detail="not asked: another host, or too many requests")
        self.asked.append(f"{asked.method} {shown(asked.url)}")
        budget = Budget(self._deadline, self.limits.timeout, self.clock.steady)
        return visit(asked, cookies, budget, self.clock, allow_private=self.limits.allow_private)


# ── discovery and keys ─────────────────────────────────────────────────────────────────────────────────────


def addresses(issuer: str) -> tuple[str, ...]:
    """Where the discovery document of an issuer may be, the likeliest first. Raises `UsageError`."""
    bare = issuer.strip()
    url = bare if "://" in bare else f"https://{bare}"
    try:
        target = parsed(url)
    except FetchError as error:
        raise UsageError(f"{shown(bare)} is no issuer: {error.detail}", "give it as https://login.example.com") from None
    if "/.well-known/" in url:
        return (url,)
    if "?" in url or "#" in url:
        raise UsageError(f"{shown(bare)}: an issuer has no query", "give it as https://login.example.com")
    head = f"{target.scheme}://{target.authority.decode()}"
    path = target.path.rstrip("/")
    found = (f"{head}{path}{WELL_KNOWN}", f"{head}{WELL_KNOWN}{path}", f"{head}{_OAUTH}{path}")
    return tuple(dict.fromkeys(found))


def discover(visitor: Visitor, wanted: Wanted) -> Read:
    """The discovery document; when there is none, what came of the likeliest address."""
    found: Read | None = None
    for url in addresses(wanted.issuer):
        if found is None:
            visitor.allow(url, "discovery")
        read = fetched(visitor, url, "oidc-discovery")
        if read.document is not None:
            return read
        found = found or read
        if read.answer not in ("not-found", "html-page", "other-json", "not-json", "http-error"):
            break
    assert found is not None
    return found


def fetched(visitor: Visitor, url: str, kind: str) -> Read:
    """A JSON document of one kind, redirects followed on allowed hosts only."""
    place, cookies = url, Cookies()
    for _ in range(_HOPS):
        seen = visitor.ask(Ask(place, accept=_JSON), cookies)
        if seen.status is None:
            return Read(place, _FAILURES.get(seen.failure or "", seen.failure or "unreachable"), seen.detail, seen=seen)
        if seen.status not in _REDIRECTS or not seen.location:
            return _document(place, seen, kind)
        target = _joined(place, seen.location)
        if not visitor.may(target):
            host = urlsplit(target).hostname or shown(target)
            return Read(place, "redirects", f"it redirects to {host}, which was not asked", None, host, seen)
        place = target
    return Read(url, "redirects", f"more than {_HOPS} redirects")


def _document(url: str, seen: Seen, kind: str) -> Read:
    status = seen.status or 0
    if seen.failure:
        return Read(url, _FAILURES.get(seen.failure, seen.failure), seen.detail, seen=seen)
    if status in (404, 410):
        return Read(url, "not-found", f"{shown(url)} answers {status}", seen=seen)
    found = recognise(seen.body, shown(url))
    if found.kind == kind and status < 400:
        return Read(url, "document", "", found, seen=seen)
    if status >= 400:
        return Read(url, "http-error", f"{shown(url)} answers {status}", seen=seen)
    return Read(url, *_otherwise(found, url), seen=seen)


def _otherwise(found: Document, url: str) -> tuple[str, str]:
    if found.kind == "html":
        title = words(found.details.get("title")) or "untitled"
        return "html-page", f"{shown(url)} is a page ({title})"
    if found.input.form == "json" and found.input.problem is None:
        return "other-json", f"{shown(url)} is other JSON"
    return "not-json", f"{shown(url)} is no JSON"


def _joined(base: str, place: str) -> str:
    try:
        return urljoin(base, place)
    except ValueError:
        return place


# ── authorization requests ─────────────────────────────────────────────────────────────────────────────────


class Door:
    """The authorization endpoint, and how it is asked without a person."""

    def __init__(self, visitor: Visitor, endpoint: str, wanted: Wanted) -> None:
        self.visitor, self.endpoint, self.wanted = visitor, endpoint, wanted
        self.attempts: list[Attempt] = []

    def attempt(self, name: str, *, silent: bool = False, **changes: Any) -> Attempt:
        """One request, followed to its end; `changes` are other values of what is wanted, `silent` is prompt=none."""
        sent = self.wanted._replace(**changes)
        found = self._followed(name, sent, _query(sent, silent=silent))
        self.attempts.append(found)
        return found

    def _followed(self, name: str, sent: Wanted, query: dict[str, str]) -> Attempt:
        place = f"{self.endpoint}{'&' if '?' in self.endpoint else '?'}{urlencode(query)}"
        cookies, steps = Cookies(), list[str]()
        for _ in range(_HOPS):
            seen = self.visitor.ask(Ask(place), cookies)
            steps.append(shown(place.partition("?")[0]))
            if seen.status is None:
                return Attempt(name, "no-answer", None, seen.failure, words(seen.detail), steps=tuple(steps))
            if seen.status not in _REDIRECTS or not seen.location:
                return self._page(name, sent, seen, steps, query)
            place = _joined(place, seen.location)
            if _is_back(place, sent.redirect_uri):
                return _returned(name, seen.status, _parameters(place), steps)
            if not self.visitor.may(place):
                host = urlsplit(place).hostname
                return Attempt(name, "left-provider", seen.status, host=host, look=(host,), steps=tuple(steps))
        return Attempt(name, "other-page", None, None, f"more than {_HOPS} redirects", steps=tuple(steps))

    def _page(self, name: str, sent: Wanted, seen: Seen, steps: list[str], query: dict[str, str]) -> Attempt:
        page = pages.read(seen.body, seen.content_type)
        for form in page.forms:
            if _is_back(form.action, sent.redirect_uri):
                return _returned(name, seen.status, form.fields, steps)
        told = ": ".join(filter(None, (page.error, page.description))) or _said(page)
        return Attempt(
            name, _kind(page, seen.status or 0), seen.status, page.code, told, look=_look(page, seen.status, query),
            steps=tuple(steps),
        )  # fmt: skip


def _query(sent: Wanted, *, silent: bool) -> dict[str, str]:
    found = {
        "response_type": sent.response_type, "client_id": sent.client_id or "", "scope": " ".join(sent.scopes),
        "redirect_uri": sent.redirect_uri or "", "state": chance.token_urlsafe(12), "nonce": chance.token_urlsafe(12),
    }  # fmt: skip
    if sent.pkce:
        digest = hashlib.sha256(chance.token_urlsafe(48).encode()).digest()
        found["code_challenge"] = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        found["code_challenge_method"] = "S256"
    if silent:
        found["prompt"] = "none"
    return {name: value for name, value in found.items() if value}


def _is_back(url: str, redirect_uri: str | None) -> bool:
    """Whether an address is the redirect URI, with or without parameters behind it."""
    if not redirect_uri or not url.startswith(redirect_uri):
        return False
    return url[len(redirect_uri) :][:1] in ("", "?", "#", "&")


def _parameters(url: str) -> dict[str, str]:
    try:
        parts = urlsplit(url)
        found = parse_qs(parts.query, max_num_fields=100) | parse_qs(parts.fragment, max_num_fields=100)
    except ValueError:
        return {}
    return {name: values[0] for name, values in found.items()}


def _returned(name: str, status: int | None, given: dict[str, str], steps: list[str]) -> Attempt:
    """The end at the redirect URI: of what came with it only the error is kept."""
    error = words(given.get("error"))
    told = ": ".join(filter(None, (error, words(given.get("error_description"))))) or None
    ended = "returned-error" if error else "returned-code"
    scope = words(given.get("scope")) if error else None
    return Attempt(name, ended, status, error, told, scope=scope, look=(ended, error), steps=tuple(steps))


def _kind(page: Page, status: int) -> str:
    if status >= 400 or page.error:
        return "error-page"
    if any(form.password or form.typed for form in page.forms):
        return "other-page" if page.alert and not any(form.password for form in page.forms) else "login-page"
    return "error-page" if page.code or page.alert else "other-page"


def _said(page: Page) -> str | None:
    """A page's words: its text where an error code stands in it, else its title; the rest is mostly a frame."""
    return page.told if page.code and page.code in (page.told or "") else page.title or page.told


def _look(page: Page, status: int | None, query: dict[str, str]) -> tuple[Any, ...]:
    """What two answers are compared by: without the values that were sent, and without what differs each time."""
    told = page.told or ""
    for value in sorted(query.values(), key=len, reverse=True):
        told = told.replace(value, "…").replace(quote_plus(value), "…")
    kept = tuple(word for word in told.split() if not any(char.isdigit() for char in word))
    fields = tuple(sorted(name for form in page.forms for name in form.fields))
    return (status, page.form, page.code, page.title, page.alert, fields, kept)


# ── the token endpoint ─────────────────────────────────────────────────────────────────────────────────────


class Authenticated(NamedTuple):
    """What one token request with a made-up code was answered: status, error code, the provider's words."""

    method: str
    status: int | None
    error: str | None
    told: str | None
    tokens: bool = False


def auth_method(found: Discovery, chosen: str | None) -> str:
    """How the client authenticates: as chosen, else as the document says, else in the header (RFC 6749, 2.3.1)."""
    if chosen:
        return f"client_secret_{chosen}"
    listed = found.lists.get("token_endpoint_auth_methods_supported") or ("client_secret_basic",)
    return next((one for one in ("client_secret_basic", "client_secret_post") if one in listed), "client_secret_basic")


def authenticate(visitor: Visitor, endpoint: str, wanted: Wanted, secret: Secret, method: str) -> Authenticated:
    """One request with a made-up code: it shows only whether the client is refused. It is never repeated."""
    form = {"grant_type": "authorization_code", "code": f"doctor-{chance.token_hex(8)}"}
    form |= {"redirect_uri": wanted.redirect_uri} if wanted.redirect_uri else {}
    form |= {"code_verifier": chance.token_urlsafe(48)} if wanted.pkce else {}
    header, client = None, wanted.client_id or ""
    if method == "client_secret_basic":
        pair = f"{quote_plus(client)}:{quote_plus(secret.reveal())}".encode()
        header = Secret(f"Basic {base64.b64encode(pair).decode()}", secret.origin)
    else:
        form |= {"client_id": client, "client_secret": secret.reveal()}
    asked = Ask(endpoint, "POST", _JSON, header, Secret(urlencode(form), secret.origin))
    seen = visitor.ask(asked, Cookies())
    if seen.status is None:
        return Authenticated(method, None, None, words(seen.detail))
    page = pages.read(seen.body, seen.content_type)
    told = ": ".join(filter(None, (page.error, page.description))) or (page.title if page.form == "html" else None)
    kept = told and without(told, (secret,))
    return Authenticated(method, seen.status, page.error, kept, seen.status == 200 and b"access_token" in seen.body)
