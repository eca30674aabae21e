"""Okta: answers of the Apps API about one application, its keys, provisioning and assignments.

The fields ending in `Override` beat the plain ones. An application of the catalogue shows neither: its addresses
come from the catalogue's template, so nothing is said of them.
"""

from __future__ import annotations

from typing import Any, Final

from doctor.model.application import Address, Application, Mapped, Provisioning
from doctor.parse import application_value as value

VENDOR: Final = "okta"
_PROTOCOLS: Final = {"SAML_2_0": "saml", "SAML_1_1": "other", "OPENID_CONNECT": "oidc", "WS_FEDERATION": "wsfed"}
_PUSH: Final = ("PUSH_NEW_USERS", "PUSH_PROFILE_UPDATES", "PUSH_USER_DEACTIVATION")
_ON: Final = {"ENABLED": True, "DISABLED": False}
_ACTIONS: Final = (("create", "lifecycleCreate"), ("update", "profile"), ("update", "lifecycleDeactivate"))


def read(node: Any) -> Application | None:
    """The application, or part of one, in one JSON value; None when it is not Okta's."""
    if isinstance(node, list):
        return _part_of_list([one for one in node if isinstance(one, dict)]) if node else None
    if not isinstance(node, dict):
        return None
    if "signOnMode" in node:
        return _application(node)
    if _is_identity_provider(node):
        return Application(VENDOR, wrong="broker", id=value.text(node.get("id")), name=value.text(node.get("name")))
    return _connection(node)


def _is_identity_provider(node: dict[str, Any]) -> bool:
    """An inbound identity provider of Okta: there Okta is the service provider."""
    protocol = value.mapping(node, "protocol")
    return "type" in protocol and "policy" in node and "issuerMode" in node | protocol


def _application(node: dict[str, Any]) -> Application:
    mode = value.text(node.get("signOnMode")) or ""
    found = Application(
        VENDOR, id=value.text(node.get("id")), name=value.text(node.get("label")),
        protocol=_PROTOCOLS.get(mode, "other"),
        enabled=node["status"] == "ACTIVE" if isinstance(node.get("status"), str) else None,
        wrong=None if mode in ("SAML_2_0", "OPENID_CONNECT", "WS_FEDERATION") else "other-sign-on",
        assignment_required=value.flag(value.mapping(node, "settings").get("implicitAssignment")) is not True,
        provisioning=_features(node.get("features")),
    )  # fmt: skip
    return _oidc(found, node) if mode == "OPENID_CONNECT" else _saml(found, node)


def _features(given: Any) -> Provisioning | None:
    """What is pushed; None when nothing is: then provisioning may not be set up at all."""
    names = set(value.texts(given) or ())
    if names.isdisjoint(_PUSH):
        return None
    create, update, deactivate = (name in names for name in _PUSH)
    return Provisioning(None, "running", create, update, deactivate)


def _saml(found: Application, node: dict[str, Any]) -> Application:
    sign_on = value.mapping(node, "settings", "signOn")
    if not sign_on:
        return found
    encryption = value.mapping(sign_on, "assertionEncryption")
    acs, template = _addresses(sign_on), value.text(sign_on.get("subjectNameIdTemplate"))
    hooks = bool(sign_on.get("inlineHooks"))
    return found._replace(
        acs=acs, audiences=_audiences(sign_on), recipient=_effective(sign_on, "recipient"),
        destination=_effective(sign_on, "destination"), issuer=_resolved(sign_on.get("idpIssuer")),
        name_id_format=value.name_id_format(sign_on.get("subjectNameIdFormat")),
        name_id_source=_source(template, node), name_id_set=None if template is None else bool(template),
        attributes=_statements(sign_on),
        more_attributes=("the template of the catalogue",) if acs is None else (),
        signs_response=value.flag(sign_on.get("responseSigned")),
        signs_assertion=value.flag(sign_on.get("assertionSigned")),
        signature_algorithm=value.algorithm(sign_on.get("signatureAlgorithm")),
        digest_algorithm=value.digest(sign_on.get("digestAlgorithm")),
        encrypts=value.flag(encryption.get("enabled")),
        encryption_certificates=value.certificates(value.listed(encryption.get("x5c")), "encryption")
        if encryption else None,
        wants_signed_requests=value.flag(sign_on.get("samlSignedRequestEnabled")),
        logout_urls=value.texts(value.mapping(sign_on, "slo").get("logoutUrl")),
        signing_key=value.text(value.mapping(node, "credentials", "signing").get("kid")),
        changed_by=("an inline hook",) if hooks else (),
    )  # fmt: skip


def _effective(sign_on: dict[str, Any], name: str) -> str | None:
    return value.verbatim(sign_on.get(f"{name}Override")) or value.verbatim(sign_on.get(name)) or None


def _addresses(sign_on: dict[str, Any]) -> tuple[Address, ...] | None:
    main = value.verbatim(sign_on.get("ssoAcsUrlOverride")) or value.verbatim(sign_on.get("ssoAcsUrl"))
    several = value.listed(sign_on.get("acsEndpoints")) if sign_on.get("allowMultipleAcsEndpoints") else []
    more = [Address(url, "post", value.count(one.get("index"))) for one in several
            if isinstance(one, dict) and (url := value.verbatim(one.get("url"))) and url != main]  # fmt: skip
    if main is None:
        return tuple(more) or None
    return (Address(main, "post", None, is_default=True), *more) if main else ()


def _audiences(sign_on: dict[str, Any]) -> tuple[str, ...] | None:
    found = value.verbatim(sign_on.get("audienceOverride")) or value.verbatim(sign_on.get("audience"))
    return None if found is None else (found,) if found else ()


def _resolved(given: Any) -> str | None:
    """The issuer, unless it is a template that only Okta can fill."""
    found = value.verbatim(given)
    return None if found is None or "${" in found else found


def _source(template: str | None, node: dict[str, Any]) -> str | None:
    """What the NameID is filled with; the application's user name is itself filled from a template."""
    if template is not None and "user.userName" in template:
        return value.filled(value.mapping(node, "credentials", "userNameTemplate").get("template")) or template
    return template


def _statements(sign_on: dict[str, Any]) -> tuple[Mapped, ...] | None:
    names = ("attributeStatements", "configuredAttributeStatements")
    if not any(name in sign_on for name in names):
        return None
    given = [one for name in names for one in value.listed(sign_on.get(name)) if isinstance(one, dict)]
    return tuple(Mapped(name, _filled_with(one)) for one in given if (name := value.filled(one.get("name"))))


def _filled_with(statement: dict[str, Any]) -> str | None:
    if statement.get("type") == "GROUP":
        return "groups"
    return next(iter(value.texts(statement.get("values")) or ()), None)


def _oidc(found: Application, node: dict[str, Any]) -> Application:
    client = value.mapping(node, "settings", "oauthClient")
    credentials = value.mapping(node, "credentials", "oauthClient")
    return found._replace(
        redirect_uris=value.texts(client.get("redirect_uris")), client_id=value.text(credentials.get("client_id")),
        client_auth=value.text(credentials.get("token_endpoint_auth_method")),
        grant_types=value.texts(client.get("grant_types")), pkce_required=value.flag(credentials.get("pkce_required")),
        logout_urls=value.texts(client.get("post_logout_redirect_uris")),
    )  # fmt: skip


def _connection(node: dict[str, Any]) -> Application | None:
    """The provisioning connection: `/connections/default`."""
    scheme = value.mapping(node, "profile").get("authScheme", node.get("authScheme"))
    if scheme is None or not isinstance(node.get("status"), str) or not {"baseUrl", "_links"} & set(node):
        return None
    state = {"ENABLED": "running", "DISABLED": "stopped"}.get(node["status"])
    return Application(VENDOR, "provisioning", provisioning=Provisioning(value.verbatim(node.get("baseUrl")), state))


def _part_of_list(items: list[dict[str, Any]]) -> Application | None:
    for wanted, made in _LISTS:
        if items and all(wanted <= set(one) for one in items):
            return made(items)
    return None


def _keys(items: list[dict[str, Any]]) -> Application:
    found = [(value.text(one["kid"]) or "", value.certificate(next(iter(value.listed(one["x5c"])), None)))
             for one in items[: value.MAX_ITEMS]]  # fmt: skip
    read = [(name, one) for name, one in found if one is not None]
    return Application(
        VENDOR, "certificates", certificates=tuple(one for _, one in read), key_ids=tuple(name for name, _ in read)
    )


def _capabilities(items: list[dict[str, Any]]) -> Application:
    """The features of provisioning: `/features`."""
    user = next((one for one in items if one.get("name") == "USER_PROVISIONING"), {})
    able = value.mapping(user, "capabilities")
    create, update, deactivate = (_ON.get(str(value.mapping(able, *path).get("status"))) for path in _ACTIONS)
    whole = {"ENABLED": "running", "DISABLED": "stopped"}.get(str(user.get("status")))
    return Application(VENDOR, "provisioning", provisioning=Provisioning(None, whole, create, update, deactivate))


def _assigned(items: list[dict[str, Any]]) -> Application:
    """Assigned groups or people: only how many there are."""
    return Application(VENDOR, "assignments", assignments=len(items))


def _tiles(_items: list[dict[str, Any]]) -> Application:
    return Application(VENDOR, wrong="list-only")


_LISTS: Final = (
    ({"kid", "x5c", "expiresAt"}, _keys), ({"name", "status", "capabilities"}, _capabilities),
    ({"priority", "profile", "_links"}, _assigned), ({"scope", "syncState", "credentials"}, _assigned),
    ({"appInstanceId", "linkUrl"}, _tiles), ({"scope", "syncState", "_links"}, _assigned),
)  # fmt: skip
