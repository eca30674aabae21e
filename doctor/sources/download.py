"""A document from an address that a person typed; what went wrong on the way is part of it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from doctor.model.document import Document, Input
from doctor.sources import http

if TYPE_CHECKING:
    from doctor.sources.http import Fetched


def document(url: str, *, allow_private: bool = False) -> Document:
    """Fetch and recognise. A failure is a document without bytes, whose facts say why."""
    from doctor.parse.recognise import recognise

    found = http.fetch(url, allow_private=allow_private)
    details = _details(found)
    if found.failure is not None or (found.status or 0) >= 400:
        return Document("unknown", url, None, Input("none", 0), details=details)
    read = recognise(found.body, url)
    return read._replace(details={**read.details, **details})


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _details(found: Fetched) -> dict[str, object]:
    told: dict[str, object] = {
        "fetch_failure": found.failure,
        "fetch_detail": found.detail,
        "fetch_status": found.status,
    }
    asked, ended = _host(found.url), _host(found.final_url)
    if asked != ended:
        told["fetch_redirected_to"] = ended
    return {key: value for key, value in told.items() if value not in (None, "")}
