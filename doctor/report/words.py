"""A condition in words, for those who do not read YAML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from doctor.facts.registry import label

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_PARTS: Final = {"all": " and ", "any": " or "}
_COLLECTIONS: Final = {"some": "some of", "every": "each of", "none": "none of"}
_HOLE: Final = re.compile(r"\{([a-z][a-z0-9_.]*)(?::([a-z]+))?\}")
_FORMS: Final = {"ago": "time since or until "}


def template(text: str) -> str:
    """A rule's text without a case: where a case puts a value stands what the value is, as `[issuer]`."""
    return _HOLE.sub(lambda hole: f"[{_FORMS.get(hole[2], '')}{_called(hole[1])}]", text)


def _called(name: str) -> str:
    found = label(name)
    return name.rpartition(".")[2].replace("_", " ") if found == name else found


def facts(names: Iterable[str]) -> str:
    """Facts by what they are called, on one line."""
    return ", ".join(map(label, names))


def told(condition: dict[str, Any]) -> str:
    """What a condition asks, with what the facts are called: `who fails: one or some`."""
    return words(_labelled(condition))


def _labelled(condition: dict[str, Any]) -> dict[str, Any]:
    """The condition with a label and a colon for each fact that has one."""
    found: dict[str, Any] = {}
    for key, asked in condition.items():
        if key in _PARTS:
            found[key] = [_labelled(one) for one in asked]
        elif key == "not":
            found[key] = _labelled(asked)
        else:
            found[key if label(key) == key else f"{label(key)}:"] = asked
    return found


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


def _is(fact: str, value: str) -> str:
    return f"{fact} {value}" if fact.endswith(":") else f"{fact} is {value}"


def _there(fact: str, value: bool) -> str:  # noqa: FBT001  (the operand)
    if fact.endswith(":"):
        return f"{fact} {'known' if value else 'not known'}"
    return f"there is {'a' if value else 'no'} {fact}"


_SAID: Final[dict[str, Callable[[str, Any], str]]] = {
    "eq": lambda fact, value: _is(fact, _one(value)),
    "ne": lambda fact, value: _is(fact, f"not {_one(value)}"),
    "lt": lambda fact, value: _is(fact, f"under {value}"),
    "lte": lambda fact, value: _is(fact, f"at most {value}"),
    "gt": lambda fact, value: _is(fact, f"over {value}"),
    "gte": lambda fact, value: _is(fact, f"at least {value}"),
    "in": lambda fact, values: _is(fact, _any(values)),
    "not_in": lambda fact, values: _is(fact, f"not {_any(values)}"),
    "contains": lambda fact, value: f"{fact.removesuffix(':')} has {value}",
    "matches": lambda fact, value: f"{fact.removesuffix(':')} looks like {value}",
    "exists": _there,
}
