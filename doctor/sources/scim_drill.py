"""The drill: a disposable user is created, read, changed, made inactive, read again and deleted.

It writes to a real server, so it begins only when somebody has agreed (`cli.probe_scim`). Whatever happens, a failure,
a spent budget or Ctrl-C, the user is removed again within a budget of its own; what could not be removed is named.
Nothing is changed or deleted but a user whom the server has shown by the drill's own name.
"""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import quote

from doctor.model.scim import LOST, Drill
from doctor.parse.scim import has
from doctor.sources.scim import by_name, page

if TYPE_CHECKING:
    from collections.abc import Callable

    from doctor.sources.scim_door import Door, Reply

    Say = Callable[[str], object]

CLEAN_UP: Final = 20.0
"""Seconds that the removal may take."""
_PAUSES: Final = (0.2, 1.0, 2.0)
"""Seconds before each search for a user whose creation was not answered."""
_USER: Final = "urn:ietf:params:scim:schemas:core:2.0:User"
_PATCH: Final = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
_BEFORE: Final = "Probe"
_AFTER: Final = "Probed"
_OPEN: Final = (*LOST, "rate-limited", "gateway-error")
"""Answers that decide nothing of what was asked."""


def user(name: str) -> dict[str, Any]:
    """The disposable user, as identity providers create one."""
    named = {"givenName": "Doctor", "familyName": _BEFORE}
    mail = [{"value": name, "type": "work", "primary": True}]
    return {"schemas": [_USER], "userName": name, "name": named, "displayName": "Doctor Probe (disposable)",
            "emails": mail, "active": True}  # fmt: skip


def drill(door: Door, name: str, manner: str = "rfc", *, patch: bool = True, say: Say = print) -> Drill:
    """Do the whole drill with a user of this name; never raises for what the server does, nor on Ctrl-C.

    `manner` is one of `MANNERS`; `patch` is false when the server says that it has no PATCH: then PUT is sent.
    `say` is told how the removal went, whatever happens.
    """
    course = _Course(door, name, manner, patch=patch and manner != "okta")
    with _Guard() as guard:
        try:
            try:
                course.run()
            except KeyboardInterrupt:
                course.told = course.told._replace(interrupted=True)
            guard.closed = True
        finally:
            guard.closed = True
            course.remove(say)
    return course.told


class _Guard:
    """Turns the first Ctrl-C (or SIGTERM) into `KeyboardInterrupt`, and none once it is closed.

    The removal is bounded in time, and what it leaves behind stays in production: it is not interrupted.
    """

    def __init__(self) -> None:
        self.closed = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for name in (signal.SIGINT, signal.SIGTERM):
                self._before[name] = signal.signal(name, self._interrupt)
        return self

    def __exit__(self, *_: object) -> None:
        for name, before in self._before.items():
            signal.signal(name, before)

    def _interrupt(self, *_: object) -> None:
        if not self.closed:
            self.closed = True
            raise KeyboardInterrupt


class _Course:
    """One drill: what was sent, and what it came to so far."""

    def __init__(self, door: Door, name: str, manner: str, *, patch: bool) -> None:
        self.door, self.name, self.patch = door, name, patch
        self.told = Drill(name, manner)
        self.id = ""
        self.sent = self.ours = False

    # ── the course ──

    def run(self) -> None:
        """Every step, as far as the server lets it come."""
        if not self._created():
            return
        if not (self._updated() and self._deactivated()):
            return
        found = self._found("search for the inactive user")
        if found is not None:
            self.told = self.told._replace(found_inactive=found)

    def _created(self) -> bool:
        self.sent = True
        made = self.door.ask("create", "POST", "/Users", user(self.name))
        accepted = made.step.answer == "ok" and made.step.status != 204
        open_ = made.step.answer in _OPEN
        self.told = self.told._replace(created=None if open_ else accepted, creation_status=made.step.status)
        if not accepted:
            return False
        if _is(made.value, self.name):
            self.id = _id(made.value)
        if not self.id:
            self._found("search for the new user")
        shown = self._own("read") if self.id else None
        if shown is not None:
            self.told = self.told._replace(names_kept=has(shown, "name.givenName") and has(shown, "name.familyName"))
        return self.ours

    def _updated(self) -> bool:
        """Change the family name; whether the drill can go on."""
        changed = {**user(self.name), "name": {"givenName": "Doctor", "familyName": _AFTER}}
        if not self._changed("update", "name.familyName", _AFTER, changed):
            return not self._open()
        shown = self._read("read after the update")
        if shown is not None and has(shown, "name.familyName"):
            self.told = self.told._replace(updated=_family(shown) == _AFTER)
        return not self._open()

    def _deactivated(self) -> bool:
        """Set the user inactive; whether there is a user left to search for."""
        if not self._changed("deactivate", "active", False, {**user(self.name), "active": False}):  # noqa: FBT003
            self.told = self.told._replace(result=None if self._open() else "refused")
            return False
        reply = self.door.ask("read after the deactivation", "GET", self._path())
        self.told = self.told._replace(result=_result(reply))
        return self.told.result in ("inactive", "still-active")

    # ── one step ──

    def _changed(self, name: str, path: str, value: Any, whole: dict[str, Any]) -> bool:
        """Change one attribute by PATCH, and by PUT where there is no PATCH; whether the server accepted it."""
        if self.patch:
            reply = self.door.ask(f"{name} (PATCH)", "PATCH", self._path(), self._operation(path, value))
            if reply.step.answer in _OPEN:
                return False
            self.told = self.told._replace(patched=reply.step.answer == "ok" and self.told.patched is not False)
            if reply.step.answer == "ok":
                return True
            if reply.step.answer != "unsupported":
                return False
            self.patch = False
        reply = self.door.ask(f"{name} (PUT)", "PUT", self._path(), {**whole, "id": self.id})
        if reply.step.answer not in _OPEN:
            self.told = self.told._replace(put=reply.step.answer == "ok")
        return reply.step.answer == "ok"

    def _operation(self, path: str, value: Any) -> dict[str, Any]:
        entra = self.told.manner == "entra"
        value = str(value) if entra else value
        operation = {"op": "Replace" if entra else "replace", "path": path, "value": value}
        return {"schemas": [_PATCH], "Operations": [operation]}

    def _read(self, name: str) -> dict[str, Any] | None:
        reply = self.door.ask(name, "GET", self._path())
        return reply.value if reply.step.answer == "ok" and isinstance(reply.value, dict) else None

    def _own(self, name: str) -> dict[str, Any] | None:
        """The user of this id, when it is ours: only then anything is changed or deleted."""
        shown = self._read(name)
        self.ours = shown is not None and _is(shown, self.name)
        return shown if self.ours else None

    def _found(self, name: str) -> bool | None:
        """Whether a search finds the user, whose id is known from then on; None when searching does not tell."""
        reply = self.door.ask(name, "GET", f"/Users?filter={by_name(self.name)}&count=2")
        found = page(reply.value) if reply.step.answer == "ok" else None
        if found is None:
            return None
        listed = [one for one in reply.value.get("Resources") or () if _is(one, self.name)]
        self.id = self.id or (_id(listed[0]) if listed else "")
        return True if listed else None if found.shown else False

    def _path(self) -> str:
        return f"/Users/{quote(self.id, safe='')}"

    def _open(self) -> bool:
        """Whether the last answer decides nothing."""
        return self.door.steps[-1].answer in _OPEN

    # ── removal ──

    def remove(self, say: Say) -> None:
        """Delete the user, and see whether they are gone; what may be left behind is named."""
        if not self.sent or self.told.created is False:
            return
        self.door.renew(CLEAN_UP)
        if not self.id and self._absent() and self.told.created is None:
            say(f"not found: {self.name}; its creation was never answered, so look for it once more later")
            return
        gone = False
        if self.id and (self.ours or self._own("read before the deletion")):
            self.door.ask("delete", "DELETE", self._path())
            gone = _gone(self.door.ask("read after the deletion", "GET", self._path()))
        self.told = self.told._replace(removed=gone, leftover="" if gone else self.name)
        say(f"removed: {self.name}" if gone else f"NOT REMOVED, delete it by hand: the user {self.name}")

    def _absent(self) -> bool:
        """Whether searches show that nobody was created. A request that was cut off may still be at work there."""
        for pause in _PAUSES:
            self.door.clock.sleep(pause)
            found = self._found("search for what may have been created")
            if found is None or self.id:
                return False
        return True


def _gone(reply: Reply) -> bool:
    """Whether a user is not shown any more: 404, or a tombstone without a name."""
    if reply.step.answer in ("not-found", "not-found-page"):
        return True
    return reply.step.answer == "ok" and not (isinstance(reply.value, dict) and has(reply.value, "userName"))


def _result(reply: Reply) -> str | None:
    if reply.step.answer in ("not-found", "not-found-page"):
        return "gone"
    if reply.step.answer != "ok" or not isinstance(reply.value, dict):
        return None
    active = next((value for name, value in reply.value.items() if name.lower() == "active"), None)
    if active is None:
        return "not-shown"
    return "inactive" if str(active).lower() == "false" else "still-active"


def _family(shown: dict[str, Any]) -> Any:
    named = next((value for key, value in shown.items() if key.lower() == "name"), None)
    return named.get("familyName") if isinstance(named, dict) else None


def _id(value: Any) -> str:
    """The id in an answer; empty for what cannot be a segment of a path."""
    found = value.get("id") if isinstance(value, dict) else None
    text = str(found) if isinstance(found, str | int) else ""
    return "" if text in (".", "..") or len(text) > 500 else text


def _is(value: Any, name: str) -> bool:
    """Whether a listed user is ours: a server that ignores the filter lists everybody, and nobody else is deleted."""
    return isinstance(value, dict) and str(value.get("userName", "")).lower() == name.lower()
