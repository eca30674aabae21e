"""A new rule, ready to be filled in, and the JSON Schema with which editors complete rule files."""

from __future__ import annotations

from typing import Any

from doctor.catalogue.rule import FIRES, ID, KEYS, SCOPES, WHO
from doctor.engine.condition import COMBINATORS, QUANTIFIERS
from doctor.engine.typecheck import TAKES
from doctor.facts.registry import declared, registry
from doctor.model.error import UsageError
from doctor.model.finding import SEVERITIES

_TEMPLATE = """\
# yaml-language-server: $schema=rule.schema.json
id: {id}
title: One sentence that names the defect
document: {document}
severity: warning
when: {{{fact}: {value}}}
message: "What was found: {{{fact}}}."
who: idp-admin
fix:
  - "What that person does, in the words of their console: {{provider.where.metadata}}."
wrong_if: "This would be wrong if …"
cite: [{cite}]
examples:
  - {{name: it holds, facts: {{{fact}: {value}}}, fires: true}}
  - {{name: it does not, facts: {{{fact}: {other}}}, fires: false}}
  - {{name: nobody looked, facts: {{}}, fires: unknown, needs: [{fact}]}}
"""
_VALUES = {
    "bool": ("true", "false"),
    "number": ("1", "2"),
    "text": ("something", "otherwise"),
    "url": ("'https://a.example'", "'https://b.example'"),
}


def rule(name: str, fact: str, cite: str) -> str:
    """The text of a new rule on one fact, with examples that hold. Raises `UsageError`."""
    from doctor.catalogue.rule import did_you_mean

    if not ID.fullmatch(name):
        raise UsageError(f"{name!r} is not an id", "lower-case words joined by hyphens, such as certificate-expired")
    known = declared(fact)
    if known is None:
        raise UsageError(f"there is no fact {fact!r}{did_you_mean(fact, registry())}", "docs/facts.md lists them")
    if known.type.name not in _VALUES and known.type.name != "enum":
        raise UsageError(f"{fact} is a {known.type.name}", "begin with a fact of type bool, number, text, url or enum")
    value, other = known.type.values[:2] if known.type.name == "enum" else _VALUES[known.type.name]
    document = "case" if "case" in known.on else "any" if "*" in known.on else known.on[0]
    text = _TEMPLATE.format(id=name, document=document, fact=fact, value=value, other=other, cite=cite)
    if known.optional:
        text = text.replace(f"when: {{{fact}: {value}}}", f"when: {{{fact}: {{exists: true, eq: {value}}}}}")
    return text


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a rule file, made from the registry."""
    texts = {"type": "array", "items": {"type": "string"}, "minItems": 1}
    condition = {"$ref": "#/$defs/condition"}
    change = {"type": "array", "items": {
        "type": "object", "required": ["when", "to"], "additionalProperties": False,
        "properties": {"when": condition, "to": {"enum": list(SEVERITIES)}}}}  # fmt: skip
    properties: dict[str, Any] = {
        "id": {"type": "string", "pattern": "^[a-z][a-z0-9]*(-[a-z0-9]+)*$"}, "severity": {"enum": list(SEVERITIES)},
        "document": {"anyOf": [{"enum": list(SCOPES)}, {"type": "array", "items": {"enum": list(SCOPES)}}]},
        "escalate": change, "relax": change, "applies": condition, "when": condition, "who": {"enum": list(WHO)},
        "fix": texts, "cite": texts, "examples": {"type": "array", "items": _example()},
    }  # fmt: skip
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "a rule of doctor", "type": "object",
        "required": [key for key, required in KEYS.items() if required], "additionalProperties": False,
        "properties": {key: properties.get(key, {"type": "string"}) for key in KEYS},
        "$defs": {"condition": _condition()},
    }  # fmt: skip


def _example() -> dict[str, Any]:
    return {
        "type": "object", "required": ["name", "facts", "fires"],
        "properties": {"name": {"type": "string"}, "fires": {"enum": list(FIRES)},
                       "facts": {"type": "object", "propertyNames": {"enum": sorted(registry())}}},
    }  # fmt: skip


def _condition() -> dict[str, Any]:
    """Facts by name with the operators of their type; combinators; names without a dot are fields of an item."""
    inner = {"$ref": "#/$defs/condition"}
    facts = {name: _fact(name) for name in sorted(registry())}
    parts = {key: {"type": "array", "items": inner, "minItems": 1} for key in COMBINATORS[:2]}
    quantified = {key: {"type": "object", "additionalProperties": inner} for key in QUANTIFIERS}
    return {
        "type": "object", "minProperties": 1, "properties": {**parts, "not": inner, **quantified, **facts},
        "patternProperties": {"^[a-z_0-9]+$": {}}, "additionalProperties": False,
    }  # fmt: skip


def _fact(name: str) -> dict[str, Any]:
    fact = registry()[name][0]
    operators: dict[str, Any] = {operator: {} for operator in TAKES[fact.type.name]}
    literal: dict[str, Any] = (
        {"enum": list(fact.type.values)} if fact.type.values else {"type": ["string", "number", "boolean"]}
    )
    tests = {"type": "object", "properties": operators, "additionalProperties": False, "minProperties": 1}
    return {"description": fact.doc, "anyOf": [literal, tests]}
