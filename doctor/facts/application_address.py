"""Addresses and names of an application's export, held against those of the service provider."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from doctor.facts.address import difference
from doctor.facts.export import default, fits, held, nearest, shown
from doctor.facts.fact import View, inputs
from doctor.model.state import ABSENT, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable

    from doctor.model.application import Application


def acs_url(view: View) -> Any:
    """The address to which responses go: the service provider's own where the application takes it, else the default."""
    one = held(view, "idp.acs_url")
    if isinstance(one, Unknown) or one.acs is None:
        return one if isinstance(one, Unknown) else shown(None, "idp.acs_url")
    wanted = view["sp.acs_url"]
    urls = tuple(address.url for address in one.acs)
    if not isinstance(wanted, str):
        return default(one.acs) or (urls[0] if urls else shown(None, "idp.acs_url") if one.accepts else ABSENT)
    if any(fits(pattern, wanted) for pattern in one.accepts) if one.accepts else wanted in urls:
        return wanted
    told = (*one.accepts, *(url for url in urls if url != wanted))
    return nearest(wanted, told) if told else ABSENT


def audience(view: View) -> Any:
    """The name of the service provider at the identity provider; of several the one that comes nearest."""
    one = held(view, "idp.audience")
    if isinstance(one, Unknown) or one.audiences is None:
        return one if isinstance(one, Unknown) else shown(None, "idp.audience")
    return nearest(view["sp.entity_id"], one.audiences) if one.audiences else ABSENT


def redirect_uri(view: View) -> Any:
    """The redirect URI that is registered; of several the one that is expected, or comes nearest."""
    one = held(view, "oauth.registered_redirect_uri")
    if isinstance(one, Unknown) or not one.redirect_uris:
        return one if isinstance(one, Unknown) else shown(None, "oauth.registered_redirect_uri")
    wanted = view["oauth.expected_redirect_uri"]
    taken = isinstance(wanted, str) and any(fits(pattern, wanted) for pattern in one.redirect_uris)
    return wanted if taken else nearest(wanted, one.redirect_uris)


def default_difference(view: View) -> Any:
    """In what the default address differs from the ACS URL, where the application takes the ACS URL if a request names it."""
    found = inputs(view, "sp.acs_url", "idp.acs_url", "application.default_acs_url")
    if not isinstance(found, tuple):
        return found
    wanted, taken, first = found
    return difference(wanted, first) if wanted == taken else ABSENT


def apart_from_acs(field: str) -> Callable[[View], Any]:
    """How to tell in what an address that is set by hand differs from the one to which responses go."""

    def derive(view: View) -> Any:
        fact = f"application.{field}_difference"
        one, url = held(view, fact), view["idp.acs_url"]
        if isinstance(one, Unknown) or isinstance(url, Unknown):
            return one if isinstance(one, Unknown) else url
        given = getattr(one, field)
        return ABSENT if not given or url is ABSENT else difference(url, given)

    derive.__doc__ = f"In what the {field.capitalize()} that is set differs from the address to which responses go."
    return derive


def acs_wildcard(view: View) -> Any:
    """How much a wildcard among the addresses leaves open: nothing, the path, the host, or everything."""
    one = held(view, "application.acs_wildcard")
    if isinstance(one, Unknown):
        return one
    open_ = [_open(pattern) for pattern in patterns(one)] or ["none"]
    return max(open_, key=("none", "path", "host", "any").index)


def patterns(one: Application) -> tuple[str, ...]:
    """The addresses with a wildcard: a request, or a sign-in by OpenID Connect, may name whatever fits them."""
    return tuple(pattern for pattern in (*one.accepts, *(one.redirect_uris or ())) if "*" in pattern)


def _open(pattern: str) -> str:
    before, star, _ = pattern.partition("*")
    if not star:
        return "none"
    scheme, _, rest = before.partition("://")
    if not rest or "*" in scheme:
        return "any"
    return "path" if "/" in rest else "host"


def validator_takes_acs(view: View) -> Any:
    """Whether the pattern for addresses (OneLogin's ACS URL Validator) takes the ACS URL."""
    fact = "application.validator_takes_acs"
    one, url = held(view, fact), view["sp.acs_url"]
    if isinstance(one, Unknown) or isinstance(url, Unknown):
        return one if isinstance(one, Unknown) else url
    plain = _plain_pattern(one.validator or "")
    if one.validator is None or url is ABSENT or plain is None:
        return Unknown.of(fact, "the pattern is not a plain one" if one.validator else "the export does not show it")
    return fits(plain, url)


_META: Final = re.compile(r"\\?.", re.DOTALL)


def _plain_pattern(pattern: str) -> str | None:
    """A regular expression as a pattern with `*`; None for one that says more than literal text and `.*`."""
    anchored = pattern.removeprefix("^").removesuffix("$")
    free_begin, free_end = not pattern.startswith("^"), not pattern.endswith("$")
    body = "".join("*" if part == ".*" else part for part in re.split(r"(\.[*+])", anchored.replace(".+", ".*")))
    made = []
    for piece in _META.findall(body):
        if len(piece) == 2 and piece[1].isalnum():
            return None
        if len(piece) == 1 and piece in "[](){}|?+^$":
            return None
        made.append(piece[-1])
    return f"{'*' if free_begin else ''}{''.join(made)}{'*' if free_end else ''}"
