"""What a person gives by keys, or takes back: a name, a value, a file, a word on what stands in a console, a note."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from doctor.model.error import UsageError
from doctor.report.text import KINDS
from doctor.tui import intake, reason
from doctor.tui.screens.asked import Ask, Choose
from doctor.tui.screens.dialog import Line, Sure

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from doctor.engine.choose import Row
    from doctor.engine.diagnose import Asking
    from doctor.engine.instruction import Value
    from doctor.engine.retract import Given
    from doctor.tui.app import DoctorApp
    from doctor.tui.intake import Dropped


def meant(app: DoctorApp, text: str, then: Callable[[], None]) -> None:
    """Go on with what was typed; what looks like a token only when the person says that it is none."""

    def sure(yes: bool | None) -> None:  # noqa: FBT001  (the framework's call)
        if yes:
            then()

    if intake.looks_random(text):
        app.push_screen(Sure("This looks like a token or a password, which no case may hold. Is it really none?"), sure)
    else:
        app.tell_secret(text)
        then()


def name(app: DoctorApp) -> None:
    """A name for the case that a person remembers."""
    case = app.desk.case

    def told(text: str | None) -> None:
        if text:
            app.work(f"naming the case {text}", lambda: app.desk.rename(text))

    if case is not None:
        app.push_screen(Line("Name the case", "The name under which the case is kept.", case.name), told)


def value(app: DoctorApp, row: Row | None, one: Value) -> None:
    """A value of the setup."""

    def told(text: str | None) -> None:
        if text and intake.holds_secret(text):
            app.fail(UsageError("There is a token or a password in it. It was not kept.", "give the address alone"))
        elif text:
            meant(app, text, lambda: app.work("keeping", lambda: app.desk.tell_value(row, one.name, text)))

    about = "It is taken verbatim: copy it from where it stands, do not type it."
    app.push_screen(Line(one.label, about, one.text or ""), told)


def note(app: DoctorApp, number: int, begun: str, then: Callable[[str], None]) -> None:
    """A note of a step."""

    def told(text: str | None) -> None:
        if text is not None and intake.looks_random(text):
            app.fail(UsageError("This looks like a token or a password. It was not kept.", "note where it is, instead"))
        elif text is not None:
            app.tell_secret(text)
            then(text)

    about = "Kept with the case, for you: who was asked, what is waited for. An empty line takes it away."
    app.push_screen(Line(f"Note of step {number}", about, begun, empty=True), told)


def word(app: DoctorApp, provider: str | None, facts: Sequence[str]) -> None:
    """What stands in a console: the question for one of these facts."""

    def ask(asked: list[Asking]) -> None:
        if len(asked) == 1:
            _ask(app, asked[0])
        elif asked:
            rows = [one.question for one in asked]
            app.push_screen(
                Choose("Your word", "Which of these do you know?", rows),
                lambda at: _ask(app, asked[at]) if at is not None else None,
            )

    if not facts:
        return
    app.work("thinking", lambda: [one for name in facts if (one := app.desk.question(name, provider))], ask)


def _ask(app: DoctorApp, asking: Asking) -> None:
    name = asking.acquisition.partition(":")[2]

    def told(given: Any) -> None:
        if given is not None:
            facts = given if isinstance(given, dict) else {name: given}
            meant(app, str(given), lambda: app.work("keeping", lambda: app.desk.tell(asking, facts)))

    app.push_screen(Ask(asking.question, asking.help, asking.choices), told)


def taken_back(app: DoctorApp, rows: list[Given]) -> None:
    """One of these is taken back; of an answer the question is put again."""

    def chosen(at: int | None) -> None:
        if at is not None:
            one = rows[at]
            again = [one.key] if one.kind == "answer" else []
            app.work("taking it back", lambda: app.desk.take_back(one), lambda _: word(app, None, again))

    about = "Enter takes one back; an answer can then be given anew, esc leaves it open."
    app.push_screen(Choose("What the case was given", about, reason.given(rows)), chosen)


def probe(app: DoctorApp) -> None:
    """What a SCIM server answers to a token."""
    from doctor.tui.screens.probe import Probe, Wanted

    case = app.desk.case
    known = {**case.options, **case.answers} if case is not None else {}
    url = known.get("scim.probe_address") or known.get("scim.idp_endpoint") or known.get("scim.endpoint") or ""

    def told(wanted: Wanted | None) -> None:
        if wanted is not None:
            app.work(f"asking {wanted.url}", lambda: app.desk.probe_scim(wanted.url, wanted.token))

    app.push_screen(Probe(url if isinstance(url, str) else ""), told)


def evidence(app: DoctorApp, begun: str, connection: Callable[[str], None]) -> None:
    """A file, an address or a paste; the id of a connection goes to `connection`."""

    def told(text: str | None) -> None:
        dropped = intake.recognised(text or "", app.desk.book)
        if dropped.kind == "connection":
            connection(dropped.word)
        elif dropped.kind == "secret":
            app.fail(UsageError("This looks like a token or a password. It was not kept.", "give a file, or an id"))
        elif dropped.kind == "missing":
            app.fail(intake.missing(dropped))
        elif dropped.kind != "nothing":
            app.work("reading", lambda: _take(app, dropped))

    about = "Metadata, the connection as JSON, a response: its path or address. Or the id of a connection (conn_…)."
    app.push_screen(Line("Give a file or a connection", about, begun), told)


def _take(app: DoctorApp, dropped: Dropped) -> None:
    """Metadata of the service provider tells the values of the setup."""
    if dropped.kind in ("path", "url"):
        app.desk.add_input(dropped.word, ours=intake.seen(dropped) == KINDS["sp-metadata"])
    else:
        app.desk.add_text(dropped.word)
