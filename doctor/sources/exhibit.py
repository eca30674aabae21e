"""Documents as evidence of a case: read once, stripped of secrets, known by their digest."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Final

from doctor.model import redaction
from doctor.model.case import Exhibit
from doctor.parse import sniff

if TYPE_CHECKING:
    from doctor.model.document import Document

MAX_KEPT: Final = 20 * 1024 * 1024
"""Bytes of one document that a case keeps."""
_JSON: Final = ("connection", "directory", "event", "scim", "idp-application", "oidc-discovery", "jwks")
NEVER: Final = ("token", "private-key")
"""Kinds whose text is neither kept nor shown; of a token its claims are, without the signature."""


def of_document(document: Document, offered_as: str | None = None) -> Exhibit:
    """One document as an exhibit, without its secrets."""
    return of_bytes(stripped(document), document.name, offered_as)


def of_bytes(data: bytes, name: str, offered_as: str | None = None) -> Exhibit:
    """Bytes as an exhibit."""
    shown = name.encode("utf-8", "replace").decode()  # a file name may hold bytes that are no text
    return Exhibit(shown, hashlib.sha256(data).hexdigest(), data[:MAX_KEPT], offered_as)


def stripped(document: Document) -> bytes:
    """The bytes of a document without secrets. SAML messages stay bit for bit: a signature needs it.

    Of a recording, and of a message that was encoded, what `parse.capture` lets through is kept, as JSON.
    """
    if document.capture is not None:
        from doctor.parse import capture

        return capture.stripped(document.capture)
    if document.applications:
        from doctor.parse import application

        return application.written(document)
    return _secret(document) if document.kind in NEVER else _as_written(document)


def _as_written(document: Document) -> bytes:
    """The bytes as they were given, secrets taken out by the form they have."""
    data = document.source or b""
    if document.kind in _JSON or (document.kind == "unknown" and document.input.form == "json"):
        return _json(data)
    if document.kind == "html":
        return redaction.page(sniff.whole_text(data)).encode("utf-8", "replace")
    if document.input.form in ("pem", "text") or (document.kind == "unknown" and document.input.form == "xml"):
        return redaction.text(sniff.whole_text(data)).encode("utf-8", "replace")
    return redaction.without_private_keys(data)


def _secret(document: Document) -> bytes:
    """What may be kept of a document that is a secret as a whole: of a token its claims, without the signature."""
    from doctor.model.oidc import Answer, Token
    from doctor.parse import oidc_stored

    held = document.oidc
    return oidc_stored.written(held) if isinstance(held, Token | Answer) else f"removed: {document.kind}".encode()


def _json(data: bytes) -> bytes:
    try:
        value = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return redaction.text(sniff.whole_text(data)).encode("utf-8", "replace")
    return json.dumps(redaction.data(value), ensure_ascii=False, sort_keys=False).encode("utf-8", "replace")
