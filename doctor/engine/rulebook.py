"""The rulebook: every rule ready to run, compiled when its kind of document is first judged."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from doctor.catalogue import store
from doctor.engine import condition
from doctor.engine.rule import Rule
from doctor.model.error import CatalogueError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from doctor.catalogue.store import Folder


class Rulebook:
    """Rules by kind of document; texts, citations and provider words when a finding needs them."""

    def __init__(self, conditions: dict[str, Any], prose: Callable[[], dict[str, Any]]) -> None:
        self.digest: str = conditions["digest"]
        self.fingerprints: list[list[str]] = conditions["fingerprints"]
        self.names: dict[str, str] = conditions["names"]
        self._kinds: dict[str, list[int]] = conditions["kinds"]
        self._data: list[dict[str, Any]] = conditions["rules"]
        self._prose = prose
        self._loaded: dict[str, Any] | None = None
        self._compiled: dict[int, Rule] = {}
        self._for: dict[str, tuple[Rule, ...]] = {}

    def __len__(self) -> int:
        return len(self._data)

    def for_kind(self, kind: str) -> tuple[Rule, ...]:
        """The rules that judge documents of this kind (or the `case`), in their order."""
        found = self._for.get(kind)
        if found is None:
            numbers = self._kinds.get(kind, []) + (self._kinds.get("any", []) if kind != "case" else [])
            found = self._for[kind] = tuple(self._rule(number) for number in sorted(set(numbers)))
        return found

    def _rule(self, number: int) -> Rule:
        rule = self._compiled.get(number)
        if rule is None:
            rule = self._compiled[number] = Rule(self._data[number])
        return rule

    @property
    def ids(self) -> tuple[str, ...]:
        """Every rule id, in order."""
        return tuple(data["id"] for data in self._data)

    def data(self, rule_id: str) -> dict[str, Any]:
        """The condition part of one rule."""
        return self._data[self.ids.index(rule_id)]

    def prose(self, rule_id: str) -> dict[str, Any]:
        """The texts of one rule."""
        texts: dict[str, Any] = self._texts()["rules"][rule_id]
        return texts

    def citation(self, key: str) -> dict[str, Any]:
        """Title and address of a citation."""
        return self._texts()["citations"].get(key, {"title": key, "url": ""})  # type: ignore[no-any-return]

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

    def _texts(self) -> dict[str, Any]:
        if self._loaded is None:
            self._loaded = self._prose()
        return self._loaded


@cache
def shipped() -> Rulebook:
    """The rulebook of this installation. Raises `CatalogueError` when its files are wrong."""
    built = store.load(store.folder(), parts)
    return Rulebook(built.conditions, built.prose)


def parts(where: Folder) -> tuple[dict[str, Any], dict[str, Any]]:
    """Build both parts of the catalogue from YAML. Raises `CatalogueError` with every problem."""
    conditions, prose, problems = built(where)
    if problems:
        raise CatalogueError(problems)
    return conditions, prose


def built(where: Folder) -> tuple[dict[str, Any], dict[str, Any], list[str]]:
    """Both parts from the files that are right, and the problems of those that are not."""
    from doctor.catalogue import build, provider_file

    found = build.read(where)
    problems = list(found.problems)
    compiled = provider_file.compiled(found.providers, "providers.yaml")
    words = _words(compiled["products"])
    rules = {}
    for rule_id, data in found.rules.items():
        wrong = _typecheck(data, found.files[rule_id], words)
        problems += wrong
        if not wrong:
            rules[rule_id] = data
    prose = {
        "rules": {rule_id: _prose(data, found.files[rule_id]) for rule_id, data in rules.items()},
        "citations": found.citations, "products": compiled["products"],
    }  # fmt: skip
    return _conditions(rules, compiled), prose, problems


def _typecheck(data: Any, file: str, words: frozenset[str]) -> list[str]:
    from doctor.engine import typecheck

    return typecheck.problems(data, file, words)


def _words(products: Any) -> frozenset[str]:
    generic = products["generic"]
    return frozenset(f"provider.{part}.{key}" for part in ("label", "where") for key in generic[part]) | {
        "provider.name", "provider.console",
    }  # fmt: skip


def _prose(data: dict[str, Any], file: str) -> dict[str, Any]:
    from doctor.catalogue.rule import PROSE_KEYS

    return {key: data[key] for key in PROSE_KEYS if key in data} | {"file": file}


def _conditions(rules: dict[str, Any], compiled: dict[str, Any]) -> dict[str, Any]:
    listed = [condition_part(data) for data in rules.values()]
    kinds: dict[str, list[int]] = {}
    for number, data in enumerate(listed):
        for kind in data["document"]:
            kinds.setdefault(kind, []).append(number)
    names = {key: product["name"] for key, product in compiled["products"].items()}
    return {"rules": listed, "kinds": kinds, "fingerprints": compiled["fingerprints"], "names": names}


def condition_part(data: dict[str, Any]) -> dict[str, Any]:
    """What the engine needs of a rule; the prose stays behind until a finding is told."""
    from doctor.catalogue.rule import CONDITION_KEYS, scopes

    found = {key: data[key] for key in CONDITION_KEYS if key in data}
    return found | {"document": scopes(data), "facts": _facts(data)}


def _facts(data: dict[str, Any]) -> list[str]:
    """The leaves of the condition, as `fact` or `collection.field`; for proof and for needs."""
    collection = data.get("for_each", "")
    leaves = [*condition.names(data.get("applies", {})), *condition.names(data["when"], collection)]
    return list(dict.fromkeys(f"{name}|{field}" for name, field in leaves))


def sources(where: Folder) -> list[Path]:
    """Every YAML file of the catalogue."""
    return [where.providers, *sorted(where.rules.rglob("*.yaml"))]
