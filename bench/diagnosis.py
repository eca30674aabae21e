"""Measured inside one process: a whole diagnosis from facts, once everything is warm.

The case is a connection in Validating with an expired certificate and two addresses that differ. The
yardstick is writing the same diagnosis as JSON. Usage: diagnosis.py ROUNDS
"""

from __future__ import annotations

import json
import sys
from typing import Any

from bench import process
from doctor.engine import tree_example
from doctor.engine.rulebook import shipped
from doctor.report import diagnosis as report

CASE: dict[str, Any] = {
    "name": "stuck in Validating",
    "facts": {
        "connection.state": "validating", "connection.logins_attempted": 3, "connection.protocol": "saml",
        "idp.signing_certificates": [{"days_left": -3}], "sp.acs_url": "https://sp.example.com/acs",
        "idp.acs_url": "https://sp.example.com/acs/",
    },
}  # fmt: skip


def main(rounds: int) -> None:
    """Time both in turns and print the result."""
    book = shipped()
    found = tree_example.examined(CASE, book).diagnosis("error")
    data = report.as_data(found, "0")
    told = process.in_turns(
        rounds, lambda: tree_example.examined(CASE, book).diagnosis("error"), lambda: json.dumps(data)
    )  # fmt: skip
    print(json.dumps(told))


if __name__ == "__main__":
    main(int(sys.argv[1]))
