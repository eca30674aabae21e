"""HTML pages: a login page saved as metadata, or the form that carries a SAML message."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from doctor.model.document import Document

_TITLE: Final = re.compile(r"<title[^<>]{0,200}>([^<]{0,500})</title", re.IGNORECASE)
_FIELD: Final = re.compile(r"<input(?![\w-])([^<>]{0,2000000})>", re.IGNORECASE)
_NAME: Final = re.compile(r"""\bname\s*=\s*["']?(SAMLResponse|SAMLRequest)\b""", re.IGNORECASE)
_VALUE: Final = re.compile(r"""\bvalue\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_PASSWORD: Final = re.compile(r"""type\s*=\s*["']?password""", re.IGNORECASE)
_MAX: Final = 2 * 1024 * 1024


def read(base: Document, data: bytes, _text: str) -> Document:
    """An HTML page: a SAML message when its form carries one, else a page with its title."""
    from doctor.parse import paste

    page = data[:_MAX].decode("utf-8", errors="replace")
    message = form_message(page)
    if message and (found := paste.message(base, message)):
        return found._replace(details={"carried_by": "HTML form", **found.details})
    details: dict[str, object] = {"login_form": bool(_PASSWORD.search(page))}
    if title := _TITLE.search(page):
        details["title"] = " ".join(unescape(title[1]).split())[:120]
    return base._replace(kind="html", details=details)


def form_message(page: str) -> str | None:
    """The SAMLResponse or SAMLRequest value of a form in the page, or None."""
    for field in _FIELD.findall(page):
        if _NAME.search(field) and (value := _VALUE.search(field)):
            return unescape(value[1] or value[2] or "")
    return None
