"""samlify: its identity provider, and its service provider as a judge, under Node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from peers import job
from peers.install import Packages, node_modules
from peers.variant import VARIANTS, Captured

if TYPE_CHECKING:
    from pathlib import Path

    from peers.job import Verdicts

NAME: Final = "samlify"
PACKAGES: Final = Packages(npm=("samlify@2.13.1",), commands=("node", "npm"))
_VARIANTS: Final = tuple(name for name in VARIANTS if name != "unsigned")  # it signs one of the two in any case


def capture(folder: Path) -> Captured:
    """Every variant, from one run."""
    given = job.identity_provider(folder, "https://samlify.example.org/idp")
    messages = job.sent(given, ["node", job.path("samlify_idp.mjs")], _VARIANTS, _environment())
    return Captured(NAME, (folder / "metadata.xml").read_bytes(), tuple(messages))


def verdicts(captured: Captured, folder: Path) -> Verdicts:
    """What its service provider says of messages."""
    return job.judged(captured, folder, ["node", job.path("samlify_sp.mjs")], _environment())


def _environment() -> dict[str, str]:
    return {"NODE_PACKAGES": str(node_modules(NAME).parent)}
