"""`doctor diagnose` as people and scripts use it: questions on a terminal, options, what is refused and how."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest

from doctor.facts.acquisition import ACQUISITIONS
from tests.evidence import (
    ACS,
    AT,
    NOW,
    SP,
    Terminal,
    encoded,
    metadata,
    put,
    ran,
    response,
    scalekit,
    workos,
)
from tests.factory import broken_metadata

if TYPE_CHECKING:
    from pathlib import Path

VALIDATING: Final = ("--set", "connection.state=validating", "--at", AT)
JSON: Final = ("--format", "json", "--no-input")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DOCTOR_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


# --- on a terminal


def test_a_conversation(home: Path, tmp_path: Path) -> None:
    md = put(tmp_path, "md.xml", metadata())
    with Terminal(home, "diagnose", md, *VALIDATING, "--acs-url", ACS) as terminal:
        first = terminal.asked()
        assert first.startswith("\nHas anybody tried to sign in through this connection, and where did it end?\n")
        assert "asked because it decides no-login-yet" in first
        assert "  1. nobody tried\n" in first
        assert "I don't know" in first
        terminal.type("?")
        assert "Ask the people who set it up" in terminal.asked()
        terminal.type("9")
        assert "answer with a number from 1 to 5" in terminal.asked()
        terminal.type("b")
        assert "there is nothing to take back" in terminal.asked()
        terminal.type("1")
        code, rest = terminal.ended()
    assert "[no-login-yet]" in rest
    assert code == 0


def test_i_do_not_know_is_not_asked_again(home: Path, tmp_path: Path) -> None:
    seen = []
    with Terminal(home, "diagnose", "--symptom", "Users created but not updated") as terminal:
        for _ in range(60):
            try:
                seen.append(terminal.asked().strip().splitlines()[0])
            except AssertionError:
                break
            terminal.type("")
        code, _ = terminal.ended()
    assert len(seen) > 5
    assert len(set(seen)) == len(seen)
    assert code == 3


def test_back(home: Path) -> None:
    with Terminal(home, "diagnose", *VALIDATING) as terminal:
        first = terminal.asked()
        terminal.type("3")
        second = terminal.asked()
        assert second != first
        terminal.type("b")
        assert terminal.asked() == first
        terminal.type("nobody tried")
        code, rest = terminal.ended()
    assert code == 0
    assert "[no-login-yet]" in rest


@pytest.mark.parametrize("how", ["q", "ctrl-c", "ctrl-d"])
def test_stopping_keeps_the_case(how: str, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Terminal(home, "diagnose", *VALIDATING, "--case", "acme") as terminal:
        terminal.asked()
        terminal.type("3")
        terminal.asked()
        if how == "q":
            terminal.type("q")
        elif how == "ctrl-c":
            terminal.interrupt()
        else:
            terminal.type("\x04")
        code, rest = terminal.ended()
    assert "Traceback" not in rest
    assert code in (3, 130)
    done = ran(capsys, "cases", "show", "acme", "--format", "json")
    assert done.data["asked"] == ["ask:login"]
    assert done.code == 3


def test_standard_output_stays_data(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.txt"
    with Terminal(home, "diagnose", *VALIDATING, out=out) as terminal:
        assert "Has anybody tried" in terminal.asked()
        terminal.type("1")
        code, rest = terminal.ended()
    assert code == 0
    assert rest.strip() == ""
    assert out.read_text("utf-8").startswith("The cause: ")


def test_a_value_is_typed(home: Path, tmp_path: Path) -> None:
    words = ("--symptom", f"Recipient mismatch: expected {ACS}", "--set", "connection.logins_attempted=1")
    with Terminal(home, "diagnose", *VALIDATING, *words, put(tmp_path, "md.xml", metadata())) as terminal:
        assert "Single sign-on URL" in terminal.asked()
        terminal.type(ACS + "/")
        code, rest = terminal.ended()
    assert code == 1
    assert "trailing" in rest


def test_a_document_is_brought(home: Path, tmp_path: Path) -> None:
    given = put(tmp_path, "md.xml", metadata(-3))
    known = {
        "connection.state": "validating", "connection.protocol": "oidc", "connection.logins_attempted": "1",
        "login.ended_at": "vendor", "sp.acs_url": ACS, "idp.acs_url": ACS, "sp.entity_id": SP, "idp.audience": SP,
        "organization.domain_verified": "true",
    }  # fmt: skip
    words = [part for name, value in known.items() for part in ("--set", f"{name}={value}")]
    with Terminal(home, "diagnose", *words, "--at", AT) as terminal:
        question = terminal.asked()
        while "metadata file" not in question:
            terminal.type("")
            question = terminal.asked()
        terminal.type(str(tmp_path / "nowhere.xml"))
        assert "there is no file" in terminal.asked()
        terminal.type(given)
        code, rest = terminal.ended()
    assert code == 1
    assert "[certificate-expired]" in rest


# --- for scripts


def test_no_input(capsys: pytest.CaptureFixture[str]) -> None:
    done = ran(capsys, "diagnose", *VALIDATING, "--no-input")
    assert (done.code, done.err) == (3, "")
    assert "What would tell more, the best first:\n  1. Has anybody tried to sign in" in done.out
    assert done.out.rstrip().endswith("undecided · no findings")


def test_nothing_at_all(capsys: pytest.CaptureFixture[str]) -> None:
    done = ran(capsys, "diagnose", *JSON)
    assert done.code in (0, 3)
    assert (done.data["headline"], done.data["findings"], done.data["trees"]) == (None, [], [])


@pytest.mark.parametrize(
    ("severity", "code"), [("error", 1), ("warning", 1), ("notice", 1), ("never", 0)]
)  # fmt: skip
def test_fail_on(severity: str, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = (put(tmp_path, "md.xml", metadata(-3)), *VALIDATING, *JSON, "--fail-on", severity)
    done = ran(capsys, "diagnose", *words)
    assert (done.code, done.data["headline"]) == (code, "certificate-expired")


def test_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = {"connection.state": "validating", "connection.logins_attempted": 0, "organization.domain_verified": True,
             "clock.idp_ahead_seconds": -2, "oauth.requested_scopes": ["openid", "email"]}  # fmt: skip
    done = ran(capsys, "diagnose", "--answers", put(tmp_path, "answers.json", given), *JSON)
    assert (done.code, done.data["headline"]) == (0, "no-login-yet")


def test_set_beats_or_equals_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = put(tmp_path, "answers.json", {"connection.state": "validating"})
    done = ran(capsys, "diagnose", "--answers", path, "--set", "connection.logins_attempted=0", *JSON)
    assert done.data["headline"] == "no-login-yet"


def test_dont_know_in_advance(capsys: pytest.CaptureFixture[str]) -> None:
    done = ran(
        capsys, "diagnose", "--set", "connection.state=draft", "--set", "connection.metadata_uploaded=unknown", *JSON
    )
    assert "ask:connection.metadata_uploaded" not in [one["acquisition"] for one in done.data["needs"]]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("connection.stat=draft", "did you mean connection.state?"),
        ("connection.state=darft", "did you mean draft?"),
        ("connection.state=asleep", "one of draft, validating, active"),
        ("connection.state", "joined by ="),
        ("connection.logins_attempted=many", "is a number, not 'many'"),
        ("organization.exists=maybe", "is true or false, not 'maybe'"),
        ("idp.signing_certificates=x", "is a collection; it comes from a document"),
        ("sp.acs_url=", "needs a value"),
        ("sp.acs_url=ABSENT", "is never absent"),
        ("=x", "there is no fact ''"),
    ],
)  # fmt: skip
def test_what_set_refuses(given: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    done = ran(capsys, "diagnose", "--set", given, "--no-input")
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert len(done.err.splitlines()) <= 2


@pytest.mark.parametrize(
    ("content", "said"),
    [("{", "is not JSON"), ("[]", "holds no JSON object"),
     ('{"connection.stat": "x"}', "did you mean connection.state?"),
     ('{"connection.state": null}', "is no value of connection.state"),
     ('{"connection.state": {"a": 1}}', "is no value"), ('{"organization.exists": "perhaps"}', "is true or false"),
     ("[" * 100_000, "is not JSON"), ("\xff", "is not JSON")],
)  # fmt: skip
def test_what_answers_refuses(content: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = ran(capsys, "diagnose", "--answers", put(tmp_path, "a.json", content.encode("latin-1")), "--no-input")
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_answers_that_are_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    done = ran(capsys, "diagnose", "--answers", "/nowhere/answers.json", "--no-input")
    assert (done.code, done.err) == (2, "doctor: cannot read /nowhere/answers.json: No such file or directory\n")


@pytest.mark.parametrize("word", ["1", "true", "yes", "Y", "True"])
def test_words_for_yes(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    done = ran(capsys, "diagnose", "--set", f"organization.exists={word}", *JSON)
    assert next(one["verdict"] for one in done.data["findings"] if one["id"] == "organization-missing") == "ruled-out"


@pytest.mark.parametrize("word", ["validating", "Validating", " VALIDATING "])
def test_words_of_an_enum(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert ran(capsys, "diagnose", "--set", f"connection.state={word}", *JSON).data["trees"] == ["stuck-in-validating"]


# --- files


def test_connection_file_with_a_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = put(
        tmp_path, "list.json", {"object": "list", "data": [workos(state="inactive"), workos(id="conn_two22222222")]}
    )
    done = ran(capsys, "diagnose", "--connection-file", path, *JSON)
    assert [one["kind"] for one in done.data["subjects"]] == ["connection", "connection"]
    names = [one["name"] for one in done.data["subjects"]]
    assert sorted(name.rpartition("#")[2] for name in names) == ["conn_01E4ZCR3C56J083X43JQXF3JK5", "conn_two22222222"]
    assert done.code in (1, 3)


def test_connection_file_that_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = ran(capsys, "diagnose", "--connection-file", put(tmp_path, "md.xml", metadata()), "--no-input")
    assert (done.code, done.out) == (2, "")
    assert "this is idp-metadata, not a connection" in done.err


def test_options_between_evidence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, two = put(tmp_path, "md.xml", metadata()), put(tmp_path, "r.b64", encoded(response()))
    done = ran(capsys, "diagnose", one, "--acs-url", ACS, two, *JSON)
    assert [each["kind"] for each in done.data["subjects"]] == ["idp-metadata", "saml-response"]


def test_a_folder_of_evidence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "evidence"
    folder.mkdir()
    put(folder, "md.xml", metadata(-3))
    put(folder, "c.json", scalekit(status="IN_PROGRESS"))
    put(folder, "ticket.txt", "stuck in validating")
    done = ran(capsys, "diagnose", str(folder), "--at", AT, *JSON)
    assert (done.code, done.data["headline"]) == (1, "certificate-expired")
    assert done.data["symptom"] == "stuck in validating"


@pytest.mark.parametrize("way", ["evidence", "connection", "both"])
def test_unreadable_evidence(way: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gone = str(tmp_path / "gone.xml")
    words = {"evidence": [gone], "connection": ["--connection-file", gone], "both": [gone, "--connection-file", gone]}
    done = ran(capsys, "diagnose", *words[way], put(tmp_path, "md.xml", metadata(-3)), *VALIDATING, *JSON)
    assert (done.code, done.data["headline"]) == (2, "certificate-expired")
    assert done.err.count(f"there is no file {gone}") == (2 if way == "both" else 1)
    assert len(done.err.splitlines()) == (2 if way == "both" else 1)


def test_an_aggregate_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = put(tmp_path, "federation.xml", broken_metadata.numbered(NOW, 3))
    done = ran(capsys, "diagnose", path, "--no-input")
    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines()[0] == f"doctor: {path} is an aggregate"
    assert "doctor check" in done.err.splitlines()[1]


def test_a_case_file_is_no_evidence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran(capsys, "diagnose", *VALIDATING, "--no-input", "--case", "acme")
    path = put(tmp_path, "case.json", ran(capsys, "cases", "export", "acme").out)
    done = ran(capsys, "diagnose", path, "--no-input")
    assert done.code == 2
    assert "doctor cases import" in done.err


def test_unknown_provider(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = ran(capsys, "diagnose", "--provider", "Octa", *VALIDATING, "--no-input")
    assert done.code == 3
    assert done.err.startswith("doctor: no product is known as Octa")
    assert len(done.err.splitlines()) == 1


def test_provider_words(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--symptom", f"Recipient mismatch: expected {ACS}", *JSON)
    for name, label in (("okta", "Single sign-on URL"), ("entra-id", "Reply URL")):
        done = ran(capsys, "diagnose", "--provider", name, *words)
        assert label in done.data["needs"][0]["question"]


@pytest.mark.parametrize(
    "words",
    [["--vendor", "auth0"], ["--at", "tomorrow"], ["--frobnicate"], ["--fail-on", "info"], ["--rules", "/nowhere"],
     ["--format", "yaml"]],
)  # fmt: skip
def test_wrong_options(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    done = ran(capsys, "diagnose", *words, "--no-input")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("doctor: ")


# --- explain


def test_explain(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = (put(tmp_path, "md.xml", metadata(-3)), *VALIDATING, "--explain")
    shown = ran(capsys, "diagnose", *words, "--no-input").out
    assert "The path:" in shown
    assert "stuck-in-validating › certificate-expired: confirmed" in shown
    assert "connection.state" in shown or "idp.signing_certificates" in shown
    trace = ran(capsys, "diagnose", *words, *JSON).data["trace"]
    assert [one["step"] for one in trace][:2] == ["no-login-yet", "certificate-expired"]
    by_step = {one["step"]: one for one in trace}
    assert by_step["user-not-assigned"]["reached"] == "unknown"
    assert by_step["user-not-assigned"]["branch"] == [{"login.ended_at": "identity-provider"}]
    assert by_step["certificate-expired"]["facts"][0]["source"].endswith("md.xml")
    assert "trace" not in ran(capsys, "diagnose", *words[:-1], *JSON).data


# --- a whole ticket

TICKET: Final = f"""\
Hi team, since 2026-11-20 14:03:22 UTC ann.lee@Acme.example cannot sign in, connection conn_01E4ZCR3C56J083X43JQXF3JK5
of org_01EHWNCE74X7JSDV0X3SZ3KJNY. Microsoft shows:
  AADSTS50011: The reply URL specified in the request does not match the reply URLs configured for the application.
  Correlation ID: 5f3c1b0e-9d4e-4c61-8a44-2f0cbb7a1d11   Timestamp: 2026-11-20T14:03:22Z
The page was https://login.microsoftonline.com/acme/saml2?SAMLRequest=abc and the app https://app.acme.example/login.
request id req_7f3a9c2e11b0, session session_01HXYZABCDEF
SAMLResponse={encoded(response(ACS + "/")).decode()}
"""


def test_a_whole_ticket(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = ran(capsys, "diagnose", "--symptom", TICKET, "--acs-url", ACS, "--at", AT, *JSON)
    noticed = {(one["kind"], one["value"]) for one in done.data["noticed"]}
    for one in (
        ("connection id", "conn_01E4ZCR3C56J083X43JQXF3JK5"), ("organization id", "org_01EHWNCE74X7JSDV0X3SZ3KJNY"),
        ("Entra error code", "AADSTS50011"), ("correlation or trace id", "5f3c1b0e-9d4e-4c61-8a44-2f0cbb7a1d11"),
        ("time", "2026-11-20T14:03:22Z"), ("time", "2026-11-20 14:03:22 UTC"), ("request id", "req_7f3a9c2e11b0"),
        ("session id", "session_01HXYZABCDEF"), ("e-mail domain", "acme.example"),
        ("address", "https://app.acme.example/login"),
    ):  # fmt: skip
        assert one in noticed
    assert [one["kind"] for one in done.data["subjects"]] == ["saml-response"]
    assert "ann.lee@" not in done.out
    assert "[saml-response]" in done.data["symptom"]
    assert any(one["code"] == "AADSTS50011" for one in done.data["reported"])
    assert (done.code, done.data["headline"]) == (1, "acs-url-mismatch")


def test_a_ticket_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    shown = ran(capsys, "diagnose", "--symptom", TICKET, "--no-input").out
    assert "In the text:" in shown
    assert "Entra error code: AADSTS50011 (Entra sign-in logs)" in shown
    assert "ann.lee@" not in shown


@pytest.mark.parametrize("form", ["base64", "url", "wrapped", "form"])
def test_a_pasted_message_becomes_a_document(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    from urllib.parse import quote

    text = encoded(response(ACS + "/")).decode()
    pasted = {
        "base64": f"it sent {text} to us",
        "url": f"see https://a.example/acs?SAMLResponse={quote(text, safe='')}&RelayState=x",
        "wrapped": "it sent\n" + "\n".join(text[at : at + 76] for at in range(0, len(text), 76)) + "\nto us",
        "form": f"POST /acs\n\nSAMLResponse={quote(text, safe='')}&RelayState=abc",
    }[form]  # fmt: skip
    done = ran(capsys, "diagnose", "--symptom", pasted, "--acs-url", ACS, *JSON)
    assert [one["kind"] for one in done.data["subjects"]] == ["saml-response"]
    assert done.data["headline"] == "acs-url-mismatch"


@pytest.mark.parametrize(
    "text", ["x" * 2_000_000, "A" * 300_000, "\0\x1b[31mred\x1b[0m " * 50, "\U0001d4b3" * 9999, "\ud800 lone"]
)
def test_odd_texts(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    done = ran(capsys, "diagnose", "--symptom", text, "--no-input")
    assert done.code in (0, 3)
    assert "\x1b" not in done.out + done.err
    assert "failed" not in done.err


# --- contradictions


def test_a_contradiction_is_a_finding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = put(tmp_path, "c.json", workos(state="active"))
    done = ran(capsys, "diagnose", path, "--set", "connection.state=validating", *JSON)
    found = next(one for one in done.data["findings"] if one["id"] == "evidence-contradicts")
    assert (found["verdict"], found["expected"], found["actual"]) == ("confirmed", "active", "validating")
    assert "--set connection.state" in found["message"]
    assert "stuck-in-validating" not in done.data["trees"]


def test_an_observation_beats_what_is_said_and_that_a_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = put(tmp_path, "r.xml", response(ACS))
    words = (
        "--symptom",
        f"Recipient mismatch: expected {ACS}/old",
        "--acs-url",
        ACS,
        "--set",
        f"idp.acs_url={ACS}/typed",
    )
    done = ran(capsys, "diagnose", seen, *words, *JSON)
    verdicts = {one["id"]: one["verdict"] for one in done.data["findings"]}
    assert verdicts["acs-url-mismatch"] == "ruled-out"
    said = [one["actual"] for one in done.data["findings"] if one["id"] == "evidence-contradicts"]
    assert sorted(said) == [f"{ACS}/old", f"{ACS}/typed"]


# --- the questions themselves


@pytest.mark.parametrize("one", ACQUISITIONS, ids=lambda one: one.id)
def test_every_question_can_be_answered(one: Any) -> None:
    from doctor.engine import answer

    assert one.question.endswith(("?", "."))
    for choice in one.choices:
        for name, value in choice.facts.items():
            assert answer.checked(name, value) == value
    if one.kind == "ask" and not one.choices:
        assert answer.settable(one.provides[0]).type.name in ("text", "url", "number", "list")


def test_json_is_the_same_twice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("diagnose", put(tmp_path, "c.json", scalekit()), "--symptom", TICKET, "--at", AT, *JSON, "--explain")
    assert json.loads(ran(capsys, *words).out) == json.loads(ran(capsys, *words).out)
