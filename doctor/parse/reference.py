"""What a signature refers to, and what is refused unexecuted before signxml sees it.

Refused are XSLT, XPath and base64 transforms, references out of the document, HMAC (where a public
certificate would serve as the shared secret) and comments inside SignedInfo.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from lxml import etree

from doctor.parse.saml import DS, ID_NAMES, child, local, short

if TYPE_CHECKING:
    from doctor.parse.xml import Element

_MAX_NUMBER: Final = 1000
_MAX_LOOKED_AT: Final = 20_000
_ENVELOPED: Final = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
_C14N: Final = tuple(
    uri + comments
    for uri in ("http://www.w3.org/TR/2001/REC-xml-c14n-20010315", "http://www.w3.org/2006/12/xml-c14n11",
                "http://www.w3.org/2001/10/xml-exc-c14n#")
    for comments in ("", "WithComments" if uri.endswith("#") else "#WithComments")
)  # fmt: skip
_MAX_SAME: Final = 20
_NAMED: Final = " or ".join(f"local-name() = '{name}'" for name in ID_NAMES)
_VALUED: Final = etree.XPath(f"(//@*[. = $value][{_NAMED}])[position() <= {_MAX_SAME}]")


class Refused(NamedTuple):
    """Why a signature is not tried: `state`, `reason` and `detail` of its verdict."""

    state: str
    reason: str
    detail: str


class Target(NamedTuple):
    """The element that a signature covers; None with the refusal when there is none to be found."""

    element: Element | None
    refused: Refused | None = None


def target_of(root: Element, signature: Element) -> Target:
    """The element that the only reference of a signature points at."""
    references = references_of(signature)
    if len(references) != 1:
        return _none("unsupported", "reference", f"{len(references)} references, one was expected")
    uri = references[0].get("URI")
    if uri == "":
        return Target(root)
    if uri is None or uri == "#" or uri.startswith("#xpointer"):
        return _none("unsupported", "reference", f"the reference {line(uri)} is not followed")
    if uri[0] != "#":
        return _none("unsupported", "external-reference", f"{line(uri)} is not fetched")
    return _by_id(root, uri[1:])


def references_of(signature: Element) -> list[Element]:
    """The Reference elements in the first SignedInfo."""
    info = child(signature, DS + "SignedInfo")
    return [] if info is None else list(info.iterchildren(DS + "Reference"))


def _by_id(root: Element, value: str) -> Target:
    """Under whatever name of attribute: toolkits differ in which they take for the ID."""
    found = [one.getparent() for one in _VALUED(root, value=value)]
    if not found:
        return _none("covers-other", "no-target", f"no element has the ID {line(value)}")
    if len(found) > 1:
        return _none("covers-other", "duplicate-id", f"{_several(len(found))} elements have the ID {line(value)}")
    return Target(found[0])


def _several(number: int) -> str:
    return str(number) if number < _MAX_SAME else f"{number} or more"


def _none(state: str, reason: str, detail: str) -> Target:
    return Target(None, Refused(state, reason, detail))


def refused(signature: Element) -> Refused | None:
    """What forbids to try a signature; None when nothing does."""
    if signature.getparent() is None:
        return Refused("unsupported", "structure", "the signature is the root; an enveloped one was expected")
    info = list(signature.iterchildren(DS + "SignedInfo"))
    if len(info) != 1 or sum(1 for _ in signature.iterchildren(DS + "SignatureValue")) != 1:
        return Refused("unsupported", "structure", "exactly one SignedInfo and one SignatureValue were expected")
    if any(not isinstance(node.tag, str) for node in info[0].iter()):
        return Refused("unsupported", "comment", "a comment stands inside SignedInfo")
    method = short(child(info[0], DS + "SignatureMethod"))
    if method.startswith("hmac"):
        return Refused("unsupported", "hmac", f"{method} needs a shared secret; a certificate is none")
    return _refused_transforms(info[0])


def _refused_transforms(info: Element) -> Refused | None:
    """SAML allows the enveloped-signature transform and exclusive canonicalization (core 5.4.4)."""
    holder = child(child(info, DS + "Reference"), DS + "Transforms")
    transforms = [one.get("Algorithm") or "" for one in holder.iterchildren()] if holder is not None else []
    odd = next((uri for uri in transforms if uri != _ENVELOPED and uri not in _C14N), None)
    if odd is not None:
        return Refused("unsupported", "transform", f"the transform {line(odd)} is refused unexecuted")
    if len(transforms) > 2 or sum(uri in _C14N for uri in transforms) > 1 or transforms[1:] == [_ENVELOPED]:
        return Refused("unsupported", "transform", f"{len(transforms)} transforms in an unusual order")
    return None


def is_inside(element: Element, outer: Element) -> bool:
    """Whether an element is another one or stands anywhere in it."""
    while element is not None and element is not outer:
        element = element.getparent()
    return element is not None


def is_indented(element: Element) -> bool:
    """Whether line breaks stand between elements: the document may have been reformatted."""
    looked_at = zip(range(_MAX_LOOKED_AT), element.iter("*"), strict=False)
    return any("\n" in (one.text or "") and not (one.text or "").strip() and len(one) for _, one in looked_at)


def path_of(element: Element) -> str:
    """Where an element stands, without namespaces: /Response/Assertion[2]/Signature."""
    steps = []
    while element is not None:
        number = _ordinal(element)
        steps.append(local(element)[:80] + (f"[{number}]" if number else ""))
        element = element.getparent()
    return "/" + "/".join(reversed(steps[-40:]))


def _ordinal(element: Element) -> str:
    """Which of several of one name it is; counting ends where nobody would count on."""
    before = element.itersiblings(element.tag, preceding=True)
    number = 1 + sum(1 for _ in zip(range(_MAX_NUMBER), before, strict=False))
    if number == 1:
        return ""
    return str(number) if number <= _MAX_NUMBER else f"after {_MAX_NUMBER}"


def line(thing: object) -> str:
    """A thing that was sent, or an error, on one line of bounded length."""
    text = str(thing) if isinstance(thing, BaseException) else repr(thing)
    return " ".join(text.split())[:200]
