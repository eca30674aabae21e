"""Facts of the two parties: what the service provider expects, what the identity provider is set to."""

from __future__ import annotations

from typing import Any, Final

from doctor.facts.address import DIFFERENCES, difference
from doctor.facts.fact import BOOL, TEXT, URL, Fact, View, enum, inputs
from doctor.model.state import ABSENT

_CASE: Final = ("case",)
_TOLD: Final = ("saml-response", "saml-assertion", "case")


def acs_difference(view: View) -> Any:
    """In what the address at the identity provider differs from the service provider's ACS URL."""
    found = inputs(view, "sp.acs_url", "idp.acs_url")
    return difference(*found) if isinstance(found, tuple) else found


def audience_difference(view: View) -> Any:
    """In what the audience at the identity provider differs from the service provider's entity ID."""
    found = inputs(view, "sp.entity_id", "idp.audience")
    return difference(*found) if isinstance(found, tuple) else found


def certificate_known(view: View) -> Any:
    """Whether the connection trusts one of the signing certificates that the metadata publishes."""
    found = inputs(view, "connection.certificates", "idp.published_certificates")
    if not isinstance(found, tuple):
        return found
    trusted = {item.sha256 for item in found[0]}
    return bool(trusted & {item.sha256 for item in found[1]} - {ABSENT, ""})


FACTS: Final = (
    Fact("sp.acs_url", URL, None, _CASE, label="ACS URL", how="--acs-url or --sp-metadata",
         meaning="The assertion consumer service URL at which the service provider takes responses."),
    Fact("sp.entity_id", TEXT, None, _CASE, label="SP entity ID", how="--sp-entity-id or --sp-metadata",
         meaning="The entity ID of the service provider, which must be the audience of assertions."),
    Fact("idp.acs_url", URL, None, _CASE, optional=True, label="ACS URL at the identity provider",
         how="a response, or an export of the identity provider's application (metadata does not carry it)",
         meaning="The address to which the identity provider sends responses for this application."),
    Fact("idp.audience", TEXT, None, _CASE, optional=True, label="audience at the identity provider",
         how="a response, or an export of the identity provider's application (metadata does not carry it)",
         meaning="The audience that the identity provider puts into assertions for this application."),
    Fact("connection.trusts_published_certificate", BOOL, certificate_known, (*_CASE, "idp-metadata"), optional=True,
         label="published certificate is in the connection", how="metadata and the connection, or --set"),
    Fact("acs.difference", enum(*DIFFERENCES), acs_difference, _TOLD, optional=True),
    Fact("audience.difference", enum(*DIFFERENCES), audience_difference, _TOLD, optional=True),
)  # fmt: skip
