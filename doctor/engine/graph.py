"""A tree as Mermaid, as people draw it: the way in, branches, rules in order, and how it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from doctor.engine.tree import Tree


def mermaid(one: Tree) -> str:
    """The Mermaid text of one tree."""
    lines = ["flowchart TD", f'    start(["{_escaped(one.title)}"])']
    ends = _drawn(one.data["steps"], [("start", "")], lines, [0])
    lines.append(f'    otherwise[["{_escaped(one.otherwise)}"]]')
    lines += [_arrow(node, label or "otherwise", "otherwise") for node, label in ends]
    return "\n".join(lines) + "\n"


def _drawn(
    steps: list[dict[str, Any]], before: list[tuple[str, str]], lines: list[str], count: list[int]
) -> list[tuple[str, str]]:
    """Draw steps one after another, from the nodes `before` (each with the label of its arrow); give the last nodes."""
    for step in steps:
        count[0] += 1
        node = f"n{count[0]}"
        if "steps" in step:
            lines.append(f'    {node}{{"{_escaped(_plain(step["when"]))}"}}')
        else:
            lines.append(f'    {node}["{_escaped(step.get("rule") or "advice: " + step["advice"])}"]')
        lines += [_arrow(last, label, node) for last, label in before]
        before = [(node, "")]
        if "steps" in step:
            before = [*_drawn(step["steps"], [(node, "yes or unknown")], lines, count), (node, "no")]
    return before


def _arrow(start: str, label: str, end: str) -> str:
    return f"    {start} -->|{label}| {end}" if label else f"    {start} --> {end}"


def _plain(condition: Any) -> str:
    if isinstance(condition, dict):
        return ", ".join(f"{key} {_plain(value)}" for key, value in condition.items())
    if isinstance(condition, list):
        return " | ".join(_plain(one) for one in condition)
    return str(condition)


def _escaped(text: str) -> str:
    return text.replace('"', "#quot;").replace("[", "(").replace("]", ")").replace("{", "(").replace("}", ")")
