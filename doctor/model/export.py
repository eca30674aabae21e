"""Words for what a file shows of an application. They stand apart from the model, which is slow to load."""

from __future__ import annotations

WRONG = ("none", "sp-side", "broker", "other-sign-on", "idp-itself", "secrets", "list-only")
"""What a file is instead of an application's settings: the service provider's side; an identity provider that this
product itself asks (a broker); an application without SAML, OIDC or SCIM; the identity provider's own settings; a
document of secrets; a list that shows no settings."""
PARTS = ("application", "certificates", "provisioning", "assignments", "claims")
"""What of an application a file shows. Vendors spread one application over several answers."""
