"""PingOne: applications, their attributes, the keys that sign for them, and SCIM stores."""

from __future__ import annotations

from typing import Any, Final

from doctor.model.application import Address, Application, Mapped, Provisioning
from doctor.parse import application_value as value

VENDOR: Final = "pingone"
_ACTIONS: Final = ("CREATE_USERS", "UPDATE_USERS", "DISABLE_USERS")


def read(node: Any) -> Application | None:
    """The application, or part of one, in one JSON value; None when it is not PingOne's."""
    if not isinstance(node, dict):
        return None
    for fits, made in _SHAPES:
        if fits(node):
            return made(node)
    return None


def _is_application(node: dict[str, Any]) -> bool:
    saml = node.get("protocol") == "SAML" and bool({"spEntityId", "acsUrls"} & set(node))
    return saml or (node.get("protocol") == "OPENID_CONNECT" and "tokenEndpointAuthMethod" in node)


def _application(node: dict[str, Any]) -> Application:
    control = value.mapping(node, "accessControl", "group")
    groups = control.get("groups")
    found = Application(
        VENDOR, id=value.text(node.get("id")), name=value.text(node.get("name")),
        enabled=value.flag(node.get("enabled")),
        assignment_required=bool(control), assignments=len(groups) if isinstance(groups, list) else None,
    )  # fmt: skip
    return _saml(found, node) if node.get("protocol") == "SAML" else _oidc(found, node)


def _saml(found: Application, node: dict[str, Any]) -> Application:
    urls = value.texts(node.get("acsUrls"))
    verification = value.mapping(node, "spVerification")
    assertion, response = value.flag(node.get("assertionSigned")), value.flag(node.get("responseSigned"))
    flags = (("signs_assertion", assertion), ("signs_response", response))
    key = value.mapping(node, "idpSigning", "key")
    return found._replace(
        protocol="saml",
        acs=None if urls is None else tuple(Address(url, None, n, is_default=n == 0) for n, url in enumerate(urls)),
        audiences=value.texts(node.get("spEntityId")), name_id_format=value.name_id_format(node.get("nameIdFormat")),
        signs_assertion=assertion is not False, signs_response=response is True,
        assumed=tuple(name for name, given in flags if given is None),
        signature_algorithm=value.algorithm(value.mapping(node, "idpSigning").get("algorithm")),
        encrypts="spEncryption" in node, signing_key=value.text(key.get("id")),
        wants_signed_requests=value.flag(verification.get("authnRequestSigned")),
        logout_urls=value.texts(node.get("sloEndpoint")),
    )  # fmt: skip


def _oidc(found: Application, node: dict[str, Any]) -> Application:
    method = (value.text(node.get("tokenEndpointAuthMethod")) or "").lower() or None
    grants = value.texts(node.get("grantTypes"))
    return found._replace(
        protocol="oidc", redirect_uris=value.texts(node.get("redirectUris")), client_auth=method,
        client_id=value.text(node.get("clientId", node.get("id"))),
        grant_types=None if grants is None else tuple(one.lower() for one in grants),
        pkce_required=str(node.get("pkceEnforcement", "OPTIONAL")).endswith("REQUIRED"),
        logout_urls=value.texts(node.get("postLogoutRedirectUris")),
    )  # fmt: skip


def _is_attributes(node: dict[str, Any]) -> bool:
    items = value.mapping(node, "_embedded").get("attributes")
    return isinstance(items, list) and all(isinstance(one, dict) and {"name", "value"} <= set(one) for one in items)


def _attributes(node: dict[str, Any]) -> Application:
    pairs = [(str(one["name"]), value.text(one["value"])) for one in value.listed(node["_embedded"]["attributes"])]
    subject = next((source for name, source in pairs if name == "saml_subject"), None)
    return Application(
        VENDOR, "claims", name_id_source=subject, name_id_set=bool(subject) if subject is not None else None,
        attributes=tuple(Mapped(name, source) for name, source in pairs if name != "saml_subject"),
    )  # fmt: skip


def _is_key(node: dict[str, Any]) -> bool:
    return {"expiresAt", "usageType", "subjectDN"} <= set(node)


def _key(node: dict[str, Any]) -> Application:
    made = value.dated(
        node["subjectDN"], node.get("startsAt"), node["expiresAt"], issuer=node.get("issuerDN"),
        key=node.get("algorithm"), bits=node.get("keyLength"), signed=node.get("signatureAlgorithm"),
    )  # fmt: skip
    held = (made,) if made is not None and "SIGN" in str(node["usageType"]).upper() else ()
    return Application(
        VENDOR, "certificates", certificates=held or None, key_ids=(str(node.get("id")),) if held else ()
    )


def _is_store(node: dict[str, Any]) -> bool:
    return "SCIM_URL" in value.mapping(node, "configuration")


def _store(node: dict[str, Any]) -> Application:
    given = value.mapping(node, "configuration")
    state = {"ACTIVE": "running", "INACTIVE": "stopped"}.get(str(node.get("status")))
    create, update, deactivate = (value.flag(given.get(name)) for name in _ACTIONS)
    told = Provisioning(value.verbatim(given["SCIM_URL"]), state, create, update, deactivate)
    return Application(VENDOR, "provisioning", name=value.text(node.get("name")), provisioning=told)


def _is_provider(node: dict[str, Any]) -> bool:
    """An external identity provider of PingOne."""
    return {"idpEntityId", "ssoEndpoint"} <= set(node)


def _provider(node: dict[str, Any]) -> Application:
    return Application(VENDOR, wrong="broker", name=value.text(node.get("name")))


_SHAPES: Final = (
    (_is_application, _application), (_is_attributes, _attributes), (_is_key, _key), (_is_store, _store),
    (_is_provider, _provider),
)  # fmt: skip
