"""A picture of the screen that asks no other machine for anything."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from textual.app import App

_FONT: Final = re.compile(r"@font-face\s*\{[^}]*\}\s*")


def svg(app: App[Any]) -> str:
    """The screen as SVG, in the viewer's own fonts: the framework names some that lie on a server."""
    return _FONT.sub("", app.export_screenshot(title="doctor", simplify=True))
