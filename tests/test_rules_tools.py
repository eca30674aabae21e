"""What rule authors use: graphs, the schema, coverage, mutants, a folder of one's own rules."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
import yaml
from jsonschema import Draft202012Validator

from doctor.catalogue.rule import listed
from doctor.engine import authoring, scaffold, tree, tree_example
from doctor.engine.diagnose import Examined
from doctor.engine.rulebook import shipped
from doctor.model.case import Case
from doctor.sources import exhibit
from tests.evidence import AT, NOW, TOP, diagnosed, metadata, put, ran
from tests.factory import broken

if TYPE_CHECKING:
    from doctor.engine.tree import Tree

BOOK: Final = shipped()
TREES: Final = {one.id: one for one in BOOK.trees}
FILES: Final = sorted(
    path for path in (TOP / "rules").rglob("*.yaml")
    if path.parent.name not in ("trees", "errors") and path.name not in ("citations.yaml", "leniency.yaml")
)  # fmt: skip


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCTOR_HOME", str(tmp_path / "home"))


# --- graphs


@pytest.mark.parametrize("one", BOOK.trees, ids=lambda one: one.id)
def test_graph(one: Tree, capsys: pytest.CaptureFixture[str]) -> None:
    done = ran(capsys, "rules", "graph", one.id)
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0] == "flowchart TD"
    for step in one.steps:
        assert any((step.rule or f"advice: {step.advice}") in line for line in lines), step
    nodes = set(re.findall(r"^    (\w+)[\[({]", done.out, re.MULTILINE))
    joined = re.findall(r"^    (\w+) -->(?:\|[^|]*\|)? (\w+)", done.out, re.MULTILINE)
    assert {end for pair in joined for end in pair} <= nodes
    assert nodes - {"start"} == {end for _, end in joined}
    assert all(line.count('"') % 2 == 0 for line in lines)
    data = ran(capsys, "rules", "graph", one.id, "--format", "json").data
    assert (data["schema"], data["tree"], data["mermaid"]) == ("doctor/graph/1", one.id, done.out)


def test_graph_of_a_tree_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    done = ran(capsys, "rules", "graph", "stuck-in-drafts")
    assert (done.code, done.out) == (2, "")
    assert "did you mean stuck-in-draft?" in done.err


# --- the schema


@cache
def validator() -> Draft202012Validator:
    schema = scaffold.schema()
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def wrong(data: Any) -> list[str]:
    return [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}" for error in validator().iter_errors(data)
    ]


def loaded(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_shipped_rules_are_what_the_schema_says(path: Path) -> None:
    assert wrong(loaded(path)) == []


def test_schema_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert ran(capsys, "rules", "schema").data == scaffold.schema()


@pytest.mark.parametrize(
    "change",
    [{"severity": "fatal"}, {"id": "Not_Kebab"}, {"document": "letter"}, {"who": "nobody"}, {"colour": "red"},
     {"when": {"connection.state": "asleep"}}, {"when": {"connection.stat": "draft"}}, {"fix": []}, {"cite": "x"},
     {"when": {"connection.state": {"lt": 5}}}, {"when": {}}, {"escalate": [{"when": {"input.form": "xml"}}]},
     {"examples": [{"name": "x", "facts": {"no.fact": 1}, "fires": True}]},
     {"examples": [{"name": "x", "facts": {}, "fires": "perhaps"}]}],
)  # fmt: skip
def test_the_schema_refuses(change: dict[str, Any]) -> None:
    good = loaded(TOP / "rules/connection/metadata-not-uploaded.yaml")
    assert wrong(good) == []
    assert wrong({**good, **change}) != []


def test_the_schema_wants_every_part() -> None:
    good = loaded(TOP / "rules/connection/metadata-not-uploaded.yaml")
    for key in ("id", "title", "document", "severity", "when", "who", "fix", "cite"):
        assert wrong({name: value for name, value in good.items() if name != key}) != [], key


# --- coverage and mutants


def test_coverage(capsys: pytest.CaptureFixture[str]) -> None:
    data = ran(capsys, "rules", "coverage", "--format", "json").data
    assert data["total"] == len(data["entries"]) >= 250
    assert data["tested"] == sum(one["tested"] for one in data["entries"])
    assert data["tested"] / data["total"] >= 0.9
    for one in data["entries"]:
        assert set(one["suspects"]) <= set(BOOK.ids)
    last = ran(capsys, "rules", "coverage").out.splitlines()[-1]
    assert last == f"{data['tested']} of {data['total']} error texts lead to a tested rule"


def test_mutants() -> None:
    found = authoring.mutants([])[1]
    killed = sum(one["killed"] for one in found)
    alive = [f"{one['rule']}: {one['change']}" for one in found if not one["killed"]]
    assert len(found) > 500
    assert killed / len(found) >= 0.95, f"{killed} of {len(found)}; alive: {alive[:20]}"


def test_mutants_command(capsys: pytest.CaptureFixture[str]) -> None:
    data = ran(capsys, "rules", "test", "--mutants", "no-login-yet", "--format", "json").data
    assert {one["rule"] for one in data["mutants"]} == {"no-login-yet"}
    assert all(one["killed"] for one in data["mutants"])


@pytest.mark.parametrize("words", [(), ("my-acs-has-port",)])
def test_a_rule_without_mutants_says_so(
    words: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rule = scaffold.rule("my-acs-has-port", "sp.acs_url", "saml-core#1.3.1")
    changed = re.sub(r"(?m)^when:.*$", "when: {sp.acs_url: {matches: '^https://[^/]+:[0-9]+/'}}", rule)
    (tmp_path / "my-acs-has-port.yaml").write_text(changed)
    done = ran(capsys, "rules", "test", "--mutants", *words, "--rules", str(tmp_path))
    assert (done.code, done.out) == (0, "this rule has nothing to change, so no mutants\n")
    assert ran(capsys, "rules", "test", "--mutants", "no-such", "--rules", str(tmp_path)).code == 2


def test_mutants_of_an_empty_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = ran(capsys, "rules", "test", "--mutants", "--rules", str(tmp_path))
    assert done.code == 2
    assert f"there is no rule in {tmp_path}" in done.err


def test_shipped_rules_have_no_problem(capsys: pytest.CaptureFixture[str]) -> None:
    done = ran(capsys, "rules", "lint", "--format", "json")
    assert (done.code, done.data["problems"]) == (0, [])
    assert ran(capsys, "rules", "test").code == 0


# --- a folder of one's own rules

MINE: Final = """\
id: {id}
title: {title}
document: case
severity: error
when: {{connection.state: validating}}
message: "It is {{connection.state}}."
who: app-admin
fix: ["Wait."]
wrong_if: "This would be wrong if it were not."
cite: [doctor-evidence]
examples:
  - {{name: it holds, facts: {{connection.state: validating}}, fires: true}}
  - {{name: it does not, facts: {{connection.state: active}}, fires: false}}
  - {{name: nobody looked, facts: {{}}, fires: unknown, needs: [connection.state]}}
"""


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    folder.mkdir()
    return folder


def told(mine: Path, capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, Any]:
    words = ("--set", "connection.state=validating", "--set", "connection.logins_attempted=0", "--rules", str(mine))
    return ran(capsys, "diagnose", *words, "--no-input", "--at", AT, "--format", "json", *more).data


def test_added(mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(mine, "my-finding.yaml", MINE.format(id="my-finding", title="It is validating"))
    found = told(mine, capsys)
    assert found["notes"] == ["mine adds my-finding"]
    assert next(one["verdict"] for one in found["findings"] if one["id"] == "my-finding") == "confirmed"
    assert found["rules"] != BOOK.digest


def test_overridden(mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(mine, "no-login-yet.yaml", MINE.format(id="no-login-yet", title="My own words"))
    found = told(mine, capsys)
    assert found["notes"] == ["mine overrides no-login-yet"]
    assert next(one["title"] for one in found["findings"] if one["id"] == "no-login-yet") == "My own words"


def test_disabled(mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(mine, "no-login-yet.yaml", "id: no-login-yet\ndisabled: true\n")
    found = told(mine, capsys)
    assert found["notes"] == ["mine disables no-login-yet"]
    assert "no-login-yet" not in [one["id"] for one in found["findings"]]
    assert found["verdict"] == "undecided"


def test_disabled_in_a_tree_that_a_report_enters(mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(mine, "acs-url-mismatch.yaml", "id: acs-url-mismatch\ndisabled: true\n")
    found = told(mine, capsys, "--symptom", "Recipient mismatch", "--explain")
    assert "acs-url-mismatch" not in [one["id"] for one in found["findings"]]


def test_a_wrong_rule_of_ones_own(mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(mine, "my-finding.yaml", MINE.format(id="my-finding", title="x"))
    put(mine, "bad.yaml", MINE.format(id="bad", title="x").replace("connection.state", "connection.stat"))
    done = ran(capsys, "diagnose", "--rules", str(mine), "--no-input")
    assert (done.code, done.out) == (2, "")
    assert "did you mean connection.state" in done.err
    assert "bad.yaml:" in done.err
    found = told(mine, capsys, "--keep-going")
    assert found["notes"][0] == "mine adds my-finding"
    assert any("bad.yaml" in note for note in found["notes"])


def test_ones_own_rules_in_text(mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(mine, "certificate-expired.yaml", "id: certificate-expired\ndisabled: true\n")
    words = (put(mine.parent, "md.xml", metadata(-3)), "--set", "connection.state=validating", "--at", AT)
    done = ran(capsys, "diagnose", *words, "--rules", str(mine), "--no-input")
    assert "certificate-expired" not in done.out.replace("disables certificate-expired", "")
    assert "mine disables certificate-expired" in done.out + done.err


# --- every conclusion can be reached


@cache
def concluded() -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """Of each tree: rules that one of its examples, or a rule's own example in it, confirms; advice that is reached."""
    found: dict[str, tuple[set[str], set[str]]] = {name: (set(), set()) for name in TREES}
    for name, one in TREES.items():
        for example in [*listed(one.data.get("examples")), *examples_of_rules(one)]:
            examined = tree_example.examined(example, BOOK)
            if one not in examined.trees:
                continue
            for rule in one.rules:
                reached = any(
                    step.rule == rule and tree.reached(step, examined.view) is not False for step in one.steps
                )
                if reached and any(each.verdict == "confirmed" for each in examined.judged.get(rule, ())):
                    found[name][0].add(rule)
            found[name][1].update(each.id for each in examined.diagnosis("error").advice if each.tree == name)
    for rule in TREES["stuck-in-draft"].rules:
        for patient in broken.of_rule(rule) if rule != "metadata-is-aggregate" else ():  # a case takes no aggregate
            document = exhibit.of_bytes(patient.make(NOW), "md.xml")
            case = Case("x", AT, (document,), {"connection.state": "draft"} | expected(patient))
            judged = Examined(case, BOOK).judged
            found["stuck-in-draft"][0].update(
                name for name in judged if any(each.verdict == "confirmed" for each in judged[name])
            )
    return {name: (frozenset(rules), frozenset(advice)) for name, (rules, advice) in found.items()}


def expected(patient: broken.Patient) -> dict[str, str]:
    """The options of a patient, as facts."""
    names = {"idp_entity_id": "idp.expected_entity_id", "acs_url": "sp.acs_url", "sp_entity_id": "sp.entity_id"}
    return {names[name]: value for name, value in patient.options.items() if name in names}


def examples_of_rules(one: Tree) -> list[dict[str, Any]]:
    """The examples in which rules of the tree hold, in a case that the tree's first symptom enters."""
    files = {path.stem: path for path in FILES}
    return [
        {"name": example["name"], "symptom": one.symptoms[0], "facts": example["facts"],
         "kinds": [kind for kind in BOOK.data(rule)["document"] if kind not in ("case", "any")]}
        for rule in one.rules for example in loaded(files[rule])["examples"] if example["fires"] is True
    ]  # fmt: skip


@pytest.mark.parametrize(("name", "rule"), [(one.id, rule) for one in BOOK.trees for rule in dict.fromkeys(one.rules)])
def test_every_rule_of_a_tree_can_be_its_conclusion(name: str, rule: str) -> None:
    assert rule in concluded()[name][0]


@cache
def holding() -> frozenset[str]:
    """Rules with an example in which they hold."""
    return frozenset(row["rule"] for row in authoring.tested([]) if row["expected"] is True and row["passed"])


@pytest.mark.parametrize("one", BOOK.trees, ids=lambda one: one.id)
def test_every_step_of_a_tree_is_confirmed_by_an_example(one: Tree) -> None:
    """Every rule concludes an example of some tree, or an example of its own."""
    assert set(one.rules) <= holding()


def declined(one: Tree) -> set[str]:
    """The advice that is given when nobody knows anything."""
    from doctor import casework

    session = casework.Session(casework.with_report(Case("x", "2026-11-22T09:00:00Z"), one.symptoms[0]), BOOK)
    while session.need is not None:
        session.answer(session.need.acquisitions[0], {})
    return {each.id for each in session.so_far.advice if each.tree == one.id}


@pytest.mark.parametrize("one", BOOK.trees, ids=lambda one: one.id)
def test_every_advice_is_reached(one: Tree) -> None:
    assert set(one.advice) == concluded()[one.id][1] | declined(one)
    assert one.otherwise in one.advice


@pytest.mark.parametrize("one", BOOK.trees, ids=lambda one: one.id)
def test_every_symptom_enters_its_tree(one: Tree) -> None:
    for symptom in one.symptoms:
        for text in (symptom, f"Hello, {symptom.upper()}!", f"it says “{symptom}” since today"):
            assert one.id in diagnosed(symptom=text).trees, text


def test_every_shipped_example_file_is_a_path() -> None:
    assert all(isinstance(path, Path) for path in FILES)
    assert len(FILES) == len(BOOK.ids)
