"""Facts of what is encrypted in a response: for whose key, and what became of it with the key that was given."""

from __future__ import annotations

from typing import Any, Final

from doctor.facts.fact import BOOL, TEXT, Fact, View, enum, given
from doctor.facts.message import RESPONSES, partners, sent
from doctor.model.message import Response
from doctor.model.state import Unknown

DECRYPTIONS: Final = ("none", "decrypted", "no-key-fits", "unsupported", "damaged")


def decryption(view: View) -> Any:
    """What became of the encrypted content with the key that was given; none without a key, or without content."""
    return view.document.details.get("decryption", "none")


def detail(view: View) -> Any:
    """One line on why the encrypted content was not opened."""
    return given(view.document.details.get("decryption_detail"))


def encryption_current(view: View) -> Any:
    """Whether the assertion is encrypted for one of the certificates in the service provider's metadata."""
    message = sent(view)
    found = [one.certificate for one in (message.encrypted if isinstance(message, Response) else ()) if one.certificate]
    own = [
        one.sha256 for document in partners(view, "sp-metadata") if document.entity
        for role in document.entity.roles if role.name == "sp"
        for one in role.certificates if one.use != "signing"
    ]  # fmt: skip
    if view.document.details.get("decryption") in ("decrypted", "no-key-fits"):
        return view.document.details["decryption"] == "decrypted"
    if not found or not own:
        return Unknown.of("response.encrypted_for_current_key")
    return any(one.sha256 in own for one in found)


FACTS: Final = (
    Fact("response.decryption", enum(*DECRYPTIONS), decryption, RESPONSES),
    Fact("response.decryption_detail", TEXT, detail, RESPONSES, optional=True),
    Fact("response.encrypted_for_current_key", BOOL, encryption_current, RESPONSES, label="encrypted for the current key",
         how="a captured response with --sp-metadata or --decryption-key"),
    Fact("response.encrypted_for_current_key", BOOL, None, ("case",),
         meaning="Whether the assertion is encrypted with the certificate that the service provider has now."),
)  # fmt: skip
