"""TXT records by dnspython, from a name server on loopback that answers, fails, says no, or says nothing."""

from __future__ import annotations

import contextlib
import socket
import threading
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

from doctor.sources import dns as source

if TYPE_CHECKING:
    from collections.abc import Iterator

resolver: Any = pytest.importorskip("dns.resolver")
message: Any = import_module("dns.message")
rcode: Any = import_module("dns.rcode")
rrset: Any = import_module("dns.rrset")

ZONE = {
    "one.example.": ['"v=spf1 -all"', '"app-verify=tok123"'],
    "long.example.": ['"app-verify=" "tok" "123"'],
    "bytes.example.": ['"\\255\\254"'],
    "none.example.": [],
}


def _answer(asked: bytes) -> bytes | None:
    query = message.from_wire(asked)
    name = query.question[0].name.to_text()
    made = message.make_response(query)
    if name.startswith("silent"):
        return None
    if name.startswith("fails"):
        made.set_rcode(rcode.SERVFAIL)
    elif name not in ZONE:
        made.set_rcode(rcode.NXDOMAIN)
    elif ZONE[name]:
        made.answer.append(rrset.from_text(name, 60, "IN", "TXT", *ZONE[name]))
    wire: bytes = made.to_wire()
    return wire


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This machine's name server, for as long as a test lasts."""
    stop = threading.Event()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        door.bind(("127.0.0.1", 0))
        door.settimeout(0.02)

        def serve() -> None:
            while not stop.is_set():
                with contextlib.suppress(OSError):
                    asked, client = door.recvfrom(4096)
                    if (answer := _answer(asked)) is not None:
                        door.sendto(answer, client)

        made = resolver.Resolver(configure=False)
        made.nameservers, made.port = ["127.0.0.1"], door.getsockname()[1]
        monkeypatch.setattr(resolver, "Resolver", lambda: made)
        monkeypatch.setattr(source, "TIMEOUT", 0.6)
        thread = threading.Thread(target=serve)
        thread.start()
        yield
        stop.set()
        thread.join(5)


@pytest.mark.parametrize(
    ("name", "values"),
    [("one.example", ("app-verify=tok123", "v=spf1 -all")), ("long.example", ("app-verify=tok123",)),
     ("bytes.example", ("��",)), ("none.example", ()), ("nobody.example", ())],
)  # fmt: skip
def test_records(name: str, values: tuple[str, ...], server: None) -> None:
    """A record in several parts is one value; that there is none is an answer."""
    assert source.texts(name) == source.Texts(values)


@pytest.mark.parametrize("name", ["fails.example", "silent.example", "a..b", "x" * 300])
def test_failures(name: str, server: None) -> None:
    found = source.texts(name)
    assert found.values == ()
    assert found.failure


def test_a_machine_without_name_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> None:
        raise resolver.NoResolverConfiguration

    monkeypatch.setattr(resolver, "Resolver", none)
    assert source.texts("one.example").failure == "this machine knows no name server"
