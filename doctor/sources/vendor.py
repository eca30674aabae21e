"""Talking to a vendor's API: bounded in time, tries and pages; whatever goes wrong becomes a `Trouble`.

Every exchange is kept as evidence. What is worth a second try (too many requests, a failing server, a broken
connection) is tried again after a pause that grows and is random, or as long as the vendor asks. Requests that
write are not repeated: nobody knows whether the first one arrived.
"""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlencode

from doctor.model.error import UsageError
from doctor.sources import dns
from doctor.sources import secret as secrets
from doctor.sources.address import literal
from doctor.sources.answer import Answer, Trouble, judged, kept
from doctor.sources.clock import Clock
from doctor.sources.exchange import Request, exchange
from doctor.sources.failure import Budget, FetchError
from doctor.sources.url import parsed, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from doctor.sources.exchange import Exchange
    from doctor.sources.secret import Secret

    Authorize = Callable[["Client", bool], Secret | Trouble]

_AGAIN: Final = frozenset({"rate-limited", "server-error", "timeout", "unreachable", "cut-short"})
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")


class Limits(NamedTuple):
    """How far a command may go: each wait and everything together in seconds, tries of a request, pages of a list."""

    timeout: float = 10.0
    total: float = 60.0
    tries: int = 4
    pages: int = 100


class Manner(NamedTuple):
    """How calls are made: within which limits, by which clock and chance (0 to 1), to private addresses or not.

    `lookup` asks the name service for TXT records, see `dns.looked`.
    """

    limits: Limits = Limits()
    clock: Clock = Clock()
    chance: Callable[[], float] = random.random
    allow_private: bool = False
    lookup: Callable[[str, bool], dns.Texts] = dns.texts


class Base(NamedTuple):
    """The address of an API, without a slash at its end.

    `local` when it spells this very machine: whoever gives it means it (an emulator), so it needs no `--allow-private`
    as a name or an address elsewhere inside does, which a key must not reach unasked.
    """

    url: str
    local: bool


def base(url: str) -> Base:
    """The address of an API as a person gave it. Raises `UsageError` when a key must not be sent there."""
    bare = url.strip().rstrip("/")
    if "://" not in bare:
        bare = f"https://{bare}"
    try:
        target = parsed(bare)
    except FetchError as error:
        raise UsageError(f"{shown(url)} is no address of an API: {error.detail}", "--base-url https://…") from None
    if "?" in bare or "#" in bare:
        raise UsageError(f"{shown(url)}: the address of an API has no query", "--base-url https://…")
    here = target.host == "localhost" or _loopback(target.host)
    if target.scheme != "https" and not here:
        raise UsageError(f"{shown(bare)}: the key would travel in the clear", "give the https address")
    return Base(bare, here)


def _loopback(host: str) -> bool:
    try:
        address = literal(host)
    except (OSError, ValueError):
        return False
    return address is not None and address.is_loopback


def is_identifier(text: str | None) -> bool:
    """Whether an id may stand in a path."""
    return text is not None and _ID.fullmatch(text) is not None and ".." not in text


def identifier(text: str, what: str) -> str:
    """An id as it may stand in a path. Raises `UsageError`."""
    if not is_identifier(text):
        raise UsageError(f"{text!r} is no id of {what}", "copy it from the dashboard or from a list")
    return text


class Client:
    """Calls of one API with one key, within one budget of time. `authorize(fresh)` gives the bearer, or the trouble."""

    renewable = False
    """Whether a refused bearer may just have expired."""

    def __init__(self, where: Base, authorize: Authorize, held: tuple[Secret, ...], manner: Manner) -> None:
        self.where = where
        self.limits, self.clock, self._chance, self._allow_private, self.lookup = manner
        self.exchanges: list[Exchange] = []
        self.secrets = held
        self._authorize = authorize
        self.begin()

    def begin(self) -> None:
        """Start a new budget of time."""
        self._deadline = self.clock.steady() + self.limits.total

    def get(self, path: str, query: dict[str, Any] | None = None) -> Answer:
        """A GET; `query` without its empty values."""
        pairs = {name: value for name, value in (query or {}).items() if value not in (None, "")}
        return self.call("GET", path + (f"?{urlencode(pairs, errors='replace')}" if pairs else ""))

    def call(self, method: str, path: str, body: bytes = b"", content_type: str = "") -> Answer:
        """An authenticated request. A token that expired meanwhile is renewed once."""
        for fresh in (False, True):
            bearer = self._authorize(self, fresh)
            if isinstance(bearer, Trouble):
                return Answer(trouble=bearer)
            found = self.send(Request(method, self.where.url + path, bearer, body, content_type))
            if fresh or not self.renewable or found.trouble is None or found.trouble.kind != "key-rejected":
                break
        return found

    def send(self, asked: Request) -> Answer:
        """One request as it is, with its further tries."""
        last = Trouble("timeout", None, "no time left")
        for attempt in range(self.limits.tries):
            if self.clock.steady() >= self._deadline:
                break
            budget = Budget(self._deadline, self.limits.timeout, self.clock.steady)
            seen = exchange(asked, budget, self.clock, allow_private=self._allow_private or self.where.local)
            self.exchanges.append(seen)
            found = judged(seen, self.clock.wall())
            if found.trouble is None:
                return found
            last = self._cleaned(found.trouble)
            if not _repeatable(asked.method, last):
                break
            wait = self._pause(attempt, last)
            if attempt + 1 == self.limits.tries or self.clock.steady() + wait >= self._deadline:
                break
            self.clock.sleep(wait)
        return Answer(trouble=last)

    def _cleaned(self, trouble: Trouble) -> Trouble:
        """The trouble without our secrets, should the API have repeated them."""
        request_id = trouble.request_id and secrets.without(trouble.request_id, self.secrets)
        return trouble._replace(detail=secrets.without(trouble.detail, self.secrets), request_id=request_id)

    def _pause(self, attempt: int, trouble: Trouble) -> float:
        """As long as the vendor asks, and a little more, lest all come back at once; else half a second, doubling."""
        if trouble.retry_after is not None:
            return trouble.retry_after + 0.25 * self._chance()
        doubled: float = 0.5 * 2**attempt
        return doubled * (0.5 + self._chance())

    def evidence(self) -> list[dict[str, Any]]:
        """Every exchange so far, as it may be shown: without secrets, people masked."""
        return [kept(one, self.secrets) for one in self.exchanges]


def _repeatable(method: str, trouble: Trouble) -> bool:
    """A write is repeated only where the vendor said that it did not look at it."""
    return trouble.kind == "rate-limited" or (method in ("GET", "POST") and trouble.kind in _AGAIN and _worth(trouble))


def _worth(trouble: Trouble) -> bool:
    return trouble.status in (None, 200, 500, 502, 503, 504) and "cannot be resolved" not in trouble.detail
