"""Kept cases: nothing is lost, whoever writes at the same time or dies; a store that cannot be used stops nothing."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from doctor import casework, library
from doctor.engine.rulebook import shipped
from doctor.model.case import Case
from doctor.model.error import InputError, UsageError
from doctor.parse.recognise import recognise
from doctor.sources import case_file, exhibit
from doctor.sources.case_store import Store, folder
from tests.evidence import ACS, AT, TOP, Ran, Terminal, encoded, metadata, pem, put, ran, response, workos

if TYPE_CHECKING:
    from doctor.engine.diagnose import Asking

RULES = Path(__file__).parents[1] / "rules"
EXPIRED = ("--set", "connection.state=validating", "--no-input", "--at", AT)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "home"
    monkeypatch.setenv("DOCTOR_HOME", str(place))
    return place


@pytest.fixture
def store(home: Path) -> Store:
    return Store()


def case_of(name: str, *documents: bytes) -> Case:
    kept = tuple(exhibit.of_bytes(data, f"{number}.xml") for number, data in enumerate(documents))
    return Case(name, "2026-11-22T09:00:00+00:00", kept, {"connection.state": "draft"}, {"sp.acs_url": ACS}, {},
                ("Recipient mismatch ü 🦉",), "okta", ("ask:sp.acs_url",))  # fmt: skip


def documents_in(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT count(*) FROM document").fetchone()[0])


# --- what is written is read


def test_round_trip(store: Store) -> None:
    case = case_of("acme", metadata(), b"\xff\xfe\x00binary", b"")
    store.save(case, "fail", "certificate-expired")
    assert store.load("acme") == case
    assert store.rows()[0]._asdict() == {
        "name": "acme", "updated": case.now, "verdict": "fail", "headline": "certificate-expired",
    }  # fmt: skip


def test_write_ahead_log(store: Store) -> None:
    store.save(case_of("acme"))
    with closing(sqlite3.connect(store.path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


def test_only_the_user_reads_it(store: Store) -> None:
    store.save(case_of("acme"))
    assert store.path.stat().st_mode & 0o077 == 0
    assert store.path.parent.stat().st_mode & 0o077 == 0


def test_home(home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert folder() == home
    monkeypatch.delenv("DOCTOR_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    if sys.platform == "linux":
        assert folder() == tmp_path / "data" / "sso-doctor"


def test_documents_are_kept_once(store: Store) -> None:
    store.save(case_of("one", metadata(), b"<a/>"))
    store.save(case_of("two", metadata()))
    store.save(case_of("two", metadata()))
    assert documents_in(store.path) == 2


def test_delete_forgets_what_nobody_else_holds(store: Store) -> None:
    store.save(case_of("one", metadata(), b"<a/>"))
    store.save(case_of("two", metadata()))
    store.delete("one")
    assert [row.name for row in store.rows()] == ["two"]
    assert documents_in(store.path) == 1
    assert store.load("two").documents[0].data == metadata()
    store.delete("two")
    assert documents_in(store.path) == 0


def test_deleted_documents_are_gone_from_the_file(store: Store) -> None:
    """What is deleted may be somebody's personal data."""
    store.save(case_of("one", b"<a>" + b"owl-" * 5000 + b"</a>"))
    store.delete("one")
    for path in store.path.parent.iterdir():
        assert b"owl-owl-" not in path.read_bytes()


def test_a_name_that_is_none(store: Store) -> None:
    store.save(case_of("acme"))
    with pytest.raises(UsageError, match="did you mean acme") as raised:
        store.load("acmee")
    assert raised.value.hint == "doctor cases list shows them"
    with pytest.raises(UsageError):
        store.delete("nobody")


@pytest.mark.parametrize("name", ["a b", "'; DROP TABLE kase; --", "ü", "../x", "x" * 500])
def test_any_name(name: str, store: Store) -> None:
    store.save(case_of(name))
    assert store.load(name).name == name
    store.delete(name)
    assert store.rows() == []


# --- several at once, and some that die

WRITER = """
import sys
from doctor.model.case import Case
from doctor.sources import exhibit
from doctor.sources.case_store import Store
who, count = sys.argv[1], int(sys.argv[2])
store = Store()
for number in range(count):
    documents = (exhibit.of_bytes(f"<{who} n='{number}'/>".encode(), "x"), exhibit.of_bytes(b"<shared/>", "y"))
    store.save(Case(f"{who}-{number}", "2026-11-22T09:00:00+00:00", documents))
    store.save(Case("both", "2026-11-22T09:00:00+00:00", documents, reports=(who,)))
"""


def test_two_write_at_once(store: Store) -> None:
    command = [sys.executable, "-c", WRITER]
    writers = [subprocess.Popen([*command, who, "25"], cwd=TOP) for who in ("ann", "bob")]
    assert [one.wait(30) for one in writers] == [0, 0]
    assert len(store.rows()) == 51
    assert documents_in(store.path) == 51
    assert store.load("both").reports[0] in ("ann", "bob")
    assert store.load("ann-24").documents[1].data == b"<shared/>"


def test_killed_while_it_writes(store: Store) -> None:
    writer = subprocess.Popen([sys.executable, "-c", WRITER, "ann", "100000"], cwd=TOP)
    while not store.path.exists() or len(store.rows()) < 5:
        assert writer.poll() is None
    writer.send_signal(signal.SIGKILL)
    writer.wait(10)
    rows = store.rows()
    assert len(rows) >= 5
    for row in rows:
        assert len(store.load(row.name).documents[0].data) > 5
    with closing(sqlite3.connect(store.path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


def test_killed_in_the_middle_of_a_diagnosis(home: Path, store: Store) -> None:
    with Terminal(home, "diagnose", "--set", "connection.state=validating", "--case", "acme", "--at", AT) as terminal:
        assert "Has anybody tried to sign in" in terminal.asked()
        terminal.type("3")
        question = terminal.asked()
        assert "asked because it" in question
        terminal.type("")
        third = terminal.asked()
        terminal.process.kill()
    case = store.load("acme")
    assert case.asked[0] == "ask:login"
    assert case.answers["connection.logins_attempted"] == 1
    assert case.answers["login.ended_at"] == "vendor"
    assert len(case.asked) == 2
    with Terminal(home, "cases", "resume", "acme") as terminal:
        assert terminal.asked() == third
        terminal.type("q")
        code, rest = terminal.ended()
    assert code == 3
    assert "ruled out: no-login-yet" in rest


# --- a store that cannot be used


def one_line(done: Ran) -> None:
    assert len(done.err.strip().splitlines()) == 1, done.err
    assert "case store" in done.err
    assert "Traceback" not in done.err


def diagnosed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Ran:
    done = ran(capsys, "diagnose", put(tmp_path, "md.xml", metadata(-3)), *EXPIRED)
    assert done.out.startswith("The cause: Every signing certificate")
    assert done.code == 1
    return done


@pytest.mark.parametrize(
    "content", [b"", b"not a database at all, but long enough to be looked at" * 50, b"SQLite format 3\0"]
)
def test_damaged_file(content: bytes, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home.mkdir()
    (home / "cases.sqlite3").write_bytes(content)
    done = diagnosed(tmp_path, capsys)
    if content:
        one_line(done)
    else:
        assert done.err == ""


def test_a_page_of_the_file_is_damaged(
    home: Path, store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store.save(case_of("acme", metadata()))
    store.path.write_bytes(store.path.read_bytes()[:2000] + os.urandom(3000))
    one_line(diagnosed(tmp_path, capsys))


def test_folder_that_is_a_file(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home.write_text("x")
    one_line(diagnosed(tmp_path, capsys))


def test_store_that_is_a_folder(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "cases.sqlite3").mkdir(parents=True)
    one_line(diagnosed(tmp_path, capsys))


def test_read_only(home: Path, store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Root may write anywhere, so the write itself is refused as a read-only file system would."""
    store.save(case_of("acme"))

    def refuse(*_words: object, **_more: object) -> sqlite3.Connection:
        return real(f"file:{store.path}?mode=ro", uri=True)

    real = sqlite3.connect
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite3, "connect", refuse)
        one_line(diagnosed(tmp_path, capsys))


def test_locked(home: Path, store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store.save(case_of("acme"))
    real = sqlite3.connect
    with closing(real(store.path, isolation_level=None)) as holder, pytest.MonkeyPatch.context() as patch:
        holder.execute("BEGIN IMMEDIATE")
        patch.setattr(sqlite3, "connect", lambda path, **_: real(path, timeout=0.05))
        one_line(diagnosed(tmp_path, capsys))
        holder.execute("ROLLBACK")
    assert [row.name for row in store.rows()] == ["acme"]


@pytest.mark.parametrize("words", [("show", "acme"), ("resume", "acme", "--no-input")])
def test_a_kept_case_is_judged_with_rules_of_ones_own(
    words: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ran(capsys, "diagnose", "--case", "acme", "--set", "login.user_assigned=no", "--no-input", "--at", AT)
    text = (RULES / "login/user-not-assigned.yaml").read_text("utf-8").replace("user-not-assigned", "our-own-rule", 1)
    put(tmp_path, "our-own-rule.yaml", text.encode())

    def told(*more: str) -> set[str]:
        data = ran(capsys, "cases", *words, "--format", "json", *more).data
        return {one["id"] for one in data["findings"] if one["verdict"] == "confirmed"}

    assert "our-own-rule" not in told()
    assert "our-own-rule" in told("--rules", str(tmp_path))
    put(tmp_path, "broken.yaml", b"id: [")
    assert ran(capsys, "cases", *words, "--rules", str(tmp_path)).code == 2
    assert "our-own-rule" in told("--rules", str(tmp_path), "--keep-going")


def test_damaged_row(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    store.save(case_of("acme", metadata()))
    with closing(sqlite3.connect(store.path)) as connection:
        connection.execute("UPDATE kase SET data = '{'")
        connection.commit()
    done = ran(capsys, "cases", "show", "acme")
    assert done.code == 2
    assert "doctor itself failed" not in done.err


def test_unusable_store_of_cases(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home.write_text("x")
    done = ran(capsys, "cases", "list")
    assert (done.code, done.out) == (2, "")
    assert "DOCTOR_HOME names another folder" in done.err
    with pytest.raises(InputError):
        Store().rows()


def test_case_that_is_named_beside_an_unusable_store(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home.write_text("x")
    done = ran(capsys, "diagnose", put(tmp_path, "md.xml", metadata(-3)), *EXPIRED, "--case", "acme")
    assert done.out.startswith("The cause: Every signing certificate")


# --- the command


def kept(tmp_path: Path, capsys: pytest.CaptureFixture[str], *more: str) -> Ran:
    files = [put(tmp_path, "md.xml", metadata()), put(tmp_path, "c.json", workos(state="validating")),
             put(tmp_path, "r.b64", encoded(response(ACS + "/")))]  # fmt: skip
    return ran(capsys, "diagnose", *files, "--case", "acme", "--acs-url", ACS, "--at", AT, "--format", "json",
               "--no-input", *more)  # fmt: skip


def test_export_and_import_give_the_same_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = kept(tmp_path, capsys, "--symptom", "Recipient mismatch")
    assert before.data["headline"] == "acs-url-mismatch"
    done = ran(capsys, "cases", "export", "acme", "--output", str(tmp_path / "case.json"))
    assert done == (0, "", "doctor: the file holds personal data of the people in its documents\n")
    monkeypatch.setenv("DOCTOR_HOME", str(tmp_path / "elsewhere"))
    assert ran(capsys, "cases", "import", str(tmp_path / "case.json")) == (0, "acme\n", "")
    after = ran(capsys, "cases", "show", "acme", "--format", "json")
    assert (after.code, after.out) == (before.code, before.out)
    assert ran(capsys, "cases", "export", "acme").out == (tmp_path / "case.json").read_text("utf-8")


def test_export_without_documents(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept(tmp_path, capsys)
    done = ran(capsys, "cases", "export", "acme", "--without-documents")
    assert (done.code, done.err, done.data["documents"]) == (0, "", [])
    assert "ann@acme.example" not in done.out


def test_messages_stay_bit_for_bit(tmp_path: Path, store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    kept(tmp_path, capsys)
    found = [recognise(one.data, one.name) for one in store.load("acme").documents]
    assert [one.source for one in found if one.kind == "saml-response"] == [response(ACS + "/")]


def test_list(tmp_path: Path, store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    kept(tmp_path, capsys)
    store.save(case_of("older"), updated="2020-01-01T00:00:00+00:00")
    shown = ran(capsys, "cases", "list", "--format", "json").data
    assert shown["schema"] == "doctor/cases/1"
    assert [(one["name"], one["headline"]) for one in shown["cases"]] == [("acme", "acs-url-mismatch"), ("older", None)]
    assert ran(capsys, "cases", "list").out.splitlines()[-1] == "2 cases"


def test_delete(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept(tmp_path, capsys)
    assert ran(capsys, "cases", "delete", "acme") == (0, "deleted acme\n", "")
    assert ran(capsys, "cases", "show", "acme").code == 2


def test_resume_without_a_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept(tmp_path, capsys)
    done = ran(capsys, "cases", "resume", "acme", "--format", "json")
    assert (done.code, done.data["headline"]) == (1, "acs-url-mismatch")


def test_more_evidence_for_a_case(tmp_path: Path, store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    first = put(tmp_path, "md.xml", metadata())
    ran(capsys, "diagnose", first, "--case", "acme", "--set", "connection.state=validating", "--no-input", "--at", AT)
    done = ran(capsys, "diagnose", "--case", "acme", "--set", "connection.logins_attempted=0", "--no-input",
               "--format", "json")  # fmt: skip
    assert done.data["headline"] == "no-login-yet"
    assert [one["kind"] for one in done.data["subjects"]] == ["idp-metadata"]
    assert store.load("acme").options == {
        "connection.state": "validating", "connection.logins_attempted": 0, "case.judged_at": "2026-11-22T09:00:00Z",
    }  # fmt: skip


WHOLE: Final = {
    "schema": "doctor/case/1", "name": "x", "now": "2026-11-22T09:00:00+00:00", "documents": [], "options": {},
    "answers": {}, "sources": {}, "reports": [], "asked": [],
}  # fmt: skip


CHANGES: Final[tuple[dict[str, Any], ...]] = (
    {"now": "yesterday"}, {"now": "2026-11-22T09:00:00"}, {"now": 5}, {"documents": [{"name": 1}]},
    {"documents": [{"name": "a", "sha256": "b", "base64": "?"}]}, {"options": []}, {"options": {"no.fact": 1}},
    {"options": {"connection.state": "sleeping"}}, {"answers": {"idp.signing_certificates": "x"}},
    {"answers": {"clock.idp_ahead_seconds": "many"}}, {"reports": [1]}, {"provider": 7},
)  # fmt: skip
NO_CASES: Final = (
    "", "{", "[]", "[" * 100_000, json.dumps({"schema": "doctor/case/2"}), json.dumps({"schema": "doctor/case/1"}),
    *(json.dumps({**WHOLE, **change}) for change in CHANGES),
)  # fmt: skip


@pytest.mark.parametrize("content", NO_CASES, ids=range(len(NO_CASES)))
def test_a_file_that_is_no_case(content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = put(tmp_path, "case.json", content)
    done = ran(capsys, "cases", "import", path)
    if done.code == 0:
        done = ran(capsys, "cases", "show", "x")
    assert "doctor itself failed" not in done.err
    assert "Traceback" not in done.err


def test_a_file_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    done = ran(capsys, "cases", "import", "/nowhere/case.json")
    assert (done.code, done.out) == (2, "")


def test_library_saves_and_loads(tmp_path: Path) -> None:
    case = casework.Case(*case_of("acme", metadata(-3), b"\xff\x00", pem().encode()))
    case.save(tmp_path / "case.json")
    again = casework.Case.load(tmp_path / "case.json")
    assert again == case
    assert json.loads((tmp_path / "case.json").read_text("utf-8"))["schema"] == "doctor/case/1"
    assert casework.diagnose(again) == casework.diagnose(case)
    assert case_file.of_data(case_file.as_data(case)) == case


def asked(session: casework.Session) -> Asking:
    assert session.need is not None
    return session.need.acquisitions[0]


def test_back_and_forth(store: Store) -> None:
    session = casework.Session(casework.empty("acme", library.Options()), shipped())
    assert session.need is None
    session.go_on(session.case._replace(options={"connection.state": "validating"}))
    first = asked(session)
    session.answer(first, dict(first.choices[0][1]))
    assert session.so_far.headline == "no-login-yet"
    assert session.back()
    assert asked(session) == first
    assert session.back()
    assert not session.back()


def test_two_that_add_to_one_case_keep_both(store: Store) -> None:
    first = store.join(None, case_of("acme")._replace(reports=("one",)), None, None)
    other = store.load("acme")._replace(reports=("one", "two"), answers={"connection.state": "draft"})
    store.join(first, other, None, None)
    joined = store.join(first, first._replace(reports=("one", "three")), None, None)
    assert sorted(joined.reports) == ["one", "three", "two"]
    assert store.load("acme").answers == {"connection.state": "draft"}


def test_what_was_taken_back_stays_taken_back(store: Store) -> None:
    seen = store.join(None, case_of("acme")._replace(answers={"connection.state": "draft"}), None, None)
    store.join(seen, seen._replace(answers={}), None, None)
    assert store.load("acme").answers == {}


def test_list_shows_no_escape_sequence(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    store.save(case_of("ev\x1b[31mil"))
    shown = ran(capsys, "cases", "list").out
    assert "\x1b" not in shown
    assert "ev\\x1b[31mil" in shown


def test_import_never_replaces_a_case(store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store.save(case_of("acme"))
    path = tmp_path / "case.json"
    casework.Case(*case_of("acme")).save(path)
    done = ran(capsys, "cases", "import", str(path))
    assert (done.code, done.out) == (2, "")
    assert "already" in done.err
    assert ran(capsys, "cases", "import", str(path), "--name", "other").code == 0
    assert {row.name for row in store.rows()} == {"acme", "other"}
