"""Real SCIM servers, each with one mistake, get the right headline. Those that are not installed are skipped:
`python -m peers.scim_table --install` installs and runs them all."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from peers import scim_server, scim_table
from peers.scim_table import TRIALS, Row, Trial


@pytest.mark.parametrize("trial", TRIALS, ids=lambda one: f"{one.server}: {one.mistake}")
def test_each_mistake_gets_its_headline(trial: Trial) -> None:
    if reason := scim_server.missing(trial.server):
        pytest.skip(reason)
    assert scim_table.row(trial).headline == trial.expected


@pytest.mark.parametrize("server", scim_server.PACKAGES)
def test_reading_writes_nothing(server: str) -> None:
    if reason := scim_server.missing(server):
        pytest.skip(reason)
    with (
        tempfile.TemporaryDirectory(prefix="doctor-peers-") as folder,
        scim_server.running(server, "ok", Path(folder)) as running,
    ):
        address = running.root + scim_server.BASES[server]
        before, after = (scim_table.told(address, running.token)["subjects"][0]["summary"] for _ in range(2))
        drilled = scim_table.told(address, running.token, "--write")["subjects"][0]["summary"]
        assert {one["method"] for one in before["steps"]} == {"GET"}
        assert before["users"] == after["users"] == drilled["users"]
        assert scim_table.told(address, running.token)["subjects"][0]["summary"]["users"] == before["users"]
        assert drilled["drill"]["removed"] is True


def test_the_page_is_what_the_command_writes() -> None:
    """Each row of the page is a trial with its headline; what servers answer may change with their versions."""
    page = scim_table.PAGE.read_text()
    for trial in TRIALS:
        headline = f"`{trial.expected}`" if trial.expected else "no error, no warning"
        assert any(
            line.startswith(f"| {trial.server} | {trial.mistake} |") and line.endswith(f"| {headline} |")
            for line in page.splitlines()
        ), trial
    assert f"{len(TRIALS)} of {len(TRIALS)} headlines are right." in page


def test_a_wrong_headline_is_marked() -> None:
    wrong = Row(TRIALS[0], "200 ok | x", "scim-filter-ignored")
    page = scim_table.page([wrong, wrong._replace(headline=None)])
    assert "`scim-filter-ignored` WRONG, expected none" in page
    assert "1 of 2 headlines are right." in page
    assert "200 ok / x" in page
