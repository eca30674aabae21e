"""Facts of the organization behind a sign-in, and of the choice of an integration type."""

from __future__ import annotations

from typing import Any, Final

from doctor.facts.fact import BOOL, TEXT, Fact, View, enum
from doctor.model.state import Unknown

_CASE: Final = ("case",)
_SET: Final = "--set, --answers or a question"
_TABLE: Final = "--provider, --set or a question"


def directory_linked(view: View) -> Any:
    """Whether the directory is linked; its state tells, where it is linked or unlinked."""
    state = view["directory.state"]
    if isinstance(state, Unknown) and not state.missing.get("directory.state"):
        return state
    known = {"linked": True, "unlinked": False}.get(state) if isinstance(state, str) else None
    return Unknown.of("directory.linked") if known is None else known


FACTS: Final = (
    Fact("organization.exists", BOOL, None, _CASE, label="organization exists", how=_SET,
         meaning="Whether the organization exists at the vendor, in the environment of the key."),
    Fact("organization.id_matches", BOOL, None, _CASE, label="organization id is the right one", how=_SET,
         meaning="Whether the organization id that the application sends is the one at the vendor."),
    Fact("organization.connection_linked", BOOL, None, _CASE,
         meaning="Whether the connection belongs to the organization."),
    Fact("organization.domain_verified", BOOL, None, _CASE, label="domain verified", how=_SET,
         meaning="Whether the organization's domain is verified."),
    Fact("domain.txt_record", enum("found", "missing", "wrong-value", "wrong-name", "propagating", "unknown"), None, _CASE,
         label="TXT record of the domain", how="--organization or --set",
         meaning="What the name service shows of the TXT record that proves the domain."),
    Fact("domain.txt_record_detail", TEXT, None, _CASE, optional=True,
         meaning="One line on the TXT record: its name, the value that was seen or expected."),
    Fact("organization.user_domain_listed", BOOL, None, _CASE, label="the user's domain is listed", how=_SET,
         meaning="Whether the domain of the user's e-mail address is among the organization's domains."),
    Fact("directory.linked", BOOL, directory_linked, _CASE, label="directory linked", how=_SET,
         meaning="Whether the directory is linked to the organization."),
    Fact("integration.purpose", enum("sign-in", "directory", "social"), None, _CASE, label="purpose", how=_SET,
         meaning="What the integration is for: employees signing in, directory sync, or consumers' accounts."),
    Fact("integration.speaks_saml", BOOL, None, _CASE, label="provider speaks SAML", how=_TABLE,
         meaning="Whether the identity provider offers SAML."),
    Fact("integration.speaks_oidc", BOOL, None, _CASE, label="provider speaks OpenID Connect", how=_TABLE,
         meaning="Whether the identity provider offers OpenID Connect."),
    Fact("integration.speaks_scim", BOOL, None, _CASE, label="provider speaks SCIM", how=_TABLE,
         meaning="Whether the identity provider can provision by SCIM."),
    Fact("integration.native_directory", BOOL, None, _CASE, label="native directory", how=_TABLE,
         meaning="Whether the vendor has a native directory connector for the provider."),
)  # fmt: skip
