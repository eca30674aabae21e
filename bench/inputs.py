"""Inputs for the benchmarks: the same bytes in every run, made once and kept in `bench-inputs/`.

okta.xml           a small file of one line, as Okta writes it
adfs.xml           a signed file of about 70 KB, as AD FS writes it
aggregate.xml      10,000 entities in about 87 MB, unsigned; every second one is an IdP
response.xml       a response of about 7 KB to a sign-in at `JUDGED_AT`, its assertion signed, from the IdP of okta.xml
response.b64       the same as it is posted

Usage: python -m bench.inputs. What exists is used again while its recipe, its sizes and its digests hold.
"""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

HERE: Final = Path(__file__).parent
FOLDER: Final = HERE.parent / "bench-inputs"
ENTITIES: Final = 10_000
CERTIFICATES: Final = 50
JUDGED_AT: Final = "2026-11-22T09:00:00Z"
"""The moment at which the response is fresh and everything in it is in order."""
_MANIFEST: Final = FOLDER / "manifest.json"


def ready() -> None:
    """Make whatever is missing or not as it was made."""
    if _kept():
        return
    FOLDER.mkdir(exist_ok=True)
    made = {name: _written(FOLDER / name, make()) for name, make in _MAKERS.items()}
    _MANIFEST.write_text(json.dumps({"recipe": _recipe(), "files": made}, indent=1), encoding="utf-8")


def _kept() -> bool:
    try:
        known = json.loads(_MANIFEST.read_bytes())
        same = {name: _identity(FOLDER / name) for name in _MAKERS}
    except (OSError, ValueError):
        return False
    return bool(known == {"recipe": _recipe(), "files": same})


def _recipe() -> str:
    """What the inputs are made by: when it changes, they are made anew."""
    parts = [(HERE / name).read_bytes() for name in ("inputs.py", "markup.py", "pki.py")]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _identity(path: Path) -> list[object]:
    with path.open("rb") as file:
        return [path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()]


def _written(path: Path, data: bytes) -> list[object]:
    path.write_bytes(data)
    return _identity(path)


def _okta() -> bytes:
    from bench import markup, pki

    return markup.okta(pki.wrapped(pki.certificate("dev-88888888", 1, 1001))).encode()


def _adfs() -> bytes:
    from bench import markup, pki
    from tests.factory.signing import Signing, signed

    signer = pki.certificate("ADFS Signing - adfs.corp.example.com", 2, 2001)
    other = pki.certificate("ADFS Encryption - adfs.corp.example.com", 3, 2002)
    text = markup.adfs(signer.base64, other.base64)
    return signed(text, Signing(signer, markup.ADFS_ID)).encode()


def _response() -> bytes:
    from datetime import datetime

    from bench import markup, pki
    from tests.factory import response

    claims = (*response.Draft().attributes, *((uri, ("engineers of the north",)) for uri in markup.CLAIMS[:10]))
    draft = response.Draft(
        now=datetime.fromisoformat(JUDGED_AT), by=pki.certificate("dev-88888888", 1, 1001), attributes=claims,
        issuer=markup.OKTA, assertion_issuer=markup.OKTA,
    )  # fmt: skip
    return response.written(draft)


def _posted() -> bytes:
    return base64.b64encode(_response())


def _aggregate() -> bytes:
    from bench import markup, pki

    made = [pki.certificate(f"entity{n:02}.example.org", 1 + n % 3, 3000 + n) for n in range(CERTIFICATES)]
    texts = [pki.wrapped(one) for one in made]
    draw = Random(ENTITIES)
    return "".join([markup.OPENING, *(markup.entity(n, draw, texts) for n in range(ENTITIES)), markup.CLOSING]).encode()


_MAKERS: Final[dict[str, Callable[[], bytes]]] = {
    "okta.xml": _okta,
    "adfs.xml": _adfs,
    "response.xml": _response,
    "response.b64": _posted,
    "aggregate.xml": _aggregate,
}

if __name__ == "__main__":
    ready()
