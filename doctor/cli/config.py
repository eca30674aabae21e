"""`doctor config`: the environments of vendors that are asked, each as a profile. Secrets are never in a file."""

from __future__ import annotations

import getpass
import os
import sys
from typing import TYPE_CHECKING, Any

from doctor.cli import option
from doctor.model.error import UsageError
from doctor.report import json
from doctor.sources import profile as source

if TYPE_CHECKING:
    import argparse

    from doctor.sources.profile import Book, Keyring, Profile

_HELP = {
    "list": "every profile",
    "add": "add a profile, or change one; the key goes into the system's keyring, or stays in a variable",
    "set-key": "put a profile's key into the system's keyring",
    "use": "make a profile the one that is used when nothing else is said",
    "remove": "forget a profile, and its key in the keyring",
}


def parser() -> argparse.ArgumentParser:
    """The command's parser."""
    found = option.Parser(prog="doctor config", description="The environments that are asked, each as a profile.")
    commands = found.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, text in _HELP.items():
        command = commands.add_parser(name, help=text, description=text)
        option.output(command)
        if name != "list":
            command.add_argument("name", metavar="NAME", help="the profile's name, such as production")
        if name == "add":
            add = command.add_argument
            add("--vendor", choices=source.VENDORS, required=True, help="whose environment it is")
            add("--base-url", metavar="URL", help="address of the API (Scalekit: the environment's URL)")
            add("--client-id", metavar="ID", help="the client ID (Scalekit)")
            add("--key-env", metavar="NAME", help="the variable that holds the key, instead of the keyring")
        if name in ("add", "set-key"):
            command.add_argument("--key-stdin", action="store_true", help="read the key from standard input")
    return found


def run(words: list[str]) -> int:
    """Run the command line; give the exit code."""
    if not words:
        sys.stderr.write(parser().format_help())
        return 2
    chosen = parser().parse_args(words)
    ring = source.Keyring()
    return _COMMANDS[chosen.command](chosen, source.load(source.path()), ring)


def _list(chosen: argparse.Namespace, book: Book, ring: Keyring) -> int:
    rows = [_row(one, book, ring) for one in book.profiles.values()]
    if chosen.format == "json":
        data = {"schema": "doctor/profiles/1", "keyring": ring.available, "profiles": rows}
        option.write(json.text(data), chosen.output)
        return 0
    from doctor.report.inventory import columns

    table = [("", "profile", "vendor", "address", "key"), *(_cells(one) for one in rows)]
    count = f"{len(rows)} profile{'s' * (len(rows) != 1)}"
    where = "" if ring.available else "; this system has no keyring: keys are read from variables (--key-env)"
    option.write("\n".join([*(columns(table) if rows else []), count + where]) + "\n", chosen.output)
    return 0


def _row(one: Profile, book: Book, ring: Keyring) -> dict[str, Any]:
    """A profile as JSON data: where its key is, and whether it is there; never the key."""
    there = bool(os.environ.get(one.key_env)) if one.key_env else ring.get(one.name) is not None
    return {**one._asdict(), "default": one.name == book.default, "key_in": one.key_env or "keyring", "has_key": there}


def _cells(one: dict[str, Any]) -> tuple[str, ...]:
    key = one["key_in"] + ("" if one["has_key"] else " (not there)")
    return "*" if one["default"] else "", one["name"], one["vendor"], one["base_url"] or "the vendor's own", key


def _add(chosen: argparse.Namespace, book: Book, ring: Keyring) -> int:
    made = source.checked(source.Profile(chosen.name, chosen.vendor, chosen.base_url, chosen.client_id, chosen.key_env))
    if made.key_env is None:
        ring.put(made.name, _key(chosen, ring))
    profiles = {**book.profiles, made.name: made}
    source.save(source.path(), book._replace(profiles=profiles, default=book.default or made.name))
    option.write(f"{made.name}: its key is in {made.key_env or 'the keyring'}\n", chosen.output)
    return 0


def _set_key(chosen: argparse.Namespace, book: Book, ring: Keyring) -> int:
    one = source.named(book, chosen.name)
    if one.key_env is not None:
        raise UsageError(f"the key of {one.name} is in the variable {one.key_env}", "set it there")
    ring.put(one.name, _key(chosen, ring))
    option.write(f"{one.name}: its key is in the keyring\n", chosen.output)
    return 0


def _key(chosen: argparse.Namespace, ring: Keyring) -> str:
    """The key, typed without being shown, or from standard input; never from the command line, which others can see."""
    from doctor.sources import secret

    if not ring.available:
        ring.put(chosen.name, "")  # says that there is none, and what to do
    if chosen.key_stdin:
        text = sys.stdin.readline()
    elif sys.stdin.isatty():
        text = getpass.getpass(f"Key of {chosen.name}: ")
    else:
        raise UsageError("the key is typed on a terminal", "in a script: --key-stdin, or --key-env NAME")
    return secret.given(text, "the key").reveal()


def _use(chosen: argparse.Namespace, book: Book, _ring: Keyring) -> int:
    one = source.named(book, chosen.name)
    source.save(source.path(), book._replace(default=one.name))
    option.write(f"{one.name} is used when nothing else is said\n", chosen.output)
    return 0


def _remove(chosen: argparse.Namespace, book: Book, ring: Keyring) -> int:
    one = source.named(book, chosen.name)
    profiles = {name: each for name, each in book.profiles.items() if name != one.name}
    source.save(source.path(), source.Book(profiles, None if book.default == one.name else book.default))
    ring.forget(one.name)
    option.write(f"{one.name} is forgotten\n", chosen.output)
    return 0


_COMMANDS = {"list": _list, "add": _add, "set-key": _set_key, "use": _use, "remove": _remove}
