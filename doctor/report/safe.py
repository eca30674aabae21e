"""Untrusted text made harmless for a terminal: no control, escape or direction-changing characters."""

from __future__ import annotations

import re
from typing import Final

_UNSAFE: Final = "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"


def line(text: str, limit: int = 2000) -> str:
    """The text on one line: line breaks become spaces, other unsafe characters visible codes."""
    if len(text) <= limit and text.isprintable():
        return text  # no control, format or separator character: nothing to replace
    joined = " ".join(text[:limit].split("\n")) if "\n" in text else text[:limit]
    return re.sub(_UNSAFE, _shown, joined)


def _shown(match: re.Match[str]) -> str:
    char = match.group()
    if char in "\t\r":
        return " "
    code = ord(char)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
