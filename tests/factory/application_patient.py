"""Exports of applications with one change each, and the rule that must speak."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from tests.factory.application import (
    ACS,
    CALLBACK,
    FORMAT,
    OTHERS,
    RULES,
    SCIM,
    SHA256,
    SHAPES,
    SP,
    changed,
    instant,
    made,
    written,
)


class Patient(NamedTuple):
    """One export with one change: where (a path, or a text to replace), what stands there now, which rule must speak.

    `also` are changes without which the change would show nothing.
    """

    shape: str
    where: tuple[Any, ...] | str
    now: Any
    rule: str
    also: tuple[tuple[Any, Any], ...] = ()

    @property
    def name(self) -> str:
        """Shape, place and rule in one word."""
        place = self.where if isinstance(self.where, str) else ".".join(map(str, self.where))
        return f"{self.shape}: {place[:40]}: {self.rule}"

    def data(self) -> bytes:
        """The bytes. Raises ValueError or KeyError when the place is not there."""
        value = {**SHAPES, **OTHERS}[self.shape]()
        for where, now in ((self.where, self.now), *self.also):
            value = changed(value, where, now)
        return written(value)


_SIGN_ON: Final = ("settings", "signOn")
_SAMLP: Final = ("addons", "samlp")
_SSO: Final = ("spBrowserSso",)
_SLASH: Final = ACS + "/"
_PERSISTENT: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
_ACS_RULE: Final = "acs-url-mismatch"
_SP_RULE: Final = "sp-entity-id-mismatch"
_NO_RULES: Final = RULES.partition('@RuleName = "NameID"')[0]
PATIENTS: Final = (
    # the ACS URL
    Patient("okta", (*_SIGN_ON, "ssoAcsUrl"), _SLASH, _ACS_RULE),
    Patient("okta", (*_SIGN_ON, "ssoAcsUrlOverride"), "https://staging.sp.example.com/saml/acs", _ACS_RULE),
    Patient("okta-parts", (0, *_SIGN_ON, "ssoAcsUrl"), _SLASH, _ACS_RULE),
    Patient("entra", ("replyUrls",), [ACS.upper()], _ACS_RULE),
    Patient("entra-application", ("web", "redirectUris"), [ACS.replace("https", "http"), CALLBACK], _ACS_RULE),
    Patient("adfs", ("SamlEndpoints", 0, "Location"), _SLASH, _ACS_RULE),
    Patient("adfs-clixml", f'"Location">{ACS}', f'"Location">{_SLASH}', _ACS_RULE),
    Patient("keycloak", ("redirectUris",), [_SLASH], _ACS_RULE),
    Patient("keycloak-realm", ("clients", 1, "redirectUris"), ["https://sp.example.org/*"], _ACS_RULE),
    Patient("onelogin", ("configuration", "consumer_url"), "https://sp.example.com", _ACS_RULE),
    Patient("pingone", ("acsUrls",), ["https://sp.example.org/saml/acs"], _ACS_RULE),
    Patient("pingfederate", (*_SSO, "ssoServiceEndpoints", 0, "url"), "/saml/acs2", _ACS_RULE),
    Patient("auth0", ("callbacks",), [_SLASH], _ACS_RULE),
    Patient("simplesamlphp", f"'Location' => '{ACS}'", f"'Location' => '{_SLASH}'", _ACS_RULE),
    Patient("authentik", ("acs_url",), _SLASH, _ACS_RULE),
    Patient("authentik-blueprint", f"acs_url: {ACS}", f"acs_url: {_SLASH}", _ACS_RULE),
    # the audience
    Patient("okta", (*_SIGN_ON, "audience"), SP + "/", _SP_RULE),
    Patient("entra", ("servicePrincipalNames",), [SP + "/"], _SP_RULE),
    Patient("entra-application", ("identifierUris",), ["https://sp.example.com/"], _SP_RULE),
    Patient("adfs", ("Identifier",), [SP.upper()], _SP_RULE),
    Patient("keycloak", ("clientId",), "acme", _SP_RULE),
    Patient("onelogin", ("configuration", "audience"), SP + "/", _SP_RULE),
    Patient("pingone", ("spEntityId",), SP + "x", _SP_RULE),
    Patient("pingfederate", ("entityId",), SP + "/", _SP_RULE),
    Patient("auth0", (*_SAMLP, "audience"), "urn:other", _SP_RULE),
    Patient("simplesamlphp", f"$metadata['{SP}']", f"$metadata['{SP}/']", _SP_RULE),
    Patient("authentik", ("audience",), "acme", _SP_RULE),
    # recipient and destination
    Patient("okta", (*_SIGN_ON, "recipient"), _SLASH, "application-recipient-differs"),
    Patient("okta", (*_SIGN_ON, "destination"), _SLASH, "application-destination-differs"),
    Patient("onelogin", ("configuration", "recipient"), "https://other.example.com", "application-recipient-differs"),
    Patient("auth0", (*_SAMLP, "recipient"), _SLASH, "application-recipient-differs"),
    Patient("auth0", (*_SAMLP, "destination"), _SLASH, "application-destination-differs"),
    Patient(
        "onelogin",
        ("configuration", "validator"),
        "^https:\\/\\/sp\\.example\\.org\\/.*$",
        "application-acs-validator-refuses",
    ),
    # the NameID
    Patient("okta", (*_SIGN_ON, "subjectNameIdTemplate"), "", "name-id-missing"),
    Patient("adfs", ("IssuanceTransformRules",), _NO_RULES, "name-id-missing"),
    Patient("adfs", ("IssuanceTransformRules",), RULES[: len(RULES) // 2], "application-export-cut"),
    Patient("onelogin", ("parameters", "saml_username", "user_attribute_mappings"), None, "name-id-missing"),
    Patient(
        "pingfederate",
        (*_SSO, "adapterMappings", 0, "attributeContractFulfillment", "SAML_SUBJECT", "source", "type"),
        "NO_MAPPING",
        "name-id-missing",
    ),
    Patient("auth0", (*_SAMLP, "nameIdentifierProbes"), [], "name-id-missing"),
    Patient(
        "okta", ("credentials", "userNameTemplate", "template"), "${source.email}", "application-name-id-source-mutable"
    ),
    Patient("keycloak", ("attributes", "saml_name_id_format"), "email", "application-name-id-source-mutable"),
    Patient("simplesamlphp", "employeeNumber", "mail", "application-name-id-source-mutable"),
    # signatures
    Patient("adfs", ("SamlResponseSignature",), "MessageOnly", "application-assertion-unsigned"),
    Patient("auth0", (*_SAMLP, "signResponse"), True, "application-assertion-unsigned"),
    Patient("pingone", ("assertionSigned",), False, "application-signs-nothing"),
    Patient("authentik", ("signing_kp",), None, "application-signs-nothing"),
    Patient("okta", (*_SIGN_ON, "signatureAlgorithm"), "RSA_SHA1", "application-signature-sha1"),
    Patient(
        "adfs", ("SignatureAlgorithm",), "http://www.w3.org/2000/09/xmldsig#rsa-sha1", "application-signature-sha1"
    ),
    Patient("keycloak", ("attributes", "saml.signature.algorithm"), "RSA_SHA1", "application-signature-sha1"),
    Patient("onelogin", ("configuration", "signature_algorithm"), "SHA-1", "application-signature-sha1"),
    Patient(
        "pingfederate", ("credentials", "signingSettings", "algorithm"), "SHA1withRSA", "application-signature-sha1"
    ),
    Patient("auth0", (*_SAMLP, "signatureAlgorithm"), ..., "application-signature-sha1"),
    Patient("auth0", (*_SAMLP, "digestAlgorithm"), ..., "application-defaults-assumed"),
    Patient(
        "simplesamlphp",
        f"'signature.algorithm' => '{SHA256}'",
        "'signature.algorithm' => 'http://www.w3.org/2000/09/xmldsig#rsa-sha1'",
        "application-signature-sha1",
    ),
    Patient("keycloak", ("attributes", "saml.client.signature"), "true", "application-client-signature-required"),
    Patient("keycloak", ("attributes", "saml.encrypt"), "true", "application-encrypts-without-key"),
    Patient("okta", (*_SIGN_ON, "assertionEncryption"), {"enabled": True}, "application-encrypts-without-key"),
    # certificates
    Patient("entra", ("keyCredentials", 0, "key"), made(-3, 2).base64, "certificate-expired"),
    Patient("onelogin", ("sso", "certificate", "value"), made(-3, 2).pem, "certificate-expired"),
    Patient("auth0", ("signing_keys", 0, "cert"), made(20, 2).pem, "certificate-expires-soon"),
    Patient("pingone-parts", (2, "expiresAt"), instant(-1), "certificate-expired"),
    Patient("okta-parts", (1, 0, "x5c", 0), made(-3, 2).base64, "certificate-expired"),
    Patient(
        "keycloak-realm",
        ("components", "org.keycloak.keys.KeyProvider", 0, "config", "certificate", 0),
        made(-3, 2).base64,
        "certificate-expired",
    ),
    # attributes
    Patient(
        "okta",
        (*_SIGN_ON, "attributeStatements"),
        [],
        "application-email-unmapped",
        (((*_SIGN_ON, "subjectNameIdFormat"), _PERSISTENT),),
    ),
    Patient("onelogin", ("parameters", "email", "include_in_saml_assertion"), False, "application-attribute-not-sent"),
    Patient("onelogin", ("parameters", "email"), ..., "application-email-unmapped"),
    Patient("keycloak", ("protocolMappers",), [], "application-email-unmapped"),
    Patient(
        "simplesamlphp",
        "'attributes' => ['email', ",
        "'attributes' => [",
        "application-email-unmapped",
        ((FORMAT, _PERSISTENT),),
    ),
    # state and assignments
    Patient("okta", ("status",), "INACTIVE", "application-disabled"),
    Patient("entra", ("accountEnabled",), False, "application-disabled"),
    Patient("adfs", ("Enabled",), False, "application-disabled"),
    Patient("keycloak", ("enabled",), False, "application-disabled"),
    Patient("pingone", ("enabled",), False, "application-disabled"),
    Patient("pingfederate", ("active",), False, "application-disabled"),
    Patient("authentik", ("assigned_application_slug",), None, "application-disabled"),
    Patient("entra-parts", (3, "value"), [], "application-unassigned"),
    Patient("pingone", ("accessControl", "group", "groups"), [], "application-unassigned"),
    # provisioning
    Patient("okta", ("features",), ["PUSH_NEW_USERS", "PUSH_USER_DEACTIVATION"], "scim-updates-disabled"),
    Patient("okta", ("features",), ["PUSH_NEW_USERS", "PUSH_PROFILE_UPDATES"], "scim-deactivation-disabled"),
    Patient("pingone-parts", (3, "configuration", "UPDATE_USERS"), False, "scim-updates-disabled"),
    Patient("pingone-parts", (3, "configuration", "DISABLE_USERS"), False, "scim-deactivation-disabled"),
    Patient("pingone-parts", (3, "status"), "INACTIVE", "application-provisioning-stopped"),
    Patient(
        "entra-parts",
        (2, "synchronizationRules", 0, "objectMappings", 0, "flowTypes"),
        "Add, Delete",
        "scim-updates-disabled",
    ),
    Patient(
        "entra-parts",
        (2, "synchronizationRules", 0, "objectMappings", 0, "flowTypes"),
        "Add, Update",
        "scim-deactivation-disabled",
    ),
    Patient(
        "entra-parts",
        (2, "synchronizationRules", 0, "objectMappings", 0, "attributeMappings", 0),
        {},
        "scim-attributes-unmapped",
    ),
    Patient("entra-parts", (1, "status", "code"), "Quarantine", "application-provisioning-stopped"),
    Patient("pingfederate", ("outboundProvision", "channels", 0, "active"), False, "application-provisioning-stopped"),
    Patient("okta-parts", (2, "baseUrl"), SCIM + "/other", "scim-endpoint-not-found"),
    Patient(
        "pingone-parts", (3, "configuration", "SCIM_URL"), SCIM.replace("sp.", "staging.sp."), "scim-endpoint-not-found"
    ),
    # OAuth
    Patient("okta-oidc", ("settings", "oauthClient", "redirect_uris"), [CALLBACK + "/"], "oauth-redirect-uri-mismatch"),
    Patient("keycloak-oidc", ("redirectUris",), [CALLBACK.replace("https", "http")], "oauth-redirect-uri-mismatch"),
    Patient("entra-application", ("web", "redirectUris"), [ACS, CALLBACK.upper()], "oauth-redirect-uri-mismatch"),
    Patient(
        "okta-oidc",
        ("settings", "oauthClient", "grant_types"),
        ["client_credentials"],
        "application-oauth-code-grant-disabled",
    ),
    Patient("keycloak-oidc", ("standardFlowEnabled",), False, "application-oauth-code-grant-disabled"),
    Patient("keycloak-oidc", ("redirectUris",), ["*"], "application-acs-wildcard"),
    Patient("entra-application", ("passwordCredentials", 0, "endDateTime"), instant(-2), "oauth-client-secret-expired"),
    # several addresses
    Patient(
        "keycloak",
        ("attributes", "saml_assertion_consumer_url_post"),
        "https://old.example.com/acs",
        "application-acs-default-differs",
    ),
    Patient("pingone", ("acsUrls",), ["https://old.example.com/acs", ACS], "application-acs-default-differs"),
    Patient("okta", (*_SIGN_ON, "inlineHooks"), [{"id": "h"}], "application-changed-at-run-time"),
    # the wrong file
    Patient("okta", ("signOnMode",), "BOOKMARK", "application-other-sign-on"),
    Patient("entra", ("preferredSingleSignOnMode",), "password", "application-other-sign-on"),
    Patient("adfs-text", "Name                 : Acme", "Name                 : Other", "application-settings-missing"),
    Patient("entra-secrets", ("value", 2, "key"), "TokenKey", "application-secrets-inside"),
    Patient("keycloak-realm", ("clients",), [], "application-wrong-direction"),
    Patient("adfs", ("TokenSigningCertificates",), [], "application-wrong-direction"),
    Patient("pingfederate", ("type",), "IDP", "application-wrong-direction"),
    Patient(
        "simplesamlphp", "'AssertionConsumerService' => [", "'SingleSignOnService' => [", "application-wrong-direction"
    ),
    Patient("sp-toolkit", ("strict",), False, "application-wrong-direction"),
    Patient("sp-passport", ("issuer",), "x", "application-wrong-direction"),
    Patient("authentik", ("component",), "ak-source-saml-form", "application-wrong-direction"),
)
