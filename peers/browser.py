"""A browser of the smallest kind: follows pages and fills forms on loopback until a form carries a SAMLResponse."""

from __future__ import annotations

import base64
import html.parser
import http.cookiejar
import re
import secrets
import urllib.error
import urllib.parse
import urllib.request
import zlib
from datetime import UTC, datetime
from typing import Final, NamedTuple

from peers.process import PeerError

POST: Final = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
EMAIL: Final = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
TRANSIENT: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
_HOPS: Final = 8
_REQUEST: Final = (
    '<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"'
    ' xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="{id}" Version="2.0" IssueInstant="{now}"'
    ' Destination="{sso_url}"{passive}><saml:Issuer>{issuer}</saml:Issuer>'
    '<samlp:NameIDPolicy Format="{name_id_format}" AllowCreate="true"/></samlp:AuthnRequest>'
)


class Request(NamedTuple):
    """An AuthnRequest: its ID, and the URL that carries it to the identity provider (HTTP-Redirect)."""

    id: str
    url: str


def request(sso_url: str, issuer: str, name_id_format: str = EMAIL, *, passive: bool = False) -> Request:
    """An unsigned AuthnRequest that leaves the ACS URL to the identity provider's settings."""
    identifier = f"_{secrets.token_hex(16)}"
    xml = _REQUEST.format(
        id=identifier, now=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", sso_url=sso_url, issuer=issuer,
        name_id_format=name_id_format, passive=' IsPassive="true"' if passive else "",
    )  # fmt: skip
    squeezed = zlib.compress(xml.encode(), wbits=-15)
    query = urllib.parse.urlencode({"SAMLRequest": base64.b64encode(squeezed).decode(), "RelayState": "here"})
    return Request(identifier, f"{sso_url}?{query}")


class Form(NamedTuple):
    """A form of a page: where it goes, how, and what its fields hold."""

    action: str
    method: str
    fields: dict[str, str]


class _Forms(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get").lower(), {}))
        elif tag in ("input", "button") and self.forms and given.get("name") and not _unchecked(given):
            self.forms[-1].fields[given["name"]] = given.get("value", "")


def _unchecked(given: dict[str, str]) -> bool:
    return given.get("type") in ("checkbox", "radio") and "checked" not in given


def forms(page: str) -> list[Form]:
    """The forms of a page."""
    found = _Forms()
    found.feed(page)
    return found.forms


def get(url: str) -> bytes:
    """A page on loopback, or nothing where the server does not answer well (it may still be starting)."""
    try:
        with _opener().open(url, timeout=5) as answer:
            return bytes(answer.read())
    except OSError:
        return b""


def signed_in(url: str, fill: dict[str, str]) -> str:
    """The SAMLResponse (base64) at the end of a login that begins at `url`; `fill` fills the fields of its forms."""
    opener, data = _opener(), None
    for _ in range(_HOPS):
        place, page = _opened(opener, url, data)
        found = forms(page)
        for form in found:
            if "SAMLResponse" in form.fields:
                return "".join(form.fields["SAMLResponse"].split())
        if not found:
            raise PeerError(f"a page without a form: {_words(page)}")
        url, data = submitted(_best(found, fill), place, fill)
    raise PeerError(f"no SAMLResponse after {_HOPS} pages, the last: {_words(page)}")


def _opener() -> urllib.request.OpenerDirector:
    """Proxies of the environment are for the outside; nothing here leaves the machine."""
    jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    return urllib.request.build_opener(urllib.request.ProxyHandler({}), jar)


def _opened(opener: urllib.request.OpenerDirector, url: str, data: bytes | None) -> tuple[str, str]:
    if urllib.parse.urlsplit(url).hostname != "127.0.0.1":
        raise PeerError(f"the login leaves this machine: {url}")
    try:
        answer = opener.open(url, data, timeout=15)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        return answer.geturl(), answer.read().decode("utf-8", "replace")


def _best(forms: list[Form], fill: dict[str, str]) -> Form:
    return next((form for form in forms if fill.keys() & form.fields.keys()), forms[0])


def submitted(form: Form, place: str, fill: dict[str, str]) -> tuple[str, bytes | None]:
    """The address that a filled form goes to, and its body when it is posted."""
    fields = {**form.fields, **{name: value for name, value in fill.items() if name in form.fields}}
    url, sent = urllib.parse.urljoin(place, form.action or place), urllib.parse.urlencode(fields)
    if form.method == "post":
        return url, sent.encode()
    return f"{url}{'&' if '?' in url else '?'}{sent}", None


def _words(page: str) -> str:
    """The text of a page, without its tags."""
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())[-400:]
