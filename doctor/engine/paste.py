"""What belongs in a setting of somebody's console, and what stands there: values, the field's name, the way to it.

Values are copied from the evidence and never built from a pattern. One that cannot be repeated as it is,
because something in it is masked, removed or invisible, is not offered for pasting.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from doctor.facts import acquisition
from doctor.facts.registry import declared
from doctor.model import redaction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from doctor.engine.evidence import CaseView
    from doctor.model.finding import Finding

    Words = Callable[[str], str | None]

SETTABLE: Final = {
    "acs_url": "sp.acs_url", "sp_entity_id": "sp.entity_id", "scim_base_url": "scim.endpoint",
    "oauth_redirect_uri": "oauth.expected_redirect_uri",
}  # fmt: skip
"""Fields of a console that take a value character by character, and the fact that tells what belongs there."""
MAX_VALUE: Final = 2000
"""Characters of a value that are shown; a longer one would be cut, so nobody may paste it."""
_WORD: Final = re.compile(r"\{provider\.(label|where)\.([a-z0-9_]+)\}")
_FACT: Final = re.compile(r"\{([a-z][a-z0-9_]*\.[a-z0-9_.]+)\}")
_ELSEWHERE: Final = "Ask the application's administrator for it; it is to be copied, not typed."
_VOUCHED: Final = "This is what the application expects; nobody has to look it up on the connection's page."
_QUOTED: Final = (
    "It was not read from the connection's page: have the application's administrator confirm it before it is pasted."
)
_VOUCHING: Final = ("connection", "directory", "sp-metadata")
_CHANGED: Final = "Do not paste what is shown: something in it is masked, removed or invisible here."


class Known(NamedTuple):
    """A value that a case tells; `vouched`: somebody gave it, or the vendor shows it, and it was not merely quoted.

    Error texts and recordings are written by whoever sends them: an address in them may be anybody's.
    """

    text: str
    vouched: bool


class Value(NamedTuple):
    """What belongs in a setting, and what is there. `exact` values are compared character by character.

    `paste`: `expected` is to be entered as it stands. `note` says what to do where it cannot be told here.
    """

    field: str | None
    where: str | None
    expected: str | None
    actual: str | None
    exact: bool
    paste: bool
    difference: str | None
    note: str | None


def known_values(view: CaseView) -> dict[str, Known]:
    """What a case tells of the values that settings take character by character, and who vouches for them."""
    return {name: found for name in SETTABLE.values() if (found := told(view, name)) is not None}


def told(view: CaseView, name: str) -> Known | None:
    """What a case tells of a plain fact, and who vouches for it; None when it tells nothing."""
    value = view[name]
    if not isinstance(value, (str, int, float)):
        return None
    source = view.sources.get(name, "")
    kinds = {one.document.kind for one in view.documents if one.document.name == source}
    vouched = source.startswith("--") or source == "answer" or not kinds.isdisjoint(_VOUCHING)
    return Known(str(value), vouched)


def value(one: Finding, texts: Mapping[str, Any], words: Words, known: Mapping[str, Known]) -> Value | None:
    """What a finding compares; where its rule only names a field, the value that belongs there.

    `texts` are those of the rule, `known` the values of `SETTABLE` that the case tells.
    """
    key = _field(texts["fix"])
    field = None if key is None else words(f"provider.label.{key}")
    where = None if key is None else words(f"provider.where.{key}")
    settable = SETTABLE.get(key or "") if one.who == "idp-admin" or key == "oauth_redirect_uri" else None
    fact, expected = _single(texts.get("expected")), one.expected
    if fact is None and settable is not None:
        fact, expected = settable, known[settable].text if settable in known else None
    if fact is None:
        return None if one.expected is None and one.actual is None else _described(one, field, where)
    paste = settable is not None and expected is not None and harmless(expected)
    vouched = fact in known and known[fact] == Known(expected or "", vouched=True)
    note = (_VOUCHED if vouched else _QUOTED) if paste else _note(fact, expected, settable)
    shown, now = _clean(expected), _clean(one.actual)
    return Value(field, where, shown, now, exact=True, paste=paste, difference=one.difference, note=note)


def _described(one: Finding, field: str | None, where: str | None) -> Value:
    expected, actual = _clean(one.expected), _clean(one.actual)
    return Value(field, where, expected, actual, exact=False, paste=False, difference=None, note=None)


def _field(fix: Iterable[str]) -> str | None:
    """The field that the steps set: the first label that they name, else the first place."""
    words = [match.groups() for text in fix for match in _WORD.finditer(text)]
    labels = [key for part, key in words if part == "label"]
    return next(iter(labels or [key for _, key in words]), None)


def _single(text: str | None) -> str | None:
    """The fact whose value a text is, when it is that value and nothing else, and one that is typed as it is."""
    match = _FACT.fullmatch(text or "")
    fact = declared(match[1]) if match else None
    return fact.name if fact is not None and fact.type.name in ("url", "text") and not fact.personal else None


def clean(text: str) -> str:
    """The text without secrets, and with e-mail addresses and telephone numbers masked."""
    return redaction.masked(redaction.text(text))


def _clean(text: str | None) -> str | None:
    return None if text is None else clean(text)


def harmless(text: str) -> bool:
    """Whether a value can be pasted as it is shown: nothing in it is masked, removed or invisible."""
    return text == clean(text) == text.strip() and text.isprintable() and 0 < len(text) <= MAX_VALUE


def _note(fact: str, expected: str | None, settable: str | None) -> str | None:
    """What to do about a value that cannot be given here; None when it can, or is not needed."""
    if settable is None or (expected is not None and harmless(expected)):
        return None
    asked = acquisition.by_id(f"ask:{fact}")
    place = asked.help if asked is not None and asked.help and "{" not in asked.help else _ELSEWHERE
    return f"{_CHANGED if expected else 'The exact value is not known here.'} {place}"
