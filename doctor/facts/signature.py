"""Facts of the signatures of a message: by whom, over what, with what, and what verifying them came to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from doctor.facts import certificate
from doctor.facts.fact import BOOL, TEXT, WORDS, Fact, View, collection, enum, given, inputs, mapped, record
from doctor.facts.message import RESPONSES, byte_exact, first_assertion, hidden, partners, sent
from doctor.facts.seal import named, seals_of
from doctor.model.message import Response
from doctor.model.state import ABSENT, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from doctor.model.document import Certificate
    from doctor.model.message import Message
    from doctor.model.message import Verdict as Judged

STATES: Final = ("valid", "untrusted-key", "altered", "no-key-fits", "other-issuer", "unsigned", "not-byte-exact",
                 "covers-other", "refused")  # fmt: skip
"""What verifying came to. `no-key-fits`: neither a trusted key nor one in the message made it; `refused`: it holds
something that must not be executed, fetched or trusted; `covers-other`: intact, over something that is not read."""
VERDICT: Final = record(
    state=enum("valid", "untrusted-key", "covers-other", "invalid", "unsupported", "not-judged"), reason=TEXT, detail=TEXT,
    covered=TEXT, wrapping=TEXT, reads_covered=BOOL, signer=TEXT, carried=TEXT, carried_given=BOOL, carries=BOOL,
)  # fmt: skip
_ALL: Final = (*RESPONSES, "saml-request", "saml-logout")
_REFUSED: Final = (
    "external-reference",
    "transform",
    "comment",
    "structure",
    "hmac",
    "algorithm",
    "reference",
    "certificate",
)


class VerdictItem:
    """What became of one signature; see `model.message.Verdict`."""

    __slots__ = (*VERDICT.fields, "of")

    def __init__(self, of: Judged, signer: Certificate | None) -> None:
        self.of = of
        self.state, self.reason, self.detail = of.state, of.reason or "none", of.detail
        self.covered = of.covered or ABSENT
        self.wrapping = of.wrapping or "none"
        self.reads_covered = of.reads_covered is True
        self.signer = signer.subject if signer else ABSENT
        self.carried = of.carried.subject if of.carried else ABSENT
        self.carries = of.carried is not None
        self.carried_given = of.carried_given


def trusted(view: View) -> Any:
    """The certificates with which messages of the identity provider are verified.

    Those that the connection holds; else those of the metadata at hand, of the issuer when there are several.
    """
    held = view["connection.certificates"]
    if not isinstance(held, Unknown):
        return held
    offered = [one for one in partners(view, "idp-metadata") if one.entity is not None]
    if len(offered) > 1:
        issuer = view["response.issuer"]
        offered = [one for one in offered if one.entity and one.entity.entity_id == issuer]
        if len(offered) != 1:
            return Unknown.of("idp.trusted_certificates", "ambiguous")
    if offered:
        return _published(offered[0], view)
    given = [one for one in partners(view, "certificate") if one.details.get("offered_as") == "idp-metadata"]
    alone = [one for document in given for one in document.certificates if one.problem is None]
    return certificate.items(alone, view.now) if alone else Unknown.of("idp.trusted_certificates")


def _published(document: Any, view: View) -> Any:
    roles = [role for role in document.entity.roles if role.name in ("idp", "wsfed-sts")]
    return certificate.items([one for role in roles for one in role.certificates if one.use != "encryption"], view.now)


def verdicts(view: View) -> Any:
    """What verifying each signature against the trusted certificates came to; without any, against its own."""
    document = view.document
    if not seals_of(document.message) or document.source is None:
        return ()
    from doctor.parse import verify

    keys = view["idp.trusted_certificates"]
    known = {item.sha256: item.of for item in keys} if isinstance(keys, tuple) else {}
    ders = [one.der for one in known.values() if one.der]
    encoding = (document.input.detail or None) if document.input.encoding_problem else None
    if document.plain is not None:
        found = verify.verify_decrypted(document.source, document.plain, ders)
    else:
        found = verify.verify(document.source, ders, encoding, document.element)
    return tuple(VerdictItem(one, known.get(one.signer or "")) for one in found)


def signature(view: View) -> Any:
    """What verifying the message's signature against the trusted certificates came to.

    Unknown without trusted certificates, unless the content was altered after it was signed.
    """
    if not seals_of(view.document.message):
        return _unsigned(view)
    if _vouches_for_nothing(view.document.message):
        return ABSENT
    found = view["response.signatures"]
    keys = view["idp.trusted_certificates"]
    if isinstance(found, Unknown):
        return found
    if isinstance(keys, Unknown) and not any(one.reason == "altered" for one in found):
        return keys
    return _weighed(view, found)


def _vouches_for_nothing(message: Message | None) -> bool:
    """Whether nothing that is read is signed because nothing is there to be read."""
    if not isinstance(message, Response) or message.assertions or message.encrypted:
        return False
    return not any(one.over == "Response" for one in message.seals)


def _unsigned(view: View) -> Any:
    """Answers that report a failure need no signature: they vouch for nobody."""
    message = sent(view)
    if hidden(message):
        return Unknown.of("response.signature", "encrypted")
    return "unsigned" if first_assertion(message) is not None else ABSENT


def _weighed(view: View, found: tuple[VerdictItem, ...]) -> str | Unknown:
    """The verdict on the message, from those on its signatures: the one that protects what is read decides."""
    if any(one.state == "valid" and one.reads_covered for one in found):
        return _broken(view, found) if any(_contradicts(one) for one in found) else "valid"
    states = {one.state for one in found}
    detached = "valid" in states or any(one.wrapping != "none" for one in found)
    if detached or states == {"covers-other"}:
        return "covers-other"
    if any(one.reason in ("altered", "unknown-signer") for one in found):
        return _broken(view, found)
    if "untrusted-key" in states:
        return "other-issuer" if _other_issuer(view) else "untrusted-key"
    if "unsupported" in states:
        return "refused"
    return Unknown.of("response.signature", found[0].detail or "it could not be judged")


def _contradicts(one: VerdictItem) -> bool:
    """Whether a signature beside a valid one spoils the message: whichever stands there must fit."""
    return one.reason in ("altered", "unknown-signer", "no-target") and one.of.reads_covered is not False


def _broken(view: View, found: tuple[VerdictItem, ...]) -> str:
    if not byte_exact(view.document) and any(one.of.indented for one in found):
        return "not-byte-exact"
    if _other_issuer(view) and not any(one.reason == "altered" and one.signer is not ABSENT for one in found):
        return "other-issuer"
    return "altered" if any(one.reason == "altered" for one in found) else "no-key-fits"


def _other_issuer(view: View) -> bool:
    known = view["idp.entity_id_difference"]
    return not isinstance(known, Unknown) and known not in (ABSENT, "none")


def trusted_names(view: View) -> Any:
    """The trusted certificates: subject, end of validity and fingerprint of each."""
    return mapped(view, "idp.trusted_certificates", lambda found: tuple(named(item.of) for item in found[:5]))


def wrapped(view: View) -> Any:
    """How the signature was detached from what is read: outside, elsewhere, hidden, beside, duplicate-id; or none."""
    if view.has_document and first_assertion(sent(view)) is None:
        return "none"  # nothing is read at all
    return mapped(view, "response.signatures", lambda found: _first(_moved(one, view) for one in found))


def _moved(one: VerdictItem, view: View) -> str:
    """How one signature was detached. An ID that stands twice moves nothing while there is only one assertion."""
    if one.wrapping != "duplicate-id":
        return str(one.wrapping)
    message = view.document.message
    count = message.assertion_count + message.stray_assertions if isinstance(message, Response) else 1
    return "duplicate-id" if count > 1 else "none"


def refused_for(view: View) -> Any:
    """Why a signature was not executed: hmac, transform, external-reference and so on; or none."""
    return mapped(view, "response.signatures", lambda found: _first(_refusals(found)))


def _refusals(found: tuple[VerdictItem, ...]) -> Iterator[str]:
    return (one.reason for one in found if one.state in ("unsupported", "invalid") and one.reason in _REFUSED)


def unjudged(view: View) -> Any:
    """Why a signature that stands in the message was not judged although there is something to judge it with."""
    return mapped(view, "response.signatures", lambda found: given(next(map(_beyond, filter(_beyond, found)), None)))


def _beyond(one: VerdictItem) -> str:
    return one.detail if one.reason == "too-much" else ""


def _first(words: Iterator[str]) -> str:
    return next((one for one in words if one != "none"), "none")


def key_info_foreign(view: View) -> Any:
    """Whether a valid signature carries another certificate than the trusted ones; absent without such a signature."""
    both = inputs(view, "idp.trusted_certificates", "response.signatures")
    if not isinstance(both, tuple):
        return both
    found = [one for one in both[1] if one.state == "valid" and one.carries]
    return any(not one.carried_given for one in found) if found else ABSENT


def signer_expired(view: View) -> Any:
    """Whether the certificate of a signature had expired when the message was issued."""
    issued = getattr(view.document.message, "issue_instant", None)
    at = issued.at if issued is not None else None
    found = view["response.signatures"]
    if isinstance(found, Unknown):
        return found
    ends = [one.of.carried.not_after for one in found if one.of.carried]
    return any(at > end for end in ends if end is not None) if at is not None and ends else ABSENT


def wants_signed(view: View) -> Any:
    """Whether the service provider's metadata wants the assertion itself signed."""
    found = [
        role.wants_assertions_signed for one in partners(view, "sp-metadata") if one.entity
        for role in one.entity.roles if role.name == "sp"
    ]  # fmt: skip
    known = [one for one in found if one is not None]
    return any(known) if known else Unknown.of("sp.wants_signed_assertions")


def beside(view: View) -> Any:
    """What verifying the signature in the address of a redirect came to; absent when there is none."""
    detached: Any = view.document.details.get("redirect_signature")
    if detached is None:
        return ABSENT
    keys = view["idp.trusted_certificates"]
    if isinstance(keys, Unknown):
        return keys
    from doctor.parse import query

    return query.verify_detached(detached, [item.of.der for item in keys if item.of.der])


def logout_signature(view: View) -> Any:
    """What verifying the signature of a logout message came to: in itself, or in its address."""
    if view["sp.entity_id"] == getattr(view.document.message, "issuer", None):
        return Unknown.of("response.signature", "a message of the application itself")
    return signature(view) if seals_of(view.document.message) else beside(view)


_HOW: Final = "--idp-metadata or a connection"
_A_RESPONSE: Final = "a captured response"
FACTS: Final = (
    Fact("idp.trusted_certificates", collection(certificate.CERTIFICATE), trusted, _ALL, how=_HOW,
         label="certificates of the identity provider"),
    Fact("response.signatures", collection(VERDICT), verdicts, (*RESPONSES, "saml-logout")),
    Fact("idp.trusted_names", WORDS, trusted_names, RESPONSES),
    Fact("response.signature", enum(*STATES), signature, RESPONSES, optional=True, label="verdict on the signature",
         how="a captured response and " + _HOW),
    Fact("response.signature", enum(*STATES), None, ("case",), optional=True, label="verdict on the signature",
         meaning="What verifying the response's signature against the trusted certificates came to."),
    Fact("response.signature", enum(*STATES), logout_signature, ("saml-logout",), optional=True),
    Fact("sp.wants_signed_assertions", BOOL, wants_signed, RESPONSES),
    Fact("response.signature_wrapped", enum("none", "outside", "elsewhere", "hidden", "beside", "duplicate-id"), wrapped, RESPONSES),
    Fact("response.signature_refused_for", enum("none", *_REFUSED), refused_for, RESPONSES),
    Fact("response.signature_unjudged", TEXT, unjudged, RESPONSES, optional=True),
    Fact("response.key_info_foreign", BOOL, key_info_foreign, RESPONSES, optional=True),
    Fact("response.signer_expired", BOOL, signer_expired, RESPONSES, optional=True),
)  # fmt: skip
