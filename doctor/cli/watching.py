"""`doctor connections watch`: each state with its time, and what stands in the way of the next one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from doctor.cli import live, option
from doctor.report import json
from doctor.report import watch as page
from doctor.sources import watching
from doctor.sources.watching import Plan, Told

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from doctor.sources.live import About
    from doctor.sources.profile import Access
    from doctor.sources.vendor import Client
    from doctor.sources.watching import Ended

__all__ = ["Plan", "Told", "run", "watched"]

_CODES: Final = {"active": 0, "failed": 1, "timeout": 3, "unknown": 2}


def run(chosen: argparse.Namespace, given: Access, api: Client) -> int:
    """Watch one connection; give the exit code."""
    from doctor.sources.live import About

    look = option.look(sys.stdout)
    text = chosen.format == "text" and chosen.output is None

    def tell(told: Told) -> None:
        if text:
            option.write("\n".join(page.lines(told, look)) + "\n", None)

    about = About(chosen.id, chosen.organization)
    ended = watched(api, given.vendor, about, Plan(chosen.interval, chosen.timeout), tell)
    judged = live.judged(chosen.id, ended.trouble, f"doctor connections watch ({given.vendor})")
    if chosen.format == "json":
        option.write(json.text(page.data(chosen.id, ended) | live.wrong(judged, ended.trouble, api)), chosen.output)
    else:
        lines = [] if text else [row for one in ended.steps for row in page.lines(one, look)]
        lines += [*live.failed_lines(judged, ended.trouble, look), page.CLOSING[ended.outcome]]
        option.write("\n".join(lines) + "\n", chosen.output)
    return _CODES[ended.outcome]


def watched(api: Client, vendor: str, about: About, plan: Plan, tell: Callable[[Told], None]) -> Ended:
    """Look until it is decided; each step is diagnosed."""
    return watching.watched(watching.Watch(api, vendor, about, plan, live.diagnosed), api, tell)
