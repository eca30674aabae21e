"""PingFederate: SP connections and OAuth clients of the administrative API.

Certificates in `credentials` are the partner's; PingFederate's own key is only referred to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from doctor.model.application import Address, Application, Mapped, Provisioning
from doctor.parse import application_value as value

if TYPE_CHECKING:
    from doctor.model.document import Certificate

VENDOR: Final = "pingfederate"
_BINDINGS: Final = {"POST": "post", "REDIRECT": "redirect", "ARTIFACT": "artifact", "SOAP": "other"}
_SUBJECT: Final = "SAML_SUBJECT"


def read(node: Any) -> Application | None:
    """The connection or client in one JSON value; None when it is not PingFederate's."""
    if not isinstance(node, dict):
        return None
    if _is_idp(node):
        return Application(VENDOR, wrong="broker", name=value.text(node.get("name")))
    if _is_connection(node):
        return _connection(node)
    return _client(node) if _is_client(node) else None


def _is_connection(node: dict[str, Any]) -> bool:
    return "entityId" in node and ("spBrowserSso" in node or (node.get("type") == "SP" and "credentials" in node))


def _connection(node: dict[str, Any]) -> Application:
    sso = value.mapping(node, "spBrowserSso")
    contract = value.mapping(sso, "attributeContract")
    credentials = value.mapping(node, "credentials")
    encrypts = value.flag(value.mapping(sso, "encryptionPolicy").get("encryptAssertion"))
    fulfilment = _fulfilment(sso)
    subject = fulfilment.get(_SUBJECT)
    response = value.flag(sso.get("signResponseAsRequired"))
    core = next((one for one in _named(contract, "coreAttributes") if one["name"] == _SUBJECT), {})
    return Application(
        VENDOR, id=value.text(node.get("id")), name=value.text(node.get("name")),
        protocol="saml" if str(sso.get("protocol", "SAML20")).startswith("SAML") else "wsfed",
        enabled=value.flag(node.get("active")), acs=_endpoints(node, sso), audiences=value.texts(node["entityId"]),
        name_id_format=value.name_id_format(core.get("nameFormat")),
        name_id_source=subject[1] if subject else None,
        name_id_set=None if subject is None else subject[0] != "NO_MAPPING",
        attributes=_contract(contract, fulfilment) if contract else None,
        signs_assertion=value.flag(sso.get("signAssertions")), signs_response=response is not False,
        assumed=() if response is not None else ("signs_response",),
        signature_algorithm=value.algorithm(value.mapping(credentials, "signingSettings").get("algorithm")),
        encrypts=encrypts, encryption_certificates=_partner(credentials, "encryptionCert", wanted=encrypts),
        wants_signed_requests=value.flag(sso.get("requireSignedAuthnRequests")),
        request_certificates=_partner(credentials, "activeVerificationCert", wanted=None),
        signing_key=value.text(value.mapping(credentials, "signingSettings", "signingKeyPairRef").get("id")),
        provisioning=_outbound(node), logout_urls=_logout(sso),
    )  # fmt: skip


def _endpoints(node: dict[str, Any], sso: dict[str, Any]) -> tuple[Address, ...] | None:
    """The addresses for responses; relative ones stand below the partner's base URL."""
    if "ssoServiceEndpoints" not in sso:
        return None
    base = (value.verbatim(node.get("baseUrl")) or "").rstrip("/")
    given = [one for one in value.listed(sso["ssoServiceEndpoints"]) if isinstance(one, dict)]
    return tuple(
        Address(base + url if url.startswith("/") else url, _BINDINGS.get(str(one.get("binding"))),
                value.count(one.get("index")), value.flag(one.get("isDefault")) is True)
        for one in given if (url := value.verbatim(one.get("url")))
    )  # fmt: skip


def _fulfilment(sso: dict[str, Any]) -> dict[str, tuple[str, str | None]]:
    """How each attribute is filled: the type of its source, and the value; the first mapping that tells it."""
    found: dict[str, tuple[str, str | None]] = {}
    for key in ("adapterMappings", "authenticationPolicyContractAssertionMappings"):
        for one in value.listed(sso.get(key)):
            for name, given in value.mapping(one, "attributeContractFulfillment").items():
                kind = str(value.mapping(given, "source").get("type"))
                found.setdefault(str(name), (kind, value.filled(value.mapping(given).get("value"))))
    return found


def _named(contract: dict[str, Any], *keys: str) -> list[dict[str, Any]]:
    """The attributes of a contract that have a name."""
    given = [one for key in keys for one in value.listed(contract.get(key)) if isinstance(one, dict)]
    return [one for one in given if value.filled(one.get("name"))]


def _contract(contract: dict[str, Any], filled: dict[str, tuple[str, str | None]]) -> tuple[Mapped, ...]:
    names = [str(one["name"]) for one in _named(contract, "coreAttributes", "extendedAttributes")]
    told = [(name, *filled.get(name, ("", None))) for name in names if name != _SUBJECT]
    return tuple(Mapped(name, source, kind != "NO_MAPPING") for name, kind, source in told)


def _partner(credentials: dict[str, Any], flag: str, *, wanted: bool | None) -> tuple[Certificate, ...] | None:
    """The partner's own certificates with this flag."""
    given = [one for one in value.listed(credentials.get("certs")) if isinstance(one, dict)]
    files = [value.mapping(one, "x509File").get("fileData") for one in given if value.flag(one.get(flag))]
    found = value.certificates(files)
    return found or (() if wanted else None)


def _logout(sso: dict[str, Any]) -> tuple[str, ...] | None:
    given = [one.get("url") for one in value.listed(sso.get("sloServiceEndpoints")) if isinstance(one, dict)]
    return value.texts(given) if "sloServiceEndpoints" in sso else None


def _outbound(node: dict[str, Any]) -> Provisioning | None:
    """Outbound provisioning: whether one of its channels is on. The names of its settings differ by connector."""
    given = value.mapping(node, "outboundProvision")
    channels = [one for one in value.listed(given.get("channels")) if isinstance(one, dict)]
    if not given:
        return None
    return Provisioning(None, "running" if any(value.flag(one.get("active")) for one in channels) else "stopped")


def _is_idp(node: dict[str, Any]) -> bool:
    return "entityId" in node and ("idpBrowserSso" in node or node.get("type") == "IDP")


def _is_client(node: dict[str, Any]) -> bool:
    return {"clientId", "grantTypes"} <= set(node) and bool({"clientAuth", "redirectUris"} & set(node))


def _client(node: dict[str, Any]) -> Application:
    grants = value.texts(node.get("grantTypes")) or ()
    return Application(
        VENDOR, id=value.text(node["clientId"]), client_id=value.text(node["clientId"]), protocol="oidc",
        name=value.text(node.get("name")), enabled=value.flag(node.get("enabled")),
        redirect_uris=value.texts(node.get("redirectUris")), grant_types=tuple(one.lower() for one in grants),
        client_auth=(value.text(value.mapping(node, "clientAuth").get("type")) or "none").lower(),
        pkce_required=value.flag(node.get("requireProofKeyForCodeExchange")),
    )  # fmt: skip
