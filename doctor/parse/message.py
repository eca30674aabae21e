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
    return found


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
