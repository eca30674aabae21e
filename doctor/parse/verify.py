"""Signatures of SAML messages, verified by signxml against certificates that somebody trusts.

Two questions are kept apart: is the signature intact, and by whose key (`parse.signer`); and is what
it covers the thing that a consumer reads (`parse.wrapping`). Everything that could execute, fetch or
expand is refused before signxml sees it (`parse.reference`). Signatures beside a message in a query
are judged in `parse.query`.

Of encrypted messages, `verify_decrypted` judges both: the message as it was sent, for signatures
around the encrypted part, and its plaintext out of `parse.decrypt`, for those inside. Decryption
changes the bytes, so a signature around the encrypted part is no longer intact in the plaintext;
each verdict names the `sha256` of the bytes it is about.

Dates and weak algorithms are judged by rules. Import this only when there is a signature.
"""

from __future__ import annotations

import hashlib
import warnings
from typing import TYPE_CHECKING, Final, NamedTuple

from doctor.model.finding import Place
from doctor.model.message import Verdict
from doctor.parse import key, signer, wrapping, xml
from doctor.parse.query import verify_query
from doctor.parse.reference import Refused, path_of, refused, target_of
from doctor.parse.saml import DS, carried_in, child, identifier, local, short
from doctor.parse.wrapping import Judged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from doctor.parse.key import Key
    from doctor.parse.xml import Element

__all__ = ["MAX_SIGNATURES", "verified", "verify", "verify_decrypted", "verify_query"]

MAX_SIGNATURES: Final = 20
"""Signatures of one document that are judged; the others, up to a hundred, are named."""
_MAX_NAMED: Final = 100


class _Scene(NamedTuple):
    """One document with the certificates it is held against."""

    root: Element
    given: tuple[Key, ...]
    work: signer.Work
    sha256: str


def verify(
    data: bytes, certificates: Sequence[bytes], encoding: str | None = None, root: Element | None = None
) -> tuple[Verdict, ...]:
    """The verdict on each Signature element of a document, in document order.

    `certificates` are DER or PEM, in the order in which they are tried; unreadable ones are passed over.
    `encoding` overrides the declaration. `root` is what the door made of the same bytes, where it is
    at hand: it saves a parse when there was no comment to drop. Raises `XmlRefused` for what the door
    refuses, nothing else.
    """
    root = _whole(data, encoding, root)
    scene = _Scene(root, key.given(certificates), signer.Work(), hashlib.sha256(data).hexdigest())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # old algorithms: not our subject here
        judged = [
            _judged(scene, element) if number < MAX_SIGNATURES else _beyond(scene, element)
            for number, element in enumerate(_signatures(root))
        ]
    return wrapping.finished(root, judged)


def verify_decrypted(data: bytes, opened: bytes, certificates: Sequence[bytes]) -> tuple[Verdict, ...]:
    """The verdicts on a message and on what was encrypted in it: those on `data`, then those only in `opened`.

    `opened` is `Decrypted.xml` of the same message. A signature that stands in both is judged as it was
    sent; where one is intact over all of it, nothing inside counts as left uncovered.
    Raises `XmlRefused`.
    """
    sent, whole = xml.faithful(data), xml.faithful(opened)
    outer = verify(data, certificates, root=sent)
    known = {_value(one) for one in _signatures(sent)}
    pairs = zip(verify(opened, certificates, root=whole), _signatures(whole), strict=True)
    inner = [verdict for verdict, element in pairs if _value(element) not in known]
    if any(one.state == "valid" and one.covered_path == path_of(sent) and not one.wrapping for one in outer):
        inner = [one._replace(wrapping="") if one.reason != "duplicate-id" else one for one in inner]
    return (*outer, *inner)


def _signatures(root: Element) -> list[Element]:
    """As many as get a verdict."""
    return [one for _, one in zip(range(_MAX_NAMED), root.iter(DS + "Signature"), strict=False)]


def _value(signature: Element) -> str:
    found = child(signature, DS + "SignatureValue")
    return "" if found is None else "".join("".join(found.itertext("*")).split())


def _whole(data: bytes, encoding: str | None, root: Element | None) -> Element:
    """The root element of the document with nothing dropped: comments may be signed."""
    if root is None:
        return xml.faithful(data, encoding)
    whole = root.getroottree().getroot()
    if encoding is None and not xml.may_hold_comments(root, data):
        return whole
    try:
        return xml.faithful(data, encoding)
    except xml.XmlRefused:
        return whole  # the door had to mend these bytes; canonical forms without comments are the same


def verified(data: bytes, verdict: Verdict) -> bytes | None:
    """The canonical bytes that a given key signed: one element, to be parsed anew; None unless valid.

    Nothing else of a document may be called verified. `data` must be the bytes that were judged.
    """
    if verdict.state != "valid" or verdict.sha256 != hashlib.sha256(data).hexdigest():
        return None
    return verdict.signed


def _judged(scene: _Scene, element: Element) -> Judged:
    target, reason = target_of(scene.root, element)
    base = _described(scene, element, target)
    reason = reason or refused(element)
    if reason or target is None:
        return Judged(_refused(base, reason), element, target)
    found = signer.tried(signer.Attempt(element, target, scene.given, scene.work, base))
    return Judged(_over(found, element, target), element, target)


def _refused(base: Verdict, reason: Refused | None) -> Verdict:
    return base._replace(**reason._asdict()) if reason else base


def _beyond(scene: _Scene, element: Element) -> Judged:
    detail = f"only the first {MAX_SIGNATURES} signatures of a document are judged"
    base = _described(scene, element, None)
    return Judged(base._replace(reason="too-much", detail=detail), element, None)


def _described(scene: _Scene, element: Element, target: Element | None) -> Verdict:
    carried = carried_in(child(element, DS + "KeyInfo"))
    path = path_of(element)
    info = child(element, DS + "SignedInfo")
    return Verdict(
        state="not-judged", reason="", detail="", path=path,
        covered=local(target) if target is not None else None,
        covered_id=identifier(target) if target is not None else None,
        covered_path=_covered_path(element, path, target),
        algorithm=short(child(info, DS + "SignatureMethod")),
        digest=short(child(child(info, DS + "Reference"), DS + "DigestMethod")),
        signer=None, carried=carried,
        carried_given=carried is not None and any(one.fingerprint == carried.sha256 for one in scene.given),
        reads_covered=None, wrapping="", indented=False, sha256=scene.sha256, place=Place(element.sourceline),
    )  # fmt: skip


def _covered_path(element: Element, path: str, target: Element | None) -> str | None:
    if target is None:
        return None
    return path.rpartition("/")[0] if element.getparent() is target else path_of(target)


def _over(found: Verdict, element: Element, target: Element) -> Verdict:
    """A signature that is intact, over another element than the one it stands in."""
    if element.getparent() is target or found.state not in ("valid", "untrusted-key"):
        return found
    detail = f"it stands in {path_of(element)} and covers {found.covered_path}"
    return found._replace(state="covers-other", reason="elsewhere", detail=detail, signed=None)
