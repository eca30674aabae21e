"""One question to a time server: SNTP, version 4 (RFC 5905, sections 7.3, 8 and 14).

Not ntplib: it resolves the name by itself and without a limit of time (here every address is judged first), takes any
answer for the one to its question, and waits for ever while somebody else sends packets.
"""

from __future__ import annotations

import secrets
import socket
import struct
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from doctor.facts.offset import TRUTH, Reading
from doctor.facts.probe import Measured
from doctor.sources.address import insist_on_public, resolved
from doctor.sources.failure import Budget, FetchError

if TYPE_CHECKING:
    from collections.abc import Callable

    from doctor.sources.address import Place

PORT: Final = 123
_PACKET: Final = struct.Struct("!BBbbII4sQQQQ")
_ASKING: Final = 0b00_100_011
"""No leap warning, version 4, mode 3 (client)."""
_SERVER: Final = 4
_UNSYNCHRONISED: Final = 3
_ERA: Final = 2**32
_EPOCH: Final = datetime(1900, 1, 1, tzinfo=UTC)
_FROM_1900: Final = (datetime(1970, 1, 1, tzinfo=UTC) - _EPOCH).total_seconds()


class Server(NamedTuple):
    """A time server: what the person called it, its name or address, and its port."""

    name: str
    host: str
    port: int = PORT


class Answer(NamedTuple):
    """A time server's answer: when it received and sent, by how much it may be wrong, in seconds."""

    received: datetime
    sent: datetime
    stratum: int
    error: float


def measure(
    server: Server, budget: Budget, wall: Callable[[], float] = time.time, *, allow_private: bool = False
) -> Measured:
    """The time of one server; what the network does becomes a value, never an exception."""
    try:
        places = resolved(server.host, server.port, budget)
        if not allow_private:
            insist_on_public(server.host, places)
        return _asked(server.name, places[0], budget, wall)
    except FetchError as error:
        return Measured(server.name, "ntp", failure=error.failure, detail=error.detail)
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or str(error)
        return Measured(server.name, "ntp", failure="refused", detail=f"no answer from the time server: {said}")


def _asked(name: str, place: Place, budget: Budget, wall: Callable[[], float]) -> Measured:
    question = secrets.randbits(64)  # nobody can answer who has not seen it; our own time is nobody's business
    with socket.socket(place.family, socket.SOCK_DGRAM) as door:
        door.connect(place.sockaddr)  # from now on the kernel drops what others send
        begun, asked = budget.clock(), wall()
        door.send(_PACKET.pack(_ASKING, 0, 0, 0, 0, 0, b"", 0, 0, 0, question))
        while True:
            door.settimeout(budget.left())
            try:
                data = door.recv(512)
            except TimeoutError:
                raise budget.spent() from None
            trip = budget.clock() - begun
            answer = read(data, question, asked + trip)
            if answer is not None:
                return _measured(name, answer, asked, trip)


def _measured(name: str, answer: Answer, asked: float, trip: float) -> Measured:
    before, after = (datetime.fromtimestamp(moment, UTC) for moment in (asked, asked + trip))
    doubt = timedelta(seconds=answer.error)
    readings = (
        Reading(TRUTH, "ntp", answer.received + doubt, before, None, 0.0, f"NTP of {name}"),
        Reading(TRUTH, "ntp", answer.sent - doubt, None, after, 0.0, f"NTP of {name}"),
    )
    return Measured(name, "ntp", readings, trip, stratum=answer.stratum)


def read(data: bytes, question: int, now: float) -> Answer | None:
    """The answer in a packet; None when it is none to this question. `now` (Unix time) tells the era of its times.

    Raises `FetchError` when the server refuses, or says that it does not know the time itself.
    """
    if len(data) < _PACKET.size:
        return None
    head, stratum, _, _, delay, dispersion, word, _, origin, received, sent = _PACKET.unpack_from(data)
    if head & 7 != _SERVER or origin != question:
        return None
    if stratum == 0:
        raise FetchError("refused", f"the time server refuses to answer ({_printable(word)})")
    if head >> 6 == _UNSYNCHRONISED or stratum >= 16 or not sent or not received:
        raise FetchError("protocol", "the time server says that its own clock is not synchronised")
    error = (delay / 2 + dispersion) / 2**16
    return Answer(_moment(received, now), _moment(sent, now), stratum, min(error, 60.0))


def _printable(word: bytes) -> str:
    return "".join(chr(byte) for byte in word if 32 < byte < 127) or "no reason given"


def _moment(stamp: int, now: float) -> datetime:
    """A timestamp of 64 bits in the era that brings it nearest to now: the first one ends in 2036."""
    seconds = stamp / _ERA
    era = round((now + _FROM_1900 - seconds) / _ERA)
    return _EPOCH + timedelta(seconds=seconds + era * _ERA)
