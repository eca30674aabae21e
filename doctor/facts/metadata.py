"""Facts of SAML metadata: of the entity, of its IdP role, of its endpoints, of its validity."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from doctor.facts import certificate
from doctor.facts.address import DIFFERENCES, difference
from doctor.facts.fact import (
    BOOL,
    NUMBER,
    TEXT,
    Fact,
    NoDocument,
    Type,
    View,
    collection,
    enum,
    given,
    inputs,
    mapped,
    record,
    words,
)
from doctor.model.state import ABSENT

if TYPE_CHECKING:
    from doctor.model.document import Entity, Role

SAML2: Final = "urn:oasis:names:tc:SAML:2.0:protocol"
ROLES: Final = ("idp", "sp", "aa", "authn-authority", "pdp", "wsfed-sts", "wsfed-app", "other")
KEY_USE: Final = record(use=TEXT)

_ENTRA: Final = ("https://sts.windows.net/", "https://sts.chinacloudapi.cn/", "https://sts.microsoftonline.us/")
_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s]+")


class Word:
    """A small record whose place nobody knows: a NameID format, a key use."""

    __slots__ = ("name", "uri", "use")

    def __init__(self, **fields: str) -> None:
        for key, value in fields.items():
            setattr(self, key, value)


def entity_of(view: View) -> Entity:
    """The entity of the document in view. Raises `NoDocument` when it has none."""
    entity = view.document.entity
    if entity is None:
        raise NoDocument
    return entity


def role_of(view: View, name: str) -> Role | None:
    """The first role of this name, or None; asked so often that the view remembers it."""
    key = _ROLE_KEYS[name]
    found: Role | None = view.get(key, _UNASKED)
    if found is _UNASKED:
        found = next((role for role in entity_of(view).roles if role.name == name), None)
        view[key] = found
    return found


_ROLE_KEYS: Final = {"idp": "(idp role)", "sp": "(sp role)"}
_UNASKED: Final[Any] = object()


def entity_id(view: View) -> Any:
    """The entityID, verbatim."""
    return given(entity_of(view).entity_id)


def entity_id_length(view: View) -> Any:
    """The number of characters of the entityID."""
    return mapped(view, "metadata.entity_id", len)


def entity_id_whitespace(view: View) -> Any:
    """Whether the entityID holds white space, at its ends or inside."""
    return mapped(view, "metadata.entity_id", lambda found: found.split() != [found])


def entity_id_form(view: View) -> Any:
    """Whether the entityID is an absolute URI (saml-core 8.3.6)."""
    return mapped(view, "metadata.entity_id", _form)


def _form(found: str) -> str:
    return "uri" if found.startswith(("https://", "http://", "urn:")) or _URI.fullmatch(found.strip()) else "other"


def entity_id_twin(view: View) -> Any:
    """For AD FS: whether the entityID says https where the product's own one says http."""
    found = entity_of(view).entity_id or ""
    return found.startswith("https://") and found.rstrip("/").endswith("/adfs/services/trust")


def roles(view: View) -> tuple[str, ...]:
    """The roles that the entity describes."""
    return tuple(role.name for role in entity_of(view).roles)


def speaks(view: View) -> str:
    """What the entity's single sign-on speaks: saml2, saml1, wsfed, or none of them."""
    found = entity_of(view).roles
    if any(role.name in ("idp", "sp") and _is_saml2(role) for role in found):
        return "saml2"
    if any(role.name in ("idp", "sp") for role in found):
        return "saml1"
    return "wsfed" if any(role.name.startswith("wsfed") for role in found) else "none"


def _is_saml2(role: Role) -> bool:
    return SAML2 in role.protocols or not any(
        "SAML:1" in protocol or "shibboleth:1" in protocol for protocol in role.protocols
    )


def alone(view: View) -> bool:
    """Whether the entity is the document, and not one of an aggregate."""
    return "aggregate" not in view.document.details


def copies(view: View) -> Any:
    """How many entities of the aggregate carry this entityID so far; 1 outside aggregates."""
    return view.document.details.get("copies", 1)


def registered(view: View) -> bool:
    """Whether a federation registered the entity (mdrpi:RegistrationInfo)."""
    return entity_of(view).has_registration


def all_certificates(view: View) -> Any:
    """Every certificate of every role of the entity, the same one only once."""
    found = {one.sha256 or one: one for role in reversed(entity_of(view).roles) for one in reversed(role.certificates)}
    return certificate.items(reversed(found.values()), view.now)


def signing_certificates(view: View) -> Any:
    """The certificates of the IdP role that may sign: use signing, or no use stated (errata E62)."""
    role = role_of(view, "idp")
    return certificate.items((c for c in role.certificates if c.use != "encryption"), view.now) if role else ()


def certificates_are_chain(view: View) -> Any:
    """Whether one certificate of the IdP role was issued by another one in it."""
    return mapped(view, "idp.signing_certificates", certificate.is_chain)


def shared_use(view: View) -> Any:
    """Whether one certificate is given twice, once for signing and once for encryption."""
    role = role_of(view, "idp")
    by_use = (
        {use: {c.sha256 for c in role.certificates if c.use == use} for use in ("signing", "encryption")}
        if role
        else {}
    )
    return bool(by_use) and bool((by_use["signing"] & by_use["encryption"]) - {""})


def valid_signing_count(view: View) -> Any:
    """How many different signing certificates are valid at the moment of judgement."""
    return mapped(view, "idp.signing_certificates", lambda found: len({one.of.sha256 for one in found if _valid(one)}))


def _valid(item: Any) -> bool:
    return item.of.not_after is not None and item.of.not_before <= item.now <= item.of.not_after


def bare_keys(view: View) -> Any:
    """How many key descriptors of the IdP role hold no certificate."""
    role = role_of(view, "idp")
    return role.bare_keys if role else 0


def odd_uses(view: View) -> Any:
    """Values of `use` on key descriptors that the schema does not know."""
    return tuple(Word(use=use) for role in entity_of(view).roles for use in role.odd_uses)


def want_signed(view: View) -> Any:
    """Whether the IdP wants signed requests (WantAuthnRequestsSigned)."""
    role = role_of(view, "idp")
    return given(role.want_signed) if role else ABSENT


def idp_roles(view: View) -> Any:
    """How many IdP roles the entity has; one is usual."""
    return sum(1 for role in entity_of(view).roles if role.name == "idp")


def expected_difference(view: View) -> Any:
    """In what the entityID differs from the one that the identity provider is known to have."""
    found = inputs(view, "idp.expected_entity_id", "metadata.entity_id")
    if isinstance(found, tuple) and view.has_document and not alone(view):
        return ABSENT  # inside an aggregate the others are meant to be others
    return difference(*found) if isinstance(found, tuple) else found


def beside_idp(view: View) -> Any:
    """Whether metadata of an identity provider was given as well: then both are what they should be."""
    return any(one.kind == "idp-metadata" for one in view.around)


def offered_as(view: View) -> Any:
    """What the person said that the input is: idp-metadata, sp-metadata, or nothing said."""
    return view.document.details.get("offered_as") or "unsaid"


def entity_count(view: View) -> Any:
    """How many entities the aggregate holds."""
    return view.document.details.get("entities", 0)


def tenant_wide(view: View) -> Any:
    """For Entra ID: whether this is the metadata of the whole tenant, not of one application.

    The tenant's keys are issued to accounts.accesscontrol.windows.net, an application's to
    "Microsoft Azure Federated SSO Certificate".
    """
    entity = entity_of(view)
    names = {one.subject for role in entity.roles for one in role.certificates}
    return (entity.entity_id or "").startswith(_ENTRA) and "CN=accounts.accesscontrol.windows.net" in names


_BOTH: Final = ("idp-metadata", "sp-metadata")
_IDP: Final = ("idp-metadata",)
_ALL: Final = (*_BOTH, "metadata-aggregate")
_CERTIFICATES: Final[Type] = collection(certificate.CERTIFICATE)
FACTS: Final = (
    Fact("metadata.entity_id", TEXT, entity_id, _BOTH, optional=True, label="entity ID"),
    Fact("metadata.entity_id_length", NUMBER, entity_id_length, _BOTH, optional=True),
    Fact("metadata.entity_id_has_whitespace", BOOL, entity_id_whitespace, _BOTH, optional=True),
    Fact("metadata.entity_id_form", enum("uri", "other"), entity_id_form, _BOTH, optional=True),
    Fact("metadata.entity_id_edited_to_https", BOOL, entity_id_twin, _BOTH),
    Fact("metadata.roles", words(*ROLES), roles, _BOTH),
    Fact("metadata.speaks", enum("saml2", "saml1", "wsfed", "none"), speaks, _BOTH),
    Fact("metadata.is_alone", BOOL, alone, _BOTH),
    Fact("metadata.copies", NUMBER, copies, _BOTH),
    Fact("metadata.is_registered", BOOL, registered, _BOTH),
    Fact("metadata.offered_as", enum("idp-metadata", "sp-metadata", "unsaid"), offered_as, _ALL),
    Fact("metadata.entity_count", NUMBER, entity_count, ("metadata-aggregate",)),
    Fact("metadata.tenant_wide", BOOL, tenant_wide, _BOTH),
    Fact("document.certificates", _CERTIFICATES, all_certificates, _BOTH),
    Fact("idp.expected_entity_id", TEXT, None, ("case",),
         meaning="The entity ID that the identity provider is known to have.",
         label="expected IdP entity ID", how="--idp-entity-id or --idp-metadata"),
    Fact("idp.entity_id", TEXT, entity_id, _IDP, optional=True),
    Fact("idp.entity_id_difference", enum(*DIFFERENCES), expected_difference, _IDP, optional=True),
    Fact("idp.signing_certificates", _CERTIFICATES, signing_certificates, _IDP),
    Fact("idp.valid_signing_certificates", NUMBER, valid_signing_count, certificate.IDP_AND_FILE),
    Fact("idp.published_certificates", _CERTIFICATES, signing_certificates, _IDP, label="published certificates",
         how="the identity provider's metadata", meaning="The signing certificates that the metadata publishes."),
    Fact("document.certificates_are_chain", BOOL, certificates_are_chain, _IDP),
    Fact("idp.certificate_shared_between_uses", BOOL, shared_use, _IDP),
    Fact("idp.bare_keys", NUMBER, bare_keys, _IDP),
    Fact("metadata.odd_key_uses", collection(KEY_USE), odd_uses, _BOTH),
    Fact("idp.wants_signed_requests", BOOL, want_signed, _IDP, optional=True),
    Fact("idp.role_count", NUMBER, idp_roles, _IDP),
    Fact("metadata.beside_idp", BOOL, beside_idp, ("sp-metadata",)),
)  # fmt: skip
