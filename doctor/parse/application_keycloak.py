"""Keycloak: clients, whole realms, and a realm's keys; brokers told apart from clients.

Attributes hold flags as texts, in two spellings side by side (`saml.encrypt`, `saml_name_id_format`); a misspelt one
is ignored by Keycloak, and so here. An empty text means that it is not set.
"""

from __future__ import annotations

from typing import Any, Final

from doctor.model.application import Address, Application, Mapped
from doctor.parse import application_value as value

VENDOR: Final = "keycloak"
_OWN: Final = frozenset({
    "account", "account-console", "admin-cli", "broker", "realm-management", "security-admin-console", "master-realm",
})  # fmt: skip
"""Clients that every realm has for itself."""
_REALM: Final = frozenset({"clients", "identityProviders", "keycloakVersion", "accessTokenLifespan", "clientScopes"})
"""Keys of which a realm's export has some."""
_ACS: Final = (
    ("saml_assertion_consumer_url_post", "post"), ("saml_assertion_consumer_url_redirect", "redirect"),
    ("saml_artifact_binding_url", "artifact"),
)  # fmt: skip
_SOURCES: Final = {
    "email": "email", "username": "username", "persistent": "persistent identifier",
    "transient": "transient identifier",
}  # fmt: skip
_FLOWS: Final = (
    ("standardFlowEnabled", "authorization_code"), ("implicitFlowEnabled", "implicit"),
    ("directAccessGrantsEnabled", "password"), ("serviceAccountsEnabled", "client_credentials"),
)  # fmt: skip
_NAME_ID_MAPPER: Final = "saml-user-attribute-nameid-mapper"
_PLAIN_SCOPES: Final = frozenset({"role_list", "saml_organization"})


def read(node: Any) -> list[Application]:
    """The applications in one JSON value; empty when it is not Keycloak's."""
    if not isinstance(node, dict):
        return []
    if "auth-server-url" in node and {"realm", "resource"} & set(node):  # what an adapter is configured with
        return [Application(VENDOR, wrong="sp-side", name=value.text(node.get("resource")))]
    if "realm" in node and not _REALM.isdisjoint(node):
        return _realm(node)
    if isinstance(node.get("active"), dict) and isinstance(node.get("keys"), list):
        return [_realm_keys(node)]
    if _is_broker(node):
        return [Application(VENDOR, wrong="broker", name=value.text(node.get("alias")))]
    return [_client(node)] if _is_client(node) else []


def _is_client(node: Any) -> bool:
    told = {"protocolMappers", "standardFlowEnabled", "redirectUris", "publicClient", "frontchannelLogout"}
    return isinstance(node, dict) and "clientId" in node and not told.isdisjoint(node) and "grantTypes" not in node


def _is_broker(node: Any) -> bool:
    config = value.mapping(node, "config")
    return isinstance(node, dict) and {"alias", "providerId"} <= set(node) and bool(
        {"singleSignOnServiceUrl", "authorizationUrl", "tokenUrl"} & set(config))  # fmt: skip


def _realm(node: dict[str, Any]) -> list[Application]:
    """The clients that people made; brokers only where there is none. A partial export has no clients at all."""
    listed = node.get("clients")
    given = listed[: value.MAX_ITEMS * 5] if isinstance(listed, list) else []
    clients = [one for one in given if _is_client(one) and str(one["clientId"]) not in _OWN]
    found = [_client(one) for one in clients]
    keys = _components(node)
    if keys is not None:
        found = [one._replace(certificates=keys.certificates, signing_key=keys.signing_key, key_ids=keys.key_ids)
                 if one.protocol == "saml" else one for one in found]  # fmt: skip
    brokers = [one for one in value.listed(node.get("identityProviders")) if isinstance(one, dict)]
    broker = [Application(VENDOR, wrong="broker", name=value.text(one.get("alias"))) for one in brokers[:1]]
    return found or broker or [Application(VENDOR, wrong="list-only", name=value.text(node.get("realm")))]


def _components(node: dict[str, Any]) -> Application | None:
    """The certificates of the realm's key providers. The first active one of highest priority signs."""
    given = value.listed(value.mapping(node, "components").get("org.keycloak.keys.KeyProvider"))
    held = []
    for number, one in enumerate(one for one in given if isinstance(one, dict)):
        config = value.mapping(one, "config")
        certificate = value.certificate(_first(config, "certificate"))
        if certificate is not None and _first(config, "keyUse", "SIG").upper() == "SIG":
            on = _first(config, "active", "true") == _first(config, "enabled", "true") == "true"
            held.append((on, value.count(_first(config, "priority")) or 0, -number, certificate))
    signing = max((one for one in held if one[0]), default=None)
    if not held:
        return None
    return Application(
        VENDOR, "certificates", certificates=tuple(one[3] for one in held), key_ids=tuple(str(one[2]) for one in held),
        signing_key=str(signing[2]) if signing else None,
    )  # fmt: skip


def _first(config: dict[str, Any], name: str, otherwise: str = "") -> str:
    return value.text(next(iter(value.listed(config.get(name))), None)) or otherwise


def _realm_keys(node: dict[str, Any]) -> Application:
    given = [one for one in value.listed(node["keys"]) if isinstance(one, dict) and one.get("certificate")]
    held = [(str(one.get("kid")), value.certificate(one["certificate"])) for one in given
            if str(one.get("use", "SIG")).upper() == "SIG"]  # fmt: skip
    read = [(kid, one) for kid, one in held if one is not None]
    return Application(
        VENDOR, "certificates", certificates=tuple(one for _, one in read), key_ids=tuple(kid for kid, _ in read),
        signing_key=value.text(node["active"].get("RS256")),
    )  # fmt: skip


def _client(node: dict[str, Any]) -> Application:
    found = Application(
        VENDOR, id=value.text(node.get("id")), name=value.filled(node.get("name")) or value.text(node.get("clientId")),
        client_id=value.text(node.get("clientId")), enabled=value.flag(node.get("enabled")), assignment_required=False,
    )  # fmt: skip
    return _saml(found, node) if node.get("protocol") == "saml" else _oidc(found, node)


def _saml(found: Application, node: dict[str, Any]) -> Application:
    given = value.mapping(node, "attributes")
    encrypts = value.flag(given.get("saml.encrypt"))
    signed = value.flag(given.get("saml.client.signature"))
    word = value.filled(given.get("saml_name_id_format"))
    mappers = [one for one in value.listed(node.get("protocolMappers")) if isinstance(one, dict)]
    return found._replace(
        protocol="saml", acs=_addresses(node, given), accepts=_accepted(node),
        audiences=value.texts(node.get("clientId")), name_id_format=value.name_id_format(word),
        name_id_source=_name_id(mappers) or _SOURCES.get(word or ""), name_id_set=True if word else None,
        attributes=_attributes(mappers) if "protocolMappers" in node else (), more_attributes=_scopes(node),
        signs_response=value.flag(given.get("saml.server.signature")),
        signs_assertion=value.flag(given.get("saml.assertion.signature")),
        signature_algorithm=value.algorithm(given.get("saml.signature.algorithm")), encrypts=encrypts,
        encryption_certificates=_held(given, "saml.encryption.certificate", "encryption", wanted=encrypts),
        wants_signed_requests=signed,
        request_certificates=_held(given, "saml.signing.certificate", "signing", wanted=signed),
        logout_urls=tuple(url for name in ("post", "redirect")
                          if (url := value.verbatim(given.get(f"saml_single_logout_service_url_{name}")))),
    )  # fmt: skip


def _held(given: dict[str, Any], name: str, use: str, *, wanted: bool | None) -> tuple[Any, ...] | None:
    """The client's certificate. Where a flag needs one, its absence is shown; else it says nothing."""
    found = value.certificates([given.get(name)], use)
    return found or (() if wanted else None)


def _addresses(node: dict[str, Any], given: dict[str, Any]) -> tuple[Address, ...]:
    """The addresses for responses to requests that name none; the master URL where no finer one is set."""
    found = [Address(url, binding, None, is_default=binding == "post")
             for name, binding in _ACS if (url := value.verbatim(given.get(name)))]  # fmt: skip
    master = value.verbatim(node.get("adminUrl"))
    return tuple(found) or ((Address(master, None, None, is_default=True),) if master else ())


def _accepted(node: dict[str, Any]) -> tuple[str, ...]:
    """The patterns of addresses that a request may name; relative ones stand below the root URL."""
    root = (value.verbatim(node.get("rootUrl")) or "").rstrip("/")
    return tuple(root + one if one.startswith("/") else one for one in value.texts(node.get("redirectUris")) or ())


def _name_id(mappers: list[dict[str, Any]]) -> str | None:
    configs = [value.mapping(one, "config") for one in mappers if one.get("protocolMapper") == _NAME_ID_MAPPER]
    return next((source for one in configs if (source := value.filled(one.get("user.attribute")))), None)


def _attributes(mappers: list[dict[str, Any]]) -> tuple[Mapped, ...]:
    found = []
    for one in mappers:
        config = value.mapping(one, "config")
        name = value.filled(config.get("attribute.name")) or value.filled(config.get("friendly.name"))
        if name and one.get("protocol", "saml") == "saml":
            source = value.filled(config.get("user.attribute")) or value.text(one.get("protocolMapper"))
            found.append(Mapped(name, source))
    return tuple(found)


def _scopes(node: dict[str, Any]) -> tuple[str, ...]:
    """Client scopes that may add attributes: their mappers do not stand in the client."""
    names = value.texts(node.get("defaultClientScopes")) or ()
    return tuple(f"the client scope {name}" for name in names if name not in _PLAIN_SCOPES)


def _oidc(found: Application, node: dict[str, Any]) -> Application:
    given = value.mapping(node, "attributes")
    public = value.flag(node.get("publicClient"))
    method = "none" if public else value.text(node.get("clientAuthenticatorType"))
    shown = value.flag(node.get("standardFlowEnabled")) is not None
    return found._replace(
        protocol="oidc", redirect_uris=_accepted(node) if "redirectUris" in node else None, client_auth=method,
        grant_types=tuple(word for name, word in _FLOWS if value.flag(node.get(name))) if shown else None,
        pkce_required=bool(value.filled(given.get("pkce.code.challenge.method"))) if given else None,
    )  # fmt: skip
