"""Measured inside a fresh process: all rules loaded from the prebuilt JSON and compiled for every kind.

Imports are not counted: they are part of the cold start. The yardstick is `json.loads` of the same file
in the same process, which nothing that keeps rules as JSON can beat. Prints the seconds of both, and how
many rules there are for all kinds, as JSON. The first run after a change builds the JSON; `bench` has
done that before.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

from doctor.catalogue import store
from doctor.engine.rulebook import shipped
from doctor.model.document import KINDS


def main() -> None:
    """Load and compile once; read the same bytes once; print the result."""
    start = time.perf_counter()
    book = shipped()
    count = sum(book.for_kind(kind).count for kind in KINDS) + len(book.for_case())
    measured = time.perf_counter() - start
    data = next(
        path.read_bytes() for place in store.folder().built if (path := Path(place, "conditions.json")).exists()
    )
    start = time.perf_counter()
    json.loads(data)
    print(json.dumps([measured, time.perf_counter() - start, count]))


if __name__ == "__main__":
    main()
