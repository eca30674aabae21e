"""What holds for every rule and case: knowing more decides more and undoes nothing; order and time do not matter."""

from __future__ import annotations

import inspect
import json
import re
from itertools import permutations
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import doctor
from doctor import casework, library
from doctor.engine import rule as engine_rule
from doctor.engine.diagnose import Examined
from doctor.engine.example import view_of
from doctor.engine.rule import run
from doctor.engine.rulebook import shipped
from doctor.facts.registry import declared, registry
from doctor.model.case import Case
from doctor.model.state import Unknown
from doctor.report import diagnosis
from doctor.report import json as report_json
from doctor.sources import case_file
from tests.evidence import ACS, NOW, diagnosed, encoded, metadata, put, response, scalekit, verdict_of, workos

if TYPE_CHECKING:
    from pathlib import Path

    from doctor.engine.rule import Rule
    from doctor.facts.fact import Type

BOOK: Final = shipped()
WHEN: Final = "2026-11-22T09:00:00+00:00"
QUICK: Final = settings(
    max_examples=8,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TEXTS: Final = (
    "",
    "Success",
    "Requester",
    "401",
    "invalid_client",
    "access_denied",
    "urn:oasis:x",
    "https",
    "a.example",
)
URLS: Final = (
    "https://a.example/acs",
    "https://a.example/acs/",
    "http://b.example/acs",
    "http://127.0.0.1:8400/cb",
    "x",
)
NUMBERS: Final = (-500, -301, -300, -1, 0, 1, 29, 30, 31, 200, 300, 301, 400, 401, 404, 409, 429, 500, 503, 1024, 2048)
UNKNOWN: Final = "?"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCTOR_HOME", str(tmp_path / "home"))


def values(kind: Type, depth: int = 0) -> st.SearchStrategy[Any]:
    """Values of a type, as an example writes them."""
    if kind.name in ("record", "collection"):
        fields = {name: st.one_of(values(part, depth + 1), st.just("ABSENT")) for name, part in kind.fields.items()}
        one = st.fixed_dictionaries(fields)
        return one if kind.name == "record" else st.lists(one, max_size=2)
    return {
        "bool": st.booleans(), "number": st.sampled_from(NUMBERS), "text": st.sampled_from(TEXTS),
        "url": st.sampled_from(URLS), "time": st.just("2026-11-22T09:00:00"),
        "enum": st.sampled_from(kind.values or ("x",)),
        "list": st.lists(st.sampled_from(kind.values or TEXTS), max_size=3, unique=True),
    }[kind.name]  # fmt: skip


def of_fact(name: str) -> st.SearchStrategy[Any]:
    fact = declared(name)
    assert fact is not None, name
    known = values(fact.type)
    return st.one_of(known, st.just("ABSENT")) if any(one.optional for one in registry()[name]) else known


def leaves(rule: Rule) -> list[str]:
    """The facts that a rule reads."""
    return sorted({leaf.partition("|")[0] or str(rule.collection) for leaf in rule.facts})


def verdict(rule: Rule, facts: dict[str, Any]) -> str:
    """What a rule comes to when exactly these facts are known."""
    kinds = [kind for kind in rule.data["document"] if kind != "any"] or ["unknown"]
    given_ = {name: value for name, value in facts.items() if value != UNKNOWN}
    view = view_of(given_, kinds[0])
    for name in facts.keys() - given_.keys():
        view[name] = Unknown.of(name)
    found = run(rule, view)
    assert not any(one.verdict == "crashed" for one in found), [one.error for one in found]
    return "confirmed" if any(one.verdict == "confirmed" for one in found) else found[0].verdict


# --- knowing more


@pytest.mark.parametrize("name", BOOK.ids)
def test_a_decided_verdict_stays(name: str) -> None:
    """Whatever is learnt of a fact that was unknown, what was decided without it stays decided."""
    rule = BOOK.rule(name)
    names = leaves(rule)

    @QUICK
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        facts = {fact: data.draw(st.one_of(st.just(UNKNOWN), of_fact(fact)), fact) for fact in names}
        before = verdict(rule, facts)
        open_ = [fact for fact in names if facts[fact] == UNKNOWN]
        if before not in ("confirmed", "ruled-out") or not open_:
            return
        learnt = data.draw(st.sampled_from(open_), "learnt")
        assert verdict(rule, facts | {learnt: data.draw(of_fact(learnt), "as")}) == before

    holds()


DERIVED: Final = sorted(
    name for name, facts in registry().items()
    if any(fact.derive is not None and "case" in fact.on for fact in facts)
    and not name.startswith(("evidence.", "fetch."))
)  # fmt: skip
BEATS: Final = {
    "connection.trusts_signing_key": "a verified response beats the fingerprints that people compared",
    "idp.name_id_sent": "a response beats what stands in the console",
    "scim.server_answers": "the status of an answer beats what people say of the server",
    "oauth.redirect_difference": "both addresses beat the provider's refusal, which only says that they differ",
    "scim.filter_supported": "the error type of an answer beats what people say of the search",
}
"""Derived facts in which one way of knowing beats another; there a stronger observation may correct a weaker one."""


def parts_of(name: str) -> list[str]:
    """The facts that the derivation of a fact of the case reads, those behind derived ones too."""
    found: set[str] = set()
    for one in registry()[name]:
        if one.derive is not None and "case" in one.on:
            found |= set(re.findall(r'"([a-z_]+\.[a-z_]+)"', inspect.getsource(one.derive))) & set(registry())
    deeper = {part for each in found - {name} for part in parts_of(each)}
    return sorted(found - {name} | deeper)


@pytest.mark.parametrize("name", DERIVED)
def test_a_derived_fact_stays(name: str) -> None:
    """A value that is known stays when more becomes known, but where one way of knowing beats another."""
    parts = parts_of(name)
    corrected = []

    @settings(QUICK, max_examples=80)
    @given(st.data())
    def looked_for(data: st.DataObject) -> None:
        facts = {part: data.draw(st.one_of(st.just(UNKNOWN), of_fact(part)), part) for part in parts}
        open_ = [part for part in parts if facts[part] == UNKNOWN]
        before = known(name, facts)
        if before is None or not open_:
            return
        learnt = data.draw(st.sampled_from(open_))
        if known(name, facts | {learnt: data.draw(of_fact(learnt))}) not in (before, None):
            corrected.append(learnt)

    looked_for()
    assert not corrected or name in BEATS, corrected


def known(name: str, facts: dict[str, Any]) -> Any:
    """A derived fact's value; None while it is unknown."""
    found = view_of({fact: value for fact, value in facts.items() if value != UNKNOWN}, "case")[name]
    return None if isinstance(found, Unknown) else found


# --- ignorance


@pytest.mark.parametrize("name", BOOK.ids)
def test_nothing_is_confirmed_when_nothing_is_known(name: str) -> None:
    assert verdict(BOOK.rule(name), {}) in ("unknown", "not-applicable", "ruled-out")


@pytest.mark.parametrize("name", BOOK.ids)
def test_only_absence_itself_is_confirmed_by_absence(name: str) -> None:
    rule = BOOK.rule(name)
    facts = {fact: "ABSENT" for fact in leaves(rule) if any(one.optional for one in registry()[fact])}
    written = json.dumps([rule.data["when"], rule.data.get("applies")])
    asks_absence = '"exists": false' in written or '"not"' in written or '"none"' in written
    assert verdict(rule, facts) != "confirmed" or asks_absence


def test_empty_case() -> None:
    examined = Examined(Case("empty", WHEN), BOOK)
    assert examined.judged == {}
    assert (examined.trees, examined.proven, examined.needs()) == ([], False, ())


@pytest.mark.parametrize("one", BOOK.trees, ids=lambda one: one.id)
def test_a_tree_without_facts_proves_nothing(one: Any) -> None:
    found = diagnosed(symptom=one.symptoms[0])
    assert one.id in found.trees
    assert not any(each.verdict in ("confirmed", "crashed") for each in found.findings)
    assert found.verdict == "undecided"
    assert found.needs


# --- order


def as_text(found: Any) -> str:
    return report_json.text(diagnosis.as_data(found, doctor.__version__, explain=True))


EVIDENCE: Final = {
    "md1.xml": metadata(), "md2.xml": metadata(-30), "r1.xml": response(ACS + "/", id="r1"),
    "r2.b64": encoded(response(ACS, id="r2")), "c1.json": json.dumps(scalekit(status="IN_PROGRESS")).encode(),
    "c2.json": json.dumps(workos(state="validating")).encode(),
    "ticket.txt": b"Recipient mismatch, error=invalid_client",
    "other.txt": b"SCIM 401 Unauthorized",
}  # fmt: skip


@pytest.mark.parametrize(
    "names",
    [("r1.xml", "r2.b64"), ("md1.xml", "md2.xml"), ("c1.json", "c2.json", "r1.xml"), ("ticket.txt", "other.txt"),
     ("md1.xml", "r1.xml", "c1.json", "ticket.txt")],
    ids="+".join,
)  # fmt: skip
def test_every_order(names: tuple[str, ...], tmp_path: Path) -> None:
    paths = [put(tmp_path, name, EVIDENCE[name]) for name in names]
    assert (
        len({as_text(diagnosed(*order, set={"connection.logins_attempted": 2})) for order in permutations(paths)}) == 1
    )


@settings(QUICK, max_examples=15)
@given(st.permutations(sorted(EVIDENCE)), st.permutations(["sp.acs_url", "connection.state", "sp.entity_id"]))
def test_any_order(names: list[str], told: list[str]) -> None:
    from doctor.sources import exhibit

    case: Any = casework.empty("x", library.Options(at=NOW))
    for name in names:
        if name.endswith(".txt"):
            case = casework.with_report(case, EVIDENCE[name].decode())
        else:
            case = case.with_document(exhibit.of_bytes(EVIDENCE[name], name))
    answers = {"sp.acs_url": ACS, "connection.state": "validating", "sp.entity_id": "https://a.example"}
    case = case._replace(answers={name: answers[name] for name in told})
    text = as_text(casework.Session(case, BOOK).so_far)
    assert KEPT.setdefault("text", text) == text


KEPT: Final[dict[str, str]] = {}


def test_two_responses_that_disagree(tmp_path: Path) -> None:
    paths = [put(tmp_path, name, EVIDENCE[name]) for name in ("r1.xml", "r2.b64")]
    found = diagnosed(*paths, acs_url=ACS)
    told = [one for one in found.findings if one.id == "acs-url-mismatch"]
    assert [(one.verdict, one.subject) for one in told] == [("confirmed", paths[0])]
    assert "ask:idp.acs_url" not in [one.acquisition for one in found.needs]


# --- time


def a_case(tmp_path: Path) -> Any:
    evidence = casework.Evidence(
        tuple(put(tmp_path, name, data) for name, data in EVIDENCE.items()), ("stuck in validating",),
        {"connection.logins_attempted": 1, "oauth.requested_scopes": ["openid", "email"]},
    )  # fmt: skip
    options = library.Options(at=NOW, acs_url=ACS, provider="okta")
    case = casework.gather(casework.empty("acme", options), evidence, options, BOOK)
    return case._replace(answers={"sp.entity_id": {"unknown": "declined"}}, asked=("ask:sp.entity_id",))


def test_a_case_survives_json(tmp_path: Path) -> None:
    case = a_case(tmp_path)
    written = report_json.text(case_file.as_data(case))
    again = case_file.of_data(json.loads(written))
    assert again == case
    assert report_json.text(case_file.as_data(again)) == written
    assert as_text(casework.Session(again, BOOK).so_far) == as_text(casework.Session(case, BOOK).so_far)


def test_the_same_case_twice(tmp_path: Path) -> None:
    case = a_case(tmp_path)
    assert as_text(casework.Session(case, BOOK).so_far) == as_text(casework.Session(case, BOOK).so_far)


def test_later_only_the_moment_of_the_case_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    case = a_case(tmp_path)
    before = as_text(casework.Session(case, BOOK).so_far)
    monkeypatch.setattr(time, "time", lambda: 4_000_000_000.0)
    assert as_text(casework.Session(case, BOOK).so_far) == before


def test_where_the_files_lie_does_not_matter_to_a_kept_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = a_case(tmp_path)
    before = as_text(casework.Session(case, BOOK).so_far)
    for name in EVIDENCE:
        (tmp_path / name).unlink()
    monkeypatch.chdir(tmp_path)
    assert as_text(casework.Session(case, BOOK).so_far) == before


# --- a rule that crashes, words that nobody knows


@pytest.mark.parametrize("name", ["acs-url-mismatch", "no-login-yet", "certificate-expired"])
def test_a_crashed_rule_is_a_result(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = [put(tmp_path, "md.xml", metadata(-3)), put(tmp_path, "r.xml", response(ACS + "/"))]
    given_ = {"connection.state": "validating", "connection.logins_attempted": 1}
    whole = diagnosed(*files, set=given_, acs_url=ACS)
    real = engine_rule._run

    def crash(rule: Rule, view: Any) -> Any:
        if rule.id == name:
            raise ZeroDivisionError("a defect")
        return real(rule, view)

    monkeypatch.setattr(engine_rule, "_run", crash)
    found = diagnosed(*files, set=given_, acs_url=ACS)
    assert verdict_of(found, name) == "crashed"
    others = {(one.id, str(one.verdict)) for one in whole.findings if one.id != name}
    assert {(one.id, str(one.verdict)) for one in found.findings if one.id != name} == others
    assert any("ZeroDivisionError" in one.message for one in found.findings if one.id == name)
    assert found.headline in ("certificate-expired", "acs-url-mismatch")
    json.loads(as_text(found))


@QUICK
@given(st.text(max_size=12), st.text(max_size=12), st.text(max_size=12))
def test_unknown_words_of_the_vendors(state: str, kind: str, provider: str) -> None:
    from doctor.sources import exhibit

    both = [
        workos(state=state, connection_type=kind, status=state),
        scalekit(status=state, type=kind, provider=provider),
    ]
    for one in (*both, {"object": "list", "data": both}):
        case = Case("x", WHEN).with_document(exhibit.of_bytes(json.dumps(one).encode(), "c.json"))
        found = casework.Session(case, BOOK).so_far
        assert not any(each.verdict == "crashed" for each in found.findings)
        json.loads(as_text(found))


@QUICK
@given(st.text(max_size=200), st.sampled_from([tree.symptoms[0] for tree in BOOK.trees]))
def test_any_symptom(text: str, symptom: str) -> None:
    for each in (text, f"{text} {symptom}", f"{symptom}\n{text}"):
        found = diagnosed(symptom=each)
        assert not any(one.verdict == "crashed" for one in found.findings)


@settings(QUICK, max_examples=40)
@given(st.data())
def test_any_answers_to_every_question(data: st.DataObject) -> None:
    """However a conversation goes, it ends, asks nothing twice and crashes nothing."""
    symptom = data.draw(st.sampled_from([tree.symptoms[0] for tree in BOOK.trees]))
    session = casework.Session(casework.with_report(Case("x", WHEN), symptom), BOOK)
    asked = []
    while session.need is not None:
        one = session.need.acquisitions[0]
        asked.append(one.acquisition)
        facts: dict[str, Any] = {}
        if one.choices:
            facts = data.draw(st.sampled_from([{}, *(choice[1] for choice in one.choices)]))
        elif one.kind == "ask" and data.draw(st.booleans()):
            facts = {one.provides[0]: data.draw(of_fact(one.provides[0]))}
        session.answer(one, dict(facts))
    assert len(asked) == len(set(asked)) < 120
    assert not any(one.verdict == "crashed" for one in session.so_far.findings)
    assert session.so_far.verdict in ("pass", "fail") or session.so_far.advice
