"""Captures: what a browser, a proxy or a person recorded of a login, without its secrets.

Only SAML, OAuth and SCIM exchanges are here, and the page that answers a SAML response. Cookies,
credentials, codes and tokens never are: where a URL or a text held more, `[removed]` stands.
Times are aware UTC datetimes, as the recording machine saw them; `date` is the server's own clock.
"""

# Annotations are evaluated here: kept as texts, each would be compiled on its own when its class is made, which is
# half of what importing costs.
from datetime import datetime
from typing import Final, NamedTuple

KINDS: Final = (
    "saml-request", "saml-response", "oauth-authorize", "oauth-callback", "oauth-token", "scim", "error-page",
    "sp-answer", "other",
)  # fmt: skip
"""Every kind of exchange; `sp-answer` is the page right after a SAML response."""

SOURCES: Final = ("har", "saml-tracer", "curl", "form", "paste", "log")
"""Where a capture can come from; raw HTTP messages are a paste, requests listed in JSON or in lines a log."""


class Detached(NamedTuple):
    """The signature of a redirect (SAML Bindings 3.4.4.1), verifiable without the RelayState it covers.

    `digest` is the hash of the signed octets under `hash` (sha1, sha256, sha384, sha512).
    """

    algorithm: str
    signature: bytes
    hash: str
    digest: bytes


class Message(NamedTuple):
    """One SAML message in an exchange: `xml` is what was sent, bit for bit after base64 and deflate.

    `name` is the parameter (SAMLRequest, SAMLResponse, SAMLart, wresult of WS-Federation); a message in SOAP
    has that of its kind. `binding` is post, redirect, artifact, soap, or empty when the carrier is not known.
    `exact` is false when a tool had decoded the text already, `deflated` true when it was compressed.
    `carrier` is request, page for a form in an answer whose sending was not recorded, or answer (SOAP).
    `problem` says why `xml` is empty: removed (by a sanitizer), unreadable, too-large. Of RelayState only
    its length in bytes is kept.
    """

    name: str
    binding: str
    xml: bytes
    relay_state: bool = False
    exact: bool = True
    carrier: str = "request"
    problem: str | None = None
    signature: Detached | None = None
    deflated: bool = False
    relay_length: int = 0


class OAuth(NamedTuple):
    """What an OAuth exchange says, without codes, tokens, verifiers and client secrets.

    `given` names the protocol's parameters that were there, secret ones too: names only.
    """

    error: str | None = None
    error_description: str | None = None
    error_uri: str | None = None
    client_id: str | None = None
    redirect_uri: str | None = None
    scope: str | None = None
    response_type: str | None = None
    grant_type: str | None = None
    state: bool = False
    given: tuple[str, ...] = ()


class Scim(NamedTuple):
    """A SCIM exchange in short: `resource` is Users, Groups …; `one` when it addresses one resource.

    `operations` are those of a PATCH, as "replace active"; `filter` is attribute and operator, without
    the value. `scim_type` and `detail` are the server's error. `agent` is the product that asks, as its
    User-Agent says. `departures` are in what the request's body departs from the plain form (`model.scim`),
    `faults` the same of the answer. `active` is what the request sets it to, `shown` what the answer shows of it;
    `changes` tells whether the request changes anything else. `who` numbers the resources of a capture: the same
    number is the same resource; empty when none is named. `names` tells whether the answer shows a user with
    names. `flagged` is Entra's aadOptscim062020 in the address.
    """

    resource: str
    one: bool = False
    operations: tuple[str, ...] = ()
    filter: str | None = None
    total: int | None = None
    scim_type: str | None = None
    detail: str | None = None
    agent: str | None = None
    departures: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    active: bool | None = None
    shown: bool | None = None
    changes: bool = False
    who: str = ""
    names: bool | None = None
    flagged: bool = False


class Page(NamedTuple):
    """The answer as a person saw it; `text` only where it speaks of an error."""

    title: str = ""
    text: str = ""
    login_form: bool = False


class Exchange(NamedTuple):
    """One request and its answer.

    `sent` and `answered` are the recorder's times or None. `url` and `location` keep the parameters
    that protocols define and no secret. `date` is the HTTP Date of the answer; `hints` are other headers
    that tell of the server's time (age, expires, last-modified, retry-after).
    """

    kind: str
    method: str
    url: str
    host: str
    sent: datetime | None = None
    answered: datetime | None = None
    status: int | None = None
    location: str | None = None
    date: datetime | None = None
    hints: tuple[tuple[str, str], ...] = ()
    message: Message | None = None
    oauth: OAuth | None = None
    scim: Scim | None = None
    page: Page | None = None


class Capture(NamedTuple):
    """The exchanges of one capture in the order of time; `dropped` counts those left out.

    `taken` is when the capture was exported, where it says so. `notes` are words for what went wrong
    while reading: cut-short, too-many-entries, too-many-exchanges, entry-unreadable, time-unreadable,
    message-removed, message-unreadable, message-too-large.
    """

    source: str
    exchanges: tuple[Exchange, ...] = ()
    dropped: int = 0
    notes: tuple[str, ...] = ()
    taken: datetime | None = None
