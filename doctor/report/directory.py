"""Directories of a vendor, for people and as JSON: `doctor/directories/1`, `doctor/directory/1`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from doctor.report import text
from doctor.report.inventory import state
from doctor.report.safe import line as safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from doctor.model.connection import Directory
    from doctor.report.text import Look


def row(one: Directory) -> dict[str, Any]:
    """A directory as JSON data: doctor's words, and beside them the vendor's own."""
    tokens = None if one.tokens is None else [each._asdict() for each in one.tokens]
    return {**one._asdict(), "state": one.state or "unknown", "tokens": tokens, "notes": list(one.notes)}


def details(one: Directory, look: Look) -> list[str]:
    """One directory, line by line."""
    lines = [f"{safe(one.name or one.id or '?')}   {state(one, look)}"]
    for label, value in _pairs(one):
        lines += text.wrapped(f"{label:<17}{safe(value)}", look, "   ", " " * 20)
    for each in one.tokens or ():
        used = f"last used {each.last_used_at}" if each.last_used_at else "never used"
        ends = f"; ends {each.expires_at}" if each.expires_at else ""
        lines += text.wrapped(
            f"{'token':<17}{safe(each.status or '?')}, {safe(used)}{safe(ends)}", look, "   ", " " * 20
        )
    for note in one.notes:
        lines += text.wrapped(f"note  {safe(note)}", look, "   ", " " * 9)
    return lines


def _pairs(one: Directory) -> Iterator[tuple[str, str]]:
    for label, value in (
        ("id", one.id), ("vendor", one.vendor), ("type", one.type),
        ("organization", one.organization_id or "none: the directory is not linked to one"), ("domain", one.domain),
        ("endpoint", one.endpoint), ("users", one.users), ("inactive users", one.inactive_users),
        ("groups", one.groups), ("last sync", one.last_synced_at), ("created", one.created_at),
        ("updated", one.updated_at),
    ):  # fmt: skip
        if value is not None:
            yield label, str(value)


def members(items: Iterable[dict[str, Any]], *, personal: bool) -> list[dict[str, Any]]:
    """Users or groups of a directory as JSON data; people masked unless `personal`."""
    return [
        {"id": _word(one, "id"), "name": _name(one, personal=personal), "state": _word(one, "state", "status")}
        for one in items
    ]


def _name(one: dict[str, Any], *, personal: bool) -> str | None:
    """What identifies a user, or the name of a group, which is nobody's."""
    from doctor.model import redaction

    person = (
        _word(one, "email", "preferred_username", "username", "idp_id") if "idp_id" in one or "email" in one else None
    )
    group = _word(one, "name", "display_name")
    if group is not None and "email" not in one:
        return group
    return person if personal or person is None else redaction.shape(person)


def _word(one: dict[str, Any], *names: str) -> str | None:
    return next((value for name in names if isinstance(value := one.get(name), str) and value), None)


def member_lines(found: dict[str, Any], look: Look) -> list[str]:
    """Users and groups in lines, the first twenty of each."""
    lines: list[str] = []
    for kind in ("users", "groups"):
        rows = found[kind]
        more = "" if found[f"{kind}_complete"] else ", and not all of them"
        lines += text.wrapped(f"{kind:<17}{len(rows)}{more}", look, "   ", " " * 20)
        for one in rows[:20]:
            told = f"{one['name'] or one['id'] or '?'}" + (f" ({one['state']})" if one["state"] else "")
            lines += text.wrapped(safe(told), look, " " * 20)
    return lines
