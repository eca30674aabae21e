"""Events as the vendors' APIs list them and their webhooks bring them, in one normal form.

WorkOS: `{"event", "id", "data", "created_at"}`; Scalekit: `{"type", "id", "data", "occurred_at", …}`. One event, a
list answer, an array, or JSON line by line.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from doctor.model.event import Event
from doctor.parse.connection import text

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX: Final = 20_000
"""Events of one input that are read."""


def of_bytes(data: bytes) -> tuple[Event, ...] | None:
    """The events in a file or on standard input; None when it holds no JSON at all."""
    written = data.decode("utf-8-sig", "replace")
    try:
        return read_all(json.loads(written))
    except (ValueError, RecursionError):
        rows = [row for line in written.splitlines()[:MAX] if (row := _line(line)) is not None]
    return read_all(rows) if rows else None


def _line(line: str) -> Any:
    try:
        return json.loads(line) if line.strip() else None
    except (ValueError, RecursionError):
        return None


def read_all(value: Any) -> tuple[Event, ...]:
    """Every event in a JSON value, in its order; what is none is left out."""
    return tuple(found for item in _items(value) if (found := _one(item)) is not None)


def _items(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        for one in value[:MAX]:
            yield from _items(one)
    elif isinstance(value, dict):
        listed = next((value[key] for key in ("data", "events") if isinstance(value.get(key), list)), None)
        yield from listed[:MAX] if listed is not None else [value]


def _one(item: Any) -> Event | None:
    if not isinstance(item, dict) or not isinstance(item.get("data"), dict):
        return None
    if (name := text(item, "event")) is not None:
        return _workos(item, name)
    name = text(item, "type")
    return _scalekit(item, name) if name is not None else None


def _workos(item: dict[str, Any], name: str) -> Event:
    data = item["data"]
    sso, error, connection, certificate = (_inner(data, key) for key in ("sso", "error", "connection", "certificate"))
    domain = _inner(data, "organization_domain")
    subject = name.partition(".")[0]
    return Event(
        vendor="workos", id=text(item, "id"), name=name, at=text(item, "created_at"),
        connection_id=text(sso, "connection_id") or text(connection, "id") or _own(data, subject == "connection"),
        organization_id=text(sso, "organization_id") or text(connection, "organization_id")
        or text(domain, "organization_id") or text(data, "organization_id"),
        directory_id=text(data, "directory_id") or _own(data, name in ("dsync.activated", "dsync.deleted")),
        session_id=text(sso, "session_id"), user=text(data, "email") or text(data, "user_id"),
        code=text(error, "code") or text(data, "reason"), message=text(error, "message"),
        state=text(data, "state"), domain=text(data, "domain") or text(domain, "domain"),
        certificate=text(certificate, "certificate_type"),
        expires_at=text(certificate, "expiry_date"), days_left=_number(data, "days_until_expiry"),
    )  # fmt: skip


def _scalekit(item: dict[str, Any], name: str) -> Event:
    data = item["data"]
    error = _inner(data, "error")
    about = "connection" if ".sso_" in name else "directory" if ".directory" in name else ""
    return Event(
        vendor="scalekit", id=text(item, "id"), name=name, at=text(item, "occurred_at", "created_at"),
        connection_id=text(data, "connection_id") or _own(data, about == "connection"),
        organization_id=text(item, "organization_id") or text(data, "organization_id"),
        directory_id=text(data, "directory_id") or _own(data, name.endswith(_SWITCHED)),
        user=text(data, "email"), code=text(error, "code", "error_code") or text(data, "error_code"),
        message=text(error, "message") or text(data, "error_message"), state=text(data, "status"),
        domain=text(data, "domain"),
    )  # fmt: skip


_SWITCHED: Final = ("directory_enabled", "directory_disabled")


def _own(data: dict[str, Any], mine: bool) -> str | None:  # noqa: FBT001
    """The id of the object itself, where the event's data is that object."""
    return text(data, "id") if mine else None


def _inner(data: dict[str, Any], name: str) -> dict[str, Any]:
    found = data.get(name)
    return found if isinstance(found, dict) else {}


def _number(data: dict[str, Any], name: str) -> float | None:
    value = data.get(name)
    return value if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9 else None
