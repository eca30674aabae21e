"""The one GET, against servers on loopback. Public addresses exist here only as numbers: the guard below ties
each of them to a loopback port, and lets nothing else out."""

from __future__ import annotations

import gzip
import ipaddress
import itertools
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doctor.sources import http, wire
from doctor.sources.body import decoded
from doctor.sources.http import Fetched, fetch, is_evidence, refusal, shown
from tests import loopback
from tests.loopback import redirect, reply, serving, talking

if TYPE_CHECKING:
    from collections.abc import Callable

PUBLIC = "93.184.215.14"
OK = reply("200 OK", b"<x/>", Content_Type="text/xml", X_Other="no", Date="now")


class Network:
    """What the resolver says, which address stands for which port here, and what was asked of both."""

    def __init__(self) -> None:
        self.names: dict[str, list[list[str]]] = {}
        self.ports: dict[str, int] = {}
        self.resolved: list[str] = []
        self.connected: list[tuple[str, int]] = []

    def getaddrinfo(self, host: str, port: int, **_: Any) -> list[Any]:
        self.resolved.append(host)
        if host not in self.names:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        turns = self.names[host]
        found = turns.pop(0) if len(turns) > 1 else turns[0]
        return [_row(address, port) for address in found]


def _row(address: str, port: int) -> tuple[Any, ...]:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return family, socket.SOCK_STREAM, 6, "", (address, port)


@pytest.fixture(autouse=True)
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    net, connect = Network(), socket.socket.connect

    def guarded(self: socket.socket, address: tuple[Any, ...]) -> None:
        net.connected.append(address[:2])
        if address[0] in net.ports:
            return connect(self, ("127.0.0.1", net.ports[address[0]]))
        assert address[0] in {"127.0.0.1", "::1"}
        return connect(self, address)

    monkeypatch.setattr(socket, "getaddrinfo", net.getaddrinfo)
    monkeypatch.setattr(socket.socket, "connect", guarded)
    return net


def near(url: str, **options: Any) -> Fetched:
    return fetch(url, allow_private=True, timeout=options.pop("timeout", 5.0), **options)


# ── answers ──────────────────────────────────────────────────────────────────────────────────────────────


def test_ok() -> None:
    with serving(OK) as server:
        got = near(server.url("/metadata?a=1"))
    assert got[:2] == (server.url("/metadata?a=1"),) * 2
    assert (got.status, got.body, got.failure, got.detail, got.hops) == (200, b"<x/>", None, "", ())
    assert got.headers == {"content-type": "text/xml", "date": "now"}
    assert 0 < got.elapsed < 5
    assert server.requests[0].startswith(b"GET /metadata?a=1 HTTP/1.1\r\n")
    assert f"Host: 127.0.0.1:{server.port}".encode() in server.requests[0]


@pytest.mark.parametrize("status", ["404 Not Found", "500 Oops", "204 No Content", "304 Not Modified"])
def test_an_error_status_is_an_answer(status: str) -> None:
    with serving(reply(status)) as server:
        got = near(server.url())
    assert (got.status, got.failure) == (int(status[:3]), None)


def test_a_url_in_other_letters_is_asked_in_ascii(network: Network) -> None:
    network.names["xn--bcher-kva.example"] = [[PUBLIC]]
    with serving(OK) as server:
        network.ports[PUBLIC] = server.port
        assert fetch("http://Bücher.example/ü?q=ü x#frag".replace(" ", "")).status == 200
    assert server.requests[0].startswith(b"GET /%C3%BC?q=%C3%BCx HTTP/1.1\r\nHost: xn--bcher-kva.example\r\n")


def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{loopback.closed_port()}")
    with serving(OK) as server:
        assert near(server.url()).status == 200


# ── URLs that are not fetched ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("url", "failure"),
    [
        ("ftp://example.com/", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("example.com/metadata", "scheme"),
        ("", "scheme"),
        ("https://", "bad-url"),
        ("https:///path", "bad-url"),
        ("https://user:hunter2@example.com/", "bad-url"),
        ("https://hunter2@example.com/", "bad-url"),
        ("https://u:hunter2/x@example.com/", "bad-url"),
        ("https://u:hunter2#x@example.com/", "bad-url"),
        ("https://example.com:99999/", "bad-url"),
        ("https://example.com:0/", "bad-url"),
        ("https://a b/", "bad-url"),
        ("https://exa\tmple.com/", "bad-url"),
        ("https://example.com\\@127.0.0.1/", "bad-url"),
        ("https://[fe80::1%25eth0]/", "bad-url"),
        ("https://[::1/", "bad-url"),
        ("https://256.1.1.1/", "bad-url"),
        ("https://a..b/", "bad-url"),
        ("https://" + "a" * 64 + ".com/", "bad-url"),
        ("https://example.com/" + "a" * 9000, "bad-url"),
        ("https://example.com/?SAMLRequest=x", "evidence-url"),
        ("https://example.com/?a=1&samlresponse=hunter2", "evidence-url"),
        ("https://example.com/cb?code=hunter2&state=1", "evidence-url"),
        ("https://example.com/cb?%63ode=hunter2", "evidence-url"),
        ("https://example.com/cb#id_token=hunter2", "evidence-url"),
        ("https://example.com/cb#/route?code=hunter2", "evidence-url"),
        ("https://example.com/cb?error=access_denied", "evidence-url"),
    ],
)
def test_refused_before_anything_is_asked(network: Network, url: str, failure: str) -> None:
    got = fetch(url)
    assert (got.failure, got.status, got.body) == (failure, None, b"")
    assert got.detail
    assert "hunter2" not in repr(got)
    assert (network.resolved, network.connected) == ([], [])


@pytest.mark.parametrize(
    "url",
    ["https://x/code=1", "https://x/?barcode=1", "https://x/?code", "https://x/#error", "https://x/;code=1"],
)
def test_no_evidence(url: str) -> None:
    assert not is_evidence(url)


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("https://x/@me/a?b=c@d", "https://x/@me/a?b=c@d"),
        ("https://x:80/@me", "https://x:80/@me"),
        ("https://[::1]:80/@me", "https://[::1]:80/@me"),
        ("u:p@x/", "x/"),
        ("https://x/?code=s&state=1#ID_TOKEN=s", "https://x/?code=…&state=1#ID_TOKEN=…"),
        ("https://x/\x1b[31m\u202e", "https://x/\ufffd[31m\ufffd"),
    ],
)
def test_shown(url: str, text: str) -> None:
    assert shown(url) == text


@settings(max_examples=150, deadline=None)
@given(st.text() | st.builds("http://{}".format, st.text()) | st.builds("https://h/{}".format, st.text()))
def test_no_text_raises(url: str) -> None:
    got = fetch(url)
    assert got.failure in {"scheme", "bad-url", "dns", "evidence-url", "private-address"}


# ── addresses ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001",
        "127.0.0.1.", "\uff11\uff12\uff17.0.0.1", "0", "0.0.0.0", "10.1.2.3", "172.31.0.1", "192.168.1.1",
        "100.64.0.1", "169.254.1.1", "169.254.169.254", "2852039166", "168.63.129.16", "198.18.0.1",
        "192.0.2.1", "224.0.0.1", "255.255.255.255",
        "[::]", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:a9fe:a9fe]", "[::127.0.0.1]", "[::ffff:0:127.0.0.1]",
        "[64:ff9b::10.0.0.1]", "[64:ff9b:1::1]", "[2002:7f00:1::]", "[2002:a00:1::1]", "[fd00:ec2::254]",
        "[fe80::1]", "[fec0::1]", "[ff02::1]", "[2001:db8::1]", "[2001:10::1]", "[100::1]", "[5f00::1]",
        "[2001:0:7f00:1::1]", "[2001:0:5db8:d70e:0:0:f5ff:fffe]",
    ],
)  # fmt: skip
def test_private_in_every_spelling(network: Network, host: str) -> None:
    got = fetch(f"http://{host}/")
    assert got.failure == "private-address"
    assert (network.resolved, network.connected) == ([], [])


@pytest.mark.parametrize(
    "address",
    [
        PUBLIC,
        "100.63.255.255",
        "2606:4700::1111",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
        "2002:808:808::1",
        "2001:0:808:808::f7f7:f7f7",
    ],
)
def test_public(address: str) -> None:
    assert refusal(ipaddress.ip_address(address)) == ""


def test_the_reason_is_told(network: Network) -> None:
    network.names["idp.example"] = [["169.254.169.254"]]
    assert fetch("https://idp.example/").detail == "idp.example is 169.254.169.254: cloud metadata"


def test_one_private_address_among_public_ones_refuses_the_name(network: Network) -> None:
    network.names["idp.example"] = [[PUBLIC, "2606:4700::1", "fe80::1%eth0"]]
    assert fetch("https://idp.example/").failure == "private-address"
    assert network.connected == []


def test_a_name_that_is_public_then_private_is_resolved_once(network: Network) -> None:
    network.names["rebind.example"] = [[PUBLIC], ["127.0.0.1"]]
    with serving(OK) as server:
        network.ports[PUBLIC] = server.port
        assert fetch("http://rebind.example/m").body == b"<x/>"
    assert (network.resolved, network.connected) == (["rebind.example"], [(PUBLIC, 80)])
    assert b"Host: rebind.example\r\n" in server.requests[0]


def test_a_redirect_is_resolved_anew_and_judged_anew(network: Network) -> None:
    network.names["rebind.example"] = [[PUBLIC], ["127.0.0.1"]]
    with serving(redirect("/again")) as server:
        network.ports[PUBLIC] = server.port
        got = fetch("http://rebind.example/m")
    assert (got.failure, got.final_url) == ("private-address", "http://rebind.example/again")
    assert network.connected == [(PUBLIC, 80)]


def test_an_address_that_is_closed_leaves_time_for_the_next(network: Network) -> None:
    network.names["idp.example"] = [["127.0.0.1", PUBLIC]]
    with serving(OK) as server:
        network.ports |= {PUBLIC: server.port, "127.0.0.1": loopback.closed_port()}
        assert near("http://idp.example/").status == 200
    assert network.resolved == ["idp.example"]


def test_dead_addresses_share_the_wait(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    def dead(_: object, seconds: float) -> socket.socket:
        waits.append(seconds)
        raise TimeoutError

    monkeypatch.setattr(wire, "_dial", dead)
    network.names["idp.example"] = [["2606:4700::1", PUBLIC]]
    got = fetch("http://idp.example/", timeout=4, clock=lambda: 0.0)
    assert (got.failure, waits) == ("timeout", [2.0, 4.0])


def test_unknown_name() -> None:
    got = fetch("https://nowhere.example/")
    assert (got.failure, got.detail) == (
        "dns",
        "nowhere.example cannot be resolved: Name or service not known",
    )


def test_a_defect_while_resolving_is_no_silence_of_the_name_service(monkeypatch: pytest.MonkeyPatch) -> None:
    def defect(*_words: object, **_more: object) -> None:
        raise AssertionError

    monkeypatch.setattr(socket, "getaddrinfo", defect)
    with pytest.raises(AssertionError):
        fetch("https://defect.example/", timeout=2.0)


def test_a_silent_name_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(1))
    got = fetch("https://slow.example/", timeout=0.1)
    assert got.failure == "timeout"
    assert got.elapsed < 0.9


# ── redirects ────────────────────────────────────────────────────────────────────────────────────────────


def test_redirect_chain() -> None:
    with serving(redirect("/b"), redirect("c?x=1"), OK) as server:
        got = near(server.url("/a"))
    assert (got.status, got.final_url) == (200, server.url("/c?x=1"))
    assert got.hops == (server.url("/a"), server.url("/b"))


def test_redirect_loop() -> None:
    with serving(redirect("/b"), redirect("/a")) as server:
        got = near(server.url("/a"))
    assert (got.failure, got.status, got.hops) == ("redirects", 302, (server.url("/a"),))
    assert "circle" in got.detail


def test_too_many_redirects() -> None:
    with serving(*(redirect(f"/{n}") for n in range(9))) as server:
        got = near(server.url("/a"), max_redirects=2)
    assert (got.failure, got.detail, len(got.hops)) == ("redirects", "more than 2 redirects", 2)
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("place", "failure"),
    [
        ("http://127.0.0.1/", "private-address"),
        ("//2130706433/", "private-address"),
        ("http://[::ffff:169.254.169.254]/latest", "private-address"),
        ("http://inside.example/", "private-address"),
        ("file:///etc/passwd", "scheme"),
        ("https://u:hunter2@idp.example/", "bad-url"),
        ("https://[broken", "bad-url"),
        ("https://idp.example/login?SAMLRequest=hunter2", "evidence-url"),
    ],
)
def test_a_redirect_that_is_not_followed(network: Network, place: str, failure: str) -> None:
    network.names |= {"idp.example": [[PUBLIC]], "inside.example": [["10.0.0.1"]]}
    with serving(redirect(place)) as server:
        network.ports[PUBLIC] = server.port
        got = fetch("http://idp.example/m")
    assert (got.failure, got.hops, got.status) == (failure, ("http://idp.example/m",), None)
    assert network.connected == [(PUBLIC, 80)]
    assert "hunter2" not in repr(got)


def test_a_redirect_without_place_is_an_answer() -> None:
    with serving(reply("302 Found", b"here")) as server:
        got = near(server.url())
    assert (got.status, got.body, got.failure) == (302, b"here", None)


def test_a_downgrade_is_followed_and_told(tmp_path: Path) -> None:
    own = loopback.identity(tmp_path, "127.0.0.1")
    with serving(OK) as plain, serving(redirect(plain.url("/p")), tls=own) as secure:
        got = near(secure.url("/s", scheme="https"), verify=str(own.certificate))
    assert (got.status, got.hops) == (200, (secure.url("/s", scheme="https"),))
    assert got.detail == f"redirected from https to http, unprotected: {plain.url('/p')}"


# ── bodies and time ──────────────────────────────────────────────────────────────────────────────────────


def test_huge_body_is_cut() -> None:
    sent = []

    def talk(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(4096):
            connection.sendall(b"x" * 65536)
            sent.append(65536)

    with talking(talk) as server:
        got = near(server.url(), max_bytes=100_000)
    assert (got.failure, got.status, got.body) == ("too-large", 200, b"x" * 100_000)
    assert got.detail == "more than 100000 bytes"
    assert len(sent) < 4096, "the client read everything"


def test_a_body_of_exactly_the_limit_is_whole() -> None:
    with serving(reply("200 OK", b"x" * 1000)) as server:
        assert near(server.url(), max_bytes=1000).failure is None


def test_gzip() -> None:
    body = gzip.compress(b"one ") + gzip.compress(b"two")
    with serving(reply("200 OK", body, Content_Encoding="gzip")) as server:
        assert near(server.url()).body == b"one two"


def test_gzip_bomb() -> None:
    bomb = gzip.compress(bytes(50_000_000))
    with serving(reply("200 OK", bomb, Content_Encoding="gzip")) as server:
        got = near(server.url(), max_bytes=1_000_000)
    assert (got.failure, len(got.body)) == ("too-large", 1_000_000)


def test_a_bomb_is_never_unpacked_beyond_the_limit() -> None:
    assert len(decoded([gzip.compress(bytes(5_000_000))], "gzip", 1000)) == 1001


def test_gzip_that_never_says_anything() -> None:
    empty = gzip.compress(b"") * 5000
    with serving(reply("200 OK", empty, Content_Encoding="gzip")) as server:
        assert near(server.url(), max_bytes=50_000).failure == "too-large"


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (gzip.compress(gzip.compress(b"x")), "gzip, gzip"),
        (b"x", "br"),
        (b"not gzip", "gzip"),
        (gzip.compress(b"x" * 99)[:-9], "gzip"),
    ],
)
def test_a_body_that_cannot_be_unpacked(body: bytes, encoding: str) -> None:
    with serving(reply("200 OK", body, Content_Encoding=encoding)) as server:
        got = near(server.url())
    assert (got.failure, got.status, got.body) == ("protocol", 200, b"")


def _drip(start: bytes) -> Callable[[socket.socket], None]:
    def talk(connection: socket.socket) -> None:
        connection.sendall(start)
        for _ in range(100):
            time.sleep(0.02)
            connection.sendall(b"x")

    return talk


@pytest.mark.parametrize("start", [b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_drip_feed_ends_with_the_total(start: bytes) -> None:
    with talking(_drip(start)) as server:
        got = near(server.url(), total=0.3)
        assert got.failure == "timeout"
        assert got.detail == "not finished within the time allowed for everything"
    assert 0.2 < got.elapsed < 1.5


def test_silence_ends_with_the_timeout() -> None:
    with talking(lambda _: time.sleep(0.6)) as server:
        got = near(server.url(), timeout=0.2)
    assert (got.failure, got.detail) == ("timeout", "silent for 0.2 s")


def test_time_is_the_clock_given() -> None:
    ticks = itertools.count(0.0, 7.0)
    with serving(OK) as server:
        got = near(server.url(), clock=lambda: next(ticks))
    assert got.failure == "timeout"
    assert got.elapsed % 7 == 0


# ── broken servers ───────────────────────────────────────────────────────────────────────────────────────


def test_closed_port() -> None:
    got = near(f"http://127.0.0.1:{loopback.closed_port()}/")
    assert (got.failure, got.detail) == ("refused", "no connection: Connection refused")


def test_reset() -> None:
    with talking(loopback.reset) as server:
        got = near(server.url())
    assert (got.failure, got.status) == ("protocol", None)


@pytest.mark.parametrize(
    "said", [b"", b"SSH-2.0-OpenSSH_9.6\r\n", b"\x16\x03\x01\x00\x02\x02\x28", b"HTTP/1.1 200 OK\r\n"]
)
def test_garbage(said: bytes) -> None:
    with serving(said) as server:
        assert near(server.url()).failure == "protocol"


def test_an_answer_that_breaks_off_keeps_its_status() -> None:
    with serving(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf") as server:
        got = near(server.url())
    assert (got.failure, got.status, got.body) == ("protocol", 200, b"")


# ── TLS ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_certificate_is_checked_for_the_name_at_the_pinned_address(network: Network, tmp_path: Path) -> None:
    network.names |= {"idp.example": [[PUBLIC]], "idp.example.": [[PUBLIC]]}
    own = loopback.identity(tmp_path, "idp.example")
    with serving(OK, tls=own) as server:
        network.ports[PUBLIC] = server.port
        assert fetch("https://idp.example/", verify=str(own.certificate)).status == 200
        assert fetch("https://idp.example./", verify=str(own.certificate)).status == 200
    assert network.connected == [(PUBLIC, 443)] * 2


def test_self_signed(tmp_path: Path) -> None:
    with serving(OK, tls=loopback.identity(tmp_path, "127.0.0.1")) as server:
        got = near(server.url(scheme="https"))
        assert near(server.url(scheme="https"), verify=False).status == 200
    assert (got.failure, got.status) == ("tls", None)
    assert got.detail.startswith("self-signed: ")


def test_unknown_issuer(tmp_path: Path) -> None:
    root = loopback.identity(tmp_path, "root")
    leaf = loopback.identity(tmp_path, "127.0.0.1", issuer=root)
    with serving(OK, tls=leaf) as server:
        assert near(server.url(scheme="https")).detail.startswith("unknown issuer")
        assert near(server.url(scheme="https"), verify=str(root.certificate)).status == 200


@pytest.mark.parametrize(
    ("name", "days", "said"),
    [
        ("127.0.0.1", (-9, -2), "expired: "),
        ("127.0.0.1", (2, 9), "not yet valid: "),
        ("127.0.0.2", (-1, 1), "wrong host: "),
        ("other.example", (-1, 1), "wrong host: "),
    ],
)
def test_a_certificate_that_does_not_fit(tmp_path: Path, name: str, days: tuple[int, int], said: str) -> None:
    own = loopback.identity(tmp_path, name, days=days)
    with serving(OK, tls=own) as server:
        got = near(server.url(scheme="https"), verify=str(own.certificate))
    assert got.failure == "tls"
    assert got.detail.startswith(said)


def test_wrong_name(network: Network, tmp_path: Path) -> None:
    network.names["idp.example"] = [["127.0.0.1"]]
    own = loopback.identity(tmp_path, "other.example")
    with serving(OK, tls=own) as server:
        got = near(server.url(host="idp.example", scheme="https"), verify=str(own.certificate))
    assert got.detail.startswith("wrong host: ")


@pytest.mark.parametrize(
    ("said", "told"), [(b"HTTP/1.1 400 Bad Request\r\n\r\n", "wrong version number"), (b"", "eof")]
)
def test_tls_asked_of_a_server_that_speaks_none(said: bytes, told: str) -> None:
    with serving(said) as server:
        got = near(server.url(scheme="https"))
    assert got.failure == "tls"
    assert got.detail.startswith("protocol: ")
    assert told in got.detail


def test_a_handshake_that_never_ends() -> None:
    with talking(lambda _: time.sleep(0.5)) as server:
        assert near(server.url(scheme="https"), timeout=0.2).failure == "timeout"


def test_a_file_of_roots_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_bytes(b"")
    for name in ("empty.pem", "missing.pem"):
        assert near("https://127.0.0.1:1/", verify=str(tmp_path / name)).failure == "tls"


# ── cost ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_importing_it_loads_no_network_library() -> None:
    heavy = {"httpx", "httpcore", "ssl", "idna"}
    code = f"import sys, doctor.sources.http; print({heavy} & sys.modules.keys())"
    top = Path(http.__file__).parents[2]
    said = subprocess.run([sys.executable, "-c", code], cwd=top, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "set()"


def test_what_is_public_exists() -> None:
    assert all(hasattr(http, name) for name in http.__all__)
