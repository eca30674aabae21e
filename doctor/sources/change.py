"""What can be done to a connection at a vendor, for every face: offered, named, done, and looked at afterwards.

Nothing here asks: the face shows `Change.shown` and `EFFECTS`, has the name typed back, and calls `performed`, which
does nothing without that name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from doctor.model.error import UsageError
from doctor.parse import connection
from doctor.sources import scalekit
from doctor.sources.gathered import module

if TYPE_CHECKING:
    from doctor.model.connection import Connection
    from doctor.sources.answer import Answer, Trouble
    from doctor.sources.vendor import Client

OFFERED: Final = {"workos": ("delete",), "scalekit": ("enable", "disable", "delete")}
"""What each vendor's API can do to a connection."""
EFFECTS: Final = {
    "enable": "People will be able to sign in through it.",
    "disable": "Nobody will be able to sign in through it any more, until it is enabled again.",
    "delete": "It is gone for ever, with its addresses; a new one has to be set up at the identity provider again.",
}
"""Each thing that can be done, and what comes of it."""
NOT_THE_SAME: Final = "the name is not the same; nothing was changed"
UNCERTAIN: Final = "it is not certain what came of it; look with doctor connections show"
_INSTEAD: Final = {
    "enable": "a WorkOS connection becomes active with its first successful sign-in",
    "disable": "use the dashboard, or take the application's users out of the connection",
}


class Looked(NamedTuple):
    """A connection as it is now, or why it cannot be had."""

    shown: Connection | None
    trouble: Trouble | None


class Change(NamedTuple):
    """What is to be done (enable, disable, delete) to a connection, as it was shown to the person."""

    action: str
    ident: str
    organization: str | None
    shown: Connection

    @property
    def name(self) -> str:
        """What has to be typed back."""
        return self.shown.name or self.shown.id or ""


class Done(NamedTuple):
    """What came of it: `trouble`, or the connection afterwards. `gone`: there is none any more."""

    trouble: Trouble | None
    after: Connection | None = None
    gone: bool = False


def offered(vendor: str, action: str) -> None:
    """Raises `UsageError` when the vendor's API does not offer this, and says what there is instead."""
    if action not in OFFERED[vendor]:
        raise UsageError(f"WorkOS' API cannot {action} a connection: it offers list, get and delete", _INSTEAD[action])


def looked(api: Client, vendor: str, ident: str, organization: str | None) -> Looked:
    """The connection as it is now."""
    found: Answer = module(vendor).connection(api, ident, organization)
    shown = next(iter(connection.read_all([found.value])), None) if found.trouble is None else None
    return Looked(shown, found.trouble)


def performed(api: Client, vendor: str, change: Change, typed: str) -> Done:
    """Do it, when the name was typed back, and look what came of it. Raises `UsageError` when it was another name."""
    offered(vendor, change.action)
    if typed != change.name:
        raise UsageError(NOT_THE_SAME, "type the name exactly as it is shown")
    owner = change.organization or change.shown.organization_id
    api.begin()
    done = write(api, vendor, change.action, change.ident, owner)
    if done.trouble is not None:
        return Done(done.trouble)
    api.begin()
    after = looked(api, vendor, change.ident, owner)
    return Done(None, after.shown, after.trouble is not None and after.trouble.kind == "not-found")


def write(api: Client, vendor: str, action: str, ident: str, organization: str | None) -> Answer:
    """Do it, whoever asked; faces call `performed`."""
    offered(vendor, action)
    if action == "delete":
        done: Answer = module(vendor).delete(api, ident, organization)
        return done
    return scalekit.switched(api, ident, organization, action)
