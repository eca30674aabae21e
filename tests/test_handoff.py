"""`doctor handoff`: a reader can act without asking back, and nothing of a person or a secret goes out."""

from __future__ import annotations

import json
import re
import shlex
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt

import doctor
from doctor import casework, library
from doctor.catalogue import build, store
from doctor.catalogue.rule import WHO as RULES_WHO
from doctor.catalogue.rule import listed, scopes
from doctor.cli.main import main
from doctor.engine import example as examples
from doctor.engine import handoff as engine
from doctor.engine import paste, recheck, recipe, reply
from doctor.engine.diagnose import Examined
from doctor.engine.handoff import Handoff, Wanted, handoff
from doctor.engine.judge import Describer
from doctor.engine.paste import Known
from doctor.engine.rule import run
from doctor.engine.rulebook import shipped
from doctor.model.finding import Citation, Finding, Report, Severity, Subject, Verdict
from doctor.model.state import Unknown
from doctor.parse.recognise import recognise
from doctor.report import handoff as page
from doctor.report import letter
from doctor.report.safe import line as safe
from tests.evidence import workos
from tests.factory import capture, clinic_all, clinic_case, clinic_flow, providers, response
from tests.factory.response import ACS, NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from doctor.engine.handoff import Note
    from doctor.model.case import Case

ROOT: Final = Path(__file__).parents[1]
SCHEMA: Final = Draft202012Validator(json.loads((ROOT / "doctor/report/schema/handoff-1.json").read_text("utf-8")))
BOOK: Final = shipped()
AT: Final = ["--at", "2026-11-22T09:00:00Z"]
SLASH: Final = ACS + "/"
TEXTS: Final[dict[str, Callable[[Handoff], str]]] = {"markdown": page.markdown, "text": page.text, "html": page.html}
OPEN_WORD: Final = re.compile(r"\{(?!tenantid\})[a-z][a-z0-9_.]*(?::[a-z]+)?\}")
"""A place that nothing was put into. Metadata that all tenants of Entra share says {tenantid} itself."""
RECORDING: Final = capture.har(capture.saml(response.request(NOW), response.written(), NOW))
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DOCTOR_HOME", str(tmp_path / "home"))
    return tmp_path


def kept(words: tuple[str, ...], symptom: str = "", **options: Any) -> Case:
    """The case of files and options; `facts` are what `--set` tells."""
    facts = options.pop("facts", {})
    chosen = library.chosen({"at": NOW, **options})
    brought = casework.Evidence(words, (symptom,) if symptom else (), facts)
    return casework.gather(casework.empty("acme", chosen), brought, chosen, BOOK)


def made(case: Case, to: str = "all") -> Handoff:
    return engine.of_case(case, BOOK, to, case.name)


def told(**facts: Any) -> Handoff:
    """The messages of what people told, without any file."""
    provider = facts.pop("provider", None)
    return made(kept((), provider=provider, facts={name.replace("__", "."): value for name, value in facts.items()}))


def visit(tmp_path: Path, name: str, **more: Any) -> Handoff:
    """The messages of a patient of the clinic."""
    patient = next(one for one in clinic_all.CASES if one.name == name)
    (tmp_path / "evidence").write_bytes(patient.make())
    options: dict[str, Any] = {**patient.given, **more}
    for name_ in ("idp_metadata", "sp_metadata"):
        if isinstance(data := options.get(name_), bytes):
            (tmp_path / f"{name_}.xml").write_bytes(data)
            options[name_] = str(tmp_path / f"{name_}.xml")
    return made(kept((str(tmp_path / "evidence"),), **options, facts=dict(patient.facts)))


def note_for(found: Handoff, who: str) -> Note:
    return next(one for one in found.notes if one.who == who)


def everything(found: Handoff) -> str:
    """All that any format says."""
    return "\n".join([*(write(found) for write in TEXTS.values()), json.dumps(page.as_data(found), ensure_ascii=False)])


def fences(markdown: str) -> list[str]:
    """The contents of the code blocks, as a parser of Markdown reads them."""
    return [token.content for token in MarkdownIt().parse(markdown) if token.type == "fence"]


def finding(**changes: Any) -> Finding:
    """A finding of a rule about two addresses."""
    fields: dict[str, Any] = {
        "id": "acs-url-mismatch", "verdict": Verdict.CONFIRMED, "severity": Severity.ERROR, "subject": "login.har",
        "title": "Two addresses differ", "message": "They differ.", "expected": ACS, "actual": SLASH,
        "who": "idp-admin", "fix": ("Paste it.",), "cite": (Citation("a", "A source", "https://a.example/x"),),
    }  # fmt: skip
    return Finding(**{**fields, **changes})


def report(*findings: Finding, subjects: tuple[Subject, ...] = ()) -> Report:
    return Report("fail", "2026-11-22T09:00:00Z", "sha256:0", 1, subjects, findings, (), {})


# ── a reader can act ──────────────────────────────────────────────────────────────────────────────────────


def test_a_slash_at_the_end(tmp_path: Path) -> None:
    okta = providers.PROVIDERS["okta"].entity.entity_id
    sent = response.Draft(recipient=SLASH, destination=SLASH, issuer=okta, assertion_issuer=okta)
    (tmp_path / "response.xml").write_bytes(response.written(sent))
    (tmp_path / "okta.xml").write_bytes(providers.healthy("okta", NOW))
    words = (str(tmp_path / "response.xml"), str(tmp_path / "okta.xml"))
    found = made(kept(words, acs_url=ACS, facts={"connection.state": "validating"}))
    note = note_for(found, "idp-admin")
    problem = note.problems[0]
    assert (problem.id, note.verdict, note.role) == ("acs-url-mismatch", "confirmed", "Okta administrator")
    assert problem.value is not None
    assert (problem.value.expected, problem.value.actual, problem.value.paste) == (ACS, SLASH, True)
    assert problem.value.field == "Single sign-on URL"
    assert problem.seen == ("response.xml, line 16",)
    body = letter.markdown(page.note_body(note))
    assert fences(body)[:2] == [ACS + "\n", SLASH + "\n"]
    assert "To paste into Single sign-on URL (Applications › your app › General › SAML Settings › Edit):" in body
    assert f"The two differ from character {len(ACS) + 1} on (trailing slash)." in body
    assert "doctor check login.har" in body
    assert "the connection's page shows the state Active" in body
    assert "(<https://docs.oasis-open.org/" in body
    assert page.subject(note).startswith("Single sign-on with Okta: The identity provider sends its responses")
    assert found.request is None
    assert found.reply is not None
    assert "Okta" in " ".join(found.reply.body)


def test_a_stale_certificate(tmp_path: Path) -> None:
    found = visit(tmp_path, "stale-rolled")
    note = note_for(found, "app-admin")
    problem = next(one for one in note.problems if one.id == "certificate-stale")
    assert problem.value is not None
    assert not problem.value.paste
    assert (str(problem.value.expected)[:11], problem.value.exact) == ("one of: CN=", False)
    assert any("fingerprint" in step for step in problem.steps)
    (line,) = fences(letter.markdown(page.note_body(note)))
    assert shlex.split(line)[:3] == ["doctor", "check", "login.har"]
    assert "--idp-metadata idp_metadata.xml" in line


def test_a_name_id_that_is_missing_in_entra(tmp_path: Path) -> None:
    found = visit(tmp_path, "name-id-missing", provider="entra-id")
    note = note_for(found, "idp-admin")
    where = BOOK.words("entra-id")("provider.where.name_id")
    assert where
    assert note.problems[0].id == "name-id-missing"
    assert any(where in step for step in note.problems[0].steps)
    assert note.product == BOOK.names["entra-id"]
    assert "by which" not in page.text(found)


def test_a_rejected_token_is_never_told() -> None:
    found = told(scim__status=401, scim__token_current=False, provider="okta", scim__endpoint="https://s.example/v2/d1")
    note = note_for(found, "idp-admin")
    assert note.area == engine.SYNC
    assert note.problems[0].id == "scim-token-rejected"
    assert note.problems[0].value is None
    assert "provision one test user" in note.verify[0]
    assert found.reply is not None
    assert "transfer of users from Okta" in found.reply.body[0]


def test_a_value_that_a_rule_only_describes_is_filled_in() -> None:
    # the rule says "the SP entity ID"; the reader needs the value itself
    missing = finding(id="audience-missing", expected="the SP entity ID", actual="none")
    found = handoff(
        report(missing),
        BOOK,
        Wanted(values={"sp.entity_id": Known("https://sp.example/id", vouched=True)}, provider="okta"),
    )
    value = found.notes[0].problems[0].value
    assert value is not None
    assert (value.expected, value.paste) == ("https://sp.example/id", True)
    assert value.field == BOOK.words("okta")("provider.label.sp_entity_id")


def test_a_value_that_was_only_quoted_is_to_be_confirmed(tmp_path: Path) -> None:
    # whoever writes an error text chooses the address in it
    symptom = f"Recipient mismatch: expected {ACS}"
    facts = {"idp.acs_url": SLASH}

    def note_of(case: Case) -> str:
        problem = note_for(made(case), "idp-admin").problems[0]
        assert problem.value is not None
        assert (problem.value.expected, problem.value.paste) == (ACS, True)
        return problem.value.note or ""

    assert "confirm it before it is pasted" in note_of(kept((), symptom, facts=facts))
    assert "nobody has to look it up" in note_of(kept((), symptom, acs_url=ACS, facts=facts))
    (tmp_path / "login.har").write_bytes(clinic_flow.har(acs=SLASH, destination=SLASH, recipient=SLASH))
    assert "confirm it before it is pasted" in note_of(kept((str(tmp_path / "login.har"),)))


def test_who_vouches_for_a_value(tmp_path: Path) -> None:
    # the vendor's API and the service provider's metadata show what the connection's page shows
    (tmp_path / "sp.xml").write_bytes(clinic_case.application())
    connection = {"object": "connection", "id": "conn_01", "organization_id": "org_01", "state": "validating"}
    (tmp_path / "connection.json").write_text(json.dumps({**connection, "options": {"acs_url": ACS}}), "utf-8")
    (tmp_path / "response.xml").write_bytes(response.written(response.Draft(recipient=None)))
    for name, options in (("connection.json", {}), ("response.xml", {"sp_metadata": str(tmp_path / "sp.xml")})):
        found = made(kept((str(tmp_path / "response.xml"), str(tmp_path / name)), **options))
        problems = note_for(found, "idp-admin").problems
        value = next(one.value for one in problems if one.id == "recipient-missing")
        assert value is not None
        assert (value.expected, value.paste) == (ACS, True)
        assert "nobody has to look it up" in (value.note or ""), name


def test_a_value_that_nobody_knows_says_whom_to_ask() -> None:
    missing = finding(id="audience-missing", expected="the SP entity ID", actual="none")
    value = handoff(report(missing), BOOK).notes[0].problems[0].value
    assert value is not None
    assert (value.expected, value.paste) == (None, False)
    assert "not known here" in (value.note or "")
    assert "connection's page" in (value.note or "")


@pytest.mark.parametrize(
    "value",
    ["ada@acme.example", "https://ann:hunter22@a.example/x", "https://a.example/x\u200b", " https://a.example/x"],
)
def test_a_value_that_is_not_shown_as_it_is_must_not_be_pasted(value: str) -> None:
    shown = handoff(report(finding(expected=value)), BOOK).notes[0].problems[0].value
    assert shown is not None
    assert not shown.paste
    assert "Do not paste" in (shown.note or "")


def test_only_the_person_at_that_console_pastes() -> None:
    # the request of the application is wrong: the field of the identity provider's console is not theirs to fill
    found = handoff(report(finding(id="request-acs-url-mismatch", who="app-admin")), BOOK)
    value = found.notes[0].problems[0].value
    assert value is not None
    assert (value.exact, value.paste) == (True, False)
    assert "What should be there" in page.markdown(found)


@cache
def of_examples() -> tuple[tuple[str, Finding], ...]:
    """A finding for each example that fires, of each rule."""
    describer, sources = Describer(BOOK), build.read(store.folder()).rules
    rows = []
    for name in BOOK.ids:
        rule = BOOK.rule(name)
        kinds = [kind for kind in scopes(rule.data) if kind != "any"] or ["unknown"]
        for one in listed(sources[name]["examples"]):
            if one["fires"] is True:
                view = examples.view_of(one.get("facts") or {}, one.get("kind", kinds[0]))
                view.setdefault(
                    "idp.newest_certificate", Unknown.of("idp.newest_certificate")
                )  # items are no certificates
                outcome = next(iter(run(rule, view)))
                rows.append((name, describer.finding(outcome, view, "case")))
    return tuple(rows)


def test_every_rule_makes_a_note() -> None:
    rows = of_examples()
    assert {name for name, _ in rows} == set(BOOK.ids)
    for name, one in rows:
        data = report(one._replace(severity=Severity.ERROR))
        found = handoff(data, BOOK, Wanted(values={"sp.acs_url": Known(ACS, vouched=True)}))
        said = everything(found)
        assert OPEN_WORD.findall(said) == [], name
        assert [note.who for note in found.notes] == [one.who], name
        problem = found.notes[0].problems[0]
        assert problem.steps, name
        assert problem.cite, f"{name} cites nothing that can be opened"
        assert list(SCHEMA.iter_errors(page.as_data(found))) == [], name
        assert problem.title in page.subject(found.notes[0]), name
        for step in problem.steps:
            assert letter.escaped(step) in page.markdown(found), name


@pytest.mark.parametrize("provider", ["okta", "entra-id", "google-workspace"])
def test_every_rule_in_the_words_of_a_console(provider: str) -> None:
    for name, one in dict(of_examples()).items():
        suspected = one._replace(verdict=Verdict.SUSPECTED, needs=tuple(proof.fact for proof in one.evidence))
        said = everything(handoff(report(suspected), BOOK, Wanted(provider=provider)))
        assert OPEN_WORD.findall(said) == [], name
        assert "not proven" in said, name


# ── what is honest ────────────────────────────────────────────────────────────────────────────────────────


def test_nothing_is_known() -> None:
    found = told(connection__state="validating")
    assert found.notes == ()
    assert found.reply is not None
    assert "do not know the cause yet" in found.reply.body[0]
    assert found.request is not None
    assert [one.name.partition(",")[0] for one in found.request.record[:3]] == ["Chrome or Edge", "Firefox", "Safari"]
    assert any("SAML-tracer" in one.name for one in found.request.record)
    assert any("SAMLResponse" in step for one in found.request.record for step in one.steps)
    assert any("metadata file" in one.name for one in found.request.files)
    assert any("passwords" in one for one in found.request.never)
    assert found.request.questions[0].text.startswith("What does the error message say")


def test_where_nothing_tells_what_it_is_about_that_is_asked_first() -> None:
    found = made(kept((str(ROOT / "examples/okta-healthy.xml"),)))
    assert found.request is not None
    assert found.request.questions[0].text == "What does not work?"


def test_what_stands_in_ones_own_console_is_not_asked_of_the_customer() -> None:
    found = told(connection__state="validating", connection__logins_attempted=1)
    assert found.request is not None
    own = {one.text for one in found.request.own}
    assert any("Which ACS URL does the connection's page show" in one for one in own)
    assert own.isdisjoint(one.text for one in found.request.questions)
    assert not any(text in letter.markdown(page._request_body(found.request)) for text in own)
    assert "To look up on your own side" in page.markdown(found)


def test_directory_sync_asks_for_the_log_and_for_no_recording() -> None:
    found = told(directory__state="validating", scim__users_appear="none")
    assert found.request is not None
    assert found.request.record == ()
    assert any("provisioning log" in one.name for one in found.request.files)


def test_a_recording_that_is_there_is_not_asked_for_again(tmp_path: Path) -> None:
    (tmp_path / "login.har").write_bytes(clinic_flow.har())
    found = made(kept((str(tmp_path / "login.har"),), facts={"connection.state": "validating"}))
    assert found.request is None or found.request.record == ()


def test_a_suspicion_is_called_one() -> None:
    symptom = "Recipient mismatch: expected https://auth.example.com/sso/acs/conn_01"
    found = made(kept((str(ROOT / "examples/okta-healthy.xml"),), symptom))
    note = note_for(found, "idp-admin")
    body = letter.text(page.note_body(note))
    assert note.verdict == "suspected"
    assert "suspected: " in page.subject(note)
    assert "suspected and not proven" in body
    assert "What stands in Single sign-on URL at the identity provider?" in " ".join(body.split())
    assert "once it is proven" in body
    assert note.recheck is None
    assert found.reply is not None
    assert "change nothing" in found.reply.body[0]


def test_who_has_nothing_to_do_is_told_so_and_asked_for_evidence() -> None:
    case = kept((), facts={"connection.state": "validating"})
    found = made(case, "vendor")
    assert [one.who for one in found.notes] == ["vendor"]
    assert found.reply is None
    assert found.request is not None
    assert "nothing is proven or suspected" in page.text(found)
    assert "nothing to change so far" in page.subject(found.notes[0])


def test_the_finding_that_leads_is_named_to_the_others() -> None:
    two = report(finding(), finding(id="destination-mismatch", who="app-admin", title="Another one"))
    found = handoff(two, BOOK)
    assert [one.who for one in found.notes] == ["idp-admin", "app-admin"]
    assert note_for(found, "idp-admin").first is None
    assert "“Two addresses differ”" in letter.markdown(page.note_body(note_for(found, "app-admin")))
    assert "What was found goes to the" in page.text(handoff(two, BOOK, Wanted(to="developer")))


def test_at_most_five_in_full() -> None:
    many = [finding(title=f"Number {n}", message=f"{n}") for n in range(8)]
    quiet = finding(title="By the way", severity=Severity.NOTICE)
    note = handoff(report(*many, quiet), BOOK).notes[0]
    assert [one.title for one in note.problems] == [f"Number {n}" for n in range(5)]
    assert note.more == ("Number 5", "Number 6", "Number 7", "By the way")
    assert page.subject(note).endswith("Number 0 (and 8 more)")


def test_the_same_in_several_places_is_told_once() -> None:
    found = handoff(report(*(finding(subject=f"{n}.xml", line=n) for n in range(1, 9))), BOOK)
    assert len(found.notes[0].problems) == 1
    assert len(found.notes[0].problems[0].seen) == 8
    assert "5.xml, line 5; and 3 more" in page.markdown(found)


def test_a_suspicion_beside_a_proof_calls_nobody_else() -> None:
    maybe = finding(id="login-state-lost", verdict=Verdict.SUSPECTED, who="developer")
    assert [one.who for one in handoff(report(finding(), maybe), BOOK).notes] == ["idp-admin"]
    assert [one.who for one in handoff(report(maybe), BOOK).notes] == ["developer"]


def test_a_notice_alone_calls_nobody() -> None:
    assert handoff(report(finding(severity=Severity.NOTICE)), BOOK).notes == ()


def test_a_crash_is_nobodys_task() -> None:
    assert handoff(report(finding(verdict=Verdict.CRASHED)), BOOK).notes == ()


def test_a_report_of_check_will_do() -> None:
    checked = doctor.check(str(ROOT / "examples/jumpcloud-broken.xml"), at=NOW)
    found = handoff(checked, BOOK)
    assert found.notes[0].problems[0].id == "certificate-unparseable"
    assert found.notes[0].recheck == "doctor check metadata.xml"
    assert found.notes[0].problems[0].seen == ("jumpcloud-broken.xml, line 7",)


def rechecked(line: str, folder: Path, files: dict[str, bytes], capsys: Capture) -> set[str]:
    """What the printed line says when it is run beside these files."""
    for name, data in files.items():
        (folder / name).write_bytes(data)
    program, *words = shlex.split(line)
    assert program == "doctor"
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        main([*words, *AT, "--format", "json"])
    return {one["id"] for one in json.loads(capsys.readouterr().out)["findings"]}


def test_the_line_that_judges_anew_looks_at_the_same(tmp_path: Path, capsys: Capture) -> None:
    """Whoever runs it with the old recording must see the old finding: without the options it would be silent."""
    recording = capture.har(
        capture.saml(response.request(NOW), response.written(response.Draft(destination=SLASH, recipient=SLASH)), NOW)
    )
    (tmp_path / "old.har").write_bytes(recording)
    (tmp_path / "it's the idp.xml").write_bytes(clinic_case.trusted())
    found = made(kept((str(tmp_path / "old.har"),), acs_url=ACS, idp_metadata=str(tmp_path / "it's the idp.xml"),
                      idp_entity_id=response.IDP, clock_tolerance=600.0, provider="okta", vendor="workos"))  # fmt: skip
    line = note_for(found, "idp-admin").recheck
    assert line is not None
    assert line.split()[:3] == ["doctor", "check", "login.har"]
    assert str(tmp_path) not in line
    seen = rechecked(line, tmp_path, {"login.har": recording}, capsys)
    ids = {one.id for one in note_for(found, "idp-admin").problems if one.verdict == "confirmed"}
    assert ids & {"destination-mismatch", "acs-url-mismatch"}
    assert ids <= seen
    for option in ("--acs-url", "--idp-entity-id", "--clock-tolerance", "--vendor", "--provider", "--idp-metadata"):
        assert option in shlex.split(line)
    assert "beside what is known of the other side" in " ".join(page.text(found).split())


def test_the_line_names_the_connection_to_those_with_a_key(tmp_path: Path) -> None:
    item = {**workos(id="conn_01"), "exchanges": [{"url": "https://api.example.com/connections/conn_01"}]}
    data = json.dumps(item).encode()
    case = kept((str(ROOT / "examples/jumpcloud-broken.xml"),))
    case = casework.with_document(case, recognise(data, "workos:conn_01"))
    known = recheck.beside(case, Examined(case, BOOK).view)
    told_ = recheck.command("idp-metadata", "developer", known)
    assert told_.endswith("--connection conn_01 --base-url https://api.example.com")
    assert "--connection" not in recheck.command("idp-metadata", "idp-admin", known)


def test_the_line_repeats_nothing_that_was_only_quoted_or_is_masked() -> None:
    quoted = "Recipient mismatch: expected https://auth.example.com/sso/acs/conn_01"
    person = kept((), quoted, sp_entity_id="urn:jane.doe@example.com", issuer="https://op.example/\x1b[0m")
    assert recheck.beside(person, Examined(person, BOOK).view) == recheck.Beside()


def test_a_finding_of_a_rule_that_the_book_lacks() -> None:
    found = handoff(report(finding(id="of-another-book")), BOOK)
    assert found.notes[0].problems[0].steps == ("Paste it.",)
    assert "Two addresses differ" in page.text(found)


def test_rules_of_ones_own(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "rules").mkdir()
    text = (ROOT / "rules/login/user-not-assigned.yaml").read_text("utf-8")
    own = text.replace("user-not-assigned", "our-own-rule", 1).replace("The person is not", "Our person is not", 1)
    (tmp_path / "rules/our-own-rule.yaml").write_text(own, "utf-8")
    (tmp_path / "a.txt").write_text("no sign-in", "utf-8")
    words = ("--set", "login.user_assigned=no", "--rules", str(tmp_path / "rules"))
    code, out, _ = ran(capsys, "handoff", str(tmp_path / "a.txt"), *words)
    assert code == 0
    assert "Our person is not assigned" in out


def test_advice_is_passed_on() -> None:
    found = told(integration__purpose="social")
    assert found.request is None
    assert found.reply is not None
    assert found.reply.body


# ── nothing of a person, no secret ────────────────────────────────────────────────────────────────────────

PRIVATE: Final = ("hunter22", "ada.lovelace", "lovelace", "4711000", "sk_live_", "canary")


def test_no_secret_and_nobodys_name(tmp_path: Path) -> None:
    folder = tmp_path / "home of Ada Lovelace"
    folder.mkdir()
    sent = response.Draft(recipient=SLASH, destination=SLASH, name_id="ada.lovelace@acme.example")
    (folder / "ada.lovelace@acme.example.xml").write_bytes(response.written(sent))
    (folder / "login.har").write_bytes(clinic_flow.har(recipient=SLASH, name_id="ada.lovelace@acme.example"))
    symptom = "ada.lovelace@acme.example, +49 30 4711000 9: password: hunter22 key sk_live_0123456789abcdef"
    words = (str(folder / "ada.lovelace@acme.example.xml"), str(folder / "login.har"))
    facts = {"idp.audience": "https://ann:hunter22@a.example/x", "connection.state": "validating"}
    for to in engine.FOR:
        found = made(kept(words, symptom, acs_url=ACS, facts=facts), to)
        said = everything(found).lower()
        assert [one for one in PRIVATE if one in said] == [], to
        assert "home of" not in said
    assert "xxx.xxxxxxxx@acme.example.xml" in everything(made(kept(words, symptom, acs_url=ACS)))


def test_no_secret_of_a_finding() -> None:
    said = "Ada.Lovelace@acme.example, password: hunter22, +49 30 4711000 9, key sk_live_0123456789abcdef"
    told_all = finding(title=said, message=said, expected=said, actual=said, subject=said, fix=(said,))
    every = Report("fail", "2026-11-22T09:00:00Z", "sha256:0", 1, (), (told_all,), (), {})
    for to in engine.FOR:
        text = everything(
            handoff(every, BOOK, Wanted(to=to, case=said, values={"sp.acs_url": Known(said, vouched=True)}))
        ).lower()
        assert [one for one in PRIVATE if one in text] == [], to
    assert "xxx.xxxxxxxx@acme.example" in everything(handoff(every, BOOK)).lower()


def test_no_secret_of_a_recording(tmp_path: Path) -> None:
    (tmp_path / "login.har").write_bytes(RECORDING)
    said = everything(made(kept((str(tmp_path / "login.har"),), acs_url=SLASH))).lower()
    assert capture.CANARY not in said


def test_lines_of_files_are_left_out() -> None:
    shown = finding(excerpt="<NameID>someone</NameID>", line=3)
    assert "someone" not in everything(handoff(report(shown), BOOK))


# ── nothing breaks out ────────────────────────────────────────────────────────────────────────────────────

EVIL: Final = (
    "```\n# x", "````", "``` `` `", "[a](javascript:alert(1))", "<script>alert(1)</script>", "<img src=x onerror=y>",
    "![a](https://evil.example/x.png)", "</code></pre><b>", '"><a href="x">', "*a* _b_ ~~c~~", "# a", "1. a", "- a",
    "> a", "&lt;b&gt; &#60;", "| a | b |", "a\\`b`", "https://a.example/\x1b[31m", "\u202egnp.exe", "a\nb", "---",
    "===",
)  # fmt: skip
TAGS: Final = {
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "section",
    "h1",
    "h2",
    "p",
    "pre",
    "code",
    "ol",
    "ul",
    "li",
    "a",
}


class Tags(HTMLParser):
    """The elements and attributes of a page, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read(html: str) -> Tags:
    found = Tags()
    found.feed(html)
    return found


@pytest.mark.parametrize("evil", EVIL)
def test_a_value_stays_a_value(evil: str) -> None:
    hostile = finding(
        title=evil, message=evil, expected=evil, actual=evil, subject=evil, fix=(evil, evil),
        cite=(Citation("a", evil, "javascript:alert(1)"), Citation("a", evil, f"https://a.example/{evil}")),
    )  # fmt: skip
    found = handoff(report(hostile), BOOK)
    tokens = MarkdownIt("commonmark").parse(page.markdown(found))
    inner = [child for token in tokens for child in token.children or ()]
    assert {token.type for token in tokens if token.type.startswith(("html", "hr", "image", "block"))} <= {"hr"}
    assert sum(token.type == "hr" for token in tokens) == 1  # between note and reply
    assert not [one for one in inner if one.type in ("html_inline", "image", "em_open", "strong_open", "code_inline")]
    links = [str(one.attrs["href"]) for one in inner if one.type == "link_open"]
    assert all(link.startswith("https://") for link in links)
    assert len(fences(page.markdown(found))) == 2
    parsed = read(page.html(found))
    assert {tag for tag, _ in parsed.seen} <= TAGS
    assert {name for _, attributes in parsed.seen for name in attributes} <= {
        "lang", "charset", "http-equiv", "content", "href", "rel",
    }  # fmt: skip
    for write in TEXTS.values():
        assert "\x1b" not in write(found)
        assert "\u202e" not in write(found)
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", json.dumps(page.as_data(found), ensure_ascii=False))
    assert "\\u001b" not in json.dumps(page.as_data(found))


@given(st.text(max_size=60))
@example("&lt;b&gt; &#60; &amp")
@example("<b>")
def test_escaped_text_is_only_text(text: str) -> None:
    tokens = MarkdownIt("commonmark").parse(letter.escaped(f"a {text}"))
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    inner = tokens[1].children or []
    assert {one.type for one in inner} <= {"text", "text_special"}
    assert "".join(one.content for one in inner) == safe(f"a {text}").strip()


@given(st.text(alphabet="`~ab \n", max_size=40))
def test_a_code_block_holds_what_it_was_given(text: str) -> None:
    shown = fences(letter.markdown([letter.code(text), letter.paragraph("end")]))
    assert shown == [safe(text) + "\n"]


@given(st.text(max_size=60))
def test_html_says_what_was_said(text: str) -> None:
    parsed = read(letter.fragment([letter.code(text)]))
    assert [tag for tag, _ in parsed.seen] == ["pre", "code"]
    assert "".join(parsed.text) == safe(text)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//a.example", "https://a.example/ x", ""])
def test_only_addresses_of_the_web_are_linked(url: str) -> None:
    blocks = [letter.linked([("a", url), ("b", 'https://a.example/"><b>')])]
    tags = read(letter.fragment(blocks)).seen
    assert tags == [("ul", {}), ("li", {}), ("a", {"href": "https://a.example/%22%3E%3Cb%3E", "rel": "noreferrer"})]
    assert "[a]" not in letter.markdown(blocks)


def test_an_html_page_loads_nothing() -> None:
    said = page.html(handoff(report(finding()), BOOK))
    assert "default-src 'none'" in said
    assert not [tag for tag, _ in read(said).seen if tag in ("script", "img", "link", "iframe", "object")]
    assert "src=" not in said.replace("default-src", "")


def test_plain_text_is_narrow() -> None:
    for _, one in of_examples():
        for line in page.text(handoff(report(one._replace(severity=Severity.ERROR)), BOOK)).splitlines():
            assert len(line) <= letter.WIDTH or " " not in line.strip() or line.startswith("    "), line


# ── JSON, and tables that must be complete ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("to", engine.FOR)
def test_json_is_what_its_schema_says(to: str) -> None:
    for case in (kept((), facts={"connection.state": "validating"}), kept((), "AADSTS50105"),
                 kept((str(ROOT / "examples/jumpcloud-broken.xml"),))):  # fmt: skip
        data = page.as_data(made(case, to))
        assert list(SCHEMA.iter_errors(json.loads(json.dumps(data)))) == []
        assert set(data) == {"schema", "case", "verdict", "notes", "reply", "request"}


def test_words_of_the_schema_are_those_of_the_code() -> None:
    definitions: Any = SCHEMA.schema["$defs"]  # type: ignore[index]
    assert definitions["note"]["properties"]["for"]["enum"] == list(engine.WHO)
    assert set(definitions["value"]["required"]) == set(paste.Value._fields)
    assert set(definitions["problem"]["required"]) == set(engine.Problem._fields)
    assert set(definitions["note"]["required"]) == set(engine.Note._fields) - {"who"} | {"for", "subject", "body"}
    assert set(definitions["recipe"]["required"]) == set(recipe.Recipe._fields)


def test_tables_are_complete() -> None:
    folders = {str(BOOK.prose(name)["file"]).split("/")[-2] for name in BOOK.ids}
    assert folders <= set(reply.PLAIN)
    assert set(reply.PLAIN) - {""} <= folders
    assert set(engine.AREAS) <= folders
    assert set(engine.ROLES) == set(engine.WHO) == set(RULES_WHO) == set(reply._DOES)
    generic = BOOK.product("generic")["label"]
    assert set(paste.SETTABLE) <= set(generic)


def test_plain_words_hold_no_jargon() -> None:
    said = " ".join([*reply.PLAIN.values(), *reply._DOES.values(), *reply._AGAIN, *reply._SYNCED, *reply._ASKS])
    jargon = ("SAML", "SCIM", "OAuth", "assertion", "NameID", "ACS", "metadata", "entity", "token", "endpoint")
    assert [word for word in jargon if word.lower() in said.lower()] == []


# ── the command line ──────────────────────────────────────────────────────────────────────────────────────


def ran(capsys: Capture, *words: str) -> tuple[int, str, str]:
    code = main(list(words))
    out, err = capsys.readouterr()
    return code, out, err


def start(capsys: Capture) -> None:
    ran(capsys, "diagnose", "--case", "acme", "--no-input", *AT, "--set", "idp.acs_url=" + SLASH, "--acs-url", ACS,
        "--set", "connection.state=validating", str(ROOT / "examples/okta-healthy.xml"))  # fmt: skip


@pytest.mark.parametrize("form", page.FORMATS)
def test_a_kept_case(form: str, capsys: Capture) -> None:
    start(capsys)
    code, out, err = ran(capsys, "handoff", "acme", "--format", form)
    assert (code, err) == (0, "")
    assert ACS in out
    assert "To the customer" in out or form == "json"
    if form == "json":
        data = json.loads(out)
        assert (data["case"], data["verdict"], data["notes"][0]["for"]) == ("acme", "fail", "idp-admin")
        assert list(SCHEMA.iter_errors(data)) == []


def test_one_person_at_a_time(capsys: Capture) -> None:
    start(capsys)
    _, admin, _ = ran(capsys, "handoff", "acme", "--for", "idp-admin")
    assert admin.count("# To the ") == 1
    assert "To the customer" not in admin
    _, customer, _ = ran(capsys, "handoff", "acme", "--for", "customer")
    assert customer.startswith("# To the customer")
    assert ACS not in customer


def test_an_exported_case_and_evidence(tmp_path: Path, capsys: Capture) -> None:
    start(capsys)
    ran(capsys, "cases", "export", "acme", "--output", str(tmp_path / "case.json"))
    ran(capsys, "cases", "delete", "acme")
    _, out, _ = ran(capsys, "handoff", str(tmp_path / "case.json"), "--format", "json")
    assert json.loads(out)["case"] == "acme"
    (tmp_path / "response.xml").write_bytes(response.written(response.Draft(recipient=SLASH, destination=SLASH)))
    words = ["handoff", str(tmp_path / "response.xml"), "--acs-url", ACS, *AT, "--format", "json"]
    data = json.loads(ran(capsys, *words)[1])
    assert data["case"] is None
    assert data["notes"][0]["problems"][0]["value"]["expected"] == ACS


def test_what_is_told_here_is_not_kept(capsys: Capture) -> None:
    start(capsys)
    before = ran(capsys, "cases", "export", "acme")[1]
    _, out, _ = ran(capsys, "handoff", "acme", "--set", "login.user_assigned=no", "--provider", "okta")
    assert "is not assigned" in out
    assert ran(capsys, "cases", "export", "acme")[1] == before


def test_output_goes_to_a_file(tmp_path: Path, capsys: Capture) -> None:
    start(capsys)
    target = tmp_path / "note.html"
    assert ran(capsys, "handoff", "acme", "--format", "html", "--output", str(target)) == (0, "", "")
    assert target.read_text("utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["acmf"], "did you mean acme"), (["no-such-file.xml"], "there is no case"), ([], "required: CASE"),
        (["acme", "--for", "nobody"], "invalid choice"), (["acme", "--set", "connection.state"], "joined by ="),
        (["acme", "no-such-file.xml"], "no-such-file.xml"),
    ],
)  # fmt: skip
def test_a_wrong_call_is_one_clear_line(words: list[str], said: str, capsys: Capture) -> None:
    start(capsys)
    code, out, err = ran(capsys, "handoff", *words)
    assert (code, out) == (2, "")
    assert said in err
    assert "Traceback" not in err


def test_commands_of_the_request_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.chdir(tmp_path)
    Path("login.har").write_bytes(RECORDING)
    for one in recipe.SEND:
        for command in one.commands:
            name, *words = command.split()
            code, out, _ = ran(capsys, *words)
            assert name == "doctor"
            assert code in (0, 1, 3), command
            assert capture.CANARY not in out.lower(), command
    assert capture.CANARY not in Path("login-case.json").read_text("utf-8").lower()
    assert json.loads(Path("login-case.json").read_text("utf-8"))["documents"]
