"""`make corpus`: how often each rule fires over the corpus of real files, held against the pinned counts.

The corpus stands outside the project (`../shared/corpus`); without it there is nothing to count. Counts
are pinned in `tests/corpus.json`, so that a change of a rule shows in review what it does to real files:
`python -m tests.corpus --write` pins them anew.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import doctor

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"
FOLDERS = ("metadata", "aggregates", "certs", "captures", "responses")
PINNED = Path(__file__).with_name("corpus.json")
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def counted(folder: Path) -> dict[str, Any]:
    """Counts for one folder: files by kind, findings by rule and severity, files by recognised product."""
    kinds: Counter[str] = Counter()
    rules: Counter[str] = Counter()
    products: Counter[str] = Counter()
    paths = sorted(path for path in folder.iterdir() if path.is_file())
    for path in paths:
        report = doctor.check(path, at=NOW, fail_on="never")
        kinds.update(subject.kind for subject in report.subjects)
        products.update(subject.provider for subject in report.subjects if subject.provider)
        rules.update(_fired(report))
    return {"files": len(paths), "kinds": _sorted(kinds), "products": _sorted(products), "rules": _sorted(rules)}


def _fired(report: doctor.Report) -> Counter[str]:
    """How often each rule fired, all entities of an aggregate counted."""
    fired: Counter[str] = Counter()
    for subject in report.subjects:
        fired.update(subject.totals)
        own = [one for one in report.findings if one.subject == subject.name and one.id not in subject.totals]
        fired.update(f"{one.id} (crashed)" if one.verdict == "crashed" else one.id for one in own)
    return fired


def _sorted(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items()))


def changes(before: Any, after: Any, path: str = "") -> list[str]:
    """Each number that differs, as `metadata.rules.certificate-expired: 3 -> 4`."""
    if isinstance(before, dict) and isinstance(after, dict):
        keys = sorted(set(before) | set(after))
        return [line for key in keys for line in changes(before.get(key, 0), after.get(key, 0), f"{path}.{key}")]
    return [] if before == after else [f"{path[1:]}: {before} -> {after}"]


def main(words: list[str]) -> int:
    """Print the counts; with `--write` pin them, else exit 1 when they differ from the pinned ones."""
    if not CORPUS.is_dir():
        print("no corpus beside the project: nothing to count")
        return 0
    found = {name: counted(CORPUS / name) for name in FOLDERS}
    if "--write" in words:
        PINNED.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    pinned = json.loads(PINNED.read_text(encoding="utf-8")) if PINNED.exists() else {}
    for name, data in found.items():
        print(f"\n{name}: {data['files']} files; " + ", ".join(f"{kind} {n}" for kind, n in data["kinds"].items()))
        for rule, count in data["rules"].items():
            print(f"  {count:>6}  {rule}")
    different = changes(pinned, found)
    print("\n" + ("\n".join(different) or "the counts are the pinned ones"))
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
