"""`make agreement`: does doctor say of real SAML messages what the test suites say that they come from?

A file of `../shared/corpus` may carry an `upstream_verdict`: a test of its own repository asserts that the
toolkit accepts or rejects it. `tests/agreement.yaml` tells, for each such file, with which settings that test
runs (its own words are not repeated there), and lists every disagreement with who is right.

doctor rejects what has a confirmed finding of severity error, and accepts everything else. It is told what
the service provider of the test knows:

- a strict one: the ACS URL where the message arrives, its own entity ID, the identity provider's entity ID
  and certificates, and the time;
- one that is not strict compares nothing of these but the signature. So doctor gets the certificates alone, as
  those of the issuer that the message names, at the time at which the message says it was issued.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import yaml

import doctor
from tests import upstream_message
from tests.upstream_settings import Settings, certificate, read

if TYPE_CHECKING:
    from collections.abc import Iterable

CORPUS: Final = Path(__file__).resolve().parents[2] / "shared" / "corpus"
DATA: Final = Path(__file__).with_suffix(".yaml")
NOW: Final = datetime(2026, 11, 22, 9, tzinfo=UTC)
DECIDED: Final = ("accept", "reject")
RIGHT: Final = ("doctor", "upstream", "both")
_OVERRIDES: Final = ("sp_entity_id", "acs_url", "idp_entity_id", "fingerprint")


class Case(NamedTuple):
    """One verdict of an upstream test: the file, what the service provider knows, why it rejects.

    `settings`: their name in `agreement.yaml`. `reasons`: the rules that say what the upstream test says.
    `depends`: the file has another verdict with other settings.
    """

    file: str
    repo: str
    settings: str
    known: Settings
    strict: bool
    at: datetime | None
    verdict: str
    reasons: tuple[str, ...]
    depends: bool

    @property
    def key(self) -> tuple[str, str, bool]:
        return self.file, self.settings, self.strict


class Outcome(NamedTuple):
    """What doctor says of a case: the ids of its errors in the order of the report."""

    case: Case
    errors: tuple[str, ...]
    crashed: bool

    @property
    def verdict(self) -> str:
        return "reject" if self.errors else "accept"

    @property
    def agrees(self) -> bool:
        return self.verdict == self.case.verdict

    @property
    def same_reason(self) -> bool:
        """Whether one of the errors is what the upstream test gives as its reason."""
        return self.agrees and (self.case.verdict == "accept" or bool(set(self.errors) & set(self.case.reasons)))


class Disagreement(NamedTuple):
    """A listed disagreement: `doctor` are the errors that it finds, `right` who is right, and why."""

    file: str
    settings: str
    strict: bool
    doctor: tuple[str, ...]
    right: str
    why: str

    @property
    def key(self) -> tuple[str, str, bool]:
        return self.file, self.settings, self.strict


@cache
def manifest() -> dict[str, dict[str, Any]]:
    """The lines of the corpus that have a verdict, by file."""
    lines = (CORPUS / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    return {line["file"]: line for line in map(json.loads, lines) if line.get("upstream_verdict")}


@cache
def data() -> dict[str, Any]:
    """The content of `agreement.yaml`."""
    found: dict[str, Any] = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    return found


def cases() -> list[Case]:
    """All cases, in the order of `agreement.yaml`."""
    return [_case(file, group) for group in data()["cases"] for file in group["files"]]


def _case(file: str, group: dict[str, Any]) -> Case:
    line = manifest()[file]
    declared = data()["settings"][group["settings"]]
    depends = line["upstream_verdict"] not in DECIDED
    return Case(
        file=file,
        repo=line["repo"],
        settings=group["settings"],
        known=_settings(declared),
        strict=bool(group.get("strict", False)),
        at=declared.get("at"),
        verdict=group["verdict"] if depends else line["upstream_verdict"],
        reasons=tuple(group.get("reasons", ())),
        depends=depends,
    )


def _settings(declared: dict[str, Any]) -> Settings:
    """The settings file that a test loads, with what the test itself changes in it."""
    found = read(CORPUS / "params" / declared["params"]) if "params" in declared else Settings()
    if "fingerprint" in declared or "certificate" in declared:
        found = found._replace(certificates=(), fingerprint=None)
    if "certificate" in declared:
        text = (CORPUS / declared["certificate"]).read_text(encoding="utf-8")
        found = found._replace(certificates=(certificate(text),))
    return found._replace(**{name: declared[name] for name in _OVERRIDES if name in declared})


def options(case: Case) -> dict[str, Any]:
    """The options for `doctor.check`: what the service provider of the test knows."""
    text = upstream_message.text_of(CORPUS / case.file)
    own_issuer, fingerprint = upstream_message.issuer(text), case.known.fingerprint
    trusted = upstream_message.certificates(text, fingerprint) if fingerprint else case.known.certificates
    if not case.strict:
        return {"at": upstream_message.instant(text) or case.at} | _identity_provider(own_issuer, trusted)
    given = {"at": case.at, "acs_url": case.known.acs_url, "sp_entity_id": case.known.sp_entity_id}
    return given | _identity_provider(case.known.idp_entity_id or own_issuer, trusted)


def _identity_provider(entity_id: str | None, trusted: tuple[str, ...]) -> dict[str, Any]:
    if entity_id and trusted:
        return {"idp_metadata": upstream_message.metadata(entity_id, trusted)}
    return {"idp_entity_id": entity_id} if entity_id else {}


def judged(case: Case) -> Outcome:
    """What doctor says of a case."""
    report = doctor.check(CORPUS / case.file, fail_on="never", **options(case))
    errors = [one.id for one in report.findings if one.verdict == "confirmed" and one.severity == "error"]
    crashed = any(one.verdict == "crashed" for one in report.findings)
    return Outcome(case, tuple(dict.fromkeys(errors)), crashed)


def listed() -> list[Disagreement]:
    """The disagreements that `agreement.yaml` lists."""
    return [
        Disagreement(
            file,
            entry["settings"],
            bool(entry.get("strict", False)),
            tuple(entry.get("doctor", ())),
            entry["right"],
            entry["why"],
        )
        for entry in data()["disagreements"]
        for file in entry["files"]
    ]


def unexplained(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Disagreements that are not listed, or listed with other findings than doctor has."""
    known = {one.key: one.doctor for one in listed()}
    return [one for one in outcomes if not one.agrees and known.get(one.case.key) != one.errors]


def settled(outcomes: Iterable[Outcome]) -> list[Disagreement]:
    """What is listed as a disagreement although there is none."""
    apart = {one.case.key for one in outcomes if not one.agrees}
    return [one for one in listed() if one.key not in apart]


def rate(outcomes: Iterable[Outcome]) -> float:
    """The share of cases in which doctor gives the upstream verdict."""
    all_of_them = list(outcomes)
    return sum(one.agrees for one in all_of_them) / len(all_of_them)


def table(outcomes: list[Outcome]) -> list[str]:
    """Counts per repository: cases, agreements, rejections for the upstream reason."""
    lines = [f"{'repository':<32}{'cases':>6}{'agree':>7}{'same reason':>13}"]
    for repo in [*sorted({one.case.repo for one in outcomes}), "all"]:
        own = [one for one in outcomes if repo in ("all", one.case.repo)]
        lines.append(f"{repo:<32}{len(own):>6}{sum(o.agrees for o in own):>7}{sum(o.same_reason for o in own):>13}")
    return lines


def described(outcome: Outcome) -> str:
    """A case in one line."""
    case = outcome.case
    found = ", ".join(outcome.errors) or "no error"
    mode = "strict" if case.strict else "not strict"
    return f"{case.file}\n      {case.settings}, {mode}: upstream {case.verdict}, doctor {outcome.verdict}: {found}"


def main(words: list[str]) -> int:
    """Print the agreement; with `--unexplained` only what is not explained, and exit 1 when there is any."""
    if not CORPUS.is_dir():
        print("no corpus beside the project: nothing to compare")
        return 0
    outcomes = [judged(case) for case in cases()]
    open_ones = unexplained(outcomes)
    if "--unexplained" not in words:
        _print_all(outcomes)
    print(f"\nnot explained: {len(open_ones)}")
    for one in open_ones:
        print(f"  {described(one)}")
    return 1 if open_ones and "--unexplained" in words else 0


def _print_all(outcomes: list[Outcome]) -> None:
    decided = [one for one in outcomes if not one.case.depends]
    by_settings = [one for one in outcomes if one.case.depends]
    for title, some in (("One verdict", decided), ("The verdict depends on the settings", by_settings)):
        if some:
            print(f"\n{title}: agreement {rate(some):.1%}", *table(some), sep="\n")
    print("\nDisagreements that are explained:")
    for listed_one in listed():
        found = ", ".join(listed_one.doctor) or "no error"
        print(f"  {listed_one.file} ({listed_one.settings})")
        print(f"      doctor: {found}; right: {listed_one.right}; {listed_one.why}")
    print("\nThe same verdict, for another reason:")
    for one in outcomes:
        if one.agrees and not one.same_reason:
            print(f"  {described(one)}; upstream: {', '.join(one.case.reasons)}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
