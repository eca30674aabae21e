"""`doctor setup`: an integration step by step, in the words of the provider's console."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from doctor import casework, library
from doctor.cli import evidence, option
from doctor.engine import choose, setup
from doctor.report import setup as page

if TYPE_CHECKING:
    import argparse

    from doctor.engine.choose import Row
    from doctor.engine.rulebook import Rulebook
    from doctor.engine.setup import Plan
    from doctor.model.case import Case

_FACTS = {"scim_endpoint": "scim.endpoint", "redirect_uri": "oauth.expected_redirect_uri"}
"""Options that tell a fact, beside those that `doctor diagnose` has."""


def parser() -> argparse.ArgumentParser:
    """The command's parser."""
    found = option.Parser(
        prog="doctor setup",
        description="The steps of an integration in the words of the provider's console, with your values filled in.",
    )
    add = found.add_argument
    add("provider", metavar="PROVIDER", help="the provider: an id, a name or an alias (doctor providers lists them)")
    add("type", nargs="?", metavar="TYPE", help="saml, scim, oidc, oauth, directory, enterprise or general")
    add("evidence", nargs="*", metavar="EVIDENCE", help="files with which steps are verified")
    _values(add)
    add("--set", action="append", default=[], metavar="FACT=VALUE", dest="given", help="tell a fact")
    add("--case", metavar="NAME", help="keep values and checked-off steps in this case, and go on with it")
    add("--done", action="append", default=[], metavar="STEP", help="check a step off")
    add("--undo", action="append", default=[], metavar="STEP", help="take that back")
    add("--verify", action="store_true", help="the checklist: what holds, what fails, what only a person can tell")
    option.output(found)
    return found


def _values(add: Any) -> None:
    add("--acs-url", metavar="URL", help="the ACS URL of the connection, taken verbatim")
    add("--sp-entity-id", metavar="ID", help="the SP entity ID of the connection, taken verbatim")
    add("--sp-metadata", metavar="FILE", help="the service provider's metadata, which tells both")
    add("--sp-metadata-url", metavar="URL", help="where the service provider's metadata can be read")
    add("--scim-endpoint", metavar="URL", help="the SCIM endpoint of the directory, taken verbatim")
    add("--redirect-uri", metavar="URL", help="the redirect URI of the connection, taken verbatim")
    add("--connection-file", action="append", default=[], metavar="FILE",
        help="the connection as the vendor's API shows it: tells its values and its state")  # fmt: skip
    add("--idp-metadata", metavar="FILE", help="the identity provider's metadata, to verify it")
    add("--vendor", choices=("workos", "scalekit"), help="who holds the connection")
    add("--at", metavar="TIME", help="the moment of judgement (default: now)")
    add("--allow-private", action="store_true", help="let URLs lead to private and loopback addresses")


def run(words: list[str]) -> int:
    """Run the command line; give the exit code: with --verify 1 when something fails, 3 when undecided."""
    chosen = parser().parse_intermixed_args(words)
    _whole(chosen)
    book = library.rulebook(library.Options())
    provider = choose.provider_called(book, chosen.provider)
    row = _row(book, provider, chosen)
    case, kept, unreadable = _gathered(chosen, book, provider)
    case = _checked_off(case, row, chosen, book)
    if chosen.case:
        _keep(case, kept, book)
    elif chosen.done or chosen.undo:
        print("doctor: what is checked off is not kept: --case NAME would keep it", file=sys.stderr)  # noqa: T201
    plan = _planned(case, row, chosen, book)
    option.write(_written(plan, chosen), chosen.output)
    if unreadable:
        return 2
    return option.exit_code(page.overall(plan)) if chosen.verify else 0


def _whole(chosen: argparse.Namespace) -> None:
    """Refuse addresses that nobody could paste into a console. Raises `UsageError`."""
    for name in ("acs_url", "sp_metadata_url", "scim_endpoint", "redirect_uri"):
        given = getattr(chosen, name)
        evidence.address(f"--{name.replace('_', '-')}", given, app=name == "redirect_uri")


def _row(book: Rulebook, provider: str, chosen: argparse.Namespace) -> Row:
    """The row that is meant; without a type, the only one that there is."""
    rows = choose.rows_of(book, provider)
    if chosen.type is not None:
        return choose.row_called(book, provider, chosen.type, chosen.provider)
    if len(rows) > 1:
        raise choose.undecided(book, provider)
    return rows[0]


def _planned(case: Case, row: Row, chosen: argparse.Namespace, book: Rulebook) -> Plan:
    from doctor.engine.diagnose import Examined

    given = {"sp_metadata_url": chosen.sp_metadata_url}
    return setup.planned(book, row, Examined(case, book), setup.marked(row, case.asked), given)


def _gathered(chosen: argparse.Namespace, book: Rulebook, provider: str) -> tuple[Case, Case | None, bool]:
    """The case with the evidence of the command line; the case as it was kept; whether something was unreadable."""
    same = ("acs_url", "sp_entity_id", "sp_metadata", "idp_metadata", "allow_private", "vendor")
    at = {"at": option.moment(chosen.at)} if chosen.at is not None else {}
    options = library.chosen({name: getattr(chosen, name) for name in same} | at | {"provider": provider})
    kept = _kept(chosen.case)
    begun = kept or casework.empty(chosen.case or "setup", options)
    begun = begun if options.at is None else begun._replace(now=casework.empty("", options).now)
    read, unreadable = evidence.read_into(begun, chosen, book)
    case = casework.gather(read, casework.Evidence(given=_given(chosen)), options, book)
    named = {fact: f"--{name.replace('_', '-')}" for name, fact in _FACTS.items() if getattr(chosen, name)}
    return setup.with_sp_metadata(case._replace(sources={**case.sources, **named})), kept, unreadable


def _given(chosen: argparse.Namespace) -> dict[str, Any]:
    """The facts that options tell."""
    told = {fact: getattr(chosen, name) for name, fact in _FACTS.items() if getattr(chosen, name)}
    return evidence.facts(chosen.given) | told


def _kept(name: str | None) -> Case | None:
    if (name := evidence.case_name(name)) is None:
        return None
    from doctor.sources.case_store import Store

    store = Store()
    return store.load(name) if store.has(name) else None


def _keep(case: Case, kept: Case | None, book: Rulebook) -> None:
    from doctor.sources.case_store import Store

    casework.Keeper(Store(), kept).keep(casework.Session(case, book))


def _checked_off(case: Case, row: Row, chosen: argparse.Namespace, book: Rulebook) -> Case:
    """The case with the steps that were checked off, and without those that were taken back."""
    plan = _planned(case, row, chosen, book)
    done = [setup.mark(row, setup.known_step(plan, name)) for name in chosen.done]
    gone = {setup.mark(row, setup.known_step(plan, name)) for name in chosen.undo}
    asked = [one for one in dict.fromkeys((*case.asked, *done)) if one not in gone]
    return case._replace(asked=tuple(asked))


def _written(plan: Plan, chosen: argparse.Namespace) -> str:
    if chosen.format == "json":
        from doctor.report import json

        return json.text(page.as_data(plan, chosen.case))
    look = option.look(sys.stdout)
    return page.verified(plan, look) if chosen.verify else page.text(plan, look)
