"""An application as the identity provider's export shows it, in doctor's normal form.

`None` means that the export does not show it; an empty text or tuple means that it is shown, and empty.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from doctor.model.document import Certificate


class Address(NamedTuple):
    """One address for responses, and its index. `binding` is post, redirect, artifact, paos, other or None."""

    url: str
    binding: str | None = None
    number: int | None = None
    is_default: bool = False


class Mapped(NamedTuple):
    """One attribute of the assertion: its name there, what it is filled with, whether it is sent at all."""

    name: str
    source: str | None = None
    sent: bool = True


class Provisioning(NamedTuple):
    """What the identity provider provisions by SCIM.

    `state` is running, stopped, paused or quarantined. `mapped` are the SCIM attributes that it fills.
    """

    endpoint: str | None = None
    state: str | None = None
    create: bool | None = None
    update: bool | None = None
    deactivate: bool | None = None
    mapped: tuple[str, ...] | None = None
    error: str | None = None


class Application(NamedTuple):
    """An application (client, relying party, SP connection) at the identity provider `vendor`.

    `vendor` is an id of `providers.yaml` where the product stands there. `part` and `wrong` are words of
    `doctor.model.export`.
    `acs` are the addresses for responses, `accepts` the patterns (`*` stands for anything) of those that a request
    may name, and `validator` is the same as a regular expression. `audiences` are all names of the service
    provider. `signing_key` is the product's own name of the key that signs now; `key_ids` are such names of the
    `certificates`, in their order. `changed_by` may change an assertion at run time, `more_attributes` adds
    attributes that are not listed here. `assumed` names fields that stand at the product's documented default,
    since the export leaves defaults out; `lost` those that the command which made the file cut off.
    """

    vendor: str
    part: str = "application"
    wrong: str | None = None
    id: str | None = None
    name: str | None = None
    protocol: str | None = None
    enabled: bool | None = None
    acs: tuple[Address, ...] | None = None
    accepts: tuple[str, ...] = ()
    validator: str | None = None
    audiences: tuple[str, ...] | None = None
    recipient: str | None = None
    destination: str | None = None
    issuer: str | None = None
    name_id_format: str | None = None
    name_id_source: str | None = None
    name_id_set: bool | None = None
    attributes: tuple[Mapped, ...] | None = None
    more_attributes: tuple[str, ...] = ()
    signs_response: bool | None = None
    signs_assertion: bool | None = None
    signature_algorithm: str | None = None
    digest_algorithm: str | None = None
    encrypts: bool | None = None
    encryption_certificates: tuple[Certificate, ...] | None = None
    certificates: tuple[Certificate, ...] | None = None
    signing_key: str | None = None
    key_ids: tuple[str, ...] = ()
    wants_signed_requests: bool | None = None
    request_certificates: tuple[Certificate, ...] | None = None
    assignment_required: bool | None = None
    assignments: int | None = None
    provisioning: Provisioning | None = None
    logout_urls: tuple[str, ...] | None = None
    redirect_uris: tuple[str, ...] | None = None
    client_id: str | None = None
    client_auth: str | None = None
    grant_types: tuple[str, ...] | None = None
    pkce_required: bool | None = None
    secret_expires: str | None = None
    changed_by: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
