"""An organization at a vendor: whether it exists, its domains with their states, what DNS shows of their records."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from doctor.parse import directory as directories
from doctor.parse import event as events
from doctor.sources import dns, workos
from doctor.sources.gathered import Live, module
from doctor.sources.listing import Filters, Listing
from doctor.sources.vendor import is_identifier

if TYPE_CHECKING:
    from doctor.model.connection import Organization, OrganizationDomain
    from doctor.sources.answer import Answer
    from doctor.sources.dns import Record
    from doctor.sources.vendor import Client

KEPT_DAYS: Final = 30
"""How long WorkOS keeps events by default."""
_LOOKED_UP: Final = 3
_LOOKING: Final = 12.0
"""Seconds for all questions to the name service."""


def iso(moment: datetime) -> str:
    """A moment as the vendors write it."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def about(api: Client, vendor: str, ident: str | None, user_domain: str | None) -> Live:
    """An organization by its id, else by a person's domain; nothing when neither is told."""
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
    company = directories.organization([item])
    if company is None or not is_identifier(company.id):
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
    notes = _failures(api, company) if records and company.vendor == "workos" else ()
    return Live(item, facts=facts, notes=notes, organization=company, records=records)


def _failures(api: Client, company: Organization) -> tuple[str, ...]:
    """Why the vendor gave up on domains: the latest word on each."""
    since = iso(datetime.fromtimestamp(api.clock.wall(), UTC) - timedelta(days=KEPT_DAYS))
    found = workos.events(api, workos.DOMAIN_EVENTS, company.id, since)
    latest = {one.domain: one for one in events.read_all(list(found.items)) if one.domain and one.code}
    open_ = {one.name for one in company.domains if one.state != "verified"}
    return tuple(
        f"the verification of {name} failed: {(one.code or '').replace('_', ' ')}"
        for name, one in latest.items() if (name or "").lower() in open_
    )  # fmt: skip


def _records(api: Client, domains: list[OrganizationDomain]) -> dict[str, Record]:
    """What the name service shows of the domains that are not verified, of a few of them."""
    open_ = [one for one in domains if one.state in ("pending", "failed", "unverified")][:_LOOKED_UP]
    lookup = dns.within(_LOOKING, api.clock.steady, api.lookup)
    return {one.name: dns.looked(one, lookup) for one in open_}


def count(api: Client, vendor: str, owner: str | None, *, linked: bool = False) -> dict[str, Any]:
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
