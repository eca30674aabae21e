"""`doctor probe clock`: servers on loopback whose clocks are off, silent, or talk nonsense."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

import jsonschema
import pytest

from doctor.cli.main import main
from doctor.engine import probe
from doctor.engine.rulebook import shipped
from doctor.facts.offset import RECORDER, TRUTH, Reading
from doctor.facts.probe import HERE, Measured, told
from doctor.sources import clock as source
from doctor.sources import sntp
from doctor.sources.failure import Budget, FetchError
from tests.loopback import closed_port, identity, reply, serving, talking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

NOW: Final = datetime(2026, 11, 22, 9, tzinfo=UTC)
LOCAL: Final = source.Limits(allow_private=True, timeout=2.0, samples=1)
QUESTION: Final = 0x0123456789ABCDEF
_SINCE_1900: Final = 2208988800


# ── servers ────────────────────────────────────────────────────────────────────────────────────────────────


@contextlib.contextmanager
def dated(*seconds: float, **headers: str) -> Iterator[str]:
    """The URL of a server whose Date is so many seconds ahead; several take turns, as behind a load balancer."""
    turns = iter(range(1 << 30))

    def talk(connection: socket.socket) -> None:
        ahead = seconds[next(turns) % len(seconds)]
        moment = datetime.now(UTC) + timedelta(seconds=ahead)
        connection.sendall(reply("200 OK", b"hello", Date=format_datetime(moment, usegmt=True), **headers))

    with talking(talk) as server:
        yield server.url()


def packet(
    question: int, received: float, sent: float, *, head: int = 0b00_100_100, stratum: int = 2, delay: int = 0,
    word: bytes = b"GPS\0",
) -> bytes:  # fmt: skip
    """A time server's packet; times are Unix times."""
    stamps = (int((moment + _SINCE_1900) * 2**32) % 2**64 for moment in (received, sent))
    return struct.pack("!BBbbII4sQQQQ", head, stratum, 0, -20, delay, 0, word, 0, question, *stamps)


def question_of(asked: bytes) -> int:
    """The number that the answer must repeat."""
    return int.from_bytes(asked[40:48], "big")


@contextlib.contextmanager
def answering(answer: Callable[[bytes], list[bytes]]) -> Iterator[str]:
    """A time server on loopback that sends what `answer` makes of a question; its name with its port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        door.bind(("127.0.0.1", 0))
        door.settimeout(0.02)
        stop = threading.Event()

        def serve() -> None:
            while not stop.is_set():
                with contextlib.suppress(TimeoutError):
                    data, who = door.recvfrom(512)
                    for one in answer(data):
                        door.sendto(one, who)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"127.0.0.1:{door.getsockname()[1]}"
        finally:
            stop.set()
            thread.join(5)


def ahead(seconds: float, **fields: Any) -> Callable[[bytes], list[bytes]]:
    """Answers of a time server that is so many seconds ahead."""

    def answer(asked: bytes) -> list[bytes]:
        now = time.time() + seconds
        return [packet(question_of(asked), now, now, **fields)]

    return answer


# ── HTTP ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_date_that_is_off_bounds_the_clock_from_both_sides() -> None:
    with dated(420) as url:
        (found,) = source.hosts([url], LOCAL)
    (reading,) = found.readings
    assert (found.failure, found.name, reading.party) == ("", url, url)
    assert 417.5 <= reading.low <= 420.1 <= reading.high + 0.2
    assert reading.high - reading.low < 1.5


def test_several_answers_narrow_it() -> None:
    with dated(420.4) as url:
        (found,) = source.hosts([url], LOCAL._replace(samples=4))
    one = told((found,))[0].summary
    assert one["ahead_seconds"] == 420
    assert isinstance(one["at_least_seconds"], float)
    assert isinstance(one["at_most_seconds"], float)
    assert one["at_most_seconds"] - one["at_least_seconds"] < 0.6
    assert one["samples"] == 4


def test_a_stored_answer_proves_no_clock_behind() -> None:
    with dated(-600, Age="600") as url:
        (found,) = source.hosts([url], LOCAL)
    assert found.readings[0].low < -590
    assert found.readings[0].high > -1
    assert told((found,))[0].facts["clock.probed_reference"] == "recorder"
    assert "clock.probed_ahead_seconds" not in told((found,))[0].facts


def test_a_redirect_is_not_followed_and_its_date_counts() -> None:
    date = format_datetime(datetime.now(UTC), usegmt=True)
    with serving(reply("302 Found", Location="https://elsewhere.invalid/", Date=date)) as server:
        (found,) = source.hosts([server.url()], LOCAL)
    assert len(found.readings) == 1
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("headers", "detail"),
    [({}, "the Date of its answer is missing"), ({"Date": "yesterday"}, "the Date of its answer cannot be read")],
)
def test_an_answer_without_a_date(headers: dict[str, str], detail: str) -> None:
    with serving(reply("200 OK", b"hello", **headers)) as server:
        (found,) = source.hosts([server.url()], LOCAL)
    assert (found.failure, found.detail, found.readings) == ("no-date", detail, ())


def test_a_bare_name_is_asked_by_https() -> None:
    port = closed_port()
    (found,) = source.hosts([f"127.0.0.1:{port}"], LOCAL)
    assert (found.name, found.failure) == (f"127.0.0.1:{port}", "refused")


def test_a_certificate_that_is_not_trusted_is_said(tmp_path: Path) -> None:
    with serving(reply("200 OK"), tls=identity(tmp_path, "localhost")) as server:
        (found,) = source.hosts([f"localhost:{server.port}"], LOCAL)
    assert found.failure == "tls"


def test_a_private_address_needs_leave() -> None:
    with dated(0) as url:
        (found,) = source.hosts([url], LOCAL._replace(allow_private=False))
    assert (found.failure, found.detail) == ("private-address", "127.0.0.1: loopback")


def test_waiting_is_left_to_the_caller_and_short() -> None:
    slept: list[float] = []
    with dated(7.3) as url:
        source.hosts([url], LOCAL._replace(samples=3), source.Clock(sleep=slept.append))
    assert len(slept) == 2
    assert all(0 <= one < 1 for one in slept)


# ── NTP ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_time_server_bounds_true_time() -> None:
    with answering(ahead(-90)) as name:
        (found,) = source.time_servers([name], LOCAL)
    assert (found.name, found.failure, found.stratum) == (f"ntp:{name}", "", 2)
    assert {one.party for one in found.readings} == {TRUTH}
    assert max(one.low for one in found.readings) == pytest.approx(-90, abs=0.5)
    assert min(one.high for one in found.readings) == pytest.approx(-90, abs=0.5)


def test_what_answers_another_question_is_passed_over() -> None:
    def answer(asked: bytes) -> list[bytes]:
        question, now = question_of(asked), time.time()
        return [
            b"", b"short", packet(question ^ 1, now + 999, now + 999), packet(question, now, now, head=0b00_100_011),
            packet(question, now + 5, now + 5),
        ]  # fmt: skip

    with answering(answer) as name:
        (found,) = source.time_servers([name], LOCAL)
    assert found.readings[0].low == -float("inf")
    assert found.readings[0].high == pytest.approx(5, abs=0.5)


@pytest.mark.parametrize(
    ("answer", "failure", "detail"),
    [
        (lambda _: [], "timeout", "not finished within the time allowed for everything"),
        (lambda _: [b"x" * 500], "timeout", "not finished within the time allowed for everything"),
        (ahead(0, stratum=0, word=b"RATE"), "refused", "the time server refuses to answer (RATE)"),
        (ahead(0, stratum=0, word=b"\x1b[2J"), "refused", "the time server refuses to answer ([2J)"),
        (ahead(0, head=0b11_100_100), "protocol", "the time server says that its own clock is not synchronised"),
        (ahead(0, stratum=16), "protocol", "the time server says that its own clock is not synchronised"),
    ],
    ids=["silent", "garbage", "kiss", "kiss with an escape", "alarm", "stratum 16"],
)
def test_a_time_server_that_is_none(answer: Callable[[bytes], list[bytes]], failure: str, detail: str) -> None:
    with answering(answer) as name:
        (found,) = source.time_servers([name], LOCAL._replace(timeout=0.3))
    assert (found.failure, found.detail, found.readings) == (failure, detail, ())


def test_nobody_listens() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]
    (found,) = source.time_servers([f"127.0.0.1:{port}"], LOCAL._replace(timeout=0.3))
    assert found.failure in ("refused", "timeout")


def test_a_flood_of_wrong_packets_ends_on_time() -> None:
    def flood(_: bytes) -> list[bytes]:
        return [packet(QUESTION, 0, 0)] * 2000

    with answering(flood) as name:
        begun = time.monotonic()
        (found,) = source.time_servers([name], LOCAL._replace(timeout=0.3))
    assert found.failure == "timeout"
    assert time.monotonic() - begun < 3


def test_the_era_after_2036() -> None:
    moment = datetime(2040, 1, 1, tzinfo=UTC).timestamp()
    answer = sntp.read(packet(QUESTION, moment, moment), QUESTION, moment + 3)
    assert answer is not None
    assert answer.sent == datetime(2040, 1, 1, tzinfo=UTC)


def test_the_doubt_of_the_server_widens_the_bounds() -> None:
    answer = sntp.read(packet(QUESTION, 0, 0, delay=2 << 16), QUESTION, 0)
    assert answer is not None
    assert answer.error == pytest.approx(1.0)


def test_bytes_of_any_kind_raise_nothing_else() -> None:
    for size in range(0, 100, 7):
        for byte in range(0, 256, 5):
            with contextlib.suppress(FetchError):
                sntp.read(bytes([byte]) * size, int.from_bytes(bytes([byte]) * 8, "big"), 0)


def test_an_unresolvable_time_server() -> None:
    budget = Budget(time.monotonic() + 5, 5, time.monotonic)
    found = sntp.measure(sntp.Server("no.invalid", "no.invalid"), budget)
    assert (found.failure, found.readings) == ("dns", ())


# ── judged ─────────────────────────────────────────────────────────────────────────────────────────────────


def measured(name: str, seconds: float, *more: float, way: str = "http-date") -> Measured:
    """A clock so many seconds ahead, measured within a tenth of a second (once more for each of `more`)."""
    readings = tuple(
        Reading(
            TRUTH if way == "ntp" else name, way, NOW + timedelta(seconds=one), NOW - timedelta(seconds=0.1), NOW, 0.0
        )
        for one in (seconds, *more)
    )
    return Measured(name, way, readings, 0.1, stratum=2 if way == "ntp" else None)


def judged(*each: Measured, **given: Any) -> dict[str, list[tuple[str, str]]]:
    """The findings of each clock: id and severity."""
    report = probe.report(each, shipped(), NOW, {name.replace("_", ".", 1): value for name, value in given.items()})
    found: dict[str, list[tuple[str, str]]] = {one.name: [] for one in report.subjects}
    for one in report.findings:
        found[one.subject].append((one.id, str(one.severity)))
    return found


def test_a_time_server_tells_which_clock_is_off() -> None:
    assert judged(measured("ntp", 0, way="ntp"), measured("idp", 420), measured("sp", 1)) == {
        "ntp": [], "idp": [("clock-host-off", "error")], "sp": [], HERE: [],
    }  # fmt: skip


def test_a_time_server_clears_the_servers_and_tells_on_this_computer() -> None:
    assert judged(measured("ntp", 420, way="ntp"), measured("idp", 420)) == {
        "ntp": [], "idp": [], HERE: [("clock-recorder-off", "notice")],
    }  # fmt: skip


def test_two_servers_outvote_this_computer() -> None:
    assert judged(measured("idp", -3600), measured("sp", -3599)) == {
        "idp": [], "sp": [], HERE: [("clock-recorder-off", "notice")],
    }  # fmt: skip


def test_one_server_agrees_with_this_computer() -> None:
    assert judged(measured("idp", -600), measured("sp", 0.4)) == {
        "idp": [("clock-host-off", "error")], "sp": [], HERE: [],
    }  # fmt: skip


def test_nothing_vouches() -> None:
    assert judged(measured("idp", 420)) == {"idp": [("clock-host-differs", "warning")]}
    three = judged(measured("a", 420), measured("b", -420))
    assert three == {"a": [("clock-host-differs", "warning")], "b": [("clock-host-differs", "warning")]}


def test_two_clocks_behind_one_name() -> None:
    assert judged(measured("idp", 0, 900)) == {"idp": [("clock-host-unsteady", "warning")]}


def test_the_tolerance_decides_between_warning_and_error() -> None:
    each = (measured("ntp", 0, way="ntp"), measured("idp", 90))
    assert judged(*each)["idp"] == [("clock-host-off", "warning")]
    assert judged(*each, clock_tolerance_seconds=60)["idp"] == [("clock-host-off", "error")]


def test_small_drift_is_nothing() -> None:
    assert judged(measured("ntp", 0, way="ntp"), measured("idp", 12)) == {"ntp": [], "idp": [], HERE: []}


def test_a_host_named_like_a_role_is_a_host() -> None:
    with dated(420) as url:
        found = source.hosts([url], LOCAL)
    assert found[0].readings[0].party not in (TRUTH, RECORDER)


# ── the command ────────────────────────────────────────────────────────────────────────────────────────────


def ran(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(["probe", *words])
    out, err = capsys.readouterr()
    return code, out, err


def test_a_private_address_names_the_way_out(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = ran(capsys, "clock", "127.0.0.1:9", "--timeout", "2")
    assert code == 2
    assert "--allow-private lets names lead there" in " ".join(out.split())


def test_the_report_is_json_of_the_known_shape(capsys: pytest.CaptureFixture[str]) -> None:
    with dated(420) as url, answering(ahead(0)) as server:
        code, out, err = ran(capsys, "clock", url, "--ntp", server, "--allow-private", "--format", "json")
    found = json.loads(out)
    schema = json.loads((resources.files("doctor") / "report/schema/report-1.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(found)
    assert (code, err, found["verdict"]) == (1, "", "fail")
    assert [one["name"] for one in found["subjects"]] == [f"ntp:{server}", url, HERE]
    assert [one["id"] for one in found["findings"]] == ["clock-host-off"]
    assert found["findings"][0]["subject"] == url
    assert found["subjects"][1]["summary"]["ahead_seconds"] in (419, 420, 421)


def test_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    with dated(0) as url, answering(ahead(0)) as server:
        code, out, err = ran(capsys, "clock", url, "--ntp", server, "--allow-private")
    assert (code, err) == (0, "")
    assert out.splitlines()[0].split() == ["clock", "ahead", "by", "between", "measured", "by"]
    assert "the reference" in out
    assert "+0 s" in out
    assert "no findings" in out


def test_fail_on(capsys: pytest.CaptureFixture[str]) -> None:
    with dated(100) as url:
        assert ran(capsys, "clock", url, "--allow-private")[0] == 0
        assert ran(capsys, "clock", url, "--allow-private", "--fail-on", "warning")[0] == 1


def test_what_cannot_be_reached_is_said_and_the_others_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    lost = f"http://127.0.0.1:{closed_port()}/"
    with dated(420) as url:
        words = (url, lost, "no.invalid", "--ntp", "no.invalid", "--timeout", "2", "--allow-private")
        code, out, err = ran(capsys, "clock", *words)
    assert (code, err) == (2, "")
    assert "clock-host-differs" in out
    assert out.count("not measured") == 3
    assert "not read" in out
    assert "Traceback" not in out


@pytest.mark.parametrize(
    "words",
    [
        (), ("oidc",), ("clock",), ("clock", "a.example", "--timeout", "0"), ("clock", "a.example", "--timeout", "x"),
        ("clock", "a.example", "--ntp", "a b"), ("clock", "a.example", "--ntp", "http://a.example"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_wrong_words(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = ran(capsys, *words)
    assert (code, out) == (2, "")
    assert "doctor" in err
    assert "Traceback" not in err


def test_hostile_names_are_made_fit_to_print(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = ran(capsys, "clock", "a\x1b[2Jb", "https://u:secret@a.invalid/", "--timeout", "1")
    assert code == 2
    assert "\x1b" not in out + err
    assert "secret" not in out + err
