"""Where two values part: for the mark under the second one."""

from __future__ import annotations


def column(expected: str, actual: str) -> int:
    """The first column (from 0) in which `actual` is not as expected."""
    for number, (one, two) in enumerate(zip(expected, actual, strict=False)):
        if one != two:
            return number
    return max(min(len(expected), len(actual)) - (len(actual) < len(expected)), 0)
