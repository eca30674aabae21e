"""Whatever stands on the command line or in a file: one clear line or one finding, soon, and nothing else."""

from __future__ import annotations

import base64
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pytest

import doctor
from doctor.cli.main import main
from doctor.sources import reader
from doctor.sources import subject as subjects
from tests.factory import broken_metadata, certificate, providers
from tests.factory.metadata import Key
from tests.factory.patient import replaced, well
from tests.loopback import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOW: Final = datetime(2026, 11, 22, 9, tzinfo=UTC)
AT: Final = ("--at", "2026-11-22T09:00:00Z")
HEALTHY: Final = providers.healthy("okta", NOW)
TEXT: Final = HEALTHY.decode()
UTF_16: Final = TEXT.replace('encoding="UTF-8"', 'encoding="UTF-16"')
OPEN: Final = b'<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example/"'
FEDERATION: Final = b'<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">'
MEMBER: Final = b'<md:EntityDescriptor entityID="urn:member:%d"><md:IDPSSODescriptor/></md:EntityDescriptor>\n'
PAIR: Final = certificate.make("CN=bad input", *providers.LONG, slot=77)
LIMIT: Final = 30
"""Seconds that nothing here may take: a hang must fail, not hang."""


class Run(NamedTuple):
    """One command line, run: its exit code and what it printed."""

    code: int
    out: str
    err: str

    @property
    def flat(self) -> str:
        """Everything printed, without the breaks of wrapped lines."""
        return " ".join((self.out + self.err).split())


class Limited(NamedTuple):
    """A process, run: what it printed, its seconds and the most memory it held, in megabytes."""

    run: Run
    seconds: float
    megabytes: float


if TYPE_CHECKING:
    Cli = Callable[..., Run]


@pytest.fixture(autouse=True)
def bounded() -> Iterator[None]:
    """Turns a hang into a failure."""

    def overdue(_number: int, _frame: object) -> None:
        pytest.fail(f"not finished after {LIMIT} s")

    before = signal.signal(signal.SIGALRM, overdue)
    signal.alarm(LIMIT)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    """Runs a command line in this process."""

    def run(*words: object) -> Run:
        capsys.readouterr()
        code = main([str(word) for word in words])
        return Run(code, *capsys.readouterr())

    return run


def process(*words: object, timeout: float = LIMIT) -> Run:
    """Runs a command line in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "doctor", *map(str, words)],
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    return Run(done.returncode, done.stdout, done.stderr)


def measured(*words: object) -> Limited:
    """Runs a command line under a parent of its own, which knows how much memory its only child held."""
    code = (
        "import resource, subprocess, sys\n"
        "code = subprocess.run([sys.executable, '-m', 'doctor', *sys.argv[1:]]).returncode\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)\n"
        "sys.exit(code)\n"
    )
    start = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, words)], capture_output=True, text=True, timeout=LIMIT, check=False
    )
    *talk, kilobytes = done.stderr.splitlines()
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    run = Run(done.returncode, done.stdout, "\n".join(talk))
    return Limited(run, time.monotonic() - start, int(kilobytes) / unit)


def told(cli: Cli, *words: object) -> dict[str, Any]:
    """The report of a command line as data."""
    run = cli("check", *words, *AT, "--format", "json")
    assert run.err == ""
    data: dict[str, Any] = json.loads(run.out)
    assert not [one for one in data["findings"] if one["verdict"] == "crashed"]
    return data


def serious(data: dict[str, Any]) -> list[str]:
    """The ids of warnings and errors."""
    return [one["id"] for one in data["findings"] if one["severity"] in ("error", "warning")]


def serious_in(data: bytes) -> list[str]:
    """The ids of warnings and errors in bytes."""
    found = doctor.check(data, at=NOW).findings
    assert not [one for one in found if one.verdict == "crashed"]
    return [one.id for one in found if one.severity in ("error", "warning")]


def refused(run: Run, *words: str) -> None:
    """Exit code 2, said once, with these words and without a traceback."""
    assert run.code == 2
    assert "Traceback" not in run.flat
    assert "doctor itself failed" not in run.flat
    for word in words:
        assert word in run.flat
    assert run.flat.count(words[0]) == 1


def written(folder: Path, data: bytes, name: str = "input.xml") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


# --- subjects that stand for nothing, or for nothing that can be read


def test_missing_file_names_the_nearest(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, HEALTHY, "metadata.xml")
    monkeypatch.chdir(tmp_path)
    refused(cli("check", "metdata.xml"), "there is no file metdata.xml", "did you mean metadata.xml?")
    refused(cli("diagnose", "AADSTS50105: it is not assigned"), "there is no file", 'doctor diagnose --symptom "…"')


@pytest.mark.parametrize("name", ["missing/folder/x.xml", "x" * 5000, "~/nowhere.xml", "%s%n.xml", "{0}.xml", " "])
def test_missing_names_of_any_shape(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    refused(cli("check", name), "there is no file")


def test_name_with_a_null_byte() -> None:
    assert len(doctor.check("a\0b.xml").unreadable) == 1


def test_file_used_as_a_folder(cli: Cli, tmp_path: Path) -> None:
    refused(cli("check", written(tmp_path, HEALTHY) / "inside.xml"), "there is no file")


def test_folder_without_files(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "empty" / "deeper").mkdir(parents=True)
    refused(cli("check", tmp_path / "empty"), "holds no files")


def test_folder_with_hidden_files_only(cli: Cli, tmp_path: Path) -> None:
    written(tmp_path, HEALTHY, ".hidden.xml")
    refused(cli("check", tmp_path), "holds no files")


def test_file_without_permission(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(subjects, "open", denied, raising=False)
    refused(cli("check", written(tmp_path, HEALTHY)), "Permission denied", "check its permissions")


def test_file_that_fails_while_it_is_read(cli: Cli) -> None:
    if not Path("/proc/self/mem").exists():
        pytest.skip("no /proc on this system")
    refused(cli("check", "/proc/self/mem"), "cannot read /proc/self/mem")


def test_fifo_is_not_waited_for(cli: Cli, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    refused(cli("check", tmp_path / "pipe"), "is not a regular file", "can be read with -")


def test_socket_and_device(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")
        refused(cli("check", "socket"), "is not a regular file")
    refused(cli("check", "/dev/zero"), "is not a regular file")


def test_fifo_in_a_folder_stops_nothing(cli: Cli, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a-pipe")
    written(tmp_path, b"", "empty.xml")
    data = told(cli, tmp_path)
    assert serious(data) == ["input-empty"]
    assert len(data["unreadable"]) == 1


def test_symlink_loop(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    refused(cli("check", tmp_path / "a"), "not a regular file")


def test_dangling_symlink_is_not_called_a_device(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "a.xml").symlink_to("gone.xml")
    run = cli("check", tmp_path / "a.xml")
    refused(run, "a.xml")
    assert "device" not in run.flat


@pytest.mark.parametrize("pattern", ["", "**/*.xml"])
def test_folder_that_contains_itself(cli: Cli, tmp_path: Path, pattern: str) -> None:
    written(tmp_path, HEALTHY)
    (tmp_path / "again").symlink_to(".")
    data = told(cli, tmp_path / pattern)
    assert [Path(one["name"]).name for one in data["subjects"]] == ["input.xml"]


def test_pattern(cli: Cli, tmp_path: Path) -> None:
    for name in ("a.xml", "b.xml", "c.txt"):
        written(tmp_path, HEALTHY, name)
    names = [one["name"] for one in told(cli, tmp_path / "*.xml")["subjects"]]
    assert [Path(name).name for name in names] == ["a.xml", "b.xml"]
    refused(cli("check", tmp_path / "*.json"), "no file matches")


def test_file_whose_name_is_a_pattern(cli: Cli, tmp_path: Path) -> None:
    written(tmp_path, HEALTHY, "okta[1].xml")
    assert serious(told(cli, tmp_path / "okta[1].xml")) == []


def test_one_missing_of_several(cli: Cli, tmp_path: Path) -> None:
    first, last = written(tmp_path, b"", "first.xml"), written(tmp_path, HEALTHY, "last.xml")
    run = cli("check", first, tmp_path / "gone.xml", last, *AT, "--format", "json")
    data = json.loads(run.out)
    assert run.code == 2
    assert [one["name"] for one in data["subjects"]] == [str(first), str(last)]
    assert serious(data) == ["input-empty"]
    assert len(data["unreadable"]) == 1


def test_missing_context_file(cli: Cli, tmp_path: Path) -> None:
    for option in ("--sp-metadata", "--idp-metadata"):
        refused(cli("check", written(tmp_path, HEALTHY), option, tmp_path / "gone.xml"), "there is no file")


@pytest.mark.parametrize("option", ["--sp-metadata", "--idp-metadata"])
@pytest.mark.parametrize("data", [b"", b"\0" * 9, b"<a", b"{}", b"http://["], ids=repr)
def test_context_file_of_another_kind(cli: Cli, tmp_path: Path, option: str, data: bytes) -> None:
    beside = written(tmp_path, data, "beside")
    run = cli("check", written(tmp_path, HEALTHY), option, beside, *AT)
    assert run.code in (1, 2)
    assert "beside" in run.flat
    assert "itself failed" not in run.flat


def test_context_folder_without_files(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    refused(cli("check", written(tmp_path, HEALTHY), "--sp-metadata", tmp_path / "empty"), "holds no files")


# --- standard input


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    def give(data: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))

    return give


def test_standard_input(cli: Cli, typed: Callable[[bytes], None]) -> None:
    typed(HEALTHY)
    data = told(cli, "-")
    assert [(one["name"], one["kind"]) for one in data["subjects"]] == [("-", "idp-metadata")]
    assert serious(data) == []


def test_standard_input_that_is_empty(cli: Cli, typed: Callable[[bytes], None]) -> None:
    typed(b"")
    assert serious(told(cli, "-")) == ["input-empty"]


@pytest.mark.parametrize("start", [b"plain words ", FEDERATION + MEMBER % 1 + b"<!--"], ids=["text", "aggregate"])
def test_standard_input_is_bounded_as_files_are(
    cli: Cli, typed: Callable[[bytes], None], monkeypatch: pytest.MonkeyPatch, start: bytes
) -> None:
    monkeypatch.setattr(reader, "MAX_WHOLE", 100_000)
    typed(start + b"x" * 200_000)
    assert "input-too-large" in serious(told(cli, "-"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-8-sig"])
def test_aggregate_is_judged_alike_from_file_bytes_and_standard_input(
    cli: Cli, tmp_path: Path, typed: Callable[[bytes], None], encoding: str
) -> None:
    text = (FEDERATION + MEMBER % 1 + MEMBER % 2 + b"</md:EntitiesDescriptor>").decode()
    data = text.encode(encoding)
    typed(data)
    from_file = serious(told(cli, written(tmp_path, data)))
    assert len(from_file) == 4  # no endpoint and no certificate, in each member
    assert serious(told(cli, "-")) == from_file
    assert serious_in(data) == from_file


# --- bytes that are no document


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"", "input-empty"),
        (b"\xef\xbb\xbf", "input-empty"),
        (b"\0" * 5000, "input-empty"),
        (bytes(range(256)) * 20, "metadata-not-xml"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "metadata-not-xml"),
        (b"PK\x03\x04" + bytes(range(256)), "input-is-archive"),
        (b"\x1f\x8b\x08\x00" + bytes(range(256)), "input-is-archive"),
        (b"A" * 9_000_000, "metadata-not-xml"),
        (b"<" * 1_000_000, "metadata-not-xml"),
        (b"[" * 100_000, "json-not-valid"),
        (b"[" * 100_000 + b"]" * 100_000, "json-not-valid"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "json-not-valid"),
        (b"[" + b"9" * 5000 + b"]", "json-not-valid"),
        (
            b"-----BEGIN CERTIFICATE-----\n" + base64.b64encode(bytes(range(250))) + b"\n-----END CERTIFICATE-----",
            "certificate-unparseable",
        ),
        (b"0\x82\x03\xe8" + bytes(range(256)) * 4, "certificate-unparseable"),
        (
            b"-----BEGIN PKCS7-----\n" + base64.b64encode(bytes(range(250))) + b"\n-----END PKCS7-----",
            "certificate-unparseable",
        ),
        (certificate.bundle((PAIR,), armoured=False)[:200], "certificate-unparseable"),
        (b"http://[", "metadata-not-xml"),
        ("http://\u2100/".encode(), "metadata-not-xml"),
        (b"https://]/?x=y", "metadata-not-xml"),
        (b"https://sp.example/?" + b"a=b&" * 1000, "metadata-not-xml"),
    ],
    ids=lambda value: value if isinstance(value, str) else repr(value[:16]),
)
def test_no_document_is_one_finding(cli: Cli, tmp_path: Path, data: bytes, rule: str) -> None:
    path = written(tmp_path, data)
    found = told(cli, path)
    assert serious(found) == [rule]
    run = cli("check", path, *AT)
    assert run.code == (1 if found["counts"]["error"] else 0)
    assert len(run.out) < 20_000


def test_random_bytes_in_a_certificate_element() -> None:
    noise = base64.b64encode(bytes(range(256)) * 3).decode()
    assert serious_in(well(NOW).but(keys=(Key((noise,)),)).data) == ["certificate-unparseable"]


SLOW: Final = {
    "comments before the root": b"<!-- a -->\n" * 40 + HEALTHY.partition(b"?>")[2],
    "comments after the declaration": HEALTHY.replace(b"?>", b"?>" + b"<!-- a -->" * 40, 1),
    "declarations without end": b"<?xml ?>" * 8000,
    "begin lines without end": b"-----BEGIN CERTIFICATE-----\n" * 100_000,
    "begin lines of many names": b"".join(b"-----BEGIN A%d-----\n" % number for number in range(100_000)),
    "titles without end": b"<html>" + b"<title" * 200_000,
    "title elements without end": b"<html>" + b"<title>" * 200_000,
    "inputs without end": b"<html>" + b"<input " * 200_000,
    "query of many fields": b"a=b&" * 1_000_000,
    "white space": b" " * 5_000_000 + b"x",
    "equal signs": b"x=" * 1_000_000,
    "token of dots": b"ey" + b"a." * 1_000_000,
}


@pytest.mark.parametrize("name", SLOW)
def test_no_bytes_take_long(tmp_path: Path, name: str) -> None:
    """Patterns that look again and again at the same text make a small file endless."""
    try:
        done = process("check", written(tmp_path, SLOW[name]), *AT, timeout=8)
    except subprocess.TimeoutExpired:
        pytest.fail(f"not finished after 8 s: {len(SLOW[name]):,} bytes")
    assert done.code in (0, 1)
    assert done.err == ""


# --- size


@pytest.mark.parametrize(
    ("start", "rule"),
    [(b"", "input-too-large"), (HEALTHY, "input-too-large"), (FEDERATION + MEMBER % 1, "metadata-encoding-broken")],
    ids=["zeros", "metadata", "aggregate"],
)
def test_two_hundred_megabytes_in_bounded_memory(tmp_path: Path, start: bytes, rule: str) -> None:
    path = written(tmp_path, start)
    os.truncate(path, 200 * 1024 * 1024)
    done = measured("check", path, *AT, "--format", "json")
    assert done.run.code == 1
    assert done.run.err == ""
    assert rule in serious(json.loads(done.run.out))
    assert done.megabytes < 400
    assert done.seconds < 15


def test_huge_line_in_healthy_metadata(cli: Cli, tmp_path: Path) -> None:
    comment = b"<!--" + b"x" * 9_000_000 + b"-->"
    path = written(tmp_path, replaced(HEALTHY, b"?>", b"?>" + comment))
    assert serious(told(cli, path)) == []


def test_huge_values_do_not_flood_the_text(cli: Cli, tmp_path: Path) -> None:
    path = written(tmp_path, HEALTHY.replace(b"http://www.okta.com/", b"http://www.okta.com/" + b"x" * 5_000_000))
    run = cli("check", path, *AT)
    assert run.code in (0, 1)
    assert len(run.out) < 50_000


def test_ten_thousand_attributes() -> None:
    attributes = b"".join(b' a%d="x"' % number for number in range(10_000))
    assert serious_in(replaced(HEALTHY, b" entityID=", attributes + b" entityID=")) == []


def test_ten_thousand_namespaces() -> None:
    names = b"".join(b' xmlns:a%d="urn:%d"' % (number, number) for number in range(10_000))
    assert serious_in(replaced(HEALTHY, b" entityID=", names + b" entityID=")) == []


# --- hostile XML


def _nested(count: int) -> bytes:
    return b"<a>" * count + b"</a>" * count


@pytest.mark.parametrize(
    "data",
    [
        _nested(100_000),
        b"<a>" * 100_000,
        OPEN + b">" + _nested(100_000) + b"</md:EntityDescriptor>",
        base64.b64encode(_nested(100_000)),
        FEDERATION + b"<md:EntitiesDescriptor>" * 100_000,
        FEDERATION + b'<md:EntityDescriptor entityID="urn:a">' + _nested(100_000) + b"</md:EntityDescriptor>",
    ],
    ids=["closed", "open", "in an entity", "in base64", "groups", "in a member"],
)
def test_deep_nesting(data: bytes) -> None:
    assert serious_in(data) == ["xml-too-deep"]


_LEVELS: Final = "".join(
    f'<!ENTITY {name} "{f"&{before};" * 20}">' for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
BOMB: Final = f'<!DOCTYPE bomb [<!ENTITY a "ha">{_LEVELS}]>'


def _entity(doctype: str, inside: str = "&i;") -> bytes:
    name = TEXT.partition('entityID="')[2].partition('"')[0]
    return TEXT.replace("?>", "?>" + doctype, 1).replace(name, inside, 1).encode()


def _federation(doctype: str, inside: str = "&i;") -> bytes:
    text = FEDERATION.decode() + f'<md:EntityDescriptor entityID="{inside}"/></md:EntitiesDescriptor>'
    return ('<?xml version="1.0"?>' + doctype + text).encode()


@pytest.mark.parametrize(
    "data",
    [
        _entity(BOMB),
        _entity(BOMB).decode().replace("UTF-8", "UTF-16").encode("utf-16"),
        _federation(BOMB),
        _federation("<!DOCTYPE md:EntitiesDescriptor>", "urn:a"),
        base64.b64encode(_entity(BOMB)),
        b'<form><input name="SAMLResponse" value="' + base64.b64encode(_entity(BOMB)) + b'"></form>',
        _entity("<!-- " + "x" * 5000 + " -->" + BOMB),
    ],
    ids=["entity", "utf-16", "aggregate", "aggregate, harmless", "base64", "form", "late"],
)
def test_document_type_is_refused(data: bytes) -> None:
    assert serious_in(data) == ["xml-doctype-refused"]


def _external(kind: str, address: str) -> str:
    return {
        "entity": f'<!DOCTYPE a [<!ENTITY i SYSTEM "{address}">]>',
        "subset": f'<!DOCTYPE a SYSTEM "{address}">',
        "parameter": f'<!DOCTYPE a [<!ENTITY % p SYSTEM "{address}"> %p;]>',
        "public": f'<!DOCTYPE a PUBLIC "-//x" "{address}">',
        "stylesheet": f'<?xml-stylesheet href="{address}" type="text/xsl"?>',
    }[kind]


@pytest.mark.parametrize("made", [_entity, _federation], ids=["entity", "aggregate"])
@pytest.mark.parametrize("kind", ["entity", "subset", "parameter", "public", "stylesheet"])
def test_nothing_external_is_fetched(cli: Cli, tmp_path: Path, made: Callable[[str, str], bytes], kind: str) -> None:
    canary = written(tmp_path, b"CANARY-4711", "secret.txt")
    inside = "&i;" if kind == "entity" else "urn:a"
    with serving(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nCANARY") as server:
        path = written(tmp_path, made(_external(kind, server.url("/x.dtd")), inside))
        told(cli, path)
        assert server.requests == []
    path.write_bytes(made(_external(kind, canary.as_uri()), inside))
    for form in ("text", "json"):
        run = cli("check", path, *AT, "--format", form)
        assert run.code in (0, 1)
        assert "CANARY" not in run.flat


def test_schema_location_and_inclusion_are_not_followed(tmp_path: Path) -> None:
    with serving(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") as server:
        url = server.url("/x.xsd").encode()
        extra = b' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:a %s"' % url
        include = b'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="%s"/></md:IDPSSODescriptor>' % url
        data = replaced(replaced(HEALTHY, b" entityID=", extra + b" entityID="), b"</md:IDPSSODescriptor>", include)
        assert serious_in(data) == []
        assert server.requests == []


# --- encodings


@pytest.mark.parametrize(
    ("data", "rules"),
    [
        (HEALTHY.replace(b"okta", b"okt\xff"), ["metadata-encoding-broken"]),
        (UTF_16.encode("utf-16"), []),
        (UTF_16.encode("utf-16-le"), []),
        (UTF_16.encode("utf-16-be"), []),
        (b"\xef\xbb\xbf" + HEALTHY, []),
        (TEXT.partition("?>")[2].encode("utf-16"), []),
        (TEXT.partition("?>")[2].encode("utf-16-le"), ["metadata-encoding-broken"]),
        (TEXT.partition("?>")[2].encode("utf-16-be"), ["metadata-encoding-broken"]),
        (HEALTHY.replace(b'"UTF-8"', b'"x-nonsense"'), ["metadata-encoding-broken"]),
        (UTF_16.encode(), ["metadata-encoding-broken"]),
    ],
    ids=["bad byte", "16", "16-le", "16-be", "mark", "16 bare", "le bare", "be bare", "nonsense", "labelled"],
)
def test_encodings(data: bytes, rules: list[str]) -> None:
    assert serious_in(data) == rules


# --- aggregates that break off


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("damage", ["truncated", "bad byte", "stray end tag"])
def test_entities_before_a_break_are_judged(cli: Cli, tmp_path: Path, damage: str, signed: bool) -> None:
    mark = b'<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo/></ds:Signature>'
    before = FEDERATION + b"\n" + mark * signed + b"".join(MEMBER % number for number in range(30))
    after = b"".join(MEMBER % number for number in range(30, 60)) + b"</md:EntitiesDescriptor>"
    middle = {"truncated": b"<md:Entity", "bad byte": b"\xff", "stray end tag": b"</md:x>"}[damage]
    data = told(cli, written(tmp_path, before + middle + (b"" if damage == "truncated" else after)))
    assert data["subjects"][0]["kind"] == "metadata-aggregate"
    assert data["subjects"][0]["totals"]["metadata-no-sso-endpoint"] >= 29
    stops = [one for one in data["findings"] if one["id"] in ("metadata-not-xml", "metadata-encoding-broken")]
    assert [one["line"] for one in stops] == [32]


# --- words that must not reach a terminal

EVIL: Final = "[bold red]x[/] \x1b[31m\x1b]0;t\x07\x9b2J\u202egnp.\u2066ab\u200f\u200b\r\b\x7f\x00"
FOR_XML: Final = "[bold red]x[/] \x9b2J\u202egnp.\u2066ab\u200f"


def harmless(text: str) -> None:
    """Nothing that a terminal obeys: no control characters, none that change the direction."""
    controls = {char for char in text if unicodedata.category(char) == "Cc"} - {"\n"}
    bidi = set(re.findall("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", text))
    assert controls | bidi == set()


@pytest.mark.parametrize("extra", [(), ("--compact",)])
@pytest.mark.parametrize(
    "data",
    [
        f"<html><title>{EVIL}</title></html>".encode(),
        f'{{"issuer": "{FOR_XML}", "jwks_uri": "x"}}'.encode(),
        f'{{"{FOR_XML}": 1}}'.encode(),
        f'<a xmlns="{FOR_XML}"/>'.encode(),
        f"<a><{FOR_XML}></a>".encode(),
        HEALTHY.replace(b"https://acme.okta.com/", f"http://{FOR_XML}/".encode()),
        HEALTHY.replace(b'entityID="', f'entityID=" {FOR_XML}'.encode()),
        FEDERATION + MEMBER.replace(b"urn:member:%d", FOR_XML.encode()) * 3 + b"</md:EntitiesDescriptor>",
        b'<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol"><Issuer>'
        + FOR_XML.encode()
        + b"</Issuer></p:Response>",
        f"-----BEGIN CERTIFICATE-----\n{EVIL}\n-----END CERTIFICATE-----".encode(),
        EVIL.encode(),
    ],
    ids=["title", "issuer", "key", "namespace", "tag", "url", "entity id", "aggregate", "message", "pem", "text"],
)
def test_contents_are_shown_harmless(cli: Cli, tmp_path: Path, data: bytes, extra: tuple[str, ...]) -> None:
    name = EVIL.replace("\0", "").replace("/", "")
    run = cli("check", written(tmp_path, data, name), *AT, *extra, "--acs-url", EVIL, "--idp-entity-id", EVIL)
    assert run.code in (0, 1)
    harmless(run.out + run.err)
    assert extra or "[bold red]x" in run.flat


@pytest.mark.parametrize(
    "words",
    [
        ("check", EVIL),
        ("check", f"*{EVIL}"),
        ("check", ".", "--at", EVIL),
        ("check", ".", f"--{EVIL}"),
        ("check", ".", "--format", EVIL),
        ("check", ".", "--sp-metadata", EVIL),
        ("check", f"https://{EVIL}/"),
        ("check", f"https://x/?code={EVIL}"),
        ("explain", EVIL),
        ("rules", "show", EVIL),
        (EVIL,),
    ],
    ids=lambda words: " ".join(words)[:20].replace("\x1b", "^"),
)
def test_words_are_repeated_harmless(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path, HEALTHY)
    run = cli(*words)
    assert run.out + run.err
    assert "doctor itself failed" not in run.flat
    harmless(run.out + run.err)


def test_the_arabic_letter_mark_changes_the_direction_too(cli: Cli, tmp_path: Path) -> None:
    harmless(cli("check", written(tmp_path, "<html><title>a\u061cb</title></html>".encode()), *AT).out)


def test_file_name_that_is_not_text(cli: Cli, tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe.xml")
    try:
        Path(path).write_bytes(HEALTHY)
    except OSError:
        pytest.skip("this file system takes no such names")
    for form in ("text", "json"):
        run = cli("check", path, *AT, "--format", form, "--output", tmp_path / "out")
        assert run == (0, "", "")
        (tmp_path / "out").read_text(encoding="utf-8")


# --- private keys

_PKCS8: Final = certificate.private_pem(PAIR.key)
_BODY: Final = "".join(_PKCS8.splitlines()[1:-1])
_SHORT: Final = {kind: certificate.private_pem(certificate.key_of(kind, 78)) for kind in ("ec256", "ed25519")}
"""Keys whose secret stands near the beginning."""
PRIVATE: Final = {
    "pkcs8": _PKCS8.encode(),
    "traditional": certificate.private_pem(PAIR.key, traditional=True).encode(),
    "encrypted": certificate.private_pem(PAIR.key, password=b"secret").encode(),
    "without an end": _PKCS8[:700].encode(),
    "der": base64.b64decode(_BODY),
    "base64": _BODY.encode(),
    "escaped": _PKCS8.replace("\n", "\\n").encode(),
    "on one line": _PKCS8.replace("\n", " ").encode(),
    "beside a certificate": (PAIR.pem + _PKCS8).encode(),
    "on one line beside a certificate": (PAIR.pem + _PKCS8.replace("\n", "")).encode(),
    "labelled as a certificate": _PKCS8.replace("PRIVATE KEY", "CERTIFICATE").encode(),
    "in an element": well(NOW).but(keys=(Key((_PKCS8,)),)).data,
    "in an element, bare": well(NOW).but(keys=(Key((_BODY,)),)).data,
    "in an element, one line": well(NOW).but(keys=(Key((_PKCS8.replace("\n", " "),)),)).data,
    "in an element, escaped": well(NOW).but(keys=(Key((_PKCS8.replace("\n", "\\n"),)),)).data,
    "in an element that breaks off": well(NOW).but(keys=(Key((_BODY,)),)).data.partition(b"</ds:X509Cert")[0],
    "as a JSON value": json.dumps({"key": _PKCS8}).encode(),
    "as a JSON key": json.dumps({_PKCS8: 1}).encode(),
}


def _windows(pem: str, start: int = 40) -> set[str]:
    """Every piece of the secret that is long enough to be told from chance; before it stands the kind of key."""
    text = "".join(re.sub(r"-----[^-]*-----", "", pem).split())
    return {text[at : at + 12] for at in range(start, len(text) - 12)}


@pytest.mark.parametrize("name", PRIVATE)
def test_no_byte_of_a_private_key_is_printed(cli: Cli, tmp_path: Path, name: str) -> None:
    path = written(tmp_path, PRIVATE[name])
    secret = _windows(PRIVATE[name].decode() if name in ("traditional", "encrypted") else _PKCS8)
    for extra in ((), ("--compact",), ("--format", "json")):
        run = cli("check", path, *AT, *extra)
        printed = "".join((run.out + run.err).split()).replace("\\n", "")
        assert run.code == 1
        assert not [piece for piece in secret if piece in printed]


@pytest.mark.parametrize("kind", _SHORT)
@pytest.mark.parametrize(
    "way", ["lines", "one line", "escaped", "bare", "element", "element, one line", "element, bare"]
)
def test_no_byte_of_a_short_private_key_is_told(cli: Cli, tmp_path: Path, kind: str, way: str) -> None:
    pem = _SHORT[kind]
    bare = "".join(pem.splitlines()[1:-1])
    text = {"one line": pem.replace("\n", " "), "escaped": pem.replace("\n", "\\n"), "bare": bare}.get(
        way.rsplit(", ", maxsplit=1)[-1], pem
    )
    data = well(NOW).but(keys=(Key((text,)),)).data if way.startswith("element") else text.encode()
    secret = _windows(pem, 24)
    report = doctor.check(data, at=NOW)
    assert "certificate-is-private-key" in [one.id for one in report.findings]
    printed = [cli("check", written(tmp_path, data), *AT, "--format", form).out for form in ("text", "json")]
    for told_ in (str(report), *printed):
        assert not [piece for piece in secret if piece in "".join(told_.split())]


# --- options


@pytest.mark.parametrize("time_", ["tomorrow", "2026-13-45", "09:00", "1e9", "", " ", "\u0662\u0660", "9" * 400])
def test_time_that_is_none(cli: Cli, tmp_path: Path, time_: str) -> None:
    refused(cli("check", written(tmp_path, HEALTHY), "--at", time_), "is not a time")


@pytest.mark.parametrize("time_", ["0001-01-01", "9999-12-31T23:59:59Z", "1970-01-01T00:00:00Z"])
@pytest.mark.parametrize("made", [HEALTHY, FEDERATION + MEMBER % 1 + b"</md:EntitiesDescriptor>"])
def test_times_at_the_ends_of_the_calendar(cli: Cli, tmp_path: Path, time_: str, made: bytes) -> None:
    run = cli("check", written(tmp_path, made), "--at", time_, "--format", "json")
    assert run.code in (0, 1)
    assert "crashed" not in run.out


def test_time_of_another_zone_is_reported_in_utc(cli: Cli, tmp_path: Path) -> None:
    run = cli("check", written(tmp_path, HEALTHY), "--at", "2026-11-22T14:00:00+05:00", "--format", "json")
    assert json.loads(run.out)["now"] == "2026-11-22T09:00:00Z"


@pytest.mark.parametrize(
    "words",
    [
        ("check",),
        ("check", "--no-such-option", "."),
        ("check", ".", "--format", "yaml"),
        ("check", ".", "--fail-on", "fatal"),
        ("check", ".", "--at"),
        ("rules",),
        ("rules", "lst"),
        ("explain",),
        ("chek",),
    ],
    ids=" ".join,
)
def test_wrong_words_are_one_line_with_a_hint(cli: Cli, words: tuple[str, ...]) -> None:
    run = cli(*words)
    refused(run, "doctor: ", "--help")
    assert run.out == ""
    assert len(run.err.splitlines()) == 2


def test_unknown_command_and_rule_name_the_nearest(cli: Cli) -> None:
    assert "did you mean check?" in cli("chek").err
    assert "did you mean certificate-expired?" in cli("explain", "certificate-expird").err


def test_library_refuses_wrong_options() -> None:
    with pytest.raises(doctor.UsageError, match="did you mean acs_url"):
        doctor.check(HEALTHY, acs_ur="https://sp.example/")
    with pytest.raises(doctor.UsageError, match="aware"):
        doctor.check(HEALTHY, at=NOW.replace(tzinfo=None))
    with pytest.raises(doctor.UsageError, match="fail_on"):
        doctor.check(HEALTHY, fail_on="fatal")


@pytest.mark.parametrize("target", [".", "missing/out.txt", "input.xml/out.txt"])
def test_output_that_cannot_be_written(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str) -> None:
    monkeypatch.chdir(tmp_path)
    refused(cli("check", written(tmp_path, HEALTHY), *AT, "--output", target), "cannot write", target)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_full_disk(cli: Cli, tmp_path: Path) -> None:
    path = written(tmp_path, HEALTHY)
    refused(cli("check", path, *AT, "--output", "/dev/full"), "cannot write", "No space left")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "doctor", "check", str(path)],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=LIMIT,
        )
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) in (1, 2)
    assert "itself failed" not in done.stderr


# --- a person who goes away


def _opened_by(child: subprocess.Popen[str], path: Path) -> bool:
    folder = Path(f"/proc/{child.pid}/fd")
    try:
        return any(os.path.realpath(one) == os.path.realpath(path) for one in folder.iterdir())
    except OSError:
        return False


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc to see that the file is being read")
def test_interrupt_in_a_long_aggregate(tmp_path: Path) -> None:
    member = broken_metadata.numbered(NOW, 1).partition(b"<md:EntityDescriptor")[2].rpartition(b"</md:EntitiesDescr")[0]
    path = written(tmp_path, FEDERATION + (b"<md:EntityDescriptor" + member) * 30_000)
    with subprocess.Popen(
        [sys.executable, "-m", "doctor", "check", str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509  (a runner in the background ignores it)
    ) as child:
        while not _opened_by(child, path):
            assert child.poll() is None
            time.sleep(0.01)
        time.sleep(0.4)  # past the imports: an interrupt while a compiled module starts can get lost in it
        child.send_signal(signal.SIGINT)
        try:
            out, err = child.communicate(timeout=10)
        finally:
            child.kill()
    assert child.returncode == 130
    assert "Traceback" not in out + err


@pytest.mark.parametrize("form", ["text", "json"])
def test_reader_that_goes_away(tmp_path: Path, form: str) -> None:
    for number in range(2000):
        written(tmp_path, b"", f"{number}.xml")
    with subprocess.Popen(
        [sys.executable, "-m", "doctor", "check", str(tmp_path), "--format", form],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        assert child.stdout.read(1)
        child.stdout.close()
        err = child.stderr.read()
        code = child.wait(LIMIT)
    assert err == b""
    assert code in (0, 1)


@pytest.mark.parametrize("version", [5, 116])
def test_a_certificate_of_a_version_that_nobody_knows(version: int) -> None:
    """Only 2 is X.509 version 3; the library that reads it tells others in an error of its own kind."""
    der = certificate.make("CN=a", NOW, NOW).der
    assert der.count(b"\xa0\x03\x02\x01\x02") == 1
    data = der.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01" + bytes([version]))
    found = [*serious_in(data), *serious_in(b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(data) +
                                            b"-----END CERTIFICATE-----\n")]  # fmt: skip
    assert found.count("certificate-unparseable") == 2


@pytest.mark.parametrize("lines", [20_000])
def test_what_is_repeated_costs_as_often_as_it_is_repeated(cli: Cli, tmp_path: Path, lines: int) -> None:
    one = re.search(rb"<[a-z:]*SingleSignOnService[^>]*/>", HEALTHY)
    assert one is not None
    many = b"\n".join(one[0].replace(b"/sso/saml", b"/sso/saml%d" % number) for number in range(lines))
    path = written(tmp_path, HEALTHY.replace(one[0], many))
    begun = time.process_time()
    assert cli("check", str(path)).code in (0, 1)
    assert time.process_time() - begun < 8  # it took a minute when each was compared with every other
