"""Which application an export tells of: one of several in a file, joined with its parts in other files of the case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from doctor.facts.address import difference
from doctor.facts.fact import NoDocument, View
from doctor.model.state import ABSENT, Unknown

if TYPE_CHECKING:
    from doctor.model.application import Address, Application
    from doctor.model.document import Document

KIND: Final = "idp-application"
NEAREST: Final = (
    "none", "whitespace", "trailing-slash", "case", "encoding", "scheme", "port", "query", "typo", "environment",
    "missing-path", "path",
)  # fmt: skip
"""Differences under which two addresses or names are still meant to be the same, the nearest first."""


def export(view: View) -> Any:
    """The application that the export tells of: vendor, name, id and part."""
    found = view.document.applications
    if not found:
        raise NoDocument
    one = found[0] if len(found) == 1 else chosen(view, found)
    return Unknown.of("application.export", "ambiguous") if one is None else _whole(view, one)


def held(view: View, fact: str) -> Application | Unknown:
    """The application in view, or why `fact` cannot be told."""
    one: Any = view["application.export"]
    if isinstance(one, Unknown):
        return Unknown.of(fact, next(iter(one.missing.values())))
    found: Application = one
    return found


def chosen(view: View, found: tuple[Application, ...]) -> Application | None:
    """The one of several whose addresses or names are the service provider's, or come nearest; None without one."""
    wanted = [one for name in ("sp.acs_url", "sp.entity_id", "oauth.expected_redirect_uri")
              if isinstance(one := view[name], str)]  # fmt: skip
    ranked = sorted((_distance(one, wanted), number) for number, one in enumerate(found) if one.wrong is None)
    if not wanted or not ranked or ranked[0][0] >= len(NEAREST):
        return None
    if len(ranked) > 1 and ranked[0][0] == ranked[1][0]:
        return None
    return found[ranked[0][1]]


def _distance(one: Application, wanted: list[str]) -> int:
    told = [*(address.url for address in one.acs or ()), *(one.audiences or ()), *(one.redirect_uris or ())]
    return min((apart(value, other) for value in wanted for other in told), default=len(NEAREST))


def apart(expected: str, actual: str) -> int:
    """How far one address or name is from another; `len(NEAREST)` for something else altogether."""
    found = difference(expected, actual)
    return NEAREST.index(found) if found in NEAREST else len(NEAREST)


def nearest(expected: Any, told: tuple[str, ...]) -> str:
    """The one that is expected, or comes nearest to it; the first when nothing is expected."""
    return min(told, key=lambda one: apart(expected, one)) if isinstance(expected, str) else told[0]


def default(addresses: tuple[Address, ...]) -> str | None:
    """The address for responses to requests that name none; None when the export does not say which."""
    marked = [one for one in addresses if one.is_default]
    if not marked and len(addresses) > 1 and all(one.number is not None for one in addresses):
        marked = sorted(addresses, key=lambda one: one.number or 0)
    found = marked or list(addresses[:1] if len(addresses) == 1 else ())
    return found[0].url if found else None


def fits(pattern: str, url: str) -> bool:
    """Whether an address fits a pattern in which `*` stands for anything."""
    first, *rest = pattern.split("*")
    if not rest:
        return pattern == url
    at = len(first)
    if not url.startswith(first):
        return False
    for piece in rest[:-1]:
        at = url.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return url.endswith(rest[-1]) and len(url) - len(rest[-1]) >= at


def _whole(view: View, one: Application) -> Any:
    """With its parts from other files. A part tells nothing of its own where the whole is in the case."""
    others = [(document, each) for document in view.around if document.kind == KIND and not _same(document, view.document)
              for each in document.applications if each.vendor == one.vendor]  # fmt: skip
    if not others:
        return one
    whole = [(document, each) for document, each in others if each.part == "application"]
    twins = [(document, each) for document, each in whole if one.client_id and each.client_id == one.client_id]
    if one.part != "application":
        return Unknown.of("application.export", "told by another file") if whole else one
    if len(twins) < len(whole):
        return one  # other applications of the product: whose the parts are, nobody knows
    if any(_before(document, each, view.document, one) for document, each in twins):
        return Unknown.of("application.export", "told by another file")
    from doctor.parse import application

    return application.joined([one, *(each for _, each in others)])[0]


def _before(document: Document, each: Application, other: Document, one: Application) -> bool:
    """Whether, of two objects of one application, the first is the one that tells: the service principal of Entra."""
    return (each.protocol is None, document.name) < (one.protocol is None, other.name)


def _same(one: Document, other: Document) -> bool:
    return one.sha256 == other.sha256 and one.name == other.name


def shown(value: Any, fact: str) -> Any:
    """A value, or unknown: that an export does not show it does not mean that there is none."""
    return Unknown.of(fact, "the export does not show it") if value is None else value


def text(value: Any) -> Any:
    """A text, absent when it is empty."""
    return ABSENT if value == "" else value
