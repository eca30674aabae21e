"""Directories and organizations as the vendors' APIs give them, in one normal form. No token is ever copied."""

from __future__ import annotations

from typing import Any, Final

from doctor.model.connection import Directory, Organization, OrganizationDomain, Token
from doctor.parse.connection import text

STATES: Final = {
    "linked": "linked", "active": "linked", "validating": "validating", "invalid_credentials": "invalid-credentials",
    "unlinked": "unlinked", "inactive": "unlinked", "deleting": "deleting",
}  # fmt: skip
"""WorkOS' words; some of its SDKs call linked active, and unlinked inactive."""
_SCALEKIT: Final = {"in_progress": "validating", "draft": "unlinked", "completed": "linked"}
WORDS: Final = frozenset(word.replace("_", "-") for word in (*STATES, *STATES.values(), *_SCALEKIT, "unknown"))
"""Every word for a state that somebody may ask for: both vendors' and doctor's own."""
_DOMAIN_STATES: Final = {
    "verified": "verified", "legacy_verified": "verified", "auto_verified": "verified", "pending": "pending",
    "failed": "failed", "unverified": "unverified",
}  # fmt: skip


def read_all(value: Any) -> tuple[Directory, ...]:
    """Every directory in a JSON answer: one object, a wrapped one, or a list of either vendor."""
    return tuple(_one(item) for item in _items(value, "directories", "directory") if isinstance(item, dict))


def organization(value: Any) -> Organization | None:
    """The organization in a JSON answer; its `domains` may have been put beside it."""
    found = next(iter(_items(value, "organizations", "organization")), None)
    if not isinstance(found, dict) or not found:
        return None
    scalekit = "display_name" in found or "create_time" in found
    listed = found.get("domains")
    domains = [one for item in listed if (one := domain(item))] if isinstance(listed, list) else []
    return Organization(
        "scalekit" if scalekit else "workos", text(found, "id"), text(found, "name", "display_name"),
        text(found, "external_id"), tuple(domains),
    )  # fmt: skip


def domain(item: Any) -> OrganizationDomain | None:
    """A domain of an organization, as either vendor shows it; None when it has no name."""
    if not isinstance(item, dict) or (name := text(item, "domain")) is None:
        return None
    given = text(item, "state", "verification_status") or ""
    token = text(item, "verification_token", "txt_record_secret")
    return OrganizationDomain(
        name.lower(), _DOMAIN_STATES.get(given.lower()), given, text(item, "verification_strategy"), token,
        *(_record(item, name.lower(), token) if token else (None, None)),
    )  # fmt: skip


def _record(item: dict[str, Any], name: str, token: str) -> tuple[str, str]:
    """The TXT record that proves a domain: its value, and the name under which it belongs.

    WorkOS: `prefix=token` at the domain itself. Scalekit names a key, which is a host below the domain.
    """
    host = text(item, "txt_record_key")
    if host is None:
        return f"{text(item, 'verification_prefix') or 'verification_token'}={token}", name
    bare = host.rstrip(".").lower()
    return token, bare if bare == name or bare.endswith(f".{name}") else f"{bare}.{name}"


def _items(value: Any, many: str, one: str) -> list[Any]:
    if isinstance(value, dict):
        for key in ("data", many):
            if isinstance(value.get(key), list):
                return list(value[key])
        return [value.get(one, value)]
    return value if isinstance(value, list) else []


def _one(item: dict[str, Any]) -> Directory:
    return _scalekit(item) if "directory_type" in item or "directory_provider" in item else _workos(item)


def _workos(item: dict[str, Any]) -> Directory:
    given = text(item, "state") or ""
    counts = item.get("metadata") if isinstance(item.get("metadata"), dict) else {}
    users = counts.get("users") if isinstance(counts, dict) and isinstance(counts.get("users"), dict) else {}
    state = STATES.get(given.lower())
    return Directory(
        vendor="workos", id=text(item, "id"), name=text(item, "name"), organization_id=text(item, "organization_id"),
        state=state, state_given=given, enabled=None, type=text(item, "type") or "", domain=text(item, "domain"),
        endpoint=None, users=_count(users, "active"), inactive_users=_count(users, "inactive"),
        groups=_count(counts, "groups"), last_synced_at=None, tokens=None, created_at=text(item, "created_at"),
        updated_at=text(item, "updated_at"), notes=_notes(given, state),
    )  # fmt: skip


def _scalekit(item: dict[str, Any]) -> Directory:
    """Its `status` is free text; enabled or not is what it says for sure (protobuf JSON leaves a false one out)."""
    given, enabled = text(item, "status") or "", item.get("enabled") is True
    listed = item.get("secrets")
    tokens = tuple(_token(one) for one in listed if isinstance(one, dict)) if isinstance(listed, list) else None
    state = _SCALEKIT.get(given.lower()) or STATES.get(given.lower())
    state = "unlinked" if not enabled and state != "validating" else state or ("linked" if not given else None)
    return Directory(
        vendor="scalekit", id=text(item, "id"), name=text(item, "name"),
        organization_id=text(item, "organization_id"), state=state, state_given=given, enabled=enabled,
        type=" ".join(filter(None, (text(item, "directory_provider"), text(item, "directory_type")))), domain=None,
        endpoint=text(item, "directory_endpoint"), users=_count(item, "total_users"), inactive_users=None,
        groups=_count(item, "total_groups"), last_synced_at=text(item, "last_synced_at"), tokens=tokens,
        created_at=text(item, "create_time"), updated_at=text(item, "update_time"), notes=_notes(given, state),
    )  # fmt: skip


def _token(item: dict[str, Any]) -> Token:
    return Token(
        text(item, "status"), text(item, "expire_time"), text(item, "last_used_time"), text(item, "secret_suffix")
    )


def _notes(given: str, state: str | None) -> tuple[str, ...]:
    if given.lower() in ("active", "inactive") and state in ("linked", "unlinked"):
        return (f"the state {given} is what the API calls {state}",)
    return () if state or not given else (f"doctor does not know the state {given}; it is shown as it was given",)


def _count(item: Any, name: str) -> int | None:
    value = item.get(name) if isinstance(item, dict) else None
    if isinstance(value, str) and value.isdigit() and len(value) < 10:
        value = int(value)  # protobuf JSON writes 64-bit numbers as text
    return value if isinstance(value, int) and not isinstance(value, bool) else None
