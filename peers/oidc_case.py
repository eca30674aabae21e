"""The mistakes that are made at every OpenID provider, what each answers, and what doctor must say."""

from __future__ import annotations

import base64
import json
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from unittest import mock

import doctor
from doctor.engine import probe_oidc
from doctor.engine.rulebook import shipped
from doctor.sources import oidc, oidc_probe, secret
from peers import oidc_server
from peers.oidc_browser import sign_in
from peers.oidc_server import NONCE, REDIRECT_URI, Running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from doctor.model.finding import Report

_LIMITS: Final = oidc.Limits(allow_private=True, timeout=10.0, total=60.0)
_UNCHECKED: Final = "oauth-redirect-uri-unchecked"
EVERYTHING: Final = "oauth2-mock-server"
"""The server that accepts everything: whatever is wrong, that is the first thing to say of it."""
LATE: Final = "lemonldap"
"""The server that looks at client and redirect URI only after the sign-in, and answers at addresses below its own."""
NAMELESS: Final = "oidc-provider-mock"
"""The server whose tokens name no key: then a foreign key and a changed token look the same."""


class Seen(NamedTuple):
    """What a server answered to a mistake, and doctor's headline for it (None: nothing is wrong)."""

    answered: str
    headline: str | None


class Case(NamedTuple):
    """A mistake: how it is made, doctor's right headline, and where that is another one."""

    mistake: str
    make: Callable[[Running], Seen | None]
    expected: str | None
    otherwise: dict[str, str | None] = {}  # noqa: RUF012  (never mutated)

    def right(self, server: str) -> str | None:
        """The headline that doctor must give for this server."""
        return self.otherwise.get(server, self.expected)


# ── the probe ──────────────────────────────────────────────────────────────────────────────────────────────


def _probed(running: Running, issuer: str = "", client_secret: str = "", **changes: Any) -> Seen:
    wanted = oidc.Wanted(issuer or running.issuer, running.client_id, REDIRECT_URI)._replace(**changes)
    credentials = oidc_probe.Credentials(secret.given(client_secret, "a test")) if client_secret else None
    found = oidc_probe.probe(wanted, _LIMITS, lambda _: None, credentials)
    report = probe_oidc.report(found, shipped(), datetime.now(UTC))
    return Seen(_answered(report, tried=bool(client_secret)), _headline(report))


def _headline(report: Report) -> str | None:
    """The first error, else the first warning."""
    confirmed = [one for one in report.findings if one.verdict == "confirmed"]
    for severity in ("error", "warning"):
        for one in confirmed:
            if one.severity == severity:
                return one.id
    return None


def _answered(report: Report, *, tried: bool) -> str:
    """The answer that the mistake is about, in a few words."""
    title = "client authentication" if tried else "authorization request"
    told = next((one.summary for one in report.subjects if one.summary.get("title") == title), None)
    if told is None:
        return str(report.subjects[0].summary.get("detail") or report.subjects[0].summary.get("answer"))
    words = str(told.get("words") or told.get("answer") or "")
    return ", ".join(filter(None, (_status(told), words)))


def _status(told: dict[str, object]) -> str:
    ended = {"login-page": "its sign-in page", "error-page": "an error page", "returned-error": "back with an error",
             "returned-code": "back with a code"}  # fmt: skip
    return f"{told.get('status')} {ended.get(str(told.get('answer')), '')}".strip()


def _narrow(running: Running) -> Seen | None:
    return _probed(running, client_id=running.narrow, scopes=("openid", "api")) if running.narrow else None


def _native(running: Running) -> Seen | None:
    return _probed(running, client_id=running.native, pkce=False) if running.native else None


# ── a person's browser ─────────────────────────────────────────────────────────────────────────────────────


def _denied(running: Running) -> Seen | None:
    """What the provider brings back when a person declines, as it stands in the address bar."""
    if running.deny is None:
        return None
    end = running.deny(oidc_server.asked(running))
    return Seen(end.url.partition("?")[2][:90], doctor.diagnose(end.url).headline)


def _read_by_a_person(running: Running, **changes: str) -> Seen | None:
    """What a person reads after the sign-in, told to doctor as a symptom."""
    if running.said is str:
        return None
    end = sign_in(oidc_server.asked(running, **changes), REDIRECT_URI + "#", running.fill)
    told = running.said(end.page)
    return Seen(f"after the sign-in: {told}", doctor.diagnose(symptom=told).headline)


# ── the token endpoint and its tokens ──────────────────────────────────────────────────────────────────────


def _checked(data: bytes, **options: Any) -> str | None:
    return _headline(doctor.check(data, **options))


def _made_up_code(running: Running) -> Seen:
    answer = oidc_server.exchanged(running, "made-up")
    return Seen(_words(answer), _checked(answer))


def _code_twice(running: Running) -> Seen:
    code = oidc_server.code(running)
    oidc_server.exchanged(running, code)
    answer = oidc_server.exchanged(running, code)
    return Seen(_words(answer), _checked(answer))


def _words(answer: bytes) -> str:
    value = json.loads(answer)
    return ": ".join(str(value[name]) for name in ("error", "error_description") if name in value) or "tokens"


def _token(running: Running, **changes: Any) -> Seen:
    """An ID token of a whole sign-in, judged as the application with these values has to."""
    answer = oidc_server.exchanged(running, oidc_server.code(running))
    told = {
        "jwks": oidc_server.keys(running), "issuer": oidc_server.document(running)["issuer"],
        "client_id": running.client_id, "nonce": NONCE, **changes,
    }  # fmt: skip
    return Seen("an ID token", _checked(answer, **told))


def _token_changed(running: Running) -> Seen:
    """An ID token in which somebody has made themselves another person."""
    answer = json.loads(oidc_server.exchanged(running, oidc_server.code(running)))
    head, body, seal = answer["id_token"].split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))) | {"sub": "somebody else"}
    changed = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return Seen("an ID token", _checked(f"{head}.{changed}.{seal}".encode(), jwks=oidc_server.keys(running)))


def _foreign_keys() -> bytes:
    from joserfc import jwk

    return json.dumps({"keys": [jwk.RSAKey.generate_key(2048, {"kid": "another"}).as_dict(private=False)]}).encode()


CASES: Final = (
    Case("none", _probed, None, {EVERYTHING: _UNCHECKED}),
    Case("the issuer with a slash at its end", lambda it: _probed(it, f"{it.issuer}/"), "oauth-issuer-mismatch"),
    Case("an address without discovery document", lambda it: _probed(it, f"{it.issuer}/elsewhere"),
         "oauth-discovery-missing", {LATE: "oauth-issuer-mismatch"}),
    Case("the redirect URI with a slash at its end", lambda it: _probed(it, redirect_uri=f"{REDIRECT_URI}/"),
         "oauth-redirect-uri-mismatch", {EVERYTHING: _UNCHECKED, LATE: None}),
    Case("another redirect URI", lambda it: _probed(it, redirect_uri="http://127.0.0.1:9/old/place"),
         "oauth-redirect-uri-mismatch", {EVERYTHING: _UNCHECKED, LATE: None}),
    Case("another redirect URI, signed in", lambda it: _read_by_a_person(it, redirect_uri=f"{REDIRECT_URI}/"),
         "oauth-redirect-uri-mismatch"),
    Case("an unknown client", lambda it: _probed(it, client_id="nobody"), "oauth-client-invalid",
         {EVERYTHING: _UNCHECKED, LATE: None}),
    Case("an unknown client, signed in", lambda it: _read_by_a_person(it, client_id="nobody"), "oauth-client-invalid"),
    Case("a wrong secret", lambda it: _probed(it, client_secret="wrong-secret"), "oauth-client-invalid",
         {EVERYTHING: _UNCHECKED}),
    Case("no mistake: the right secret", lambda it: _probed(it, client_secret=it.secret), None,
         {EVERYTHING: _UNCHECKED}),
    Case("a scope that the client may not ask for", _narrow, "oauth-scope-unsupported"),
    Case("a response type that is not offered", lambda it: _probed(it, response_type="token"), "oauth-request-refused",
         {LATE: None}),
    Case("no PKCE where it is demanded", _native, "oauth-pkce-missing"),
    Case("the person declines", _denied, "oauth-access-denied"),
    Case("a made-up code", _made_up_code, "token-answer-code-rejected", {EVERYTHING: None}),
    Case("a code used twice", _code_twice, "token-answer-code-rejected", {EVERYTHING: None}),
    Case("no mistake: an ID token", _token, None),
    Case("an ID token for another client", lambda it: _token(it, client_id="another"), "token-audience-mismatch"),
    Case("an ID token with another nonce", lambda it: _token(it, nonce="another"), "token-nonce-mismatch"),
    Case("an ID token of another issuer", lambda it: _token(it, issuer="https://login.example.com"),
         "oauth-issuer-mismatch"),
    Case("an ID token, and keys of another server", lambda it: _token(it, jwks=_foreign_keys()), "token-key-unknown",
         {NAMELESS: "token-signature-invalid"}),
    Case("an ID token that was changed", _token_changed, "token-signature-invalid"),
)  # fmt: skip


class Row(NamedTuple):
    """One line of the table."""

    server: str
    mistake: str
    answered: str
    headline: str | None
    expected: str | None

    @property
    def right(self) -> bool:
        """Whether doctor says what it must."""
        return self.headline == self.expected


def rows(server: str, running: Running) -> Iterator[Row]:
    """Every mistake that can be made at a server."""
    with mock.patch.dict(os.environ, {"NO_PROXY": "*"}):
        for case in CASES:
            seen = case.make(running)
            if seen is not None:
                answered = seen.answered.replace(running.issuer, "ISSUER").replace(running.client_id, "CLIENT")
                yield Row(server, case.mistake, " ".join(answered.split()), seen.headline, case.right(server))
