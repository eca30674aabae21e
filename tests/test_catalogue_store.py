"""The built catalogue is used while its sources are what they were, and built anew otherwise."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from doctor.catalogue import store

if TYPE_CHECKING:
    from pathlib import Path


class Catalogue:
    """A folder of two rule files, and how often it was built."""

    def __init__(self, top: Path) -> None:
        self.rule = top / "rules" / "one rule.yaml"
        self.rule.parent.mkdir()
        self.rule.write_text("id: one")
        (self.rule.parent / "two.yml").write_text("id: two")
        (top / "providers.yaml").write_text("{}")
        self.kept = top / "kept"
        self.where = store.Folder(str(self.rule.parent), str(top / "providers.yaml"), (str(self.kept),))
        self.builds = 0

    def _built(self, _where: store.Folder) -> store.Parts:
        self.builds += 1
        return {name: {"made": self.builds} for name in store.PARTS}

    def load(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The conditions and the prose, as a start sees them."""
        found = store.load(self.where, self._built)
        return found.conditions, found.part("prose")


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    """A catalogue that was built once."""
    made = Catalogue(tmp_path)
    made.load()
    return made


def test_what_was_built_is_used(catalogue: Catalogue) -> None:
    conditions, prose = catalogue.load()
    assert (conditions["made"], prose["made"], catalogue.builds) == (1, 1, 1)


def test_new_times_alone_build_nothing(catalogue: Catalogue) -> None:
    os.utime(catalogue.rule, (1, 1))
    catalogue.load()
    kept = json.loads((catalogue.kept / "conditions.json").read_text())
    assert catalogue.builds == 1
    assert kept["stamp"] == store.stamp_of(catalogue.where)


@pytest.mark.parametrize("text", ["id: uno", "id: another"], ids=["same size", "other size"])
def test_other_contents_are_built_anew(catalogue: Catalogue, text: str) -> None:
    catalogue.rule.write_text(text)
    os.utime(catalogue.rule, (1, 1))
    assert [part["made"] for part in catalogue.load()] == [2, 2]


def test_another_file_is_built_anew(catalogue: Catalogue) -> None:
    catalogue.rule.with_name("three.yaml").write_text("id: three")
    assert catalogue.load()[0]["made"] == 2


@pytest.mark.parametrize("damage", ["", "[]", '{"format": 5}', "{"])
def test_damaged_conditions_are_built_anew(catalogue: Catalogue, damage: str) -> None:
    (catalogue.kept / "conditions.json").write_text(damage)
    assert catalogue.load()[0]["made"] == 2


def test_a_part_of_another_build_is_never_mixed_in(catalogue: Catalogue) -> None:
    (catalogue.kept / "prose.json").write_text('{"digest": "sha256:0", "made": 0}')
    assert [part["made"] for part in catalogue.load()] == [1, 2]
