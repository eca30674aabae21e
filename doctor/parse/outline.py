"""SAML messages in a few words, for a summary: who, to whom, about what. Judgement needs `model.message`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from doctor.model import message

if TYPE_CHECKING:
    from doctor.model.message import Instant, Message
    from doctor.parse.xml import Element

_ATTRIBUTES: Final = {"Destination": "destination", "InResponseTo": "in_response_to", "IssueInstant": "issue_instant"}
_DS: Final = "{http://www.w3.org/2000/09/xmldsig#}"


def of_message(found: Message | None, root: Element) -> dict[str, object]:
    """Name, issuer, destination, status, times and what it holds, as far as they are there."""
    if found is None or isinstance(found, message.Encrypted):
        return of_element(root)
    assertion = _assertion(found)
    status = getattr(found, "status", None)
    return _present({
        "message": type(found).__name__, "issuer": found.issuer, "destination": getattr(found, "destination", None),
        "in_response_to": getattr(found, "in_response_to", None), "issue_instant": _written(found.issue_instant),
        "acs_url": getattr(found, "acs_url", None), "protocol_binding": getattr(found, "protocol_binding", None),
        "status": _last(status.codes[0]) if status and status.codes else None,
        "assertions": getattr(found, "assertion_count", 0),
        "encrypted_assertions": len(found.encrypted) if isinstance(found, message.Response) else 0,
        "signatures": _signatures(root), **(_subject(assertion) if assertion else {}),
    })  # fmt: skip


def of_element(root: Element) -> dict[str, object]:
    """The same of messages that are not read further: SAML 1.1, queries, a lone encrypted assertion."""
    status = root.find("{*}Status/{*}StatusCode")
    name = root.tag.rpartition("}")[2]
    hidden = len(root.findall("{*}EncryptedAssertion")) + (name == "EncryptedAssertion")
    return _present({
        "message": name, "issuer": (root.findtext("{*}Issuer") or root.get("Issuer") or "").strip(),
        **{key: root.get(written) for written, key in _ATTRIBUTES.items()},
        "status": _last(status.get("Value") or "") if status is not None else None,
        "assertions": len(root.findall("{*}Assertion")), "encrypted_assertions": hidden,
        "signatures": _signatures(root),
    })  # fmt: skip


def _assertion(found: Message) -> message.Assertion | None:
    if isinstance(found, message.Response):
        return next(iter(found.assertions), None)
    return found if isinstance(found, message.Assertion) else None


def _subject(assertion: message.Assertion) -> dict[str, object]:
    """Recipient, audience and NameID of the first assertion."""
    subject, conditions = assertion.subject, assertion.conditions
    confirmations = subject.confirmations if subject else ()
    return {
        "recipient": next((one.recipient for one in confirmations if one.has_data), None),
        "audience": next(iter(conditions.audiences), None) if conditions else None,
        "name_id_present": bool(subject and subject.name_id and subject.name_id.value),
    }


def _signatures(root: Element) -> int:
    return sum(1 for _ in root.iter(_DS + "Signature"))


def _written(instant: Instant | None) -> str | None:
    return instant.text if instant else None


def _last(uri: str) -> str:
    return uri.rpartition(":")[2]


def _present(found: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in found.items() if value}
