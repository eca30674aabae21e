"""What a vendor's API tells of one connection or directory, gathered as evidence for a diagnosis; for every face.

One way into both vendors: `client` makes the client of an access, the other functions choose the vendor's module.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from doctor.facts import story as stories
from doctor.parse import connection as connections
from doctor.parse import directory as directories
from doctor.parse import event as events
from doctor.parse.recognise import recognise
from doctor.sources import organization as organizations
from doctor.sources import scalekit, workos
from doctor.sources.gathered import About, Live, module, told
from doctor.sources.organization import KEPT_DAYS, iso
from doctor.sources.vendor import Manner, is_identifier

if TYPE_CHECKING:
    from collections.abc import Callable

    from doctor.model.connection import Connection, Directory, Organization
    from doctor.model.document import Document
    from doctor.sources.answer import Answer
    from doctor.sources.profile import Access
    from doctor.sources.vendor import Client

__all__ = [
    "About",
    "Fetched",
    "Live",
    "client",
    "connection",
    "directory",
    "fetch",
    "glance",
    "module",
    "organization",
    "told",
]


def client(access: Access, manner: Manner = Manner()) -> Client:  # noqa: B008
    """A client of the vendor's API. Raises `UsageError` for an address to which no key is sent."""
    if access.vendor == "workos":
        return workos.client(access.base_url, access.secret, manner)
    return scalekit.client(access.base_url or "", access.client_id or "", access.secret, manner)


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
    seen = tuple(api.evidence())
    whole = Live(parts[0].item, _with_exchanges(documents, parts[0].item, seen), facts, trouble, notes, story, company,
                 records)  # fmt: skip
    return Fetched(whole, seen)


def _with_exchanges(
    documents: tuple[Document, ...], item: dict[str, Any], seen: tuple[dict[str, Any], ...]
) -> tuple[Document, ...]:  # fmt: skip
    """The documents, the first of which holds the exchanges behind it: so a case keeps them.

    The body of a good answer is left out there, since the document is made of it.
    """
    if not documents or not item:
        return documents
    rows = [{**one, "body": None if one["status"] == 200 else one["body"]} for one in seen]
    return (_document({**item, "exchanges": rows}, documents[0].name), *documents[1:])


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
    (shown,) = connections.read_all([found.value])
    owner = about.organization or (shown.organization_id if is_identifier(shown.organization_id) else None)
    company = organizations.about(api, vendor, owner, about.user_domain)
    story = _story(api, vendor, shown)
    item = _with_states(found.value, company.organization, about.user_domain)
    notes = (*found.notes, *shown.notes, *company.notes, *story.notes)
    facts = {**told(None), **company.facts, **story.facts, **organizations.count(api, vendor, owner)}
    documents = (_document(item, f"{vendor}:{about.connection}"), *story.documents)
    return Live(item, documents, facts, None, notes, story.story, company.organization, company.records, story.happened)


def glance(api: Client, vendor: str, about: About) -> Live:
    """As little as tells whether something changed: the connection itself, and its sign-ins."""
    found: Answer = module(vendor).bare(api, about.connection or "", about.organization)
    if found.trouble is not None:
        return Live({}, trouble=found.trouble)
    (shown,) = connections.read_all([found.value])
    return Live(found.value, story=_story(api, vendor, shown).story)


def directory(api: Client, vendor: str, about: About) -> Live:
    """One directory, with what its state and its tokens tell."""
    found: Answer = module(vendor).directory(api, about.directory or "", about.organization)
    if found.trouble is not None:
        return Live({}, facts=told(found.trouble), trouble=found.trouble)
    (shown,) = directories.read_all([found.value])
    document = _document(found.value, f"{vendor}:{about.directory}")
    synced = _synced(api, shown) if vendor == "workos" else Live({})
    facts = {**told(None), **synced.facts}
    return Live(found.value, (document,), facts, None, (*found.notes, *shown.notes, *synced.notes), synced.story)


def _synced(api: Client, shown: Directory) -> Live:
    """What the directory brought of late: any change of a user or group proves that requests arrive."""
    since = datetime.fromtimestamp(api.clock.wall(), UTC) - timedelta(days=KEPT_DAYS)
    owner = shown.organization_id if is_identifier(shown.organization_id) else None
    found = workos.events(api, workos.DSYNC_EVENTS, owner, iso(since))
    mine = [one for one in events.read_all(list(found.items)) if one.directory_id == shown.id]
    story = stories.told(mine)
    notes = (f"what the directory brought is not known: {found.trouble}",) if found.trouble else ()
    changed = any(name.startswith(("dsync.user.", "dsync.group.")) for name, _ in story.others)
    return Live({}, facts={"scim.requests_seen": True} if changed else {}, notes=notes, story=story)


def organization(api: Client, vendor: str, about: About) -> Live:
    """An organization by its id, or by a person's domain: does it exist, has it a connection, a verified domain?"""
    found = organizations.about(api, vendor, about.organization, about.user_domain)
    if found.organization is None or found.organization.id is None:
        return found
    return found._replace(facts={**found.facts, **organizations.count(api, vendor, found.organization.id, linked=True)})


def _document(item: dict[str, Any], name: str) -> Document:
    return recognise(json.dumps(item, ensure_ascii=False).encode("utf-8", "replace"), name)


def _with_states(item: dict[str, Any], company: Organization | None, user_domain: str | None) -> dict[str, Any]:
    """The connection with the states of its domains, which the organization knows; of the person's only, if told."""
    listed_at = company.domains if company else ()
    mine = [one for one in listed_at if user_domain is None or one.name == user_domain.lower()]
    states = {one.name: one.state_given for one in mine}
    listed = item.get("domains")
    if not states or not isinstance(listed, list):
        return item
    rows = [one if isinstance(one, dict) else {"domain": one} for one in listed]
    named = {str(one.get("domain", "")).lower() for one in rows}
    rows = [{"state": states.get(str(one.get("domain", "")).lower()), **one} for one in rows]
    rows += [{"domain": name, "state": state} for name, state in states.items() if name not in named]
    return {**item, "domains": rows}


# ── what happened ──────────────────────────────────────────────────────────────────────────────────────────


def _story(api: Client, vendor: str, shown: Connection) -> Live:
    """The sign-ins through a connection, where the vendor lists events; Scalekit tells them by webhook only."""
    if vendor != "workos":
        return Live({})
    now = datetime.fromtimestamp(api.clock.wall(), UTC)
    since = now - timedelta(days=KEPT_DAYS)
    owner = shown.organization_id if is_identifier(shown.organization_id) else None
    found = workos.events(api, workos.SSO_EVENTS, owner, iso(since))
    mine = [row for row in found.items if _about(row, shown)]
    happened = events.read_all(mine)
    story = stories.told(happened)
    if found.trouble is not None:
        return Live({}, notes=(f"what happened to sign-ins is not known: {found.trouble}",), story=story,
                    happened=tuple(happened))  # fmt: skip
    documents = (_document({"object": "list", "data": mine}, f"workos:events of {shown.id}"),) if mine else ()
    facts: dict[str, Any] = (
        {"connection.logins_attempted": story.attempts} if story.attempts or _young(shown, since) else {}
    )
    return Live({}, documents, facts, story=story, happened=tuple(happened))


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
