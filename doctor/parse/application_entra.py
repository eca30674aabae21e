"""Microsoft Entra ID: the application and the service principal of Graph, their policies, assignments and sync jobs.

An application is spread over both objects: addresses stand in both, the signing certificates in the service
principal only. Keys are camelCase in Graph and PascalCase behind PowerShell; both are read.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from doctor.model.application import Address, Application, Mapped, Provisioning
from doctor.parse import application_value as value

if TYPE_CHECKING:
    from doctor.model.document import Certificate

VENDOR: Final = "entra-id"
_MODES: Final = {"saml": "saml", "oidc": "oidc", "password": "other", "linked": "other"}
_NAME_ID: Final = "/claims/nameidentifier"
_SIGNED: Final = {"ResponseOnly": (True, False), "TokenOnly": (False, True), "ResponseAndToken": (True, True)}
_STATES: Final = {
    "Active": "running", "Paused": "paused", "Quarantine": "quarantined", "NotRun": "stopped",
    "NotConfigured": "stopped",
}  # fmt: skip
_MAX_DEPTH: Final = 8


def read(node: Any) -> Application | None:
    """The application, or part of one, in one JSON value; None when it is not Entra's."""
    if not isinstance(node, dict):
        return None
    item = _camel(node)
    for fits, made in _SHAPES:
        if fits(item):
            return made(item)
    return None


def _camel(given: Any, depth: int = 0) -> Any:
    """The same with keys in camelCase, as Graph writes them; policies below a depth are left as they are."""
    if depth > _MAX_DEPTH:
        return given
    if isinstance(given, dict):
        return {_key(str(name)): _camel(inner, depth + 1) for name, inner in given.items()}
    return [_camel(inner, depth + 1) for inner in given] if isinstance(given, list) else given


def _key(name: str) -> str:
    return name[:1].lower() + name[1:]


def _is_principal(item: dict[str, Any]) -> bool:
    return {"appId", "servicePrincipalNames"} <= set(item)


def _is_application(item: dict[str, Any]) -> bool:
    return "appId" in item and bool({"identifierUris", "replyUrlsWithType"} & set(item))


def _principal(item: dict[str, Any]) -> Application:
    app_id, mode = value.text(item.get("appId")), value.text(item.get("preferredSingleSignOnMode"))
    names = [one for one in value.texts(item.get("servicePrincipalNames")) or () if one != app_id]
    found = _both(item)._replace(
        protocol=_MODES.get(mode or ""), wrong="other-sign-on" if mode in ("password", "linked") else None,
        enabled=value.flag(item.get("accountEnabled")), audiences=tuple(names),
        assignment_required=value.flag(item.get("appRoleAssignmentRequired")),
        signing_key=value.hexed(item.get("preferredTokenSigningKeyThumbprint")),
        logout_urls=value.texts(item.get("logoutUrl")),
    )  # fmt: skip
    found = _addressed(found, value.texts(item.get("replyUrls")))
    held = _held(item)
    return found._replace(certificates=tuple(one for _, one in held), key_ids=tuple(name for name, _ in held)) \
        if mode == "saml" and "keyCredentials" in item else found  # fmt: skip


def _both(item: dict[str, Any]) -> Application:
    """What both objects show."""
    app_id = value.text(item.get("appId"))
    key_id = item.get("tokenEncryptionKeyId")
    encrypting = [one.get("key") for one in value.listed(item.get("keyCredentials"))
                  if isinstance(one, dict) and key_id and one.get("keyId") == key_id]  # fmt: skip
    wanted = value.mapping(item, "requestSignatureVerification").get("isSignedRequestRequired")
    return Application(
        VENDOR, id=app_id, client_id=app_id, name=value.text(item.get("displayName", item.get("name"))),
        encrypts=bool(key_id) if "tokenEncryptionKeyId" in item else None,
        encryption_certificates=value.certificates(encrypting, "encryption") or None,
        wants_signed_requests=value.flag(wanted),
    )  # fmt: skip


def _addressed(found: Application, urls: tuple[str, ...] | None) -> Application:
    """With its reply URLs: the ACS of a SAML application, the redirect URIs of another one, both if nobody says."""
    acs = None if urls is None else tuple(Address(url, None, None, is_default=len(urls) == 1) for url in urls)
    return found._replace(
        acs=None if found.protocol == "oidc" else acs, redirect_uris=None if found.protocol == "saml" else urls
    )


def _held(item: dict[str, Any]) -> list[tuple[str, Certificate]]:
    """The signing certificates by their SHA-1; they come in pairs of one public and one private entry."""
    found: dict[str, Certificate] = {}
    entries = [one for one in value.listed(item.get("keyCredentials")) if isinstance(one, dict)]
    for entry in sorted(entries, key=lambda one: one.get("usage") != "Verify"):
        name = value.hexed(entry.get("customKeyIdentifier")) or ""
        if name in found or entry.get("keyId") == item.get("tokenEncryptionKeyId"):
            continue
        one = value.certificate(entry.get("key")) if entry.get("usage") == "Verify" else None
        one = one or value.dated(entry.get("displayName"), entry.get("startDateTime"), entry.get("endDateTime"))
        if one is not None:
            found[name] = one
    return list(found.items())


def _application(item: dict[str, Any]) -> Application:
    web = value.mapping(item, "web")
    old = [one.get("url") for one in value.listed(item.get("replyUrlsWithType")) if isinstance(one, dict)]
    urls = [*value.listed(web.get("redirectUris")), *old]
    found = _both(item)._replace(
        audiences=value.texts(item.get("identifierUris")), secret_expires=_last_secret(item),
        logout_urls=value.texts(web.get("logoutUrl", item.get("logoutUrl"))),
    )  # fmt: skip
    parts = [value.mapping(item, part).get("redirectUris") for part in ("spa", "publicClient")]
    more = [uri for part in parts for uri in value.listed(part)]
    shown = _addressed(found, value.texts(urls) or ())
    return shown._replace(redirect_uris=value.texts([*urls, *more]) or ())


def _last_secret(item: dict[str, Any]) -> str | None:
    """When the last client secret ends. A secret with a key identifier belongs to a signing certificate."""
    given = [value.text(one.get("endDateTime")) for one in value.listed(item.get("passwordCredentials"))
             if isinstance(one, dict) and not one.get("customKeyIdentifier")]  # fmt: skip
    ends = [(moment, one) for one in given if one and (moment := value.moment(one))]
    return max(ends)[1] if ends else None


def _policies(item: dict[str, Any]) -> list[dict[str, Any]]:
    """Policies, each a JSON text inside `definition`; hand-saved files have line breaks in it."""
    found = []
    for policy in [item, *value.listed(item.get("value"))]:
        for written in value.listed(policy.get("definition")) if isinstance(policy, dict) else ():
            try:
                inner = json.loads(written, strict=False) if isinstance(written, str) else written
            except (ValueError, RecursionError):
                continue
            found += [inner] if isinstance(inner, dict) else []
    return found


def _is_policy(item: dict[str, Any]) -> bool:
    return any({"ClaimsMappingPolicy", "TokenIssuancePolicy"} & set(one) for one in _policies(item))


def _policy(item: dict[str, Any]) -> Application:
    found = Application(VENDOR, "claims")
    for one in _policies(item):
        if issued := value.mapping(one, "TokenIssuancePolicy"):
            signs = _SIGNED.get(str(issued.get("TokenResponseSigningPolicy")), (None, None))
            found = found._replace(
                signs_response=signs[0], signs_assertion=signs[1],
                signature_algorithm=value.algorithm(issued.get("SigningAlgorithm")),
            )  # fmt: skip
        if mapped := value.mapping(one, "ClaimsMappingPolicy"):
            found = _claims(found, mapped)
    return found


def _claims(found: Application, policy: dict[str, Any]) -> Application:
    entries = [one for one in value.listed(policy.get("ClaimsSchema")) if isinstance(one, dict)]
    named = [(value.filled(one.get("SamlClaimType")), _source(one)) for one in entries]
    basic = value.flag(policy.get("IncludeBasicClaimSet"))
    return found._replace(
        name_id_source=next((source for name, source in named if name and name.endswith(_NAME_ID)), None),
        attributes=tuple(Mapped(name, source) for name, source in named if name and not name.endswith(_NAME_ID)),
        more_attributes=() if basic is False else ("the basic claim set",),
    )


def _source(entry: dict[str, Any]) -> str | None:
    where = value.filled(entry.get("Source"))
    what = value.filled(entry.get("ID")) or value.filled(entry.get("TransformationId"))
    return f"{where}.{what}" if where and what else what


def _is_custom_claims(item: dict[str, Any]) -> bool:
    return {"claims", "includeBasicClaimSet"} <= set(item)


def _custom_claims(item: dict[str, Any]) -> Application:
    override = value.verbatim(item.get("audienceOverride"))
    basic = value.flag(item.get("includeBasicClaimSet"))
    return Application(
        VENDOR, "claims", audiences=(override,) if override else None,
        more_attributes=() if basic is False else ("the basic claim set",),
    )  # fmt: skip


def _is_job(item: dict[str, Any]) -> bool:
    jobs = [item, *(one for one in value.listed(item.get("value")) if isinstance(one, dict))]
    return any("countSuccessiveCompleteFailures" in value.mapping(one, "status") for one in jobs)


def _job(item: dict[str, Any]) -> Application:
    jobs = [one for one in [item, *value.listed(item.get("value"))] if isinstance(one, dict) and one.get("status")]
    status = value.mapping(jobs[0], "status")
    error = value.mapping(status, "quarantine", "error") or value.mapping(status, "lastExecution", "error")
    state = _STATES.get(str(status.get("code")))
    return Application(
        VENDOR, "provisioning", provisioning=Provisioning(None, state, error=value.filled(error.get("code")))
    )


def _is_schema(item: dict[str, Any]) -> bool:
    return isinstance(item.get("synchronizationRules"), list)


def _schema(item: dict[str, Any]) -> Application:
    """The schema of a sync job: which flows of users are on, and what is mapped."""
    flows: set[str] = set()
    mapped: list[str] = []
    for one in _user_mappings(item):
        flows |= {word.strip().lower() for word in str(one.get("flowTypes")).split(",")}
        mapped += [name for entry in value.listed(one.get("attributeMappings"))
                   if isinstance(entry, dict) and (name := value.filled(entry.get("targetAttributeName")))]  # fmt: skip
    create, update, delete = ((word in flows if flows else None) for word in ("add", "update", "delete"))
    told = Provisioning(None, None, create, update, delete, tuple(mapped) or None)
    return Application(VENDOR, "provisioning", provisioning=told)


def _user_mappings(item: dict[str, Any]) -> list[dict[str, Any]]:
    rules = [one for one in value.listed(item.get("synchronizationRules")) if isinstance(one, dict)]
    found = [one for rule in rules for one in value.listed(rule.get("objectMappings")) if isinstance(one, dict)]
    users = [one for one in found if "user" in str(one.get("targetObjectName")).lower()]
    return [one for one in users if value.flag(one.get("enabled")) is not False]


def _is_secrets(item: dict[str, Any]) -> bool:
    keys = {str(one.get("key")) for one in value.listed(item.get("value")) if isinstance(one, dict)}
    return bool(keys & {"SecretToken", "BaseAddress", "Oauth2ClientSecret"})


def _secrets(item: dict[str, Any]) -> Application:
    """A document of secrets: only the address in it is read."""
    pairs = {str(one.get("key")): one.get("value") for one in value.listed(item.get("value")) if isinstance(one, dict)}
    endpoint = value.verbatim(pairs.get("BaseAddress"))
    return Application(VENDOR, "provisioning", wrong="secrets", provisioning=Provisioning(endpoint))


def _is_assignments(item: dict[str, Any]) -> bool:
    items, context = item.get("value"), str(item.get("@odata.context"))
    if not isinstance(items, list):
        return False
    return "appRoleAssign" in context or (
        bool(items) and all(isinstance(one, dict) and {"principalType", "appRoleId"} <= set(one) for one in items)
    )


def _assignments(item: dict[str, Any]) -> Application:
    return Application(VENDOR, "assignments", assignments=len(item["value"]))


_SHAPES: Final = (
    (_is_principal, _principal), (_is_application, _application), (_is_policy, _policy), (_is_job, _job),
    (_is_schema, _schema), (_is_secrets, _secrets), (_is_assignments, _assignments),
    (_is_custom_claims, _custom_claims),
)  # fmt: skip
