"""Recorded SCIM requests in other forms than a browser's: JSON of requests and answers, and lines of logs.

Every product writes them differently, so the names under which method, address, bodies and status stand are looked up
in a list of what is in use. What cannot be read as a request is left out.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from doctor.parse.har import moment
from doctor.parse.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAX: Final = 20 * 1024 * 1024
_MAX_REQUESTS: Final = 5000
_MAX_LINE: Final = 200_000
_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
_PLACE: Final = r"(?:Users|Groups|Bulk|ServiceProviderConfigs?|Schemas|ResourceTypes)"
_MARK: Final = re.compile(rf"/{_PLACE}\b".encode())
_LINE: Final = re.compile(
    rf"\b(GET|POST|PUT|PATCH|DELETE)\s+(\S{{0,2000}}?/{_PLACE}(?![A-Za-z])[^\s\"]{{0,2000}})"
    r"(?:\s+HTTP/[\d.]{1,3})?\"?"
    r"(?:[ \t]*(?:->|=>|→|\||-|:|,)?[ \t]*(?:(?:HTTP )?(?:status(?:[ _]?code)?|returned|responded(?: with)?|response)"
    r"[ \t]*[=:]?[ \t]*)?([1-5]\d\d)\b)?"
)
_METHOD_NAMES: Final = ("method", "httpMethod", "http_method", "verb", "requestMethod")
_URL_NAMES: Final = ("url", "path", "uri", "endpoint", "requestUrl", "request_url", "requestUri", "target")
_SENT_NAMES: Final = ("requestBody", "request_body", "body", "payload", "data", "content")
_STATUS_NAMES: Final = ("status", "statusCode", "status_code", "responseStatus", "response_status", "responseCode")
_ANSWER_NAMES: Final = ("responseBody", "response_body", "body", "payload", "data", "content", "response")
_TIME_NAMES: Final = ("time", "timestamp", "@timestamp", "date", "sent", "startedAt", "ts")
_LIST_NAMES: Final = ("exchanges", "requests", "entries", "logs", "events", "records", "items")
_AGENT: Final = re.compile(r"\"([^\"]{3,200})\"\s*$")


def looks_so(data: bytes) -> bool:
    """A cheap look: whether requests to a SCIM server may stand in these bytes."""
    return _MARK.search(data[:_MAX]) is not None


def wires(data: bytes) -> list[Wire]:
    """The requests in JSON, in JSON line by line, or in lines of a log; empty when there are none."""
    if not looks_so(data):
        return []
    text = data[:_MAX].decode("utf-8-sig", "replace")
    whole = _loaded(text)
    if whole is not None:
        return [one for value in _listed(whole)[:_MAX_REQUESTS] if (one := _of_json(value))]
    return list(_lines(text))


def _loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _listed(value: Any) -> list[Any]:
    if isinstance(value, dict):
        inner = next((value[name] for name in _LIST_NAMES if isinstance(value.get(name), list)), None)
        return [value] if inner is None else inner
    return value if isinstance(value, list) else []


def _of_json(value: Any) -> Wire | None:
    """One request with its answer; both may stand in objects of their own."""
    if not isinstance(value, dict):
        return None
    asked = value.get("request") if isinstance(value.get("request"), dict) else value
    answered = value.get("response") if isinstance(value.get("response"), dict) else None
    method, url = _first(asked, _METHOD_NAMES), _first(asked, _URL_NAMES)
    if not isinstance(method, str) or not isinstance(url, str) or method.upper() not in _METHODS:
        return None
    apart = answered if answered is not None and set(answered) & {*_STATUS_NAMES, "headers", "body"} else None
    status = _first(apart or value, _STATUS_NAMES)
    body = _first(apart, _ANSWER_NAMES) if apart else answered or _first(value, _ANSWER_NAMES[:2])
    return Wire(
        method.upper(), url, moment(_first(value, _TIME_NAMES)), body=_text(_first(asked, _SENT_NAMES)),
        status=_status(status), answer=_text(body), agent=_agent(asked),
    )  # fmt: skip


def _first(value: Any, names: tuple[str, ...]) -> Any:
    if not isinstance(value, dict):
        return None
    return next((value[name] for name in names if value.get(name) not in (None, "")), None)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value) if isinstance(value, dict | list) else ""


def _agent(asked: Any) -> str:
    headers = asked.get("headers")
    if not isinstance(headers, dict):
        return ""
    return next((str(value) for name, value in headers.items() if str(name).lower() == "user-agent"), "")


def _status(value: Any) -> int | None:
    if isinstance(value, str) and re.fullmatch(r"[1-5]\d\d", value):
        value = int(value)
    return value if isinstance(value, int) and 100 <= value <= 599 else None


def _lines(text: str) -> Iterator[Wire]:
    found = 0
    for line in text.splitlines():
        one = _of_line(line[:_MAX_LINE])
        if one is not None:
            yield one
            found += 1
        if found >= _MAX_REQUESTS:
            return


def _of_line(line: str) -> Wire | None:
    if line.lstrip()[:1] == "{":
        return _of_json(_loaded(line))
    match = _LINE.search(line)
    if match is None:
        return None
    bodies = list(_objects(line, match.end()))
    agent = _AGENT.search(line[match.end() :])
    return Wire(
        match[1], match[2], body=bodies[0] if bodies and match[1] != "GET" else "", status=_status(match[3]),
        answer=bodies[-1] if len(bodies) > 1 or (bodies and match[1] == "GET") else "", agent=agent[1] if agent else "",
    )  # fmt: skip


def _objects(line: str, begin: int) -> Iterator[str]:
    """The first two JSON objects in the rest of a line: what was sent, and what was answered."""
    decoder, at = json.JSONDecoder(), begin
    for _ in range(2):
        at = line.find("{", at)
        if at < 0:
            return
        try:
            _, end = decoder.raw_decode(line, at)
        except (ValueError, RecursionError):
            return
        yield line[at:end]
        at = end
