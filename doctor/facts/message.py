"""How facts reach the SAML message in view: the response, its assertion, and the messages around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from doctor.facts.fact import NoDocument, only
from doctor.model.message import Assertion, AuthnRequest, Encrypted, LogoutRequest, LogoutResponse, Response
from doctor.model.state import ABSENT, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from doctor.facts.fact import View
    from doctor.model.document import Document
    from doctor.model.message import Message

RESPONSES: Final = ("saml-response", "saml-assertion")
"""The kinds of documents that carry an assertion."""
SAID: Final = (*RESPONSES, "case")
_SENT: Final = (Response, Assertion)


def response_of(view: View) -> Response:
    """The response in view. Raises `NoDocument` when it is none (a lone assertion has no response)."""
    found = view.document.message
    if not isinstance(found, Response) or _older(found):
        raise NoDocument
    return found


def sent(view: View) -> Response | Assertion:
    """The response or the lone assertion in view. Raises `NoDocument`, also for other versions than SAML 2.0."""
    found = view.document.message
    if isinstance(found, _SENT) and (found.version == "2.0" or not _older(found)):
        return found
    raise NoDocument


def _older(found: Response | Assertion) -> bool:
    """Whether a message states another major version: then nothing of SAML 2.0 is expected of it."""
    return (found.version or "2.0").partition(".")[0] != "2"


def request_of(view: View) -> AuthnRequest:
    """The sign-in request in view. Raises `NoDocument`."""
    return only(view.document.message, AuthnRequest)


def logout_of(view: View) -> LogoutRequest | LogoutResponse:
    """The logout message in view. Raises `NoDocument`."""
    found = view.document.message
    if not isinstance(found, LogoutRequest | LogoutResponse):
        raise NoDocument
    return found


def first_assertion(message: Message | None) -> Assertion | None:
    """The assertion that a consumer reads: the only one, or the first of a response."""
    if isinstance(message, Assertion):
        return message
    return message.assertions[0] if isinstance(message, Response) and message.assertions else None


def hidden(message: Message | None) -> bool:
    """Whether every assertion of the message is encrypted."""
    return isinstance(message, Encrypted) or (
        isinstance(message, Response) and not message.assertions and bool(message.encrypted)
    )


def of_assertion(name: str, read: Callable[[Assertion], Any]) -> Callable[[View], Any]:
    """A derivation from the assertion: unknown when it is encrypted, absent when there is none.

    `name` is the fact's own name; the docstring of `read` is its meaning.
    """

    def derive(view: View) -> Any:
        message = sent(view)
        assertion = first_assertion(message)
        if assertion is None:
            return Unknown.of(name, "encrypted") if hidden(message) else ABSENT
        return read(assertion)

    derive.__doc__ = read.__doc__
    return derive


def partners(view: View, kind: str) -> Iterator[Document]:
    """The other documents of this kind that belong to the same sign-in or case."""
    return (one for one in view.around if one.kind == kind and one is not view.document)


def request_for(view: View) -> Document | None:
    """The request that the response in view answers, when it is at hand."""
    wanted = in_response_to(sent(view))
    for one in partners(view, "saml-request"):
        if wanted and isinstance(one.message, AuthnRequest) and one.message.id == wanted:
            return one
    return None


def in_response_to(message: Response | Assertion) -> str | None:
    """The request that a response, or the first confirmation of its assertion, names."""
    if isinstance(message, Response) and message.in_response_to is not None:
        return message.in_response_to
    assertion = first_assertion(message)
    confirmations = assertion.subject.confirmations if assertion and assertion.subject else ()
    return next((one.in_response_to for one in confirmations if one.in_response_to is not None), None)


def byte_exact(document: Document) -> bool:
    """Whether the bytes are surely those that were sent: base64 keeps them, a file of XML may be reformatted."""
    details = document.details
    in_capture = details.get("exchange") is not None
    return (bool(details.get("encoded")) or in_capture) and details.get("exact", True) is not False


def short(uri: str) -> str:
    """The last part of a URN or URI."""
    return uri.rpartition(":")[2].rpartition("/")[2]
