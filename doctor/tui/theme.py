"""Three themes: dark, light and high contrast. One accent and the colours of severity, nothing else."""

from __future__ import annotations

from typing import Final

from textual.theme import Theme

DARK: Final = Theme(
    "doctor-dark", primary="#6cb6ff", secondary="#6cb6ff", accent="#6cb6ff", foreground="#d7dde5",
    background="#12161c", surface="#181d25", panel="#222934", success="#63c174", warning="#e3b341", error="#ff7b72",
    dark=True, variables={"footer-key-foreground": "#6cb6ff", "border": "#3a4454", "border-blurred": "#2b3340"},
)  # fmt: skip
LIGHT: Final = Theme(
    "doctor-light", primary="#0550ae", secondary="#0550ae", accent="#0550ae", foreground="#1f2328",
    background="#ffffff", surface="#f6f8fa", panel="#e7ebf0", success="#116329", warning="#7d4e00", error="#b3131b",
    dark=False, variables={"footer-key-foreground": "#0550ae", "border": "#b6bec9", "border-blurred": "#d0d7de"},
)  # fmt: skip
CONTRAST: Final = Theme(
    "doctor-contrast", primary="#ffff00", secondary="#ffff00", accent="#ffff00", foreground="#ffffff",
    background="#000000", surface="#000000", panel="#1c1c1c", success="#00ff66", warning="#ffd000", error="#ff6b6b",
    dark=True, text_alpha=1.0,
    variables={"footer-key-foreground": "#ffff00", "border": "#ffffff", "border-blurred": "#ffffff"},
)  # fmt: skip
THEMES: Final = (DARK, LIGHT, CONTRAST)
"""In the order in which the key goes through them."""
