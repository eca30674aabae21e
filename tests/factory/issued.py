"""What the products of `providers` issue when all is well: issuer, window, NameID and attributes as each has them.

The people are made up. Only the shape follows the products; `attributes` beyond the four plain names are claim URIs or
OIDs where a product sends those out of the box.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tests.factory import providers
from tests.factory.response import EMAIL, UNSPECIFIED, Draft

if TYPE_CHECKING:
    from datetime import datetime

_URI: Final = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
_CLAIMS: Final = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
_MICROSOFT: Final = "http://schemas.microsoft.com/identity/claims/"
_PERSON: Final = (("emailaddress", ("ada@example.com",)), ("givenname", ("Ada",)), ("surname", ("Lovelace",)))
_CLAIMED: Final = tuple((_CLAIMS + name, values) for name, values in _PERSON)
_PLAIN: Final = (
    ("id", ("u-1",)),
    ("email", ("ada@example.com",)),
    ("firstName", ("Ada",)),
    ("lastName", ("Lovelace",)),
)

_ISSUED: Final[dict[str, dict[str, Any]]] = {
    "okta": {"not_before": -305, "name_id_format": UNSPECIFIED, "signed": "both"},
    "entra-id": {
        "not_before": -305, "not_on_or_after": 3595, "attribute_format": None,
        "attributes": (
            (_MICROSOFT + "tenantid", (providers.TENANT,)),
            (_MICROSOFT + "objectidentifier", ("11111111-2222-3333-4444-555555555555",)),
            *_CLAIMED, (_CLAIMS + "name", ("ada@example.com",)),
        ),
    },
    "google-workspace": {"not_before": -305, "name_id_format": EMAIL},
    "microsoft-ad-fs": {
        "not_before": -5, "not_on_or_after": 3595, "attribute_format": None,
        "attributes": (*_CLAIMED, (_CLAIMS + "upn", ("ada@example.com",))),
    },
    "auth0": {
        "not_before": -5, "not_on_or_after": 3595,
        "attributes": ((_CLAIMS + "nameidentifier", ("auth0|64f0c2",)), *_CLAIMED, (_CLAIMS + "name", ("Ada",))),
    },
    "onelogin": {"not_before": -185, "not_on_or_after": 175},
    "pingone": {"not_before": -65},
    "jumpcloud": {"not_before": -305},
    "keycloak": {"not_before": -7, "not_on_or_after": 295, "signed": "both"},
    "duo": {}, "cloudflare": {"signed": "both"}, "rippling": {},
    "salesforce": {"not_before": -35},
    "shibboleth-generic": {
        "not_before": -5, "attribute_format": _URI, "signed": "both",
        "attributes": (("urn:oid:0.9.2342.19200300.100.1.3", ("ada@example.com",)),
                       ("urn:oid:2.5.4.42", ("Ada",)), ("urn:oid:2.5.4.4", ("Lovelace",))),
    },
    "simplesamlphp": {"not_before": -35, "signed": "both"},
}  # fmt: skip
"""What each product does otherwise than `response.Draft`. PingFederate's entity ID is free, so nothing tells it."""
PRODUCTS: Final = tuple(_ISSUED)
NAMED: Final = {"shibboleth-generic": "shibboleth"}
"""Ids of `providers.yaml` where that has another one."""


def draft(provider_id: str, now: datetime) -> Draft:
    """The healthy response of this product, for changing one thing."""
    issuer = providers.PROVIDERS[provider_id].entity.entity_id
    made = Draft(now, issuer=issuer, assertion_issuer=issuer, attributes=_PLAIN)
    return made.but(**_ISSUED[provider_id])
