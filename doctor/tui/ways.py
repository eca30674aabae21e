"""The steps of a diagnosis as rows of a tree: where one is, what each came to, and which is asked about now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from doctor.report.words import told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from doctor.engine.diagnose import Diagnosis
    from doctor.engine.rulebook import Rulebook


class Way(NamedTuple):
    """One row. `kind`: tree, branch or step; `verdict` of a step is that of the diagnosis, or `asking`.

    `depth` counts the branches that the row is in; `step` is the row of the trace.
    """

    kind: str
    text: str
    depth: int = 0
    verdict: str = ""
    rule: str | None = None
    step: dict[str, Any] | None = None


ELSEWHERE = "Also found"
_TOLD = ("confirmed", "suspected", "crashed")


def ways(found: Diagnosis, book: Rulebook) -> list[Way]:
    """Every row: the trees that were entered with their steps, then findings that stand in no tree."""
    return [*_trees(found, book), *_others(found)]


def _trees(found: Diagnosis, book: Rulebook) -> Iterator[Way]:
    asked = set(found.needs[0].decides) if found.needs else set()
    titles = {one.id: one.title for one in book.trees}
    tree = ""
    branch: list[str] = []
    for step in found.trace:
        if step["tree"] != tree:
            tree, branch = step["tree"], []
            yield Way("tree", titles.get(tree, tree))
        conditions = [told(one) for one in step["branch"]]
        shared = next((n for n, pair in enumerate(zip(branch, conditions, strict=False)) if pair[0] != pair[1]), None)
        known = min(len(branch), len(conditions)) if shared is None else shared
        for depth, text in enumerate(conditions[known:], known):
            yield Way("branch", text, depth + 1)
        branch = conditions
        yield _way(step, len(conditions) + 1, asked)


def _way(step: dict[str, Any], depth: int, asked: set[str]) -> Way:
    name = str(step["step"])
    rule = None if name.startswith("advice ") else name
    verdict = step["verdict"] or ("not-applicable" if step["reached"] is False else "unknown")
    if name in asked and verdict in ("unknown", "suspected"):
        verdict = "asking" if verdict == "unknown" else verdict
    return Way("step", name, depth, verdict, rule, step)


def _others(found: Diagnosis) -> Iterator[Way]:
    told = [one for one in found.findings if one.verdict in _TOLD and len(one.path) == 1]
    if told:
        yield Way("tree", ELSEWHERE)
    for name, verdict in dict.fromkeys((one.id, str(one.verdict)) for one in told):
        yield Way("step", name, 1, verdict, name)
