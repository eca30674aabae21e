"""What rule authors ask for: the list, a rule's page, what is wrong, whether the examples hold."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from doctor.catalogue import build, store
from doctor.catalogue.rule import did_you_mean, scopes
from doctor.catalogue.source import MAX_FILE, line_of
from doctor.engine import example
from doctor.engine.make import built
from doctor.facts.registry import registry
from doctor.model.error import CatalogueError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from doctor.catalogue.store import Folder
    from doctor.engine.rulebook import Rulebook

_TODO: Final = re.compile(r"\bTODO\b")
"""With this word `scaffold.rule` marks what a new rule's author has still to say."""
_BORDER: Final = " \t\r\"'"


def listing(book: Rulebook) -> list[dict[str, Any]]:
    """Every rule: id, severity, what it judges, its title."""
    return [_row(book, rule_id) for rule_id in book.ids]


def _row(book: Rulebook, rule_id: str) -> dict[str, Any]:
    data, texts = book.data(rule_id), book.prose(rule_id)
    return {
        "id": rule_id, "severity": data["severity"], "document": data["document"], "title": texts["title"],
        "who": texts["who"], "file": texts["file"],
    }  # fmt: skip


def page(book: Rulebook, rule_id: str, provider: str | None = None) -> dict[str, Any]:
    """Everything about one rule, texts unfilled but for provider words. Raises `UsageError`."""
    if rule_id not in book.ids:
        raise UsageError(
            f"there is no rule {rule_id!r}{did_you_mean(rule_id, book.ids)}", "doctor rules list shows all"
        )
    data, texts = book.data(rule_id), book.prose(rule_id)
    words = book.words(provider)
    return _row(book, rule_id) | {
        "when": data["when"], "for_each": data.get("for_each"), "applies": data.get("applies"),
        "escalate": data.get("escalate", []), "relax": data.get("relax", []),
        "message": texts["message"], "expected": texts.get("expected"), "actual": texts.get("actual"),
        "fix": [_worded(line, words) for line in texts["fix"]], "wrong_if": texts["wrong_if"],
        "cite": [{"key": key, **_cited(book, key)} for key in texts["cite"]],
    }  # fmt: skip


def _cited(book: Rulebook, key: str) -> dict[str, Any]:
    found = book.citation(key)
    return {name: found.get(name) for name in ("title", "url", "says")}


def _worded(text: str, words: Any) -> str:
    from doctor.engine import template

    for name, _ in template.fields(text):
        if name.startswith("provider.") and (word := words(name)):
            text = text.replace(f"{{{name}}}", word)
    return text


def lint(where: Folder | None = None, extra: Path | None = None) -> list[str]:
    """Every problem of the catalogue as `file:line: what`, unused things included.

    `extra` is a folder of more rules; then only its own problems are told.
    """
    if extra is not None:
        return _lint_extra(extra)
    from doctor.catalogue import provider_file

    place = where or store.folder()
    made, problems = built(place)
    found = build.read(place)
    book = _book(made)
    told = provider_file.linted(found.providers, "providers.yaml")
    unfinished = _unfinished(Path(place.rules), "rules")
    return [*problems, *told, *_unused(found, book), *_failing(found), *_failing_trees(found, book), *unfinished]


def _book(made: dict[str, dict[str, Any]]) -> Rulebook:
    from doctor.engine.rulebook import Rulebook

    made["conditions"].setdefault("digest", "")
    return Rulebook(made["conditions"], made.__getitem__)


def load_problems(extra: Path | None) -> list[str]:
    """What keeps rule files from loading: examples of a rule that does not load would not be run."""
    if extra is None:
        return built(store.folder())[1]
    from doctor.engine.make import extended
    from doctor.engine.rulebook import shipped

    try:
        extended(shipped(), extra)
    except CatalogueError as error:
        return error.problems
    return []


def _lint_extra(extra: Path) -> list[str]:
    shown = extra.resolve().name
    return [*(load_problems(extra) or _failing(build.read_folder(extra, shown))), *_unfinished(extra, shown)]


def _unfinished(folder: Path, shown_as: str) -> Iterator[str]:
    """What `rules new` left to be said, in texts and comments; a forgotten one would load, and hold its examples."""
    for path, shown in build.rule_files(folder, shown_as):
        for number, line in enumerate(_lines(path), 1):
            if found := _TODO.search(line):
                yield f"{shown}:{number}: still to be filled in: {line[found.start() :].strip(_BORDER)[:80]!r}"


def _lines(path: Path) -> list[str]:
    """The lines of a rule file; none of one that cannot be read, which is a problem of its own."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").split("\n") if path.stat().st_size <= MAX_FILE else []
    except OSError:
        return []


def _unused(found: build.Sources, book: Rulebook) -> list[str]:
    cited = {key for data in found.rules.values() for key in data.get("cite", ())}
    problems = [f"rules/{build.CITATIONS}:1: no rule cites {key!r}" for key in found.citations if key not in cited]
    return [*problems, *_same_conditions(found), *_unused_facts(found, book)]


def _same_conditions(found: build.Sources) -> list[str]:
    """Rules of one kind with one condition: then one of them is too many."""
    seen: dict[str, str] = {}
    problems = []
    for name, data in found.rules.items():
        mark = json.dumps([scopes(data), data.get("for_each"), data.get("applies"), data["when"]], sort_keys=True)
        if mark in seen:
            problems.append(f"{found.files[name]}:{line_of(data, 'when')}: the condition is that of {seen[mark]}")
        seen[mark] = name
    return problems


def _unused_facts(found: build.Sources, book: Rulebook) -> list[str]:
    """Facts that no rule, text, tree, error entry or other fact uses."""
    used = json.dumps([list(found.rules.values()), list(found.trees.values()), book.errors], default=str)
    code = fact_sources()
    return [
        f"doctor/facts:1: nothing uses the fact {name}"
        for name in registry()
        if not re.search(rf"\b{re.escape(name)}\b", used) and code.count(f'"{name}"') < 2
    ]


def _failing(found: build.Sources) -> list[str]:
    return [
        f"{found.files[one.rule]}:1: example {one.name!r}: expected {one.expected}, got {one.got}"
        + (f" (missing {', '.join(one.missing)})" if one.missing else "")
        for data in found.rules.values() if not data.get("disabled")
        for one in example.results(_ready(data)) if not one.passed
    ]  # fmt: skip


def _failing_trees(found: build.Sources, book: Rulebook) -> list[str]:
    from doctor.engine import tree_example

    return [
        f"{found.files[f'tree {one.rule}']}:1: example {one.name!r}: expected {one.expected}, got {one.got}"
        for each in book.trees for one in tree_example.results(each, book) if not one.passed
    ]  # fmt: skip


def _ready(data: dict[str, Any]) -> dict[str, Any]:
    from doctor.engine.make import condition_part

    return {**data, **condition_part(data), "document": scopes(data)}


def tested(words: list[str], extra: Path | None = None) -> list[dict[str, Any]]:  # noqa: PT028  (no test: it runs examples)
    """The examples of rules and trees whose id holds one of these words (all, without words), run."""
    found = build.read_folder(extra, extra.resolve().name) if extra else build.read(store.folder())
    rules = [data for name, data in found.rules.items() if _wanted(name, words) and not data.get("disabled")]
    results = [one for data in rules for one in example.results(_ready(data))]
    if extra is None:
        results += _tree_results(words)
    return [
        {"rule": one.rule, "example": one.name, "expected": one.expected, "got": one.got,
         "missing": list(one.missing), "passed": one.passed}
        for one in results
    ]  # fmt: skip


def _tree_results(words: list[str]) -> list[example.Result]:
    from doctor.engine import tree_example
    from doctor.engine.rulebook import shipped

    book = shipped()
    return [one for each in book.trees if _wanted(each.id, words) for one in tree_example.results(each, book)]


def _wanted(name: str, words: list[str]) -> bool:
    return not words or any(word in name for word in words)


def mutants(words: list[str], extra: Path | None = None) -> tuple[list[str], list[dict[str, Any]]]:
    """The ids of these rules (of a folder of more rules); every mutant, and whether an example noticed it."""
    from doctor.engine import mutation

    found = build.read_folder(extra, extra.resolve().name) if extra else build.read(store.folder())
    rules = [data for name, data in found.rules.items() if _wanted(name, words) and not data.get("disabled")]
    changed = [one._asdict() for data in rules for one in mutation.mutants(_ready(data))]
    return [data["id"] for data in rules], changed


def coverage(book: Rulebook) -> dict[str, Any]:
    """Which error entries lead to a tested rule: one with examples, in a tree or with facts to decide it."""
    good = {row["rule"] for row in tested([]) if row["passed"]}
    rows = [
        {"id": entry["id"], "code": entry["code"], "suspects": entry["suspects"],
         "tested": any(name in good for name in entry["suspects"])}
        for entry in book.errors
    ]  # fmt: skip
    return {"entries": rows, "total": len(rows), "tested": sum(row["tested"] for row in rows)}


def facts() -> list[dict[str, Any]]:
    """Every declared fact: name, type, meaning, from which documents, how to give it."""
    return [
        {"name": name, "type": declared[0].type.name, "values": list(declared[0].type.values),
         "fields": {key: kind.name for key, kind in declared[0].type.fields.items()},
         "on": sorted({kind for fact in declared for kind in fact.on}), "optional": any(f.optional for f in declared),
         "meaning": declared[0].doc, "how": declared[0].how}
        for name, declared in sorted(registry().items())
    ]  # fmt: skip


def fact_sources() -> str:
    """The source of facts and engine: for asking which facts others are made of, or told by."""
    package = Path(__file__).resolve().parent.parent
    paths = sorted([*package.glob("facts/*.py"), *package.glob("engine/*.py")])
    return "".join(path.read_text(encoding="utf-8") for path in paths)
