"""Every error that doctor raises, each with a hint that a person can act on.

DoctorError
├── UsageError          the command line or the call was wrong (exit code 2)
├── InputError          no bytes could be had of a subject (exit code 2)
└── CatalogueError      a rule, tree, provider or citation file is wrong: names file and line
"""

from __future__ import annotations


class DoctorError(Exception):
    """Anything that doctor reports instead of a result.

    `hint` says in one line what to do about it; empty when there is nothing to do.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(DoctorError):
    """The call cannot be carried out as it was given."""


class InputError(DoctorError):
    """A subject's bytes cannot be read: a missing file, a folder without files, a refused address."""


class CatalogueError(DoctorError):
    """A file of the catalogue is wrong. `problems` lists every one as `file:line: what`."""

    def __init__(self, problems: list[str]) -> None:
        head = problems[0] if len(problems) == 1 else f"{len(problems)} problems, the first: {problems[0]}"
        super().__init__(head, "doctor rules lint shows every problem; --keep-going loads the other rules")
        self.problems = problems
