"""Packages of peers: Debian's by apt, Python's in a virtual environment and Node's in a folder of their own.

What is installed for a peer stays in the cache, noted with its versions: a second call does nothing.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from pathlib import Path
from typing import Final, NamedTuple

from peers.process import PeerError, program

_UNREACHABLE: Final = re.compile(
    r"Failed to establish a new connection|Connection refused|Connection reset|Name or service not known"
    r"|Temporary failure|Network is unreachable|[Tt]imed? ?out|ProxyError|No route to host|Could not connect"
    r"|Unable to connect|took over|ENOTFOUND|ECONNREFUSED|ECONNRESET|EAI_AGAIN|ETIMEDOUT|ENETUNREACH"
)
_DOWNLOAD: Final = 600


class UnavailableError(PeerError):
    """A peer cannot be had here, through no fault of its own; the message is the reason to show for skipping it."""


class Packages(NamedTuple):
    """What a peer needs: `apt` maps a command or file that shows the package is there to the packages to ask for.

    `pip` and `npm` are pinned names. `commands` are those that must already exist (node, for instance).
    """

    apt: tuple[tuple[str, str], ...] = ()
    pip: tuple[str, ...] = ()
    npm: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()


def cache() -> Path:
    """Where installed peers and the last captured messages are kept."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "doctor-peers"


def python(peer: str) -> str:
    """The interpreter of a peer's virtual environment."""
    return str(_home(peer) / "bin" / "python")


def node_modules(peer: str) -> Path:
    """The folder below which Node finds a peer's packages."""
    return _home(peer) / "node_modules"


def _home(peer: str) -> Path:
    return cache() / "installed" / peer


def missing(peer: str, packages: Packages) -> str | None:
    """Why a peer cannot run now, or None when it can."""
    absent = [name for name in packages.commands if shutil.which(name) is None]
    absent += [wanted.split()[0] for sign, wanted in packages.apt if not _there(sign)]
    if (packages.pip or packages.npm) and _noted(peer) != _note(packages):
        absent += [*packages.pip, *packages.npm]
    return f"not installed: {', '.join(absent)}" if absent else None


def _there(sign: str) -> bool:
    if "*" in sign:
        return any(Path("/").glob(sign.lstrip("/")))
    return Path(sign).exists() if sign.startswith("/") else shutil.which(sign) is not None


def _note(packages: Packages) -> list[str]:
    return [*packages.pip, *packages.npm]


def _noted(peer: str) -> object:
    try:
        return json.loads((_home(peer) / "installed.json").read_text())
    except (OSError, ValueError):
        return None


def install(peer: str, packages: Packages) -> None:
    """Install what is missing. Raises `UnavailableError` when a registry is out of reach, else `PeerError`."""
    if missing(peer, packages) is None:
        return
    for name in packages.commands:
        if shutil.which(name) is None:
            raise UnavailableError(f"needs {name}, which is not installed")
    _apt([name for sign, wanted in packages.apt if not _there(sign) for name in wanted.split()])
    if packages.pip or packages.npm:
        shutil.rmtree(_home(peer), ignore_errors=True)
        _home(peer).mkdir(parents=True)
        _pip(_home(peer), packages.pip)
        _npm(_home(peer), packages.npm)
        (_home(peer) / "installed.json").write_text(json.dumps(_note(packages)))


def _apt(names: list[str]) -> None:
    if not names:
        return
    if shutil.which("apt-get") is None:
        raise UnavailableError(f"needs Debian's packages {' '.join(names)}, and there is no apt-get")
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if root and (shutil.which("sudo") is None or _fails(["sudo", "-n", "true"])):
        raise UnavailableError(f"needs root once: apt-get install --no-install-recommends {' '.join(names)}")
    get = [*root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-o", "DPkg::Lock::Timeout=120"]
    wanted = [*get, "install", "-y", "--no-install-recommends", *names]
    if _fails(wanted):  # the list of packages may be older than the server's
        _fetched([*get, "update"])
        _fetched(wanted)


def _fails(command: list[str]) -> bool:
    try:
        program(command, seconds=_DOWNLOAD)
    except PeerError:
        return True
    return False


def _pip(home: Path, names: tuple[str, ...]) -> None:
    if names:
        program([sys.executable, "-m", "venv", str(home)])
        _fetched([str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", "--retries", "2", *names])


def _npm(home: Path, names: tuple[str, ...]) -> None:
    """A name of its own in `package.json`: npm refuses to install a package into one of the same name.

    Scripts of packages are not run, and nothing optional is fetched: no peer of ours needs either.
    """
    if names:
        (home / "package.json").write_text('{"name": "doctor-peers", "private": true}')
        options = ["--fetch-retries=1", "--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund"]
        _fetched(["npm", "install", *options, *names], home)


def _fetched(command: list[str], folder: Path | None = None) -> None:
    try:
        program(command, folder=folder, seconds=_DOWNLOAD)
    except PeerError as error:
        if found := _UNREACHABLE.search(f"{error} {error.said}"):
            raise UnavailableError(f"{_tool(command)} cannot reach its registry ({found[0]})") from error
        raise


def _tool(command: list[str]) -> str:
    return next(name for name in ("pip", "npm", "apt-get") if name in command)


def told(peer: str, packages: Packages) -> int:
    """Install, and say what came of it: 1 when it is broken; where it cannot be had at all the reason is printed."""
    try:
        install(peer, packages)
    except UnavailableError as error:
        print(f"skipped {peer}: {error}")
        return 0
    except PeerError as error:
        print(f"broken: {peer}: {error}")
        return 1
    print(f"{peer}: {missing(peer, packages) or 'installed'}")
    return 0
