"""LemonLDAP::NG (Debian's) as an OpenID provider: it looks at client and redirect URI only after the sign-in."""

from __future__ import annotations

import contextlib
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from peers import browser, keys, lemonldap
from peers.oidc_server import REDIRECT_URI, Peer, Running
from peers.process import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

_OPTION: Final = "oidcRPMetaDataOptions"
_LANGUAGE: Final = Path(f"{lemonldap.PORTAL}/htdocs/static/languages/en.json")


@contextlib.contextmanager
def served(folder: Path) -> Iterator[Running]:
    """It runs until the block ends."""
    port, home = free_port(), folder / "portal"
    issuer = f"http://127.0.0.1:{port}"
    pair = keys.pair(folder, "idp")
    lemonldap.configure(home, {**lemonldap.demo(home, port), **_provider(issuer, pair)})
    with lemonldap.served(home, port, lambda: b"keys" in browser.get(f"{issuer}/oauth2/jwks")):
        yield Running(issuer, "web", "made-for-a-test", {"user": "dwho", "password": "dwho"}, said=said)


def _provider(issuer: str, pair: keys.Pair) -> dict[str, object]:
    options = {
        "ClientID": "web", "ClientSecret": "made-for-a-test", "RedirectUris": REDIRECT_URI, "IDTokenSignAlg": "RS256",
        "BypassConsent": 1, "UserIDAttr": "uid",
    }  # fmt: skip
    return {
        "issuerDBOpenIDConnectActivation": 1, "issuerDBOpenIDConnectPath": "^/oauth2/", "issuerDBOpenIDConnectRule": 1,
        "oidcServiceMetaDataIssuer": issuer, "oidcServiceAllowAuthorizationCodeFlow": 1, "oidcServiceKeyIdSig": "k1",
        "oidcServicePrivateKeySig": pair.key.read_text(), "oidcServicePublicKeySig": pair.certificate.read_text(),
        _OPTION: {"rp": {f"{_OPTION}{name}": value for name, value in options.items()}},
        "oidcRPMetaDataExportedVars": {"rp": {"email": "mail", "name": "cn"}},
    }  # fmt: skip


def said(page: str) -> str:
    """What a person reads on an error page: a script puts the words in the place of their number."""
    found = re.search(r'trmsg="(\d+)"', page)
    words: dict[str, str] = json.loads(_LANGUAGE.read_text())
    return words[f"PE{found[1]}"] if found else ""


PEER: Final = Peer(lemonldap.PACKAGES, served)
