"""`doctor cases`: the kept diagnoses."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import doctor
from doctor import casework
from doctor.cli import option
from doctor.model import redaction
from doctor.model.error import UsageError
from doctor.report import json
from doctor.report.safe import line as safe
from doctor.sources import case_file
from doctor.sources.case_store import Store

if TYPE_CHECKING:
    import argparse

    from doctor.model.case import Case
    from doctor.sources.case_store import Row

_HELP = {
    "list": "every kept case, the latest first",
    "show": "the diagnosis of a case, made anew from its evidence",
    "resume": "go on with a case: ask what is still open",
    "export": "write a case as one JSON file (it holds personal data, and no secrets)",
    "import": "take a case file into the store",
    "delete": "forget a case",
}


def parser() -> argparse.ArgumentParser:
    """The command's parser."""
    found = option.Parser(prog="doctor cases", description="The diagnoses that are kept on this machine.")
    commands = found.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, text in _HELP.items():
        command = commands.add_parser(name, help=text, description=text)
        option.output(command)
        if name in ("show", "resume", "export", "delete"):
            command.add_argument("name", help="the case's name")
        if name == "export":
            command.add_argument("--without-documents", action="store_true", help="leave the documents out")
        if name == "import":
            command.add_argument("file", help="a case file")
            command.add_argument("--name", help="the name under which it is kept (default: its own)")
        if name == "resume":
            command.add_argument("--no-input", action="store_true", help="ask nothing; exit 3 when undecided")
        if name in ("show", "resume"):
            command.add_argument("--explain", action="store_true", help="show the path with the facts behind it")
            option.own_rules(command)
    return found


def run(words: list[str]) -> int:
    """Run the command line; give the exit code."""
    chosen = parser().parse_args(words)
    return _COMMANDS[chosen.command](chosen, Store())


def _list(chosen: argparse.Namespace, store: Store) -> int:
    rows = store.rows()
    if chosen.format == "json":
        option.write(json.text({"schema": "doctor/cases/1", "cases": [row._asdict() for row in rows]}), chosen.output)
        return 0
    lines = [_line(row).rstrip() for row in rows]
    option.write("\n".join([*lines, f"{len(rows)} case{'s' * (len(rows) != 1)}"]) + "\n", chosen.output)
    return 0


def _line(row: Row) -> str:
    return f"{safe(row.name):<28} {safe(row.updated)[:16]}  {row.verdict or '':<10} {row.headline or ''}"


def _show(chosen: argparse.Namespace, store: Store) -> int:
    return _told(casework.Session(store.load(chosen.name), option.book(chosen)), chosen)


def _resume(chosen: argparse.Namespace, store: Store) -> int:
    from doctor.cli import asking

    session = casework.Session(store.load(chosen.name), option.book(chosen))
    if not chosen.no_input and sys.stdin.isatty():
        asking.conversation(session, casework.Keeper(store, session.case).keep)
    return _told(session, chosen)


def _told(session: casework.Session, chosen: argparse.Namespace) -> int:
    from doctor.report import diagnosis

    found = session.so_far
    if chosen.format == "json":
        text = json.text(diagnosis.as_data(found, doctor.__version__, explain=chosen.explain))
    else:
        text = diagnosis.text(found, option.look(sys.stdout, rules=chosen.rules or ""), None, explain=chosen.explain)
    option.write(text, chosen.output)
    return option.exit_code(found.verdict)


def _export(chosen: argparse.Namespace, store: Store) -> int:
    case: Case = store.load(chosen.name)
    data: dict[str, Any] = case_file.as_data(_without_documents(case) if chosen.without_documents else case)
    if case.documents and not chosen.without_documents:
        print("doctor: the file holds personal data of the people in its documents", file=sys.stderr)  # noqa: T201
    option.write(json.text(data), chosen.output)
    return 0


def _without_documents(case: Case) -> Case:
    """The case without documents, and without the e-mail addresses and telephone numbers of its texts."""
    return case._replace(documents=(), reports=tuple(redaction.masked(text) for text in case.reports))


def _import(chosen: argparse.Namespace, store: Store) -> int:
    case = case_file.load(Path(chosen.file))
    case = case._replace(name=chosen.name or case.name)
    if not case.name.strip() or not case.name.isprintable():
        raise UsageError("the case's name is not printable", "--name gives it another one")
    if store.has(case.name):
        raise UsageError(f"there is a case {case.name!r} already", "--name gives the imported one another name")
    store.save(case)
    option.write(f"{case.name}\n", chosen.output)
    return 0


def _delete(chosen: argparse.Namespace, store: Store) -> int:
    store.delete(chosen.name)
    option.write(f"deleted {chosen.name}\n", chosen.output)
    return 0


_COMMANDS = {"list": _list, "show": _show, "resume": _resume, "export": _export, "import": _import, "delete": _delete}
