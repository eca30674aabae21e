"""Writing rules: beginning one, what `lint` finds unfinished, the pages of one's own rules, several at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from jsonschema import Draft202012Validator

from doctor.catalogue import source
from doctor.catalogue.rule import ID
from doctor.engine import authoring, scaffold, typecheck
from doctor.engine.rulebook import shipped
from doctor.facts.registry import registry
from doctor.model.error import UsageError
from tests.evidence import AT, TOP, Terminal, encoded, put, ran, response, workos

SIMPLE: Final = ("bool", "number", "text", "url", "enum")
MARKED: Final = ("title", "severity", "when", "message", "who", "fix", "wrong_if", "cite")
"""What the author of a new rule has still to say."""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DOCTOR_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def begun(tmp_path: Path, capsys: pytest.CaptureFixture[str], fact: str, *more: str) -> Path:
    """A folder that did not exist, with a new rule on this fact."""
    folder = tmp_path / "of" / "mine"
    path = folder / "my-finding.yaml"
    assert ran(capsys, "rules", "new", "my-finding", "--fact", fact, "--dir", str(folder), *more) == (
        0,
        f"{path}\n",
        "",
    )
    return folder


def data_of(folder: Path) -> Any:
    return yaml.safe_load((folder / "my-finding.yaml").read_text("utf-8"))


def filled_in(folder: Path) -> Path:
    """The same folder, the marks of its rule replaced."""
    path = folder / "my-finding.yaml"
    path.write_text(path.read_text("utf-8").replace("TODO: ", ""), encoding="utf-8")
    return folder


# --- a new rule


@pytest.mark.parametrize(
    "fact", ["connection.state", "organization.exists", "scim.status", "sp.acs_url", "idp.acs_url", "response.issuer",
             "input.form", "oauth.unsupported_scope", "response.status", "response.attributes",
             "document.certificates", "jwks.keys", "evidence.contradictions"]
)  # fmt: skip
def test_new_holds_its_examples(fact: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = begun(tmp_path, capsys, fact)
    assert not list(Draft202012Validator(scaffold.schema()).iter_errors(data_of(folder)))
    tested = ran(capsys, "rules", "test", "--rules", str(folder), "--format", "json")
    assert (tested.code, [one["passed"] for one in tested.data["results"]]) == (0, [True] * 3)
    assert ran(capsys, "rules", "lint", "--rules", str(filled_in(folder))) == (0, "no problems\n", "")


def test_new_for_every_fact_that_can_begin_one() -> None:
    for name, facts in registry().items():
        kind = facts[0].type
        if kind.name in (*SIMPLE, "collection"):
            data = yaml.safe_load(scaffold.rule("a-b", name, "x"))
            assert not list(Draft202012Validator(scaffold.schema()).iter_errors(data)), name
            assert data.get("for_each") == (name if kind.name == "collection" else None)
        else:
            with pytest.raises(UsageError, match=f"{name} is a {kind.name}"):
                scaffold.rule("a-b", name, "x")


def test_new_for_every_field_of_a_collection() -> None:
    for name, facts in registry().items():
        for field, kind in facts[0].type.fields.items() if facts[0].type.name == "collection" else ():
            if kind.name in SIMPLE:
                text = scaffold.rule("a-b", name, "x", field)
                assert typecheck.problems(source.parse(text, "a-b.yaml"), "a-b.yaml") == [], (name, field)


def test_new_of_a_collection_judges_each_item(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = begun(tmp_path, capsys, "response.attributes", "--field", "means", "--cite", "saml-core#2.7.3.1")
    data = data_of(folder)
    assert (data["for_each"], data["when"], data["cite"]) == (
        "response.attributes",
        {"means": "id"},
        ["saml-core#2.7.3.1"],
    )
    assert data["document"] == ["saml-response", "saml-assertion"]
    message = put(tmp_path, "response.b64", encoded(response()))
    assert ran(capsys, "check", message, "--rules", str(folder), "--at", AT, "--format", "json").code in (0, 1)


@pytest.mark.parametrize(
    ("words", "said"),
    [(["acs-url-mismatch", "--fact", "sp.acs_url"], "there is a rule acs-url-mismatch already"),
     (["mine", "--fact", "sp.acs_ur"], "did you mean sp.acs_url?"),
     (["mine", "--fact", "idp.newest_certificate"], "is a record"),
     (["mine", "--fact", "sp.acs_url", "--field", "host"], "--field names a field of a collection"),
     (["mine", "--fact", "response.attributes", "--field", "nam"], "did you mean name?"),
     (["mine", "--fact", "idp.signing_certificates", "--field", "not_after"], "no field 'not_after' to compare"),
     (["My_Own", "--fact", "sp.acs_url"], "is not an id"),
     (["mine"], "--fact")],
)  # fmt: skip
def test_new_refuses(words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = ran(capsys, "rules", "new", *words, "--dir", str(tmp_path / "none"))
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert not (tmp_path / "none").exists()


def test_new_where_no_folder_can_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(tmp_path, "file", "")
    done = ran(capsys, "rules", "new", "mine", "--fact", "sp.acs_url", "--dir", str(tmp_path / "file" / "rules"))
    assert (done.code, done.out) == (2, "")
    assert "cannot write" in done.err
    assert "--dir" in done.err


# --- what is unfinished


def test_lint_names_what_is_to_be_filled_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = begun(tmp_path, capsys, "connection.state")
    done = ran(capsys, "rules", "lint", "--rules", str(folder), "--format", "json")
    assert done.code == 1
    lines = (folder / "my-finding.yaml").read_text("utf-8").splitlines()
    places = [problem.split(": ")[0] for problem in done.data["problems"]]
    assert places == [f"mine/my-finding.yaml:{number}" for number, line in enumerate(lines, 1) if "TODO" in line]
    starts = [lines[int(place.rpartition(":")[2]) - 1].split(":")[0] for place in places]
    assert [start if start in MARKED else "fix" for start in starts] == list(MARKED)
    assert "'TODO: one sentence that names the defect'" in done.data["problems"][0]


@pytest.mark.parametrize("fact", ["connection.state", "response.attributes"])
def test_whatever_is_left_is_named(fact: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = begun(tmp_path, capsys, fact) / "my-finding.yaml"
    whole = path.read_text("utf-8").split("TODO: ")
    for left in range(1, len(whole)):
        path.write_text(
            "".join(("TODO: " if number == left else "") + part for number, part in enumerate(whole)), "utf-8"
        )
        assert len(authoring.lint(extra=path.parent)) == 1, left


def test_unfinished_beside_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = begun(tmp_path, capsys, "connection.state")
    put(folder, "other.yaml", "id: other\ntitle: [\n")
    found = authoring.lint(extra=folder)
    assert any(one.startswith("mine/other.yaml:") for one in found)
    assert sum("still to be filled in" in one for one in found) == len(MARKED)


def test_the_word_todo_in_other_words_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = filled_in(begun(tmp_path, capsys, "connection.state"))
    path = folder / "my-finding.yaml"
    path.write_text(path.read_text("utf-8") + "# Todo, todo, TODOS\n", encoding="utf-8")
    assert authoring.lint(extra=folder) == []


# --- the pages of one's own rules


@pytest.fixture
def mine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """A folder with a rule of one's own, `my-finding`, that holds in a connection being validated."""
    path = begun(tmp_path, capsys, "connection.state") / "my-finding.yaml"
    text = path.read_text("utf-8").replace("validating", "active").replace("draft", "validating")
    path.write_text(text.replace("TODO: ", ""), encoding="utf-8")
    return str(path.parent)


@pytest.mark.parametrize("words", [("explain",), ("rules", "show")], ids=" ".join)
def test_a_page_of_ones_own(words: tuple[str, ...], mine: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert ran(capsys, *words, "my-finding").code == 2
    done = ran(capsys, *words, "my-finding", "--rules", mine, "--format", "json")
    assert (done.code, done.err, done.data["schema"]) == (0, "", "doctor/rule/1")
    assert (done.data["rule"]["id"], done.data["rule"]["file"]) == ("my-finding", "mine/my-finding.yaml")
    assert "my-finding   warning" in ran(capsys, *words, "my-finding", "--rules", mine).out


def test_a_list_with_ones_own(mine: str, capsys: pytest.CaptureFixture[str]) -> None:
    put(Path(mine), "no-login-yet.yaml", "id: no-login-yet\ndisabled: true\n")
    ids = [row["id"] for row in ran(capsys, "rules", "list", "--rules", mine, "--format", "json").data["rules"]]
    assert set(ids) ^ set(shipped().ids) == {"my-finding", "no-login-yet"}
    assert ran(capsys, "rules", "list", "my-finding", "--rules", mine).out.endswith("\n1 rule\n")


@pytest.mark.parametrize("words", [("explain", "my-finding"), ("rules", "show", "my-finding"), ("rules", "list")])
def test_wrong_files_beside_ones_own(words: tuple[str, ...], mine: str, capsys: pytest.CaptureFixture[str]) -> None:
    put(Path(mine), "bad.yaml", "id: bad\n")
    done = ran(capsys, *words, "--rules", mine)
    assert (done.code, done.out) == (2, "")
    assert "mine/bad.yaml:1:" in done.err
    done = ran(capsys, *words, "--rules", mine, "--keep-going")
    assert done.code == 0
    assert "my-finding" in done.out
    assert "mine/bad.yaml:1:" in done.err


@pytest.mark.parametrize("words", [("explain", "x-y"), ("rules", "show", "x-y"), ("rules", "list")], ids=" ".join)
def test_no_such_folder(words: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = ran(capsys, *words, "--rules", str(tmp_path / "none"))
    assert (done.code, done.out) == (2, "")
    assert "there is no folder" in done.err


def test_a_report_says_how_to_see_the_page(mine: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = Path(mine).rename(tmp_path / "my rules")
    words = (put(tmp_path, "connection.json", workos(state="validating")), "--no-input", "--at", AT)
    flat = " ".join(ran(capsys, "diagnose", *words, "--rules", str(folder)).out.split())
    assert f"doctor explain my-finding --rules '{folder}'" in flat
    assert "--rules" not in ran(capsys, "diagnose", *words).out
    broken = str(TOP / "examples/jumpcloud-broken.xml")
    flat = " ".join(ran(capsys, "check", broken, "--at", AT, "--rules", str(folder)).out.split())
    assert f"doctor explain certificate-unparseable --rules '{folder}'" in flat


# --- several pages at once


def test_several_pages(mine: str, capsys: pytest.CaptureFixture[str]) -> None:
    ids = ("certificate-expired", "my-finding", "acs-url-mismatch")
    done = ran(capsys, "explain", *ids, "certificate-expired", "--rules", mine, "--format", "json")
    assert (done.code, done.data["schema"]) == (0, "doctor/rule-pages/1")
    assert [rule["id"] for rule in done.data["rules"]] == list(ids)
    one = ran(capsys, "explain", "acs-url-mismatch", "--format", "json").data
    assert done.data["rules"][2] == one["rule"]
    text = ran(capsys, "explain", *ids, "--rules", mine).out
    firsts = [line.split()[0] for line in text.splitlines() if " · " in line and ID.fullmatch(line.split()[0])]
    assert firsts == list(ids)
    assert text.count("\nRests on\n") == len(ids)


def test_an_id_twice_is_one_page(capsys: pytest.CaptureFixture[str]) -> None:
    done = ran(capsys, "explain", "certificate-md5", "certificate-md5", "--format", "json")
    assert done.data["schema"] == "doctor/rule/1"


def test_a_misspelt_id_among_several(capsys: pytest.CaptureFixture[str]) -> None:
    done = ran(capsys, "explain", "certificate-md5", "certificate-expird")
    assert (done.code, done.out) == (2, "")
    assert "there is no rule 'certificate-expird'; did you mean certificate-expired?" in done.err


def test_an_error_text_in_several_words(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("The", "server", "said", "invalid_client", "certificate-md5")
    assert ran(capsys, "explain", *words, "--format", "json").data["schema"] == "doctor/explained/1"


# --- a case is taken up without questions


def test_resume_asks_nothing_on_a_terminal(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--set", "connection.state=validating", "--case", "acme", "--at", AT)
    assert ran(capsys, "diagnose", *words, "--no-input").code == 3
    with Terminal(home, "cases", "resume", "acme", "--no-input") as terminal:
        code, shown = terminal.ended()
    assert code == 3
    assert "\n> " not in terminal.seen
    assert "undecided" in shown + terminal.seen
    with Terminal(home, "cases", "resume", "acme") as terminal:
        assert terminal.asked()
        terminal.type("q")
        assert terminal.ended()[0] == 3
