"""Values of people, of which only the shape is shown; apart from `redaction`, whose patterns a check seldom needs."""

from __future__ import annotations

import re
from typing import Final

_EMAIL: Final = re.compile(r"([\w.+-]{1,64})@((?:[\w-]{1,63}\.)+[A-Za-z]{2,24})")
_PHONE: Final = re.compile(r"(?<![\w.:-])\+\d[\d ()/.-]{6,20}\d(?![\w-])")


def masked(given: str) -> str:
    """E-mail addresses masked (length, case and domain stay, the name does not), telephone numbers removed."""
    found = _EMAIL.sub(lambda match: f"{_mask(match[1])}@{match[2]}", given)
    return _PHONE.sub("[number]", found)


def _mask(name: str) -> str:
    return "".join(
        "X" if char.isupper() else "0" if char.isdigit() else char if char in ".-_+" else "x" for char in name
    )


def shape(given: str) -> str:
    """A person's value of which only the shape is left: an address keeps its domain, everything its case and length."""
    local, at, domain = given.rpartition("@")
    return _mask(local) + at + domain if at and local else _mask(given)
