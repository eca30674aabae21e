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
    from doctor.sources.answer import Answer
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
    command.add_argument("--interval", type=live.seconds, default=5.0, metavar="SECONDS", help=told)


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
    if chosen.command == "list":
        path, query = module.list_call(listed.filters(chosen))
    else:
        path, query = module.show_call(chosen.id, chosen.organization), {}
    option.write(live.curl(given, path, query), chosen.output)
    return 0


# ── reading ────────────────────────────────────────────────────────────────────────────────────────────────


def _list(chosen: argparse.Namespace, given: Access, api: Client) -> int:
    from doctor.parse.connection import read_all
    from doctor.report.connection import row
    from doctor.sources import live as source

    fetch = source.module(given.vendor).connections
    return listed.run(chosen, given.vendor, listed.Shelf("connection", "connections", fetch, read_all, row), api)


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
    company = connection.organization_row(found.organization, _dns(found))
    return {
        "connection": shown and connection.row(shown), "organization": company,
        "events": event.row(found.story, personal=personal), "notes": list(found.notes),
    }  # fmt: skip


def _dns(found: Live) -> dict[str, dict[str, Any]]:
    return {name: {**one._asdict(), "seen": list(one.seen)} for name, one in found.records.items()}


def _told(found: Live, judged: Any, *, personal: bool) -> str:
    from doctor.report import connection, event, text
    from doctor.report.safe import line

    look, shown = option.look(sys.stdout), _one(found)
    if shown is None:
        return "\n".join(live.failed_lines(judged, found.trouble, look)) + "\n"
    lines = connection.details(shown._replace(notes=()), look)
    if found.organization is not None:
        lines += connection.organization_lines(found.organization, _dns(found), look)
    if found.story is not None:
        lines += event.lines_of(found.story, look, personal=personal)
    for note in found.notes:
        lines += text.wrapped(f"note  {line(note)}", look, "   ", " " * 9)
    return "\n".join(lines) + "\n"


# ── writing ────────────────────────────────────────────────────────────────────────────────────────────────

_CHANGES = {
    "enable": "People will be able to sign in through it.",
    "disable": "Nobody will be able to sign in through it any more, until it is enabled again.",
    "delete": "It is gone for ever, with its addresses; a new one has to be set up at the identity provider again.",
}


def _written(chosen: argparse.Namespace, given: Access) -> int:
    """Show what will change, have the name typed back, do it, and look what came of it."""
    from doctor.sources import change
    from doctor.sources import live as source

    change.offered(given.vendor, chosen.command)
    api = live.client(chosen, given)
    before: Answer = source.module(given.vendor).connection(api, chosen.id, chosen.organization)
    shown = _one(source.Live(before.value)) if before.trouble is None else None
    if shown is None:
        return _undone(chosen, api, before)
    if not _confirmed(chosen, shown):
        live.say("the name is not the same; nothing was changed")
        return 2
    api.begin()
    done = change.write(api, given.vendor, chosen.command, chosen.id, chosen.organization or shown.organization_id)
    if done.trouble is not None:
        live.say("it is not certain what came of it; look with doctor connections show")
        return _undone(chosen, api, done)
    api.begin()
    after: Answer = source.module(given.vendor).connection(api, chosen.id, chosen.organization or shown.organization_id)
    return _done(chosen, shown, after, api)


def _undone(chosen: argparse.Namespace, api: Client, answer: Answer) -> int:
    judged = live.judged(chosen.id, answer.trouble, f"doctor connections {chosen.command}")
    if chosen.format == "json":
        data = {"schema": "doctor/change/1", "action": chosen.command, "id": chosen.id, "done": False, "before": None,
                "after": None, **live.wrong(judged, answer.trouble, api)}  # fmt: skip
        option.write(json.text(data), chosen.output)
    else:
        option.write(
            "\n".join(live.failed_lines(judged, answer.trouble, option.look(sys.stdout))) + "\n", chosen.output
        )
    return live.code(answer.trouble) or 2


def _confirmed(chosen: argparse.Namespace, shown: Connection) -> bool:
    from doctor.report.connection import details

    name = shown.name or shown.id or ""
    look = option.look(sys.stderr)
    talk = [f"This will {chosen.command}:", *details(shown, look), _CHANGES[chosen.command]]
    sys.stderr.write("\n".join(talk) + "\n")
    if chosen.confirm is not None:
        return bool(chosen.confirm == name)
    if not sys.stdin.isatty():
        raise UsageError(f"doctor connections {chosen.command} wants the connection's name typed back",
                         "in a script: --confirm NAME")  # fmt: skip
    sys.stderr.write(f"Type its name to {chosen.command} it: ")
    sys.stderr.flush()
    return sys.stdin.readline().rstrip("\r\n") == name


def _done(chosen: argparse.Namespace, before: Connection, after: Answer, api: Client) -> int:
    from doctor.report.connection import row
    from doctor.report.safe import line

    now = _after(after)
    gone = after.trouble is not None and after.trouble.kind == "not-found"
    if chosen.format == "json":
        judged = live.judged(chosen.id, None, f"doctor connections {chosen.command}")
        data = {"schema": "doctor/change/1", "action": chosen.command, "id": chosen.id, "done": True,
                "before": row(before), "after": now and row(now), **live.wrong(judged, None, api)}  # fmt: skip
        option.write(json.text(data), chosen.output)
        return 0
    state = "gone" if gone else now.state or now.state_given if now else "not known"
    told = f"{line(before.name or chosen.id)}: {before.state or before.state_given}, now {line(state)}\n"
    option.write(told, chosen.output)
    return 0


def _after(after: Answer) -> Connection | None:
    from doctor.sources.live import Live

    return _one(Live(after.value)) if after.trouble is None else None
