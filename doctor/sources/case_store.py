"""Cases in the user's data folder: SQLite with a write-ahead log, one transaction for each change.

Another process may hold the same database; a killed process loses nothing that was written. Documents
are kept once, by digest. Secrets never arrive here: exhibits and reports come stripped.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from doctor.model.case import Case, Exhibit, merged
from doctor.model.error import InputError, UsageError
from doctor.sources import case_file

if TYPE_CHECKING:
    from collections.abc import Iterator

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS document (sha256 TEXT PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS kase (
    name TEXT PRIMARY KEY, updated TEXT NOT NULL, verdict TEXT, headline TEXT, data TEXT NOT NULL
);
"""
_FOLDER: Final = "allow writing to that folder, or DOCTOR_HOME names another folder"
_ANEW: Final = "move or rename that file: doctor then begins a new one"
_HELD: Final = "another program may hold it"
_HINTS: Final = {
    sqlite3.SQLITE_BUSY: _HELD, sqlite3.SQLITE_LOCKED: _HELD, sqlite3.SQLITE_FULL: "make room on the disk",
    sqlite3.SQLITE_NOTADB: _ANEW, sqlite3.SQLITE_CORRUPT: _ANEW, sqlite3.SQLITE_ERROR: _ANEW,
}  # fmt: skip
"""What to do, by SQLite's primary result code; of any other one the folder is to blame."""


def _hint(error: Exception) -> str:
    code = getattr(error, "sqlite_errorcode", None)
    return _FOLDER if code is None else _HINTS.get(code & 0xFF, _FOLDER)


def _to_wal(connection: sqlite3.Connection) -> None:
    """Switch to the write-ahead log. While another process does the same, SQLite refuses at once: try again."""
    for attempt in range(100):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or attempt == 99:
                raise
            time.sleep(0.02)
        else:
            return


class Row(NamedTuple):
    """One case in the list."""

    name: str
    updated: str
    verdict: str | None
    headline: str | None


def folder() -> Path:
    """Where the user's data lives on this system; `DOCTOR_HOME` overrides it."""
    if given := os.environ.get("DOCTOR_HOME"):
        return Path(given)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "sso-doctor"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "sso-doctor"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "sso-doctor"


class Store:
    """The case store in one file. Raises `InputError` when the file cannot be used."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or folder() / "cases.sqlite3"
        self.patience = 10.0
        """Seconds to wait while another process writes."""

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            fresh = not self.path.exists()
            connection = sqlite3.connect(self.path, timeout=self.patience)
        except (OSError, sqlite3.Error) as error:
            raise InputError(f"the case store {self.path} cannot be opened: {error}", _hint(error)) from None
        try:
            if fresh:
                self.path.chmod(0o600)
            _to_wal(connection)
            connection.execute("PRAGMA secure_delete=ON")
            connection.executescript(_TABLES)
            with connection:
                yield connection
        except sqlite3.Error as error:
            raise InputError(f"the case store {self.path} cannot be used: {error}", _hint(error)) from None
        finally:
            connection.close()

    def save(
        self, case: Case, verdict: str | None = None, headline: str | None = None, updated: str | None = None
    ) -> None:
        """Write a case whole, in one transaction."""
        with self._open() as connection:
            self._write(connection, case, verdict, headline, updated)

    def join(self, base: Case | None, case: Case, verdict: str | None, headline: str | None) -> Case:
        """Write a case, joined with what another process has stored since `base`; give what now stands there."""
        with self._open() as connection:
            connection.execute("BEGIN IMMEDIATE")
            stored = self._read(connection, case.name)
            joined = case if stored is None else merged(base, case, stored)
            self._write(connection, joined, verdict, headline, None)
        return joined

    def _write(
        self, connection: sqlite3.Connection, case: Case, verdict: str | None, headline: str | None, updated: str | None
    ) -> None:
        data = case_file.as_data(case)
        data["documents"] = [{"name": d.name, "sha256": d.sha256, "offered_as": d.offered_as} for d in case.documents]
        rows = [(one.sha256, one.data) for one in case.documents]
        connection.executemany("INSERT OR IGNORE INTO document VALUES (?, ?)", rows)
        values = (case.name, updated or case.now, verdict, headline, json.dumps(data))
        connection.execute("INSERT OR REPLACE INTO kase VALUES (?, ?, ?, ?, ?)", values)

    def load(self, name: str) -> Case:
        """A case by its name. Raises `UsageError` when there is none."""
        with self._open() as connection:
            found = self._read(connection, name)
            if found is None:
                near = self._near(connection, name)
                raise UsageError(f"there is no case {name!r}{near}", "doctor cases list shows them")
        return found

    def _read(self, connection: sqlite3.Connection, name: str) -> Case | None:
        row = connection.execute("SELECT data FROM kase WHERE name = ?", (name,)).fetchone()
        if row is None:
            return None
        try:
            data: dict[str, Any] = json.loads(row[0])
        except ValueError:
            hint = "doctor cases delete forgets it"
            raise InputError(f"the case {name!r} in {self.path} is damaged", hint) from None
        documents = tuple(self._exhibit(connection, one) for one in data["documents"])
        return case_file.of_data({**data, "documents": []})._replace(documents=documents)

    def _exhibit(self, connection: sqlite3.Connection, one: dict[str, Any]) -> Exhibit:
        row = connection.execute("SELECT data FROM document WHERE sha256 = ?", (one["sha256"],)).fetchone()
        return Exhibit(one["name"], one["sha256"], bytes(row[0]) if row else b"", one.get("offered_as"))

    def _near(self, connection: sqlite3.Connection, name: str) -> str:
        from doctor.catalogue.rule import did_you_mean

        return did_you_mean(name, [row[0] for row in connection.execute("SELECT name FROM kase")])

    def has(self, name: str) -> bool:
        """Whether there is a case of this name."""
        with self._open() as connection:
            return connection.execute("SELECT 1 FROM kase WHERE name = ?", (name,)).fetchone() is not None

    def rows(self) -> list[Row]:
        """Every case, the latest first."""
        with self._open() as connection:
            found = connection.execute("SELECT name, updated, verdict, headline FROM kase ORDER BY updated DESC, name")
            return [Row(*row) for row in found]

    def delete(self, name: str) -> None:
        """Forget a case, and the documents that no other case holds."""
        if not self.has(name):
            self.load(name)
        with self._open() as connection:
            connection.execute("DELETE FROM kase WHERE name = ?", (name,))
            held = {
                one["sha256"]
                for (text,) in connection.execute("SELECT data FROM kase")
                for one in json.loads(text)["documents"]
            }
            gone = [(sha,) for (sha,) in connection.execute("SELECT sha256 FROM document") if sha not in held]
            connection.executemany("DELETE FROM document WHERE sha256 = ?", gone)
