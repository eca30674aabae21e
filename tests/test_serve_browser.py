"""The app in a real browser: Okta from the lookup table to an active connection, through `doctor serve`.

Skipped where Chromium is not installed: `make browser` installs it. The terminal in the page is a picture; its text
is read from the buffer of the terminal itself. Where WorkOS' emulator is installed (`make vendors`) it is the vendor.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import pytest

from peers import chromium, workos_emulator
from peers.process import PeerError
from tests import serving, vendor_server
from tests.factory import write_examples

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from peers.chromium import Tab
    from tests.serving import Served

pytest.importorskip("textual_serve")

_KEPT: Final = """
Object.defineProperty(Object.prototype, "websocket_url", {
  configurable: true,
  set(value) {
    Object.defineProperty(this, "websocket_url", { value, writable: true });
    window.page = this;
  },
});
"""
"""Keeps the terminal of the page where we find it: it is nobody's property otherwise."""
_LINES: Final = """
Array.from({ length: page.terminal.rows }, (_, row) =>
  page.terminal.buffer.active.getLine(row).translateToString(true)).join("\\n")
"""
LARGE: Final = (1280, 860)
SMALL: Final = (745, 520)
"""About 80 columns and 24 rows."""
_CONTROL: Final = 2
PICTURES: Final = os.environ.get("DOCTOR_PICTURES")
"""A folder where pictures of the pages are left, for those who want to look."""


class Screen:
    """The app in a page: keys in, text out."""

    def __init__(self, tab: Tab, url: str, size: tuple[int, int] = LARGE) -> None:
        self.tab = tab
        tab.events.clear()
        tab.size(*size)
        tab.go(url)
        self.until("Drop anything")
        tab.until(lambda: bool(tab.tell("document.activeElement.tagName === 'TEXTAREA'")), self.text)

    def text(self) -> str:
        """What stands on the screen, line by line."""
        with contextlib.suppress(PeerError):  # the page is being loaded
            return str(self.tab.tell(_LINES))
        return ""

    def flat(self) -> str:
        """The same on one line, for words that are wrapped."""
        return re.sub(r"[\s│╭╮╰╯─]+", " ", self.text())

    def until(self, *wanted: str) -> None:
        """Wait until all of this stands on the screen."""
        self.tab.until(lambda: all(one in self.flat() for one in wanted), lambda: f"no {wanted} in\n{self.text()}")

    def until_not(self, unwanted: str) -> None:
        """Wait until this does not stand on the screen any more."""
        self.tab.until(lambda: unwanted not in self.flat(), lambda: f"still {unwanted} in\n{self.text()}")

    def answer(self, key: str, dialog: str, text: str, then: str) -> None:
        """Open a dialog by its key, fill its field, take it, and wait for what follows."""
        self.tab.press(key)
        self.until(dialog)
        self.tab.type(text)
        self.until(text[-20:])
        self.tab.press("Enter")
        self.until_not(dialog)
        self.until(then)

    def shows(self, step: int) -> bool:
        """Whether this step of a setup is shown."""
        return f"│ {step}. " in self.text()

    def finished(self, step: int) -> bool:
        """Whether this step of a setup is done or verified."""
        return f"✓ {step} " in self.text()

    def tick(self, step: int) -> None:
        """Check the step under the cursor off; the cursor goes on to the next."""
        if not self.finished(step):
            self.tab.until(partial(self.shows, step), self.text)
            self.tab.press(" ")
            self.tab.until(lambda: self.finished(step), self.text)

    def picture(self, name: str) -> None:
        """Leave a picture where somebody asked for pictures."""
        if PICTURES:
            (Path(PICTURES) / f"{name}.png").write_bytes(self.tab.picture())


class Vendor(NamedTuple):
    """A vendor's API with a connection in Draft."""

    url: str
    key: str
    connection: str
    activate: Callable[[], None]


@contextlib.contextmanager
def emulator(folder: Path) -> Iterator[Vendor]:
    seed = workos_emulator.seed(1)
    seed["connections"][0] |= {"state": "draft", "connection_type": "OktaSAML"}
    with workos_emulator.running(folder, seed) as running:
        (one,) = running.connections()
        yield Vendor(running.url, workos_emulator.KEY, one["id"], lambda: running.become(one["id"], "active"))


@contextlib.contextmanager
def our_own(_folder: Path) -> Iterator[Vendor]:
    rows = [vendor_server.connection(1, state="draft")]
    server = vendor_server.workos(connections=rows, organizations=[vendor_server.organization()])
    with vendor_server.running(server):
        yield Vendor(server.url, vendor_server.KEY, rows[0]["id"], lambda: rows[0].update(state="active"))


@pytest.fixture(scope="module")
def vendor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vendor]:
    there = our_own if workos_emulator.missing() else emulator
    with there(tmp_path_factory.mktemp("vendor")) as found:
        yield found


@pytest.fixture(scope="module")
def served(vendor: Vendor, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("home")
    with serving.serving(home, WORKOS_API_KEY=vendor.key, WORKOS_BASE_URL=vendor.url) as found:
        yield found


@pytest.fixture(scope="module")
def tab() -> Iterator[Tab]:
    if reason := chromium.missing():
        pytest.skip(reason)
    with chromium.opened() as found:
        found.at_once(_KEPT)
        found.call("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
        yield found


def test_okta_from_the_lookup_table_to_an_active_connection(tab: Tab, served: Served, vendor: Vendor) -> None:
    screen = Screen(tab, served.url)
    tab.type("okta saml")
    screen.until("okta-saml")
    screen.picture("lookup")
    tab.press("Enter")
    screen.until("Okta · SAML single sign-on", "0 of 9 steps", "2 missing")
    screen.answer("f", "Give a file or a connection", vendor.connection, "✓ holds The connection is of a type for Okta")
    screen.answer("v", "verbatim", "https://auth.example.com/sso/acs/conn_01", "1 missing")
    screen.answer("v", "verbatim", "https://auth.example.com/conn_01", "all given")
    metadata = str(write_examples.FOLDER / "okta-healthy.xml")
    screen.answer("f", "Give a file or a connection", metadata, "identity provider verified")
    tab.press("Home")
    for number in range(1, 10):
        tab.until(partial(screen.shows, number), screen.text)
        if screen.finished(number):
            tab.press("ArrowDown")
        else:
            screen.tick(number)
    screen.until("9 of 9 steps")
    tab.press("End")
    tab.press("ArrowUp")
    tab.until(partial(screen.shows, 9), screen.text)
    assert "connection state: active" not in screen.flat()
    vendor.activate()
    screen.until("connection state: active")
    screen.picture("active")
    assert "9 of 9 steps" in screen.flat()
    assert vendor.key not in screen.text()


def test_nothing_leaves_this_server(tab: Tab, served: Served) -> None:
    """Not even when somebody asks for it inside the page."""
    screen = Screen(tab, served.url)
    tried = tab.tell("fetch('http://127.0.0.1:9/').then(() => 'went', () => 'refused')")
    tab.tell("new Image().src = 'https://fonts.googleapis.com/'")
    screen.until("Recent cases")
    assert tried == "refused"
    asked = [one["request"]["url"] for one in tab.of("Network.requestWillBeSent")]
    went = [url for url in asked if not url.startswith((served.url, "data:"))]
    blocked = {one["requestId"]: one.get("blockedReason") for one in tab.of("Network.loadingFailed")}
    assert [one for one in went if "127.0.0.1:9" not in one and "googleapis" not in one] == []
    assert set(blocked.values()) <= {"csp"}
    (socket,) = tab.of("Network.webSocketCreated")
    assert socket["url"].startswith(f"ws://{served.authority}/{served.token}/ws?")
    assert {f"{served.url}{name}" for name in ("textual.js", "page.js", "mono.ttf")} <= set(asked)


def test_the_page_complains_of_nothing(tab: Tab, served: Served) -> None:
    Screen(tab, served.url)
    assert tab.of("Runtime.exceptionThrown") == []
    told = [one["entry"] for one in tab.of("Log.entryAdded")]
    assert [one["text"] for one in told if one["level"] == "error"] == []
    assert [one for one in told if one["source"] == "security"] == []


def test_a_value_is_copied_to_the_clipboard_of_the_browser(tab: Tab, served: Served) -> None:
    screen = Screen(tab, served.url)
    tab.type("okta saml")
    screen.until("okta-saml")
    tab.press("Enter")
    screen.until("Okta · SAML single sign-on", "2 missing")
    screen.answer("v", "verbatim", "https://auth.example.com/sso/acs/conn_02", "1 missing")
    tab.press("End")
    screen.until("The values of this setup")
    tab.press("y")
    screen.until("copied https://auth.example.com/sso/acs/conn_02")
    tab.until(lambda: "conn_02" in tab.tell("navigator.clipboard.readText()"), screen.text)
    assert tab.tell("navigator.clipboard.readText()") == "https://auth.example.com/sso/acs/conn_02"


def test_what_the_browser_holds_is_pasted_whole(tab: Tab, served: Served) -> None:
    screen = Screen(tab, served.url)
    metadata = (write_examples.FOLDER / "okta-healthy.xml").read_text("utf-8")
    assert metadata.count("\n") > 10
    tab.tell(f"navigator.clipboard.writeText({json.dumps(metadata)})")
    tab.press("v", modifiers=_CONTROL, commands=["paste"])
    screen.until("IdP metadata")
    tab.press("Enter")
    screen.until("doctor › Check", "IdP metadata · Okta", "Nothing wrong found")  # a part of it would be broken XML


def test_a_small_window_and_one_that_grows(tab: Tab, served: Served) -> None:
    screen = Screen(tab, served.url, SMALL)
    rows, columns = tab.tell("[page.terminal.rows, page.terminal.cols]")
    assert rows == 24
    assert columns in range(76, 90)  # fonts differ
    screen.until("okta-saml", "Recent cases")
    screen.picture("small")
    tab.size(*LARGE)
    tab.until(lambda: bool(tab.tell("page.terminal.cols") > columns), screen.text)
    tab.until(lambda: max(map(len, screen.text().splitlines())) > 100, screen.text)
    screen.picture("grown")


def test_a_session_that_ends_can_begin_again(tab: Tab, served: Served) -> None:
    screen = Screen(tab, served.url)
    tab.press("q", modifiers=_CONTROL)
    ended = "document.querySelector('.-closed .ended')?.checkVisibility()"
    tab.until(lambda: tab.tell(ended) is True, screen.text)
    screen.picture("ended")
    tab.events.clear()
    tab.press("Enter")
    tab.until(lambda: not tab.tell(ended) and bool(tab.of("Page.loadEventFired")), screen.text)
    screen.until("Drop anything")


def test_a_wrong_token_shows_nothing(tab: Tab, served: Served) -> None:
    tab.events.clear()
    tab.go(f"http://{served.authority}/wrong/")
    tab.until(lambda: bool(tab.tell("document.body && document.body.innerText")), lambda: "an empty page")
    assert tab.tell("document.body.innerText").startswith("403: ")
    assert tab.of("Network.webSocketCreated") == []
