"""The shape of tree files: keys, steps, advice, examples. Conditions are checked elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from doctor.catalogue.rule import did_you_mean, listed
from doctor.catalogue.source import Map, line_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

KEYS: Final = {
    "id": True, "title": True, "symptoms": False, "enter": False, "steps": True, "otherwise": True,
    "advice": False, "examples": True,
}  # fmt: skip
EXAMPLE_KEYS: Final = (
    "name",
    "facts",
    "symptom",
    "kinds",
    "concludes",
    "asks",
    "suspects",
    "rules_out",
    "advises",
    "provider",
)


def problems(tree: Any, file: str, rules: Iterable[str]) -> list[str]:
    """What is wrong with the shape of one tree file, as `file:line: what`."""
    if not isinstance(tree, Map):
        return [f"{file}:1: a tree file holds one mapping"]
    return [f"{file}:{line}: {what}" for line, what in _shape(tree, file, frozenset(rules))]


def _shape(tree: Map, file: str, rules: frozenset[str]) -> Iterator[tuple[int, str]]:
    for key in tree:
        if key not in KEYS:
            yield line_of(tree, key), f"unknown key {key!r}{did_you_mean(key, KEYS)}"
    for key, required in KEYS.items():
        if required and key not in tree:
            yield tree.line, f"the key {key!r} is missing"
    if not file.endswith(f"/{tree.get('id')}.yaml"):
        yield line_of(tree, "id"), f"the file of {tree.get('id')} must be called {tree.get('id')}.yaml"
    seen: set[str] = set()
    yield from _steps(tree.get("steps"), tree, rules, seen)
    yield from _ends(tree)
    yield from _examples(tree, rules)


def _steps(steps: Any, tree: Map, rules: frozenset[str], seen: set[str]) -> Iterator[tuple[int, str]]:
    if not isinstance(steps, list) or not steps:
        yield line_of(tree, "steps"), "steps must be a list, at least one"
        return
    for step in steps:
        if not isinstance(step, Map):
            yield line_of(tree, "steps"), "a step is a mapping: rule, advice, or when with steps"
        elif "rule" in step:
            yield from _rule_step(step, rules, seen)
        elif "advice" in step:
            if step["advice"] not in (tree.get("advice") or {}):
                yield step.line, f"the tree has no advice {step['advice']!r}"
        elif set(step) == {"when", "steps"}:
            yield from _steps(step["steps"], tree, rules, seen)
        else:
            yield step.line, "a step is a mapping: rule, advice, or when with steps"


def _rule_step(step: Map, rules: frozenset[str], seen: set[str]) -> Iterator[tuple[int, str]]:
    name = step["rule"]
    if name not in rules:
        yield step.line, f"there is no rule {name!r}{did_you_mean(str(name), rules)}"
    if name in seen:
        yield step.line, f"the step {name} stands in the tree already: it is shadowed"
    seen.add(name)


def _ends(tree: Map) -> Iterator[tuple[int, str]]:
    otherwise = tree.get("otherwise")
    advice = tree.get("advice") or {}
    if not isinstance(otherwise, dict) or otherwise.get("advice") not in advice:
        yield line_of(tree, "otherwise"), "otherwise must name an advice of the tree"
    for name, texts in advice.items():
        if not isinstance(texts, dict) or "title" not in texts:
            yield line_of(advice, name), f"the advice {name} needs a title"


def _examples(tree: Map, rules: frozenset[str]) -> Iterator[tuple[int, str]]:
    for one in listed(tree.get("examples")):
        if not isinstance(one, Map):
            yield line_of(tree, "examples"), "an example is a mapping"
            continue
        for key in one:
            if key not in EXAMPLE_KEYS:
                yield one.line, f"unknown key {key!r} in an example{did_you_mean(key, EXAMPLE_KEYS)}"
        for key in ("concludes", "suspects", "rules_out"):
            for name in listed(one.get(key)):
                if name not in rules:
                    yield one.line, f"there is no rule {name!r}{did_you_mean(str(name), rules)}"
