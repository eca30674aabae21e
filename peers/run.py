"""Runs peers: captures what identity providers send, judges it with doctor, and has service providers judge it too."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import doctor
from peers import install, keys, lemonldap, node_saml, pysaml2, python3_saml, samlify, shibboleth, simplesamlphp
from peers.difference import Difference, explained
from peers.variant import SP, VARIANTS, Captured, Message, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from doctor.model.finding import Finding
    from peers.job import Verdict, Verdicts


class Peer(NamedTuple):
    """An identity provider (`capture`), a service provider (`verdicts`), or both, and what it needs."""

    packages: install.Packages
    capture: Callable[[Path], Captured] | None = None
    verdicts: Callable[[Captured, Path], Verdicts] | None = None


PEERS: Final = {
    "simplesamlphp": Peer(simplesamlphp.PACKAGES, capture=simplesamlphp.capture),
    "lemonldap": Peer(lemonldap.PACKAGES, capture=lemonldap.capture),
    "pysaml2": Peer(pysaml2.PACKAGES, pysaml2.capture, pysaml2.verdicts),
    "samlify": Peer(samlify.PACKAGES, samlify.capture, samlify.verdicts),
    "python3-saml": Peer(python3_saml.PACKAGES, verdicts=python3_saml.verdicts),
    "node-saml": Peer(node_saml.PACKAGES, verdicts=node_saml.verdicts),
    "shibboleth": Peer(shibboleth.PACKAGES, verdicts=shibboleth.verdicts),
}
PROVIDERS: Final = tuple(name for name, peer in PEERS.items() if peer.capture)
JUDGES: Final = tuple(name for name, peer in PEERS.items() if peer.verdicts)


class Judged(NamedTuple):
    """What doctor says of one message: its headline (a rule, or None), and whether no error is confirmed."""

    provider: str
    variant: str
    headline: str | None
    accepted: bool

    @property
    def expected(self) -> str | None:
        """The headline that this variant must have."""
        return VARIANTS[self.variant]

    @property
    def right(self) -> bool:
        """Whether it has it."""
        return self.headline == self.expected


class Compared(NamedTuple):
    """A verdict of a service provider beside doctor's."""

    judge: str
    judged: Judged
    verdict: Verdict

    @property
    def differs(self) -> bool:
        """Whether the two disagree."""
        return self.verdict.accepted != self.judged.accepted

    @property
    def why(self) -> Difference | None:
        """The known reason for it."""
        return explained(self.judge, self.judged.provider, self.judged.variant, accepted=self.verdict.accepted)


def missing(name: str) -> str | None:
    """Why a peer cannot run now, or None."""
    return install.missing(name, PEERS[name].packages)


@functools.cache
def captured(provider: str) -> Captured:
    """What an installed identity provider sends, once for each process; kept in the cache for who wants to look."""
    capture = PEERS[provider].capture
    assert capture is not None
    with tempfile.TemporaryDirectory(prefix="doctor-peers-") as folder:
        found = capture(_open(folder))
    write(found, install.cache() / "captured" / provider)
    return found


@functools.cache
def judged(provider: str) -> tuple[Judged, ...]:
    """What doctor says of everything that an identity provider sent."""
    found = captured(provider)
    return tuple(_judged(found, one) for one in found.messages)


def _judged(found: Captured, message: Message) -> Judged:
    report = doctor.check(
        message.base64.encode(),
        idp_metadata=found.metadata,
        acs_url=SP.acs_url,
        sp_entity_id=SP.entity_id,
        at=message.received_at,
        received_at=message.received_at,
        decryption_key=keys.service_provider_key(),
    )
    confirmed = [one for one in report.findings if one.verdict == "confirmed"]
    accepted = all(one.severity != "error" for one in confirmed)
    return Judged(found.provider, message.variant, _headline(confirmed), accepted)


def _headline(confirmed: list[Finding]) -> str | None:
    return next((one.id for one in confirmed if one.severity in ("error", "warning")), None)


@functools.cache
def compared(judge: str, provider: str) -> tuple[Compared, ...]:
    """What an installed service provider says of what an identity provider sent, beside doctor's verdict."""
    ask = PEERS[judge].verdicts
    assert ask is not None
    with tempfile.TemporaryDirectory(prefix="doctor-peers-") as folder:
        said = ask(captured(provider), _open(folder))
    return tuple(Compared(judge, one, said[one.variant]) for one in judged(provider))


def _open(folder: str) -> Path:
    """A temporary folder into which workers of a server (another user) can reach for a socket, but not look."""
    path = Path(folder)
    path.chmod(0o711)
    return path
