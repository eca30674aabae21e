"""`python -m peers.oidc_run`: real OpenID providers, mistakes made at each, what it answers and what doctor says.

With `--write` the table goes into `docs/oidc-servers.md`.
"""

from __future__ import annotations

import argparse
import functools
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from peers import install, oidc_lemonldap, oidc_mock, oidc_oauth2_mock, oidc_provider
from peers.oidc_case import EVERYTHING, LATE, Row, rows
from peers.process import PeerError

if TYPE_CHECKING:
    from collections.abc import Iterable

PEERS: Final = {
    oidc_provider.NAME: oidc_provider.PEER,
    oidc_mock.NAME: oidc_mock.PEER,
    EVERYTHING: oidc_oauth2_mock.PEER,
    LATE: oidc_lemonldap.PEER,
}
PAGE: Final = Path(__file__).parent.parent / "docs" / "oidc-servers.md"
_BEGIN: Final = "<!-- generated: python -m peers.oidc_run --install --write -->"
_END: Final = "<!-- end -->"


def missing(name: str) -> str | None:
    """Why a peer cannot run now, or None."""
    return install.missing(name, PEERS[name].packages)


@functools.cache
def judged(name: str) -> tuple[Row, ...]:
    """Every mistake at one server, once for each process. Raises `PeerError`."""
    with tempfile.TemporaryDirectory(prefix="doctor-peers-") as folder:
        Path(folder).chmod(0o711)
        with PEERS[name].serving(Path(folder)) as running:
            return tuple(rows(name, running))


def table(found: Iterable[Row]) -> str:
    """The rows as a Markdown table."""
    lines = ["| server | mistake | what it answered | doctor's headline | |", "| --- | --- | --- | --- | --- |"]
    for one in found:
        cells = (one.server, one.mistake, _cell(one.answered), one.headline or "-", "right" if one.right else "WRONG")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(text: str) -> str:
    return (text if len(text) <= 110 else f"{text[:109]}…").replace("|", "\\|").replace("<", "&lt;")


def write(text: str) -> None:
    """Put the table between its marks on the page."""
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(_BEGIN)
    PAGE.write_text(f"{before}{_BEGIN}\n{text}\n{_END}{rest.partition(_END)[2]}", encoding="utf-8")


def main() -> int:
    """1 when a headline is wrong or a peer is broken; else 0."""
    parser = argparse.ArgumentParser(prog="python -m peers.oidc_run", description="Real OpenID providers.")
    parser.add_argument("names", nargs="*", metavar="PEER", help=f"of {', '.join(PEERS)}; default: all")
    parser.add_argument("--install", action="store_true", help="install what is missing, by apt, pip and npm")
    parser.add_argument(
        "--write", action="store_true", help="write the table into docs/oidc-servers.md, when every server could be had"
    )
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - PEERS.keys():
        parser.error(f"there is no peer {unknown.pop()!r}")
    found, broken = _all(chosen.names or tuple(PEERS), install_missing=chosen.install)
    print(table(found))
    wrong = [one for one in found if not one.right]
    print(f"\n{len(found)} mistakes, {len(wrong)} wrong headlines")
    for line in [*(f"wrong: {one}" for one in wrong), *broken]:
        print(line)
    if chosen.write and not wrong and not broken and {one.server for one in found} == PEERS.keys():
        write(table(found))
    return int(bool(wrong or broken))


def _all(names: Iterable[str], *, install_missing: bool) -> tuple[list[Row], list[str]]:
    found, broken = list[Row](), list[str]()
    for name in names:
        try:
            if install_missing:
                install.install(name, PEERS[name].packages)
            if reason := missing(name):
                print(f"skipped {name}: {reason}")
                continue
            found += judged(name)
        except install.UnavailableError as error:
            print(f"skipped {name}: {error}")
        except PeerError as error:
            broken.append(f"broken: {name}: {error}")
    return found, broken


if __name__ == "__main__":
    sys.exit(main())
