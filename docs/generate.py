"""Writes the generated pages: `python -m docs.generate`; with `--check` only says which ones drifted.

What a page says comes from the rules, the registry of facts and the operators, so that nothing is
said twice. Parts of README.md, docs/conditions.md and docs/trees.md are generated too, between two comments.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from docs import page
from doctor.catalogue import build, store
from doctor.engine import authoring
from doctor.engine.condition import OPERATORS
from doctor.engine.rulebook import shipped
from doctor.engine.typecheck import TAKES
from doctor.model.document import KINDS
from doctor.report.text import KINDS as KIND_WORDS

if TYPE_CHECKING:
    from doctor.engine.rulebook import Rulebook

TOP: Final = Path(__file__).resolve().parent.parent
RULES: Final = TOP / "docs" / "rules"
PARTLY: Final = (TOP / "README.md", TOP / "docs" / "conditions.md", TOP / "docs" / "trees.md")
"""Pages that people write, with generated parts."""
NAMED_ONLY: Final = ("case",)
"""Kinds that no input is recognised as: the case itself."""
MEANINGS: Final = {
    "eq": "equal; `fact: value` is short for it", "ne": "not equal", "lt": "less, or earlier",
    "lte": "less or equal", "gt": "greater, or later", "gte": "greater or equal",
    "in": "one of a list of values", "not_in": "none of a list of values",
    "contains": "the text holds this text; the list holds this word",
    "matches": "the pattern (RE2, case does not count) is found in the text",
    "exists": "`true`: there is a value; `false`: we looked, and there is none",
}  # fmt: skip


def blocks(book: Rulebook) -> dict[str, str]:
    """The generated parts of pages that people write, by their names."""
    own = {kind: sum(kind in row["document"] for row in authoring.listing(book)) for kind in KINDS}
    every, case = (sum(word in row["document"] for row in authoring.listing(book)) for word in ("any", "case"))
    tested = frozenset(row["rule"] for row in authoring.tested([]) if row["passed"])
    kinds = [kind for kind in KINDS if kind not in NAMED_ONLY]
    files = [
        (f"{page.FOLDERS.get(folder, folder)} (`rules/{folder}/`)", str(len(rows)))
        for folder, rows in page.by_folder(book).items()
    ]
    return {
        "kinds": page.table(
            ("kind", "what it is", "rules of its own"),
            ((f"`{kind}`", KIND_WORDS[kind], str(own[kind] or "")) for kind in kinds),
        )
        + f"\n\n{every} more rules look at every input, {case} at the case: what all evidence tells together.",
        "rules": page.table(("subject", "rules"), [*files, ("all", str(len(book)))])
        + f"\n\n{len(book.trees)} trees put them in order, {len(book.errors)} known error texts lead to them:"
        " see [trees and error texts](docs/trees.md).",
        "trees": page.trees(book),
        "errors": page.errors(Path(store.folder().rules) / "errors", tested),
        "operators": page.table(
            ("operator", "holds when", "types of fact"),
            (
                (f"`{name}`", MEANINGS[name], ", ".join(kind for kind, taken in TAKES.items() if name in taken))
                for name in OPERATORS
            ),
        ),
    }


def filled(text: str, parts: dict[str, str]) -> str:
    """A page with its generated parts put between their comments."""
    for name, part in parts.items():
        begin, end = f"<!-- generated: {name} -->\n", f"<!-- end: {name} -->"
        before, mark, rest = text.partition(begin)
        if mark:
            text = before + mark + part + "\n" + end + rest.partition(end)[2]
    return text


def pages() -> dict[Path, str]:
    """Every generated page, and every page with generated parts, as it should be."""
    book, parts = shipped(), blocks(shipped())
    sources = build.read(store.folder()).rules
    found = {RULES / f"{rule_id}.md": page.rule_page(book, rule_id, sources[rule_id]) for rule_id in book.ids}
    found[RULES / "README.md"] = page.rule_index(book)
    found[TOP / "docs" / "facts.md"] = page.facts_page()
    found[TOP / "docs" / "leniency.md"] = page.leniency_page()
    for path in PARTLY:
        found[path] = filled(path.read_text("utf-8"), parts)
    return found


def drifted(wanted: dict[Path, str]) -> list[Path]:
    """Pages that are missing or differ, and pages of rules that are no more."""
    wrong = [path for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text]
    return sorted([*wrong, *(path for path in RULES.glob("*.md") if path not in wanted)])


def main(words: list[str]) -> int:
    """Write what drifted, or with `--check` name it and give 1."""
    parser = argparse.ArgumentParser(prog="python -m docs.generate", description="Write the generated pages.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a page drifted")
    check = parser.parse_args(words).check
    wanted = pages()
    wrong = drifted(wanted)
    for path in wrong:
        print(("drifted: " if check else "wrote: ") + path.relative_to(TOP).as_posix())
        if not check and path in wanted:
            path.write_text(wanted[path], encoding="utf-8")
        elif not check:
            path.unlink()
    return 1 if check and wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
