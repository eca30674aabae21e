"""Mutated bytes of every kind: a document comes of them, and a report, never an exception."""

from __future__ import annotations

import base64
import json
import random
import signal
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import doctor
from doctor.parse.recognise import recognise
from tests.factory import broken_input, broken_metadata, certificate, providers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOW: Final = datetime(2026, 11, 22, 9, tzinfo=UTC)
CORPUS: Final = Path(__file__).parents[2] / "shared" / "corpus"
PROFILE: Final = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=200,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
_PAIR: Final = certificate.make("CN=property", *providers.LONG, slot=78)
_RESPONSE: Final = (
    b'<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" Destination="https://sp.example/acs">'
    b'<Issuer xmlns="urn:oasis:names:tc:SAML:2.0:assertion">https://idp.example/</Issuer></p:Response>'
)
_JSON: Final[tuple[object, ...]] = (
    {
        "issuer": "https://idp.example",
        "jwks_uri": "https://idp.example/keys",
        "token_endpoint": "https://idp.example/t",
    },
    {"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB", "use": "sig"}]},
    {"object": "connection", "id": "conn_01", "state": "active"},
    {"object": "list", "data": [{"object": "directory", "id": "directory_01", "state": "linked"}]},
    {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ada", "active": True},
    {"log": {"entries": [{"request": {"url": "https://idp.example/"}, "response": {"status": 200}}]}},
    {"access_token": "x", "id_token": "y"},
    [{"appId": "1", "identifierUris": []}],
)


def _deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return base64.b64encode(packer.compress(data) + packer.flush())


SEEDS: Final = (
    *(providers.healthy(one, NOW) for one in sorted(providers.PROVIDERS)),
    broken_metadata.numbered(NOW, 3),
    broken_input.LOGIN_PAGE.encode(),
    _PAIR.der,
    _PAIR.pem.encode(),
    certificate.bundle((_PAIR,), armoured=True),
    certificate.bundle((_PAIR,), armoured=False),
    certificate.request("CN=property"),
    certificate.private_pem(_PAIR.key).encode(),
    base64.b64encode(_PAIR.der),
    base64.b64encode(_RESPONSE),
    _deflated(_RESPONSE),
    _RESPONSE,
    b"https://sp.example/acs?SAMLResponse=" + _deflated(_RESPONSE).replace(b"+", b"%2B"),
    b"https://sp.example/callback?code=x&state=y",
    b'<form action="https://sp.example/acs"><input name="SAMLResponse" value="'
    + base64.b64encode(_RESPONSE)
    + b'"/></form>',
    b"eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln",
    *(json.dumps(one).encode() for one in _JSON),
)

TOKENS: Final = (
    b"<",
    b">",
    b"&",
    b"]]>",
    b"<!--",
    b"-->",
    b"<!DOCTYPE a [",
    b"<?xml ?>",
    b"</",
    b"/>",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xfe\xff",
    b"\xed\xa0\x80",
    b"\x1b[2J",
    b"[",
    b"]",
    b"{",
    b"}",
    b'"',
    b"\\ud800",
    b"NaN",
    b"9" * 400,
    b"-1",
    b"http://[",
    b"https://]",
    b"://",
    b"?SAMLResponse=",
    b"%",
    b"%00",
    b"%ff",
    b"-----BEGIN CERTIFICATE-----",
    b"-----END CERTIFICATE-----",
    b"-----BEGIN PRIVATE KEY-----",
    b"0\x82\xff\xff",
    b"0\x80",
    b'validUntil="9999-99-99T99:99:99Z"',
    b'validUntil="0001-01-01T00:00:00+14:00"',
    b'cacheDuration="P9999999999Y"',
    b'index="99999999999"',
    b'Location="http://[::1"',
    b'entityID=""',
    b'xmlns=""',
    b'use="\xc2\xad"',
    b"null",
    b"\n" * 50,
    b" " * 300,
)


def _flip(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]


def _cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def _drop(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + data[at + chance.randrange(1, 200) :]


def _insert(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice(TOKENS) + data[at:]


def _overwrite(data: bytes, chance: random.Random) -> bytes:
    at, token = chance.randrange(len(data)), chance.choice(TOKENS)
    return data[:at] + token + data[at + len(token) :]


def _in_value(data: bytes, chance: random.Random) -> bytes:
    """Puts something else between two quotes: most bytes of a document that matter stand there."""
    marks = [at for at, byte in enumerate(data) if byte == ord('"')]
    if len(marks) < 2:
        return _insert(data, chance)
    which = chance.randrange(len(marks) - 1)
    return data[: marks[which] + 1] + chance.choice(TOKENS) + data[marks[which + 1] :]


def _double(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data))
    return data + data if chance.random() < 0.2 else data[:start] + data[start : start + 400] * 3 + data[start:]


def _encoded(data: bytes, chance: random.Random) -> bytes:
    encoding = chance.choice(("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"))
    return data.decode("latin-1").encode(encoding)


def _wrapped(data: bytes, chance: random.Random) -> bytes:
    return chance.choice((base64.b64encode, _deflated, base64.b16encode))(data)


CHANGES: Final[tuple[Callable[[bytes, random.Random], bytes], ...]] = (
    _flip,
    _flip,
    _cut,
    _drop,
    _insert,
    _insert,
    _overwrite,
    _in_value,
    _in_value,
    _double,
    _encoded,
    _wrapped,
)


@st.composite
def mutated(draw: st.DrawFn, seeds: tuple[bytes, ...]) -> bytes:
    """A seed with one to eight changes."""
    data, chance = draw(st.sampled_from(seeds)), random.Random(draw(st.integers(0, 1 << 32)))
    for change in draw(st.lists(st.sampled_from(CHANGES), min_size=1, max_size=8)):
        data = change(data, chance) if data else b"x"
    return data


@pytest.fixture(autouse=True)
def bounded() -> Iterator[None]:
    """Turns a hang into a failure."""

    def overdue(_number: int, _frame: object) -> None:
        pytest.fail("not finished after 60 s")

    before = signal.signal(signal.SIGALRM, overdue)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def holds(data: bytes) -> None:
    """A document and a report come of any bytes, and no rule fails on them."""
    found = recognise(data, "mutated")
    assert found.input.size == len(data)
    report = doctor.check(data, at=NOW, acs_url="https://sp.example/acs", sp_entity_id="https://sp.example")
    assert len(report.subjects) == 1
    assert [(one.id, one.message) for one in report.findings if one.verdict == "crashed"] == []


@PROFILE
@given(mutated(SEEDS))
def test_mutated_documents_are_judged(data: bytes) -> None:
    holds(data)


@PROFILE
@given(
    st.one_of(st.binary(max_size=300), st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
)
def test_noise_is_judged(data: bytes) -> None:
    holds(data)


@PROFILE
@given(st.lists(st.sampled_from(TOKENS), max_size=12).map(b"".join))
@example(b"http://[")
@example(b"https://sp.example/acs?" + b"a=b&" * 300)
def test_strings_of_tokens_are_judged(data: bytes) -> None:
    holds(data)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                (
                    "keys",
                    "log",
                    "entries",
                    "requests",
                    "timestamp",
                    "issuer",
                    "jwks_uri",
                    "kty",
                    "event",
                    "data",
                    "object",
                    "id",
                    "connection",
                    "connections",
                    "directories",
                    "state",
                    "schemas",
                    "Operations",
                    "schema",
                    "userName",
                    "signOnMode",
                ),
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@PROFILE
@given(_VALUES)
@example({"kty": "RSA", "keys": None})
@example({"log": {"entries": []}, "requests": 1})
def test_json_of_any_shape_is_judged(value: object) -> None:
    holds(json.dumps(value).encode())


def _files() -> tuple[bytes, ...]:
    """Some files of every folder of the corpus, the same ones each time; none is large."""
    found = [
        path
        for folder in ("metadata", "certs", "captures", "responses")
        for path in sorted((CORPUS / folder).rglob("*"))[::8]
        if path.is_file() and 0 < path.stat().st_size < 30_000
    ]
    return tuple(path.read_bytes() for path in found)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of public files is not here")
def test_mutated_public_files_are_judged() -> None:
    @PROFILE
    @given(mutated(_files()))
    def judged(data: bytes) -> None:
        holds(data)

    judged()
