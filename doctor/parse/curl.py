"""Commands and calls as browsers copy them (cURL, PowerShell, fetch), one or several in a text."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from doctor.parse.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Iterator

_CURL: Final = re.compile(r"(?:^|[\s;&|$>])curl(?:\.exe)?\s", re.IGNORECASE)
_POWERSHELL: Final = re.compile(r"\bInvoke-(?:WebRequest|RestMethod)\b", re.IGNORECASE)
_WORD: Final = re.compile(r"""(?:\$'(?:[^'\\]|\\.)*+'|'[^']*+'|"(?:[^"\\]|\\.)*+"|\\.|[^\s'"\\;|]++)++""", re.DOTALL)
_PART: Final = re.compile(
    r"""\$'((?:[^'\\]|\\.)*+)'|'([^']*+)'|"((?:[^"\\]|\\.)*+)"|\\(.)|([^'"\\$]+|\$|['"])""", re.DOTALL
)
_ESCAPE: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t"}
_VALUED: Final = frozenset({
    "-H", "--header", "-b", "--cookie", "-u", "--user", "-A", "--user-agent", "-e", "--referer", "-o", "--output",
    "-x", "--proxy", "-c", "--cookie-jar", "-E", "--cert", "--key", "--cacert", "-m", "--max-time", "--resolve",
    "--connect-timeout", "--oauth2-bearer", "-U", "--proxy-user", "-w", "--write-out", "-T", "--upload-file",
})  # fmt: skip
_DATA: Final = frozenset({
    "-d", "--data", "--data-raw", "--data-binary", "--data-ascii", "--data-urlencode", "--json", "-F", "--form",
    "--form-string",
})  # fmt: skip
_URL: Final = re.compile(r"https?://\S+", re.IGNORECASE)
_CARET: Final = re.compile(r"\^(?:\r?\n|(.))", re.DOTALL)
_FETCH: Final = re.compile(r"""\bfetch\(\s*("(?:[^"\\]|\\.)*+"|'[^'\\]*')\s*(,\s*(?=\{))?""")
_SETTING: Final = re.compile(
    r"""-(Uri|Method|Body)\s+(?:\(?\s*\[[^\]"']{0,80}\][^"']{0,20})?("(?:[^"`]|`.|"")*+"|'(?:[^']|'')*+'|[^\s"'(]+)""",
    re.IGNORECASE | re.DOTALL,
)
_TICK: Final = re.compile(r'`(.)|""', re.DOTALL)
_TICKS: Final = {"n": "\n", "r": "\r", "t": "\t", "0": ""}
_MAX_COMMANDS: Final = 2000
_MAX_TEXT: Final = 2 * 1024 * 1024


def looks_so(text: str) -> bool:
    """Whether the text holds a command of either kind."""
    return _CURL.search(text) is not None or _POWERSHELL.search(text) is not None


def wires(text: str) -> Iterator[Wire]:
    """The requests that the commands would send, in their order."""
    text = text[:_MAX_TEXT]
    begins = [match.start() for match in _POWERSHELL.finditer(text)][:_MAX_COMMANDS]
    for begin, end in zip(begins, [*begins[1:], len(text)], strict=False):
        yield _powershell(text[begin:end])
    if not begins:
        yield from _commands(_bash(text))


def fetches(text: str) -> bool:
    """Whether the text holds a call of JavaScript's `fetch`, as browsers copy requests."""
    return _FETCH.search(text) is not None


def fetched(text: str) -> Iterator[Wire]:
    """The requests that these calls would send."""
    text = text[:_MAX_TEXT]
    for number, match in enumerate(_FETCH.finditer(text)):
        if number >= _MAX_COMMANDS:
            return
        url, given = _literal(match[1]), _options(text, match.end()) if match[2] else {}
        method, body = given.get("method"), given.get("body")
        sent = body if isinstance(body, str) else ""
        yield Wire((method if isinstance(method, str) else "POST" if sent else "GET").upper(), url, body=sent)


def _literal(written: str) -> str:
    return _ESCAPE.sub(_escaped, written[1:-1])


def _options(text: str, at: int) -> dict[str, Any]:
    """The second argument, which browsers write as JSON."""
    try:
        value, _ = json.JSONDecoder(strict=False).raw_decode(text, at)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _bash(text: str) -> str:
    """The text without line continuations, and without the carets of the Windows prompt."""
    if '^"' in text or "^\n" in text or "^\r\n" in text:
        return _CARET.sub(lambda match: match[1] or " ", text)
    return text.replace("\\\r\n", " ").replace("\\\n", " ")


def _commands(text: str) -> Iterator[Wire]:
    words: list[str] = []
    begun = 0
    for match in _WORD.finditer(text):
        if match[0].lower() in ("curl", "curl.exe"):
            if begun:
                yield _command(words)
            words, begun = [], begun + 1
        elif begun:
            words.append(_unquoted(match[0]))
        if begun > _MAX_COMMANDS:
            return
    if begun:
        yield _command(words)


def _unquoted(word: str) -> str:
    return "".join(map(_part, _PART.finditer(word)))


def _part(match: re.Match[str]) -> str:
    if match[1] is not None:
        return _ESCAPE.sub(_escaped, match[1])
    if match[3] is not None:
        return re.sub(r'\\(["\\$`])', r"\1", match[3])
    return match[2] or match[4] or match[5] or ""


def _escaped(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else _ESCAPES.get(match[3], match[3])


def _command(words: list[str]) -> Wire:
    """One command; credentials and cookies are read over here already."""
    url, method, data, get = "", "", [], False
    rest = iter(words)
    for word in rest:
        name, value = _option(word)
        if name in _DATA:
            data.append(next(rest, "") if value is None else value)
        elif name in ("-X", "--request"):
            method = next(rest, "") if value is None else value
        elif name in _VALUED:
            _ = next(rest, "") if value is None else value
        elif name in ("-G", "--get"):
            get = True
        elif not url and _URL.fullmatch(word if name != "--url" else (value or "")):
            url = word if name != "--url" else value or ""
    body = "&".join(data)
    if get and body:
        return Wire("GET", f"{url}{'&' if '?' in url else '?'}{body}")
    return Wire(method.upper() or ("POST" if data else "GET"), url, body=body)


def _option(word: str) -> tuple[str, str | None]:
    """Name and joined value of an option: `-XPOST`, `--data=x`, `-H`."""
    if word.startswith("--"):
        name, equals, value = word.partition("=")
        return name, value if equals else None
    if len(word) > 2 and word[0] == "-" and (word[:2] in _DATA or word[:2] in _VALUED or word[:2] == "-X"):
        return word[:2], word[2:]
    return word, None


def _powershell(text: str) -> Wire:
    given: dict[str, str] = {}
    for match in _SETTING.finditer(text):
        given.setdefault(match[1].lower(), _string(match[2]))
    method = given.get("method", "POST" if "body" in given else "GET").upper()
    return Wire(method, given.get("uri", ""), body=given.get("body", ""))


def _string(written: str) -> str:
    if written[0] == '"':
        return _TICK.sub(lambda match: _TICKS.get(match[1], match[1]) if match[1] else '"', written[1:-1])
    return written[1:-1].replace("''", "'") if written[0] == "'" else written
