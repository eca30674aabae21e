"""How an identity-provider product is recognised from what the evidence shows.

`recognise` answers from the compact half of the compiled catalogue (`fingerprints` and `names`); the
file itself is checked and compiled in `catalogue.provider_file`.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

STRENGTH: Final = ("entity_id", "sso_url", "metadata_url", "oidc_issuer", "scim_user_agent", "cert_subject")
"""What a provider can be recognised on, the surest first."""
CONFIDENCE: Final = ("high", "medium", "low")
"""How sure we are of a fingerprint, the surest first."""
GENERIC: Final = "generic"
"""The id of the entry that speaks when a product has no words of its own."""

ENVIRONMENTS: Final = (
    ("okta", ".oktapreview.com", "preview"),
    ("okta", ".okta-gov.com", "us-government"),
    ("okta", ".okta.mil", "us-government"),
    ("entra-id", "login.microsoftonline.us/", "us-government"),
    ("entra-id", "sts.microsoftonline.us/", "us-government"),
    ("entra-id", "login.partner.microsoftonline.cn/", "china"),
    ("entra-id", "sts.chinacloudapi.cn/", "china"),
    ("salesforce", ".sandbox.my.salesforce.com", "sandbox"),
    ("salesforce", ".develop.my.salesforce.com", "developer"),
    ("salesforce", ".scratch.my.salesforce.com", "developer"),
    ("login-gov", "idp.int.identitysandbox.gov", "sandbox"),
)
"""What an address says of the tenant beside whose it is: product, what stands in the value, the environment.

Sources: Okta developer documentation, “Okta organizations”; Microsoft Learn, “National clouds”; Salesforce Help, “My
Domain URL formats”; developers.login.gov, “OpenID Connect”.
"""

_LONGEST: Final = 2048


class Recognised(NamedTuple):
    """A provider, and the observation that gave it away: `value` seen as `on`.

    `tenant` is the customer's host or id at that provider, and `environment` what is said of it in
    `ENVIRONMENTS` (a preview, a sandbox, a cloud of its own), where a value shows it.
    """

    id: str
    name: str
    tenant: str | None
    on: str
    value: str
    environment: str | None = None


class Fingerprint(NamedTuple):
    """One way to know a provider: `pattern` matches a value that holds `hint` (in lower case)."""

    provider: str
    on: str
    hint: str
    pattern: str


_Groups = dict[str, list[Fingerprint]]
_Hit = tuple[str, str, "str | None"]
"""A match: the provider's id, the value, and the tenant that the value shows."""
_grouped: tuple[object, _Groups] = (None, {})


def recognise(
    fingerprints: Sequence[Sequence[str]],
    names: Mapping[str, str],
    observed: Mapping[str, Sequence[str]],
) -> Recognised | None:
    """The provider that the observed values point at, or None: unknown, or they disagree.

    `fingerprints` and `names` come from `compiled`; `observed` maps a word of `STRENGTH` to the values
    seen. The strongest kind of value that says anything decides; if two values of that kind say
    different providers, nothing is recognised.
    """
    groups = _by_kind(fingerprints)
    for on in STRENGTH:
        values = observed.get(on)
        if values and (hits := _hits(groups.get(on, ()), values)):
            return _decided(on, hits, names, groups, observed)
    return None


def _by_kind(fingerprints: Sequence[Sequence[str]]) -> _Groups:
    """The fingerprints by what they look at. The last answer is kept: one process, one catalogue."""
    global _grouped  # noqa: PLW0603  (a cache of one, replaced as a whole)
    source, groups = _grouped
    if source is not fingerprints:
        groups = {}
        for row in fingerprints:
            groups.setdefault(row[1], []).append(Fingerprint(*row))
        _grouped = (fingerprints, groups)
    return groups


def _hits(candidates: Iterable[Fingerprint], values: Sequence[str]) -> list[_Hit]:
    """Every match, the first fingerprint of the catalogue first. Most end at the hint: no regex runs."""
    seen = [(value.lower(), value) for value in values if len(value) <= _LONGEST]
    return [
        (provider, value, found.groupdict().get("tenant"))
        for provider, _, hint, pattern in candidates
        for lower, value in seen
        if hint in lower and (found := regex(pattern).search(value.strip()))
    ]


@cache
def regex(pattern: str) -> re.Pattern[str]:
    """The compiled pattern of a fingerprint, kept; case does not count."""
    return re.compile(pattern, re.IGNORECASE | re.ASCII)


def _decided(
    on: str,
    hits: list[_Hit],
    names: Mapping[str, str],
    groups: _Groups,
    observed: Mapping[str, Sequence[str]],
) -> Recognised | None:
    provider, value, tenant = hits[0]
    if any(other != provider for other, _, _ in hits):
        return None
    told = tenant or _tenant(provider, groups, observed)
    return Recognised(provider, names[provider], told, on, value, _environment(provider, observed))


def _environment(provider: str, observed: Mapping[str, Sequence[str]]) -> str | None:
    """The environment that any value shows."""
    own = [(hint, word) for name, hint, word in ENVIRONMENTS if name == provider]
    seen = [value.lower() for values in observed.values() for value in values if own]
    return next((word for hint, word in own if any(hint in value for value in seen)), None)


def _tenant(provider: str, groups: _Groups, observed: Mapping[str, Sequence[str]]) -> str | None:
    """The tenant that any value shows: Okta's entity ID is silent about it, its SSO URL is not."""
    for on in STRENGTH:
        if values := observed.get(on):
            own = [each for each in groups.get(on, ()) if each[0] == provider]
            for _, _, tenant in _hits(own, values):
                if tenant:
                    return tenant
    return None
