"""Pictures of the terminal app, from the app itself: `python -m tests.screenshots`.

Those of the README go to `docs/pictures`, those that `test_tui_pictures` compares to `tests/pictures`.
"""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Final

from tests.tui_pilot import EXAMPLES
from tests.tui_scene import KEY, SCENES, Look, taken

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROOT: Final = EXAMPLES.parent
SHOWN: Final = ROOT / "docs" / "pictures"
PINNED: Final = ROOT / "tests" / "pictures"
_SHOWN: Final = Look(110, 32)


def wanted() -> Iterator[tuple[Path, str, Look]]:
    """Every picture: its file, its scene, its look."""
    yield from ((SHOWN / f"{name}.svg", name, _SHOWN) for name in KEY)
    yield from ((PINNED / f"{name}-{look.name}.svg", name, look) for name, look in SCENES)


def main() -> None:
    """Take them; with words, only those whose file holds one of them."""
    words = sys.argv[1:]
    for path, name, look in wanted():
        if not words or any(word in str(path.relative_to(ROOT)) for word in words):
            path.parent.mkdir(exist_ok=True)
            path.write_text(asyncio.run(taken(name, look)), encoding="utf-8")
            sys.stdout.write(f"{path.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
