"""`doctor explain`: what a rule means, when it fires, what to do, and what it rests on."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from doctor.cli import option
from doctor.engine import authoring
from doctor.engine.rulebook import shipped
from doctor.report import rules as pages

if TYPE_CHECKING:
    import argparse


def parser() -> argparse.ArgumentParser:
    """The command's parser."""
    found = option.Parser(prog="doctor explain", description="Explain a rule: what it means and what to do.")
    found.add_argument("id", metavar="ID", help="the id of a rule, as findings show it")
    found.add_argument("--provider", metavar="NAME", help="the identity provider, for the words of its console")
    option.output(found)
    return found


def run(words: list[str]) -> int:
    """Run the command line; give the exit code."""
    chosen = parser().parse_args(words)
    data = {"schema": "doctor/rule/1", "rule": authoring.page(shipped(), chosen.id, chosen.provider)}
    if chosen.format == "json":
        from doctor.report import json

        option.write(json.text(data), chosen.output)
    else:
        option.write(pages.page(data, option.look(sys.stdout)), chosen.output)
    return 0
