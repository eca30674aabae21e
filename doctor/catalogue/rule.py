"""The shape of rule files: which keys there are, what each holds. Facts are checked elsewhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from doctor.catalogue.source import Map, line_of
from doctor.model.document import KINDS
from doctor.model.finding import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Iterator

WHO: Final = ("idp-admin", "app-admin", "developer", "user", "vendor")
FIRES: Final = (True, False, "unknown", "not-applicable")
SCOPES: Final = (*KINDS, "case", "any")
KEYS: Final = {
    "id": True, "title": True, "document": True, "severity": True, "escalate": False, "relax": False,
    "applies": False, "for_each": False, "when": True, "message": True, "expected": False, "actual": False,
    "difference": False, "who": True, "fix": True, "wrong_if": True, "cite": True, "examples": True,
}  # fmt: skip
"""Every key of a rule file; True where it is required."""

CONDITION_KEYS: Final = ("id", "severity", "escalate", "relax", "applies", "for_each", "when")
PROSE_KEYS: Final = ("title", "message", "expected", "actual", "difference", "who", "fix", "wrong_if", "cite")
TEXTS: Final = ("title", "message", "expected", "actual", "wrong_if")
ID: Final = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


def problems(rule: Any, file: str) -> list[str]:
    """What is wrong with the shape of one rule file, as `file:line: what`."""
    if not isinstance(rule, Map):
        return [f"{file}:1: a rule file holds one mapping"]
    if rule.get("disabled") is True:
        return (
            [f"{file}:{rule.line}: a disabled rule has just id and disabled"] if set(rule) != {"id", "disabled"} else []
        )
    return [f"{file}:{line_of(rule, key)}: {what}" for key, what in _shape(rule, file)]


def _shape(rule: Map, file: str) -> Iterator[tuple[str, str]]:
    for key in rule:
        if key not in KEYS:
            yield key, f"unknown key {key!r}{did_you_mean(key, KEYS)}"
    for key, required in KEYS.items():
        if required and key not in rule:
            yield "", f"the key {key!r} is missing"
    yield from _identity(rule, file)
    yield from _choices(rule)
    yield from _changes(rule)
    yield from _texts(rule)
    yield from _examples(rule)


def _identity(rule: Map, file: str) -> Iterator[tuple[str, str]]:
    name = rule.get("id")
    if not isinstance(name, str) or not ID.fullmatch(name):
        yield "id", f"{name!r} is not an id: lower-case words joined by hyphens"
    elif not file.endswith(f"/{name}.yaml") and file != f"{name}.yaml":
        yield "id", f"the file of {name} must be called {name}.yaml"


def _choices(rule: Map) -> Iterator[tuple[str, str]]:
    for scope in scopes(rule):
        if scope not in SCOPES:
            yield "document", f"{scope!r} is not a kind of document{did_you_mean(str(scope), SCOPES)}"
    severities = [("severity", rule.get("severity"))]
    for key in ("escalate", "relax"):
        severities += [(key, change.get("to")) for change in listed(rule.get(key)) if isinstance(change, Map)]
    for key, severity in severities:
        if severity not in SEVERITIES:
            yield key, f"{severity!r} is no severity: {', '.join(SEVERITIES)}"
    if rule.get("who") not in WHO:
        yield "who", f"{rule.get('who')!r} must be one of {', '.join(WHO)}"


def _changes(rule: Map) -> Iterator[tuple[str, str]]:
    for key in ("escalate", "relax"):
        if key not in rule:
            continue
        changes = rule[key]
        if not isinstance(changes, list) or not changes:
            yield key, f"{key} must be a list of changes, each with when and to"
            continue
        for change in changes:
            if not isinstance(change, Map) or set(change) != {"when", "to"}:
                yield key, f"a change in {key} is a mapping with when and to"
            elif not isinstance(change["when"], Map):
                yield key, "when must be a mapping of facts"
    if "applies" in rule and not isinstance(rule["applies"], Map):
        yield "applies", "applies must be a mapping of facts"


def _texts(rule: Map) -> Iterator[tuple[str, str]]:
    for key in (*TEXTS, "difference", "for_each"):
        if key in rule and not isinstance(rule[key], str):
            yield key, f"{key} must be a text"
    for key in ("fix", "cite"):
        lines = rule.get(key)
        if not isinstance(lines, list) or not lines or not all(isinstance(line, str) for line in lines):
            yield key, f"{key} must be a list of texts, at least one"
    if not isinstance(rule.get("when"), Map):
        yield "when", "when must be a mapping of facts"


def _examples(rule: Map) -> Iterator[tuple[str, str]]:
    examples = [one for one in listed(rule.get("examples")) if isinstance(one, Map)]
    for one in examples:
        if unknown := set(one) - {"name", "facts", "fires", "needs", "severity", "kind"}:
            yield "examples", f"unknown key in an example: {', '.join(sorted(unknown))}"
        if one.get("fires") not in FIRES:
            yield "examples", f"fires must be true, false, unknown or not-applicable in {one.get('name')!r}"
    fires = [one.get("fires") for one in examples]
    if True not in fires or False not in fires:
        yield "examples", "at least one example must fire and one must stay silent"


def scopes(rule: dict[str, Any]) -> list[Any]:
    """The kinds of documents that a rule judges."""
    return listed(rule.get("document"))


def listed(value: Any) -> list[Any]:
    """A list as it is, one thing as a list, nothing as an empty one."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def did_you_mean(word: str, known: Any) -> str:
    """`; did you mean X?` for the nearest known word, else empty."""
    from difflib import get_close_matches

    near = get_close_matches(word, [str(one) for one in known], n=1, cutoff=0.6)
    return f"; did you mean {near[0]}?" if near else ""
