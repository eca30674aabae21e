"""What a person prefers in the app: the theme, ASCII, other keys. A small JSON file beside the cases."""

from __future__ import annotations

import difflib
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from doctor.model.error import InputError
from doctor.sources import case_store
from doctor.tui import key

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


def misnamed(chosen: Preferences) -> InputError | None:
    """What is wrong with the names of keys; None when nothing is. It loads every screen: not for the loop."""
    known = key.names()
    wrong = [name for name in chosen.keys if name not in known]
    if not wrong:
        return None
    near = difflib.get_close_matches(wrong[0], known, 1)
    hint = f"did you mean {near[0]}? " if near else ""
    return InputError(f"{path()}: no key is called {wrong[0]!r}", f"{hint}f1 tells the names of the keys of a screen")


def save(chosen: Preferences) -> None:
    """Write the preferences. Raises `InputError`."""
    try:
        path().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path().write_text(json.dumps(chosen._asdict(), indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path()} cannot be written: {error.strerror or error}") from None
