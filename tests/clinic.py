"""`make clinic`: does doctor name the right cause? A confusion table over patients made with fresh keys.

Each patient (`tests/factory/clinic_*.py`) has one label, which comes from the specifications, and the
few ids that are true beside it. The headline is what doctor would say first: the first confirmed finding
of severity error or warning. A patient is right when its headline is its label; a label of lower severity
is right when it is told and nothing louder is. A confirmed error or warning that is neither the label nor
true beside it is a wrong cause, and one of those is worse than many missing ones.

`python -m tests.clinic` prints the table of `check`; with `--diagnose` that of `diagnose`, which is told in
a few vague words besides that signing in fails. Names of patients or labels behind it choose some.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING, Final, NamedTuple

import doctor
from doctor import library
from doctor.model.finding import Verdict
from tests.factory import clinic_all
from tests.factory.response import NOW

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from doctor.engine.rulebook import Rulebook
    from doctor.model.finding import Finding
    from tests.factory.clinic_case import Case

WANTED: Final = 0.98
"""The share of right headlines below which the clinic fails."""
LOUD: Final = ("error", "warning")
NOTHING: Final = "(nothing)"
ALIKE: Final = (
    "acs-url-mismatch", "destination-mismatch", "sp-entity-id-mismatch", "idp-entity-id-mismatch",
    "certificate-stale", "response-signature-invalid", "response-reformatted", "clock-skew", "response-expired",
    "login-took-long", "response-replayed", "name-id-missing", NOTHING,
)  # fmt: skip
"""What is easily confused, for the square table."""
VAGUE: Final = "Signing in with single sign-on fails."


class Outcome(NamedTuple):
    """What doctor said of a patient: confirmed ids, loud ones in the order of the report, crashed ones."""

    case: Case
    told: frozenset[str]
    loud: tuple[str, ...]
    crashed: tuple[str, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """The ids that must be told."""
        return tuple(one for one in (self.case.expected, self.case.second) if one is not None)

    @property
    def headline(self) -> str:
        """What doctor says first: a loud finding, else the label where it is told."""
        if self.loud:
            return self.loud[0]
        return self.case.expected if self.case.expected in self.told and self.case.expected else NOTHING

    @property
    def right(self) -> bool:
        """Whether the headline is the label, and both of two labels are told."""
        allowed = self.labels or (NOTHING,)
        return self.headline in allowed and self.told.issuperset(self.labels) and not self.crashed

    @property
    def wrong_causes(self) -> tuple[str, ...]:
        """Loud findings that are not true of this patient."""
        true = {*self.labels, *self.case.also}
        return tuple(dict.fromkeys(one for one in self.loud if one not in true)) + self.crashed


def checked(case: Case, book: Rulebook | None = None) -> Outcome:
    """The patient as `doctor.check` sees it; what only people can tell goes to `diagnose`."""
    if case.facts:
        return diagnosed(case, book)
    return _outcome(case, doctor.check(case.make(), book=book, **case.given).findings)


def diagnosed(case: Case, book: Rulebook | None = None, symptom: str | None = None) -> Outcome:
    """The patient as `doctor.diagnose` sees it."""
    with TemporaryDirectory() as folder:
        path = _kept(Path(folder), "evidence", case.make())
        given = {name: _kept(Path(folder), name, value) if isinstance(value, bytes) else value
                 for name, value in case.given.items()}  # fmt: skip
        found = doctor.diagnose(path, symptom=symptom, set=dict(case.facts), book=book, **given)
    return _outcome(case, found.findings)


def _kept(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def _outcome(case: Case, findings: Iterable[Finding]) -> Outcome:
    every = list(findings)
    confirmed = [one for one in every if one.verdict == Verdict.CONFIRMED]
    return Outcome(
        case, frozenset(one.id for one in confirmed), tuple(one.id for one in confirmed if one.severity in LOUD),
        tuple(f"{one.id} (crashed)" for one in every if one.verdict == Verdict.CRASHED),
    )  # fmt: skip


def chosen(words: Sequence[str]) -> list[Case]:
    """The patients of these names or labels; all when none is named."""
    wanted = {word for word in words if not word.startswith("--")}
    return [one for one in clinic_all.CASES if not wanted or wanted & {one.name, one.expected or NOTHING}]


def run(words: Sequence[str]) -> list[Outcome]:
    """Every chosen patient, seen once. Metadata and certificates have no sign-in to diagnose."""
    book = library.rulebook(library.Options(at=NOW))
    if "--diagnose" not in words:
        return [checked(one, book) for one in chosen(words)]
    files = {one.name for one in clinic_all.FILES}
    return [diagnosed(one, book, VAGUE) for one in chosen(words) if one.name not in files]


def table(outcomes: Sequence[Outcome]) -> Iterable[str]:
    """One row for each label: how many patients, how many right, and what the headlines were."""
    rows: dict[str, list[Outcome]] = {}
    for one in outcomes:
        rows.setdefault(one.case.expected or NOTHING, []).append(one)
    yield f"{'label':<36} {'n':>3} {'right':>5}  headlines"
    for label in sorted(rows):
        found = Counter(one.headline for one in rows[label])
        others = ", ".join(f"{name} {count}" for name, count in found.most_common())
        yield f"{label:<36} {len(rows[label]):>3} {sum(one.right for one in rows[label]):>5}  {others}"


def square(outcomes: Sequence[Outcome]) -> Iterable[str]:
    """What is easily confused: labels down, headlines across, patients with one defect."""
    found = Counter((one.case.expected or NOTHING, one.headline) for one in outcomes if one.case.second is None)
    yield f"{'label (rows), headline (columns)':<34}" + "".join(f"{number:>4}" for number in range(1, len(ALIKE) + 1))
    for number, label in enumerate(ALIKE, 1):
        cells = "".join(f"{found[label, other] or '.':>4}" for other in ALIKE)
        elsewhere = sum(count for (row, got), count in found.items() if row == label and got not in ALIKE)
        yield f"{number:>2} {label:<31}{cells}" + (f"  +{elsewhere} elsewhere" if elsewhere else "")


def faults(outcomes: Sequence[Outcome]) -> Iterable[str]:
    """The patients that went wrong, each with what was wanted and what was told."""
    for one in outcomes:
        if one.right and not one.wrong_causes:
            continue
        wanted = " and ".join(one.labels) or NOTHING
        wrong = f"; wrong cause confirmed: {', '.join(one.wrong_causes)}" if one.wrong_causes else ""
        missing = [label for label in one.labels if label not in one.told]
        absent = f"; not told: {', '.join(missing)}" if missing else ""
        yield f"{one.case.name} ({one.case.change}): wanted {wanted}, headline {one.headline}{absent}{wrong}"


def main(words: Sequence[str]) -> int:
    """Print the tables; 1 when too few headlines are right, or a wrong cause is confirmed."""
    begin = perf_counter()
    outcomes = run(words)
    right = sum(one.right for one in outcomes)
    wrong = sum(bool(one.wrong_causes) for one in outcomes)
    for part in (table(outcomes), square(outcomes), faults(outcomes)):
        print("\n".join(part), end="\n\n")
    share = right / len(outcomes) if outcomes else 0.0
    print(f"{len(outcomes)} patients, {right} with the right headline ({share:.1%}, wanted {WANTED:.0%}), "
          f"{wrong} with a wrong cause confirmed (wanted 0), {perf_counter() - begin:.1f} s")  # fmt: skip
    return 0 if share >= WANTED and not wrong else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
