"""The addresses of a name, and which of them are refused: those that are not public."""

from __future__ import annotations

import ipaddress
import queue
import re
import socket
import threading
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from doctor.sources.failure import FetchError

if TYPE_CHECKING:
    from doctor.sources.failure import Budget

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NUMBER: Final = r"(?:0[xX][0-9a-fA-F]*|[0-9]+)"
_NUMERIC: Final = re.compile(rf"{_NUMBER}(?:\.{_NUMBER}){{0,3}}\.?")


class Place(NamedTuple):
    """One address and port, as the `socket` module wants them."""

    family: socket.AddressFamily
    sockaddr: tuple[Any, ...]

    def address(self) -> _Address:
        """Without its port and its zone."""
        return ipaddress.ip_address(self.sockaddr[0].partition("%")[0])


def resolved(host: str, port: int, budget: Budget) -> list[Place]:
    """The addresses of `host`; a literal in any spelling (127.1, 0x7f000001, 017700000001) is its own."""
    address = literal(host)
    if isinstance(address, ipaddress.IPv6Address):
        return [Place(socket.AF_INET6, (str(address), port, 0, 0))]
    if address is not None:
        return [Place(socket.AF_INET, (str(address), port))]
    return _looked_up(host, port, budget)


def literal(host: str) -> _Address | None:
    """The address that `host` spells. OSError, ValueError when it looks like one, yet spells none."""
    if ":" in host:
        return ipaddress.IPv6Address(host)
    if _NUMERIC.fullmatch(host):
        return ipaddress.IPv4Address(socket.inet_aton(host.removesuffix(".")))
    return None


def _looked_up(host: str, port: int, budget: Budget) -> list[Place]:
    answers: queue.SimpleQueue[list[Place] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put([Place(row[0], row[4]) for row in found if row[0] in {socket.AF_INET, socket.AF_INET6}])
        except Exception as error:  # noqa: BLE001  (a thread has nobody above it: whoever waits for it raises it)
            answers.put(error)

    threading.Thread(target=ask, daemon=True).start()  # getaddrinfo knows no timeout
    try:
        found = answers.get(timeout=budget.left())
    except queue.Empty:
        raise FetchError("timeout", f"no answer from the name service about {host}") from None
    if isinstance(found, Exception) and not isinstance(found, (OSError, ValueError, OverflowError)):
        raise found  # what no name or port can cause is a defect, and no silence of the name service
    if isinstance(found, Exception) or not found:
        said = getattr(found, "strerror", None) or "no address"
        raise FetchError("dns", f"{host} cannot be resolved: {said}")
    return found


# ── which addresses are refused ────────────────────────────────────────────────────────────────────────────


def insist_on_public(host: str, places: list[Place]) -> None:
    """Raises `private-address` when any of the addresses of `host` is refused."""
    for place in places:
        address = place.address()
        why = refusal(address)
        if why:
            said = f"{host} is {address}" if host != str(address) else host
            raise FetchError("private-address", f"{said}: {why}")


_RANGES: Final = tuple(
    (ipaddress.ip_network(network), why)
    for network, why in (
        ("169.254.169.254/32", "cloud metadata"),
        ("100.100.100.200/32", "cloud metadata"),
        ("192.0.0.192/32", "cloud metadata"),
        ("168.63.129.16/32", "cloud metadata"),
        ("fd00:ec2::254/128", "cloud metadata"),
        ("0.0.0.0/8", "unspecified"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "carrier-grade NAT"),
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved"),
        ("192.0.2.0/24", "reserved for documentation"),
        ("192.88.99.0/24", "reserved"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "reserved for benchmarks"),
        ("198.51.100.0/24", "reserved for documentation"),
        ("203.0.113.0/24", "reserved for documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "private"),
        ("ff00::/8", "multicast"),
        ("2001::/23", "reserved"),
        ("2001:db8::/32", "reserved for documentation"),
        ("3fff::/20", "reserved for documentation"),
    )
)
"""IANA's special-purpose registries and four clouds' metadata services; the first match names the reason.

A table of its own, since the answers of `ipaddress.is_global` change with the release of Python."""
_GLOBAL: Final = ipaddress.IPv6Network("2000::/3")
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")


def refusal(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    """Why `address` is not a public one, in a word or two; empty when it is.

    An IPv6 address that stands for IPv4 ones is judged as these: IPv4-mapped (RFC 4291), NAT64 (RFC 6052),
    6to4 (RFC 3056), Teredo (RFC 4380: its server and its client). A NAT64 prefix that a network chose for
    itself cannot be told from other addresses.
    """
    inner = _embedded(address)
    if inner:
        return next(filter(None, map(refusal, inner)), "")
    why = next((why for network, why in _RANGES if address in network), "")
    return why or ("reserved" if address.version == 6 and address not in _GLOBAL else "")


def _embedded(address: _Address) -> tuple[ipaddress.IPv4Address, ...]:
    if isinstance(address, ipaddress.IPv4Address):
        return ()
    if address in _NAT64:
        return (ipaddress.IPv4Address(int(address) & 0xFFFFFFFF),)
    single = address.ipv4_mapped or address.sixtofour
    return (single,) if single else address.teredo or ()
