"""Facts of the addresses that metadata lists, and of the NameID formats beside them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from doctor.facts.address import HOST_CLASSES, address
from doctor.facts.fact import NUMBER, TEXT, URL, Fact, View, collection, enum, record, words
from doctor.facts.metadata import Word, role_of
from doctor.model.state import ABSENT

if TYPE_CHECKING:
    from doctor.model.document import Endpoint


BINDINGS: Final = ("post", "redirect", "artifact", "post-simplesign", "soap", "paos", "shibboleth1", "saml1-post", "saml1-artifact", "other")  # fmt: skip
FORMATS: Final = {
    "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified": "unspecified",
    "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress": "email",
    "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName": "x509-subject",
    "urn:oasis:names:tc:SAML:1.1:nameid-format:WindowsDomainQualifiedName": "windows",
    "urn:oasis:names:tc:SAML:2.0:nameid-format:kerberos": "kerberos",
    "urn:oasis:names:tc:SAML:2.0:nameid-format:entity": "entity",
    "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent": "persistent",
    "urn:oasis:names:tc:SAML:2.0:nameid-format:transient": "transient",
    "urn:oasis:names:tc:SAML:2.0:nameid-format:encrypted": "encrypted",
    "urn:mace:shibboleth:1.0:nameIdentifier": "shibboleth1",
}  # fmt: skip
"""NameID formats and their short names; saml-core 8.3."""

ENDPOINT: Final = record(
    binding=enum(*BINDINGS), binding_uri=TEXT, location=URL, scheme=TEXT, host=TEXT, host_class=enum(*HOST_CLASSES),
    form=enum("absolute", "relative", "empty", "malformed"), times_seen=NUMBER, binding_seen=NUMBER,
)  # fmt: skip
NAME_ID_FORMAT: Final = record(uri=TEXT, name=enum(*FORMATS.values(), "other"))


class EndpointItem:
    """One endpoint with the parts of its address.

    `times_seen` counts how often it stands in its list, `binding_seen` how many there have its binding.
    """

    __slots__ = (
        "binding", "binding_seen", "binding_uri", "form", "host", "host_class", "location", "of", "scheme", "times_seen",
    )  # fmt: skip

    def __init__(self, of: Endpoint, times_seen: int, binding_seen: int) -> None:
        self.of = of
        self.binding = of.binding
        self.binding_uri = of.binding_uri or ABSENT
        self.location = of.location or ABSENT
        self.form, self.scheme, self.host, self.host_class = address(of.location)
        self.times_seen = times_seen
        self.binding_seen = binding_seen


def sso_endpoints(view: View) -> Any:
    """The single sign-on endpoints of the IdP role."""
    role = role_of(view, "idp")
    return _endpoints(role.sso) if role else ()


def acs_endpoints(view: View) -> Any:
    """The assertion consumer services of the SP role."""
    role = role_of(view, "sp")
    return _endpoints(role.acs) if role else ()


def _endpoints(found: tuple[Endpoint, ...]) -> tuple[EndpointItem, ...]:
    seen = Counter((one.binding_uri, one.location) for one in found)
    bindings = Counter(one.binding_uri for one in found)
    return tuple(EndpointItem(one, seen[one.binding_uri, one.location], bindings[one.binding_uri]) for one in found)


def sso_bindings(view: View) -> Any:
    """The bindings over which the IdP takes requests."""
    role = role_of(view, "idp")
    return tuple(one.binding for one in role.sso) if role else ()


def name_id_formats(view: View) -> Any:
    """The NameID formats that the IdP role lists."""
    role = role_of(view, "idp")
    found = role.name_id_formats if role else ()
    return tuple(Word(uri=uri, name=FORMATS.get(uri, "other")) for uri in found)


_IDP: Final = ("idp-metadata",)
FACTS: Final = (
    Fact("idp.sso_endpoints", collection(ENDPOINT), sso_endpoints, _IDP),
    Fact("idp.sso_bindings", words(*BINDINGS), sso_bindings, _IDP),
    Fact("idp.name_id_formats", collection(NAME_ID_FORMAT), name_id_formats, _IDP),
    Fact("metadata.acs_endpoints", collection(ENDPOINT), acs_endpoints, ("sp-metadata",)),
)  # fmt: skip
