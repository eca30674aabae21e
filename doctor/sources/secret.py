"""A secret that no output, log, case or traceback can show: only `reveal` gives it, to the one place that sends it."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Final, NoReturn
from urllib.parse import quote, quote_plus

from doctor.model.error import UsageError
from doctor.model.redaction import REMOVED

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHORT: Final = 6
"""Shorter than this, a text is not looked for: it would be found in innocent words."""


class Secret:
    """A secret text, and where it came from (`WORKOS_API_KEY`, a profile)."""

    __slots__ = ("_text", "origin")

    def __init__(self, text: str, origin: str) -> None:
        self._text = text
        self.origin = origin

    def reveal(self) -> str:
        """The text itself. To be called where a request is sent, nowhere else."""
        return self._text

    def __repr__(self) -> str:
        return f"<secret of {self.origin}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not written anywhere")


def given(text: str, origin: str) -> Secret:
    """A secret as somebody gave it, without the blanks around it. Raises `UsageError` when it cannot be one."""
    bare = text.strip()
    if not bare:
        raise UsageError(f"{origin} is empty", f"set {origin} to the key, or leave it away")
    if bare[0] in "\"'" and bare[-1] == bare[0] and len(bare) > 1:
        raise UsageError(f"{origin} has quotation marks around it", "they belong to the shell, not to the value")
    if not bare.isascii() or not bare.isprintable() or " " in bare:
        raise UsageError(f"{origin} holds characters that no key has", "copy it again from the vendor's dashboard")
    return Secret(bare, origin)


def without(text: str, secrets: Iterable[Secret]) -> str:
    """The text without these secrets, however they are written in it: plain, in a URL, in JSON, in base64."""
    for secret in secrets:
        for written in _written(secret.reveal()):
            text = text.replace(written, REMOVED)
    return text


def _written(text: str) -> list[str]:
    if len(text) < _SHORT:
        return []
    # Basic authentication joins what stands before the secret: three alignments, without their open ends.
    aligned = [base64.b64encode(b" " * shift + text.encode())[4 if shift else 0 : -4].decode() for shift in (0, 1, 2)]
    forms = [text, quote(text, safe=""), quote_plus(text), json.dumps(text)[1:-1], *aligned]
    return sorted({form for form in forms if len(form) >= _SHORT}, key=len, reverse=True)
