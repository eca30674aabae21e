"""`doctor diagnose`: from any evidence to the cause, asking only what nothing else can tell."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import doctor
from doctor import casework, library
from doctor.cli import evidence, option
from doctor.model.error import InputError, UsageError

if TYPE_CHECKING:
    import argparse

    from doctor.engine.diagnose import Diagnosis
    from doctor.model.case import Case


def parser() -> argparse.ArgumentParser:
    """The command's parser."""
    found = option.Parser(prog="doctor diagnose", description="Name the cause of a failure, from whatever is at hand.")
    add = found.add_argument
    add("evidence", nargs="*", metavar="EVIDENCE", help="files, folders, URLs, or - for standard input")
    option.party(found)
    add("--symptom", action="append", default=[], metavar="TEXT", help="an error text, a log line, a whole ticket")
    add("--set", action="append", default=[], metavar="FACT=VALUE", dest="given", help="tell a fact")
    add("--answers", metavar="FILE", help="JSON object of facts and values")
    add(
        "--connection-file",
        action="append",
        default=[],
        metavar="FILE",
        help="a connection as the vendor's API shows it",
    )
    option.environment(found)
    add("--organization", metavar="ID", help="the organization at the vendor: does it exist, is it linked")
    add("--domain", metavar="NAME", help="the domain of the person who cannot sign in")
    add("--directory", metavar="ID", help="the directory at the vendor")
    add("--vendor", choices=("workos", "scalekit"), help="who holds the connection")
    add("--case", metavar="NAME", help="add to this case, or start it")
    add("--no-input", action="store_true", help="ask nothing; exit 3 when undecided")
    add("--explain", action="store_true", help="show the path with the facts that decided each step")
    add("--fail-on", choices=library.FAIL_ON, default="error", help="exit 1 at this severity (default: error)")
    option.own_rules(found)
    option.output(found)
    return found


def run(words: list[str]) -> int:
    """Run the command line; give the exit code."""
    chosen = parser().parse_intermixed_args(words)
    option.spare(chosen.output, *chosen.evidence, *chosen.connection_file, chosen.idp_metadata, chosen.sp_metadata)
    option.say_unknown_provider(chosen.provider)
    options = library.chosen(_options(chosen))
    book = library.rulebook(options)
    keeper = Keeper(chosen.case)
    case, unreadable = _gathered(keeper.started(options), chosen, options, book)
    case, lost = _asked(case, chosen)
    session = casework.Session(case, book, chosen.fail_on, casework.personal(options))
    keeper.keep(session)
    if not chosen.no_input and chosen.format == "text" and sys.stdin.isatty():
        from doctor.cli import asking

        asking.conversation(session, keeper.keep)
    option.write(_written(session.so_far, chosen, book.names), chosen.output)
    return _code(session.so_far, unreadable=unreadable or lost)


def _options(chosen: argparse.Namespace) -> dict[str, Any]:
    same = ("fail_on", "rules", "keep_going", "vendor")
    return {name: getattr(chosen, name) for name in same} | option.told(chosen)


def _gathered(case: Case, chosen: argparse.Namespace, options: library.Options, book: Any) -> tuple[Case, bool]:
    """The case with the evidence of the command line; what cannot be read is said, the rest counts."""
    case, unreadable = evidence.read_into(case, chosen, book)
    given = evidence.facts(chosen.given) | _answers(chosen.answers)
    rest = casework.Evidence((), tuple(chosen.symptom), given)
    return casework.gather(case, rest, options, book), unreadable


def _domain(given: str | None) -> str | None:
    """The domain in what was given: people paste the person's address, or that of the company's site."""
    if given is None:
        return None
    host = given.strip().rpartition("://")[2].partition("/")[0].rpartition("@")[2]
    return host.partition(":")[0].lower() or given


def _asked(case: Case, chosen: argparse.Namespace) -> tuple[Case, bool]:
    """The case with what the vendor's API tells; and whether it could not be reached."""
    meant = {
        "connection": chosen.connection, "organization": chosen.organization, "user_domain": _domain(chosen.domain),
        "directory": chosen.directory,
    }  # fmt: skip
    if not any(meant.values()):
        return case, False
    from doctor.cli import live

    vendor = live.access(chosen).vendor
    found = live.about(chosen, **meant).live
    for note in found.notes:
        live.say(note)
    return casework.with_live(case, found, vendor), live.code(found.trouble) == 2


def _answers(path: str | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123
            found = json.load(file)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None
    except (ValueError, RecursionError):
        raise UsageError(f"{path} is not JSON", 'answers look like {"connection.state": "validating"}') from None
    if not isinstance(found, dict):
        raise UsageError(f"{path} holds no JSON object", 'answers look like {"connection.state": "validating"}')
    return found


class Keeper:
    """Keeps the case in the store after every step; a store that cannot be written is said once."""

    def __init__(self, name: str | None) -> None:
        from doctor.sources.case_store import Store

        self.name = evidence.case_name(name)
        self.store = Store()
        self.kept = casework.Keeper(self.store)
        self.broken = False
        self.unread = False
        """Whether the named case could not be read; then it is not written either, lest it lose evidence."""

    def started(self, options: library.Options) -> Case:
        """The named case if there is one and it can be read, else a new one."""
        try:
            if self.name and self.store.has(self.name):
                case = self.kept.seen = self.store.load(self.name)
                return case if options.at is None else case._replace(now=casework.empty("", options).now)
        except InputError as error:
            self.unread = True
            evidence.say(error)
        return casework.empty(self.name or self._fresh(options), options)

    def _fresh(self, options: library.Options) -> str:
        import secrets

        return f"{casework.empty('', options).now[:16].replace(':', '')}-{secrets.token_hex(2)}"

    def keep(self, session: casework.Session) -> None:
        """Write the case as it is now."""
        if self.unread:
            return
        try:
            self.kept.keep(session)
        except InputError as error:
            if not self.broken:
                evidence.say(error)
            self.broken = True


def _written(found: Diagnosis, chosen: argparse.Namespace, names: dict[str, str]) -> str:
    from doctor.report import diagnosis, json

    if chosen.format == "json":
        return json.text(diagnosis.as_data(found, doctor.__version__, explain=chosen.explain))
    shown = {one.provider for one in found.subjects if one.provider}
    product = names.get(next(iter(shown))) if len(shown) == 1 else None
    return diagnosis.text(found, option.look(sys.stdout, rules=chosen.rules or ""), product, explain=chosen.explain)


def _code(found: Diagnosis, *, unreadable: bool) -> int:
    if unreadable:
        return 2
    return option.exit_code(found.verdict)
