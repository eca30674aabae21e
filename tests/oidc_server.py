"""An OpenID provider on loopback that answers the same mistakes in different ways, as real ones do."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

CALLBACK: Final = "http://127.0.0.1:9/callback"
SIGN_IN: Final = b"<html><title>Sign in</title><form action=/in><input name=user><input type=password name=pw></form>"


@dataclasses.dataclass
class Provider:
    """How a provider behaves. `style`: page (an HTML error), bare (the same with status 200), json, words (a page
    without any error code), late (it looks only after the sign-in), open (it accepts everything).
    """

    style: str = "page"
    client: str = "web"
    secret: str = "right-secret"
    callbacks: tuple[str, ...] = (CALLBACK,)
    scopes: tuple[str, ...] = ("openid", "email")
    names_scope: bool = False
    pkce: bool = False
    silent: bool = True
    leaves_for: str = ""
    discovery: dict[str, Any] = dataclasses.field(default_factory=dict)
    without: tuple[str, ...] = ()
    answers: dict[str, tuple[int, dict[str, str], bytes]] = dataclasses.field(default_factory=dict)
    keys: dict[str, Any] = dataclasses.field(default_factory=lambda: {"keys": []})
    ahead: timedelta = timedelta()
    echo: str = ""
    port: int = 0
    requests: list[str] = dataclasses.field(default_factory=list)

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def paths(self) -> list[str]:
        return [one.split()[1].partition("?")[0] for one in self.requests]

    def document(self) -> dict[str, Any]:
        found = {
            "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"], "code_challenge_methods_supported": ["S256"],
            **self.discovery,
        }  # fmt: skip
        return {name: value for name, value in found.items() if name not in self.without}


Answer = tuple[int, dict[str, str], bytes]


def answered(provider: Provider, method: str, target: str, body: str) -> Answer:
    """What the provider answers to a request."""
    parts = urlsplit(target)
    if parts.path in provider.answers:
        return provider.answers[parts.path]
    if parts.path == "/.well-known/openid-configuration":
        return as_json(200, provider.document())
    if parts.path == "/keys":
        return as_json(200, provider.keys)
    if parts.path == "/authorize" and method == "GET":
        return authorized(provider, {name: values[0] for name, values in parse_qs(parts.query).items()})
    if parts.path == "/token" and method == "POST":
        return exchanged(provider, body)
    return 404, {"Content-Type": "text/html"}, b"<html><title>Not found</title>nothing here"


def as_json(status: int, value: object) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps(value).encode()


def page(provider: Provider, error: str, words: str) -> Answer:
    """An error that must not go to the redirect URI, in the provider's own style."""
    html = f"<html><title>Problem</title><div class=error>{error} {words} {provider.echo}</div>"
    plain = f"<html><title>Problem</title><div class='alert alert-danger'>{words}</div>"
    return {
        "page": (400, {"Content-Type": "text/html"}, html.encode()),
        "bare": (200, {"Content-Type": "text/html"}, html.encode()),
        "words": (200, {"Content-Type": "text/html"}, plain.encode()),
        "json": as_json(400, {"error": error, "error_description": f"{words} {provider.echo}"}),
    }[provider.style]


def back(asked: dict[str, str], **given: str) -> Answer:
    return 302, {"Location": f"{asked['redirect_uri']}?{urlencode({**given, 'state': asked.get('state', '')})}"}, b""


def authorized(provider: Provider, asked: dict[str, str]) -> Answer:  # noqa: PLR0911  (one answer for each mistake)
    if provider.leaves_for:
        return 302, {"Location": provider.leaves_for}, b""
    if provider.style == "open":
        return back(asked, code="canary-code-0123456789", id_token=provider.echo)
    if provider.style == "late":
        return 200, {"Content-Type": "text/html"}, SIGN_IN
    if asked.get("client_id") != provider.client:
        return page(provider, "invalid_client", "We do not know this application.")
    if asked.get("redirect_uri") not in provider.callbacks:
        wrong = "invalid_request" if provider.style == "json" else "redirect_uri_mismatch"
        return page(provider, wrong, "The address to return to is not the registered one.")
    if asked.get("response_type") != "code":
        return back(asked, error="unsupported_response_type")
    if provider.pkce and "code_challenge" not in asked:
        return back(asked, error="invalid_request", error_description="more is needed")
    refused = [one for one in asked.get("scope", "").split() if one not in provider.scopes]
    if refused:
        return back(asked, error="invalid_scope", **({"scope": refused[0]} if provider.names_scope else {}))
    if asked.get("prompt") == "none" and provider.silent:
        return back(asked, error="login_required")
    return 200, {"Content-Type": "text/html", "Set-Cookie": "session=canary-cookie; Path=/"}, SIGN_IN


def exchanged(provider: Provider, body: str) -> Answer:
    given = {name: values[0] for name, values in parse_qs(body).items()}
    if provider.style == "open":
        return as_json(200, {"access_token": "canary-access-token", "token_type": "Bearer"})
    if given.get("client_secret", provider.secret) != provider.secret:
        return as_json(401, {"error": "invalid_client", "error_description": f"no: {given['client_secret']}"})
    return as_json(400, {"error": "invalid_grant"})


@contextlib.contextmanager
def serving(provider: Provider) -> Iterator[Provider]:
    """The provider while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def respond(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(size).decode()
            provider.requests.append(f"{self.command} {self.path} {self.headers.get('Authorization', '')} {body}")
            status, headers, sent = answered(provider, self.command, self.path, body)
            if self.headers.get("Authorization") and status == 400 and not self.basic_right():
                status, headers, sent = as_json(401, {"error": "invalid_client", "error_description": provider.echo})
            self.send_response_only(status)
            moment = datetime.now(UTC) + provider.ahead
            for name, value in {"Date": format_datetime(moment, usegmt=True), **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(sent)

        def basic_right(self) -> bool:
            import base64

            pair = base64.b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode()
            return pair == f"{provider.client}:{provider.secret}"

        do_GET = respond  # noqa: N815  (the name that http.server looks for)
        do_POST = respond  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        provider.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join(5)
