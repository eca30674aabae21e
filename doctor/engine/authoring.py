"""What rule authors ask for: the list, a rule's page, what is wrong, whether the examples hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from doctor.catalogue import build, store
from doctor.catalogue.rule import did_you_mean, scopes
from doctor.engine import example
from doctor.engine.rulebook import built
from doctor.facts.registry import registry
from doctor.model.error import UsageError

if TYPE_CHECKING:
    from doctor.catalogue.store import Folder
    from doctor.engine.rulebook import Rulebook


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


def lint(where: Folder | None = None) -> list[str]:
    """Every problem of the catalogue as `file:line: what`, unused things included."""
    place = where or store.folder()
    _, _, problems = built(place)
    found = build.read(place)
    return [*problems, *_unused(found), *_failing(found)]


def _unused(found: build.Sources) -> list[str]:
    cited = {key for data in found.rules.values() for key in data["cite"]}
    return [f"rules/{build.CITATIONS}:1: no rule cites {key!r}" for key in found.citations if key not in cited]


def _failing(found: build.Sources) -> list[str]:
    return [
        f"{found.files[one.rule]}:1: example {one.name!r}: expected {one.expected}, got {one.got}"
        + (f" (missing {', '.join(one.missing)})" if one.missing else "")
        for data in found.rules.values()
        for one in example.results(_ready(data))
        if not one.passed
    ]


def _ready(data: dict[str, Any]) -> dict[str, Any]:
    from doctor.engine.rulebook import condition_part

    return {**data, **condition_part(data), "document": scopes(data)}


def test(rule_ids: list[str]) -> list[dict[str, Any]]:
    """The examples of these rules, run: what each expected and what came."""
    found = build.read(store.folder())
    return [
        {"rule": one.rule, "example": one.name, "expected": one.expected, "got": one.got,
         "missing": list(one.missing), "passed": one.passed}
        for rule_id in rule_ids if rule_id in found.rules
        for one in example.results(_ready(found.rules[rule_id]))
    ]  # fmt: skip


def facts() -> list[dict[str, Any]]:
    """Every declared fact: name, type, meaning, from which documents, how to give it."""
    return [
        {"name": name, "type": declared[0].type.name, "values": list(declared[0].type.values),
         "fields": {key: kind.name for key, kind in declared[0].type.fields.items()},
         "on": sorted({kind for fact in declared for kind in fact.on}), "optional": any(f.optional for f in declared),
         "meaning": declared[0].doc, "how": declared[0].how}
        for name, declared in sorted(registry().items())
    ]  # fmt: skip
