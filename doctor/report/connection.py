"""Connections of a vendor, for people and as JSON: `doctor/connections/1`, `doctor/connection/1`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from doctor.report import text
from doctor.report.inventory import state
from doctor.report.safe import line as safe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from doctor.model.connection import Connection, Organization
    from doctor.model.document import Certificate
    from doctor.report.text import Look
    from doctor.sources.change import Done
    from doctor.sources.dns import Record


def row(one: Connection) -> dict[str, Any]:
    """A connection as JSON data: doctor's words, and beside them the vendor's own."""
    return {
        "vendor": one.vendor, "id": one.id, "name": one.name, "state": one.state or "unknown",
        "state_given": one.state_given, "enabled": one.enabled, "protocol": one.protocol, "type": one.type,
        "provider": one.provider, "organization_id": one.organization_id,
        "domains": [{"domain": each.name, "state": each.state} for each in one.domains],
        "certificates": [certificate(each) for each in one.certificates],
        "sp": {"acs_url": one.acs_url, "entity_id": one.sp_entity_id, "redirect_uri": one.redirect_uri},
        "idp": {"entity_id": one.idp_entity_id, "sso_url": one.idp_sso_url, "metadata_url": one.metadata_url},
        "signing_option": one.signing_option, "idp_initiated": one.idp_initiated, "holds_metadata": one.holds_metadata,
        "created_at": one.created_at, "updated_at": one.updated_at, "notes": list(one.notes),
    }  # fmt: skip


def certificate(one: Certificate) -> dict[str, Any]:
    """A certificate as JSON data."""
    return {
        "subject": one.subject or None, "sha256": one.sha256 or None, "problem": one.problem,
        "not_before": one.not_before and one.not_before.isoformat().replace("+00:00", "Z"),
        "not_after": one.not_after and one.not_after.isoformat().replace("+00:00", "Z"),
    }  # fmt: skip


def details(one: Connection, look: Look) -> list[str]:
    """One connection, line by line."""
    lines = [f"{safe(one.name or one.id or '?')}   {state(one, look)}"]
    if one.state_given and one.state_given.lower() != (one.state or ""):
        lines[0] += f"   the vendor says {safe(one.state_given)}"
    for label, value in _pairs(one):
        lines += text.wrapped(f"{label:<17}{safe(value)}", look, "   ", " " * 20)
    lines += [f"   {'certificate':<17}{_certificate(each)}" for each in one.certificates]
    for note in one.notes:
        lines += text.wrapped(f"note  {safe(note)}", look, "   ", " " * 9)
    return lines


def _pairs(one: Connection) -> Iterator[tuple[str, str]]:
    listed = ", ".join(each.name + (f" ({each.state})" if each.state else "") for each in one.domains)
    yes = {True: "yes", False: "no", None: None}
    for label, value in (
        ("id", one.id), ("vendor", one.vendor), ("type", one.type), ("protocol", one.protocol),
        ("organization", one.organization_id or "none: the connection is not linked"), ("domains", listed or None),
        ("enabled", yes[one.enabled]), ("ACS URL", one.acs_url), ("SP entity ID", one.sp_entity_id),
        ("redirect URI", one.redirect_uri), ("IdP entity ID", one.idp_entity_id), ("IdP sign-on URL", one.idp_sso_url),
        ("metadata URL", one.metadata_url), ("signing", one.signing_option),
        ("started at IdP", yes[one.idp_initiated]), ("created", one.created_at), ("updated", one.updated_at),
    ):  # fmt: skip
        if value:
            yield label, value


def _certificate(one: Certificate) -> str:
    if one.problem is not None:
        return f"cannot be read: {safe(one.problem)}"
    until = one.not_after.strftime("%Y-%m-%d") if one.not_after else "?"
    return f"{safe(one.subject, 60)}, until {until}, SHA-256 {one.sha256[:16]}…"


def changed(before: Connection, done: Done) -> str:
    """What was done to a connection: its state before and now."""
    now = done.after
    state_now = "gone" if done.gone else now.state or now.state_given if now else "not known"
    return f"{safe(before.name or before.id or '?')}: {before.state or before.state_given}, now {safe(state_now)}"


def dns(records: dict[str, Record]) -> dict[str, dict[str, Any]]:
    """What DNS shows of an organization's domains, as data."""
    return {name: {**one._asdict(), "seen": list(one.seen)} for name, one in records.items()}


def organization_row(one: Organization | None, records: dict[str, dict[str, Any]]) -> dict[str, Any] | None:
    """An organization as JSON data; `records` is what DNS shows, by domain."""
    if one is None:
        return None
    return {
        "id": one.id, "name": one.name, "external_id": one.external_id,
        "domains": [{"domain": each.name, "state": each.state or "unknown", "state_given": each.state_given,
                     "strategy": each.strategy, "record": each.record, "record_name": each.record_name,
                     "dns": records.get(each.name)}
                    for each in one.domains],
    }  # fmt: skip


def organization_lines(one: Organization, records: dict[str, dict[str, Any]], look: Look) -> list[str]:
    """The organization, and each of its domains with its state, and what DNS shows where it is not verified."""
    lines = text.wrapped(f"{'its name':<17}{safe(one.name or '')} ({safe(one.id or '?')})", look, "   ", " " * 20)
    for each in one.domains:
        state = each.state or f"unknown ({each.state_given})"
        lines += text.wrapped(f"{'domain':<17}{safe(each.name)}: {safe(state)}", look, "   ", " " * 20)
        if (found := records.get(each.name)) is not None:
            told = f"DNS: {found['result'].replace('-', ' ')}: {found['detail']}"
            lines += text.wrapped(safe(told), look, " " * 20)
    return lines
