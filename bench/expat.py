"""Yardstick for aggregates: one namespace-aware pass of expat without a handler. Usage: expat.py FILE

Nothing in Python reads XML faster, and nothing is done with what is read.
"""

import sys
from xml.parsers import expat

if __name__ == "__main__":
    with open(sys.argv[1], "rb") as file:  # noqa: PTH123  (pathlib is not part of the minimum)
        expat.ParserCreate(namespace_separator=" ").ParseFile(file)
