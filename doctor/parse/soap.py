"""SAML messages in SOAP: the artifact's back channel, and clients that are no browsers (ECP, PAOS)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from doctor.model.capture import Message

if TYPE_CHECKING:
    from doctor.parse.wire import Wire

_ENVELOPE: Final = re.compile(r"\s*(?:<\?xml[^>]{0,200}\?>\s*)?<(?:[\w.-]{1,40}:)?Envelope[\s>]")
_PROTOCOL: Final = "urn:oasis:names:tc:SAML:2.0:protocol"
_RANK: Final = ("Response", "ArtifactResponse", "LogoutResponse", "LogoutRequest", "AuthnRequest")
_MAX: Final = 2 * 1024 * 1024


def message(wire: Wire) -> Message | None:
    """The message in the SOAP body of the request or of its answer: a response goes before a request.

    Only the message is kept, as it would be written alone; headers around it may hold credentials.
    """
    sent, came = _opened(wire.body), _opened(wire.answer)
    found = [(*one, carrier) for one, carrier in ((sent, "request"), (came, "answer")) if one]
    if not found:
        return None
    name, xml, carrier = min(found, key=lambda one: _RANK.index(one[0]))
    return Message("SAMLRequest" if name.endswith("Request") else "SAMLResponse", "soap", xml, carrier=carrier)


def _opened(body: str) -> tuple[str, bytes] | None:
    """Name and bytes of the message in an envelope; comments stay, since a signature may cover them."""
    if len(body) > _MAX or _PROTOCOL not in body or not _ENVELOPE.match(body):
        return None
    from lxml import etree

    from doctor.parse.xml import XmlRefused, faithful

    try:
        root = faithful(_undeclared(body).encode("utf-8", "replace"))
    except XmlRefused:
        return None
    inner = next((one for name in _RANK for one in root.iter("{" + _PROTOCOL + "}" + name)), None)
    if inner is None:
        return None
    return inner.tag.rpartition("}")[2], etree.tostring(inner, with_tail=False)


def _undeclared(body: str) -> str:
    """The text without its declaration: it is no longer in the encoding that stands there."""
    return re.sub(r"\A\s*<\?xml[^>]{0,200}\?>", "", body)
