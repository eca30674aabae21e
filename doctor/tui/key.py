"""The keys: what each does, under a name by which it can be remapped. None fights tmux (ctrl+b) or screen (ctrl+a)."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from textual.binding import Binding

PAGES: Final = {
    "home": "Home",
    "check": "Check",
    "diagnose": "Diagnose",
    "setup": "Setup",
    "rules": "Rules",
    "connections": "Connections",
}
"""The screens that can be reached from everywhere, with their titles."""
SCREENS: Final = (*PAGES, "note")
"""All of them; each is a module of this name in `screens`, with a class of this name."""
_FUNCTION: Final = {"home": "f2", "check": "f3", "diagnose": "f4", "setup": "f5", "rules": "f6", "connections": "f7"}
_LETTER: Final = {"home": "h", "check": "c", "diagnose": "d", "setup": "s", "rules": "r", "connections": "l"}

_GO: Final = Binding.Group("Go to", compact=True)

GLOBAL: Final = [
    Binding("y", "press('copy')", "Copy", id="copy"),
    Binding("Y", "press('reveal')", "Show what was copied", show=False, id="reveal"),
    Binding("e", "press('export')", "Export", id="export"),
    Binding("f9", "export", "Export", show=False, id="export-anywhere"),
    Binding("escape", "leave_field", "Leave the field", id="leave-field", key_display="esc"),
    Binding("escape", "leave", "Back", show=False, id="back"),
    *(Binding(_LETTER[name], f"press('go', '{name}')", title, id=name, group=_GO) for name, title in PAGES.items()),
    *(Binding(key, f"go('{name}')", PAGES[name], show=False, id=f"{name}-anywhere") for name, key in _FUNCTION.items()),
    Binding("ctrl+n", "new_case", "New case", show=False, id="new-case-anywhere"),
    Binding("ctrl+p", "command_palette", "Menu", key_display="^p", id="palette"),
    Binding("f1", "help", "Help", id="help", key_display="f1"),
    Binding("question_mark", "press('help')", "Help", show=False, id="help-letter"),
    Binding("f8", "next_theme", "Theme", show=False, id="theme"),
    Binding("ctrl+q", "quit", "Quit", show=False, priority=True, id="quit"),
]
"""Keys of the whole app. Letters (`press`) do not work while text is typed; the others always do."""


def names() -> list[str]:
    """The names of all keys, by which they can be remapped."""
    from doctor.tui.screens.page import Page

    for name in SCREENS:
        import_module(f"doctor.tui.screens.{name}")
    own = [one for page in Page.__subclasses__() for one in page.BINDINGS if isinstance(one, Binding)]
    return sorted({one.id for one in (*GLOBAL, *own) if one.id})
