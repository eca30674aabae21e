"""A URL: taken apart, known as evidence of a login, and made fit to print."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import SplitResult, quote, unquote_plus, urlsplit

from doctor.sources.address import literal
from doctor.sources.failure import FetchError

if TYPE_CHECKING:
    import httpcore

_PORTS: Final = {"http": 80, "https": 443}
_NAME: Final = re.compile(r"(?=.{1,254}$)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?")


class Target(NamedTuple):
    """A URL taken apart once; nothing downstream parses it again."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> bytes:
        """The value of the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}").encode()

    def url(self) -> httpcore.URL:
        """For httpcore, which then has nothing to parse."""
        import httpcore

        return httpcore.URL(
            scheme=self.scheme.encode(), host=self.host.encode(), port=self.port, target=self.path.encode()
        )


def parsed(url: str) -> Target:
    """`url` taken apart. Raises `bad-url` or `scheme` when it is none that may be fetched."""
    try:
        parts = _split(url)
        port = _PORTS[parts.scheme] if parts.port is None else parts.port
        host = _host(parts.hostname or "")
    except (ValueError, OSError):  # UnicodeError and the idna package's errors are ValueErrors
        raise FetchError("bad-url", "not a valid URL") from None
    if not 0 < port < 65536:
        raise FetchError("bad-url", f"there is no port {port}")
    return Target(parts.scheme, host, port, _path(parts))


def _split(url: str) -> SplitResult:
    if len(url) > 8192 or not url.isprintable() or " " in url:  # urlsplit would drop tabs and newlines unsaid
        raise FetchError("bad-url", "longer than 8192 characters, or with blanks or control characters in it")
    parts = urlsplit(url)
    if parts.scheme not in _PORTS:
        raise FetchError("scheme", "only http:// and https:// URLs are fetched")
    if "@" in parts.netloc:
        raise FetchError("bad-url", "a URL with a user name or password in it is not fetched")
    return parts


def _host(host: str) -> str:
    """`host` in ASCII lower case (IDNA 2008, UTS 46). ValueError, OSError when it is none."""
    if not host.isascii():
        import idna

        host = idna.encode(host, uts46=True).decode()
    if "%" in host or (literal(host) is None and not _NAME.fullmatch(host)):  # "%": an interface, in IPv6
        raise ValueError(host)
    return host


def _path(parts: SplitResult) -> str:
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~?")
    return f"{path}?{query}" if query else path


# ── evidence, and what may be printed ──────────────────────────────────────────────────────────────────────

_CUT: Final = re.compile(r"([?&;#])")
_EVIDENCE: Final = frozenset({"samlrequest", "samlresponse", "id_token", "code", "error"})
_SECRET: Final = _EVIDENCE - {"error"} | {
    "access_token", "refresh_token", "token", "client_secret", "client_assertion", "code_verifier",
    "assertion", "password", "api_key", "apikey", "sig", "signature",
}  # fmt: skip
_USER_INFO: Final = re.compile(
    r"^([^/?#@]*//)?"
    r"(?:[^/?#]*@"  # well-formed
    r"|[^/?#\[\]]*:(?!\d{0,5}(?:[/?#]|$)).*@)"  # a delimiter in the password: after ":" stands no port
)


def is_evidence(url: str) -> bool:
    """Whether the query or fragment of `url` carries a step of a login: a SAML message, a code, an ID token,
    an error. Such a URL is read for what it says, and never asked."""
    parts = (part for tail in re.split("[?#]", url, maxsplit=1)[1:] for part in _CUT.split(tail))
    return any("=" in part and _parameter(part) in _EVIDENCE for part in parts)


def shown(url: str) -> str:
    """`url` as it may be printed or stored: without user info, control characters, or the values of secret
    parameters; at most 2,000 characters."""
    text = _USER_INFO.sub(r"\1", clean(url))
    return "".join(map(_masked, _CUT.split(text)))


def _masked(part: str) -> str:
    return part.partition("=")[0] + "=…" if "=" in part and _parameter(part) in _SECRET else part


def _parameter(part: str) -> str:
    return unquote_plus(part.partition("=")[0]).lstrip("/!").lower()


def clean(text: str) -> str:
    """The first 2,000 characters of `text`, with a mark for each that cannot be printed."""
    return "".join(char if char.isprintable() else "\ufffd" for char in text[:2000])
