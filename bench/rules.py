"""Measured inside a fresh process: all rules loaded from the prebuilt JSON and compiled for every kind.

Imports are not counted: they are part of the cold start. The yardstick is `json.loads` of the same file
in the same process, which nothing that keeps rules as JSON can beat. Prints the seconds of both as JSON.
"""

from __future__ import annotations

import json
import time

from doctor.catalogue import store
from doctor.engine import rulebook
from doctor.model.document import KINDS


def main() -> None:
    """Load and compile once; read the same bytes once; print the result."""
    start = time.perf_counter()
    found = store.load(store.folder(), rulebook.parts)
    book = rulebook.Rulebook(found.conditions, found.prose)
    count = sum(len(book.for_kind(kind)) for kind in (*KINDS, "case"))
    measured = time.perf_counter() - start
    place = next(place for place in store.folder().built if (place / "conditions.json").exists())
    data = (place / "conditions.json").read_bytes()
    start = time.perf_counter()
    json.loads(data)
    print(json.dumps([measured, time.perf_counter() - start, count]))


if __name__ == "__main__":
    main()
