"""`doctor events`: is a webhook's signature right, and what do events tell?"""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING, Any

from doctor.cli import live, option
from doctor.model.error import UsageError
from doctor.report import json

if TYPE_CHECKING:
    import argparse

    from doctor.engine.diagnose import Diagnosis
    from doctor.facts.story import Story
    from doctor.model.case import Case
    from doctor.model.document import Document
    from doctor.model.event import Event

_HELP = {
    "verify": "check the signature of a webhook, and say why it fails",
    "explain": "what events tell: failed sign-ins by error and person, certificates, and the likely cause",
}
_VENDORS = ("workos", "scalekit")


def parser() -> argparse.ArgumentParser:
    """The command's parser."""
    found = option.Parser(prog="doctor events", description="Check webhooks, and explain the events of a vendor.")
    commands = found.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, text in _HELP.items():
        command = commands.add_parser(name, help=text, description=text)
        add = command.add_argument
        add("file", metavar="FILE", help="the body as it was received, or events as JSON; - for standard input")
        add("--at", metavar="TIME", help="the moment of judgement (default: now)")
        _ADDED[name](command)
    return found


def _verifying(command: argparse.ArgumentParser) -> None:
    option.output(command)
    add = command.add_argument
    add("--vendor", choices=_VENDORS, help="whose webhook it is (default: told from the headers)")
    add("--secret-env", metavar="NAME", required=True, help="the environment variable that holds the webhook's secret")
    add("--header", action="append", default=[], metavar="NAME: VALUE", help="a header as received; several times")
    add(
        "--tolerance", type=option.seconds, metavar="SECONDS", help="allowed difference of time (default: the vendor's)"
    )


def _explaining(command: argparse.ArgumentParser) -> None:
    live.options(command)
    add = command.add_argument
    add("--connection-file", action="append", default=[], metavar="FILE", help="the connection, as its API shows it")
    add("--connection", metavar="ID", help="the connection, to be asked of the vendor's API")


_ADDED = {"verify": _verifying, "explain": _explaining}


def run(words: list[str]) -> int:
    """Run the command line; give the exit code."""
    if not words:
        sys.stderr.write(parser().format_help())
        return 2
    chosen = parser().parse_args(words)
    return _verify(chosen) if chosen.command == "verify" else _explain(chosen)


def _bytes(name: str) -> bytes:
    """The bytes as they are: of a signature every one counts. Raises `InputError`."""
    from doctor.sources import reader
    from doctor.sources import subject as subjects

    if name == "-":
        return sys.stdin.buffer.read(reader.MAX_WHOLE)
    with subjects.opened(name) as file:
        return file.read(reader.MAX_WHOLE)


# ── verify ─────────────────────────────────────────────────────────────────────────────────────────────────


def _verify(chosen: argparse.Namespace) -> int:
    from doctor.engine import webhook
    from doctor.report import webhook as report

    headers = dict(_header(one) for one in chosen.header)
    vendor = chosen.vendor or webhook.vendor_of(headers)
    if vendor is None:
        raise UsageError(
            "no header of a webhook's signature was given",
            '--header "WorkOS-Signature: t=…, v1=…", or webhook-id, webhook-timestamp and webhook-signature',
        )
    now = time.time() if chosen.at is None else option.moment(chosen.at).timestamp()
    body = _bytes(chosen.file)
    found = webhook.check(vendor, webhook.Delivery(headers, body), _secret(chosen.secret_env), now, chosen.tolerance)
    event = next(iter(_events(body)), None)
    if chosen.format == "json":
        option.write(json.text(report.row(found, event)), chosen.output)
    else:
        option.write("\n".join(report.lines(found, event, option.look(sys.stdout))) + "\n", chosen.output)
    return 0 if found.accepted else 1


def _header(given: str) -> tuple[str, str]:
    name, colon, value = given.partition(":")
    if not colon or not name.strip():
        raise UsageError(
            "--header takes a name and a value, joined by a colon", '--header "WorkOS-Signature: t=…, v1=…"'
        )
    return name.strip().lower(), value.strip()


def _secret(variable: str) -> bytes:
    """The secret as it stands there: blanks around it are one of the reasons that are looked for."""
    from doctor.sources import profile

    found = os.environ.get(profile.variable(variable, "--secret-env"))
    if not found:
        raise UsageError(f"{variable} is not set", "it holds the signing secret of the webhook's endpoint")
    return found.encode("utf-8", "surrogateescape")


def _events(body: bytes) -> tuple[Event, ...]:
    from doctor.parse import event

    return event.of_bytes(body) or ()


# ── explain ────────────────────────────────────────────────────────────────────────────────────────────────


def _explain(chosen: argparse.Namespace) -> int:
    from doctor.facts import story as stories

    body = _bytes(chosen.file)
    events = _events(body)
    if not events:
        raise UsageError(
            f"{chosen.file} holds no events",
            "give a webhook's body, the answer of GET /events, or an event on each line",
        )
    story = stories.told(events)
    diagnosis = _diagnosed(chosen, events, body)
    if chosen.format == "json":
        option.write(json.text(_data(story, events, diagnosis, personal=chosen.show_personal)), chosen.output)
    else:
        option.write(_told(story, events, diagnosis, personal=chosen.show_personal), chosen.output)
    return option.exit_code(diagnosis.verdict)


def _diagnosed(chosen: argparse.Namespace, events: tuple[Event, ...], body: bytes) -> Diagnosis:
    """The diagnosis of the events, and of the connection where it is given."""
    from doctor import casework, library

    at = None if chosen.at is None else option.moment(chosen.at)
    vendor = chosen.vendor or events[0].vendor
    options = library.Options(vendor=vendor, at=at, show_personal=chosen.show_personal)
    book = library.rulebook(options)
    case = casework.with_document(casework.empty("events", options), _document(events, body, chosen.file))
    if chosen.connection is not None:
        case = _asked(chosen, case)
    brought = casework.Evidence(connection_files=tuple(chosen.connection_file))
    case = casework.gather(case, brought, options, book)
    return casework.Session(case, book, personal=casework.personal(options)).so_far


def _asked(chosen: argparse.Namespace, case: Case) -> Case:
    """The case with what the vendor's API tells of the connection; what it does not tell is said."""
    from doctor import casework
    from doctor.sources import live as source

    given = live.access(chosen)
    found = source.connection(live.client(chosen, given), given.vendor, source.About(chosen.connection))
    if found.trouble is not None:
        live.say(f"{chosen.connection} could not be had: {found.trouble}")
    return casework.with_live(case, found, given.vendor)


def _document(events: tuple[Event, ...], body: bytes, name: str) -> Document:
    import hashlib

    from doctor.model.document import Document, Input

    digest = hashlib.sha256(body).hexdigest()
    return Document("event", name, digest, Input("json", len(body)), source=body, events=events)


def _data(story: Story, events: tuple[Event, ...], found: Diagnosis, *, personal: bool) -> dict[str, Any]:
    from doctor.report import event

    return {
        "schema": "doctor/events/1", "vendor": events[0].vendor, "story": event.row(story, personal=personal),
        "verdict": found.verdict, "headline": found.headline, "reported": [one.entry["id"] for one in found.reported],
        "findings": [json.finding(one) for one in found.findings if one.verdict in ("confirmed", "suspected")],
        "needs": [{"question": one.question, "decides": list(one.decides)} for one in found.needs],
    }  # fmt: skip


def _told(story: Story, events: tuple[Event, ...], found: Diagnosis, *, personal: bool) -> str:
    from doctor.report import event, text
    from doctor.report.safe import line

    look = option.look(sys.stdout)
    count = f"{story.events} event{'s' * (story.events != 1)}"
    lines = [f"{count} of {events[0].vendor}", *event.lines_of(story, look, personal=personal)]
    for one in found.reported:
        lines += text.wrapped(f"{one.entry['id']}: {line(one.entry['means'])}", look, "   ", "       ")
    for each in [one for one in found.findings if one.verdict in ("confirmed", "suspected")][:5]:
        lines += ["", *text.finding_lines(each, look)]
    if story.failures and found.needs:
        lines += ["", *text.wrapped(f"what would tell more: {line(found.needs[0].question)}", look, "", "   ")]
    return "\n".join(lines) + "\n"
