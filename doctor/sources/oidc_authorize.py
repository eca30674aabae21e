"""The authorization endpoint asked without a person: each request followed to its end, and where that was."""

from __future__ import annotations

import base64
import hashlib
import secrets as chance
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote_plus, urlencode, urlsplit

from doctor.model.oidc_probe import Attempt
from doctor.parse import page as pages
from doctor.parse.oidc import words
from doctor.sources.oidc import HOPS, REDIRECTS, host_of, joined
from doctor.sources.url import shown
from doctor.sources.visit import Ask, Cookies

if TYPE_CHECKING:
    from doctor.parse.page import Page
    from doctor.sources.oidc import Visitor, Wanted
    from doctor.sources.visit import Seen


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
        for _ in range(HOPS):
            seen = self.visitor.ask(Ask(place), cookies)
            steps.append(shown(place.partition("?")[0]))
            if seen.status is None:
                return Attempt(name, "no-answer", None, seen.failure, words(seen.detail), steps=tuple(steps))
            if seen.status not in REDIRECTS or not seen.location:
                return self._page(name, sent, seen, steps, query)
            place = joined(place, seen.location)
            if _is_back(place, sent.redirect_uri):
                return _returned(name, seen.status, _parameters(place), steps)
            if not self.visitor.may(place):
                host = host_of(place)
                return Attempt(name, "left-provider", seen.status, host=host, look=(host,), steps=tuple(steps))
        return Attempt(name, "other-page", None, None, f"more than {HOPS} redirects", steps=tuple(steps))

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
    if page.code and page.code in (page.told or ""):
        return page.told
    return ": ".join(filter(None, (page.code, page.title or page.told))) or None


def _look(page: Page, status: int | None, query: dict[str, str]) -> tuple[Any, ...]:
    """What two answers are compared by: without the values that were sent, and without what differs each time."""
    told = page.told or ""
    for value in sorted(query.values(), key=len, reverse=True):
        told = told.replace(value, "…").replace(quote_plus(value), "…")
    kept = tuple(word for word in told.split() if not any(char.isdigit() for char in word))
    fields = tuple(sorted(name for form in page.forms for name in form.fields))
    return (status, page.form, page.code, page.title, page.alert, fields, kept)
