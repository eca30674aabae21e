"""Diagnosis for every face: evidence gathered into a case, the engine driven, the case kept.

`Case` is the model's case with `load` and `save`; `diagnose` is the library's function; `Session` is the
same step by step, for faces that ask.
"""

from __future__ import annotations

import functools
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from doctor import library
from doctor.engine import answer, beside, recheck, triage
from doctor.engine import diagnose as engine
from doctor.engine.judge import Personal
from doctor.model import case as model
from doctor.model import redaction
from doctor.model.error import InputError, UsageError
from doctor.model.oidc import Answer
from doctor.parse import sniff
from doctor.parse.recognise import recognise
from doctor.sources import case_file, exhibit

if TYPE_CHECKING:
    from doctor.engine.diagnose import Diagnosis, Need
    from doctor.engine.rulebook import Rulebook
    from doctor.model.document import Document
    from doctor.sources.case_store import Store
    from doctor.sources.live import Live


class Case(model.Case):
    """The evidence about one integration; see `doctor.model.case`. `Case.load` reads an exported one."""

    __slots__ = ()

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Case:
        """The case in a file. Raises `InputError` and `UsageError`."""
        return cls(*case_file.load(Path(path)))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the case as one JSON file: documents bit for bit, without secrets, with personal data."""
        from doctor.report import json

        Path(path).write_text(json.text(case_file.as_data(self)), encoding="utf-8")


class Evidence(NamedTuple):
    """What a caller brings to a diagnosis. `given` maps facts to values, as `--set` does."""

    words: tuple[str, ...] = ()
    symptoms: tuple[str, ...] = ()
    given: dict[str, Any] = {}  # noqa: RUF012  (never mutated)
    connection_files: tuple[str, ...] = ()


def diagnose(
    *evidence: model.Case | str | os.PathLike[str],
    symptom: str | None = None,
    set: dict[str, Any] | None = None,  # noqa: A002  (the name of the command line's option)
    book: Rulebook | None = None,
    **options: Any,
) -> Diagnosis:
    """Diagnose a case, or files, folders and URLs; nothing is asked, what would help is in `needs`.

    `symptom` is an error text or a description; `set` tells facts. `options` are the fields of `Options`.
    Raises `UsageError`, `InputError`, `CatalogueError`.
    """
    chosen = library.chosen(options)
    rules = book or library.rulebook(chosen)
    cases = [one for one in evidence if isinstance(one, model.Case)]
    if len(cases) > 1:
        raise UsageError("one diagnosis is of one case", "merge the evidence into one of them")
    words = tuple(os.fspath(one) for one in evidence if not isinstance(one, model.Case))
    brought = Evidence(words, (symptom,) if symptom else (), set or {})
    case = gather(cases[0] if cases else empty("case", chosen), brought, chosen, rules)
    return Session(case, rules, chosen.fail_on, personal(chosen)).so_far


def personal(chosen: library.Options) -> Personal:
    """How values of people are treated, by these options. Raises `InputError` and `UsageError` for a bad key."""
    return Personal(library.key_in(chosen), chosen.show_personal)


def empty(name: str, chosen: library.Options) -> Case:
    """A new case at the moment of the options (default: now)."""
    now = (chosen.at or datetime.now(UTC)).astimezone(UTC)
    return Case(name, now.strftime("%Y-%m-%dT%H:%M:%SZ"))


def gather(case: model.Case, evidence: Evidence, chosen: library.Options, book: Rulebook) -> model.Case:
    """The case with everything that the caller brings."""
    told: dict[str, str] = {}
    for document in _documents(evidence, chosen):
        case = with_document(case, document)
        if document.details.get("offered_as") == "sp-metadata":
            told |= beside.by_sp(document)
    for text in evidence.symptoms:
        case = with_report(case, text)
    options, sources = case.options | told, case.sources | dict.fromkeys(told, "--sp-metadata")
    for name, given in (*_party(chosen), *evidence.given.items()):
        options[name] = answer.checked(name, given)
        sources[name] = _OPTION.get(name, f"--set {name}") if name not in evidence.given else f"--set {name}"
    provider = book.provider_id(chosen.provider) or case.provider
    return case._replace(options=options, sources=sources, provider=provider)


_OPTION = {**recheck.OPTIONS, "login.received_at": "--received-at", "case.judged_at": "--at", "oauth.nonce": "--nonce"}


def _party(chosen: library.Options) -> list[tuple[str, Any]]:
    pairs = (
        ("sp.acs_url", chosen.acs_url), ("sp.entity_id", chosen.sp_entity_id),
        ("idp.expected_entity_id", chosen.idp_entity_id), ("connection.vendor", chosen.vendor),
        ("login.received_at", _iso(chosen.received_at)), ("case.judged_at", _iso(chosen.at)),
        ("clock.tolerance_seconds", chosen.clock_tolerance),
        *((fact, getattr(chosen, name)) for fact, name in library.OPENID.items()),
    )  # fmt: skip
    return [(name, value) for name, value in pairs if value is not None]


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _documents(evidence: Evidence, chosen: library.Options) -> list[Document]:
    from doctor.sources import reader
    from doctor.sources import subject as subjects

    named = [(word, None) for word in evidence.words] + [(word, "connection") for word in evidence.connection_files]
    offered = [(chosen.sp_metadata, "sp-metadata"), (chosen.idp_metadata, "idp-metadata"), (chosen.jwks, "jwks")]
    named += [(os.fspath(word), kind) for word, kind in offered if word is not None and not isinstance(word, bytes)]
    found = []
    for word, kind in named:
        for one in subjects.named([word]):
            read = reader.read(one, allow_private=chosen.allow_private)
            if isinstance(read, reader.Stream):
                read.hashing.stream.close()
                raise UsageError(
                    f"{one.name} is an aggregate", "doctor check judges aggregates; give one entity's metadata"
                )
            if read.input.form == "none":
                raise InputError(f"{read.name}: {read.details.get('fetch_detail') or 'nothing could be read'}",
                                 "doctor check says more of an address")  # fmt: skip
            if kind == "connection" and read.kind != "connection":
                raise UsageError(
                    f"--connection-file {one.name}: this is {read.kind}, not a connection", "give the vendor's JSON"
                )
            found.append(read._replace(details={**read.details, "offered_as": kind}) if kind else read)
    return found


def with_document(case: model.Case, document: Document) -> model.Case:
    """The case with a document; plain text is a report."""
    if document.kind == "case":
        raise UsageError(f"{document.name} is a case file", "doctor cases import FILE, or doctor.Case.load")
    refused = isinstance(document.oidc, Answer) and document.oidc.error is not None
    if document.kind in _TEXTS or refused or (document.kind == "unknown" and document.input.form == "text"):
        return with_report(case, sniff.whole_text(document.source or b""))
    if document.kind in exhibit.NEVER and document.kind != "token":
        return with_report(case, f"A {document.kind} was given; it is secret and is not kept.")
    offered = document.details.get("offered_as")
    if document.capture is not None:
        from doctor.parse import recorded

        case = functools.reduce(with_report, recorded.words(document), case)
    for one in (document, *document.parts):
        if words := getattr(getattr(one.message, "status", None), "message", None):
            case = with_report(case, words)  # what the identity provider says of its refusal is an error text
    if document.kind == "event":
        case = functools.reduce(with_report, _told_by_events(document), case)
    return case.with_document(exhibit.of_document(document, str(offered) if offered else None))


def with_live(case: model.Case, found: Live, vendor: str) -> model.Case:
    """The case with what a vendor's API told: its documents, and facts that no document holds.

    What the API told of the same thing earlier is replaced: it was true then.
    """
    names = {document.name for document in found.documents}
    case = case._replace(documents=tuple(one for one in case.documents if one.name not in names))
    for document in found.documents:
        case = with_document(case, document)
    facts = {"connection.vendor": vendor, **found.facts}
    options = case.options | {name: answer.checked(name, given) for name, given in facts.items()}
    return case._replace(options=options, sources=case.sources | dict.fromkeys(facts, f"the API of {vendor}"))


def diagnosed(found: Live, vendor: str, book: Rulebook | None = None) -> Diagnosis:
    """The diagnosis of nothing but what a vendor's API told. `book`: the rules, where they are at hand."""
    chosen = library.Options(vendor=vendor)
    rules = book or library.rulebook(chosen)
    return Session(with_live(empty("live", chosen), found, vendor), rules).so_far


def _told_by_events(document: Document) -> tuple[str, ...]:
    """The errors of failed sign-ins among events: texts like those that people bring."""
    from doctor.facts import story as event

    return event.words(event.told(document.events))


_TEXTS = ("callback", "error-text")
"""Kinds that are read as text, as is a token endpoint's refusal: what they say stands in their words, and their
secrets are taken out."""


def with_report(case: model.Case, text: str) -> model.Case:
    """The case with a text: messages pasted in it become documents, secrets are taken out."""
    text = text.encode("utf-8", "replace").decode()
    for blob in triage.blobs(text):
        found = recognise(blob.encode("utf-8", "replace"), "pasted text")
        found = found._replace(name=f"pasted text {(found.sha256 or '')[:8]}")
        if found.kind.startswith("saml-") or found.kind == "certificate":
            case = case.with_document(exhibit.of_document(found))
            text = text.replace(blob, f"[{found.kind}]")
    kept = redaction.text(text).strip()
    return case if not kept or kept in case.reports else case._replace(reports=(*case.reports, kept))


class Session:
    """A diagnosis step by step: `need` is what would tell more, `answer` goes on, `back` takes one back."""

    def __init__(
        self, case: model.Case, book: Rulebook, fail_on: str = "error", personal: Personal = Personal()  # noqa: B008
    ) -> None:  # fmt: skip
        self.personal = personal
        self.book = book
        self.fail_on = fail_on
        self.history: list[model.Case] = []
        self._start(case)

    def _start(self, case: model.Case) -> None:
        self.case = case
        self._engine = engine.diagnose(case, self.book, self.fail_on, self.personal)
        self.need: Need | None = None
        try:
            self.need = next(self._engine)
            self.so_far = self.need.so_far
        except StopIteration as ended:
            self.so_far = ended.value

    def go_on(self, case: model.Case) -> None:
        """Go on with more evidence."""
        self.history.append(self.case)
        self._start(case)

    def answer(self, asking: engine.Asking, facts: dict[str, Any]) -> None:
        """Go on with the answer to a question; `facts` empty means that the person does not know."""
        declined = dict.fromkeys(asking.provides, model.unknown(model.DECLINED)) if asking.kind == "ask" else {}
        told = facts or declined
        self.go_on(self.case.with_answers(told, asking.acquisition))

    def back(self) -> bool:
        """Take the last answer back; False when there is none."""
        if not self.history:
            return False
        self._start(self.history.pop())
        return True


class Keeper:
    """Keeps a session's case in the store, joined with what another process has stored meanwhile.

    `seen` is the case as it was last read or written here. Raises `InputError` when it cannot be written.
    """

    def __init__(self, store: Store, seen: model.Case | None = None) -> None:
        self.store = store
        self.seen = seen

    def keep(self, session: Session) -> None:
        """Write the session's case as it is now."""
        found = session.so_far
        self.store.join(self.seen, session.case, found.verdict, found.headline)
        self.seen = session.case
