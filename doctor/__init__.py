"""doctor tells why single sign-on, directory sync or social login does not work, and who must do what.

>>> import doctor
>>> report = doctor.check("metadata.xml", acs_url="https://sp.example.com/acs")
>>> for finding in report.findings: print(finding.id, finding.message, finding.fix)

Importing is cheap: names are loaded when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from doctor.casework import Case, diagnose
    from doctor.engine.diagnose import Diagnosis
    from doctor.library import Options, check
    from doctor.model.error import CatalogueError, DoctorError, InputError, UsageError
    from doctor.model.finding import Finding, Report, Severity, Verdict

__version__: Final = "0.1.0"
_HOMES: Final = {
    "check": "doctor.library", "Options": "doctor.library",
    "diagnose": "doctor.casework", "Case": "doctor.casework", "Diagnosis": "doctor.engine.diagnose",
    "Report": "doctor.model.finding", "Finding": "doctor.model.finding",
    "Severity": "doctor.model.finding", "Verdict": "doctor.model.finding",
    "DoctorError": "doctor.model.error", "UsageError": "doctor.model.error",
    "InputError": "doctor.model.error", "CatalogueError": "doctor.model.error",
}  # fmt: skip

__all__ = [
    "Case",
    "CatalogueError",
    "Diagnosis",
    "DoctorError",
    "Finding",
    "InputError",
    "Options",
    "Report",
    "Severity",
    "UsageError",
    "Verdict",
    "__version__",
    "check",
    "diagnose",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'doctor' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted(__all__)
