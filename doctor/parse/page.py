"""A provider's page, as far as it tells where a sign-in stands: its title, its words, its forms. Nothing is run."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any, Final, NamedTuple

from doctor.parse.oidc import words

MAX: Final = 400_000
_MOST: Final = 200
_SILENT: Final = ("script", "style", "template", "noscript", "svg", "head")
_TYPED: Final = ("text", "email", "password", "tel", "")
_ALERT: Final = re.compile(r"(?i)\b(?:alert|error|danger|warning|negative)\b|(?:alert|error|danger|negative)[-_]")
_CODE: Final = re.compile(
    r"\b(?:invalid_[a-z_]{2,30}|redirect_uri_mismatch|unauthorized_client|unsupported_[a-z_]{2,30}|access_denied"
    r"|server_error|temporarily_unavailable|unknown_client|application_not_found|AADSTS\d{4,8})\b"
)


_HIDDEN: Final = re.compile(r"\bAADSTS\d{4,8}\b")
"""Entra ID's pages are drawn by a script that holds their error; the code is like no other word."""


class Form(NamedTuple):
    """A form: where it goes, its fields with their values, and whether a person may type something."""

    action: str
    fields: dict[str, str]
    typed: bool
    password: bool


class Page(NamedTuple):
    """What a page shows. `told` are its first words, `code` the first OAuth error code among them, `alert` whether
    something on it is marked as an error; `error` and `description` are those of a JSON answer.
    """

    form: str
    title: str | None = None
    told: str | None = None
    code: str | None = None
    alert: bool = False
    forms: tuple[Form, ...] = ()
    error: str | None = None
    description: str | None = None


def read(body: bytes, content_type: str) -> Page:
    """The page in these bytes; never raises."""
    text = body[:MAX].decode("utf-8", "replace")
    if text.lstrip()[:1] == "{":
        return _json(text)
    if "html" in content_type.lower() or "<" in text[:400]:
        return _html(text)
    return Page("text" if text.strip() else "empty", told=words(text[:400]), code=_code(text))


def _code(text: str, whole: str = "") -> str | None:
    found = _CODE.search(text) or _HIDDEN.search(whole)
    return found[0] if found else None


def _json(text: str) -> Page:
    try:
        value: Any = json.loads(text)
    except (ValueError, RecursionError):
        return Page("text", told=words(text[:400]), code=_code(text))
    if not isinstance(value, dict):
        return Page("json")
    error = value.get("error")
    if isinstance(error, dict):  # Google's APIs wrap it
        value, error = error, error.get("status") or error.get("message")
    said = next((value[name] for name in _SAYING if isinstance(value.get(name), str)), None)
    return Page("json", error=words(error), description=words(said), code=words(error))


_SAYING: Final = ("error_description", "errorSummary", "message", "detail", "description")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.title: list[str] = []
        self.words: list[str] = []
        self.forms: list[Form] = []
        self.alert = False
        self._silent: list[str] = []
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._in_title = tag == "title"
        if tag in _SILENT:
            self._silent.append(tag)
        if _ALERT.search(given.get("class", "")) or given.get("role") == "alert":
            self.alert = True
        if tag == "form" and len(self.forms) < _MOST:
            self.forms.append(Form(given.get("action", ""), {}, typed=False, password=False))
        elif tag in ("input", "button") and self.forms and len(self.forms[-1].fields) < _MOST:
            self._field(given, tag)

    def _field(self, given: dict[str, str], tag: str) -> None:
        last, kind = self.forms[-1], given.get("type", "").lower()
        if given.get("name"):
            last.fields[given["name"][:100]] = given.get("value", "")
        typed = tag == "input" and kind in _TYPED
        self.forms[-1] = last._replace(typed=last.typed or typed, password=last.password or kind == "password")

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False
        if tag in self._silent:
            while self._silent and self._silent.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title.append(data)
        elif not self._silent and len(self.words) < 2000 and data.strip():
            self.words.append(data.strip())


def _html(text: str) -> Page:
    reader = _Reader()
    try:
        reader.feed(text)
    except (AssertionError, ValueError):  # html.parser of Python 3.11 asserts on some broken declarations
        return Page("html", code=_code(text))
    told, title = " ".join(reader.words), "".join(reader.title)
    code = _code(f"{title} {told}", text)
    return Page("html", words(title), words(told), code, reader.alert, tuple(reader.forms))
