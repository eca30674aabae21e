"""`doctor probe scim URL`: ask a SCIM server what it offers and shows; with --write, try it on a disposable user.

The token is never an argument: other users of a machine see those, and shells remember them.
"""

from __future__ import annotations

import getpass
import os
import re
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import doctor
from doctor import library
from doctor.cli import option
from doctor.model.error import UsageError
from doctor.model.scim import MANNERS

if TYPE_CHECKING:
    import argparse

    from doctor.model.finding import Report
    from doctor.model.scim import Probed
    from doctor.sources.scim_door import Door, Endpoint
    from doctor.sources.secret import Secret

DOMAIN: Final = "doctor.invalid"
"""No mail ever reaches it (RFC 2606)."""
_DOMAIN: Final = re.compile(r"(?=.{1,200}$)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")
HELP: Final = "whether a SCIM server takes the token, shows users, and does what identity providers ask of it"
_WARNING: Final = """\
--write tries the server with a disposable user:
  user     {user}
  server   {host}
  it is created, read, renamed, made inactive, read again and deleted: about ten requests.
This reaches production. The application may send an invitation, take a licence, call webhooks, or tell its
administrators; logs and audit trails keep the user's name. No other user is touched."""


def options(found: argparse.ArgumentParser) -> None:
    """Add what `doctor probe scim` takes."""
    add = found.add_argument
    add("url", metavar="URL", help="the SCIM base URL, as it is set at the identity provider")
    token = found.add_mutually_exclusive_group()
    token.add_argument("--token-env", metavar="NAME", help="the environment variable that holds the bearer token")
    token.add_argument("--token-stdin", action="store_true", help="read the token from standard input")
    add(
        "--contrast",
        action="append",
        default=[],
        choices=("token", "path"),
        help="ask once more with a wrong token, or at a neighbouring address; servers may count that as an attack",
    )
    add("--write", action="store_true", help="try it on a disposable user; reaches production, asks for consent")
    add(
        "--as",
        dest="manner",
        choices=MANNERS,
        default="rfc",
        help="--write: how changes are written: PATCH of the RFC, as Entra, or PUT as Okta's wizard (default: rfc)",
    )
    add(
        "--domain",
        metavar="DOMAIN",
        type=domain,
        default=DOMAIN,
        help=f"--write: the domain of the user, where the server takes only known ones (default: {DOMAIN})",
    )
    add("--confirm", metavar="HOST", help="--write: the host typed back, where nobody can be asked")
    add("--provider", metavar="NAME", help="the identity provider (id or name), for the words of its console")
    add("--timeout", type=option.wait, default=10.0, metavar="SECONDS", help="the longest wait (default: 10)")
    add("--allow-private", action="store_true", help="let the name lead to private and loopback addresses")
    add("--fail-on", choices=library.FAIL_ON, default="error", help="exit 1 at this severity (default: error)")
    option.output(found)  # fmt: skip


def domain(text: str) -> str:
    """A domain name. Raises `UsageError`."""
    if not _DOMAIN.fullmatch(text):
        raise UsageError(f"{text!r} is no domain", "write it as --domain acme.com; the name before the @ is random")
    return text.lower()


def run(chosen: argparse.Namespace) -> int:
    """Probe, write the report, give the exit code: 130 after Ctrl-C, 2 when no answer came."""
    from doctor.sources import scim, scim_door

    where = scim_door.endpoint(chosen.url)
    token = _token(chosen, where)
    option.say_unknown_provider(chosen.provider)
    user = scim.disposable(chosen.domain)
    if chosen.write:
        _consent(chosen, where, user)
    limits = scim_door.Limits(chosen.allow_private, chosen.timeout, chosen.timeout * 6)
    door = scim_door.Door(where, token, limits)
    found = scim.probe(door, tuple(chosen.contrast))
    if chosen.write:
        found = _drilled(door, found, user, chosen.manner)
    report = _judged(found, chosen)
    option.write(_written(report, chosen), chosen.output)
    if found.drill is not None and found.drill.interrupted:
        return 130
    if report.unreadable:
        return 2
    return 1 if report.verdict == "fail" else 0


def _drilled(door: Door, found: Probed, user: str, manner: str) -> Probed:
    """With the drill, where the server shows its users at all."""
    if found.answer != "ok":
        _say("nothing was written: the server does not show its users to this token")
        return found
    from doctor.sources import scim_drill

    patch = found.announced.get("patch", True)
    door.renew(door.limits.total)
    done = scim_drill.drill(door, user, manner, patch=patch, say=_say)
    return found._replace(drill=done, steps=tuple(door.steps))


def _judged(found: Probed, chosen: argparse.Namespace) -> Report:
    from doctor.engine import probe_scim
    from doctor.engine.rulebook import shipped

    book = shipped()
    provider = book.provider_id(chosen.provider) if chosen.provider else None
    return probe_scim.report(found, book, datetime.now(UTC), provider, chosen.fail_on)


def _written(report: Report, chosen: argparse.Namespace) -> str:
    if chosen.format == "json":
        from doctor.report import json

        return json.report(report, doctor.__version__)
    from doctor.report import probe_scim

    return probe_scim.report(report, option.look(sys.stdout))


# ── the token, and consent ─────────────────────────────────────────────────────────────────────────────────


def _token(chosen: argparse.Namespace, where: Endpoint) -> Secret:
    if chosen.token_env:
        text = os.environ.get(chosen.token_env)
        if text is None:
            raise UsageError(f"{chosen.token_env} is not set", "export it, or leave --token-env away to be asked")
        return _secret(text, chosen.token_env)
    if chosen.token_stdin:
        return _secret(sys.stdin.readline(65536), "standard input")
    if not sys.stdin.isatty():
        raise UsageError("there is no token", "--token-env NAME names the variable that holds it, or --token-stdin")
    return _secret(getpass.getpass(f"Bearer token for {where.host} (not shown): ", sys.stderr), "the token")


def _secret(text: str, origin: str) -> Secret:
    from doctor.sources import secret

    if text.strip().lower().startswith("bearer "):
        raise UsageError(
            f"{origin} begins with the word Bearer", "leave the word out, at the identity provider as well"
        )
    try:
        return secret.given(text, origin)
    except UsageError as error:
        raise UsageError(str(error), "copy the token again, whole, from the directory's page") from None


def _consent(chosen: argparse.Namespace, where: Endpoint, user: str) -> None:
    """The host typed back. Raises `UsageError` when it is not."""
    _say(_WARNING.format(user=user, host=where.host))
    typed = chosen.confirm
    if typed is None:
        if chosen.token_stdin or not sys.stdin.isatty():
            raise UsageError("--write needs consent, and nobody can be asked", f"--confirm {where.host} gives it")
        sys.stderr.write(f"Type {where.host} to go on: ")
        sys.stderr.flush()
        typed = input()
    if typed.strip().lower() != where.host.lower():
        raise UsageError("nothing was sent: the host was not typed back", f"it is {where.host}")


def _say(text: str) -> None:
    from doctor.report.safe import line

    for one in text.split("\n"):
        print(line(one, 200), file=sys.stderr, flush=True)  # noqa: T201
