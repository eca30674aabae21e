"""The door to a SCIM server: one request at a time, never a second try, and what its answer comes to.

Requests go through `exchange`: the address is judged and pinned, no redirect is followed, and all waits are paid from
one budget. Nothing of an answer leaves here unread but its JSON, for the modules that probe.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from doctor.model import redaction
from doctor.model.error import UsageError
from doctor.model.scim import Step
from doctor.sources import secret as held
from doctor.sources.address import literal, refusal
from doctor.sources.clock import Clock
from doctor.sources.exchange import Request, exchange
from doctor.sources.failure import Budget, FetchError
from doctor.sources.url import parsed, shown

if TYPE_CHECKING:
    from doctor.sources.exchange import Exchange
    from doctor.sources.secret import Secret

__all__ = ["MEDIA", "Door", "Endpoint", "Limits", "Reply", "endpoint"]

MEDIA: Final = "application/scim+json"
_ACCEPT: Final = "application/scim+json, application/json;q=0.9"
_PAGE: Final = 10
_RESOURCE: Final = re.compile(
    r"/(?:Users|Groups|Me|Bulk|Schemas|ResourceTypes|ServiceProviderConfigs?)$", re.IGNORECASE
)
_VERSION: Final = re.compile(r"/v[12](?:\.\d)?(?:/|$)", re.IGNORECASE)
_STATUS: Final = {
    401: "unauthorized", 403: "forbidden", 404: "not-found", 410: "not-found", 405: "unsupported", 501: "unsupported",
    429: "rate-limited", 502: "gateway-error", 503: "gateway-error", 504: "gateway-error", 407: "gateway-error",
}  # fmt: skip
_FAILURES: Final = {"dns": "unreachable", "refused": "unreachable", "timeout": "timeout", "tls": "tls",
                    "private-address": "private-address", "too-large": "too-large"}  # fmt: skip
_CHALLENGES: Final = (
    ("expired", re.compile(r"expire[ds]?\b|\bexpiry\b|abgelaufen", re.IGNORECASE)),
    ("other-directory", re.compile(
        r"(?:another|other|different|wrong|does not (?:belong|match)|not (?:for|of) th(?:is|e))\b.{0,40}"
        r"\b(?:tenant|directory|organi[sz]ation|environment|workspace|account)", re.IGNORECASE)),
    ("scope", re.compile(r"insufficient_scope|\bscope\b|permission", re.IGNORECASE)),
    ("invalid", re.compile(r"invalid_token|invalid|malformed|revoked|unknown token|bad token", re.IGNORECASE)),
)  # fmt: skip


class Limits(NamedTuple):
    """How far a probe may go: to private addresses or not; each wait and everything together, in seconds."""

    allow_private: bool = False
    timeout: float = 10.0
    total: float = 60.0


class Endpoint(NamedTuple):
    """The base address of a SCIM server: without a slash or a query at its end. `host` is what consent names."""

    url: str
    host: str
    form: str


class Reply(NamedTuple):
    """A step, and the JSON of its answer (None when there is none), which never leaves the sources."""

    step: Step
    value: Any = None
    media: str = ""
    challenge: str = ""


def endpoint(text: str) -> Endpoint:
    """The base address as a person gave it. Raises `UsageError` when no token must be sent there."""
    given = text.strip().partition("?")[0].partition("#")[0]
    bare = (given if "://" in given else f"https://{given}").rstrip("/")
    try:
        target = parsed(bare)
    except FetchError as error:
        raise UsageError(f"{shown(text)} is no address: {error.detail}", "give the SCIM base URL, https://…") from None
    if "@" in bare.partition("://")[2].partition("/")[0]:
        raise UsageError("the address holds a user name or a password", "leave out what stands before the @")
    if target.scheme != "https" and not _near(target.host):
        raise UsageError(f"{shown(bare)}: the token would travel in the clear", "give the https address")
    form = "resource" if _RESOURCE.search(target.path) else "plain" if _VERSION.search(target.path) else "no-version"
    return Endpoint(bare, target.authority.decode(), form)


def _near(host: str) -> bool:
    """Whether the name is this machine, or an address of a private network."""
    try:
        address = literal(host)
    except (OSError, ValueError):
        return False
    return host == "localhost" if address is None else bool(refusal(address))


_OWN: Final = Clock()


class Door:
    """One SCIM server and one token, within one budget of time; every request leaves a step."""

    def __init__(self, where: Endpoint, token: Secret, limits: Limits, clock: Clock = _OWN) -> None:
        self.where, self.token, self.limits, self.clock = where, token, limits, clock
        self.steps: list[Step] = []
        self.renew(limits.total)

    def renew(self, seconds: float) -> None:
        """Start a new budget of time."""
        self._budget = Budget(self.clock.steady() + seconds, self.limits.timeout, self.clock.steady)

    def beside(self, url: str) -> Door:
        """The door to another address on the same host; its steps are among these, its time is the same."""
        found = Door(self.where._replace(url=url), self.token, self.limits, self.clock)
        found.steps, found._budget = self.steps, self._budget
        return found

    def ask(self, name: str, method: str, path: str, body: Any = None, token: Secret | None = None) -> Reply:
        """One request, sent once, with the own token or another one."""
        data = b"" if body is None else json.dumps(body).encode()
        used = token or self.token
        asked = Request(method, self.where.url + path, used, data, MEDIA if data else "", _ACCEPT)
        seen = exchange(asked, self._budget, self.clock, allow_private=self.limits.allow_private)
        found = _read(name, _without_id(path), seen, (self.token, used))
        self.steps.append(found.step)
        return found


def _without_id(path: str) -> str:
    """A path as it may be shown: an id may be a name, and a query holds one."""
    parts = path.partition("?")[0].split("/")
    return "/".join(parts[:2] + ["[id]"] * (len(parts) > 2))


# ── what an answer says ────────────────────────────────────────────────────────────────────────────────────


def _read(name: str, path: str, seen: Exchange, secret: tuple[Secret, ...]) -> Reply:
    value, page = _json(seen.body), _is_page(seen)
    answer = _answer(seen, value, page=page)
    words = held.without(_words(seen, value, page=page), secret)  # before it is cut: half a token is one too many
    detail = redaction.masked(redaction.text(" ".join(words.split())))[:400]
    kind = value.get("scimType") if isinstance(value, dict) else None
    error_type = kind[:60] if isinstance(kind, str) and kind.isalnum() else None
    step = Step(name, seen.method, path, answer, seen.status, detail, error_type, round(seen.elapsed, 3))
    refused = seen.status in (401, 403)
    told = f"{seen.headers.get('www-authenticate', '')} {words}" if refused else ""
    return Reply(step, value, seen.headers.get("content-type", "").partition(";")[0].strip().lower(), _challenge(told))


def _challenge(told: str) -> str:
    return next((word for word, pattern in _CHALLENGES if pattern.search(told[:1000])), "")


def _json(body: bytes) -> Any:
    try:
        return json.loads(body) if body.strip() else None
    except (ValueError, RecursionError):
        return None


def _is_page(seen: Exchange) -> bool:
    head = seen.body[:400].lstrip().lower()
    return head.startswith((b"<!doctype html", b"<html")) or (
        seen.headers.get("content-type", "").startswith("text/html") and head.startswith(b"<")
    )


def _answer(seen: Exchange, value: Any, *, page: bool) -> str:
    if seen.status is None or (seen.failure and seen.status < 400):
        return _FAILURES.get(seen.failure or "", "cut-short")
    status = seen.status
    if status in (404, 410) and page:
        return "not-found-page"
    if page and status < 400:
        return "page"
    if status >= 400:
        return _STATUS.get(status, "server-error" if status >= 500 else "refused")
    if status >= 300:
        return "redirected"
    return "refused" if _is_error(value) else "ok"


def _is_error(value: Any) -> bool:
    """An error that comes with a success for a status."""
    listed = value.get("schemas") if isinstance(value, dict) else None
    return isinstance(listed, list) and any(str(one).endswith(":2.0:Error") for one in listed)


def _words(seen: Exchange, value: Any, *, page: bool) -> str:
    """The server's own words about what went wrong."""
    if seen.failure:
        return seen.detail
    status = seen.status or 0
    if 300 <= status < 400:
        return f"a redirect to {seen.headers.get('location', 'nowhere')}"
    if page:
        found = re.search(rb"(?i)<title[^>]{0,200}>([^<]{1,2000})", seen.body[:20_000])
        return "an HTML page" + (f" titled {found[1].decode('utf-8', 'replace').strip()!r}" if found else "")
    if status < 400 and not _is_error(value):
        return ""
    if isinstance(value, dict):
        said = (value.get(name) for name in ("detail", "message", "error_description", "error", "title"))
        return "; ".join(dict.fromkeys(one for one in said if isinstance(one, str)))
    return seen.body[:20_000].decode("utf-8", "replace")
