"""The last line of every screen: the keys that work now. One line of text, cheap to change, and it always fits."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from textual.content import Content
from textual.widgets import Static

from doctor.tui import paint

if TYPE_CHECKING:
    from textual.binding import ActiveBinding
    from textual.events import Click, Resize
    from textual.screen import Screen


class Shown(NamedTuple):
    """One entry: the keys as they are shown, each with the key that a click presses; the words after them."""

    keys: tuple[tuple[str, str], ...]
    said: str

    @property
    def width(self) -> int:
        """Columns of the entry, with the gap behind it."""
        return sum(len(shown) for shown, _ in self.keys) + len(self.said) + 3


LAST = ("command_palette", "help")
"""Actions whose keys are never left out."""


class Keys(Static):
    """The keys of the screen; a click presses one."""

    def on_mount(self) -> None:
        """Follow the screen's keys."""
        self._entries: list[Shown] = []
        self.screen.bindings_updated_signal.subscribe(self, self._changed)
        self.call_after_refresh(self._changed, self.screen)

    def on_resize(self, _event: Resize) -> None:
        """As many as fit."""
        self._changed(self.screen)

    def _changed(self, screen: Screen[object]) -> None:
        if not self.is_mounted or screen is not self.screen or not screen.is_current:
            return
        bindings = [one for one in screen.active_bindings.values() if one.binding.show and one.enabled]
        entries = _entries(self, bindings)
        if entries != self._entries:
            self._entries = entries
            self.update(Content("  ").join([_drawn(one) for one in entries]))

    def on_click(self, event: Click) -> None:
        """Press the key under the mouse."""
        at = 1
        for one in self._entries:
            place = at
            for number, (shown, key) in enumerate(one.keys):
                place += len(shown)
                last = number == len(one.keys) - 1
                if at <= event.x < place + (len(one.said) + 1 if last else 0):
                    self.app.simulate_key(key)
                    return
                at = place
            at += len(one.said) + 3


def _entries(bar: Keys, bindings: list[ActiveBinding]) -> list[Shown]:
    """The entries that fit, the last two in any case."""
    kept = [one for one in bindings if one.binding.action in LAST]
    grouped: dict[object, list[ActiveBinding]] = {}
    for one in bindings:
        if one not in kept:
            grouped.setdefault(one.binding.group or one.binding.key, []).append(one)
    ends = [_shown(bar, [one]) for one in kept]
    room = bar.size.width - 1 - sum(one.width for one in ends)
    found: list[Shown] = []
    for several in grouped.values():
        entry = _shown(bar, several)
        room -= entry.width
        if room < 0:
            break
        found.append(entry)
    return [*found, *ends]


def _shown(bar: Keys, several: list[ActiveBinding]) -> Shown:
    keys = tuple((bar.app.get_key_display(one.binding), one.binding.key) for one in several)
    group = several[0].binding.group
    return Shown(keys, group.description if group else several[0].binding.description)


def _drawn(one: Shown) -> Content:
    return Content.assemble(("".join(shown for shown, _ in one.keys), paint.ACCENT), f" {one.said}")
