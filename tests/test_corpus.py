"""Public files that nobody here wrote: each one gets a report, soon, and no rule fails on any."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final
from xml.parsers import expat

import pytest

import doctor
from tests import corpus

CORPUS: Final = Path(__file__).parents[2] / "shared" / "corpus"
NOW: Final = datetime(2026, 11, 22, 9, tzinfo=UTC)
FOLDERS: Final = ("metadata", "aggregates", "certs", "captures")
BROKEN_XML: Final = ("metadata-not-xml", "message-not-well-formed")
NAMED_OTHERWISE: Final = (
    "metadata-is-html-page",
    "metadata-encoding-broken",
    "xml-content-before-declaration",
    "xml-doctype-refused",
    "xml-too-deep",
    "input-too-large",
    "input-empty",
)
"""Findings that say more exactly why the bytes are no XML."""

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of public files is not here")


def files(folder: str) -> list[Path]:
    return sorted(path for path in (CORPUS / folder).rglob("*") if path.is_file())


@cache
def judged(path: Path) -> tuple[doctor.Report, float]:
    """The report of a file, and the seconds that it took."""
    start = time.process_time()
    return doctor.check(path, at=NOW), time.process_time() - start


@cache
def manifest() -> tuple[dict[str, Any], ...]:
    lines = (CORPUS / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(json.loads(line) for line in lines)


def of_kind(kind: str) -> list[Path]:
    return [CORPUS / one["file"] for one in manifest() if one["kind"] == kind and (CORPUS / one["file"]).is_file()]


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_file_gets_a_report(folder: str) -> None:
    found = files(folder)
    assert found
    for path in found:
        report, _ = judged(path)
        assert report.unreadable == (), path
        assert len(report.subjects) == 1, path
        assert [(one.id, one.message) for one in report.findings if one.verdict == "crashed"] == [], path


@pytest.mark.parametrize("folder", [folder for folder in FOLDERS if folder != "aggregates"])
def test_no_file_takes_long(folder: str) -> None:
    assert [path for path in files(folder) if judged(path)[1] > 2] == []


def test_every_saved_page_is_called_one() -> None:
    pages = of_kind("html-not-xml")
    assert pages
    missed = [
        path.name for path in pages if "metadata-is-html-page" not in {one.id for one in judged(path)[0].findings}
    ]
    assert missed == []


def well_formed(data: bytes) -> bool:
    """Whether expat, which is not the parser of doctor, reads the bytes to their end."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError):
        return False
    return True


def test_broken_xml_is_a_finding_with_line_and_column() -> None:
    missed: list[str] = []
    seen = 0
    for path in files("metadata"):
        data = path.read_bytes()
        if not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") or well_formed(data):
            continue
        seen += 1
        found = judged(path)[0].findings
        named = [one for one in found if one.id in BROKEN_XML]
        if any(one.line and one.column for one in named) or (
            not named and any(one.id in NAMED_OTHERWISE for one in found)
        ):
            continue
        missed.append(f"{path.name}: {[one.id for one in found]}")
    assert seen > 5
    assert missed == []


def test_healthy_metadata_of_the_corpus_is_told_by_its_kind() -> None:
    """Most of what was published as metadata is read as such: the reader does not hide behind `unknown`."""
    found = [judged(path)[0].subjects[0].kind for path in of_kind("metadata")]
    read = [kind for kind in found if kind in ("idp-metadata", "sp-metadata", "metadata-aggregate")]
    assert len(read) > 0.9 * len(found)


def test_certificates_of_the_corpus_are_told_by_their_kind() -> None:
    found = [judged(path)[0].subjects[0].kind for path in (*of_kind("certificate"), *of_kind("der-cert"))]
    read = [kind for kind in found if kind in ("certificate", "csr", "private-key")]
    assert len(read) > 0.9 * len(found)


def test_counts_are_the_pinned_ones() -> None:
    """A change of a rule shows in review what it does to real files: `python -m tests.corpus --write` pins anew."""
    pinned = json.loads(corpus.PINNED.read_text(encoding="utf-8"))
    found = {name: corpus.counted(CORPUS / name) for name in corpus.FOLDERS}
    assert corpus.changes(pinned, found) == []
