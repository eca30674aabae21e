"""Reading the whole catalogue from YAML: every file, every problem, in one pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from doctor.catalogue import rule as rule_file
from doctor.catalogue import source
from doctor.model.error import CatalogueError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from doctor.catalogue.store import Folder

CITATIONS = "citations.yaml"


class Sources(NamedTuple):
    """Everything that the YAML files say, with the files they came from, and what is wrong with them."""

    rules: dict[str, Any]
    files: dict[str, str]
    citations: dict[str, Any]
    providers: Any
    problems: list[str]


def read(where: Folder) -> Sources:
    """Read every file of the catalogue; nothing is raised, problems are listed."""
    problems: list[str] = []
    rules: dict[str, Any] = {}
    files: dict[str, str] = {}
    for path, shown in rule_files(where.rules):
        data = _attempt(path, shown, problems)
        found = rule_file.problems(data, shown) if data is not None else []
        problems += found
        if data is None or found:
            continue
        if data["id"] in rules:
            problems.append(f"{shown}:1: the id {data['id']} is taken by {files[data['id']]}")
        rules[data["id"]], files[data["id"]] = data, shown
    citations = _attempt(where.rules / CITATIONS, f"rules/{CITATIONS}", problems) or {}
    providers = _attempt(where.providers, "providers.yaml", problems)
    problems += list(_uncited(rules, files, citations))
    return Sources(rules, files, citations, providers, problems)


def rule_files(rules: Path) -> Iterator[tuple[Path, str]]:
    """Every rule file with the name it is shown by, in a stable order; trees and errors apart."""
    for path in sorted(rules.rglob("*.y*ml")):
        relative = path.relative_to(rules)
        if relative.parts[0] not in ("trees", "errors") and relative.name != CITATIONS:
            yield path, f"rules/{relative.as_posix()}"


def _attempt(path: Path, shown: str, problems: list[str]) -> Any:
    try:
        return source.read(path, shown)
    except CatalogueError as error:
        problems += error.problems
    except (OSError, UnicodeDecodeError) as error:
        problems.append(f"{shown}:1: {error.__class__.__name__}: {error}")
    return None


def _uncited(rules: dict[str, Any], files: dict[str, str], citations: dict[str, Any]) -> Iterator[str]:
    for name, data in rules.items():
        for key in data["cite"]:
            if key not in citations:
                line = source.line_of(data, "cite")
                yield f"{files[name]}:{line}: {key!r} is not in citations.yaml{rule_file.did_you_mean(key, citations)}"
