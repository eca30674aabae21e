"""XML of every kind that doctor names: metadata, SAML messages, SOAP around them, keys.

Input that is nearly right (a blank line before the declaration, a wrong encoding declaration) is
read all the same, and the flaw is kept for the rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from doctor.model.finding import Place
from doctor.parse import anchor, certificate, metadata, sniff, xml
from doctor.parse.recognise import certificate_document, kind_of_entity

if TYPE_CHECKING:
    from doctor.model.document import Document, Entity, Input, Signature
    from doctor.parse.xml import Element

_MD: Final = metadata.MD
_DS: Final = metadata.DS
_SOAP: Final = ("{http://schemas.xmlsoap.org/soap/envelope/}", "{http://www.w3.org/2003/05/soap-envelope}")
_MESSAGES: Final = {
    "Response": "saml-response", "ArtifactResponse": "saml-response", "Assertion": "saml-assertion",
    "EncryptedAssertion": "saml-assertion", "AuthnRequest": "saml-request", "Request": "saml-request",
    "AttributeQuery": "saml-request", "AuthnQuery": "saml-request", "AuthzDecisionQuery": "saml-request",
    "ArtifactResolve": "saml-request", "NameIDMappingRequest": "saml-request", "ManageNameIDRequest": "saml-request",
    "AssertionIDRequest": "saml-request", "NameIDMappingResponse": "saml-response",
    "ManageNameIDResponse": "saml-response", "LogoutRequest": "saml-logout", "LogoutResponse": "saml-logout",
}  # fmt: skip
_SAML: Final = (
    "urn:oasis:names:tc:SAML:2.0:protocol", "urn:oasis:names:tc:SAML:2.0:assertion",
    "urn:oasis:names:tc:SAML:1.0:protocol", "urn:oasis:names:tc:SAML:1.0:assertion",
)  # fmt: skip
_TRUST: Final = ("{http://schemas.xmlsoap.org/ws/2005/02/trust}", "{http://docs.oasis-open.org/ws-sx/ws-trust/200512}")
_TOKENS: Final = tuple("{" + name + "}" + local for name in _SAML for local in ("Assertion", "EncryptedAssertion"))
_POWERSHELL: Final = "http://schemas.microsoft.com/powershell/2004/04"
_ROLE_ROOTS: Final = frozenset(
    _MD + name
    for name in ("IDPSSODescriptor", "SPSSODescriptor", "AttributeAuthorityDescriptor", "RoleDescriptor",
                 "AuthnAuthorityDescriptor", "PDPDescriptor")
)  # fmt: skip


def read(base: Document, data: bytes, text: str) -> Document:
    """The document in XML bytes; what stopped the parser stands in its `input`."""
    prefix, local = sniff.root_name(text)
    flaws = base.input._replace(
        root=f"{prefix}:{local}" if prefix else local, bom=sniff.bom(data), encoding=sniff.declared_encoding(text)
    )
    try:
        root, flaws = _opened(data, text, flaws)
    except xml.XmlRefused as refused:
        return base._replace(input=_refused(flaws, refused), source=data)
    return _by_root(base._replace(input=flaws, source=data), root)


def _opened(data: bytes, text: str, flaws: Input) -> tuple[Element, Input]:
    try:
        return xml.root_of(data), flaws
    except xml.XmlRefused as refused:
        if refused.problem == "doctype":
            raise
        mended = _mended(data, text, flaws, refused)
        if mended is None:
            raise
        return mended


def _mended(data: bytes, text: str, flaws: Input, refused: xml.XmlRefused) -> tuple[Element, Input] | None:
    """Try what a person would try: content before the declaration, then the other encodings."""
    if text[:1].isspace() and text.lstrip().startswith("<?xml"):
        flaw = flaws._replace(problem="content-before-declaration", place=Place(1, 1))
        return _try(xml.blank_declaration(data), None, flaw)
    wide = b"\0" in data[:64]
    if not wide and not _encoding_suspected(flaws, refused):
        return None
    for encoding in ("UTF-16BE", "UTF-16LE") if wide else ("utf-8", "cp1252"):
        flaw = flaws._replace(encoding_problem=refused.detail, detail=encoding, place=refused.place)
        if found := _try(data, encoding, flaw):
            return found
    return None


def _encoding_suspected(flaws: Input, refused: xml.XmlRefused) -> bool:
    """A declaration of two-byte text over one-byte text stops the parser at the first character."""
    declared_wide = (flaws.encoding or "").startswith(("utf-16", "utf-32", "ucs-")) and flaws.bom is None
    return refused.problem == "encoding" or "labelled" in refused.detail or declared_wide


def _try(data: bytes, encoding: str | None, flaws: Input) -> tuple[Element, Input] | None:
    try:
        return xml.root_of(data, encoding), flaws
    except xml.XmlRefused:
        return None


def _refused(flaws: Input, refused: xml.XmlRefused) -> Input:
    return flaws._replace(problem=refused.problem, detail=refused.detail, place=refused.place)


def _by_root(base: Document, root: Element) -> Document:
    tag = root.tag
    namespace, _, local = tag[1:].rpartition("}") if tag[0] == "{" else ("", "", tag)
    if tag == _MD + "EntityDescriptor" or tag in _ROLE_ROOTS:
        return _metadata(base, root)
    if tag == _MD + "EntitiesDescriptor":
        return _aggregate(base, root)
    if namespace in _SAML and local in _MESSAGES:
        return _message(base, root, _MESSAGES[local])
    if tag.startswith((*_SOAP, *_TRUST)):
        return _enveloped(base, root)
    if namespace + local == _DS[1:-1] + local and (found := root.findall(f".//{_DS}X509Certificate")):
        return certificate_document(base, tuple(certificate.from_text(item.text or "") for item in found))
    found = _other(base, namespace, local)
    return _saved(found, root) if namespace == _POWERSHELL else found


def _metadata(base: Document, root: Element) -> Document:
    anchors = anchor.numbered(root)
    entity = metadata.read_entity(root, anchors) if root.tag not in _ROLE_ROOTS else _fragment(root, anchors)
    return base._replace(kind=kind_of_entity(entity), entity=entity, signature=_signature(base, root, anchors))


def _fragment(root: Element, anchors: metadata.Anchors) -> Entity:
    """A role descriptor cut out of its entity: the entity ID is missing with the rest."""
    return metadata.read_role_alone(root, anchors)


def _signature(base: Document, root: Element, anchors: metadata.Anchors) -> Signature | None:
    element = root.find(_DS + "Signature")
    if element is None:
        return None
    from doctor.parse import signature

    place = Place(element.sourceline, None, anchors.get(element))
    return signature.of_metadata(base.source or b"", base.input.encoding_problem and base.input.detail, place)


def _aggregate(base: Document, root: Element) -> Document:
    signed = _signature(base, root, {})
    details: dict[str, object] = {"entities": sum(1 for _ in root.iter(_MD + "EntityDescriptor"))}
    if name := root.get("Name"):
        details["name"] = name
    return base._replace(
        kind="metadata-aggregate", signature=signed, details=details,
        valid_until=root.get("validUntil"), cache_duration=root.get("cacheDuration"),
    )  # fmt: skip


def _message(base: Document, root: Element, kind: str) -> Document:
    from doctor.parse import outline, response

    found = response.read(root, anchor.numbered(root), base.source)
    details = outline.of_message(found, root)
    read = base._replace(kind=kind, message=found, element=root, details=details)
    return _inside(read, "artifact") if found and root.tag.endswith("}ArtifactResponse") else read


def _inside(found: Document, envelope: str) -> Document:
    """The document with a word for what was around it: the outermost envelope."""
    return found._replace(details={**found.details, "enveloped": envelope})


def _enveloped(base: Document, root: Element) -> Document:
    """SOAP (also of an artifact or ECP) and the answer of a security token service: what is inside decides."""
    namespace, _, local = root.tag[1:].rpartition("}")
    if root.tag.startswith(_TRUST):
        inner, envelope = next(root.iter(*_TOKENS), None), "WS-Trust"
    else:
        body = next((child for child in root if child.tag.endswith("}Body")), None)
        inner, envelope = next(iter(body), None) if body is not None else None, "SOAP"
    return _other(base, namespace, local) if inner is None else _inside(_by_root(base, inner), envelope)


def _saved(found: Document, root: Element) -> Document:
    """Objects that PowerShell saved: the export of an application, or nothing that doctor knows."""
    from doctor.parse import application

    return application.of_clixml(found, root)


def _other(base: Document, namespace: str, local: str) -> Document:
    if local.lower() == "html":
        return base._replace(kind="html", input=base.input._replace(form="html"))
    return base._replace(details={"root": local, "namespace": namespace})
