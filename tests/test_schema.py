"""The JSON of every command is what its schema says, and the schemas refuse damaged answers."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

import doctor
from doctor import library
from doctor.catalogue import rule as rule_file
from doctor.cli.main import main
from doctor.engine import rule as engine_rule
from doctor.engine.condition import COMBINATORS, OPERATORS, QUANTIFIERS
from doctor.facts.address import DIFFERENCES
from doctor.model.document import KINDS
from doctor.model.finding import SEVERITIES, Finding, NotChecked, Report
from doctor.report import json as written
from tests.factory import broken, broken_metadata

if TYPE_CHECKING:
    from collections.abc import Iterator

TOP = Path(__file__).resolve().parent.parent
SCHEMAS = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(TOP.glob("doctor/report/schema/*.json"))}
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
AT = ["--at", "2026-11-22T09:00:00Z"]
EXAMPLES = sorted(str(path) for path in TOP.glob("examples/*.xml"))
COMMANDS = {
    "rules-1": [["rules", "list"], ["rules", "list", "certificate"]],
    "rule-1": [["rules", "show", "certificate-expired"], ["explain", "certificate-md5", "--provider", "okta"]],
    "lint-1": [["rules", "lint"]],
    "rule-tests-1": [["rules", "test"], ["rules", "test", "acs-url-mismatch"]],
    "report-1": [["check", *EXAMPLES, *AT], ["check", *EXAMPLES, *AT, "--acs-url", "https://sp.example.com/acs"]],
}


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


def test_every_schema_has_commands() -> None:
    assert set(COMMANDS) == set(SCHEMAS)


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

    monkeypatch.setattr(engine_rule, "_run", crash)
    data = written.as_data(library.check(EXAMPLES[0], at=NOW), "0")
    assert {one["verdict"] for one in data["findings"]} == {"crashed"}
    assert wrong("report-1", json.loads(written.text(data))) == []


def test_problem_of_a_rule_file() -> None:
    assert wrong("lint-1", {"schema": "doctor/lint/1", "problems": ["rules/a/b.yaml:3: there is no fact 'x.y'"]}) == []


def sample(name: str, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """An answer in which everything occurs, small enough to damage at every place."""
    words = {"report-1": [str(TOP / "examples/okta-broken.xml"), "--acs-url", "https://sp.example.com/acs"]}
    line = ["check", *words[name], *AT] if name in words else COMMANDS[name][-1]
    return told(line, capsys)


FREE = {"summary", "totals", "when", "applies", "escalate"}
"""Parts without a fixed set of keys."""


def objects(data: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The path of every object with a fixed set of keys; of a list, of its first item."""
    if isinstance(data, dict):
        yield path
        for key, value in data.items():
            if key not in FREE:
                yield from objects(value, (*path, key))
    elif isinstance(data, list) and data:
        yield from objects(data[0], (*path, 0))


def at(data: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        data = data[step]
    return data


@pytest.mark.parametrize("name", SCHEMAS)
def test_missing_and_unknown_keys_are_refused(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    whole = sample(name, capsys)
    for path in objects(whole):
        damaged = copy.deepcopy(whole)
        at(damaged, path)["extra"] = 1
        assert wrong(name, damaged), f"an unknown key at {path} goes unseen"
        for key in at(whole, path):
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
