"""What a step of a setup says: the words of a product's console, and the values that go into its fields."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from doctor.catalogue.provider import GENERIC
from doctor.catalogue.setup_file import FIELD, fields

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from doctor.engine.choose import Row
    from doctor.engine.rulebook import Rulebook


class Value(NamedTuple):
    """A value of the setup: what it is, the value as it was given, by whom, and how to give it."""

    name: str
    label: str
    text: str | None
    source: str | None
    how: str
    optional: bool


class Action(NamedTuple):
    """What to do: a sentence; or a value that goes into a field, with a note. `missing` are its unknown values."""

    text: str | None
    field: str | None
    value: str | None
    note: str | None
    missing: tuple[str, ...]


class Words(NamedTuple):
    """What a text of a step may name: values and words, each under its name."""

    known: Mapping[str, str]
    unknown: Mapping[str, str]
    """Values that are not known, each with the words that stand in for it."""


def type_of(product: Mapping[str, Any], row: Row) -> str | None:
    """The product's type of connection or directory for this row, as the vendor's API names it."""
    if row.speaks in ("SCIM", "Directory"):
        return next(iter(product["directory_types"]), None)
    fits = [kind for kind in product["connection_types"] if kind.casefold().endswith(row.speaks.casefold())]
    if len(fits) > 1:
        last = row.name.casefold().split()[-1]
        fits = [kind for kind in fits if last in kind.casefold()] or fits[1:]
    return fits[0] if fits else None


def words_for(book: Rulebook, row: Row, values: Sequence[Value]) -> Words:
    """Everything that texts of this row's steps may name; general words stand in for those that a product lacks."""
    product, generic = book.providers[row.provider], book.providers[GENERIC]
    known = {
        "name": str(product["name"]), "console": str(product["console"] or generic["console"]),
        "type": type_of(product, row) or "the type of that name",
    }  # fmt: skip
    for part in ("label", "where"):
        known |= {f"{part}.{key}": text for key, text in {**generic[part], **product[part]}.items()}
    known |= {value.name: value.text for value in values if value.text is not None}
    unknown = {value.name: f"the {value.label} (not given: {value.how})" for value in values if value.text is None}
    return Words(known, unknown)


def filled(text: str, words: Words) -> tuple[str, tuple[str, ...]]:
    """The text with its words and values, and the names of the values that are not known."""
    missing = tuple(name for name, _ in fields(text) if name in words.unknown)

    def put(match: re.Match[str]) -> str:
        name, form = match[1], match[2] or ""
        return words.unknown[name] if name in words.unknown else _written(words.known[name], form)

    return FIELD.sub(put, text), missing


def _written(value: str, form: str) -> str:
    if form == "regex":
        return "^" + re.sub(r"([\\.^$*+?{}\[\]|()/])", r"\\\1", value) + "$"
    return value


def action(data: Any, words: Words) -> Action:
    """One action of a step, as the file has it, with its words and values."""
    if isinstance(data, str):
        text, missing = filled(data, words)
        return Action(text, None, None, None, missing)
    value, missing = filled(data["value"], words)
    field = words.known[f"label.{data['field']}"] if "field" in data else filled(data["name"], words)[0]
    note = filled(data["note"], words)[0] if "note" in data else None
    return Action(None, field, value, note, missing)
