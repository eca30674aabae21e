"""Where in its document a fact was seen, for the line that a finding points at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from doctor.model.finding import NOWHERE, Place

if TYPE_CHECKING:
    from doctor.facts.fact import View
    from doctor.model.document import Document
    from doctor.model.message import Message

_ROLE_OF: Final = {"idp.": ("idp",), "metadata.acs": ("sp",)}


def of_item(item: Any) -> Place:
    """Where an item of a collection stands."""
    place = getattr(getattr(item, "of", None), "place", NOWHERE)
    return place if isinstance(place, Place) else NOWHERE


def of_fact(view: View, name: str) -> Place:
    """Where a fact of the view's document was seen; `NOWHERE` when the fact has no one place."""
    if not view.has_document:
        return NOWHERE
    document = view.document
    if name.startswith("input."):
        return document.input.place
    value = dict.get(view, name)
    if isinstance(value, tuple) and value and (place := of_item(value[0])) is not NOWHERE:
        return place
    return _of_document(document, name)


def _of_document(document: Document, name: str) -> Place:
    if document.message is not None:
        return _of_message(document.message, name)
    if name.startswith("metadata.signature"):
        return document.signature.place if document.signature else NOWHERE
    if document.entity is None:
        return document.certificates[0].place if document.certificates else NOWHERE
    for prefix, roles in _ROLE_OF.items():
        if name.startswith(prefix) and "entity_id" not in name:
            return next((role.place for role in document.entity.roles if role.name in roles), document.entity.place)
    return document.entity.place


def _of_message(message: Message, name: str) -> Place:
    """The part of a message that a fact speaks of; the message itself when that part is missing."""
    assertions = getattr(message, "assertions", ())
    assertion = assertions[0] if assertions else message if hasattr(message, "conditions") else None
    part = next((part for begin, part in _PARTS if name.startswith(begin)), "")
    found = getattr(message, part, None) or _of_assertion(assertion, part)
    place = getattr(found or assertion or message, "place", NOWHERE)
    return place if isinstance(place, Place) else NOWHERE


def _of_assertion(assertion: Any, part: str) -> Any:
    subject = getattr(assertion, "subject", None)
    if part == "confirmation":
        return next(iter(getattr(subject, "confirmations", ())), subject)
    if part == "name_id":
        return getattr(subject, "name_id", None) or subject
    if part == "authentication":
        return next(iter(getattr(assertion, "authentications", ())), None)
    return getattr(assertion, part, None) if part else None


_PARTS: Final = (
    ("response.status", "status"), ("name_id.", "name_id"), ("response.name_id", "name_id"), ("idp.name_id", "name_id"),
    ("idp.acs_url", "confirmation"), ("acs.", "confirmation"), ("assertion.confirm", "confirmation"),
    ("assertion.recipient", "confirmation"), ("assertion.bearer", "confirmation"), ("assertion.subject", "subject"),
    ("idp.audience", "conditions"), ("audience.", "conditions"), ("assertion.audience", "conditions"),
    ("assertion.restrictions", "conditions"), ("assertion.not_", "conditions"), ("response.seconds", "conditions"),
    ("response.window", "conditions"), ("assertion.authenti", "authentication"), ("assertion.session", "authentication"),
)  # fmt: skip
"""Beginnings of facts' names, and the part of a message in which such a fact is seen."""
