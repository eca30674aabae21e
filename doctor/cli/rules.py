"""`doctor rules`: list, show, lint, test, draw and begin rules."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from doctor.cli import option
from doctor.engine import authoring
from doctor.engine.rulebook import shipped
from doctor.model.error import CatalogueError, UsageError
from doctor.report import rules as pages

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable


_HELP = {
    "list": "every rule, a line each",
    "show": "one rule, whole",
    "lint": "what is wrong with rule files",
    "test": "run the examples in rule and tree files",
    "graph": "a tree as Mermaid",
    "schema": "the JSON Schema of rule files, for editors",
    "new": "begin a rule: its file, with examples that hold",
    "coverage": "which known error texts lead to a tested rule",
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
        if name in ("list", "show"):
            option.own_rules(command)
        if name in ("lint", "test"):
            command.add_argument("--rules", metavar="DIR", help="a folder of rules of your own")
        if name == "test":
            command.add_argument(
                "--mutants", action="store_true", help="change each rule and see whether an example notices"
            )
        if name == "graph":
            command.add_argument("id", help="the tree's id")
        if name == "new":
            command.add_argument("id", help="the new rule's id: lower-case words joined by hyphens")
            _beginning(command)
        if name in ("list", "test"):
            command.add_argument("ids", nargs="*", metavar="WORD", help="only rules whose id holds one of these words")
    return found


def _beginning(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("--fact", required=True, help="the fact it begins with; of a collection each item is judged")
    add("--field", default="", help="of a collection: the field that is compared (default: its first)")
    add("--cite", metavar="KEY", default="", help="the citation it rests on (default: one that is marked as open)")
    add("--dir", default="rules", help="the folder for its file, made when there is none (default: rules)")


def run(words: list[str]) -> int:
    """Run the command line; give the exit code."""
    chosen = parser().parse_args(words)
    return _COMMANDS[chosen.command](chosen)


def _wanted(chosen: argparse.Namespace) -> list[dict[str, Any]]:
    rows = authoring.listing(option.book(chosen))
    found = [row for row in rows if not chosen.ids or any(word in row["id"] for word in chosen.ids)]
    if not found:
        raise UsageError(f"no rule's id holds {' or '.join(chosen.ids)}", "doctor rules list shows all of them")
    return found


def _list(chosen: argparse.Namespace) -> int:
    _answer(chosen, {"schema": "doctor/rules/1", "rules": _wanted(chosen)}, pages.listing)
    return 0


def _show(chosen: argparse.Namespace) -> int:
    _answer(chosen, {"schema": "doctor/rule/1", "rule": authoring.page(option.book(chosen), chosen.id)}, pages.page)
    return 0


def _lint(chosen: argparse.Namespace) -> int:
    problems = authoring.lint(extra=_folder(chosen.rules))
    _answer(chosen, {"schema": "doctor/lint/1", "problems": problems}, pages.lint)
    return 1 if problems else 0


def _folder(given: str | None) -> Path | None:
    if given is not None and not Path(given).is_dir():
        raise UsageError(f"there is no folder {given}")
    return Path(given) if given is not None else None


def _test(chosen: argparse.Namespace) -> int:
    if problems := authoring.load_problems(_folder(chosen.rules)):
        raise CatalogueError(problems)
    if chosen.mutants:
        return _mutants(chosen)
    results = authoring.tested(chosen.ids, _folder(chosen.rules))
    if not results:
        raise UsageError(f"no example belongs to {' or '.join(chosen.ids)}", "doctor rules list shows the rules")
    _answer(chosen, {"schema": "doctor/rule-tests/1", "results": results}, pages.tests)
    return 1 if any(not one["passed"] for one in results) else 0


def _mutants(chosen: argparse.Namespace) -> int:
    rules, found = authoring.mutants(chosen.ids, _folder(chosen.rules))
    if not rules:
        said = f"no rule's id holds {' or '.join(chosen.ids)}" if chosen.ids else f"there is no rule in {chosen.rules}"
        raise UsageError(said, "doctor rules list shows the rules")
    data = {"schema": "doctor/rule-mutants/1", "mutants": found}
    _answer(chosen, data, pages.mutants if found else lambda _data, _look: pages.changeless(len(rules)))
    return 0


def _graph(chosen: argparse.Namespace) -> int:
    from doctor.catalogue.rule import did_you_mean
    from doctor.engine import graph

    trees = {one.id: one for one in shipped().trees}
    if chosen.id not in trees:
        raise UsageError(
            f"there is no tree {chosen.id!r}{did_you_mean(chosen.id, trees)}", f"trees: {', '.join(trees)}"
        )
    data = {"schema": "doctor/graph/1", "tree": chosen.id, "mermaid": graph.mermaid(trees[chosen.id])}
    _answer(chosen, data, lambda found, _look: str(found["mermaid"]))
    return 0


def _schema(chosen: argparse.Namespace) -> int:
    from doctor.engine import scaffold
    from doctor.report import json

    option.write(json.text(scaffold.schema()), chosen.output)
    return 0


def _new(chosen: argparse.Namespace) -> int:
    from doctor.engine import scaffold

    text = scaffold.rule(chosen.id, chosen.fact, chosen.cite, chosen.field)
    path = Path(chosen.dir) / f"{chosen.id}.yaml"
    if chosen.id in shipped().ids or path.exists():
        raise UsageError(f"there is a rule {chosen.id} already", "ids are never reused")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"cannot write {path}: {error.strerror or error}", "--dir names the folder for the file"
        ) from None
    option.write(f"{path}\n", chosen.output)
    return 0


def _coverage(chosen: argparse.Namespace) -> int:
    _answer(chosen, {"schema": "doctor/coverage/1", **authoring.coverage(shipped())}, pages.coverage)
    return 0


def _answer(chosen: argparse.Namespace, data: dict[str, Any], drawn: Callable[[dict[str, Any], Any], str]) -> None:
    if chosen.format == "json":
        from doctor.report import json

        option.write(json.text(data), chosen.output)
    else:
        option.write(drawn(data, option.look(sys.stdout)), chosen.output)


_COMMANDS = {
    "list": _list, "show": _show, "lint": _lint, "test": _test, "graph": _graph, "schema": _schema, "new": _new,
    "coverage": _coverage,
}  # fmt: skip
