"""The report for people: findings by severity, the line of the file, both values, the fix."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from doctor.model.finding import BY_EYE, SEVERITIES
from doctor.report import difference
from doctor.report.safe import line as safe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from doctor.model.finding import Finding, Report, Subject

KINDS: Final = {
    "idp-metadata": "IdP metadata", "sp-metadata": "SP metadata", "metadata-aggregate": "metadata aggregate",
    "certificate": "certificate", "csr": "certificate request", "private-key": "private key",
    "saml-response": "SAML response", "saml-assertion": "SAML assertion", "saml-request": "SAML request",
    "saml-logout": "SAML logout message", "capture": "browser capture", "callback": "callback URL",
    "oidc-discovery": "OpenID discovery document", "jwks": "key set (JWKS)", "token": "token",
    "connection": "connection", "directory": "directory", "event": "event", "idp-application": "IdP application export",
    "scim": "SCIM message", "error-text": "error text", "case": "case", "html": "HTML page", "unknown": "unknown input",
}  # fmt: skip
WHO: Final = {
    "idp-admin": "identity-provider admin", "app-admin": "application admin", "developer": "developer",
    "user": "user", "vendor": "vendor",
}  # fmt: skip
_COLOURS: Final = {"error": "\x1b[31m", "warning": "\x1b[33m", "notice": "\x1b[36m", "info": "\x1b[2m"}
_RESET: Final = "\x1b[0m"
INDENT: Final = 7


class Look(NamedTuple):
    """How the text is drawn: its width in columns, colour or none, characters beyond ASCII or none.

    `rules` is the folder of more rules with which was judged, as it was given.
    """

    width: int = 80
    colour: bool = False
    unicode: bool = True
    compact: bool = False
    rules: str = ""


def report(found: Report, look: Look, names: dict[str, str]) -> str:
    """The whole report. `names` gives the product's name for a provider id."""
    lines: list[str] = []
    if look.compact:
        lines += [_compact(one, look) for one in found.findings]
    else:
        for subject in found.subjects:
            lines += subject_lines(subject, [one for one in found.findings if one.subject == subject.name], look, names)
    lines += closing(found, look)
    return "\n".join(lines) + "\n"


def _compact(one: Finding, look: Look) -> str:
    where = f":{one.line}" if one.line else ""
    return f"{safe(one.subject)}{where}: {_painted(one.severity, look)}: {safe(_whole(one))} [{one.id}]"


def _whole(one: Finding) -> str:
    """What is wrong in one line: the title, and what is more to say."""
    return one.title if one.message in ("", one.title) else f"{one.title}: {one.message}"


def subject_lines(subject: Subject, findings: list[Finding], look: Look, names: dict[str, str]) -> list[str]:
    """One subject: its heading, then its findings, worst first."""
    lines = [*_heading(subject, look, names), *_flow(subject, look), *_status(subject, look)]
    told = {one.id: subject.totals[one.id] for one in findings if subject.totals.get(one.id, 0) > 1}
    seen: set[str] = set()
    for one in findings:
        if one.id in told and one.id in seen:
            continue
        seen.add(one.id)
        lines += ["", *finding_lines(one, look, names.get(subject.provider or ""))]
        if subject.kind == "metadata-aggregate" and one.entity and one.id not in told:
            lines += wrapped(
                f"in {safe(one.entity, 120)}" + (f", line {one.line}" if one.line else ""), look, " " * INDENT
            )
        if one.id in told:
            lines.append(_totalled(one, told[one.id], findings, look))
    if findings:
        return [*lines, ""]
    return [*lines, "   nothing wrong found" if subject.judged else "   recognised; no rule judges this kind yet", ""]


def _totalled(one: Finding, total: int, findings: list[Finding], look: Look) -> str:
    named = [safe(other.entity or "?", 60) for other in findings if other.id == one.id][:3]
    text = f"in {total:,} entities: {', '.join(named)}" + (" and more" if total > len(named) else "")
    return "\n".join(wrapped(text, look, " " * INDENT))


def _heading(subject: Subject, look: Look, names: dict[str, str]) -> list[str]:
    parts = [KINDS.get(subject.kind, subject.kind)]
    if subject.provider:
        told = ", ".join(safe(str(value)) for name in ("tenant", "environment") if (value := subject.summary.get(name)))
        parts.append(names.get(subject.provider, subject.provider) + (f" ({told})" if told else ""))
    for key in ("entity_id", "name", "title", "issuer", "root", "says"):
        if value := subject.summary.get(key):
            parts.append(safe(str(value[0] if isinstance(value, list) else value), 200))
            break
    if "entities" in subject.summary:
        parts.append(f"{subject.summary['entities']:,} entities")
    dot = " · " if look.unicode else " | "
    return wrapped(f"{safe(subject.name)}   {dot.join(parts)}", look, "", "   ")


def _status(subject: Subject, look: Look) -> list[str]:
    """What is known of the words beside a failure's status."""
    says: Any = subject.summary.get("status_says") or ()
    to: Any = subject.summary.get("points_to") or ()
    lines = [line for text in says for line in wrapped(f"it says: {safe(text)}", look, " " * 25)]
    return lines + (
        wrapped(f"points to: {', '.join(map(safe, to))}; doctor diagnose follows it", look, " " * 25)
        if says and to
        else []
    )


def _flow(subject: Subject, look: Look) -> list[str]:
    """The flow of a sign-in: a line for each step, and under it by what it was signed."""
    rows: Any = subject.summary.get("flow") or ()
    arrow = "→" if look.unicode else "->"
    lines = []
    for row in rows:
        way = (
            f"{safe(row['from'] or '?', 60)} {arrow} {safe(row['to'] or '?', 80)}"
            if row["from"]
            else safe(row["to"] or "?", 90)
        )
        lines += wrapped(f"{row['at'] or 'time unknown':<20}  {safe(row['what'], 120)}", look, "   ", " " * 25)
        lines += wrapped(way, look, " " * 25)
        if row["signed"]:
            lines += wrapped(f"signed: {safe(row['signed'], 200)}", look, " " * 25)
    return lines


def finding_lines(one: Finding, look: Look, product: str | None = None) -> list[str]:
    """One finding, in full; of mere information the message is enough."""
    verdict = "" if one.verdict == "confirmed" else f"  ({one.verdict})"
    lines = [f"{_painted(one.severity, look)}  {one.id}{verdict}", *wrapped(safe(one.title), look, " " * INDENT)]
    lines += _seen(one, look)
    if one.severity == "info":
        return lines
    lines += list(_values(one, look))
    lines += _fix(one, product, look)
    lines += _elsewhere(one, look)
    sources = ", ".join(list(dict.fromkeys(safe(cited.title) for cited in one.cite))[:2])
    return [*lines, *wrapped(f"see {sources}; doctor explain {one.id}{_with(look.rules)}", look, "   ", "       ")]


def _with(rules: str) -> str:
    """The option without which a command would not know the folder of rules that judged."""
    if not rules:
        return ""
    from shlex import quote

    return f" --rules {quote(safe(rules))}"


def _elsewhere(one: Finding, look: Look) -> list[str]:
    """Why the same thing passes in one product and fails in another."""
    if one.elsewhere is None or not one.elsewhere.accept:
        return []
    told = f"elsewhere  passes in {', '.join(one.elsewhere.accept)}"
    if one.elsewhere.refuse:
        told += f"; refused by {', '.join(one.elsewhere.refuse)}"
    return wrapped(told + (f". {one.elsewhere.note}" if one.elsewhere.note else ""), look, "   ", "       ")


def _seen(one: Finding, look: Look) -> list[str]:
    """The line of the file, and what was found there."""
    bar = "│" if look.unicode else "|"
    lines = []
    if one.excerpt and one.severity != "info":
        lines.append(f"{one.line or '':>5} {bar} {_cut(safe(one.excerpt), look.width - 8)}")
    if one.message != one.title:
        lines += wrapped(safe(one.message), look, f"      {bar} ")
    return lines


def _fix(one: Finding, product: str | None, look: Look) -> list[str]:
    """Who must do what: one step on the same line, several as a numbered list."""
    head = f"fix ({_who(one, product)})"
    if len(one.fix) == 1:
        return wrapped(f"{head} {safe(one.fix[0])}", look, "   ", "       ")
    steps = [wrapped(f"{n}. {safe(text)}", look, "     ", "        ") for n, text in enumerate(one.fix, 1)]
    return [f"   {head}", *(line for step in steps for line in step)]


def _who(one: Finding, product: str | None) -> str:
    if one.who == "idp-admin" and product:
        return f"{product} admin"
    return WHO.get(one.who or "", one.who or "")


def _values(one: Finding, look: Look) -> Iterator[str]:
    """Expected and received, with the differing part marked under the second."""
    if one.expected is None or one.actual is None:
        return
    indent = " " * 7
    yield from _value("expected", one.expected, look)
    yield from _value("received", one.actual, look)
    if one.difference:
        at = difference.column(one.expected, one.actual)
        mark = "▲" if look.unicode else "^"
        yield f"{indent}          {' ' * at}{mark} {one.difference.replace('-', ' ')}"


def _value(name: str, text: str, look: Look) -> list[str]:
    """A value whole on its line, so that two can be compared; a sentence is wrapped."""
    line = f"{' ' * INDENT}{name}  {safe(text)}"
    return (
        wrapped(line.strip(), look, " " * INDENT, " " * 17)
        if " " in text.strip() and len(line) > look.width
        else [line]
    )


def closing(found: Report, look: Look) -> list[str]:
    """What was not read and not checked, notes, and the counts."""
    lines = []
    for problem in found.unreadable:
        lines += wrapped(f"not read  {safe(problem)}", look, "", "          ")
    for (reason, how), labels in _open(found).items():
        way = how if how == BY_EYE else f"give {how}"
        lines += wrapped(f"not checked  {', '.join(labels)} ({reason}: {way})", look, "", " " * 13)
    for note in found.notes:
        lines += wrapped(f"note  {safe(note)}", look, "", "      ")
    return [*lines, f"{counts(found.counts)}{' · ' if look.unicode else ' | '}{found.rules_run:,} rules"]


def _open(found: Report) -> dict[tuple[str, str], list[str]]:
    """What was not checked, by what would tell it."""
    told: dict[tuple[str, str], list[str]] = {}
    for one in found.not_checked:
        labels = told.setdefault((one.reason, one.how), [])
        if one.label not in labels:
            labels.append(one.label)
    return told


def counts(found: dict[str, int]) -> str:
    """The counts in words, worst first, without the zeros."""
    parts = [f"{found[name]:,} {_plural(name, found[name])}" for name in SEVERITIES if found[name]]
    return ", ".join(parts) or "no findings"


def _plural(name: str, count: int) -> str:
    return name if count == 1 or name == "info" else name + "s"


def _painted(severity: str, look: Look) -> str:
    return f"{_COLOURS[severity]}{severity}{_RESET}" if look.colour else str(severity)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def wrapped(text: str, look: Look, first: str, rest: str | None = None) -> list[str]:
    """The text in lines of the look's width, the first and the others indented as given."""
    return textwrap.wrap(
        text, look.width, initial_indent=first, subsequent_indent=first if rest is None else rest,
        break_long_words=False, break_on_hyphens=False,
    ) or [first]  # fmt: skip
