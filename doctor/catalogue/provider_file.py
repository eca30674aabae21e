"""`providers.yaml`: the lookup table, what consoles call things, how each product is recognised.

`compiled` checks what was read of the file and makes plain data that can be kept as JSON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from doctor.catalogue import setup_file
from doctor.catalogue.provider import CONFIDENCE, GENERIC, STRENGTH, Fingerprint, regex
from doctor.catalogue.shape import (
    Check,
    Problem,
    Shape,
    kebab,
    line_of,
    list_of,
    lower_text,
    meant,
    one_of,
    regular_expression,
    shaped,
    text,
    text_or_null,
    texts_by_key,
    version,
)  # fmt: skip
from doctor.model.error import CatalogueError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_ROW: Final = Shape({"name": text, "type": text, "url": text}, {})
_FINGERPRINT: Final = Shape(
    {
        "on": one_of(STRENGTH), "hint": lower_text, "pattern": regular_expression, "example": text,
        "source": text, "confidence": one_of(CONFIDENCE),
    },
    {"tenant": text_or_null},
)  # fmt: skip
_WORDS: Final[dict[str, Check]] = {"console": text, "label": texts_by_key, "where": texts_by_key}
_PROVIDER: Final = Shape(
    {"id": kebab, "name": text, "rows": list_of(shaped(_ROW))},
    {
        **_WORDS, "aliases": list_of(lower_text), "connection_types": list_of(text), "scalekit": text,
        "directory_types": list_of(text), "fingerprints": list_of(shaped(_FINGERPRINT)),
        "sources": texts_by_key, **setup_file.KEYS,
    },
)  # fmt: skip
_GENERIC: Final = Shape({"id": one_of((GENERIC,)), "name": text, **_WORDS}, {})
_FILE: Final = Shape(
    {"version": version, "generic": shaped(_GENERIC), "providers": list_of(shaped(_PROVIDER))},
    {"guides": setup_file.GUIDES},
)

_Entry = dict[str, object]


def compiled(data: object, file: str) -> dict[str, Any]:
    """The catalogue of providers as data that JSON can hold, from what `catalogue.source` read of `file`.

    `fingerprints`: rows of (provider id, on, hint, pattern), the surest first. `names`: id to name.
    `products`: id to everything else, `generic` among them (it has no rows). `guides`: how each kind of
    integration is set up.

    Raises:
        CatalogueError: with every problem of the file, each as `file:line: what`.
    """
    _raise(shaped(_FILE)(data, getattr(data, "line", None)), file)
    sound = cast("dict[str, object]", data)
    generic, providers = cast("_Entry", sound["generic"]), cast("list[_Entry]", sound["providers"])
    guides = cast("_Entry", sound.get("guides", {}))
    told = [problem for each in providers for problem in setup_file.problems(each, guides)]
    _raise([*_clashes(providers), *_unknown_words(generic, providers), *told], file)
    return {
        "fingerprints": [list(row) for row in _ranked(providers)],
        "names": {str(each["id"]): each["name"] for each in [generic, *providers]},
        "products": {str(each["id"]): _product(each) for each in [generic, *providers]},
        "guides": {name: _plain({"values": {}, **cast("_Entry", guide)}) for name, guide in guides.items()},
    }


WORDS: Final = ("name", "aliases", "console", "label", "where")
"""What texts of rules need of a product. The rest is read by the commands about providers only."""


def divided(catalogue: Mapping[str, object]) -> tuple[dict[str, _Entry], dict[str, object]]:
    """The words of every product, and everything else that is known of them with the guides."""
    products = cast("Mapping[str, _Entry]", catalogue["products"])
    words = {key: {word: each[word] for word in WORDS} for key, each in products.items()}
    rest = {key: {word: value for word, value in each.items() if word not in WORDS} for key, each in products.items()}
    return words, {"products": rest, "guides": catalogue["guides"]}


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
                    yield Problem(line_of(each, key), f"duplicate {key}: {word} belongs to another provider")
                owners.setdefault(str(word).lower(), each)


def _unknown_words(generic: _Entry, providers: list[_Entry]) -> Iterator[Problem]:
    """Keys of label, where and sources that `generic` does not have, so nothing could fall back on it."""
    for entry in [generic, *providers]:
        for section in ("label", "where", "sources"):
            words = cast("_Entry", entry.get(section, {}))
            known = {*cast("_Entry", generic["label"]), *(["default"] if section == "sources" else [])}
            for key in words.keys() - known:
                what = f"unknown key in {section}: {key}{meant(key, known)}"
                yield Problem(line_of(words, key), what)


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
        "metadata_url_pattern": None, "certificate_lifetime": None, "setup": {}, "gotchas": [],
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
    found += [problem for provider in products for problem in _gaps(provider, products)]
    return found + setup_file.lint(catalogue)


def linted(data: object, file: str) -> list[str]:
    """What `lint` says of the data of a file that compiles, each as `file:line: what` with the line of its product."""
    providers = cast("list[_Entry]", cast("_Entry", data)["providers"])
    lines = {str(each["id"]): getattr(each, "line", 1) for each in providers}
    return [f"{file}:{lines.get(said.partition(':')[0], 1)}: {said}" for said in lint(compiled(data, file))]


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
