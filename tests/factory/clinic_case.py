"""One visit to the clinic: evidence with one thing wrong, what is known beside it, and the right answer.

Labels come from the specifications and from the meaning of the ids, never from what doctor answers:
where they disagree, one of the two is wrong, and a person decides which.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from lxml import etree

from tests.factory import certificate, metadata, response
from tests.factory.metadata import POST, REDIRECT, Endpoint
from tests.factory.response import ACS, IDP, NOW, SP, Draft

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from tests.factory.certificate import Certificate

_YEAR: Final = timedelta(days=365)
_OWN: Final = 60
"""Slots of the key pool for the service provider of the clinic."""


class Case(NamedTuple):
    """One visit.

    `expected` is the id that must come first, None when nothing is wrong. `also` are ids that are true
    as well: consequences of the same change. `options` are those of `doctor.check`; a function among
    them makes its bytes. `facts` are what people told, which only `diagnose` takes. `second` holds the
    other id of a patient with two defects: both must be told, either may come first.
    """

    name: str
    change: str
    make: Callable[[], bytes]
    expected: str | None
    also: frozenset[str] = frozenset()
    options: Mapping[str, Any] = {}
    facts: Mapping[str, Any] = {}
    second: str | None = None

    @property
    def given(self) -> dict[str, Any]:
        """The options with their bytes made; those that are None were not given."""
        made = {name: value() if callable(value) else value for name, value in self.options.items()}
        return {name: value for name, value in made.items() if value is not None}


def trusted(
    *signers: Certificate, entity_id: str = IDP, use: str | None = "signing", want_signed: str | None = None,
    sso: str = IDP, encrypting: Certificate | None = None,
) -> bytes:  # fmt: skip
    """Metadata of the identity provider with these signing certificates, by default the right one."""
    keys = tuple(metadata.key(one, use) for one in signers or (response.signer(),))
    keys += (metadata.key(encrypting, "encryption"),) if encrypting else ()
    both = (Endpoint(sso, REDIRECT), Endpoint(sso, POST))
    return metadata.build(
        entity_id=entity_id, keys=keys, sso=both, want_signed=want_signed, name_id_formats=(metadata.EMAIL,)
    )


def own(slot: int = 0) -> Certificate:
    """A certificate of the service provider; another slot is another key."""
    return certificate.make(
        "CN=sp.example.com", NOW - _YEAR, NOW + _YEAR, slot=_OWN + slot, serial=80 + slot
    )  # fmt: skip


def application(
    *, encryption: Certificate | None = None, wants_signed: str | None = "true", name_ids: tuple[str, ...] = ()
) -> bytes:
    """Metadata of the service provider: it signs with its own key, and decrypts with `encryption`."""
    keys = (metadata.key(own()), metadata.key(encryption or response.recipient(), "encryption"))
    return metadata.build(
        entity_id=SP, roles=("sp",), keys=keys, acs=(Endpoint(ACS, POST),),
        wants_assertions_signed=wants_signed, name_id_formats=name_ids,
    )  # fmt: skip


KNOWN: Final[Mapping[str, Any]] = {
    "acs_url": ACS, "sp_entity_id": SP, "idp_metadata": trusted, "at": NOW, "received_at": NOW,
}  # fmt: skip
"""What is known beside a response when all is known."""


def case(name: str, change: str, expected: str | None, make: Callable[[], bytes], *also: str, **options: Any) -> Case:
    """A visit with any evidence; `options` differ from what is known."""
    return Case(name, change, make, expected, frozenset(also), {**KNOWN, **options})


def sent(
    name: str, change: str, expected: str | None, *also: str, options: Mapping[str, Any] | None = None,
    by: Callable[[], Certificate] | None = None, **changes: Any,
) -> Case:  # fmt: skip
    """A visit with a response as XML; `changes` are fields of its draft, `by` makes another signer."""

    def make() -> bytes:
        return response.written(Draft(by=by() if by else None).but(**changes))

    return Case(name, change, make, expected, frozenset(also), {**KNOWN, **(options or {})})


def told(visit: Case, facts: Mapping[str, Any]) -> Case:
    """The same visit with facts that a person told."""
    return visit._replace(facts=facts)


def twofold(visit: Case, second: str) -> Case:
    """The same visit with a second defect."""
    return visit._replace(second=second)


def after(seconds: float) -> datetime:
    """A moment so many seconds after the one of judgement."""
    return NOW + timedelta(seconds=seconds)


def reshaped(data: bytes, change: Callable[[Any], Any]) -> bytes:
    """The document whose root element is what `change` makes of the root."""
    return bytes(etree.tostring(change(etree.fromstring(data))))


def swapped(data: bytes, before: str, then: str) -> bytes:
    """The bytes with one text replaced, which must be there."""
    if before.encode() not in data:
        raise ValueError(f"{before!r} is not in the message")
    return data.replace(before.encode(), then.encode())
