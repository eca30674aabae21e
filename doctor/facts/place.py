"""Where in its document a fact was seen, for the line that a finding points at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from doctor.model.finding import NOWHERE, Place

if TYPE_CHECKING:
    from doctor.facts.fact import View
    from doctor.model.document import Document

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
    if name.startswith("metadata.signature"):
        return document.signature.place if document.signature else NOWHERE
    if document.entity is None:
        return document.certificates[0].place if document.certificates else NOWHERE
    for prefix, roles in _ROLE_OF.items():
        if name.startswith(prefix) and "entity_id" not in name:
            return next((role.place for role in document.entity.roles if role.name in roles), document.entity.place)
    return document.entity.place
