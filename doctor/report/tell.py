"""How something open is told on the command line: the options that give it, and what somebody has to do first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from doctor.engine.verify import Way

_GIVEN: Final = {
    "connection": "--connection-file FILE", "sp-metadata": "--sp-metadata FILE", "idp-metadata": "--idp-metadata FILE",
    "saml-response": "a captured response", "oidc-discovery": "the discovery document, as a file",
}  # fmt: skip


def tell(ways: Iterable[Way]) -> str | None:
    """`--connection-file FILE or --set connection.state=active`; nothing when there is no way."""
    return joined(_way(one) for one in ways) or None


def joined(ways: Iterable[str]) -> str:
    """Ways in words, one or the other."""
    *most, last = [*ways] or [""]
    return f"{', '.join(most)} or {last}" if most else last


def framed(way: Way, parts: Iterable[str]) -> str:
    """What is done first, the parts of a way, and the note on it."""
    said = " and ".join(parts)
    first = f"{way.first}, then " if way.first else ""
    note = "" if not way.note else way.note if way.note.startswith((";", ",")) else f" {way.note}"
    return f"{first}{said}{note}"


def _way(way: Way) -> str:
    return framed(way, _options(way))


def _options(way: Way) -> Iterator[str]:
    if way.text:
        yield way.text
    yield from (f"--set {name}={value}" for name, value in way.set)
    names = [f"--{name.replace('_', '-')}" for name in way.values]
    yield from names if len(names) > 1 else [f"{name} URL" for name in names]
    if way.give:
        yield _GIVEN[way.give]
