"""JSON of every kind that doctor names, told apart by the keys that its specification demands."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from doctor.model import redaction
from doctor.model.finding import Place
from doctor.parse import sniff

if TYPE_CHECKING:
    from collections.abc import Callable

    from doctor.model.document import Document

_MAX: Final = 60 * 1024 * 1024
_SCIM: Final = "urn:ietf:params:scim:"
_RECORDED: Final = (b'"entries"', b'"requests"', b'"requestHeaders"', b'"startedDateTime"', b"doctor/capture/")
_STORED: Final = b"doctor/capture/"
_HEAD: Final = 1024 * 1024
_TAIL: Final = 4096
_SCIM_LISTS: Final = ("Resources", "totalResults")


def read(base: Document, data: bytes, _text: str) -> Document:
    """The kind of a JSON document. Secrets in it are not copied into the summary.

    A recording may be large: it is read entry by entry, and nothing of it is kept but what is ours.
    """
    data = sniff.utf8(data)
    if any(word in data[:_HEAD] for word in _RECORDED) or _STORED in data[-_TAIL:] or _requested(data[:_HEAD]):
        from doctor.parse import recorded

        if found := recorded.read(base, data):
            return found
    try:
        value = json.loads(data[:_MAX].decode(sniff.bom(data) or "utf-8", errors="strict"))
    except json.JSONDecodeError as error:
        if _is_log(data):
            from doctor.parse import paste

            found = paste.read(base._replace(input=base.input._replace(form="text")), data, _text)
            return found if found.kind != "unknown" else _nested(found, data)
        place = Place(error.lineno, error.colno)
        return base._replace(input=base.input._replace(problem="not-json", detail=error.msg, place=place))
    except (UnicodeDecodeError, RecursionError, ValueError) as error:
        return base._replace(input=base.input._replace(problem="not-json", detail=type(error).__name__))
    kind = next((kind for kind, holds in _KINDS if holds(value)), "unknown")
    found = base._replace(kind=kind, details=_summary(kind, value))
    if kind in ("oidc-discovery", "jwks", "token"):
        from doctor.parse import oidc

        found = oidc.of_json(found, value)
    if kind in ("idp-application", "jwks", "unknown"):
        from doctor.parse import application

        found = application.of_json(found, value)
        return found if found.kind != "unknown" else _nested(found, data, value)
    return _OF_VENDOR[kind](found, value) if kind in _OF_VENDOR else found


def _nested(found: Document, data: bytes, value: Any = None) -> Document:
    """A SAML message in a value of this JSON, or in the lines of this log."""
    from doctor.parse import nested

    if not nested.PROMISING.search(data):
        return found
    return nested.read(found, nested.lines(sniff.whole_text(data)) if value is None else value)


def _requested(head: bytes) -> bool:
    """A cheap look: whether requests to a SCIM server may be listed here."""
    return (b"/Users" in head or b"/Groups" in head) and (b'ethod"' in head or b'"verb"' in head)


_STAMPED: Final = re.compile(rb"\s*\[?\{?\s*\d{4}-\d\d-\d\d")


def _is_log(data: bytes) -> bool:
    """Whether text that begins like JSON is a log: a time in brackets, or JSON line by line."""
    if _STAMPED.match(data):
        return True
    first, _, rest = data.strip().partition(b"\n")
    try:
        return bool(rest) and isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False


def _connections(found: Document, value: Any) -> Document:
    from doctor.parse import connection

    return found._replace(connections=connection.read_all(value))


def _directories(found: Document, value: Any) -> Document:
    from doctor.parse import directory

    return found._replace(directories=directory.read_all(value))


def _events(found: Document, value: Any) -> Document:
    from doctor.parse import event

    return found._replace(events=event.read_all(value))


def _scim(found: Document, value: Any) -> Document:
    from doctor.parse import scim

    return scim.read(found, value)


_OF_VENDOR: Final = {"connection": _connections, "directory": _directories, "event": _events, "scim": _scim}


def _keys(value: Any) -> set[str]:
    return set(value) if isinstance(value, dict) else set()


def _listed(value: Any) -> list[Any]:
    """The items of a list answer of either vendor, or the thing itself as the only one."""
    for key in ("data", "connections", "directories"):
        if isinstance(value, dict) and isinstance(value.get(key), list):
            return list(value[key])
    return value if isinstance(value, list) else [value]


def _is_case(value: Any) -> bool:
    return isinstance(value, dict) and str(value.get("schema", "")).startswith("doctor/case/")


def _is_discovery(value: Any) -> bool:
    keys = _keys(value)
    return "issuer" in keys and bool(keys & {"authorization_endpoint", "jwks_uri", "token_endpoint"})


def _is_jwks(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    keys = value.get("keys")
    return (isinstance(keys, list) and all(isinstance(key, dict) for key in keys)) or "kty" in value


def _is_jwks_of_nothing(value: Any) -> bool:
    """Whether this is meant as a key set, and its keys are no list of keys."""
    return isinstance(value, dict) and set(value) == {"keys"}


def _is_token(value: Any) -> bool:
    keys = _keys(value)
    if isinstance(value, dict) and value.get("schema") == "doctor/token/1":
        return True
    return bool(keys & {"access_token", "id_token"}) or {"iss", "aud", "exp"} <= keys or _is_refusal(value)


def _is_refusal(value: Any) -> bool:
    """Whether this is the error answer of a token endpoint (RFC 6749, 5.2)."""
    return (
        isinstance(value, dict)
        and isinstance(value.get("error"), str)
        and bool(set(value) <= {"error", "state"} or set(value) & {"error_description", "error_uri"})
    )


def _is_event(value: Any) -> bool:
    item = next(iter(_listed(value)), None)
    keys = _keys(item)
    return {"event", "data"} <= keys or keys >= {"type", "data", "environment_id"} or (
        isinstance(item, dict) and item.get("object") == "event")  # fmt: skip


def _first(value: Any, wrapper: str) -> dict[str, Any]:
    inner = value.get(wrapper, value) if isinstance(value, dict) else value
    item = next(iter(_listed(inner)), None)
    return item if isinstance(item, dict) else {}


def _is_connection(value: Any) -> bool:
    item = _first(value, "connection")
    return (
        item.get("object") == "connection"
        or str(item.get("id", "")).startswith("conn_")
        or ({"provider", "type", "status"} <= set(item) and bool(set(item) & {"saml_config", "oidc_config", "enabled"}))
    )


def _is_directory(value: Any) -> bool:
    item = _first(value, "directory")
    return item.get("object") == "directory" or "directory_type" in item or (
        str(item.get("id", "")).startswith("directory_") and "state" in item)  # fmt: skip


def _is_scim(value: Any) -> bool:
    item = next(iter(_listed(value)), value) if isinstance(value, list) else value
    if not isinstance(item, dict):
        return False
    schemas = item.get("schemas")
    named = isinstance(schemas, list) and any(str(schema).startswith(_SCIM) for schema in schemas)
    loose = str(item.get("id", "")).startswith(_SCIM) or {"Operations"} <= set(item) or set(_SCIM_LISTS) <= set(item)
    return named or loose or ("userName" in item and bool(set(item) & {"active", "emails", "name", "meta"}))


def _is_application(value: Any) -> bool:
    keys = _keys(next(iter(value), None) if isinstance(value, list) else value)
    return (
        "signOnMode" in keys or {"appId", "identifierUris"} <= keys or {"clientId", "protocol", "redirectUris"} <= keys
    )


_KINDS: Final[tuple[tuple[str, Callable[[Any], bool]], ...]] = (
    ("case", _is_case), ("oidc-discovery", _is_discovery), ("jwks", _is_jwks),
    ("event", _is_event), ("connection", _is_connection), ("directory", _is_directory),
    ("scim", _is_scim), ("token", _is_token), ("idp-application", _is_application),
)  # fmt: skip


def _summary(kind: str, value: Any) -> dict[str, object]:
    if kind == "oidc-discovery":
        return {"issuer": redaction.address(str(value.get("issuer")))[:200]}
    if kind == "jwks":
        return {"keys": len(value["keys"]) if isinstance(value.get("keys"), list) else 1}
    if kind == "connection":
        item = _first(value, "connection")
        return {name: item[name] for name in ("id", "state", "status") if isinstance(item.get(name), str)}
    if kind == "unknown":
        told: dict[str, object] = {"json": type(value).__name__, "keys": sorted(map(str, _keys(value)))[:12]}
        return {**told, "looks_like": "key-set"} if _is_jwks_of_nothing(value) else told
    return {}
