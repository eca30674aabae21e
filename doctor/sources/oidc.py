"""The network side of `doctor probe oidc`: whom it may ask, the discovery document, the keys.

Only two kinds of addresses are asked: those of the host that a person named, and those that its discovery document
names (https; http only where private addresses are allowed). A redirect to any other host is not followed, but told.
The redirect URI is never asked: coming back to it is the end of an attempt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urljoin, urlsplit

from doctor.model.error import UsageError
from doctor.parse.oidc import words
from doctor.parse.recognise import recognise
from doctor.sources.clock import Clock
from doctor.sources.failure import Budget, FetchError
from doctor.sources.url import parsed, shown
from doctor.sources.visit import Ask, Cookies, Seen, visit

if TYPE_CHECKING:
    from collections.abc import Callable

    from doctor.model.document import Document

WELL_KNOWN: Final = "/.well-known/openid-configuration"
_OAUTH: Final = "/.well-known/oauth-authorization-server"
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
HOPS: Final = 8
JSON: Final = "application/json, */*;q=0.5"
_FAILURES: Final = {"dns": "unreachable", "refused": "unreachable", "bad-url": "unreachable", "scheme": "unreachable",
                    "protocol": "unreachable", "evidence-url": "redirects"}  # fmt: skip
_ELSEWHERE: Final = ("not-found", "html-page", "other-json", "not-json", "http-error")
"""Answers after which the document is looked for at the other address that a specification names."""
_AS: Final = "give it as https://login.example.com"
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
        raise UsageError(f"{shown(bare)} is no issuer: {error.detail}", _AS) from None
    if "/.well-known/" in url:
        return (url,)
    if "?" in url or "#" in url:
        raise UsageError(f"{shown(bare)}: an issuer has no query", _AS)
    head = f"{target.scheme}://{target.authority.decode()}"
    path = target.path.rstrip("/")
    found = (f"{head}{path}{WELL_KNOWN}", f"{head}{WELL_KNOWN}{path}", f"{head}{_OAUTH}{path}")
    return tuple(dict.fromkeys(found))


def discover(visitor: Visitor, wanted: Wanted) -> Read:
    """The discovery document; when there is none, what came of the likeliest address."""
    first, *others = addresses(wanted.issuer)
    visitor.allow(first, "discovery")
    likeliest = found = fetched(visitor, first, "oidc-discovery")
    for url in others:
        if found.document is not None or found.answer not in _ELSEWHERE:
            break
        found = fetched(visitor, url, "oidc-discovery")
    return found if found.document is not None else likeliest


def fetched(visitor: Visitor, url: str, kind: str) -> Read:
    """A JSON document of one kind, redirects followed on allowed hosts only."""
    place, cookies = url, Cookies()
    for _ in range(HOPS):
        seen = visitor.ask(Ask(place, accept=JSON), cookies)
        if seen.status is None:
            return Read(place, _FAILURES.get(seen.failure or "", seen.failure or "unreachable"), seen.detail, seen=seen)
        if seen.status not in REDIRECTS or not seen.location:
            return _document(place, seen, kind)
        target = joined(place, seen.location)
        if not visitor.may(target):
            host = host_of(target)
            return Read(place, "redirects", f"it redirects to {host}, which was not asked", None, host, seen)
        place = target
    return Read(url, "redirects", f"more than {HOPS} redirects")


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


def host_of(url: str) -> str:
    """The host of an address that is not asked, to be told; whatever stands there when it is none."""
    try:
        return urlsplit(url).hostname or shown(url)[:100]
    except ValueError:
        return shown(url)[:100]


def joined(base: str, place: str) -> str:
    """Where a redirect leads; what cannot be joined is refused later."""
    try:
        return urljoin(base, place)
    except ValueError:
        return place
