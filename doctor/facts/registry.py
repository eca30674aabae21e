"""The registry: every fact, in a stable order; and per kind of document, how to derive what it tells.

Each subject has one module with a table `FACTS`. A module is imported when a document needs it, so
that a cold start pays for its own subject only.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from doctor.facts.fact import Fact, View

SUBJECTS: Final = (
    "input", "metadata", "validity", "endpoint", "certificate", "provider", "party", "evidence", "connection", "login",
    "response", "reply", "window", "assertion", "attribute", "signature", "seal", "encryption", "request", "capture", "clock", "scim", "scim_traffic", "oauth", "organization",
    "application", "discovery", "token", "callback", "directory", "event", "habit",
)  # fmt: skip
"""The modules of `doctor.facts` that hold a table of facts."""

_MESSAGE: Final = (
    "input", "provider", "habit", "party", "connection", "request", "response", "reply", "window", "assertion",
    "attribute", "signature", "seal", "encryption", "clock",
)  # fmt: skip
_NEEDED: Final = {
    "idp-metadata": ("input", "metadata", "validity", "endpoint", "certificate", "provider", "party"),
    "sp-metadata": ("input", "metadata", "validity", "endpoint", "certificate", "provider", "party"),
    "metadata-aggregate": ("input", "metadata", "validity"),
    "certificate": ("input", "certificate", "metadata", "provider"),
    "csr": ("input", "certificate"),
    "private-key": ("input", "certificate"),
    "connection": ("input", "provider", "habit", "connection", "certificate"),
    "saml-response": _MESSAGE,
    "saml-assertion": _MESSAGE,
    "saml-request": ("input", "provider", "habit", "reply", "signature", "seal", "request"),
    "saml-logout": ("input", "provider", "connection", "response", "window", "signature", "seal", "request"),
    "capture": ("input", "provider", "habit", "capture", "clock", "scim_traffic"),
    "scim": ("input", "scim_traffic"),
    "idp-application": ("input", "application"),
    "directory": ("input", "directory"),
    "event": ("input", "event"),
    "callback": ("input", "provider", "token", "callback"),
    "token": ("input", "provider", "token", "callback"),
    "oidc-discovery": ("input", "provider", "discovery", "oauth"),
    "jwks": ("input", "discovery"),
    "html": ("input", "provider"),
    "unknown": ("input", "provider"),
    "case": (
        "party", "evidence", "connection", "login", "response", "reply", "window", "assertion", "attribute",
        "signature", "seal", "encryption", "clock", "scim", "oauth", "organization",
    ),
}  # fmt: skip


_OF_CASE: Final = {
    name: subject
    for subject, names in {
        "party": ("acs.difference", "audience.difference", "connection.trusts_published_certificate"),
        "evidence": ("evidence.kinds",),
        "connection": ("fetch.failure", "connection.trusts_signing_key"),
        "response": ("idp.entity_id_difference",),
        "assertion": ("idp.name_id_sent", "name_id.format_fits"),
        "clock": ("clock.tolerance_seconds", "clock.idp_off_direction", "clock.idp_off_at_least_seconds",
                  "clock.looks_like_timezone", "clock.idp_out_of_tolerance", "clock.sp_out_of_tolerance",
                  "clock.probed_out_of_tolerance", "response.too_late"),
        "scim": ("scim.requests_seen", "scim.auth_method_matches", "scim.server_answers", "scim.filter_supported",
                 "scim.endpoint_difference", "scim.updates_sent", "scim.deactivations_sent"),
        "oauth": ("oauth.redirect_difference", "oauth.issuer_difference"),
        "organization": ("directory.linked",),
    }.items()
    for name in names
}  # fmt: skip
"""The module of each fact that is derived for the case; a test holds it against the tables."""


@cache
def derivations(kind: str) -> dict[str, Callable[[View], Any]]:
    """How to derive each fact that a document of this kind (or the case) can tell."""
    found: dict[str, Callable[[View], Any]] = {}
    for subject in _NEEDED.get(kind, ("input",)):
        for fact in table(subject):
            if fact.derive is not None and (kind in fact.on or ("*" in fact.on and kind != "case")):
                found[fact.name] = fact.derive
    return found


@cache
def derivation_of_case(name: str) -> Callable[[View], Any]:
    """How to derive one fact of the case; its module is imported."""
    return next(
        one.derive for one in table(_OF_CASE[name]) if one.name == name and "case" in one.on and one.derive is not None
    )


def _when_asked(name: str) -> Callable[[View], Any]:
    def derive(view: View) -> Any:
        return derivation_of_case(name)(view)

    return derive


OF_CASE: Final = {name: _when_asked(name) for name in _OF_CASE}
"""The same as `derivations("case")`; each module is imported when a fact of it is first asked for: most are never."""


def table(subject: str) -> tuple[Fact, ...]:
    """The facts of one subject's module."""
    facts: tuple[Fact, ...] = import_module(f"doctor.facts.{subject}").FACTS
    return facts


@cache
def registry() -> dict[str, tuple[Fact, ...]]:
    """Every declared fact by name; several declarations of one name tell it from different kinds."""
    found: dict[str, tuple[Fact, ...]] = {}
    for subject in SUBJECTS:
        for fact in table(subject):
            found[fact.name] = (*found.get(fact.name, ()), fact)
    return found


EVERYWHERE: Final = frozenset({
    "input.kind", "input.form", "input.problem", "input.detail", "input.line", "input.column", "input.size", "input.root",
    "input.namespace", "input.root_is_message", "input.looks_like", "input.archive", "input.parameter",
    "input.byte_order_mark", "input.declared_encoding", "input.encoding_problem", "input.page_title",
    "input.login_form", "fetch.detail", "fetch.status", "fetch.redirected_to",
})  # fmt: skip
"""The facts that every document tells of itself, and nothing else tells; a test holds it against the tables."""


@cache
def declared(name: str) -> Fact | None:
    """The first declaration of this fact, or None. No module behind the one that declares it is imported."""
    return next((found for subject in SUBJECTS if (found := _first(subject).get(name)) is not None), None)


def label(name: str) -> str:
    """What a fact is called where people read of it; its name where nobody has called it anything."""
    return next((fact.label for fact in registry().get(name, ()) if fact.label), name)


@cache
def _first(subject: str) -> dict[str, Fact]:
    """The first declaration of each fact in the table of one subject."""
    return {fact.name: fact for fact in reversed(table(subject))}
