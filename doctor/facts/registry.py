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
    "input", "metadata", "certificate", "provider", "habit", "party", "evidence", "connection", "login", "response",
    "assertion", "attribute", "signature", "request", "capture", "clock", "scim", "oauth", "organization",
    "application",
)  # fmt: skip
"""The modules of `doctor.facts` that hold a table of facts."""

_MESSAGE: Final = (
    "input", "provider", "habit", "party", "connection", "request", "response", "assertion", "attribute", "signature",
    "clock",
)  # fmt: skip
_NEEDED: Final = {
    "idp-metadata": ("input", "metadata", "certificate", "provider", "party"),
    "sp-metadata": ("input", "metadata", "certificate", "provider", "party"),
    "metadata-aggregate": ("input", "metadata"),
    "certificate": ("input", "certificate", "metadata", "provider"),
    "csr": ("input", "certificate"),
    "private-key": ("input", "certificate"),
    "connection": ("input", "provider", "habit", "connection", "certificate"),
    "saml-response": _MESSAGE,
    "saml-assertion": _MESSAGE,
    "saml-request": ("input", "provider", "habit", "signature", "request"),
    "saml-logout": ("input", "provider", "connection", "response", "signature", "request"),
    "capture": ("input", "provider", "habit", "capture", "clock"),
    "idp-application": ("input", "application"),
    "callback": ("input", "provider"),
    "oidc-discovery": ("input", "provider", "habit"),
    "html": ("input", "provider"),
    "unknown": ("input", "provider"),
    "case": (
        "party", "evidence", "connection", "login", "response", "assertion", "attribute", "signature", "clock", "scim",
        "oauth", "organization",
    ),
}  # fmt: skip


@cache
def derivations(kind: str) -> dict[str, Callable[[View], Any]]:
    """How to derive each fact that a document of this kind (or the case) can tell."""
    found: dict[str, Callable[[View], Any]] = {}
    for subject in _NEEDED.get(kind, ("input",)):
        for fact in table(subject):
            if fact.derive is not None and (kind in fact.on or ("*" in fact.on and kind != "case")):
                found[fact.name] = fact.derive
    return found


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


def declared(name: str) -> Fact | None:
    """The first declaration of this fact, or None."""
    return registry().get(name, (None,))[0]
