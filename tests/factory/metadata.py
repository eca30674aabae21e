"""A builder of SAML metadata: say what differs, get the bytes of a file.

An `Entity` says what the file means, a `Style` how it is written, a `Signing` how it is signed;
a `Draft` holds the three. Everything is frozen, so a patient is a `_replace` of a healthy draft.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from tests.factory.markup import MD, Node, Style, encoded, node, text_of
from tests.factory.signing import Signing, signed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.factory.certificate import Certificate

_BINDING: Final = "urn:oasis:names:tc:SAML:2.0:bindings:"
REDIRECT: Final = _BINDING + "HTTP-Redirect"
POST: Final = _BINDING + "HTTP-POST"
ARTIFACT: Final = _BINDING + "HTTP-Artifact"
SIMPLE_SIGN: Final = _BINDING + "HTTP-POST-SimpleSign"
SOAP: Final = _BINDING + "SOAP"
SHIBBOLETH_1: Final = "urn:mace:shibboleth:1.0:profiles:AuthnRequest"

SAML_2: Final = "urn:oasis:names:tc:SAML:2.0:protocol"
SAML_1: Final = "urn:oasis:names:tc:SAML:1.1:protocol"
WS_FEDERATION: Final = "http://docs.oasis-open.org/wsfed/federation/200706"

EMAIL: Final = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
UNSPECIFIED: Final = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
PERSISTENT: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
TRANSIENT: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"


class Key(NamedTuple):
    """A KeyDescriptor: the texts of its X509Certificate elements (none is possible), its use, its name."""

    texts: tuple[str, ...]
    use: str | None = "signing"
    name: str | None = None


class Endpoint(NamedTuple):
    """A service endpoint: where it is, and the binding it speaks."""

    location: str
    binding: str = REDIRECT


class Entity(NamedTuple):
    """What a metadata file says. None leaves an attribute or element out.

    `roles` stand in the given order: idp, sp, aa, sts and app (the two of WS-Federation). `claims`
    are attributes that the IdP names; `scope` is a Shibboleth scope; `passive` the WS-Fed address.
    `role_id` is the ID of the IdP role.
    """

    entity_id: str | None = "https://idp.example.com/saml"
    roles: tuple[str, ...] = ("idp",)
    keys: tuple[Key, ...] = ()
    sso: tuple[Endpoint, ...] = ()
    slo: tuple[Endpoint, ...] = ()
    acs: tuple[Endpoint, ...] = ()
    artifact: tuple[Endpoint, ...] = ()
    name_id_formats: tuple[str, ...] = ()
    want_signed: str | None = None
    wants_assertions_signed: str | None = "true"
    protocols: tuple[str, ...] = (SAML_2,)
    id: str | None = None
    role_id: str | None = None
    valid_until: str | None = None
    cache_duration: str | None = None
    claims: tuple[str, ...] = ()
    display_name: str | None = None
    organization: str | None = None
    contact: str | None = None
    scope: str | None = None
    registered_by: str | None = None
    passive: str = ""


BLANK: Final = Entity()
"""An IdP with neither keys nor endpoints, to build on."""


class Draft(NamedTuple):
    """A file before it is written."""

    entity: Entity
    style: Style = MD
    signing: Signing | None = None

    def but(self, **changes: object) -> Draft:
        """The same file with some fields of its entity changed."""
        return self._replace(entity=self.entity._replace(**changes))  # type: ignore[arg-type]

    def styled(self, **changes: object) -> Draft:
        """The same file with some fields of its style changed."""
        return self._replace(style=self.style._replace(**changes))  # type: ignore[arg-type]

    @property
    def text(self) -> str:
        """The root element as text, signed where it is to be signed."""
        return _rendered(descriptor(self.entity, self.style, sign=self.signing is not None), self)

    @property
    def data(self) -> bytes:
        """The bytes of the file."""
        return encoded(self.text, self.style)


def key(certificate: Certificate, use: str | None = "signing", name: str | None = None) -> Key:
    """A KeyDescriptor with this certificate."""
    return Key((certificate.base64,), use, name)


def build(*, style: Style = MD, signing: Signing | None = None, entity: Entity = BLANK, **fields: object) -> bytes:
    """The bytes of a metadata file; `fields` are those of `Entity`."""
    return Draft(entity, style, signing).but(**fields).data


def aggregate(
    entities: tuple[Entity, ...],
    *,
    style: Style = MD,
    signing: Signing | None = None,
    name: str | None = None,
    valid_until: str | None = None,
) -> bytes:
    """The bytes of an EntitiesDescriptor; a signing refers to the ID `_aggregate`."""
    attributes = {"ID": "_aggregate" if signing else None, "Name": name, "validUntil": valid_until}
    inner = [descriptor(entity, style) for entity in entities]
    root = node("md:EntitiesDescriptor", attributes, _signature(sign=signing is not None), *inner)
    return encoded(_rendered(root, Draft(BLANK, style, signing)), style)


def _rendered(root: Node, draft: Draft) -> str:
    text = text_of(root, draft.style)
    if draft.signing is None:
        return text
    return signed(text, draft.signing)


def _signature(*, sign: bool) -> Node | None:
    return node("ds:Signature", {"Id": "placeholder"}) if sign else None


def descriptor(entity: Entity, style: Style = MD, *, sign: bool = False) -> Node:
    """The EntityDescriptor; with `sign`, a place for the signature."""
    attributes = {
        "ID": entity.id, "entityID": entity.entity_id,
        "validUntil": entity.valid_until, "cacheDuration": entity.cache_duration,
    }  # fmt: skip
    roles = [_ROLES[role](entity, style) for role in entity.roles]
    return node(
        "md:EntityDescriptor", attributes, _signature(sign=sign), _extensions(entity), *roles,
        _organization(entity), _contact(entity),
    )  # fmt: skip


def _extensions(entity: Entity) -> Node | None:
    authority = entity.registered_by
    if authority is None:
        return None
    return node("md:Extensions", None, node("mdrpi:RegistrationInfo", {"registrationAuthority": authority}))


def _idp(entity: Entity, style: Style) -> Node:
    attributes = {
        "ID": entity.role_id, "WantAuthnRequestsSigned": entity.want_signed,
        "protocolSupportEnumeration": " ".join(entity.protocols),
    }  # fmt: skip
    return node(
        "md:IDPSSODescriptor", attributes, _role_extensions(entity), *_keys(entity, style),
        *_endpoints("ArtifactResolutionService", entity.artifact, first=0),
        *_endpoints("SingleLogoutService", entity.slo), *_formats(entity),
        *_endpoints("SingleSignOnService", entity.sso),
        *[node("saml:Attribute", {"Name": claim}) for claim in entity.claims],
    )  # fmt: skip


def _sp(entity: Entity, style: Style) -> Node:
    attributes = {"WantAssertionsSigned": entity.wants_assertions_signed, "protocolSupportEnumeration": SAML_2}
    return node(
        "md:SPSSODescriptor", attributes, *_keys(entity, style),
        *_endpoints("SingleLogoutService", entity.slo), *_formats(entity),
        *_endpoints("AssertionConsumerService", entity.acs, first=0),
    )  # fmt: skip


def _aa(entity: Entity, style: Style) -> Node:
    service = (Endpoint("https://idp.example.edu:8443/idp/profile/SAML2/SOAP/AttributeQuery", SOAP),)
    return node(
        "md:AttributeAuthorityDescriptor", {"protocolSupportEnumeration": SAML_2},
        *_keys(entity, style), *_endpoints("AttributeService", service), *_formats(entity),
    )  # fmt: skip


def _sts(entity: Entity, style: Style) -> Node:
    return _wsfed(entity, style, "SecurityTokenService", "SecurityTokenServiceEndpoint")


def _app(entity: Entity, style: Style) -> Node:
    return _wsfed(entity, style, "ApplicationService", "ApplicationServiceEndpoint")


def _wsfed(entity: Entity, style: Style, kind: str, endpoint: str) -> Node:
    attributes = {"xsi:type": f"fed:{kind}Type", "protocolSupportEnumeration": WS_FEDERATION}
    address = node("wsa:EndpointReference", None, node("wsa:Address", None, entity.passive))
    passive = [node("fed:" + name, None, address) for name in (endpoint, "PassiveRequestorEndpoint")]
    return node("md:RoleDescriptor", attributes, *_keys(entity, style), *passive)


_ROLES: Final[dict[str, Callable[[Entity, Style], Node]]] = {
    "idp": _idp, "sp": _sp, "aa": _aa, "sts": _sts, "app": _app,
}  # fmt: skip


def _role_extensions(entity: Entity) -> Node | None:
    scope = node("shibmd:Scope", {"regexp": "false"}, entity.scope) if entity.scope else None
    name = entity.display_name
    shown = node("mdui:UIInfo", None, node("mdui:DisplayName", {"xml:lang": "en"}, name)) if name else None
    return node("md:Extensions", None, scope, shown) if scope or shown else None


def _keys(entity: Entity, style: Style) -> list[Node]:
    return [node("md:KeyDescriptor", {"use": item.use}, _key_info(item, style)) for item in entity.keys]


def _key_info(item: Key, style: Style) -> Node:
    name = node("ds:KeyName", None, item.name) if item.name else None
    found = [node("ds:X509Certificate", None, wrapped(text, style.wrap)) for text in item.texts]
    return node("ds:KeyInfo", None, name, node("ds:X509Data", None, *found) if found else None)


def wrapped(text: str, width: int) -> str:
    """Clean base64 in lines of `width` characters; anything else, and width 0, as it is."""
    if not width or not text.isascii() or set(text) & set(" \n\\%-"):
        return text
    return "\n".join(text[at : at + width] for at in range(0, len(text), width))


def _endpoints(name: str, endpoints: tuple[Endpoint, ...], first: int | None = None) -> list[Node]:
    return [
        node("md:" + name, {
            "Binding": item.binding, "Location": item.location,
            "index": None if first is None else str(first + number),
        })
        for number, item in enumerate(endpoints)
    ]  # fmt: skip


def _formats(entity: Entity) -> list[Node]:
    return [node("md:NameIDFormat", None, name) for name in entity.name_id_formats]


def _organization(entity: Entity) -> Node | None:
    if entity.organization is None:
        return None
    lang = {"xml:lang": "en"}
    return node(
        "md:Organization", None, node("md:OrganizationName", lang, entity.organization),
        node("md:OrganizationDisplayName", lang, entity.organization),
        node("md:OrganizationURL", lang, "https://www.example.com/"),
    )  # fmt: skip


def _contact(entity: Entity) -> Node | None:
    if entity.contact is None:
        return None
    address = node("md:EmailAddress", None, entity.contact) if entity.contact else None
    return node("md:ContactPerson", {"contactType": "technical" if address else "support"}, address)
