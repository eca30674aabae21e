"""`doctor connections`: the connections at a vendor, as its API shows them; and what can be done to one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from doctor.cli import listed, live, option
from doctor.model.error import UsageError
from doctor.report import json

if TYPE_CHECKING:
    import argparse

    from doctor.model.connection import Connection
    from doctor.sources.answer import Trouble
    from doctor.sources.change import Change, Done
    from doctor.sources.live import Live
    from doctor.sources.profile import Access
    from doctor.sources.vendor import Client

_HELP = {
    "list": "every connection, of all pages",
    "show": "one connection, with its certificates, its organization, and what happened to sign-ins",
    "watch": "look again and again until the connection is active, has failed, or time is over",
    "enable": "switch a connection on (Scalekit)",
    "disable": "switch a connection off (Scalekit): nobody signs in through it any more",
    "delete": "delete a connection for ever",
}
_WRITES = ("enable", "disable", "delete")


def parser() -> argparse.ArgumentParser:
    """The command's parser."""
    found = option.Parser(prog="doctor connections", description="The connections at a vendor, as its API shows them.")
    commands = found.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, text in _HELP.items():
        command = commands.add_parser(name, help=text, description=text)
        live.options(command, 600.0 if name == "watch" else 60.0)
        if name != "list":
            command.add_argument("id", metavar="ID", help="the connection's id")
            command.add_argument("--organization", metavar="ID", help="the organization's id")
        _ADDED.get(name, _write)(command)
    return found


def _list_options(command: argparse.ArgumentParser) -> None:
    live.readable(command)
    add = command.add_argument
    add("--organization", metavar="ID", help="only those of this organization")
    add("--domain", metavar="NAME", help="only those for this domain")
    add("--type", metavar="TYPE", help="only those of this type, such as OktaSAML or SAML")
    add("--state", metavar="STATE", help="only those in this state (draft, validating, active, inactive …)")
    add("--search", metavar="TEXT", help="only those whose name holds this")
    add("--order", choices=("asc", "desc"), help="by age (WorkOS)")


def _watch_options(command: argparse.ArgumentParser) -> None:
    told = "between two looks (default: 5, growing)"
    command.add_argument("--interval", type=option.seconds, default=5.0, metavar="SECONDS", help=told)


def _write(command: argparse.ArgumentParser) -> None:
    command.add_argument("--confirm", metavar="NAME", help="the connection's name, instead of typing it back")


_ADDED = {"list": _list_options, "show": live.readable, "watch": _watch_options}


def run(words: list[str]) -> int:
    """Run the command line; give the exit code."""
    if not words:
        sys.stderr.write(parser().format_help())
        return 2
    chosen = parser().parse_args(words)
    given = live.access(chosen)
    if getattr(chosen, "curl", False):
        return _curl(chosen, given)
    if chosen.command == "watch":
        from doctor.cli import watching

        return watching.run(chosen, given, live.client(chosen, given))
    if chosen.command in _WRITES:
        return _written(chosen, given)
    read = _list if chosen.command == "list" else _show
    return read(chosen, given, live.client(chosen, given))


def _curl(chosen: argparse.Namespace, given: Access) -> int:
    from doctor.sources import live as source

    module = source.module(given.vendor)
    return listed.curl(chosen, given, listed.Calls(module.list_call, module.show_call))


# ── reading ────────────────────────────────────────────────────────────────────────────────────────────────


def _list(chosen: argparse.Namespace, given: Access, api: Client) -> int:
    from doctor.parse.connection import WORDS, read_all
    from doctor.report.connection import row
    from doctor.sources import live as source

    fetch = source.module(given.vendor).connections
    shelf = listed.Shelf("connection", "connections", fetch, read_all, row, WORDS)
    return listed.run(chosen, given.vendor, shelf, api)


def _show(chosen: argparse.Namespace, given: Access, api: Client) -> int:
    from doctor.sources import live as source

    found = source.connection(api, given.vendor, source.About(chosen.id, chosen.organization))
    judged = live.judged(chosen.id, found.trouble, f"doctor connections show ({given.vendor})")
    if chosen.format == "json":
        data = {"schema": "doctor/connection/1", "vendor": given.vendor, **_data(found, personal=chosen.show_personal),
                **live.wrong(judged, found.trouble, api)}  # fmt: skip
        option.write(json.text(data), chosen.output)
    else:
        option.write(_told(found, judged, personal=chosen.show_personal), chosen.output)
    return live.code(found.trouble)


def _one(found: Live) -> Connection | None:
    from doctor.parse import connection

    return next(iter(connection.read_all([found.item])), None) if found.item else None


def _data(found: Live, *, personal: bool) -> dict[str, Any]:
    from doctor.report import connection, event

    shown = _one(found)
    company = connection.organization_row(found.organization, connection.dns(found.records))
    return {
        "connection": shown and connection.row(shown), "organization": company,
        "events": event.row(found.story, personal=personal), "notes": list(found.notes),
    }  # fmt: skip


def _told(found: Live, judged: Any, *, personal: bool) -> str:
    from doctor.report import connection, event, text
    from doctor.report.safe import line

    look, shown = option.look(sys.stdout), _one(found)
    if shown is None:
        return "\n".join(live.failed_lines(judged, found.trouble, look)) + "\n"
    lines = connection.details(shown._replace(notes=()), look)
    if found.organization is not None:
        lines += connection.organization_lines(found.organization, connection.dns(found.records), look)
    if found.story is not None:
        lines += event.lines_of(found.story, look, personal=personal)
    for note in found.notes:
        lines += text.wrapped(f"note  {line(note)}", look, "   ", " " * 9)
    return "\n".join(lines) + "\n"


# ── writing ────────────────────────────────────────────────────────────────────────────────────────────────


def _written(chosen: argparse.Namespace, given: Access) -> int:
    """Show what will change, have the name typed back, do it, and look what came of it."""
    from doctor.sources import change

    change.offered(given.vendor, chosen.command)
    api = live.client(chosen, given)
    before = change.looked(api, given.vendor, chosen.id, chosen.organization)
    if before.shown is None:
        return _undone(chosen, api, before.trouble)
    wanted = change.Change(chosen.command, chosen.id, chosen.organization, before.shown)
    typed = _typed(chosen, wanted)
    if typed != wanted.name:
        live.say(change.NOT_THE_SAME)
        return 2
    done = change.performed(api, given.vendor, wanted, typed)
    if done.trouble is not None:
        live.say(change.UNCERTAIN)
        return _undone(chosen, api, done.trouble)
    return _done(chosen, before.shown, done, api)


def _undone(chosen: argparse.Namespace, api: Client, trouble: Trouble | None) -> int:
    judged = live.judged(chosen.id, trouble, f"doctor connections {chosen.command}")
    if chosen.format == "json":
        data = {"schema": "doctor/change/1", "action": chosen.command, "id": chosen.id, "done": False, "before": None,
                "after": None, **live.wrong(judged, trouble, api)}  # fmt: skip
        option.write(json.text(data), chosen.output)
    else:
        option.write("\n".join(live.failed_lines(judged, trouble, option.look(sys.stdout))) + "\n", chosen.output)
    return live.code(trouble) or 2


def _typed(chosen: argparse.Namespace, wanted: Change) -> str:
    """What will be done is shown; the name that the person gives for it."""
    from doctor.report.connection import details
    from doctor.sources.change import EFFECTS

    look = option.look(sys.stderr)
    talk = [f"This will {chosen.command}:", *details(wanted.shown, look), EFFECTS[chosen.command]]
    sys.stderr.write("\n".join(talk) + "\n")
    if chosen.confirm is not None:
        return str(chosen.confirm)
    if not sys.stdin.isatty():
        raise UsageError(f"doctor connections {chosen.command} wants the connection's name typed back",
                         "in a script: --confirm NAME")  # fmt: skip
    sys.stderr.write(f"Type its name to {chosen.command} it: ")
    sys.stderr.flush()
    return sys.stdin.readline().rstrip("\r\n")


def _done(chosen: argparse.Namespace, before: Connection, done: Done, api: Client) -> int:
    from doctor.report.connection import changed, row

    if chosen.format == "json":
        judged = live.judged(chosen.id, None, f"doctor connections {chosen.command}")
        data = {"schema": "doctor/change/1", "action": chosen.command, "id": chosen.id, "done": True,
                "before": row(before), "after": done.after and row(done.after),
                **live.wrong(judged, None, api)}  # fmt: skip
        option.write(json.text(data), chosen.output)
        return 0
    option.write(f"{changed(before, done)}\n", chosen.output)
    return 0
