"""OneLogin and Auth0: one JSON answer shows the whole application, in words of each product's own."""

from __future__ import annotations

from typing import Any, Final

from doctor.model.application import Address, Application, Mapped, Provisioning
from doctor.parse import application_value as value

ONELOGIN: Final = "onelogin"
AUTH0: Final = "auth0"
_FORMATS: Final = {"0": "email", "1": "transient", "2": "persistent", "3": "unspecified"}
_SIGNED: Final = {"0": (True, False), "1": (False, True), "2": (True, True)}
_METHODS: Final = {"0": "client_secret_basic", "1": "client_secret_post", "2": "none"}
_NAME_ID: Final = "saml_username"
_BOX: Final = frozenset({
    "nameIdentifierProbes", "passthroughClaimsWithNoMapping", "mapUnknownClaimsAsIs", "createUpnClaim",
    "nameIdentifierFormat", "signResponse",
})  # fmt: skip


def read(node: Any) -> Application | None:
    """The application in one JSON value; None when it is of neither product."""
    if not isinstance(node, dict):
        return None
    if "configuration" in node and {"connector_id", "auth_method"} & set(node):
        return _onelogin(node)
    if "connector_id" in node and "configuration" not in node and {"name", "id"} <= set(node):
        return Application(ONELOGIN, wrong="list-only", id=value.text(node["id"]), name=value.text(node["name"]))
    if _is_client(node):
        return _client(node)
    if {"strategy", "options"} <= set(node):
        return Application(AUTH0, wrong="broker", name=value.text(node.get("name")))
    return _samlp(Application(AUTH0, protocol="saml"), node) if _is_box(node) else None


def _onelogin(node: dict[str, Any]) -> Application:
    given, sso = value.mapping(node, "configuration"), value.mapping(node, "sso")
    oidc = "redirect_uri" in given or "oidc_application_type" in given
    roles = node.get("role_ids")
    known = oidc or any(name in given for name in ("audience", "consumer_url", "consumer", "signature_algorithm"))
    found = Application(
        ONELOGIN, id=value.text(node.get("id")), name=value.text(node.get("name")),
        protocol="oidc" if oidc else "saml" if known else "other", wrong=None if known or sso else "other-sign-on",
        assignment_required=True, assignments=len(roles) if isinstance(roles, list) and roles else None,
        provisioning=_provisioned(node),
    )  # fmt: skip
    return _onelogin_oidc(found, given, sso) if oidc else _onelogin_saml(found, node, given, sso)


def _provisioned(node: dict[str, Any]) -> Provisioning | None:
    """Only whether it is on; an application that never had provisioning says off as well, so that tells nothing."""
    return Provisioning(None, "running") if value.flag(value.mapping(node, "provisioning").get("enabled")) else None


def _onelogin_saml(found: Application, node: dict[str, Any], given: dict[str, Any], sso: dict[str, Any]) -> Application:
    url = value.verbatim(given.get("consumer_url", given.get("consumer")))
    signs = _SIGNED.get(value.text(given.get("saml_sign_element")) or "", (None, None))
    held = value.mapping(sso, "certificate")
    certificate = value.certificate(held.get("value"))
    parameters = value.mapping(node, "parameters")
    name_id = value.mapping(parameters, _NAME_ID)
    return found._replace(
        acs=None if url is None else (Address(url, "post", None, is_default=True),) if url else (),
        validator=value.filled(given.get("validator")), audiences=_one(given.get("audience")),
        recipient=value.verbatim(given.get("recipient")) or None, issuer=value.filled(sso.get("issuer")),
        name_id_format=_FORMATS.get(value.text(given.get("saml_nameid_format_id")) or ""),
        name_id_source=_source(name_id), name_id_set=bool(_source(name_id)) if name_id else None,
        attributes=_parameters(parameters) if "parameters" in node else None,
        signs_response=signs[0], signs_assertion=signs[1],
        signature_algorithm=value.algorithm(given.get("signature_algorithm")),
        encrypts=value.flag(given.get("encrypt_assertion")), certificates=(certificate,) if certificate else None,
        key_ids=(str(held.get("id")),) if certificate else (), signing_key=value.text(held.get("id")),
        logout_urls=value.texts(given.get("logout_url")),
    )  # fmt: skip


def _one(given: Any) -> tuple[str, ...] | None:
    found = value.verbatim(given)
    return None if found is None else (found,) if found else ()


def _source(parameter: dict[str, Any]) -> str | None:
    names = ("user_attribute_mappings", "user_attribute_macros")
    return next((found for name in names if (found := value.filled(parameter.get(name)))), None)


def _parameters(given: dict[str, Any]) -> tuple[Mapped, ...]:
    pairs = [(str(name), one) for name, one in list(given.items())[: value.MAX_ITEMS] if isinstance(one, dict)]
    return tuple(
        Mapped(name[: value.MAX_TEXT], _source(one), value.flag(one.get("include_in_saml_assertion")) is not False)
        for name, one in pairs if name != _NAME_ID
    )  # fmt: skip


def _onelogin_oidc(found: Application, given: dict[str, Any], sso: dict[str, Any]) -> Application:
    uris = (value.verbatim(given.get("redirect_uri")) or "").replace(",", "\n").split()
    return found._replace(
        redirect_uris=tuple(uris) if "redirect_uri" in given else None,
        client_id=value.text(sso.get("client_id")),
        client_auth=_METHODS.get(value.text(given.get("token_endpoint_auth_method")) or ""),
    )


def _is_client(node: dict[str, Any]) -> bool:
    told = {"callbacks", "app_type", "is_first_party", "oidc_conformant"}
    return ("client_id" in node and len(told & set(node)) > 1) or "samlp" in value.mapping(node, "addons")


def _client(node: dict[str, Any]) -> Application:
    callbacks = value.texts(node.get("callbacks"))
    keys = [one.get("cert") for one in value.listed(node.get("signing_keys")) if isinstance(one, dict)]
    found = Application(
        AUTH0, id=value.text(node.get("client_id")), client_id=value.text(node.get("client_id")),
        name=value.text(node.get("name")), assignment_required=False, certificates=value.certificates(keys) or None,
    )  # fmt: skip
    addon = value.mapping(node, "addons").get("samlp")
    if isinstance(addon, dict):
        urls = callbacks or ()
        acs = tuple(Address(url, "post", None, is_default=len(urls) == 1) for url in urls)
        return _samlp(found._replace(protocol="saml", acs=acs if callbacks is not None else None), addon)
    return found._replace(
        protocol="oidc", redirect_uris=callbacks, client_auth=value.text(node.get("token_endpoint_auth_method")),
        grant_types=value.texts(node.get("grant_types")), logout_urls=value.texts(node.get("allowed_logout_urls")),
    )  # fmt: skip


def _is_box(node: dict[str, Any]) -> bool:
    """The settings of the add-on alone, as they stand in its box of the dashboard."""
    return not _BOX.isdisjoint(node) and "client_id" not in node and "signOnMode" not in node


def _samlp(found: Application, addon: dict[str, Any]) -> Application:
    """The add-on's settings. Auth0 signs either the response or the assertion, never both; by default with SHA-1."""
    response = value.flag(addon.get("signResponse"))
    algorithm, digest = value.algorithm(addon.get("signatureAlgorithm")), value.digest(addon.get("digestAlgorithm"))
    probes = value.texts(addon.get("nameIdentifierProbes"))
    mappings = addon.get("mappings")
    passes = value.flag(addon.get("passthroughClaimsWithNoMapping"))
    names = ("signs_response", "signature_algorithm", "digest_algorithm")
    return found._replace(
        audiences=_one(addon.get("audience")), recipient=value.verbatim(addon.get("recipient")) or None,
        destination=value.verbatim(addon.get("destination")) or None, issuer=value.filled(addon.get("issuer")),
        name_id_format=value.name_id_format(addon.get("nameIdentifierFormat")),
        name_id_source=probes[0] if probes else None, name_id_set=None if probes is None else bool(probes),
        attributes=tuple(Mapped(target, str(source)) for source, given in mappings.items()
                         if (target := value.filled(given))) if isinstance(mappings, dict) else None,
        more_attributes=() if passes is False else ("claims without a mapping",),
        signs_response=response is True, signs_assertion=response is not True,
        signature_algorithm=algorithm or "rsa-sha1", digest_algorithm=digest or "sha1",
        logout_urls=value.texts(value.mapping(addon, "logout").get("callback")),
        assumed=tuple(name for name, given in zip(names, (response, algorithm, digest), strict=True) if given is None),
    )  # fmt: skip
