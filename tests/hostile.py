"""Reads and verifies one message in a process of its own, and prints what it took.

Used by `test_hostile`: seconds of work after the imports, peak memory in MB, and the outcome.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from doctor.model.error import DoctorError
from doctor.parse import response, verify, xml


def peak_memory() -> int:
    """The most memory this process ever held, in KB: Linux counts what was held before exec in ru_maxrss."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().partition("VmHWM:")[2].split()[0])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def whole(path: str) -> None:
    """The measurement of a whole check, from bytes to the text of the report."""
    import doctor
    from doctor.report import text

    begun = time.perf_counter()
    report = doctor.check(path, acs_url="https://sp.example.com/acs", sp_entity_id="https://sp.example.com")
    outcome = [one.id for one in report.findings]
    text.report(report, text.Look(), {})
    seconds = time.perf_counter() - begun
    sys.stdout.write(json.dumps({"seconds": seconds, "megabytes": peak_memory() / 1024, "outcome": outcome}))


def main(path: str, certificate: str) -> None:
    """The measurement as one line of JSON."""
    data, given = Path(path).read_bytes(), Path(certificate).read_bytes()
    begun = time.perf_counter()
    try:
        root = xml.root_of(data)
        response.read(root, {}, data)
        outcome = [f"{one.state} {one.reason}" for one in verify.verify(data, [given], root=root)]
    except DoctorError as error:
        outcome = [str(error)]
    seconds = time.perf_counter() - begun
    peak = peak_memory() / 1024
    sys.stdout.write(json.dumps({"seconds": seconds, "megabytes": peak, "outcome": outcome}))


if __name__ == "__main__":
    (whole if len(sys.argv) == 2 else main)(*sys.argv[1:])
