"""node-saml as a judge. It reads no metadata, so the certificates and the entity ID are told to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from peers import job
from peers.install import Packages, node_modules

if TYPE_CHECKING:
    from pathlib import Path

    from peers.job import Verdicts
    from peers.variant import Captured

NAME: Final = "node-saml"
PACKAGES: Final = Packages(npm=("@node-saml/node-saml@5.1.0",), commands=("node", "npm"))


def verdicts(captured: Captured, folder: Path) -> Verdicts:
    """What it says of messages."""
    entity = ET.fromstring(captured.metadata)
    texts = (one.text or "" for one in entity.iter("{http://www.w3.org/2000/09/xmldsig#}X509Certificate"))
    told = {"entity_id": entity.get("entityID"), "certificates": ["".join(text.split()) for text in texts]}
    environment = {"NODE_PACKAGES": str(node_modules(NAME).parent)}
    return job.judged(captured, folder, ["node", job.path("node_saml_sp.mjs")], environment, **told)
