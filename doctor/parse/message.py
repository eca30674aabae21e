"""What a SAML protocol message or assertion says about itself, for a summary.

The judgement of messages needs more than this; here they are named and summarised.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from doctor.parse.xml import Element

_ATTRIBUTES: Final = {
    "Destination": "destination", "InResponseTo": "in_response_to", "IssueInstant": "issue_instant",
    "AssertionConsumerServiceURL": "acs_url", "ProtocolBinding": "protocol_binding",
}  # fmt: skip


def summary(root: Element) -> dict[str, object]:
    """Message name, issuer, destination, status and times, as far as they are there."""
    found: dict[str, object] = {"message": root.tag.rpartition("}")[2]}
    if issuer := _text(root, "Issuer"):
        found["issuer"] = issuer
    for written, name in _ATTRIBUTES.items():
        if value := root.get(written):
            found[name] = value
    status = root.find("{*}Status/{*}StatusCode")
    if status is not None and status.get("Value"):
        found["status"] = status.get("Value").rpartition(":")[2]
    found |= _parts(root)
    found |= _subject(root)
    return found


def _subject(root: Element) -> dict[str, object]:
    """Recipient, audience and NameID of the first assertion, as far as they can be read."""
    assertion = root if root.tag.endswith("}Assertion") else root.find("{*}Assertion")
    if assertion is None:
        return {}
    confirmation = assertion.find("{*}Subject/{*}SubjectConfirmation/{*}SubjectConfirmationData")
    name_id = assertion.find("{*}Subject/{*}NameID")
    found: dict[str, object] = {
        "recipient": confirmation.get("Recipient") if confirmation is not None else None,
        "audience": (assertion.findtext("{*}Conditions/{*}AudienceRestriction/{*}Audience") or "").strip(),
        "name_id_present": name_id is not None and bool((name_id.text or "").strip()),
    }
    return {name: value for name, value in found.items() if value}


def _parts(root: Element) -> dict[str, object]:
    parts = {
        "assertions": len(root.findall("{*}Assertion")),
        "encrypted_assertions": len(root.findall("{*}EncryptedAssertion")),
        "signatures": sum(1 for _ in root.iter("{http://www.w3.org/2000/09/xmldsig#}Signature")),
    }  # fmt: skip
    return {name: count for name, count in parts.items() if count}


def _text(root: Element, name: str) -> str:
    element = root.find("{*}" + name)
    return (element.text or "").strip() if element is not None else ""
