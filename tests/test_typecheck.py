"""What a rule file gets wrong is said with file, line and the nearest right word; nothing is let through."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

import pytest

from doctor.catalogue import build, source, store
from doctor.catalogue import rule as rule_file
from doctor.catalogue.source import Map
from doctor.engine import make, typecheck
from doctor.model.error import CatalogueError

FILE: Final = "rules/certificate/certificate-probe.yaml"
GOOD: Final = """\
id: certificate-probe
title: Every signing certificate is short-lived
document: idp-metadata
severity: warning
escalate:
  - {when: {input.form: xml}, to: error}
applies:
  metadata.signature: none
when:
  every:
    idp.signing_certificates: {days_left: {lt: 0}}
message: "The newest one ends {idp.newest_certificate.not_after:date}."
who: idp-admin
fix:
  - "Go to {provider.where.metadata}."
wrong_if: This would be wrong if nobody signed.
cite: [saml-metadata]
examples:
  - name: yes
    facts: {input.form: xml}
    fires: true
  - name: no
    facts: {input.form: text}
    fires: false
"""
WORDS: Final = frozenset({"provider.where.metadata", "provider.label.entity_id"})


def problems(text: str) -> list[str]:
    """Every problem of the text of one rule file."""
    try:
        data = source.parse(text, FILE)
    except CatalogueError as error:
        return error.problems
    return rule_file.problems(data, FILE) or typecheck.problems(data, FILE, WORDS)


def one(text: str, line: int, *words: str) -> None:
    """Exactly one problem, on this line, in these words."""
    found = problems(text)
    assert len(found) == 1, found
    assert found[0].startswith(f"{FILE}:{line}: "), found
    for word in words:
        assert word in found[0]


def swapped(before: str, after: str) -> str:
    assert GOOD.count(before) == 1
    return GOOD.replace(before, after)


def test_the_good_rule_has_no_problem() -> None:
    assert problems(GOOD) == []


# --- conditions

CONDITIONS: Final[dict[str, tuple[str, int, tuple[str, ...]]]] = {
    "fact misspelt": (
        "when: {idp.signing_certificate: {exists: true}}",
        9,
        ("there is no fact 'idp.signing_certificate'", "did you mean idp.signing_certificates?"),
    ),
    "fact without a dot": ("when: {form: xml}", 9, ("'form' is neither a fact nor a combinator",)),
    "combinator misspelt": ("when: {evry: {idp.signing_certificates: {days_left: 1}}}", 9, ("did you mean every?",)),
    "operator misspelt": (
        "when: {idp.role_count: {lte: 1, grt: 2}}",
        9,
        ("there is no operator 'grt'", "did you mean gt"),
    ),
    "operator of another type": (
        "when: {idp.role_count: {contains: 1}}",
        9,
        ("idp.role_count is a number", "not contains"),
    ),
    "pattern on an enum": ("when: {input.form: {matches: x}}", 9, ("input.form is a enum", "not matches")),
    "text for a number": ("when: {idp.role_count: {gt: many}}", 9, ("idp.role_count is a number; 'many' is none",)),
    "boolean for a number": ("when: {idp.role_count: yes}", 9, ("idp.role_count is a number; True is none",)),
    "number for a boolean": ("when: {metadata.tenant_wide: 1}", 9, ("is true or false; 1 is neither",)),
    "number for a text": ("when: {idp.expected_entity_id: 17}", 9, ("17 needs quotes",)),
    "no boolean for exists": ("when: {metadata.entity_id: {exists: 1}}", 9, ("exists takes true or false, not 1",)),
    "no list for in": ("when: {input.form: {in: xml}}", 9, ("in takes a list of values",)),
    "empty list for in": ("when: {input.form: {in: []}}", 9, ("in takes a list of values",)),
    "wrong word in a list": (
        "when: {input.form: {in: [xml, htlm]}}",
        9,
        ("'htlm' is no value of input.form", "did you mean html?"),
    ),
    "wrong word": ("when: {input.form: xlm}", 9, ("'xlm' is no value of input.form", "did you mean xml?")),
    "unquoted YAML boolean": ("when: {input.form: off}", 9, ("YAML reads this value of input.form as false", "quotes")),
    "unquoted YAML boolean in a list": ("when: {input.form: {in: [xml, no]}}", 9, ("as false", "quotes")),
    "broken pattern": ("when: {idp.expected_entity_id: {matches: '(a'}}", 9, ("not a pattern", "missing )")),
    "look-ahead": ("when: {idp.expected_entity_id: {matches: '(?!a)'}}", 9, ("not a pattern",)),
    "optional without exists": (
        "when: {metadata.entity_id: {matches: x}}",
        9,
        ("metadata.entity_id may be absent", "{exists: true}"),
    ),
    "optional, exists in another branch": (
        ("when:\n  any:\n    - {metadata.entity_id: {exists: true}}\n    - {metadata.entity_id: {matches: x}}"),
        12,
        ("may be absent",),
    ),
    "optional, exists is of another fact": (
        "when: {input.root: {exists: true}, input.namespace: {matches: x}}",
        9,
        ("input.namespace may be absent",),
    ),
    "no collection": ("when: {some: {input.form: {days_left: 1}}}", 9, ("input.form is a enum, not a collection",)),
    "two collections": (
        "when: {some: {idp.signing_certificates: {days_left: 1}, document.certificates: {days_left: 1}}}",
        9,
        ("take one collection with one condition",),
    ),
    "collection misspelt": (
        "when: {some: {document.certificate: {days_left: 1}}}",
        9,
        ("did you mean document.certificates?",),
    ),
    "field misspelt": (
        "when: {some: {document.certificates: {days_lft: 1}}}",
        9,
        ("an item has no field 'days_lft'", "days_left?"),
    ),
    "field of the wrong type": (
        "when: {some: {document.certificates: {days_left: soon}}}",
        9,
        ("days_left is a number",),
    ),
    "collection compared": ("when: {document.certificates: 2}", 9, ("document.certificates is a collection", "not eq")),
    "all without a list": ("when: {all: {input.form: xml}}", 9, ("all takes a list of conditions",)),
    "any of nothing": ("when: {any: []}", 9, ("any takes a list of conditions",)),
    "not of a list": ("when: {not: [{input.form: xml}]}", 9, ("a condition is a mapping",)),
    "part that is no mapping": ("when: {all: [xml]}", 9, ("a condition is a mapping",)),
    "empty condition": ("when: {}", 9, ("a condition is a mapping",)),
    "no operator at all": ("when: {input.form: {}}", 9, ("input.form",)),
    "deep line": (
        "when:\n  all:\n    - input.form: xml\n    - any:\n        - not:\n            idp.role_cuont: 1",
        14,
        ("did you mean idp.role_count?",),
    ),
}


@pytest.mark.parametrize("name", CONDITIONS)
def test_wrong_conditions(name: str) -> None:
    condition, line, words = CONDITIONS[name]
    one(swapped("when:\n  every:\n    idp.signing_certificates: {days_left: {lt: 0}}", condition), line, *words)


def test_conditions_elsewhere_are_checked_too() -> None:
    one(swapped("metadata.signature: none", "metadata.signature: nnoe"), 8, "did you mean none?")
    one(swapped("{when: {input.form: xml}, to: error}", "{when: {input.form: xlm}, to: error}"), 6, "did you mean xml?")
    one(
        swapped("document: idp-metadata", "document: idp-metadata\nfor_each: idp.certs"),
        4,
        "there is no collection 'idp.certs'",
    )


def test_exists_counts_where_it_stands_in_the_same_all() -> None:
    for when in (
        "when: {metadata.entity_id: {exists: true, matches: x}}",
        "when: {all: [{metadata.entity_id: {exists: true}}, {not: {metadata.entity_id: {matches: x}}}]}",
        "when: {all: [{metadata.entity_id: {exists: true}}, {any: [{metadata.entity_id: x}]}]}",
    ):
        assert problems(swapped("when:\n  every:\n    idp.signing_certificates: {days_left: {lt: 0}}", when)) == []


def test_exists_in_applies_counts_for_when() -> None:
    text = swapped("  metadata.signature: none", "  metadata.entity_id: {exists: true}")
    when = "when: {metadata.entity_id: {matches: x}}"
    assert problems(text.replace("when:\n  every:\n    idp.signing_certificates: {days_left: {lt: 0}}", when)) == []


# --- texts

TEXTS: Final[dict[str, tuple[str, str, int, tuple[str, ...]]]] = {
    "fact misspelt": ("not_after:date}", "not_aftr:date}", 12, ("{idp.newest_certificate.not_aftr} is no fact",)),
    "format misspelt": ("not_after:date}", "not_after:dat}", 12, ("there is no format 'dat'", "did you mean date?")),
    "field without an item": (
        "{idp.newest_certificate.not_after:date}",
        "{days_left}",
        12,
        ("{days_left} is no field of an item",),
    ),
    "provider word misspelt": (
        "{provider.where.metadata}",
        "{provider.where.metdata}",
        14,
        ("no provider has 'provider.where.metdata'", "did you mean provider.where.metadata?"),
    ),
    "difference": (
        "who: idp-admin",
        "who: idp-admin\ndifference: idp.entity_id_diff",
        14,
        ("there is no fact 'idp.entity_id_diff'", "did you mean idp.entity_id_difference?"),
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_wrong_texts(name: str) -> None:
    before, after, line, words = TEXTS[name]
    one(swapped(before, after), line, *words)


# --- shape

SHAPES: Final[dict[str, tuple[str, str, int, tuple[str, ...]]]] = {
    "key misspelt": (
        "severity: warning",
        "severity: warning\nseverty: error",
        5,
        ("unknown key 'severty'", "severity?"),
    ),
    "key missing": ("who: idp-admin\n", "", 1, ("the key 'who' is missing",)),
    "id in capitals": ("id: certificate-probe", "id: Certificate-Probe", 1, ("is not an id",)),
    "id of another file": (
        "id: certificate-probe",
        "id: certificate-prob",
        1,
        ("must be called certificate-prob.yaml",),
    ),
    "kind misspelt": (
        "document: idp-metadata",
        "document: [idp-metadata, sp-metdata]",
        3,
        ("did you mean sp-metadata?",),
    ),
    "severity misspelt": ("severity: warning", "severity: warn", 4, ("'warn' is no severity",)),
    "severity of a change": ("to: error}", "to: fatal}", 5, ("'fatal' is no severity",)),
    "who": ("who: idp-admin", "who: admin", 13, ("'admin' must be one of",)),
    "title is a number": ("title: Every signing certificate is short-lived", "title: 7", 2, ("title must be a text",)),
    "fix is a text": ('fix:\n  - "Go to {provider.where.metadata}."', "fix: Do it.", 14, ("fix must be a list",)),
    "no citation": ("cite: [saml-metadata]", "cite: []", 17, ("cite must be a list",)),
    "fires is a word": ("fires: true", "fires: perhaps", 18, ("fires must be true",)),
    "key of an example": (
        "fires: true",
        "fires: true\n    sevrity: error",
        18,
        ("unknown key in an example: sevrity",),
    ),
    "example with an unknown fact": (
        "facts: {input.form: xml}",
        "facts: {input.frm: xml}",
        18,
        ("did you mean input.form?",),
    ),
    "example with a wrong word": ("facts: {input.form: xml}", "facts: {input.form: xlm}", 18, ("did you mean xml?",)),
    "change without when": ("{when: {input.form: xml}, to: error}", "{to: error}", 5, ("escalate", "when")),
    "change without to": ("{when: {input.form: xml}, to: error}", "{when: {input.form: xml}}", 5, ("severity",)),
    "change that is a word": ("{when: {input.form: xml}, to: error}", "error", 5, ("escalate",)),
}


@pytest.mark.parametrize("name", SHAPES)
def test_wrong_shapes(name: str) -> None:
    before, after, line, words = SHAPES[name]
    text = swapped(before, after)
    found = problems(text)
    assert found, "nothing was said"
    told = [what for what in found if all(word in what for word in words)]
    assert told, found
    assert re.match(rf"{re.escape(FILE)}:\d+: ", told[0])
    assert abs(int(told[0].split(":")[1]) - line) <= 1


def test_one_example_must_fire_and_one_stay_silent() -> None:
    one(swapped("fires: false", "fires: true"), 18, "at least one example must fire and one must stay silent")


@pytest.mark.parametrize("text", ["", "[]", "7", "just words", "- id: x", "null"])
def test_a_file_that_holds_no_mapping(text: str) -> None:
    assert problems(text) == [f"{FILE}:1: a rule file holds one mapping"]


ODD: Final[tuple[Any, ...]] = (
    None,
    True,
    0,
    -1.5,
    "",
    "x",
    "2026-01-01",
    [],
    [None],
    ["x"],
    [[]],
    [{}],
    [{"a": 1}],
    {},
    {"a": 1},
    {"a": []},
    {"all": None},
    {"all": [None]},
    {"not": None},
    {"some": None},
    {"some": {"document.certificates": None}},
    {"input.form": None},
    {"input.form": {"in": None}},
    {"input.form": {"in": [[]]}},
    {"input.form": {"eq": {}}},
    {"idp.role_count": {"lt": []}},
    {"every": {"document.certificates": {"days_left": {"lt": None}}}},
    {"when": 1, "to": []},
    [{"when": None, "to": "error"}],
    [{"facts": [], "fires": True}],
    [{"facts": "x", "fires": []}],
    [{"name": {}, "facts": {"document.certificates": 1}}],
    [{"facts": {"document.certificates": [1]}, "fires": True}],
    [{"needs": 1, "fires": False, "facts": {"input.form": {}}}],
)


def _map(value: Any) -> Any:
    """Plain data as a rule file gives it."""
    if isinstance(value, list):
        return [_map(item) for item in value]
    if not isinstance(value, dict):
        return value
    found = Map(1)
    for key, item in value.items():
        found[key], found.lines[key] = _map(item), 1
    return found


@pytest.mark.parametrize("key", rule_file.KEYS)
def test_any_value_under_any_key_is_a_problem_or_loads(key: str) -> None:
    """A file without problems must compile: what the checks let through, a later run stands on."""
    broken: list[str] = []
    for value in ODD:
        data = source.parse(GOOD, FILE)
        data[key] = _map(value)
        try:
            if not (rule_file.problems(data, FILE) or typecheck.problems(data, FILE, WORDS)):
                _compile(data)
        except Exception as error:  # noqa: BLE001  (each one is a defect; all of them are listed)
            broken.append(f"{key}: {value!r}: {type(error).__name__}: {error}")
    assert broken == []


def _compile(data: Any) -> None:
    from doctor.engine import condition, example

    ready = {**data, **make.condition_part(data), "document": rule_file.scopes(data)}
    example.results(ready)
    for change in (*rule_file.listed(data.get("escalate")), *rule_file.listed(data.get("relax"))):
        condition.compiled(change["when"])


# --- YAML

YAML: Final[dict[str, tuple[str, int, str]]] = {
    "duplicate key": (GOOD + "severity: error\n", 25, "the key 'severity' stands twice"),
    "duplicate key inside": (swapped("{lt: 0}", "{lt: 0, lt: 1}"), 11, "the key 'lt' stands twice"),
    "anchor": (swapped("who: idp-admin", "who: &a idp-admin"), 13, "anchors and aliases are not allowed"),
    "alias": (GOOD + "more: *a\n", 25, "alias"),
    "merge key": (swapped("when:\n", "when:\n  <<: {input.form: xml}\n"), 10, "only plain keys"),
    "python tag": (swapped("who: idp-admin", "who: !!python/object/apply:os.getcwd []"), 13, "is not allowed"),
    "own tag": (swapped("who: idp-admin", "who: !admin idp"), 13, "the tag !admin is not allowed"),
    "binary tag": (swapped("who: idp-admin", "who: !!binary aWRw"), 13, "is not allowed"),
    "set tag": (swapped("who: idp-admin", "who: !!set {a}"), 13, "is not allowed"),
    "wrong int": (swapped("who: idp-admin", "who: !!int x"), 13, "int"),
    "wrong float": (swapped("who: idp-admin", "who: !!float x"), 13, "float"),
    "wrong bool": (swapped("who: idp-admin", "who: !!bool perhaps"), 13, "bool"),
    "map that is a list": (swapped("who: idp-admin", "who: !!map [a]"), 13, "map"),
    "list that is a map": (swapped("who: idp-admin", "who: !!seq {a: b}"), 13, "seq"),
    "number of many digits": (swapped("who: idp-admin", "who: " + "9" * 5000), 13, ""),
    "list as a key": (GOOD + "? [a, b]\n: c\n", 25, "only plain keys"),
    "not closed": (swapped("{lt: 0}", "{lt: 0"), 12, ""),
    "tab": (swapped("  every:", "\tevery:"), 10, "token"),
    "two documents": (GOOD + "---\nid: x\n", 25, "document"),
    "control character": (swapped("who: idp-admin", "who: \x07"), 1, "not allowed"),
}


@pytest.mark.parametrize("name", YAML)
def test_yaml_that_is_refused(name: str) -> None:
    text, line, words = YAML[name]
    with pytest.raises(CatalogueError) as refused:
        source.parse(text, FILE)
    (problem,) = refused.value.problems
    assert abs(int(problem.removeprefix(f"{FILE}:").partition(":")[0]) - line) <= 1
    assert words in problem
    assert "\n" not in problem


@pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 100_000, "- " * 100_000, "[" * 61 + "]" * 61], ids=len)
def test_deep_nesting(text: str) -> None:
    with pytest.raises(CatalogueError, match="nested more than 60 deep"):
        source.parse(text, FILE)


def test_entities_that_multiply() -> None:
    text = "a: &a [x, x]\n" + "".join(
        f"{name}: &{name} [*{before}, *{before}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    with pytest.raises(CatalogueError, match="anchors and aliases"):
        source.parse(text, FILE)


def test_file_of_ten_megabytes(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_bytes(b"a: b\n" * 2_000_000)
    with pytest.raises(CatalogueError, match=r"large.yaml:1: 10,000,000 bytes; a catalogue file has at most"):
        source.read(path, "rules/large.yaml")


# --- a folder of files


def without_checks(path: Path) -> str:
    """The products without what names rules: those are not in the folder."""
    data = source.read(path, "providers.yaml")
    gone = ("setup", "gotchas", "metadata_url_pattern", "certificate_lifetime")
    products = [{key: value for key, value in one.items() if key not in gone} for one in data["providers"]]
    return json.dumps({"version": data["version"], "generic": data["generic"], "providers": products})


@pytest.fixture
def folder(tmp_path: Path) -> store.Folder:
    """A catalogue of one rule."""
    shipped = store.folder()
    rules = tmp_path / "rules"
    (rules / "certificate").mkdir(parents=True)
    (rules / "certificate" / "certificate-probe.yaml").write_text(GOOD, encoding="utf-8")
    (rules / build.CITATIONS).write_text("saml-metadata: {title: SAML, url: 'https://example.org', says: x}\n", "utf-8")
    (tmp_path / "providers.yaml").write_text(without_checks(Path(shipped.providers)), "utf-8")
    return store.Folder(str(rules), str(tmp_path / "providers.yaml"), ())


def lint(folder: store.Folder) -> list[str]:
    try:
        make.parts(folder)
    except CatalogueError as error:
        return error.problems
    return []


def test_the_folder_has_no_problem(folder: store.Folder) -> None:
    assert lint(folder) == []


def test_every_problem_of_every_file_is_listed(folder: store.Folder) -> None:
    probe = Path(folder.rules) / "certificate" / "certificate-probe.yaml"
    probe.write_text(swapped("cite: [saml-metadata]", "cite: [saml-metdata]"), "utf-8")
    (Path(folder.rules) / "certificate" / "broken.yaml").write_text("a: [", "utf-8")
    (Path(folder.rules) / "certificate" / "bytes.yaml").write_bytes(b"id: \xff")
    found = lint(folder)
    assert len(found) == 3
    assert f"{FILE}:17: 'saml-metdata' is not in citations.yaml; did you mean saml-metadata?" in found
    assert any(one.startswith("rules/certificate/bytes.yaml:1: ") for one in found)
    assert any(re.match(r"rules/certificate/broken.yaml:\d: ", one) for one in found)


def test_an_id_that_is_taken(folder: store.Folder) -> None:
    (Path(folder.rules) / "other").mkdir()
    (Path(folder.rules) / "other" / "certificate-probe.yaml").write_text(GOOD, "utf-8")
    (problem,) = lint(folder)
    assert problem == f"rules/other/certificate-probe.yaml:1: the id certificate-probe is taken by {FILE}"


@pytest.mark.parametrize("name", ["providers.yaml", "rules/citations.yaml"])
@pytest.mark.parametrize("content", [b"", b"[]", b"7", b"a: [", b"\xff", b"a: &b c", b"{generic: 1}", None], ids=repr)
def test_other_files_that_are_wrong(folder: store.Folder, name: str, content: bytes | None) -> None:
    path = Path(folder.providers).parent / name
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    found = lint(folder)
    assert found
    assert all(re.match(r"[\w/.-]+\.yaml:(\d+:)? ?", one) for one in found)


def test_the_shipped_rules_have_no_problem() -> None:
    assert lint(store.folder()) == []
