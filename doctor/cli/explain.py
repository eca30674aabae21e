"""`doctor explain`: what a rule or an error text means, what to do, and what it rests on."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from doctor.cli import option
from doctor.engine import authoring
from doctor.model.error import UsageError
from doctor.report import rules as pages

if TYPE_CHECKING:
    import argparse

    from doctor.engine.rulebook import Rulebook


def parser() -> argparse.ArgumentParser:
    """The command's parser."""
    found = option.Parser(prog="doctor explain", description="Explain rules, or an error text.")
    found.add_argument("words", nargs="+", metavar="ID_OR_ERROR_TEXT", help="ids of rules, or one error text")
    found.add_argument("--provider", metavar="NAME", help="the identity provider: leaves out texts of other ones")
    option.own_rules(found)
    option.output(found)
    return found


def run(words: list[str]) -> int:
    """Run the command line; give the exit code."""
    chosen = parser().parse_args(words)
    given = [word.encode("utf-8", "replace").decode() for word in chosen.words]
    option.say_unknown_provider(chosen.provider)
    book = option.book(chosen)
    provider = book.provider_id(chosen.provider)
    if set(given) <= set(book.ids):
        _explained([authoring.page(book, one, provider) for one in dict.fromkeys(given)], chosen)
    else:
        _answer(chosen, _matched(given, provider, book), pages.error_texts)
    return 0


def _explained(rules: list[dict[str, Any]], chosen: argparse.Namespace) -> None:
    if len(rules) == 1:
        _answer(chosen, {"schema": "doctor/rule/1", "rule": rules[0]}, pages.page)
    else:
        _answer(chosen, {"schema": "doctor/rule-pages/1", "rules": rules}, pages.several)


def _matched(given: list[str], provider: str | None, book: Rulebook) -> dict[str, Any]:
    from doctor.engine.report_text import matches
    from doctor.report.diagnosis import reported

    text = " ".join(given)
    found = matches(text, book.errors, provider)
    if not found:
        raise _unknown(given, book.ids)
    return {"schema": "doctor/explained/1", "provider": provider, "matches": [reported(one) for one in found]}


def _unknown(given: list[str], ids: tuple[str, ...]) -> UsageError:
    """Words of which some are ids are meant as ids; others as one error text."""
    from doctor.catalogue.rule import did_you_mean

    if wrong := [word for word in given if word not in ids] if set(given) & set(ids) else []:
        return UsageError(
            f"there is no rule {wrong[0][:200]!r}{did_you_mean(wrong[0], ids)}", "doctor rules list shows all"
        )
    text = " ".join(given)
    return UsageError(
        f"no rule and no known error text is {text[:200]!r}{did_you_mean(text, ids)}",
        "doctor rules list shows the rules",
    )


def _answer(chosen: argparse.Namespace, data: dict[str, Any], drawn: Any) -> None:
    if chosen.format == "json":
        from doctor.report import json

        option.write(json.text(data), chosen.output)
    else:
        option.write(drawn(data, option.look(sys.stdout)), chosen.output)
