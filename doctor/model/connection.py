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
