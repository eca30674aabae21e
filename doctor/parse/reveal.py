"""A message with what the service provider's key opens: for reading, in memory only.

The document keeps the bytes that were sent, since a signature around encrypted content is about those;
`plain` holds the opened message, on which a signature inside is judged. Neither the key nor the plaintext
is ever stored or shown. What was decrypted is not verified by that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from doctor.model.message import Assertion, Encrypted, LogoutRequest, Response

if TYPE_CHECKING:
    from doctor.model.document import Document
    from doctor.model.message import Message


def revealed(document: Document, key: bytes) -> Document:
    """The document, and each message of a capture, with what the key opens.

    `details["decryption"]` says what became of it: decrypted, no-key-fits, unsupported, damaged,
    key-unreadable. A document in which nothing is encrypted stays as it is.
    """
    if document.parts:
        return document._replace(parts=tuple(revealed(part, key) for part in document.parts))
    if document.source is None or not hides(document.message):
        return document
    from doctor.parse import decrypt

    found = decrypt.decrypted(document.source, key)
    if found.xml is None:
        told = {"decryption": found.state, "decryption_detail": found.detail}
        return document._replace(details={**document.details, **told})
    return _opened(document, found.xml, found.algorithms)


def hides(message: Message | None) -> bool:
    """Whether something in the message is encrypted."""
    if isinstance(message, Response):
        return bool(message.encrypted) or any(hides(one) for one in message.assertions)
    if isinstance(message, Assertion):
        return message.encrypted_attributes > 0 or bool(message.subject and message.subject.encrypted)
    return isinstance(message, Encrypted) or (isinstance(message, LogoutRequest) and message.encrypted is not None)


def _opened(document: Document, plain: bytes, algorithms: tuple[str, ...]) -> Document:
    from doctor.parse import response, xml

    try:
        found = response.read(xml.root_of(plain), {}, plain)
    except xml.XmlRefused:
        told = {"decryption": "damaged", "decryption_detail": "what it opens to is no XML that can be read"}
        return document._replace(details={**document.details, **told})
    details = {**document.details, "decryption": "decrypted", "decryption_algorithms": list(algorithms)}
    return document._replace(message=found, plain=plain, details=details)
