"""Patterns on outside text: google-re2, linear in the length of the text, whatever the pattern."""

from __future__ import annotations

from functools import lru_cache
from typing import Any


@lru_cache(maxsize=2048)
def compiled(pattern: str) -> Any:
    """The pattern, ignoring case; `.search(text)` runs in linear time. Raises ValueError when wrong."""
    import re2

    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    try:
        return re2.compile(pattern, options=options)
    except re2.error as error:
        raise ValueError(f"not a pattern: {error}") from None
