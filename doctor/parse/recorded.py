"""From a capture to a `Document`: the timeline with its messages, or the one message that a text holds.

Nothing of the bytes is kept but what `parse.capture` lets through.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

from doctor.model import redaction
from doctor.model.document import Document, Input
from doctor.parse import capture, damaged, loose, sniff, xmls

if TYPE_CHECKING:
    from doctor.model.capture import Capture, Exchange, Message

_LOOSE: Final = ("form", "paste")
_NO_WORDS: Final = re.compile(r"\[saml message\]|https?://\S+")
_QUERY_ALGORITHM: Final = re.compile(r"[?&]SigAlg=[^&#]*")
_MAX_AROUND: Final = 200_000
_MIN_WORDS: Final = 12


def read(base: Document, data: bytes) -> Document | None:
    """The document when these bytes hold a recorded sign-in or a SAML message; None when they do not.

    A recording is of kind capture. A text, form or URL that holds one message and tells nothing else is
    that message; the words around it are `details["around"]`, without secrets. So are stored captures.
    """
    found = capture.read(data)
    if found is None:
        return None
    if found.source not in ("har", "saml-tracer") and not capture.is_stored(data) and not _telling(found):
        return None
    if found.source in _LOOSE and (one := _only(found)) and (made := _message(base, found, one)):
        words_only = made.kind == "unknown" and not made.details.get("carried_by")
        return None if words_only else _with_words(made, found, data)
    return _with_words(_timeline(base, found), found, data)


def words(document: Document) -> tuple[str, ...]:
    """What the recording says to people: texts around it, error texts of pages and answers. Stripped."""
    around = document.details.get("around")
    exchanges = document.capture.exchanges if document.capture else ()
    said = [around if isinstance(around, str) else "", *(text for one in exchanges for text in _said(one))]
    return tuple(dict.fromkeys(text for text in said if text))


def _said(one: Exchange) -> tuple[str, ...]:
    page = f"{one.page.title}: {one.page.text}".strip(": ") if one.page and one.page.text else ""
    oauth = (one.oauth.error, one.oauth.error_description) if one.oauth and one.oauth.error else ()
    scim = (one.scim.scim_type, one.scim.detail) if one.scim and one.scim.detail else ()
    return page, ": ".join(filter(None, oauth)), ": ".join(filter(None, scim))


def _telling(found: Capture) -> bool:
    """Whether a text is more than words: it holds a message, or answers that were recorded."""
    return any((one.message and one.message.xml) or one.status is not None for one in found.exchanges)


def _only(found: Capture) -> Exchange | None:
    """The exchange of the only message, when nothing else was recorded of it or beside it.

    A log may hold the same message several times: that is one message.
    """
    messages = [one for one in found.exchanges if one.message and one.message.xml]
    silent = all(one.status is None and one.page is None for one in found.exchanges)
    if not messages or not silent:
        return None
    copies = all(one.message == messages[0].message and not one.url for one in messages)
    return messages[0] if len(messages) == 1 or copies else None


def _message(base: Document, found: Capture, one: Exchange) -> Document | None:
    message = one.message
    read = _part(base, message) if message else None
    if message is None or read is None:
        return None
    told: dict[str, object] = {"posted_to": _goal(one)} if one.url and message.binding else {}
    told |= {"carried_by": by} if (by := _carried_by(found, message)) else {}
    told |= {"encoded": _encoding(message)} if message.exact else {"exact": False}
    kept = found._replace(exchanges=(one,), dropped=0)
    form = base.input._replace(form="text") if base.input.form == "json" else base.input
    made = read._replace(
        input=read.input._replace(form=form.form, size=form.size), details={**told, **_signed(message), **read.details},
        capture=kept,
    )  # fmt: skip
    return damaged.of_message(made) if message.exact else made


def _goal(one: Exchange) -> str:
    """The address to which a message was sent, or would be, without the binding's own parameters."""
    url = (one.location or "") if one.message and one.message.carrier == "page" else one.url
    return _QUERY_ALGORITHM.sub("", url)


def _encoding(message: Message) -> str:
    if message.name == "wresult":
        return "form field"
    return "deflate+base64" if message.deflated else "base64"


def _carried_by(found: Capture, message: Message) -> str:
    if message.binding == "redirect":
        return "URL"
    if found.source == "form":
        return "HTML form" if message.binding else "form body"
    return ""


def _timeline(base: Document, found: Capture) -> Document:
    details: dict[str, object] = {"recorder": found.source, "exchanges": len(found.exchanges), "dropped": found.dropped}
    if found.notes:
        details["notes"] = list(found.notes)
    parts = (_of_exchange(base, number, one) for number, one in enumerate(found.exchanges))
    return base._replace(
        kind="capture", capture=found, source=capture.stripped(found), details=details,
        parts=tuple(part._replace(capture=found) for part in parts if part),
    )  # fmt: skip


def _of_exchange(whole: Document, number: int, one: Exchange) -> Document | None:
    """The message of an exchange as a document of its own."""
    message = one.message
    if message is None or not message.xml:
        return None
    digest = hashlib.sha256(message.xml).hexdigest()
    base = Document("unknown", f"{whole.name}#{number + 1}", digest, Input("xml", len(message.xml)))
    read = _part(base, message)
    if read is None:
        return None
    details: dict[str, object] = {
        "exchange": number, "binding": message.binding, "relay_state": message.relay_state,
        "relay_length": message.relay_length, "exact": message.exact, "carrier": message.carrier,
        "posted_to": _goal(one), **_signed(message), **read.details,
    }  # fmt: skip
    reached = (one.sent or one.date) if message.carrier == "request" else None
    return read._replace(details=details, received_at=reached)


def _part(base: Document, message: Message) -> Document | None:
    """The document in the XML of a message; None when it is XML of another kind."""
    read = xmls.read(base, message.xml, sniff.head_text(message.xml))
    if not read.kind.startswith("saml-") and read.input.problem is None:
        return None
    if message.name == "wresult":
        return read._replace(details={**read.details, "enveloped": "WS-Federation"})
    return read


def _signed(message: Message) -> dict[str, object]:
    return {"redirect_signature": message.signature} if message.signature else {}


def _with_words(made: Document, found: Capture, data: bytes) -> Document:
    """With the words of a person around the message; commands and raw HTTP are no words."""
    if found.source != "paste" or capture.is_stored(data) or made.input.form == "html":
        return made
    text = loose.decoded(data)
    if loose.is_http(text) and any(one.method for one in found.exchanges):
        return made
    around = redaction.text(loose.without_messages(text[:_MAX_AROUND])).strip()
    if sum(map(str.isalpha, _NO_WORDS.sub("", around))) < _MIN_WORDS:
        return made
    return made._replace(details={**made.details, "around": around})
