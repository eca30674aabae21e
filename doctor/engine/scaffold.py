"""A new rule, ready to be filled in, and the JSON Schema with which editors complete rule files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from doctor.catalogue.rule import FIRES, ID, KEYS, SCOPES, WHO, did_you_mean
from doctor.engine.condition import COMBINATORS, QUANTIFIERS
from doctor.engine.typecheck import TAKES
from doctor.facts.registry import declared, registry
from doctor.model.error import UsageError
from doctor.model.finding import SEVERITIES

if TYPE_CHECKING:
    from doctor.facts.fact import Fact, Type

EVIDENCE: Final = "doctor-evidence"
"""The citation of a new rule for which none was chosen."""
_TEMPLATE: Final = """\
# yaml-language-server: $schema=rule.schema.json
id: {id}
title: "TODO: one sentence that names the defect"
document: {document}
severity: warning  # TODO: or {severities}
{for_each}when: {{{when}}}  # TODO: the fault
message: "TODO: what was found: {{{named}}}."
who: idp-admin  # TODO: or {who}
fix:
  - "TODO: what that person does, in the words of their console: {{provider.where.metadata}}."
wrong_if: "TODO: this would be wrong if …"
cite: [{cite}]{cited}
examples:
  - {{name: it holds, facts: {{{fact}: {holds}}}, fires: true}}
  - {{name: it does not, facts: {{{fact}: {silent}}}, fires: false}}
  - {{name: nobody looked, facts: {{}}, fires: unknown, needs: [{fact}]}}
"""
_VALUES: Final = {
    "bool": ("true", "false"),
    "number": ("1", "2"),
    "text": ("something", "otherwise"),
    "url": ("'https://a.example'", "'https://b.example'"),
}


def rule(name: str, fact: str, cite: str = "", field: str = "") -> str:
    """The text of a new rule on one fact, with examples that hold. Raises `UsageError`.

    A collection begins a rule that judges each item by `field`, the first that can be compared unless one is named.
    Without `cite` it rests on `EVIDENCE`. What its author has still to say is marked TODO; `authoring.lint` names it.
    """
    if not ID.fullmatch(name):
        raise UsageError(f"{name!r} is not an id", "lower-case words joined by hyphens, such as certificate-expired")
    known = declared(fact)
    if known is None:
        raise UsageError(f"there is no fact {fact!r}{did_you_mean(fact, registry())}", "docs/facts.md lists them")
    return _TEMPLATE.format(
        id=name, fact=fact, document=_scope(known.on), cite=cite or EVIDENCE,
        cited="" if cite else "  # TODO: what it rests on, by keys of rules/citations.yaml",
        severities=", ".join(one for one in SEVERITIES if one != "warning"),
        who=", ".join(one for one in WHO if one != "idp-admin"),
        **(_of_items(known, field) if known.type.name == "collection" else _of_fact(known, field)),
    )  # fmt: skip


def _scope(kinds: tuple[str, ...]) -> str:
    if "case" in kinds or "*" in kinds:
        return "case" if "case" in kinds else "any"
    return kinds[0] if len(kinds) == 1 else f"[{', '.join(kinds)}]"


def _of_fact(known: Fact, field: str) -> dict[str, str]:
    """The parts of a rule that compares a fact."""
    if field:
        raise UsageError(f"{known.name} is a {known.type.name}", "--field names a field of a collection")
    if not _comparable(known.type):
        raise UsageError(
            f"{known.name} is a {known.type.name}",
            "begin with a fact of type bool, number, text, url, enum or collection",
        )
    value, other = _values(known.type)
    when = f"{known.name}: " + (f"{{exists: true, eq: {value}}}" if known.optional else value)
    return {"for_each": "", "when": when, "named": known.name, "holds": value, "silent": other}


def _of_items(known: Fact, field: str) -> dict[str, str]:
    """The parts of a rule that judges each item of a collection."""
    fields = [name for name, kind in known.type.fields.items() if _comparable(kind)]
    chosen = field or fields[0]
    if chosen not in fields:
        near = did_you_mean(chosen, fields)
        raise UsageError(f"{known.name} has no field {chosen!r} to compare{near}", f"fields: {', '.join(fields)}")
    value, other = _values(known.type.fields[chosen])
    return {
        "for_each": f"for_each: {known.name}  # an item has {', '.join(known.type.fields)}\n",
        "when": f"{chosen}: {value}", "named": chosen,
        "holds": f"[{{{chosen}: {value}}}]", "silent": f"[{{{chosen}: {other}}}]",
    }  # fmt: skip


def _comparable(kind: Type) -> bool:
    return kind.name in _VALUES or kind.name == "enum"


def _values(kind: Type) -> tuple[str, str]:
    """A value that the new rule takes for the fault, and another one; an enum's words quoted, since YAML knows `no`."""
    if kind.name != "enum":
        return _VALUES[kind.name]
    first, second = kind.values[:2]
    return _word(first), _word(second)


def _word(text: str) -> str:
    return text if text not in ("yes", "no", "on", "off", "true", "false", "null") else f'"{text}"'


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
