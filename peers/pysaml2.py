"""pysaml2: its identity provider, and its service provider as a judge, in a virtual environment of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from peers import job
from peers.install import Packages, python
from peers.process import clock_shifted
from peers.variant import CLOCKS, Captured, Message

if TYPE_CHECKING:
    from pathlib import Path

    from peers.job import Verdicts

NAME: Final = "pysaml2"
PACKAGES: Final = Packages(
    apt=(("xmlsec1", "xmlsec1"), ("/usr/lib/*/faketime/libfaketime.so.1", "faketime")),
    pip=("pysaml2==7.5.5",),
)
# It always writes a NameID and a Recipient.
_VARIANTS: Final = (
    "good", "assertion-only", "response-only", "encrypted", "unsigned", "wrong-audience", "wrong-recipient",
    "wrong-key", "wrong-issuer", "expired", "not-yet-valid", "sha1", "transient", "no-attributes", "no-passive",
)  # fmt: skip


def capture(folder: Path) -> Captured:
    """Every variant; where the clock is wrong, the whole program runs with a wrong clock."""
    given = job.identity_provider(folder, "https://pysaml2.example.org/idp")
    messages = list[Message]()
    for clock in (*CLOCKS.values(), None):
        names = [name for name in _VARIANTS if CLOCKS.get(name) == clock]
        messages += job.sent(given, [python(NAME), job.path("pysaml2_idp.py")], names, clock_shifted(clock))
    return Captured(NAME, (folder / "metadata.xml").read_bytes(), tuple(messages))


def verdicts(captured: Captured, folder: Path) -> Verdicts:
    """What its service provider says of messages."""
    return job.judged(captured, folder, [python(NAME), job.path("pysaml2_sp.py")])
