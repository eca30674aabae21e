"""The TXT record that proves a domain, as the name service shows it: found, missing, wrong, misplaced, or on its way.

The servers of this machine are asked first, as they cache; then the zone's own servers, which do not: a record that
only these have is on its way. dnspython is imported when a record is looked for; without it the answer is unknown.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from doctor.model.connection import OrganizationDomain

RESULTS: Final = ("found", "missing", "wrong-value", "wrong-name", "propagating", "unknown")
TIMEOUT: Final = 4.0
_SHOWN: Final = 8


class Texts(NamedTuple):
    """The TXT records of one name; `failure` says why they are not known (then `values` is empty)."""

    values: tuple[str, ...] = ()
    failure: str = ""


class Record(NamedTuple):
    """What became of a record. `result` is one of `RESULTS`; `seen` are the TXT records that look like an attempt."""

    result: str
    detail: str
    seen: tuple[str, ...] = ()


def looked(domain: OrganizationDomain, lookup: Callable[[str, bool], Texts] | None = None) -> Record:
    """What the name service shows of the record that proves this domain.

    `lookup` gives the TXT records of a name: by the usual servers, or (true) by the zone's own.
    """
    if not domain.record or not domain.token or not domain.record_name:
        return Record("unknown", "the vendor names no TXT record for this domain")
    ask = lookup or texts
    usual = ask(domain.record_name, False)  # noqa: FBT003
    if usual.failure:
        return Record("unknown", f"{domain.record_name} cannot be looked up: {usual.failure}")
    if _holds(usual, domain.record):
        return Record("found", f"{domain.record_name} has the record; the vendor looks for it now and then")
    if _holds(ask(domain.record_name, True), domain.record):  # noqa: FBT003
        told = f"the zone's own servers have the record at {domain.record_name}, the usual ones not yet"
        return Record("propagating", told)
    return _elsewhere(domain, ask) or _wrong(domain, usual)


def within(
    seconds: float, clock: Callable[[], float], lookup: Callable[[str, bool], Texts]
) -> Callable[[str, bool], Texts]:
    """The same lookup, which gives up when so many seconds are over."""
    deadline = clock() + seconds

    def bounded(name: str, own_servers: bool) -> Texts:  # noqa: FBT001
        return lookup(name, own_servers) if clock() < deadline else Texts(failure="no answer in time")

    return bounded


def _holds(found: Texts, record: str) -> bool:
    return any(value.strip() == record for value in found.values)


def _elsewhere(domain: OrganizationDomain, ask: Callable[[str, bool], Texts]) -> Record | None:
    """The record under a name where it does not count."""
    for name in _misplaced(domain):
        found = ask(name, False)  # noqa: FBT003
        if any((domain.token or "") in value for value in found.values):
            return Record("wrong-name", f"the record is at {name}; it belongs at {domain.record_name}")
    return None


def _misplaced(domain: OrganizationDomain) -> Iterator[str]:
    """Names under which records end by mistake: the domain written twice, the name at the domain, www, a label."""
    right, name = domain.record_name or "", domain.name
    prefix = (domain.record or "").partition("=")[0]
    names = (f"{right}.{name}", name, f"www.{name}", f"_acme-challenge.{name}", f"{prefix}.{name}", f"_{prefix}.{name}")
    yield from (one for one in dict.fromkeys(names) if one != right and len(one) < 250)


def _wrong(domain: OrganizationDomain, found: Texts) -> Record:
    """No right record: one that was meant as it, or none."""
    prefix = (domain.record or "").partition("=")[0]
    attempts = [value for value in found.values if _attempt(value, domain, prefix)]
    if attempts:
        return Record(
            "wrong-value", f"{domain.record_name} has another value than {domain.record}", tuple(attempts[:_SHOWN])
        )
    told = "no TXT record" if not found.values else f"{len(found.values)} other TXT records"
    return Record("missing", f"{domain.record_name} has {told}, and not {domain.record}")


def _attempt(value: str, domain: OrganizationDomain, prefix: str) -> bool:
    low = value.lower()
    return (domain.token or "").lower() in low or (
        bool(prefix) and "=" in (domain.record or "") and prefix.lower() in low
    )


# ── dnspython ──────────────────────────────────────────────────────────────────────────────────────────────


def texts(name: str, own_servers: bool = False) -> Texts:  # noqa: FBT001, FBT002
    """The TXT records of a name, sorted, each with its parts joined (RFC 7208, 3.3). Raises nothing."""
    try:
        resolver, exceptions = import_module("dns.resolver"), import_module("dns.exception")
    except ImportError:
        return Texts(failure="dnspython is not installed (pip install dnspython)")
    try:
        asked = _own(resolver, name) if own_servers else resolver.Resolver()
        asked.timeout, asked.lifetime = TIMEOUT / 2, TIMEOUT
        found = asked.resolve(name, "TXT", raise_on_no_answer=False)
        rows = found.rrset or ()
        return Texts(tuple(sorted(b"".join(row.strings).decode("utf-8", "replace") for row in rows)))
    except resolver.NXDOMAIN:
        return Texts()
    except (exceptions.DNSException, OSError, ValueError, UnicodeError) as error:
        return Texts(failure=_words(error))


def _own(resolver: Any, name: str) -> Any:
    """A resolver that asks the servers of the zone in which the name is."""
    usual = resolver.Resolver()
    usual.timeout, usual.lifetime = TIMEOUT / 2, TIMEOUT
    zone = resolver.zone_for_name(name, resolver=usual, lifetime=TIMEOUT)
    hosts = [str(row.target) for row in usual.resolve(zone, "NS")][:3]
    made = resolver.Resolver(configure=False)
    made.nameservers = [row.address for host in hosts for row in usual.resolve(host, "A")][:3]
    return made


def _words(error: Exception) -> str:
    name = type(error).__name__
    return {"LifetimeTimeout": "no answer in time", "NoNameservers": "the name servers fail",
            "NoResolverConfiguration": "this machine knows no name server"}.get(name, name)  # fmt: skip
