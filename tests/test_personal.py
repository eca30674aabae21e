"""Values of people are told by their shape, unless somebody asks for them; and secrets are never told at all."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any, Final

import pytest

import doctor
from doctor.report import diagnosis as diagnosis_report
from doctor.report import json as json_report
from doctor.report import text
from tests.factory import clinic_all
from tests.factory.clinic_case import KNOWN, trusted
from tests.factory.response import ACS, NOW, SP, Draft, written

if TYPE_CHECKING:
    from pathlib import Path

PERSON: Final = "Zq7Canary"
ADDRESS: Final = f"{PERSON}.Person@corp.example"
_ATTRIBUTES: Final = (
    ("id", (f"{PERSON}-id",)), ("email", (f"{PERSON} no address",)), ("E-Mail", (ADDRESS, f"x{PERSON}@corp.example")),
    ("firstName", (PERSON,)), ("lastName", (f"{PERSON}son", f"{PERSON}sen")), ("telephone", ("+49 170 1234567",)),
)  # fmt: skip
DRAFTS: Final[dict[str, Draft]] = {
    "an address": Draft(name_id=ADDRESS, attributes=_ATTRIBUTES),
    "no address, though called one": Draft(name_id=f"{PERSON} with blanks", attributes=_ATTRIBUTES),
    "a comment inside": Draft(name_id=f"{PERSON}<!-- {PERSON} -->@corp.example", attributes=_ATTRIBUTES),
    "everything wrong": Draft(
        name_id=ADDRESS, attributes=_ATTRIBUTES, recipient=None, audiences=(), not_on_or_after=-900, issuer="urn:other",
        status_message=f"no such user {ADDRESS}",
    ),
    "a failure": Draft(
        status=("urn:oasis:names:tc:SAML:2.0:status:Responder",), status_message=f"unknown user {ADDRESS}"
    ),
}  # fmt: skip
OPTIONS: Final[dict[str, Any]] = {"acs_url": ACS, "sp_entity_id": SP, "at": NOW}


def told(data: bytes, **options: Any) -> str:
    report = doctor.check(data, **OPTIONS, idp_metadata=trusted(), vendor="workos", **options)
    assert report.findings
    lines = (text.report(report, text.Look(compact=compact), {}) for compact in (False, True))
    return "\n".join([*lines, json_report.report(report, "0")])


@pytest.mark.parametrize("name", DRAFTS)
@pytest.mark.parametrize("encode", [bytes, base64.b64encode], ids=["xml", "base64"])
def test_no_person_is_named(name: str, encode: Any) -> None:
    assert PERSON not in told(encode(written(DRAFTS[name])))


def test_domain_case_and_length_stay() -> None:
    assert "Xx0Xxxxxx.Xxxxxx@corp.example" in told(written(DRAFTS["an address"]))


@pytest.mark.parametrize("name", ["an address", "everything wrong"])
def test_people_are_named_when_asked_for(name: str) -> None:
    assert ADDRESS in told(written(DRAFTS[name]), show_personal=True)


@pytest.mark.parametrize("name", DRAFTS)
def test_no_diagnosis_names_a_person(name: str, tmp_path: Path) -> None:
    path = tmp_path / "response.b64"
    path.write_bytes(base64.b64encode(written(DRAFTS[name])))
    found = doctor.diagnose(path, **OPTIONS)
    said = [diagnosis_report.text(found, text.Look(), None, explain=True)]
    said.append(json.dumps(diagnosis_report.as_data(found, "0", explain=True)))
    assert PERSON not in "".join(said)


@pytest.mark.parametrize("case", clinic_all.CASES, ids=lambda one: one.name)
def test_no_patient_is_named(case: Any) -> None:
    """The people of the clinic are called Ada; what is told of any patient never says so."""
    given = {**KNOWN, **case.given} if not case.given else case.given
    report = doctor.check(case.make(), **given)
    said = text.report(report, text.Look(), {}) + json_report.report(report, "0")
    assert "ada@" not in said.casefold()
    assert "lovelace" not in said.casefold()
