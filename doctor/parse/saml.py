"""What readers of SAML messages share: names, small readings of elements, and the bounds of each."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from doctor.model import message
from doctor.model.finding import Place
from doctor.parse import certificate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from doctor.model.document import Certificate
    from doctor.model.message import Instant
    from doctor.parse.xml import Element

SAMLP: Final = "{urn:oasis:names:tc:SAML:2.0:protocol}"
SAML: Final = "{urn:oasis:names:tc:SAML:2.0:assertion}"
SAMLP1: Final = "{urn:oasis:names:tc:SAML:1.0:protocol}"
SAML1: Final = "{urn:oasis:names:tc:SAML:1.0:assertion}"
DS: Final = "{http://www.w3.org/2000/09/xmldsig#}"
XENC: Final = "{http://www.w3.org/2001/04/xmlenc#}"
ID_NAMES: Final = ("ID", "AssertionID", "ResponseID", "RequestID", "Id", "id")

MAX_PARTS: Final = 100
"""Confirmations, audiences, statements, signatures, session indexes: so many of each are read."""
MAX_TEXT: Final = 4096
"""Characters of any text that are kept."""

_DATE_TIME: Final = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,6})?\d*(Z|[+-]\d\d:\d\d)?", re.ASCII
)  # fmt: skip
_SHORT: Final = re.compile(r"[#/]([\w-]+)$")
_SIGNED_INFO: Final = DS + "SignedInfo"
_REFERENCE: Final = DS + "Reference"
_BOOLEANS: Final = {"true": True, "1": True, "false": False, "0": False}

Anchors = dict["Element", int]


class Scope(NamedTuple):
    """What reading needs beside the element.

    Anchors; which elements hold comments (None: not known); the signatures that were read already.
    """

    anchors: Anchors
    split: frozenset[Element] | None
    seals: dict[Element, message.Seal]

    def place(self, element: Element) -> Place:
        """Where the element stands."""
        return Place(element.sourceline, None, self.anchors.get(element))

    def is_split(self, *elements: Element) -> bool | None:
        """Whether a comment or an instruction stands in one of them; None when that is not known."""
        if not self.split:
            return None if self.split is None else False
        return any(element in self.split for element in elements)


def status_of(root: Element, scope: Scope, namespace: str) -> message.Status | None:
    """The status of an answer, its codes from the outermost to the innermost; None when it has none."""
    status = child(root, namespace + "Status")
    if status is None:
        return None
    codes: list[str] = []
    code = child(status, namespace + "StatusCode")
    while code is not None and len(codes) < 10:
        codes.append(cut(code.get("Value")) or "")
        code = child(code, namespace + "StatusCode")
    return message.Status(tuple(codes), text_of(child(status, namespace + "StatusMessage")), scope.place(status))


def child(parent: Element | None, tag: str) -> Element | None:
    """The first child with this name; a third of the cost of `find`, and None has none."""
    return None if parent is None else next(parent.iterchildren(tag), None)


def local(element: Element) -> str:
    """The name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def identifier(element: Element) -> str | None:
    """The ID of an element, under the names that SAML 2.0, SAML 1.1 and others give it."""
    return next((str(value) for name in ID_NAMES if (value := element.get(name)) is not None), None)


def short(element: Element | None) -> str:
    """The last word of an Algorithm URI, in lower case: rsa-sha256, sha1, aes128-cbc; else `unknown`."""
    match = _SHORT.search(element.get("Algorithm") or "") if element is not None else None
    return match[1].lower()[:60] if match else "unknown"


def boolean(text: str | None) -> bool | None:
    """An xs:boolean; None when there is no text or it is none."""
    return None if text is None else _BOOLEANS.get(text.strip())


def cut(text: str | None) -> str | None:
    """The text, no longer than is kept."""
    return None if text is None else text[:MAX_TEXT]


def text_of(element: Element | None) -> str | None:
    """The text in an element without white space around it; None when there is no element."""
    if element is None:
        return None
    whole = "".join(element.itertext("*")) if len(element) else element.text or ""
    return whole.strip()[:MAX_TEXT]


def space_around(element: Element) -> str:
    """The white space before and after the text of an element."""
    whole = element.text or "" if not len(element) else "".join(element.itertext("*"))
    bare = whole.strip()
    if not bare or len(bare) == len(whole):
        return ""
    return str(whole[: whole.index(bare)] + whole[whole.index(bare) + len(bare) :])[:MAX_TEXT]


def compared(parent: Element, tag: str) -> tuple[str, ...]:
    """Texts that are compared character by character: blanks around them count, what reformatting adds does not."""
    found = ((text_of(child) or "", child) for child in parent.iterchildren(tag))
    return tuple(_with_blanks(text, child) for (text, child), _ in zip(found, range(MAX_PARTS), strict=False))


def _with_blanks(text: str, element: Element) -> str:
    around = space_around(element)
    return str(element.text)[:MAX_TEXT] if around and not set(around) & {"\n", "\r"} and not len(element) else text


def texts(parent: Element, *tags: str) -> tuple[str, ...]:
    """The texts of the first children with one of these names."""
    children: Iterator[Element] = parent.iterchildren(*tags)
    return tuple(text_of(child) or "" for child, _ in zip(children, range(MAX_PARTS), strict=False))


def first(parent: Element, tag: str) -> tuple[Element, ...]:
    """The first children with this name, as many as are read."""
    children: Iterator[Element] = parent.iterchildren(tag)
    return tuple(child for child, _ in zip(children, range(MAX_PARTS), strict=False))


def instant(text: str | None) -> Instant | None:
    """An xs:dateTime in UTC; `at` is None when the text is none, the whole is None when there is no text."""
    if text is None:
        return None
    match = _DATE_TIME.fullmatch(text.strip())
    return message.Instant(_moment(match) if match else None, text[:100])


def _moment(match: re.Match[str]) -> datetime | None:
    zone = match[3] or "Z"
    try:
        moment = datetime.fromisoformat(f"{match[1]}{match[2] or ''}{zone}")
        return moment if zone == "Z" else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def seals(root: Element, scope: Scope) -> tuple[message.Seal, ...]:
    """All signatures of a document as they stand there, the first hundred."""
    found: Iterator[Element] = root.iter(DS + "Signature")
    return tuple(seal(one, scope) for one, _ in zip(found, range(MAX_PARTS), strict=False))


def seal(element: Element, scope: Scope) -> message.Seal:
    """One signature as it stands there, unverified."""
    if (known := scope.seals.get(element)) is None:
        known = scope.seals[element] = _seal(element, scope)
    return known


def _seal(element: Element, scope: Scope) -> message.Seal:
    parent = element.getparent()
    info = child(element, _SIGNED_INFO)
    references = list(info.iterchildren(_REFERENCE)) if info is not None else ()
    only = references[0] if len(references) == 1 else None
    return message.Seal(
        local(parent) if parent is not None else "", identifier(parent) if parent is not None else None,
        cut(only.get("URI")) if only is not None else None,
        short(child(info, DS + "SignatureMethod")),
        short(child(only, DS + "DigestMethod")),
        carried_in(child(element, DS + "KeyInfo")), scope.place(element),
    )  # fmt: skip


def carried_in(key_info: Element | None) -> Certificate | None:
    """The first certificate in a KeyInfo; `problem` says when it is none."""
    found = next(key_info.iter(DS + "X509Certificate"), None) if key_info is not None else None
    return None if found is None else certificate.from_text(found.text or "")


def encrypted(element: Element, kind: str, scope: Scope) -> message.Encrypted:
    """An EncryptedAssertion, EncryptedID or EncryptedAttribute.

    EncryptedKey stands inside the data's KeyInfo or beside the data (errata E43).
    """
    key = next(element.iter(XENC + "EncryptedKey"), None)
    holder = key if key is not None else element
    return message.Encrypted(
        kind, short(child(child(element, XENC + "EncryptedData"), XENC + "EncryptionMethod")),
        short(child(key, XENC + "EncryptionMethod")) if key is not None else None,
        cut(key.get("Recipient")) if key is not None else None,
        carried_in(child(holder, DS + "KeyInfo")), scope.place(element),
    )  # fmt: skip
