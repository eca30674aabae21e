"""Healthy visits: what well-known products send when all is well, and what is unusual and allowed."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote_plus

from tests.factory import capture, metadata, providers, response
from tests.factory import clinic_flow as flow
from tests.factory.capture import form_page
from tests.factory.clinic_case import Case, application, case, own, sent, swapped, told, trusted
from tests.factory.response import ACS, IDP, NOW, PASSWORD, SP, UNSPECIFIED, Draft, Signed, signer

if TYPE_CHECKING:
    from tests.factory.certificate import Certificate

_CLAIMS: Final = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
_URI: Final = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
_PLAIN: Final = "urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified"
_WINDOWS: Final = "urn:federation:authentication:windows"
_PERSISTENT: Final = metadata.PERSISTENT

_NAMES: Final = (
    ("id", ("u-1",)), ("email", ("ada@example.com",)), ("firstName", ("Ada",)), ("lastName", ("Lovelace",)),
)  # fmt: skip
_MICROSOFT: Final = (
    ("http://schemas.microsoft.com/identity/claims/tenantid", (providers.TENANT,)),
    ("http://schemas.microsoft.com/identity/claims/objectidentifier", ("0b6f7a1c-77de-4b0e-9d46-0d6f3c2b1a90",)),
    (_CLAIMS + "givenname", ("Ada",)), (_CLAIMS + "surname", ("Lovelace",)),
    (_CLAIMS + "emailaddress", ("ada@example.com",)), (_CLAIMS + "name", ("ada@example.com",)),
)  # fmt: skip
_ADFS: Final = (
    (_CLAIMS + "emailaddress", ("ada@example.com",)), (_CLAIMS + "givenname", ("Ada",)),
    (_CLAIMS + "surname", ("Lovelace",)), (_CLAIMS + "upn", ("ada@example.com",)),
)  # fmt: skip
_OIDS: Final = (
    ("urn:oid:0.9.2342.19200300.100.1.1", ("ada",)), ("urn:oid:0.9.2342.19200300.100.1.3", ("ada@example.com",)),
    ("urn:oid:2.5.4.42", ("Ada",)), ("urn:oid:2.5.4.4", ("Lovelace",)),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.6", ("ada@example.edu",)),
)  # fmt: skip


def _signer_of(product: str) -> Certificate:
    provider = providers.PROVIDERS[product]
    return providers.made(provider, providers.around(NOW))[provider.uses.index("signing")]


def _product(product: str, signed: Signed, window: tuple[int, int], **changes: Any) -> Case:
    """A response in the form of a product, held against that product's metadata."""
    issuer = providers.PROVIDERS[product].entity.entity_id

    def make() -> bytes:
        times = {"not_before": window[0], "not_on_or_after": window[1], "confirmed_until": window[1]}
        said = Draft(signed=signed, issuer=issuer, assertion_issuer=issuer, by=_signer_of(product))
        return response.written(said.but(**times, **changes))

    return case(f"healthy-{product}", "as the product sends it", None, make,
                idp_metadata=lambda: providers.healthy(product, NOW))  # fmt: skip


_TWO: Final = ("saml2p", "saml2")
_QUALIFIED: Final = f'<saml:NameID NameQualifier="https://idp.example.edu/idp/shibboleth" SPNameQualifier="{SP}" '
_PRODUCTS: Final = (
    _product("okta", "both", (-300, 300), prefixes=_TWO, attributes=_NAMES, attribute_format=_PLAIN,
             session_until=None, name_id_format=UNSPECIFIED),
    _product("entra-id", "assertion", (-300, 3900), prefixes=("samlp", ""), attributes=_MICROSOFT,
             attribute_format=None, session_until=None, context=PASSWORD.replace("ProtectedTransport", "")),
    _product("google-workspace", "assertion", (-300, 300), prefixes=_TWO, attributes=_NAMES, attribute_format=None,
             context="urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified", session_until=None),
    _product("microsoft-ad-fs", "assertion", (-5, 3595), prefixes=("samlp", ""), attributes=_ADFS,
             attribute_format=None, session_until=None, context=_WINDOWS),
    _product("auth0", "assertion", (-5, 3595), attributes=_ADFS, attribute_format=_URI, name_id_format=UNSPECIFIED,
             name_id="auth0|65f1"),
    _product("onelogin", "assertion", (-180, 180), attributes=_NAMES),
    _product("pingone", "both", (-5, 295), attributes=_NAMES),
    _product("keycloak", "both", (-5, 55), attributes=_NAMES, session_index="7f3a::0b6f",
             context="urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified"),
    _product("shibboleth-generic", "both", (-5, 295), prefixes=_TWO, attributes=_OIDS, attribute_format=_URI,
             name_id_format=_PERSISTENT, name_id="QF7J4ZLWXKPO5DQGMRTA",
             edited=(("<saml:NameID ", _QUALIFIED),)),
    _product("jumpcloud", "assertion", (-300, 300), prefixes=_TWO, attributes=_NAMES, name_id_format=UNSPECIFIED),
    _product("simplesamlphp", "assertion", (-30, 300), attributes=_NAMES),
    _product("salesforce", "both", (-30, 300), attributes=_NAMES),
)  # fmt: skip

_UNASKED: Final[dict[str, Any]] = {"in_response_to": None, "confirmed_for": None}
_UNUSUAL: Final = (
    sent("healthy", "only the assertion is signed", None),
    sent("healthy-both-signed", "response and assertion are signed", None, signed="both"),
    sent("healthy-response-signed", "only the response, and the application says that this is enough", None,
         signed="response", options={"sp_metadata": lambda: application(wants_signed="false")}),
    sent("healthy-elliptic", "signed with an elliptic curve key", None, by=lambda: signer(3, ec256=True),
         options={"idp_metadata": lambda: trusted(signer(3, ec256=True))}),
    sent("healthy-no-key-info", "the signature carries no certificate", None, carries_certificate=False),
    sent("healthy-no-use", "the metadata does not say what its key is for: both (E62)", None,
         options={"idp_metadata": lambda: trusted(signer(), use=None)}),
    sent("healthy-no-metadata", "nothing to judge the signature with", None, options={"idp_metadata": None}),
    sent("healthy-nothing-known", "no options but the moment", None,
         options={"idp_metadata": None, "acs_url": None, "sp_entity_id": None}),
    sent("healthy-no-destination", "no Destination where the response itself is not signed", None, destination=None),
    sent("healthy-no-response-issuer", "no Issuer of an unsigned response (profiles 4.1.4.2)", None, issuer=None),
    sent("healthy-no-name-id-format", "no format of the NameID", None, name_id_format=None),
    sent("healthy-no-session-index", "no SessionIndex, no end of the session", None, session_index=None,
         session_until=None),
    sent("healthy-comment", "a comment between elements", None,
         edited=(("<saml:Conditions", "<!-- c --><saml:Conditions"),)),
    sent("healthy-many-groups", "two hundred groups", None,
         attributes=(*_NAMES, ("groups", tuple(f"group-{n}" for n in range(200))))),
    sent("healthy-signed-in-before", "the person signed in this morning", None, authenticated=-3 * 3600),
    told(sent("healthy-idp-initiated", "begun at a tile, which the connection takes", None, **_UNASKED),
         {"connection.allows_idp_initiated": True}),
    case("healthy-base64", "as it was posted", None, lambda: base64.b64encode(response.written())),
    case("healthy-base64-lines", "the same in lines", None, lambda: base64.encodebytes(response.written())),
    case("healthy-posted-body", "the body of the post", None,
         lambda: b"SAMLResponse=" + quote_plus(base64.b64encode(response.written())).encode() + b"&RelayState=s1",
         received_at=None),
    case("healthy-form-page", "the page that posts it", None,
         lambda: swapped(form_page(response.written()), capture.ACS, ACS), received_at=None),
    case("healthy-capture", "a recorded sign-in", None, flow.har, received_at=None),
    case("healthy-capture-both-signed", "a recorded sign-in, everything signed", None,
         lambda: flow.har(signed="both"), received_at=None),
    case("healthy-capture-undated", "a recorded sign-in without Date headers", None, lambda: flow.har(dated=False),
         received_at=None),
    case("healthy-request", "an AuthnRequest", None, response.request),
    case("healthy-logout", "a signed LogoutRequest", None,
         lambda: response.logout(issuer=IDP, destination="https://sp.example.com/slo", until=300, by=signer())),
    case("healthy-logout-answer", "a signed LogoutResponse", None,
         lambda: response.logged_out(destination="https://sp.example.com/slo", by=signer())),
    case("healthy-logout-of-ours", "a LogoutRequest of the application, signed by its key", None,
         lambda: response.logout(by=own()), sp_metadata=application),
)  # fmt: skip

CASES: Final = _PRODUCTS + _UNUSUAL
