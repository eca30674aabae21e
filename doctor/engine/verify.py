"""How a step of a setup, or a line of its checklist, is verified against what is known of a case.

A check names what must be there (values), which rules must not hold, which document must be sound, a
condition over facts, or the product that a document must come from. What evidence decides holds or
fails; the rest is open, and only a person can tell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from doctor.engine import condition
from doctor.facts.registry import declared
from doctor.model.state import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from doctor.engine.diagnose import Examined
    from doctor.facts.fact import View
    from doctor.model.connection import Connection
    from doctor.model.finding import Finding

HOLDS: Final = "holds"
FAILS: Final = "fails"
OPEN: Final = "open"
_SERIOUS: Final = ("error", "warning")


class Way(NamedTuple):
    """One way to tell what is open: in a face's own words from `set`, `values` and `give`, else `text` alone.

    `set` are facts with the value that a person may give (`…`: whatever it is), `values` names of the setup's values,
    `give` a kind of document; `first` is what must be done before, `note` what is added.
    """

    text: str | None = None
    set: tuple[tuple[str, str], ...] = ()
    values: tuple[str, ...] = ()
    give: str | None = None
    first: str | None = None
    note: str | None = None


class Check(NamedTuple):
    """One check of a setup: what it says, its verdict (holds, fails, open), why, and the ways to tell what is open.

    `rules` are the ids of the rules that failed it.
    """

    say: str
    verdict: str
    why: str | None
    tell: tuple[Way, ...] = ()
    rules: tuple[str, ...] = ()


class Known(NamedTuple):
    """What a check is held against: the examined case, its findings, the product and the values at hand."""

    examined: Examined
    findings: tuple[Finding, ...]
    provider: str
    types: Mapping[str, str]
    """The product that each type of connection in the API of WorkOS belongs to, the types in small letters."""
    codes: Mapping[str, str | None]
    """What the API of Scalekit calls each product; several may share a name."""
    names: Mapping[str, str]
    values: Mapping[str, str | None]


class _Part(NamedTuple):
    verdict: str
    why: str | None = None
    tell: tuple[Way, ...] = ()
    rules: tuple[str, ...] = ()


def problems(name: str, guide: Mapping[str, Any], rules: Iterable[str]) -> Iterator[str]:
    """What is wrong with the checks of one guide: rules and facts that do not exist, conditions of wrong types."""
    from doctor.engine import typecheck
    from doctor.model.document import KINDS

    known = set(rules)
    for value in guide["values"].values():
        if "fact" in value and declared(value["fact"]) is None:
            yield f"providers.yaml: guide {name}: there is no fact {value['fact']!r}"
    for check in [*guide["checklist"], *(one for step in guide["steps"] for one in step.get("checks", ()))]:
        where = f"providers.yaml: guide {name}: {check['say']}"
        yield from (f"{where}: there is no rule {rule!r}" for rule in check.get("rules", ()) if rule not in known)
        given = [one for one in check.get("tell", ()) if isinstance(one, dict)]
        if check.get("document", KINDS[0]) not in KINDS:
            yield f"{where}: there is no kind {check['document']!r}"
        for fact in dict.fromkeys(fact for one in given for fact in one.get("set", ())):
            if declared(fact) is None:
                yield f"{where}: there is no fact {fact!r}"
        for key in ("holds", "fails"):
            if key in check:
                checking = typecheck.Check()
                checking.condition(check[key])
                yield from (f"{where}: {what}" for _, what in checking.found)


def checked(check: Mapping[str, Any], known: Known) -> Check:
    """The verdict of one check: it fails when a part fails, holds when all parts do, else it is open."""
    parts = list(_parts(check, known))
    verdict = next((word for word in (FAILS, OPEN) if any(part.verdict == word for part in parts)), HOLDS)
    if not parts:
        verdict = OPEN
    telling = [part for part in parts if part.verdict == verdict]
    why = "; ".join(part.why for part in telling if part.why) or None
    tell = _ways(check["tell"]) if "tell" in check else next((part.tell for part in telling if part.tell), ())
    rules = tuple(rule for part in telling for rule in part.rules)
    return Check(check["say"], verdict, why, tell if verdict == OPEN else (), rules)


def _ways(told: Iterable[str | Mapping[str, Any]]) -> tuple[Way, ...]:
    """The ways as a guide has them: plain words, or what is set or given."""
    return tuple(Way(one) if isinstance(one, str) else _way(one) for one in told)


def _way(told: Mapping[str, Any]) -> Way:
    given = tuple((name, _said(value)) for name, value in told.get("set", {}).items())
    return Way(None, given, tuple(told.get("values", ())), told.get("give"), told.get("first"), told.get("note"))


def _said(value: Any) -> str:
    """A value as an option takes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _parts(check: Mapping[str, Any], known: Known) -> Iterator[_Part]:
    for name in check.get("values", ()):
        yield _Part(HOLDS) if known.values.get(name) else _Part(OPEN)
    if "rules" in check:
        yield _by_rules(check["rules"], known)
    if "holds" in check or "fails" in check:
        yield _by_condition(check, known.examined.view)
    if "document" in check:
        yield _by_document(check["document"], known)
    if check.get("product") == "metadata":
        yield _by_product(known)
    if check.get("product") == "connection":
        yield _by_type(known)


def _by_rules(rules: Iterable[str], known: Known) -> _Part:
    """Whether one of the rules holds; it is open while one of them lacks facts and none is decided."""
    found = {one.id: one for one in known.findings if one.id in rules}
    wrong = [one for one in known.findings if one.id in rules and one.verdict == "confirmed"]
    serious = [one for one in wrong if one.severity in _SERIOUS]
    if serious:
        return _Part(FAILS, serious[0].message, rules=tuple(dict.fromkeys(one.id for one in serious)))
    decided = [one for one in found.values() if one.verdict in ("ruled-out", "confirmed")]
    unknown = [one for one in found.values() if one.verdict in ("unknown", "suspected")]
    if decided and not unknown:
        return _Part(HOLDS)
    return _Part(OPEN, None, _how(name for one in unknown for name in one.needs))


def _by_condition(check: Mapping[str, Any], view: View) -> _Part:
    if "fails" in check and condition.compiled(check["fails"])(view, None) is True:
        return _Part(FAILS, _seen(check["fails"], view))
    if "holds" not in check:
        return _Part(OPEN)
    result = condition.compiled(check["holds"])(view, None)
    if isinstance(result, Unknown):
        return _Part(OPEN, None, _how(sorted(result.missing)))
    if result is True:
        return _Part(HOLDS, _seen(check["holds"], view))
    return _Part(OPEN if "fails" in check else FAILS, _seen(check["holds"], view))


def _seen(node: Mapping[str, Any], view: View) -> str | None:
    """The facts of a condition with their values, as far as they are known."""
    told = []
    for name in dict.fromkeys(name for name, _ in condition.names(dict(node))):
        fact, value = declared(name), view[name]
        if fact is not None and not isinstance(value, Unknown):
            told.append(f"{fact.label or name}: {_plain(value)}")
    return ", ".join(told) or None


def _plain(value: Any) -> str:
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def _how(names: Iterable[str]) -> tuple[Way, ...]:
    """How the first of these facts is obtained."""
    for name in names:
        fact = declared(name)
        if fact is not None:
            asked = not fact.how or fact.how.startswith("--set")
            return (Way(set=((name, "…"),)) if asked else Way(f"{fact.label}: {fact.how}"),)
    return ()


def _by_document(kind: str, known: Known) -> _Part:
    """Whether a document of this kind was given, and no error was found in it."""
    given = [view.document for view in known.examined.view.documents]
    names = {one.name for one in given if one.kind == kind or one.details.get("offered_as") == kind}
    if not names:
        return _Part(OPEN)
    wrong = [one for one in known.findings if one.subject in names and one.verdict == "confirmed"]
    errors = [one for one in wrong if one.severity == "error"]
    if errors:
        return _Part(FAILS, errors[0].message, rules=tuple(dict.fromkeys(one.id for one in errors)))
    if not any(one.kind == kind for one in given):
        return _Part(FAILS, f"what was given is no {kind}")
    warnings = [one for one in wrong if one.severity == "warning"]
    return _Part(HOLDS, f"{warnings[0].message} ({warnings[0].id})" if warnings else None)


def _by_product(known: Known) -> _Part:
    """Whether the metadata comes from the product that is being set up."""
    views = [view for view in known.examined.view.documents if view.document.kind == "idp-metadata"]
    shown = [view["provider.id"] for view in views]
    seen = [one for one in shown if isinstance(one, str)]
    if not seen:
        return _Part(OPEN if not views else HOLDS)
    if known.provider in seen or known.provider.startswith("generic"):
        return _Part(HOLDS)
    return _Part(FAILS, f"the metadata comes from {known.names.get(seen[0], seen[0])}")


def _by_type(known: Known) -> _Part:
    """Whether the connection at the vendor is of a type that belongs to the product; of a type that nobody knows it
    is open."""
    held = [view.document.connection for view in known.examined.view.documents if view.document.connection]
    owned = [(one, owner) for one in held if (owner := _owner(one, known))]
    if not owned:
        return _Part(OPEN)
    if any(_same(one, owner, known) for one, owner in owned):
        return _Part(HOLDS)
    one, owner = owned[0]
    return _Part(FAILS, f"the connection is of the type {one.type}, which is for {known.names.get(owner, owner)}")


def _owner(one: Connection, known: Known) -> str | None:
    return known.types.get(one.type.lower()) or (one.provider if one.provider in known.codes else None)


def _same(one: Connection, owner: str, known: Known) -> bool:
    """Whether the connection serves the product: it is the product's own, or Scalekit calls both alike."""
    alike = one.vendor == "scalekit" and known.codes.get(owner) == known.codes.get(known.provider) != "CUSTOM"
    return owner == known.provider or alike
