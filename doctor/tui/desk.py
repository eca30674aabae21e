"""The case at hand, for all screens: evidence goes in, the diagnosis stands on it, the store keeps it.

No widget and no rule is known here. Its methods do the slow work and are called from worker threads, one at a time.
"""

from __future__ import annotations

import secrets
import threading
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from doctor.model.error import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from doctor.casework import Keeper, Session
    from doctor.engine.choose import Row
    from doctor.engine.diagnose import Asking, Diagnosis
    from doctor.engine.handoff import Handoff
    from doctor.engine.retract import Given
    from doctor.engine.rulebook import Rulebook
    from doctor.engine.setup import Plan
    from doctor.library import Options
    from doctor.model.case import Case
    from doctor.model.finding import Report
    from doctor.sources import case_store
    from doctor.sources.case_store import Store
    from doctor.sources.profile import Place
    from doctor.tui.lines import Lines

WHERE = "at:"
"""How a case notes where in a setup somebody stood, among what it was asked: `at:okta-saml:addresses`."""

PATIENCE = 3.0
BRIEFLY = 0.3
"""Seconds for which a store that another process holds is waited for: at first, and once it was told."""


class Beside(NamedTuple):
    """What stands beside the findings of a document. `placed`: its lines are those that findings name."""

    lines: Lines
    placed: bool


class Sheet(NamedTuple):
    """One input that was checked: its report, and each document in it, by name."""

    report: Report
    shown: Mapping[str, Beside]


class Desk:
    """What the app works on. `sheet` is the input checked last, `session` the diagnosis of the case."""

    def __init__(self, options: Mapping[str, Any] | None = None, store: Store | None = None) -> None:
        self._given = dict(options or {})
        self._store = store
        self.session: Session | None = None
        self.sheet: Sheet | None = None
        self._keeper: Keeper | None = None
        self.unkept = False
        """Whether the case as it is now could not be written; said once."""
        self._keeping = threading.Lock()
        self.cases = 0
        """How often another case was put on the desk: what a screen keeps of a case holds for one of them."""
        self.wanted: Callable[[], None] = lambda: None
        """Called before anything on the desk changes; raises when the work was given up meanwhile."""

    @cached_property
    def options(self) -> Options:
        """The options that the app was started with."""
        from doctor import library

        return library.chosen(self._given)

    @cached_property
    def book(self) -> Rulebook:
        """The rules."""
        if not self._given:
            from doctor.engine.rulebook import shipped

            return shipped()
        from doctor import library

        return library.rulebook(self.options)

    @property
    def store(self) -> Store:
        """The store of cases, the same as the command line's."""
        if self._store is None:
            from doctor.sources.case_store import Store

            self._store = Store()
        return self._store

    # ── what there is ─────────────────────────────────────────────────────────────────────────────────

    @property
    def found(self) -> Diagnosis | None:
        """The diagnosis as it stands."""
        return None if self.session is None else self.session.so_far

    @property
    def case(self) -> Case | None:
        """The case as it stands."""
        return None if self.session is None else self.session.case

    def recent(self) -> list[case_store.Row]:
        """The kept cases, the latest first. Raises `InputError`."""
        return self.store.rows()

    def product(self) -> str | None:
        """The name of the product that the evidence shows, or that somebody named."""
        found, case = self.found, self.case
        shown = {one.provider for one in found.subjects if one.provider} if found else set()
        only = next(iter(shown)) if len(shown) == 1 else case.provider if case else None
        return self.book.names.get(only) if only else None

    def messages(self) -> Handoff:
        """The notes of the case, the same as `doctor handoff` writes."""
        from doctor.engine import handoff

        case = self._case()
        return handoff.of_case(case, self.book, name=case.name)

    # ── evidence ──────────────────────────────────────────────────────────────────────────────────────

    def open(self, name: str) -> None:
        """Go on with a kept case. Raises `UsageError` and `InputError`."""
        case = self.store.load(name)
        self.wanted()
        self._begin(case, case)
        self.sheet = None
        self.cases += 1

    def new(self) -> None:
        """Put the case away; the next evidence begins another one."""
        self.session = self._keeper = self.sheet = None
        self.cases += 1

    def rename(self, name: str) -> None:
        """Give the case another name. Raises `UsageError` and `InputError`."""
        from doctor.model.error import UsageError

        case, found = self.case, self.found
        if case is None or found is None or name == case.name:
            return
        if not name.strip() or not name.isprintable():
            raise UsageError("a case needs a name of printable characters", "acme, for instance")
        if self.store.has(name):
            raise UsageError(f"there is a case {name!r} already", "give another name")
        renamed = case._replace(name=name)
        self.store.save(renamed, found.verdict, found.headline)
        self._begin(renamed, renamed)
        if self.store.has(case.name):
            self.store.delete(case.name)

    def check(self, subject: str | bytes, progress: Callable[[str, int], None]) -> Sheet:
        """Judge one input by itself; it becomes the sheet. Raises `InputError`."""
        from doctor import library
        from doctor.sources import display
        from doctor.tui import lines

        report = library.check(subject, progress=progress, book=self.book, **self._given)
        if report.unreadable and not report.subjects:
            raise InputError(report.unreadable[0], "drop another file, or check its permissions")
        shown = display.shown(subject, allow_private=self.options.allow_private)
        sheet = Sheet(report, {name: Beside(lines.of(one.text), one.placed) for name, one in shown.items()})
        self.wanted()
        self.sheet = sheet
        return sheet

    def add_input(self, word: str, *, ours: bool = False) -> None:
        """Take a file or an address into the case. `ours`: it is metadata of the service provider that is set up, which
        tells its values. Raises `InputError` and `UsageError`."""
        from doctor import casework

        if ours:
            options = self.options._replace(sp_metadata=word)
            self._go_on(casework.gather(self._case(), casework.Evidence(), options, self.book))
        else:
            self._gather(casework.Evidence((word,)))

    def add_text(self, text: str) -> None:
        """Take a text into the case: a document when it is one, else what somebody reports."""
        from doctor import casework
        from doctor.sources import reader

        found = reader.of_bytes(text.encode("utf-8", "replace"), "pasted text")
        if isinstance(found, reader.Stream):
            return
        named = found._replace(name=f"pasted text {(found.sha256 or '')[:8]}")
        self._go_on(casework.with_document(self._case(), named))

    def add_connection(self, name: str, place: Place | None = None) -> None:
        """Take a connection into the case, with its sign-ins and its organization. Raises `UsageError`.

        Without an environment it is that of the first vendor that knows it.
        """
        from doctor import casework
        from doctor.sources import online

        vendor, found = online.fetched(name, place, allow_private=self.options.allow_private)
        self._go_on(casework.with_live(self._case(), found, vendor))

    def tell(self, asking: Asking, facts: Mapping[str, Any]) -> None:
        """Tell facts, whether or not they were asked for. Raises `UsageError` for a wrong value."""
        from doctor.engine import answer

        told = {name: answer.checked(name, given) for name, given in facts.items()}
        self._go_on(self._case().with_answers(told, asking.acquisition))

    def plan(self, row: Row) -> Plan:
        """The setup of a row of the lookup table, with what the case tells and has checked off."""
        from doctor import casework
        from doctor.engine import setup
        from doctor.engine.diagnose import Examined

        case = self.case or casework.empty("setup", self.options)
        return setup.planned(
            self.book, row, Examined(setup.with_sp_metadata(case), self.book), setup.marked(row, case.asked)
        )

    def walk(self, provider: str, change: Callable[[tuple[str, ...]], tuple[str, ...]]) -> None:
        """Keep which steps of a setup are checked off and noted, and for which product unless the case knows it."""
        case = self._case()
        self._go_on(case._replace(provider=case.provider or provider, asked=change(case.asked)))

    def tell_value(self, row: Row | None, name: str, text: str) -> None:
        """Tell a value of a setup. Raises `UsageError` when it is none that a case keeps."""
        from doctor import casework
        from doctor.engine import setup

        self._gather(casework.Evidence(given=setup.told(self.book, row, name, text)))

    def answer(self, asking: Asking, facts: dict[str, Any]) -> None:
        """Answer a question that is still put; without facts the person does not know."""
        found = self.found
        if self.session is not None and found and any(one.acquisition == asking.acquisition for one in found.needs):
            self.session.answer(asking, facts)
            self._keep()

    def probe_scim(self, url: str, token: str) -> None:
        """Ask a SCIM server, and take what it answers into the case. The token is in memory only, and not for long.
        Raises `UsageError`."""
        from doctor.engine import probe_scim
        from doctor.sources import scim, scim_door, secret

        limits = scim_door.Limits(self.options.allow_private)
        door = scim_door.Door(scim_door.endpoint(url), secret.given(token, "the token"), limits)
        self._go_on(probe_scim.in_case(self._case(), scim.probe(door)))

    def question(self, fact: str, provider: str | None) -> Asking | None:
        """The question for one fact, in the words of a product; None when nobody can tell it."""
        from doctor import casework
        from doctor.engine import wanted
        from doctor.engine.diagnose import Examined

        case = self.case or casework.empty("setup", self.options)
        return wanted.about(Examined(case._replace(provider=case.provider or provider), self.book), fact)

    def take_back(self, one: Given) -> None:
        """Take back one thing that the case was given."""
        from doctor.engine import retract

        if self.case is not None:
            self._go_on(retract.without(self.case, one))

    def back(self) -> bool:
        """Take the last answer back; False when there is none."""
        if self.session is None or not self.session.back():
            return False
        self._keep()
        return True

    def _gather(self, evidence: Any) -> None:
        from doctor import casework

        self._go_on(casework.gather(self._case(), evidence, self.options, self.book))

    def _case(self) -> Case:
        if self.case is not None:
            return self.case
        from doctor import casework

        begun = casework.empty("", self.options)
        return begun._replace(name=f"{begun.now[:16].replace(':', '')}-{secrets.token_hex(2)}")

    def _go_on(self, case: Case) -> None:
        self.wanted()
        if self.session is None:
            self._begin(case, None)
        else:
            self.session.go_on(case)
        self._keep()

    def _begin(self, case: Case, seen: Case | None) -> None:
        from doctor import casework

        self.session = casework.Session(case, self.book, self.options.fail_on, casework.personal(self.options))
        self._keeper = casework.Keeper(self.store, seen)

    def _keep(self) -> None:
        """Write the case. When the store refuses it is said once; the work goes on in memory, and each change tries
        again."""
        try:
            self.keep_again()
        except InputError:
            told, self.unkept = self.unkept, True
            if not told:
                raise

    def keep_again(self) -> None:
        """Write the case as it is now. Raises `InputError`."""
        with self._keeping:
            if self.session is None or self._keeper is None:
                return
            self.store.patience = BRIEFLY if self.unkept else PATIENCE
            self._keeper.keep(self.session)
            self.unkept = False
