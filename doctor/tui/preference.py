"""What a person prefers in the app: the theme, ASCII, other keys. A small JSON file beside the cases."""

from __future__ import annotations

import difflib
import itertools
import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from textual.binding import Binding
from textual.theme import BUILTIN_THEMES

from doctor.model.error import InputError
from doctor.sources import case_store
from doctor.tui import key
from doctor.tui.theme import THEMES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_LIKE: Final = 'it looks like {"theme": "doctor-light", "keys": {"copy": "ctrl+y"}, "ascii": true}'


class Preferences(NamedTuple):
    """`theme` is a theme's name, `keys` maps names of keys (see `tui.key`) to keys, `ascii` forces plain signs.

    `wrong` says what else stands in the file, and is passed over.
    """

    theme: str | None = None
    keys: dict[str, str] = {}  # noqa: RUF012  (never mutated)
    ascii: bool | None = None
    wrong: tuple[str, ...] = ()


def path() -> Path:
    """Where preferences are kept."""
    return case_store.folder() / "tui.json"


def load() -> Preferences:
    """The preferences; those of nobody when there are none. What is wrong in them is left out, and told by `misnamed`.
    Raises `InputError` for a file of no use."""
    try:
        data: Any = json.loads(path().read_text(encoding="utf-8"))
        chosen = _read(data.get("theme"), dict(data.get("keys") or {}), data.get("ascii"))
    except FileNotFoundError:
        return Preferences()
    except (OSError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(f"{path()} cannot be used: {error}", _LIKE) from None
    return chosen


def _read(theme: Any, keys: dict[str, Any], plain: Any) -> Preferences:
    """What is of the right type; the rest is told."""
    wrong = [f"the key of {name!r} is a text like \"ctrl+y\", not {_shown(given)}"
             for name, given in keys.items() if not isinstance(given, str)]  # fmt: skip
    if theme is not None and theme not in _themes():
        wrong.append(f"no theme is called {_shown(theme)}; there are {', '.join(_themes()[: len(THEMES)])}")
    if plain is not None and not isinstance(plain, bool):
        wrong.append(f'"ascii" is true or false, not {_shown(plain)}')
    right = {name: given for name, given in keys.items() if isinstance(given, str)}
    return Preferences(
        theme if theme in _themes() else None, right, plain if isinstance(plain, bool) else None, tuple(wrong)
    )


def _themes() -> list[str]:
    """The app's own themes, then those of the framework."""
    return [*(one.name for one in THEMES), *BUILTIN_THEMES]


def _shown(given: Any) -> str:
    return json.dumps(given)[:60]


def _told(wrong: Iterable[str], hint: str) -> InputError:
    return InputError(f"{path()}: {'; '.join(wrong)}", hint)


def misnamed(chosen: Preferences) -> InputError | None:
    """All that is wrong with preferences; None when nothing is. It loads every screen: not for the loop."""
    known = key.names()
    unknown = [name for name in chosen.keys if name not in known]
    wrong = [*chosen.wrong, *(f"no key is called {name!r}" for name in unknown), *_clashes(chosen.keys)]
    if not wrong:
        return None
    near = difflib.get_close_matches(unknown[0], known, 1) if unknown else []
    hint = f"did you mean {near[0]}? " if near else ""
    about_keys = unknown or len(wrong) > len(chosen.wrong)
    return _told(wrong, f"{hint}f1 tells the names of the keys of a screen" if about_keys else _LIKE)


def _clashes(keys: dict[str, str]) -> list[str]:
    """Two actions of one screen on one key, at least one of them put there. `x` and `x-anywhere` are one action."""
    from doctor.tui.screens.page import Page

    found: dict[str, None] = {}
    for page in Page.__subclasses__():
        own = [one for one in page.BINDINGS if isinstance(one, Binding)]
        held = [(one.id, pressed) for one in (*key.GLOBAL, *own) if one.id
                for pressed in keys.get(one.id, one.key).split(",")]  # fmt: skip
        for (first, pressed), (second, other) in itertools.combinations(held, 2):
            same = first.removesuffix("-anywhere") == second.removesuffix("-anywhere")
            if pressed == other and not same and (first in keys or second in keys):
                found[f"{pressed} stands for {first!r} and for {second!r}"] = None
    return list(found)


def save(chosen: Preferences) -> None:
    """Write the preferences. Raises `InputError`."""
    try:
        path().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        kept = {"theme": chosen.theme, "keys": chosen.keys, "ascii": chosen.ascii}
        path().write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path()} cannot be written: {error.strerror or error}") from None
