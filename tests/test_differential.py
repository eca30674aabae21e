"""Doctor beside other service providers: each difference of verdict has a name, and each named one is seen.

Those that are not installed are skipped: `make peers` installs and runs them all.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from peers import run
from peers.difference import EXPLAINED, explained
from peers.job import Verdict
from peers.variant import ACCEPTED, VARIANTS

PAGE = Path(__file__).resolve().parent.parent / "docs" / "peers.md"


@pytest.fixture(params=run.JUDGES)
def judge(request: pytest.FixtureRequest) -> str:
    name = str(request.param)
    if reason := run.missing(name):
        pytest.skip(reason)
    return name


@pytest.fixture
def compared(judge: str) -> list[run.Compared]:
    """Verdicts of one service provider on what every installed identity provider sends."""
    there = [name for name in run.PROVIDERS if not run.missing(name)]
    if not there:
        pytest.skip("no identity provider is installed")
    return [one for name in there for one in run.compared(judge, name)]


def test_each_difference_has_a_name(compared: list[run.Compared]) -> None:
    unexplained = [
        (one.judge, one.judged.provider, one.judged.variant, one.verdict, one.judged.headline)
        for one in compared
        if one.differs and one.why is None
    ]
    assert unexplained == []


def test_each_named_difference_is_seen(judge: str, compared: list[run.Compared]) -> None:
    there = {(one.judged.provider, one.judged.variant) for one in compared}
    differing = {(one.judged.provider, one.judged.variant) for one in compared if one.differs}
    named = {variant: one.only_from for (name, variant), one in EXPLAINED.items() if name == judge}
    assert {(who, what) for who, what in there if what in named and named[what] in (None, who)} == differing


def test_good_messages_are_accepted_by_everybody(compared: list[run.Compared]) -> None:
    good = [one for one in compared if one.judged.variant in ACCEPTED]
    assert good
    assert [one for one in good if not one.judged.accepted] == []
    assert [one for one in good if not one.verdict.accepted and one.why is None] == []


def test_differences_name_judges_and_variants_that_exist() -> None:
    assert {judge for judge, _ in EXPLAINED} <= set(run.JUDGES)
    assert {variant for _, variant in EXPLAINED} <= VARIANTS.keys()


def test_a_difference_is_explained_in_one_direction_only() -> None:
    assert explained("node-saml", "samlify", "wrong-issuer", accepted=True) is not None
    assert explained("node-saml", "samlify", "wrong-issuer", accepted=False) is None
    judged = run.Judged("samlify", "wrong-issuer", "idp-entity-id-mismatch", accepted=False)
    agreeing = run.Compared("node-saml", judged, Verdict(accepted=False, reason="issuer"))
    assert not agreeing.differs
    assert run.Compared("node-saml", judged, Verdict(accepted=True, reason="")).why is not None


def test_a_difference_can_concern_one_provider_only() -> None:
    assert explained("python3-saml", "pysaml2", "encrypted", accepted=False) is not None
    assert explained("python3-saml", "samlify", "encrypted", accepted=False) is None


def test_the_page_has_a_row_for_each_difference() -> None:
    rows = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ")]
    cells = {row.split("|")[1].strip(): row for row in rows}
    for (judge, _), one in EXPLAINED.items():
        does = "accepts" if one.accepts else "refuses"
        assert f"{does}: {one.why} |" in cells[one.name]
        assert judge in cells[one.name]
