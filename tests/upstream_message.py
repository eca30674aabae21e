"""What a SAML message says of itself, read without doctor; and metadata around a certificate.

`tests/agreement.py` judges doctor, so what it takes from a message does not come from doctor's own parsers.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import zlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_to_bytes
from xml.sax.saxutils import escape, quoteattr

from tests.upstream_settings import certificate

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_BOM: Final = b"\xef\xbb\xbf"


def text_of(path: Path) -> str:
    """The XML of a message file, whatever it is wrapped in; empty where that cannot be told."""
    raw = path.read_bytes().strip()
    if raw.removeprefix(_BOM).startswith(b"<"):
        return raw.decode("utf-8-sig", "replace")
    try:
        inside = base64.b64decode(re.sub(rb"\s", b"", unquote_to_bytes(raw)))
        plain = inside if inside.removeprefix(_BOM).lstrip().startswith(b"<") else zlib.decompress(inside, -15)
    except (binascii.Error, zlib.error):
        return ""
    return plain.decode("utf-8-sig", "replace")


def issuer(text: str) -> str | None:
    """The first Issuer in it."""
    return _first(r"Issuer\b[^>]*>\s*([^<\s]+)", text)


def instant(text: str) -> datetime | None:
    """The latest IssueInstant in it: before, it cannot have been received. UTC where it names no zone."""
    written = re.findall(r"""\bIssueInstant=["']([^"']+)["']""", text)
    return max((at for at in map(_time, written) if at), default=None)


def _time(written: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def certificates(text: str, fingerprint: str) -> tuple[str, ...]:
    """The certificates in it that have this SHA-1 fingerprint, each as the base64 of its DER."""
    wanted = fingerprint.replace(":", "").lower()
    found = {_bare(written) for written in re.findall(r"X509Certificate>([^<]+)<", text)}
    return tuple(sorted(one for one in found if _sha1(one) == wanted))


def _bare(written: str) -> str:
    """Without PEM lines, also where a whole PEM file was put into base64 once more."""
    inside = base64.b64decode(re.sub(r"\s", "", written)) if "BEGIN" not in written else b""
    return certificate(inside.decode() if inside.startswith(b"-----BEGIN") else written)


def _sha1(written: str) -> str:
    return hashlib.sha1(base64.b64decode(written), usedforsecurity=False).hexdigest()


def metadata(entity_id: str, trusted: Iterable[str]) -> bytes:
    """Minimal metadata of an identity provider that signs with these certificates."""
    keys = "".join(
        f'<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{escape(one)}'
        "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
        for one in trusted
    )
    return (
        '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" '
        f'xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID={quoteattr(entity_id)}>'
        '<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
        f'{keys}<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" '
        'Location="https://idp.example.com/sso"/></md:IDPSSODescriptor></md:EntityDescriptor>'
    ).encode()


def _first(pattern: str, text: str) -> str | None:
    found = re.search(pattern, text)
    return found.group(1) if found else None
