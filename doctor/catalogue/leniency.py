"""`rules/leniency.yaml`: which products refuse a fault and which let it pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from doctor.catalogue import source
from doctor.catalogue.rule import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

FILE: Final = "leniency.yaml"
_KEYS: Final = ("refuse", "accept", "note")


def problems(data: Any, shown: str, rules: Container[str]) -> Iterator[str]:
    """What is wrong with the file, each with its line. `rules` are the ids that exist."""
    if not isinstance(data, dict) or set(data) != {"products", "rules"}:
        yield f"{shown}:1: the table has the keys products and rules"
        return
    for rule_id, entry in data["rules"].items():
        where = f"{shown}:{source.line_of(data['rules'], rule_id)}"
        if rule_id not in rules:
            yield f"{where}: there is no rule {rule_id!r}"
        for key in set(entry) - set(_KEYS):
            yield f"{where}: {key!r} is not a key of an entry{did_you_mean(key, _KEYS)}"
        named = [*entry.get("refuse", ()), *entry.get("accept", ())]
        for name in named:
            if name not in data["products"]:
                yield f"{where}: {name!r} is not among the products{did_you_mean(name, data['products'])}"
            if named.count(name) > 1:
                yield f"{where}: {name!r} cannot do both"


def compiled(data: Any) -> dict[str, Any]:
    """For each rule the names of those who refuse and accept, and the note."""
    if not data:
        return {}
    names = {key: product["name"] for key, product in data["products"].items()}
    return {
        rule_id: {
            "refuse": [names[one] for one in entry.get("refuse", ())],
            "accept": [names[one] for one in entry.get("accept", ())], "note": entry.get("note"),
        }
        for rule_id, entry in data["rules"].items()
    }  # fmt: skip
