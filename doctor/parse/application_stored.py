"""Applications as canonical JSON, which is what a case keeps of an export, and back.

Only what doctor reads is written: exports hold client secrets, SCIM tokens, private keys and people, under more names
than any list of names could hold. Reading back trusts nothing: a field of the wrong type is absent.
"""

from __future__ import annotations

import binascii
import json
from typing import TYPE_CHECKING, Any, Final

from doctor.model.application import Address, Application, Mapped, Provisioning
from doctor.model.export import PARTS, WRONG
from doctor.parse import application_value as value
from doctor.parse import certificate as certificates

if TYPE_CHECKING:
    from datetime import datetime

    from doctor.model.document import Certificate

SCHEMA: Final = "doctor/application/1"
MAX_APPLICATIONS: Final = 500
_CERTIFICATES: Final = ("encryption_certificates", "certificates", "request_certificates")
_LISTS: Final = ("audiences", "logout_urls", "redirect_uris", "grant_types")
_WORDS: Final = ("accepts", "more_attributes", "key_ids", "changed_by", "assumed", "lost")
_FLAGS: Final = (
    "enabled", "name_id_set", "signs_response", "signs_assertion", "encrypts", "wants_signed_requests",
    "assignment_required", "pkce_required",
)  # fmt: skip
_TEXTS: Final = tuple(
    name for name in Application._fields
    if name not in (*_CERTIFICATES, *_LISTS, *_WORDS, *_FLAGS, "acs", "attributes", "assignments", "provisioning")
)  # fmt: skip


def written(found: tuple[Application, ...]) -> bytes:
    """Canonical JSON: sorted keys, no white space, certificates in base64; what is not shown is left out."""
    told = {"schema": SCHEMA, "applications": [_plain(one) for one in found]}
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode("ascii")


def _plain(one: Any) -> Any:
    if hasattr(one, "der"):
        return _certificate(one)
    if hasattr(one, "_asdict"):
        return {name: plain for name, inner in one._asdict().items() if (plain := _plain(inner)) is not None}
    return [_plain(inner) for inner in one] if isinstance(one, tuple) else one


def _certificate(one: Certificate) -> Any:
    """A certificate by its bytes; by its dates, where the export shows no more."""
    if one.der:
        return binascii.b2a_base64(one.der, newline=False).decode("ascii")
    return {"subject": one.subject, "issuer": one.issuer, "begin": _iso(one.not_before), "end": _iso(one.not_after),
            "key": one.key_type, "bits": one.key_bits, "signed": one.signature_hash}  # fmt: skip


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def is_stored(found: Any) -> bool:
    """Whether this JSON value was written by `written`."""
    return isinstance(found, dict) and found.get("schema") == SCHEMA and isinstance(found.get("applications"), list)


def read(found: dict[str, Any]) -> tuple[Application, ...]:
    """The applications in such a value."""
    return tuple(_read(one) for one in found["applications"][:MAX_APPLICATIONS] if isinstance(one, dict))


def _read(one: dict[str, Any]) -> Application:
    told: dict[str, Any] = {name: value.verbatim(one.get(name)) for name in _TEXTS}
    told |= {name: one[name] if isinstance(one.get(name), bool) else None for name in _FLAGS}
    told |= {name: value.texts(one.get(name)) for name in _LISTS}
    told |= {name: _every_text(one.get(name)) for name in _WORDS}
    told |= {name: _certificates(one.get(name), name) for name in _CERTIFICATES}
    if told["part"] not in PARTS:
        told["part"] = "application"
    if told["wrong"] not in WRONG:
        told["wrong"] = None
    told["vendor"] = told["vendor"] or "generic"
    provisioning = one.get("provisioning")
    return Application(
        **told, acs=_addresses(one.get("acs")), attributes=_attributes(one.get("attributes")),
        assignments=value.count(one.get("assignments")),
        provisioning=_provisioning(provisioning) if isinstance(provisioning, dict) else None,
    )  # fmt: skip


def _every_text(found: Any) -> tuple[str, ...]:
    """Texts that stand in the order of something else: empty ones stay."""
    return tuple(one for item in value.listed(found) if (one := value.verbatim(item)) is not None)


def _items(found: Any) -> list[dict[str, Any]]:
    return [one for one in value.listed(found) if isinstance(one, dict)]


def _addresses(found: Any) -> tuple[Address, ...] | None:
    return None if not isinstance(found, list) else tuple(
        Address(url, value.text(one.get("binding")), value.count(one.get("number")), one.get("is_default") is True)
        for one in _items(found) if (url := value.verbatim(one.get("url")))
    )  # fmt: skip


def _attributes(found: Any) -> tuple[Mapped, ...] | None:
    return None if not isinstance(found, list) else tuple(
        Mapped(name, value.verbatim(one.get("source")), one.get("sent") is not False)
        for one in _items(found) if (name := value.verbatim(one.get("name")))
    )  # fmt: skip


def _provisioning(found: dict[str, Any]) -> Provisioning:
    actions = (value.flag(found.get(name)) for name in ("create", "update", "deactivate"))
    create, update, deactivate = actions
    return Provisioning(
        value.verbatim(found.get("endpoint")), value.text(found.get("state")), create, update, deactivate,
        value.texts(found.get("mapped")), value.text(found.get("error")),
    )  # fmt: skip


def _certificates(found: Any, name: str) -> tuple[Certificate, ...] | None:
    if not isinstance(found, list):
        return None
    use = "encryption" if name.startswith("encryption") else "signing"
    read = [_dated(one) if isinstance(one, dict) else _of_bytes(one, use) for one in value.listed(found)]
    return tuple(one for one in read if one is not None)


def _of_bytes(one: Any, use: str) -> Certificate | None:
    try:
        return certificates.from_der(binascii.a2b_base64(one), use) if isinstance(one, str) else None
    except (binascii.Error, ValueError):
        return None


def _dated(one: dict[str, Any]) -> Certificate | None:
    more = {name: one.get(name) for name in ("issuer", "key", "bits", "signed")}
    return value.dated(one.get("subject"), one.get("begin"), one.get("end"), **more)
