"""Peers that are libraries: a program of ours (`programs/`) reads a job from a JSON file and does it with one."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from peers import keys
from peers.process import PeerError, program
from peers.variant import OTHER_SP, SP, Captured, Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Verdict(NamedTuple):
    """Whether a service provider accepts a message, and its own words when it does not."""

    accepted: bool
    reason: str


Verdicts = dict[str, Verdict]


class Job(NamedTuple):
    """A job of an identity provider: its JSON file, and the ID of the request that its responses answer."""

    file: Path
    request_id: str


def path(name: str) -> str:
    """Where a program of ours lies."""
    return str(Path(__file__).parent / "programs" / name)


def identity_provider(folder: Path, entity_id: str) -> Job:
    """Fresh keys and a job for a program that writes responses."""
    for name in ("idp", "other"):
        keys.pair(folder, name)
    keys.service_provider(folder)
    request_id = f"_{secrets.token_hex(16)}"
    return Job(_written(folder, entity_id=entity_id, request_id=request_id), request_id)


def sent(
    job: Job, command: Sequence[str], variants: Iterable[str], environment: dict[str, str] | None = None
) -> list[Message]:
    """The messages that a program has written, received when it ended."""
    names = list(variants)
    program([*command, str(job.file), *names], environment)
    now = datetime.now(UTC)
    return [Message(name, (job.file.parent / f"{name}.b64").read_text(), job.request_id, now) for name in names]


def judged(
    captured: Captured, folder: Path, command: Sequence[str], environment: dict[str, str] | None = None,
    **told: object,
) -> Verdicts:  # fmt: skip
    """What a program of ours, a service provider, says of each message; `told` goes into its job.

    It prints one JSON array for each: variant, accepted, reason. The clock is the machine's.
    """
    (folder / "metadata.xml").write_bytes(captured.metadata)
    keys.service_provider(folder)
    rows = [(one.variant, one.base64, one.request_id) for one in captured.messages]
    answer = program([*command, str(_written(folder, messages=rows, **told))], environment)
    found = {variant: Verdict(accepted, reason) for variant, accepted, reason in map(json.loads, answer.splitlines())}
    if len(found) != len(rows):
        raise PeerError(f"judged {len(found)} of {len(rows)} messages")
    return found


def _written(folder: Path, **more: object) -> Path:
    providers = [SP, OTHER_SP]
    (folder / "job.json").write_text(json.dumps({"folder": str(folder), "service_providers": providers, **more}))
    return folder / "job.json"
