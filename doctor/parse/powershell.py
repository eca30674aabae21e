"""What PowerShell prints: `Format-List` text, and objects saved with `Export-Clixml`. Values only, nothing is run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from doctor.parse.xml import Element

CLIXML: Final = "{http://schemas.microsoft.com/powershell/2004/04}"
MAX_OBJECTS: Final = 500
_MAX_LINES: Final = 100_000
_MAX_DEPTH: Final = 12
_FIELD: Final = re.compile(r"([A-Za-z_][\w.]{0,80})[ \t]*: ?(.*)")
_SCALARS: Final = frozenset({
    "S", "URI", "I32", "I16", "I64", "U32", "U16", "B", "DT", "Version", "G", "BA", "By", "SBK", "C", "Db",
})  # fmt: skip


def objects(text: str) -> list[dict[str, Any]]:
    """The objects of `Format-List` output, each with its properties as texts; lists in braces as lists.

    A line that is indented, or that begins no property, belongs to the value above it.
    """
    found: list[dict[str, list[str]]] = [{}]
    name = ""
    for line in text.splitlines()[:_MAX_LINES]:
        match = _FIELD.fullmatch(line)
        if match is None:
            if name and line.strip():
                found[-1][name].append(line.strip())
            continue
        name = match[1]
        if name in found[-1]:
            found.append({})
        found[-1][name] = [match[2].strip()]
    whole = [{key: _value("\n".join(lines).strip()) for key, lines in one.items()} for one in found[:MAX_OBJECTS]]
    return [one for one in whole if one]


def _value(text: str) -> Any:
    if text.startswith("{") and text.endswith("}") and "\n" not in text:
        return [part.strip() for part in text[1:-1].split(", ") if part.strip()]
    return text


def properties(text: str) -> dict[str, str] | None:
    """The properties in `@{Name=value; Name=value}`, which a list of objects becomes where depth was cut off."""
    if not text.startswith("@{") or not text.endswith("}"):
        return None
    pairs = (part.partition("=") for part in text[2:-1].split("; "))
    return {name.strip(): content.strip() for name, _, content in pairs if name.strip()}


def deserialized(root: Element) -> list[dict[str, Any]]:
    """The objects of a CLIXML document, with their properties as texts, lists and mappings."""
    found = [_object(one, 0, _references(root)) for one in root if one.tag == CLIXML + "Obj"]
    return [one for one in found[:MAX_OBJECTS] if isinstance(one, dict)]


def _references(root: Element) -> dict[str, Element]:
    return {name: one for one in root.iter(CLIXML + "Obj") if (name := one.get("RefId"))}


def _object(element: Element, depth: int, known: dict[str, Element]) -> Any:
    """One value: a scalar as text, a list, or an object as its properties; what stands too deep is its text."""
    tag = element.tag.removeprefix(CLIXML)
    if tag == "Ref":
        other = known.get(element.get("RefId") or "")
        return None if other is None or depth > _MAX_DEPTH else _object(other, depth + 1, known)
    if tag != "Obj":
        return element.text or "" if tag in _SCALARS else None
    for child in element:
        if child.tag.removeprefix(CLIXML) in ("LST", "IE", "STK", "QUE") and depth < _MAX_DEPTH:
            return [_object(one, depth + 1, known) for one in child]
    held = [child for child in element if child.tag.removeprefix(CLIXML) in ("Props", "MS")]
    if not held or depth >= _MAX_DEPTH:
        return element.findtext(CLIXML + "ToString") or element.findtext(CLIXML + "S") or ""
    return {name: _object(one, depth + 1, known) for child in held for one in child if (name := one.get("N"))}
