"""Exports of applications: a healthy one of each product and shape, with secrets in every place that has held one.

`healthy` gives the bytes of one; `tests.factory.application_patient` has copies with one change. Every secret
contains `CANARY`, and must never be seen again.
"""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from tests.factory import certificate

if TYPE_CHECKING:
    from collections.abc import Callable

NOW: Final = datetime(2026, 11, 22, 9, tzinfo=UTC)
ACS: Final = "https://sp.example.com/saml/acs"
SP: Final = "https://sp.example.com/saml/metadata"
CALLBACK: Final = "https://sp.example.com/oidc/callback"
SCIM: Final = "https://sp.example.com/scim/v2"
CANARY: Final = "c4n4rY"
EMAIL: Final = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"
NAME_ID: Final = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier"
FORMAT: Final = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
SHA256: Final = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"


def secret(name: str) -> str:
    """A secret that can be found again."""
    return f"{CANARY}-{name}-9f8e7d6c5b4a"


@cache
def made(days: int = 400, slot: int = 0) -> certificate.Certificate:
    """A certificate that ends in so many days."""
    return certificate.make("CN=idp", NOW - timedelta(days=900), NOW + timedelta(days=days), slot=slot)


def thumbprint(one: certificate.Certificate) -> str:
    """The SHA-1 of a certificate in hex, upper case."""
    from cryptography.hazmat.primitives import hashes

    return one.loaded.fingerprint(hashes.SHA1()).hex().upper()


def instant(days: int) -> str:
    """An instant so many days from now, as JSON of most products writes it."""
    return (NOW + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def okta() -> Any:
    return {
        "id": "0oa1synthetic0000001",
        "name": "acme_app_1",
        "label": "Acme",
        "status": "ACTIVE",
        "signOnMode": "SAML_2_0",
        "features": ["PUSH_NEW_USERS", "PUSH_PROFILE_UPDATES", "PUSH_USER_DEACTIVATION"],
        "credentials": {
            "userNameTemplate": {"template": "${source.id}", "type": "CUSTOM"},
            "signing": {"kid": "kidA"},
            "password": {"value": secret("swa")},
        },
        "settings": {
            "app": {"authToken": secret("authtoken"), "apiKeyId": secret("apikeyid")},
            "implicitAssignment": False,
            "signOn": {
                "ssoAcsUrl": ACS,
                "idpIssuer": "http://www.okta.com/${org.externalKey}",
                "audience": SP,
                "recipient": ACS,
                "destination": ACS,
                "subjectNameIdTemplate": "${user.userName}",
                "subjectNameIdFormat": FORMAT,
                "responseSigned": True,
                "assertionSigned": True,
                "signatureAlgorithm": "RSA_SHA256",
                "digestAlgorithm": "SHA256",
                "samlSignedRequestEnabled": False,
                "allowMultipleAcsEndpoints": False,
                "acsEndpoints": [],
                "assertionEncryption": {"enabled": False},
                "inlineHooks": [],
                "attributeStatements": [
                    {"type": "EXPRESSION", "name": name, "values": [f"user.{name}"]}
                    for name in ("email", "firstName", "lastName")
                ],
            },
        },
    }


def okta_oidc() -> Any:
    return {
        "id": "0oa1synthetic0000002",
        "name": "oidc_client",
        "label": "Acme OIDC",
        "status": "ACTIVE",
        "signOnMode": "OPENID_CONNECT",
        "credentials": {
            "oauthClient": {
                "client_id": "0oa1synthetic0000002",
                "client_secret": secret("client"),
                "token_endpoint_auth_method": "client_secret_basic",
                "pkce_required": False,
            }
        },
        "settings": {"oauthClient": {"redirect_uris": [CALLBACK], "grant_types": ["authorization_code"]}},
    }


def okta_keys() -> Any:
    """The application with all its parts, as one list of answers."""
    keys = [
        {
            "kid": "kidA",
            "kty": "RSA",
            "use": "sig",
            "expiresAt": instant(400),
            "x5c": [made().base64],
            "d": secret("jwk"),
        },
        {"kid": "kidB", "kty": "RSA", "use": "sig", "expiresAt": instant(300), "x5c": [made(300, 1).base64]},
    ]
    connection = {
        "status": "ENABLED",
        "authScheme": "TOKEN",
        "baseUrl": SCIM,
        "_links": {},
        "profile": {"authScheme": "TOKEN", "token": secret("scim")},
    }
    features = [
        {
            "name": "USER_PROVISIONING",
            "status": "ENABLED",
            "capabilities": {
                "create": {"lifecycleCreate": {"status": "ENABLED"}},
                "update": {"profile": {"status": "ENABLED"}, "lifecycleDeactivate": {"status": "ENABLED"}},
            },
        }
    ]
    groups = [{"id": "00g1", "priority": 0, "profile": {}, "_links": {"group": {"href": "https://ORG.okta.com/g"}}}]
    return [okta(), keys, connection, features, groups]


def entra() -> Any:
    held = {
        "displayName": "CN=Acme",
        "startDateTime": instant(-900),
        "endDateTime": instant(400),
        "type": "AsymmetricX509Cert",
    }
    name = certificate_id(made())
    return {
        "id": "33333333-3333-3333-3333-333333333333",
        "appId": "22222222-2222-2222-2222-222222222222",
        "displayName": "Acme",
        "accountEnabled": True,
        "servicePrincipalType": "Application",
        "appRoleAssignmentRequired": True,
        "preferredSingleSignOnMode": "saml",
        "preferredTokenSigningKeyThumbprint": thumbprint(made()),
        "replyUrls": [ACS],
        "servicePrincipalNames": ["22222222-2222-2222-2222-222222222222", SP],
        "tokenEncryptionKeyId": None,
        "keyCredentials": [
            {**held, "customKeyIdentifier": name, "keyId": "4", "usage": "Verify", "key": made().base64},
            {**held, "customKeyIdentifier": name, "keyId": "5", "usage": "Sign", "key": secret("signkey")},
        ],
        "passwordCredentials": [{"customKeyIdentifier": name, "secretText": secret("text"), "hint": "abc"}],
    }


def certificate_id(one: certificate.Certificate) -> str:
    """The identifier under which Entra keeps a certificate: its SHA-1 in base64."""
    import base64

    return base64.b64encode(bytes.fromhex(thumbprint(one))).decode()


def entra_application() -> Any:
    return {
        "id": "11111111-1111-1111-1111-111111111111",
        "appId": "22222222-2222-2222-2222-222222222222",
        "displayName": "Acme",
        "identifierUris": [SP],
        "tokenEncryptionKeyId": None,
        "keyCredentials": [],
        "passwordCredentials": [
            {"endDateTime": instant(100), "secretText": secret("text"), "customKeyIdentifier": None}
        ],
        "web": {"logoutUrl": None, "redirectUris": [ACS, CALLBACK]},
        "spa": {"redirectUris": []},
    }


def entra_job() -> Any:
    """The service principal, its sync job, the job's schema and its assignments."""
    mappings = [{"targetAttributeName": name} for name in ("userName", "name.givenName", "name.familyName", "active")]
    schema = {
        "id": "s",
        "synchronizationRules": [
            {
                "objectMappings": [
                    {
                        "enabled": True,
                        "flowTypes": "Add, Update, Delete",
                        "targetObjectName": "urn:…:User",
                        "attributeMappings": mappings,
                    }
                ]
            }
        ],
    }
    job = {
        "id": "customappsso.8",
        "templateId": "customappsso",
        "schedule": {"state": "Active"},
        "status": {"code": "Active", "countSuccessiveCompleteFailures": 0},
    }
    given = [
        {"principalType": "Group", "appRoleId": "0", "resourceId": "3", "principalDisplayName": f"{CANARY} people"}
    ]
    return [entra(), job, schema, {"@odata.context": "…appRoleAssignedTo", "value": given}]


def entra_secrets() -> Any:
    return {
        "value": [
            {"key": "BaseAddress", "value": SCIM},
            {"key": "SecretToken", "value": secret("scim")},
            {"key": "AppKey", "value": secret("appkey")},
        ]
    }


RULES: Final = (
    '@RuleName = "mail"\r\nc:[Type == "http://schemas.microsoft.com/ws/2008/06/identity/claims/windowsaccountname", '
    'Issuer == "AD AUTHORITY"]\r\n => issue(store = "Active Directory", types = ("'
    + EMAIL
    + '", "'
    + NAME_ID.replace("nameidentifier", "givenname")
    + '", "'
    + NAME_ID.replace("nameidentifier", "surname")
    + '"), '
    'query = ";mail,givenName,sn;{0}", param = c.Value);\r\n\r\n'
    '@RuleName = "NameID"\r\nc:[Type == "' + EMAIL + '"]\r\n => issue(Type = "' + NAME_ID + '", Issuer = c.Issuer, '
    'Value = c.Value, Properties["http://schemas.xmlsoap.org/ws/2005/05/identity/claimproperties/format"] = "'
    + FORMAT
    + '");\r\n'
)


def adfs() -> Any:
    return {
        "Name": "Acme",
        "Enabled": True,
        "Identifier": [SP],
        "EncryptClaims": True,
        "EncryptionCertificate": None,
        "SignedSamlRequestsRequired": False,
        "SamlResponseSignature": "AssertionOnly",
        "SignatureAlgorithm": SHA256,
        "ProtocolProfile": "WsFed-SAML",
        "AccessControlPolicyName": "Permit everyone",
        "RequestSigningCertificate": [],
        "IssuanceTransformRules": RULES,
        "Notes": secret("notes"),
        "SamlEndpoints": [
            {
                "Binding": "POST",
                "BindingUri": "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST",
                "Index": 0,
                "IsDefault": True,
                "Location": ACS,
                "Protocol": "SAMLAssertionConsumer",
                "ResponseLocation": None,
            }
        ],
    }


def adfs_text() -> str:
    rules = RULES.replace("\r\n", "\r\n" + " " * 23)
    return (
        f"\r\nEnabled              : True\r\nIdentifier           : {{{SP}}}\r\n"
        f"Notes                : {secret('notes')}\r\n"
        "EncryptClaims        : True\r\nEncryptionCertificate :\r\nSignedSamlRequestsRequired : False\r\n"
        "SamlEndpoints        : {Microsoft.IdentityServer.Management.Resources.SamlEndpoint}\r\n"
        f"SamlResponseSignature : AssertionOnly\r\nSignatureAlgorithm   : {SHA256}\r\nName                 : Acme\r\n"
        f"IssuanceTransformRules : {rules}\r\n"
    )


def adfs_clixml() -> str:
    from xml.sax.saxutils import escape

    return f"""<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04"><Obj RefId="0">
<TN RefId="0"><T>Microsoft.IdentityServer.Management.Resources.RelyingPartyTrust</T></TN><Props>
<S N="Name">Acme</S><B N="Enabled">true</B><Obj N="Identifier" RefId="1"><LST><S>{SP}</S></LST></Obj>
<S N="Notes">{secret("notes")}</S><B N="EncryptClaims">true</B><Nil N="EncryptionCertificate" />
<B N="SignedSamlRequestsRequired">false</B><S N="SamlResponseSignature">AssertionOnly</S>
<S N="SignatureAlgorithm">{SHA256}</S><S N="ProtocolProfile">WsFed-SAML</S>
<S N="IssuanceTransformRules">{escape(RULES)}</S>
<Obj N="SamlEndpoints" RefId="2"><LST><Obj RefId="3"><ToString>…SamlEndpoint</ToString><Props>
<S N="Binding">POST</S><I32 N="Index">0</I32><B N="IsDefault">true</B><URI N="Location">{ACS}</URI>
<S N="Protocol">SAMLAssertionConsumer</S></Props></Obj></LST></Obj></Props></Obj></Objs>"""


def keycloak() -> Any:
    mappers = [
        {
            "name": name,
            "protocol": "saml",
            "protocolMapper": "saml-user-attribute-mapper",
            "config": {"user.attribute": name, "attribute.name": name, "attribute.nameformat": "Basic"},
        }
        for name in ("email", "firstName", "lastName")
    ]
    return {
        "clientId": SP,
        "name": "Acme",
        "enabled": True,
        "protocol": "saml",
        "adminUrl": "",
        "rootUrl": "",
        "redirectUris": [ACS],
        "publicClient": True,
        "standardFlowEnabled": True,
        "secret": secret("client"),
        "registrationAccessToken": secret("registration"),
        "attributes": {
            "saml_assertion_consumer_url_post": ACS,
            "saml_name_id_format": "persistent",
            "saml.server.signature": "true",
            "saml.assertion.signature": "true",
            "saml.signature.algorithm": "RSA_SHA256",
            "saml.client.signature": "false",
            "saml.encrypt": "false",
            "saml.signing.private.key": secret("samlkey"),
            "saml.encryption.private.key": secret("enckey"),
            "client.secret.rotated": secret("rotated"),
        },
        "protocolMappers": mappers,
        "defaultClientScopes": ["role_list"],
    }


def keycloak_realm() -> Any:
    keys = [
        {
            "name": "rsa",
            "providerId": "rsa-generated",
            "config": {"priority": ["100"], "certificate": [made().base64], "privateKey": [secret("realmkey")]},
        }
    ]
    return {
        "realm": "acme",
        "clients": [{"clientId": "account", "protocol": "openid-connect", "redirectUris": ["/*"]}, keycloak()],
        "identityProviders": [
            {
                "alias": "up",
                "providerId": "saml",
                "config": {"singleSignOnServiceUrl": "https://up.example.com", "clientSecret": secret("broker")},
            }
        ],
        "smtpServer": {"password": secret("smtp")},
        "components": {"org.keycloak.keys.KeyProvider": keys},
        "users": [{"username": "ann", "credentials": [{"type": "password", "secretData": secret("hash")}]}],
    }


def keycloak_oidc() -> Any:
    return {
        "clientId": "acme",
        "name": "Acme OIDC",
        "enabled": True,
        "protocol": "openid-connect",
        "redirectUris": [CALLBACK],
        "publicClient": False,
        "clientAuthenticatorType": "client-secret",
        "secret": secret("client"),
        "standardFlowEnabled": True,
        "implicitFlowEnabled": False,
        "attributes": {},
    }


def onelogin() -> Any:
    names = ("email", "firstName", "lastName")
    sent = {name: {"label": name, "user_attribute_mappings": name, "include_in_saml_assertion": True} for name in names}
    return {
        "id": 928532,
        "connector_id": 110016,
        "name": "Acme",
        "auth_method": 2,
        "role_ids": [192513],
        "provisioning": {"enabled": False},
        "sso": {
            "acs_url": "https://SUB.onelogin.com/trust/saml2/http-post/sso/928532",
            "client_secret": secret("client"),
            "issuer": "https://app.onelogin.com/saml/metadata/x",
            "certificate": {"id": 170216, "value": made().pem},
        },
        "configuration": {
            "audience": SP,
            "consumer_url": ACS,
            "recipient": ACS,
            "validator": "^https:\\/\\/sp\\.example\\.com\\/saml\\/acs$",
            "signature_algorithm": "SHA-256",
            "saml_nameid_format_id": "2",
            "saml_sign_element": "1",
            "encrypt_assertion": "0",
            "provider_arn": secret("arn"),
        },
        "parameters": {
            "saml_username": {"label": "NameID value", "user_attribute_mappings": "employee_id"},
            **sent,
            "shared": {"values": secret("shared"), "include_in_saml_assertion": True},
        },
    }


def pingone() -> Any:
    return {
        "environment": {"id": "e1"},
        "id": "a1",
        "name": "Acme",
        "enabled": True,
        "type": "WEB_APP",
        "protocol": "SAML",
        "accessControl": {"group": {"type": "ANY_GROUP", "groups": [{"id": "g1"}]}},
        "spEntityId": SP,
        "acsUrls": [ACS],
        "assertionSigned": True,
        "responseSigned": False,
        "nameIdFormat": FORMAT,
        "idpSigning": {"key": {"id": "k1"}, "algorithm": "SHA256withRSA"},
        "clientSecret": secret("client"),
        "spVerification": {"authnRequestSigned": False},
    }


def pingone_parts() -> Any:
    """The application, its attributes, its key and the store to which it provisions."""
    names = ("email", "given_name", "family_name")
    attributes = [
        {"name": "saml_subject", "value": "${user.id}", "required": True},
        *({"name": name, "value": "${user.x}", "required": False} for name in names),
    ]
    key = {
        "id": "k1",
        "usageType": "SIGNING",
        "algorithm": "RSA",
        "keyLength": 2048,
        "signatureAlgorithm": "SHA256withRSA",
        "subjectDN": "CN=idp",
        "issuerDN": "CN=idp",
        "startsAt": instant(-900),
        "expiresAt": instant(400),
    }
    store = {
        "id": "s1",
        "name": "Acme SCIM",
        "type": "scim",
        "status": "ACTIVE",
        "configuration": {
            "SCIM_URL": SCIM,
            "CREATE_USERS": True,
            "UPDATE_USERS": True,
            "DISABLE_USERS": True,
            "OAUTH_ACCESS_TOKEN": secret("scim"),
            "BASIC_AUTH_PASSWORD": secret("basic"),
        },
    }
    return [pingone(), {"_embedded": {"attributes": attributes}}, key, store]


def pingfederate() -> Any:
    names = ("email", "firstName", "lastName")
    filled = {name: {"source": {"type": "ADAPTER"}, "value": name} for name in names}
    subject = {"source": {"type": "ADAPTER"}, "value": "employeeNumber"}
    return {
        "type": "SP",
        "id": "acme",
        "name": "Acme",
        "entityId": SP,
        "active": True,
        "baseUrl": "https://sp.example.com",
        "credentials": {
            "certs": [],
            "signingSettings": {"signingKeyPairRef": {"id": "k1"}, "algorithm": "SHA256withRSA"},
            "inboundBackChannelAuth": {"httpBasicCredentials": {"encryptedPassword": secret("back")}},
        },
        "spBrowserSso": {
            "protocol": "SAML20",
            "ssoServiceEndpoints": [{"binding": "POST", "url": "/saml/acs", "isDefault": True}],
            "signAssertions": True,
            "signResponseAsRequired": True,
            "requireSignedAuthnRequests": False,
            "encryptionPolicy": {"encryptAssertion": False},
            "attributeContract": {
                "coreAttributes": [{"name": "SAML_SUBJECT", "nameFormat": FORMAT}],
                "extendedAttributes": [{"name": name} for name in names],
            },
            "adapterMappings": [{"attributeContractFulfillment": {"SAML_SUBJECT": subject, **filled}}],
        },
        "outboundProvision": {
            "type": "SCIM",
            "channels": [{"active": True}],
            "targetSettings": [{"name": "Password", "value": secret("prov")}],
        },
    }


def auth0() -> Any:
    return {
        "tenant": "acme",
        "client_id": "synthClientId",
        "name": "Acme",
        "app_type": "regular_web",
        "is_first_party": True,
        "callbacks": [ACS],
        "grant_types": ["authorization_code"],
        "client_secret": secret("client"),
        "client_metadata": {"note": secret("meta")},
        "signing_keys": [{"cert": made().pem, "key": secret("signkey")}],
        "addons": {
            "azure_blob": {"storageAccessKey": secret("blob")},
            "samlp": {
                "audience": SP,
                "recipient": ACS,
                "destination": ACS,
                "nameIdentifierFormat": FORMAT,
                "mappings": {"email": EMAIL, "given_name": "firstName", "family_name": "lastName"},
                "passthroughClaimsWithNoMapping": False,
                "nameIdentifierProbes": ["http://schemas.auth0.com/user_id/guid"],
                "signatureAlgorithm": "rsa-sha256",
                "digestAlgorithm": "sha256",
                "signResponse": False,
            },
        },
    }


def simplesamlphp() -> str:
    return f"""<?php
/** The service providers. */
// $metadata['https://old.example.com'] = ['AssertionConsumerService' => 'https://old.example.com/acs'];
$metadata['{SP}'] = [
    'name' => ['en' => 'Acme'],
    'AssertionConsumerService' => [
        ['index' => 0, 'isDefault' => true, 'Location' => '{ACS}',
         'Binding' => 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST'],
    ],
    'NameIDFormat' => '{FORMAT}',
    'saml20.sign.response' => true, 'saml20.sign.assertion' => true, 'assertion.encryption' => false,
    'signature.algorithm' => '{SHA256}',
    'sharedkey' => '{secret("shared")}', 'privatekey_pass' => getenv('X') . '{secret("pass")}',
    'attributes' => ['email', 'firstName', 'lastName'],
    'authproc' => [1 => ['class' => 'saml:AttributeNameID', 'identifyingAttribute' => 'employeeNumber']],
];
"""


def authentik() -> Any:
    return {
        "pk": 7,
        "name": "acme",
        "component": "ak-provider-saml-form",
        "assigned_application_slug": "acme",
        "acs_url": ACS,
        "audience": SP,
        "issuer": "https://auth.example.com",
        "sp_binding": "post",
        "signature_algorithm": SHA256,
        "digest_algorithm": "http://www.w3.org/2001/04/xmlenc#sha256",
        "signing_kp": "66666666-2222",
        "sign_assertion": True,
        "sign_response": False,
        "verification_kp": None,
        "encryption_kp": None,
        "client_secret": secret("client"),
        "key_data": secret("keydata"),
    }


def authentik_blueprint() -> str:
    return f"""version: 1
metadata: {{name: acme}}
entries:
- model: authentik_providers_saml.samlprovider
  identifiers: {{pk: 7}}
  attrs:
    name: acme
    acs_url: {ACS}
    audience: "{SP}"
    sp_binding: post
    signing_kp: !Find [authentik_crypto.certificatekeypair, [name, x]]
    sign_assertion: true
    sign_response: false
- model: authentik_providers_oauth2.oauth2provider
  attrs:
    name: other
    client_secret: {secret("client")}
    redirect_uris:
      - {{matching_mode: strict, url: "https://other.example.com/cb"}}
- model: authentik_crypto.certificatekeypair
  attrs:
    key_data: |
      {secret("keydata")}
"""


def toolkit() -> Any:
    """The settings of a SAML toolkit at the service provider."""
    return {
        "strict": True,
        "sp": {"entityId": SP, "assertionConsumerService": {"url": ACS}, "privateKey": secret("sp")},
        "idp": {"entityId": "https://idp.example.com", "singleSignOnService": {"url": "https://idp.example.com/sso"}},
    }


def passport() -> Any:
    """The options of node-saml."""
    return {"entryPoint": "https://idp.example.com/sso", "issuer": SP, "callbackUrl": ACS, "privateKey": secret("sp")}


SHAPES: Final[dict[str, Callable[[], Any]]] = {
    "okta": okta,
    "okta-oidc": okta_oidc,
    "okta-parts": okta_keys,
    "entra": entra,
    "entra-application": entra_application,
    "entra-parts": entra_job,
    "adfs": adfs,
    "adfs-clixml": adfs_clixml,
    "keycloak": keycloak,
    "keycloak-realm": keycloak_realm,
    "keycloak-oidc": keycloak_oidc,
    "onelogin": onelogin,
    "pingone": pingone,
    "pingone-parts": pingone_parts,
    "pingfederate": pingfederate,
    "auth0": auth0,
    "simplesamlphp": simplesamlphp,
    "authentik": authentik,
    "authentik-blueprint": authentik_blueprint,
}
"""Every shape of which a healthy export must stay without a finding of weight."""
OTHERS: Final[dict[str, Callable[[], Any]]] = {
    "entra-secrets": entra_secrets,
    "adfs-text": adfs_text,
    "sp-toolkit": toolkit,
    "sp-passport": passport,
}
"""Shapes that are findings by themselves."""


def written(value: Any) -> bytes:
    """The bytes of an export."""
    return (value if isinstance(value, str) else json.dumps(value)).encode()


def healthy(shape: str) -> bytes:
    """A healthy export."""
    return written({**SHAPES, **OTHERS}[shape]())


def changed(value: Any, where: tuple[Any, ...] | str, now: Any) -> Any:
    """A copy with another value at a path, or another text; `...` removes what stands there."""
    if isinstance(where, str):
        if where not in value:
            raise ValueError(f"{where!r} is not in the export")
        return value.replace(where, now)
    found = copy.deepcopy(value)
    at = found
    for key in where[:-1]:
        at = at[key]
    if now is ...:
        del at[where[-1]]
    else:
        at[where[-1]] = now
    return found
