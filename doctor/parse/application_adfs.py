"""AD FS: relying party trusts and token-signing certificates, as PowerShell prints or saves them.

`ConvertTo-Json` without `-Depth` and `Format-List` print an endpoint as the name of its type: then the address is
lost, and said to be. Times in text follow the server's language and are never guessed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from doctor.model.application import Address, Application, Mapped
from doctor.parse import application_value as value
from doctor.parse import powershell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from doctor.parse.xml import Element

VENDOR: Final = "microsoft-ad-fs"
_NAME_ID: Final = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier"
_SIGNED: Final = {"MessageOnly": (True, False), "AssertionOnly": (False, True), "MessageAndAssertion": (True, True)}
_BINDINGS: Final = {"POST": "post", "REDIRECT": "redirect", "ARTIFACT": "artifact"}
_PROFILES: Final = {"SAML": "saml", "WsFed-SAML": "saml", "WSFederation": "wsfed"}
_TEXT: Final = re.compile(
    r"(?m)^(?:SamlResponseSignature|SignedSamlRequestsRequired|IssuanceTransformRules|CertificateType|IsPrimary)\s*:"
)
_MAX_RULES: Final = 200_000


def read(node: Any) -> Application | None:
    """The application, or part of one, in one object; None when it is not AD FS's."""
    if isinstance(node, list):
        certificates = [one for one in node if isinstance(one, dict) and {"IsPrimary", "Thumbprint"} <= set(one)]
        return _certificates(certificates) if certificates and len(certificates) == len(node) else None
    if not isinstance(node, dict):
        return None
    if {"IsPrimary", "CertificateType"} <= set(node):
        return _certificates([node])
    if _is_claims_provider(node):
        return Application(VENDOR, wrong="broker", name=value.text(node.get("Name")))
    return _trust(node) if _is_trust(node) else None


def looks(text: str) -> bool:
    """Whether a text is `Format-List` output of a trust or of its certificates."""
    return len(set(_TEXT.findall(text[:200_000]))) >= 2


def of_text(text: str) -> tuple[Application, ...]:
    """The trusts in `Format-List` output."""
    found = powershell.objects(text)
    if all("IsPrimary" in one for one in found):
        return tuple(one for one in [read(found)] if one is not None)
    return tuple(one for item in found if (one := read(item)) is not None)


def of_clixml(root: Element) -> tuple[Application, ...]:
    """The trusts in an `Export-Clixml` file."""
    found = powershell.deserialized(root)
    nodes = [found] if found and all("IsPrimary" in one for one in found) else found
    return tuple(one for item in nodes if (one := read(item)) is not None)


def _is_claims_provider(node: dict[str, Any]) -> bool:
    return "SamlEndpoints" in node and bool({"TokenSigningCertificates", "RequiredNameIdFormat"} & set(node))


def _is_trust(node: dict[str, Any]) -> bool:
    told = {"SamlEndpoints", "SamlResponseSignature", "IssuanceTransformRules"}
    return "Identifier" in node and not told.isdisjoint(node)


def _trust(node: dict[str, Any]) -> Application:
    acs = _endpoints(node)
    signs = _SIGNED.get(str(node.get("SamlResponseSignature")), (None, None))
    encrypting = [node["EncryptionCertificate"]] if node.get("EncryptionCertificate") else []
    rules = node.get("IssuanceTransformRules")
    cut = isinstance(rules, str) and _breaks_off(rules)
    claims = _claims(rules) if isinstance(rules, str) and not cut else None
    policy = value.text(node.get("AccessControlPolicyName"))
    return Application(
        VENDOR, id=value.text(node.get("ObjectIdentifier")), name=value.text(node.get("Name")),
        protocol=_PROFILES.get(str(node.get("ProtocolProfile")), "saml" if acs else None),
        enabled=value.flag(node.get("Enabled")), acs=acs,
        audiences=value.texts(_unrolled(node.get("Identifier"))) if "Identifier" in node else None,
        name_id_format=_format(rules), name_id_source=_name_id(claims),
        name_id_set=None if claims is None else any(one.name == _NAME_ID for one in claims),
        attributes=None if claims is None else tuple(one for one in claims if one.name != _NAME_ID),
        signs_response=signs[0], signs_assertion=signs[1],
        signature_algorithm=value.algorithm(node.get("SignatureAlgorithm")),
        encrypts=value.flag(node.get("EncryptClaims")) and bool(encrypting) if "EncryptClaims" in node else None,
        encryption_certificates=_read(encrypting, "encryption") or None,
        wants_signed_requests=value.flag(node.get("SignedSamlRequestsRequired")),
        request_certificates=_read(_unrolled(node.get("RequestSigningCertificate")), "signing") or None,
        assignment_required=False if policy == "Permit everyone" else None,
        lost=tuple(_lost(node, acs, rules_cut=cut)),
    )  # fmt: skip


def _breaks_off(rules: str) -> bool:
    """Whether the end of claim rules is missing: each rule ends with a semicolon."""
    return bool(rules.strip()) and not rules.rstrip().endswith(";")


def _lost(node: dict[str, Any], acs: object, *, rules_cut: bool) -> Iterator[str]:
    """What the trust has and the export does not show."""
    if acs is None and node.get("SamlEndpoints"):
        yield "acs"
    if rules_cut:
        yield "rules"


def _unrolled(given: Any) -> list[Any]:
    """A list, also where Windows PowerShell wrote it as an object with its count."""
    return value.listed(given["value"] if isinstance(given, dict) and {"value", "Count"} <= set(given) else given)


def _endpoints(node: dict[str, Any]) -> tuple[Address, ...] | None:
    """The addresses for responses; None where only the type's name was printed."""
    if "SamlEndpoints" not in node:
        return None
    found = []
    for one in _unrolled(node["SamlEndpoints"]):
        parts = powershell.properties(one) if isinstance(one, str) else one
        if not isinstance(parts, dict):
            return None
        if str(parts.get("Protocol")) in ("SAMLAssertionConsumer", "None", "0"):
            found.append(parts)
    return tuple(one for parts in found if (one := _address(parts)) is not None)


def _address(parts: dict[str, Any]) -> Address | None:
    location = parts.get("Location")
    if isinstance(location, dict):  # a System.Uri that was taken apart
        location = location.get("OriginalString") or location.get("AbsoluteUri")
    url = value.verbatim(location)
    if not url:
        return None
    is_default = value.flag(parts.get("IsDefault")) is True
    return Address(url, _BINDINGS.get(str(parts.get("Binding")).upper()), value.count(parts.get("Index")), is_default)


def _read(given: list[Any], use: str) -> tuple[Any, ...]:
    """Certificates of which the bytes were saved."""
    raw = [one.get("RawData") if isinstance(one, dict) else one for one in given]
    return value.certificates((one for one in raw if not isinstance(one, str) or "[" not in one), use)


def _certificates(nodes: list[dict[str, Any]]) -> Application | None:
    signing = [one for one in nodes if "sign" in str(one.get("CertificateType", "signing")).lower()]
    held = [(str(one.get("Thumbprint")).lower(), _one(one), value.flag(one.get("IsPrimary"))) for one in signing]
    shown = [(name, certificate) for name, certificate, _ in held if certificate is not None]
    return Application(
        VENDOR, "certificates", signing_key=next((name for name, _, primary in held if primary), None),
        certificates=tuple(one for _, one in shown) or None, key_ids=tuple(name for name, _ in shown),
    )  # fmt: skip


def _one(node: dict[str, Any]) -> Any:
    inner = value.mapping(node, "Certificate")
    return value.certificate(node.get("RawData") or inner.get("RawData")) or value.dated(
        inner.get("Subject", node.get("Thumbprint")), node.get("NotBefore", inner.get("NotBefore")),
        node.get("NotAfter", inner.get("NotAfter")),
    )  # fmt: skip


_ISSUES: Final = re.compile(r"=>\s*issue\s*\(")
_TYPE: Final = re.compile(r"\bType\s*==?\s*\"([^\"]{1,500})\"")
_TYPES: Final = re.compile(r"\btypes\s*=\s*\(([^)]{1,4000})\)")
_QUERY: Final = re.compile(r"\bquery\s*=\s*\"[^\";]{0,500};([^\";]{0,1000});")
_QUOTED: Final = re.compile(r"\"([^\"]{1,500})\"")
_PROPERTY: Final = re.compile(r"claimproperties/format\"\]\s*=\s*\"([^\"]{1,200})\"")


def _claims(rules: str) -> tuple[Mapped, ...]:
    """What the claim rules issue, each with the attribute or claim behind it; comments in rules do not matter."""
    found = []
    for rule in _rules(rules[:_MAX_RULES])[: value.MAX_ITEMS]:
        condition, _, issued = rule.partition("=>")
        taken = _TYPE.search(condition)
        source = taken[1] if taken else None
        if names := _TYPES.search(issued):
            query = _QUERY.search(issued)
            columns = [one.strip() for one in query[1].split(",")] if query else []
            types = _QUOTED.findall(names[1])
            found += [Mapped(name, columns[n] if n < len(columns) else None) for n, name in enumerate(types)]
        elif given := _TYPE.search(issued):
            found.append(Mapped(given[1], source))
        elif source and re.search(r"\bclaim\s*=", issued):
            found.append(Mapped(source, source))
    return tuple(dict.fromkeys(found))


def _rules(text: str) -> list[str]:
    """Each rule that issues something; a semicolon inside quotes does not end it."""
    found, begin, quoted = [], 0, False
    for at, char in enumerate(text):
        if char == '"':
            quoted = not quoted
        elif char == ";" and not quoted:
            found.append(text[begin:at])
            begin = at + 1
    return [part for part in found if _ISSUES.search(part)]


def _name_id(claims: tuple[Mapped, ...] | None) -> str | None:
    return next((one.source for one in claims or () if one.name == _NAME_ID), None)


def _format(rules: Any) -> str | None:
    found = _PROPERTY.search(rules[:_MAX_RULES]) if isinstance(rules, str) else None
    return value.name_id_format(found[1]) if found else None
