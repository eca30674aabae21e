"""The rulebook: every rule ready to run, compiled when its kind of document is first judged."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import TYPE_CHECKING, Any

from doctor.catalogue import store
from doctor.engine.plan import Plan
from doctor.engine.rule import Rule
from doctor.model.error import CatalogueError
from doctor.model.finding import Citation, Elsewhere

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

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
        return words_in(self._texts()["products"])

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
            "names": self.names, "rules": listed, "kinds": by_kind(listed), "notes": [*self.notes, *notes],
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
        found = store.load(store.folder(), _parts)
    except CatalogueError:
        if not keep_going:
            raise
        from doctor.engine import make

        made, problems = make.built(store.folder())
        made["conditions"] |= {"digest": store.digest_of(store.folder()), "notes": problems}
        return Rulebook(made["conditions"], made.__getitem__)
    return Rulebook(found.conditions, found.part)


def _parts(where: Folder) -> dict[str, dict[str, Any]]:
    from doctor.engine import make

    return make.parts(where)


def by_kind(listed: list[dict[str, Any]]) -> dict[str, list[int]]:
    """The numbers of the rules for each kind of document."""
    kinds: dict[str, list[int]] = {}
    for number, data in enumerate(listed):
        for kind in data["document"]:
            kinds.setdefault(kind, []).append(number)
    return kinds


def words_in(products: Any) -> frozenset[str]:
    """Every `provider.…` name that these products have words for."""
    generic = products["generic"]
    return frozenset(f"provider.{part}.{key}" for part in ("label", "where") for key in generic[part]) | {
        "provider.name", "provider.console",
    }  # fmt: skip
