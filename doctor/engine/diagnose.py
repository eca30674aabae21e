"""`diagnose`, pure: a case in; either what is needed next, or the diagnosis, out.

`diagnose` is a generator. It yields a `Need`: the acquisitions that would tell more, the best first,
and the diagnosis as it stands. Whoever drives it obtains one of them, and sends the case with it. When
something is proven, or nothing more can be obtained, it returns the `Diagnosis`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from doctor.engine import judge
from doctor.engine.diagnosis import RANK, Advice, Asking, Diagnosis
from doctor.engine.examined import Examined, Judged

if TYPE_CHECKING:
    from collections.abc import Generator

    from doctor.engine.rulebook import Rulebook
    from doctor.model.case import Case


class Need(NamedTuple):
    """What would tell more, the best first, and the diagnosis without it."""

    acquisitions: tuple[Asking, ...]
    so_far: Diagnosis


def diagnose(
    case: Case, book: Rulebook, fail_on: str = "error", personal: judge.Personal = judge.Personal()  # noqa: B008
) -> Generator[Need, Case, Diagnosis]:  # fmt: skip
    """Diagnose a case; see the module's text. `fail_on` decides between the verdicts pass and fail."""
    while True:
        examined = Examined(case, book, personal=personal)
        found = examined.diagnosis(fail_on)
        if examined.proven or not found.needs:
            return found
        case = yield Need(found.needs, found)


__all__ = ["RANK", "Advice", "Asking", "Diagnosis", "Examined", "Judged", "Need", "diagnose"]
