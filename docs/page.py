"""The generated pages as Markdown: a rule's page, and the lists of rules, facts, acquisitions, trees, error texts."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from doctor.catalogue import build, store
from doctor.catalogue.source import read as read_yaml
from doctor.engine import authoring, graph
from doctor.facts import acquisition
from doctor.facts.registry import registry
from doctor.report.rules import plain
from doctor.report.text import KINDS as KIND_WORDS
from doctor.report.text import WHO

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from doctor.engine.rulebook import Rulebook
    from doctor.engine.tree import Tree
    from doctor.facts.acquisition import Acquisition

MARK: Final = "<!-- Generated from {} by `python -m docs.generate`. Do not edit. -->"
FOLDERS: Final = {
    "input": "Files that cannot be read as what they should be", "fetch": "Addresses that cannot be read",
    "metadata": "Metadata: identity, validity, signature", "certificate": "Certificates and keys",
    "endpoint": "Addresses in metadata", "saml": "The two parties held against each other",
    "response": "Responses and assertions", "request": "Sign-in requests and logout messages",
    "capture": "Captures of a sign-in", "login": "Sign-ins, and the people who sign in",
    "connection": "Connections at the vendor", "organization": "Organizations and their domains",
    "scim": "Directory sync (SCIM)", "oauth": "OAuth and OpenID Connect",
    "application": "The application at the identity provider (exports)",
    "provider": "Habits of single products",
}  # fmt: skip
_PLACE: Final = re.compile(r"\{[a-z][a-z0-9_.]*(?::[a-z]+)?\}")


def escaped(text: str) -> str:
    """Text as Markdown shows it, character by character; places for facts as code."""
    safe = re.sub(r"([\\`*<>|\[\]])", r"\\\1", text)
    return _PLACE.sub(lambda match: f"`{match[0]}`", safe)


def linked(fact: str, up: str = "../") -> str:
    """A fact's name, leading to its row in docs/facts.md."""
    return f"[`{fact}`]({up}facts.md#{fact})"


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    lines = [list(head), *map(list, rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def judged(kinds: Iterable[str]) -> str:
    """Kinds of documents in words."""
    return ", ".join("any document" if kind in ("any", "*") else KIND_WORDS[kind] for kind in kinds)


def rule_page(book: Rulebook, rule_id: str, source: dict[str, Any]) -> str:
    """The page of one rule, under fixed headings."""
    rule = json.loads(json.dumps(authoring.page(book, rule_id)))
    told = [
        MARK.format(files()[rule_id]), "", f"# {rule_id}", "",
        f"{rule['severity']} · judges: {judged(rule['document'])} · who must act: {WHO[rule['who']]}", "",
        "## What it means", "", *_meaning(rule), "",
        "## When it fires", "", *_condition(book, rule), "",
        "## What to do", "", *_steps(rule["fix"]), *_words(source), "",
        "## Would be wrong if", "", escaped(rule["wrong_if"]), "",
        "## Examples", "", *(_example(one) for one in source["examples"]), "",
        "## Rests on", "", *(_cited(book, one) for one in rule["cite"]),
    ]  # fmt: skip
    return "\n".join(told) + "\n"


def _meaning(rule: dict[str, Any]) -> Iterator[str]:
    yield f"{escaped(rule['title'])}."
    yield ""
    yield f"> {escaped(rule['message'])}"
    if rule["expected"]:
        yield ""
        yield f"Expected: {escaped(rule['expected'])}" + (
            f"<br>Received: {escaped(rule['actual'])}" if rule["actual"] else ""
        )


def _condition(book: Rulebook, rule: dict[str, Any]) -> Iterator[str]:
    keys = ("applies", "for_each", "when", "escalate", "relax")
    shown = {key: rule[key] for key in keys if rule[key]}
    text = yaml.safe_dump(shown, sort_keys=False, allow_unicode=True, width=110, default_flow_style=None)
    facts = dict.fromkeys(leaf.partition("|")[0] for leaf in book.data(rule["id"])["facts"])
    yield f"```yaml\n{text}```"
    yield ""
    yield f"Facts: {', '.join(map(linked, facts))}. The grammar is in [conditions](../conditions.md)."


def _steps(lines: list[str]) -> Iterator[str]:
    return (f"{number}. {escaped(line)}" for number, line in enumerate(lines, 1))


def _words(source: dict[str, Any]) -> Iterator[str]:
    if any("{provider." in line for line in source["fix"]):
        yield ""
        yield f"`doctor explain {source['id']} --provider NAME` says it in the words of one product's console."


def _example(one: dict[str, Any]) -> str:
    fires = {True: "fires", False: "stays silent"}.get(one["fires"], one["fires"])
    severity = f" as {one['severity']}" if "severity" in one else ""
    facts = "; ".join(f"`{name}: {plain(value)}`" for name, value in (one.get("facts") or {}).items())
    needs = f"; it needs {', '.join(map(linked, one['needs']))}" if one.get("needs") else ""
    return f"- **{escaped(one['name'])}**: {fires}{severity}{needs}. Given {facts or 'nothing'}."


def _cited(book: Rulebook, one: dict[str, Any]) -> str:
    level = book.citation(one["key"]).get("level", "info")
    demand = "" if level == "info" else f" ({level})"
    return f"- [{escaped(one['title'])}]({one['url']}){demand}: {escaped(one['says'] or '')}"


def rule_index(book: Rulebook) -> str:
    """The list of all rules, by folder."""
    told = [MARK.format("rules/"), "", "# Rules", "", f"{len(book)} rules, each with a page of its own."]
    for folder, rows in by_folder(book).items():
        told += ["", f"## {FOLDERS.get(folder, folder)}", ""]
        told.append(
            table(
                ("rule", "severity", "judges", "what it says"),
                (
                    (f"[{row['id']}]({row['id']}.md)", row["severity"], judged(row["document"]), row["title"])
                    for row in rows
                ),
            )
        )
    return "\n".join(told) + "\n"


def leniency_page() -> str:
    """Which products refuse a fault and which let it pass: docs/leniency.md."""
    data = read_yaml(Path(store.folder().rules) / "leniency.yaml", "rules/leniency.yaml")
    names = {key: one["name"] for key, one in data["products"].items()}

    def row(rule_id: str, entry: dict[str, Any]) -> list[str]:
        told = [", ".join(names[one] for one in entry.get(key, ())) for key in ("refuse", "accept")]
        return [f"[{rule_id}](rules/{rule_id}.md)", *told, entry.get("note", "")]

    return "\n".join([
        MARK.format("rules/leniency.yaml"), "# Passes in one product, fails in another", "",
        "What service providers and toolkits do with the same fault, by their own defaults, measured in November 2026",
        "with fresh responses. A product that is not named for a fault was not tried with it.", "",
        table(("fault", "refused by", "passes in", ""), (row(*pair) for pair in data["rules"].items())), "",
        "## The products", "",
        table(("product", "version"), ((one["name"], str(one["version"])) for one in data["products"].values())), "",
    ])  # fmt: skip


@cache
def files() -> dict[str, str]:
    """The file of each rule. A tree may bear the name of a rule, so trees are left out."""
    return build.read_folder(Path(store.folder().rules), "rules").files


def by_folder(book: Rulebook) -> dict[str, list[dict[str, Any]]]:
    """The rows of `doctor rules list` by the folder of their files, in the order of `FOLDERS`."""
    found: dict[str, list[dict[str, Any]]] = {folder: [] for folder in FOLDERS}
    for row in authoring.listing(book):
        found.setdefault(files()[row["id"]].split("/")[1], []).append(row)
    return {folder: rows for folder, rows in found.items() if rows}


def facts_page() -> str:
    """Every fact, and the fields of those that have some."""
    facts = json.loads(json.dumps(authoring.facts()))
    told = [
        MARK.format("doctor/facts/"), "", "# Facts", "",
        f"{len(facts)} facts. A fact has a value, or is absent, or is unknown: see [conditions](conditions.md).",
        "“May be absent” means that a comparison needs `exists: true` beside it.",
        "How to get those that no document in hand tells stands under [acquisitions](#acquisitions).",
    ]  # fmt: skip
    for subject in dict.fromkeys(one["name"].partition(".")[0] for one in facts):
        rows = [_fact_row(one) for one in facts if one["name"].startswith(f"{subject}.")]
        told += ["", f"## {subject}", "", table(("fact", "type", "told by", "meaning"), rows)]
    told += ["", "## Fields", "", "What can be asked of a record, or of each item of a collection."]
    for names, fields in _shared_fields(facts):
        told += ["", f"### {names}", "", table(("field", "type"), fields)]
    told += ["", *_acquisitions()]
    return "\n".join(told) + "\n"


def _fact_row(one: dict[str, Any]) -> tuple[str, str, str, str]:
    kinds = judged(one["on"]) + (f"; give {escaped(one['how'])}" if one["how"] else "")
    absent = " May be absent." if one["optional"] else ""
    return (f'<a id="{one["name"]}"></a>`{one["name"]}`', _type(one), kinds, escaped(one["meaning"]) + absent)


def _type(one: dict[str, Any]) -> str:
    return f"{one['type']}: {', '.join(one['values'])}" if one["values"] else str(one["type"])


def _shared_fields(facts: list[dict[str, Any]]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    seen: dict[str, list[str]] = {}
    for one in facts:
        if one["fields"]:
            seen.setdefault(json.dumps(one["fields"]), []).append(one["name"])
    for names in seen.values():
        fields = registry()[names[0]][0].type.fields
        rows = [(f"`{name}`", _type({"type": kind.name, "values": list(kind.values)})) for name, kind in fields.items()]
        yield ", ".join(f"`{name}`" for name in names), rows


COSTS: Final = {
    1: "Free questions", 2: "A look into one's own console", 3: "A look into the other party's console",
    5: "A file from the other party", 6: "A log of the other party", 9: "A captured sign-in",
}  # fmt: skip
"""What the costs of acquisitions mean, as `doctor.facts.acquisition` has them."""


def _acquisitions() -> Iterator[str]:
    """How facts are obtained, the cheapest way first."""
    yield "## Acquisitions"
    yield ""
    yield "How `doctor diagnose` gets a fact that the evidence does not tell: by a question, or by a document, which"
    yield "tells many. What is cheap comes first; a person may always answer “I don't know”."
    for cost in sorted({one.cost for one in acquisition.acquisitions()}):
        rows = [_acquisition_row(one) for one in acquisition.acquisitions() if one.cost == cost]
        yield ""
        yield f"### {COSTS[cost]} (cost {cost})"
        yield ""
        yield table(("acquisition", "words", "tells"), rows)


def _acquisition_row(one: Acquisition) -> tuple[str, str, str]:
    facts = one.provides or tuple(sorted(acquisition.provided(one)))
    words = escaped(one.question) + (f"<br>{escaped(one.help)}" if one.help else "")
    choices = "<br>Answers: " + "; ".join(escaped(choice.label) for choice in one.choices) if one.choices else ""
    return f"`{one.id}`", words + choices, ", ".join(linked(fact, "") for fact in facts)


def trees(book: Rulebook) -> str:
    """Every tree: its way in, what it considers, the advice it ends with, and its picture."""
    return "\n\n".join("\n".join(_tree(one)) for one in book.trees)


def _tree(one: Tree) -> Iterator[str]:
    yield f"### {one.id}"
    yield ""
    yield f"{escaped(one.title)}. Said in words like {', '.join(f'“{escaped(text)}”' for text in one.symptoms[:3])}."
    if one.data.get("enter"):
        yield f"Entered when `{plain(one.data['enter'])}`."
    if one.rules:
        yield f"Considers {', '.join(f'[{rule}](rules/{rule}.md)' for rule in one.rules)}."
    advice = [step.advice for step in one.steps if step.advice]
    if advice:
        yield f"Advises {', '.join(escaped(one.advice[name]['title']) for name in advice if name)}."
    yield f"Otherwise: {escaped(one.advice[one.otherwise]['title'])}."
    yield ""
    yield f"```mermaid\n{graph.mermaid(one)}```"


def errors(folder: Path, tested: frozenset[str]) -> str:
    """A row for each error file: what it holds, its entries, and how many lead to a rule whose examples hold."""
    return table(
        ("file", "what it holds", "entries", "lead to a rule"),
        (_error_row(path, tested) for path in sorted(folder.glob("*.yaml"))),
    )


def _error_row(path: Path, tested: frozenset[str]) -> tuple[str, ...]:
    entries = read_yaml(path, path.name)
    about = path.read_text("utf-8").partition("\n")[0].removeprefix("# ").rstrip(".")
    leading = sum(any(name in tested for name in entry["suspects"]) for entry in entries)
    return f"`rules/errors/{path.name}`", escaped(about), str(len(entries)), str(leading)
