"""What a document given beside the evidence tells of the case: metadata of either party, a vendor's connection.

Pure: a document goes in, facts with their values come out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from doctor.facts.fact import View
from doctor.facts.registry import derivations
from doctor.model.state import ABSENT, NOT_SHOWN, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from doctor.model.document import Document


def told(document: Document, offered_as: str, now: datetime) -> Iterator[tuple[str, Any]]:
    """The facts that a document tells as what it was offered as; nothing of a kind that tells none."""
    if offered_as == "sp-metadata":
        yield from by_sp(document).items()
    elif offered_as == "idp-metadata" and document.entity is not None:
        yield "idp.expected_entity_id", document.entity.entity_id
    elif offered_as == "connection":
        yield from ((name, value) for name, value in _by_connection(document, now) if not isinstance(value, Unknown))


def not_shown(document: Document, now: datetime) -> Iterator[tuple[str, Unknown]]:
    """The facts that a connection could tell and the vendor's API leaves out: nothing is compared with them."""
    for name, value in _by_connection(document, now):
        if isinstance(value, Unknown) and name in value.missing:
            yield name, Unknown.of(name, NOT_SHOWN)


def by_sp(document: Document) -> dict[str, str]:
    """Entity ID and ACS URL that the service provider's metadata tells: the default address that takes posts, or
    else the first one."""
    entity = document.entity
    roles = [role for role in entity.roles if role.name == "sp"] if entity else []
    posts = [one for role in roles for one in role.acs if one.binding == "post"]
    best = next((one for one in posts if one.is_default), posts[0] if posts else None)
    found = {
        "sp.entity_id": entity.entity_id if entity and roles else None,
        "sp.acs_url": best.location if best else None,
    }
    return {name: value for name, value in found.items() if value}


_OF_THE_PARTIES = ("connection.", "sp.", "idp.", "organization.")


def _by_connection(document: Document, now: datetime) -> Iterator[tuple[str, Any]]:
    """What a connection alone tells of the parties, known or unknown."""
    held = document.connection or next(iter(document.connections), None)
    view = View(derivations("connection"), now, document._replace(connection=held))
    for name in view.derivations:
        if name.startswith(_OF_THE_PARTIES) and view[name] is not ABSENT:
            yield name, view[name]
