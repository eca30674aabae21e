"""What can be done to a connection at a vendor. Nothing here asks: that is the face's duty, before it calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from doctor.model.error import UsageError
from doctor.sources import scalekit
from doctor.sources.gathered import module

if TYPE_CHECKING:
    from doctor.sources.answer import Answer
    from doctor.sources.vendor import Client

OFFERED: Final = {"workos": ("delete",), "scalekit": ("enable", "disable", "delete")}
"""What each vendor's API can do to a connection."""
_INSTEAD: Final = {
    "enable": "a WorkOS connection becomes active with its first successful sign-in",
    "disable": "use the dashboard, or take the application's users out of the connection",
}


def offered(vendor: str, action: str) -> None:
    """Raises `UsageError` when the vendor's API does not offer this, and says what there is instead."""
    if action not in OFFERED[vendor]:
        raise UsageError(f"WorkOS' API cannot {action} a connection: it offers list, get and delete", _INSTEAD[action])


def write(api: Client, vendor: str, action: str, ident: str, organization: str | None) -> Answer:
    """Do it: `action` is enable, disable or delete. Only after the person confirmed it."""
    offered(vendor, action)
    if action == "delete":
        done: Answer = module(vendor).delete(api, ident, organization)
        return done
    return scalekit.switched(api, ident, organization, action)
