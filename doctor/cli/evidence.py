"""What a command line brings to a case: facts, its name, addresses, files; each is checked, what is wrong is said."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from doctor import casework, library
from doctor.model.error import InputError, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from doctor.engine.rulebook import Rulebook
    from doctor.model.case import Case
    from doctor.model.error import DoctorError


def facts(given: Iterable[str]) -> dict[str, str]:
    """The facts of `--set FACT=VALUE`, each with its text. Raises `UsageError`."""
    from doctor.engine import answer

    found = {}
    for text in given:
        name, separator, value = text.partition("=")
        if not separator:
            raise UsageError(f"--set {text}: a fact and its value are joined by =", "--set connection.state=validating")
        found[answer.settable(name.strip()).name] = value
    return found


def case_name(given: str | None) -> str | None:
    """The name of `--case`. Raises `UsageError` for one that nobody could read or type."""
    if given is not None and (not given.strip() or not given.isprintable()):
        raise UsageError("a case needs a name of printable characters", "--case acme")
    return given


def address(option: str, given: str | None, *, app: bool = False) -> None:
    """Refuse what is no whole address of the web (or, with `app`, of an installed application). Raises `UsageError`."""
    from doctor.facts.address import is_whole

    if given is not None and not is_whole(given, app=app):
        raise UsageError(f"{option}: {given!r} is no address", f"write it whole: {option} https://…")


def read_into(case: Case, chosen: argparse.Namespace, book: Rulebook) -> tuple[Case, bool]:
    """The case with the files of the command line; what cannot be read is said, the rest counts."""
    unreadable = False
    each = [casework.Evidence((word,)) for word in chosen.evidence]
    each += [casework.Evidence(connection_files=(word,)) for word in chosen.connection_file]
    for one in each:
        try:
            case = casework.gather(case, one, library.Options(allow_private=chosen.allow_private), book)
        except InputError as error:
            unreadable = True
            say(error)
    return case, unreadable


def say(error: DoctorError) -> None:
    """An error that stops nothing, on standard error."""
    from doctor.report.safe import line

    print(f"doctor: {line(str(error))}" + (f" ({line(error.hint)})" if error.hint else ""), file=sys.stderr)  # noqa: T201
