"""How generated tests run: no example fails for being slow, and CI tries the same examples each time."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# A busy machine is no defect of doctor: what must be quick has a test with a bound of its own, or stands in the bench.
settings.register_profile(
    "doctor", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    derandomize=bool(os.environ.get("CI")), print_blob=True,
)  # fmt: skip
settings.load_profile("doctor")
