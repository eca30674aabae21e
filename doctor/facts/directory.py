"""Facts of a directory at a vendor: its state, and what its tokens tell. Those that people tell are in `scim`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from doctor.facts.fact import BOOL, URL, Fact, NoDocument, View, enum
from doctor.model.state import Unknown

if TYPE_CHECKING:
    from doctor.model.connection import Directory

STATES: Final = ("linked", "validating", "invalid-credentials", "unlinked", "deleting", "unknown")


def held(view: View) -> Directory:
    """The directory of the document in view. Raises `NoDocument` when it holds none, or several."""
    found = view.document.directories
    if len(found) != 1:
        raise NoDocument
    return found[0]


def state(view: View) -> Any:
    """The state of the directory at the vendor, in doctor's normal form."""
    return held(view).state or "unknown"


def endpoint(view: View) -> Any:
    """The SCIM base URL that the directory shows."""
    found = held(view).endpoint
    return Unknown.of("scim.endpoint", "the vendor does not show it") if found is None else found


def token_expired(view: View) -> Any:
    """Whether every bearer token of the directory has expired or is switched off."""
    tokens = held(view).tokens
    if not tokens:
        return Unknown.of("scim.token_expired", "the vendor does not show it")
    return all((one.status or "").upper() == "INACTIVE" or _past(one.expires_at, view.now) for one in tokens)


def requests_seen(view: View) -> Any:
    """Whether the directory has ever received a request: true once a token was used, or it holds users."""
    found = held(view)
    if found.users or found.last_synced_at or any(one.last_used_at for one in found.tokens or ()):
        return True
    return False if found.tokens else Unknown.of("scim.requests_seen", "the vendor does not show it")


def _past(moment: str | None, now: datetime) -> bool:
    try:
        found = datetime.fromisoformat(moment or "")
    except ValueError:
        return False
    return (found if found.tzinfo else found.replace(tzinfo=UTC)) <= now


_DOCUMENT: Final = ("directory",)
FACTS: Final = (
    Fact("directory.state", enum(*STATES), state, _DOCUMENT),
    Fact("scim.endpoint", URL, endpoint, _DOCUMENT),
    Fact("scim.token_expired", BOOL, token_expired, _DOCUMENT),
    Fact("scim.requests_seen", BOOL, requests_seen, _DOCUMENT),
)
