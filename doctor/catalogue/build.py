"""Reading the whole catalogue from YAML: every file, every problem, in one pass."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from doctor.catalogue import error_file, leniency, source, tree_file
from doctor.catalogue import rule as rule_file
from doctor.model.error import CatalogueError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from doctor.catalogue.store import Folder

CITATIONS = "citations.yaml"


class Sources(NamedTuple):
    """Everything that the YAML files say, with the files they came from, and what is wrong with them."""

    rules: dict[str, Any]
    files: dict[str, str]
    citations: dict[str, Any]
    providers: Any
    problems: list[str]
    trees: dict[str, Any] = {}  # noqa: RUF012  (built once, then read)
    errors: list[Any] = []  # noqa: RUF012
    leniency: Any = None


def read(where: Folder) -> Sources:
    """Read every file of the catalogue; nothing is raised, problems are listed."""
    found = read_folder(Path(where.rules), "rules")
    providers = _attempt(Path(where.providers), "providers.yaml", found.problems)
    problems = [*found.problems, *uncited(found, found.citations)]
    trees = dict(_trees(Path(where.rules), found, problems))
    errors = list(_errors(Path(where.rules), found, providers, problems))
    table_file = Path(where.rules) / leniency.FILE
    lenient = _attempt(table_file, f"rules/{leniency.FILE}", problems) if table_file.exists() else None
    wrong = list(leniency.problems(lenient, f"rules/{leniency.FILE}", found.rules)) if lenient is not None else []
    table = None if wrong else lenient
    problems += wrong
    return found._replace(providers=providers, problems=problems, trees=trees, errors=errors, leniency=table)


def _trees(folder: Path, found: Sources, problems: list[str]) -> Iterator[tuple[str, Any]]:
    for path in sorted((folder / "trees").glob("*.yaml")):
        shown = f"rules/trees/{path.name}"
        data = _attempt(path, shown, problems)
        wrong = tree_file.problems(data, shown, found.rules) if data is not None else []
        problems += wrong
        if data is not None and not wrong:
            found.files[f"tree {data['id']}"] = shown
            yield data["id"], data


def _errors(folder: Path, found: Sources, providers: Any, problems: list[str]) -> Iterator[Any]:
    listed = providers.get("providers") if isinstance(providers, dict) else None
    idps = [str(one.get("id")) for one in listed or () if isinstance(one, dict)]
    seen: dict[str, str] = {}
    for path in sorted((folder / "errors").glob("*.yaml")):
        shown = f"rules/errors/{path.name}"
        entries = _attempt(path, shown, problems) or []
        wrong = error_file.problems(entries, shown, found.rules, idps)
        problems += wrong
        for entry in entries if not wrong else ():
            if entry["id"] in seen:
                problems.append(f"{shown}:{entry.line}: the id {entry['id']} is taken by {seen[entry['id']]}")
            seen[entry["id"]] = found.files[f"error {entry['id']}"] = shown
            yield entry


def read_folder(folder: Path, shown_as: str) -> Sources:
    """Read the rules and citations of one folder; nothing is raised, problems are listed."""
    problems: list[str] = []
    rules: dict[str, Any] = {}
    files: dict[str, str] = {}
    for path, shown in rule_files(folder, shown_as):
        data = _attempt(path, shown, problems)
        found = rule_file.problems(data, shown) if data is not None else []
        problems += found
        if data is None or found:
            continue
        if data["id"] in rules:
            problems.append(f"{shown}:1: the id {data['id']} is taken by {files[data['id']]}")
        rules[data["id"]], files[data["id"]] = data, shown
    path = folder / CITATIONS
    citations = _attempt(path, f"{shown_as}/{CITATIONS}", problems) if path.exists() else {}
    if citations is not None and not isinstance(citations, dict):
        problems.append(f"{shown_as}/{CITATIONS}:1: citations are a mapping of keys")
        citations = {}
    return Sources(rules, files, citations or {}, None, problems)


def rule_files(folder: Path, shown_as: str) -> Iterator[tuple[Path, str]]:
    """Every rule file with the name it is shown by, in a stable order; trees and errors apart."""
    for path in sorted(folder.rglob("*.y*ml")):
        relative = path.relative_to(folder)
        if relative.parts[0] not in ("trees", "errors") and relative.name not in (CITATIONS, leniency.FILE):
            yield path, f"{shown_as}/{relative.as_posix()}"


def _attempt(path: Path, shown: str, problems: list[str]) -> Any:
    try:
        return source.read(path, shown)
    except CatalogueError as error:
        problems += error.problems
    except (OSError, UnicodeDecodeError) as error:
        problems.append(f"{shown}:1: {error.__class__.__name__}: {error}")
    return None


def uncited(found: Sources, citations: dict[str, Any]) -> Iterator[str]:
    """Citations that rules name and nobody has."""
    for name, data in found.rules.items():
        for key in data.get("cite", ()):
            if key not in citations:
                where = f"{found.files[name]}:{source.line_of(data, 'cite')}"
                yield f"{where}: {key!r} is not in {CITATIONS}{rule_file.did_you_mean(key, citations)}"
