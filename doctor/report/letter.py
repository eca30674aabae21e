"""A message as blocks, and blocks as Markdown, plain text and HTML.

Every text of a block is untrusted. Control characters become visible codes, Markdown and HTML are escaped;
values stand in code blocks whose fence is longer than any run of backticks in them. Nothing external is
loaded, and links lead to http and https only.
"""

from __future__ import annotations

import re
import textwrap
from html import escape
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import quote

from doctor.report.safe import line as safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

WIDTH: Final = 76
"""Columns of plain text."""


class Block(NamedTuple):
    """A part of a message: title, heading, text, code, steps (numbered), list, or links (label and address)."""

    kind: str
    lines: tuple[str, ...]
    links: tuple[tuple[str, str], ...] = ()


def title(text: str) -> Block:
    """The head of a message."""
    return Block("title", (text,))


def heading(text: str) -> Block:
    """The head of a part of a message."""
    return Block("heading", (text,))


def paragraph(*lines: str) -> Block:
    """Sentences that belong together."""
    return Block("text", lines)


def code(*lines: str) -> Block:
    """Values and commands, each on its line, as they are."""
    return Block("code", lines)


def steps(lines: Sequence[str]) -> Block:
    """Things to do, in their order."""
    return Block("steps", tuple(lines))


def listed(lines: Sequence[str]) -> Block:
    """Things in no order."""
    return Block("list", tuple(lines))


def linked(links: Iterable[tuple[str, str]]) -> Block:
    """Sources, each with its address; an address that is none is left out."""
    return Block("links", (), tuple((label, url) for label, url in links if _web(url)))


def _web(url: str) -> bool:
    return url.startswith(("https://", "http://")) and url.isprintable() and " " not in url


# ── Markdown ──────────────────────────────────────────────────────────────────────────────────────────────


def markdown(blocks: Iterable[Block]) -> str:
    """The blocks as Markdown (CommonMark)."""
    return "\n\n".join("\n".join(_marked(one)) for one in blocks if one.lines or one.links) + "\n"


def _marked(one: Block) -> Iterator[str]:
    if one.kind == "code":
        yield from _fenced(one.lines)
    elif one.kind == "text":
        yield " ".join(escaped(text) for text in one.lines)
    elif one.kind in _HEADS:
        yield f"{_HEADS[one.kind]} {escaped(one.lines[0])}"
    elif one.kind == "links":
        yield from (f"- [{escaped(label)}](<{_address(url)}>)" for label, url in one.links)
    else:
        for number, text in enumerate(one.lines, 1):
            yield f"{number}. {escaped(text)}" if one.kind == "steps" else f"- {escaped(text)}"


_HEADS: Final = {"title": "#", "heading": "##"}


def _fenced(lines: tuple[str, ...]) -> Iterator[str]:
    shown = [safe(text) for text in lines]
    longest = max((len(run) for text in shown for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    yield from (fence, *shown, fence)


_ACTIVE: Final = re.compile(r"[\\`*\[\]<>|~]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|&(?=[#A-Za-z])")
_AT_START: Final = re.compile(r"^(\d{1,9})([.)])|^([#+=-])")


def escaped(text: str) -> str:
    """A text on one line in which nothing is Markdown or HTML."""
    shown = _ACTIVE.sub(lambda match: "\\" + match.group(), safe(text).strip())
    return _AT_START.sub(lambda match: f"{match[1]}\\{match[2]}" if match[1] else f"\\{match[3]}", shown)


def _address(url: str) -> str:
    return quote(url, safe="%/:=&?~#+!$,;'@()*[]._-")


# ── plain text ────────────────────────────────────────────────────────────────────────────────────────────


def text(blocks: Iterable[Block]) -> str:
    """The blocks as plain text of `WIDTH` columns; values and addresses stay whole."""
    return "\n\n".join("\n".join(_plain(one)) for one in blocks if one.lines or one.links) + "\n"


def _plain(one: Block) -> Iterator[str]:
    if one.kind == "code":
        yield from (f"    {safe(text)}" for text in one.lines)
    elif one.kind == "text":
        yield from _wrapped(" ".join(safe(text) for text in one.lines))
    elif one.kind in _HEADS:
        lines = _wrapped(safe(one.lines[0]))
        yield from (*lines, ("=" if one.kind == "title" else "-") * max(map(len, lines)))
    elif one.kind == "links":
        for label, url in one.links:
            yield from (*_wrapped(safe(label), "- ", "  "), f"  {safe(url)}")
    else:
        for number, each in enumerate(one.lines, 1):
            mark = f"{number}. " if one.kind == "steps" else "- "
            yield from _wrapped(safe(each), mark, " " * len(mark))


def _wrapped(line: str, first: str = "", rest: str = "") -> list[str]:
    return textwrap.wrap(
        line, WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    ) or [first.rstrip()]


# ── HTML ──────────────────────────────────────────────────────────────────────────────────────────────────

_STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:46em;margin:2em auto;padding:0 1em}"
    "pre{background:#f3f3f3;border:1px solid #ccc;padding:.6em;white-space:pre-wrap;overflow-wrap:anywhere}"
    "section+section{border-top:2px solid #888;margin-top:3em}"
)
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"


def html(parts: Iterable[Sequence[Block]], name: str) -> str:
    """A page of its own: a section for each message. It loads nothing and runs nothing."""
    sections = "\n".join(f"<section>\n{fragment(blocks)}\n</section>" for blocks in parts)
    head = f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    return (
        f'<!doctype html>\n<html lang="en">\n<head>{head}<title>{_html(name)}</title><style>{_STYLE}</style></head>\n'
        f"<body>\n{sections}\n</body>\n</html>\n"
    )


def fragment(blocks: Iterable[Block]) -> str:
    """The blocks as HTML elements."""
    return "\n".join(_element(one) for one in blocks if one.lines or one.links)


def _element(one: Block) -> str:
    if one.kind == "code":
        return "<pre><code>" + "\n".join(_html(text) for text in one.lines) + "</code></pre>"
    if one.kind == "text":
        return f"<p>{' '.join(_html(text) for text in one.lines)}</p>"
    if one.kind in _HEADS:
        tag = "h1" if one.kind == "title" else "h2"
        return f"<{tag}>{_html(one.lines[0])}</{tag}>"
    if one.kind == "links":
        rows = (f'<a href="{_html(_address(url))}" rel="noreferrer">{_html(label)}</a>' for label, url in one.links)
    else:
        rows = (_html(text) for text in one.lines)
    tag = "ol" if one.kind == "steps" else "ul"
    return f"<{tag}>" + "".join(f"<li>{row}</li>" for row in rows) + f"</{tag}>"


def _html(line: str) -> str:
    return escape(safe(line), quote=True)
