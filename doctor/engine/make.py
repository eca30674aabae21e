"""From rule files to a rulebook: read, type-checked, put in order; and a folder of more rules laid over a book.

A warm start needs none of this: what was made is kept by `catalogue.store`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from doctor.engine import condition
from doctor.engine.rulebook import by_kind, words_in
from doctor.model.error import CatalogueError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from doctor.catalogue.build import Sources
    from doctor.catalogue.store import Folder
    from doctor.engine.rulebook import Rulebook


def extended(base: Rulebook, folder: Path, *, keep_going: bool = False) -> Rulebook:
    """The rulebook with a folder of more rules: they add to, override or disable those of `base`.

    A file `{id: some-rule, disabled: true}` disables. The book's notes say what was changed. Raises
    `CatalogueError` when a file is wrong, unless `keep_going`.
    """
    from doctor.catalogue import build

    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}", "--rules takes a folder of rule files")
    found = build.read_folder(folder, folder.resolve().name)
    problems = [*found.problems, *build.uncited(found, {**base.citations, **found.citations})]
    disabled = [rule_id for rule_id, data in found.rules.items() if data.get("disabled")]
    rules, wrong = _typechecked(found, base.provider_words)
    problems += wrong
    if problems and not keep_going:
        raise CatalogueError(problems)
    notes = (*_changes(base, folder.resolve().name, rules, disabled), *problems)
    return base.merged(_listed(rules), _told(rules, found), found.citations, disabled, notes)


def _changes(base: Rulebook, name: str, rules: dict[str, Any], disabled: list[str]) -> Iterator[str]:
    added = sorted(set(rules) - set(base.ids))
    for verb, ids in (("adds", added), ("overrides", sorted(set(rules) & set(base.ids))), ("disables", disabled)):
        if ids:
            yield f"{name} {verb} {', '.join(ids)}"


def _typechecked(found: Sources, words: frozenset[str]) -> tuple[dict[str, Any], list[str]]:
    """The rules that are right, and the problems of the others."""
    from doctor.engine import typecheck

    rules: dict[str, Any] = {}
    problems: list[str] = []
    for rule_id, data in found.rules.items():
        if data.get("disabled"):
            continue
        wrong = typecheck.problems(data, found.files[rule_id], words)
        problems += wrong
        if not wrong:
            rules[rule_id] = data
    return rules, problems


def parts(where: Folder) -> dict[str, dict[str, Any]]:
    """Build all parts of the catalogue from YAML. Raises `CatalogueError` with every problem."""
    made, problems = built(where)
    if problems:
        raise CatalogueError(problems)
    return made


def built(where: Folder) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """All parts from the files that are right, and the problems of those that are not."""
    from doctor.catalogue import build, error_file, leniency, provider_file
    from doctor.engine import typecheck, verify

    found = build.read(where)
    compiled: dict[str, Any] = provider_file.compiled(found.providers, "providers.yaml")
    rules, wrong = _typechecked(found, words_in(compiled["products"]))
    wrong += [
        problem
        for name, data in found.trees.items()
        for problem in typecheck.tree_problems(data, found.files[f"tree {name}"])
    ]
    wrong += [
        problem
        for entry in found.errors
        for problem in typecheck.error_problems(entry, found.files[f"error {entry['id']}"])
    ]
    words, details = provider_file.divided(compiled)
    wrong += [problem for name, guide in compiled["guides"].items() for problem in verify.problems(name, guide, rules)]
    listed = _listed(rules)
    made: dict[str, dict[str, Any]] = {
        "conditions": {"rules": listed, "kinds": by_kind(listed), "fingerprints": compiled["fingerprints"],
                       "names": compiled["names"]},
        "prose": {"rules": _told(rules, found), "citations": found.citations, "products": words,
                  "leniency": leniency.compiled(found.leniency)},
        "providers": details,
        "trees": {"trees": {name: found.trees[name] for name in _tree_order(found.trees)}},
        "errors": {"errors": [error_file.ready(entry) for entry in found.errors]},
    }  # fmt: skip
    return made, [*found.problems, *wrong]


TREES = (
    "stuck-in-draft", "stuck-in-validating", "saml-assertion-error", "scim-sync-failing", "directory-not-linked",
    "oauth-redirect-error", "organization-not-found", "choose-integration-type",
)  # fmt: skip
"""The order in which trees are tried and told; a tree that is not named comes after these."""


def _tree_order(trees: dict[str, Any]) -> list[str]:
    return sorted(trees, key=lambda name: (TREES.index(name) if name in TREES else len(TREES), name))


def _listed(rules: dict[str, Any]) -> list[dict[str, Any]]:
    return [condition_part(data) for data in rules.values()]


def _told(rules: dict[str, Any], found: Sources) -> dict[str, Any]:
    return {rule_id: _prose(data, found.files[rule_id]) for rule_id, data in rules.items()}


def _prose(data: dict[str, Any], file: str) -> dict[str, Any]:
    from doctor.catalogue.rule import PROSE_KEYS

    return {key: data[key] for key in PROSE_KEYS if key in data} | {"file": file}


def condition_part(data: dict[str, Any]) -> dict[str, Any]:
    """What the engine needs of a rule; the prose stays behind until a finding is told."""
    from doctor.catalogue.rule import CONDITION_KEYS, scopes

    found = {key: data[key] for key in CONDITION_KEYS if key in data}
    return found | {"document": scopes(data), "facts": _facts(data)}


def _facts(data: dict[str, Any]) -> list[str]:
    """The leaves of the condition, as `fact` or `collection.field`; for proof and for needs."""
    collection = data.get("for_each", "")
    leaves = [*condition.names(data["when"], collection), *condition.names(data.get("applies", {}))]
    return list(dict.fromkeys(f"{name}|{field}" for name, field in leaves))
