"""The three states of a fact that are not a value: absent, not looked at, could not look.

A fact's value is one of: a plain value, `ABSENT` (we looked, it is not there) or an `Unknown`
(we have not looked, or could not). None of them is `None`, and an `Unknown` is never false.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NoReturn


class UnknownHasNoTruth(TypeError):  # noqa: N818  (it names what is wrong)
    """Raised when code asks whether an `Unknown` is true: ignorance decides nothing."""


class Absent:
    """The single value `ABSENT`: somebody looked, and it is not there."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "ABSENT"

    def __bool__(self) -> bool:
        return False

    def __reduce__(self) -> str:
        return "ABSENT"


ABSENT: Final = Absent()


class Unknown:
    """What is missing to know a fact: names of facts, each with the reason (empty: nobody looked).

    `missing` maps the name of a fact to the reason why it has no value, such as `timeout`,
    `declined`, `encrypted`, `ambiguous`. Two unknowns join with `|`.
    """

    __slots__ = ("missing",)

    def __init__(self, missing: dict[str, str]) -> None:
        self.missing = missing

    @staticmethod
    @lru_cache(maxsize=1024)
    def of(fact: str, reason: str = "") -> Unknown:
        """The unknown that names one fact; the same one each time, since no check is without hundreds."""
        return Unknown({fact: reason})

    def __or__(self, other: Unknown) -> Unknown:
        return Unknown(self.missing | other.missing)

    def __bool__(self) -> NoReturn:
        raise UnknownHasNoTruth(f"{self!r} is neither true nor false")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unknown) and other.missing == self.missing

    def __hash__(self) -> int:
        return hash(tuple(sorted(self.missing.items())))

    def __repr__(self) -> str:
        return f"Unknown({', '.join(sorted(self.missing))})"


NOT_SHOWN: Final = "the connection does not show it"
"""Why a fact is unknown that a vendor's API leaves out: that it is not printed does not mean that there is none."""
