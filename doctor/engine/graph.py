"""A tree as Mermaid, as people draw it: the way in, branches, rules in order, and how it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from doctor.engine.tree import Tree


def mermaid(one: Tree) -> str:
    """The Mermaid text of one tree."""
    lines = ["flowchart TD", f'    start(["{_escaped(one.title)}"])']
    last = _drawn(one.data["steps"], "start", "", lines, [0])
    lines.append(f'    {last} -->|otherwise| otherwise[["{_escaped(one.otherwise)}"]]')
    return "\n".join(lines) + "\n"


def _drawn(steps: list[dict[str, Any]], before: str, label: str, lines: list[str], count: list[int]) -> str:
    """Draw steps one after another; give the node after which the walk goes on."""
    for step in steps:
        count[0] += 1
        node = f"n{count[0]}"
        arrow = f"-->|{label}|" if label else "-->"
        label = ""
        if "steps" in step:
            lines += [f'    {node}{{"{_escaped(_plain(step["when"]))}"}}', f"    {before} {arrow} {node}"]
            _drawn(step["steps"], node, "yes or unknown", lines, count)
            label = "no"
        else:
            name = step.get("rule") or f"advice: {step['advice']}"
            lines += [f'    {node}["{_escaped(name)}"]', f"    {before} {arrow} {node}"]
        before = node
    return before


def _plain(condition: Any) -> str:
    if isinstance(condition, dict):
        return ", ".join(f"{key} {_plain(value)}" for key, value in condition.items())
    if isinstance(condition, list):
        return " | ".join(_plain(one) for one in condition)
    return str(condition)


def _escaped(text: str) -> str:
    return text.replace('"', "#quot;").replace("[", "(").replace("]", ")").replace("{", "(").replace("}", ")")
