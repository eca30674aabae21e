"""The command `doctor`: finds the command's module, runs it, turns every error into one line.

Exit codes: 2 usage or unreadable input, 1 something confirmed at or above --fail-on, 3 undecided,
0 otherwise; 130 after Ctrl-C.
"""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module
from typing import Final

COMMANDS: Final = {
    "check": "judge files, folders, URLs or standard input",
    "diagnose": "name the cause of a failure, from whatever is at hand",
    "providers": "find identity providers, their documentation, what their consoles call things",
    "setup": "set up an integration step by step, in the words of the provider's console",
    "handoff": "a diagnosis as messages: to those who must act, and to the customer",
    "connections": "the connections at WorkOS or Scalekit: list, show, watch, change",
    "directories": "the directories at WorkOS or Scalekit: list, show",
    "events": "check a webhook's signature, explain events",
    "config": "the environments of vendors, as profiles",
    "cases": "the diagnoses that are kept on this machine",
    "rules": "list, show, lint and test the rules",
    "probe": "measure what answers on the network: clocks, SCIM servers, OpenID providers",
    "explain": "explain a rule",
    "serve": "the terminal app in a browser, on this machine",
}
"""Every command with its one line of help. Each lives in the module of its name."""


def run() -> None:
    """The console script: never a traceback, always an exit code."""
    gc.disable()  # nothing of a short run is worth collecting; long ones turn it on again
    if sys.stdout is None:  # it was closed before we began
        sys.exit(_told("cannot write to standard output", "it is closed") if sys.stderr is not None else 2)
    try:
        code = main(sys.argv[1:])
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


def main(words: list[str]) -> int:
    """Run one command line and give its exit code."""
    from doctor.model.error import DoctorError

    try:
        return _dispatched(words)
    except DoctorError as error:
        return _told(str(error), error.hint)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 0
    except Exception as error:
        if os.environ.get("DOCTOR_DEBUG"):
            raise
        return _told(
            f"doctor itself failed: {type(error).__name__}: {error}", "DOCTOR_DEBUG=1 shows where; please report it"
        )


def _told(message: str, hint: str) -> int:
    from doctor.report.safe import line

    print(f"doctor: {line(message)}" + (f"\n  {line(hint)}" if hint else ""), file=sys.stderr)  # noqa: T201
    return 2


def _dispatched(words: list[str]) -> int:
    name = words[0] if words else ""
    if name in COMMANDS:
        code: int = import_module(f"doctor.cli.{name}").run(words[1:])
        return code
    if name == "" and _on_a_terminal():
        return _app()
    if name in ("", "-h", "--help", "help"):
        if name == "" and _interactive():
            said = f"doctor: the app needs a terminal that moves its cursor; TERM={os.environ['TERM']} does not"
            print(said, file=sys.stderr)  # noqa: T201
        print(overview())  # noqa: T201
        return 0
    if name in ("-V", "--version"):
        from doctor import __version__

        print(f"doctor {__version__}")  # noqa: T201
        return 0
    from doctor.catalogue.rule import did_you_mean
    from doctor.model.error import UsageError

    raise UsageError(f"there is no command {name!r}{did_you_mean(name, COMMANDS)}", "doctor --help lists them")


def _on_a_terminal() -> bool:
    """Whether somebody sits at a terminal that can show the app."""
    return _interactive() and os.environ.get("TERM") not in ("dumb", "unknown")


def _interactive() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _app() -> int:
    """The terminal app; it lives long, and turns the collection of garbage on again once it has begun."""
    from doctor.tui.app import run as run_app

    return run_app()


def overview() -> str:
    """The help of `doctor` itself."""
    lines = [
        "usage: doctor COMMAND …",
        "       doctor              the terminal app",
        "",
        "Tells why single sign-on, directory sync or social login does not work.",
        "",
    ]
    lines += [f"  {name:<11} {text}" for name, text in COMMANDS.items()]
    return "\n".join([*lines, "", "doctor COMMAND --help tells more; doctor --version."])
