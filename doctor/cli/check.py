"""`doctor check`: judge subjects and print the report."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import doctor
from doctor import library
from doctor.cli import option

if TYPE_CHECKING:
    import argparse


def parser() -> argparse.ArgumentParser:
    """The command's parser."""
    found = option.Parser(
        prog="doctor check", description="Judge each subject by itself. Its kind is recognised from the content."
    )
    found.add_argument(
        "subjects", nargs="+", metavar="SUBJECT", help="file, folder, pattern, URL or - for standard input"
    )
    option.party(found)
    option.environment(found)
    found.add_argument("--vendor", choices=("workos", "scalekit"), help="who holds the connection")
    option.output(found)
    found.add_argument("--compact", action="store_true", help="text: one line for each finding")
    found.add_argument(
        "--fail-on", choices=library.FAIL_ON, default="error", help="exit 1 at this severity (default: error)"
    )
    option.own_rules(found)
    return found


def run(words: list[str]) -> int:
    """Run the command line; give the exit code."""
    chosen = parser().parse_args(words) if "--" in words else parser().parse_intermixed_args(words)
    option.spare(chosen.output, *chosen.subjects, chosen.idp_metadata, chosen.sp_metadata, chosen.decryption_key)
    held, lost = _connection(chosen)
    report = library.check(
        *dict.fromkeys(chosen.subjects), progress=progress if sys.stderr.isatty() else None,
        fail_on=chosen.fail_on, **option.told(chosen), rules=chosen.rules, keep_going=chosen.keep_going,
        connection=held, vendor=chosen.vendor,
    )  # fmt: skip
    option.say_unknown_provider(chosen.provider)
    option.write(_written(report, chosen), chosen.output)
    if report.unreadable or lost:
        return 2
    return 1 if report.verdict == "fail" else 0


def _connection(chosen: argparse.Namespace) -> tuple[bytes | None, bool]:
    """The connection of the options as the vendor's API shows it; and whether it was asked for and could not be had."""
    if chosen.connection is None:
        return None, False
    from doctor.cli import live

    found = live.about(chosen, connection=chosen.connection).live
    if found.trouble is not None:
        live.say(f"--connection {chosen.connection}: {found.trouble}; nothing was compared with it")
    document = found.documents[0] if found.documents else None
    return (document.source if document else None), found.trouble is not None


def _written(report: doctor.Report, chosen: argparse.Namespace) -> str:
    if chosen.format == "json":
        from doctor.report import json

        return json.report(report, doctor.__version__)
    from doctor.engine.rulebook import shipped
    from doctor.report import text

    look = option.look(sys.stdout, compact=chosen.compact, rules=chosen.rules or "")
    return text.report(report, look, shipped().names)


def progress(name: str, entities: int) -> None:
    """Say on standard error how far a long aggregate is."""
    sys.stderr.write(f"\r{name}: {entities:,} entities\x1b[K")
    sys.stderr.flush()
