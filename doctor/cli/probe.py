"""`doctor probe`: measure what answers on the network, and judge it."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import doctor
from doctor import library
from doctor.cli import option, probe_oidc, probe_scim

if TYPE_CHECKING:
    import argparse

    from doctor.model.finding import Report

KINDS: Final = {
    "clock": "whose clock is off, by how much: by HTTP Date, and against time servers",
    "scim": probe_scim.HELP,
    "oidc": probe_oidc.HELP,
}
"""What can be probed, each with its one line of help."""


def parser() -> argparse.ArgumentParser:
    """The command's parser."""
    found = option.Parser(prog="doctor probe", description="Measure what answers on the network, and judge it.")
    kinds = found.add_subparsers(dest="probed", metavar="KIND", required=True)
    clock(kinds.add_parser("clock", help=KINDS["clock"], description=f"Tells {KINDS['clock']}."))
    probe_scim.options(kinds.add_parser("scim", help=KINDS["scim"], description=f"Tells {KINDS['scim']}."))
    probe_oidc.add(kinds.add_parser("oidc", help=KINDS["oidc"], description=f"Asks {KINDS['oidc']}."))
    return found


def clock(found: argparse.ArgumentParser) -> None:
    """Add what `doctor probe clock` takes."""
    add = found.add_argument
    add("hosts", nargs="+", metavar="HOST", help="a server: its name, name:port or URL; asked for / by https")
    add("--ntp", action="append", default=[], metavar="SERVER", help="a time server that tells true time")
    add("--timeout", type=option.seconds, default=10.0, metavar="SECONDS", help="the longest wait (default: 10)")
    allowed = "what the service provider allows (default: 300)"
    add("--clock-tolerance", type=option.seconds, metavar="SECONDS", help=allowed)
    add("--allow-private", action="store_true", help="let names lead to private and loopback addresses")
    add("--fail-on", choices=library.FAIL_ON, default="error", help="exit 1 at this severity (default: error)")
    option.output(found)


def run(words: list[str]) -> int:
    """Run the command line; give the exit code."""
    if not words:
        sys.stderr.write(parser().format_help())
        return 2
    chosen = parser().parse_args(words)
    if chosen.probed == "scim":
        return probe_scim.run(chosen)
    if chosen.probed == "oidc":
        return probe_oidc.run(chosen)
    report = _clock(chosen)
    option.write(_written(report, chosen), chosen.output)
    if report.unreadable:
        return 2
    return 1 if report.verdict == "fail" else 0


def _clock(chosen: argparse.Namespace) -> Report:
    from doctor.engine import probe
    from doctor.engine.rulebook import shipped
    from doctor.sources import clock as source

    limits = source.Limits(chosen.allow_private, chosen.timeout)
    measured = (*source.time_servers(chosen.ntp, limits), *source.hosts(chosen.hosts, limits))
    tolerance = {} if chosen.clock_tolerance is None else {"clock.tolerance_seconds": chosen.clock_tolerance}
    return probe.report(measured, shipped(), datetime.now(UTC), tolerance, chosen.fail_on)


def _written(report: Report, chosen: argparse.Namespace) -> str:
    if chosen.format == "json":
        from doctor.report import json

        return json.report(report, doctor.__version__)
    from doctor.report import probe

    return probe.report(report, option.look(sys.stdout))
