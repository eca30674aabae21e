"""Options that several commands share, and the parser they are given to."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

from doctor.model.error import UsageError

if TYPE_CHECKING:
    from doctor.engine.rulebook import Rulebook
    from doctor.report.text import Look


class Help(argparse.HelpFormatter):
    """Help text of a fixed width: asking the terminal would import what a cold start does not need."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=28, width=96)


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are doctor's errors: one line with a hint."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{"formatter_class": Help, **settings})

    def error(self, message: str) -> NoReturn:
        """Raise `UsageError` instead of exiting."""
        raise UsageError(message, f"{self.prog} --help shows the options")


def moment(text: str) -> datetime:
    """A time as ISO 8601; without a zone it is UTC. Raises `UsageError`."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is not a time", "write it as 2026-11-22T09:00:00Z") from None
    if found.tzinfo is None:
        print(f"doctor: {text} names no time zone and is taken as UTC", file=sys.stderr)  # noqa: T201
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def seconds(text: str, most: int = 86_400) -> float:
    """A number of seconds above zero and up to a day (or `most`). Raises `UsageError`."""
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not 0 < found <= most:
        raise UsageError(f"{text!r} is no number of seconds", f"write it as 10, above 0 and up to {most}")
    return found


def wait(text: str) -> float:
    """How long a probe may wait for an answer: up to ten minutes. Raises `UsageError`."""
    return seconds(text, 600)


def party(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what the two parties expect of each other."""
    add = parser.add_argument
    add("--acs-url", metavar="URL", help="the ACS URL that the service provider expects, taken verbatim")
    add("--sp-entity-id", metavar="ID", help="the entity ID of the service provider, taken verbatim")
    add("--sp-metadata", metavar="FILE", help="the service provider's metadata, which tells both")
    add("--idp-metadata", metavar="FILE", help="metadata of the identity provider it must come from")
    add("--idp-entity-id", metavar="ID", help="entity ID of the identity provider it must come from")
    add("--provider", metavar="NAME", help="the identity provider (id or name), for the words of its console")
    add("--at", metavar="TIME", help="the moment of judgement (default: now)")
    add("--received-at", metavar="TIME", help="when a response was received (default: from the capture, else --at)")
    add("--clock-tolerance", metavar="SECONDS", type=float, help="by how much clocks may differ (default: 300)")
    add("--decryption-key", metavar="FILE", help="the service provider's private key, to open what is encrypted")
    openid(parser)
    add("--show-personal", action="store_true", help="show names and addresses of people, which are masked otherwise")
    add("--allow-private", action="store_true", help="let URLs lead to private and loopback addresses")


def openid(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what an application expects of its OpenID provider."""
    add = parser.add_argument
    add("--jwks", metavar="FILE", help="the OpenID provider's key set, which checks the signatures of tokens")
    add("--issuer", metavar="URL", help="the issuer that the application expects, taken verbatim")
    add("--client-id", metavar="ID", help="the client ID of the application at the OpenID provider")
    add("--redirect-uri", metavar="URI", help="the redirect URI that the application sends, taken verbatim")
    add("--nonce", metavar="TEXT", help="the nonce that the application sent with this sign-in")


def environment(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which vendor's API tells of a connection."""
    add = parser.add_argument
    add("--connection", metavar="ID", help="compare with this connection, read from the vendor's API")
    add("--base-url", metavar="URL", help="address of the API (WORKOS_BASE_URL, SCALEKIT_ENVIRONMENT_URL)")
    add("--profile", metavar="NAME", help="an environment of doctor config")


def told(chosen: argparse.Namespace) -> dict[str, Any]:
    """What these options say, as the fields of `library.Options`."""
    names = (
        "acs_url", "sp_entity_id", "sp_metadata", "idp_metadata", "idp_entity_id", "provider", "allow_private",
        "clock_tolerance", "decryption_key", "show_personal", "jwks", "issuer", "client_id", "redirect_uri", "nonce",
    )  # fmt: skip
    times = {name: moment(given) for name in ("at", "received_at") if (given := getattr(chosen, name)) is not None}
    return {name: getattr(chosen, name) for name in names} | times


def exit_code(verdict: str) -> int:
    """The exit code of a diagnosis: 1 for fail, 3 for undecided, else 0."""
    return {"fail": 1, "undecided": 3}.get(verdict, 0)


def say_unknown_provider(name: str | None) -> None:
    """Say on standard error that nobody knows a product by this name; that is no error."""
    if not name:
        return
    from doctor.catalogue.rule import did_you_mean
    from doctor.engine.rulebook import shipped
    from doctor.report.safe import line

    if shipped().provider_id(name) is None:
        near = did_you_mean(name.casefold(), shipped().names)
        print(f"doctor: no product is known as {line(name)}{near}; general words are used", file=sys.stderr)  # noqa: T201


def output(parser: argparse.ArgumentParser, formats: tuple[str, ...] = ("text", "json")) -> None:
    """Add the options that say how the answer is written."""
    parser.add_argument("--format", choices=formats, default="text", help="how the answer is written (default: text)")
    parser.add_argument("--output", metavar="FILE", help="write to this file instead of standard output")


def own_rules(parser: argparse.ArgumentParser) -> None:
    """Add the options that lay a folder of rules over the shipped ones."""
    add = parser.add_argument
    add("--rules", metavar="DIR", help="more rules: they add to, override or disable the shipped ones")
    add("--keep-going", action="store_true", help="use the right rule files although others are wrong")


def book(chosen: argparse.Namespace) -> Rulebook:
    """The rules that `own_rules` asks for; what was wrong with their files is said on standard error."""
    from pathlib import Path

    from doctor.engine.make import extended
    from doctor.engine.rulebook import shipped

    found = shipped(keep_going=True) if chosen.keep_going else shipped()
    if chosen.rules is not None:
        found = extended(found, Path(chosen.rules), keep_going=chosen.keep_going)
    if chosen.keep_going and found.notes:
        from doctor.report.safe import line

        print("\n".join(f"doctor: {line(note)}" for note in found.notes), file=sys.stderr)  # noqa: T201
    return found


def spare(target: str | None, *given: str | None) -> None:
    """Refuse to write over what was given as evidence. Raises `UsageError`."""
    if target is None:
        return
    from pathlib import Path

    if Path(target).exists() and any(
        one and Path(one).exists() and Path(one).samefile(target) for one in given if one != "-"
    ):
        raise UsageError(f"--output {target} would overwrite what was given to read", "name another file")


def write(text: str, target: str | None) -> None:
    """Write data to standard output, or whole to a file. Raises `UsageError` when it cannot be."""
    if target is None:
        _encodable(sys.stdout, text)
        return
    try:
        with open(target, "w", encoding="utf-8") as file:  # noqa: PTH123
            file.write(text)
    except OSError as error:
        raise UsageError(f"cannot write {target}: {error.strerror or error}") from None


def _encodable(stream: TextIO, text: str) -> None:
    """Write to a stream whose encoding may be poor: what it cannot show becomes a question mark."""
    encoding = stream.encoding or "utf-8"
    try:
        stream.write(text.encode(encoding, "replace").decode(encoding))
        stream.flush()
    except OSError as error:
        _give_up(stream)
        if isinstance(error, BrokenPipeError):
            raise
        raise UsageError(f"cannot write to standard output: {error.strerror or error}") from None


def _give_up(stream: TextIO) -> None:
    """Point a stream that takes nothing any more at the null device: it is flushed once more at the end."""
    with contextlib.suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)


def look(stream: TextIO, **changes: Any) -> Look:
    """How text is drawn on this stream: width and colour of a terminal, plain elsewhere."""
    from doctor.report.text import Look

    terminal = stream.isatty()
    colour = terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    width = min(max(os.get_terminal_size(stream.fileno()).columns, 40), 120) if terminal else 80
    unicode = "utf" in (stream.encoding or "").lower()
    return Look(width=width, colour=colour, unicode=unicode, **changes)
