"""`doctor directories`: the directories at a vendor, as its API shows them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from doctor.cli import listed, live, option
from doctor.report import json

if TYPE_CHECKING:
    import argparse

    from doctor.engine.diagnose import Diagnosis
    from doctor.sources.listing import Listing
    from doctor.sources.live import Live
    from doctor.sources.profile import Access
    from doctor.sources.vendor import Client

_HELP = {
    "list": "every directory, of all pages",
    "show": "one directory, what it holds, and why it is not linked",
}


def parser() -> argparse.ArgumentParser:
    """The command's parser."""
    found = option.Parser(prog="doctor directories", description="The directories at a vendor, as its API shows them.")
    commands = found.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, text in _HELP.items():
        command = commands.add_parser(name, help=text, description=text)
        live.options(command)
        live.readable(command)
        add = command.add_argument
        add("--organization", metavar="ID", help="only those of this organization")
        if name == "show":
            add("id", metavar="ID", help="the directory's id")
            add("--members", action="store_true", help="its users and groups too")
        else:
            add("--domain", metavar="NAME", help="only those for this domain (WorkOS)")
            add("--state", metavar="STATE", help="only those in this state (linked, validating, unlinked …)")
            add("--search", metavar="TEXT", help="only those whose name holds this (WorkOS)")
            add("--order", choices=("asc", "desc"), help="by age (WorkOS)")
    return found


def run(words: list[str]) -> int:
    """Run the command line; give the exit code."""
    if not words:
        sys.stderr.write(parser().format_help())
        return 2
    chosen = parser().parse_args(words)
    given = live.access(chosen)
    if chosen.curl:
        return _curl(chosen, given)
    read = _list if chosen.command == "list" else _show
    return read(chosen, given, live.client(chosen, given))


def _curl(chosen: argparse.Namespace, given: Access) -> int:
    from doctor.sources import live as source

    module = source.module(given.vendor)
    return listed.curl(chosen, given, listed.Calls(module.directories_call, module.directory_call))


def _list(chosen: argparse.Namespace, given: Access, api: Client) -> int:
    from doctor.parse.directory import WORDS, read_all
    from doctor.report.directory import row
    from doctor.sources import live as source

    fetch = source.module(given.vendor).directories
    shelf = listed.Shelf("directory", "directories", fetch, read_all, row, WORDS)
    return listed.run(chosen, given.vendor, shelf, api)


def _show(chosen: argparse.Namespace, given: Access, api: Client) -> int:
    from doctor.report import event
    from doctor.sources import live as source

    found = source.directory(api, given.vendor, source.About(directory=chosen.id, organization=chosen.organization))
    members = _members(chosen, given, api) if chosen.members and found.trouble is None else {}
    judged = live.judged(chosen.id, found.trouble, f"doctor directories show ({given.vendor})")
    diagnosis = live.diagnosed(found, given.vendor) if found.trouble is None else None
    if chosen.format == "json":
        data = {"schema": "doctor/directory/1", "vendor": given.vendor, "directory": _row(found),
                "events": event.row(found.story, personal=chosen.show_personal), **_why(diagnosis),
                "members": members or None, "notes": list(found.notes),
                **live.wrong(judged, found.trouble, api)}  # fmt: skip
        option.write(json.text(data), chosen.output)
    else:
        option.write(_told(found, judged, diagnosis, members, personal=chosen.show_personal), chosen.output)
    return live.code(found.trouble)


def _row(found: Live) -> dict[str, Any] | None:
    from doctor.parse import directory
    from doctor.report.directory import row

    return next((row(one) for one in directory.read_all([found.item])), None) if found.item else None


def _why(diagnosis: Diagnosis | None) -> dict[str, Any]:
    from doctor.report.watch import blocking

    return {"headline": diagnosis and diagnosis.headline, "blocking": blocking(diagnosis) if diagnosis else []}


def _members(chosen: argparse.Namespace, given: Access, api: Client) -> dict[str, Any]:
    """Users and groups counted by state; people masked unless they are to be shown."""
    from doctor.report.directory import members
    from doctor.sources import live as source

    told: dict[str, Any] = {}
    for kind in ("users", "groups"):
        found: Listing = source.module(given.vendor).members(api, chosen.id, kind, chosen.organization)
        told[kind] = members(found.items, personal=chosen.show_personal)
        told[f"{kind}_complete"] = found.trouble is None
    return told


def _told(
    found: Live, judged: Any, diagnosis: Diagnosis | None, members: dict[str, Any], *, personal: bool
) -> str:  # fmt: skip
    from doctor.parse import directory as parse
    from doctor.report import directory, event, text
    from doctor.report.safe import line
    from doctor.report.watch import blocking

    look = option.look(sys.stdout)
    if not found.item:
        return "\n".join(live.failed_lines(judged, found.trouble, look)) + "\n"
    (shown,) = parse.read_all([found.item])
    lines = directory.details(shown, look)
    if found.story is not None and found.story.events:
        lines += event.lines_of(found.story, look, personal=personal)
    lines += directory.member_lines(members, look) if members else []
    if diagnosis is not None and shown.state != "linked":
        for each in blocking(diagnosis):
            lines += text.wrapped(line(each), look, "   ", "       ")
    return "\n".join(lines) + "\n"
