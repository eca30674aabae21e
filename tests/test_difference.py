"""In what two addresses differ: the near misses of ACS URLs, entity IDs and redirect URIs."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doctor.facts.address import DIFFERENCES, address, difference

ACS: Final = "https://auth.example.com/sso/acs/conn_01"
NEAR: Final = (
    # ACS URLs
    (ACS, ACS, "none"),
    (ACS, ACS + "/", "trailing-slash"),
    (ACS + "/", ACS, "trailing-slash"),
    (ACS, ACS + "//", "trailing-slash"),
    (ACS, ACS.upper(), "case"),
    (ACS, "https://Auth.Example.com/sso/acs/conn_01", "case"),
    (ACS, "https://auth.example.com/sso/acs/CONN_01", "case"),
    (ACS, "https://auth.example.com/SSO/ACS/conn_01", "case"),
    (ACS, "http://auth.example.com/sso/acs/conn_01", "scheme"),
    ("http://auth.example.com/sso/acs/conn_01", ACS, "scheme"),
    (ACS, "https://auth.example.com:8443/sso/acs/conn_01", "port"),
    (ACS, "https://auth.example.com:443/sso/acs/conn_01", "port"),
    ("http://127.0.0.1:8400/acs", "http://127.0.0.1:8401/acs", "port"),
    (ACS, "https://login.other.com/sso/acs/conn_01", "host"),
    (ACS, "https://10.0.0.8/sso/acs/conn_01", "host"),
    (ACS, "https://auth.example.com.evil.example/sso/acs/conn_01", "host"),
    (ACS, "https://auth.example.com/sso/acs/other-connection", "path"),
    (ACS, "https://auth.example.com/saml/consume", "path"),
    (ACS, "https://auth.example.com", "missing-path"),
    (ACS, "https://auth.example.com/", "missing-path"),
    (ACS, "https://auth.example.com/sso", "missing-path"),
    (ACS, "https://auth.example.com/sso/acs/", "missing-path"),
    (ACS, " " + ACS, "whitespace"),
    (ACS, ACS + "\n", "whitespace"),
    (ACS, ACS.replace("/acs", "/ acs"), "whitespace"),
    (ACS, ACS + "\u00a0", "whitespace"),
    (ACS, "https://auth.example.com/sso/acs/conn%5F01", "encoding"),
    ("https://a.example/x y", "https://a.example/x%20y", "encoding"),
    ("https://a.example/acs?id=1", "https://a.example/acs?id=2", "query"),
    ("https://a.example/acs?id=1", "https://a.example/acs", "query"),
    ("https://a.example/acs", "https://a.example/acs?debug", "query"),
    (ACS, "https://auth.staging.example.com/sso/acs/conn_01", "environment"),
    ("https://auth-dev.example.com/acs", "https://auth.example.com/acs", "environment"),
    ("https://app.example.com/test/acs", "https://app.example.com/prod/acs", "environment"),
    (ACS, "https://auth.exmaple.com/sso/acs/conn_01", "typo"),
    (ACS, "https://auth.example.co/sso/acs/conn_01", "typo"),
    (ACS, "https://auth.example.com/sso/acs/conn_02", "typo"),
    (ACS, "https://auth.example.com/sso/asc/conn_01", "typo"),
    # entity IDs: URLs, URNs, plain names
    ("urn:example:sp", "urn:example:sp", "none"),
    ("urn:example:sp", "urn:example:SP", "case"),
    ("urn:example:sp", "urn:example:sp/", "trailing-slash"),
    ("urn:example:sp", "urn:example:sp ", "whitespace"),
    ("urn:example:acme-app", "urn:example:acme-ap", "missing-path"),
    ("urn:example:acme-app", "urn:example:acme-aqp", "typo"),
    ("urn:example:sp:prod", "urn:example:sp", "missing-path"),
    ("urn:example:test-sp", "urn:example:prod-sp", "environment"),
    ("acme", "something else", "other"),
    ("acme", "https://auth.example.com/acme", "other"),
    ("https://auth.example.com/sp", "auth.example.com/sp", "other"),
    ("https://sp.example.com", "https://sp.example.com/metadata", "path"),
    # redirect URIs
    ("https://app.example.com/callback", "https://app.example.com/callback/", "trailing-slash"),
    ("https://app.example.com/callback", "https://app.example.com/oauth/callback", "path"),
    ("http://localhost:3000/callback", "http://localhost/callback", "port"),
    ("http://localhost:3000/callback", "http://127.0.0.1:3000/callback", "host"),
    ("com.example.app:/callback", "com.example.app:/Callback", "case"),
    ("https://app.example.com/callback#x", "https://app.example.com/callback", "other"),
)
HALF: Final = st.sampled_from(
    ["https", "http", "://", "/", ":", "?", "#", "[", "]", "@", "%", "%2", "..", "auth", "example.com", "443", "99999",
     "acs", " ", "\n", "\0", "ü", "xn--", "dev", "staging", "&", "="]
)  # fmt: skip
TEXT: Final = st.one_of(st.text(max_size=60), st.lists(HALF, max_size=12).map("".join))
NAME: Final = st.from_regex(r"\A[a-z]{5,8}\Z")
URL: Final = st.builds(
    "https://{}.{}.example/{}/{}".format, NAME, NAME, NAME, st.from_regex(r"\A[a-z]{6,9}\Z")
).filter(lambda url: not any(word in url for word in ("test", "stage", "prod", "preview", "sandbox")))  # fmt: skip


@pytest.mark.parametrize(("expected", "actual", "word"), NEAR)
def test_near_miss(expected: str, actual: str, word: str) -> None:
    assert difference(expected, actual) == word


def test_the_table_has_every_word() -> None:
    assert {word for _, _, word in NEAR} == set(DIFFERENCES)


@given(TEXT)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert difference(text, text) == "none"


@given(TEXT, TEXT)
def test_never_raises(expected: str, actual: str) -> None:
    word = difference(expected, actual)
    assert word in DIFFERENCES
    assert (word == "none") == (expected == actual)


@given(TEXT)
def test_the_parts_of_anything(text: str) -> None:
    assert address(text).form in ("absolute", "relative", "empty", "malformed")


@given(URL)
def test_one_change_is_named(url: str) -> None:
    assert difference(url, url + "/") == difference(url + "/", url) == "trailing-slash"
    assert difference(url, url.upper()) == "case"
    assert difference(url, url.replace("https", "http")) == "scheme"
    assert difference(url, f" {url}") == difference(url, f"{url}\t") == "whitespace"
    assert difference(url, url.replace(".example/", ".example:8443/")) == "port"
    assert difference(url, url.rpartition("/")[0]) == "missing-path"
    assert difference(url, url + "?x=1") == "query"
    assert difference(url, url.replace("https://", "https://staging.")) == "environment"
    assert difference(url, url[:-1] + "0") == "typo"


@given(URL, st.integers(0, 200), st.characters(codec="ascii", categories=["Ll", "Nd"]))
def test_one_letter_too_many_in_the_host(url: str, place: int, letter: str) -> None:
    host = url.split("/")[2]
    at = place % (len(host) - len(".example"))
    other = host[:at] + letter + host[at:]
    assert difference(url, url.replace(host, other)) in ("typo", "environment")
