"""Every screen and dialog looks as it did when somebody last looked at it: `make pictures` takes the pictures anew."""

from __future__ import annotations

import asyncio
import difflib
import html
import importlib.metadata
import re
from pathlib import Path
from typing import Final

import pytest

from tests import screenshots
from tests.tui_scene import KEY, LOOKS, SCENES, Look, taken

_LOCKED: Final = re.search(
    r"^textual==(\S+)", (screenshots.ROOT / "requirements" / "dev.lock").read_text("utf-8"), re.MULTILINE
)
_OTHER: Final = Path(".doctor-cache") / "pictures"


def lines(svg: str) -> list[str]:
    """The words of a picture, line by line."""
    rows: dict[str, str] = {}
    for row, text in re.findall(r'clip-path="url\(#[^)]*-line-(\d+)\)">([^<]*)</text>', svg):
        rows[row] = rows.get(row, "") + html.unescape(text).replace("\xa0", " ")
    return list(rows.values())


@pytest.mark.parametrize(("name", "look"), SCENES, ids=lambda one: one.name if isinstance(one, Look) else one)
def test_looks_as_it_did(name: str, look: Look, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    version = importlib.metadata.version("textual")
    if _LOCKED is None or version != _LOCKED[1]:
        pytest.skip(f"the pictures are those of textual {_LOCKED and _LOCKED[1]}, not {version}")
    monkeypatch.setenv("DOCTOR_HOME", str(tmp_path))
    pinned = screenshots.PINNED / f"{name}-{look.name}.svg"
    shown = asyncio.run(taken(name, look))
    if shown == pinned.read_text("utf-8"):
        return
    _OTHER.mkdir(parents=True, exist_ok=True)
    (_OTHER / pinned.name).write_text(shown, encoding="utf-8")
    changes = difflib.unified_diff(lines(pinned.read_text("utf-8")), lines(shown), "pinned", "now", lineterm="", n=0)
    pytest.fail("\n".join([f"{pinned.name} differs (now in {_OTHER}); is it meant? then: make pictures", *changes]))


def test_every_picture_is_compared() -> None:
    assert {path.name for path in screenshots.PINNED.iterdir()} == {f"{name}-{look.name}.svg" for name, look in SCENES}
    assert {(name, look) for name in KEY for look in LOOKS} <= set(SCENES)


def test_a_picture_asks_no_other_machine() -> None:
    for path in (*screenshots.PINNED.iterdir(), *screenshots.SHOWN.iterdir()):
        assert not re.search(r"(url\(|href=|src=)[\"']?(https?:)?//", path.read_text("utf-8")), path.name
