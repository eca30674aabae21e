"""What would tell more: the steps that are open, and the acquisitions that decide them, the best first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from doctor.engine import tree
from doctor.engine.diagnosis import Asking
from doctor.engine.examined import lacks_of
from doctor.facts import acquisition
from doctor.model.state import Unknown

if TYPE_CHECKING:
    from doctor.engine.examined import Examined
    from doctor.facts.acquisition import Acquisition


def open_steps(examined: Examined) -> list[tuple[str, frozenset[str]]]:
    """Steps of entered trees that are not decided, each with the facts that it lacks."""
    found: dict[str, frozenset[str]] = {}
    for one in examined.trees:
        for step in one.steps:
            way = tree.reached(step, examined.view)
            if way is False:
                continue
            name = step.rule or f"advice {step.advice}"
            lacks = lacks_of(way) if step.rule is None else _lacking(examined, step.rule, lacks_of(way))
            if lacks and name not in found:
                found[name] = lacks
    return list(found.items())


def _lacking(examined: Examined, name: str, branch: frozenset[str]) -> frozenset[str]:
    """The facts that an open rule lacks; with those of an open branch, unless a report points to the rule."""
    judged = examined.judged.get(name, ())
    missing = [one.outcome.missing for one in judged if one.verdict in ("unknown", "suspected")]
    lacks = frozenset().union(*(lacks_of(one) for one in missing if one is not None)) if missing else frozenset()
    return lacks | branch if lacks and name not in examined.suspects else lacks


def needs(examined: Examined) -> tuple[Asking, ...]:
    """What to obtain next, the best first: see `_worth`."""
    steps = open_steps(examined)
    useful = [
        (_worth(examined, one, steps), one) for one in acquisition.acquisitions() if _possible(examined, one, steps)
    ]
    useful.sort(key=lambda pair: pair[0])
    return tuple(_asking(examined, one, steps) for _, one in useful)


def _possible(examined: Examined, one: Acquisition, steps: list[tuple[str, frozenset[str]]]) -> bool:
    if one.id in examined.case.asked or set(one.kinds) & {view.document.kind for view in examined.view.documents}:
        return False
    told = acquisition.provided(one)
    return any(told & (lacks if one.kind == "document" else _askable(examined, lacks)) for _, lacks in steps)


def _askable(examined: Examined, lacks: frozenset[str]) -> frozenset[str]:
    """Facts that nobody has declined: that a document does not show a fact is no reason not to ask."""
    return frozenset(name for name in lacks if not _refused(examined, name))


def _refused(examined: Examined, name: str) -> bool:
    value = examined.view[name]
    if not isinstance(value, Unknown):
        return False
    declined = any(isinstance(one.value, Unknown) for one in examined.view.given.get(name, ()))
    return declined or value.missing.get(name) == "ambiguous"


def _worth(examined: Examined, one: Acquisition, steps: list[tuple[str, frozenset[str]]]) -> tuple[Any, ...]:
    """Decides the likeliest suspect; decides any; is free; spares the customer a capture; decides most for what
    it costs; is cheap; comes early; its id."""
    told = acquisition.provided(one)
    decided = [name for name, lacks in steps if lacks <= told]
    touched = [number for number, (_, lacks) in enumerate(steps) if lacks & told]
    likely = min(
        (examined.suspects.index(name) for name in decided if name in examined.suspects), default=len(examined.suspects)
    )
    return (
        likely, not decided, one.cost > acquisition.FREE, one.cost >= acquisition.CAPTURE,
        -len(decided) / one.cost, one.cost, touched[0], one.id,
    )  # fmt: skip


def _asking(examined: Examined, one: Acquisition, steps: list[tuple[str, frozenset[str]]]) -> Asking:
    told = acquisition.provided(one)
    decided = tuple(name for name, lacks in steps if lacks <= told)
    touched = tuple(name for name, lacks in steps if lacks & told)
    wanted = {fact for _, lacks in steps for fact in lacks}
    words = examined.book.words(examined.provider)
    return Asking(
        one.id, one.kind, _worded(one.question, words), tuple(sorted(told & wanted)) or one.provides,
        decided or touched, _why(decided, touched), _worded(one.help, words),
        tuple((choice.label, choice.facts) for choice in one.choices),
    )  # fmt: skip


def about(examined: Examined, fact: str) -> Asking | None:
    """The question for one fact, in the words of the case's product; None for a fact that nobody can tell."""
    one = acquisition.by_id(f"ask:{fact}")
    return None if one is None else _asking(examined, one, [])


def _why(decided: tuple[str, ...], touched: tuple[str, ...]) -> str:
    if decided:
        return f"decides {', '.join(decided[:3])}" + (f" and {len(decided) - 3} more" if len(decided) > 3 else "")
    return f"needed, with other answers, for {', '.join(touched[:3])}"


def _worded(text: str, words: Any) -> str:
    from doctor.engine.template import fields

    for name, _ in fields(text):
        text = text.replace(f"{{{name}}}", words(name) or name)
    return text
