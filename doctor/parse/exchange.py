"""From a recorded exchange to an `Exchange` without secrets, or to nothing when it is none of ours."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin

from doctor.model import redaction
from doctor.model.capture import Exchange, OAuth, Page, Scim
from doctor.parse import embedded, scim, strip, wire

if TYPE_CHECKING:
    from datetime import datetime

    from doctor.model.scim import Body
    from doctor.parse.embedded import Budget
    from doctor.parse.wire import Given, Wire

_URL_WORDS: Final = ("SAML", "response_type", "grant_type", "client_id", "code=", "error=", "_token=", "scim", "Scim",
                     "SCIM", "/token", "oauth", "/Users", "/Groups", "/ServiceProviderConfig")  # fmt: skip
_BODY_WORDS: Final = ("SAMLRe", "SAMLart", "grant_type", "code=", "error=", "urn:ietf:params:scim", "id_token",
                      "wresult", "SAML:2.0:protocol")  # fmt: skip
_PAGE_WORDS: Final = ("SAMLRe", "wresult", "SAML:2.0:protocol")
_SCIM_PATH: Final = re.compile(
    r"(?:/scim(?:/|2|/?v[12]|$).*?)?/(Users|Groups|Bulk|ServiceProviderConfigs?|Schemas|ResourceTypes|Me|\.search)"
    r"(?:/([^/?#]*))?/?$")  # fmt: skip
_SCIM_FILTER: Final = re.compile(r"\s*([\w.:\[\]$-]{1,120})\s+(eq|ne|co|sw|ew|pr|gt|ge|lt|le)\b", re.IGNORECASE)
_OPERATION: Final = re.compile(r"[A-Za-z]{1,10}")
_ATTRIBUTE_PATH: Final = re.compile(r"[\w.:$-]{1,160}")
_OAUTH_NAMES: Final = (
    "client_id", "redirect_uri", "scope", "response_type", "grant_type", "state", "nonce", "code", "code_verifier",
    "code_challenge", "client_secret", "client_assertion", "refresh_token", "id_token", "access_token", "error",
    "error_description", "error_uri", "username", "password", "assertion", "iss", "session_state",
)  # fmt: skip
_CALLBACK: Final = re.compile(r"callback|oauth|oidc|openid|sso|auth|login|signin", re.IGNORECASE)
_TOKEN: Final = re.compile(r"/(?:oauth2?|token|authenticate|connect)\b[^?#]*$", re.IGNORECASE)
_WORDS: Final = re.compile(
    r"(?<!\w)(?:errors?|invalid|denied|fail(?:ed|ure)?|not (?:found|authori[sz]ed|assigned|allowed|permitted)|expired|"
    r"unauthori[sz]ed|forbidden|mismatch|problem|wrong|AADSTS\d+|sorry|unable|cannot|fehler|erreur)(?!\w)",
    re.IGNORECASE,
)
PAGES: Final = ("sp-answer", "error-page")
"""Kinds whose paths may hold tokens: pages of applications, not addresses of protocols."""
_HINTS: Final = ("age", "expires", "last-modified", "retry-after")
_HINT: Final = re.compile(r"\d{1,9}|[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT")
_METHOD: Final = re.compile(r"[A-Z]{1,12}")
_SILENT: Final = ("script", "style", "noscript", "template", "svg", "head")


def read(given: Wire, budget: Budget, *, only_saml: bool = False) -> Exchange | None:
    """The exchange when it is SAML, OAuth or SCIM; None for everything else."""
    if not _promising(given):
        return None
    parameters = wire.given(given)
    kind: str | None
    if found := embedded.message(given, parameters, budget):
        kind = "saml-request" if found.name == "SAMLRequest" else "saml-response"
        made = _made(kind, given, budget)._replace(message=found)
        return made._replace(location=_sent_to(given)) if found.carrier == "page" else made
    if only_saml:
        return None
    if spoken := _scim(given, parameters):
        return _made("scim", given, budget)._replace(scim=spoken, page=None)
    kind = _oauth_kind(given, parameters)
    return _made(kind, given, budget)._replace(oauth=_oauth(given, parameters)) if kind else None


def answering(given: Wire, kind: str, budget: Budget) -> Exchange:
    """The exchange of a page that followed one of ours: of kind sp-answer or error-page."""
    return _made(kind, given, budget)


def _promising(given: Wire) -> bool:
    """A cheap look that spares most exchanges the rest."""
    head = given.url[: strip.MAX_URL]
    if any(word in head for word in _URL_WORDS) or given.saml or any(word in given.answer for word in _PAGE_WORDS):
        return True
    if any(word in given.body for word in _BODY_WORDS):
        return True
    return any(name in embedded.NAMES or name in _OAUTH_NAMES for name, _ in given.fields)


def _made(kind: str, given: Wire, budget: Budget) -> Exchange:
    url = strip.url(given.url, opaque=kind in PAGES)
    url = _without_id(url) if kind == "scim" else url
    opaque = not kind.startswith("oauth-")
    return Exchange(
        kind, given.method if _METHOD.fullmatch(given.method) else "", url, host_of(url), given.sent, given.answered,
        given.status, location(given, opaque=opaque), http_date(given.headers.get("date", "")),
        tuple((name, value) for name in _HINTS if _HINT.fullmatch(value := given.headers.get(name, ""))),
        page=_page(given, budget),
    )  # fmt: skip


def _without_id(url: str) -> str:
    """A SCIM URL without the resource's id, which may be a name."""
    path, mark, query = url.partition("?")
    match = _SCIM_PATH.search(path)
    return path[: match.start(2)] + redaction.REMOVED + mark + query if match and match[2] else url


def host_of(url: str) -> str:
    """Host and port of a stripped URL."""
    return url.partition("://")[2].partition("/")[0].partition("?")[0].partition("#")[0]


def target(given: Wire) -> str:
    """Where the answer redirects to, whole and unstripped; empty when it does not."""
    written = given.headers.get("location", "")[: strip.MAX_URL]
    try:
        return urljoin(given.url[: strip.MAX_URL], written) if written else ""
    except ValueError:
        return ""


def location(given: Wire, *, opaque: bool = False) -> str | None:
    """Where the answer redirects to, stripped."""
    return strip.url(target(given), opaque=opaque) or None


def _sent_to(given: Wire) -> str | None:
    """Where the form in the answer goes."""
    action = embedded.action_of(given.answer[: wire.MAX_BODY])
    return location(given._replace(headers={"location": action}))


def http_date(written: str) -> datetime | None:
    """An HTTP date (RFC 9110, 5.6.7) as an aware datetime, else None."""
    if not written or len(written) > 60:
        return None
    from datetime import UTC, datetime
    from email.utils import parsedate_tz

    try:
        parts = parsedate_tz(written)
        return datetime(*parts[:6], tzinfo=UTC) if parts and not parts[9] else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _scim(given: Wire, parameters: Given) -> Scim | None:
    path = given.url.partition("?")[0].partition("#")[0]
    match = _SCIM_PATH.search(path[-2000:])
    kind = given.headers.get("content-type", "")
    spoken = "scim+json" in kind or "urn:ietf:params:scim" in given.body or "urn:ietf:params:scim" in given.answer
    if not spoken and not (match and "scim" in given.url.lower()):
        return None
    sent, answer = wire.parsed(given.body), wire.parsed(given.answer)
    asked, told, one = scim.body(sent), scim.body(answer), scim.only(answer)
    shown = scim.body(one)
    total = answer.get("totalResults")
    return Scim(
        match[1] if match else "", bool(match and match[2]), _operations(sent), _filter(parameters),
        total if isinstance(total, int) and 0 <= total < 10**12 else None,
        strip.text(answer.get("scimType"), 60), strip.text(answer.get("detail")), strip.text(given.agent, 80),
        asked.departures if sent else (), told.departures if answer else (), asked.active, shown.active, asked.changes,
        _handle(match, one), _names(shown), "aadoptscim062020" in given.url.lower(),
    )  # fmt: skip


def _names(told: Body) -> bool | None:
    """Whether a user in the answer has both names; None when there is none."""
    return None if told.kind != "user" else not {"name.givenName", "name.familyName"} & set(told.lacking)


def _handle(match: re.Match[str] | None, answer: dict[str, object]) -> str:
    """What tells one resource from another while a capture is read: a digest of its id."""
    found = (match and match[2]) or answer.get("id")
    return sha256(found.encode("utf-8", "replace")).hexdigest() if isinstance(found, str) and found else ""


def numbered(found: tuple[Exchange, ...]) -> tuple[Exchange, ...]:
    """The exchanges of one capture with their resources numbered: nothing of an id is kept."""
    handles = dict.fromkeys(one.scim.who for one in found if one.scim and one.scim.who)
    numbers = {handle: str(number) for number, handle in enumerate(handles, 1)}
    return tuple(
        one._replace(scim=one.scim._replace(who=numbers.get(one.scim.who, ""))) if one.scim else one for one in found
    )


def _filter(parameters: Given) -> str | None:
    match = _SCIM_FILTER.match(parameters.values.get("filter", "")[:400])
    return f"{match[1]} {match[2]}" if match else None


def _operations(body: dict[str, object]) -> tuple[str, ...]:
    given = next((value for name, value in body.items() if name.lower() == "operations"), ())
    found = (_operation(one) for one in given[:50]) if isinstance(given, list) else ()
    return tuple(one for one in found if one)


def _operation(given: object) -> str:
    """`replace active`: the values, which are personal, stay out, those in a path filter too."""
    if not isinstance(given, dict):
        return ""
    word = str(given.get("op") or given.get("method") or "")
    path = str(given.get("path") or "").partition("[")[0].partition("?")[0]
    if not _OPERATION.fullmatch(word):
        return ""
    kept = path if _ATTRIBUTE_PATH.fullmatch(path) and "path" in given and "method" not in given else ""
    return f"{word} {kept}".strip()


def _oauth_kind(given: Wire, parameters: Given) -> str | None:
    names = parameters.values.keys()
    path = given.url.partition("?")[0].partition("#")[0][-2000:]
    if "grant_type" in names or (given.method == "POST" and _TOKEN.search(path) and _answers_token(given)):
        return "oauth-token"
    if "response_type" in names and "client_id" in names:
        return "oauth-authorize"
    returned = names & {"code", "error", "id_token", "access_token"}
    if returned and (names & {"state", "error_description", "iss", "session_state"} or _CALLBACK.search(path)):
        return "oauth-callback"
    return "oauth-authorize" if {"client_id", "redirect_uri"} <= names else None


def _answers_token(given: Wire) -> bool:
    return bool(wire.parsed(given.answer).keys() & {"access_token", "id_token", "error"})


def _oauth(given: Wire, parameters: Given) -> OAuth:
    answer = {name: value for name, value in wire.parsed(given.answer).items() if isinstance(value, str)}
    said = answer | parameters.values
    kept = {
        name: strip.parameter(name, said[name])
        for name in OAuth._fields[:8]
        if name in (said if name.startswith("error") else parameters.values)
    }
    present = tuple(name for name in _OAUTH_NAMES if parameters.values.get(name))
    return OAuth(**kept, state="state" in present, given=present)


def _page(given: Wire, budget: Budget) -> Page | None:
    body = budget.page(given.answer)
    failed = given.status is not None and given.status >= 400
    if not body.strip():
        return None
    if "<" not in body[:1000]:
        return Page(text=strip.text(body, 500) or "") if failed else None
    title, text, login_form = _visible(body)
    spoken = _WORDS.search(f"{title}\n{text}")
    shown = _around(text, spoken.start() - len(title) - 1 if spoken else 0) if failed or spoken else ""
    return Page(strip.text(title, 200) or "", "" if login_form and not failed else strip.text(shown, 500) or "",
                login_form)  # fmt: skip


def _around(text: str, at: int) -> str:
    begin = max(at - 150, 0)
    begin = text.rfind(" ", 0, begin) + 1 if begin else 0
    return text[begin : begin + 600]


def _visible(page: str) -> tuple[str, str, bool]:
    """Title, visible text and whether a password is asked for; linear, whatever the markup."""
    from html import unescape

    title, shown, skipping, login_form = "", [], "", False
    for piece in page.split("<"):
        tag, _, text = piece.partition(">")
        name = tag[:12].lower().strip().split(" ")[0].rstrip("/")
        login_form = login_form or (name == "input" and "password" in tag.lower())
        if name == "title" and not title:
            title = text
        if skipping:
            skipping = "" if name in ("/" + skipping, "body") else skipping
        elif name in _SILENT:
            skipping = name
        if not skipping and text.strip() and name not in ("title", "textarea", "/script"):
            shown.append(text)
    return _plain(unescape(title)), _plain(unescape(" ".join(shown))), login_form


def _plain(text: str) -> str:
    return " ".join(text.split())
