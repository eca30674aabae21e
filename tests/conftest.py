"""What holds for all tests: generated ones fail for no slow example, and the terminal app moves without animation."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from pathlib import Path

# Read when the framework is first imported. A list that still scrolls shows another line than the one it will stop at.
os.environ["TEXTUAL_ANIMATIONS"] = "none"
# Tests that want plain signs say so; a build machine's locale (LC_ALL=C) decides nothing.
os.environ["DOCTOR_ASCII"] = "0"

# CI tries the same examples each time. A busy machine is no defect of doctor: what must be quick has a test with a
# bound of its own, or stands in the bench.
settings.register_profile(
    "doctor", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    derandomize=bool(os.environ.get("CI")), print_blob=True,
)  # fmt: skip
settings.load_profile("doctor")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, which is the working directory too: no test sees anybody's cases, or leaves a file behind."""
    monkeypatch.setenv("DOCTOR_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path
