"""What a report says of a subject beside findings: the things one looks up first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from doctor.facts.fact import View
    from doctor.model.document import Certificate, Document, Entity

_HIDDEN = (
    "aggregate", "copies", "offered_as", "fetch_failure", "fetch_detail", "provider", "around", "redirect_signature",
    "exchange", "exact", "carrier",
)  # fmt: skip


def of(document: Document) -> dict[str, object]:
    """The summary of one document, as JSON data."""
    if document.entity is not None:
        return _entity(document, document.entity, document.kind)
    if document.oidc is not None:
        from doctor.engine import summary_oidc

        return summary_oidc.of(document)
    if document.certificates:
        return {"certificates": [_certificate(one) for one in document.certificates if one.problem is None]}
    if document.kind == "metadata-aggregate":
        return _aggregate(document)
    told: dict[str, object] = {key: value for key, value in document.details.items() if key not in _HIDDEN}
    if document.kind == "unknown":
        told = {"form": document.input.form, **({"root": document.input.root} if document.input.root else {}), **told}
    return told


def product(view: View) -> str | None:
    """The id of the product that the document shows."""
    if view.document.applications:
        return view.document.applications[0].vendor
    found = view["provider.recognised"] if "provider.recognised" in view.derivations else None
    return getattr(found, "id", None)


def provider(view: View) -> dict[str, object]:
    """Whose tenant at the product it is, and in which environment, where the document shows it."""
    facts = {"tenant": "tenant.id", "environment": "tenant.environment"}
    told = {name: view[fact] for name, fact in facts.items() if fact in view.derivations}
    return {name: found for name, found in told.items() if isinstance(found, str)}


def _entity(document: Document, entity: Entity, kind: str) -> dict[str, object]:
    idp = [role for role in entity.roles if role.name == "idp"]
    told: dict[str, object] = {"entity_id": entity.entity_id, "roles": sorted({role.name for role in entity.roles})}
    if kind == "idp-metadata":
        told["sso_urls"] = list(dict.fromkeys(one.location for role in idp for one in role.sso))
    acs = [one.location for role in entity.roles for one in role.acs]
    if acs and not idp:
        told["acs_urls"] = list(dict.fromkeys(acs))
    found = [one for role in (idp or entity.roles) for one in role.certificates]
    told["certificates"] = [_certificate(one) for one in found if one.problem is None]
    if document.signature is not None:
        told["signature"] = document.signature.state
    return told


def _certificate(one: Certificate) -> dict[str, Any]:
    return {
        "subject": one.subject, "issuer": one.issuer, "not_before": _time(one.not_before),
        "not_after": _time(one.not_after), "use": one.use, "key": f"{one.key_type}{one.key_bits or ''}",
        "sha256": one.sha256,
    }  # fmt: skip


def _time(value: Any) -> str | None:
    return None if value is None else value.isoformat().replace("+00:00", "Z")


def _aggregate(document: Document) -> dict[str, object]:
    told: dict[str, object] = {key: value for key, value in document.details.items() if key not in _HIDDEN}
    if document.valid_until:
        told["valid_until"] = document.valid_until
    return told
