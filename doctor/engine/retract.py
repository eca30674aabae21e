"""What a case was given, row by row, and the case without one of the rows: whatever was told can be taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from doctor.facts import acquisition
from doctor.facts.registry import declared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from doctor.model.case import Case


class Given(NamedTuple):
    """One thing that a case was given. `kind`: answer, text or document; `key` names it among those of its kind.

    `value` of an answer is its JSON value, of a text its beginning; `source` says where it came from.
    """

    kind: str
    key: str
    label: str
    value: Any
    source: str


def given(case: Case) -> list[Given]:
    """Everything that people gave: answers and options, the latest question first, then texts and documents."""
    return [
        *_answers(case),
        *_texts(case),
        *(Given("document", one.sha256, one.name, None, "") for one in case.documents),
    ]


def _answers(case: Case) -> Iterator[Given]:
    told = {**case.options, **case.answers}
    order = {fact: at for at, one in enumerate(case.asked) for fact in _provides(one)}
    for name in sorted(told, key=lambda name: (-order.get(name, -1), name)):
        fact = declared(name)
        source = "your answer" if name in case.answers else case.sources.get(name, "")
        yield Given("answer", name, fact.label if fact and fact.label else name, told[name], source)


def _texts(case: Case) -> Iterator[Given]:
    for one in case.reports:
        yield Given("text", one, "text", one.strip().partition("\n")[0][:200], "")


def _provides(asked: str) -> tuple[str, ...]:
    one = acquisition.by_id(asked)
    return () if one is None else one.provides


def without(case: Case, one: Given) -> Case:
    """The case without it. What was asked for an answer can be asked again."""
    if one.kind == "document":
        return case._replace(documents=tuple(each for each in case.documents if each.sha256 != one.key))
    if one.kind == "text":
        return case._replace(reports=tuple(each for each in case.reports if each != one.key))
    asking = [each for each in case.asked if one.key in _provides(each)]
    gone = {one.key, *(fact for each in asking for fact in _provides(each) if fact in case.answers)}

    def kept(told: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in told.items() if name not in gone}

    return case._replace(
        answers=kept(case.answers), options=kept(case.options), sources=kept(case.sources),
        asked=tuple(each for each in case.asked if each not in asking),
    )  # fmt: skip
