"""WorkOS: connections, certificates, directories, organizations and events, as its API shows them.

`GET` but for `delete`. Shapes and limits: https://workos.com/docs/reference and the published OpenAPI description.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from doctor.sources.answer import Answer
from doctor.sources.listing import Filters, Listing, Reading, Sieve, paged, record, top, unheard
from doctor.sources.vendor import Client, Manner, base, identifier

if TYPE_CHECKING:
    from doctor.sources.answer import Trouble
    from doctor.sources.listing import Arrived
    from doctor.sources.secret import Secret

BASE: Final = "https://api.workos.com"
SSO_EVENTS: Final = (
    "authentication.sso_started", "authentication.sso_succeeded", "authentication.sso_failed",
    "authentication.sso_timed_out", "connection.activated", "connection.deactivated", "connection.deleted",
    "connection.saml_certificate_renewal_required", "connection.saml_certificate_renewed",
)  # fmt: skip
"""What happened to connections and to sign-ins through them."""
DSYNC_EVENTS: Final = (
    "dsync.activated", "dsync.deleted", "dsync.user.created", "dsync.user.updated", "dsync.user.deleted",
    "dsync.group.created", "dsync.group.updated", "dsync.group.deleted", "dsync.group.user_added",
    "dsync.group.user_removed", "dsync.token.created", "dsync.token.revoked",
)  # fmt: skip
DOMAIN_EVENTS: Final = ("organization_domain.verified", "organization_domain.verification_failed")
_FILTER_NAMES: Final = {"githuboauth": "GithubOAuth"}
"""The filter spells this one unlike the objects."""
_ULID: Final = re.compile(r"(conn|directory|org)_[0-9A-HJKMNP-TV-Z]{26}")
_PAGE: Final = 100


def client(url: str | None, key: Secret, manner: Manner) -> Client:
    """A client of the API at `url` (default: WorkOS itself). Raises `UsageError`."""
    return Client(base(url or BASE), lambda _client, _fresh: key, (key,), manner)


def list_call(wanted: Filters) -> tuple[str, dict[str, Any]]:
    """The path and the query that list connections."""
    kind = wanted.type and _FILTER_NAMES.get(wanted.type.lower(), wanted.type)
    return "/connections", {
        "limit": _PAGE, "connection_type": kind, "domain": wanted.domain, "organization_id": wanted.organization,
        "search": wanted.search, "order": wanted.order,
    }  # fmt: skip


def show_call(ident: str, _organization: str | None = None) -> str:
    """The path of one connection."""
    return f"/connections/{identifier(ident, 'a connection')}"


def connections(api: Client, wanted: Filters, arrived: Arrived = unheard) -> Listing:
    """Every connection that the filters let through, of all pages; each page is told as it comes."""
    low = (wanted.type or "").lower()
    sieves = _of_organization(wanted)
    if low:
        sieves += (Sieve(lambda one: str(one.get("connection_type", low)).lower() == low, "the type"),)
    return _list(api, *list_call(wanted), sieves, arrived)


def _of_organization(wanted: Filters) -> tuple[Sieve, ...]:
    own = wanted.organization
    return (Sieve(lambda one: one.get("organization_id", own) == own, "the organization"),) if own else ()


def bare(api: Client, ident: str, _organization: str | None = None) -> Answer:
    """One connection, and nothing beside it."""
    return explained(api, record(api.get(show_call(ident)), "connection"), ident)


def connection(api: Client, ident: str, _organization: str | None = None) -> Answer:
    """One connection, with its signing certificates beside it where the environment offers them."""
    found = bare(api, ident)
    if found.trouble is not None:
        return found
    offered = api.get(f"/connections/{ident}/saml_idp_signing_certs")
    rows = offered.value.get("data") if isinstance(offered.value, dict) else offered.value
    if isinstance(rows, list):
        return Answer({**found.value, "saml_idp_signing_certs": rows})
    why = "this environment does not offer them"
    if offered.trouble is not None and offered.trouble.kind != "not-found":
        why = str(offered.trouble)
    return found._replace(notes=(f"signing certificates are not shown: {why}",))


def directories_call(wanted: Filters) -> tuple[str, dict[str, Any]]:
    """The path and the query that list directories."""
    return "/directories", {
        "limit": _PAGE, "organization_id": wanted.organization, "search": wanted.search, "domain": wanted.domain,
        "order": wanted.order,
    }  # fmt: skip


def directory_call(ident: str, _organization: str | None = None) -> str:
    """The path of one directory."""
    return f"/directories/{identifier(ident, 'a directory')}"


def directories(api: Client, wanted: Filters, arrived: Arrived = unheard) -> Listing:
    """Every directory that the filters let through, of all pages; each page is told as it comes."""
    return _list(api, *directories_call(wanted), _of_organization(wanted), arrived)


def directory(api: Client, ident: str, _organization: str | None = None) -> Answer:
    """One directory."""
    found = record(api.get(directory_call(ident)), "directory")
    return explained(api, found, ident, "/directories")


def members(api: Client, ident: str, kind: str, _organization: str | None = None) -> Listing:
    """The users or groups of a directory, of all pages."""
    own = Sieve(lambda one: one.get("directory_id", ident) == ident, "the directory")
    return _list(api, f"/directory_{kind}", {"directory": identifier(ident, "a directory")}, (own,))


def organization(api: Client, ident: str) -> Answer:
    """One organization, with its domains."""
    found = record(api.get(f"/organizations/{identifier(ident, 'an organization')}"))
    return explained(api, found, ident, "/organizations")


def organizations_of(api: Client, domain: str) -> Listing:
    """The organizations that have this domain."""
    low = domain.lower()
    return _list(api, "/organizations", {"domains": low}, (Sieve(lambda one: low in _domains(one), "the domain"),))


def _domains(item: dict[str, Any]) -> set[str]:
    listed = item.get("domains")
    return (
        {str(one.get("domain")).lower() for one in listed if isinstance(one, dict)}
        if isinstance(listed, list)
        else set()
    )


def events(api: Client, names: tuple[str, ...], organization: str | None, since: str | None) -> Listing:
    """The events of these names since a moment (ISO 8601; the vendor keeps 30 days by default), the oldest first."""
    query = {"events": ",".join(names), "organization_id": organization, "range_start": since, "order": "asc"}
    found = _list(api, "/events", query)
    return found._replace(items=tuple(one for one in found.items if one.get("event") in names))


def delete(api: Client, ident: str, _organization: str | None = None) -> Answer:
    """Delete a connection. It cannot be undone."""
    return api.call("DELETE", f"/connections/{identifier(ident, 'a connection')}")


def _list(
    api: Client, path: str, query: dict[str, Any], sieves: tuple[Sieve, ...] = (), arrived: Arrived = unheard
) -> Listing:
    def following(value: dict[str, Any]) -> dict[str, Any] | None:
        told = value.get("list_metadata")
        after = told.get("after") if isinstance(told, dict) else None
        return {"after": after} if isinstance(after, str) and after else None

    return top(paged(api, path, {"limit": _PAGE, **query}, Reading(("data",), following, sieves, arrived)))


# ── why an object is not shown ─────────────────────────────────────────────────────────────────────────────


def explained(api: Client, found: Answer, ident: str, path: str = "/connections") -> Answer:
    """A refusal told more exactly, by asking whether the key may read anything of the kind.

    A key that lists, and is refused one object, is of another environment; one that lists, while the object is
    not found, looks in the right place for something that is not there.
    """
    if found.trouble is None or found.trouble.kind not in ("permission-missing", "not-found"):
        return found
    probe = api.get(path, {"limit": 1})
    if probe.trouble is not None and probe.trouble.kind == "not-found":
        told = "neither the object nor a list of others is at this address; look at the base URL"
        return Answer(trouble=probe.trouble._replace(kind="not-the-api", detail=told))
    return Answer(trouble=_told(found.trouble, works=probe.trouble is None, ident=ident, api=api))


def _told(trouble: Trouble, *, works: bool, ident: str, api: Client) -> Trouble:
    of_key = f"the key is {key_kind(api.secrets[0])}"
    if trouble.kind == "permission-missing":
        if not works:
            return trouble
        return trouble._replace(
            kind="other-environment", detail=f"the key lists others, but is refused {ident}; {of_key}"
        )
    shape = (
        ""
        if _ULID.fullmatch(ident)
        else "; the id has not the form of WorkOS' ids: look whether it was cut or mistyped"
    )
    said = "deleted, mistyped, or of another environment" if works else "the key lists nothing either"
    return trouble._replace(detail=f"{ident}: {said}; {of_key}{shape}")


def key_kind(key: Secret) -> str:
    """For which environment a key is, by its first letters; never more of it."""
    text = key.reveal()
    if text.startswith("sk_test_"):
        return "one of a test environment (sk_test_)"
    if text.startswith("sk_live_"):
        return "one of a production environment (sk_live_)"
    return (
        "of no form that tells its environment"
        if text.startswith("sk_")
        else "no WorkOS API key (these begin with sk_)"
    )
