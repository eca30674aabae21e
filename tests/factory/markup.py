"""A small XML writer that leaves prefixes, line breaks, encoding and byte order mark to the caller.

Products differ in just these things, and a serialiser would smooth them away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Mapping

NAMESPACES: Final[Mapping[str, str]] = {
    "md": "urn:oasis:names:tc:SAML:2.0:metadata",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "mdui": "urn:oasis:names:tc:SAML:metadata:ui",
    "mdrpi": "urn:oasis:names:tc:SAML:metadata:rpi",
    "shibmd": "urn:mace:shibboleth:metadata:1.0",
    "fed": "http://docs.oasis-open.org/wsfed/federation/200706",
    "wsa": "http://www.w3.org/2005/08/addressing",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}
UTF8: Final = '<?xml version="1.0" encoding="UTF-8"?>'


class Node(NamedTuple):
    """An element: its name with the prefix of `NAMESPACES`, its attributes, what stands in it."""

    name: str
    attributes: tuple[tuple[str, str], ...] = ()
    children: tuple[Node | str, ...] = ()


class Style(NamedTuple):
    """How a product writes its XML.

    `prefixes` renames ours, an empty name is the default namespace; `at_root` are those that the
    root declares whether it needs them or not; `indent` 0 is one line; `wrap` breaks base64.
    `names` replaces namespaces, `declaration` may be empty, `mark` is put before the bytes.
    """

    prefixes: tuple[tuple[str, str], ...] = ()
    at_root: tuple[str, ...] = ()
    indent: int = 0
    wrap: int = 0
    declaration: str = UTF8
    encoding: str = "utf-8"
    mark: bytes = b""
    names: tuple[tuple[str, str], ...] = ()


MD: Final = Style()
DEFAULT: Final = Style(prefixes=(("md", ""), ("ds", "")))
DEFAULT_WITH_DS: Final = Style(prefixes=(("md", ""),))
NS0: Final = Style(prefixes=(("md", "ns0"), ("ds", "ns1")), at_root=("ds",))


def node(name: str, attributes: Mapping[str, str | None] | None = None, *children: Node | str | None) -> Node:
    """An element; attributes and children that are None are left out."""
    given = tuple((key, value) for key, value in (attributes or {}).items() if value is not None)
    return Node(name, given, tuple(child for child in children if child is not None))


def text_of(root: Node, style: Style) -> str:
    """The element as text, without a declaration."""
    return _Writer(style).element(root, {}, 0)


def encoded(text: str, style: Style) -> bytes:
    """The bytes of a file: mark, declaration, text."""
    separator = "\n" if style.declaration and style.indent else ""
    end = "\n" if style.indent else ""
    return style.mark + (style.declaration + separator + text + end).encode(style.encoding)


class _Writer:
    def __init__(self, style: Style) -> None:
        self.style = style
        self.prefixes = {prefix: prefix for prefix in NAMESPACES} | dict(style.prefixes)
        self.names = dict(NAMESPACES) | dict(style.names)

    def element(self, item: Node, scope: Mapping[str, str], depth: int) -> str:
        wanted = self._wanted(item, depth)
        declared = {prefix: name for prefix, name in wanted.items() if scope.get(prefix) != name}
        name = self._printed(item.name)
        head = "".join([f"<{name}", *map(_declaration, declared.items()), *map(_attribute, item.attributes)])
        if not item.children:
            return head + "/>"
        return f"{head}>{self._content(item, {**scope, **declared}, depth)}</{name}>"

    def _content(self, item: Node, scope: Mapping[str, str], depth: int) -> str:
        inner = [self._child(child, scope, depth + 1) for child in item.children]
        if not self.style.indent or any(isinstance(child, str) for child in item.children):
            return "".join(inner)
        pad = " " * self.style.indent
        return "".join(f"\n{pad * (depth + 1)}{child}" for child in inner) + "\n" + pad * depth

    def _child(self, child: Node | str, scope: Mapping[str, str], depth: int) -> str:
        return escape(child) if isinstance(child, str) else self.element(child, scope, depth)

    def _wanted(self, item: Node, depth: int) -> dict[str, str]:
        """The namespaces that this element uses, by the prefix that is written."""
        types = [value for name, value in item.attributes if name == "xsi:type"]
        used = [item.name, *types, *(name for name, _ in item.attributes)]
        prefixes = [name.partition(":")[0] for name in used if ":" in name]
        ours = [*prefixes, *(self.style.at_root if depth == 0 else ())]
        return {self.prefixes[prefix]: self.names[prefix] for prefix in ours if prefix != "xml"}

    def _printed(self, name: str) -> str:
        prefix, _, local = name.partition(":")
        written = self.prefixes[prefix]
        return f"{written}:{local}" if written else local


def _attribute(pair: tuple[str, str]) -> str:
    name, value = pair
    return f' {name}="{escape(value, {chr(34): "&quot;"})}"'


def _declaration(pair: tuple[str, str]) -> str:
    prefix, name = pair
    return f' xmlns:{prefix}="{name}"' if prefix else f' xmlns="{name}"'
