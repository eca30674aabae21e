"""What is measured, against which yardstick, and what it may cost. A new row is a new line here."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from bench.process import Command

HERE: Final = Path(__file__).parent
INPUTS: Final = HERE.parent / "bench-inputs"
_DOCTOR: Final = str(Path(sys.executable).with_name("doctor"))


class Whole(NamedTuple):
    """A whole process against another. `at_most` and `stretch` bound the ratio of wall time, `memory` the MiB."""

    what: str
    command: Command
    name: str
    yardstick: Command
    at_most: float
    stretch: float | None = None
    memory: float | None = None


class Inside(NamedTuple):
    """Something timed within a process of its own: `module` prints its seconds and those of its yardstick."""

    what: str
    module: str
    arguments: tuple[str, ...]
    name: str
    at_most: float
    processes: int = 1
    ratio: bool = False
    """Whether `at_most` bounds the ratio to the yardstick, and not the seconds."""
    toolkit: bool = False
    """Whether it runs in the interpreter that has python3-saml, which need not be doctor's own."""


def _check(file: str) -> Command:
    return (_DOCTOR, "check", str(INPUTS / file))


def _script(name: str, file: str) -> Command:
    return (sys.executable, str(HERE / name), str(INPUTS / file))


SMALL: Final = (
    Whole("doctor check okta.xml", _check("okta.xml"), "floor.py", _script("floor.py", "okta.xml"), 1.35, 1.25, 40),
    Whole("doctor check adfs.xml (signed)", _check("adfs.xml"), "floor.py", _script("floor.py", "adfs.xml"), 1.7),
)
_RESPONSE: Final = (*_check("response.b64"), "--idp-metadata", str(INPUTS / "okta.xml"))
RESPONSE: Final = (
    Whole("doctor check response.b64 --idp-metadata", _RESPONSE, "floor.py", _script("floor.py", "okta.xml"), 1.7),
)
DIAGNOSE: Final = (
    Whole(
        "doctor diagnose okta.xml --no-input",
        (_DOCTOR, "diagnose", str(INPUTS / "okta.xml"), "--set", "connection.state=validating", "--no-input"),
        "doctor check", _check("okta.xml"), 1.3,
    ),
)  # fmt: skip
LARGE: Final = (
    Whole("doctor check aggregate.xml (87 MB)", _check("aggregate.xml"),
          "expat.py", _script("expat.py", "aggregate.xml"), 2.5, None, 60),
)  # fmt: skip
_PAINT: Final = (sys.executable, str(HERE / "paint.py"))
PAINT: Final = (
    Whole("the terminal app's first picture", (*_PAINT, "rop anything", _DOCTOR),
          "a trivial Textual app", (*_PAINT, "hello world", sys.executable, str(HERE / "trivial.py")), 1.3),
)  # fmt: skip
INSIDE: Final = (
    Inside("the terminal app's longest pause", "bench.app", ("--row",), "a trivial app starts", 50e-3),
    Inside("the same, metadata of 5 MB", "bench.app", ("--row", "--only", "5 MB"), "a trivial app starts", 50e-3),
    Inside(
        'doctor.check("okta.xml"), warm', "bench.warm", (str(INPUTS / "okta.xml"), "{rounds}"), "floor.look", 250e-6
    ),
    Inside("a response as posted, warm", "bench.message", ("posted", "{rounds}"), "signxml verify", 1.3, 3, ratio=True),
    Inside("a response as XML, warm", "bench.message", ("raw", "{rounds}"), "signxml verify", 1.3, 3, ratio=True),
    Inside("a response, metadata read before", "bench.message", ("reused", "{rounds}"), "signxml verify", 1.3, 3,
           ratio=True),
    Inside("a response as posted, beside a toolkit", "bench.toolkit", ("{rounds}",), "python3-saml is_valid", 0.5, 3,
           ratio=True, toolkit=True),
    Inside("all rules loaded and compiled", "bench.rules", (), "json.loads", 5e-3, 7),
    Inside("200 conditions", "bench.conditions", ("{rounds}",), "plain lambdas", 2.5, ratio=True),
    Inside("a diagnosis from facts, warm", "bench.diagnosis", ("{rounds}",), "json.dumps of it", 1e-3),
)  # fmt: skip
