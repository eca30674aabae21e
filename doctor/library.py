"""The library's functions. Nothing prints, nothing reads the environment; every error is a `DoctorError`.

`import doctor` gives them lazily; see `doctor/__init__.py`.
"""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from doctor.engine import beside
from doctor.engine import check as engine
from doctor.engine.rulebook import Rulebook, shipped
from doctor.model.error import InputError, UsageError
from doctor.model.finding import SEVERITIES, Place, Report
from doctor.sources import reader
from doctor.sources import subject as subjects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from doctor.engine.check import Checked, Checker
    from doctor.model.document import Document

Subject = str | os.PathLike[str] | bytes
MAX_KEY: Final = 64 * 1024
_DER_OR_PEM: Final = re.compile(rb"(?s)-----BEGIN .*PRIVATE KEY-----|\x30|.{0,4000}-----BEGIN [A-Z ]*PRIVATE KEY")
MAX_REMEMBERED: Final = 256 * 1024
"""Bytes of metadata given beside subjects up to which what was read of it is kept for the next call."""
MAX_TOLERANCE: Final = 86_400
"""The widest tolerance that can be asked for, in seconds: a day."""
OPENID: Final = {
    "oauth.expected_issuer": "issuer", "oauth.client_id": "client_id", "oauth.expected_redirect_uri": "redirect_uri",
    "oauth.nonce": "nonce",
}  # fmt: skip
"""Facts of OpenID Connect, and the option that tells each."""
FAIL_ON: Final = ("error", "warning", "notice", "never")


class Options(NamedTuple):
    """What the caller knows beside the subjects; every field may stay empty.

    `acs_url`, `sp_entity_id`: what the service provider expects, verbatim. `sp_metadata`,
    `idp_metadata`: files that tell the same. `idp_entity_id`: from whom metadata or a response must
    come. `provider`: the identity provider's id or name. `at`: the moment of judgement (aware; default
    now). `fail_on`: the severity at which the verdict is `fail`. `allow_private`: let URLs
    lead to private and loopback addresses. `rules`: a folder of rules that add to, override or disable
    the shipped ones. `keep_going`: use the right rule files although others are wrong. `vendor`: who
    holds the connection, workos or scalekit. `received_at`: when a response was received (aware; default: from
    the capture, else `at`, else unknown). `clock_tolerance`: seconds by which clocks may differ.
    `decryption_key`: the service provider's private key (PEM: a file or bytes); what it decrypts stays in
    memory. `show_personal`: tell values of people as they are, not only their shape. `connection`: the connection as
    the vendor's API shows it (JSON, a file or bytes), with which subjects are compared. Of OpenID Connect: `jwks`, the
    provider's key set, which checks signatures of tokens; `issuer`, `client_id`, `redirect_uri` and `nonce`, as the
    application has them.
    """

    acs_url: str | None = None
    sp_entity_id: str | None = None
    sp_metadata: Subject | None = None
    idp_metadata: Subject | None = None
    idp_entity_id: str | None = None
    provider: str | None = None
    at: datetime | None = None
    fail_on: str = "error"
    allow_private: bool = False
    rules: str | os.PathLike[str] | None = None
    keep_going: bool = False
    vendor: str | None = None
    received_at: datetime | None = None
    clock_tolerance: float | None = None
    decryption_key: Subject | None = None
    show_personal: bool = False
    connection: Subject | None = None
    jwks: Subject | None = None
    issuer: str | None = None
    client_id: str | None = None
    redirect_uri: str | None = None
    nonce: str | None = None


def check(
    *subjects_given: Subject,
    progress: Callable[[str, int], None] | None = None,
    on_checked: Callable[[Checked], None] | None = None,
    book: Rulebook | None = None,
    **options: Any,
) -> Report:
    """Judge each subject by itself: a path, a folder, a pattern, a URL, `-`, or bytes.

    `options` are the fields of `Options`. `progress(name, entities)` is called while an aggregate is
    read, `on_checked` after each subject. Raises `UsageError` for a wrong call and `CatalogueError` for
    wrong rule files; a subject that cannot be read is listed in `Report.unreadable`.
    """
    settings = chosen(options)
    rules = book or rulebook(settings)
    now = settings.at or datetime.now(UTC)
    context = _contexts(settings)
    fitting = [one for one in context if _fits(one, str(one.details["offered_as"]))]
    checker = engine.Checker(rules, now, *_given(settings, fitting, now), fitting)
    checker.untold(fact for one in fitting if one.kind == "connection" for fact in beside.not_shown(one, now))
    checker.key = key_in(settings)
    checker.describer.show_personal = settings.show_personal
    checker.describer.provider = rules.provider_id(settings.provider)
    if checker.describer.provider is not None:
        checker.case["provider.id"] = checker.describer.provider
    others = [one for one in context if one not in fitting]
    unreadable = [_misplaced(one) for one in others if one.kind in _ELSEWHERE]
    checked = [checker.document(one) for one in others if one.kind not in _ELSEWHERE]
    for subject in subjects_given:
        for one in _each(subject, settings, checker, progress, unreadable):
            checked.append(one)
            if on_checked is not None:
                on_checked(one)
    case = checker.case_rules(checked[0].subject.name) if checked else None
    return engine.report([*checked, *([case] if case else [])], rules, now, settings.fail_on, tuple(unreadable))


def rulebook(chosen: Options) -> Rulebook:
    """The rules that these options ask for. Raises `CatalogueError` and `UsageError`."""
    base = shipped(keep_going=True) if chosen.keep_going else shipped()
    if chosen.rules is None:
        return base
    from pathlib import Path

    from doctor.engine.make import extended

    return extended(base, Path(chosen.rules), keep_going=chosen.keep_going)


def chosen(options: dict[str, Any]) -> Options:
    """The options of a call, checked. Raises `UsageError` with the nearest name."""
    unknown = sorted(set(options) - set(Options._fields))
    if unknown:
        from doctor.catalogue.rule import did_you_mean

        raise UsageError(f"there is no option {unknown[0]!r}{did_you_mean(unknown[0], Options._fields)}")
    found = Options(**options)
    if found.fail_on not in FAIL_ON:
        raise UsageError(f"fail_on must be one of {', '.join(FAIL_ON)}, not {found.fail_on!r}")
    for name in ("at", "received_at"):
        moment = getattr(found, name)
        if moment is not None and moment.tzinfo is None:
            raise UsageError(f"{name} must be an aware time", "give it a time zone, UTC for instance")
    if found.clock_tolerance is not None and not 0 <= found.clock_tolerance <= MAX_TOLERANCE:
        raise UsageError(f"clock_tolerance must be 0 to {MAX_TOLERANCE} seconds, not {found.clock_tolerance:g}")
    return found


def _given(chosen: Options, context: list[Document], now: datetime) -> tuple[dict[str, Any], dict[str, str]]:
    """The facts that options tell, and the option that told each."""
    facts: dict[str, Any] = {}
    sources: dict[str, str] = {}

    def tell(fact: str, value: object, source: str) -> None:
        if value is not None and fact not in facts:
            facts[fact], sources[fact] = value, source

    tell("sp.acs_url", chosen.acs_url, "--acs-url")
    tell("sp.entity_id", chosen.sp_entity_id, "--sp-entity-id")
    tell("idp.expected_entity_id", chosen.idp_entity_id, "--idp-entity-id")
    tell("connection.vendor", chosen.vendor, "--vendor")
    for fact, name in OPENID.items():
        tell(fact, getattr(chosen, name), f"--{name.replace('_', '-')}")
    tell("login.received_at", chosen.received_at, "--received-at")
    if chosen.clock_tolerance is not None:
        facts["clock.tolerance_seconds"] = chosen.clock_tolerance
    if chosen.at is not None:
        facts["case.judged_at"] = chosen.at  # no source: naming a moment is no claim about the case
    for document in context:
        kind = str(document.details["offered_as"])
        for fact, value in beside.told(document, kind, now):
            tell(fact, value, f"--{kind}")
    return facts, sources


def _contexts(chosen: Options) -> list[Document]:
    """The files given beside the subjects."""
    given = (("sp-metadata", chosen.sp_metadata), ("idp-metadata", chosen.idp_metadata), ("jwks", chosen.jwks),
             ("connection", chosen.connection))  # fmt: skip
    return [_context(subject, chosen, kind) for kind, subject in given if subject is not None]


def _context(subject: Subject, chosen: Options, kind: str) -> Document:
    """A file given beside the subjects, with what it was offered as."""
    name = f"--{kind}" if isinstance(subject, bytes) else os.fspath(subject)
    if isinstance(subject, bytes):
        found = _of_bytes(subject, name) if len(subject) <= MAX_REMEMBERED else reader.of_bytes(subject, name)
    else:
        found = reader.read(next(iter(subjects.named([name]))), allow_private=chosen.allow_private)
    document = found.document if isinstance(found, reader.Stream) else found
    return document._replace(details={**document.details, "offered_as": kind})


@lru_cache(maxsize=4)
def _of_bytes(data: bytes, name: str) -> Document | reader.Stream:
    """The same metadata is given beside every response of a provider: it is read once."""
    return reader.of_bytes(data, name)


def key_in(chosen: Options) -> bytes | None:
    """The decryption key of the options. Raises `InputError` and `UsageError`; no byte of it is in any text."""
    given = chosen.decryption_key
    if given is None:
        return None
    if isinstance(given, bytes):
        found = given
    else:
        with subjects.opened(next(iter(subjects.named([os.fspath(given)]))).name) as file:
            found = file.read(MAX_KEY)
    if not _DER_OR_PEM.match(found.lstrip()) or b"PUBLIC KEY" in found:
        raise UsageError("--decryption-key: this is no private key", "give the service provider's key as PEM")
    return found


_ELSEWHERE: Final = (
    "saml-response", "saml-assertion", "saml-request", "saml-logout", "capture", "callback", "token", "connection",
    "idp-application", "oidc-discovery", "scim", "csr", "private-key",
)  # fmt: skip
"""Kinds that are something else altogether than what stands beside a subject: no finding, but a wrong call."""


def _misplaced(document: Document) -> str:
    kind = document.details["offered_as"]
    return f"--{kind} {document.name}: this is a {document.kind}, not {kind}; give it as a subject"


def _fits(document: Document, kind: str) -> bool:
    """Whether a document can serve as what it was offered as: an entity with both roles is either.

    A lone certificate serves as identity-provider metadata: it says what to verify with, and no more.
    """
    if kind == "idp-metadata" and document.kind == "certificate":
        return True
    roles = {role.name for role in document.entity.roles} if document.entity else set()
    return document.kind == kind or kind.partition("-")[0] in roles


def _each(
    subject: Subject, chosen: Options, checker: Checker, progress: Callable[[str, int], None] | None,
    unreadable: list[str],
) -> Iterator[Checked]:  # fmt: skip
    if isinstance(subject, bytes):
        yield _judged(reader.of_bytes(subject, "bytes"), checker, progress)
        return
    words = subjects.named([os.fspath(subject)])
    while True:
        try:
            named = next(words)
            yield _judged(reader.read(named, allow_private=chosen.allow_private), checker, progress, unreadable)
        except StopIteration:
            return
        except InputError as error:
            unreadable.append(f"{error}" + (f" ({error.hint})" if error.hint else ""))


def _judged(
    found: Document | reader.Stream, checker: Checker, progress: Callable[[str, int], None] | None,
    unreadable: list[str] | None = None,
) -> Checked:  # fmt: skip
    if isinstance(found, reader.Stream):
        return _aggregate(found, checker, progress)
    if unreadable is not None and found.input.form == "none":
        unreadable.append(f"{found.name}: {found.details.get('fetch_detail') or found.details.get('fetch_status')}")
    return checker.document(found)


def _aggregate(found: reader.Stream, checker: Checker, progress: Callable[[str, int], None] | None) -> Checked:
    from doctor.parse.xml import XmlRefused

    tally = engine.Tally(checker)
    document = found.document
    try:
        for count, entity in enumerate(found.entities, 1):
            tally.add(entity)
            if progress is not None and count % 500 == 0:
                progress(document.name, count)
    except XmlRefused as refused:
        place = Place(refused.place.line, refused.place.column)
        flaw = document.input._replace(problem=refused.problem, detail=refused.detail, place=place)
        document = document._replace(input=flaw)
    finally:
        found.hashing.drain()
    return tally.finished(document._replace(sha256=found.hashing.total.hexdigest()))


__all__ = ["FAIL_ON", "SEVERITIES", "Options", "Subject", "check"]
