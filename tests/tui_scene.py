"""What the terminal app looks like at each place one can get to: how to get there, and a picture of it.

Everything in the pictures is made up: the files are those of `examples/`.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from contextlib import ExitStack, chdir, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple
from unittest import mock

from textual.widgets import Input

from doctor.tui import giving, picture
from tests import vendor_server
from tests.tui_pilot import EXAMPLES, running

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from tests.tui_pilot import Driver

    Play = Callable[[Driver], Awaitable[None]]


CLOCKS: Final = ("doctor.sources.online.now", "doctor.sources.online.moment", "doctor.sources.watching.moment")
HERE: Final = Path("/tmp/doctor-pictures")
"""Dialogs show the folder one works in, so it has the same name on each machine."""
NOW: Final = "2026-11-22T09:00:00Z"
"""When a connection was looked at."""


class Look(NamedTuple):
    """A size of the terminal in columns and lines, and a theme."""

    width: int = 120
    height: int = 40
    theme: str = "dark"

    @property
    def name(self) -> str:
        return f"{self.width}x{self.height}-{self.theme}"


# ── key screens ────────────────────────────────────────────────────────────────────────────────────────────


async def home(app: Driver) -> None:
    """The first screen with cases."""
    await app.drop("SCIM provisioning fails: HTTP 401 Unauthorized")
    app.app.desk.new()
    await app.drop("examples/okta-broken.xml")
    await app.drop("The connection is stuck in validating")
    app.app.go("home")


async def check(app: Driver) -> None:
    """Findings with the document beside them."""
    await app.drop("examples/jumpcloud-broken.xml")


async def flow(app: Driver) -> None:
    """A recorded sign-in."""
    await app.drop("examples/sign-in/clock-ahead.har")
    await app.press("v", "v")


async def diagnose(app: Driver) -> None:
    """A suspicion, and the question that decides it."""
    await app.drop("Recipient mismatch: expected https://auth.example.com/sso/acs/conn_01")


async def cause(app: Driver) -> None:
    """The cause, both values with the difference marked."""
    await diagnose(app)
    await app.reply("https://auth.example.com/sso/acs/conn_01/")


async def setup(app: Driver) -> None:
    """A step of a setup with its values."""
    await app.type("okta")
    await app.press("enter", "space", "space")
    await app.tell_value("https://auth.example.com/sso/acs/conn_01")


async def rules(app: Driver) -> None:
    """A rule's page."""
    app.app.go("rules", wanted="certificate-expired")


async def note(app: Driver) -> None:
    """The note to the person who must act."""
    await app.drop("examples/okta-broken.xml")
    await app.drop("The connection is stuck in validating")
    await app.press("n")


async def connections(app: Driver) -> None:
    """The connections at a vendor."""
    app.app.go("connections")
    async with asyncio.timeout(30):  # the details are asked for when the cursor has rested for a while
        while not app.app.screen._details._known:  # type: ignore[attr-defined]
            await asyncio.sleep(0.05)


# ── what else there is ─────────────────────────────────────────────────────────────────────────────────────


async def home_first(_app: Driver) -> None:
    """The first screen on the first day."""


async def home_found(app: Driver) -> None:
    """The table while one types."""
    await app.type("entra")


async def home_known(app: Driver) -> None:
    """What is dropped is recognised before it is taken."""
    await app.type("https://login.okta.com/app/exk1/sso/saml/metadata")


async def certificates(app: Driver) -> None:
    """When certificates end, as a plot."""
    await app.drop("examples/okta-broken.xml")
    await app.press("v")


async def examples(app: Driver) -> None:
    """The examples of a rule."""
    await rules(app)
    await app.idle()
    await app.press("x")


async def graph(app: Driver) -> None:
    """The graph of a tree."""
    await rules(app)
    await app.idle()
    await app.press("g")


async def pitfalls(app: Driver) -> None:
    """What usually goes wrong with a product."""
    await setup(app)
    await app.press("p")


async def value(app: Driver) -> None:
    """A dialog that asks for a value."""
    await setup(app)
    await app.press("v")


async def explained(app: Driver) -> None:
    """A finding, explained."""
    await check(app)
    await app.press("enter")


async def how(app: Driver) -> None:
    """How to find out what is asked."""
    await diagnose(app)
    await app.press("escape", "w")


async def trouble(app: Driver) -> None:
    """A file that is not there."""
    await app.drop("examples/no-such-file.xml")


async def sure(app: Driver) -> None:
    """A question before a case is forgotten."""
    await home(app)
    await app.idle()
    app.app.screen.query_one("#cases").focus()
    await app.press("delete")


async def named(app: Driver) -> None:
    """A name for the case."""
    await check(app)
    giving.name(app.app)


async def copied(app: Driver) -> None:
    """What was copied, to be read."""
    await check(app)
    await app.press("y", "Y")


async def exported(app: Driver) -> None:
    """The forms in which a screen is given away."""
    await check(app)
    await app.press("e")


async def helped(app: Driver) -> None:
    """Help of a screen."""
    await check(app)
    await app.press("f1")


async def palette(app: Driver) -> None:
    """The command palette."""
    await app.press("ctrl+p")
    await app.type("certificate-exp")


async def ascii_only(app: Driver) -> None:
    """A terminal without Unicode."""
    from doctor.tui import glyph

    app.app.glyphs = glyph.ASCII
    app.app.add_class("-ascii")
    await check(app)


async def opened(app: Driver) -> None:
    """The dialog that opens a file."""
    await app.press("ctrl+o")
    await app.type("examples/okta")


async def probed(app: Driver) -> None:
    """The dialog that asks for a SCIM server and its token."""
    await app.drop("SCIM provisioning fails: HTTP 401 Unauthorized")
    await app.press("escape", "p")


async def given(app: Driver) -> None:
    """Everything that the case was given, to be taken back."""
    await diagnose(app)
    await app.press("escape", "t")


async def asked(app: Driver) -> None:
    """What only a person can see, asked beside a step of a setup."""
    await setup(app)
    await app.press("t")


async def secret(app: Driver) -> None:
    """A token typed where none may be kept."""
    await setup(app)
    await app.press("v")
    await app.fill("#line", "ghp_" + 36 * "x")


async def noted(app: Driver) -> None:
    """A note beside a step of a setup."""
    await setup(app)
    await app.press("m")


async def changed(app: Driver) -> None:
    """A connection is deleted only behind its name."""
    await connections(app)
    await app.idle()
    await app.press("delete")


async def watched(app: Driver) -> None:
    """A connection is watched until it is active."""
    await connections(app)
    await app.idle()
    await app.press("w")


def _empty(name: str) -> Play:
    async def play(app: Driver) -> None:
        app.app.go(name)

    return play


KEY: Final[dict[str, Play]] = {
    "home": home, "check": check, "flow": flow, "diagnose": diagnose, "cause": cause, "setup": setup, "rules": rules,
    "note": note, "connections": connections,
}  # fmt: skip
"""The screens that the README shows, too."""

OTHER: Final[dict[str, Play]] = {
    "home-first": home_first, "home-found": home_found, "home-known": home_known, "certificates": certificates,
    "examples": examples, "graph": graph, "pitfalls": pitfalls, "value": value, "explained": explained, "how": how,
    "trouble": trouble, "sure": sure, "named": named, "copied": copied, "exported": exported, "helped": helped,
    "palette": palette, "ascii": ascii_only, "changed": changed, "watched": watched,
    "opened": opened, "probed": probed, "given": given, "asked": asked, "secret": secret, "noted": noted,
    **{f"{name}-empty": _empty(name) for name in ("check", "diagnose", "setup", "note")},
}  # fmt: skip

LOOKS: Final = tuple(Look(*size, theme) for size in ((80, 24), (120, 40)) for theme in ("dark", "light"))
SCENES: Final = (
    *((name, look) for name in KEY for look in (*LOOKS, Look(theme="contrast"))),
    *((name, Look(80, 24)) for name in OTHER),
)
"""Every picture: its scene and its look."""


async def taken(name: str, look: Look) -> str:
    """The picture of a scene, as SVG."""
    with _surroundings() as place:
        async with running(place, (look.width, look.height)) as app:
            app.app.theme = f"doctor-{look.theme}"
            await {**KEY, **OTHER}[name](app)
            await app.idle()
            app.app.clear_notifications()
            for field in app.app.screen.query(Input):
                field.cursor_blink = False
            await app.pilot.pause(0.3)
            return picture.svg(app.app)


@contextmanager
def _surroundings() -> Iterator[Path]:
    """A home and a folder of its own, the same on each machine, and a vendor with a few connections."""
    states = ("validating", "active", "draft", "inactive")
    rows = [vendor_server.connection(n, state=state) for n, state in enumerate(states, 1)]
    vendor = vendor_server.workos(connections=rows, organizations=[vendor_server.organization()])
    with ExitStack() as stack:
        place, found = (
            stack.enter_context(tempfile.TemporaryDirectory()),
            stack.enter_context(vendor_server.running(vendor)),
        )
        told = {"DOCTOR_HOME": place, "WORKOS_API_KEY": vendor_server.KEY, "WORKOS_BASE_URL": found.url}
        stack.enter_context(mock.patch.dict(os.environ, told))
        HERE.mkdir(exist_ok=True)
        (HERE / "examples").unlink(missing_ok=True)
        (HERE / "examples").symlink_to(EXAMPLES)
        stack.enter_context(chdir(HERE))
        stack.enter_context(mock.patch("doctor.tui.desk.secrets.token_hex", side_effect=("a1b2", "c3d4", "e5f6")))
        for name in CLOCKS:
            stack.enter_context(mock.patch(name, return_value=NOW))
        yield Path(place)
