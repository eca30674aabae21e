"""Yardstick: the least that any answer to `doctor check FILE` costs, written by hand.

lxml and cryptography, the certificates and the sign-on endpoints, no rules. Run as a script for a whole
process, or call `look` in a warm one. Usage: floor.py FILE
"""

from __future__ import annotations

import base64
import sys
from datetime import UTC, datetime

from cryptography import x509
from lxml import etree

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True)


def look(path: str) -> list[str]:
    """A line for each certificate and each sign-on endpoint of a metadata file."""
    root = etree.parse(path, _PARSER).getroot()
    now = datetime.now(UTC)
    lines = [
        _certificate(found.text, now) for found in root.iter("{http://www.w3.org/2000/09/xmldsig#}X509Certificate")
    ]
    for endpoint in root.iter("{urn:oasis:names:tc:SAML:2.0:metadata}SingleSignOnService"):
        lines.append(f"{endpoint.get('Binding')} {endpoint.get('Location')}")  # noqa: PERF401  (plain on purpose)
    return lines


def _certificate(text: str, now: datetime) -> str:
    found = x509.load_der_x509_certificate(base64.b64decode(text))
    bits = getattr(found.public_key(), "key_size", 0)
    algorithm = found.signature_hash_algorithm
    valid = found.not_valid_after_utc > now
    return f"{found.subject.rfc4514_string()} {found.not_valid_after_utc} {valid} {bits} {algorithm and algorithm.name}"


if __name__ == "__main__":
    print("\n".join(look(sys.argv[1])))
