"""The guided setup of one row: the guide's steps in the words of the console, with the caller's values.

Pure: a row, a guide, a case that was examined, and the steps that somebody has checked off, go in; a plan
comes out. Values are copied from the evidence and never built from a pattern.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from doctor.engine import beside, verify
from doctor.engine.instruction import Action, Value, Words, action, filled, type_of, words_for
from doctor.engine.verify import FAILS, HOLDS, Check, Known
from doctor.facts.address import is_whole
from doctor.facts.registry import declared
from doctor.model.error import UsageError
from doctor.model.state import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from doctor.engine.choose import Row
    from doctor.engine.diagnose import Examined
    from doctor.engine.rulebook import Rulebook
    from doctor.model.case import Case

DONE: Final = "done"
OPEN: Final = "open"
FAILED: Final = "failed"
VERIFIED: Final = "verified"
MARK: Final = "setup"
"""How a checked-off step begins where a case keeps what it was asked: `setup:okta-saml:addresses`."""
GUIDES_VENDOR: Final = "workos"
"""The vendor whose dashboard the guides speak of."""


class Step(NamedTuple):
    """One step: where it is done, what to do, the state of the connection after it, how it was verified.

    `status` is open, done (somebody checked it off), verified (all its checks hold) or failed (one of them
    does not). Of a step that is not `established` the general words are shown: the console may say otherwise.
    """

    id: str
    number: int
    at: str
    title: str
    actions: tuple[Action, ...]
    mapping: tuple[Mapping[str, str], ...]
    established: bool
    state: str | None
    status: str
    checks: tuple[Check, ...]


class Plan(NamedTuple):
    """A whole setup. `next` is the first step that is not done, `established` whether every needed step has
    words with a source; `missing` are the values that steps need and nobody gave."""

    row: Row
    name: str
    console: str | None
    title: str
    type: str | None
    source: str | None
    confidence: str | None
    established: bool
    note: str | None
    values: tuple[Value, ...]
    missing: tuple[str, ...]
    steps: tuple[Step, ...]
    next: str | None
    checklist: tuple[Check, ...]
    pitfalls: tuple[Mapping[str, Any], ...]
    contradictions: tuple[str, ...]


GUIDES: Final = {
    "SAML": "saml", "SCIM": "scim", "OIDC": "oidc", "OAuth": "oauth", "Directory": "directory",
    "Enterprise": "application", "General": "application",
}  # fmt: skip
"""The guide for each type of row, where the row has no setup of its own."""


def planned(
    book: Rulebook,
    row: Row,
    examined: Examined,
    checked_off: Iterable[str] = (),
    given: Mapping[str, str | None] | None = None,
) -> Plan:
    """The setup of a row. `checked_off` are ids of steps, `given` values that no fact tells."""
    product, guide = book.providers[row.provider], book.guides[_guide(row)]
    setup = row.setup or {}
    values = tuple(_values(guide, examined, given or {}))
    findings = examined.diagnosis("never").findings
    known = Known(
        examined, findings, row.provider, _types(book),
        {each: one["scalekit"] for each, one in book.providers.items()}, book.names,
        {value.name: value.text for value in values},
    )  # fmt: skip
    words = words_for(book, row, values)
    steps = tuple(_steps(guide, setup, words, known, frozenset(checked_off)))
    return Plan(
        row=row, name=str(product["name"]), console=product["console"], title=str(guide["title"]),
        type=type_of(product, row), source=setup.get("source"), confidence=setup.get("confidence"),
        established=bool(setup) and all(step.established for step in steps), note=setup.get("note"),
        values=values, missing=_missing(setup, steps, values),
        steps=steps, next=next((step.id for step in steps if step.status in (OPEN, FAILED)), None),
        checklist=tuple(_checked(guide["checklist"], known, words)),
        pitfalls=tuple(one for one in product["gotchas"] if row.type in one["for"] or row.speaks in one["for"]),
        contradictions=tuple(_contradictions(guide, examined)),
    )  # fmt: skip


def told(book: Rulebook, row: Row | None, value: str, text: str) -> dict[str, str]:
    """The fact that a value of this row's guide tells. Raises `UsageError` when a case keeps none, or for a text that
    is no address where one is wanted."""
    found = book.guides[_guide(row)]["values"].get(value, {}) if row is not None else {}
    fact = declared(found.get("fact", ""))
    if fact is None:
        raise UsageError(f"a case does not keep the {value}", "doctor setup takes it on the command line")
    if fact.type.name == "url" and not is_whole(text, app=fact.name == _REDIRECT):
        raise UsageError(f"{text!r} is no address, and the {found['label']} is one", "write it whole: https://…")
    return {fact.name: text}


_REDIRECT: Final = "oauth.expected_redirect_uri"


def _guide(row: Row) -> str:
    return str(row.setup["guide"]) if row.setup else GUIDES[row.speaks]


def _values(guide: Mapping[str, Any], examined: Examined, given: Mapping[str, str | None]) -> Iterator[Value]:
    for name, one in guide["values"].items():
        text, source = given.get(name), "the command line" if given.get(name) else None
        if text is None and "fact" in one:
            found = examined.view[one["fact"]]
            text = None if isinstance(found, Unknown) or not isinstance(found, str) else found
            source = examined.view.sources.get(one["fact"]) if text else None
        yield Value(name, one["label"], text, source, one["how"], bool(one.get("optional")))


def _missing(setup: Mapping[str, Any], steps: Sequence[Step], values: Sequence[Value]) -> tuple[str, ...]:
    """The values that the steps name and nobody gave; of a setup without words of its own, those of the guide."""
    named = {name for step in steps for action in step.actions for name in action.missing}
    needed = named if setup.get("steps") else {one.name for one in values if not one.optional}
    return tuple(one.name for one in values if one.text is None and one.name in needed)


def _contradictions(guide: Mapping[str, Any], examined: Examined) -> Iterator[str]:
    """Values that two pieces of evidence tell differently; the one that was observed is used."""
    facts = {one["fact"] for one in guide["values"].values() if "fact" in one}
    for one in examined.view["evidence.contradictions"]:
        if one.fact in facts:
            yield f"{one.label}: {one.observed_in} says {one.observed}, {one.said_by} says {one.said}"
    for name in sorted(facts):
        found = examined.view[name]
        if isinstance(found, Unknown) and found.missing.get(name) == "ambiguous":
            yield f"{name}: what was given disagrees; give it once"


def _types(book: Rulebook) -> dict[str, str]:
    """The product that each type of connection at a vendor belongs to, the types in small letters."""
    return {
        kind.lower(): each
        for each, product in book.providers.items()
        for kind in (*product["connection_types"], *product["directory_types"])
    }


# ── steps ───────────────────────────────────────────────────────────────────────────────────────────


def _ordered(guide: Mapping[str, Any], setup: Mapping[str, Any]) -> list[str]:
    """The ids of the steps: those at the provider in the order of the console, those at the vendor in their place.

    A setup that names its steps leaves out those that its console does not have, unless they are needed.
    """
    steps = {step["id"]: step for step in guide["steps"]}
    own = setup.get("steps", {})
    if not own:
        return list(steps)
    kept = [name for name, step in steps.items() if name in own or step["at"] != "provider" or step.get("needed")]
    moved = iter([name for name in own if steps[name]["at"] == "provider"])
    return [next(moved) if name in own and steps[name]["at"] == "provider" else name for name in kept]


def _steps(
    guide: Mapping[str, Any], setup: Mapping[str, Any], words: Words, known: Known, done: frozenset[str]
) -> Iterator[Step]:
    steps = {step["id"]: step for step in guide["steps"]}
    own = setup.get("steps", {})
    for number, name in enumerate(_ordered(guide, setup), 1):
        step = steps[name]
        checks = tuple(_checked(step.get("checks", ()), known, words))
        yield Step(
            id=name, number=number, at=step["at"], title=filled(step["title"], words)[0],
            actions=tuple(action(one, words) for one in own.get(name) or _general(step, known)),
            mapping=tuple(setup.get("mapping", ())) if step.get("mapping") else (),
            established=name in own or not step.get("needed"), state=step.get("state"),
            status=_status(checks, checked_off=name in done), checks=checks,
        )  # fmt: skip


def _general(step: Mapping[str, Any], known: Known) -> Iterable[Any]:
    """The guide's own words for a step; other ones where another vendor than the guide's holds the connection."""
    vendor = known.examined.view["connection.vendor"]
    elsewhere = isinstance(vendor, str) and vendor != GUIDES_VENDOR
    texts: Iterable[Any] = step["elsewhere"] if elsewhere and "elsewhere" in step else step["texts"]
    return texts


def _status(checks: tuple[Check, ...], *, checked_off: bool) -> str:
    verdicts = {check.verdict for check in checks}
    if FAILS in verdicts:
        return FAILED
    if verdicts == {HOLDS}:
        return VERIFIED
    return DONE if checked_off else OPEN


def _checked(checks: Iterable[Mapping[str, Any]], known: Known, words: Words) -> Iterator[Check]:
    for one in checks:
        found = verify.checked(one, known)
        yield found._replace(say=filled(found.say, words)[0])


def known_step(plan: Plan, name: str) -> str:
    """The id of a step of this plan. Raises `UsageError` with the nearest one and the list."""
    ids = [step.id for step in plan.steps]
    if name in ids:
        return name
    if name.isdigit() and 0 < int(name) <= len(ids):
        return ids[int(name) - 1]
    from doctor.catalogue.rule import did_you_mean

    raise UsageError(f"this setup has no step {name!r}{did_you_mean(name, ids)}", f"its steps: {', '.join(ids)}")


def verdict(checks: Iterable[Check]) -> str:
    """What a checklist comes to: fail when a check fails, pass when all hold, else undecided."""
    found = {check.verdict for check in checks}
    if FAILS in found:
        return "fail"
    return "pass" if found == {HOLDS} else "undecided"


# ── what a case tells and keeps ───────────────────────────────────────────────────────────────────────────────


def mark(row: Row, step: str) -> str:
    """How a case keeps that a step was checked off."""
    return f"{MARK}:{row.slug}:{step}"


def marked(row: Row, asked: Iterable[str]) -> list[str]:
    """The steps of this setup that a case has checked off."""
    prefix = f"{MARK}:{row.slug}:"
    return [one.removeprefix(prefix) for one in asked if one.startswith(prefix)]


def with_sp_metadata(case: Case) -> Case:
    """The case with the values that the service provider's metadata among its documents tells.

    They stand beside those that options tell: where the two differ, neither is used.
    """
    from doctor.parse.recognise import recognise

    told: dict[str, Any] = {}
    for exhibit in case.documents:
        if exhibit.offered_as == "sp-metadata":
            told |= beside.by_sp(recognise(exhibit.data, exhibit.name))
    sources = {name: "--sp-metadata" for name in told if name not in case.sources}
    return case._replace(answers={**case.answers, **told}, sources={**case.sources, **sources})
