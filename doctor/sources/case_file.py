"""A case as one JSON file: complete, so that it gives the same report anywhere."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from doctor.model.case import SCHEMA, Case, Exhibit
from doctor.model.error import InputError, UsageError

if TYPE_CHECKING:
    from pathlib import Path


def as_data(case: Case) -> dict[str, Any]:
    """The case as JSON data."""
    return {
        "schema": SCHEMA, "name": case.name, "now": case.now, "provider": case.provider,
        "documents": [_document(one) for one in case.documents],
        "options": dict(sorted(case.options.items())), "answers": dict(sorted(case.answers.items())),
        "sources": dict(sorted(case.sources.items())), "reports": list(case.reports), "asked": list(case.asked),
    }  # fmt: skip


def _document(one: Exhibit) -> dict[str, Any]:
    found: dict[str, Any] = {"name": one.name, "sha256": one.sha256, "offered_as": one.offered_as}
    try:
        text = one.data.decode()
    except UnicodeDecodeError:
        return found | {"base64": base64.b64encode(one.data).decode()}
    return found | {"text": text}


def of_data(data: Any) -> Case:
    """A case from JSON data. Raises `UsageError` when it is none."""
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise UsageError("this is no case of doctor", f"a case file has the schema {SCHEMA}")
    try:
        if datetime.fromisoformat(data["now"]).tzinfo is None:
            raise ValueError("now has no time zone")  # noqa: TRY301
        return Case(
            name=str(data["name"]), now=str(data["now"]), provider=data.get("provider"),
            documents=tuple(_exhibit(one) for one in data["documents"]), options=dict(data["options"]),
            answers=dict(data["answers"]), sources=dict(data["sources"]),
            reports=tuple(map(str, data["reports"])), asked=tuple(map(str, data["asked"])),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise UsageError(f"the case file is damaged: {type(error).__name__} {error}") from None


def _exhibit(one: dict[str, Any]) -> Exhibit:
    data = base64.b64decode(one["base64"]) if "base64" in one else str(one["text"]).encode()
    return Exhibit(str(one["name"]), str(one["sha256"]), data, one.get("offered_as"))


def load(path: Path) -> Case:
    """The case in a file. Raises `InputError` and `UsageError`."""
    try:
        return of_data(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None
    except (ValueError, RecursionError):
        raise UsageError(f"{path} is not JSON", "doctor cases export writes case files") from None
