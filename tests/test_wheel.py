"""The wheel, as a stranger gets it: what is in it, that it runs elsewhere, and how its catalogue stays fresh."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

from doctor.catalogue import store
from tests.factory import write_examples

TOP: Final = Path(__file__).resolve().parent.parent
HEALTHY: Final = write_examples.FOLDER / "okta-healthy.xml"
BROKEN: Final = write_examples.FOLDER / "auth0-broken.xml"
AT: Final = ("--at", "2026-11-22T09:00:00Z")
_RUN: Final = """
import json, sys
{before}
from doctor.cli.main import main
code = main(sys.argv[1:])
import doctor
seen = {{"code": code, "file": doctor.__file__, "yaml": "yaml" in sys.modules}}
sys.stderr.write("\\n" + json.dumps(seen))
"""


class Ran(NamedTuple):
    """A command line in the installed package: exit code, output, where `doctor` came from, whether YAML was read."""

    code: int
    out: str
    talk: str
    file: str
    yaml: bool


class Installed(NamedTuple):
    """A place where the wheel is installed, far from the checkout."""

    python: Path
    package: Path
    elsewhere: Path

    @property
    def data(self) -> Path:
        return self.package / "_data"

    def environment(self, **more: str) -> dict[str, str]:
        """Dependencies of the running environment; its own `doctor` is linked from a file that is not read here."""
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "SYSTEMROOT", "LANG")}
        return {**kept, "PYTHONPATH": sysconfig.get_path("purelib"), "HOME": str(self.elsewhere / "home"), **more}

    def run(self, *words: object, before: str = "") -> Ran:
        done = subprocess.run(
            [self.python, "-c", _RUN.format(before=before), *map(str, words)],
            capture_output=True, text=True, cwd=self.elsewhere, env=self.environment(), timeout=120, check=False,
        )  # fmt: skip
        talk, _, seen = done.stderr.rpartition("\n")
        assert seen.startswith("{"), done.stderr
        return Ran(out=done.stdout, talk=talk, **json.loads(seen))

    def told(self, *words: object, before: str = "") -> tuple[Ran, dict[str, Any]]:
        ran = self.run("check", *words, *AT, "--format", "json", before=before)
        return ran, json.loads(ran.out)


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=TOP, check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="session")
def pristine(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bare virtual environment with the wheel and nothing else."""
    place = tmp_path_factory.mktemp("bare") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", place], check=True, timeout=120)
    subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "--python", place,
         "install", "--no-deps", "--no-index", "--no-compile", wheel],
        check=True, timeout=120,
    )  # fmt: skip
    return place


@pytest.fixture
def installed(pristine: Path, tmp_path: Path) -> Installed:
    """A copy of the installation with its times, for one test to change."""
    place = shutil.copytree(pristine, tmp_path / "venv", symlinks=True)
    (package,) = place.glob("lib/python*/site-packages/doctor")
    (tmp_path / "elsewhere").mkdir()
    return Installed(place / "bin" / "python", package, tmp_path / "elsewhere")


# --- contents


def test_contents(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    rules = {
        f"doctor/_data/rules/{path.relative_to(TOP / 'rules').as_posix()}" for path in (TOP / "rules").rglob("*.yaml")
    }
    assert len(rules) > 50
    assert rules - names == set()
    for name in ("providers.yaml", "conditions.json", "prose.json"):
        assert f"doctor/_data/{name}" in names
    assert "doctor/py.typed" in names
    schemas = {f"doctor/report/schema/{path.name}" for path in (TOP / "doctor" / "report" / "schema").glob("*.json")}
    assert schemas - names == set()


def test_nothing_else_is_in_it(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert [name for name in names if not name.startswith(("doctor/", "sso_doctor-"))] == []
    assert [name for name in names if "__pycache__" in name or ".doctor-cache" in name or name.endswith(".pyc")] == []
    modules = {path.relative_to(TOP).as_posix() for path in (TOP / "doctor").rglob("*.py")}
    assert {name for name in names if name.endswith(".py")} == modules


def test_metadata_and_script(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        (script,) = [name for name in opened.namelist() if name.endswith("entry_points.txt")]
        assert "doctor = doctor.cli.main:run" in opened.read(script).decode()
        (metadata,) = [name for name in opened.namelist() if name.endswith(".dist-info/METADATA")]
        assert "Requires-Dist: lxml" in opened.read(metadata).decode()
        assert [name for name in opened.namelist() if name.endswith("licenses/LICENSE")]


# --- a first run


def test_runs_from_another_folder(installed: Installed) -> None:
    ran, data = installed.told(HEALTHY)
    assert Path(ran.file).is_relative_to(installed.package)
    assert (ran.code, ran.talk, data["verdict"]) == (0, "", "pass")
    ran, data = installed.told(BROKEN)
    assert (ran.code, ran.talk, data["verdict"]) == (1, "", "fail")
    assert [one["id"] for one in data["findings"]] == ["metadata-is-html-page"]


def test_console_script(installed: Installed) -> None:
    done = subprocess.run(
        [installed.python, installed.python.parent / "doctor", "check", BROKEN],
        capture_output=True, text=True, cwd=installed.elsewhere, env=installed.environment(), timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, "")
    assert "metadata-is-html-page" in done.stdout


def test_first_run_reads_the_built_catalogue(installed: Installed) -> None:
    before = (installed.data / "conditions.json").read_bytes()
    ran, _ = installed.told(BROKEN)
    assert not ran.yaml
    assert json.loads((installed.data / "conditions.json").read_bytes())["digest"] == json.loads(before)["digest"]
    assert not (installed.elsewhere / "home").exists()


def test_digest_is_that_of_the_checkout(installed: Installed) -> None:
    assert installed.told(HEALTHY)[1]["rules"] == store.digest_of(store.folder())


# --- a changed catalogue

RULE: Final = Path("rules", "input", "metadata-is-html-page.yaml")


def _rewritten(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def test_touched_file_changes_nothing(installed: Installed) -> None:
    first = installed.told(BROKEN)[1]
    os.utime(installed.data / RULE, (1, 1))
    for _ in range(2):
        ran, data = installed.told(BROKEN)
        assert not ran.yaml
        assert data == first


def test_edited_rule_of_the_same_size_is_noticed_once(installed: Installed) -> None:
    first = installed.told(BROKEN)[1]
    size = (installed.data / RULE).stat().st_size
    _rewritten(installed.data / RULE, "severity: error", "severity: info ")
    assert (installed.data / RULE).stat().st_size == size
    ran, data = installed.told(BROKEN)
    assert ran.yaml
    assert [one["severity"] for one in data["findings"]] == ["info"]
    assert data["rules"] != first["rules"]
    ran, again = installed.told(BROKEN)
    assert not ran.yaml
    assert again == data


def test_rule_that_is_added_and_taken_away_is_noticed(installed: Installed) -> None:
    first = installed.told(BROKEN)[1]
    added = installed.data / RULE.with_name("input-is-page-probe.yaml")
    shutil.copy(installed.data / RULE, added)
    _rewritten(added, "id: metadata-is-html-page", "id: input-is-page-probe")
    ran, data = installed.told(BROKEN)
    assert ran.yaml
    assert sorted(one["id"] for one in data["findings"]) == ["input-is-page-probe", "metadata-is-html-page"]
    added.unlink()
    assert installed.told(BROKEN)[1] == first


def test_wrong_rule_is_one_line(installed: Installed) -> None:
    _rewritten(installed.data / RULE, "severity: error", "severity: fatal")
    ran = installed.run("check", BROKEN)
    assert (ran.code, ran.out) == (2, "")
    assert "rules/input/metadata-is-html-page.yaml:" in ran.talk
    assert "'fatal' is no severity" in ran.talk
    assert "Traceback" not in ran.talk


@pytest.mark.parametrize("name", ["conditions.json", "prose.json"])
@pytest.mark.parametrize("content", [None, b"", b"{", b"[]", b'{"format": 0}', b"\xff"], ids=repr)
def test_damaged_built_file_is_built_anew(installed: Installed, name: str, content: bytes | None) -> None:
    expected = installed.told(BROKEN)[1]
    path = installed.data / name
    path.unlink() if content is None else path.write_bytes(content)
    ran, data = installed.told(BROKEN)
    assert ran.yaml
    assert data == expected


# --- places that cannot be written

READ_ONLY: Final = """
import builtins, errno, os
def refused(path, *_, **__):
    raise OSError(errno.EROFS, "Read-only file system", str(path))
really = builtins.open
def opened(path, mode="r", *rest, **more):
    return refused(path) if set(mode) & set("wax+") else really(path, mode, *rest, **more)
builtins.open = opened
os.makedirs = os.mkdir = os.replace = refused
"""


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_read_only_installation_works(installed: Installed) -> None:
    before = _bytes(installed.data)
    ran, data = installed.told(BROKEN, before=READ_ONLY)
    assert (ran.code, ran.talk, ran.yaml) == (1, "", False)
    assert [one["id"] for one in data["findings"]] == ["metadata-is-html-page"]
    assert _bytes(installed.data) == before


def test_read_only_installation_with_an_edited_rule_works(installed: Installed) -> None:
    _rewritten(installed.data / RULE, "severity: error", "severity: notice")
    for _ in range(2):
        ran, data = installed.told(BROKEN, before=READ_ONLY)
        assert (ran.code, ran.talk, ran.yaml) == (0, "", True)
        assert [one["severity"] for one in data["findings"]] == ["notice"]


def test_what_cannot_be_kept_beside_the_package_is_kept_in_the_home(installed: Installed) -> None:
    """The package folder refuses writes, the home takes them."""
    refuse = (
        "from doctor.catalogue import store\nwrite = store._write\n"
        f"beside = {str(installed.data)!r}\n"
        "store._write = lambda path, data: not str(path).startswith(beside) and write(path, data)\n"
    )
    _rewritten(installed.data / RULE, "severity: error", "severity: notice")
    first, _ = installed.told(BROKEN, before=refuse)
    second, data = installed.told(BROKEN, before=refuse)
    assert (first.yaml, second.yaml) == (True, False)
    assert [one["severity"] for one in data["findings"]] == ["notice"]
    assert list((installed.elsewhere / "home" / ".cache" / "sso-doctor").rglob("conditions.json"))


def test_no_half_written_file_is_left(installed: Installed) -> None:
    _rewritten(installed.data / RULE, "severity: error", "severity: notice")
    installed.told(BROKEN)
    kept = {path.name for path in installed.data.iterdir() if path.is_file()}
    assert {name for name in kept if not name.endswith((".json", ".yaml"))} == set()
