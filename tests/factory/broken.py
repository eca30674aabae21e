"""Every patient: healthy files with one change, and the rule that must speak."""

from __future__ import annotations

from typing import Final

from tests.factory import broken_certificate, broken_input, broken_metadata
from tests.factory.patient import Patient

PATIENTS: Final[tuple[Patient, ...]] = broken_input.PATIENTS + broken_metadata.PATIENTS + broken_certificate.PATIENTS

HEALTHY_CERTIFICATES: Final = broken_certificate.HEALTHY_FILES
"""Certificate files with nothing wrong, by the form in which they are written."""


def of_rule(rule: str) -> tuple[Patient, ...]:
    """The patients on which this rule must speak."""
    return tuple(patient for patient in PATIENTS if patient.rule == rule)


__all__ = ["HEALTHY_CERTIFICATES", "PATIENTS", "Patient", "of_rule"]
