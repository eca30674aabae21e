"""HTML pages: a login page saved as metadata, or the form that carries a SAML message."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from doctor.model.document import Document

_TITLE: Final = re.compile(r"<title[^<>]{0,200}>([^<]{0,500})</title", re.IGNORECASE)
_PASSWORD: Final = re.compile(r"""type\s*=\s*["']?password""", re.IGNORECASE)
_MAX: Final = 2 * 1024 * 1024


def read(base: Document, data: bytes, _text: str) -> Document:
    """An HTML page: a SAML message when its form carries one, else a page with its title."""
    if b"<input" in data[:_MAX].lower() and any(word in data[:_MAX] for word in (b"SAML", b"wresult")):
        from doctor.parse import recorded

        if found := recorded.read(base, data):
            return found
    page = data[:_MAX].decode("utf-8", errors="replace")
    details: dict[str, object] = {"login_form": bool(_PASSWORD.search(page))}
    if title := _TITLE.search(page):
        details["title"] = " ".join(unescape(title[1]).split())[:120]
    return base._replace(kind="html", details=details)
