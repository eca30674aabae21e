"""authentik: SAML, OAuth2 and SCIM providers, as its API shows them and as a blueprint writes them.

A blueprint leaves out what stands at its default, and names keys and mappings by their primary keys only.
"""

from __future__ import annotations

import re
from typing import Any, Final

from doctor.model.application import Address, Application, Provisioning
from doctor.parse import application_value as value

VENDOR: Final = "authentik"
_COMPONENTS: Final = {
    "ak-provider-saml-form": "saml", "ak-provider-oauth2-form": "oidc", "ak-provider-scim-form": "scim",
    "authentik_providers_saml.samlprovider": "saml", "authentik_providers_oauth2.oauth2provider": "oidc",
    "authentik_providers_scim.scimprovider": "scim",
}  # fmt: skip
_BINDINGS: Final = {"post": "post", "redirect": "redirect"}
_BLUEPRINT: Final = re.compile(r"(?m)^\s*-?\s*model:\s*[\"']?authentik_")


def read(node: Any) -> Application | None:
    """The provider in one JSON value; None when it is not authentik's."""
    if not isinstance(node, dict):
        return None
    named = [str(node.get(name)) for name in ("component", "meta_model_name", "model")]
    kind = next((_COMPONENTS[one] for one in named if one in _COMPONENTS), None)
    if any("source" in one and one.startswith(("ak-source", "authentik_sources")) for one in named):
        return Application(VENDOR, wrong="broker", name=value.text(node.get("name")))
    if kind is None and {"acs_url", "sp_binding"} <= set(node):
        kind = "saml"
    return _provider(node, kind) if kind else None


def _provider(node: dict[str, Any], kind: str) -> Application:
    slug = node.get("assigned_application_slug")
    found = Application(
        VENDOR, id=value.text(node.get("pk")), name=value.text(node.get("name")), protocol=kind,
        enabled=bool(slug) if "assigned_application_slug" in node else None,
    )  # fmt: skip
    return {"saml": _saml, "oidc": _oidc, "scim": _scim}[kind](found, node)


def _saml(found: Application, node: dict[str, Any]) -> Application:
    url, audience = value.verbatim(node.get("acs_url")), value.verbatim(node.get("audience"))
    key, signs = node.get("signing_kp"), value.flag(node.get("sign_assertion"))
    can = key is not None if "signing_kp" in node else None
    assertion = False if can is False else signs if signs is not None else True if can else None
    return found._replace(
        acs=(Address(url, _BINDINGS.get(str(node.get("sp_binding", "redirect"))), None, is_default=True),) if url
        else None if url is None else (),
        audiences=None if audience is None else (audience,) if audience else (),
        issuer=value.filled(node.get("issuer_override", node.get("issuer"))),
        signs_assertion=assertion, signs_response=False if can is False else value.flag(node.get("sign_response")),
        signature_algorithm=value.algorithm(node.get("signature_algorithm")),
        digest_algorithm=value.digest(node.get("digest_algorithm")), signing_key=value.text(key),
        encrypts=node["encryption_kp"] is not None if "encryption_kp" in node else None,
        wants_signed_requests=node["verification_kp"] is not None if "verification_kp" in node else None,
        logout_urls=value.texts(node.get("sls_url")),
    )  # fmt: skip


def _oidc(found: Application, node: dict[str, Any]) -> Application:
    public = str(node.get("client_type")) == "public"
    given = node.get("redirect_uris")
    if isinstance(given, str):  # older releases: one to a line
        given = given.split()
    uris = [one.get("url") if isinstance(one, dict) else one for one in value.listed(given)]
    return found._replace(
        redirect_uris=value.texts(uris) if "redirect_uris" in node else None, grant_types=_grants(node),
        client_id=value.text(node.get("client_id")),
        client_auth="none" if public else "client_secret" if "client_type" in node else None,
    )  # fmt: skip


def _grants(node: dict[str, Any]) -> tuple[str, ...] | None:
    return value.texts(node["grant_types"]) if isinstance(node.get("grant_types"), list) else None


def _scim(found: Application, node: dict[str, Any]) -> Application:
    dry = value.flag(node.get("dry_run"))
    state = "paused" if dry else None
    return found._replace(part="provisioning", provisioning=Provisioning(value.verbatim(node.get("url")), state))


def looks(text: str) -> bool:
    """Whether a text is a blueprint of authentik."""
    return "entries:" in text[:200_000] and _BLUEPRINT.search(text[:200_000]) is not None


def of_text(text: str) -> tuple[Application, ...]:
    """The providers in a blueprint."""
    from doctor.parse import blueprint

    found = []
    for entry in blueprint.entries(text):
        node = {**value.mapping(entry, "identifiers"), **value.mapping(entry, "attrs"), "model": entry.get("model")}
        if (one := read(node)) is not None:
            found.append(one)
    return tuple(found)
