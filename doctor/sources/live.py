"""What a vendor's API tells of one connection or directory, gathered as evidence for a diagnosis; for every face.

One way into both vendors: `client` makes the client of an access, the other functions choose the vendor's module.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from doctor.engine import event as stories
from doctor.model.error import UsageError
from doctor.parse import connection as connections
from doctor.parse import directory as directories
from doctor.parse import event as events
from doctor.parse.recognise import recognise
from doctor.sources import dns, scalekit, workos
from doctor.sources.listing import Filters, Listing
from doctor.sources.vendor import Manner

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from doctor.engine.event import Story
    from doctor.model.connection import Connection, Organization, OrganizationDomain
    from doctor.model.document import Document
    from doctor.sources.answer import Answer, Trouble
    from doctor.sources.dns import Record
    from doctor.sources.profile import Access
    from doctor.sources.vendor import Client

_LOOKED_UP: Final = 3
_LOOKING: Final = 12.0
"""Seconds for all questions to the name service."""
KEPT_DAYS: Final = 30
"""How long WorkOS keeps events by default."""


class Live(NamedTuple):
    """Everything about one object. `documents` are evidence for a case, `facts` are told beside them.

    With `trouble` the object itself could not be had; `notes` say what else is missing, and what is odd.
    `item` is the object as the API shows it.
    """

    item: dict[str, Any]
    documents: tuple[Document, ...] = ()
    facts: dict[str, Any] = {}  # noqa: RUF012  (never mutated)
    trouble: Trouble | None = None
    notes: tuple[str, ...] = ()
    story: Story | None = None
    organization: Organization | None = None
    records: dict[str, Record] = {}  # noqa: RUF012  (by domain, of those that are not verified)


def module(vendor: str) -> ModuleType:
    """The module of a vendor."""
    return {"workos": workos, "scalekit": scalekit}[vendor]


def client(access: Access, manner: Manner = Manner()) -> Client:  # noqa: B008
    """A client of the vendor's API. Raises `UsageError` for an address to which no key is sent."""
    if access.vendor == "workos":
        return workos.client(access.base_url, access.secret, manner)
    return scalekit.client(access.base_url or "", access.client_id or "", access.secret, manner)


def told(trouble: Trouble | None) -> dict[str, Any]:
    """The facts that an answer of the API tells, whatever it is."""
    if trouble is None:
        return {"vendor.answer": "ok"}
    facts: dict[str, Any] = {"vendor.answer": trouble.kind, "vendor.answer_detail": trouble.detail or str(trouble)}
    if trouble.kind in ("key-rejected", "permission-missing", "rate-limited") and trouble.status:
        facts["vendor.api_status"] = trouble.status
    return facts


class About(NamedTuple):
    """Which connection is meant, and of whom: `user_domain` is the domain of the person who cannot sign in."""

    connection: str | None = None
    organization: str | None = None
    user_domain: str | None = None
    directory: str | None = None


class Fetched(NamedTuple):
    """What was gathered, and every exchange behind it as it may be kept: without secrets, people masked."""

    live: Live
    exchanges: tuple[dict[str, Any], ...]


def fetch(access: Access, about: About, manner: Manner = Manner()) -> Fetched:  # noqa: B008
    """Everything that the API tells of what is meant: documents and facts for a case. Raises `UsageError` only."""
    api = client(access, manner)
    parts = [read(api, access.vendor, about) for read in _readers(about)]
    documents = tuple(one for part in parts for one in part.documents)
    facts: dict[str, Any] = {}
    for part in reversed(parts):  # of several troubles the first is told
        facts |= part.facts
    trouble = next((part.trouble for part in parts if part.trouble is not None), None)
    notes = tuple(note for part in parts for note in part.notes)
    story = next((part.story for part in parts if part.story is not None), None)
    company = next((part.organization for part in parts if part.organization is not None), None)
    records = {name: one for part in parts for name, one in part.records.items()}
    whole = Live(parts[0].item, documents, facts, trouble, notes, story, company, records)
    return Fetched(whole, tuple(api.evidence()))


def _readers(about: About) -> list[Callable[[Client, str, About], Live]]:
    found: list[Callable[[Client, str, About], Live]] = []
    if about.connection is not None:
        found.append(connection)
    if about.directory is not None:
        found.append(directory)
    return found or [organization]


def connection(api: Client, vendor: str, about: About) -> Live:
    """One connection with its certificates, its organization's domains, and what happened to sign-ins through it."""
    found: Answer = module(vendor).connection(api, about.connection or "", about.organization)
    if found.trouble is not None:
        return Live({}, facts=told(found.trouble), trouble=found.trouble)
    (shown,) = connections.read_all(found.value)
    owner = about.organization or shown.organization_id
    company = _organization(api, vendor, owner, about.user_domain)
    story = _story(api, vendor, shown)
    item = _with_states(found.value, company.organization)
    notes = (*found.notes, *shown.notes, *company.notes, *story.notes)
    facts = {**told(None), **company.facts, **story.facts, **_count(api, vendor, owner)}
    documents = (_document(item, f"{vendor}:{about.connection}"), *story.documents)
    return Live(item, documents, facts, None, notes, story.story, company.organization, company.records)


def glance(api: Client, vendor: str, about: About) -> Live:
    """As little as tells whether something changed: the connection itself, and its sign-ins."""
    found: Answer = module(vendor).bare(api, about.connection or "", about.organization)
    if found.trouble is not None:
        return Live({}, trouble=found.trouble)
    (shown,) = connections.read_all(found.value)
    return Live(found.value, story=_story(api, vendor, shown).story)


def directory(api: Client, vendor: str, about: About) -> Live:
    """One directory, with what its state and its tokens tell."""
    found: Answer = module(vendor).directory(api, about.directory or "", about.organization)
    if found.trouble is not None:
        return Live({}, facts=told(found.trouble), trouble=found.trouble)
    (shown,) = directories.read_all(found.value)
    document = _document(found.value, f"{vendor}:{about.directory}")
    return Live(found.value, (document,), told(None), None, (*found.notes, *shown.notes))


def organization(api: Client, vendor: str, about: About) -> Live:
    """An organization by its id, or by a person's domain: does it exist, has it a connection, a verified domain?"""
    found = _organization(api, vendor, about.organization, about.user_domain)
    if found.organization is None or found.organization.id is None:
        return found
    return found._replace(facts={**found.facts, **_count(api, vendor, found.organization.id, linked=True)})


def _document(item: dict[str, Any], name: str) -> Document:
    return recognise(json.dumps(item, ensure_ascii=False).encode("utf-8", "replace"), name)


def _with_states(item: dict[str, Any], company: Organization | None) -> dict[str, Any]:
    """The connection with the states of its domains, which the organization knows."""
    states = {one.name: one.state_given for one in company.domains} if company else {}
    listed = item.get("domains")
    if not states or not isinstance(listed, list):
        return item
    rows = [one if isinstance(one, dict) else {"domain": one} for one in listed]
    named = {str(one.get("domain", "")).lower() for one in rows}
    rows = [{"state": states.get(str(one.get("domain", "")).lower()), **one} for one in rows]
    rows += [{"domain": name, "state": state} for name, state in states.items() if name not in named]
    return {**item, "domains": rows}


# ── the organization ───────────────────────────────────────────────────────────────────────────────────────


def _organization(api: Client, vendor: str, ident: str | None, user_domain: str | None) -> Live:
    if ident is None and user_domain is None:
        return Live({})
    if ident is None:
        return _by_domain(api, vendor, user_domain or "")
    found: Answer = module(vendor).organization(api, ident)
    if found.trouble is not None:
        gone = found.trouble.kind == "not-found"
        facts = {"organization.exists": False} if gone else {}
        notes = () if gone else (f"the organization is not known: {found.trouble}",)
        return Live({}, facts=facts, trouble=found.trouble, notes=notes)
    return _known(api, found.value, user_domain)


def _by_domain(api: Client, vendor: str, user_domain: str) -> Live:
    listing: Listing = module(vendor).organizations_of(api, user_domain)
    if listing.items:
        several = f"{len(listing.items)} organizations have the domain {user_domain}; the first one is looked at"
        found = _known(api, listing.items[0], user_domain)
        return found._replace(notes=(several,)) if len(listing.items) > 1 else found
    if listing.trouble is not None:
        told_ = (f"the organizations of {user_domain} are not known: {listing.trouble}",)
        return Live({}, trouble=listing.trouble, notes=told_)
    return Live({}, facts={"organization.user_domain_listed": False, "organization.exists": False},
                notes=(f"no organization has the domain {user_domain}",))  # fmt: skip


def _known(api: Client, item: dict[str, Any], user_domain: str | None) -> Live:
    company = directories.organization(item)
    if company is None:
        return Live({})
    facts: dict[str, Any] = {"organization.exists": True}
    mine = [one for one in company.domains if user_domain is None or one.name == user_domain.lower()]
    if user_domain is not None:
        facts["organization.user_domain_listed"] = bool(mine)
    states = {one.state for one in mine}
    if "verified" in states:
        facts["organization.domain_verified"] = True
    elif states and None not in states:
        facts["organization.domain_verified"] = False
    records = _records(api, mine)
    if records and not facts.get("organization.domain_verified"):
        first = next(iter(records.values()))
        facts |= {"domain.txt_record": first.result, "domain.txt_record_detail": first.detail}
    return Live(item, facts=facts, organization=company, records=records)


def _records(api: Client, domains: list[OrganizationDomain]) -> dict[str, Record]:
    """What the name service shows of the domains that are not verified, of a few of them."""
    open_ = [one for one in domains if one.state in ("pending", "failed", "unverified")][:_LOOKED_UP]
    lookup = dns.within(_LOOKING, api.clock.steady, api.lookup)
    return {one.name: dns.looked(one, lookup) for one in open_}


def _count(api: Client, vendor: str, owner: str | None, *, linked: bool = False) -> dict[str, Any]:
    """How many connections the organization has; not known when the list is not whole."""
    if owner is None:
        return {}
    found: Listing = module(vendor).connections(api, Filters(organization=owner))
    if found.trouble is not None:
        return {}
    count = len(found.items)
    return {"connection.count_in_organization": count} | (
        {"organization.connection_linked": count > 0} if linked else {}
    )


# ── what happened ──────────────────────────────────────────────────────────────────────────────────────────


def _story(api: Client, vendor: str, shown: Connection) -> Live:
    """The sign-ins through a connection, where the vendor lists events; Scalekit tells them by webhook only."""
    if vendor != "workos":
        return Live({})
    now = datetime.fromtimestamp(api.clock.wall(), UTC)
    since = now - timedelta(days=KEPT_DAYS)
    found = workos.events(api, workos.SSO_EVENTS, shown.organization_id, _iso(since))
    mine = [row for row in found.items if _about(row, shown)]
    story = stories.told(events.read_all(mine))
    if found.trouble is not None:
        return Live({}, notes=(f"what happened to sign-ins is not known: {found.trouble}",), story=story)
    documents = (_document({"object": "list", "data": mine}, f"workos:events of {shown.id}"),) if mine else ()
    facts: dict[str, Any] = (
        {"connection.logins_attempted": story.attempts} if story.attempts or _young(shown, since) else {}
    )
    return Live({}, documents, facts, story=story)


def _about(row: dict[str, Any], shown: Connection) -> bool:
    (found,) = events.read_all(row) or (None,)
    return found is not None and found.connection_id == shown.id


def _young(shown: Connection, since: datetime) -> bool:
    """Whether the connection is not older than the events that are kept: then none means that nobody tried."""
    try:
        made = datetime.fromisoformat(shown.created_at or "")
    except ValueError:
        return False
    return (made if made.tzinfo else made.replace(tzinfo=UTC)) >= since


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


# ── writes ─────────────────────────────────────────────────────────────────────────────────────────────────

OFFERED: Final = {"workos": ("delete",), "scalekit": ("enable", "disable", "delete")}
"""What each vendor's API can do to a connection."""
_INSTEAD: Final = {
    "enable": "a WorkOS connection becomes active with its first successful sign-in",
    "disable": "use the dashboard, or take the application's users out of the connection",
}


def offered(vendor: str, action: str) -> None:
    """Raises `UsageError` when the vendor's API does not offer this, and says what there is instead."""
    if action not in OFFERED[vendor]:
        raise UsageError(f"WorkOS' API cannot {action} a connection: it offers list, get and delete", _INSTEAD[action])


def write(api: Client, vendor: str, action: str, ident: str, organization: str | None) -> Answer:
    """Do it: `action` is enable, disable or delete. Only after the person confirmed it."""
    offered(vendor, action)
    if action == "delete":
        done: Answer = module(vendor).delete(api, ident, organization)
        return done
    return scalekit.switched(api, ident, organization, action)
