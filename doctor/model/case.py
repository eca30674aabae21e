"""A case: everything that is known of one integration, as data that survives JSON.

Facts are never stored: they are computed anew from the evidence, so that the same case gives the same
report today and next year.
"""

# Annotations are evaluated here: kept as texts, each would be compiled on its own when its class is made, which is
# half of what importing costs.
from typing import Any, Final, NamedTuple

SCHEMA: Final = "doctor/case/1"
DECLINED: Final = "declined"


class Exhibit(NamedTuple):
    """One document as it was given: its name, its bytes, their SHA-256, and what it was offered as."""

    name: str
    sha256: str
    data: bytes
    offered_as: str | None = None


class Case(NamedTuple):
    """The evidence about one integration, and the moment at which it is judged.

    `now` is ISO 8601 in UTC. `options` and `answers` map facts to JSON values; `sources` names the option
    of each; an answer may be `{"unknown": reason}` (declined, offline …). `reports` are texts that people
    brought: an error line, a symptom, a whole ticket. `provider` is the product that somebody named.
    """

    name: str
    now: str
    documents: tuple[Exhibit, ...] = ()
    options: dict[str, Any] = {}  # noqa: RUF012  (never mutated: a case is replaced as a whole)
    answers: dict[str, Any] = {}  # noqa: RUF012
    sources: dict[str, str] = {}  # noqa: RUF012
    reports: tuple[str, ...] = ()
    provider: str | None = None
    asked: tuple[str, ...] = ()

    def with_document(self, exhibit: Exhibit) -> "Case":
        """The case with one more document; the same bytes are kept once."""
        if any(one.sha256 == exhibit.sha256 for one in self.documents):
            return self
        return self._replace(documents=(*self.documents, exhibit))

    def with_answers(self, answers: dict[str, Any], asked: str = "") -> "Case":
        """The case with these answers, and the acquisition that was asked."""
        return self._replace(
            answers={**self.answers, **answers}, asked=(*self.asked, asked) if asked else self.asked
        )  # fmt: skip


def merged(base: Case | None, mine: Case, stored: Case) -> "Case":
    """My case with what somebody else has stored since `base`, the state that I last saw there.

    What either took back stays taken back; where both changed the same answer, mine stands.
    """
    before = base or stored._replace(documents=(), options={}, answers={}, sources={}, reports=(), asked=())

    def joined(name: str) -> tuple[Any, ...]:
        old, own, theirs = getattr(before, name), getattr(mine, name), getattr(stored, name)
        kept = [one for one in theirs if one in own or one not in old]
        return (*kept, *(one for one in own if one not in kept and one not in old))

    def combined(name: str) -> dict[str, Any]:
        old, own, theirs = getattr(before, name), getattr(mine, name), getattr(stored, name)
        kept = {key: value for key, value in theirs.items() if key in own or key not in old}
        return {**kept, **{key: value for key, value in own.items() if key not in old or old[key] != value}}

    return mine._replace(
        documents=joined("documents"), reports=joined("reports"), asked=joined("asked"),
        options=combined("options"), answers=combined("answers"), sources=combined("sources"),
    )  # fmt: skip


def unknown(reason: str) -> dict[str, str]:
    """The answer that says why there is none."""
    return {"unknown": reason}
