"""The text of the inputs: what Okta, AD FS and a national federation write, without their names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from random import Random

_DS: Final = "http://www.w3.org/2000/09/xmldsig#"
_MD: Final = "urn:oasis:names:tc:SAML:2.0:metadata"
_SAML2: Final = "urn:oasis:names:tc:SAML:2.0:protocol"
_BINDING: Final = "urn:oasis:names:tc:SAML:2.0:bindings:"
_FORMAT: Final = "urn:oasis:names:tc:SAML:{}:nameid-format:{}"
_URI_NAMES: Final = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>'

OKTA: Final = "http://www.okta.com/exk1fcia6d6EMsf331d8"
ADFS_ID: Final = "_6a1c0d52-1111-4222-8333-944455556666"
_ADFS: Final = "https://adfs.corp.example.com/adfs"
_FED: Final = "http://docs.oasis-open.org/wsfed/federation/200706"
_AUTH: Final = "http://docs.oasis-open.org/wsfed/authorization/200706"
_WS_TRUST: Final = (
    "http://docs.oasis-open.org/ws-sx/ws-trust/200512 http://schemas.xmlsoap.org/ws/2005/02/trust " + _FED
)
CLAIMS: Final = [f"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/claimtype{number:02}" for number in range(62)]


def okta(certificate: str) -> str:
    """A small file: one role, one certificate, two endpoints, one line."""
    sso = "https://dev-88888888.okta.com/app/dev-88888888_acme_1/exk1fcia6d6EMsf331d8/sso/saml"
    formats = "".join(f"<md:NameIDFormat>{_FORMAT.format('1.1', name)}</md:NameIDFormat>"
                      for name in ("emailAddress", "unspecified"))  # fmt: skip
    return (
        f'{_DECLARATION}<md:EntityDescriptor entityID="{OKTA}" xmlns:md="{_MD}">'
        f'<md:IDPSSODescriptor WantAuthnRequestsSigned="false" protocolSupportEnumeration="{_SAML2}">'
        f'<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="{_DS}"><ds:X509Data><ds:X509Certificate>{certificate}'
        f"</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>{formats}"
        + "".join(f'<md:SingleSignOnService Binding="{_BINDING}{name}" Location="{sso}"/>'
                  for name in ("HTTP-POST", "HTTP-Redirect"))
        + "</md:IDPSSODescriptor></md:EntityDescriptor>"
    )  # fmt: skip


def adfs(signing: str, encryption: str) -> str:
    """A large file: two WS-Federation roles, an SP and an IdP role, and the place of a signature."""
    return (
        f'<EntityDescriptor xmlns="{_MD}" ID="{ADFS_ID}" entityID="http://adfs.corp.example.com/adfs/services/trust">'
        f'<ds:Signature xmlns:ds="{_DS}" Id="placeholder"/>'
        + _federation("ApplicationServiceType", "ClaimTypesRequested", "ApplicationServiceEndpoint", encryption)
        + _federation("SecurityTokenServiceType", "ClaimTypesOffered", "SecurityTokenServiceEndpoint", signing)
        + f'<SPSSODescriptor WantAssertionsSigned="true" protocolSupportEnumeration="{_SAML2}">'
        + _adfs_role(signing, encryption)
        + "".join(f'<AssertionConsumerService Binding="{_BINDING}{name}" Location="{_ADFS}/ls/" index="{index}"/>'
                  for index, name in enumerate(("HTTP-POST", "HTTP-Artifact")))
        + f'</SPSSODescriptor><IDPSSODescriptor protocolSupportEnumeration="{_SAML2}">'
        + _adfs_role(signing, encryption)
        + _endpoints("SingleSignOnService", ("HTTP-Redirect", "HTTP-POST"), f"{_ADFS}/ls/")
        + "".join(f'<Attribute xmlns="urn:oasis:names:tc:SAML:2.0:assertion" Name="{uri}" NameFormat="{_URI_NAMES}"'
                  f' FriendlyName="{uri[-11:]}"/>' for uri in CLAIMS)
        + '</IDPSSODescriptor><ContactPerson contactType="support"><EmailAddress>it@corp.example.com</EmailAddress>'
        "</ContactPerson></EntityDescriptor>"
    )  # fmt: skip


def _federation(kind: str, claims: str, endpoint: str, certificate: str) -> str:
    types = "".join(
        f'<auth:ClaimType xmlns:auth="{_AUTH}" Uri="{uri}" Optional="true">'
        f"<auth:DisplayName>{uri[-11:]}</auth:DisplayName>"
        f"<auth:Description>By this claim the user is known in the directory: {uri[-11:]}</auth:Description>"
        "</auth:ClaimType>" for uri in CLAIMS
    )  # fmt: skip
    places = "".join(
        f'<fed:{name}><EndpointReference xmlns="http://www.w3.org/2005/08/addressing"><Address>{_ADFS}/{path}</Address>'
        f"</EndpointReference></fed:{name}>"
        for name, path in ((endpoint, "services/trust/2005/issued"), ("PassiveRequestorEndpoint", "ls/"))
    )
    return (
        f'<RoleDescriptor xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:fed="{_FED}" '
        f'xsi:type="fed:{kind}" protocolSupportEnumeration="{_WS_TRUST}" ServiceDisplayName="Corp">'
        f"{_adfs_key('signing', certificate)}"
        f"<fed:{claims}>{types}</fed:{claims}>{places}</RoleDescriptor>"
    )


def _adfs_role(signing: str, encryption: str) -> str:
    formats = (("1.1", "emailAddress"), ("2.0", "persistent"), ("2.0", "transient"))
    logout = "".join(f'<SingleLogoutService Binding="{_BINDING}{name}" Location="{_ADFS}/ls/"/>'
                     for name in ("HTTP-Redirect", "HTTP-POST"))  # fmt: skip
    return (
        _adfs_key("encryption", encryption) + _adfs_key("signing", signing) + logout
        + "".join(f"<NameIDFormat>{_FORMAT.format(*one)}</NameIDFormat>" for one in formats)
    )  # fmt: skip


def _adfs_key(use: str, certificate: str) -> str:
    return (
        f'<KeyDescriptor use="{use}"><KeyInfo xmlns="{_DS}"><X509Data><X509Certificate>{certificate}'
        "</X509Certificate></X509Data></KeyInfo></KeyDescriptor>"
    )


def _endpoints(name: str, bindings: Iterable[str], location: str) -> str:
    return "".join(f'<{name} Binding="{_BINDING}{one}" Location="{location}"/>' for one in bindings)


OPENING: Final = (
    f'{_DECLARATION}\n<md:EntitiesDescriptor xmlns:md="{_MD}" xmlns:ds="{_DS}" '
    'xmlns:mdui="urn:oasis:names:tc:SAML:metadata:ui" xmlns:mdrpi="urn:oasis:names:tc:SAML:metadata:rpi" '
    'xmlns:mdattr="urn:oasis:names:tc:SAML:metadata:attribute" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" '
    'xmlns:shibmd="urn:mace:shibboleth:metadata:1.0" ID="_aggregate" Name="https://md.example.org/aggregate" '
    'validUntil="2049-01-01T00:00:00Z">'
)
CLOSING: Final = "\n</md:EntitiesDescriptor>\n"
_WORDS: Final = [
    "access", "campus", "cloud", "course", "data", "degree", "federation", "guest", "health", "identity", "institute",
    "journal", "library", "member", "open", "partner", "portal", "project", "research", "resource", "school", "science",
    "service", "staff", "student", "study", "system", "teaching",
]  # fmt: skip


def entity(number: int, draw: Random, certificates: Sequence[str]) -> str:
    """One entity of the aggregate, indented as federations write: an IdP and an SP in turn."""
    host = f"{draw.choice(_WORDS)}{number}.example.org"
    name = "idp" if number % 2 else "sp"
    role = _idp if number % 2 else _sp
    return (
        f'\n  <md:EntityDescriptor entityID="https://{name}.{host}/shibboleth">{_registration(number)}'
        f"{role(number, host, draw, certificates)}{_people(number, host, draw)}\n  </md:EntityDescriptor>"
    )


def _registration(number: int) -> str:
    authority = f"https://federation{number % 60}.example.org"
    values = (
        "http://refeds.org/category/research-and-scholarship",
        "http://www.geant.net/uri/dataprotection-code-of-conduct/v1",
        "https://refeds.org/sirtfi",
        "https://refeds.org/category/personalized",
    )
    inner = "".join(f"\n          <saml:AttributeValue>{value}</saml:AttributeValue>" for value in values)
    return f"""
    <md:Extensions>
      <mdrpi:RegistrationInfo registrationAuthority="{authority}" registrationInstant="2016-04-11T09:12:41Z">
        <mdrpi:RegistrationPolicy xml:lang="en">{authority}/policy/mrps-{number % 4}</mdrpi:RegistrationPolicy>
      </mdrpi:RegistrationInfo>
      <mdattr:EntityAttributes>
        <saml:Attribute Name="http://macedir.org/entity-category" NameFormat="{_URI_NAMES}">{inner}
        </saml:Attribute>
      </mdattr:EntityAttributes>
    </md:Extensions>"""


def _idp(number: int, host: str, draw: Random, certificates: Sequence[str]) -> str:
    first, second = draw.choice(certificates), draw.choice(certificates)
    attributes = f"""
    <md:AttributeAuthorityDescriptor protocolSupportEnumeration="{_SAML2}">
      <md:Extensions><shibmd:Scope regexp="false">{host}</shibmd:Scope></md:Extensions>{_key("signing", first)}
      <md:AttributeService Binding="{_BINDING}SOAP" Location="https://idp.{host}/idp/profile/AQ"/>
    </md:AttributeAuthorityDescriptor>"""
    return f"""
    <md:IDPSSODescriptor protocolSupportEnumeration="{_SAML2} urn:mace:shibboleth:1.0">
      <md:Extensions><shibmd:Scope regexp="false">{host}</shibmd:Scope>{_interface(host, draw)}
      </md:Extensions>{_key("signing", first)}{_key("encryption", second)}{
        _indexed("ArtifactResolutionService", ("SOAP",), host)
    }{_plain("SingleLogoutService", ("HTTP-Redirect", "HTTP-POST", "SOAP"), host)}
      <md:NameIDFormat>{_FORMAT.format("2.0", "transient")}</md:NameIDFormat>
      <md:NameIDFormat>{_FORMAT.format("2.0", "persistent")}</md:NameIDFormat>{
        _plain("SingleSignOnService", ("HTTP-POST", "HTTP-Redirect", "HTTP-POST-SimpleSign", "SOAP"), host)
    }
    </md:IDPSSODescriptor>{attributes if number % 4 == 1 else ""}"""


def _sp(number: int, host: str, draw: Random, certificates: Sequence[str]) -> str:
    first, second = draw.choice(certificates), draw.choice(certificates)
    keys = _key("signing", first) + _key("encryption", second) if number % 4 else _key("", first)
    wanted = "".join(
        f'\n        <md:RequestedAttribute FriendlyName="attribute{one}" Name="urn:oid:1.3.6.1.4.1.5923.1.1.1.{one}" '
        f'NameFormat="{_URI_NAMES}" isRequired="true"/>' for one in range(1, 5 + number % 6)
    )  # fmt: skip
    return f"""
    <md:SPSSODescriptor AuthnRequestsSigned="true" WantAssertionsSigned="true" protocolSupportEnumeration="{_SAML2}">
      <md:Extensions>{_interface(host, draw)}
      </md:Extensions>{keys}{
        _plain("SingleLogoutService", ("HTTP-Redirect", "HTTP-POST", "SOAP", "HTTP-Artifact"), host)
    }
      <md:NameIDFormat>{_FORMAT.format("2.0", "persistent")}</md:NameIDFormat>{
        _indexed("AssertionConsumerService", ("HTTP-POST", "HTTP-POST-SimpleSign", "HTTP-Artifact", "PAOS"), host)
    }
      <md:AttributeConsumingService index="1">
        <md:ServiceName xml:lang="en">{_words(draw, 3)}</md:ServiceName>
        <md:ServiceDescription xml:lang="en">{_words(draw, 12)}</md:ServiceDescription>{wanted}
      </md:AttributeConsumingService>
    </md:SPSSODescriptor>"""


def _interface(host: str, draw: Random) -> str:
    names = "".join(f'<mdui:DisplayName xml:lang="{one}">{_words(draw, 3)}</mdui:DisplayName>'
                    for one in ("en", "de", "fr"))  # fmt: skip
    about = "".join(f'<mdui:Description xml:lang="{one}">{_words(draw, 33)}</mdui:Description>'
                    for one in ("en", "de"))  # fmt: skip
    return (
        f'<mdui:UIInfo>{names}{about}<mdui:Keywords xml:lang="en">{_words(draw, 6)}</mdui:Keywords>'
        f'<mdui:InformationURL xml:lang="en">https://www.{host}/about</mdui:InformationURL>'
        f'<mdui:PrivacyStatementURL xml:lang="en">https://www.{host}/privacy</mdui:PrivacyStatementURL>'
        f'<mdui:Logo height="80" width="120">https://www.{host}/logo/large.png</mdui:Logo></mdui:UIInfo>'
    )


def _key(use: str, certificate: str) -> str:
    written = f' use="{use}"' if use else ""
    return f"""
      <md:KeyDescriptor{written}>
        <ds:KeyInfo>
          <ds:X509Data>
            <ds:X509Certificate>
{certificate}
            </ds:X509Certificate>
          </ds:X509Data>
        </ds:KeyInfo>
      </md:KeyDescriptor>"""


def _plain(name: str, bindings: Sequence[str], host: str) -> str:
    return "".join(
        f'\n      <md:{name} Binding="{_BINDING}{one}" Location="https://sso.{host}/profile/SAML2/{one}"/>'
        for one in bindings
    )


def _indexed(name: str, bindings: Sequence[str], host: str) -> str:
    return "".join(
        f'\n      <md:{name} Binding="{_BINDING}{one}" Location="https://sso.{host}/profile/{one}" index="{index}"/>'
        for index, one in enumerate(bindings, 1)
    )


def _people(number: int, host: str, draw: Random) -> str:
    contacts = "".join(f"""
    <md:ContactPerson contactType="{kind}">
      <md:GivenName>{draw.choice(_WORDS).capitalize()}</md:GivenName>
      <md:SurName>Prüfer{number}</md:SurName>
      <md:EmailAddress>mailto:{kind}@{host}</md:EmailAddress>
    </md:ContactPerson>""" for kind in ("technical", "support", "administrative"))  # fmt: skip
    return f"""
    <md:Organization>
      <md:OrganizationName xml:lang="en">{_words(draw, 3)}</md:OrganizationName>
      <md:OrganizationDisplayName xml:lang="en">{_words(draw, 3)}</md:OrganizationDisplayName>
      <md:OrganizationURL xml:lang="en">https://www.{host}/</md:OrganizationURL>
    </md:Organization>{contacts}"""


def _words(draw: Random, count: int) -> str:
    return " ".join(draw.choices(_WORDS, k=count)).capitalize()
