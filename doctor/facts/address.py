"""What an address shows: scheme, host, what kind of host, and how it differs from another one."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

HOST_CLASSES: Final = ("public", "loopback", "private", "internal", "none")
"""public name or address; loopback; private or link-local address; a name only known inside; no host."""
DIFFERENCES: Final = (
    "none", "whitespace", "trailing-slash", "case", "scheme", "port", "host", "missing-path", "path", "query",
    "encoding", "environment", "typo", "other",
)  # fmt: skip

_INTERNAL: Final = (
    ".local",
    ".internal",
    ".corp",
    ".lan",
    ".intranet",
    ".home",
    ".home.arpa",
    ".localdomain",
    ".private",
)
_ENVIRONMENTS: Final = ("staging", "stage", "stg", "sandbox", "test", "dev", "preview", "uat", "qa", "prod", "production", "preprod")  # fmt: skip

_USUAL: Final = re.compile(r"(https?)://([a-z0-9][a-z0-9.-]*)(?:/\S*)?")
"""How nearly every address is written: told at once. What it does not match is taken apart."""


class Address(NamedTuple):
    """The parts of an address that rules ask for. `form`: absolute, relative, empty, malformed."""

    form: str
    scheme: str
    host: str
    host_class: str


def address(url: str) -> Address:
    """The parts of `url`, however odd it is; never raises."""
    if usual := _USUAL.fullmatch(url):
        return Address("absolute", usual[1], usual[2], _host_class(usual[2]))
    if not url:
        return Address("empty", "", "", "none")
    scheme, separator, rest = url.partition("://")
    if not separator:
        return Address("malformed" if " " in url.strip() else "relative", "", "", "none")
    host = _host(rest.partition("/")[0]).lower()
    form = "absolute" if host and len(url.split()) == 1 else "malformed"
    return Address(form, scheme.strip().lower(), host, _host_class(host))


def is_whole(text: str, *, app: bool = False) -> bool:
    """Whether it is a whole address of the web (or, with `app`, of an installed application)."""
    shown = address(text)
    return (app and bool(_OF_AN_APP.fullmatch(text))) or (shown.form == "absolute" and shown.scheme in _WEB)


_WEB: Final = ("http", "https")
_OF_AN_APP: Final = re.compile(r"(?!https?:)[A-Za-z][A-Za-z0-9+.-]*:/\S*")
"""The address of an installed application: a scheme of its own (RFC 8252 section 7.1)."""


def _host(authority: str) -> str:
    """The host of what stands between the scheme and the path."""
    if authority.replace(".", "").replace("-", "").isalnum():
        return authority
    found = authority.replace("?", "#").partition("#")[0].rpartition("@")[2]
    return found.partition("]")[0].lstrip("[") if found.startswith("[") else found.partition(":")[0]


@lru_cache(maxsize=1024)
def _host_class(host: str) -> str:
    if not host:
        return "none"
    if host == "localhost" or host.endswith(".localhost"):
        return "loopback"
    if host[-1].isdigit() or ":" in host:
        return _numeric(host)
    return "internal" if "." not in host or host.endswith(_INTERNAL) else "public"


def _numeric(host: str) -> str:
    from ipaddress import ip_address

    try:
        number = ip_address(host)
    except ValueError:
        return "public"
    if number.is_loopback:
        return "loopback"
    return "private" if number.is_private or number.is_link_local else "public"


def difference(expected: str, actual: str) -> str:
    """In what `actual` differs from `expected`: one word of `DIFFERENCES`, the plainest that fits."""
    if expected == actual:
        return "none"
    for name, same in _NORMALISED:
        if same(expected) == same(actual):
            return name
    if "://" in expected and "://" in actual:
        return _by_parts(expected, actual)
    return _by_text(expected, actual)


def _without_space(text: str) -> str:
    return "".join(text.split())


def _unquoted(text: str) -> str:
    from urllib.parse import unquote

    return unquote(text)


def _without_slash(text: str) -> str:
    return text.rstrip("/")


_NORMALISED: Final = (
    ("whitespace", _without_space), ("trailing-slash", _without_slash), ("case", str.casefold), ("encoding", _unquoted),
)  # fmt: skip


def _by_parts(expected: str, actual: str) -> str:
    from urllib.parse import urlsplit

    try:
        one, two = urlsplit(expected), urlsplit(actual)
        ports = one.port, two.port
    except ValueError:
        return "other"
    if one.hostname != two.hostname:
        return _by_name(one.hostname or "", two.hostname or "", "host")
    if one.path.rstrip("/") != two.path.rstrip("/"):
        return _by_path(one.path, two.path)
    if one.query != two.query:
        return "query"
    if ports[0] != ports[1]:
        return "port" if one.scheme == two.scheme else "scheme"
    return "scheme" if one.scheme.lower() != two.scheme.lower() else "other"


def _by_path(expected: str, actual: str) -> str:
    if actual.rstrip("/") == "" or expected.startswith(actual.rstrip("/") + "/"):
        return "missing-path"
    return _by_name(expected, actual, "path")


def _by_name(expected: str, actual: str, otherwise: str) -> str:
    if _without_environment(expected) == _without_environment(actual):
        return "environment"
    return "typo" if _one_edit(expected.casefold(), actual.casefold()) else otherwise


def _by_text(expected: str, actual: str) -> str:
    if actual in expected or expected in actual:
        return "missing-path" if expected.startswith(actual) else "other"
    return _by_name(expected, actual, "other")


_SEPARATORS: Final = str.maketrans("-_/:", "....")


def _without_environment(text: str) -> str:
    parts = text.casefold().translate(_SEPARATORS).split(".")
    return ".".join(part for part in parts if part not in _ENVIRONMENTS)


def _one_edit(one: str, two: str) -> bool:
    """Whether one insertion, deletion, replacement or swap of neighbours makes them equal."""
    if abs(len(one) - len(two)) > 1 or min(len(one), len(two)) < 4:
        return False
    start = next((i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    rest, other = one[start:], two[start:]
    swapped = rest[:2] == other[1::-1] and rest[2:] == other[2:]
    return rest[1:] == other[1:] or rest[1:] == other or rest == other[1:] or (len(rest) > 1 and swapped)
