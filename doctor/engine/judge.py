"""`check`: every relevant rule held against one document, and findings made of what holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from doctor.engine import template
from doctor.engine.rule import CRASHED
from doctor.facts import place as places
from doctor.facts.fact import TEXT, View
from doctor.facts.registry import OF_CASE, declared, derivations
from doctor.model.finding import NOWHERE, SEVERITIES, Finding, Place, Proof, Severity, Verdict
from doctor.model.pattern import Pattern
from doctor.model.state import ABSENT
from doctor.model.state import Unknown as UnknownState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from doctor.engine.plan import Plan
    from doctor.engine.rule import Outcome
    from doctor.engine.rulebook import Rulebook
    from doctor.model.document import Document

MAX_PROOFS: Final = 12


class Judged(NamedTuple):
    """What the rules came to for one view: outcomes worth telling, and facts that were missing."""

    outcomes: list[Outcome]
    missing: dict[str, str]
    ran: int


class Personal(NamedTuple):
    """How values of people are treated: `key` opens what is encrypted (in memory), `shown` tells them as they are."""

    key: bytes | None = None
    shown: bool = False


def case_view(now: Any, given: dict[str, Any], sources: dict[str, str]) -> View:
    """The facts of the case: what options gave. `sources` names the option of each fact."""
    view = View(OF_CASE, now)
    view.update(given)
    view.sources.update(sources)
    return view


def judged(view: View, plan: Plan) -> Judged:
    """Run the rules; keep what is confirmed or crashed, and which facts nobody could tell."""
    outcomes, missing = plan.judge(view)
    return Judged(outcomes, missing, plan.count)


def document_view(document: Document, case: View) -> View:
    """The facts of one document, with those of the case behind them."""
    return View(derivations(document.kind), case.now, document, case)


class Describer:
    """Turns outcomes into findings: severity, texts with their values, place, proof."""

    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self.show_personal = False
        """Whether values of people are told as they are; otherwise only their shape is."""
        self.provider: str | None = None
        """The product whose words are used where the document itself shows none."""

    def finding(self, outcome: Outcome, view: View, subject: str) -> Finding:
        """The finding of one outcome."""
        rule = outcome.rule
        texts = self.book.prose(rule.id)
        provider = view["provider.id"] if view.has_document else None
        known = provider if isinstance(provider, str) else self.provider
        careful = not self.show_personal and _holds_people(view)
        read = template.read_from(view, outcome.item, self.book.words(known))
        if careful:
            read = _masking(read, outcome)

        def told(key: str) -> str | None:
            text = texts.get(key)
            filled = None if text is None else template.filled(text, read, view.now)
            return filled if filled is None or not careful else _without_addresses(filled)

        place, excerpt = self._seen(outcome, view)
        return Finding(
            id=rule.id, verdict=Verdict(outcome.verdict),
            severity=Severity.ERROR if outcome.verdict == CRASHED else Severity(rule.severity_in(view, outcome.item)),
            subject=subject, title=texts["title"], message=self._message(outcome, told, texts),
            entity=self._entity(view), line=place.line, column=place.column, excerpt=excerpt,
            expected=told("expected"), actual=told("actual"), difference=self._difference(texts, view),
            evidence=tuple(self._proofs(outcome, view, subject)), who=texts["who"],
            fix=tuple(line for text in texts["fix"] if (line := template.filled(text, read, view.now))),
            cite=self.book.cited(rule.id), elsewhere=self.book.elsewhere(rule.id),
        )  # fmt: skip

    def _message(self, outcome: Outcome, told: Any, texts: dict[str, Any]) -> str:
        if outcome.verdict == CRASHED:
            return f"doctor itself failed while judging this rule ({outcome.error}); please report it"
        return told("message") or str(texts["title"])

    def _entity(self, view: View) -> str | None:
        if not view.has_document or view.document.entity is None:
            return None
        return view.document.entity.entity_id

    def _difference(self, texts: dict[str, Any], view: View) -> str | None:
        name = texts.get("difference")
        value = view[name] if name else None
        return value if isinstance(value, str) and value != "none" else None

    def _seen(self, outcome: Outcome, view: View) -> tuple[Place, str | None]:
        place = self._place(outcome, view)
        data = view.document.source if view.has_document else None
        if data is None or place.line is None or _holds_private_key(view.document):
            return place, None
        from doctor.parse import anchor

        place = anchor.located(data, place)
        found = anchor.excerpt(data, place)
        if found is not None and view.document.input.form in ("json", "text") and _secret_line(data, place):
            found = None
        if _encoded(view):
            place = NOWHERE  # lines of the decoded message are none of the file's
        return place, found if view.document.message is None or self.show_personal else _start_tag(found)

    def _place(self, outcome: Outcome, view: View) -> Place:
        if outcome.item is not None and (place := places.of_item(outcome.item)) is not NOWHERE:
            return place
        for leaf in outcome.rule.facts:
            place = places.of_fact(view, leaf.partition("|")[0])
            if place is not NOWHERE:
                return place
        entity = view.document.entity if view.has_document else None
        return NOWHERE if entity is None else entity.place

    def _proofs(self, outcome: Outcome, view: View, subject: str) -> Iterator[Proof]:
        count = 0
        careful = not self.show_personal and _holds_people(view)
        for leaf in outcome.rule.facts:
            for proof in _proof(leaf, outcome, view, subject):
                if _encoded(view) and proof.source.startswith(f"{subject}:"):
                    proof = proof._replace(source=subject)  # noqa: PLW2901
                if count < MAX_PROOFS:
                    yield _proof_masked(proof, leaf, outcome) if careful else proof
                count += 1


def _secret_line(data: bytes, place: Place) -> bool:
    """Whether the line, or what stands just before it, names a secret: then nothing of it is repeated."""
    from doctor.model import redaction

    lines = data.decode("utf-8", "replace").split("\n")[max(0, (place.line or 1) - 2) : place.line]
    whole = "\n".join(line[:20_000] for line in lines)
    return redaction.text(whole) != whole


def _encoded(view: View) -> bool:
    """Whether the document came out of base64, an address or a capture: then it has no lines of its own."""
    details = view.document.details if view.has_document else {}
    return "encoded" in details or "exchange" in details


def _holds_people(view: View) -> bool:
    """Whether what a finding tells may be a person's: it comes from a message, a capture, or from a whole case."""
    if not view.has_document or view.document.kind in ("token", "callback"):
        return True
    return view.document.message is not None or view.document.capture is not None


def _masking(read: Callable[[str], Any], outcome: Outcome) -> Callable[[str], Any]:
    """Reading of which only the shape is told where a fact or field is personal."""

    def masked(name: str) -> Any:
        value = read(name)
        if not isinstance(value, str) or name.startswith("provider.") or not _personal(name, outcome):
            return value  # words of a console are nobody's
        from doctor.model.shape import shape

        return shape(value)

    return masked


def _without_addresses(text: str) -> str:
    if "@" not in text and "+" not in text:
        return text
    from doctor.model.shape import masked

    return masked(text)


def _proof_masked(proof: Proof, leaf: str, outcome: Outcome) -> Proof:
    if not isinstance(proof.value, str):
        return proof
    from doctor.model.shape import masked, shape

    told = shape if _personal(leaf.rstrip("|"), outcome) else masked
    return proof._replace(value=told(proof.value))


def _personal(name: str, outcome: Outcome) -> bool:
    """Whether a fact, or a field of the rule's collection, is declared personal."""
    fact, _, field = name.rpartition("|")
    if "." in name and not fact:
        found = declared(name)
        return found is not None and found.personal
    owner = declared(fact or outcome.rule.collection or "")
    return owner is not None and owner.type.fields.get(field, TEXT).personal


def _start_tag(text: str | None) -> str | None:
    """Of a message's line only the start tag is shown: what stands between tags is a person's."""
    if text is None or not text.startswith("<"):
        return None
    return _ADDRESS_OF.sub(r"\1…", text.partition(">")[0]) + ">"


_ADDRESS_OF: Final = Pattern(r"""(\b(?:Address|SPProvidedID)=["'])[^"']*""")


def _holds_private_key(document: Document) -> bool:
    """Whether the bytes may show a private key: then not one of them is repeated."""
    roles = document.entity.roles if document.entity else ()
    found = (*document.certificates, *(one for role in roles for one in role.certificates))
    return document.kind == "private-key" or any(one.problem == "private-key" for one in found)


def _proof(leaf: str, outcome: Outcome, view: View, subject: str) -> Iterator[Proof]:
    name, _, field = leaf.partition("|")
    if not field:
        place = places.of_fact(view, name)
        yield Proof(name, shown(view[name]), view_source(view, name, subject, place))
        return
    if outcome.item is not None and name in ("", outcome.rule.collection):
        place = places.of_item(outcome.item)
        value = shown(getattr(outcome.item, field, None))
        yield Proof(f"{outcome.rule.collection}[{outcome.number}].{field}", value, source(subject, place))
        return
    found = view[name]
    for number, item in enumerate(found if isinstance(found, tuple) else ()):
        value = shown(getattr(item, field, None))
        yield Proof(f"{name}[{number}].{field}", value, source(subject, places.of_item(item)))


def view_source(view: View, name: str, subject: str, place: Place) -> str:
    """Where a value came from: an option's name, or document and line."""
    behind = view.parent
    if behind is not None and name in behind.sources:
        return behind.sources[name]
    return view.sources.get(name) or source(subject, place)


def source(subject: str, place: Place) -> str:
    """A document and a line, as `metadata.xml:14`."""
    return f"{subject}:{place.line}" if place.line else subject


def shown(value: Any) -> object:
    """A fact's value as JSON data: states by name, times in ISO 8601, collections by their size."""
    if value is ABSENT:
        return None
    if isinstance(value, UnknownState):
        return "unknown"
    if isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, tuple):
        return [one if isinstance(one, str) else shown(one) for one in value[:20]]
    if hasattr(value, "isoformat"):
        return value.isoformat().replace("+00:00", "Z")
    of = getattr(value, "of", value)
    told = getattr(of, "sha256", None) or getattr(of, "location", None) or getattr(of, "uri", None)
    return str(told) if told else type(value).__name__.lower()


def rank(finding: Finding) -> tuple[int, int, str]:
    """The order in which `check` lists findings: severity, then place, then id."""
    return (SEVERITIES.index(finding.severity), finding.line or 0, finding.id)
