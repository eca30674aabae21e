"""Facts of the signatures that stand in a message, unverified: over what, with what, by whose certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from doctor.facts.fact import BOOL, TEXT, TIME, WORDS, Fact, View, collection, enum, mapped, record
from doctor.facts.message import RESPONSES, first_assertion, hidden, sent
from doctor.model.message import Assertion, Encrypted, LogoutRequest, LogoutResponse, Response
from doctor.model.state import ABSENT, Unknown

if TYPE_CHECKING:
    from doctor.model.document import Certificate
    from doctor.model.message import Message, Seal


SEAL: Final = record(
    over=TEXT, algorithm=TEXT, digest=TEXT, weak=BOOL, hmac=BOOL, carried=TEXT, carried_sha256=TEXT,
    carried_expired_when_signed=BOOL, certificate_not_after=TIME,
)  # fmt: skip


class SealItem:
    """One Signature element as it was sent."""

    __slots__ = (*SEAL.fields, "of")

    def __init__(self, of: Seal, issued: Any) -> None:
        self.of = of
        self.over, self.algorithm, self.digest = of.over, of.algorithm, of.digest
        self.weak = "sha1" in of.algorithm or "sha1" in of.digest or "md5" in of.algorithm + of.digest
        self.hmac = of.algorithm.startswith("hmac")
        found = of.certificate if of.certificate and of.certificate.problem is None else None
        self.carried = found.subject if found else ABSENT
        self.carried_sha256 = found.sha256 if found else ABSENT
        end = found.not_after if found else None
        self.certificate_not_after = ABSENT if end is None else end
        self.carried_expired_when_signed = bool(end and issued is not ABSENT and issued > end)


def seals_of(message: Message | None) -> tuple[Seal, ...]:
    """Every Signature element of a message."""
    if isinstance(message, Assertion):
        return (message.seal,) if message.seal else ()
    return message.seals if message is not None and not isinstance(message, Encrypted) else ()


def seals(view: View) -> Any:
    """The signatures that stand in the message, unverified."""
    issued = getattr(view.document.message, "issue_instant", None)
    at = issued.at if issued is not None and issued.at is not None else ABSENT
    return tuple(SealItem(one, at) for one in seals_of(view.document.message))


def signed_parts(view: View) -> Any:
    """Which of the response and its assertions carry a signature of their own; absent without an assertion."""
    found = sent(view)
    over = {(one.over, one.over_id) for one in seals_of(found)}
    whole = isinstance(found, Response) and ("Response", found.id) in over
    part = any(name == "Assertion" for name, _ in over)
    if hidden(found):
        return Unknown.of("response.signed_parts", "encrypted")
    if first_assertion(found) is None:
        return ABSENT
    return "both" if whole and part else "response" if whole else "assertion" if part else "none"


def signed_by(view: View) -> Any:
    """The certificate that the message carries in its first signature: subject, end of validity and fingerprint."""
    return mapped(view, "response.seals", _first_carried)


def _first_carried(found: tuple[SealItem, ...]) -> Any:
    carried = [one.of.certificate for one in found if one.of.certificate]
    return named(carried[0]) if carried else ABSENT


def named(one: Certificate) -> str:
    """A certificate as people compare it: subject, end of validity and fingerprint."""
    end = one.not_after.strftime("%Y-%m-%d") if one.not_after else "?"
    return f"{one.subject or 'no subject'}, until {end}, SHA-256 {one.sha256}"


def weak_algorithms(view: View) -> Any:
    """The algorithms in use that rest on SHA-1 or MD5."""
    return mapped(view, "response.seals", _weak)


def _weak(found: tuple[SealItem, ...]) -> Any:
    names = [name for one in found if one.weak for name in (one.algorithm, one.digest)]
    return tuple(dict.fromkeys(name for name in names if "sha1" in name or "md5" in name)) or ABSENT


_SIGNED_THINGS: Final = ("Response", "Assertion", "ArtifactResponse", "Envelope", "Security")


def misplaced(view: View) -> Any:
    """Elements that carry a signature although none belongs there; absent without any."""
    return mapped(view, "response.seals", lambda found: _strange_places(found, view.document.message))


def _strange_places(found: tuple[SealItem, ...], message: Message | None) -> Any:
    own = message.id if isinstance(message, Response) else None
    strange = (
        "another Response" if one.over == "Response" else one.over for one in found
        if one.over not in _SIGNED_THINGS or (own and one.over == "Response" and one.of.over_id != own)
    )  # fmt: skip
    return tuple(dict.fromkeys(strange)) or ABSENT


def logout_signed(view: View) -> Any:
    """Whether the logout message carries a signature, in itself or in its address."""
    found = view.document.message
    if not isinstance(found, LogoutRequest | LogoutResponse):
        return ABSENT
    return bool(found.seals) or view.document.details.get("redirect_signature") is not None


_ALL: Final = (*RESPONSES, "saml-request", "saml-logout")
_A_RESPONSE: Final = "a captured response"
FACTS: Final = (
    Fact("response.seals", collection(SEAL), seals, _ALL),
    Fact("response.signed_by", TEXT, signed_by, _ALL, optional=True),
    Fact("response.signed_parts", enum("none", "response", "assertion", "both"), signed_parts, RESPONSES, optional=True,
         label="what is signed", how=_A_RESPONSE),
    Fact("response.signed_parts", enum("none", "response", "assertion", "both"), None, ("case",), optional=True,
         meaning="Which parts of the response carry a signature."),
    Fact("response.weak_algorithms", WORDS, weak_algorithms, _ALL, optional=True),
    Fact("response.misplaced_signatures", WORDS, misplaced, RESPONSES, optional=True),
    Fact("logout.signed", BOOL, logout_signed, ("saml-logout",), optional=True),
)  # fmt: skip
