"""A diagnosis as JSON (`doctor/diagnosis/1`) and as text for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from doctor.model.redaction import masked
from doctor.report import json as report_json
from doctor.report.safe import line as safe
from doctor.report.text import Look, counts, finding_lines, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from doctor.engine.diagnose import Asking, Diagnosis
    from doctor.engine.report_text import Match
    from doctor.model.finding import Finding

SCHEMA: Final = "doctor/diagnosis/1"
_MARKS: Final = {
    "confirmed": "✗",
    "suspected": "?",
    "ruled-out": "✓",
    "unknown": "·",
    "not-applicable": "-",
    "crashed": "!",
}


def as_data(found: Diagnosis, version: str, *, explain: bool = False) -> dict[str, Any]:
    """The diagnosis as JSON data."""
    data = {
        "schema": SCHEMA, "doctor": version, "rules": found.rules, "now": found.now, "verdict": found.verdict,
        "symptom": None if found.symptom is None else masked(found.symptom), "headline": found.headline,
        "trees": list(found.trees),
        "subjects": [report_json.subject(one) for one in found.subjects],
        "findings": [report_json.finding(one) for one in found.findings],
        "needs": [need(one) for one in found.needs], "asked": list(found.asked),
        "advice": [one._asdict() for one in found.advice],
        "reported": [reported(one) for one in found.reported],
        "noticed": [one._asdict() for one in found.noticed],
        "counts": found.counts, "not_checked": [one._asdict() for one in found.not_checked], "notes": list(found.notes),
    }  # fmt: skip
    return data | ({"trace": list(found.trace)} if explain else {})


def need(one: Asking) -> dict[str, Any]:
    """One acquisition as JSON data."""
    return {
        "acquisition": one.acquisition, "kind": one.kind, "question": one.question, "provides": list(one.provides),
        "decides": list(one.decides), "why": one.why, "help": one.help,
        "choices": [{"label": label, "facts": facts} for label, facts in one.choices],
    }  # fmt: skip


def reported(one: Match) -> dict[str, Any]:
    """One error entry that a report matched."""
    entry = one.entry
    return {
        "id": entry["id"], "code": entry["code"], "emitter": entry["emitter"], "idp": entry["idp"],
        "protocol": entry["protocol"], "stage": entry["stage"], "means": entry["means"], "look": entry["look"],
        "suspects": list(entry["suspects"]), "matched": masked(one.text)[:300],
        "facts": one.facts, "source": entry["source"],
    }  # fmt: skip


def text(found: Diagnosis, look: Look, product: str | None = None, *, explain: bool = False) -> str:
    """The diagnosis for people: headline, proof and fix; what is open; what would tell more."""
    lines: list[str] = []
    lines += _opening(found, look)
    told = [one for one in found.findings if one.verdict in ("confirmed", "suspected", "crashed")]
    for one in told:
        lines += ["", *finding_lines(one, look, product)]
        lines += _proof(one, look)
    lines += list(_considered(found, look, explain=explain))
    lines += list(_advice(found, look))
    lines += list(_needs(found, look))
    lines += list(_noticed(found, look))
    if explain:
        lines += list(_trace(found, look))
    for note in found.notes:
        lines += ["", *wrapped(f"note  {safe(note)}", look, "", "      ")]
    return "\n".join([*lines, "", f"{found.verdict} · {counts(found.counts)}"]) + "\n"


def _opening(found: Diagnosis, look: Look) -> list[str]:
    headline = next((one for one in found.findings if one.id == found.headline), None)
    if headline is None:
        lines = ["No cause is proven or suspected yet."]
    else:
        word = "The cause" if headline.verdict == "confirmed" else "Suspected"
        lines = wrapped(f"{word}: {safe(headline.title)}  [{headline.id}]", look, "")
    if found.trees:
        lines += wrapped(f"considered: {', '.join(found.trees)}", look, "")
    for one in found.reported[:5]:
        code = f"{one.entry['code']}: " if one.entry["code"] else ""
        lines += wrapped(f"error text: {code}{one.entry['means']}", look, "", "            ")
        if one.entry["look"]:
            lines += wrapped(str(one.entry["look"]), look, "            ")
    return lines


def _proof(one: Finding, look: Look) -> list[str]:
    if one.verdict == "suspected":
        return wrapped(f"not decided yet: needs {', '.join(one.needs)}", look, "   ", "       ")
    shown = [f"{proof.fact} = {_short(proof.value)} ({proof.source})" for proof in one.evidence[:4]]
    return [part for text_ in shown for part in wrapped(f"because {safe(text_)}", look, "   ", "       ")]


def _short(value: object) -> str:
    shown = str(value).lower() if isinstance(value, bool) else "absent" if value is None else str(value)
    return shown if len(shown) < 90 else shown[:87] + "…"


def _considered(found: Diagnosis, look: Look, *, explain: bool) -> Iterator[str]:
    """The other rules of the trees: what is ruled out, and what is open for want of which facts."""
    path = [one for one in found.findings if len(one.path) > 1]
    ruled_out = [one.id for one in path if one.verdict == "ruled-out"]
    unknown = [one for one in path if one.verdict == "unknown"]
    if ruled_out or unknown:
        yield ""
    if ruled_out:
        yield from wrapped(f"{_mark('ruled-out', look)} ruled out: {', '.join(ruled_out)}", look, "  ", "    ")
    shown = unknown if explain else unknown[:OPEN_SHOWN]
    for one in shown:
        yield from wrapped(
            f"{_mark('unknown', look)} open: {one.id} (needs {', '.join(one.needs)})", look, "  ", "    "
        )
    if len(unknown) > len(shown):
        yield f"    and {len(unknown) - len(shown)} more open (--explain shows them)"


OPEN_SHOWN: Final = 5
"""Open rules that a diagnosis names when nobody asked to explain."""


def _mark(verdict: str, look: Look) -> str:
    return _MARKS[verdict] if look.unicode else "-"


def _advice(found: Diagnosis, look: Look) -> Iterator[str]:
    for one in found.advice:
        yield ""
        yield from wrapped(one.title, look, "")
        for text_ in one.text:
            yield from wrapped(text_, look, "  - ", "    ")
        for text_ in one.send:
            yield from wrapped(f"send: {text_}", look, "  - ", "    ")


def _needs(found: Diagnosis, look: Look) -> Iterator[str]:
    if not found.needs:
        return
    yield ""
    yield "What would tell more, the best first:"
    for number, one in enumerate(found.needs[:5], 1):
        yield from wrapped(f"{number}. {safe(one.question)}", look, "  ", "     ")
        yield from wrapped(f"{one.why}; tell it with {_how(one)}", look, "     ")


def _how(one: Asking) -> str:
    if one.kind == "document":
        return "the file as evidence"
    return " ".join(f"--set {fact}=…" for fact in one.provides)


def _noticed(found: Diagnosis, look: Look) -> Iterator[str]:
    if found.noticed:
        yield ""
        yield "In the text:"
    for one in found.noticed:
        where = f" ({one.look})" if one.look else ""
        yield from wrapped(f"{one.kind}: {safe(one.value, 120)}{where}", look, "  ", "    ")


def _trace(found: Diagnosis, look: Look) -> Iterator[str]:
    yield ""
    yield "The path:"
    for one in found.trace:
        reached = "" if one["reached"] is True else f" (branch {one['reached']})"
        yield from wrapped(
            f"{one['tree']} › {one['step']}: {one['verdict'] or 'not judged'}{reached}", look, "  ", "    "
        )
        for row in one["facts"]:
            source = f" ({row['source']})" if row["source"] else ""
            yield from wrapped(safe(f"{row['fact']} = {_short(row['value'])}{source}"), look, "      ")
        if one["wrong_if"]:
            yield from wrapped(safe(one["wrong_if"]), look, "      ")
