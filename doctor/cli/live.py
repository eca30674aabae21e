"""What the commands that talk to a vendor's API share: their options, the client, and what an answer is printed as."""

from __future__ import annotations

import os
import shlex
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from doctor.cli import option

if TYPE_CHECKING:
    import argparse

    from doctor.engine.diagnose import Diagnosis
    from doctor.model.finding import Finding
    from doctor.report.text import Look
    from doctor.sources.answer import Trouble
    from doctor.sources.live import Fetched, Live
    from doctor.sources.profile import Access
    from doctor.sources.vendor import Client

MAX_TIMEOUT: Final = 300.0
"""Seconds that gathering may take, however long one watches."""


def options(found: argparse.ArgumentParser, patience: float = 60.0) -> None:
    """Add what says which environment is asked, and how; `patience` is the default time for everything together."""
    add = found.add_argument
    add("--vendor", choices=("workos", "scalekit"), help="whose API (default: the one whose key is set)")
    add("--base-url", metavar="URL", help="address of the API (WORKOS_BASE_URL, SCALEKIT_ENVIRONMENT_URL)")
    add("--profile", metavar="NAME", help="an environment of doctor config")
    told = f"for everything together (default: {patience:.0f})"
    add("--timeout", type=option.seconds, default=patience, metavar="SECONDS", help=told)
    add(
        "--allow-private",
        action="store_true",
        help="let the API live at a private address; on this very machine it may anyway",
    )
    add("--show-personal", action="store_true", help="show names and addresses of people, which are masked otherwise")
    option.output(found)


def readable(found: argparse.ArgumentParser) -> None:
    """Add what every command that only reads has."""
    found.add_argument("--curl", action="store_true", help="ask nothing; print the same call as a curl line")


def access(chosen: argparse.Namespace) -> Access:
    """Whose API, with which key. Raises `UsageError` saying what to set."""
    from doctor.sources import profile

    wanted = profile.Wanted(chosen.vendor, chosen.base_url, chosen.profile)
    file = profile.path()
    return profile.access(wanted, os.environ, profile.load(file), profile.Keyring())


def client(chosen: argparse.Namespace, given: Access) -> Client:
    """A client within the limits of the command line."""
    from doctor.sources import live
    from doctor.sources.vendor import Limits, Manner

    limits = Limits(timeout=min(10.0, chosen.timeout), total=min(MAX_TIMEOUT, chosen.timeout))
    return live.client(given, Manner(limits, allow_private=chosen.allow_private))


def about(chosen: argparse.Namespace, **meant: str | None) -> Fetched:
    """What the API tells of what is meant: fields of `About`. Raises `UsageError` when no key is set."""
    from doctor.sources import live
    from doctor.sources.vendor import Limits, Manner

    manner = Manner(Limits(), allow_private=chosen.allow_private)
    return live.fetch(access(chosen), live.About(**meant), manner)


def say(text: str) -> None:
    """A line for the person, on standard error."""
    from doctor.report.safe import line

    print(f"doctor: {line(text)}", file=sys.stderr)  # noqa: T201


# ── what went wrong ────────────────────────────────────────────────────────────────────────────────────────


def judged(name: str, trouble: Trouble | None, source: str) -> tuple[Finding, ...]:
    """The findings about an answer of the API; none about a good one, which costs no look into the rules."""
    if trouble is None:
        return ()
    from doctor.engine import vendor
    from doctor.engine.rulebook import shipped
    from doctor.sources import live

    return vendor.findings(name, live.told(trouble), source, shipped(), datetime.now(UTC))


def code(trouble: Trouble | None) -> int:
    """The exit code: 1 when the vendor refused, 2 when nothing (or not all) could be had."""
    from doctor.sources.answer import FINAL

    if trouble is None:
        return 0
    return 1 if trouble.kind in FINAL else 2


def counted(number: int, one: str, many: str, trouble: Trouble | None) -> str:
    """How many there are, and whether these are all."""
    if trouble is None:
        return f"{number} {one if number == 1 else many}"
    return (
        f"{number} {one if number == 1 else many} so far; the list is not whole"
        if number
        else f"no {one} could be read"
    )


def failed_lines(found: tuple[Finding, ...], trouble: Trouble | None, look: Look) -> list[str]:
    """The findings in words; with what the API asks of us, and its id for support."""
    from doctor.report import text
    from doctor.report.safe import line

    lines = [row for one in found for row in ("", *text.finding_lines(one, look))]
    if trouble is not None and not found:
        lines += ["", *text.wrapped(line(str(trouble)), look, "")]
    if trouble is not None and trouble.retry_after is not None:
        lines.append(f"   the API asks to wait {trouble.retry_after:.0f} s")
    if trouble is not None and trouble.request_id:
        lines.append(f"   request id {line(trouble.request_id, 100)}")
    return lines[1:] if lines else []


def wrong(found: tuple[Finding, ...], trouble: Trouble | None, api: Client) -> dict[str, Any]:
    """The same as JSON data, with every exchange as evidence."""
    from doctor.report import json

    told = None if trouble is None else {
        "kind": trouble.kind, "status": trouble.status, "detail": trouble.detail,
        "request_id": trouble.request_id, "retry_after": trouble.retry_after,
    }  # fmt: skip
    return {"trouble": told, "findings": [json.finding(one) for one in found], "exchanges": api.evidence()}


def diagnosed(found: Live, vendor: str) -> Diagnosis:
    """The diagnosis of what a vendor's API told."""
    from doctor import casework

    return casework.diagnosed(found, vendor)


# ── the same as curl ───────────────────────────────────────────────────────────────────────────────────────


def curl(given: Access, path: str, query: dict[str, Any]) -> str:
    """Lines for a shell that ask the same; the key stays a variable."""
    from doctor.sources import workos
    from doctor.sources.profile import KEY
    from doctor.sources.vendor import base

    pairs = {name: value for name, value in query.items() if value not in (None, "")}
    host = base(given.base_url or workos.BASE).url
    where = shlex.quote(host + path + (f"?{urlencode(pairs, errors='replace')}" if pairs else ""))
    variable = KEY[given.vendor] if not given.came_from.isupper() else given.came_from
    if given.vendor == "workos":
        return f'curl -sS -H "Authorization: Bearer ${variable}" {where}\n'
    form = " ".join(
        f"--data-urlencode {one}"
        for one in ('client_id="$SCALEKIT_CLIENT_ID"', f'client_secret="${variable}"', "grant_type=client_credentials")
    )
    token = f"TOKEN=$(curl -sS {shlex.quote(host + '/oauth/token')} {form} | jq -r .access_token)\n"
    return f'{token}curl -sS -H "Authorization: Bearer $TOKEN" {where}\n'
