"""What every OpenID provider of this folder is: a running server with one registered client, and ways to sign in."""

from __future__ import annotations

import base64
import json
import secrets
import urllib.error
import urllib.parse
import urllib.request
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from peers.oidc_browser import End, sign_in
from peers.process import PeerError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from peers.install import Packages

REDIRECT_URI: Final = "http://127.0.0.1:9/callback"
"""The redirect URI that is registered everywhere; nobody listens there, and nobody is ever sent there."""
NONCE: Final = "nonce-of-the-test"


class Running(NamedTuple):
    """A provider while it runs. `fill` are the fields of its login page; `deny` how a person declines.

    `narrow` is a client that may not ask for every scope, `native` one that needs PKCE; None where there is none.
    `said` reads from a page what a person reads there.
    """

    issuer: str
    client_id: str
    secret: str
    fill: Mapping[str, str]
    deny: Callable[[str], End] | None = None
    narrow: str | None = None
    native: str | None = None
    said: Callable[[str], str] = str


class Peer(NamedTuple):
    """A provider that can be had: what it needs, and how it is started in a folder."""

    packages: Packages
    serving: Callable[[Path], AbstractContextManager[Running]]


def asked(running: Running, **changes: str) -> str:
    """The address of a sign-in request, as an application would send it."""
    sent = {
        "response_type": "code", "client_id": running.client_id, "redirect_uri": REDIRECT_URI, "scope": "openid",
        "state": secrets.token_urlsafe(8), "nonce": NONCE, **changes,
    }  # fmt: skip
    return f"{document(running)['authorization_endpoint']}?{urllib.parse.urlencode(sent)}"


def document(running: Running) -> Any:
    """The provider's discovery document."""
    return json.loads(fetched(f"{running.issuer}/.well-known/openid-configuration"))


def fetched(url: str, form: Mapping[str, str] | None = None, basic: tuple[str, str] | None = None) -> bytes:
    """What an address on loopback answers, errors too."""
    data = urllib.parse.urlencode(form).encode() if form is not None else None
    request = urllib.request.Request(url, data)
    if basic is not None:
        request.add_header("Authorization", f"Basic {base64.b64encode(':'.join(basic).encode()).decode()}")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=15) as answer:
            return bytes(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return bytes(error.read())


def code(running: Running) -> str:
    """The code at the end of a whole sign-in. Raises `PeerError` when it ends otherwise."""
    end = sign_in(asked(running), REDIRECT_URI, running.fill)
    found = urllib.parse.parse_qs(urllib.parse.urlsplit(end.url).query).get("code")
    if not found:
        raise PeerError(f"no code at the end of the sign-in: {end.page[:200]}")
    return found[0]


def exchanged(running: Running, given: str, redirect_uri: str = REDIRECT_URI) -> bytes:
    """What the token endpoint answers to a code."""
    form = {"grant_type": "authorization_code", "code": given, "redirect_uri": redirect_uri}
    return fetched(document(running)["token_endpoint"], form, (running.client_id, running.secret))


def keys(running: Running) -> bytes:
    """The provider's key set."""
    return fetched(document(running)["jwks_uri"])
