"""SAML 2.0 metadata: one entity descriptor read into an `Entity`.

Works on lxml elements from the door in `parse.xml`; nothing is judged. Names of attributes and
elements are those of saml-metadata-2.0-os and its errata.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from doctor.model.document import Certificate, Endpoint, Entity, Role
from doctor.model.finding import NOWHERE, Place
from doctor.parse import certificate as certificates

if TYPE_CHECKING:
    from doctor.parse.xml import Element

MD: Final = "{urn:oasis:names:tc:SAML:2.0:metadata}"
DS: Final = "{http://www.w3.org/2000/09/xmldsig#}"
XSI_TYPE: Final = "{http://www.w3.org/2001/XMLSchema-instance}type"
_MDRPI: Final = "{urn:oasis:names:tc:SAML:metadata:rpi}"

_ROLES: Final = {
    MD + "IDPSSODescriptor": "idp", MD + "SPSSODescriptor": "sp", MD + "AttributeAuthorityDescriptor": "aa",
    MD + "AuthnAuthorityDescriptor": "authn-authority", MD + "PDPDescriptor": "pdp", MD + "RoleDescriptor": "other",
}  # fmt: skip
_BINDINGS: Final = {
    "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST": "post",
    "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect": "redirect",
    "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact": "artifact",
    "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST-SimpleSign": "post-simplesign",
    "urn:oasis:names:tc:SAML:2.0:bindings:SOAP": "soap",
    "urn:oasis:names:tc:SAML:2.0:bindings:PAOS": "paos",
    "urn:mace:shibboleth:1.0:profiles:AuthnRequest": "shibboleth1",
    "urn:oasis:names:tc:SAML:1.0:profiles:browser-post": "saml1-post",
    "urn:oasis:names:tc:SAML:1.0:profiles:artifact-01": "saml1-artifact",
}  # fmt: skip
_BOOLEANS: Final = {"true": True, "1": True, "false": False, "0": False}
_USES: Final = ("signing", "encryption")

Anchors = dict["Element", int]


def read_entity(element: Element, anchors: Anchors) -> Entity:
    """The entity of one EntityDescriptor element. `anchors` numbers its elements; may be empty."""
    roles: list[Role] = []
    registered, name = False, None
    for child in element:
        tag = child.tag
        if tag in _ROLES:
            roles.append(_role(child, _ROLES[tag], anchors))
        elif tag == MD + "Extensions":
            registered = child.find(_MDRPI + "RegistrationInfo") is not None
        elif tag == MD + "Organization":
            name = child.findtext(MD + "OrganizationDisplayName")
    return Entity(
        element.get("entityID"), tuple(roles), element.get("validUntil"), element.get("cacheDuration"),
        registered, name, Place(element.sourceline, None, anchors.get(element)),
    )  # fmt: skip


def _role(element: Element, name: str, anchors: Anchors) -> Role:
    found: dict[str, list[Endpoint]] = {"sso": [], "acs": []}
    keys: list[Certificate] = []
    formats: list[str] = []
    odd_uses: list[str] = []
    bare = 0
    for child in element:
        tag = child.tag
        if tag == MD + "KeyDescriptor":
            bare += _keys(child, keys, odd_uses, anchors)
        elif tag in _ENDPOINTS:
            found[_ENDPOINTS[tag]].append(_endpoint(child, anchors))
        elif tag == MD + "NameIDFormat":
            formats.append((child.text or "").strip())
    get = element.get
    return Role(
        _other(get(XSI_TYPE)) if name == "other" else name,
        tuple((get("protocolSupportEnumeration") or "").split()),
        tuple(keys), tuple(found["sso"]), tuple(found["acs"]), tuple(formats),
        _boolean(get("WantAuthnRequestsSigned")), _boolean(get("AuthnRequestsSigned")),
        _boolean(get("WantAssertionsSigned")), bare, tuple(odd_uses), _place(element, anchors),
    )  # fmt: skip


_ENDPOINTS: Final = {
    MD + "SingleSignOnService": "sso", MD + "AssertionConsumerService": "acs",
}  # fmt: skip


def _keys(element: Element, keys: list[Certificate], odd_uses: list[str], anchors: Anchors) -> int:
    """Add the certificates of a KeyDescriptor; give 1 when it holds none, else 0."""
    use = element.get("use")
    if use is not None and use not in _USES:
        odd_uses.append(use)
    before = len(keys)
    for item in element.iter(DS + "X509Certificate"):
        text = item.text or ""
        known = use if use in _USES else None
        keys.append(certificates.from_text(text, known, _place(item, anchors), len(keys)))
    return int(len(keys) == before)


def _endpoint(element: Element, anchors: Anchors) -> Endpoint:
    get = element.get
    uri = get("Binding") or ""
    default = get("isDefault") in ("true", "1")
    return Endpoint(_BINDINGS.get(uri, "other"), uri, get("Location") or "", _place(element, anchors), default)


def _other(xsi_type: str | None) -> str:
    name = (xsi_type or "").rpartition(":")[2]
    return {"SecurityTokenServiceType": "wsfed-sts", "ApplicationServiceType": "wsfed-app"}.get(name, "other")


def _boolean(text: str | None) -> bool | None:
    return None if text is None else _BOOLEANS.get(text.strip())


def _place(element: Element, anchors: Anchors) -> Place:
    """Where an element stands. In an aggregate (no anchors) the place of its entity is told instead."""
    return Place(element.sourceline, None, anchors.get(element)) if anchors else NOWHERE


def read_role_alone(element: Element, anchors: Anchors) -> Entity:
    """A role descriptor that was cut out of its entity descriptor."""
    role = _role(element, _ROLES[element.tag], anchors)
    return Entity(None, (role,), element.get("validUntil"), element.get("cacheDuration"), False, None, role.place)  # noqa: FBT003
