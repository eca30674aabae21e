"""Which identity-provider product the evidence shows, whose tenant, which environment. Never guessed: no evidence, no name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from doctor.facts.fact import TEXT, Fact, View, enum, given, mapped, record
from doctor.model.state import ABSENT, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from doctor.model.connection import Connection
    from doctor.model.document import Document, Entity

_METADATA: Final = ("idp-metadata", "sp-metadata")
_MESSAGES: Final = ("saml-response", "saml-assertion", "saml-request", "saml-logout")
_OTHERS: Final = ("certificate", "capture", "callback", "token", "connection", "oidc-discovery", "html", "unknown")
SEEN: Final = (*_METADATA, *_MESSAGES, *_OTHERS)
"""The kinds of documents by which a product can be told."""
ENVIRONMENTS: Final = ("preview", "sandbox", "developer", "us-government", "china")
_TAILS: Final = (
    ("/oauth2/v2.0/authorize", "/v2.0"), ("/oauth2/v2.0/token", "/v2.0"), ("/v1/authorize", ""), ("/v1/token", ""),
    ("/protocol/openid-connect/auth", ""), ("/protocol/openid-connect/token", ""), ("/oidc/2/auth", "/oidc/2"),
    ("/authorize", ""), ("/authorize", "/"), ("/oauth/token", "/"), ("/o/oauth2/v2/auth", ""), ("/o/oauth2/auth", ""),
    ("/as/authorize", "/as"), ("/oauth2/auth", ""), ("/auth/authorize", ""), ("/oauth2", ""),
)  # fmt: skip
"""How the address of an authorization or token endpoint ends, and what stands there in the issuer."""

_Told = tuple[str, str]
"""A value, after the word of `catalogue.provider.STRENGTH` for what it is."""


def observed(view: View) -> dict[str, tuple[str, ...]]:
    """The values of the document (and of what belongs to its issuer) by which a product can be told."""
    found: dict[str, dict[str, None]] = {}
    for on, value in _told(view):
        if value:
            found.setdefault(on, {})[value] = None
    return {on: tuple(values) for on, values in found.items()}


def _told(view: View) -> Iterator[_Told]:
    document = view.document
    if document.name.startswith(("https://", "http://")):
        yield "metadata_url", document.name
    if document.entity is not None:
        yield from _of_entity(document.entity)
    yield from _of_message(view, document)
    for one in document.certificates:
        yield "cert_subject", one.subject
    if document.connection is not None:
        yield from _of_connection(document.connection)
    yield from _of_capture(view, document)
    issuer = document.details.get("issuer")
    if isinstance(issuer, str) and document.kind in ("oidc-discovery", "callback", "token"):
        yield "oidc_issuer", issuer


def _of_entity(entity: Entity) -> Iterator[_Told]:
    roles = [role for role in entity.roles if role.name in ("idp", "wsfed-sts")]
    if roles and entity.entity_id:
        yield "entity_id", entity.entity_id
    for role in roles:
        yield from (("sso_url", one.location) for one in role.sso)
    for role in roles:
        yield from (("cert_subject", one.subject) for one in role.certificates if one.subject)


def _of_connection(held: Connection) -> Iterator[_Told]:
    yield "entity_id", held.idp_entity_id or ""
    yield "sso_url", held.idp_sso_url or ""
    yield "metadata_url", held.metadata_url or ""
    yield from (("cert_subject", one.subject) for one in held.certificates)


def _of_message(view: View, document: Document) -> Iterator[_Told]:
    """A request shows where it goes, a response who issued it; of the issuer all that is at hand is read along."""
    message = document.message
    if message is None:
        return
    from doctor.model.message import Assertion, AuthnRequest, Response

    if isinstance(message, AuthnRequest):
        for url in (message.destination, str(document.details.get("posted_to") or "")):
            yield "sso_url", url or ""
            yield "sso_url", (url or "").partition("?")[0]
    issuers = _issuers(view, message)
    yield from (("entity_id", one) for one in issuers)
    if isinstance(message, Response | Assertion):
        seals = message.seals if isinstance(message, Response) else (message.seal,)
        yield from (("cert_subject", one.certificate.subject) for one in seals if one and one.certificate)
    for one in view.around if issuers else ():
        if one.entity is not None and one.entity.entity_id in issuers:
            yield from _of_entity(one.entity)
        if one.connection is not None and one.connection.idp_entity_id in issuers:
            yield from _of_connection(one.connection)


def _issuers(view: View, message: object) -> tuple[str, ...]:
    """Who issued a response or its assertions; of a logout message, unless it is the application's own."""
    from doctor.model.message import Assertion, LogoutRequest, LogoutResponse, Response

    found: list[str | None] = []
    if isinstance(message, Response):
        found = [message.issuer, *(one.issuer for one in message.assertions)]
    elif isinstance(message, Assertion):
        found = [message.issuer]
    elif isinstance(message, LogoutRequest | LogoutResponse):
        own = view["sp.entity_id"]
        found = [message.issuer] if isinstance(own, Unknown) or message.issuer != own else []
    return tuple(dict.fromkeys(one for one in found if one))


def _of_capture(view: View, document: Document) -> Iterator[_Told]:
    if document.kind != "capture" or document.capture is None:
        return
    for part in document.parts:
        yield from _of_message(view, part)
    for one in document.capture.exchanges:
        if one.kind in ("oauth-authorize", "oauth-token"):
            yield from (("oidc_issuer", issuer) for issuer in issuers_of(one.url))
        if one.scim is not None and one.scim.agent:
            yield "scim_user_agent", one.scim.agent


def issuers_of(endpoint: str) -> tuple[str, ...]:
    """The issuers that an authorization or token endpoint may belong to, by the habits of the products."""
    path = endpoint.partition("?")[0].partition("#")[0]
    return tuple(dict.fromkeys(path[: -len(tail)] + end for tail, end in _TAILS if path.endswith(tail)))


def recognised(view: View) -> Any:
    """The product that the document shows, as the catalogue recognises it."""
    told = observed(view)
    found = view.recognise(told) if view.recognise is not None else None
    return ABSENT if found is None else found


def product(view: View) -> Any:
    """The id of the identity-provider product, as in `providers.yaml`: as the document shows it, else as somebody said."""
    found = mapped(view, "provider.recognised", lambda found: found.id)
    if found is not ABSENT or view.parent is None:
        return found
    return view.parent.said("provider.id", found)


def tenant(view: View) -> Any:
    """The customer's host or id at the product, where the evidence shows it."""
    return mapped(view, "provider.recognised", lambda found: given(found.tenant))


def environment(view: View) -> Any:
    """What the address says of the tenant beside whose it is: a preview, a sandbox, a cloud of its own."""
    if "aggregate" in view.document.details:
        return ABSENT  # a federation lists tenants, it is not one; and there are thousands to look at
    return mapped(view, "provider.recognised", lambda found: given(found.environment))


RECOGNISED: Final = record(id=TEXT, name=TEXT, tenant=TEXT, on=TEXT, value=TEXT, environment=TEXT)
FACTS: Final = (
    Fact("provider.recognised", RECOGNISED, recognised, SEEN, optional=True),
    Fact("provider.id", TEXT, product, SEEN, optional=True),
    Fact("tenant.id", TEXT, tenant, SEEN, optional=True),
    Fact("tenant.environment", enum(*ENVIRONMENTS), environment, SEEN, optional=True),
)
