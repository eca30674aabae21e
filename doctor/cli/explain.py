"""`doctor explain`: what a rule or an error text means, what to do, and what it rests on."""

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


def parser() -> argparse.ArgumentParser:
    """The command's parser."""
    found = option.Parser(prog="doctor explain", description="Explain a rule, or an error text.")
    found.add_argument("words", nargs="+", metavar="ID_OR_ERROR_TEXT", help="the id of a rule, or an error text")
    found.add_argument("--provider", metavar="NAME", help="the identity provider: leaves out texts of other ones")
    option.output(found)
    return found


def run(words: list[str]) -> int:
    """Run the command line; give the exit code."""
    chosen = parser().parse_args(words)
    text = " ".join(chosen.words).encode("utf-8", "replace").decode()
    option.say_unknown_provider(chosen.provider)
    provider = shipped().provider_id(chosen.provider)
    if text in shipped().ids:
        _answer(chosen, {"schema": "doctor/rule/1", "rule": authoring.page(shipped(), text, provider)}, pages.page)
        return 0
    _answer(chosen, _matched(text, provider), pages.error_texts)
    return 0


def _matched(text: str, provider: str | None) -> dict[str, Any]:
    from doctor.engine.report_text import matches
    from doctor.report.diagnosis import reported

    found = matches(text, shipped().errors, provider)
    if not found:
        from doctor.catalogue.rule import did_you_mean

        near = did_you_mean(text, shipped().ids)
        raise UsageError(
            f"no rule and no known error text is {text[:200]!r}{near}", "doctor rules list shows the rules"
        )
    return {"schema": "doctor/explained/1", "provider": provider, "matches": [reported(one) for one in found]}


def _answer(chosen: argparse.Namespace, data: dict[str, Any], drawn: Any) -> None:
    if chosen.format == "json":
        from doctor.report import json

        option.write(json.text(data), chosen.output)
    else:
        option.write(drawn(data, option.look(sys.stdout)), chosen.output)
