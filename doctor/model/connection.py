"""A connection at a vendor, in doctor's normal form."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from doctor.model.document import Certificate


class Domain(NamedTuple):
    """A domain of an organization; `state` as the vendor gives it, None where it gives none."""

    name: str
    state: str | None


class Connection(NamedTuple):
    """A connection at a vendor, in doctor's normal form.

    `state` is draft, validating, active, inactive, credentials-invalid or deleting, None for a word that
    doctor does not know; `state_given` is the vendor's own word. `holds_metadata` says whether the
    identity provider's values are there; None where the vendor does not show it.
    """

    vendor: str
    id: str | None
    name: str | None
    organization_id: str | None
    state: str | None
    state_given: str
    enabled: bool | None
    protocol: str | None
    type: str
    provider: str | None
    domains: tuple[Domain, ...]
    certificates: tuple[Certificate, ...]
    acs_url: str | None
    sp_entity_id: str | None
    idp_entity_id: str | None
    idp_sso_url: str | None
    metadata_url: str | None
    redirect_uri: str | None
    signing_option: str | None
    idp_initiated: bool | None
    holds_metadata: bool | None
    shows_organization: bool = True
    created_at: str | None = None
    updated_at: str | None = None
    notes: tuple[str, ...] = ()
    """Where the vendor's answer contradicts itself or the vendor's documents."""


class Token(NamedTuple):
    """What is known of a directory's bearer token, never the token. Times as the vendor gives them, if it does."""

    status: str | None
    expires_at: str | None
    last_used_at: str | None
    ending: str | None


class Directory(NamedTuple):
    """A directory at a vendor, in doctor's normal form.

    `state` is linked, validating, invalid-credentials, unlinked or deleting, None for a word that doctor does
    not know; `state_given` is the vendor's own word. `users` counts those that are active; None where the vendor
    does not say. `tokens` is None where the vendor does not show them.
    """

    vendor: str
    id: str | None
    name: str | None
    organization_id: str | None
    state: str | None
    state_given: str
    enabled: bool | None
    type: str
    domain: str | None
    endpoint: str | None
    users: int | None
    inactive_users: int | None
    groups: int | None
    last_synced_at: str | None
    tokens: tuple[Token, ...] | None
    created_at: str | None = None
    updated_at: str | None = None
    notes: tuple[str, ...] = ()


class OrganizationDomain(NamedTuple):
    """A domain of an organization, and how it is to be verified.

    `state` is verified, pending, failed or unverified, None for a word that doctor does not know. `record` is the
    value of the TXT record that proves it, `record_name` the name under which it belongs; `token` is the part of the
    value that nobody else has (it is published in DNS, so no secret).
    """

    name: str
    state: str | None
    state_given: str
    strategy: str | None
    token: str | None
    record: str | None
    record_name: str | None


class Organization(NamedTuple):
    """An organization at a vendor: the customer to whom connections and directories belong."""

    vendor: str
    id: str | None
    name: str | None
    external_id: str | None
    domains: tuple[OrganizationDomain, ...]
