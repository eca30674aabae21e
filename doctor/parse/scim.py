"""SCIM bodies (RFC 7643 and 7644), read as identity providers and servers really write them.

Nothing of a user is kept but which attributes are there, and whether they are active. Nothing here raises.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from doctor.model.scim import SHOWN, Body
from doctor.model.shape import masked
from doctor.parse import strip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from doctor.model.document import Document

_URN: Final = "urn:ietf:params:scim:"
_OPS: Final = ("add", "remove", "replace")
_KINDS: Final = (
    (":PatchOp", "patch"), (":ListResponse", "list"), (":Error", "error"), (":BulkRequest", "bulk"),
    (":BulkResponse", "bulk"), (":SearchRequest", "search"), (":core:2.0:User", "user"), (":core:2.0:Group", "group"),
    (":core:2.0:Schema", "schema"), (":core:2.0:ResourceType", "resource-type"),
    (":core:2.0:ServiceProviderConfig", "configuration"),
)  # fmt: skip
_ERROR_TYPES: Final = (
    "invalidFilter", "tooMany", "uniqueness", "mutability", "invalidSyntax", "invalidPath", "noTarget", "invalidValue",
    "invalidVers", "sensitive", "invalidCursor", "expiredCursor", "invalidCount",
)  # fmt: skip
_OPERATION: Final = re.compile(r"[A-Za-z]{1,10}")
_PATH: Final = re.compile(r"[\w.:$-]{1,160}")
_MAX: Final = 200


def read(base: Document, value: Any) -> Document:
    """The document of a SCIM body: what it is, and what is odd about it."""
    found = body(value)
    told: dict[str, object] = {"message": found.kind}
    told |= {name: given for name in ("operations", "departures", "lacking") if (given := list(getattr(found, name)))}
    told |= {name: given for name in ("active", "status", "error_type", "detail")
             if (given := getattr(found, name)) is not None}  # fmt: skip
    if found.detail:
        told["detail"] = masked(found.detail)
    return base._replace(kind="scim", scim=found, details=told)


def body(value: Any) -> Body:
    """One body in short; of a list the first that is an object."""
    if isinstance(value, list):
        value = next((one for one in value if isinstance(one, dict)), {})
    if not isinstance(value, dict):
        return Body("other")
    kind = _kind(value)
    listed = _schemas(value)
    odd = [] if listed else ["schemas-missing"]
    odd += ["schemas-unknown"] if listed and not any(one.startswith(_URN) for one in listed) else []
    reader = {"patch": _patch, "error": _error, "user": _user, "group": _group, "list": _list}.get(kind)
    found = reader(value) if reader else Body(kind)
    odd = odd if kind in ("user", "group", "patch", "list", "error") else []
    return found._replace(departures=tuple(dict.fromkeys((*odd, *found.departures))))


def only(value: dict[str, Any]) -> dict[str, Any]:
    """The resource in an answer: itself, or the only one of a list."""
    listed = of(value, "Resources")
    if not isinstance(listed, list):
        return value
    return listed[0] if len(listed) == 1 and isinstance(listed[0], dict) else {}


def of(value: dict[str, Any], name: str) -> Any:
    """The value of an attribute; names do not mind their case (RFC 7643, 2.1)."""
    lower = name.lower()
    return next((one for key, one in value.items() if isinstance(key, str) and key.lower() == lower), None)


def truth(value: Any) -> bool | None:
    """A boolean, also where it is written as text, as Entra does without its flag."""
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value.strip().lower()) if isinstance(value, str) else None


def _schemas(value: dict[str, Any]) -> list[str]:
    given = of(value, "schemas")
    return [one for one in given[:50] if isinstance(one, str)] if isinstance(given, list) else []


def _kind(value: dict[str, Any]) -> str:
    listed = _schemas(value)
    for end, kind in _KINDS:
        if any(one.lower().endswith(end.lower()) for one in listed):
            return kind
    keys = {key.lower() for key in value if isinstance(key, str)}
    if "operations" in keys:
        return (
            "bulk"
            if any(isinstance(one, dict) and of(one, "method") for one in _items(of(value, "Operations")))
            else "patch"
        )
    marks = (("list", {"totalresults"}), ("error", {"scimtype"}), ("user", {"username"}), ("group", {"members"}))
    return next(
        (kind for kind, names in marks if names <= keys), "schema" if str(of(value, "id")).startswith(_URN) else "other"
    )


def _items(value: Any) -> list[Any]:
    return value[:_MAX] if isinstance(value, list) else []


# ── PATCH ──────────────────────────────────────────────────────────────────────────────────────────────────


def _patch(value: dict[str, Any]) -> Body:
    given = [one for one in _items(of(value, "Operations")) if isinstance(one, dict)]
    odd = [word for one in given for word in _odd(one)] or ([] if given else ["operations-missing"])
    active = next((said for one in reversed(given) if (said := _said_active(one)) is not None), None)
    words = tuple(_word(one) for one in given)
    changes = any(not _only_active(one) for one in given)
    return Body("patch", tuple(odd), tuple(word for word in words if word), active, changes)


def _odd(operation: dict[str, Any]) -> Iterator[str]:
    op, path, value = (of(operation, name) for name in ("op", "path", "value"))
    if str(op).lower() not in _OPS:
        yield "unknown-op"
    elif op not in _OPS:
        yield "capitalised-op"
    name = path if isinstance(path, str) else ""
    if name.lower().startswith("urn:"):
        yield "qualified-path"
    if not name:
        yield "remove-without-path" if str(op).lower() == "remove" else "missing-path"
    if _texted(_plain(name), value) or '"true"' in name.lower() or '"false"' in name.lower():
        yield "text-boolean"
    if str(op).lower() == "remove" and _plain(name) == "members" and isinstance(value, list):
        yield "member-value-list"
    if isinstance(value, dict) and any("." in key and ":" not in key for key in value):
        yield "dotted-names"


def _plain(path: str) -> str:
    """A path without its schema, in lower case."""
    return path.rpartition(":")[2].lower() if path.lower().startswith("urn:") else path.lower()


def _texted(path: str, value: Any) -> bool:
    """Whether active, or the primary of a value, is written as text."""
    if path in ("active", "primary") or path.endswith((".active", ".primary")):
        return isinstance(value, str) and truth(value) is not None
    if not path and isinstance(value, dict):
        return any(_texted(_plain(key), one) for key, one in value.items() if key)
    return False


def _said_active(operation: dict[str, Any]) -> bool | None:
    path, value = of(operation, "path"), of(operation, "value")
    if isinstance(path, str) and path:
        if _plain(path) != "active":
            return None
        return False if str(of(operation, "op")).lower() == "remove" and value is None else truth(value)
    if not isinstance(value, dict):
        return None
    return next((truth(one) for key, one in value.items() if _plain(key) == "active"), None)


def _only_active(operation: dict[str, Any]) -> bool:
    path, value = of(operation, "path"), of(operation, "value")
    if isinstance(path, str) and path:
        return _plain(path) == "active"
    return isinstance(value, dict) and {_plain(key) for key in value} <= {"active"}


def _word(operation: dict[str, Any]) -> str:
    """`replace active`: the values, which are personal, stay out, those in a path filter too."""
    op, path = str(of(operation, "op") or ""), str(of(operation, "path") or "").partition("[")[0]
    if not _OPERATION.fullmatch(op):
        return ""
    return f"{op} {path}".strip() if _PATH.fullmatch(path) else op


# ── resources, lists, errors ───────────────────────────────────────────────────────────────────────────────


def has(user: dict[str, Any], name: str) -> bool:
    """Whether a user has a value for this attribute; of a name also a formatted one counts (RFC 7643, 4.1.1)."""
    first, _, second = name.partition(".")
    value = of(user, first)
    if second:
        return isinstance(value, dict) and any(of(value, part) not in (None, "", []) for part in (second, "formatted"))
    return value not in (None, "", [], {})


def _user(value: dict[str, Any]) -> Body:
    active, odd = of(value, "active"), []
    if not has(value, "userName"):
        odd.append("user-name-missing")
    if isinstance(active, str) and truth(active) is not None:
        odd.append("text-boolean")
    if any(_several_primary(one) for one in value.values()):
        odd.append("several-primary")
    lacking = tuple(name for name in SHOWN if not has(value, name))
    return Body("user", tuple(odd), active=truth(active), changes=True, lacking=lacking)


def _several_primary(value: Any) -> bool:
    return sum(isinstance(one, dict) and truth(of(one, "primary")) is True for one in _items(value)) > 1


def _group(value: dict[str, Any]) -> Body:
    members = of(value, "members")
    return Body("group", ("members-not-list",) if members is not None and not isinstance(members, list) else ())


def _list(value: dict[str, Any]) -> Body:
    total = of(value, "totalResults")
    return Body("list", () if isinstance(total, int) and not isinstance(total, bool) else ("total-missing",))


def _error(value: dict[str, Any]) -> Body:
    status, kind = of(value, "status"), of(value, "scimType")
    odd = ["status-missing"] if status is None else ["status-number"] if isinstance(status, int) else []
    odd += ["error-type-unknown"] if kind is not None and kind not in _ERROR_TYPES else []
    written = str(status) if isinstance(status, str | int) else ""
    code = int(written) if re.fullmatch(r"[1-5][0-9]{2}", written) else None
    return Body(
        "error", tuple(odd), status=code,
        error_type=strip.text(kind, 60), detail=strip.text(of(value, "detail")),
    )  # fmt: skip
