"""Finding products and rows of the lookup table by what people call them.

People write `azure ad`, `okta scim`, `adfs`, or a word with a slip. Words that name a type narrow the
rows; the others are held against ids, names, aliases and the names of rows.
"""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from doctor.catalogue.provider import GENERIC

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    Products = Mapping[str, Mapping[str, Any]]
    """Products by their ids; the keys used are name, aliases and rows."""

TYPES: Final = ("SAML", "OIDC", "SCIM", "Directory", "OAuth", "Enterprise", "General")
"""Types of rows, in the order in which they are told."""
SPOKEN: Final = {
    "saml": "SAML", "saml2": "SAML", "oidc": "OIDC", "openid": "OIDC", "openid connect": "OIDC", "scim": "SCIM",
    "provisioning": "SCIM", "directory": "Directory", "directory sync": "Directory", "dsync": "Directory",
    "oauth": "OAuth", "oauth2": "OAuth", "social": "OAuth", "social login": "OAuth", "enterprise": "Enterprise",
    "general": "General",
}  # fmt: skip
"""What people call the types of rows, in lower case."""
_FILLERS: Final = frozenset(("for", "from", "in", "of", "on", "the", "to", "via", "with", "sso", "idp"))
NEAR: Final = 0.75
"""From which likeness on a word with a slip is taken for the right one."""
_SHORT: Final = 3
_BEGINS: Final = 0.1
_ELSEWHERE: Final = 0.99
_OF_TYPE: Final = 0.5
_LONGEST: Final = 200


class Hit(NamedTuple):
    """A product that a query may mean: its id, the rows that fit, and how far off it is (0: called so)."""

    id: str
    rows: tuple[Mapping[str, str], ...]
    distance: float


def plain(text: str) -> str:
    """A name as it is compared: small letters, single blanks, no punctuation but the plus sign and the dot."""
    return " ".join(re.sub(r"[^\w+.]+|_", " ", text[:_LONGEST].casefold()).split())


def search(products: Products, query: str = "", kind: str | None = None) -> list[Hit]:
    """The products that a query may mean, the best first; all of them for an empty query.

    `kind` is a type of row; a type named in the query narrows the rows too, where rows of it exist. A query
    that says nothing but a type gives every product with such a row.
    """
    rest, spoken = _split(query)
    named = dict(_measured(products, plain(query)))
    narrowed = spoken is not None and 0 not in named.values()
    if narrowed or not named:
        named = dict(_measured(products, rest)) if rest or narrowed else {}
    kinds = {spoken} if narrowed else set(TYPES)
    kinds &= {kind or each for each in kinds}
    hits = [Hit(each, rows, distance) for each, distance in named.items() if (rows := _rows(products[each], kinds))]
    if spoken and not rest and kind in (None, spoken):
        more = [Hit(each, rows, _OF_TYPE) for each in _ids(products) if (rows := _rows(products[each], {spoken}))]
        hits += [hit for hit in more if hit.id not in named]
    return sorted(hits, key=lambda hit: hit.distance)


def _ids(products: Products) -> list[str]:
    return [each for each in products if each != GENERIC]


def _split(query: str) -> tuple[str, str | None]:
    """The query without the words for a type and those that say nothing, and that type."""
    words = [word for word in plain(query).split() if word not in _FILLERS]
    for length in (2, 1):
        for start in range(len(words) - length + 1):
            kind = SPOKEN.get(" ".join(words[start : start + length]))
            if kind:
                return " ".join(words[:start] + words[start + length :]), kind
    return " ".join(words), None


def _rows(product: Mapping[str, Any], kinds: set[str | None] | set[str]) -> tuple[Mapping[str, str], ...]:
    rows = sorted(product["rows"], key=lambda row: TYPES.index(row["type"]))
    return tuple(row for row in rows if row["type"] in kinds)


def _measured(products: Products, query: str) -> Iterator[tuple[str, float]]:
    """Every product that is near enough, with its distance; where one is called so, those that begin so beside it."""
    far = {each: _distance(query, names(each, products[each])) for each in _ids(products)}
    limit = _BEGINS if 0 in far.values() else _ELSEWHERE
    yield from ((each, distance) for each, distance in far.items() if distance <= limit)


def names(each: str, product: Mapping[str, Any]) -> list[str]:
    """Everything that a product is called, ready to be compared."""
    rows = [row["name"] for row in product["rows"]]
    return list(dict.fromkeys(plain(name) for name in (each, product["name"], *product["aliases"], *rows)))


def _distance(query: str, called: Sequence[str]) -> float:
    """0 for a name, then its beginning, a part of it, all words somewhere, a slip; 1 for something else."""
    if not query or query in called or query.replace(" ", "") in [name.replace(" ", "") for name in called]:
        return 0
    if any(name.startswith(query) for name in called):
        return _BEGINS
    if len(query) >= _SHORT and any(query in name for name in called):
        return 0.2
    words = {word for name in called for word in name.split()}
    if all(word in words for word in query.split()):
        return 0.3
    near = max(_likeness(query, name) for name in called)
    return 1 - near / 2 if near >= NEAR else 1


def _likeness(query: str, name: str) -> float:
    """How much a query resembles a name or a word of it; 0 where their lengths alone leave it below `NEAR`."""
    if len(query) <= _SHORT:
        return 0
    parts = [part for part in (name, *name.split()) if 2 * min(len(part), len(query)) >= NEAR * len(part + query)]
    return max((difflib.SequenceMatcher(None, query, part).ratio() for part in parts), default=0)


def nearest(query: str, products: Products) -> str | None:
    """The name, as people know it, that a wrong one resembles most; None when none does."""
    known = {name: each for each in _ids(products) for name in names(each, products[each])}
    close = difflib.get_close_matches(plain(query), list(known), n=1, cutoff=0.6)
    return known[close[0]] if close else None


def offered(rows: Iterable[Mapping[str, str]]) -> list[str]:
    """The types of these rows, in the order in which they are told."""
    return sorted({row["type"] for row in rows}, key=TYPES.index)
