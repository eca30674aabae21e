"""`doctor handoff`: a diagnosis as messages: for those who must act, for the customer, for missing evidence."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from doctor import casework, library
from doctor.cli import evidence, option
from doctor.engine import handoff as engine
from doctor.model.error import InputError, UsageError
from doctor.report import handoff as page

if TYPE_CHECKING:
    import argparse

    from doctor.engine.rulebook import Rulebook
    from doctor.model.case import Case


def parser() -> argparse.ArgumentParser:
    """The command's parser."""
    found = option.Parser(
        prog="doctor handoff",
        description="Turn a diagnosis into messages: a note for each who must act, a reply to the customer, and a "
        "request for the evidence that is missing. No secrets and no personal data are in them.",
    )
    add = found.add_argument
    add("case", nargs="+", metavar="CASE", help="a kept case, a case file, or evidence: files, folders, URLs")
    add(
        "--for",
        dest="to",
        choices=engine.FOR,
        default="all",
        help="whom the message is for (default: all who must act)",
    )
    add("--provider", metavar="NAME", help="the identity provider (id or name), for the words of its console")
    add("--symptom", action="append", default=[], metavar="TEXT", help="an error text, a log line, a whole ticket")
    add("--set", action="append", default=[], metavar="FACT=VALUE", dest="given", help="tell a fact")
    add("--acs-url", metavar="URL", help="the ACS URL that the service provider expects, taken verbatim")
    add("--sp-entity-id", metavar="ID", help="the entity ID of the service provider, taken verbatim")
    add("--at", metavar="TIME", help="the moment of judgement (default: that of the case, else now)")
    add("--allow-private", action="store_true", help="let URLs lead to private and loopback addresses")
    option.own_rules(found)
    add("--format", choices=page.FORMATS, default="markdown", help="how it is written (default: markdown)")
    add("--output", metavar="FILE", help="write to this file instead of standard output")
    return found


def run(words: list[str]) -> int:
    """Run the command line; give the exit code: 0 whenever messages were made."""
    chosen = parser().parse_intermixed_args(words)
    option.say_unknown_provider(chosen.provider)
    options = library.chosen(_options(chosen))
    book = option.book(chosen)
    name, case = _case(chosen, options, book)
    made = engine.of_case(case, book, chosen.to, name)
    if chosen.to == "customer" and made.request is not None:  # what goes out holds nothing that is ours to look up
        made = made._replace(request=made.request._replace(own=()))
    option.write(_written(made, chosen.format), chosen.output)
    return 0


def _options(chosen: argparse.Namespace) -> dict[str, Any]:
    same = ("acs_url", "sp_entity_id", "provider", "allow_private")
    at = {} if chosen.at is None else {"at": option.moment(chosen.at)}
    return {name: getattr(chosen, name) for name in same} | at


def _case(chosen: argparse.Namespace, options: library.Options, book: Rulebook) -> tuple[str | None, Case]:
    """The case with its name (None: made of evidence just now), and with what the command line tells."""
    first, words = chosen.case[0], tuple(chosen.case)
    kept = _kept(first)
    name = None if kept is None else kept.name
    case = casework.empty("handoff", options) if kept is None else kept
    if kept is not None:
        words = words[1:]
        case = case if options.at is None else case._replace(now=casework.empty("", options).now)
    brought = casework.Evidence(words, tuple(chosen.symptom), evidence.facts(chosen.given))
    return name, casework.gather(case, brought, options, book)


def _kept(word: str) -> Case | None:
    """The case of this name in the store, or in this file; None when the word is evidence."""
    if word == "-" or "://" in word or any(mark in word for mark in "*?["):
        return None
    from doctor.sources.case_store import Store

    store, path = Store(), Path(word)
    if store.path.exists() and store.has(word):
        return store.load(word)
    if not path.exists():
        return store.load(word)  # which says that there is no such case, and what is near
    return _in_file(path)


def _in_file(path: Path) -> Case | None:
    """The case in a file; None when it holds something else."""
    try:
        return casework.Case.load(path) if path.is_file() else None
    except (UsageError, InputError):
        return None


def _written(found: engine.Handoff, form: str) -> str:
    if form == "json":
        from doctor.report import json

        return json.text(page.as_data(found))
    return {"markdown": page.markdown, "text": page.text, "html": page.html}[form](found)
