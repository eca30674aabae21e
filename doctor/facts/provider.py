"""Which identity-provider product the evidence shows. Never guessed: no evidence, no name."""

from __future__ import annotations

from typing import Any, Final

from doctor.facts.fact import TEXT, Fact, View, mapped, record
from doctor.model.state import ABSENT

_BOTH: Final = ("idp-metadata", "sp-metadata")


def observed(view: View) -> dict[str, tuple[str, ...]]:
    """The values of a metadata document by which a product can be told."""
    entity = view.document.entity
    if entity is None:
        return {}
    roles = [role for role in entity.roles if role.name in ("idp", "wsfed-sts")]
    return {
        "entity_id": (entity.entity_id,) if entity.entity_id and roles else (),
        "sso_url": tuple(one.location for role in roles for one in role.sso),
        "cert_subject": tuple({one.subject for role in roles for one in role.certificates if one.subject}),
    }


def recognised(view: View) -> Any:
    """The product that the document shows, as the catalogue recognises it."""
    found = view.recognise(observed(view)) if view.recognise is not None else None
    return ABSENT if found is None else found


def product(view: View) -> Any:
    """The id of the identity-provider product, as in `providers.yaml`."""
    return mapped(view, "provider.recognised", lambda found: found.id)


RECOGNISED: Final = record(id=TEXT, name=TEXT, tenant=TEXT, on=TEXT, value=TEXT)
FACTS: Final = (
    Fact("provider.recognised", RECOGNISED, recognised, _BOTH, optional=True),
    Fact("provider.id", TEXT, product, _BOTH, optional=True),
)
