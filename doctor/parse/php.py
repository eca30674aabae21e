"""Literal PHP arrays, read and never run: `$metadata['…'] = [ … ];`.

What is computed (a function call, a constant, a join of texts) is read as `COMPUTED`; what cannot be read ends that
assignment only. Comments are skipped. Depth, size and counts are bounded.
"""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

MAX_BYTES: Final = 4 * 1024 * 1024
MAX_ASSIGNMENTS: Final = 500
_MAX_DEPTH: Final = 20
_MAX_TOKENS: Final = 400_000
_TOKEN: Final = re.compile(
    r"""(?P<skip>\s+|//[^\n]*|\#(?!\[)[^\n]*|/\*.*?(?:\*/|\Z))
      |(?P<single>'(?:[^'\\]|\\.)*+')
      |(?P<double>"(?:[^"\\]|\\.)*+")
      |(?P<open>['"])
      |(?P<number>-?\d+(?:\.\d+)?)
      |(?P<arrow>=>)
      |(?P<name>\$?[A-Za-z_\\][\w\\]*(?:::\w+)*)
      |(?P<mark>.)""",
    re.VERBOSE | re.DOTALL,
)
_WORDS: Final = {"true": True, "false": False, "null": None}
_ENDS: Final = frozenset({",", "]", ")", ";", "=>", ""})
"""What ends a value."""
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r"}


class Computed:
    """A value that PHP would compute."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "COMPUTED"


COMPUTED: Final = Computed()


class Assignment(NamedTuple):
    """One assignment `$variable[key] = value;`. `value` is made of dict, str, int, float, bool, None and `COMPUTED`."""

    variable: str
    key: str | None
    value: Any


class _Stop(Exception):  # noqa: N818  (the end of what can be read)
    pass


def assignments(text: str, variable: str) -> list[Assignment]:
    """Every assignment of a literal array to this variable, in the order of the file."""
    reader = _Reader(text[:MAX_BYTES])
    found: list[Assignment] = []
    while reader.at < len(reader.tokens) and len(found) < MAX_ASSIGNMENTS:
        kind, written = reader.tokens[reader.at]
        reader.at += 1
        if kind == "name" and written == f"${variable}" and (one := reader.assignment(variable)) is not None:
            found.append(one)
    return found


class _Reader:
    """The tokens of a file, and where reading stands."""

    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        for match in _TOKEN.finditer(text):
            if match.lastgroup == "open" or len(self.tokens) >= _MAX_TOKENS:
                break  # behind a text that never ends nothing can be read
            if match.lastgroup != "skip":
                self.tokens.append((match.lastgroup or "mark", match.group()))
        self.at = 0

    def assignment(self, variable: str) -> Assignment | None:
        """What stands behind the variable; None when it is no assignment that can be read."""
        begin = self.at
        try:
            key = self._key()
            self._expect("=")
            return Assignment(variable, key, self._value(0))
        except _Stop:
            self.at = max(begin, self.at)
            return None

    def _key(self) -> str | None:
        if self._peek() != ("mark", "["):
            return None
        self.at += 1
        found = self._value(0)
        self._expect("]")
        return found if isinstance(found, str) else None

    def _peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def _next(self) -> tuple[str, str]:
        found = self._peek()
        if found[0] == "end":
            raise _Stop
        self.at += 1
        return found

    def _expect(self, mark: str) -> None:
        if self._next()[1] != mark:
            raise _Stop

    def _value(self, depth: int) -> Any:
        """One value; whatever PHP would do to it makes it computed."""
        if depth > _MAX_DEPTH:
            raise _Stop
        found = self._plain(depth)
        computed = False
        while self._peek()[1] not in _ENDS:
            computed = True
            self._skipped()
        return COMPUTED if computed else found

    def _plain(self, depth: int) -> Any:
        kind, written = self._next()
        if kind in ("single", "double"):
            return _unquoted(written)
        if kind == "number":
            return float(written) if "." in written else int(written[:18])
        if written == "[":
            return self._array("]", depth)
        if written.lower() == "array" and self._peek()[1] == "(":
            self.at += 1
            return self._array(")", depth)
        self.at -= 1
        if written in _ENDS:
            raise _Stop
        if written.lower() in _WORDS:
            self.at += 1
            return _WORDS[written.lower()]
        self._skipped()
        return COMPUTED

    def _skipped(self) -> None:
        """Pass over one token, or over everything between brackets."""
        closing: list[str] = []
        while True:
            written = self._next()[1]
            if written in ("(", "[", "{"):
                closing.append({"(": ")", "[": "]", "{": "}"}[written])
            elif closing and written == closing[-1]:
                closing.pop()
            if not closing:
                return

    def _array(self, end: str, depth: int) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        number = 0
        while self._peek()[1] != end:
            name = self._value(depth + 1)
            if self._peek()[0] == "arrow":
                self.at += 1
                held = self._value(depth + 1)
            else:
                name, held = number, name
            if isinstance(name, int):
                number = max(number, name + 1)
            if isinstance(name, str | int):
                found[name] = held
            if self._peek()[1] != end:
                self._expect(",")
        self.at += 1
        return found


def _unquoted(written: str) -> Any:
    """The text in quotes; one with a variable in it is computed."""
    inner = written[1:-1]
    if written[0] == "'":
        return re.sub(r"\\(['\\])", r"\1", inner)
    if re.search(r"(?<!\\)(?:\\\\)*\$[A-Za-z_{]|\{\$", inner):
        return COMPUTED
    return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), inner)
