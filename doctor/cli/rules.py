"""`doctor rules`: list, show, lint and test the rules."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from doctor.cli import option
from doctor.engine import authoring
from doctor.engine.rulebook import shipped
from doctor.model.error import UsageError
from doctor.report import rules as pages

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable


_HELP = {
    "list": "every rule, a line each",
    "show": "one rule, whole",
    "lint": "what is wrong with rule files",
    "test": "run the examples in rule files",
}


def parser() -> argparse.ArgumentParser:
    """The command's parser."""
    found = option.Parser(prog="doctor rules", description="Look at the rules, and check them.")
    commands = found.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, text in _HELP.items():
        command = commands.add_parser(name, help=text, description=text)
        option.output(command)
        if name == "show":
            command.add_argument("id", help="the rule's id")
        if name in ("list", "test"):
            command.add_argument("ids", nargs="*", metavar="WORD", help="only rules whose id holds one of these words")
    return found


def run(words: list[str]) -> int:
    """Run the command line; give the exit code."""
    chosen = parser().parse_args(words)
    return _COMMANDS[chosen.command](chosen)


def _wanted(chosen: argparse.Namespace) -> list[dict[str, Any]]:
    rows = authoring.listing(shipped())
    found = [row for row in rows if not chosen.ids or any(word in row["id"] for word in chosen.ids)]
    if not found:
        raise UsageError(f"no rule's id holds {' or '.join(chosen.ids)}", "doctor rules list shows all of them")
    return found


def _list(chosen: argparse.Namespace) -> int:
    _answer(chosen, {"schema": "doctor/rules/1", "rules": _wanted(chosen)}, pages.listing)
    return 0


def _show(chosen: argparse.Namespace) -> int:
    _answer(chosen, {"schema": "doctor/rule/1", "rule": authoring.page(shipped(), chosen.id)}, pages.page)
    return 0


def _lint(chosen: argparse.Namespace) -> int:
    problems = authoring.lint()
    _answer(chosen, {"schema": "doctor/lint/1", "problems": problems}, pages.lint)
    return 1 if problems else 0


def _test(chosen: argparse.Namespace) -> int:
    results = authoring.test([row["id"] for row in _wanted(chosen)])
    _answer(chosen, {"schema": "doctor/rule-tests/1", "results": results}, pages.tests)
    return 1 if any(not one["passed"] for one in results) else 0


def _answer(chosen: argparse.Namespace, data: dict[str, Any], drawn: Callable[[dict[str, Any], Any], str]) -> None:
    if chosen.format == "json":
        from doctor.report import json

        option.write(json.text(data), chosen.output)
    else:
        option.write(drawn(data, option.look(sys.stdout)), chosen.output)


_COMMANDS = {"list": _list, "show": _show, "lint": _lint, "test": _test}
