"""The report of a probe of an OpenID provider for people: a line for each thing that was asked, then what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from doctor.report import text
from doctor.report.safe import line as safe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from doctor.model.finding import Report, Subject
    from doctor.report.text import Look

_ENDED: Final = {
    "login-page": "the sign-in page", "other-page": "a page", "error-page": "an error page",
    "returned-error": "the redirect URI, with an error", "returned-code": "the redirect URI, with a code",
    "left-provider": "another host", "no-answer": "no answer", "not asked": "nothing: it was not asked",
}  # fmt: skip

_OFFERED: Final = {
    "response_types_supported": "response types", "code_challenge_methods_supported": "PKCE",
    "token_endpoint_auth_methods_supported": "client authentication",
    "id_token_signing_alg_values_supported": "signs by",
}  # fmt: skip
"""Lists of a discovery document that are shown, and what people call them."""


def report(found: Report, look: Look, names: dict[str, str]) -> str:
    """The whole report. `names` gives the product's name for a provider id."""
    lines: list[str] = []
    for subject in found.subjects:
        lines += text.wrapped(f"{_title(subject)}   {'; '.join(_said(subject))}", look, "", "   ")
    product = next((one.provider for one in found.subjects if one.provider), None)
    for one in found.findings:
        lines += ["", *text.finding_lines(one, look, names.get(product or ""))]
    return "\n".join([*lines, "", *text.closing(found, look)]) + "\n"


def _title(subject: Subject) -> str:
    return safe(str(subject.summary.get("title") or text.KINDS.get(subject.kind, subject.kind)), 40)


def _said(subject: Subject) -> Iterator[str]:
    told: dict[str, Any] = subject.summary
    if subject.kind == "oidc-discovery":
        yield f"issuer {safe(str(told.get('issuer') or 'none'), 200)}"
        yield safe(subject.name, 200)
        yield from (f"{words} {safe(', '.join(told[name]), 200)}" for name, words in _OFFERED.items() if told.get(name))
    elif subject.kind == "jwks":
        yield ", ".join(_key(one) for one in told.get("listed", ())) or "no key"
    elif told.get("title") == "authorization request":
        yield from _request(told)
    elif told.get("title") == "clock":
        ahead = told.get("ahead_seconds")
        yield "open" if ahead is None else f"{ahead:+} s against this computer's"
    elif told.get("title") == "client authentication":
        yield from _client(told)
    else:
        yield safe(str(told.get("detail") or told.get("answer") or subject.name), 300)


def _key(one: dict[str, Any]) -> str:
    size = one["curve"] or one["bits"] or ""
    return safe(f"{one['type'] or 'untyped'} {size} {one['kid'] or 'without id'}".replace("  ", " "), 80)


def _request(told: dict[str, Any]) -> Iterator[str]:
    yield f"{safe(str(told['client_id']), 80)} ended at {_ENDED.get(str(told['answer']), str(told['answer']))}"
    if told.get("status"):
        yield f"status {told['status']}"
    if told.get("words"):
        yield f"the provider says {safe(str(told['words']), 200)!r}"
    if told.get("refused") not in (None, "nothing"):
        yield f"refused: {told['refused']}"
    if told.get("attempts"):
        yield f"{len(told['attempts'])} requests compared"


def _client(told: dict[str, Any]) -> Iterator[str]:
    yield safe(str(told.get("meaning") or told["answer"]), 100)
    if told.get("words"):
        yield f"the provider says {safe(str(told['words']), 200)!r}"
    if told.get("method"):
        yield str(told["method"])
