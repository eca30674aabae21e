"""Journeys on a real terminal: keys, pastes, the clipboard, and `kill -9` as they are outside of tests."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from doctor.sources.case_store import Store
from peers import tmux
from tests.tui_pilot import SIZES

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from peers.tmux import Terminal

ROOT = Path(__file__).resolve().parent.parent
EXPIRED = "examples/okta-broken.xml"
TICKET = "Our customer cannot sign in.\nThe connection of acme is stuck in validating.\n"
CAUSE = "The cause: Every signing certificate of the identity provider has expired"
REASON = tmux.missing()

pytestmark = pytest.mark.skipif(REASON is not None, reason=REASON or "")


def opened(
    home: Path, size: tuple[int, int] = (120, 40), at: Path = ROOT, **environment: str
) -> AbstractContextManager[Terminal]:
    """`doctor` on a terminal, at the top of the project or in another folder."""
    told = {"DOCTOR_HOME": str(home), "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8", **environment}
    return tmux.running(["env", "-C", str(at), sys.executable, "-m", "doctor"], told, size)


def said(*words: str) -> str:
    """What the command line says of the same store."""
    done = subprocess.run(
        [sys.executable, "-m", "doctor", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout


def to_the_cause(terminal: Terminal) -> None:
    """Journey (b) up to the cause: the file that came, then the ticket."""
    terminal.until("Drop anything")
    terminal.type(EXPIRED)
    terminal.until("IdP metadata", "enter: read this file")
    terminal.keys("Enter")
    terminal.until("› Check", "certificate-expired")
    terminal.keys("F2")
    terminal.until("› Home", "Recent cases")
    terminal.paste(TICKET)
    terminal.until("pasted: 2 lines", "enter: take this text")
    terminal.keys("Enter")
    terminal.until("› Diagnose", CAUSE, "CONFIRMED")


@pytest.mark.parametrize("size", SIZES)
def test_expired_metadata_to_the_note_for_the_admin(home: Path, size: tuple[int, int]) -> None:
    with opened(home, size) as terminal:
        to_the_cause(terminal)
        terminal.keys("n")
        terminal.until("› Note", "To the Okta administrator")
        terminal.keys("y")
        terminal.until("copied")
        assert terminal.copied().startswith("# To the Okta administrator")
        terminal.keys("F9")
        terminal.until("enter writes it")
        terminal.keys("Down")
        terminal.until("note.md")
        terminal.keys("Tab", "End", "C-u")
        terminal.until("note.md", gone=True)
        terminal.type(str(home / "note.md"))
        terminal.keys("Enter")
        terminal.until("written:")
        terminal.keys("C-q")
        terminal.ended()
    name = Store().rows()[0].name
    assert (home / "note.md").read_text(encoding="utf-8") == said("handoff", name, "--format", "markdown")
    assert json.loads(said("cases", "show", name, "--format", "json"))["headline"] == "certificate-expired"


def test_killed_at_any_moment_it_resumes_with_nothing_lost(home: Path) -> None:
    with opened(home) as terminal:
        terminal.until("Drop anything")
        terminal.type(EXPIRED)
        terminal.until("IdP metadata")
        terminal.keys("Enter")
        terminal.until("› Check", "certificate-expired")
        terminal.kill()
    name = Store().rows()[0].name
    assert [one.name for one in Store().load(name).documents] == [EXPIRED]
    with opened(home) as terminal:
        chosen(terminal, name)
        terminal.until("› Diagnose", "certificate-expired", "CONFIRMED")
        terminal.keys("F2")
        terminal.until("› Home")
        terminal.paste(TICKET)
        terminal.until("pasted: 2 lines")
        terminal.keys("Enter")
        terminal.until("› Diagnose", CAUSE)
        terminal.kill()
    assert Store().load(name).reports == (TICKET.strip(),)
    with opened(home) as terminal:
        chosen(terminal, name, "certificate-expired")
        terminal.until("› Diagnose", CAUSE)
        terminal.keys("n")
        terminal.until("› Note", "To the Okta administrator")
        terminal.kill()
    assert [one.name for one in Store().rows()] == [name]
    assert "To the Okta administrator" in said("handoff", name)


def chosen(terminal: Terminal, *shown: str) -> None:
    """Go on with the case on top of the list."""
    terminal.until("Recent cases", *shown)
    terminal.keys("Tab", "Tab", "Home", "Enter")


def test_a_walk_killed_in_the_middle_goes_on_there(home: Path) -> None:
    with opened(home, (80, 24)) as terminal:
        terminal.until("Drop anything")
        terminal.type("okta")
        terminal.until("set up Okta SAML")
        terminal.keys("Enter")
        terminal.until("0 of 9 steps")
        terminal.keys("Space")
        terminal.until("1 of 9 steps")
        terminal.keys("m")
        terminal.until("Note of step 2")
        terminal.type("waits for Anna")
        terminal.keys("Enter")
        terminal.until("Your note waits for Anna")
        terminal.kill()
    with opened(home, (80, 24)) as terminal:
        chosen(terminal, Store().rows()[0].name)
        terminal.until("1 of 9 steps", "2. Create the application", "Your note waits for Anna")


def test_a_terminal_without_colour_or_unicode(home: Path) -> None:
    with opened(home, (80, 24), NO_COLOR="1", DOCTOR_ASCII="1") as terminal:
        to_the_cause_in_ascii(terminal)
        coloured = terminal.tmux("capture-pane", "-p", "-e")
    shades = {tuple(found) for found in re.findall(r"[34]8;2;(\d+);(\d+);(\d+)", coloured)}
    assert all(len(set(shade)) == 1 for shade in shades), shades


def to_the_cause_in_ascii(terminal: Terminal) -> None:
    terminal.until("Drop anything")
    terminal.type(EXPIRED)
    terminal.keys("Enter")
    terminal.until("> Check", "certificate-expired")
    shown = terminal.screen()
    assert shown.isascii(), [one for one in shown.split("\n") if not one.isascii()]
    assert "[Findings]" in shown


def test_bytes_that_are_no_text_harm_nobody(home: Path) -> None:
    with opened(home) as terminal:
        terminal.until("Drop anything")
        terminal.paste(b"Gr\xf6\xdfe AADSTS50105\n")
        terminal.until("AADSTS50105")
        terminal.keys("Enter")
        terminal.until("› Diagnose", "The cause", "cause found")


@pytest.mark.parametrize("seed", range(3))
def test_keys_that_come_faster_than_screens_open_harm_nobody(home: Path, seed: int) -> None:
    chance = random.Random(seed)
    keys = ("F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "C-p", "C-o", "C-n", "Escape", "Down", "Enter")
    with opened(home, at=home) as terminal:
        terminal.until("Drop anything")
        for _ in range(10):
            terminal.keys(*chance.choices(keys, k=12))
            time.sleep(chance.choice((0, 0.02, 0.1)))
        for _ in range(4):  # dialogs
            time.sleep(0.3)
            terminal.keys("Escape")
        terminal.keys("F6")
        terminal.until("› Rules")
        terminal.keys("F2")
        terminal.until("› Home › field")
        terminal.keys("End", "C-u")
        terminal.until("Drop anything")
        terminal.paste(str(ROOT / EXPIRED))
        terminal.until("enter: read this file")


def test_a_paste_anywhere_goes_to_the_first_screen(home: Path) -> None:
    with opened(home) as terminal:
        terminal.until("Drop anything")
        terminal.keys("F3")
        terminal.until("› Check")
        terminal.paste(EXPIRED)
        terminal.until("› Home", "enter: read this file")
        terminal.keys("Enter")
        terminal.until("› Check", "certificate-expired")
        terminal.keys("C-n")
        terminal.until("› Home › field", "Recent cases")
