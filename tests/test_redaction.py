"""Secrets never leave the input: not to the screen, not to JSON, not to an export, not to the store, not to errors."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doctor import casework, library
from doctor.model import redaction
from tests.evidence import diagnosed, metadata, put, ran, scalekit, workos
from tests.factory import certificate

if TYPE_CHECKING:
    from pathlib import Path

MARK: Final = "CANARYq7Zx"
"""What no output may hold."""
JWT: Final = ".".join(
    base64.urlsafe_b64encode(part.encode()).decode().rstrip("=")
    for part in ('{"alg":"RS256","typ":"JWT"}', f'{{"sub":"{MARK}"}}')
) + f".{MARK}abcdefgh"  # fmt: skip
KEY: Final = certificate.private_pem(certificate.key_of("rsa2048", 3))
KEY_LINE: Final = KEY.splitlines()[3]

SECRETS: Final = {
    "WorkOS API key": f"key used: sk_live_{MARK}12345",
    "WorkOS test key": f"sk_test_{MARK}a2V5XzAxRTR",
    "WorkOS example key": f"sk_example_{MARK}123456789",
    "bearer": f"Authorization: Bearer {MARK}.abc-def_123456",
    "bearer, lower case": f"authorization: bearer {MARK}abcdef123456",
    "basic": f"Authorization: Basic {base64.b64encode(f'client:{MARK}xyz'.encode()).decode()}{MARK}",
    "bearer in curl": f"curl -H 'Authorization: Bearer {MARK}token12345' https://api.example.com/scim/v2",
    "JWT": f"the token was {JWT} and it failed",
    "ID token in a URL": f"https://app.example.com/cb#id_token={JWT}&state=abc",
    "access token": f"access_token={MARK}abcdef",
    "refresh token in JSON": f'{{"refresh_token": "{MARK}abcdef"}}',
    "OAuth code": f"https://app.example.com/callback?code={MARK}01ABCDEF&state=xyz&error=invalid_client",
    "OAuth code in a form": f"grant_type=authorization_code&code={MARK}01ABCDEF&redirect_uri=https://a.example/cb",
    "verifier": f"code_verifier={MARK}dBjftJeZ4CVP-mB92K27uhbUJU1p1r",
    "client secret": f"client_secret={MARK}s3cr3t&client_id=client_01",
    "token request": f"grant_type=refresh_token&refresh_token={MARK}r3fr3sh&client_id=x&client_secret={MARK}s3cr3t",
    "client secret in words": f"client secret: {MARK}s3cr3t99",
    "client secret in JSON": f'{{"client_id": "x", "client_secret": "{MARK}s3cr3t"}}',
    "client secret in camel case": f'"clientSecret": "{MARK}s3cr3t"',
    "client assertion": f"client_assertion={JWT}",
    "cookie": f"Cookie: session={MARK}abcdef; other={MARK}ghijkl",
    "set-cookie": f"Set-Cookie: sid={MARK}abcdef; Path=/; HttpOnly",
    "password of a form": f"username=ann&password={MARK}hunter2&submit=1",
    "password in JSON": f'{{"user": "ann", "password": "{MARK} hunter 2"}}',
    "password in quotes": f'password = "{MARK} with a blank and \\" a quote"',
    "one-time code": f"otp={MARK}123456",
    "webhook secret, Svix": f"whsec_{MARK}MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "webhook secret, named": f"webhook_secret: {MARK}abcdef",
    "portal link, WorkOS": f"https://id.workos.com/portal/launch?secret={MARK}abcdef",
    "portal link, setup": f"https://setup.workos.com/portal/launch?secret={MARK}abc",
    "portal link, Scalekit": f"https://acme.scalekit.com/magicLink/{MARK}-1234-5678",
    "private key": f"we used this:\n{KEY}\nand it failed",
    "private key, cut": "-----BEGIN PRIVATE KEY-----\n" + KEY_LINE + MARK,
    "encrypted private key": f"-----BEGIN ENCRYPTED PRIVATE KEY-----\n{MARK}AAAA\n-----END ENCRYPTED PRIVATE KEY-----",
    "SCIM token": f"scim_token: {MARK}abcdef",
    "SCIM bearer token": f"bearer token = {MARK}abcdefgh",
    "GitHub token": f"ghp_{MARK}abcdefghijklmnop",
    "Slack token": f"xoxb-{MARK}-123456789",
    "secret in an XML attribute": f'<add key="client_secret" value="{MARK}"/> client_secret="{MARK}"',
    "percent-encoded": f"https://a.example/cb?x=1&code%3D{MARK}abcdef",
    "password within an object, broken JSON": f'{{"password": {{"value": "{MARK}hunter2"}}, "x": ',
    "client secret in JSON, cut": f'{{"client_id": "x", "client_secret": "{MARK}s3cr3t',
    "user of curl": f"curl -u client:{MARK}s3 https://a.example/token",
    "short bearer": f"Authorization: Bearer {MARK}",
    "state parameter beside it": f"state=abc&code={MARK}abcdef",
}  # fmt: skip


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCTOR_HOME", str(tmp_path / "home"))


def clean(text: str | bytes, *marks: str) -> None:
    """None of the secrets stands in this."""
    data = text if isinstance(text, bytes) else text.encode()
    for mark in (MARK, KEY_LINE, *marks):
        assert mark.encode() not in data, data[max(0, data.find(mark.encode()) - 100) :][:300]


def everywhere(folder: Path, capsys: pytest.CaptureFixture[str], *words: str) -> None:
    """Diagnose, show, export, import: the secret is nowhere."""
    for more in ([], ["--format", "json"], ["--explain"]):
        done = ran(capsys, "diagnose", *words, "--no-input", "--case", "one", *more)
        clean(done.out)
        clean(done.err)
    for command in (["show", "one"], ["list"], ["export", "one"]):
        done = ran(capsys, "cases", *command)
        clean(done.out)
        clean(done.err)
    for path in (folder / "home").iterdir():
        clean(path.read_bytes())


@pytest.mark.parametrize("name", SECRETS)
def test_text(name: str) -> None:
    found = redaction.text(SECRETS[name])
    clean(found)
    assert redaction.text(found) == found


@pytest.mark.parametrize("name", SECRETS)
def test_symptom(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    everywhere(tmp_path, capsys, "--symptom", f"Sign-in fails with access_denied. {SECRETS[name]}")


@pytest.mark.parametrize("name", SECRETS)
def test_text_file(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    everywhere(tmp_path, capsys, put(tmp_path, "ticket.txt", f"We see invalid_client.\n{SECRETS[name]}\nPlease help."))


@pytest.mark.parametrize("bom", ["utf-16", "utf-8-sig"])
def test_text_file_in_another_encoding(bom: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = f"invalid_client\nclient_secret={MARK}s3cr3t\n"
    everywhere(tmp_path, capsys, put(tmp_path, "ticket.txt", text.encode(bom)))


JSONS: Final[dict[str, Any]] = {
    "WorkOS connection": workos(state="validating", client_secret=f"{MARK}abc", options={"signing_cert": None}),
    "Scalekit OIDC": scalekit(
        type="OIDC", saml_config=None, oidc_config={"client_id": "x", "client_secret": f"{MARK}abc"}
    ),
    "Scalekit list": {"connections": [scalekit(), scalekit(oauth_config={"client_secret": f"{MARK}abc"})]},
    "an application's export": {"appId": "1", "identifierUris": [], "passwordCredentials": [{"secretText": MARK}]},
    "SCIM user": {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "a", "password": f"{MARK}abc"},
    "token answer": {"access_token": f"{MARK}abc", "token_type": "Bearer", "id_token": JWT},
    "directory": {"object": "directory", "id": "directory_01", "state": "linked", "bearer_token": f"{MARK}abc"},
    "settings": {"nested": [{"deep": {"api_key": f"{MARK}abc"}}], "note": f"Bearer {MARK}abcdefgh"},
    "headers": {"headers": {"Authorization": f"{MARK} abc", "Cookie": f"a={MARK}"}},
    "headers as pairs": {"headers": [{"name": "Authorization", "value": f"Bearer {MARK}abcdefgh"}]},
    "a secret of another type": {"object": "connection", "id": "conn_012345678", "client_secret": [f"{MARK}abc"]},
    "JWKS with a private part": {"keys": [{"kty": "RSA", "n": "x", "e": "AQAB", "d": f"{MARK}abc", "p": f"{MARK}"}]},
    "event": {"id": "event_01", "event": "connection.activated", "data": {"signing_secret": f"{MARK}abc"}},
    "portal": {"link": f"https://id.workos.com/portal/launch?secret={MARK}abc"},
}  # fmt: skip


@pytest.mark.parametrize("name", JSONS)
def test_json_file(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    everywhere(tmp_path, capsys, put(tmp_path, "answer.json", JSONS[name]))


def test_broken_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    everywhere(tmp_path, capsys, put(tmp_path, "c.json", f'{{"client_secret": "{MARK}abc", "id": "conn_1", '))


def test_connection_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    everywhere(tmp_path, capsys, "--connection-file", put(tmp_path, "c.json", JSONS["Scalekit OIDC"]))


@pytest.mark.parametrize(
    "url",
    [f"https://app.example.com/callback?code={MARK}01ABCDEF&state=x", f"https://app.example.com/cb#access_token={MARK}abc",
     f"https://app.example.com/cb?error=access_denied&code={MARK}abc", f"https://a.example/cb#id_token={JWT}"],
)  # fmt: skip
def test_address_as_evidence(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    everywhere(tmp_path, capsys, url)


@pytest.mark.parametrize("personal", [[], ["--show-personal"]])
def test_user_name_in_addresses_of_a_provider(
    personal: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    held = {"issuer": f"https://ann:{MARK}@idp.example.com", "jwks_uri": f"http://ann:{MARK}@idp.example.com/jwks",
            "authorization_endpoint": f"https://ann:{MARK}@idp.example.com/authorize"}  # fmt: skip
    path = put(tmp_path, "discovery.json", held)
    for more in ([], ["--format", "json"], ["--compact"]):
        done = ran(capsys, "check", path, *more, *personal)
        assert "idp.example.com" in done.out or more == ["--compact"]
        clean(done.out + done.err)
    everywhere(tmp_path, capsys, path)


def test_address_in_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    everywhere(tmp_path, capsys, put(tmp_path, "url.txt", f"https://app.example.com/callback?code={MARK}01ABC&state=x"))


@pytest.mark.parametrize("content", [KEY, metadata().decode() + "\n" + KEY, KEY.replace("\n", "\r\n")])
def test_private_key(content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    everywhere(tmp_path, capsys, put(tmp_path, "key.pem", content))


def test_private_key_beside_a_certificate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from tests.evidence import pem

    everywhere(tmp_path, capsys, put(tmp_path, "both.pem", pem() + KEY))


def test_token_as_evidence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    everywhere(tmp_path, capsys, put(tmp_path, "token.txt", JWT))


def test_recording_of_a_browser(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    request = {
        "method": "POST", "url": f"https://idp.example/login?code={MARK}abc",
        "headers": [{"name": "Cookie", "value": f"sid={MARK}"}],
        "postData": {"mimeType": "application/x-www-form-urlencoded", "text": f"user=ann&password={MARK}x",
                     "params": [{"name": "password", "value": f"{MARK}x"}]},
    }  # fmt: skip
    har = {"log": {"version": "1.2", "entries": [{"request": request, "response": {"content": {"text": MARK}}}]}}
    everywhere(tmp_path, capsys, put(tmp_path, "login.har", har))


@pytest.mark.parametrize(
    "words",
    [["--set", f"scim.tokn={MARK}"], ["--set", f"connection.state={MARK}"], ["--answers", "answers.json"],
     ["--set", f"client_secret={MARK}"]],
)  # fmt: skip
def test_error_messages(words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A value that is refused is shown only where it is no secret: here the name says that it is one."""
    answers = put(tmp_path, "answers.json", {"client_secret": MARK, "scim_token": MARK})
    done = ran(capsys, "diagnose", *[answers if word == "answers.json" else word for word in words], "--no-input")
    assert done.code == 2
    if words[0] == "--answers" or "client_secret" in words[1] or "tokn" in words[1]:
        clean(done.err)


@pytest.mark.parametrize("name", ["bearer", "client secret", "JWT", "WorkOS API key", "password of a form"])
def test_a_fact_that_somebody_tells(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    everywhere(tmp_path, capsys, "--set", f"response.issuer={SECRETS[name]}")


def test_saved_case(tmp_path: Path) -> None:
    case = casework.empty("x", library.Options())
    for text in SECRETS.values():
        case = casework.Case(*casework.with_report(case, text))
    case.save(tmp_path / "case.json")
    clean((tmp_path / "case.json").read_bytes())


def test_diagnosis_of_the_library() -> None:
    for text in SECRETS.values():
        clean(repr(diagnosed(symptom=text)))


# --- what is no secret stays


@pytest.mark.parametrize(
    "text",
    [
        "invalid code", "code: invalid_grant", "error code: access_denied", "error_description=The code has expired",
        "error=invalid_client&error_description=AADSTS7000215: Invalid client secret provided",
        "AADSTS7000222: The provided client secret keys are expired", "code_challenge_method=S256",
        "status code: 401 Unauthorized", "missing client_secret", "client_secret is required", "password: missing",
        "token: expired", "the bearer token is invalid", "invalid bearer token", "authorization: required",
        "Cookie: none", "code=403", "error code: redirect_uri_mismatch", '"code": "invalid_grant"',
        '{"error": "invalid_grant", "error_description": "code already used"}', "HTTP status code=401",
        "secret: wrong", "https://app.example.com/callback?error=access_denied&error_description=denied",
        "scimType: invalidFilter", "code: organization_not_found", "code: connection_invalid",
        "Error code: AADSTS50011", "code: ERROR_INVALID_TOKEN", "Basic authentication is not supported",
        "Bearer authentication required",
    ],
)  # fmt: skip
def test_legitimate_words_survive(text: str) -> None:
    assert redaction.text(text) == text


@pytest.mark.parametrize(
    ("text", "headline"),
    [("code: invalid_client", "oauth-client-invalid"),
     ("error code: redirect_uri_mismatch", "oauth-redirect-uri-mismatch"),
     ('{"error":"invalid_scope","error_description":"x"}', "oauth-scope-unsupported"),
     (f"https://a.example/cb?error=access_denied&state={MARK}", "oauth-access-denied")],
)  # fmt: skip
def test_redacted_texts_still_lead_to_a_rule(text: str, headline: str) -> None:
    assert diagnosed(symptom=text).headline == headline


@pytest.mark.parametrize(
    ("given_", "shown"),
    [
        ("ann@acme.example", "xxx@acme.example"),
        ("Ann.Lee-7@Acme.Example", "Xxx.Xxx-0@Acme.Example"),
        ("@acme", "@acme"),
    ],
)
def test_masked(given_: str, shown: str) -> None:
    assert redaction.masked(given_) == shown


@given(st.text(max_size=300))
def test_any_text(text: str) -> None:
    redaction.masked(redaction.text(text))


@given(st.text("abcdefgh0123456789", min_size=24, max_size=40), st.sampled_from(sorted(redaction.SECRET_NAMES)))
def test_every_secret_name(value: str, name: str) -> None:
    for written in (f"{name}={value}", f"{name}: {value}", f'"{name}": "{value}"', f"&{name}={value}&x=1"):
        assert value not in redaction.text(written)
    assert value not in json.dumps(redaction.data({name: value, "list": [{name.upper(): value}]}))


def test_long_texts_are_fast() -> None:
    for text in (
        "eyJ" * 50_000,
        "code=" * 50_000,
        "-----BEGIN PRIVATE KEY-----" * 5_000,
        '"' * 200_000,
        "a." * 100_000,
    ):
        redaction.masked(redaction.text(text))


def test_a_secret_among_the_values_of_a_list() -> None:
    from doctor.engine import answer

    assert answer.value("assertion.audiences", "https://a.example, password: hunter2") == [
        "https://a.example", "password: [removed]",
    ]  # fmt: skip
