"""The captured sign-ins of `examples/sign-in/` show what their README says, and are what the factory would write."""

from __future__ import annotations

import json

import pytest

import doctor
from tests.factory.response import ACS, NOW, SP
from tests.factory.write_sign_ins import FOLDER, files, readme, sign_ins


@pytest.mark.parametrize("name", sign_ins())
def test_each_shows_what_happened(name: str) -> None:
    expected = json.loads((FOLDER / "expected.json").read_text("utf-8"))[name]
    report = doctor.check(
        FOLDER / name, idp_metadata=FOLDER / "metadata.xml", acs_url=ACS, sp_entity_id=SP, at=NOW
    )  # fmt: skip
    loud = [one.id for one in report.findings if one.severity in ("error", "warning")]
    assert loud[:1] == ([expected] if expected else [])
    assert expected == sign_ins()[name].rule


def test_the_folder_holds_what_the_factory_writes() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(files())
    assert (FOLDER / "README.md").read_text("utf-8") == readme()
