"""The part of `providers.yaml` that tells how an integration is set up: guides, steps, pitfalls.

A guide is what every setup of one kind has in common: its values, its steps in order, how each step is
verified, and the checklist at the end. A product's setup, one for each row of the table, fills the
provider's steps with the words of its console; what it does not fill is not established.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, cast

from doctor.catalogue.provider import CONFIDENCE, GENERIC
from doctor.catalogue.shape import (
    Check,
    Problem,
    Shape,
    anything,
    kebab,
    line_of,
    list_of,
    lists_by_key,
    mapped,
    meant,
    one_of,
    shaped,
    text,
    text_or,
    yes,
)  # fmt: skip

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

AT: Final = ("vendor", "provider", "application")
"""Where a step is done: at the vendor that holds the connection, in the provider's console, in the application."""
PROTOCOLS: Final = ("SAML", "SCIM", "OIDC", "OAuth", "Directory", "Enterprise", "General")
"""The types of rows, which are what a pitfall may concern."""
FORMS: Final = ("", "regex")
"""How a value may be written: as it is, or as a regular expression that matches it alone."""
FIELD: Final = re.compile(r"\{([a-z][a-z_.]*)(?::([a-z]+))?\}")
"""A name in a text of a step, with its form."""

GIVEN: Final = ("connection", "sp-metadata", "idp-metadata", "saml-response", "oidc-discovery")
"""Kinds of documents by which something open is told."""

_WAY: Final = Shape(
    {},
    {"set": mapped(text, anything), "values": list_of(text), "give": one_of(GIVEN), "first": text, "note": text},
)
"""How something open is told: facts that a person sets, values of the setup, a document."""
_CHECK: Final = Shape(
    {"say": text},
    {
        "values": list_of(text), "rules": list_of(kebab), "holds": anything, "fails": anything, "document": text,
        "product": one_of(("metadata", "connection")), "tell": list_of(text_or(_WAY)),
    },
)  # fmt: skip
_VALUE: Final = Shape({"label": text, "how": text}, {"fact": text, "optional": yes})
_STEP: Final = Shape(
    {"id": kebab, "at": one_of(AT), "title": text, "texts": list_of(text)},
    {"needed": yes, "mapping": yes, "state": text, "checks": list_of(shaped(_CHECK)), "elsewhere": list_of(text)},
)
_GUIDE: Final = Shape(
    {
        "title": text, "speaks": text, "source": text, "steps": list_of(shaped(_STEP)),
        "checklist": list_of(shaped(_CHECK)),
    },
    {"values": mapped(text, shaped(_VALUE))},
)  # fmt: skip
GUIDES: Final = mapped(kebab, shaped(_GUIDE))
"""Guides by their ids."""

ACTION: Final = Shape({"value": text}, {"field": text, "name": text, "note": text})
"""A value that goes into a field: `field` is a key of the product's labels, `name` the field's own words."""
_MAPPED: Final = Shape({"for": text, "from": text}, {"as": text})
_SETUP: Final = Shape(
    {"guide": text, "source": text, "confidence": one_of(CONFIDENCE)},
    {"steps": lists_by_key(text_or(ACTION)), "mapping": list_of(shaped(_MAPPED)), "note": text},
)
_GOTCHA: Final = Shape(
    {
        "id": kebab, "for": list_of(one_of(PROTOCOLS)), "wrong": text, "seen": text, "fix": text, "source": text,
        "confidence": one_of(CONFIDENCE[:2]),
    },
    {},
)  # fmt: skip
_SOURCED: Final = Shape({"text": text, "source": text}, {})
KEYS: Final[dict[str, Check]] = {
    "metadata_url_pattern": shaped(_SOURCED), "certificate_lifetime": shaped(_SOURCED),
    "setup": mapped(kebab, shaped(_SETUP)), "gotchas": list_of(shaped(_GOTCHA)),
}  # fmt: skip
"""What a product may hold beyond its words."""

_Data = dict[str, Any]


def slug(url: str) -> str:
    """The name of a row's setup: the last part of its documentation link."""
    return url.rpartition("/")[2]


def fields(line: str) -> list[tuple[str, str]]:
    """The names in a text of a step, each with its form (empty: as it is)."""
    return [(match[1], match[2] or "") for match in FIELD.finditer(line)]


def texts(actions: Iterable[Any]) -> Iterator[str]:
    """Every text of the actions of a step."""
    for action in actions:
        yield from [action] if isinstance(action, str) else [str(value) for value in action.values()]


def problems(entry: _Data, guides: Mapping[str, Any]) -> Iterator[Problem]:
    """What does not fit in one product: setups without a row or a guide, unknown steps, fields and words."""
    setups = cast("_Data", entry.get("setup", {}))
    rows = [slug(str(row["url"])) for row in cast("list[_Data]", entry["rows"])]
    for name, setup in setups.items():
        line = line_of(setups, name)
        if name not in rows:
            yield Problem(line, f"no row of the table has the link …/{name}{meant(name, rows)}")
        if setup["guide"] not in guides:
            yield Problem(line_of(setup, "guide"), f"no guide {setup['guide']}{meant(setup['guide'], guides)}")
            continue
        yield from _unknown_steps(entry, setup, guides[setup["guide"]])


def _unknown_steps(entry: _Data, setup: _Data, guide: _Data) -> Iterator[Problem]:
    steps = cast("_Data", setup.get("steps", {}))
    own = [step["id"] for step in guide["steps"]]
    words = {f"{part}.{key}" for part in ("label", "where") for key in entry.get(part, {})}
    known = {"name", "console", "type", *guide.get("values", ()), *words}
    for name, actions in steps.items():
        line = line_of(steps, name)
        if name not in own:
            yield Problem(line, f"the guide has no step {name}{meant(name, own)}")
        for action in actions:
            at = getattr(action, "line", line)
            yield from (Problem(at, what) for what in _unknown(action, known, entry))


def _unknown(action: Any, known: set[str], entry: _Data) -> Iterator[str]:
    """What one action names that nobody knows: values, forms, labels."""
    for field, form in (found for said in texts([action]) for found in fields(said)):
        if field not in known:
            yield f"nothing is known as {{{field}}} here{meant(field, known)}"
        if form not in FORMS:
            yield f"no form {form} of a value{meant(form, FORMS)}"
    labels = entry.get("label", {})
    if isinstance(action, dict) and action.get("field", "") not in {"", *labels}:
        yield f"{entry['id']} has no label {action['field']}{meant(action['field'], labels)}"


# ── linting ─────────────────────────────────────────────────────────────────────────────────────────


def lint(catalogue: Mapping[str, Any]) -> list[str]:
    """What is wrong beyond the shape: an action without its field, an unknown value in a guide, an id twice."""
    found = [said for name, guide in catalogue["guides"].items() for said in _guide(name, guide, catalogue)]
    seen: dict[str, str] = {}
    for provider, product in catalogue["products"].items():
        found += [said for name, setup in product["setup"].items() for said in _setup(f"{provider}: {name}", setup)]
        for gotcha in product["gotchas"]:
            if gotcha["id"] in seen:
                found.append(f"{provider}: the pitfall {gotcha['id']} stands at {seen[gotcha['id']]} already")
            seen[gotcha["id"]] = provider
    return found


def _guide(name: str, guide: _Data, catalogue: Mapping[str, Any]) -> Iterator[str]:
    generic = catalogue["products"][GENERIC]
    known = {"name", "console", "type", *guide["values"]}
    known |= {f"{part}.{key}" for part in ("label", "where") for key in generic[part]}
    ids = [step["id"] for step in guide["steps"]]
    if len(set(ids)) < len(ids):
        yield f"guide {name}: a step stands twice"
    for step in guide["steps"]:
        for field, _ in (found for said in (*step["texts"], *step.get("elsewhere", ())) for found in fields(said)):
            if field not in known:
                yield f"guide {name}: {step['id']}: nothing is known as {{{field}}}"
    for check in [*guide["checklist"], *(one for step in guide["steps"] for one in step.get("checks", ()))]:
        for value in set(check.get("values", ())) - set(guide["values"]):
            yield f"guide {name}: {check['say']}: no value {value}"


def _setup(where: str, setup: _Data) -> Iterator[str]:
    for step, actions in setup.get("steps", {}).items():
        for action in actions:
            if isinstance(action, dict) and ("field" in action) is ("name" in action):
                yield f"{where}: {step}: a value has either a field or a name"
