"""Documents: what the parsers make of bytes. Frozen, without a clock and without judgement.

Every document says what kind it is, which problems the parser met on its way, and what a person
should see of it. Times are aware UTC datetimes; absent things are `None` (the facts turn that into
`ABSENT`).
"""

# Annotations are evaluated here: kept as texts, each would be compiled on its own when its class is made, which is
# half of what importing costs.
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from doctor.model.finding import NOWHERE, Place

if TYPE_CHECKING:
    from doctor.model.application import Application
    from doctor.model.capture import Capture
    from doctor.model.connection import Connection, Directory
    from doctor.model.event import Event
    from doctor.model.message import Message
    from doctor.model.oidc import Oidc
    from doctor.model.scim import Body

KINDS = (
    "idp-metadata", "sp-metadata", "metadata-aggregate", "certificate", "csr", "private-key",
    "saml-response", "saml-assertion", "saml-request", "saml-logout", "capture", "callback",
    "oidc-discovery", "jwks", "token", "connection", "directory", "event", "idp-application",
    "scim", "error-text", "case", "html", "unknown",
)  # fmt: skip
"""Every kind of document that doctor can name."""


class Input(NamedTuple):
    """What the bytes themselves show, before anything is read into them.

    `form` is xml, html, json, text, pem, der, base64 or binary or empty; `problem` names what stopped
    the parser (`not-well-formed`, `doctype`, `too-large`, `too-deep`, `encoding`, `empty`) and
    `detail`, `place` say more.
    """

    form: str
    size: int
    problem: str | None = None
    detail: str = ""
    place: Place = NOWHERE
    root: str = ""
    bom: str | None = None
    encoding: str | None = None
    encoding_problem: str | None = None


class Certificate(NamedTuple):
    """One certificate, or the text that should have been one (`problem` says why it is not).

    `problem`: unparseable, empty, private-key, csr, public-key, pkcs7. `written`: how its text was
    written (clean, spaces, armoured, escaped, url-encoded). `key_type`: rsa, ec, ed25519, ed448, dsa, other.
    `key_bits` is the modulus or curve size. `sha256` is the fingerprint of `der`, in hex.
    """

    use: str | None
    subject: str
    issuer: str
    not_before: datetime | None
    not_after: datetime | None
    key_type: str
    key_bits: int
    signature_hash: str
    self_signed: bool
    is_ca: bool
    sha256: str
    written: str = "clean"
    problem: str | None = None
    detail: str = ""
    place: Place = NOWHERE
    ordinal: int = 0
    der: bytes = b""


class Endpoint(NamedTuple):
    """One service endpoint of a role: `binding` is the short name, `binding_uri` what was written."""

    binding: str
    binding_uri: str
    location: str
    place: Place = NOWHERE
    is_default: bool = False


class Role(NamedTuple):
    """One role descriptor of an entity.

    `name`: idp, sp, aa, authn-authority, pdp, wsfed-sts, wsfed-app, other. `want_signed` is
    WantAuthnRequestsSigned of an IdP; `signs_requests` and `wants_assertions_signed` are the flags of an SP.
    `bare_keys` counts key descriptors that hold no certificate.
    """

    name: str
    protocols: tuple[str, ...]
    certificates: tuple[Certificate, ...]
    sso: tuple[Endpoint, ...]
    acs: tuple[Endpoint, ...]
    name_id_formats: tuple[str, ...]
    want_signed: bool | None
    signs_requests: bool | None
    wants_assertions_signed: bool | None
    bare_keys: int
    odd_uses: tuple[str, ...]
    place: Place


class Signature(NamedTuple):
    """The enveloped signature of a document, as verified against the key it carries itself.

    `state`: valid, invalid, covers-other, unsupported, not-judged. `algorithm` and `digest` are short
    names such as rsa-sha256, sha1. `signer` is the fingerprint of the certificate that verified it.
    """

    state: str
    algorithm: str
    digest: str
    detail: str
    signer: str | None
    place: Place


class Entity(NamedTuple):
    """One SAML entity descriptor."""

    entity_id: str | None
    roles: tuple[Role, ...]
    valid_until: str | None
    cache_duration: str | None
    has_registration: bool
    display_name: str | None
    place: Place


class Document(NamedTuple):
    """One parsed input: its kind, its bytes' story, and the parsed thing in the field of its kind.

    `name` is what the person called it (a path, a URL, `-`). `sha256` is of the bytes as given.
    `source` holds the bytes that were parsed: of a message, those of its XML. A `capture` has its messages
    as `parts`, each a document of its own, with the time at which it was `received_at` its goal and the
    `capture` that it was taken from (`details["exchange"]` is its index there). `element` is the parsed
    root of a message while it may still be verified, `plain` the message with its encrypted parts opened;
    both are never stored.
    """

    kind: str
    name: str
    sha256: str | None
    input: Input
    entity: Entity | None = None
    signature: Signature | None = None
    certificates: tuple[Certificate, ...] = ()
    valid_until: str | None = None
    cache_duration: str | None = None
    details: dict[str, object] = {}  # noqa: RUF012  (frozen by convention: built once by a parser)
    source: bytes | None = None
    connection: "Connection | None" = None
    connections: "tuple[Connection, ...]" = ()
    directories: "tuple[Directory, ...]" = ()
    events: "tuple[Event, ...]" = ()
    applications: "tuple[Application, ...]" = ()
    message: "Message | None" = None
    capture: "Capture | None" = None
    parts: "tuple[Document, ...]" = ()
    received_at: datetime | None = None
    element: object = None
    plain: bytes | None = None
    oidc: "Oidc | None" = None
    scim: "Body | None" = None
