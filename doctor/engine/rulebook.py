"""The rulebook: every rule ready to run, compiled when its kind of document is first judged."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import TYPE_CHECKING, Any

from doctor.catalogue import store
from doctor.engine import condition
from doctor.engine.plan import Plan
from doctor.engine.rule import Rule
from doctor.model.error import CatalogueError, UsageError
from doctor.model.finding import Citation, Elsewhere

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from doctor.catalogue.build import Sources
    from doctor.catalogue.store import Folder
    from doctor.engine.tree import Tree


class Rulebook:
    """Rules by kind of document; texts, citations and provider words when a finding needs them."""

    def __init__(self, conditions: dict[str, Any], part: Callable[[str], dict[str, Any]]) -> None:
        self.digest: str = conditions["digest"]
        self.fingerprints: list[list[str]] = conditions["fingerprints"]
        self.names: dict[str, str] = conditions["names"]
        self.notes: tuple[str, ...] = tuple(conditions.get("notes", ()))
        self._kinds: dict[str, list[int]] = conditions["kinds"]
        self._data: list[dict[str, Any]] = conditions["rules"]
        self._part = part
        self._loaded: dict[str, dict[str, Any]] = {}
        self._trees: tuple[Tree, ...] | None = None
        self._numbers: dict[str, int] = {data["id"]: number for number, data in enumerate(self._data)}
        self._ids = tuple(self._numbers)
        self._compiled: dict[int, Rule] = {}
        self.made_of: dict[str, frozenset[str]] = {}
        """The facts behind each rule of the case, as far as somebody asked; see `engine.diagnose`."""
        self._cited: dict[str, tuple[Citation, ...]] = {}
        self._plans: dict[str, Plan] = {}
        self.recognised: dict[tuple[tuple[str, tuple[str, ...]], ...], Any] = {}
        """Products that were recognised on observed values; see `engine.check`."""
        self._of_case: dict[frozenset[str], tuple[Rule, ...]] = {}

    def __len__(self) -> int:
        return len(self._data)

    def __contains__(self, rule_id: str) -> bool:
        return rule_id in self._numbers

    def for_kind(self, kind: str) -> Plan:
        """The rules that judge documents of this kind."""
        return self._plan(kind, [*self._kinds.get(kind, ()), *self._kinds.get("any", ())])

    def for_entity(self, kind: str) -> Plan:
        """The rules that judge one entity of an aggregate: those of any input judge the aggregate once."""
        return self._plan(f"entity {kind}", self._kinds.get(kind, ()))

    def for_case(self) -> tuple[Rule, ...]:
        """The rules that judge the case itself."""
        return tuple(self._rule(number) for number in self._kinds.get("case", ()))

    def of_case(self, told: frozenset[str]) -> tuple[Rule, ...]:
        """The rules that judge the case itself and read something that may depend on one of these facts."""
        found = self._of_case.get(told)
        if found is None:
            from doctor.engine import origin

            numbers = [one for one in self._kinds.get("case", ()) if origin.any_behind(self._data[one]["facts"], told)]
            found = self._of_case[told] = tuple(self._rule(number) for number in numbers)
        return found

    def data_for(self, kind: str) -> list[dict[str, Any]]:
        """The condition part of each rule that names this kind, the case, or any."""
        return [self._data[number] for number in self._kinds.get(kind, ())]

    def _plan(self, name: str, numbers: Iterable[int]) -> Plan:
        found = self._plans.get(name)
        if found is None:
            found = self._plans[name] = Plan(tuple(self._rule(number) for number in sorted(set(numbers))))
        return found

    def judges(self, kind: str) -> bool:
        """Whether rules judge this kind of document, beyond what they judge of any input."""
        return kind in self._kinds

    def _rule(self, number: int) -> Rule:
        rule = self._compiled.get(number)
        if rule is None:
            rule = self._compiled[number] = Rule(self._data[number])
        return rule

    def rule(self, rule_id: str) -> Rule:
        """One rule, compiled."""
        return self._rule(self._numbers[rule_id])

    def all_data(self) -> list[dict[str, Any]]:
        """The condition part of every rule, in order."""
        return self._data

    @property
    def trees(self) -> tuple[Tree, ...]:
        """Every tree, in a stable order."""
        if self._trees is None:
            from doctor.engine import tree

            self._trees = tuple(tree.compiled(data) for data in self._load("trees")["trees"].values())
        return self._trees

    @property
    def errors(self) -> list[dict[str, Any]]:
        """Every error text that is known."""
        return self._load("errors")["errors"]  # type: ignore[no-any-return]

    @property
    def ids(self) -> tuple[str, ...]:
        """Every rule id, in order."""
        return self._ids

    def data(self, rule_id: str) -> dict[str, Any]:
        """The condition part of one rule."""
        return self._data[self._numbers[rule_id]]

    def prose(self, rule_id: str) -> dict[str, Any]:
        """The texts of one rule."""
        texts: dict[str, Any] = self._texts()["rules"][rule_id]
        return texts

    def citation(self, key: str) -> dict[str, Any]:
        """Title and address of a citation."""
        return self._texts()["citations"].get(key, {"title": key, "url": ""})  # type: ignore[no-any-return]

    def cited(self, rule_id: str) -> tuple[Citation, ...]:
        """What one rule rests on."""
        found = self._cited.get(rule_id)
        if found is None:
            told = [(key, self.citation(key)) for key in self.prose(rule_id)["cite"]]
            found = tuple(Citation(key, one.get("title", key), one.get("url", "")) for key, one in told)
            self._cited[rule_id] = found
        return found

    def elsewhere(self, rule_id: str) -> Elsewhere | None:
        """What known products do with the fault of a rule; None when nobody has looked."""
        found = self._texts()["leniency"].get(rule_id)
        return found and Elsewhere(tuple(found["refuse"]), tuple(found["accept"]), found["note"])

    def words(self, provider: str | None) -> Callable[[str], str | None]:
        """How `{provider.label.X}` and `{provider.where.X}` read for this product; generic behind it."""
        products = self._texts()["products"]
        known = products.get(provider or "", {})
        generic = products["generic"]

        def read(name: str) -> str | None:
            _, part, key = name.split(".", 2) if name.count(".") == 2 else ("", "", name.rpartition(".")[2])
            if not part:
                return str(known.get(key) or generic.get(key) or "")
            text = known.get(part, {}).get(key) or generic.get(part, {}).get(key)
            return None if text is None else str(text)

        return read

    def product(self, provider: str) -> dict[str, Any]:
        """What `providers.yaml` says of one product; empty when it has none."""
        return self._texts()["products"].get(provider, {})  # type: ignore[no-any-return]

    @property
    def providers(self) -> dict[str, dict[str, Any]]:
        """Everything that is known of every product, by its id: words, rows, setups, pitfalls; `generic` first."""
        words, rest = self._texts()["products"], self._load("providers")["products"]
        return {key: {**words[key], **rest[key]} for key in rest}

    @property
    def guides(self) -> dict[str, dict[str, Any]]:
        """How each kind of integration is set up."""
        return self._load("providers")["guides"]  # type: ignore[no-any-return]

    def provider_id(self, name: str | None) -> str | None:
        """The id of the product that somebody calls by this id, name or alias; None when nobody does."""
        if not name:
            return None
        wanted = " ".join(name.casefold().replace("-", " ").replace("_", " ").split())
        for key, product in self._texts()["products"].items():
            called = (key.replace("-", " "), product["name"].casefold(), *product.get("aliases", ()))
            if wanted in called:
                return str(key)
        return None

    @property
    def citations(self) -> dict[str, Any]:
        """Every citation by its key."""
        return self._texts()["citations"]  # type: ignore[no-any-return]

    @property
    def provider_words(self) -> frozenset[str]:
        """Every `provider.…` name that texts can use."""
        return _words(self._texts()["products"])

    def merged(
        self, rules: list[dict[str, Any]], texts: dict[str, Any], citations: dict[str, Any],
        without: list[str], notes: tuple[str, ...],
    ) -> Rulebook:  # fmt: skip
        """This book with these rules in place of, or beside, its own; `without` are left out."""
        gone = {*without, *(data["id"] for data in rules)}
        listed = [data for data in self._data if data["id"] not in gone] + rules
        prose = self._texts()
        told = {**prose, "rules": {**prose["rules"], **texts}, "citations": {**prose["citations"], **citations}}
        mark = json.dumps([self.digest, rules, texts, sorted(without)], sort_keys=True)
        conditions = {
            "digest": "sha256:" + hashlib.sha256(mark.encode()).hexdigest(), "fingerprints": self.fingerprints,
            "names": self.names, "rules": listed, "kinds": _by_kind(listed), "notes": [*self.notes, *notes],
        }  # fmt: skip
        loaded = {"prose": told, **{name: self._load(name) for name in ("trees", "errors", "providers")}}
        return Rulebook(conditions, loaded.__getitem__)

    def _texts(self) -> dict[str, Any]:
        return self._load("prose")

    def _load(self, name: str) -> dict[str, Any]:
        if name not in self._loaded:
            self._loaded[name] = self._part(name)
        return self._loaded[name]


@cache
def shipped(*, keep_going: bool = False) -> Rulebook:
    """The rulebook of this installation. Raises `CatalogueError` when its files are wrong.

    With `keep_going` the right files are used although others are wrong, and the book's notes say so.
    """
    try:
        found = store.load(store.folder(), parts)
    except CatalogueError:
        if not keep_going:
            raise
        made, problems = built(store.folder())
        made["conditions"] |= {"digest": store.digest_of(store.folder()), "notes": problems}
        return Rulebook(made["conditions"], made.__getitem__)
    return Rulebook(found.conditions, found.part)


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
    rules, wrong = _typechecked(found, _words(compiled["products"]))
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
        "conditions": {"rules": listed, "kinds": _by_kind(listed), "fingerprints": compiled["fingerprints"],
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


def _by_kind(listed: list[dict[str, Any]]) -> dict[str, list[int]]:
    kinds: dict[str, list[int]] = {}
    for number, data in enumerate(listed):
        for kind in data["document"]:
            kinds.setdefault(kind, []).append(number)
    return kinds


def _words(products: Any) -> frozenset[str]:
    generic = products["generic"]
    return frozenset(f"provider.{part}.{key}" for part in ("label", "where") for key in generic[part]) | {
        "provider.name", "provider.console",
    }  # fmt: skip


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
