"""What OpenID Connect and OAuth documents say, as they were given: frozen, unverified, unjudged.

Names are those of OpenID Connect Discovery 1.0, RFC 7517 (keys), RFC 7519 (tokens) and RFC 6749. What is absent is
None or empty. A token itself is never part of a text: `Sealed` shows nothing of it.
"""

# Annotations are evaluated here: kept as texts, each would be compiled on its own when its class is made, which is
# half of what importing costs.
from typing import Any, Final, NamedTuple, NoReturn

from doctor.model.document import Certificate

REQUIRED: Final = (
    "issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "response_types_supported",
    "subject_types_supported", "id_token_signing_alg_values_supported",
)  # fmt: skip
"""What OpenID Connect Discovery 1.0, section 3, demands; the token endpoint only where codes are exchanged."""


class Sealed:
    """A text that no output, log or case can show; only `open` gives it, to the code that verifies it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def open(self) -> str:
        """The text itself. For verifying, nothing else."""
        return self._text

    def __repr__(self) -> str:
        return "<sealed>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a sealed text is not written anywhere")


class Service(NamedTuple):
    """An address that a discovery document names: by its key there (`token_endpoint`), as it is written."""

    name: str
    url: str


class Discovery(NamedTuple):
    """A discovery document (OpenID Connect Discovery 1.0, section 3; RFC 8414, section 2).

    `lists` holds every value that is a list of texts, by its name. `missing` names what the specification requires
    and the document does not have, `malformed` what has a value of another type. `oauth_only`: nothing
    in it is OpenID Connect's.
    """

    issuer: str | None
    services: tuple[Service, ...]
    lists: dict[str, tuple[str, ...]]
    iss_parameter: bool
    missing: tuple[str, ...]
    malformed: tuple[str, ...]
    oauth_only: bool


class Key(NamedTuple):
    """One key of a key set.

    `problem`: empty, or kty-missing, kty-unknown, member-missing, member-malformed, not-base64url, unreadable.
    `written`: base64url, or base64 where the text has its characters, which other readers refuse. `private` says that
    a part is published that must stay secret. `material` is the public part alone, for verifying.
    """

    kid: str | None
    kty: str
    use: str | None
    alg: str | None
    ops: tuple[str, ...]
    curve: str | None
    bits: int
    problem: str
    detail: str
    written: str
    private: bool
    certificates: tuple[Certificate, ...]
    certificate_fits: bool | None
    material: dict[str, str]


class KeySet(NamedTuple):
    """A key set (RFC 7517, section 5)."""

    keys: tuple[Key, ...]


class Token(NamedTuple):
    """A token: a signed JWT (`jws`), an encrypted one (`jwe`), only its claims (`claims`), or `opaque`.

    `problem`: empty, or cut-short, not-base64url, header-not-json, claims-not-json, too-large, quoted. `place` is where
    it stood: alone, id_token, access_token. `compact` is empty where there is nothing to verify.
    """

    form: str
    header: dict[str, Any]
    claims: dict[str, Any]
    problem: str
    place: str
    compact: Sealed


class Answer(NamedTuple):
    """An answer of a token endpoint: an error, or tokens. `given` names its parameters."""

    given: tuple[str, ...]
    token_type: str | None
    scope: tuple[str, ...] | None
    error: str | None
    description: str | None
    uri: str | None
    id_token: Token | None


class Callback(NamedTuple):
    """What came back to the redirect URI. `url` has no query; `given` names the parameters, `repeated` those twice.

    `description` holds the provider's own words, without secrets. `fragment`: the parameters stood behind `#`.
    """

    url: str
    given: tuple[str, ...]
    repeated: tuple[str, ...]
    fragment: bool
    error: str | None
    description: str | None
    uri: str | None
    issuer: str | None
    id_token: Token | None


Oidc = Discovery | KeySet | Token | Answer | Callback
"""What a document of a kind of OAuth or OpenID Connect holds."""
