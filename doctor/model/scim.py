"""What SCIM says, without what it says of people: the steps of a probe, and what its answers show.

Names, addresses and identifiers of users are never here: of a user it is told which attributes were there.
"""

# Annotations are evaluated here: kept as texts, each would be compiled on its own when its class is made, which is
# half of what importing costs.
from typing import Final, NamedTuple

ANSWERS: Final = (
    "ok", "unauthorized", "forbidden", "not-found", "not-found-page", "page", "redirected", "rate-limited",
    "unsupported", "refused", "server-error", "gateway-error", "not-scim", "unreachable", "timeout", "tls", "cut-short",
    "private-address", "too-large",
)  # fmt: skip
"""What an answer comes to: `page` is HTML instead of SCIM, `not-found-page` a 404 as HTML, `unsupported` 405 or 501,
`gateway-error` 502 to 504, `not-scim` a success without the SCIM document that was asked for."""
LOST: Final = ("unreachable", "timeout", "tls", "cut-short", "private-address")
"""Those that say that no whole answer came."""
SHOWN: Final = ("userName", "name.givenName", "name.familyName", "emails", "active")
"""The attributes of users that a probe looks for."""
DISCOVERY: Final = ("ServiceProviderConfig", "ResourceTypes", "Schemas")
SEARCHES: Final = ("works", "ignored", "refused")
"""How a search for nobody was answered: an empty list; everybody; an error."""
RESULTS: Final = ("inactive", "gone", "still-active", "not-shown", "refused")
"""What became of a user who was set inactive: `gone` where the server deletes, `not-shown` without the attribute."""
MANNERS: Final = ("rfc", "entra", "okta")
"""How the drill writes its changes: PATCH as RFC 7644 has it, as Entra sends it, or PUT as Okta's wizard does."""


class Step(NamedTuple):
    """One request of a probe and its answer, fit to print.

    `name` says what it is for; `path` is below the base address, without ids. `answer` is one of `ANSWERS`, `detail`
    the server's own words, `error_type` its scimType; `elapsed` is in seconds.
    """

    name: str
    method: str
    path: str
    answer: str
    status: int | None
    detail: str = ""
    error_type: str | None = None
    elapsed: float = 0.0


class Sample(NamedTuple):
    """A page of users: how many it holds, how many there are in all, and which attributes how many of them lack.

    `more` says that the page holds more users than were asked for.
    """

    shown: int
    total: int | None
    lacking: tuple[tuple[str, int], ...] = ()
    more: bool = False


class Drill(NamedTuple):
    """What a drill on a disposable user came to; None where a step was not reached or showed nothing.

    `names_kept`: the names given at creation are shown. `patched` and `put`: whether such a change was accepted.
    `updated`: the new name is shown. `result` is one of `RESULTS`. `found_inactive`: a search finds the inactive
    user. `leftover` names a user who may still be there, and `removed` is true once the server shows them no more.
    """

    user: str
    manner: str = "rfc"
    created: bool | None = None
    creation_status: int | None = None
    names_kept: bool | None = None
    patched: bool | None = None
    put: bool | None = None
    updated: bool | None = None
    result: str | None = None
    found_inactive: bool | None = None
    removed: bool | None = None
    leftover: str = ""
    interrupted: bool = False


class Probed(NamedTuple):
    """One SCIM server, asked: `address` as it may be shown, and what its answers say.

    `form` is that of the address: plain, no-version, resource. `answer` and `status` are of the step that decides
    (the list of users). `challenge` is what a refusal says of the token: expired, invalid, scope, other-directory or
    empty. `media` is the kind of content (scim, json, other). `other_address` is the neighbouring address that was
    tried, and `other_answer` its answer.
    """

    address: str
    form: str
    steps: tuple[Step, ...]
    answer: str
    status: int | None
    challenge: str = ""
    media: str | None = None
    discovery: tuple[str, ...] | None = None
    announced: dict[str, bool] = {}  # noqa: RUF012  (never mutated)
    sample: Sample | None = None
    search: str | None = None
    error_type: str | None = None
    wrong_token: str | None = None
    other_address: str | None = None
    other_answer: str | None = None
    drill: Drill | None = None


KINDS: Final = (
    "user", "group", "patch", "list", "error", "bulk", "search", "schema", "resource-type", "configuration", "other",
)  # fmt: skip
"""What a SCIM body can be."""
DEPARTURES: Final = (
    "capitalised-op", "unknown-op", "text-boolean", "qualified-path", "member-value-list", "missing-path",
    "dotted-names", "remove-without-path", "schemas-missing", "schemas-unknown", "operations-missing",
    "user-name-missing", "several-primary", "members-not-list", "total-missing", "status-number", "status-missing",
    "error-type-unknown",
)  # fmt: skip
"""In what a body departs from the plainest form of the RFCs. Some departures are allowed and yet trip servers:
`qualified-path` (a path with its schema), `missing-path`, `dotted-names` (a value whose names hold dots)."""
LEAVERS: Final = ("deactivated", "ignored", "refused", "unconfirmed", "not-seen")
"""What recorded traffic shows of a leaver, the best first; `unconfirmed`: accepted, and nothing shows it."""


class Body(NamedTuple):
    """One SCIM body in short, without a value of anybody: `kind` is one of `KINDS`.

    `operations` are those of a PATCH, as "replace active". `active` is what the body says of it, `texted` whether it
    says so as text. `changes` tells whether anything but active is set. `lacking` are the attributes of `SHOWN` that a
    user lacks. `status`, `error_type` and `detail` are those of an error.
    """

    kind: str
    departures: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    active: bool | None = None
    changes: bool = False
    lacking: tuple[str, ...] = ()
    status: int | None = None
    error_type: str | None = None
    detail: str | None = None
