"""Connections as the vendors' APIs give them, in one normal form.

Both vendors, the states of their documents, of their current specifications and the deprecated ones;
an unknown word is kept as it was given. Secrets (`client_secret`) are never copied.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from doctor.model.connection import Connection, Domain
from doctor.parse import certificate

if TYPE_CHECKING:
    from doctor.model.document import Certificate

STATES: Final = {
    "requires_type": "draft", "draft": "draft", "validating": "validating", "active": "active", "inactive": "inactive",
    "deleting": "deleting", "linked": "active", "unlinked": "inactive", "invalid_credentials": "credentials-invalid",
}  # fmt: skip
"""WorkOS: `state`, and the deprecated `status`, to doctor's words."""
_SCALEKIT: Final = {"DRAFT": "draft", "IN_PROGRESS": "validating"}
WORDS: Final = frozenset(
    word.lower().replace("_", "-") for word in (*STATES, *STATES.values(), *_SCALEKIT, "COMPLETED", "unknown")
)
"""Every word for a state that somebody may ask for: both vendors' and doctor's own."""
_PROTOCOLS: Final = (("saml", "saml"), ("oidc", "oidc"), ("oauth", "oauth"), ("magiclink", "other"))
_PROVIDERS: Final = {"MICROSOFT_AD": "entra-id", "PING_IDENTITY": "pingone", "GOOGLE": "google-workspace"}


def read_all(value: Any) -> tuple[Connection, ...]:
    """Every connection in a JSON answer: one object, a wrapped one, or a list of either vendor."""
    return tuple(_one(item) for item in _items(value) if isinstance(item, dict))


def _items(value: Any) -> list[Any]:
    if isinstance(value, dict):
        for key in ("data", "connections"):
            if isinstance(value.get(key), list):
                return list(value[key])
        return [value.get("connection", value)]
    return value if isinstance(value, list) else []


def _one(item: dict[str, Any]) -> Connection:
    found = _scalekit(item) if _is_scalekit(item) else _workos(item)
    return found._replace(shows_organization="organization_id" in item)


def _is_scalekit(item: dict[str, Any]) -> bool:
    return any(isinstance(item.get(key), dict) for key in ("saml_config", "oidc_config", "oauth_config")) or (
        "provider" in item and "connection_type" not in item
    )


def text(item: dict[str, Any], *names: str) -> str | None:
    """The first of these members that holds a text."""
    for name in names:
        value = item.get(name)
        if isinstance(value, str) and value.strip():
            return value
    return None


def _workos(item: dict[str, Any]) -> Connection:
    given = text(item, "state") or text(item, "status") or ""
    kind = text(item, "connection_type", "type") or ""
    options = item.get("options") if isinstance(item.get("options"), dict) else {}
    signing = [text(options, "signing_cert")] if options else []
    listed = item.get("saml_idp_signing_certs")  # of the call that lists them, kept beside the connection
    signing += [text(one, "value") for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    values = {**item, **(options or {})}
    return Connection(
        vendor="workos", id=text(item, "id"), name=text(item, "name"), organization_id=text(item, "organization_id"),
        state=STATES.get(given.lower()), state_given=given, enabled=None, protocol=_protocol(kind), type=kind,
        provider=None, domains=_domains(item.get("domains")), certificates=_certificates(signing),
        acs_url=text(values, "acs_url"), sp_entity_id=text(values, "sp_entity_id"),
        idp_entity_id=text(values, "idp_entity_id"), idp_sso_url=text(values, "idp_sso_url"),
        metadata_url=text(values, "idp_metadata_url"), redirect_uri=text(values, "redirect_uri"),
        signing_option=None, idp_initiated=None, holds_metadata=None, notes=_workos_notes(item),
        created_at=text(item, "created_at"), updated_at=text(item, "updated_at"),
    )  # fmt: skip


def _workos_notes(item: dict[str, Any]) -> tuple[str, ...]:
    state, status = (text(item, name) or "" for name in ("state", "status"))
    told = []
    normal, older = STATES.get(state.lower()), STATES.get(status.lower())
    if state and status and normal != older and not (normal == "validating" and older == "inactive"):
        told.append(f"state says {state}, the deprecated status says {status}; the state counts")
    if state and state.lower() not in _DOCUMENTED and normal is not None:
        told.append(f"the state {state} stands in no document: they know draft, validating, active and inactive")
    return (*told, *_unknown(state or status, normal or older))


def _unknown(given: str, normal: str | None) -> tuple[str, ...]:
    """What to say of a state that doctor does not know."""
    return () if normal or not given else (f"doctor does not know the state {given}; it is shown as it was given",)


_DOCUMENTED: Final = frozenset({"draft", "active", "inactive", "validating"})


def _scalekit(item: dict[str, Any]) -> Connection:
    saml = item.get("saml_config") if isinstance(item.get("saml_config"), dict) else {}
    oidc = item.get("oidc_config") if isinstance(item.get("oidc_config"), dict) else {}
    kind = text(item, "type") or ""
    given = (text(item, "status") or "").upper()
    enabled = item.get("enabled") if isinstance(item.get("enabled"), bool) else None
    listed = saml.get("idp_certificates") if saml else None
    texts = [text(one, "certificate") for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    idp = text(saml or {}, "idp_entity_id", "idp_sso_url")
    return Connection(
        vendor="scalekit", id=text(item, "id"), name=text(item, "organization_name", "key_id"),
        organization_id=text(item, "organization_id"), state=_scalekit_state(given, enabled=enabled),
        state_given=given,
        enabled=enabled, protocol=_protocol(kind), type=kind, provider=_provider(text(item, "provider")),
        domains=_domains(item.get("domains")), certificates=_certificates(texts),
        acs_url=text(saml or {}, "sp_assertion_url"), sp_entity_id=text(saml or {}, "sp_entity_id"),
        idp_entity_id=text(saml or {}, "idp_entity_id"), idp_sso_url=text(saml or {}, "idp_sso_url"),
        metadata_url=text(saml or {}, "idp_metadata_url"), redirect_uri=text(oidc or {}, "redirect_uri"),
        signing_option=text(saml or {}, "saml_signing_option"), idp_initiated=_flag(saml, "allow_idp_initiated_login"),
        holds_metadata=bool(idp or texts) if saml else None, notes=_scalekit_notes(given, enabled),
        created_at=text(item, "create_time", "created_at"), updated_at=text(item, "update_time"),
    )  # fmt: skip


def _scalekit_notes(given: str, enabled: bool | None) -> tuple[str, ...]:  # noqa: FBT001
    if given == "COMPLETED" and not enabled:
        return ("the setup is complete, and the connection is switched off",)
    if given in _SCALEKIT and enabled:
        return (f"it is switched on although its setup is {given}",)
    return _unknown(given, _scalekit_state(given, enabled=enabled))


def _flag(item: Any, name: str) -> bool | None:
    value = item.get(name) if isinstance(item, dict) else None
    return value if isinstance(value, bool) else None


def _scalekit_state(given: str, *, enabled: bool | None) -> str | None:
    """COMPLETED works when enabled; protobuf JSON leaves a false `enabled` out."""
    if given == "COMPLETED":
        return "active" if enabled else "inactive"
    return _SCALEKIT.get(given) or STATES.get(given.lower())


def _protocol(kind: str) -> str | None:
    lower = kind.lower()
    return next((word for part, word in _PROTOCOLS if part in lower), None)


def _provider(name: str | None) -> str | None:
    return None if name is None or name == "CUSTOM" else _PROVIDERS.get(name, name.lower())


def _domains(found: Any) -> tuple[Domain, ...]:
    listed = found if isinstance(found, list) else []
    domains = []
    for one in listed:
        if isinstance(one, str):
            domains.append(Domain(one.lower(), None))
        elif isinstance(one, dict) and (name := text(one, "domain")):
            domains.append(Domain(name.lower(), text(one, "state", "status")))
    return tuple(domains)


def _certificates(texts: list[str | None]) -> tuple[Certificate, ...]:
    return tuple(certificate.from_text(text, "signing", ordinal=n) for n, text in enumerate(texts) if text)
