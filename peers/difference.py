"""Where a service provider judges otherwise than doctor, and why. What is not listed here is a defect of somebody's.

Doctor accepts a message when it confirms no error in it; `warning` and below are not errors.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Difference(NamedTuple):
    """A named leniency (it accepts what doctor calls an error) or strictness (it refuses what doctor lets pass).

    `only_from`: the one provider whose messages it concerns; None: all.
    """

    name: str
    accepts: bool
    why: str
    only_from: str | None = None


_AUDIENCE: Final = Difference("audience-unchecked", accepts=True, why="the audience is left to the application")
_AUDIENCE_REQUIRED: Final = Difference(
    "audience-required", accepts=False, why="an assertion that names no audience is refused; doctor warns of it"
)
_RECIPIENT: Final = Difference(
    "recipient-unchecked", accepts=True, why="Recipient and Destination are not compared with its ACS URL"
)
_RECIPIENT_OPTIONAL: Final = Difference(
    "recipient-optional", accepts=True, why="Recipient is compared only where there is one"
)
_ISSUER: Final = Difference(
    "issuer-unchecked", accepts=True, why="whoever holds the trusted key may call itself what it likes"
)
_NAME_ID: Final = Difference(
    "name-id-optional", accepts=True, why="an assertion without NameID is left to the application"
)
_SUBJECT: Final = Difference(
    "subject-optional", accepts=True, why="an assertion that speaks of nobody is left to the application"
)
_ATTRIBUTES: Final = Difference(
    "attributes-wanted", accepts=False, why="an assertion without attributes is refused by default"
)
_PASSIVE: Final = Difference(
    "no-passive-refused", accepts=False, why="nobody is signed in; doctor warns, since a passive request asks just that"
)
_DECRYPTED: Final = Difference(
    "decrypted-prefixes",
    accepts=False,
    why="moving what it decrypted renames prefixes and breaks pysaml2's signature",
    only_from="pysaml2",
)

# (judge, variant): what it does.
EXPLAINED: Final[dict[tuple[str, str], Difference]] = {
    ("node-saml", "no-audience"): _AUDIENCE_REQUIRED,
    ("node-saml", "no-name-id"): _NAME_ID,
    ("node-saml", "no-passive"): _PASSIVE,
    ("node-saml", "no-recipient"): _RECIPIENT,
    ("node-saml", "no-subject"): _SUBJECT,
    ("node-saml", "wrong-issuer"): _ISSUER,
    ("node-saml", "wrong-recipient"): _RECIPIENT,
    ("pysaml2", "no-name-id"): _NAME_ID,
    ("pysaml2", "no-passive"): _PASSIVE,
    ("python3-saml", "encrypted"): _DECRYPTED,
    ("python3-saml", "no-attributes"): _ATTRIBUTES,
    ("python3-saml", "no-passive"): _PASSIVE,
    ("python3-saml", "no-recipient"): _RECIPIENT_OPTIONAL,
    ("samlify", "no-name-id"): _NAME_ID,
    ("samlify", "no-passive"): _PASSIVE,
    ("samlify", "no-recipient"): _RECIPIENT,
    ("samlify", "no-subject"): _SUBJECT,
    ("samlify", "wrong-audience"): _AUDIENCE,
    ("samlify", "wrong-recipient"): _RECIPIENT,
    ("shibboleth", "no-name-id"): _NAME_ID,
    ("shibboleth", "no-passive"): _PASSIVE,
}


def explained(judge: str, provider: str, variant: str, *, accepted: bool) -> Difference | None:
    """The named reason for which this judge says otherwise than doctor, if there is one."""
    found = EXPLAINED.get((judge, variant))
    if found is None or found.accepts != accepted or found.only_from not in (None, provider):
        return None
    return found
