"""An event that a vendor tells: what happened to a connection, a directory, a domain, a sign-in."""

# Annotations are evaluated here: kept as texts, each would be compiled on its own when its class is made, which is
# half of what importing costs.
from typing import Final, NamedTuple

FAILED: Final = ("authentication.sso_failed", "authentication.sso_timed_out")
SUCCEEDED: Final = "authentication.sso_succeeded"


class Event(NamedTuple):
    """One event, in doctor's normal form.

    `name` is the vendor's own (`authentication.sso_failed`); `at` is ISO 8601 as given, None where it is not told.
    `user` is the person's e-mail address or id (personal). `code` and `message` are those of the error of a sign-in.
    `expires_at`, `days_left` and `certificate` are those of a certificate event. `state` is that of the object.
    """

    vendor: str
    id: str | None
    name: str
    at: str | None
    connection_id: str | None = None
    organization_id: str | None = None
    directory_id: str | None = None
    session_id: str | None = None
    user: str | None = None
    code: str | None = None
    message: str | None = None
    state: str | None = None
    domain: str | None = None
    certificate: str | None = None
    expires_at: str | None = None
    days_left: float | None = None
