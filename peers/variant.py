"""What identity providers are made to send, what doctor must say of it, and how a captured message is kept."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

# The headline that doctor must give each variant: the id of a rule, or None where nothing is wrong.
VARIANTS: Final[dict[str, str | None]] = {
    "good": None,
    "assertion-only": None,
    "response-only": "assertion-unsigned",
    "encrypted": None,
    "unsigned": "response-unsigned",
    "wrong-audience": "sp-entity-id-mismatch",
    "wrong-recipient": "acs-url-mismatch",
    "wrong-key": "certificate-stale",
    "wrong-issuer": "idp-entity-id-mismatch",
    "expired": "response-expired",
    "not-yet-valid": "clock-skew",
    "sha1": "response-sha1",
    "transient": "name-id-transient",
    "no-attributes": "attributes-missing",
    "no-name-id": "name-id-missing",
    "no-subject": "subject-missing",
    "no-audience": "audience-missing",
    "no-recipient": "recipient-missing",
    "no-passive": "response-no-passive",
}
# What must be let in.
ACCEPTED: Final = ("good", "assertion-only", "response-only", "encrypted")
# A clock that is off by this much is made by libfaketime in the identity provider's process.
CLOCKS: Final = {"expired": "-2d", "not-yet-valid": "+2d"}


class ServiceProvider(NamedTuple):
    """For whom responses are meant. The ACS URL is Shibboleth's own path, so that it can be one of the judges."""

    entity_id: str = "urn:doctor:sp"
    acs_url: str = "https://sp.example.org/Shibboleth.sso/SAML2/POST"


SP: Final = ServiceProvider()
OTHER_SP: Final = ServiceProvider("urn:other:sp", "https://other.example.org/acs")


class Message(NamedTuple):
    """A response as it was posted: base64, the ID of the request it answers (None: unsolicited), when it came."""

    variant: str
    base64: str
    request_id: str | None
    received_at: datetime


class Captured(NamedTuple):
    """What one identity provider sent, and the metadata that it published while nothing was broken."""

    provider: str
    metadata: bytes
    messages: tuple[Message, ...]


def write(captured: Captured, folder: Path) -> None:
    """Keep messages as one base64 file each, beside `metadata.xml` and `manifest.json`, which tells the rest."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "metadata.xml").write_bytes(captured.metadata)
    for one in captured.messages:
        (folder / f"{one.variant}.b64").write_text(one.base64)
    rows = [_row(captured.provider, one) for one in captured.messages]
    (folder / "manifest.json").write_text(json.dumps(rows, indent=1) + "\n")


def _row(provider: str, message: Message) -> dict[str, str | None]:
    return {
        "provider": provider,
        "variant": message.variant,
        "file": f"{message.variant}.b64",
        "request_id": message.request_id,
        "received_at": message.received_at.isoformat(),
        "expected": VARIANTS[message.variant],
    }


def read(folder: Path) -> Captured:
    """What `write` has kept. Raises `OSError` where nothing is."""
    rows = json.loads((folder / "manifest.json").read_text())
    messages = tuple(
        Message(
            row["variant"],
            (folder / row["file"]).read_text(),
            row["request_id"],
            datetime.fromisoformat(row["received_at"]),
        )
        for row in rows
    )
    return Captured(rows[0]["provider"], (folder / "metadata.xml").read_bytes(), messages)
