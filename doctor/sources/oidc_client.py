"""One client authentication at the token endpoint, with a made-up code: whether the client is refused."""

from __future__ import annotations

import base64
import secrets as chance
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote_plus, urlencode

from doctor.parse import page as pages
from doctor.parse.oidc import words
from doctor.sources.oidc import JSON
from doctor.sources.secret import Secret, without
from doctor.sources.visit import Ask, Cookies

if TYPE_CHECKING:
    from doctor.model.oidc import Discovery
    from doctor.sources.oidc import Visitor, Wanted


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
    asked = Ask(endpoint, "POST", JSON, header, Secret(urlencode(form), secret.origin))
    seen = visitor.ask(asked, Cookies())
    if seen.status is None:
        return Authenticated(method, None, None, words(seen.detail))
    page = pages.read(seen.body, seen.content_type)
    told = ": ".join(filter(None, (page.error, page.description))) or (page.title if page.form == "html" else None)
    kept = told and without(told, (secret,))
    return Authenticated(method, seen.status, page.error, kept, seen.status == 200 and b"access_token" in seen.body)
