"""Values that people type, as the fact's type has them; every refusal says what would be right."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from doctor.catalogue.rule import did_you_mean
from doctor.facts.registry import declared, registry
from doctor.model import redaction
from doctor.model.case import DECLINED, unknown
from doctor.model.error import UsageError

if TYPE_CHECKING:
    from doctor.facts.fact import Fact

_YES: Final = {"true": True, "yes": True, "y": True, "1": True, "false": False, "no": False, "n": False, "0": False}
DONT_KNOW: Final = ("?unknown", "unknown", "don't know", "dont know", "i don't know")


def settable(name: str) -> Fact:
    """The fact of this name that a person can tell. Raises `UsageError` with the nearest name."""
    fact = declared(name)
    if fact is None:
        raise UsageError(f"there is no fact {name!r}{did_you_mean(name, registry())}", "docs/facts.md lists them")
    if fact.type.name in ("collection", "record"):
        raise UsageError(f"{name} is a {fact.type.name}; it comes from a document", f"give {fact.how or 'a document'}")
    return fact


def value(name: str, text: str) -> Any:
    """The JSON value of a typed text. Raises `UsageError`."""
    fact = settable(name)
    plain = text.strip()
    if plain.lower() in DONT_KNOW:
        return unknown(DECLINED)
    if plain == "ABSENT":
        if not fact.optional:
            raise UsageError(f"{name} is never absent", "leave it out when it is not known")
        return "ABSENT"
    return _PARSERS.get(fact.type.name, _text)(fact, plain)


def _bool(fact: Fact, text: str) -> bool:
    if text.lower() not in _YES:
        raise UsageError(f"{fact.name} is true or false, not {text!r}", f"--set {fact.name}=true")
    return _YES[text.lower()]


def _number(fact: Fact, text: str) -> float:
    try:
        return int(text)
    except ValueError:
        pass
    try:
        found = float(text)
    except ValueError:
        found = float("nan")
    if found - found != 0:  # not a number, or infinite
        raise UsageError(f"{fact.name} is a number, not {text!r}")
    return found


def _enum(fact: Fact, text: str) -> str:
    word = text.lower().replace(" ", "-").replace("_", "-")
    for known in fact.type.values:
        if word == known.lower().replace("_", "-"):
            return known
    near = did_you_mean(word, fact.type.values)
    raise UsageError(f"{text!r} is no value of {fact.name}{near}", f"one of {', '.join(fact.type.values)}")


def _words(_fact: Fact, text: str) -> list[str]:
    return [part.strip() for part in redaction.text(text).split(",") if part.strip()]


def _text(fact: Fact, text: str) -> str:
    if not text:
        raise UsageError(f"{fact.name} needs a value", f"--set {fact.name}=…")
    return redaction.text(text)


def _time(fact: Fact, text: str) -> str:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{fact.name} is a time, not {text!r}", f"--set {fact.name}=2026-11-22T09:00:00Z") from None
    moment = found if found.tzinfo else found.replace(tzinfo=UTC)
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


_PARSERS: Final = {"time": _time, "bool": _bool, "number": _number, "enum": _enum, "list": _words}


def checked(name: str, given: Any) -> Any:
    """A value from an answers file: already typed, checked like a typed text."""
    if isinstance(given, dict) and set(given) == {"unknown"}:
        settable(name)
        return given
    if isinstance(given, list):
        return value(name, ",".join(map(str, given)))
    return value(name, str(given).lower() if isinstance(given, bool) else str(given))
