"""Texts of rules: `{fact}`, `{fact.field}`, `{field}`, each with an optional format.

Formats: `date` (2026-11-10), `ago` (12 days ago, in 40 days), `list` (a, b and c), `quoted` (white
space made visible), `days` (one day, 3 days), `clock` (2 hours ahead), `differing` (in a slash at the
end: how two addresses differ). No logic: a text is used when all of its values are known.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from doctor.model.state import ABSENT, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable

    from doctor.facts.fact import View

_FIELD: Final = re.compile(r"\{([a-z][a-z0-9_.]*)(?::([a-z]+))?\}")
_MISSING: Final = object()


class Missing(LookupError):  # noqa: N818  (no failure: the text is simply not used)
    """A value of the text is not known."""


@lru_cache(maxsize=1024)
def fields(text: str) -> tuple[tuple[str, str], ...]:
    """The names in a text, each with its format (empty: plain)."""
    return tuple((match[1], match[2] or "") for match in _FIELD.finditer(text))


def filled(text: str, read: Callable[[str], Any], now: datetime) -> str | None:
    """The text with its values, or None when one of them is unknown or absent."""
    if "{" not in text:
        return text
    try:
        return _FIELD.sub(lambda match: _formatted(read(match[1]), match[2] or "", now), text)
    except Missing:
        return None


def read_from(view: View, item: Any, words: Callable[[str], str | None]) -> Callable[[str], Any]:
    """How names in texts are read: provider words, fields of the item, facts, fields of facts."""

    def read(name: str) -> Any:
        if name.startswith("provider."):
            return words(name)
        if "." not in name:
            return getattr(item, name, _MISSING)
        value = view[name]
        if not isinstance(value, Unknown):
            return value
        owner, _, field = name.rpartition(".")
        return getattr(view[owner], field, _MISSING) if "." in owner else value

    return read


def _formatted(value: Any, form: str, now: datetime) -> str:
    if value is None or value is ABSENT or value is _MISSING or isinstance(value, Unknown):
        raise Missing
    return _FORMATS[form](value, now)


def plain(value: Any) -> str:
    """A value as people read it."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M UTC")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple | list):
        return _listed(value)
    return str(value)


def _date(value: Any) -> str:
    return value.strftime("%Y-%m-%d") if isinstance(value, datetime) else str(value)


def _ago(value: Any, now: datetime) -> str:
    days = (value - now).days if isinstance(value, datetime) else int(value)
    if days in (0, -1) and isinstance(value, datetime):
        return "today" if value >= now else "less than a day ago"
    return f"in {days_text(days)}" if days >= 0 else f"{days_text(-days)} ago"


def days_text(count: int) -> str:
    """A count of days in words."""
    return "one day" if count == 1 else f"{count:,} days"


def _listed(value: Any) -> str:
    shown = [plain(one) for one in value]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}" if shown else "none"


def _quoted(value: Any) -> str:
    text = plain(value).replace("\n", "\u21b5").replace("\t", "\u21e5")
    return "\u201c" + re.sub(r"^ +| +$|  +", lambda match: "\u2423" * len(match.group()), text) + "\u201d"


def _clock(value: Any) -> str:
    """Seconds by which a clock is off, as people say it."""
    seconds = abs(int(value))
    parts = [
        (seconds // 86400, "day"),
        (seconds % 86400 // 3600, "hour"),
        (seconds % 3600 // 60, "minute"),
        (seconds % 60, "second"),
    ]
    told = [f"{count} {word}{'' if count == 1 else 's'}" for count, word in parts if count][:2]
    return f"{' '.join(told) or 'no time'} {'ahead' if value > 0 else 'behind'}"


_DIFFERING: Final = {
    "none": "in nothing", "whitespace": "in white space", "trailing-slash": "in a slash at the end",
    "case": "in capital and small letters", "scheme": "in http and https", "port": "in the port",
    "host": "in the host", "missing-path": "in the path, which one of them lacks", "path": "in the path",
    "query": "in what stands behind the question mark", "encoding": "in how characters are encoded",
    "environment": "in the environment, as staging and production do", "typo": "in a letter or two",
    "other": "in more than one place",
}  # fmt: skip
_FORMATS: Final[dict[str, Callable[[Any, datetime], str]]] = {
    "": lambda value, _now: plain(value),
    "date": lambda value, _now: _date(value),
    "ago": _ago,
    "list": lambda value, _now: _listed(value),
    "quoted": lambda value, _now: _quoted(value),
    "days": lambda value, _now: days_text(int(value)),
    "clock": lambda value, _now: _clock(value),
    "differing": lambda value, _now: _DIFFERING.get(value, f"({value})"),
}
FORMATS: Final = tuple(name for name in _FORMATS if name)
