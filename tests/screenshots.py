"""Pictures of the terminal app for the README, from the app itself: `python -m tests.screenshots [FOLDER]`.

Everything in them is made up: the files are those of `examples/`.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.tui_pilot import EXAMPLES, running

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.tui_pilot import Driver

SIZE: Final = (110, 32)
FOLDER: Final = Path(__file__).resolve().parent.parent / "docs" / "pictures"


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


PICTURES: Final[dict[str, Callable[[Driver], Awaitable[None]]]] = {
    "home": home, "check": check, "flow": flow, "diagnose": diagnose, "cause": cause, "setup": setup, "rules": rules,
    "note": note,
}  # fmt: skip


async def taken(name: str, folder: Path, theme: str = "doctor-dark", size: tuple[int, int] = SIZE) -> Path:
    """Take one picture into this folder."""
    with tempfile.TemporaryDirectory() as place:
        os.environ["DOCTOR_HOME"] = place
        async with running(Path(place), size) as app:
            app.app.theme = theme
            await PICTURES[name](app)
            await app.idle()
            await app.pilot.pause(0.3)
            path = folder / f"{name}.svg"
            path.write_text(app.app.export_screenshot(title="doctor", simplify=True), encoding="utf-8")
    return path


def main() -> None:
    """Take all of them."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    os.chdir(EXAMPLES.parent)
    for name in PICTURES:
        asyncio.run(taken(name, folder))


if __name__ == "__main__":
    main()
