"""Questions on a terminal: why each is asked, its choices, "I don't know", back, and how to find out.

Questions go to standard error: standard output stays data.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from doctor.engine import answer
from doctor.model.error import DoctorError, UsageError
from doctor.report.safe import line as safe

if TYPE_CHECKING:
    from collections.abc import Callable

    from doctor.casework import Session
    from doctor.engine.diagnose import Asking

_KEYS = "enter: I don't know · ?: how to find out · b: back · q: stop, keep the case"


def conversation(session: Session, keep: Callable[[Session], None]) -> None:
    """Ask until nothing more can be asked, or the person stops."""
    while session.need is not None:
        asking = session.need.acquisitions[0]
        _show(asking)
        try:
            print("> ", end="", file=sys.stderr, flush=True)  # noqa: T201  (input() would write it to stdout)
            reply = input().strip()
        except (EOFError, KeyboardInterrupt):
            _say("\nthe case is kept; doctor cases resume goes on")
            return
        if reply == "q":
            return
        _take(session, asking, reply)
        keep(session)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201


def _show(asking: Asking) -> None:
    _say(f"\n{safe(asking.question)}")
    _say(f"  asked because it {asking.why}")
    for number, (label, _) in enumerate(asking.choices, 1):
        _say(f"  {number}. {safe(label)}")
    _say(f"  {_KEYS}")


def _take(session: Session, asking: Asking, reply: str) -> None:
    if reply == "?":
        _say(f"  {safe(asking.help or 'Ask whoever can see it, or leave it open.')}")
    elif reply == "b":
        if not session.back():
            _say("  there is nothing to take back")
    elif not reply:
        session.answer(asking, {})
    else:
        _answered(session, asking, reply)


def _answered(session: Session, asking: Asking, reply: str) -> None:
    try:
        facts = _facts(session, asking, reply)
    except DoctorError as error:
        _say(f"  {safe(str(error))}" + (f" ({safe(error.hint)})" if error.hint else ""))
        return
    if facts is not None:
        session.answer(asking, facts)


def _facts(session: Session, asking: Asking, reply: str) -> dict[str, Any] | None:
    """The facts that a reply tells; None when it brought a document instead."""
    if asking.kind == "document" or (not asking.choices and os.path.isfile(reply)):  # noqa: PTH113
        _take_document(session, reply)
        return None
    if asking.choices:
        for number, (label, facts) in enumerate(asking.choices, 1):
            if reply.lower() in (str(number), label.lower()):
                return facts
        raise UsageError(f"answer with a number from 1 to {len(asking.choices)}")
    name = asking.provides[0]
    return {name: answer.value(name, reply)}


def _take_document(session: Session, path: str) -> None:
    from doctor import casework, library

    evidence = casework.Evidence((path,))
    session.go_on(casework.gather(session.case, evidence, library.Options(), session.book))
