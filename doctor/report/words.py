"""A condition in words, for those who do not read YAML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from doctor.facts.registry import declared

if TYPE_CHECKING:
    from collections.abc import Callable

_PARTS: Final = {"all": " and ", "any": " or "}
_COLLECTIONS: Final = {"some": "some of", "every": "each of", "none": "none of"}


_HOLE: Final = re.compile(r"\{([a-z][a-z0-9_.]*)(?::[a-z]+)?\}")


def template(text: str) -> str:
    """A rule's text without a case: where a case puts a value stands what the value is, as `[issuer]`."""
    return _HOLE.sub(lambda hole: f"[{_called(hole[1])}]", text)


def _called(name: str) -> str:
    fact = declared(name)
    return (fact and fact.label) or name.rpartition(".")[2].replace("_", " ")


def words(condition: dict[str, Any]) -> str:
    """What a condition asks, on one line: `login.affects is one or some`."""
    return " and ".join(_asked(key, asked, len(condition) > 1) for key, asked in condition.items())


def _asked(key: str, asked: Any, inside: bool) -> str:  # noqa: FBT001  (whether other conditions stand beside it)
    if key in _PARTS:
        found = _PARTS[key].join(_braced(one) for one in asked)
        return f"({found})" if inside and len(asked) > 1 else found
    if key == "not":
        return f"not ({words(asked)})"
    if key in _COLLECTIONS:
        return ", and ".join(f"{_COLLECTIONS[key]} {name}: {words(inner)}" for name, inner in asked.items())
    return _compared(key, asked if isinstance(asked, dict) else {"eq": asked})


def _braced(condition: dict[str, Any]) -> str:
    return f"({words(condition)})" if len(condition) > 1 else words(condition)


def _compared(fact: str, operators: dict[str, Any]) -> str:
    """One fact and what is asked of it; that it exists goes without saying where a value is asked for."""
    asked = {name: value for name, value in operators.items() if name != "exists" or len(operators) == 1}
    return " and ".join(_SAID[name](fact, value) for name, value in asked.items())


def _one(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _any(values: list[Any]) -> str:
    *most, last = [_one(value) for value in values]
    return f"{', '.join(most)} or {last}" if most else last


_SAID: Final[dict[str, Callable[[str, Any], str]]] = {
    "eq": lambda fact, value: f"{fact} is {_one(value)}",
    "ne": lambda fact, value: f"{fact} is not {_one(value)}",
    "lt": lambda fact, value: f"{fact} is under {value}",
    "lte": lambda fact, value: f"{fact} is at most {value}",
    "gt": lambda fact, value: f"{fact} is over {value}",
    "gte": lambda fact, value: f"{fact} is at least {value}",
    "in": lambda fact, values: f"{fact} is {_any(values)}",
    "not_in": lambda fact, values: f"{fact} is not {_any(values)}",
    "contains": lambda fact, value: f"{fact} has {value}",
    "matches": lambda fact, value: f"{fact} looks like {value}",
    "exists": lambda fact, value: f"there is {'a' if value else 'no'} {fact}",
}
