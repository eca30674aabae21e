"""`doctor providers`: the lookup table of identity providers, and one product whole."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from doctor import library
from doctor.catalogue import lookup
from doctor.cli import option
from doctor.engine import choose
from doctor.model.error import UsageError
from doctor.report import providers as page

if TYPE_CHECKING:
    import argparse

    from doctor.engine.rulebook import Rulebook


def parser() -> argparse.ArgumentParser:
    """The command's parser."""
    found = option.Parser(
        prog="doctor providers",
        usage="doctor providers [QUERY ...] [--type TYPE] [options]\n       doctor providers show ID [options]",
        description="Find identity providers by name or alias, with the documentation of each type of integration; "
        "show ID prints one product whole.",
    )
    found.add_argument("words", nargs="*", metavar="QUERY", help="a name, an alias, a type: azure ad, okta scim, adfs")
    found.add_argument("--type", metavar="TYPE", help=f"only rows of this type: {', '.join(lookup.TYPES)}")
    option.output(found)
    return found


def run(words: list[str]) -> int:
    """Run the command line; give the exit code."""
    chosen = parser().parse_intermixed_args(words)
    book = library.rulebook(library.Options())
    if chosen.words[:1] == ["show"]:
        _show(chosen, book)
    else:
        _find(chosen, book, " ".join(chosen.words))
    return 0


def _show(chosen: argparse.Namespace, book: Rulebook) -> None:
    if len(chosen.words) < 2:
        raise UsageError("show needs the id or the name of a provider", "doctor providers lists them")
    if chosen.type:
        raise UsageError("show prints a product whole; --type goes with a search", "doctor providers okta --type SAML")
    provider = choose.provider_called(book, " ".join(chosen.words[1:]))
    advised = choose.recommended(book, [row.speaks for row in choose.rows_of(book, provider)])
    _answer(
        chosen, page.product(book.providers[provider], provider, choose.rows_of(book, provider), advised), page.whole
    )


def _find(chosen: argparse.Namespace, book: Rulebook, query: str) -> None:
    kind = _type(chosen.type)
    hits = lookup.search(book.providers, query, kind)
    if not hits:
        raise _nothing(book, query, kind)
    _answer(chosen, page.found(book, query, kind, hits), page.table)


def _type(given: str | None) -> str | None:
    if given is None:
        return None
    kind = lookup.SPOKEN.get(lookup.plain(given))
    if kind is None:
        from doctor.catalogue.rule import did_you_mean

        near = did_you_mean(given.casefold(), lookup.SPOKEN)
        raise UsageError(f"there is no type {given!r}{near}", f"one of {', '.join(lookup.TYPES)}")
    return kind


def _nothing(book: Rulebook, query: str, kind: str | None) -> UsageError:
    """What to say when nothing was found: the product without the type, or the nearest name."""
    others = lookup.search(book.providers, query)
    if others and kind:
        has = ", ".join(lookup.offered(others[0].rows))
        return UsageError(f"{book.names[others[0].id]} has no row of the type {kind}", f"it has {has}")
    near = lookup.nearest(query, book.providers)
    meant = f", did you mean {near}?" if near else ""
    return UsageError(f"no provider is called {query!r}{meant}", "doctor providers lists all of them")


def _answer(chosen: argparse.Namespace, data: dict[str, Any], drawn: Any) -> None:
    if chosen.format == "json":
        from doctor.report import json

        option.write(json.text(data), chosen.output)
    else:
        option.write(drawn(data, option.look(sys.stdout)), chosen.output)
