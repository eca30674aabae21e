"""The messages of a handoff: notes, reply and request as Markdown, plain text, HTML and JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from doctor.report import difference, letter
from doctor.report.letter import Block, code, heading, linked, listed, paragraph, steps, title
from doctor.report.safe import line as safe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from doctor.engine.handoff import Handoff, Note, Problem
    from doctor.engine.paste import Value
    from doctor.engine.recipe import Question, Recipe, Request
    from doctor.engine.reply import Reply

SCHEMA: Final = "doctor/handoff/1"
FORMATS: Final = ("markdown", "text", "html", "json")
MAX_OPEN: Final = 8
"""Names of what was not checked that a note tells."""
MAX_SEEN: Final = 5
MAX_CITED: Final = 4


def markdown(found: Handoff) -> str:
    """All messages as Markdown, with a rule between them."""
    return "\n---\n\n".join(letter.markdown(blocks) for blocks in _letters(found))


def text(found: Handoff) -> str:
    """All messages as plain text."""
    return "\n\n\n".join(letter.text(blocks) for blocks in _letters(found))


def html(found: Handoff) -> str:
    """All messages as one page."""
    return letter.html(list(_letters(found)), f"Handoff: {found.case}" if found.case else "Handoff")


def as_data(found: Handoff) -> dict[str, Any]:
    """All messages as JSON data; a body is Markdown, every other text is on one line without control characters."""
    return {
        "schema": SCHEMA, "case": _harmless(found.case), "verdict": found.verdict,
        "notes": [_note_data(one) for one in found.notes],
        "reply": None if found.reply is None else {
            "subject": found.reply.subject, "body": letter.markdown(_reply_body(found.reply)),
        },
        "request": None if found.request is None else _request_data(found.request),
    }  # fmt: skip


def _note_data(one: Note) -> dict[str, Any]:
    data = one._asdict()
    head = {"for": data.pop("who"), "subject": subject(one), "body": letter.markdown(note_body(one))}
    lists = {name: list(data[name]) for name in ("more", "verify", "not_checked")}
    first = one.first and one.first._asdict()
    problems = [_problem_data(problem) for problem in one.problems]
    shown: dict[str, Any] = _harmless({**head, **data, **lists, "first": first, "problems": problems})
    return shown


def _harmless(data: Any) -> Any:
    """The data with texts that can be shown anywhere."""
    if isinstance(data, dict):
        return {key: value if key == "body" else _harmless(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_harmless(one) for one in data]
    return safe(data) if isinstance(data, str) else data


def _problem_data(one: Problem) -> dict[str, Any]:
    data = one._asdict()
    for name in ("seen", "steps", "decide"):
        data[name] = list(data[name])
    data["value"] = one.value and one.value._asdict()
    data["cite"] = [cited._asdict() for cited in one.cite]
    return data


def _request_data(one: Request) -> dict[str, Any]:
    def recipes(found: tuple[Recipe, ...]) -> list[dict[str, Any]]:
        return [{"name": each.name, "steps": list(each.steps), "commands": list(each.commands)} for each in found]

    def questions(found: tuple[Question, ...]) -> list[dict[str, Any]]:
        return [{**each._asdict(), "choices": list(each.choices)} for each in found]

    return {
        "subject": one.subject, "body": letter.markdown(_request_body(one)),
        "questions": questions(one.questions), "files": recipes(one.files), "record": recipes(one.record),
        "send": recipes(one.send), "never": list(one.never), "own": questions(one.own),
    }  # fmt: skip


def _letters(found: Handoff) -> Iterator[list[Block]]:
    for one in found.notes:
        yield [title(f"To the {one.role}"), paragraph(f"Subject: {subject(one)}"), *note_body(one)]
    if found.reply is not None:
        yield [title("To the customer"), paragraph(f"Subject: {found.reply.subject}"), *_reply_body(found.reply)]
    if found.request is not None:
        yield [title("Request for evidence"), paragraph(f"Subject: {found.request.subject}"),
               *_request_body(found.request)]  # fmt: skip
        if found.request.own:
            yield [title("To look up on your own side"), listed([_question(each) for each in found.request.own])]


# ── a note ────────────────────────────────────────────────────────────────────────────────────────────────


def subject(one: Note) -> str:
    """The subject line of a note."""
    about = _about(one)
    if not one.problems:
        return f"{about}: nothing to change so far"
    others = len(one.problems) - 1 + len(one.more)
    more = f" (and {others} more)" if others else ""
    return f"{about}: {'' if one.verdict == 'confirmed' else 'suspected: '}{one.problems[0].title}{more}"


def _about(one: Note) -> str:
    area = one.area[0].upper() + one.area[1:]
    return f"{area} with {one.product}" if one.product else area


RECHECK = (
    "The corrected file, or a new recording, can be judged with doctor on your own computer; "
    "with --acs-url, --sp-entity-id and --idp-metadata it compares both sides:"
)
RECHECK_BESIDE = (
    "The corrected file, or a new recording, can be judged with doctor on your own computer, beside what is known "
    "of the other side:"
)


def note_body(one: Note) -> list[Block]:
    """What a note says, without its head."""
    blocks = [paragraph(*_opening(one))]
    for number, problem in enumerate(one.problems, 1):
        blocks += _problem(problem, number if len(one.problems) > 1 else None)
    if one.verify:
        blocks += [heading("How to tell that it worked"), steps(one.verify)]
    if one.recheck:
        words = RECHECK_BESIDE if " --" in one.recheck else RECHECK
        blocks += [paragraph(words), code(one.recheck)]
    if one.more:
        blocks += [heading("Noticed as well"), listed(one.more)]
    if one.not_checked:
        blocks += [heading("Not checked, since nobody has told it"), listed(_shortened(one.not_checked, MAX_OPEN))]
    return blocks


def _opening(one: Note) -> Iterator[str]:
    about = _about(one)
    if not one.problems:
        yield f"{about}: nothing is proven or suspected that the {one.role} would have to change."
        if one.first is not None:
            yield f"What was found goes to the {one.first.role}: “{one.first.title}”."
        else:
            yield "What is still needed to find the cause stands in the request for evidence."
    elif one.verdict == "suspected":
        yield f"{about} does not work as it should. What follows is suspected and not proven."
        yield "Please check it before you change anything."
    else:
        fails = any(problem.severity == "error" and problem.verdict == "confirmed" for problem in one.problems)
        yield f"{about} {'cannot work as it is set up now' if fails else 'needs a correction'}."
        yield "What follows is proven by the evidence at hand."
    if one.first is not None and one.problems:
        yield f"The first finding is another one, which goes to the {one.first.role}: “{one.first.title}”."
        yield "What stands here may follow from it, so ask whether that one is settled."


def _problem(one: Problem, number: int | None) -> Iterator[Block]:
    suspected = one.verdict == "suspected"
    yield heading(f"{f'{number}) ' if number else ''}{'Suspected: ' if suspected else ''}{one.title}")
    if one.message != one.title:
        yield paragraph(one.message)
    if one.seen:
        yield paragraph(f"Seen in {'; '.join(_shortened(one.seen, MAX_SEEN))}.")
    if one.decide:
        yield paragraph("What would prove it:")
        yield listed(one.decide)
    if one.value is not None:
        yield from _value(one.value)
    if one.steps:
        yield paragraph(f"What to do{' once it is proven' if suspected else ''}:")
        yield steps(one.steps)
    if one.wrong_if:
        yield paragraph(one.wrong_if)
    if one.cite:
        yield paragraph("Why it is so:")
        yield linked((cited.title, cited.url) for cited in one.cite[:MAX_CITED])


def _value(one: Value) -> Iterator[Block]:
    """What is to be entered and what stands there; a description is no code."""
    place = _place(one)
    if one.expected is not None:
        yield paragraph(f"To paste into {place}:" if one.paste else "What should be there:" if one.exact else "Needed:")
        yield code(one.expected) if one.exact else paragraph(one.expected)
    elif one.note and place:
        yield paragraph(f"Concerns {place}.")
    if one.note:
        yield paragraph(one.note)
    if one.actual is not None:
        yield paragraph("What stands there now:" if one.exact else "Found:")
        yield code(one.actual) if one.exact else paragraph(one.actual)
    if one.exact and one.expected is not None and one.actual is not None and one.expected != one.actual:
        at = difference.column(one.expected, one.actual) + 1
        kind = f" ({one.difference.replace('-', ' ')})" if one.difference else ""
        yield paragraph(f"The two differ from character {at} on{kind}.")


def _place(one: Value) -> str | None:
    """The field and the way to it; words that stand for every product have brackets of their own."""
    if one.field is None or one.where is None:
        return one.field or one.where
    return f"{one.field}, in {one.where}" if "(" in one.field else f"{one.field} ({one.where})"


def _shortened(names: tuple[str, ...], limit: int) -> list[str]:
    more = len(names) - limit
    return [*names[:limit], *([f"and {more} more"] if more > 0 else [])]


# ── reply and request ─────────────────────────────────────────────────────────────────────────────────────


def _reply_body(one: Reply) -> list[Block]:
    return [paragraph(line) for line in one.body]


def _request_body(one: Request) -> Iterator[Block]:
    yield from (paragraph(line) for line in one.body)
    if one.questions:
        yield heading("Please tell us")
        yield steps([_question(each) for each in one.questions])
    for recipe in one.files:
        yield heading(f"Please send: {recipe.name}")
        yield from _recipe(recipe)
    for recipe in one.record:
        yield heading(f"Recording: {recipe.name}")
        yield from _recipe(recipe)
    for recipe in one.send:
        yield heading(f"Sending: {recipe.name}")
        yield from _recipe(recipe)
    yield heading("Please never send")
    yield listed(one.never)


def _recipe(one: Recipe) -> Iterator[Block]:
    if one.commands:
        yield code(*one.commands)
    yield steps(one.steps) if len(one.steps) > 1 else paragraph(*one.steps)


def _question(one: Question) -> str:
    answers = f" ({' / '.join(one.choices)})" if one.choices else ""
    return f"{one.text}{answers}" + (f" {one.help}" if one.help else "")
