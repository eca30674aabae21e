"""The rules for people: the list, one rule's page, lint and test results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from doctor.report.safe import line as safe
from doctor.report.text import WHO, Look, wrapped
from doctor.report.words import template

if TYPE_CHECKING:
    from collections.abc import Iterator


def listing(data: dict[str, Any], _look: Look) -> str:
    """A line for each rule."""
    rows = data["rules"]
    wide = max(len(row["id"]) for row in rows)
    lines = [f"{row['id']:<{wide}}  {row['severity']:<7}  {row['title']}" for row in rows]
    return "\n".join([*lines, f"{len(rows)} rule{'s' * (len(rows) != 1)}"]) + "\n"


def page(data: dict[str, Any], look: Look) -> str:
    """One rule: what it means, when it holds, what to do, what would prove it wrong."""
    rule = data["rule"]
    lines = [f"{rule['id']}   {rule['severity']} · {', '.join(rule['document'])}", *wrapped(rule["title"], look, "")]
    lines += ["", "Says", *wrapped(template(rule["message"]), look, "  ")]
    lines += ["", "Holds when", *_condition(rule)]
    lines += ["", f"Fix ({WHO.get(rule['who'], rule['who'])})"]
    lines += [part for line in rule["fix"] for part in wrapped(template(line), look, "  - ", "    ")]
    lines += ["", "Would be wrong if", *wrapped(template(rule["wrong_if"]), look, "  ")]
    lines += ["", "Rests on"]
    for cited in rule["cite"]:
        lines += wrapped(f"{cited['title']}: {cited['says'] or ''}", look, "  - ", "    ")
        lines.append(f"    {cited['url']}")
    return "\n".join([*lines, "", f"file {rule['file']}"]) + "\n"


def several(data: dict[str, Any], look: Look) -> str:
    """The pages of several rules, one behind the other."""
    return "\n\n".join(page({"rule": rule}, look) for rule in data["rules"])


def _condition(rule: dict[str, Any]) -> Iterator[str]:
    if rule["applies"]:
        yield f"  applies   {plain(rule['applies'])}"
    if rule["for_each"]:
        yield f"  for each  {rule['for_each']}"
    yield f"  when      {plain(rule['when'])}"
    for key in ("escalate", "relax"):
        for change in rule[key]:
            yield f"  {change['to']} when {plain(change['when'])}"


def plain(condition: Any) -> str:
    """A condition on one line, as it is written in YAML."""
    if isinstance(condition, dict):
        return "{" + ", ".join(f"{key}: {plain(value)}" for key, value in condition.items()) + "}"
    if isinstance(condition, list):
        return "[" + ", ".join(plain(value) for value in condition) + "]"
    return str(condition).lower() if isinstance(condition, bool) else str(condition)


def error_texts(data: dict[str, Any], look: Look) -> str:
    """What an error text may mean, the likeliest first, with what it quotes and where to look."""
    lines: list[str] = []
    for number, one in enumerate(data["matches"][:8], 1):
        whose = ", ".join(part for part in (one["emitter"], one["idp"], one["protocol"], one["stage"]) if part)
        lines += wrapped(f"{number}. {one['code'] or one['id']} ({whose}): {one['means']}", look, "", "   ")
        lines += [
            part
            for name, value in one["facts"].items()
            for part in wrapped(f"says {name} = {safe(str(value))}", look, "   ")
        ]
        if one["suspects"]:
            lines += wrapped(f"points to {', '.join(one['suspects'])}", look, "   ", "     ")
        if one["look"]:
            lines += wrapped(f"look at {one['look']}", look, "   ", "     ")
        lines += wrapped(f"source {one['source']}", look, "   ", "     ")
    return "\n".join(lines) + "\n"


def lint(data: dict[str, Any], _look: Look) -> str:
    """Problems, a line each."""
    problems = data["problems"]
    closing = "no problems" if not problems else f"{len(problems)} problem{'s' * (len(problems) > 1)}"
    return "\n".join([*problems, closing]) + "\n"


def tests(data: dict[str, Any], _look: Look) -> str:
    """Failed examples, a line each, then the count."""
    failed = [one for one in data["results"] if not one["passed"]]
    lines = [f"{one['rule']}: {one['example']}: expected {one['expected']}, got {one['got']}" for one in failed]
    return "\n".join([*lines, f"{len(data['results']) - len(failed)} examples hold, {len(failed)} do not"]) + "\n"


def mutants(data: dict[str, Any], _look: Look) -> str:
    """Mutants that no example noticed, a line each, then the share of those that were."""
    found = data["mutants"]
    alive = [one for one in found if not one["killed"]]
    share = 100 * (len(found) - len(alive)) / len(found)
    lines = [f"{one['rule']}: {one['change']}" for one in alive]
    return "\n".join([*lines, f"{len(found) - len(alive)} of {len(found)} mutants killed ({share:.1f} %)"]) + "\n"


def changeless(rules: int) -> str:
    """Rules without any mutant: nothing in their conditions can be changed."""
    return f"{'this rule has' if rules == 1 else 'these rules have'} nothing to change, so no mutants\n"


def coverage(data: dict[str, Any], _look: Look) -> str:
    """Error entries that lead to no tested rule, a line each, then the count."""
    open_ = [
        f"{one['id']}: {', '.join(one['suspects']) or 'suspects nothing'}"
        for one in data["entries"]
        if not one["tested"]
    ]
    return "\n".join([*open_, f"{data['tested']} of {data['total']} error texts lead to a tested rule"]) + "\n"
