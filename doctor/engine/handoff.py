"""What the person who must act is told: the problems of each, with values to paste, steps and proof.

Pure: a diagnosis (or a report of `check`) and the rulebook in, frozen notes out. Nothing in them is a
secret or a person's: addresses are masked, lines of files are left out, file names lose their folders.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from doctor.catalogue.provider import GENERIC
from doctor.engine import recheck
from doctor.engine.paste import Known, Value, clean, known_values, value
from doctor.engine.recipe import Request, requested
from doctor.engine.reply import Reply, replied
from doctor.engine.template import fields
from doctor.facts import acquisition
from doctor.model.finding import Citation, Finding, Severity, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from doctor.engine.diagnose import Diagnosis
    from doctor.engine.rulebook import Rulebook
    from doctor.model.case import Case
    from doctor.model.finding import Report

WHO: Final = ("idp-admin", "app-admin", "developer", "user", "vendor")
"""Who can be asked to act, in the order of the notes."""
FOR: Final = (*WHO, "customer", "all")
"""Whom messages can be made for; the customer gets the reply and the request for evidence."""
MAX_FULL: Final = 5
"""Problems that a note tells in full; the others are named."""
_LOUD: Final = (Severity.ERROR, Severity.WARNING)


class Problem(NamedTuple):
    """One finding for the person who must act; `decide` are the questions that would prove a suspicion."""

    id: str
    verdict: str
    severity: str
    title: str
    message: str
    seen: tuple[str, ...]
    value: Value | None
    steps: tuple[str, ...]
    decide: tuple[str, ...]
    wrong_if: str | None
    cite: tuple[Citation, ...]


class First(NamedTuple):
    """The finding that leads the diagnosis, and who was told of it."""

    role: str
    title: str


class Note(NamedTuple):
    """The message to one person. `verdict` is that of its first problem, None when there is none.

    `more` are titles of what is not told in full, `recheck` is the command that judges a corrected file.
    `first` is the finding that leads where somebody else must act on it: this one may follow from it.
    """

    who: str
    role: str
    area: str
    product: str | None
    verdict: str | None
    first: First | None
    problems: tuple[Problem, ...]
    more: tuple[str, ...]
    verify: tuple[str, ...]
    recheck: str | None
    not_checked: tuple[str, ...]


class Handoff(NamedTuple):
    """All messages of a case: notes to those who must act, the reply to the customer, the request for evidence."""

    case: str | None
    verdict: str
    notes: tuple[Note, ...]
    reply: Reply | None
    request: Request | None


class Wanted(NamedTuple):
    """What the messages are made for.

    `to` is one of `FOR`: one person (whose note is made even when it has nothing to tell), the customer, or
    all who must act and the customer. `provider` is the id of the product, where the evidence shows none.
    `values` are facts of `paste.SETTABLE` that the case tells (see `paste.known_values`), `beside` is what a
    corrected file is held against.
    """

    to: str = "all"
    case: str | None = None
    provider: str | None = None
    values: Mapping[str, Known] = {}
    beside: recheck.Beside = recheck.Beside()


def of_case(case: Case, book: Rulebook, to: str = "all", name: str | None = None) -> Handoff:
    """The messages of a case. `to` is one of `FOR`, `name` is told as the case's name."""
    from doctor.engine.diagnose import Examined
    from doctor.engine.setup import with_sp_metadata

    examined = told = Examined(case, book)
    if any(one.offered_as == "sp-metadata" for one in case.documents):
        told = Examined(with_sp_metadata(case), book)  # only for the values: the diagnosis stays that of the case
    wanted = Wanted(to, name, examined.provider, known_values(told.view), recheck.beside(case, told.view))
    return handoff(examined.diagnosis("error"), book, wanted)


def handoff(found: Diagnosis | Report, book: Rulebook, wanted: Wanted = Wanted()) -> Handoff:  # noqa: B008
    """The messages of a diagnosis, or of a report."""
    maker = Maker(found, book, wanted)
    to, acting = wanted.to, tuple(who for who in WHO if maker.acts(who))
    notes = tuple(maker.note(who) for who in (acting if to == "all" else [one for one in WHO if one == to]))
    case = None if wanted.case is None else clean(wanted.case)
    request = requested(found, maker.product)
    if to not in ("all", "customer"):
        return Handoff(case, found.verdict, notes, None, None if maker.proven else request)
    reply = replied(found, maker.plain(), acting, maker.product, asks=request is not None)
    return Handoff(case, found.verdict, notes, reply, request)


class Maker:
    """Makes the notes of one diagnosis."""

    def __init__(self, found: Diagnosis | Report, book: Rulebook, wanted: Wanted) -> None:
        self.found = found
        self.book = book
        self.values = wanted.values
        self.beside = wanted.beside
        shown = {one.provider for one in found.subjects if one.provider}
        provider = next(iter(shown)) if len(shown) == 1 else wanted.provider
        self.words = book.words(provider)
        self.product = book.names.get(provider) if provider and provider != GENERIC else None
        confirmed = [one for one in found.findings if one.verdict == Verdict.CONFIRMED]
        self.proven = [one for one in confirmed if one.severity in _LOUD]
        self.quiet = [one for one in confirmed if one.severity == Severity.NOTICE]
        self.suspected = [one for one in found.findings if one.verdict == Verdict.SUSPECTED]

    def acts(self, who: str) -> bool:
        """Whether this person must act: something is proven, or nothing is, and it is suspected."""
        return any(one.who == who for one in self.proven or self.suspected)

    def plain(self) -> tuple[str, str] | None:
        """Verdict and folder of the first finding, for the reply to the customer."""
        first = next(iter(self.proven or self.suspected), None)
        return None if first is None else (str(first.verdict), self._folder(first))

    def note(self, who: str) -> Note:
        """The note for one person."""
        own = [one for one in (*self.proven, *self.suspected) if one.who == who]
        problems = [self._problem(group) for group in _grouped(own)]
        area = AREAS.get(self._folder(own[0]), SIGN_ON) if own else SIGN_ON
        rest = [one.title for one in problems[MAX_FULL:]] + [clean(one.title) for one in self.quiet if one.who == who]
        return Note(
            who=who, role=role(who, self.product), area=area, product=self.product,
            verdict=problems[0].verdict if problems else None, first=self._first(who),
            problems=tuple(problems[:MAX_FULL]),
            more=tuple(dict.fromkeys(rest)), verify=self._verify(area) if own else (),
            recheck=self._recheck(own, who), not_checked=self._open(who),
        )  # fmt: skip

    def _first(self, who: str) -> First | None:
        leads = next(iter(self.proven or self.suspected), None)
        if leads is None or leads.who is None or leads.who == who:
            return None
        return First(role(leads.who, self.product), clean(leads.title))

    def _texts(self, one: Finding) -> dict[str, Any]:
        """The texts of the finding's rule; none where the book does not have it."""
        return self.book.prose(one.id) if one.id in self.book.ids else {"fix": (), "file": ""}

    def _folder(self, one: Finding) -> str:
        return str(self._texts(one)["file"]).rpartition("/")[0].rpartition("/")[2]

    def _problem(self, group: list[Finding]) -> Problem:
        one = group[0]
        texts = self._texts(one)
        return Problem(
            id=one.id, verdict=str(one.verdict), severity=str(one.severity), title=clean(one.title),
            message=clean(one.message), seen=tuple(dict.fromkeys(text for each in group for text in _seen(each))),
            value=value(one, texts, self.words, self.values), steps=tuple(clean(text) for text in one.fix),
            decide=tuple(self._questions(one.needs)) if one.verdict == Verdict.SUSPECTED else (),
            wrong_if=_without_fields(texts.get("wrong_if")),
            cite=tuple(cited for cited in one.cite if cited.url.startswith(("https://", "http://"))),
        )  # fmt: skip

    def _questions(self, needs: Iterable[str]) -> Iterator[str]:
        """What would decide a suspicion, as questions in the words of the console."""
        for name in needs:
            asked = acquisition.by_id(f"ask:{name}")
            if asked is None:
                continue
            text = f"{asked.question} {asked.help}".strip()
            for word, _ in fields(text):
                text = text.replace(f"{{{word}}}", self.words(word) or word)
            yield text

    def _verify(self, area: str) -> tuple[str, ...]:
        stuck = {"stuck-in-draft", "stuck-in-validating"} & set(getattr(self.found, "trees", ()))
        return (*_VERIFY[area], _ACTIVE) if stuck else _VERIFY[area]

    def _recheck(self, own: list[Finding], who: str) -> str | None:
        """The command that judges what was corrected: the new file, or a new recording of a sign-in."""
        seen = {one.subject for one in own if one.verdict == Verdict.CONFIRMED}
        kinds = {one.kind for one in self.found.subjects if one.name in seen}
        return next((recheck.command(kind, who, self.beside) for kind in recheck.FILES if kind in kinds), None)

    def _open(self, who: str) -> tuple[str, ...]:
        """What was not told and would decide a step of a tree that this person would act on, by its label."""
        open_ = [one for one in self.found.findings if one.verdict == Verdict.UNKNOWN and len(one.path) > 1]
        needed = {name for one in open_ if one.who == who for name in one.needs}
        labels = [one.label for one in self.found.not_checked if one.label != one.fact and one.fact in needed]
        return tuple(dict.fromkeys(labels))


def _grouped(findings: Iterable[Finding]) -> list[list[Finding]]:
    """Findings that say the same of several places, told once."""
    found: dict[tuple[Any, ...], list[Finding]] = {}
    for one in findings:
        found.setdefault((one.id, one.message, one.expected, one.actual), []).append(one)
    return list(found.values())


def _without_fields(text: str | None) -> str | None:
    """A text of a rule as it stands; None when it would need values."""
    if not text or fields(text):
        return None
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _seen(one: Finding) -> Iterator[str]:
    """Where it was seen: a file and a line, an error text, or what people answered."""
    if one.subject != "case":
        name, part = _PART.fullmatch(shown_name(one.subject)).groups()  # type: ignore[union-attr]
        line = f", line {one.line}" if one.line and not part else ""
        yield f"{name}, message {part}" if part else f"{name}{line}"
        return
    told = [proof.source for proof in one.evidence if proof.value != "unknown" and proof.source != "case"]
    yield from (_source(text) for text in told)
    if not told:
        yield "an error text" if one.verdict == Verdict.SUSPECTED else "what was told of the case"


def _source(text: str) -> str:
    if text.startswith("error text"):
        return "an error text"
    return "what was answered" if text.startswith("--") or text in ("answer", "example") else shown_name(text)


_PART: Final = re.compile(r"(.*?)(?:#(\d{1,6}))?", re.DOTALL)
"""The name of a recording, and the number of one of its messages."""


def shown_name(name: str) -> str:
    """A subject without its folders: they may name a person, and nobody else has them."""
    return clean(recheck.shown(name))


def role(who: str, product: str | None) -> str:
    """Who it is, in words."""
    return f"{product} administrator" if who == "idp-admin" and product else ROLES[who]


ROLES: Final = {
    "idp-admin": "identity provider's administrator", "app-admin": "application's administrator",
    "developer": "application's developers", "user": "person who signs in", "vendor": "vendor's support",
}  # fmt: skip
SIGN_ON: Final = "single sign-on"
SYNC: Final = "directory sync"
SOCIAL: Final = "sign-in"
AREAS: Final = {"scim": SYNC, "oauth": SOCIAL}
"""What does not work, by the folder of the rule; single sign-on for the others."""
_WINDOW: Final = "Open a private browser window and start a sign-in at the application's own start page."
_VERIFY: Final = {
    SIGN_ON: (_WINDOW, "It works when a test user arrives in the application, signed in under the right account."),
    SOCIAL: (_WINDOW, "It works when a test account arrives in the application, and the address bar shows no error=."),
    SYNC: (
        "Run the provider's connection test; then provision one test user, change the last name, unassign the user.",
        "It works when all three changes arrive in the directory, and the directory's page shows it as linked.",
    ),
}
"""How somebody tells that it works."""
_ACTIVE: Final = "After that sign-in the connection's page shows the state Active."
