"""The prebuilt form of the catalogue: JSON, the conditions apart from the prose.

A build reads every YAML file and checks it; the result is kept as a few JSON files with the size and
time of every source file. A later start compares sizes and times and reads JSON. What was installed
from a wheel has new times: then the content's digest decides, once. JSON, since it cannot run code.

Where the files go: beside the package when it can be written, else in the user's cache folder, else
nowhere (the build is then made anew each time, or taken from the wheel).
"""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FORMAT: Final = 6
"""Raised when the JSON form changes, so that an old one is never read as a new one."""


class Folder(NamedTuple):
    """Where the catalogue's sources are, and where its built form may be kept. Plain paths: a cold start
    pays a millisecond for pathlib."""

    rules: str
    providers: str
    built: tuple[str, ...]


class Built(NamedTuple):
    """A built catalogue: its conditions, and how to get each of the other parts when it is needed."""

    conditions: dict[str, Any]
    part: Callable[[str], dict[str, Any]]


Parts = dict[str, dict[str, Any]]
"""The parts of a built catalogue: conditions, prose, trees, errors, providers; each is one JSON file."""
PARTS: Final = ("prose", "trees", "errors", "providers", "conditions")
"""The names of the parts; conditions are written last, since they vouch for the others."""


def folder() -> Folder:
    """The catalogue of this installation: of the wheel, or of the checkout."""
    package = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
    data = os.path.join(package, "_data")
    if os.path.isdir(data):
        return _within(data, data)
    top = os.path.dirname(package)
    return _within(top, os.path.join(top, ".doctor-cache"))


def _within(top: str, kept: str) -> Folder:
    return Folder(os.path.join(top, "rules"), os.path.join(top, "providers.yaml"), (kept, _user_cache(top)))


def _user_cache(top: str) -> str:
    """A folder of the user's own; the name tells installations apart."""
    mark = hashlib.sha256(top.encode("utf-8", "surrogateescape")).hexdigest()[:12]
    return os.path.join(os.path.expanduser("~"), ".cache", "sso-doctor", mark)


def stamp_of(where: Folder) -> str:
    """Name, size and time of every source file, a line each in a stable order: read and compared as one text."""
    return "\n".join([f"{name} {size} {time}" for name, size, time in _files(where)])


def _files(where: Folder) -> list[tuple[str, int, int]]:
    found = list(_scanned(where.rules, ""))
    try:
        status = os.stat(where.providers)
        found.append(("providers.yaml", status.st_size, status.st_mtime_ns))
    except OSError:
        pass
    return sorted(found)


def _scanned(path: str, prefix: str) -> Iterator[tuple[str, int, int]]:
    try:
        entries = list(os.scandir(path))
    except OSError:
        return
    for entry in entries:
        if entry.is_dir():
            yield from _scanned(entry.path, f"{prefix}{entry.name}/")
        elif entry.name.endswith((".yaml", ".yml")):
            status = entry.stat()
            yield prefix + entry.name, status.st_size, status.st_mtime_ns


def digest_of(where: Folder) -> str:
    """SHA-256 over names and contents of every source file: the identity of the rules."""
    total = hashlib.sha256()
    for name, _, _ in _files(where):
        path = where.providers if name == "providers.yaml" else os.path.join(where.rules, name)
        with open(path, "rb") as file:
            total.update(f"{name}\0".encode() + file.read() + b"\0")
    return "sha256:" + total.hexdigest()


def load(where: Folder, build: Callable[[Folder], Parts]) -> Built:
    """The built catalogue, from its JSON when that is fresh, else built anew and kept if possible.

    `build` gives the parts and raises `CatalogueError` when a source file is wrong.
    """
    stamp = stamp_of(where)
    for place in where.built:
        conditions = _read(os.path.join(place, "conditions.json"))
        if conditions is not None and _fresh(conditions, stamp, where, place):
            return Built(conditions, _lazily(place, conditions["digest"], where, build))
    parts = build(where)
    digest = digest_of(where)
    for part in parts.values():
        part["digest"] = digest
    parts["conditions"] |= {"format": FORMAT, "stamp": stamp}
    keep(where, parts)
    return Built(parts["conditions"], parts.__getitem__)


def _lazily(
    place: str, digest: str, where: Folder, build: Callable[[Folder], Parts]
) -> Callable[[str], dict[str, Any]]:
    def part(name: str) -> dict[str, Any]:
        found = _read(os.path.join(place, f"{name}.json"))
        return found if found is not None and found.get("digest") == digest else build(where)[name]

    return part


def _fresh(conditions: dict[str, Any], stamp: str, where: Folder, place: str) -> bool:
    if conditions.get("format") != FORMAT:
        return False
    known = conditions.get("stamp")
    if known == stamp:
        return True
    if not isinstance(known, str) or _without_times(known) != _without_times(stamp):
        return False
    if conditions.get("digest") != digest_of(where):
        return False
    conditions["stamp"] = stamp
    _write(os.path.join(place, "conditions.json"), conditions)
    return True


def _without_times(stamp: str) -> list[str]:
    return [line.rpartition(" ")[0] for line in stamp.split("\n")]


def _read(path: str) -> dict[str, Any] | None:
    try:
        with open(path, "rb") as file:
            found = json.loads(file.read())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def keep(where: Folder, parts: Parts) -> None:
    """Write all parts into the first place that takes them; a read-only home is no error."""
    for place in where.built:
        if all(_write(os.path.join(place, f"{name}.json"), parts[name]) for name in PARTS):
            return


def _write(path: str, data: dict[str, Any]) -> bool:
    """Write atomically: another process never reads a half-written file."""
    partial = f"{path}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(partial, "w", encoding="utf-8") as file:
            json.dump(data, file, separators=(",", ":"), ensure_ascii=False)
        os.replace(partial, path)
    except OSError:
        return False
    return True
