"""SAML 2.0 protocol messages as they were sent: frozen, unverified, unjudged.

Names are those of saml-core-2.0-os. What is absent is None or empty; texts are cut at a bound and
nothing else is done to them. Values of NameID and of attributes are personal data: mask them
wherever they are shown.
"""

# Annotations are evaluated here: kept as texts, each would be compiled on its own when its class is made, which is
# half of what importing costs.
from datetime import datetime
from typing import NamedTuple

from doctor.model.document import Certificate
from doctor.model.finding import NOWHERE, Place


class Instant(NamedTuple):
    """An xs:dateTime: `at` in UTC, None when `text` (as written) is none. No zone means UTC (core 1.3.3)."""

    at: datetime | None
    text: str


class Seal(NamedTuple):
    """A Signature element as it stands there, unverified.

    `over` is the local name of the element around it and `over_id` that one's ID; `reference` is the
    URI of its only Reference, None when there is none or are several. `algorithm` and `digest` are
    short names such as rsa-sha256. `certificate` is the first one in its KeyInfo.
    """

    over: str
    over_id: str | None
    reference: str | None
    algorithm: str
    digest: str
    certificate: Certificate | None
    place: Place


class Encrypted(NamedTuple):
    """Something that only the service provider can read.

    `kind` is assertion, name-id or attribute. `algorithm` is that of the data, `key_algorithm` that
    of its key. `recipient` and `certificate` name for whom the key was encrypted, where it says so.
    """

    kind: str
    algorithm: str
    key_algorithm: str | None
    recipient: str | None
    certificate: Certificate | None
    place: Place


class Status(NamedTuple):
    """The outcome: status code URIs from the outermost inwards, and the words for people."""

    codes: tuple[str, ...]
    message: str | None
    place: Place


class NameID(NamedTuple):
    """Who the subject is. `value` is personal: the whole text, comments left out.

    `split` says that a comment or processing instruction stands inside the text, where careless
    consumers stop reading; None when the bytes were not at hand. `around` is the white space before and
    after the value.
    """

    value: str
    format: str | None
    name_qualifier: str | None
    sp_name_qualifier: str | None
    sp_provided_id: str | None
    split: bool | None
    place: Place
    around: str = ""


class Confirmation(NamedTuple):
    """One SubjectConfirmation: `method` as a URI, the rest from its data. `address` is personal."""

    method: str | None
    has_data: bool
    recipient: str | None
    in_response_to: str | None
    not_before: Instant | None
    not_on_or_after: Instant | None
    address: str | None
    place: Place


class Subject(NamedTuple):
    """Whom the assertion speaks of. `encrypted` stands for an EncryptedID."""

    name_id: NameID | None
    encrypted: Encrypted | None
    confirmations: tuple[Confirmation, ...]
    place: Place


class Conditions(NamedTuple):
    """When and for whom the assertion holds.

    `restrictions` has one tuple of audiences for each AudienceRestriction: each must be met, by any
    of its audiences (core 2.5.1.4).
    """

    not_before: Instant | None
    not_on_or_after: Instant | None
    restrictions: tuple[tuple[str, ...], ...]
    one_time_use: bool
    place: Place

    @property
    def audiences(self) -> tuple[str, ...]:
        """Every audience that is named."""
        return tuple(audience for restriction in self.restrictions for audience in restriction)


class Authentication(NamedTuple):
    """One AuthnStatement: when, in which session, until when, by what means (class or declaration URI)."""

    instant: Instant | None
    session_index: str | None
    session_not_on_or_after: Instant | None
    context: str | None
    authorities: tuple[str, ...]
    place: Place


class Attribute(NamedTuple):
    """One attribute. `values` are personal; at most the first hundred, each cut.

    `total` is how many values were sent. `split` as in `NameID`, for any of the values.
    """

    name: str
    format: str | None
    friendly_name: str | None
    values: tuple[str, ...]
    total: int
    split: bool | None
    place: Place


class Assertion(NamedTuple):
    """One assertion. `attribute_count` counts those sent, `attributes` holds the first ten thousand."""

    id: str | None
    version: str | None
    issuer: str | None
    issue_instant: Instant | None
    subject: Subject | None
    conditions: Conditions | None
    authentications: tuple[Authentication, ...]
    attributes: tuple[Attribute, ...]
    attribute_count: int
    encrypted_attributes: int
    seal: Seal | None
    place: Place


class Response(NamedTuple):
    """A Response. `assertions` are its own children, in order.

    `version` 1.1 means SAML 1.1: such a response has no issuer, and its attributes are only counted.

    `stray_assertions` counts assertions anywhere else below it, where none belongs. `seals` are all
    signatures of the document in document order, the first hundred.
    """

    id: str | None
    version: str | None
    issuer: str | None
    destination: str | None
    in_response_to: str | None
    issue_instant: Instant | None
    status: Status | None
    assertions: tuple[Assertion, ...]
    assertion_count: int
    stray_assertions: int
    encrypted: tuple[Encrypted, ...]
    seals: tuple[Seal, ...]
    place: Place = NOWHERE


class AuthnRequest(NamedTuple):
    """What a service provider asked for. `contexts` are the requested authentication contexts."""

    id: str | None
    version: str | None
    issuer: str | None
    destination: str | None
    issue_instant: Instant | None
    acs_url: str | None
    acs_index: str | None
    protocol_binding: str | None
    name_id_format: str | None
    allow_create: bool | None
    contexts: tuple[str, ...]
    comparison: str | None
    force_authn: bool | None
    is_passive: bool | None
    has_subject: bool
    seals: tuple[Seal, ...]
    place: Place = NOWHERE


class LogoutRequest(NamedTuple):
    """Somebody wants a session ended."""

    id: str | None
    version: str | None
    issuer: str | None
    destination: str | None
    issue_instant: Instant | None
    not_on_or_after: Instant | None
    reason: str | None
    name_id: NameID | None
    encrypted: Encrypted | None
    session_indexes: tuple[str, ...]
    seals: tuple[Seal, ...]
    place: Place = NOWHERE


class LogoutResponse(NamedTuple):
    """How that went."""

    id: str | None
    version: str | None
    issuer: str | None
    destination: str | None
    in_response_to: str | None
    issue_instant: Instant | None
    status: Status | None
    seals: tuple[Seal, ...]
    place: Place = NOWHERE


Message = Response | AuthnRequest | LogoutRequest | LogoutResponse | Assertion | Encrypted
"""Everything that `parse.response.read` can make; `Encrypted` is an EncryptedAssertion by itself."""


class Verdict(NamedTuple):
    """What became of one Signature element (or of a signed query), held against given certificates.

    `state`:
    valid (intact, by a given certificate, over the element around it), untrusted-key (the same by the
    certificate or bare key in its own KeyInfo, which is not given), covers-other (it covers another element
    than the one around it, or cannot tell which), invalid (see `reason`), unsupported (refused
    unexecuted), not-judged (no key to judge with, or beyond the bounds).

    `reason` is one word where there is something to say: altered (the key fits, the content does
    not), unknown-signer, elsewhere, duplicate-id, no-target, reference, external-reference,
    transform, comment, structure, hmac, algorithm, no-key, too-much, query, re-encoded. `detail` is a
    line.

    `path` says where the signature stands, `covered_path`, `covered` (local name) and `covered_id` what
    its reference really points at. `signer` is the fingerprint of the given certificate whose key
    made it, also when the content was altered since. `carried` is the first certificate in KeyInfo,
    `carried_given` whether that one is among the given.

    `reads_covered`: whether the element that a consumer reads (the first Assertion child of the
    Response, else the message) lies inside what is covered. `wrapping` is empty, or: outside
    (what is read first is covered by no intact signature), elsewhere (the same, and the signature
    does not stand in what it covers), hidden (an uncovered assertion where none belongs), beside (an uncovered
    assertion next to a covered one), duplicate-id.

    `indented`: the judged part holds line breaks between elements, so that a reformatted copy may be
    all that is wrong. `signed` is what a given key signed, in canonical form (personal): leave it to
    `parse.verify.verified`, which gives it for valid verdicts only. `sha256` is of the judged bytes.
    """

    state: str
    reason: str
    detail: str
    path: str
    covered: str | None
    covered_id: str | None
    covered_path: str | None
    algorithm: str
    digest: str
    signer: str | None
    carried: Certificate | None
    carried_given: bool
    reads_covered: bool | None
    wrapping: str
    indented: bool
    sha256: str
    signed: bytes | None = None
    place: Place = NOWHERE
