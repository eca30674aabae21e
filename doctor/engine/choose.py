"""Which row of the lookup table is meant, and which type of integration fits when several do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from doctor.catalogue import lookup
from doctor.catalogue.provider import GENERIC
from doctor.catalogue.setup_file import slug
from doctor.model.error import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from doctor.engine.rulebook import Rulebook

TREE: Final = "choose-integration-type"
SIGN_IN: Final = "sign-in"
DIRECTORY: Final = "directory"
SOCIAL: Final = "social"
_SERVES: Final = {
    "SAML": SIGN_IN, "OIDC": SIGN_IN, "SCIM": DIRECTORY, "Directory": DIRECTORY, "OAuth": SOCIAL,
}  # fmt: skip
"""What each type of integration is for."""
_TYPES: Final = {
    "use-saml": "SAML", "use-oidc": "OIDC", "use-scim": "SCIM", "use-native-directory": "Directory",
    "use-file-import": "SFTP", "use-social-login": "OAuth",
}  # fmt: skip
"""The type that each advice of the tree names; SFTP is the row of that name."""


_SYNC: Final = ("directory sync", "dsync")
"""What people say for either way of keeping a directory in sync: the vendor's own connector, or SCIM."""
_BEGINS: Final = 0.2
"""How far off a name may be to be offered: it begins so, or holds the words."""


class Row(NamedTuple):
    """A row of the table: its product, its type, what it speaks, and its setup (None: not established)."""

    provider: str
    name: str
    type: str
    url: str
    speaks: str
    slug: str
    setup: Mapping[str, Any] | None


class Advised(NamedTuple):
    """What the decision tree says for one purpose: the advice, and the type of integration that it names."""

    purpose: str
    advice: str
    title: str
    type: str | None


def rows_of(book: Rulebook, provider: str) -> list[Row]:
    """The product's rows, in the order of types; a row speaks what its setup's guide speaks, else its type."""
    product = book.providers[provider]
    found = sorted(product["rows"], key=lambda row: lookup.TYPES.index(row["type"]))
    return [_row(book, provider, row, product["setup"].get(slug(row["url"]))) for row in found]


def _row(book: Rulebook, provider: str, row: Mapping[str, str], setup: Mapping[str, Any] | None) -> Row:
    speaks = str(book.guides[setup["guide"]]["speaks"]) if setup is not None else row["type"]
    return Row(provider, row["name"], row["type"], row["url"], speaks, slug(row["url"]), setup)


def provider_called(book: Rulebook, name: str) -> str:
    """The id of the one product of this name. Raises `UsageError` with the nearest one and the list."""
    products = book.providers
    hits = lookup.search(products, name) if name.strip() else []
    called = [
        hit.id for hit in hits if hit.distance == 0 and lookup.plain(name) in lookup.names(hit.id, products[hit.id])
    ]
    if len(called) == 1:
        return called[0]
    if called:
        raise UsageError(f"{name!r} is more than one provider", f"one of {', '.join(sorted(called))}")
    near = [hit.id for hit in hits if hit.distance <= _BEGINS] or [
        each for each in [lookup.nearest(name, products)] if each
    ]
    meant = f", did you mean {' or '.join(near[:3])}?" if near else ""
    known = ", ".join(sorted(each for each in products if each != GENERIC))
    raise UsageError(f"there is no provider {name!r}{meant}", f"known are {known}; doctor providers finds other names")


def row_called(book: Rulebook, provider: str, kind: str, called: str = "") -> Row:
    """The product's row for a protocol, as people name it; `called` is the name that they gave the product.

    Raises `UsageError`: an unknown protocol, with the nearest word and the list; a protocol that the
    product lacks, with what it has and what the decision tree recommends.
    """
    wanted = _type(kind)
    rows = rows_of(book, provider)
    fits = [row for row in rows if row.type == wanted] or [row for row in rows if row.speaks == wanted]
    if not fits and lookup.plain(kind) in _SYNC:
        fits = [row for row in rows if row.speaks == "SCIM"]
    named = [row for row in fits if lookup.plain(row.name) == lookup.plain(called)]
    if fits:
        return (named or fits)[0]
    raise UsageError(_lacks(book, provider, rows, wanted), _instead(book, provider, rows, wanted))


def undecided(book: Rulebook, provider: str) -> UsageError:
    """What to say when nobody named a type: what the product has, and what the decision tree recommends."""
    rows = rows_of(book, provider)
    offers = ", ".join(dict.fromkeys(offer(row) for row in rows))
    return UsageError(
        f"which type of integration? {book.names[provider]} has {offers}", "; ".join(_else(book, provider, rows))
    )


def _command(rows: Sequence[Row], one: Advised) -> str:
    return next((row.type.lower() for row in rows if row.speaks == one.type), "general")


def _type(kind: str) -> str:
    found = lookup.SPOKEN.get(lookup.plain(kind))
    if found is None:
        from doctor.catalogue.rule import did_you_mean

        near = did_you_mean(kind.casefold(), lookup.SPOKEN)
        raise UsageError(f"there is no protocol {kind!r}{near}", f"one of {', '.join(lookup.TYPES)}")
    return found


def _lacks(book: Rulebook, provider: str, rows: Sequence[Row], wanted: str) -> str:
    offers = ", ".join(dict.fromkeys(offer(row) for row in rows))
    return f"{book.names[provider]} has no row for {wanted}; it has {offers}"


def offer(row: Row) -> str:
    """The type of a row, with what it speaks where the type does not say it."""
    return row.type if row.speaks in (row.type, "General") else f"{row.type} ({row.speaks})"


def _instead(book: Rulebook, provider: str, rows: Sequence[Row], wanted: str) -> str:
    """What the decision tree recommends for the purpose of the protocol that is lacking."""
    speaks = [row.speaks for row in rows]
    if wanted == "OAuth":
        return "; ".join(["doctor providers --type OAuth lists social logins", *_else(book, provider, rows)])
    advised = advice(book, _SERVES.get(wanted, SIGN_IN), speaks)
    fitting = [row for row in rows if advised and row.speaks == advised.type]
    if advised is None:
        return f"doctor providers show {provider} tells more"
    if fitting:
        return f"{advised.title}: doctor setup {provider} {fitting[0].type.lower()}"
    if advised.type == "SFTP":
        return f"{advised.title}: doctor setup sftp directory; where the product speaks SCIM all the same: generic-scim"
    return f"{advised.title}; doctor providers show {provider} tells what there is"


def _else(book: Rulebook, provider: str, rows: Sequence[Row]) -> Iterator[str]:
    for one in recommended(book, [row.speaks for row in rows]):
        yield f"{one.title}: doctor setup {provider} {_command(rows, one)}"


def recommended(book: Rulebook, speaks: Iterable[str]) -> list[Advised]:
    """What the decision tree says for each purpose that these types serve."""
    spoken = list(speaks)
    purposes = dict.fromkeys(_SERVES[each] for each in lookup.TYPES if each in spoken and each in _SERVES)
    return [found for purpose in purposes if (found := advice(book, purpose, spoken))]


def advice(book: Rulebook, purpose: str, speaks: Iterable[str]) -> Advised | None:
    """What the decision tree says for a purpose, of a product that has rows for these types."""
    from doctor.engine.diagnose import Examined
    from doctor.model.case import Case

    spoken = set(speaks)
    facts = {
        "integration.purpose": purpose, "integration.speaks_saml": "SAML" in spoken,
        "integration.speaks_oidc": "OIDC" in spoken, "integration.speaks_scim": "SCIM" in spoken,
        "integration.native_directory": "Directory" in spoken,
    }  # fmt: skip
    examined = Examined(Case("choose", "2026-01-01T00:00:00Z", options=facts), book)
    found = [one for one in examined.diagnosis("never").advice if one.tree == TREE]
    return Advised(purpose, found[0].id, found[0].title, _TYPES.get(found[0].id)) if found else None
