"""What bytes that nothing can read still show: a SAML message that was cut, a parameter without one, an archive, a
request to a token endpoint, an export that was cut, a key set without keys.

Nothing is repaired here: a rule says what it is, and how to get it whole.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from doctor.model.document import Document

_ARCHIVES: Final = (
    (b"\x1f\x8b", "gzip"), (b"PK\x03\x04", "zip"), (b"PK\x05\x06", "zip"), (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\xfd7zXZ\0", "xz"), (b"BZh", "bzip2"), (b"(\xb5/\xfd", "zstd"), (b"Rar!\x1a\x07", "rar"),
)  # fmt: skip
ARCHIVES: Final = tuple(dict.fromkeys(name for _, name in _ARCHIVES))
_OFFICE: Final = (b"[Content_Types].xml", b"mimetypeapplication/vnd.oasis")
"""Documents of word processors and spreadsheets are zip files too; to unpack them helps nobody."""
_ROOTS: Final = (
    "Response", "Assertion", "AuthnRequest", "LogoutRequest", "LogoutResponse", "ArtifactResponse",
)  # fmt: skip
_PARAMETER: Final = re.compile(r"(?:^|[?&#\s\"'])(SAMLResponse|SAMLRequest)=")
_RUN: Final = re.compile(r"[A-Za-z0-9+/_%-]{24,}")
_MAX_RUNS: Final = 500
_LOOK: Final = 1_000_000


def archive(data: bytes) -> str | None:
    """How the bytes are packed (`ARCHIVES`), by how they begin; None for everything else."""
    name = next((name for mark, name in _ARCHIVES if data.startswith(mark)), None)
    return None if name == "zip" and any(mark in data[:200] for mark in _OFFICE) else name


def packed(base: Document, data: bytes) -> Document:
    """The document, with a word for the archive that it is."""
    name = archive(data)
    return _looks(base, "archive", archive=name) if name else base


def of_message(found: Document) -> Document:
    """What base64 decoded to, marked when it begins like a SAML message and is not whole.

    Broken XML that is whole, as text and to its end tag, was sent so: it is not marked.
    """
    problem, root = found.input.problem, found.input.root
    if found.kind != "unknown" or problem not in ("not-well-formed", "encoding") or not is_message(root):
        return found
    if problem == "not-well-formed" and _whole(found.source or b"", root):
        return found
    cut = found.input._replace(problem="not-well-formed", encoding_problem=None)
    return _looks(found._replace(input=cut), "saml-message")


def of_text(base: Document, text: str) -> Document:
    """A text that could not be read, marked when base64 of a SAML message begins in it, or a parameter names one."""
    from doctor.parse import loose

    head = text[:_LOOK]
    for count, run in enumerate(_RUN.finditer(head)):
        if count == _MAX_RUNS:
            break
        if loose.root_of(run[0]):
            return _looks(base, "saml-message")
    named = _PARAMETER.search(head)
    return parameter(base, named[1]) if named else base


_GRANT: Final = re.compile(r"(?:^|[\s&?\"'])grant_type=[\w%:.+-]+(?:$|[\s&\"'])|\"grant_type\"\s*:\s*\"")
_REQUESTED: Final = re.compile(
    r"[&\s\"'](?:client_id|client_secret|client_assertion|code|refresh_token|assertion|username|device_code|scope)[=\"]"
)
_EXPORTED: Final = re.compile(r"\$metadata\s*\[|'saml:SP'|\"saml:SP\"")
_CLIXML: Final = "Objs"


def unread(found: Document, text: str) -> Document:
    """A document of no known kind, with a word for what its beginning shows it was meant to be."""
    if found.kind != "unknown" or found.details.get("looks_like"):
        return found
    if _GRANT.search(text) and _REQUESTED.search(text):
        return _looks(found, "token-request")
    broken = found.input.problem == "not-well-formed"
    if (broken and found.input.root.rpartition(":")[2] == _CLIXML) or (
        "<?php" in text[:200] and _EXPORTED.search(text)
    ):
        return _looks(found, "application-export")
    return found


def parameter(base: Document, name: str) -> Document:
    """The document, with the name of the parameter whose value holds no SAML message."""
    return _looks(base, "saml-parameter", parameter=name)


def _looks(base: Document, word: str, **more: object) -> Document:
    return base._replace(details={**base.details, "looks_like": word, **more})


def is_message(root: str) -> bool:
    """Whether an element of this name, prefix and all, is a SAML message where it stands first."""
    return root.rpartition(":")[2] in _ROOTS


def _whole(xml: bytes, root: str) -> bool:
    try:
        return xml.decode("utf-8").rstrip().endswith(f"</{root}>")
    except UnicodeDecodeError:
        return False
