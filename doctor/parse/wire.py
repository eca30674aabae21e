"""One recorded exchange before anything is stripped: it holds secrets, and never leaves the parsers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from doctor.parse import strip

if TYPE_CHECKING:
    from datetime import datetime

MAX_BODY = 8 * 1024 * 1024


class Wire(NamedTuple):
    """A request and its answer as recorded.

    `fields` are form fields that the recorder took apart, `body` the request's text; `answer` is the
    body of the answer, `headers` its headers in lower case. `saml` is a message that a tool had decoded,
    `agent` the User-Agent of the request.
    """

    method: str
    url: str
    sent: datetime | None = None
    answered: datetime | None = None
    body: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    status: int | None = None
    headers: dict[str, str] = {}  # noqa: RUF012  (frozen by convention)
    answer: str = ""
    saml: str = ""
    agent: str = ""


class Given(NamedTuple):
    """The parameters of a request: the first value of each name, and the names that came in the URL."""

    values: dict[str, str]
    in_url: frozenset[str]
    query: str


def given(wire: Wire) -> Given:
    """Parameters of query, fragment and form body, decoded."""
    address, _, fragment = wire.url.partition("#")
    query = address.partition("?")[2]
    values: dict[str, str] = {}
    for name, value in strip.pairs(query) + strip.pairs(fragment.partition("?")[2] or fragment):
        values.setdefault(name, strip.decoded(value))
    in_url = frozenset(values)
    for name, value in form(wire):
        values.setdefault(name, value)
    return Given(values, in_url, query)


def form(wire: Wire) -> list[tuple[str, str]]:
    """The form fields of the request body, whichever way it was recorded."""
    body = wire.body[:MAX_BODY].lstrip()
    if not body:
        return [(name, _unquoted(value)) for name, value in wire.fields]
    if body.startswith("--") and "form-data" in body:
        return _multipart(body)
    if body[0] in "{[":
        return _flat(body)
    return [(name, strip.decoded(value)) for name, value in strip.pairs(body)]


def _unquoted(value: str) -> str:
    """Some recorders give the fields still encoded; base64 and plain words have no percent sign."""
    return strip.decoded(value) if "%" in value else value


def _multipart(body: str) -> list[tuple[str, str]]:
    found = []
    for part in body.split("\n--", 1000)[:1000]:
        head, _, value = part.replace("\r\n", "\n").partition("\n\n")
        name = head.partition('name="')[2].partition('"')[0]
        if name:
            found.append((name, value.strip("\n")))
    return found


def _flat(body: str) -> list[tuple[str, str]]:
    value = parsed(body)
    return [(name, inner) for name, inner in value.items() if isinstance(inner, str)]


def parsed(body: str) -> dict[str, object]:
    """The JSON object in a body of moderate size, else an empty one."""
    import json

    try:
        value = json.loads(body) if len(body) <= 512 * 1024 and body.lstrip()[:1] == "{" else {}
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
