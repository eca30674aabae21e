"""A person's browser at an OpenID provider on loopback: fills forms until the provider sends it to the redirect URI."""

from __future__ import annotations

import http.cookiejar
import urllib.error
import urllib.parse
import urllib.request
from typing import TYPE_CHECKING, Final, NamedTuple

from peers import browser
from peers.process import PeerError

if TYPE_CHECKING:
    from collections.abc import Mapping

_HOPS: Final = 20


class End(NamedTuple):
    """Where a sign-in ended: at the redirect URI (`url`), or on a page that cannot be gone on from (`page`)."""

    url: str
    page: str = ""


class _Stay(urllib.request.HTTPRedirectHandler):
    """Redirects are followed by hand: the redirect URI belongs to nobody here."""

    def redirect_request(self, *_: object) -> None:
        return None


def sign_in(url: str, redirect_uri: str, fill: Mapping[str, str], press: tuple[str, str] | None = None) -> End:
    """A sign-in from its first request to its end; `fill` fills fields, `press` is the name and value of a button.

    A form that is asked twice in vain is the end as well.
    """
    jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), jar, _Stay())
    data: bytes | None = None
    seen: list[browser.Form] = []
    for _ in range(_HOPS):
        location, page = _opened(opener, url, data)
        data = None
        if location is not None:
            url = urllib.parse.urljoin(url, location)
            if url.startswith(redirect_uri):
                return End(url)
            continue
        form = _form(browser.forms(page), press)
        if form is None or form in seen:
            return End(url, page)
        seen.append(form)
        url, data = browser.submitted(form, url, dict(fill))
    raise PeerError(f"the sign-in did not end after {_HOPS} pages")


def _form(found: list[browser.Form], press: tuple[str, str] | None) -> browser.Form | None:
    """The form with the button that is pressed, else the first one without it."""
    pressed = next((one for one in found if press and one.fields.get(press[0]) == press[1]), None)
    return pressed or next(iter(found), None)


def follow(url: str, redirect_uri: str, path: str) -> End:
    """A sign-in that is left by a link: the first page's address with `path` behind it."""
    jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), jar, _Stay())
    left = False
    for _ in range(_HOPS):
        location, page = _opened(opener, url, None)
        if location is not None:
            url = urllib.parse.urljoin(url, location)
            if url.startswith(redirect_uri):
                return End(url)
        elif left:
            return End(url, page)
        else:
            url, left = url + path, True
    raise PeerError(f"the sign-in did not end after {_HOPS} pages")


def _opened(opener: urllib.request.OpenerDirector, url: str, data: bytes | None) -> tuple[str | None, str]:
    """Where an answer leads, or the page that it is."""
    if urllib.parse.urlsplit(url).hostname not in ("127.0.0.1", "localhost"):
        raise PeerError(f"the sign-in leaves this machine: {url}")
    try:
        answer = opener.open(url, data, timeout=15)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        return answer.headers.get("Location"), answer.read().decode("utf-8", "replace")
