"""From bytes to a `Document`: the kind is recognised from the content, never from the name.

Each form has one reader. A reader that cannot go on says why in `Document.input` and stops: the
judgement is the rules'.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

from doctor.model.document import Certificate, Document, Entity, Input
from doctor.parse import sniff

if TYPE_CHECKING:
    from collections.abc import Callable


def recognise(data: bytes, name: str) -> Document:
    """The document in these bytes. Never raises, whatever the bytes.

    `name` is what the person calls the input. Large aggregates are better streamed: see
    `parse.aggregate`.
    """
    text = sniff.head_text(data)
    form = sniff.form(data, text)
    base = Document("unknown", name, hashlib.sha256(data).hexdigest(), Input(form, len(data)), source=data)
    exported = _export(base, data, text) if form in ("text", "pem") or "<?php" in text[:200] else None
    found = exported or _READERS[form](base, data, text)
    return found if found.kind != "unknown" else _unread(found, text)


def _unread(found: Document, text: str) -> Document:
    from doctor.parse import damaged

    return damaged.unread(found, text)


_EXPORTED: Final = (
    "SamlResponseSignature", "SignedSamlRequestsRequired", "IsPrimary", "$metadata", "saml:SP", "authentik_",
)  # fmt: skip
_MARKS: Final = (" ", ":", "$")
"""One of them stands in any listing or program; base64 has none, and is told by that sooner than by words."""


def _export(base: Document, data: bytes, text: str) -> Document | None:
    """The export of an application that is no JSON: a listing of PowerShell, a PHP file, a blueprint."""
    if not any(mark in text for mark in _MARKS) or not any(word in text for word in _EXPORTED):
        return None
    from doctor.parse import application

    found = application.of_text(base._replace(input=base.input._replace(form="text")), sniff.whole_text(data))
    return found if found.applications else None


def _empty(base: Document, _data: bytes, _text: str) -> Document:
    return base._replace(input=base.input._replace(problem="empty"))


def _binary(base: Document, data: bytes, _text: str) -> Document:
    from doctor.parse import damaged

    return damaged.packed(base, data)


def _html(base: Document, data: bytes, text: str) -> Document:
    from doctor.parse import html

    return html.read(base, data, text)


def _json(base: Document, data: bytes, text: str) -> Document:
    from doctor.parse import jsons

    found = jsons.read(base, data, text)
    if found.kind == "unknown" and "-----BEGIN " in text and not _cut(found, text):
        return _certificates(base._replace(input=base.input._replace(form="pem")), data, text)
    return found


_OBJECT: Final = re.compile(r"\s*[\[{\s]*\{\s*\"[^\"]*\"\s*:")


def _cut(found: Document, text: str) -> bool:
    """Whether this is JSON that was cut off: a certificate inside does not make it one."""
    return found.input.problem == "not-json" and _OBJECT.match(text) is not None


def _text(base: Document, data: bytes, text: str) -> Document:
    from doctor.parse import paste

    return paste.read(base, data, text)


def _certificates(base: Document, data: bytes, text: str) -> Document:
    from doctor.parse import bundle

    return bundle.read(base, data, text)


def _xml(base: Document, data: bytes, text: str) -> Document:
    from doctor.parse import xmls

    found = xmls.read(base, data, text)
    if found.input.problem == "not-well-formed" and text.lstrip()[:1] != "<":
        return _amid_words(base, data) or found
    return found


def _amid_words(base: Document, data: bytes) -> Document | None:
    """A SAML message in the text of a log or a mail."""
    from doctor.parse import recorded

    found = recorded.read(base._replace(input=base.input._replace(form="text")), data)
    return found if found and found.kind != "unknown" else None


_READERS: Final[dict[str, Callable[[Document, bytes, str], Document]]] = {
    "empty": _empty, "binary": _binary, "html": _html, "json": _json, "text": _text,
    "pem": _certificates, "der": _certificates, "xml": _xml,
}  # fmt: skip


def kind_of_entity(entity: Entity) -> str:
    """idp-metadata or sp-metadata: an entity with both roles, or with neither, was meant as an IdP."""
    names = {role.name for role in entity.roles}
    return "sp-metadata" if "sp" in names and not names & {"idp", "wsfed-sts"} else "idp-metadata"


def certificate_document(base: Document, found: tuple[Certificate, ...]) -> Document:
    """A document of the kind that its certificates show: certificate, csr or private-key."""
    problems = [certificate.problem for certificate in found]
    if "private-key" in problems:
        kind = "private-key"
    elif problems and all(problem == "csr" for problem in problems):
        kind = "csr"
    else:
        kind = "certificate"
    return base._replace(kind=kind, certificates=found)
