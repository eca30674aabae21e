"""Every visit to the clinic."""

from __future__ import annotations

from typing import Final

from tests.factory import (
    broken,
    clinic_address,
    clinic_content,
    clinic_healthy,
    clinic_message,
    clinic_signature,
    clinic_time,
    clinic_twofold,
)
from tests.factory.clinic_case import Case
from tests.factory.response import NOW

ONE_CHANGE: Final = (
    clinic_address.CASES + clinic_time.CASES + clinic_signature.CASES + clinic_content.CASES + clinic_message.CASES
)
"""Messages and captures with one thing changed, some of which does no harm."""

HEALTHY: Final = clinic_healthy.CASES
TWOFOLD: Final = clinic_twofold.CASES


_TWO: Final = {"entity-id-name": "entity-id-whitespace"}
"""Files of the older wards with two defects: a name with spaces is no URI, and holds white space."""


def _visit(patient: broken.Patient) -> Case:
    """A patient of the older wards: metadata and certificates."""
    return Case(
        f"file-{patient.name}", patient.change, lambda: patient.make(NOW), patient.rule,
        options={"at": NOW, **patient.options}, second=_TWO.get(patient.name),
    )  # fmt: skip


FILES: Final = tuple(_visit(patient) for patient in broken.PATIENTS)
CASES: Final = ONE_CHANGE + HEALTHY + TWOFOLD + FILES
