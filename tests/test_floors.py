"""What each face loads, seen from outside: a cold start pays for its own subject only."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from doctor.cli.main import COMMANDS, main
from doctor.facts import registry
from tests.factory import write_examples

if TYPE_CHECKING:
    import argparse

UNSIGNED: Final = str(write_examples.FOLDER / "auth0-healthy.xml")
AT: Final = ["--at", "2026-11-22T09:00:00Z"]
HEAVY: Final = frozenset(
    {
        "textual",
        "rich",
        "signxml",
        "httpx",
        "httpcore",
        "pydantic",
        "yaml",
        "re2",
        "ssl",
        "requests",
        "urllib3",
        "http.client",
        "urllib.request",
        "asyncio",
        "multiprocessing",
        "sqlite3",
        "tkinter",
        "idna",
        "certifi",
        "anyio",
        "h11",
        "keyring",
        "platformdirs",
        "dns",
        "jsonschema",
        "typer",
        "click",
    }
)
"""Nothing of this is needed to judge a file that is not signed."""
PARSERS: Final = frozenset({"lxml", "cryptography", "socket"})
"""What only reading a document costs; `cryptography.x509` itself brings `socket` along."""
_TRACE: Final = """
import json, sys
{code}
sys.stderr.write("\\n" + json.dumps(sorted(sys.modules)))
"""


def loaded(code: str) -> tuple[set[str], str, str]:
    """The modules that are loaded after the code has run in a new interpreter; what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", _TRACE.format(code=code)], capture_output=True, text=True, timeout=60, check=True
    )
    talk, _, names = done.stderr.rpartition("\n")
    return set(json.loads(names)), done.stdout, talk


def ran(*words: str) -> tuple[set[str], str]:
    """The modules that a command line loads, and its output."""
    names, out, talk = loaded(f"from doctor.cli.main import main\nmain({list(words)!r})")
    assert talk == ""
    return names, out


@pytest.fixture(scope="module", autouse=True)
def warm() -> None:
    """The built catalogue is there, as it is on every start but the first."""
    main(["rules", "list", "--format", "json", "--output", "/dev/null"])


def test_the_yardstick_would_see_a_module() -> None:
    names, _, _ = loaded("import ssl\nimport yaml")
    assert {"ssl", "socket", "yaml"} <= names


@pytest.mark.parametrize("form", ["text", "json"])
def test_check_of_an_unsigned_file_loads_nothing_heavy(form: str) -> None:
    names, out = ran("check", UNSIGNED, *AT, "--format", form)
    assert names & HEAVY == set()
    assert "lxml.etree" in names
    assert "idp-metadata" in out or "IdP metadata" in out


MESSAGES: Final = frozenset(
    f"doctor.{name}"
    for name in (
        "model.message", "model.capture", "model.application", "model.redaction", "facts.message", "facts.response",
        "facts.clock", "facts.application", "facts.habit", "parse.response", "parse.capture", "engine.origin",
    )
)  # fmt: skip
"""What only messages, captures, exports or options need."""


def test_check_of_metadata_loads_nothing_of_messages() -> None:
    names, _ = ran("check", UNSIGNED, *AT)
    assert names & MESSAGES == set()


def test_facts_of_the_case_are_found_one_by_one() -> None:
    """The index by which the case looks up derivations says what the tables say."""
    whole = registry.derivations("case")
    assert {name: registry.derivation_of_case(name) for name in registry.OF_CASE} == whole


def test_a_fact_is_declared_first_where_the_registry_says() -> None:
    assert {name: registry.declared(name) for name in registry.registry()} == {
        name: found[0] for name, found in registry.registry().items()
    }
    assert registry.declared("nothing.of.the.kind") is None


def test_check_of_an_aggregate_loads_nothing_heavy(tmp_path: Path) -> None:
    member = Path(UNSIGNED).read_text(encoding="utf-8").partition("?>")[2] or Path(UNSIGNED).read_text(encoding="utf-8")
    path = tmp_path / "aggregate.xml"
    text = f'<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata">{member}</EntitiesDescriptor>'
    path.write_text(text, encoding="utf-8")
    names, out = ran("check", str(path), *AT)
    assert names & HEAVY == set()
    assert "aggregate" in out


def test_check_of_plain_text_needs_no_xml(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("{}", encoding="utf-8")
    names, _ = ran("check", str(tmp_path / "notes.txt"), *AT)
    assert names & HEAVY == set()
    assert "lxml.etree" not in names


def test_a_signature_is_what_loads_signxml() -> None:
    signed = [
        path for path in sorted(write_examples.FOLDER.glob("*-healthy.xml")) if b"SignedInfo" in path.read_bytes()
    ]
    names, _ = ran("check", str(signed[0]), *AT)
    assert "signxml" in names


def test_library_on_bytes_loads_nothing_heavy() -> None:
    names, out, talk = loaded(f"import doctor\ndoctor.check(open({UNSIGNED!r}, 'rb').read())")
    assert names & HEAVY == set()
    assert (out, talk) == ("", "")


def test_import_is_silent_and_cheap() -> None:
    before, _, _ = loaded("")
    names, out, talk = loaded("import doctor")
    assert names & (HEAVY | PARSERS) == set()
    assert {name for name in names - before if name.startswith("doctor")} == {"doctor"}
    assert (out, talk) == ("", "")


def test_every_public_name_is_there() -> None:
    names, out, _ = loaded("import doctor\nprint([getattr(doctor, name) is not None for name in doctor.__all__])")
    assert "False" not in out
    assert names & {"textual", "rich", "yaml"} == set()


@pytest.mark.parametrize(
    "module", ["doctor.library", "doctor.cli.main", "doctor.engine.rulebook", "doctor.report.text"]
)
def test_import_of_a_floor_prints_nothing(module: str) -> None:
    names, out, talk = loaded(f"import {module}")
    assert (out, talk) == ("", "")
    assert names & HEAVY == set()


@pytest.mark.parametrize(
    "words",
    [
        ("rules", "list"),
        ("rules", "list", "--format", "json"),
        ("rules", "show", "certificate-expired"),
        ("explain", "certificate-expired"),
        ("--help",),
        ("--version",),
    ],
    ids=" ".join,
)
def test_commands_about_rules_load_no_parser(words: tuple[str, ...]) -> None:
    names, out = ran(*words)
    assert out
    assert names & (HEAVY | PARSERS) == set()


def test_usage_error_loads_no_parser() -> None:
    names, _, talk = loaded("from doctor.cli.main import main\nmain(['chek'])")
    assert "did you mean check" in talk
    assert names & (HEAVY | PARSERS) == set()


# --- every command is documented, and answers --help


def parser_of(command: str) -> argparse.ArgumentParser:
    found: argparse.ArgumentParser = import_module(f"doctor.cli.{command}").parser()
    return found


def helped(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    with pytest.raises(SystemExit) as left:
        main([*words, "--help"])
    assert left.value.code == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out


def test_overview_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    for word in ("--help", "-h", "help"):
        assert main([word]) == 0
        out = capsys.readouterr().out
        assert [name for name in COMMANDS if f"  {name} " not in out] == []


def test_every_module_of_a_command_is_named() -> None:
    folder = Path(str(import_module("doctor.cli").__file__)).parent
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__", "main", "option"}
    assert {name.replace("-", "_") for name in COMMANDS} <= modules


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_answers_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    out = helped(capsys, command)
    assert out.startswith(f"usage: doctor {command}")
    assert parser_of(command).description


def actions(parser: argparse.ArgumentParser) -> list[tuple[str, argparse.Action]]:
    """Every option and word of a parser and of the parsers inside it."""
    found: list[tuple[str, argparse.Action]] = []
    for action in parser._actions:
        found.append((parser.prog, action))
        inner: Any = action.choices if action.nargs == "A..." else {}
        for one in inner.values():
            found += actions(one)
    return found


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_documented(command: str) -> None:
    found = actions(parser_of(command))
    assert len(found) > 2
    assert [(prog, one.dest) for prog, one in found if not one.help and one.nargs != "A..."] == []


def test_facts_that_every_document_tells_of_itself() -> None:
    tables = registry.registry().items()
    assert {name for name, facts in tables if all("*" in one.on for one in facts)} == registry.EVERYWHERE
