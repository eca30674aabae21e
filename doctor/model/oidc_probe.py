"""What a probe of an OpenID provider saw: frozen, without secrets, not judged yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from doctor.model.document import Document


class Attempt(NamedTuple):
    """One authorization request without a person, and where it ended.

    `ended`: login-page, other-page, error-page, returned-error, returned-code, left-provider, no-answer. `code` is the
    error code wherever it stood (callback, JSON, words of a page), `told` the provider's words, `look` what is compared
    with other attempts. `steps` are the addresses asked, fit to print.
    """

    name: str
    ended: str
    status: int | None = None
    code: str | None = None
    told: str | None = None
    host: str | None = None
    scope: str | None = None
    look: tuple[Any, ...] = ()
    steps: tuple[str, ...] = ()

    @property
    def returned(self) -> bool:
        """Whether the provider sent the browser back to the redirect URI."""
        return self.ended.startswith("returned-")


class Subject(NamedTuple):
    """One thing that was probed: a document, or the facts that were seen, each with what a report shows of it."""

    name: str
    document: Document | None
    facts: dict[str, Any]
    summary: dict[str, object]


class Probed(NamedTuple):
    """Everything that a probe saw, and what could not be had."""

    subjects: tuple[Subject, ...]
    context: tuple[Document, ...] = ()
    given: dict[str, Any] = {}  # noqa: RUF012  (never mutated)
    unreadable: tuple[str, ...] = ()
