"""`python -m peers`: two tables, what doctor says of each message, and where service providers say otherwise."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from peers import install, run
from peers.process import PeerError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


def main() -> int:
    """1 when a headline is wrong, a difference is not explained or a peer is broken; else 0."""
    chosen = _words()
    broken, there = list[str](), list[str]()
    for name in chosen.names or run.PEERS:
        try:
            _made_ready(name, install_missing=chosen.install)
        except install.UnavailableError as error:
            print(f"skipped {name}: {error}")
        except PeerError as error:
            broken.append(f"{name}: {error}")
        else:
            there.append(name)
    return _report([name for name in run.PEERS if name in there], broken)


def _made_ready(name: str, *, install_missing: bool) -> None:
    """Raises `UnavailableError` where a peer cannot be had, `PeerError` where its installation is broken."""
    if install_missing:
        install.install(name, run.PEERS[name].packages)
    reason = run.missing(name)
    if reason and install_missing:
        raise PeerError(f"{reason}, although it was just installed")
    if reason:
        raise install.UnavailableError(reason)


def _words() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m peers", description="Doctor beside real SAML software.")
    parser.add_argument("names", nargs="*", metavar="PEER", help=f"of {', '.join(run.PEERS)}; default: all")
    parser.add_argument("--install", action="store_true", help="install what is missing, by apt, pip and npm")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - run.PEERS.keys():
        parser.error(f"there is no peer {unknown.pop()!r}")
    return chosen


def _report(names: Sequence[str], broken: list[str]) -> int:
    providers = list(_working((name for name in names if name in run.PROVIDERS), broken))
    judged = [one for name in providers for one in run.judged(name)]
    rows = [(one.provider, one.variant, one.expected or "-", one.headline or "-", _mark(one.right)) for one in judged]
    _table(("provider", "variant", "expected", "headline", ""), rows)
    compared = list(_compared([name for name in names if name in run.JUDGES], providers, broken))
    _differences(compared)
    wrong = sum(not one.right for one in judged)
    unexplained = sum(one.differs and one.why is None for one in compared)
    print(f"\n{len(judged)} messages of {len(providers)} providers, {wrong} wrong headlines;")
    print(f"{len(compared)} verdicts of service providers, {unexplained} differences unexplained")
    for line in broken:
        print(f"broken: {line}")
    return int(bool(wrong or unexplained or broken))


def _working(names: Iterable[str], broken: list[str]) -> Iterator[str]:
    for name in names:
        try:
            run.captured(name)
        except PeerError as error:
            broken.append(f"{name}: {error}")
        else:
            yield name


def _compared(judges: Iterable[str], providers: Sequence[str], broken: list[str]) -> Iterator[run.Compared]:
    for judge in judges:
        for provider in providers:
            try:
                yield from run.compared(judge, provider)
            except PeerError as error:
                broken.append(f"{judge} on messages of {provider}: {error}")


def _differences(compared: Iterable[run.Compared]) -> None:
    """One line for each judge and variant on which it differs from doctor."""
    seen: dict[tuple[str, ...], list[str]] = {}
    for one in compared:
        if one.differs:
            does = "accepts" if one.verdict.accepted else "refuses"
            seen.setdefault((one.judge, does, one.judged.variant, _why(one)), []).append(one.judged.provider)
    print()
    _table(("judge", "", "variant", "why", "sent by"), [(*key, ", ".join(who)) for key, who in sorted(seen.items())])


def _why(one: run.Compared) -> str:
    if one.why:
        return f"{one.why.name}: {one.why.why}"
    return f"UNEXPLAINED {' '.join(one.verdict.reason.split())}"[:100].strip()


def _mark(right: bool) -> str:  # noqa: FBT001
    return "ok" if right else "WRONG"


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    for row in (heads, *rows):
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


if __name__ == "__main__":
    sys.exit(main())
