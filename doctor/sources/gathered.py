"""What is gathered of a vendor's objects: the form of it, what was asked for, and which module can ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from doctor.sources import scalekit, workos

if TYPE_CHECKING:
    from types import ModuleType

    from doctor.facts.story import Story
    from doctor.model.connection import Organization
    from doctor.model.document import Document
    from doctor.model.event import Event
    from doctor.sources.answer import Trouble
    from doctor.sources.dns import Record


class About(NamedTuple):
    """Which connection is meant, and of whom: `user_domain` is the domain of the person who cannot sign in."""

    connection: str | None = None
    organization: str | None = None
    user_domain: str | None = None
    directory: str | None = None


class Live(NamedTuple):
    """Everything about one object. `documents` are evidence for a case, `facts` are told beside them.

    With `trouble` the object itself could not be had; `notes` say what else is missing, and what is odd.
    `item` is the object as the API shows it.
    """

    item: dict[str, Any]
    documents: tuple[Document, ...] = ()
    facts: dict[str, Any] = {}  # noqa: RUF012  (never mutated)
    trouble: Trouble | None = None
    notes: tuple[str, ...] = ()
    story: Story | None = None
    organization: Organization | None = None
    records: dict[str, Record] = {}  # noqa: RUF012  (by domain, of those that are not verified)
    happened: tuple[Event, ...] = ()
    """The events of which `story` tells."""


def module(vendor: str) -> ModuleType:
    """The module of a vendor."""
    return {"workos": workos, "scalekit": scalekit}[vendor]


def told(trouble: Trouble | None) -> dict[str, Any]:
    """The facts that an answer of the API tells, whatever it is."""
    if trouble is None:
        return {"vendor.answer": "ok"}
    facts: dict[str, Any] = {"vendor.answer": trouble.kind, "vendor.answer_detail": trouble.detail or str(trouble)}
    if trouble.kind in ("key-rejected", "permission-missing", "rate-limited") and trouble.status:
        facts["vendor.api_status"] = trouble.status
    return facts
