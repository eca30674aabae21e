"""python3-saml as a judge, in a virtual environment of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from peers import job
from peers.install import Packages, python

if TYPE_CHECKING:
    from pathlib import Path

    from peers.job import Verdicts
    from peers.variant import Captured

NAME: Final = "python3-saml"
PACKAGES: Final = Packages(pip=("python3-saml==1.16.0", "xmlsec==1.3.17"))


def verdicts(captured: Captured, folder: Path) -> Verdicts:
    """What it says of messages."""
    return job.judged(captured, folder, [python(NAME), job.path("python3_saml_sp.py")])
