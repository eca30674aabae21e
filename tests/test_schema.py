"""The JSON of every command is what its schema says, and the schemas refuse damaged answers."""

from __future__ import annotations

import base64
import contextlib
import copy
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

import doctor
from doctor import library
from doctor.catalogue import rule as rule_file
from doctor.catalogue import tree_file
from doctor.cli.main import main
from doctor.engine import diagnose as engine_diagnose
from doctor.engine import plan as engine_plan
from doctor.engine import rule as engine_rule
from doctor.engine import triage
from doctor.engine.condition import COMBINATORS, OPERATORS, QUANTIFIERS
from doctor.engine.rulebook import shipped
from doctor.facts.address import DIFFERENCES
from doctor.model.case import Case
from doctor.model.document import KINDS
from doctor.model.finding import SEVERITIES, Finding, NotChecked, Report, Subject, Verdict
from doctor.report import json as written
from tests.factory import broken, broken_metadata

if TYPE_CHECKING:
    from collections.abc import Iterator

TOP = Path(__file__).resolve().parent.parent
SCHEMAS = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(TOP.glob("doctor/report/schema/*.json"))}
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
AT = ["--at", "2026-11-22T09:00:00Z"]
EXAMPLES = sorted(str(path) for path in TOP.glob("examples/*.xml"))
SYMPTOM = "Recipient mismatch: expected https://auth.example.com/sso/acs/conn_01"
DIAGNOSE = [
    "diagnose",
    str(TOP / "examples/okta-healthy.xml"),
    *AT,
    "--no-input",
    "--set",
    "connection.state=validating",
]
SUSPECTED = [*DIAGNOSE, "--set", "connection.logins_attempted=1", "--symptom", SYMPTOM]
PROVEN = [*SUSPECTED, "--set", "idp.acs_url=https://auth.example.com/sso/acs/conn_01/"]
DIAGNOSES = {
    "nothing but a state": (["diagnose", "--no-input", "--set", "connection.state=validating"], "undecided"),
    "a document and a state": (DIAGNOSE, "undecided"),
    "suspected by an error text": (SUSPECTED, "undecided"),
    "proven": (PROVEN, "fail"),
    "proven below fail-on": ([*PROVEN, "--fail-on", "never"], "pass"),
    "several texts": ([*SUSPECTED, "--symptom", "ada@acme.example saw AADSTS50105 at 2026-11-22 08:59 UTC"], "pass"),
    "advice": (["diagnose", "--no-input", "--set", "integration.purpose=social"], "pass"),
    "a broken file": (["diagnose", "--no-input", str(TOP / "examples/jumpcloud-broken.xml"), *AT], "fail"),
    "declined": ([*DIAGNOSE, "--set", "connection.logins_attempted=unknown"], "undecided"),
    "a contradiction": ([*DIAGNOSE, "--set", "idp.role_count=2"], "undecided"),
}  # fmt: skip
"""Command lines of `doctor diagnose`, each with the verdict that it comes to."""
COMMANDS = {
    "rules-1": [["rules", "list"], ["rules", "list", "certificate"]],
    "rule-1": [["rules", "show", "certificate-expired"], ["explain", "certificate-md5", "--provider", "okta"]],
    "rule-pages-1": [["explain", "certificate-md5", "certificate-expired", "--provider", "okta"]],
    "lint-1": [["rules", "lint"]],
    "rule-tests-1": [["rules", "test"], ["rules", "test", "acs-url-mismatch"]],
    "rule-mutants-1": [["rules", "test", "--mutants", "acs-url-mismatch"]],
    "coverage-1": [["rules", "coverage"]],
    "graph-1": [["rules", "graph", one.id] for one in shipped().trees],
    "explained-1": [["explain", "invalid_client"], ["explain", SYMPTOM, "--provider", "okta"]],
    "cases-1": [["cases", "list"]],
    "providers-1": [["providers"], ["providers", "okta", "scim"], ["providers", "--type", "OAuth"]],
    "provider-1": [["providers", "show", "okta"], ["providers", "show", "react-native-expo"]],
    "setup-1": [["setup", "okta", "saml", *AT], ["setup", "entra", "scim", *AT], ["setup", "react-native-expo", *AT]],
    "handoff-1": [["handoff", "acme", "--for", one] for one in ("customer", "developer", "all")],
    "case-1": [["cases", "export", "acme", "--without-documents"], ["cases", "export", "acme"]],
    "diagnosis-1": [["cases", "show", "acme"], *(words for words, _ in DIAGNOSES.values()), [*SUSPECTED, "--explain"]],
    "report-1": [["check", *EXAMPLES, *AT], ["check", *EXAMPLES, *AT, "--acs-url", "https://sp.example.com/acs"]],
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one kept case."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(io.StringIO()):
        patch.setenv("DOCTOR_HOME", str(folder))
        main([*SUSPECTED, "--case", "acme"])
    return folder


@pytest.fixture(autouse=True)
def at_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCTOR_HOME", str(home))


def told(words: list[str], capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """What a command line prints as JSON."""
    main([*words, "--format", "json"])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def wrong(name: str, data: object) -> list[str]:
    """Everything that the schema has against the data."""
    found = Draft202012Validator(SCHEMAS[name]).iter_errors(data)
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in found]


@pytest.mark.parametrize("name", SCHEMAS)
def test_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])
    assert SCHEMAS[name]["properties"]["schema"] == {"const": f"doctor/{name.rpartition('-')[0]}/1"}


ELSEWHERE = {"connections-1", "connection-1", "directories-1", "directory-1", "watch-1", "change-1", "events-1",
             "webhook-1", "profiles-1"}  # fmt: skip
"""Answers of commands that talk to a vendor's API; `test_connections_cli` holds them against their schemas."""


def test_every_schema_has_commands() -> None:
    assert set(COMMANDS) | ELSEWHERE == set(SCHEMAS)


@pytest.mark.parametrize(("name", "words"), [(name, words) for name, lines in COMMANDS.items() for words in lines])
def test_command(name: str, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert wrong(name, told(words, capsys)) == []


def test_every_rule(capsys: pytest.CaptureFixture[str]) -> None:
    for row in told(["rules", "list"], capsys)["rules"]:
        assert wrong("rule-1", told(["explain", row["id"]], capsys)) == []


@pytest.mark.parametrize("patient", broken.PATIENTS, ids=lambda patient: patient.name)
def test_patient(patient: broken.Patient) -> None:
    options: dict[str, Any] = dict(patient.options)
    report = doctor.check(patient.make(NOW), at=NOW, **options)
    assert wrong("report-1", json.loads(written.report(report, "0"))) == []


def test_aggregate() -> None:
    later = NOW.replace(year=2060)
    found = json.loads(written.report(doctor.check(broken_metadata.numbered(NOW, 30), at=later), "0"))
    assert found["subjects"][0]["totals"]["certificate-expired"] == 30
    assert found["subjects"][0]["kind"] == "metadata-aggregate"
    assert wrong("report-1", found) == []


def test_other_kinds() -> None:
    texts = (b"", b"\0\1\2", b"hello", b'{"issuer": "https://a.example", "jwks_uri": "x"}', b"{", b"a.b.c", b"<a/>")
    report = doctor.check(*texts, at=NOW)
    assert len(report.subjects) == len(texts)
    assert wrong("report-1", json.loads(written.report(report, "0"))) == []


def test_unreadable(capsys: pytest.CaptureFixture[str]) -> None:
    found = told(["check", "no-such-file.xml", "http://127.0.0.1:9/metadata"], capsys)
    assert len(found["unreadable"]) == 2
    assert wrong("report-1", found) == []


def test_crashed(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(_rule: object, _view: object) -> Iterator[object]:
        raise RuntimeError("a defect")

    monkeypatch.setattr(
        engine_plan.Plan,
        "_judge_plain",
        lambda plan, view, outcomes, _missing: outcomes.extend(
            outcome for rule, _ in plan.plain for outcome in engine_rule.run(rule, view)
        ),
    )
    monkeypatch.setattr(engine_rule, "_run", crash)
    data = written.as_data(library.check(EXAMPLES[0], at=NOW), "0")
    assert {one["verdict"] for one in data["findings"]} == {"crashed"}
    assert wrong("report-1", json.loads(written.text(data))) == []


def test_problem_of_a_rule_file() -> None:
    assert wrong("lint-1", {"schema": "doctor/lint/1", "problems": ["rules/a/b.yaml:3: there is no fact 'x.y'"]}) == []


@pytest.mark.parametrize("name", DIAGNOSES)
@pytest.mark.parametrize("explain", [[], ["--explain"]], ids=["", "explained"])
def test_diagnosis(name: str, explain: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    words, verdict = DIAGNOSES[name]
    found = told([*words, *explain], capsys)
    assert wrong("diagnosis-1", found) == []
    assert found["verdict"] == verdict
    assert ("trace" in found) is bool(explain)


def response(address: str) -> bytes:
    """An unsigned response as it is captured, sent to this address."""
    names = 'xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion"'
    status = '<p:Status><p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></p:Status>'
    told = f'<a:SubjectConfirmationData Recipient="{address}"/>'
    confirmation = (
        f'<a:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">{told}</a:SubjectConfirmation>'
    )
    subject = f"<a:Assertion><a:Subject><a:NameID>ada@acme.example</a:NameID>{confirmation}</a:Subject></a:Assertion>"
    return base64.b64encode(f'<p:Response {names} Destination="{address}">{status}{subject}</p:Response>'.encode())


def test_diagnosis_of_evidence_of_several_kinds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "response.b64").write_bytes(response("https://auth.example.com/sso/acs/conn_01/"))
    connection = {"object": "connection", "id": "conn_01", "organization_id": "org_01", "state": "validating"}
    (tmp_path / "connection.json").write_text(json.dumps(connection))
    (tmp_path / "ticket.txt").write_text(f"since yesterday, ada@acme.example sees\n{SYMPTOM}\n")
    files = [str(tmp_path / name) for name in ("response.b64", "ticket.txt")]
    options = ["--connection-file", str(tmp_path / "connection.json"), "--explain", "--case", "several"]
    found = told(["diagnose", *files, *SUSPECTED[1:], *options], capsys)
    assert wrong("diagnosis-1", found) == []
    assert {one["kind"] for one in found["subjects"]} == {"idp-metadata", "saml-response", "connection"}
    assert (found["verdict"], found["headline"]) == ("fail", "acs-url-mismatch")
    assert "ada@" not in json.dumps(found)
    assert wrong("case-1", told(["cases", "export", "several"], capsys)) == []
    assert wrong("cases-1", told(["cases", "list"], capsys)) == []


def test_case_of_other_bytes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bytes.der").write_bytes(b"\x30\x82\xff\xfe" * 40)
    told(["diagnose", "--no-input", str(tmp_path / "bytes.der"), "--case", "bytes"], capsys)
    found = told(["cases", "export", "bytes"], capsys)
    assert "base64" in found["documents"][0]
    assert wrong("case-1", found) == []


def test_saved_case(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "case.json").write_text(json.dumps(told(["cases", "export", "acme"], capsys)))
    doctor.Case.load(tmp_path / "case.json").save(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_text() == written.text(json.loads((tmp_path / "case.json").read_text()))
    assert wrong("case-1", json.loads((tmp_path / "again.json").read_text())) == []


def test_no_cases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("DOCTOR_HOME", str(tmp_path))
    assert wrong("cases-1", told(["cases", "list"], capsys)) == []


def test_every_error_text() -> None:
    from doctor.engine.report_text import Match
    from doctor.report.diagnosis import reported

    rows = [reported(Match(entry, "words", 0, entry["sets"])) for entry in shipped().errors]
    assert wrong("explained-1", {"schema": "doctor/explained/1", "provider": None, "matches": rows}) == []


def test_schema_of_rule_files(capsys: pytest.CaptureFixture[str]) -> None:
    Draft202012Validator.check_schema(told(["rules", "schema"], capsys))


def sample(name: str, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """An answer in which everything occurs, small enough to damage at every place."""
    words = {
        "report-1": ["check", str(TOP / "examples/okta-broken.xml"), "--acs-url", "https://sp.example.com/acs", *AT]
    }
    return told(words.get(name, COMMANDS[name][-1]), capsys)


FREE = {"summary", "totals", "when", "applies", "escalate", "branch"}
"""Parts without a fixed set of keys."""
BY_FACT = {"facts", "options", "answers", "sources"}
"""Objects with a key for each fact."""
OPTIONAL = {"trace"}


def objects(data: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The path of every object with a fixed set of keys; of a list, of its first item."""
    if isinstance(data, dict):
        yield path
        for key, value in data.items():
            if key not in FREE and not (key in BY_FACT and isinstance(value, dict)):
                yield from objects(value, (*path, key))
    elif isinstance(data, list) and data:
        yield from objects(data[0], (*path, 0))


def at(data: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        data = data[step]
    return data


@pytest.mark.parametrize("name", COMMANDS)
def test_missing_and_unknown_keys_are_refused(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    whole = sample(name, capsys)
    for path in objects(whole):
        damaged = copy.deepcopy(whole)
        at(damaged, path)["extra"] = 1
        assert wrong(name, damaged), f"an unknown key at {path} goes unseen"
        for key in set(at(whole, path)) - OPTIONAL:
            damaged = copy.deepcopy(whole)
            del at(damaged, path)[key]
            assert wrong(name, damaged), f"{key} missing at {path} goes unseen"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("schema",), "doctor/report/2"), (("rules",), "sha256:00"), (("now",), "2026-11-22"), (("verdict",), "passed"),
        (("subjects", 0, "kind"), "metadata"), (("subjects", 0, "sha256"), "00"), (("counts", "error"), -1),
        (("subjects", 0, "summary"), {}), (("subjects", 0, "summary", "certificates", 0, "use"), "both"),
        (("subjects", 0, "totals"), {"certificate-expired": 0}), (("findings", 0, "severity"), "fatal"),
        (("findings", 0, "verdict"), "suspected"), (("findings", 0, "who"), "somebody"),
        (("findings", 0, "line"), 0), (("findings", 0, "difference"), "none"), (("findings", 0, "fix"), [""]),
        (("findings", 0, "id"), "Certificate_Expired"), (("findings", 0, "evidence", 0, "value"), {}),
        (("findings", 0, "cite"), []), (("not_checked", 0, "how"), None),
    ],
)  # fmt: skip
def test_wrong_value_is_refused(path: tuple[str | int, ...], value: object, capsys: pytest.CaptureFixture[str]) -> None:
    damaged = sample("report-1", capsys)
    at(damaged, path[:-1])[path[-1]] = value
    assert wrong("report-1", damaged)


@pytest.mark.parametrize(
    ("name", "path", "value"),
    [
        ("diagnosis-1", ("schema",), "doctor/diagnosis/2"), ("diagnosis-1", ("verdict",), "unknown"),
        ("diagnosis-1", ("now",), "2026-11-22"), ("diagnosis-1", ("headline",), ""), ("diagnosis-1", ("symptom",), ""),
        ("diagnosis-1", ("trees",), [None]), ("diagnosis-1", ("trees",), ["a", "a"]),
        ("diagnosis-1", ("findings", 0, "verdict"), "likely"), ("diagnosis-1", ("findings", 0, "needs"), [""]),
        ("diagnosis-1", ("needs", 0, "kind"), "guess"), ("diagnosis-1", ("needs", 0, "question"), ""),
        ("diagnosis-1", ("needs", 0, "provides"), ["address"]), ("diagnosis-1", ("needs", 0, "help"), None),
        ("diagnosis-1", ("needs", 0, "choices"), [{"label": "a"}]),
        ("diagnosis-1", ("needs", 0, "choices"), [{"label": "a", "facts": {"b": 1}}]),
        ("diagnosis-1", ("reported", 0, "suspects"), [""]), ("diagnosis-1", ("reported", 0, "facts"), {"extra": 1}),
        ("diagnosis-1", ("trace", 0, "reached"), "yes"), ("diagnosis-1", ("trace", 0, "verdict"), "open"),
        ("diagnosis-1", ("trace", 0, "branch"), [{}]), ("diagnosis-1", ("trace", 0, "facts", 0, "value"), {}),
        ("diagnosis-1", ("counts", "error"), -1), ("diagnosis-1", ("advice",), [{"id": "a"}]),
        ("case-1", ("options",), {"extra": 1}), ("case-1", ("answers",), {"a.b": {"unknown": ""}}),
        ("case-1", ("answers",), {"a.b": {"known": "c"}}), ("case-1", ("documents", 0, "sha256"), "00"),
        ("case-1", ("documents", 0, "base64"), "AA=="), ("case-1", ("now",), "today"),
        ("cases-1", ("cases", 0, "verdict"), "open"), ("cases-1", ("cases", 0, "updated"), "yesterday"),
        ("coverage-1", ("tested",), -1), ("coverage-1", ("entries", 0, "tested"), None),
        ("explained-1", ("matches",), []), ("explained-1", ("matches", 0, "means"), ""),
        ("graph-1", ("mermaid",), ""), ("rule-mutants-1", ("mutants", 0, "killed"), "yes"),
        ("rule-tests-1", ("results", 0, "expected"), "maybe"), ("rule-tests-1", ("results", 0, "expected"), {}),
        ("rule-tests-1", ("results", 0, "got"), {"concluded": []}), ("rule-tests-1", ("results", 0, "got"), None),
    ],
)  # fmt: skip
def test_other_wrong_value_is_refused(
    name: str, path: tuple[str | int, ...], value: object, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged = sample(name, capsys)
    at(damaged, path[:-1])[path[-1]] = value
    assert wrong(name, damaged)


@pytest.mark.parametrize("condition", [{}, {"all": []}, {"a.b": {"eqals": 1}}, {"some": {"a.b": {}}}, {"a.b": []}])
def test_wrong_condition_is_refused(condition: object, capsys: pytest.CaptureFixture[str]) -> None:
    damaged = sample("rule-1", capsys)
    damaged["rule"]["when"] = condition
    assert wrong("rule-1", damaged)


def test_words_are_those_of_the_code() -> None:
    report, rule = SCHEMAS["report-1"]["$defs"], SCHEMAS["rule-1"]["$defs"]
    finding, row = report["finding"]["properties"], SCHEMAS["rules-1"]["$defs"]["rule"]["properties"]
    assert report["subject"]["properties"]["kind"]["enum"] == list(KINDS)
    assert finding["severity"]["enum"] == row["severity"]["enum"] == list(SEVERITIES)
    assert {*finding["difference"]["enum"], "none"} == {*DIFFERENCES, None}
    assert finding["who"]["enum"] == [*rule_file.WHO, None]
    assert set(row["document"]["items"]["enum"]) == set(rule_file.SCOPES)
    assert list(rule["test"]["anyOf"][1]["properties"]) == list(OPERATORS)
    assert set(rule["condition"]["properties"]) == {*COMBINATORS, *QUANTIFIERS}


def test_keys_are_those_of_the_code() -> None:
    report = SCHEMAS["report-1"]["$defs"]
    assert set(report["finding"]["required"]) == set(Finding._fields) - {"excerpt"}
    assert set(report["not_checked"]["required"]) == set(NotChecked._fields)
    assert set(SCHEMAS["report-1"]["required"]) == {*Report._fields, "schema", "doctor"}
    assert set(report["subject"]["required"]) == set(Subject._fields)
    diagnosis = SCHEMAS["diagnosis-1"]
    assert set(diagnosis["required"]) == {*engine_diagnose.Diagnosis._fields, "schema", "doctor"} - {"trace"}
    assert set(diagnosis["$defs"]["need"]["required"]) == set(engine_diagnose.Asking._fields)
    assert set(diagnosis["$defs"]["advice"]["required"]) == set(engine_diagnose.Advice._fields)
    assert set(diagnosis["$defs"]["noticed"]["required"]) == set(triage.Noticed._fields)
    assert set(SCHEMAS["case-1"]["required"]) == {*Case._fields, "schema"}
    walk = set(SCHEMAS["rule-tests-1"]["$defs"]["walk"]["properties"])
    assert walk == set(tree_file.EXAMPLE_KEYS) - {"name", "facts", "symptom", "kinds", "provider"}


def test_a_page_among_several_is_the_page_of_one() -> None:
    assert SCHEMAS["rule-pages-1"]["$defs"] == SCHEMAS["rule-1"]["$defs"]


def test_verdicts_are_those_of_the_code() -> None:
    verdicts = SCHEMAS["diagnosis-1"]["$defs"]["finding"]["properties"]["verdict"]["enum"]
    assert verdicts == list(engine_diagnose.RANK)
    assert set(verdicts) == set(Verdict)


def test_parts_of_several_schemas_are_the_same() -> None:
    seen: dict[str, object] = {}
    for name in ("report-1", "diagnosis-1", "explained-1", "case-1"):
        for part, shape in SCHEMAS[name]["$defs"].items():
            if part != "finding":
                assert seen.setdefault(part, shape) == shape, f"{part} differs in {name}"
