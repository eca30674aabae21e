"""Settings of SAML toolkits: the service provider's own side, which people take for the identity provider's.

They are told apart so that a person hears which file is wanted; nothing in them is read.
"""

from __future__ import annotations

from typing import Any, Final

from doctor.model.application import Application
from doctor.parse import application_value as value

VENDOR: Final = "generic"
_PASSPORT: Final = frozenset({"callbackUrl", "issuer", "cert", "idpCert", "privateKey", "decryptionPvk"})


def read(node: Any) -> Application | None:
    """The service provider's own settings in one JSON value: python3-saml and its kin, node-saml; else None."""
    if not isinstance(node, dict):
        return None
    own, other = value.mapping(node, "sp"), value.mapping(node, "idp")
    toolkit = "assertionConsumerService" in own and "singleSignOnService" in other
    passport = isinstance(node.get("entryPoint"), str) and len(_PASSPORT & set(node)) > 1
    return Application(VENDOR, wrong="sp-side") if toolkit or passport else None
