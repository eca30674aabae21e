"""Signature wrapping: is what the intact signatures cover the thing that a consumer reads?

After Somorovsky et al., "On Breaking SAML" (USENIX Security 2012): the signed original is moved
aside and a forged assertion stands where it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from doctor.parse.reference import is_inside
from doctor.parse.saml import SAML, SAML1, SAMLP, SAMLP1

if TYPE_CHECKING:
    from doctor.model.message import Verdict
    from doctor.parse.xml import Element

MAX_ASSERTIONS: Final = 10_000
"""Assertions of one document of which it is asked whether they are covered."""

_ASSERTIONS: Final = (SAML + "Assertion", SAML1 + "Assertion")
_RESPONSES: Final = (SAMLP + "Response", SAMLP1 + "Response")
_ENCRYPTED: Final = SAML + "EncryptedAssertion"
_INTACT: Final = ("valid", "untrusted-key", "covers-other")


class Judged(NamedTuple):
    """A verdict before wrapping is known, with its Signature element and the element that it covers."""

    verdict: Verdict
    signature: Element
    target: Element | None


def finished(root: Element, judged: list[Judged]) -> tuple[Verdict, ...]:
    """The verdicts with `reads_covered` and `wrapping`.

    What a given key covers counts; only where none made anything, what the carried keys cover.
    """
    if not judged:
        return ()
    reads = read_first(root)
    sound = [one for one in judged if one.verdict.state in _INTACT and one.target is not None]
    intact = [one for one in sound if one.verdict.signer is not None] or sound
    bare = _bare(root, reads, intact) if intact else ""
    safe = any(_covers(one, reads) for one in intact)
    return tuple(_finished(one, reads, bare, safe=safe) for one in judged)


def read_first(root: Element) -> Element:
    """The first Assertion child of the Response (out of SOAP or an artifact), else the message itself."""
    message = root if _is_message(root) else next(root.iter(*_RESPONSES), None)
    if message is None:
        message = next(root.iter(*_ASSERTIONS), root)
    found = next(message.iterchildren(*_ASSERTIONS, _ENCRYPTED), None)
    return message if found is None or message.tag in _ASSERTIONS else found


def _is_message(root: Element) -> bool:
    """A message itself; otherwise it is looked for inside: SOAP, an artifact's response, WS-Trust."""
    tag = root.tag
    return tag in (*_RESPONSES, *_ASSERTIONS) or (tag.startswith(SAMLP) and tag != SAMLP + "ArtifactResponse")


def _covers(judged: Judged, element: Element) -> bool:
    """Whether the digest reaches an element: not into the signature itself, which is taken out first."""
    if judged.target is None or not is_inside(element, judged.target):
        return False
    return not is_inside(element, judged.signature) or is_inside(judged.target, judged.signature)


def _bare(root: Element, reads: Element, intact: list[Judged]) -> str:
    """Where assertions stand that no intact signature covers: hidden, beside what is read, or nowhere.

    An encrypted one in its own place may be signed inside; anywhere else none belongs.
    """
    found = ""
    for _, element in zip(range(MAX_ASSERTIONS), root.iter(*_ASSERTIONS, _ENCRYPTED), strict=False):
        if not any(_covers(one, element) for one in intact):
            if element.getparent() is not reads.getparent():
                return "hidden"
            found = found if element.tag == _ENCRYPTED else "beside"
    return found


def _finished(judged: Judged, reads: Element, bare: str, *, safe: bool) -> Verdict:
    covered = None if judged.target is None else _covers(judged, reads)
    return judged.verdict._replace(reads_covered=covered, wrapping=_wrapping(judged, bare, safe=safe))


def _wrapping(judged: Judged, bare: str, *, safe: bool) -> str:
    if judged.verdict.reason == "duplicate-id":
        return "duplicate-id"
    if judged.target is None or judged.verdict.state not in _INTACT:
        return ""
    if not safe:
        return "outside" if judged.signature.getparent() is judged.target else "elsewhere"
    return bare
