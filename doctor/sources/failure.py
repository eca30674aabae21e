"""Why a fetch ends early, and the budget of time that ends it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

Failure = Literal[
    "bad-url", "dns", "refused", "timeout", "tls", "private-address",
    "too-large", "redirects", "scheme", "protocol", "evidence-url",
]  # fmt: skip
"""Why nothing (or not all) came back. `refused` covers every address that does not take the connection."""


class FetchError(Exception):
    """Carries a failure out of httpcore, up to `http.fetch`, which never lets it out."""

    def __init__(self, failure: Failure, detail: str) -> None:
        super().__init__(detail)
        self.failure: Failure = failure
        self.detail = detail


class Budget(NamedTuple):
    """The time that a fetch may take: everything until `deadline`, each wait `step` seconds, both by `clock`."""

    deadline: float
    step: float
    clock: Callable[[], float]

    def left(self) -> float:
        """How many seconds the next wait may take."""
        left = self.deadline - self.clock()
        if left <= 0:
            raise self.spent()
        return min(left, self.step)

    def spent(self) -> FetchError:
        """The failure of a wait that took too long, told as what ran out."""
        whole = self.clock() >= self.deadline
        said = "not finished within the time allowed for everything" if whole else f"silent for {self.step:g} s"
        return FetchError("timeout", said)
