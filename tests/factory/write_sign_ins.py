"""Writes `examples/sign-in/`: the identity provider's metadata, captured responses, and a browser's recording.

`python -m tests.factory.write_sign_ins` writes them anew. The keys are made for this run and die with it. All
happens at one moment, which the README names: `--at 2026-11-22T09:00:00Z`.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Final, NamedTuple

from tests.factory import response
from tests.factory.clinic_case import trusted
from tests.factory.clinic_flow import ahead, har
from tests.factory.response import ACS, SP, Draft

FOLDER: Final = Path(__file__).parents[2] / "examples" / "sign-in"
AT: Final = "2026-11-22T09:00:00Z"


class SignIn(NamedTuple):
    """One file: what happened, and the rule that says so (none when all is well)."""

    story: str
    rule: str | None
    data: bytes


def _posted(draft: Draft) -> bytes:
    return base64.b64encode(response.written(draft)) + b"\n"


def sign_ins() -> dict[str, SignIn]:
    """Every captured sign-in, by file name."""
    return {
        "good.b64": SignIn("nothing is wrong", None, _posted(Draft())),
        "wrong-address.b64": SignIn(
            "the ACS URL was pasted with a slash behind it", "acs-url-mismatch",
            _posted(Draft(recipient=ACS + "/", destination=ACS + "/")),
        ),
        "renewed-key.b64": SignIn(
            "signed with a new key that nobody told the application", "certificate-stale",
            _posted(Draft(by=response.signer(1))),
        ),
        "no-name-id.b64": SignIn("the NameID has no source", "name-id-missing", _posted(Draft(name_id=None))),
        "clock-ahead.har": SignIn(
            "the identity provider's clock is an hour ahead", "clock-skew",
            har(**ahead(3600), idp=3600),
        ),
    }  # fmt: skip


def files() -> dict[str, bytes]:
    """Every file of the folder, by name."""
    found = {name: one.data for name, one in sign_ins().items()}
    expected = {name: one.rule for name, one in sign_ins().items()}
    told = json.dumps(expected, indent=2) + "\n"
    return found | {"metadata.xml": trusted(), "expected.json": told.encode(), "README.md": readme().encode()}


def readme() -> str:
    """One line for each file, and the call that judges them."""
    lines = [
        "# Captured sign-ins",
        "",
        "Responses as a browser posts them, and a recording of one. People, tenants and keys are made up; the private",
        "keys are gone. They all happen at one moment:",
        "",
        "```sh",
        f"doctor check examples/sign-in/FILE --idp-metadata examples/sign-in/metadata.xml --acs-url {ACS} \\",
        f"    --sp-entity-id {SP} --at {AT}",
        "```",
        "",
        *(f"- `{name}`: {one.story}" + (f" (`{one.rule}`)" if one.rule else "") for name, one in sign_ins().items()),
    ]
    return "\n".join(lines) + "\n"


def write(folder: Path = FOLDER) -> None:
    """Write every file."""
    folder.mkdir(exist_ok=True)
    for name, data in files().items():
        (folder / name).write_bytes(data)


if __name__ == "__main__":
    write()
