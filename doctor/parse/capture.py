"""From the bytes of a capture to its timeline: only SAML, OAuth and SCIM, and nothing secret.

What is not kept is dropped while it is read. Nothing here raises, whatever the bytes.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from doctor.model.capture import Capture, Exchange
from doctor.parse import curl, embedded, exchange, har, loose, scim_log, stored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from doctor.parse.embedded import Budget
    from doctor.parse.wire import Wire

MAX_KEPT: Final = 500
_MAX_OTHERS: Final = 300
"""Of these, exchanges that are not SAML: a page that asks its server all the time must not fill the timeline."""
_MAX_FOLLOWED: Final = 200
_WINDOW: Final = 60
_HOPS: Final = 5
_JSON: Final = re.compile(r"\s*(?:\{\s*\"|\[\s*[\[{\"\d])")
_MARKUP: Final = re.compile(r"\s*<(?!\s|https?:)")
_FORM: Final = re.compile("SAML|wresult")
_STATIC: Final = ("image/", "font/", "text/css", "audio/", "video/", "javascript")


class Slot(NamedTuple):
    """One recorded exchange while the capture is read: kept, or a possible answer page."""

    sent: datetime | None
    url: str
    kept: Exchange | None
    document: bool
    again: Callable[[], Wire]


def read(data: bytes) -> Capture | None:
    """The capture in these bytes, stripped, in the order of time; None when they are none."""
    if stored.is_stored(data):
        return stored.read(data)
    plain = _utf8(data)
    if found := har.find(plain) if _is_json(plain) else None:
        return _recorded(found)
    if _is_json(plain) and (lines := scim_log.wires(plain)) and (listed := _listed(lines)).exchanges:
        return listed
    return None if _is_json(plain) and _JSON.match(loose.decoded(plain[:400])) else _loose(loose.decoded(plain))


def is_stored(data: bytes) -> bool:
    """Whether these bytes are what `stripped` gave."""
    return stored.is_stored(data)


def stripped(capture: Capture) -> bytes:
    """Canonical JSON of the capture, which `read` reads back: what may be kept in a case."""
    return stored.written(capture)


def _utf8(data: bytes) -> bytes:
    """UTF-16 files, which PowerShell writes, as UTF-8."""
    if data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        return data
    return data[: har.MAX_FILE].decode("utf-16", errors="replace").encode("utf-8", errors="replace")


def _is_json(data: bytes) -> bool:
    return data[:64].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")


def _listed(wires: list[Wire]) -> Capture:
    """The SCIM requests of a log, in its order."""
    budget, room = embedded.Budget(), _Room()
    slots = [room.admitted(_loose_slot(wire, budget)) for wire in wires]
    return _assembled("log", slots, ["too-many-exchanges"] if room.left[False] < 0 else [], budget)


class _Room:
    """How many exchanges may still be kept, of SAML and of the others."""

    def __init__(self) -> None:
        self.left = {True: MAX_KEPT, False: _MAX_OTHERS}

    @property
    def full(self) -> bool:
        """Whether more SAML exchanges came than are kept: what follows is not looked at."""
        return self.left[True] < 0

    def admitted(self, slot: Slot) -> Slot:
        """The slot, without its exchange when there is no more room for it."""
        if slot.kept is None:
            return slot
        saml = slot.kept.message is not None
        self.left[saml] -= 1
        return slot if self.left[saml] >= 0 else slot._replace(kept=None)


def _recorded(found: har.Found) -> Capture:
    budget, notes, room = embedded.Budget(), [], _Room()
    slots: list[Slot] = []
    try:
        slots.extend(room.admitted(_slot(found, entry, budget, room)) for entry in har.entries(found))
    except har.Broken as broken:
        notes.append(broken.note)
    if room.full or room.left[False] < 0:
        notes.append("too-many-exchanges")
    if found.source == "har" and any(slot.sent is None for slot in slots):
        notes.append("time-unreadable")
    return _assembled(found.source, slots, notes, budget)._replace(taken=har.taken(found))


def _slot(found: har.Found, entry: har.Entry, budget: Budget, room: _Room) -> Slot:
    """The entry reduced at once: its bodies are forgotten unless it is kept."""
    wire = found.wire(entry.value)
    again = partial(har.again, found, entry.begin, entry.end)
    kept = None if room.full else exchange.read(wire, budget, only_saml=room.left[False] < 0)
    if kept and not found.text[entry.begin : entry.end].isascii():
        budget.room += len(kept.message.xml) if kept.message else 0
        kept = exchange.read(again(), budget) or kept
    return Slot(wire.sent, wire.url[:2000], kept, _is_document(wire), again)


def _is_document(wire: Wire) -> bool:
    kind = wire.headers.get("content-type", "")
    return wire.method in ("GET", "POST") and not any(word in kind for word in _STATIC)


def _loose(text: str) -> Capture | None:
    if _MARKUP.match(text) and not ("<input" in text.lower() and _FORM.search(text)):
        return None
    for source, wires in _forms_of(text):
        budget = embedded.Budget()
        slots = [_loose_slot(wire, budget) for wire in wires]
        found = _assembled(source, slots, [], budget)
        if found.exchanges:
            return found
    return None


def _loose_slot(wire: Wire, budget: Budget) -> Slot:
    return Slot(None, wire.url[:2000], exchange.read(wire, budget), document=True, again=partial(_same, wire))


def _same(wire: Wire) -> Wire:
    return wire


def _forms_of(text: str) -> Iterator[tuple[str, Iterator[Wire]]]:
    """The forms of text that this may be, the surest first, with the requests in each."""
    if _MARKUP.match(text):
        yield "form", loose.form(text)
        return
    if loose.is_http(text):
        yield "paste", loose.http(text)
    if curl.looks_so(text):
        yield "curl", curl.wires(text)
    if curl.fetches(text):
        yield "curl", curl.fetched(text)
    if lines := scim_log.wires(text.encode("utf-8", "replace")):
        yield "log", iter(lines)
    if loose.is_body(text):
        yield "form", loose.body(text)
    if "<input" in text and _FORM.search(text):
        yield "form", loose.form(text)
    yield "paste", loose.noisy(text)


def _assembled(source: str, slots: list[Slot], notes: list[str], budget: Budget) -> Capture:
    """The timeline: in the order of time, answer pages added, repetitions of a form left out."""
    ordered = _ordered(slots)
    kept = {at: slot.kept for at, slot in enumerate(ordered) if slot.kept}
    sent = {one.message.xml for one in kept.values() if one.message and one.message.carrier == "request"}
    kept = {at: one for at, one in kept.items() if not _repeats(one, sent)}
    if len(kept) > MAX_KEPT:
        notes.append("too-many-exchanges")
        kept = dict(sorted(kept.items(), key=lambda pair: pair[1].message is None)[:MAX_KEPT])
    kept |= _answers(ordered, kept, budget)
    exchanges = exchange.numbered(tuple(kept[at] for at in sorted(kept))[:MAX_KEPT])
    problems = {one.message.problem for one in exchanges if one.message and one.message.problem}
    notes += [f"message-{problem}" for problem in sorted(problems)]
    return Capture(source, exchanges, len(slots) - len(exchanges), tuple(dict.fromkeys(notes)))


def _repeats(found: Exchange, sent: set[bytes]) -> bool:
    return bool(found.message and found.message.carrier == "page" and found.message.xml in sent)


def _ordered(slots: list[Slot]) -> list[Slot]:
    """By the time of sending; what has none stays behind the one it was recorded after."""
    last = min((slot.sent for slot in slots if slot.sent), default=None)
    if last is None:
        return slots
    keyed = []
    for slot in slots:
        last = slot.sent or last
        keyed.append((last, slot))
    return [slot for _, slot in sorted(keyed, key=lambda pair: pair[0])]


def _answers(slots: list[Slot], kept: dict[int, Exchange], budget: Budget) -> dict[int, Exchange]:
    """The pages that followed a SAML response, and error pages behind requests."""
    found: dict[int, Exchange] = {}
    followed = 0
    for at, one in kept.items():
        if one.kind in ("saml-response", "saml-request", "oauth-authorize") and _leads_on(one):
            followed += 1
            if followed <= _MAX_FOLLOWED:
                found |= _chain(slots, kept, at, budget)
    return {at: one for at, one in found.items() if at not in kept}


def _leads_on(one: Exchange) -> bool:
    """A redirect leads to its answer; a response whose own answer was not recorded may do so too."""
    if one.message and one.message.carrier == "page":
        return False
    return one.location is not None or (one.kind == "saml-response" and one.status is None)


def _chain(slots: list[Slot], kept: dict[int, Exchange], at: int, budget: Budget) -> dict[int, Exchange]:
    """The exchanges that redirects lead to, until a page stands: all of them after a response."""
    response = kept[at].kind == "saml-response"
    found: dict[int, Exchange] = {}
    for _ in range(_HOPS):
        wire = slots[at].again()
        following = _next(slots, at, exchange.target(wire))
        if following is None or following in kept:
            break
        at = following
        one = exchange.answering(slots[at].again(), "sp-answer" if response else "error-page", budget)
        if response or _is_error(one):
            found[at] = one
        if one.location is None:
            break
    return found


def _is_error(one: Exchange) -> bool:
    return one.location is None and ((one.status or 0) >= 400 or bool(one.page and one.page.text))


def _next(slots: list[Slot], at: int, target: str) -> int | None:
    """The slot that the redirect leads to, else the next document to the same host."""
    window: Iterable[int] = range(at + 1, min(at + 1 + _WINDOW, len(slots)))
    wanted = (target or slots[at].url).partition("#")[0][:2000]
    if target:
        exact = next((one for one in window if slots[one].url.partition("#")[0] == wanted), None)
        if exact is not None:
            return exact
    host = exchange.host_of(wanted)
    return next((one for one in window if slots[one].document and exchange.host_of(slots[one].url) == host), None)
