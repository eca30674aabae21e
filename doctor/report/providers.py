"""The lookup table of providers, and one product whole, for people and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from doctor.catalogue.setup_file import slug
from doctor.report.safe import line as safe
from doctor.report.text import Look, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from doctor.catalogue.lookup import Hit
    from doctor.engine.choose import Advised, Row
    from doctor.engine.rulebook import Rulebook

LISTING: Final = "doctor/providers/1"
PRODUCT: Final = "doctor/provider/1"
_NOT: Final = "not established"


# ── JSON ────────────────────────────────────────────────────────────────────────────────────────────


def found(book: Rulebook, query: str, kind: str | None, hits: Sequence[Hit]) -> dict[str, Any]:
    """What a search found, as JSON data. A list without a query goes by the names of the rows, as the table does."""
    from doctor.engine import choose

    one = hits[0].id if len(hits) == 1 or (hits[0].distance == 0 < hits[1].distance) else None
    advised = choose.recommended(book, [row.speaks for row in choose.rows_of(book, one)]) if one and query else []
    ordered = hits if query else sorted(hits, key=lambda hit: hit.rows[0]["name"].casefold())
    return listing(book, query, kind, ordered, advised)


def listing(
    book: Rulebook, query: str, kind: str | None, hits: Iterable[Hit], advised: Iterable[Advised]
) -> dict[str, Any]:
    """The products that were found, as JSON data; `recommended` is what the decision tree says of a single one."""
    return {
        "schema": LISTING,
        "query": query or None,
        "type": kind,
        "providers": [_found(book.providers[hit.id], hit) for hit in hits],
        "recommended": [one._asdict() for one in advised],
    }


def _found(product: Mapping[str, Any], hit: Hit) -> dict[str, Any]:
    return {
        "id": hit.id,
        "name": product["name"],
        "aliases": product["aliases"],
        "rows": [_row(row, product) for row in hit.rows],
    }


def _row(row: Mapping[str, str], product: Mapping[str, Any]) -> dict[str, Any]:
    """A row of the table as it stands there, and whether its setup is established."""
    return {**row, "setup": slug(row["url"]) in product["setup"]}


def product(one: Mapping[str, Any], provider: str, rows: Sequence[Row], advised: Iterable[Advised]) -> dict[str, Any]:
    """One product whole, as JSON data."""
    same = ("name", "aliases", "console", "connection_types", "directory_types", "scalekit")
    return {
        "schema": PRODUCT,
        "provider": {
            "id": provider,
            **{key: one[key] for key in same},
            "rows": [
                {"name": row.name, "type": row.type, "speaks": row.speaks, "url": row.url, "setup": _setup(row)}
                for row in rows
            ],
            "fields": [_field(one, key) for key in one["label"]],
            "metadata_url_pattern": one["metadata_url_pattern"],
            "certificate_lifetime": one["certificate_lifetime"],
            "recognised_by": [
                {key: mark[key] for key in ("on", "pattern", "example", "confidence", "source")}
                for mark in one["fingerprints"]
            ],
            "pitfalls": one["gotchas"],
        },
        "recommended": [each._asdict() for each in advised],
    }


def _setup(row: Row) -> dict[str, Any] | None:
    if row.setup is None:
        return None
    mapping = [
        {"for": each["for"], "from": each["from"], "as": each.get("as")} for each in row.setup.get("mapping", ())
    ]
    return {"source": row.setup["source"], "confidence": row.setup["confidence"], "mapping": mapping}


def _field(one: Mapping[str, Any], key: str) -> dict[str, Any]:
    source = one["sources"].get(key) or one["sources"].get("default")
    return {"key": key, "label": one["label"][key], "where": one["where"].get(key), "source": source}


# ── text ────────────────────────────────────────────────────────────────────────────────────────────


def table(data: dict[str, Any], look: Look) -> str:
    """The rows that were found, with their links, and what the decision tree says."""
    rows = [(one["id"], row) for one in data["providers"] for row in one["rows"]]
    wide = [max(len(row[key]) for _, row in rows) for key in ("name", "type")]
    ids = max(len(each) for each, _ in rows)
    lines = [f"{row['name']:<{wide[0]}}  {row['type']:<{wide[1]}}  {each:<{ids}}  {row['url']}" for each, row in rows]
    products = len(data["providers"])
    lines.append(f"{len(rows)} row{'s' * (len(rows) != 1)}, {products} product{'s' * (products != 1)}")
    return "\n".join([*lines, *_advised(data["recommended"], data["providers"], look)]) + "\n"


_FOR: Final = {
    "sign-in": "employees sign in", "directory": "users and groups are kept in sync",
    "social": "consumers sign in with an account of their own",
}  # fmt: skip


def _advised(advised: Sequence[Mapping[str, Any]], products: Sequence[Mapping[str, Any]], look: Look) -> Iterator[str]:
    if not advised:
        return
    yield ""
    yield f"Which type for {products[0]['name']}, by what it is for"
    for one in advised:
        command = f" (doctor setup {products[0]['id']} {one['type'].lower()})" if one["type"] else ""
        yield from wrapped(f"{_FOR[one['purpose']]}: {one['title']}{command}", look, "  ", "    ")


def whole(data: dict[str, Any], look: Look) -> str:
    """One product whole: types and links, words of the console, setups, pitfalls."""
    one = data["provider"]
    lines = [f"{one['name']}   {one['id']}", *_facts(one, look), "", "Types", *_types(one)]
    lines += _advised(data["recommended"], [one], look)
    lines += ["", "What the console calls things", *_fields(one, look)]
    for row in one["rows"]:
        lines += _mapping(row, look)
    lines += ["", "Recognised by", *_marks(one)]
    lines += ["", "What usually goes wrong", *_pitfalls(one, look)]
    return "\n".join(lines) + "\n"


def _facts(one: Mapping[str, Any], look: Look) -> Iterator[str]:
    pattern, lifetime = one["metadata_url_pattern"], one["certificate_lifetime"]
    facts = (
        ("also called", ", ".join(one["aliases"])), ("console", one["console"] or _NOT),
        ("WorkOS types", ", ".join([*one["connection_types"], *one["directory_types"]]) or _NOT),
        ("Scalekit", one["scalekit"] or _NOT), ("metadata URL", pattern["text"] if pattern else _NOT),
        ("certificate", lifetime["text"] if lifetime else _NOT),
    )  # fmt: skip
    for name, said in facts:
        if said:
            yield from wrapped(f"{name:<13} {safe(said)}", look, "  ", " " * 16)


def _types(one: Mapping[str, Any]) -> Iterator[str]:
    for row in one["rows"]:
        kind = row["type"] if row["speaks"] in (row["type"], "General") else f"{row['type']} ({row['speaks']})"
        steps = f"steps: doctor setup {one['id']} {row['type'].lower()}" if row["setup"] else f"steps: {_NOT}"
        yield f"  {kind:<20} {row['url']}   {steps}"


def _fields(one: Mapping[str, Any], look: Look) -> Iterator[str]:
    if not one["fields"]:
        yield f"  {_NOT}"
    for each in one["fields"]:
        yield from wrapped(f"{each['key']}: {safe(each['label'])}; {safe(each['where'] or '')}", look, "  ", "    ")


def _mapping(row: Mapping[str, Any], look: Look) -> Iterator[str]:
    if row["setup"] and row["setup"]["mapping"]:
        arrow = "→" if look.unicode else "->"
        yield from ("", f"Attributes, {row['type']}")
        for each in row["setup"]["mapping"]:
            target = f" {arrow} {safe(each['as'])}" if each["as"] else ""
            yield f"  {safe(each['for'])}: {safe(each['from'])}{target}"


def _marks(one: Mapping[str, Any]) -> Iterator[str]:
    if not one["recognised_by"]:
        yield f"  {_NOT}"
    for mark in one["recognised_by"]:
        yield f"  {mark['on']:<15}  {mark['example']}"


def _pitfalls(one: Mapping[str, Any], look: Look) -> Iterator[str]:
    if not one["pitfalls"]:
        yield f"  {_NOT}"
    for each in one["pitfalls"]:
        kinds = "/".join(each["for"])
        yield from wrapped(f"{kinds}: {safe(each['wrong'])} {safe(each['seen'])}", look, "  - ", "    ")
        yield from wrapped(f"fix: {safe(each['fix'])} ({each['source']})", look, "    ", "      ")
