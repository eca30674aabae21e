"""YAML as the catalogue accepts it: plain data with the line of every key, and nothing clever.

No aliases, no tags, no duplicate keys, no merge keys, bounded size. Every refusal names file and line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from doctor.model.error import CatalogueError

if TYPE_CHECKING:
    from pathlib import Path

MAX_FILE: Final = 1024 * 1024
"""Bytes of one catalogue file; the largest of ours is a quarter of it."""

MAX_DEPTH: Final = 60
_CORE: Final = "tag:yaml.org,2002:"
_SCALARS: Final = ("str", "int", "float", "bool", "null")


class Map(dict[str, Any]):
    """A YAML mapping that remembers the line of each key (from 1) and of itself."""

    __slots__ = ("line", "lines")

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}


def read(path: Path, shown: str) -> Any:
    """The data of one file. `shown` names the file in errors. Raises `CatalogueError`."""
    size = path.stat().st_size
    if size > MAX_FILE:
        raise CatalogueError([f"{shown}:1: {size:,} bytes; a catalogue file has at most {MAX_FILE:,}"])
    return parse(path.read_text(encoding="utf-8", errors="strict"), shown)


def parse(text: str, shown: str) -> Any:
    """The data of one YAML text. Raises `CatalogueError` with file and line."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _refuse(yaml, text, shown, loader)
        node = yaml.compose(text, Loader=loader)
        return None if node is None else _value(node, shown, loader(""))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise CatalogueError([f"{shown}:{line}: {error.problem or 'not YAML'}"]) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise CatalogueError([f"{shown}:1: {' '.join(str(error).split())[:200]}"]) from None


def _refuse(yaml: Any, text: str, shown: str, loader: Any) -> None:
    """Refuse anchors and deep nesting from the events alone: composing deep nodes would overflow."""
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        kind = type(event).__name__
        line = event.start_mark.line + 1
        depth += kind.endswith("StartEvent") - kind.endswith("EndEvent")
        if depth > MAX_DEPTH:
            raise CatalogueError([f"{shown}:{line}: nested more than {MAX_DEPTH} deep"])
        if getattr(event, "anchor", None):
            raise CatalogueError([f"{shown}:{line}: anchors and aliases are not allowed; write it out"])


def _value(node: Any, shown: str, loader: Any) -> Any:
    kind = node.tag.removeprefix(_CORE)
    if kind in ("map", "seq") and (kind == "map") is not (node.id == "mapping"):
        raise CatalogueError([f"{shown}:{node.start_mark.line + 1}: the tag {node.tag} does not fit what it stands on"])
    if kind == "map":
        return _mapping(node, shown, loader)
    if kind == "seq":
        return [_value(item, shown, loader) for item in node.value]
    if kind == "timestamp":
        return node.value
    if kind not in _SCALARS:
        raise CatalogueError([f"{shown}:{node.start_mark.line + 1}: the tag {node.tag} is not allowed"])
    if not isinstance(node.value, str):
        raise CatalogueError([f"{shown}:{node.start_mark.line + 1}: the tag {node.tag} does not fit what it stands on"])
    try:
        return loader.construct_object(node)
    except (ValueError, KeyError, TypeError, OverflowError):
        raise CatalogueError([f"{shown}:{node.start_mark.line + 1}: {node.value[:40]!r} is no {kind}"]) from None


def _mapping(node: Any, shown: str, loader: Any) -> Map:
    found = Map(node.start_mark.line + 1)
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        key = key_node.value
        if key_node.tag == _CORE + "merge" or not isinstance(key, str):
            raise CatalogueError([f"{shown}:{line}: only plain keys are allowed"])
        if key in found:
            raise CatalogueError([f"{shown}:{line}: the key {key!r} stands twice in one mapping"])
        found.lines[key] = line
        found[key] = _value(value_node, shown, loader)
    return found


def line_of(data: Any, key: str = "") -> int:
    """The line of a key of a mapping, or of the mapping itself; 1 when it has none."""
    if not isinstance(data, Map):
        return 1
    return data.lines.get(key, data.line)
