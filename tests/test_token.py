"""Tokens, key sets, discovery documents and callbacks: read, verified, judged, and never repeated."""

from __future__ import annotations

import base64
import hmac
import json
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwk, jwt

import doctor
from doctor.cli.main import main
from doctor.engine.check import Checker
from doctor.engine.rulebook import shipped
from doctor.facts.oauth import issuer_difference
from doctor.model.oidc import Answer, Callback, Discovery, KeySet, Sealed, Token
from doctor.parse import jwt as tokens
from doctor.parse import oidc, oidc_stored
from doctor.parse import page as pages
from doctor.parse.recognise import recognise

if TYPE_CHECKING:
    from doctor.model.document import Document

NOW: Final = datetime(2026, 11, 22, 9, tzinfo=UTC)
ISSUER: Final = "https://login.example.com"
CLAIMS: Final[dict[str, Any]] = {
    "iss": ISSUER, "sub": "canary-subject", "aud": "web", "exp": int(NOW.timestamp()) + 300,
    "iat": int(NOW.timestamp()), "nonce": "n1", "email": "Canary.Person@example.com", "email_verified": True,
}  # fmt: skip
pytestmark = pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
CORPUS: Final = Path(__file__).parent.parent.parent / "shared" / "corpus"


@cache
def key(alg: str) -> Any:
    """A key for an algorithm, made for the tests."""
    if alg[:2] in ("RS", "PS"):
        return jwk.RSAKey.generate_key(2048, {"kid": "k1"})
    curve = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521", "ES256K": "secp256k1"}.get(alg)
    if curve:
        return jwk.ECKey.generate_key(curve, {"kid": "k1"})
    return jwk.OKPKey.generate_key("Ed448" if alg == "Ed448" else "Ed25519", {"kid": "k1"})


def minted(alg: str = "RS256", header: dict[str, Any] | None = None, by: Any = None, **claims: Any) -> str:
    head = {"alg": alg, "kid": "k1", **(header or {})}
    body = {name: value for name, value in {**CLAIMS, **claims}.items() if value is not None}
    return str(
        jwt.encode({name: one for name, one in head.items() if one is not None}, body, by or key(alg), algorithms=[alg])
    )


def jwks(*keys: Any, **more: Any) -> bytes:
    return json.dumps({"keys": [{**one.as_dict(private=False), **more} for one in keys]}).encode()


def keyset(data: bytes) -> KeySet:
    held = recognise(data, "jwks.json").oidc
    assert isinstance(held, KeySet)
    return held


def segment(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def checked(subject: str | bytes, **options: Any) -> list[str]:
    """The ids of errors and warnings."""
    data = subject.encode() if isinstance(subject, str) else subject
    report = doctor.check(data, **{"at": NOW, **options})
    return [one.id for one in report.findings if one.severity in ("error", "warning")]


# ── signatures ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("alg", tokens.ASYMMETRIC)
def test_every_algorithm(alg: str) -> None:
    keys = keyset(jwks(key(alg))).keys
    token = minted(alg)
    assert tokens.verified(tokens.read(token), keys) == tokens.Verified("valid", "k1", named=True)
    head, body, seal = token.split(".")
    other = segment({**CLAIMS, "sub": "somebody else"})
    assert tokens.verified(tokens.read(f"{head}.{other}.{seal}"), keys).state == "invalid"
    assert tokens.verified(tokens.read(f"{head}.{body}.{seal[:-8]}AAAAAAAA"), keys).state == "invalid"


def test_which_key_is_tried() -> None:
    other = jwk.RSAKey.generate_key(2048, {"kid": "k2"})
    token = tokens.read(minted())
    for keys, expected in (
        (jwks(other, key("RS256")), ("valid", True)),
        (jwks(other), ("no-key", False)),
        (jwks(key("RS256"), kid="renamed"), ("valid", False)),
        (jwks(other, kid="k1"), ("invalid", True)),
        (jwks(key("ES256")), ("no-key", False)),
        (b'{"keys": []}', ("no-key", False)),
    ):
        found = tokens.verified(token, keyset(keys).keys)
        assert (found.state, found.named) == expected
    nameless = tokens.read(minted(header={"kid": None}))
    assert tokens.verified(nameless, keyset(jwks(other, key("RS256"))).keys).state == "valid"
    assert tokens.verified(nameless, keyset(jwks(other)).keys).state == "invalid"


def test_what_is_never_taken_for_a_signature() -> None:
    signed = f"{segment({'alg': 'HS256', 'kid': 'k1'})}.{segment(CLAIMS)}"
    seal = hmac.digest(key("RS256").as_pem(private=False), signed.encode(), "sha256")
    confused = f"{signed}.{base64.urlsafe_b64encode(seal).rstrip(b'=').decode()}"
    keys = keyset(jwks(key("RS256"))).keys
    body = minted().split(".")[1]
    for token, state in (
        (confused, "symmetric"),
        (f"{segment({'alg': 'none'})}.{body}.", "no-signature"),
        (f"{segment({'alg': 'None'})}.{body}.", "no-signature"),
        (f"{segment({'typ': 'JWT'})}.{body}.abcd", "no-signature"),
        (f"{segment({'alg': 'rs256'})}.{body}.{'a' * 400}", "unsupported"),
        (f"{segment({'alg': 'RS256', 'crit': ['exp'], 'exp': 1})}.{body}.{'a' * 344}", "unsupported"),
        (f"{segment({'alg': 'RSA-OAEP', 'enc': 'A256GCM'})}.a.b.c.d", "encrypted"),
    ):
        assert tokens.verified(tokens.read(token), keys).state == state


@pytest.mark.parametrize(
    ("text", "form", "problem"),
    [
        (minted(), "jws", ""),
        (f"  Bearer {minted()}\n", "jws", ""),
        (f'"{minted()}"', "jws", ""),
        ("\n".join(minted()[at : at + 64] for at in range(0, len(minted()), 64)), "jws", ""),
        (minted()[:-300], "jws", "cut-short"),
        (minted().rpartition(".")[0], "jws", "cut-short"),
        (minted().rpartition(".")[0] + ".", "jws", "cut-short"),
        ("eyJ*.eyJ9.x", "jws", "not-base64url"),
        ("eyJhbGciOiJSUzI1NiJ9.bm90IGpzb24.c2ln", "jws", "claims-not-json"),
        ("eyJhbGciO.e30.c2ln", "jws", "not-base64url"),
        ("eyJhbGciOi.e30.c2ln", "jws", "header-not-json"),
        ("ey" + "a" * 300_000 + ".e30.c2ln", "jws", "too-large"),
        ("just-a-text", "opaque", ""),
    ],
)
def test_forms(text: str, form: str, problem: str) -> None:
    found = tokens.read(text)
    assert (found.form, found.problem) == (form, problem)


# ── judged ─────────────────────────────────────────────────────────────────────────────────────────────────


def good() -> dict[str, Any]:
    return {"jwks": jwks(key("RS256")), "issuer": ISSUER, "client_id": "web", "nonce": "n1"}


def test_a_good_token_is_good() -> None:
    assert checked(minted(), **good()) == []
    assert checked(json.dumps({"id_token": minted(), "access_token": "opaque", "token_type": "Bearer"}), **good()) == []


@pytest.mark.parametrize(
    ("claims", "options", "expected"),
    [
        ({}, {"issuer": f"{ISSUER}/"}, "oauth-issuer-mismatch"),
        ({"iss": "https://evil.example"}, {}, "oauth-issuer-mismatch"),
        ({"aud": ["api", "other"]}, {}, "token-audience-mismatch"),
        ({"aud": ["web", "api"], "azp": "mobile"}, {}, "token-authorized-party-mismatch"),
        ({"nonce": "n2"}, {}, "token-nonce-mismatch"),
        ({"nonce": None}, {}, "token-nonce-mismatch"),
        ({}, {"received_at": NOW + timedelta(minutes=11)}, "token-expired"),
        ({"iat": int(NOW.timestamp()) + 301}, {}, "token-from-future"),
        ({"nbf": int(NOW.timestamp()) + 301}, {}, "token-from-future"),
        ({"exp": int(NOW.timestamp()) * 1000}, {}, "token-claim-malformed"),
        ({"exp": "soon"}, {}, "token-claim-malformed"),
        ({"aud": {"a": 1}}, {}, "token-claim-malformed"),
        ({"sub": None}, {}, "token-claim-missing"),
        ({"email_verified": False}, {}, "token-email-unverified"),
        ({"email_verified": "true"}, {}, "token-email-unverified"),
        ({}, {"jwks": b'{"keys": []}'}, None),
    ],
)
def test_one_thing_wrong(claims: dict[str, Any], options: dict[str, Any], expected: str | None) -> None:
    found = checked(minted(**claims), **{**good(), **options})
    assert found == ([expected] if expected else [])


def test_times_at_their_bounds() -> None:
    ends = datetime.fromtimestamp(CLAIMS["exp"], UTC)
    for late, expected in ((299, []), (300, ["token-expired"])):
        assert checked(minted(), **good(), received_at=ends + timedelta(seconds=late)) == expected
    assert checked(minted(), **good(), received_at=ends + timedelta(seconds=90), clock_tolerance=60) == [
        "token-expired"
    ]
    begins = int(NOW.timestamp())
    assert checked(minted(iat=begins + 300), **good()) == []
    assert checked(minted(), **{**good(), "at": NOW + timedelta(days=30)}) == []  # looked at later: only a notice


def test_issuers_that_are_patterns() -> None:
    tenant = "11111111-2222-3333-4444-555555555555"
    pattern = "https://login.microsoftonline.com/{tenantid}/v2.0"
    concrete = pattern.replace("{tenantid}", tenant)
    for expected, actual, same in (
        (pattern, concrete, True), (concrete, pattern, True), (concrete, concrete + "/", False),
        ("https://accounts.google.com", "accounts.google.com", True),
        ("accounts.google.com", "https://accounts.google.com", True),
        (pattern, "https://login.microsoftonline.com/a/b/v2.0", False),
        (pattern, f"https://evil.example/{tenant}/v2.0", False),
    ):  # fmt: skip
        view: Any = {"oauth.expected_issuer": expected, "oauth.issuer": actual}
        assert (issuer_difference(view) == "none") == same


# ── discovery documents and key sets ───────────────────────────────────────────────────────────────────────

DISCOVERY: Final[dict[str, Any]] = {
    "issuer": ISSUER, "authorization_endpoint": f"{ISSUER}/a", "token_endpoint": f"{ISSUER}/t",
    "jwks_uri": f"{ISSUER}/k",
    "response_types_supported": ["code"], "subject_types_supported": ["public"], "scopes_supported": ["openid"],
    "id_token_signing_alg_values_supported": ["RS256"], "code_challenge_methods_supported": ["S256"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"issuer": "http://login.example.com"}, ["discovery-issuer-malformed"]),
        ({"issuer": f"{ISSUER}?a=b"}, ["discovery-issuer-malformed"]),
        ({"issuer": None}, ["discovery-value-malformed", "discovery-value-missing"]),
        ({"jwks_uri": "keys.json"}, ["discovery-endpoint-malformed"]),
        ({"token_endpoint": "http://login.example.com/t"}, ["discovery-endpoint-not-https"]),
        ({"token_endpoint": "https://keycloak:8443/t"}, ["discovery-endpoint-internal"]),
        ({"response_types_supported": ["id_token"]}, ["discovery-code-flow-missing"]),
        ({"response_types_supported": "code"}, ["discovery-value-malformed"]),
        ({"code_challenge_methods_supported": ["plain"]}, ["discovery-pkce-plain-only"]),
        ({"scopes_supported": ["read"]}, ["discovery-openid-scope-unlisted"]),
        ({"issuer": "https://login.microsoftonline.com/{tenantid}/v2.0"}, []),
    ],
)
def test_discovery(change: dict[str, Any], expected: list[str]) -> None:
    assert sorted(checked(json.dumps({**DISCOVERY, **change}))) == expected


@pytest.mark.parametrize(
    ("address", "issuer", "right"),
    [
        (f"{ISSUER}/.well-known/openid-configuration", ISSUER, True),
        (f"{ISSUER}/.well-known/openid-configuration", f"{ISSUER}/", True),
        (f"{ISSUER}/.well-known/openid-configuration", "https://login.example.org", False),
        (f"{ISSUER}/realms/a/.well-known/openid-configuration", ISSUER, False),
        (f"{ISSUER}/.well-known/oauth-authorization-server/realms/a", f"{ISSUER}/realms/a", True),
        ("https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration",
         "https://login.microsoftonline.com/{tenantid}/v2.0", True),
        ("https://login.microsoftonline.com/common/.well-known/openid-configuration",
         "https://sts.windows.net/{tenantid}/", True),
        ("https://login.microsoftonline.com/common/.well-known/openid-configuration", "https://evil.example", False),
        ("https://accounts.google.com/.well-known/openid-configuration", "accounts.google.com", True),
    ],
)  # fmt: skip
def test_the_issuer_is_that_of_the_address(address: str, issuer: str, right: bool) -> None:
    found = recognise(json.dumps({**DISCOVERY, "issuer": issuer}).encode(), address)
    checker = Checker(shipped(), NOW, {}, {})
    ids = [one.id for one in checker.document(found).findings]
    assert ("oauth-issuer-mismatch" not in ids) == right


def test_a_plain_oauth_server() -> None:
    names = ("issuer", "authorization_endpoint", "token_endpoint", "response_types_supported")
    assert checked(json.dumps({name: DISCOVERY[name] for name in names})) == ["discovery-is-oauth-only"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"n": None}, ["jwks-key-unreadable", "jwks-no-signing-key"]),
        ({"n": 1234}, ["jwks-key-unreadable", "jwks-no-signing-key"]),
        ({"n": "not base64 !"}, ["jwks-key-unreadable", "jwks-no-signing-key"]),
        ({"kty": "buz"}, ["jwks-no-signing-key"]),
        ({"use": "enc"}, ["jwks-no-signing-key"]),
        ({"d": "c2VjcmV0"}, ["jwks-private-key-published"]),
        ({"x5c": ["bm90IGEgY2VydA"]}, ["jwks-certificate-unreadable"]),
    ],
)
def test_keys(change: dict[str, Any], expected: list[str]) -> None:
    assert sorted(checked(jwks(key("RS256"), **change))) == expected


def test_more_keys() -> None:
    weak = jwk.RSAKey.import_key(_weak())
    assert checked(b'{"keys": []}') == ["jwks-empty"]
    assert checked(jwks(weak)) == ["jwks-key-weak"]
    assert checked(jwks(key("RS256"), key("PS256"))) == ["jwks-key-id-duplicate"]
    assert checked(jwks(key("RS256"), key("PS256"), kid=None)) == ["jwks-key-id-missing"]
    plain = key("RS256").as_dict(private=False)
    padded = plain["n"].replace("-", "+").replace("_", "/") + "=" * (-len(plain["n"]) % 4)
    assert checked(json.dumps({"keys": [{**plain, "n": padded}]})) == ["jwks-key-not-base64url"]


def _weak() -> Any:
    from cryptography.hazmat.primitives.asymmetric import rsa

    return rsa.generate_private_key(65537, 1024)


# ── callbacks and answers ──────────────────────────────────────────────────────────────────────────────────

CALLBACK: Final = "https://app.example.com/cb"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (f"{CALLBACK}?code=abcdefgh12345678&state=s", []),
        (f"{CALLBACK}?code=abcdefgh12345678", ["callback-state-missing"]),
        (f"{CALLBACK}?error=access_denied&state=s", ["callback-refused"]),
        (f"{CALLBACK}#error=invalid_scope&state=s", ["callback-scope-rejected"]),
        (f"{CALLBACK}?error=invalid_request&state=s", ["callback-request-rejected"]),
        (f"{CALLBACK}?error=unauthorized_client&state=s", ["callback-client-rejected"]),
        (f"{CALLBACK}?error=server_error&state=s", ["callback-provider-failed"]),
        (f"{CALLBACK}?error=user_cancelled&state=s", ["callback-error-unknown"]),
        (f"{CALLBACK}?code=a1b2c3d4e5f6&code=b&state=s", ["callback-parameter-repeated"]),
        (f"{CALLBACK}?code=abcdefgh12345678&state=s&iss=https://other.example", ["oauth-issuer-mismatch"]),
    ],
)
def test_callbacks(url: str, expected: list[str]) -> None:
    assert checked(url, redirect_uri=CALLBACK, issuer=ISSUER) == expected


def test_a_callback_at_another_address() -> None:
    report = doctor.check(f"{CALLBACK}/?code=abcdefgh12345678&state=s".encode(), redirect_uri=CALLBACK, at=NOW)
    found = next(one for one in report.findings if one.id == "callback-address-differs")
    assert (found.difference, found.expected, found.actual) == ("trailing-slash", CALLBACK, f"{CALLBACK}/")


def test_a_token_in_a_callback() -> None:
    url = f"{CALLBACK}#id_token={minted()}&state=s"
    assert checked(url, **good()) == ["callback-tokens-in-url"]
    assert "token-nonce-mismatch" in checked(url, **{**good(), "nonce": "other"})


@pytest.mark.parametrize(
    ("error", "expected"),
    [("invalid_client", "token-answer-client-rejected"), ("invalid_grant", "token-answer-code-rejected"),
     ("invalid_request", "token-answer-rejected"), ("slow_down", "token-answer-rejected")],
)  # fmt: skip
def test_answers(error: str, expected: str) -> None:
    assert checked(json.dumps({"error": error, "error_description": "the provider's words"})) == [expected]
    assert checked(json.dumps({"error": error})) == [expected]


def test_the_provider_is_quoted() -> None:
    url = f"{CALLBACK}?error=access_denied&error_description=Jo+jo@example.com+said+no&error_uri=https://idp/e%3Fx%3D1&state=s"
    found = doctor.check(url.encode(), at=NOW).findings[0]
    assert "access_denied: Jo xx@example.com said no: see https://idp/e" in found.message


def test_a_known_error_is_explained_in_the_summary() -> None:
    said = "AADSTS50105: Your administrator has configured the application to block users"
    for subject in (
        f"{CALLBACK}?error=access_denied&error_description={said.replace(' ', '+')}&state=s",
        json.dumps({"error": "invalid_grant", "error_description": said}),
    ):
        told: Any = doctor.check(subject.encode(), at=NOW).subjects[0].summary["says"]
        assert any("assigned" in one for one in told)


@pytest.mark.parametrize(
    ("html", "code", "alert", "typed"),
    [
        ("<title>Error</title><p>Error 400: redirect_uri_mismatch</p>", "redirect_uri_mismatch", False, False),
        ('<script>$Config={"m":"AADSTS50011: x"}</script><title>Sign in</title>', "AADSTS50011", False, False),
        ("<script>var help = 'invalid_client'</script><title>Sign in</title>", None, False, False),
        ("<div role=alert>no</div><form><input name=a></form>", None, True, True),
        ("<form><input type=hidden name=a><button>go</button></form>", None, False, False),
    ],
)
def test_pages(html: str, code: str | None, alert: bool, typed: bool) -> None:
    found = pages.read(html.encode(), "text/html")
    assert (found.code, found.alert, any(one.typed for one in found.forms)) == (code, alert, typed)


# ── never shown, never kept ────────────────────────────────────────────────────────────────────────────────


def shown(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    main(words)
    printed = capsys.readouterr()
    return printed.out + printed.err


def leaks(text: str, token: str) -> list[str]:
    parts = [token, *token.split("."), "canary-subject", "Canary.Person", "canary-code-123456"]
    return [part for part in parts if part in text]


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_output_repeats_a_token(form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    token = minted()
    files = {
        "token.txt": token, "broken.txt": token[:-40],
        "answer.json": json.dumps({"id_token": token, "access_token": token}),
        "claims.json": json.dumps(CLAIMS),
    }  # fmt: skip
    (tmp_path / "jwks.json").write_bytes(jwks(key("ES256")))
    subjects = [f"{CALLBACK}?code=canary-code-123456&state=s#id_token={token}", f"{CALLBACK}?id_token={token}"]
    for name, text in files.items():
        (tmp_path / name).write_text(text)
        subjects.append(str(tmp_path / name))
    options = ["--client-id", "other", "--issuer", "https://x.example", "--nonce", "no", "--at", "2026-11-22T09:00:00Z"]
    options += ["--jwks", str(tmp_path / "jwks.json"), "--format", form]
    for subject in subjects:
        assert leaks(shown(["check", subject, *options], capsys), token) == []


def test_a_case_keeps_no_token(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCTOR_HOME", str(tmp_path / "home"))
    token = minted()
    (tmp_path / "answer.json").write_text(json.dumps({"id_token": token, "access_token": "canary-code-123456"}))
    words = ["diagnose", str(tmp_path / "answer.json"), f"{CALLBACK}?code=canary-code-123456&state=s#id_token={token}"]
    words += ["--no-input", "--case", "one", "--set", "oauth.error=invalid_id_token", "--client-id", "other"]
    said = shown([*words, "--format", "json"], capsys)
    assert leaks(said, token) == []
    assert json.loads(said)["headline"] == "token-audience-mismatch"
    kept = b"".join(one.read_bytes() for one in (tmp_path / "home").rglob("*") if one.is_file()).decode("latin-1")
    assert leaks(kept, token) == []
    again = json.loads(shown(["diagnose", "--case", "one", "--no-input", "--format", "json"], capsys))
    assert again["headline"] == "token-audience-mismatch"


def test_what_is_kept_reads_as_what_it_was() -> None:
    for text in (minted(), json.dumps({"id_token": minted(), "token_type": "Bearer", "scope": "openid email"})):
        held = recognise(text.encode(), "x").oidc
        assert isinstance(held, Token | Answer)
        written = oidc_stored.written(held)
        found = recognise(written, "x")
        assert found.kind == "token"
        assert isinstance(found.oidc, Token | Answer)
        assert oidc_stored.written(found.oidc) == written
        assert b"canary" not in written.lower()


def test_a_sealed_text_is_not_written() -> None:
    sealed = Sealed("canary")
    assert "canary" not in f"{sealed!r} {sealed}"
    import pickle

    with pytest.raises(TypeError):
        pickle.dumps(sealed)


# ── whatever the bytes ─────────────────────────────────────────────────────────────────────────────────────

WORDS: Final = st.text(alphabet="abcdefeyJhbGciOiJSUzI1NiJ9-_=.+/{}\"':,[]0123456789 \n%&?#", max_size=300)
VALUES: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(WORDS)
def test_any_text_is_read(text: str) -> None:
    tokens.read(text)
    tokens.read(f"ey{text}.e30.{text}")
    oidc.callback(f"https://a.example/{text}")
    pages.read(text.encode(), "text/html")


@given(st.dictionaries(st.sampled_from([*DISCOVERY, "keys", "kty", "n", "e", "x5c", "crv", "x", "y", "use"]), VALUES))
def test_any_json_is_read(value: dict[str, Any]) -> None:
    oidc.discovery(value)
    oidc.key_set(value)
    oidc.answer(value)


@given(
    st.dictionaries(st.sampled_from([*CLAIMS, "azp", "nbf", "auth_time", "events", "scp", "schema", "token"]), VALUES)
)
def test_any_claims_are_judged(value: dict[str, Any]) -> None:
    """No rule crashes over claims of any type."""
    head = segment({"alg": "RS256"})
    try:
        body = segment(value)
    except ValueError:
        return
    report = doctor.check(f"{head}.{body}.{'a' * 300}".encode(), **{**good(), "at": NOW})
    assert not [one for one in report.findings if one.verdict == "crashed"]


# ── real files ─────────────────────────────────────────────────────────────────────────────────────────────


def corpus() -> list[tuple[str, str]]:
    manifest = CORPUS / "manifest.jsonl"
    if not manifest.exists():
        return []
    rows = map(json.loads, manifest.read_text().splitlines())
    return [(row["kind"], row["file"]) for row in rows if row["kind"] in ("oidc-discovery", "jwks")]


@pytest.mark.skipif(not corpus(), reason="the corpus is not here")
def test_real_files_are_read() -> None:
    found = {file: recognise((CORPUS / file).read_bytes(), file) for _, file in corpus()}
    assert [document.kind for document in found.values()] == [kind for kind, _ in corpus()]
    assert all(isinstance(document.oidc, Discovery | KeySet) for document in found.values())


@pytest.mark.skipif(not corpus(), reason="the corpus is not here")
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("jwks-fault.json", "jwks-key-unreadable"),
        ("jwks-uk.json", "jwks-key-type-unknown"),
        ("jwks0.json", "jwks-key-weak"),
        ("jwk-enc.json", "jwks-private-key-published"),
        ("JsonWebKeySetBadX509Data.json", "jwks-certificate-unreadable"),
        ("JsonWebKeySetBadBase64Data.json", "jwks-certificate-unreadable"),
        ("JsonWebKeySetSingleX509Data.json", "jwks-key-unreadable"),
        ("JsonWebKeySet.json", "jwks-key-not-base64url"),
        ("OpenIdConnectMetadataJsonWebKeySetBadUri.json", "discovery-endpoint-malformed"),
        ("google-openid-configuration.json", "discovery-value-missing"),
    ],
)
def test_the_errors_of_real_files_are_named(name: str, expected: str) -> None:
    file = next(file for _, file in corpus() if file.endswith(f"__{name}"))
    assert expected in [one.id for one in doctor.check(str(CORPUS / file), at=NOW).findings]


def document(text: str) -> Document:
    return recognise(text.encode(), "x")


def test_kinds() -> None:
    for text, kind, held in (
        (minted(), "token", Token), (json.dumps({"id_token": "x"}), "token", Answer),
        (json.dumps({"error": "invalid_client"}), "token", Answer), (json.dumps(CLAIMS), "token", Token),
        (f"{CALLBACK}?code=abc&state=s", "callback", Callback), (json.dumps(DISCOVERY), "oidc-discovery", Discovery),
        ('{"keys": []}', "jwks", KeySet),
    ):  # fmt: skip
        found = document(text)
        assert (found.kind, isinstance(found.oidc, held)) == (kind, True)
    assert document(json.dumps({"error": {"code": 403}})).kind == "unknown"
