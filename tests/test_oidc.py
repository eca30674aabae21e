"""`doctor probe oidc`: providers on loopback that answer each mistake in their own way, and what must never leak."""

from __future__ import annotations

import io
import json
import sys
import time
from datetime import timedelta
from importlib import resources
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import jsonschema
import pytest
from joserfc import jwk, jwt

from doctor.cli.main import main
from doctor.sources import oidc
from tests.loopback import closed_port, identity, reply
from tests.loopback import serving as raw
from tests.oidc_server import CALLBACK, Provider, serving

if TYPE_CHECKING:
    from pathlib import Path


STYLES: Final = ("page", "bare", "words", "json")
KEY: Final = {"kty": "RSA", "kid": "k1", "use": "sig", "e": "AQAB", "n": "v" + "A" * 341}
KEYS: Final = {"keys": [KEY]}


class Done(NamedTuple):
    """What a run printed, and its exit code."""

    code: int
    out: str
    talk: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)

    def ids(self, *severities: str) -> list[str]:
        wanted = severities or ("error", "warning")
        return [one["id"] for one in self.data["findings"] if one["severity"] in wanted]

    def finding(self, name: str) -> Any:
        return next(one for one in self.data["findings"] if one["id"] == name)

    def subject(self, title: str) -> Any:
        return next(one["summary"] for one in self.data["subjects"] if one["summary"].get("title") == title)


def ran(capsys: pytest.CaptureFixture[str], *words: str, private: bool = True, form: str = "json") -> Done:
    code = main(["probe", "oidc", *words, *(["--allow-private"] if private else []), "--format", form])
    printed = capsys.readouterr()
    return Done(code, printed.out, printed.err)


def probed(capsys: pytest.CaptureFixture[str], provider: Provider, *words: str, redirect: str = CALLBACK) -> Done:
    given = () if "--client-id" in words else ("--client-id", "web")
    return ran(capsys, provider.issuer, *given, "--redirect-uri", redirect, *words)


# ── what is refused, however the provider says it ──────────────────────────────────────────────────────────


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("silent", [True, False])
def test_a_healthy_provider(style: str, silent: bool, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(Provider(style, silent=silent, keys=KEYS)) as provider:
        done = probed(capsys, provider)
    assert (done.code, done.ids()) == (0, [])
    assert done.subject("authorization request")["refused"] == "nothing"


@pytest.mark.parametrize("style", STYLES)
def test_a_redirect_uri_with_a_slash(style: str, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(Provider(style, keys=KEYS)) as provider:
        done = probed(capsys, provider, redirect=f"{CALLBACK}/")
    assert (done.code, done.ids()) == (1, ["oauth-redirect-uri-mismatch"])
    found = done.finding("oauth-redirect-uri-mismatch")
    assert (found["expected"], found["actual"], found["difference"]) == (f"{CALLBACK}/", CALLBACK, "trailing-slash")


@pytest.mark.parametrize(
    ("registered", "sent", "difference"),
    [
        ("https://app.example.com/cb", "http://app.example.com/cb", "scheme"),
        ("http://127.0.0.1:9/cb", "http://localhost:9/cb", "host"),
        ("https://www.example.com/cb", "https://example.com/cb", "host"),
        ("https://app.example.com/cb", "https://app.example.com/CB", "case"),
        ("https://app.example.com/cb", "https://app.example.com/cb?x=1", "query"),
        ("https://app.example.com/cb/", "http://app.example.com/cb", "trailing-slash"),
    ],
)
def test_near_misses(registered: str, sent: str, difference: str, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(Provider("page", callbacks=(registered,), keys=KEYS)) as provider:
        done = probed(capsys, provider, redirect=sent)
    found = done.finding("oauth-redirect-uri-mismatch")
    assert found["actual"] == registered
    if difference != "trailing-slash":
        assert found["difference"] == difference


@pytest.mark.parametrize("style", STYLES)
def test_another_redirect_uri(style: str, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(Provider(style, keys=KEYS)) as provider:
        done = probed(capsys, provider, redirect="https://other.example.com/somewhere")
    assert done.ids() == ["oauth-redirect-uri-mismatch"]
    assert done.finding("oauth-redirect-uri-mismatch")["actual"] is None


@pytest.mark.parametrize("style", ["page", "bare", "json"])
def test_an_unknown_client(style: str, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(Provider(style, keys=KEYS)) as provider:
        done = probed(capsys, provider, "--client-id", "nobody")
    assert done.ids() == ["oauth-client-invalid"]


def test_without_a_redirect_uri_only_the_client_is_judged(capsys: pytest.CaptureFixture[str]) -> None:
    with serving(Provider(keys=KEYS)) as provider:
        assert ran(capsys, provider.issuer, "--client-id", "web").ids() == []
        assert ran(capsys, provider.issuer, "--client-id", "nobody").ids() == ["oauth-client-invalid"]


def test_a_page_that_names_no_cause_stays_undecided_between_two(capsys: pytest.CaptureFixture[str]) -> None:
    with serving(Provider("words", keys=KEYS)) as provider:
        done = probed(capsys, provider, "--client-id", "nobody")
    assert done.ids() == ["oauth-client-or-redirect-refused"]


def test_a_provider_that_looks_only_after_the_sign_in(capsys: pytest.CaptureFixture[str]) -> None:
    with serving(Provider("late", keys=KEYS)) as provider:
        done = probed(capsys, provider, "--client-id", "nobody", redirect="https://wrong.example.com/")
    assert (done.code, done.ids()) == (0, [])
    assert "oauth-checked-after-sign-in" in done.ids("info")


def test_a_provider_that_accepts_everything(capsys: pytest.CaptureFixture[str]) -> None:
    with serving(Provider("open", keys=KEYS)) as provider:
        done = probed(capsys, provider)
    assert done.ids() == ["oauth-redirect-uri-unchecked"]


@pytest.mark.parametrize("named", [True, False])
def test_the_scope_that_is_refused_is_found(named: bool, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(Provider(names_scope=named, keys=KEYS)) as provider:
        done = probed(capsys, provider, "--scope", "openid email offline")
    assert done.ids() == ["oauth-scope-unsupported"]
    assert done.finding("oauth-scope-unsupported")["actual"] == "offline"


def test_pkce(capsys: pytest.CaptureFixture[str]) -> None:
    with serving(Provider(pkce=True, keys=KEYS)) as provider:
        assert probed(capsys, provider).ids() == []
        assert probed(capsys, provider, "--no-pkce").ids() == ["oauth-pkce-missing"]


def test_response_type_and_scope(capsys: pytest.CaptureFixture[str]) -> None:
    with serving(Provider(discovery={"scopes_supported": ["openid"]}, keys=KEYS)) as provider:
        assert probed(capsys, provider, "--response-type", "id_token").ids() == ["oauth-request-refused"]
        listed = probed(capsys, provider, "--scope", "openid email")
        plain = probed(capsys, provider, "--scope", "email")
    assert "oauth-scope-unlisted" in listed.ids("notice")
    assert "oauth-openid-scope-missing" in plain.ids()


# ── the client's secret ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("method", ["basic", "post"])
def test_a_wrong_secret(method: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_SECRET", "canary-secret-4711")
    with serving(Provider(keys=KEYS, echo="canary-secret-4711")) as provider:
        done = probed(capsys, provider, "--client-secret-env", "MY_SECRET", "--client-auth", method)
        assert provider.paths().count("/token") == 1
    expected = "oauth-client-invalid" if method == "basic" else "oauth-client-auth-method-wrong"
    assert done.ids() == [expected]  # the document lists no method: that means basic alone
    assert "canary-secret" not in done.out + done.talk


def test_a_right_secret_proves_nothing(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("right-secret\n"))
    with serving(Provider(keys=KEYS)) as provider:
        done = probed(capsys, provider, "--client-secret-stdin")
    assert done.ids() == []
    assert "proves nothing" in done.subject("client authentication")["meaning"]


@pytest.mark.parametrize(
    "words",
    [
        ("--client-id", "web", "--client-secret-env", "NOT_SET_ANYWHERE"),
        ("--client-secret-stdin",),
        ("--client-secret", "inline"),
        ("--redirect-uri", CALLBACK),
        ("--timeout", "0"),
        ("--client-id", "web", "--redirect-uri", "http://[bad"),
        ("--client-id", "web", "--redirect-uri", "/callback"),
        ("--client-id", "web", "--token", "/nowhere/at/all"),
    ],
)
def test_wrong_calls(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with serving(Provider()) as provider:
        assert ran(capsys, provider.issuer, *words).code == 2
        assert provider.requests == []


# ── discovery, keys, clock ─────────────────────────────────────────────────────────────────────────────────

WELL_KNOWN: Final = "/.well-known/openid-configuration"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ((404, {}, b""), "oauth-discovery-missing"),
        ((200, {"Content-Type": "text/html"}, b"<!DOCTYPE html><title>Console</title>"), "oauth-discovery-missing"),
        ((200, {}, b"hello"), "oauth-discovery-missing"),
        ((200, {}, b'{"a": 1}'), "oauth-discovery-missing"),
        ((200, {}, b""), "oauth-discovery-missing"),
        ((503, {}, b"{}"), "oauth-discovery-unreachable"),
        ((200, {}, b'{"issuer": "' + b"x" * 600_000), "oauth-discovery-missing"),
        ((302, {"Location": WELL_KNOWN}, b""), "oauth-discovery-unreachable"),
    ],
)
def test_no_discovery_document(
    answer: tuple[int, dict[str, str], bytes], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(Provider(answers={WELL_KNOWN: answer})) as provider:
        done = ran(capsys, provider.issuer, "--client-id", "web")
        assert "/authorize" not in provider.paths()
    assert (done.code, done.ids()) == (1, [expected])


def test_nobody_there(capsys: pytest.CaptureFixture[str]) -> None:
    done = ran(capsys, f"http://127.0.0.1:{closed_port()}")
    assert (done.code, done.ids()) == (2, ["oauth-discovery-unreachable"])


def test_tls(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with raw(reply("200 OK", b"{}"), tls=identity(tmp_path, "127.0.0.1")) as server:
        done = ran(capsys, server.url(scheme="https"))
    assert (done.code, done.ids()) == (2, ["oauth-provider-tls-failed"])


def test_issuers(capsys: pytest.CaptureFixture[str]) -> None:
    with serving(Provider(keys=KEYS)) as provider:
        for issuer, right in (
            (provider.issuer, True),
            (f"{provider.issuer}/", False),
            (f"{provider.issuer}{WELL_KNOWN}", True),
        ):
            assert (ran(capsys, issuer).ids() == []) == right, issuer
        provider.discovery = {"issuer": f"{provider.issuer}/"}
        assert ran(capsys, f"{provider.issuer}{WELL_KNOWN}").ids() == []  # the address has no slash either way
        assert ran(capsys, provider.issuer).ids() == ["oauth-issuer-mismatch"]
        provider.discovery = {"issuer": "https://elsewhere.example.com"}
        assert "oauth-issuer-mismatch" in ran(capsys, f"{provider.issuer}{WELL_KNOWN}").ids()


@pytest.mark.parametrize("answer", [(404, {}, b""), (200, {}, b"<html>"), (200, {}, b"{}")])
def test_no_keys(answer: tuple[int, dict[str, str], bytes], capsys: pytest.CaptureFixture[str]) -> None:
    with serving(Provider(answers={"/keys": answer})) as provider:
        assert ran(capsys, provider.issuer).ids() == ["oauth-jwks-unreachable"]
    with serving(Provider(keys={"keys": []})) as provider:
        assert ran(capsys, provider.issuer).ids() == ["jwks-empty"]


def test_the_clock_comes_with_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    with serving(Provider(keys=KEYS, ahead=timedelta(hours=2))) as provider:
        done = ran(capsys, provider.issuer)
    assert "clock-host-differs" in done.ids("error", "warning", "notice")


# ── whom it asks ───────────────────────────────────────────────────────────────────────────────────────────


def test_only_the_provider_is_asked(capsys: pytest.CaptureFixture[str]) -> None:
    """Neither the redirect URI, nor a host that a redirect or the document names, without being listed."""
    with serving(Provider()) as other, serving(Provider(keys=KEYS)) as provider:
        provider.discovery = {"userinfo_endpoint": f"{other.issuer}/me"}
        provider.callbacks = (f"{other.issuer}/cb",)
        provider.leaves_for = f"http://localhost:{other.port}/sso"
        done = probed(capsys, provider, redirect=f"{other.issuer}/cb")
        assert other.requests == []
    assert "oauth-login-elsewhere" in done.ids("info")
    asked = [line.rpartition(" ")[2] for line in done.talk.splitlines() if line.startswith("asking ")]
    assert asked == [f"{provider.issuer}{path}" for path in (WELL_KNOWN, "/keys", "/authorize")]


def test_a_discovery_address_that_leads_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    with serving(Provider()) as other, serving(Provider()) as provider:
        provider.answers = {WELL_KNOWN: (302, {"Location": f"http://localhost:{other.port}/login"}, b"")}
        done = ran(capsys, provider.issuer)
        assert other.requests == []
    assert set(done.ids()) == {"oauth-discovery-redirected", "oauth-discovery-unreachable"}


def test_private_addresses_need_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    with serving(Provider()) as provider:
        done = ran(capsys, provider.issuer, "--client-id", "web", private=False)
        assert (done.code, provider.requests) == (2, [])
    assert done.ids() == ["oauth-discovery-unreachable"]


def test_an_address_without_https_is_not_asked() -> None:
    said: list[str] = []
    visitor = oidc.Visitor(oidc.Limits(allow_private=False), said.append)
    assert visitor.allow("https://login.example.com/.well-known/openid-configuration", "discovery")
    assert not visitor.allow("http://login.example.com/token", "token")
    assert not visitor.may("http://login.example.com/token")
    assert not visitor.allow("javascript:alert(1)", "keys")
    assert visitor.may("https://login.example.com/anything")
    assert not visitor.may("https://login.example.com:8443/anything")
    assert len(said) == 1


@pytest.mark.parametrize("place", ["http://[bad", "https://\u00ff\u00ff", "//", "x" * 9000, "javascript:alert(1)", ""])
def test_a_redirect_to_nowhere(place: str, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(Provider(keys=KEYS)) as provider:
        provider.answers = {"/authorize": (302, {"Location": place}, b"")}
        assert probed(capsys, provider).code in (0, 1)
        provider.answers = {WELL_KNOWN: (302, {"Location": place}, b"")}
        assert probed(capsys, provider).code == 1


@pytest.mark.parametrize(
    ("claims", "expected"),
    [({}, []), ({"aud": "other"}, ["token-audience-mismatch"]), ({"nonce": "x"}, ["token-nonce-mismatch"])],
)
def test_a_token_is_judged_with_the_keys_that_were_fetched(
    claims: dict[str, Any], expected: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = jwk.RSAKey.generate_key(2048, {"kid": "k1"})
    now = int(time.time())
    with serving(Provider(keys={"keys": [key.as_dict(private=False)]})) as provider:
        body = {"iss": provider.issuer, "sub": "s", "aud": "web", "exp": now + 60, "iat": now, "nonce": "n", **claims}
        token = jwt.encode({"alg": "RS256", "kid": "k1"}, body, key)
        (tmp_path / "token.txt").write_text(token)
        done = probed(capsys, provider, "--token", str(tmp_path / "token.txt"), "--nonce", "n")
        assert done.ids() == expected
        assert token not in done.out + done.talk
        provider.keys = {"keys": [jwk.RSAKey.generate_key(2048, {"kid": "k2"}).as_dict(private=False)]}
        again = probed(capsys, provider, "--token", str(tmp_path / "token.txt"), "--nonce", "n")
    assert "token-key-unknown" in again.ids()


def test_requests_are_bounded(capsys: pytest.CaptureFixture[str]) -> None:
    with serving(Provider(keys=KEYS)) as provider:
        provider.answers = {"/authorize": (302, {"Location": "/authorize"}, b"")}
        done = probed(capsys, provider, "--scope", " ".join(["openid", *(f"s{number}" for number in range(100))]))
        assert len(provider.requests) <= oidc.MAX_REQUESTS
    assert done.code == 0


def test_a_silent_provider_ends_on_time(capsys: pytest.CaptureFixture[str]) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listener:
        done = ran(capsys, f"http://127.0.0.1:{listener.getsockname()[1]}", "--timeout", "0.2")
    assert (done.code, done.data["subjects"][0]["summary"]["answer"]) == (2, "timeout")


# ── what is never shown ────────────────────────────────────────────────────────────────────────────────────

CANARY: Final = "eyJhbGciOiJSUzI1NiJ9.eyJjYW5hcnkiOiJ0b2tlbiJ9.Y2FuYXJ5LXNpZ25hdHVyZS1jYW5hcnk"


@pytest.mark.parametrize("style", [*STYLES, "open", "late"])
@pytest.mark.parametrize("form", ["json", "text"])
def test_no_secret_is_shown(
    style: str, form: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_SECRET", "canary-secret-4711")
    echo = f"client_secret=canary-secret-4711 code=canary-code-0123456789 id_token={CANARY} \x1b[31mred"
    with serving(Provider(style, keys=KEYS, echo=echo)) as provider:
        for client, redirect in (("web", CALLBACK), ("nobody", CALLBACK), ("web", f"{CALLBACK}/")):
            words = ("--client-id", client, "--redirect-uri", redirect, "--client-secret-env", "MY_SECRET")
            done = ran(capsys, provider.issuer, *words, form=form)
            shown = done.out + done.talk
            assert not any(word in shown for word in ("canary-", CANARY, CANARY[:30], "\x1b"))
            assert done.code in (0, 1)


def test_the_report_is_what_its_schema_says(capsys: pytest.CaptureFixture[str]) -> None:
    schema = json.loads((resources.files("doctor") / "report/schema/report-1.json").read_text())
    with serving(Provider(keys=KEYS)) as provider:
        for words in (("--client-id", "web", "--redirect-uri", f"{CALLBACK}/"), ("--client-id", "nobody"), ()):
            jsonschema.validate(ran(capsys, provider.issuer, *words).data, schema)
    jsonschema.validate(ran(capsys, f"http://127.0.0.1:{closed_port()}").data, schema)


def test_text(capsys: pytest.CaptureFixture[str]) -> None:
    with serving(Provider("json", keys=KEYS)) as provider:
        done = ran(capsys, provider.issuer, "--client-id", "web", "--redirect-uri", f"{CALLBACK}/", form="text")
    assert done.out.startswith("discovery document   issuer http://127.0.0.1")
    assert "refused: redirect-uri" in done.out
    assert "oauth-redirect-uri-mismatch" in done.out
