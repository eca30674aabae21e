"""What a person prefers in the app: the theme, ASCII, other keys. A small JSON file beside the cases."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from doctor.model.error import InputError
from doctor.sources import case_store

if TYPE_CHECKING:
    from pathlib import Path


class Preferences(NamedTuple):
    """`theme` is a theme's name, `keys` maps names of keys (see `tui.key`) to keys, `ascii` forces plain signs."""

    theme: str | None = None
    keys: dict[str, str] = {}  # noqa: RUF012  (never mutated)
    ascii: bool | None = None


def path() -> Path:
    """Where preferences are kept."""
    return case_store.folder() / "tui.json"


def load() -> Preferences:
    """The preferences; those of nobody when there are none. Raises `InputError` for a file that cannot be used."""
    try:
        data: Any = json.loads(path().read_text(encoding="utf-8"))
        keys = {str(name): str(key) for name, key in dict(data.get("keys") or {}).items()}
        return Preferences(data.get("theme"), keys, data.get("ascii"))
    except FileNotFoundError:
        return Preferences()
    except (OSError, ValueError, TypeError, AttributeError, RecursionError) as error:
        hint = 'it looks like {"theme": "doctor-light", "keys": {"copy": "ctrl+y"}}'
        raise InputError(f"{path()} cannot be used: {error}", hint) from None


def save(chosen: Preferences) -> None:
    """Write the preferences. Raises `InputError`."""
    try:
        path().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path().write_text(json.dumps(chosen._asdict(), indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path()} cannot be written: {error.strerror or error}") from None
