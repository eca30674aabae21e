"""`providers.yaml`: the lookup table, what consoles call things, how each product is recognised.

`compiled` checks what was read of the file and makes plain data that can be kept as JSON.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple, cast

from doctor.catalogue.provider import CONFIDENCE, GENERIC, STRENGTH, Fingerprint, regex
from doctor.model.error import CatalogueError

_KEBAB: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class Problem(NamedTuple):
    """Something wrong in the file, and its line (None where the data carries no lines)."""

    line: int | None
    what: str


_Check = Callable[[object, "int | None"], Iterator[Problem]]


class Shape(NamedTuple):
    """What a mapping may hold: a check for each key, those that must be there and the others."""

    required: dict[str, _Check]
    optional: dict[str, _Check]


def _text(value: object, line: int | None) -> Iterator[Problem]:
    if not isinstance(value, str) or not value.strip():
        yield Problem(line, f"expected text, got {value!r}")


def _text_or_null(value: object, line: int | None) -> Iterator[Problem]:
    if value is not None:
        yield from _text(value, line)


def _lower_text(value: object, line: int | None) -> Iterator[Problem]:
    yield from _text(value, line)
    if isinstance(value, str) and value != value.lower():
        yield Problem(line, f"must be in lower case: {value}")


def _kebab(value: object, line: int | None) -> Iterator[Problem]:
    if not isinstance(value, str) or not _KEBAB.fullmatch(value):
        yield Problem(line, f"an id is kebab-case, got {value!r}")


def _version(value: object, line: int | None) -> Iterator[Problem]:
    if value != 1 or isinstance(value, bool):
        yield Problem(line, f"version must be 1, got {value!r}")


def _regular_expression(value: object, line: int | None) -> Iterator[Problem]:
    yield from _text(value, line)
    try:
        re.compile(value if isinstance(value, str) else "")
    except re.error as error:
        yield Problem(line, f"not a regular expression: {error}")


def _one_of(words: Sequence[str]) -> _Check:
    def check(value: object, line: int | None) -> Iterator[Problem]:
        if value not in words:
            yield Problem(line, f"expected one of {', '.join(words)}, got {value!r}{_meant(value, words)}")

    return check


def _list_of(item: _Check) -> _Check:
    def check(value: object, line: int | None) -> Iterator[Problem]:
        if not isinstance(value, list) or not value:
            yield Problem(line, f"expected a list with something in it, got {value!r}")
            return
        for each in value:
            yield from item(each, getattr(each, "line", line))

    return check


def _texts_by_key(value: object, line: int | None) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield Problem(line, f"expected keys with texts, got {value!r}")
        return
    for key, each in value.items():
        yield from _text(each, _line_of(value, key))


def _shaped(shape: Shape) -> _Check:
    def check(value: object, line: int | None) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield Problem(line, f"expected keys and values, got {value!r}")
            return
        checks = shape.required | shape.optional
        for key in shape.required.keys() - value.keys():
            yield Problem(line, f"missing key: {key}")
        for key, each in value.items():
            at = _line_of(value, key)
            if key in checks:
                yield from checks[key](each, at)
            else:
                yield Problem(at, f"unknown key: {key}{_meant(key, checks)}")

    return check


def _line_of(mapping: Mapping[str, object], key: str) -> int | None:
    """The line of a key, where the mapping was read with lines (as `catalogue.source` does)."""
    lines: dict[str, int] = getattr(mapping, "lines", {})
    return lines.get(key)


def _meant(word: object, words: Iterable[str]) -> str:
    import difflib

    close = difflib.get_close_matches(str(word), list(words), n=1)
    return f", did you mean {close[0]}?" if close else ""


_ROW: Final = Shape({"name": _text, "type": _text, "url": _text}, {})
_FINGERPRINT: Final = Shape(
    {
        "on": _one_of(STRENGTH), "hint": _lower_text, "pattern": _regular_expression, "example": _text,
        "source": _text, "confidence": _one_of(CONFIDENCE),
    },
    {"tenant": _text_or_null},
)  # fmt: skip
_WORDS: Final[dict[str, _Check]] = {"console": _text, "label": _texts_by_key, "where": _texts_by_key}
_PROVIDER: Final = Shape(
    {"id": _kebab, "name": _text, "rows": _list_of(_shaped(_ROW))},
    {
        **_WORDS, "aliases": _list_of(_lower_text), "connection_types": _list_of(_text), "scalekit": _text,
        "directory_types": _list_of(_text), "fingerprints": _list_of(_shaped(_FINGERPRINT)),
        "sources": _texts_by_key,
    },
)  # fmt: skip
_GENERIC: Final = Shape({"id": _one_of((GENERIC,)), "name": _text, **_WORDS}, {})
_FILE: Final = Shape({"version": _version, "generic": _shaped(_GENERIC), "providers": _list_of(_shaped(_PROVIDER))}, {})

_Entry = dict[str, object]


def compiled(data: object, file: str) -> dict[str, object]:
    """The catalogue of providers as data that JSON can hold, from what `catalogue.source` read of `file`.

    `fingerprints`: rows of (provider id, on, hint, pattern), the surest first. `names`: id to name.
    `products`: id to everything else, `generic` among them (it has no rows).

    Raises:
        CatalogueError: with every problem of the file, each as `file:line: what`.
    """
    _raise(_shaped(_FILE)(data, getattr(data, "line", None)), file)
    sound = cast("dict[str, object]", data)
    generic, providers = cast("_Entry", sound["generic"]), cast("list[_Entry]", sound["providers"])
    _raise([*_clashes(providers), *_unknown_words(generic, providers)], file)
    return {
        "fingerprints": [list(row) for row in _ranked(providers)],
        "names": {str(each["id"]): each["name"] for each in [generic, *providers]},
        "products": {str(each["id"]): _product(each) for each in [generic, *providers]},
    }


def _raise(problems: Iterable[Problem], file: str) -> None:
    """Raise all problems as one error, in the order of lines; say nothing when there is none."""
    found = sorted(problems, key=lambda each: each.line or 0)
    if found:
        raise CatalogueError([_said(each, file) for each in found])


def _said(problem: Problem, file: str) -> str:
    return f"{file}:{problem.line}: {problem.what}" if problem.line else f"{file}: {problem.what}"


def _clashes(providers: list[_Entry]) -> Iterator[Problem]:
    """Ids, names and aliases that would make a name ambiguous."""
    owners: dict[str, object] = {GENERIC: GENERIC}
    for each in providers:
        for key in ("id", "name", "aliases"):
            value = each.get(key, [])
            for word in value if isinstance(value, list) else [value]:
                if owners.get(str(word).lower(), each) is not each:
                    yield Problem(_line_of(each, key), f"duplicate {key}: {word} belongs to another provider")
                owners.setdefault(str(word).lower(), each)


def _unknown_words(generic: _Entry, providers: list[_Entry]) -> Iterator[Problem]:
    """Keys of label, where and sources that `generic` does not have, so nothing could fall back on it."""
    for entry in [generic, *providers]:
        for section in ("label", "where", "sources"):
            words = cast("_Entry", entry.get(section, {}))
            known = {*cast("_Entry", generic["label"]), *(["default"] if section == "sources" else [])}
            for key in words.keys() - known:
                what = f"unknown key in {section}: {key}{_meant(key, known)}"
                yield Problem(_line_of(words, key), what)


def _ranked(providers: list[_Entry]) -> list[Fingerprint]:
    ranked = [
        (STRENGTH.index(each["on"]), CONFIDENCE.index(each["confidence"]), provider["id"], each)
        for provider in providers
        for each in cast("list[dict[str, str]]", provider.get("fingerprints", []))
    ]
    ranked.sort(key=lambda row: row[:2])
    return [Fingerprint(str(id_), each["on"], each["hint"], each["pattern"]) for _, _, id_, each in ranked]


def _product(entry: _Entry) -> _Entry:
    """The entry with every key present, as plain dictionaries."""
    empty: _Entry = {
        "name": None, "aliases": [], "rows": [], "console": None, "connection_types": [], "scalekit": None,
        "directory_types": [], "fingerprints": [], "label": {}, "where": {}, "sources": {},
    }  # fmt: skip
    return {key: _plain(entry.get(key, default)) for key, default in empty.items()}


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value


# ── linting ─────────────────────────────────────────────────────────────────────────────────────────


def lint(catalogue: Mapping[str, object]) -> list[str]:
    """What is wrong with a compiled catalogue beyond its shape; empty when all is well.

    Each pattern matches its example, with the hint in it and the tenant as stated, and matches no other
    provider's example of the same kind; a label has its way, and both are known to `generic`.
    """
    products = cast("Mapping[str, Mapping[str, object]]", catalogue["products"])
    examples = [
        (provider, each)
        for provider, product in products.items()
        for each in cast("list[dict[str, str]]", product["fingerprints"])
    ]
    found = [problem for provider, each in examples for problem in _self_test(provider, each)]
    found += [problem for provider, each in examples for problem in _thefts(provider, each, examples)]
    return found + [problem for provider in products for problem in _gaps(provider, products)]


def _self_test(provider: str, each: Mapping[str, str]) -> Iterator[str]:
    where = f"{provider}: {each['on']} {each['pattern']}"
    match = regex(each["pattern"]).search(each["example"])
    if match is None:
        yield f"{where}: does not match its example {each['example']}"
    elif match.groupdict().get("tenant") != each.get("tenant"):
        yield f"{where}: finds the tenant {match.groupdict().get('tenant')}, not {each.get('tenant')}"
    if each["hint"] not in each["example"].lower():
        yield f"{where}: the hint {each['hint']} is not in the example"


def _thefts(provider: str, each: Mapping[str, str], examples: list[tuple[str, dict[str, str]]]) -> Iterator[str]:
    for other, its in examples:
        same_kind = other != provider and its["on"] == each["on"]
        if same_kind and regex(each["pattern"]).search(its["example"]):
            yield f"{provider}: {each['on']} {each['pattern']}: matches the example of {other}"


def _gaps(provider: str, products: Mapping[str, Mapping[str, object]]) -> Iterator[str]:
    label, where = (cast("dict[str, str]", products[provider][key]) for key in ("label", "where"))
    for key in sorted(label.keys() ^ where.keys()):
        yield f"{provider}: {key} has a {'label' if key in label else 'where'} only"
    for key in sorted(label.keys() - cast("dict[str, str]", products[GENERIC]["label"]).keys()):
        yield f"{provider}: the label {key} is unknown to {GENERIC}"
