"""Real OpenID providers get the right headline for each mistake. Those that are not installed are skipped:
`python -m peers.oidc_run --install` installs and runs them all."""

from __future__ import annotations

import sys

import pytest

from peers import oidc_case, oidc_run
from peers.oidc_case import CASES, Case, Row, Seen


@pytest.fixture(params=oidc_run.PEERS)
def server(request: pytest.FixtureRequest) -> str:
    name = str(request.param)
    if reason := oidc_run.missing(name):
        pytest.skip(reason)
    return name


def test_each_mistake_gets_its_headline(server: str) -> None:
    rows = oidc_run.judged(server)
    assert [one for one in rows if not one.right] == []
    assert len(rows) > len(CASES) / 2


def test_the_page_has_a_row_for_each_mistake_and_all_are_right() -> None:
    page = oidc_run.PAGE.read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.endswith(("| right |", "| WRONG |"))]
    assert {line.split(" | ")[0].removeprefix("| ") for line in rows} == set(oidc_run.PEERS)
    assert {line.split(" | ")[1] for line in rows} == {case.mistake for case in CASES}
    assert not [line for line in rows if line.endswith("WRONG |")]


def test_a_wrong_headline_fails_the_run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    row = Row("oidc-provider", "none", "a page", "oauth-client-invalid", None)
    for found, code in ((row, 1), (row._replace(headline=None), 0)):
        monkeypatch.setattr(oidc_run, "missing", lambda _: None)
        monkeypatch.setattr(oidc_run, "judged", lambda _, found=found: (found,))
        monkeypatch.setattr(sys, "argv", ["oidc_run", "oidc-provider"])
        assert oidc_run.main() == code
        assert ("WRONG" in capsys.readouterr().out) == bool(code)


def test_expectations_differ_where_servers_do() -> None:
    case = Case("x", lambda _: Seen("", None), "a", {oidc_case.LATE: None})
    assert (case.right(oidc_case.LATE), case.right("oidc-provider")) == (None, "a")
