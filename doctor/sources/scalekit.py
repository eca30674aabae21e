"""Scalekit: connections, directories, organizations and domains, as its REST API shows them.

Shapes: the REST annotations of the vendor's published descriptions. protobuf JSON leaves out what is false, zero
or empty. Errors come in the form of gRPC.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode, urlsplit

from doctor.model.error import UsageError
from doctor.sources import secret as secrets
from doctor.sources.answer import Answer, Trouble
from doctor.sources.exchange import Request
from doctor.sources.listing import Filters, Listing, Reading, Sieve, paged, record, top, unheard
from doctor.sources.vendor import Client, Manner, base, identifier, is_identifier

if TYPE_CHECKING:
    from collections.abc import Iterable

    from doctor.sources.listing import Arrived
    from doctor.sources.secret import Secret

_API: Final = "/api/v1"
_FORM: Final = "application/x-www-form-urlencoded"
_PAGE: Final = 30


class Tokens:
    """The access token of a client, fetched when first needed, and anew when it was refused. It is never kept."""

    def __init__(self, client_id: str, key: Secret) -> None:
        self._client_id = client_id
        self._key = key
        self._token: Secret | None = None

    def authorize(self, api: Client, fresh: bool) -> Secret | Trouble:  # noqa: FBT001
        """The bearer for a request, or why there is none."""
        if self._token is None or fresh:
            found = self._fetched(api)
            if isinstance(found, Trouble):
                return found
            self._token = found
            api.secrets = (*api.secrets, found)
        return self._token

    def _fetched(self, api: Client) -> Secret | Trouble:
        form = urlencode({"client_id": self._client_id, "client_secret": self._key.reveal(),
                          "grant_type": "client_credentials"})  # fmt: skip
        found = api.send(Request("POST", f"{api.where.url}/oauth/token", None, form.encode(), _FORM))
        if found.trouble is not None:
            return _refused(found.trouble, api)
        token = found.value.get("access_token") if isinstance(found.value, dict) else None
        if not isinstance(token, str) or not token or not token.isascii() or not token.isprintable():
            return Trouble("not-understood", None, "the answer to the token request holds no access_token")
        return secrets.Secret(token, "the access token")


def _refused(trouble: Trouble, api: Client) -> Trouble:
    """A refused token request: the client is unknown to this environment, or its secret is another."""
    host = urlsplit(api.where.url).hostname
    if trouble.kind == "not-found":
        return trouble._replace(kind="not-the-api", detail=f"no environment of Scalekit answers at {host}")
    if trouble.kind in ("key-rejected", "request-refused"):
        said = f"client ID and secret are not of the environment {host}, or the secret is not the current one"
        return trouble._replace(kind="client-rejected", detail="; ".join(filter(None, (said, trouble.detail))))
    return trouble


def client(url: str, client_id: str, key: Secret, manner: Manner) -> Client:
    """A client of the environment at `url`. Raises `UsageError`."""
    made = Client(base(url), Tokens(client_id, key).authorize, (key,), manner)
    made.renewable = True
    return made


def list_call(wanted: Filters) -> tuple[str, dict[str, Any]]:
    """The path and the query that list connections, also those whose setup is not finished."""
    query = {"include": "all", "organization_id": wanted.organization, "domain": wanted.domain}
    return f"{_API}/connections", query


def show_call(ident: str, organization: str | None) -> str:
    """The path of one connection. Raises `UsageError` without the organization."""
    if organization is None:
        raise UsageError("Scalekit's address of a connection names its organization", "--organization ID")
    owner = identifier(organization, "an organization")
    return f"{_API}/organizations/{owner}/connections/{identifier(ident, 'a connection')}"


def directories_call(wanted: Filters) -> tuple[str, dict[str, Any]]:
    """The path that lists directories. Raises `UsageError` without the organization."""
    if wanted.organization is None:
        raise UsageError("Scalekit lists the directories of one organization", "--organization ID")
    return f"{_API}/organizations/{identifier(wanted.organization, 'an organization')}/directories", {}


def directory_call(ident: str, organization: str | None) -> str:
    """The path of one directory. Raises `UsageError` without the organization."""
    return f"{directories_call(Filters(organization=organization))[0]}/{identifier(ident, 'a directory')}"


def connections(api: Client, wanted: Filters, arrived: Arrived = unheard) -> Listing:
    """Every connection that the filters let through, also those whose setup is not finished."""
    return top(_list(api, list_call(wanted), "connections", _sieves(wanted), arrived))


def _sieves(wanted: Filters) -> tuple[Sieve, ...]:
    """The filters again: the API has none for type and text."""
    own, kind, text = wanted.organization, (wanted.type or "").lower(), (wanted.search or "").lower()
    found = [Sieve(lambda one: one.get("organization_id", own) == own, "the organization")] if own else []
    found += [Sieve(lambda one: kind in _words(one))] if kind else []
    found += [Sieve(lambda one: any(text in word for word in _words(one)))] if text else []
    return tuple(found)


def _words(item: dict[str, Any]) -> set[str]:
    names = ("id", "key_id", "organization_name", "provider", "provider_key", "type")
    return {str(item[name]).lower() for name in names if item.get(name)}


def connection(api: Client, ident: str, organization: str | None = None) -> Answer:
    """One connection with its whole configuration; its organization is looked up where it is not told."""
    identifier(ident, "a connection")
    place = _place(api, ident, organization)
    if isinstance(place, Trouble):
        return Answer(trouble=place)
    return explained(api, record(api.get(f"{place}/connections/{ident}"), "connection"), ident)


bare = connection


def _place(api: Client, ident: str, organization: str | None) -> str | Trouble:
    """The path of the organization that has this connection."""
    if organization is None:
        found = connections(api, Filters())
        mine = [one for one in found.items if one.get("id") == ident]
        if not mine:
            return found.trouble or Trouble("not-found", None, f"{ident} is not among the environment's connections")
        organization = str(mine[0].get("organization_id") or "")
        if not is_identifier(organization):
            return Trouble("not-understood", None, f"{ident} names no organization; give --organization")
    return f"{_API}/organizations/{identifier(organization, 'an organization')}"


def switched(api: Client, ident: str, organization: str | None, how: str) -> Answer:
    """Enable or disable a connection: `how` is that word. An answer that says error_message is a refusal."""
    place = _place(api, identifier(ident, "a connection"), organization)
    if isinstance(place, Trouble):
        return Answer(trouble=place)
    found = api.call("PATCH", f"{place}/connections/{ident}:{how}")
    said = found.value.get("error_message") if isinstance(found.value, dict) else None
    return Answer(trouble=Trouble("request-refused", None, str(said))) if said else found


def delete(api: Client, ident: str, organization: str | None = None) -> Answer:
    """Delete a connection. It cannot be undone."""
    place = _place(api, identifier(ident, "a connection"), organization)
    return Answer(trouble=place) if isinstance(place, Trouble) else api.call("DELETE", f"{place}/connections/{ident}")


def directories(api: Client, wanted: Filters, arrived: Arrived = unheard) -> Listing:
    """The directories of one organization, or of each in the environment."""
    if wanted.organization:
        return _directories(api, wanted.organization, arrived)
    owners = _owners(api)
    items: list[dict[str, Any]] = []
    trouble, notes = owners.trouble, owners.notes
    for one in owners.items:
        if not is_identifier(str(one.get("id"))):
            continue
        found = _directories(api, str(one.get("id")), arrived)
        items += found.items
        trouble, notes = trouble or found.trouble, (*notes, *found.notes)
        if found.trouble is not None:
            break
    return Listing(tuple(items), trouble, notes)


def _owners(api: Client) -> Listing:
    """The organizations; where the client may not list them, those that have a connection."""
    found = _list(api, (f"{_API}/organizations", {"page_size": _PAGE}), "organizations")
    if found.trouble is None or found.trouble.kind not in ("not-found", "permission-missing"):
        return found
    shown = connections(api, Filters())
    owners = dict.fromkeys(str(one["organization_id"]) for one in shown.items if one.get("organization_id"))
    told = "the organizations are not listed to this client: only those that have a connection were looked at"
    return Listing(tuple({"id": one} for one in owners), shown.trouble, (told,))


def _directories(api: Client, organization: str, arrived: Arrived = unheard) -> Listing:
    """Those of one organization, which the API's items need not name."""

    def owned(items: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{"organization_id": organization, **one} for one in items]

    call = directories_call(Filters(organization=organization))
    found = _list(api, call, "directories", arrived=lambda page: arrived(owned(page)))
    return found._replace(items=tuple(owned(found.items)))


def directory(api: Client, ident: str, organization: str | None = None) -> Answer:
    """One directory; its organization is looked up where it is not told."""
    identifier(ident, "a directory")
    found = directories(api, Filters(organization=organization))
    mine = [one for one in found.items if one.get("id") == ident]
    if not mine:
        missing = Trouble("not-found", None, f"{ident} is not among the environment's directories")
        return Answer(trouble=found.trouble or missing)
    place = f"{_API}/organizations/{identifier(str(mine[0]['organization_id']), 'an organization')}"
    whole = record(api.get(f"{place}/directories/{ident}"), "directory")
    return whole if whole.trouble else Answer({**mine[0], **whole.value})


def members(api: Client, ident: str, kind: str, organization: str | None = None) -> Listing:
    """The users or groups of a directory, of all pages."""
    if organization is None:
        found = directory(api, ident)
        if found.trouble is not None:
            return Listing((), found.trouble)
        organization = str(found.value["organization_id"])
    return _list(api, (f"{directory_call(ident, organization)}/{kind}", {"page_size": _PAGE}), kind)


def organization(api: Client, ident: str) -> Answer:
    """One organization, with its domains beside it."""
    place = f"{_API}/organizations/{identifier(ident, 'an organization')}"
    found = explained(api, record(api.get(place), "organization"), ident, f"{_API}/organizations")
    if found.trouble is not None:
        return found
    domains = _list(api, (f"{place}/domains", {"page_size": _PAGE}), "domains")
    return Answer({**found.value, "domains": list(domains.items)})


def organizations_of(api: Client, domain: str) -> Listing:
    """The organizations that have a connection for this domain: the API finds no organization by its domain."""
    found = connections(api, Filters(domain=domain))
    told = dict.fromkeys(str(one["organization_id"]) for one in found.items if one.get("organization_id"))
    owners = [one for one in told if is_identifier(one)]
    answers = [organization(api, one) for one in owners[:5]]
    troubles = [one.trouble for one in answers if one.trouble]
    return Listing(tuple(one.value for one in answers if not one.trouble), found.trouble or next(iter(troubles), None))


def _list(
    api: Client, call: tuple[str, dict[str, Any]], name: str,
    sieves: tuple[Sieve, ...] = (), arrived: Arrived = unheard,
) -> Listing:  # fmt: skip
    def following(value: dict[str, Any]) -> dict[str, Any] | None:
        token = value.get("next_page_token")
        return {"page_token": token} if isinstance(token, str) and token else None

    return paged(api, *call, Reading((name,), following, sieves, arrived))


def explained(api: Client, found: Answer, ident: str, path: str = f"{_API}/connections") -> Answer:
    """A refusal told more exactly, by asking whether the client may read anything of the kind."""
    if found.trouble is None or found.trouble.kind not in ("permission-missing", "not-found"):
        return found
    works = api.get(path).trouble is None
    host = urlsplit(api.where.url).hostname
    if found.trouble.kind == "permission-missing" and works:
        told = f"the client lists others, but is refused {ident}; it is a client of {host}"
        return Answer(trouble=found.trouble._replace(kind="other-environment", detail=told))
    if found.trouble.kind == "not-found":
        told = f"{ident}: deleted, mistyped, or of another environment than {host}"
        return Answer(trouble=found.trouble._replace(detail=told))
    return found
