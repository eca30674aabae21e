"""The documentation is true: commands run and say what is shown, generated pages are current, tables match the code."""

from __future__ import annotations

import ast
import contextlib
import copy
import io
import re
import shlex
import sys
import tomllib
from datetime import UTC, datetime, tzinfo
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
import yaml

import doctor
from docs import generate, page
from doctor import casework, library
from doctor.catalogue import error_file, source, tree_file
from doctor.cli import check, diagnose, rules
from doctor.cli.main import COMMANDS, main
from doctor.engine import pattern, tree, tree_example, typecheck
from doctor.engine.condition import OPERATORS
from doctor.engine.rulebook import shipped
from doctor.facts import acquisition
from doctor.facts.registry import registry
from doctor.model.document import KINDS
from doctor.report import text as report_text
from tests.factory import broken_metadata, certificate, providers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TOP = Path(__file__).resolve().parent.parent
WRITTEN = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", *(f"docs/{path.name}" for path in TOP.glob("docs/*.md")))
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
TRIMMED = "…"


class Fence(NamedTuple):
    """A fenced block of a page: its language, its text, the line on which it begins."""

    page: str
    language: str
    text: str
    line: int


class Shown(NamedTuple):
    """A command of a page with the output that is shown under it, and the exit code where `echo $?` follows."""

    fence: Fence
    command: str
    output: tuple[str, ...]
    code: int

    def __str__(self) -> str:
        return f"{self.fence.page}:{self.fence.line} {self.command}"


class Fixed(datetime):
    """A clock that stands still, so that examples do not age."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Fixed:
        return cls(2026, 11, 22, 9, tzinfo=tz)


def fences(name: str) -> Iterator[Fence]:
    text = (TOP / name).read_text("utf-8")
    for match in re.finditer(r"^```(\w*)( \w+)?\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        yield Fence(name, match[1] + (match[2] or ""), match[3], text.count("\n", 0, match.start()) + 1)


def every(*languages: str) -> list[Fence]:
    return [fence for name in WRITTEN for fence in fences(name) if fence.language in languages]


def shown(fence: Fence) -> Iterator[Shown]:
    """The commands of a block. `$ echo $?` belongs to the command before it."""
    parts = [part.splitlines() for part in re.split(r"^\$ ", fence.text, flags=re.MULTILINE)[1:]]
    for part, after in pairwise([*parts, [""]]):
        if part[0] != "echo $?":
            code = int(after[1]) if after[0] == "echo $?" else 0
            yield Shown(fence, part[0], tuple(part[1:]), code)


SHOWN = [fence for fence in every("console", "sh") if any(shown(fence))]
TUTORIAL = "docs/writing-a-rule.md"
"""Its commands build on each other; they are tried in a folder of their own."""


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The top folder, no kept cases, and a clock that stands still."""
    monkeypatch.chdir(TOP)
    monkeypatch.setenv("DOCTOR_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(library, "datetime", Fixed)
    monkeypatch.setattr(casework, "datetime", Fixed)


def tried(one: Shown, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a command, and hold what is shown against what it prints."""
    name, *words = shlex.split(one.command)
    assert name == "doctor", "only commands of doctor can be tried here"
    if "<" in words:
        data = Path(words[words.index("<") + 1]).read_bytes()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        words = words[: words.index("<")]
    code = main(words)
    printed = capsys.readouterr().out.splitlines()
    assert code == one.code, one
    for line in one.output:
        found = line in printed or (not line.startswith(" ") and any(line in whole for whole in printed))
        assert line in ("", TRIMMED) or found, f"{one}: no longer printed: {line!r}"


@pytest.mark.usefixtures("still")
@pytest.mark.parametrize(
    "fence", [one for one in SHOWN if one.page != TUTORIAL], ids=lambda fence: f"{fence.page}:{fence.line}"
)
def test_commands(fence: Fence, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for one in shown(fence):
        tried(one, capsys, monkeypatch)


@pytest.mark.usefixtures("still")
def test_the_tutorial(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for fence in fences(TUTORIAL):
        if fence.language == "yaml rule":
            rule_id = yaml.safe_load(fence.text)["id"]
            assert rule_id not in shipped().ids
            assert Path(f"my-rules/{rule_id}.yaml").exists(), "the rule is another one than doctor rules new began"
            Path(f"my-rules/{rule_id}.yaml").write_text(fence.text, encoding="utf-8")
        for one in shown(fence):
            tried(one, capsys, monkeypatch)


def test_readme_shows_commands() -> None:
    assert len([one for fence in SHOWN if fence.page == "README.md" for one in shown(fence)]) >= 6
    assert "$ doctor" not in "".join(fence.text for fence in every("", "text", "bash"))


@pytest.mark.parametrize("fence", every("sh"), ids=lambda fence: f"{fence.page}:{fence.line}")
def test_make_target(fence: Fence) -> None:
    makefile = (TOP / "Makefile").read_text("utf-8")
    for line in fence.text.partition("$ ")[0].splitlines():
        target = line.split()[1]
        assert line.split()[0] == "make"
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"there is no make {target}"


@pytest.mark.usefixtures("still")
@pytest.mark.parametrize("fence", every("python"), ids=lambda fence: f"{fence.page}:{fence.line}")
def test_library_example(fence: Fence) -> None:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(fence.text, fence.page, "exec"), {})
    wanted = [line[2:] for line in fence.text.splitlines() if line.startswith("# ")]
    assert printed.getvalue().splitlines() == wanted


@pytest.mark.parametrize("name", WRITTEN)
def test_links_lead_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", (TOP / name).read_text("utf-8")):
        assert "://" in target or (TOP / name).parent.joinpath(target).exists(), f"{name}: {target}"


def test_generated_pages_are_current() -> None:
    wrong = [path.relative_to(TOP).as_posix() for path in generate.drifted(generate.pages())]
    assert not wrong, f"make docs writes them anew: {', '.join(wrong)}"


def test_generated_pages_say_so() -> None:
    for path, text in generate.pages().items():
        assert text.startswith("<!-- Generated from ") or path in generate.PARTLY


def test_every_generated_part_has_its_place() -> None:
    text = "".join(path.read_text("utf-8") for path in generate.pages() if path.parent != generate.RULES)
    for name in generate.blocks(shipped()):
        assert text.count(f"<!-- generated: {name} -->") == text.count(f"<!-- end: {name} -->") == 1


def test_every_rule_page_has_its_headings() -> None:
    wanted = ["What it means", "When it fires", "What to do", "Would be wrong if", "Examples", "Rests on"]
    for rule_id in shipped().ids:
        text = (generate.RULES / f"{rule_id}.md").read_text("utf-8")
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == wanted, rule_id


def test_every_folder_of_rules_has_words() -> None:
    assert set(page.by_folder(shipped())) <= set(page.FOLDERS)


def test_check_option_names_drift(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = {generate.RULES / "no-such-rule.md": "text\n", **generate.pages()}
    monkeypatch.setattr(generate, "pages", lambda: wanted)
    assert generate.main(["--check"]) == 1
    assert "drifted: docs/rules/no-such-rule.md" in capsys.readouterr().out
    assert not (generate.RULES / "no-such-rule.md").exists()


def test_every_option_and_command_is_documented() -> None:
    readme = (TOP / "README.md").read_text("utf-8")
    options = set(re.findall(r"--[a-z][a-z-]+", check.parser().format_help())) - {"--help"}
    section = readme.split("## Options of `doctor check`")[1].split("\n## ")[0]
    assert set(re.findall(r"--[a-z][a-z-]+", section)) == options
    for name in COMMANDS:
        assert f"doctor {name}" in readme
    for name in rules._COMMANDS:
        assert f"`doctor rules {name}`" in readme or f"`{name}`" in readme


def test_every_option_of_diagnose_is_documented() -> None:
    readme = (TOP / "README.md").read_text("utf-8")
    own, shared = (
        set(re.findall(r"--[a-z][a-z-]+", one.parser().format_help())) - {"--help"} for one in (diagnose, check)
    )
    section = readme.split("## Options of `doctor diagnose`")[1].split("\n## ")[0]
    left_out, given = section.split("| option |")
    assert set(re.findall(r"--[a-z][a-z-]+", left_out)) == shared - own
    assert set(re.findall(r"--[a-z][a-z-]+", given.partition("Other commands")[0])) == own - shared


SAMPLES = {
    "idp-metadata": providers.healthy("okta", NOW),
    "sp-metadata": broken_metadata.service_provider(NOW).data,
    "metadata-aggregate": broken_metadata.numbered(NOW, 2),
    "csr": certificate.request_pem("CN=doctor").encode(),
    "private-key": b"-----BEGIN PRIVATE KEY-----\nMC4=\n-----END PRIVATE KEY-----\n",
    "certificate": b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
    "saml-response": b'<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"/>',
    "saml-assertion": b'<a:Assertion xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion"/>',
    "saml-request": b'<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"/>',
    "saml-logout": b'<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"/>',
    "capture": b'{"log": {"entries": []}}',
    "callback": b"https://app.example.com/callback?error=access_denied&state=x",
    "oidc-discovery": b'{"issuer": "https://a.example", "jwks_uri": "https://a.example/keys"}',
    "jwks": b'{"keys": []}',
    "token": b"eyJhbGciOiJub25lIn0.eyJpc3MiOiJhIn0.c2ln",
    "connection": b'{"object": "connection", "id": "conn_01"}',
    "directory": b'{"object": "directory", "id": "directory_01"}',
    "event": b'{"id": "event_01", "event": "connection.activated", "data": {}}',
    "idp-application": b'{"signOnMode": "SAML_2_0"}',
    "scim": b'{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "a"}',
    "error-text": b"AADSTS50105: the person is not assigned\n",
    "html": b"<!doctype html><title>Sign in</title>",
    "unknown": b"\0\1\2",
}


def test_the_kinds_that_the_readme_lists_are_recognised() -> None:
    assert set(SAMPLES) == set(KINDS) - set(generate.NAMED_ONLY)
    found = doctor.check(*SAMPLES.values(), at=NOW)
    assert [one.kind for one in found.subjects] == list(SAMPLES)
    assert set(report_text.KINDS) == set(KINDS)


def floors() -> list[tuple[str, ...]]:
    """The rows of the table of floors: number, packages, what lives there, imports from outside."""
    section = (TOP / "docs/architecture.md").read_text("utf-8").split("## Floors")[1].split("\n## ")[0]
    rows = [re.split(r" (?<!\\)\| ", line.strip("| \n")) for line in section.splitlines() if re.match(r"\| \d", line)]
    return [tuple(cell.strip() for cell in row) for row in rows]


def layers() -> list[str]:
    data = tomllib.loads((TOP / "pyproject.toml").read_text("utf-8"))
    contract = next(one for one in data["tool"]["importlinter"]["contracts"] if one["type"] == "layers")
    found: list[str] = contract["layers"]
    return found


def test_floors_are_those_of_the_contract() -> None:
    assert [row[1].replace("`", "").replace("\\|", "|") for row in floors()] == layers()
    numbers = [int(row[0]) for row in floors()]
    assert numbers == sorted(numbers, reverse=True)


def imported(package: str) -> set[str]:
    """What the modules of a package import from outside the standard library and doctor."""
    path = TOP / package.replace(".", "/")
    files = [path.with_suffix(".py")] if path.with_suffix(".py").exists() else list(path.rglob("*.py"))
    names: set[str] = set()
    for node in (node for file in files for node in ast.walk(ast.parse(file.read_text("utf-8")))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0])
    return names - set(sys.stdlib_module_names) - {"doctor"}


def test_floors_import_what_the_table_says() -> None:
    for _, packages, _, outside in floors():
        found: set[str] = set().union(*(imported(name) for name in re.findall(r"doctor\.\w+", packages)))
        assert ", ".join(sorted(found)) == outside.replace("nothing", ""), packages


@pytest.mark.parametrize("fence", every("yaml"), ids=lambda fence: f"{fence.page}:{fence.line}")
def test_condition_in_a_page(fence: Fence) -> None:
    found = typecheck.Check()
    data = source.parse(fence.text, fence.page)
    for one in [data, *data.get("escalate", [])]:
        if "when" in one:
            found.condition(one["when"])
    assert found.found == []


def test_the_operators_have_words() -> None:
    assert set(generate.MEANINGS) == set(OPERATORS)


def test_the_tree_in_a_page_works() -> None:
    (fence,) = every("yaml tree")
    data = source.parse(fence.text, fence.page)
    assert tree_file.problems(data, f"rules/trees/{data['id']}.yaml", shipped().ids) == []
    one = tree.compiled(data)
    book = copy.copy(shipped())
    book._trees = (one,)
    assert [each for each in tree_example.results(one, book) if not each.passed] == []
    assert one.id not in [each.id for each in shipped().trees]


def test_the_error_text_in_a_page_matches() -> None:
    (fence,) = every("yaml errors")
    entries = source.parse(fence.text, fence.page)
    assert error_file.problems(entries, fence.page, shipped().ids, ()) == []
    for entry in entries:
        found = [pattern.compiled(entry["pattern"]).search(text) for text in entry["examples"]]
        assert all(found)
        assert set(entry["facts"].values()) <= set(found[-1].groupdict())
        assert set(entry["facts"]) <= set(registry())


@pytest.mark.parametrize(("fence", "keys"), [("yaml tree", tree_file.KEYS), ("yaml errors", error_file.KEYS)])
def test_every_key_of_trees_and_error_texts_has_words(fence: str, keys: Iterable[str]) -> None:
    text = (TOP / "docs/trees.md").read_text("utf-8").split(f"```{fence}")[1].split("| key |")[1].split("\n\n")[0]
    assert {
        name for row in re.findall(r"^\| (`.+?`) \|", text, re.MULTILINE) for name in re.findall(r"\w+", row)
    } == set(keys)


def test_every_tree_has_a_picture() -> None:
    text = (TOP / "docs/trees.md").read_text("utf-8")
    for one in shipped().trees:
        assert f"### {one.id}\n" in text
    assert text.count("```mermaid\nflowchart TD\n") == len(shipped().trees)


def test_every_acquisition_has_a_row() -> None:
    text = (TOP / "docs/facts.md").read_text("utf-8")
    for one in acquisition.acquisitions():
        assert f"| `{one.id}` |" in text
    assert {one.cost for one in acquisition.acquisitions()} == set(page.COSTS)


def test_every_fact_has_a_row() -> None:
    text = (TOP / "docs/facts.md").read_text("utf-8")
    assert all(f'<a id="{name}"></a>' in text for name in registry())


def test_hooks_run_from_the_environment() -> None:
    config = yaml.safe_load((TOP / ".pre-commit-config.yaml").read_text("utf-8"))
    for hook in config["repos"][0]["hooks"]:
        assert hook["language"] == "system"
        assert hook["entry"].startswith(".venv/bin/")
    assert [one["repo"] for one in config["repos"]] == ["local"]
