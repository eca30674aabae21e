"""What an API's answer means: its JSON, or in one of few words why there is none; and the exchange as evidence."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from doctor.model import redaction
from doctor.parse.exchange import http_date
from doctor.sources import secret as secrets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from doctor.sources.exchange import Exchange
    from doctor.sources.secret import Secret

ANSWERS: Final = {
    "client-rejected": "the API gives this client no token",
    "key-rejected": "the API refuses the key",
    "permission-missing": "the key is not allowed to do this",
    "other-environment": "the key works, but not for this: it belongs to another environment",
    "not-found": "there is nothing of this id in the environment of the key",
    "request-refused": "the API refuses the request",
    "rate-limited": "the API was asked too often",
    "server-error": "the API fails",
    "timeout": "the API does not answer in time",
    "tls": "no trusted TLS connection to the API",
    "unreachable": "the API cannot be reached",
    "cut-short": "the API's answer is incomplete",
    "not-the-api": "something else than the API answers",
    "not-understood": "the API's answer has another form than documented",
}
"""What can stand between a person and an answer of the API; values of the fact `vendor.answer` beside `ok`."""
DECIDED: Final = frozenset(
    {"client-rejected", "key-rejected", "permission-missing", "other-environment", "not-found", "request-refused"}
)
"""Those that the vendor itself said; the others leave open what it would say."""
FINAL: Final = DECIDED | {"not-the-api"}
"""Those that asking again does not change."""
_STATUS: Final = {401: "key-rejected", 403: "permission-missing", 404: "not-found", 429: "rate-limited",
                  407: "not-the-api"}  # fmt: skip
_FAILURES: Final = {"dns": "unreachable", "refused": "unreachable", "timeout": "timeout", "tls": "tls",
                    "protocol": "cut-short", "private-address": "unreachable"}  # fmt: skip


class Trouble(NamedTuple):
    """Why there is no answer. `kind` is a key of `ANSWERS`; `detail` a line fit to print; `retry_after` in seconds."""

    kind: str
    status: int | None
    detail: str
    request_id: str | None = None
    retry_after: float | None = None

    def __str__(self) -> str:
        told = f"{ANSWERS[self.kind]}" + (f" ({self.status})" if self.status else "")
        return told + (f": {self.detail}" if self.detail else "")


class Answer(NamedTuple):
    """What a call brought: the JSON `value`, or `trouble`; `notes` tell what else could not be had."""

    value: Any = None
    trouble: Trouble | None = None
    notes: tuple[str, ...] = ()


def judged(seen: Exchange, wall: float) -> Answer:
    """The JSON of an answer, or what is wrong with it. `wall` is the moment, for a Retry-After that is a date."""
    if seen.failure is not None:
        return Answer(trouble=_trouble(_FAILURES.get(seen.failure, "cut-short"), seen, _failed(seen)))
    status = seen.status or 0
    if _is_page(seen) and status < 500 and status != 429:
        return Answer(trouble=_trouble("not-the-api", seen, f"an HTML page{_titled(seen.body)}"))
    if 300 <= status < 400:
        return Answer(trouble=_trouble("not-the-api", seen, f"a redirect to {seen.headers.get('location', 'nowhere')}"))
    return _refused(seen, status, wall) if status >= 400 else _value(seen, status)


def _refused(seen: Exchange, status: int, wall: float) -> Answer:
    kind = _STATUS.get(status, "server-error" if status >= 500 else "request-refused")
    found = _trouble(kind, seen, _said(seen))
    return Answer(trouble=found._replace(retry_after=_retry_after(seen.headers.get("retry-after", ""), wall)))


def _value(seen: Exchange, status: int) -> Answer:
    if status in (202, 204):
        return Answer({})
    if not seen.body.strip():
        return Answer(trouble=_trouble("cut-short", seen, "the answer is empty"))
    try:
        value = json.loads(seen.body)
    except (ValueError, RecursionError):
        return Answer(trouble=_trouble("cut-short", seen, "the answer is not whole JSON"))
    if _too_deep(value):
        return Answer(trouble=_trouble("not-understood", seen, f"it is nested more than {_DEEPEST} levels deep"))
    return Answer(value)


_DEEPEST: Final = 50


def _too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(_DEEPEST):
        level = [
            inner for one in level if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]  # fmt: skip
        if not level:
            return False
    return True


def _failed(seen: Exchange) -> str:
    hint = {
        "private-address": "; --allow-private lets an API live there",
        "tls": "; behind a company proxy that opens TLS, SSL_CERT_FILE names its root certificate",
    }
    return seen.detail + hint.get(seen.failure or "", "")


def _trouble(kind: str, seen: Exchange, detail: str) -> Trouble:
    cleaned = redaction.masked(redaction.text(" ".join(detail.split())[:400]))
    return Trouble(kind, seen.status, cleaned, seen.headers.get("x-request-id"))


def _is_page(seen: Exchange) -> bool:
    head = seen.body[:400].lstrip().lower()
    return head.startswith((b"<!doctype html", b"<html")) or (
        seen.headers.get("content-type", "").startswith("text/html") and head.startswith(b"<")
    )


def _titled(body: bytes) -> str:
    found = re.search(rb"(?i)<title[^>]{0,200}>([^<]{1,200})", body[:20_000])
    return f" titled {found[1].decode('utf-8', 'replace').strip()!r}" if found else ""


def _said(seen: Exchange) -> str:
    """The API's own words: WorkOS' message and errors, gRPC's message and details, OAuth's error_description."""
    if _is_page(seen):
        return f"an HTML page{_titled(seen.body)}"
    try:
        value = json.loads(seen.body)
    except (ValueError, RecursionError):
        return seen.body[:200].decode("utf-8", "replace")
    return "; ".join(dict.fromkeys(_words(value))) if isinstance(value, dict) else str(value)[:200]


def _words(value: dict[str, Any]) -> Iterator[str]:
    for name in ("message", "error_description", "error", "code"):
        if isinstance(value.get(name), str):
            yield value[name]
    for name in ("errors", "details"):
        listed = value.get(name)
        for one in listed if isinstance(listed, list) else ():
            parts = [one.get(key) for key in _SAYING] if isinstance(one, dict) else [one]
            yield " ".join(part for part in parts if isinstance(part, str))


_SAYING: Final = ("field", "error_code", "code", "message")


def _retry_after(given: str, wall: float) -> float | None:
    """Seconds, or a date (RFC 9110, 10.2.3)."""
    if given.isascii() and given.isdigit() and len(given) < 10:
        return float(given)
    moment = http_date(given) if given else None
    return None if moment is None else max(0.0, moment.timestamp() - wall)


def kept(seen: Exchange, held: tuple[Secret, ...]) -> dict[str, Any]:
    """An exchange as evidence: the first 4,000 characters of its body, secrets removed, people masked."""
    text = _body(seen)
    headers = {name: secrets.without(value, held) for name, value in seen.headers.items()}
    return {
        "method": seen.method, "url": secrets.without(seen.url, held), "status": seen.status, "headers": headers,
        "elapsed_ms": round(seen.elapsed * 1000), "at": seen.at, "failure": seen.failure,
        "detail": secrets.without(seen.detail, held) or None,
        "body": secrets.without(redaction.masked(text), held)[:4000] or None,
    }  # fmt: skip


def _body(seen: Exchange) -> str:
    try:
        return json.dumps(redaction.data(json.loads(seen.body)), ensure_ascii=False)
    except (ValueError, RecursionError):
        text = seen.body[:20_000].decode("utf-8", "replace")
        return redaction.page(text) if _is_page(seen) else redaction.text(text)
